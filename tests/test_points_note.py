"""Points that do not add up to 100 are said on the form itself, beside their sum."""

from __future__ import annotations

import re

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from support.office import disagreements
from test_template_sheets import project

SCORED = ("mof-2020", "mof-2021", "yunnan", "sichuan-0013zp", "chongqing")


def notes(path) -> list[str]:
    """The words beside the sums of points, on all sheets."""
    return [
        cell.value
        for sheet in openpyxl.load_workbook(path, data_only=True)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and "应为100" in cell.value
    ]


@pytest.mark.parametrize("layout_id", SCORED)
def test_a_sum_of_points_that_is_not_100_is_said_while_typing(layout_id, tmp_path, libreoffice):
    forms = [project(1), project(2)]
    for form in forms:
        if layout_id == "chongqing":
            for row in form["indicators"]:
                sign, number, unit = re.fullmatch(r"(≥)(\d+)(.+)", row.pop("target")).groups()
                row |= {"operator": sign, "initial_target": number, "unit": unit}
    templates.fill_in(
        layout_id,
        tmp_path / "a.xlsx",
        projects=forms,
        department={"department": "示例局"},
        year=2024,
        cover={},
    )
    assert notes(tmp_path / "a.xlsx") == []
    form = next(form for form in read_file(tmp_path / "a.xlsx").forms if form.kind == "project")
    cell = form.indicators[3].cells["points"]
    libreoffice.type(tmp_path / "a.xlsx", [(form.sheet, cell, "15")], tmp_path / "b.xlsx")
    total = 85 if form.total_points is None and layout_id == "chongqing" else 95
    assert notes(tmp_path / "b.xlsx") == [f"分值合计{total}，应为100"]
    file = read_file(tmp_path / "b.xlsx")
    found = [one.rule for one in check(gather([file]), files=[file]) if one.sheet == form.sheet]
    assert "S01" in found and "T10" not in found


def test_a_workbook_made_with_wrong_points_says_so_at_once(tmp_path, libreoffice):
    form = project(1)
    form["indicators"][3]["points"] = 35
    path = tmp_path / "a.xlsx"
    templates.fill_in(
        "mof-2021", path, projects=[form], department={"department": "示例局"}, year=2024, cover={}
    )
    assert notes(path) == ["分值合计115，应为100"] and disagreements(libreoffice, path) == []


def test_a_form_without_points_and_a_blank_one_have_no_such_note(tmp_path):
    for layout_id in ("jilin-2024", "mof-2020"):
        templates.write(layout_id, tmp_path / f"{layout_id}.xlsx")
        assert notes(tmp_path / f"{layout_id}.xlsx") == []
