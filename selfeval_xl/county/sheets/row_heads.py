"""The columns that all sheets fill alike: department, project and form first, file, sheet and cell last."""

from __future__ import annotations

from typing import Any

from selfeval_xl.county.departments.data import CountedForm, DepartmentData
from selfeval_xl.model.places import cells_shown, sheet_shown

FORM_KINDS = {"project": "项目", "department": "部门整体", "report": "自评报告"}
Row = dict[str, Any]


def head(entry: DepartmentData) -> Row:
    """The first columns of every row of a department."""
    return {"section": entry.section, "department_code": entry.code, "department": entry.name}


def place(form: CountedForm, cell: str | None) -> Row:
    """The last columns of a row of a form: file, sheet and cell of what it is about."""
    return {
        "file": form.file,
        "sheet": sheet_shown(form.file, form.form.sheet),
        "cell": cells_shown(form.file, cell) or None,
    }


def form_cell(form: CountedForm) -> str | None:
    """The cell that stands for the whole form: that of its project's or department's name."""
    cells = form.form.cells
    return cells.get("project") or cells.get("department") or next(iter(cells.values()), None)


def form_head(form: CountedForm) -> Row:
    """The first columns of a row that belongs to a form."""
    return {
        **head(form.entry),
        "project_code": form.form.project_code or (form.ledger.code if form.ledger else None),
        "project": form.project_name,
        "form": form.kind,
    }


def first_cell(cells: str | None) -> str | None:
    """The first of the cells of a value that is split over several ("G12,G15")."""
    return cells.split(",")[0] if cells else None
