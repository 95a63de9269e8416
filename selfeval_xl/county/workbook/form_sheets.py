"""The departments' forms as sheets of the county workbook, in the official layout, and their index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from typing import Any

from selfeval_xl import layouts
from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import CountedForm, DepartmentData
from selfeval_xl.county.sheets.columns import HEAD, LINK, Column, Sheet
from selfeval_xl.county.workbook.source_links import OPEN_FILE
from selfeval_xl.errors import LayoutError
from selfeval_xl.layouts import Layout
from selfeval_xl.model.forms import DEPARTMENT, PROJECT, Form, Indicator
from selfeval_xl.model.quantity import Kind
from selfeval_xl.model.sheet_names import sheet_link
from selfeval_xl.templates.drawing import Drawing
from selfeval_xl.templates.frame import draw

INDEX = Sheet(
    "forms",
    "表册目录",
    (
        *HEAD,
        Column("form", "表别", 9),
        Column("layout", "所用表式", 14),
        Column("name", "工作表", 30, "wrap"),
        Column("file", "原表文件", 40, "wrap"),
        Column("original", "原表工作表", 16),
        Column("link", "打开", 7, "link", LINK),
    ),
)
LONGEST_NAME = 31
# The layouts for forms whose own was not recognised: with scores (True) and without.
_DEFAULTS = {
    True: {PROJECT: "mof-2020", DEPARTMENT: "mof-2020"},
    False: {PROJECT: "jilin-2024", DEPARTMENT: "jilin-2024"},
}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_QUALITATIVE = "定性"
_FORM_KEYS = ("project", "project_code", "department", "unit", "total_score", "grade", "total_points")
_TASK_KEYS = ("number", "name", "content", "outcome", "budget", "executed", "points", "score")
_TOTAL_KEYS = ("initial_budget", "annual_budget", "executed", "execution_rate", "score")
_FUNDING_KEYS = (
    "initial_budget",
    "annual_budget",
    "executed",
    "execution_rate",
    "points",
    "score",
    "note",
)
_INDICATOR_KEYS = (
    "level1",
    "level2",
    "name",
    "target",
    "actual",
    "points",
    "score",
    "note",
    "initial_target",
)
Row = dict[str, Any]


class FormSheets:
    """The form sheets of a workbook, collected department by department.

    rows: of the index. drawings: name and drawing of every form that counts. taken: names already in use.
    policy: has the thresholds in their formulas.
    """

    def __init__(self, taken: Iterable[str], policy: Policy | None = None) -> None:
        self._policy = policy
        self._names = {name.casefold() for name in taken}
        self.rows: list[Row] = []
        self.drawings: list[tuple[str, Drawing]] = []

    def add(self, entry: DepartmentData) -> None:
        """Adds the forms of one department, its own first."""
        for number, form in enumerate(sorted(entry.forms, key=lambda form: form.form.kind != DEPARTMENT)):
            layout = layout_for(form.form)
            name = sheet_name(
                f"{entry.code or entry.name[:8]}-{number:02}{form.project_name or '部门整体'}", self._names
            )
            self.drawings.append(
                (name, draw(layout, plain(form.form, layout), form.form.year, policy=self._policy))
            )
            self.rows.append(
                {
                    **_head(form),
                    "form": form.kind,
                    "layout": layout.id,
                    "name": name,
                    "file": form.file,
                    "original": form.form.sheet,
                    "formula": sheet_link(name, OPEN_FILE),
                }
            )


def _head(form: CountedForm) -> Row:
    """The first columns of the index."""
    return {
        "section": form.entry.section,
        "department_code": form.entry.code,
        "department": form.entry.name,
        "project_code": form.form.project_code,
        "project": form.project_name,
    }


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel accepts, as close as possible to the wanted one; it is added to the taken names.

    That is: at most 31 characters, none forbidden, no apostrophe at the ends, and no other sheet's name
    whatever the case.
    """
    plain_name = _FORBIDDEN.sub("", wanted).strip("' ")[:LONGEST_NAME].rstrip("' ") or "表"
    name, number = plain_name, 2
    while name.casefold() in taken or name.casefold() == "history":
        ending = f"({number})"
        name, number = plain_name[: LONGEST_NAME - len(ending)] + ending, number + 1
    taken.add(name.casefold())
    return name


def layout_for(form: Form) -> Layout:
    """The form's layout if it was recognised; else the ministry's with scores, the plain one without."""
    try:
        return layouts.load(form.layout or "", form.kind)
    except LayoutError:
        return layouts.load(_DEFAULTS[form.has_scores][form.kind], form.kind)


def plain(form: Form, layout: Layout) -> Row:
    """The form as `templates.frame.draw` takes it: everything as it was typed, totals too."""
    columns = {column.key for column in layout.indicators.columns}
    total = form.total_funding
    inline = (
        {label.removeprefix("其中：").strip("：") for pair in layout.funding.inline for label in pair}
        if layout.funding
        else set()
    )
    data: Row = {
        **{key: getattr(form, key) for key in _FORM_KEYS},
        "goal": {key: getattr(form.goal, key) for key in ("initial", "expected", "actual")},
        "remarks": dict(form.remarks),
        "signature": {label: name for label, name in form.signature.items() if name},
        "funding": _funding(form, inline),
        "inline": {
            line.source: line.annual_budget or line.initial_budget or line.executed or ""
            for line in form.funding
            if line.source in inline
        },
        "management": [
            {"label": side.label, "text": side.text, "problems": side.problems} for side in form.management
        ],
        "tasks": [{key: getattr(task, key) for key in _TASK_KEYS} for task in form.tasks],
        "indicators": [_indicator(row, columns) for row in form.indicators],
    }
    if total is not None:
        data["total"] = {key: value for key in _TOTAL_KEYS if (value := getattr(total, key))}
    return data


def _funding(form: Form, inline: set[str]) -> list[Row]:
    """The source rows. inline: those whose amount is in the cell of their label; they are left out."""
    rows: list[Row] = []
    names: set[str] = set()
    for line in form.funding:
        if line.is_total or line.source in inline:
            continue
        source, number = line.source, 2
        while source in names:  # the drawing knows its rows by their label
            source, number = f"{line.source}（{number}）", number + 1
        names.add(source)
        rows.append({"source": source, **{key: getattr(line, key) for key in _FUNDING_KEYS}})
    return rows


def _indicator(row: Indicator, columns: Set[str]) -> Row:
    """An indicator row. columns: of the layout, whose target may be split into operator, number and unit."""
    data: Row = {key: getattr(row, key) for key in _INDICATOR_KEYS}
    if "adjusted_target" in columns:
        data |= {
            "initial_target": row.initial_target or row.target,
            "adjusted_target": row.target if row.initial_target else None,
        }
    wanted = row.target_quantity
    if "operator" not in columns or wanted is None:
        return data
    if wanted.kind is Kind.NUMBER:
        return data | {
            "operator": wanted.operator or "=",
            "unit": wanted.unit or row.unit,
            **({} if "adjusted_target" in columns else {"target": f"{wanted.number:f}"}),
        }
    return data | {"operator": _QUALITATIVE, "unit": row.unit}
