"""Who signs letters and the bulletin: the policy's bureau, else the county's, with the contact of `issue`."""

from __future__ import annotations

from datetime import date

import docx
import pytest

from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.issuing.contents import IssueOptions
from selfeval_xl.workflows.reports.bulletin import county_bulletin
from selfeval_xl.workflows.returns.send_back import send_back
from support.rosters import department, project, target, write_roster

pytestmark = pytest.mark.slow  # issues, returns and reports
ROWS = (("产出指标", "数量指标", "维修校舍面积", "≥1200平方米", "", "", ""),)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Two departments whose issued workbooks came back blank and with a name; the roster."""
    root = tmp_path_factory.mktemp("sender")
    roster = write_roster(
        root / "名册.xlsx",
        单位名册=[
            department("101", "青山县教育局", 报送截止日期="2025-03-31"),
            department("102", "青山县水利局", 报送截止日期="2025-03-31"),
        ],
        项目=[
            project("E1", "101", "校舍维修", 全年预算数=20),
            project("W1", "102", "渠道维修", 全年预算数=5),
        ],
        绩效目标=[target("E1", ROWS[0])],
    )
    asked = IssueOptions(year=2024, contact="赵六", phone="0439-1234567")
    issuing.issue(roster, root / "收到", asked=asked, jobs=1)
    (root / "收到" / "下发清单.xlsx").unlink()
    return root, roster


def letter(folder) -> str:
    (path,) = folder.glob("101*/催报通知.docx")
    return "\n".join(part.text for part in docx.Document(path).paragraphs)


def test_without_a_policy_it_is_the_countys_bureau_with_the_contact_of_the_issued_workbooks(county, tmp_path):
    root, roster = county
    send_back(root / "收到", tmp_path / "退", roster=roster, today=date(2025, 4, 1))
    text = letter(tmp_path / "退")
    assert "联系人：青山县财政局绩效股　赵六　电话：0439-1234567" in text
    assert text.strip().endswith("青山县财政局绩效股\n2025年4月1日")
    county_bulletin(root / "收到", tmp_path / "通报.docx", roster=roster)
    texts = [part.text for part in docx.Document(tmp_path / "通报.docx").paragraphs]
    assert "青山县财政局" in texts


def test_the_policy_goes_before(county, tmp_path):
    root, roster = county
    policy = tmp_path / "参数.toml"
    policy.write_text('bureau_name = "青山县财政局预算处"\nbureau_contact = "孙七"\n', encoding="utf-8")
    send_back(root / "收到", tmp_path / "退", roster=roster, policy=policy, today=date(2025, 4, 1))
    text = letter(tmp_path / "退")
    assert "青山县财政局预算处绩效股　孙七　电话：0439-1234567" in text and "赵六" not in text
