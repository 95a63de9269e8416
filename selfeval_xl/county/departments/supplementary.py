"""补充意见 as findings: what officers found themselves goes back, and is followed up, with the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from selfeval_xl.county.departments.data import CountedForm, DepartmentData
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import cell_names
from selfeval_xl.model.text import squeeze

RULE, TITLE = "补充", "财政补充意见"
Row = Mapping[str, Any]


def rows_for(entry: DepartmentData, rows: Iterable[Row]) -> list[Row]:
    """The rows of 补充意见 that are about this department: by code, else by name."""
    return [row for row in rows if _is_about(entry, row)]


def _is_about(entry: DepartmentData, row: Row) -> bool:
    code, name = squeeze(str(row.get("department_code") or "")), squeeze(str(row.get("department") or ""))
    if code and entry.code:
        return code == squeeze(entry.code)
    names = [entry.name, *(entry.row.aliases if entry.row else ())]
    return bool(name) and name in map(squeeze, names)


def add_supplements(entry: DepartmentData, rows: Iterable[Row]) -> None:
    """Adds the officers' own findings to a department and to the forms that they are about."""
    for row in rows_for(entry, rows):
        if not str(row.get("message") or "").strip():
            continue
        form = _form_of(row, entry)
        finding = _finding(row, entry, form)
        entry.findings.append(finding)
        if form is not None:
            form.findings.append(finding)


def unplaced(rows: Iterable[Row], entries: Iterable[DepartmentData]) -> Iterator[str]:
    """A sentence for each row that belongs to no department, or says nothing."""
    entries = list(entries)
    for number, row in enumerate(rows, 2):
        if not str(row.get("message") or "").strip():
            yield f"“补充意见”第{number}行没有写问题说明，没有用。"
        elif not any(_is_about(entry, row) for entry in entries):
            named = row.get("department") or row.get("department_code") or "（没有写部门）"
            yield f"“补充意见”第{number}行的部门“{named}”认不出来，没有用；请写部门编码或名册里的名称。"


def _form_of(row: Row, entry: DepartmentData) -> CountedForm | None:
    """The form that a row is about, by project code, project or sheet; None where it fits no single one."""
    code, name, sheet = (squeeze(str(row.get(key) or "")) for key in ("project_code", "project", "sheet"))
    fitting = [
        form
        for form in entry.forms
        if (not code or squeeze(form.form.project_code or "") == code)
        and (not name or squeeze(form.project_name) == name)
        and (not sheet or squeeze(form.form.sheet) == sheet)
    ]
    return fitting[0] if len(fitting) == 1 and (code or name or sheet) else None


def _finding(row: Row, entry: DepartmentData, form: CountedForm | None) -> Finding:
    """The finding of a row."""
    treatment = Treatment.EXPLAIN if "说明" in str(row.get("treatment") or "") else Treatment.FIX
    cells = ",".join(cell_names(str(row.get("cell") or "").upper().replace("，", ",")))
    message = str(row["message"]).strip()
    return Finding(
        rule=RULE,
        title=TITLE,
        severity=Severity.ERROR if treatment is Treatment.FIX else Severity.WARNING,
        treatment=treatment,
        message=message,
        hint=str(row.get("hint") or ""),
        subject=message[:60],
        cell=cells or None,
        value=_text_at(form.form, cells.split(",")[0]) if form and cells else None,
        file=form.form.file if form else "",
        sheet=form.form.sheet if form else None,
        form=form.form.kind if form else None,
        department=entry.name,
        project=(form.form.project if form else None) or str(row.get("project") or "") or None,
    )


def _text_at(form: Form, cell: str) -> str | None:
    """What a form has in a cell; "" for an empty one, None for a cell that it did not read."""
    for record in (form, form.goal, *form.indicators, *form.funding, *form.tasks):
        for key, cells in record.cells.items():
            if cell in cells.split(","):
                value = getattr(record, key, None)
                return "" if value is None else str(value)
    return None
