"""Forms in Word tables: merged cells included, every layout is read back whole."""

from __future__ import annotations

import docx
import pytest

from selfeval_xl import layouts
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import percent_text
from selfeval_xl.readers import read_file
from selfeval_xl.templates.frame import draw
from support.fillings import assert_read, filling

LAYOUTS = layouts.load_all()


def shown(cell) -> str:
    """What the cell displays, as a person would have typed it into Word."""
    value = cell.value.value if isinstance(cell.value, Formula) else cell.value
    if value in (None, ""):
        return ""
    return percent_text(value) if cell.look == "percent" and not isinstance(value, str) else str(value)


def add_table(document, drawing) -> None:
    """Adds a drawn form as a table; its cells are looked up before any is merged, which is much quicker."""
    rows = max(cell.area.bottom for cell in drawing.cells) + 1
    table = document.add_table(rows, max(cell.area.right for cell in drawing.cells) + 1)
    cells = [row.cells for row in table.rows]
    for cell in drawing.cells:
        corner = cells[cell.area.top][cell.area.left]
        if (cell.area.top, cell.area.left) != (cell.area.bottom, cell.area.right):
            corner = corner.merge(cells[cell.area.bottom][cell.area.right])
        corner.text = shown(cell)


@pytest.mark.parametrize("layout", LAYOUTS, ids=[f"{layout.id}.{layout.kind}" for layout in LAYOUTS])
def test_a_form_in_a_word_table_is_read_back_whole(layout, tmp_path):
    document = docx.Document()
    add_table(document, draw(layout, filling(layout), 2024))
    document.save(tmp_path / "a.docx")
    file = read_file(tmp_path / "a.docx")
    assert len(file.forms) == 1
    assert_read(layout, filling(layout), file.forms[0])


def test_two_forms_and_a_report_in_one_word_file_are_one_filing(tmp_path):
    document = docx.Document()
    for kind in ("project", "department"):
        layout = layouts.load("mof-2020", kind)
        add_table(document, draw(layout, filling(layout), 2024))
        document.add_paragraph("")
    document.add_heading("示例县交通运输局2024年部门整体支出绩效自评报告", 0)
    for title, text in (
        ("一、部门概况", "编制20人。"),
        ("二、部门绩效情况", "完成养护118.5公里。"),
        ("三、存在的问题和建议", "无。"),
    ):
        document.add_heading(title, 1)
        document.add_paragraph(text)
    document.save(tmp_path / "a.docx")
    filings = gather([read_file(tmp_path / "a.docx")])
    assert [(filing.department, len(filing.forms), len(filing.reports)) for filing in filings] == [
        ("示例县交通运输局", 2, 1)
    ]
    assert [section.title for section in filings[0].reports[0].sections] == [
        "一、部门概况",
        "二、部门绩效情况",
        "三、存在的问题和建议",
    ]
    assert filings[0].reports[0].year == 2024
