"""The county of the demonstration with a workbook of every layout, returned once a session; and its lists."""

from __future__ import annotations

import functools
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.sheet_names import RESULT_COLUMNS, RETURNED
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.returns import return_filings
from support.counties import fill_county
from support.fillings import filling


def listed_in(book: openpyxl.Workbook) -> list[dict]:
    """The rows of the list in a return; separators have no number."""
    return [
        dict(zip(RESULT_COLUMNS, ("" if cell is None else str(cell) for cell in row)))
        for row in book[RETURNED].iter_rows(min_row=2, values_only=True)
    ]


def rows_of(path: Path) -> list[dict]:
    """The rows of the list in a return."""
    return listed_in(openpyxl.load_workbook(path, data_only=True))


# Many tests look at the same few workbooks of the county, and change none: each is read once.
read_once = functools.lru_cache(maxsize=8)(read_file)


loaded = functools.lru_cache(maxsize=16)(openpyxl.load_workbook)


def findings_in(path: Path) -> list[Finding]:
    file = read_file(path)
    return list(check(gather([file]), None, [file]))


@pytest.fixture(scope="session")
def returned_county(tmp_path_factory) -> tuple[Path, Path, list]:
    """The twelve departments of the demonstration and eight workbooks of every layout with two faults each;
    and what goes back.
    """
    root = tmp_path_factory.mktemp("returns")
    received, out = root / "收到的材料", root / "退回"
    received.mkdir()
    departments, _ = made_up()
    fill_county(received, departments)
    for layout_id in layouts.ids():
        layout = next(layout for layout in layouts.load_all() if layout.id == layout_id)
        data = filling(layout)
        data["indicators"][1]["actual"] = None
        if data.get("goal"):
            data["goal"]["actual"] = "<p>完成养护118.5公里。</p>"
        data["department"] = data["unit"] = f"示例县{layout_id}局"
        key = "department" if layout.kind == "department" else "projects"
        templates.fill_in(
            layout_id,
            received / f"{layout_id}.xlsx",
            **{key: data if key == "department" else [data]},
            year=2024,
            settings={"department_code": layout_id, "department": f"示例县{layout_id}局"},
        )
    return received, out, [return_filings(received, out), departments]


def form_of(county, number: int, project: int) -> tuple[Path, object]:
    """The return of a department, and one of its forms as the reader reads the received file."""
    received, out, (_, departments) = county
    department = departments[number]
    form = next(
        form
        for form in read_once(received / f"{department.name}.xlsx").forms
        if form.project == department.projects[project]["project"]
    )
    return out / f"{department.code}{department.name}" / f"{department.name}_退回修改.xlsx", form


def cell_of(form, part: str, row: int, key: str) -> str:
    holder = form.goal if part == "goal" else getattr(form, part)[row]
    if part == "funding" and row == -1:
        holder = form.total_funding
    return holder.cells[key]


def folder_of(folder: Path, *files: Path) -> Path:
    folder.mkdir()
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    return folder
