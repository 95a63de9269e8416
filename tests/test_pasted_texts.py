"""What people paste into completed values: 判定 judges it or says why it cannot, and never stays empty."""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.readers import read_file
from test_template_sheets import project

# target, what is pasted, what 判定 shows
PASTED = (
    ("≥95%", "97.3%\n", "已完成"),  # the break of a line that Word puts behind
    ("≥95%", "\n97.3%", "已完成"),
    ("≥12公里", "12.5 公里", "已完成"),
    ("≥95%", "97.3", "已完成"),  # the sign stands in the target
    ("≥95%", "９７.３%", "已完成"),
    ("≥12公里", "１２公里", "已完成"),
    ("≥12公里", "12300", "看不懂"),  # perhaps metres
    ("≥95%", 0.973, "已完成"),  # a percentage that arrived as a number, shown as 97.3%
)


@pytest.mark.office
def test_pasted_values_are_judged_or_said_to_be_unclear(tmp_path, libreoffice):
    rows = [
        {
            "level1": "产出指标",
            "level2": "数量指标",
            "name": f"指标{number}",
            "target": target,
            "points": "10",
        }
        for number, (target, _, _) in enumerate(PASTED)
    ]
    path, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    templates.fill_in("mof-2021", path, projects=[project(1, indicators=rows)], year=2024, cover={})
    form = next(form for form in read_file(path).forms if form.kind == "project")
    book = openpyxl.load_workbook(path)
    sheet = book[form.sheet]
    verdicts = next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == "判定")
    places = [sheet[row.cells["actual"]] for row in form.indicators]
    for cell, (_, pasted, _) in zip(places, PASTED, strict=True):
        cell.value = pasted
        cell.number_format = "0.0%" if isinstance(pasted, float) else "@"
    book.save(out)
    computed = openpyxl.load_workbook(libreoffice.convert(out, "xlsx", tmp_path / "c"), data_only=True)
    shown = [str(computed[form.sheet].cell(cell.row, verdicts).value) for cell in places]
    assert [
        (pasted, said)
        for said, (_, pasted, right) in zip(shown, PASTED, strict=True)
        if not said.startswith(right)
    ] == []
