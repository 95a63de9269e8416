"""Codes that arrive as numbers: their last digits are lost, so they are not trusted, and that is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.filings.expected import matching
from selfeval_xl.filings.grouping import gather
from selfeval_xl.filings.roster import read_roster
from selfeval_xl.model.codes import digits_kept, may_have_lost_digits, plain_code
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Grid
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.rules.runner import check
from support.rosters import department, project, write_roster
from support.season import rows_of


@dataclass
class Expected:
    name: str
    code: str | None = None
    unit: str = ""
    department: str = "101"
    annual_budget: Decimal | None = None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (220524240000000012345, "220524240000000"),
        (220524240000000012345.0, "220524240000000"),
        (1234567890123456.0, "123456789012345"),
        ("2.20524E+20", "220524"),
        ("2.20524240000000E+20", "220524240000000"),
        (123456789012345.0, None),  # fifteen digits are all there
        ("220524240000000012345", None),
        ("2024", None),
        ("2.2E+5", None),
        (220524.0, None),
        (True, None),
        (None, None),
    ],
)
def test_the_digits_that_a_number_keeps(value, kept):
    assert digits_kept(value) == kept


@pytest.mark.parametrize(
    ("code", "lost"),
    [
        ("220524240000000000000", True),
        ("1234567890123450", True),
        ("220524240000000012345", False),
        ("R0000", False),
    ],
)
def test_a_code_that_ends_in_zeros_may_have_lost_digits(code, lost):
    assert may_have_lost_digits(code) == lost


def form(**values) -> Form:
    return Form(kind="project", file="a.xlsx", sheet="表", **values)


WATER = Expected("饮水安全", "220524240000000012345")
ROADS = Expected("公路养护", "220524240000000067890")
OTHER = Expected("公路养护", "330000000000000067890")


@pytest.mark.parametrize(
    ("values", "due", "found"),
    [
        ({"project": "饮水安全", "lost_codes": {"project_code": "220524240000000"}}, [WATER, ROADS], WATER),
        ({"project": "饮水安全", "project_code": "220524240000000000000"}, [ROADS, WATER], WATER),
        # named otherwise: the digits that are left decide where only one project begins so
        ({"project": "饮水", "lost_codes": {"project_code": "330000000000000"}}, [WATER, OTHER], OTHER),
        ({"project": "饮水", "project_code": "330000000000000000000"}, [WATER, OTHER], OTHER),
        ({"project": "饮水", "lost_codes": {"project_code": "220524240000000"}}, [WATER, ROADS], None),
        ({"project": "饮水", "lost_codes": {"project_code": "330000"}}, [WATER, OTHER], None),
        # a code that is whole goes before the name
        ({"project": "饮水安全", "project_code": "220524240000000067890"}, [WATER, ROADS], ROADS),
        ({"project": "饮水安全", "project_code": "999"}, [WATER, ROADS], None),
    ],
)
def test_a_project_is_matched_by_name_before_what_is_left_of_its_code(values, due, found):
    assert matching(form(**values), due) is found


def small_form(code: object, label: str = "项目编码") -> list[list[object]]:
    return [
        ["项目支出绩效自评表", None, None, None, None, None],
        ["项目名称", "饮水安全", None, label, code, None],
        ["主管部门", "县水利局", None, "实施单位", "县水利局", None],
        ["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "执行率"],
        [None, "年度资金总额", 12, 12, 6, "50%"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "得分"],
        ["产出指标", "数量指标", "改造数量", "≥25处", "26处", 10],
    ]


@pytest.mark.parametrize("code", [220524240000000012345.0, "2.20524240000000E+20"])
def test_a_code_as_a_number_is_unknown_and_said(code):
    (read,) = forms_in(Grid("表", small_form(code)), "a.xlsx").forms
    assert (read.project_code, dict(read.lost_codes)) == (None, {"project_code": "220524240000000"})
    assert not read.account.unread


def test_the_finding_names_the_cell_and_how_to_type_it(tmp_path):
    book = openpyxl.Workbook()
    for row in small_form(220524240000000012345):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    file = read_file(tmp_path / "a.xlsx")
    found = [finding for finding in check(gather([file])) if finding.rule == "T11"]
    assert [(finding.cell, finding.value) for finding in found] == [("E2", "220524240000000")]
    assert "文本格式" in found[0].hint


def test_a_code_as_text_stays_as_it_is():
    for code in ("220524240000000012345", "220524240000000000000", "22052424000001"):
        (read,) = forms_in(Grid("表", small_form(code)), "a.xlsx").forms
        assert (read.project_code, read.lost_codes) == (code, {})


@pytest.mark.parametrize(
    "typed",
    [
        "2205 2424 0000 0000 12345",
        "２２０５２４２４００００００００１２３４５",
        "'220524240000000012345",
        "‘220524240000000012345",
        "220524240000\u3000000012345\n",
        "\u200b220524240000000012345\ufeff",
        "220524240000\ufffc000012345",
    ],
)
def test_a_code_is_the_same_however_it_is_spaced(typed, tmp_path):
    for number, code in enumerate(("220524240000000012345", typed)):
        book = openpyxl.Workbook()
        for row in small_form(code):
            book.active.append(row)
        (tmp_path / "收到").mkdir(exist_ok=True)
        book.save(tmp_path / "收到" / f"{number}.xlsx")
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[department("101", "县水利局")],
        项目=[project(typed, "101", "饮水安全")],
    )
    consolidate(tmp_path / "收到", tmp_path / "全县.xlsx", roster=roster)
    (row,) = rows_of(tmp_path / "全县.xlsx", "项目汇总")
    assert row["项目编码"] == "220524240000000012345"
    assert not {"X10", "X11"} & {row["规则编号"] for row in rows_of(tmp_path / "全县.xlsx", "审核问题")}


@pytest.mark.parametrize("code", ["见批复", "101001 102002县局", "101001\n102002", "2206-24R-000001", ""])
def test_what_is_no_code_alone_stays_as_it_is(code):
    assert plain_code(code) == code


@pytest.mark.parametrize(
    ("typed", "due", "found"),
    [
        ("12345", [Expected("饮水安全", "012345"), WATER], "012345"),
        ("012345", [Expected("饮水安全", "12345"), WATER], "12345"),
        ("123456.0", [Expected("饮水安全", "123456")], "123456"),
        ("220624r000001", [Expected("饮水安全", "220624R000001")], "220624R000001"),
        ("12345", [Expected("甲", "012345"), Expected("乙", "0012345")], None),
        ("12345", [Expected("甲", "12345"), Expected("乙", "012345")], "12345"),
    ],
)
def test_what_a_number_and_a_hurried_hand_change_of_a_short_code(typed, due, found):
    """A number has no zeros in front; a program adds .0; letters are typed small."""
    (read,) = forms_in(Grid("表", small_form(typed)), "a.xlsx").forms
    match = matching(read, due)
    assert (match.code if match else None) == found


NAMES = {  # a name, and other spellings that look the same
    "示例县水利局": (
        "示例县\u200b水利局",
        "示例县 水利局",
        "示例县　水利局",
        "\u2060示例县水利局\ufeff",
        "示例县\u00a0水利局",
        "示例县\U000e0100水利局",
        "示例县水\U000e0020利局\ufffc",
    ),
    "A区（高新区）管委会": ("Ａ区（高新区）管委会", "A区(高新区)管委会", "A 区（高新区）管委会\u200f"),
}


@pytest.mark.parametrize(("name", "others"), NAMES.items())
def test_spellings_that_look_the_same_are_one_department_and_one_project(name, others, tmp_path):
    for number, spelling in enumerate((name, *others)):
        rows = small_form("22052424")
        rows[1][1] = f"{spelling}维修"
        rows[2][1] = rows[2][4] = spelling
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / f"{number}.xlsx")
    out = tmp_path / "全县.xlsx"
    consolidate(tmp_path, out)
    assert len(rows_of(out, "部门汇总")) == 1
    assert len(rows_of(out, "项目汇总")) == 1


@pytest.mark.parametrize(("name", "others"), NAMES.items())
def test_the_roster_knows_each_spelling(name, others, tmp_path):
    path = write_roster(
        tmp_path / "名册.xlsx", 单位名册=[department("101", name)], 项目=[project("1", "101", f"{name}维修")]
    )
    roster = read_roster(path)
    for spelling in (name, *others):
        assert roster.match(Grid("x", [[spelling]]).text(0, 0)) == ("101", name)
        assert roster.named_in(f"{spelling}自评表.xlsx") == ("101", name)
        read = forms_in(Grid("表", small_form("")), "a.xlsx").forms[0]
        assert matching(replace(read, project=Grid("x", [[f"{spelling}维修"]]).text(0, 0)), roster.projects)
