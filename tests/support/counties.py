"""Writes the workbooks that the departments of the made-up county would send in."""

from __future__ import annotations

from pathlib import Path

from selfeval_xl import templates
from selfeval_xl.files import replacing
from selfeval_xl.workflows.demo.county import YEAR

_drawn: dict[str, tuple[object, bytes]] = {}  # by the department's code: what was asked for, and its workbook


def send(path: Path, department, **data) -> None:
    """The filing of a department at this path; data: projects or a form of the whole other than its own.

    Drawing a filing takes 0.2 s, so one that is as the county has it is drawn once and copied after that.
    """
    drawn = _drawn.get(department.code)
    if not data and drawn and drawn[0] == department:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawn[1])
        return
    with replacing():
        templates.fill_in(
            department.layout,
            path,
            year=YEAR,
            settings={"department_code": department.code, "department": department.name},
            **{"projects": department.projects, "department": department.whole, **data},
        )
    if not data:
        _drawn[department.code] = (department, path.read_bytes())


def fill_county(folder: Path, departments) -> None:
    """Writes a workbook for each of these departments, named like it."""
    for department in departments:
        send(folder / f"{department.name}.xlsx", department)
