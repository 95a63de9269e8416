"""What officers choose and what they do not publish rules returns, bulletin and public copies."""

from __future__ import annotations

import copy
import os
from decimal import Decimal

import docx
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.readers import read_file
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.publishing import publish
from selfeval_xl.workflows.reports.bulletin import county_bulletin
from selfeval_xl.workflows.returns.send_back import send_back
from support.counties import send
from support.season import listed, rows_of, write_hand
from support.sheet_blocks import totals

pytestmark = pytest.mark.slow  # a county is consolidated twice


@pytest.fixture(scope="module")
def chosen(tmp_path_factory):
    """Two versions of a filing, of which an officer chose the earlier one; and a department with a secret.

    The later version has spent one more 万元 on its first project.
    """
    root = tmp_path_factory.mktemp("choices")
    received, county = root / "收到", root / "县.xlsx"
    early, other = made_up()[0][4], made_up()[0][0]
    late = copy.deepcopy(early)
    fund = late.projects[3]["funding"][0]
    fund["executed"] = str(Decimal(fund["executed"]) + 1)
    for name, department, moment in (("早.xlsx", early, 0), ("晚.xlsx", late, 600)):
        send(received / name, department)
        os.utime(received / name, (1_700_000_000 + moment,) * 2)
    send(received / "另一个.xlsx", other)
    consolidate(received, county)
    used = {row["文件名"]: row["处理结果"] for row in rows_of(county, "收件核对")}
    assert used["晚.xlsx"] == "采用"  # left to itself, the later one counts
    assert write_hand(county, "报送台账", {"部门名称": early.name}, 财政指定采用文件="早.xlsx") == 1
    secret = other.projects[4]["project"]
    assert write_hand(county, "项目汇总", {"项目名称": secret}, 是否公开="否", 不公开理由="涉密") == 1
    return received, county, early, other, secret


def executed(early) -> Decimal:
    return sum(Decimal(fund["executed"]) for fund in early.projects[3]["funding"])


def test_the_chosen_version_is_what_goes_back(chosen, tmp_path):
    received, county, early, _, _ = chosen
    result = send_back(received, tmp_path / "退", workbook=county)
    (back,) = [each for each in result.returns if each.name == early.name]
    assert [os.path.basename(file.path) for file in back.files] == ["早.xlsx"]
    form = next(
        form for form in read_file(back.files[0].out).forms if form.project == early.projects[3]["project"]
    )
    assert Decimal(form.total_funding.executed) == executed(early)
    assert "X07" not in {row["规则编号"] for row in listed(back.files[0].out)}


def test_the_chosen_version_is_what_the_county_counts(chosen, tmp_path):
    received, county, early, _, _ = chosen
    again = tmp_path / "县.xlsx"
    again.write_bytes(county.read_bytes())
    consolidate(received, again)
    used = {row["文件名"]: row["处理结果"] for row in rows_of(again, "收件核对")}
    assert (used["早.xlsx"], used["晚.xlsx"]) == ("采用", "被新版本替代")
    (row,) = [row for row in rows_of(again, "报送台账") if row["部门名称"] == early.name]
    assert (row["采用文件"], row["采用依据"], row["财政指定采用文件"]) == ("早.xlsx", "财政指定", "早.xlsx")
    figures = county_bulletin(received, tmp_path / "通报.docx", workbook=county).figures
    sums = totals(again, "项目汇总")
    for key, label in (("annual_budget", "全年预算数（万元）"), ("executed", "全年执行数（万元）")):
        assert float(figures.money[key]) == pytest.approx(sums[label])


def test_the_chosen_version_is_what_is_published(chosen, tmp_path):
    received, county, early, _, _ = chosen
    result = publish(received, tmp_path / "公开", workbook=county)
    (path,) = [path for name, path, _ in result.copies if name == early.name]
    name = early.projects[3]["project"]
    form = next(form for form in read_file(path).forms if form.project == name)
    assert Decimal(form.total_funding.executed) == executed(early)


def test_what_an_officer_does_not_publish_is_nowhere_named(chosen, tmp_path):
    received, county, _, other, secret = chosen
    result = publish(received, tmp_path / "公开", workbook=county)
    assert (other.name, secret, "汇总工作簿写明不公开（涉密）") in result.refused
    # The department's own form has a task of that name, so it stays back too.
    assert any("提到不公开的项目" in why for name, _, why in result.refused if name == other.name)
    county_bulletin(received, tmp_path / "通报.docx", workbook=county)
    document = docx.Document(tmp_path / "通报.docx")
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert not [text for text in (*(part.text for part in document.paragraphs), *cells) if secret in text]
    send_back(received, tmp_path / "退", workbook=county)
    for path in (tmp_path / "退").rglob("*.txt"):
        assert secret not in path.read_text("utf-8-sig")


def test_a_workbook_that_is_named_counts_and_one_beside_it_does_not(chosen, tmp_path):
    received, county, early, _, _ = chosen
    other = tmp_path / "另一份.xlsx"
    other.write_bytes(county.read_bytes())
    write_hand(other, "报送台账", {"部门名称": early.name}, 财政指定采用文件="晚.xlsx")
    result = send_back(received, tmp_path / "退", workbook=other)
    (back,) = [each for each in result.returns if each.name == early.name]
    assert os.path.basename(back.files[0].path) == "晚.xlsx" and str(other) in result.told
