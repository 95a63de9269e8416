"""The add-in at work: a workbook of two projects open in LibreOffice, and a person who presses its buttons.

The fixtures are known to every test file (conftest.py names this module as a plugin).
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import addin
from selfeval_xl.addin import state
from selfeval_xl.layouts import sheets_of
from selfeval_xl.model.sheet_names import RESULT_COLUMNS, RESULTS, SETTINGS
from selfeval_xl.templates import fill_in
from support import excel_engine
from support.fillings import filling

ONE, TWO = "项目01", "项目02"
RED, YELLOW = 0xCEC7FF, 0x00FFFF  # Excel's numbers: the tint of an error, a colour of the person's
LAYOUT = {layout.kind: layout for layout in sheets_of("jilin-2024")}


class Busy(Exception):
    """Excel's answer while somebody is editing a cell."""

    hresult = -2147418111


def project(number: int, **more) -> dict:
    """The data of a project's form."""
    return (
        filling(LAYOUT["project"])
        | {"project": f"农村公路养护{number}", "project_code": f"22062424R{number:06}"}
        | more
    )


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """The test's folder, with the add-in's settings in it instead of in the user's home."""
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    return tmp_path


@pytest.fixture(scope="session")
def two_projects(tmp_path_factory) -> Path:
    """A workbook of two projects, to be copied: 项目01 has an unmet indicator without a reason (G18)."""
    path = tmp_path_factory.mktemp("表") / "交通局.xlsx"
    first, second = project(1), project(2)
    first["indicators"][0] |= {"target": "≤120万元", "actual": "118万元", "note": None}
    first["indicators"][6] |= {"target": "=25部", "actual": "0部", "note": None}
    first["funding"][1]["executed"] = "1.5"
    fill_in(
        "jilin-2024",
        path,
        projects=[first, second],
        department=filling(LAYOUT["department"]),
        year=2024,
        cover={},
        settings={"department_code": "301001", "department": "示例县交通运输局"},
    )
    return path


@pytest.fixture
def book(home, excel, two_projects):
    """The workbook of two projects open in the program, with a note and a colour of a person on F18."""
    path = Path(shutil.copy(two_projects, home))
    with excel_engine.open_book(excel, path) as calling:
        sheet = calling.api.Sheets(ONE)
        sheet.Range("F18").Interior.Color = YELLOW
        sheet.Range("F18").AddComment("问过财政局，张三")
        excel.calls.clear()
        yield calling.api


@pytest.fixture
def press(book, excel):
    """A function that presses a button, answers its questions with these answers and returns its messages.

    It fails where there is a log, which the program writes only of a bug.
    """

    def pressed(button: str, *answers: object) -> str:
        excel.person.messages.clear()
        excel.person.answers[:] = answers
        addin.press(button)
        logs = sorted((state.folder() / "logs").glob("*")) if (state.folder() / "logs").is_dir() else []
        assert not logs, logs[0].read_text(encoding="utf-8")
        assert not excel.person.answers, "not asked as often as expected"
        return "\n".join(excel.person.messages)

    return pressed


def opened(excel, path: str | Path):
    """Another workbook, opened as the one whose buttons are pressed from now on."""
    excel.Open(str(path))
    excel_engine.xlwings.Book(impl=excel.opened[-1]).set_mock_caller()
    return excel.opened[-1].api


def snapshot(book, tmp_path: Path) -> dict[tuple[str, str], tuple]:
    """Every cell that shows anything: formula or value, fill, number format, note."""
    path = tmp_path / f"snapshot{time.monotonic_ns()}.xlsx"
    book.SaveCopyAs(str(path))
    found = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            fill = cell.fill.fgColor.rgb if cell.fill.fill_type else None
            # Calc gives formulas the format of the cells that they refer to.
            number_format = "General" if str(cell.value).startswith("=") else cell.number_format
            look = (cell.value, fill, number_format, cell.comment.text if cell.comment else None)
            if look != (None, None, "General", None) and (sheet.title != SETTINGS or cell.value):
                found[sheet.title, cell.coordinate] = look
    return found


def results(book) -> list[dict[str, object]]:
    """The rows of 校验结果 by their heads."""
    head, *rows = book.Sheets(RESULTS).UsedRange.Value
    assert head == RESULT_COLUMNS
    return [listed for row in rows if (listed := dict(zip(head, row)))["规则编号"]]
