"""Long goals and tasks: their cells are merged and do not grow while somebody types.

So 自查 names their rows at once, and `submit` makes them as high as their texts are in a spreadsheet program.
"""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from selfeval_xl import layouts, templates
from selfeval_xl.model.edits import Edit
from selfeval_xl.model.forms import DEPARTMENT, PROJECT
from selfeval_xl.model.grid import Area, position
from selfeval_xl.model.sheet_names import SELF_CHECK
from selfeval_xl.readers import read_file
from selfeval_xl.workflows.submission import submit
from selfeval_xl.writers.xlsx.apply import apply
from selfeval_xl.writers.xlsx.opened import open_workbook
from support.fillings import filling

SENTENCE = "全年维修水闸12座，其中大型水闸3座、中型水闸9座，完成率100%，群众满意度93.5%；"
LONG, TALLEST = 8, 409  # sentences; points of the tallest row that Excel has
FONT = "Noto Sans Mono CJK SC"  # as wide as 宋体, which this system has not
MARK = 14  # the column 打印前看 of 自查


def written(layout_id: str, path: Path, sentences: int = LONG) -> dict[tuple[str, str], str]:
    """A filled workbook with a long text in each cell of goals and tasks; the texts by sheet and cell."""
    forms = {layout.kind: filling(layout) for layout in layouts.sheets_of(layout_id)}
    short = path.with_name("short.xlsx")
    templates.fill_in(
        layout_id, short, projects=[forms[PROJECT]], department=forms[DEPARTMENT], year=2024, cover={}
    )
    texts: dict[tuple[str, str], str] = {}
    edits = []
    for form in read_file(short).forms:
        if form.kind not in (PROJECT, DEPARTMENT):
            continue
        goals = [(form.goal.cells[key], getattr(form.goal, key)) for key in form.goal.cells]
        tasks = [
            (task.cells[key], getattr(task, key))
            for task in form.tasks
            for key in ("name", "content", "outcome")
        ]
        names = {task.cells["name"] for task in form.tasks}
        long = {cell for cell, _ in goals + tasks} - names
        for number, (cell, old) in enumerate(goals + tasks):
            texts[form.sheet, cell] = f"{number}{SENTENCE * (sentences if cell in long else 1)}"
            edits.append(Edit(form.sheet, cell, old, texts[form.sheet, cell]))
    assert not apply(short, edits, path).refused
    return texts


def area_of(grids, sheet: str, cell: str) -> Area:
    return next(grid for grid in grids if grid.name == sheet).area(*position(cell))


def needed(texts: list[tuple[str, float, float]], libreoffice, folder: Path) -> list[float]:
    """The points that each text takes as LibreOffice wraps it. texts: with width in digits and font size."""
    book = openpyxl.Workbook()
    book._named_styles["Normal"].font = Font(name="DejaVu Sans", size=8.25)  # digits as wide as Excel's
    page = book.active
    for number, (text, width, size) in enumerate(texts, 1):
        cell = page.cell(number, number, text)
        cell.font, cell.alignment = Font(name=FONT, size=size), Alignment(wrap_text=True, indent=1)
        page.column_dimensions[get_column_letter(number)].width = width
    book.save(folder / "measured.xlsx")
    fitted = libreoffice.edit(folder / "measured.xlsx", [("fit", page.title)], folder / "fitted.xlsx")
    measured = openpyxl.load_workbook(fitted)
    return [measured.active.row_dimensions[number].height or 0 for number in range(1, len(texts) + 1)]


@pytest.mark.parametrize("layout_id", layouts.ids())
def test_rows_of_long_goals_and_tasks_are_named_and_whole_in_the_submission(layout_id, tmp_path, libreoffice):
    path = tmp_path / "a.xlsx"
    texts = written(layout_id, path)
    lines = openpyxl.load_workbook(path, data_only=True)[SELF_CHECK].iter_rows(min_row=5, values_only=True)
    named = {line[0]: set(re.findall(r"\d+", line[MARK] or "")) for line in lines if line[0]}
    for (sheet, cell), text in texts.items():
        assert len(text) < 2 * len(SENTENCE) or re.sub("[A-Z]", "", cell) in named[sheet], (sheet, cell)
    assert_whole(submit(path, tmp_path / "报").out, texts, libreoffice, tmp_path)


@pytest.mark.parametrize("layout_id", ["mof-2021", "jilin-2024", "chongqing"])
def test_a_text_that_no_row_can_hold_is_submitted_in_smaller_letters(
    layout_id, tmp_path, libreoffice, assert_valid_ooxml
):
    texts = written(layout_id, tmp_path / "a.xlsx", 25)
    out = submit(tmp_path / "a.xlsx", tmp_path / "报").out
    sizes = assert_whole(out, texts, libreoffice, tmp_path)
    assert min(sizes) < 10.5 and min(sizes) >= 6
    assert_valid_ooxml(out)


def assert_whole(out: Path, texts: dict[tuple[str, str], str], libreoffice, folder: Path) -> list[float]:
    """Fails where a text takes more points than its rows have; returns the sizes of the letters."""
    opened, book = open_workbook(out), openpyxl.load_workbook(out)
    wanted, heights = [], []
    for (sheet, cell), text in texts.items():
        area, page = area_of(opened.source.grids, sheet, cell), book[sheet]
        columns = opened.book.need_sheet(sheet)
        width = sum(columns.width(column) for column in range(area.left, area.right + 1))
        wanted.append((text, width, page[cell].font.size))
        heights.append([page.row_dimensions[row + 1].height for row in range(area.top, area.bottom + 1)])
    needs = needed(wanted, libreoffice, folder)
    for where, own, need in zip(texts, heights, needs, strict=True):
        assert need > 30, where  # it was measured
        assert need <= sum(own) + 0.5 and max(own) <= TALLEST, (where, need, own)
    return [size for _, _, size in wanted]
