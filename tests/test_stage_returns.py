"""Returns of declarations: marked copies, letters in the words of declarations, the bureau's page."""

from __future__ import annotations

import openpyxl
import pytest

from support.command import selfeval
from support.declarations import ROWS, declare
from support.monitoring_forms import write
from support.rosters import department, project, write_roster
from test_monitoring_workbook import WATER


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """水利局 adds up wrongly and has one project without a form; 教育局 is right; 交通局 sent nothing."""
    folder = tmp_path_factory.mktemp("申报退回")
    (folder / "收到").mkdir()
    rows = (*ROWS[:2], ("满意度", "群众满意度", None))
    declare(folder / "收到" / "饮水.xlsx", "农村饮水安全", "县水利局", amounts=(120, 90, 0), rows=rows)
    declare(folder / "收到" / "校舍.xlsx", "校舍维修", "县教育局")
    write(folder / "收到" / "监控.xlsx", WATER)
    roster = write_roster(
        folder / "单位名册.xlsx",
        单位名册=[
            department("101", "县水利局", 归口股室="农业股"),
            department("102", "县教育局", 归口股室="教科文股"),
            department("103", "县交通局", 归口股室="农业股"),
        ],
        项目=[
            project("", "101", "农村饮水安全"),
            project("", "101", "河道治理"),
            project("", "102", "校舍维修"),
            project("", "103", "乡村道路"),
        ],
    )
    run = selfeval(
        *("return", folder / "收到", "-o", folder / "退回", "--stage", "declaration", "--roster", roster),
        *("--today", "2024-11-20"),
    )
    assert run.returncode == 0, run.stderr
    return folder / "退回", run.stdout


def text(out, pattern: str) -> str:
    (path,) = out.glob(pattern)
    return path.read_text(encoding="utf-8-sig")


def test_the_notice_speaks_of_declarations(sent):
    out, _ = sent
    told = text(out, "101*/退回通知.txt")
    assert "关于退回修改2025年度" in told and "绩效目标申报材料的通知" in told
    assert "自评" not in told and "监控" not in told and "2027年" not in told
    assert "报送的目标申报材料（第1次，项目表1张）已收到" in told
    assert "群众满意度" in told and "90" in told
    assert "还差：①河道治理" in text(out, "101*/催报通知.txt")


def test_the_marked_copy_carries_the_findings_of_declarations(sent):
    out, _ = sent
    (marked,) = out.glob("101*/*_退回修改.xlsx")
    book = openpyxl.load_workbook(marked)
    rows = [[cell.value for cell in row] for row in book["问题清单"].iter_rows(min_row=2)]
    rules = {value for row in rows for value in row if isinstance(value, str)}
    assert {"F01", "I06"} <= rules and not {"D01", "M01", "X14"} & rules
    assert book["申报表"]["C6"].comment or book["申报表"]["C6"].fill.fgColor.rgb not in ("00000000", None)


def test_who_sent_nothing_is_reminded_and_who_is_right_is_left_alone(sent):
    out, told = sent
    reminder = text(out, "103*/催报通知.txt")
    assert "绩效目标申报" in reminder and "自评" not in reminder and "应报项目1个" in reminder
    assert not list(out.glob("102*"))
    page = text(out, "退回催报一览.txt")
    assert "2025年度绩效目标申报退回催报一览" in page and "可以通过：县教育局" in page
    assert "应报部门3个，未报1个，部分报送1个" in page and "退回1个部门" in page
    assert "退回1个部门" in told
