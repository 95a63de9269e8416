"""与上年对比: what goes on, what is new, what ended; targets that ask for less; the figures on the front
page.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.county.last_year_sheet import eased, read_last
from selfeval_xl.errors import UsageError
from support.county_files import form, published, received, written


def lowered(base):
    """The same form with the first target lowered from ≥25部 to ≥20部."""
    return replace(base, indicators=(replace(base.indicators[0], target="≥20部"), *base.indicators[1:]))


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """Last year's workbook and this year's beside it."""
    place = tmp_path_factory.mktemp("years")
    old = written(
        place,
        received("a.xlsx", form("", "校舍维修", executed="50", total_score="80")),
        received("b.xlsx", form("", "河道治理", department="县水利局")),
        received("c.xlsx", form("", "农村饮水安全巩固提升", department="县水利局")),
        name="2023.xlsx",
    )
    files = [
        received("a.xlsx", lowered(form("", "校舍维修", executed="90", total_score="90"))),
        received("c.xlsx", form("", "农村饮水安全巩固提升工程", department="县水利局")),
        received("d.xlsx", form("", "校车", department="县教育局")),
    ]
    return published(place / "2024.xlsx", *files, last=read_last(old.out))


def rows(path, name, **options):
    sheet = openpyxl.load_workbook(path, **options)[name]
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, line, strict=True)) for line in sheet.iter_rows(min_row=2, values_only=True)]


def test_every_project_of_both_years_is_there_once(years):
    found = {row["项目名称"]: row for row in rows(years.out, "与上年对比", data_only=True)}
    assert {name: row["对比结果"] for name, row in found.items() if name} == {
        "校舍维修": "续做",
        "农村饮水安全巩固提升工程": "变动",
        "校车": "新增",
        "河道治理": "已结束",
    }
    kept = found["校舍维修"]
    assert (
        kept["上年执行率"],
        kept["本年执行率"],
        kept["执行率增减"],
        kept["上年自评得分"],
        kept["本年自评得分"],
    ) == (0.5, 0.9, pytest.approx(0.4), 80, 90)
    assert (kept["沿用指标数"], kept["降低指标值的指标数"], kept["降低了指标值的指标"]) == (
        3,
        1,
        "卫星电话数量（≥25部→≥20部）",
    )


def test_projects_and_indicators_say_what_was_last_year(years):
    assert {row["项目名称"]: row["与上年对比"] for row in rows(years.out, "项目汇总")[:-1]} == {
        "校舍维修": "续做",
        "农村饮水安全巩固提升工程": "变动",
        "校车": "新增",
    }
    first = rows(years.out, "指标明细")[0]
    assert (first["上年指标值"], first["上年完成值"]) == ("≥25部", "25部")


def test_the_front_page_compares_the_years_and_formulas_agree(
    years, assert_formulas_agree, assert_valid_ooxml
):
    front = openpyxl.load_workbook(years.out, data_only=True)["总览"]
    found = {
        row[0].value: [cell.value for cell in row[1:11] if cell.value is not None]
        for row in front.iter_rows()
        if row[0].value in ("上年", "本年", "增减")
    }
    assert (
        found["上年"][:5] == [3, 300, 0.5, pytest.approx(0.3333), 80]
        and found["本年"][:3] == [3, 300, pytest.approx(0.6333)]
        and found["增减"][4] == 10
    )
    assert_formulas_agree(years.out)
    assert_valid_ooxml(years.out)


@pytest.mark.parametrize(
    ("operator", "old", "new", "unit", "expected"),
    [
        ("≥", 10, 8, "辆", True),
        ("≥", 10, 10, "辆", False),
        ("≥", 10, 12, "辆", False),
        ("≤", 10, 12, "辆", True),
        ("≤", 10, 8, "辆", False),
        ("≥", 10, 8, "台", False),
        ("≥", None, 8, "辆", False),
    ],
)
def test_a_target_that_asks_for_less(operator, old, new, unit, expected):
    before = {"operator": operator, "number_wanted": None if old is None else Decimal(old), "measure": "辆"}
    assert eased({"operator": operator, "number_wanted": Decimal(new), "measure": unit}, before) is expected


def test_a_file_that_is_no_county_workbook_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "别的.xlsx")
    (tmp_path / "坏.xlsx").write_bytes(b"PK")
    (tmp_path / "收到").mkdir()
    for name in ("别的.xlsx", "坏.xlsx", "没有.xlsx"):
        with pytest.raises(UsageError):
            consolidate(tmp_path / "收到", tmp_path / "a.xlsx", against=tmp_path / name)
    assert not (tmp_path / "a.xlsx").exists()
