"""The changes between two versions of a form or workbook, value by value, each with its cell in both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from selfeval_xl.model.fields import FORM, FUND, GOAL, INDICATOR, TASK, field, keys
from selfeval_xl.model.findings import Located
from selfeval_xl.model.forms import FORM_NAMES, Form, FundingLine, Indicator, ReadFile, Report, Task
from selfeval_xl.model.listed import Explanation
from selfeval_xl.model.quantity import is_blank, money

CHANGED, ADDED, REMOVED = "changed", "added", "removed"
LABELS = {CHANGED: "改动", ADDED: "新增", REMOVED: "删去"}
WHOLE_FORM = "整张表"
_ALIKE = 60  # percent of likeness from which two names may be one, renamed
_ROW_ALIKE = 100  # the same for rows whose names must be equal
_NUMBERS = frozenset(("initial_budget", "annual_budget", "executed", "points", "score", "total_score"))
_HEAD = ("project", "project_code", "department", "unit", "year", "money_unit", "total_score", "grade")
Item = TypeVar("Item")
Row = TypeVar("Row", FundingLine, Task, Indicator)


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs, or a whole row or form that was added or removed (then key is "").

    change: changed, added or removed. subject: indicator, fund row or task. key, label: of the field.
    sheets, cells: in the old and the new version, None where it is not there.
    """

    change: str
    form: str
    project: str
    sheets: tuple[str | None, str | None]
    subject: str
    key: str
    label: str
    old: str | None = None
    new: str | None = None
    cells: tuple[str | None, str | None] = (None, None)


def differences(old: Sequence[ReadFile], new: Sequence[ReadFile]) -> list[Change]:
    """All changes from the old version to the new one.

    Forms are paired by kind, then by code or name, then by likeness of their names.
    """
    old_forms, new_forms = ([form for file in files for form in file.forms] for files in (old, new))
    changes: list[Change] = []
    for kind in FORM_NAMES:
        before, after = ([form for form in forms if form.kind == kind] for forms in (old_forms, new_forms))
        alike = _ALIKE if len(before) + len(after) > 2 else 0
        for form_pair in _pairs(before, after, _form_names, alike):
            changes += _forms(form_pair)
    old_reports, new_reports = ([report for file in files for report in file.reports] for files in (old, new))
    for report_pair in _pairs(old_reports, new_reports, lambda report: (report.department or "",), 0):
        changes += _reports(report_pair)
    return changes


def new_explanations(old: ReadFile, new: ReadFile) -> list[Explanation]:
    """What was written as 单位说明 into the new version only, or otherwise there."""
    return [row for row in new.explanations if row not in old.explanations]


@dataclass(frozen=True, slots=True)
class _Pair(Generic[Item]):
    """Two versions of a thing, of which one may be missing."""

    old: Item | None
    new: Item | None

    @property
    def present(self) -> Item:
        """The new version, else the old one."""
        item = self.old if self.new is None else self.new
        assert item is not None, "a pair has at least one side"
        return item

    @property
    def both(self) -> tuple[Item, Item] | None:
        """Old and new version; None where one is missing."""
        return None if self.old is None or self.new is None else (self.old, self.new)

    @property
    def lone(self) -> str:
        """The kind of change where one is missing."""
        return ADDED if self.old is None else REMOVED


@dataclass(frozen=True, slots=True)
class _FormRef:
    """The form or report that a change belongs to: its kind, project, and sheets in both versions."""

    form: str
    project: str
    sheets: tuple[str | None, str | None]

    def change(
        self,
        change: str,
        subject: str,
        key: str,
        label: str,
        values: tuple[str | None, str | None] = (None, None),
        cells: tuple[str | None, str | None] = (None, None),
    ) -> Change:
        """A change of this form or report. values: old and new."""
        return Change(change, self.form, self.project, self.sheets, subject, key, label, *values, cells)


def _form_names(form: Form) -> tuple[str, ...]:
    """The names by which a form is paired, as the next functions have them for rows: the safest first."""
    return (form.project_code or "", form.project or form.department or "")


def _sheets(pair: _Pair[Form] | _Pair[Report]) -> tuple[str | None, str | None]:
    """The sheets of the old and the new version."""
    return (pair.old.sheet if pair.old else None, pair.new.sheet if pair.new else None)


def _forms(pair: _Pair[Form]) -> Iterator[Change]:
    """The changes of one form."""
    form = pair.present
    form_ref = _FormRef(form.kind, form.project or "", _sheets(pair))
    if pair.both is None:
        yield form_ref.change(pair.lone, FORM_NAMES[form.kind], "", WHOLE_FORM)
        return
    old, new = pair.both
    yield from _values(form_ref, "", FORM, _HEAD, old, new)
    yield from _values(form_ref, "年度总体目标", GOAL, keys(GOAL), old.goal, new.goal)
    funding = _pairs(old.funding, new.funding, _funding_names, _ROW_ALIKE)
    yield from _rows(form_ref, FUND, keys(FUND)[1:], funding, _funding_names)
    tasks = _pairs(old.tasks, new.tasks, _task_names, _ALIKE)
    yield from _rows(form_ref, TASK, keys(TASK), tasks, _task_names)
    indicators = _pairs(old.indicators, new.indicators, _indicator_names, _ALIKE)
    yield from _rows(form_ref, INDICATOR, _printed(keys(INDICATOR)), indicators, _indicator_names)


def _funding_names(line: FundingLine) -> tuple[str, ...]:
    return (line.source,)


def _task_names(task: Task) -> tuple[str, ...]:
    return (task.name or task.content or "",)


def _indicator_names(indicator: Indicator) -> tuple[str, ...]:
    return (f"{indicator.level2 or ''}/{indicator.name or ''}", indicator.name or "")


def _printed(names: Iterable[str]) -> tuple[str, ...]:
    """The fields that are printed on the form; rates and verdicts follow from them."""
    return tuple(name for name in names if name not in ("attainment", "deviation", "verdict"))


def _rows(
    form_ref: _FormRef,
    scope: str,
    keys: Sequence[str],
    pairs: Iterable[_Pair[Row]],
    names_of: Callable[[Row], tuple[str, ...]],
) -> Iterator[Change]:
    """The changes of the rows of one table; the last name of a row is its subject."""
    for pair in pairs:
        subject = names_of(pair.present)[-1]
        if pair.both is not None:
            yield from _values(form_ref, subject, scope, keys, *pair.both)
            continue
        values = (_row_text(pair.old, keys), _row_text(pair.new, keys))
        cells = (_first_cell(pair.old), _first_cell(pair.new))
        yield form_ref.change(pair.lone, subject, "", "整行", values, cells)


def _row_text(row: FundingLine | Task | Indicator | None, keys: Iterable[str]) -> str | None:
    """All values of a row as one text."""
    if row is None:
        return None
    return "，".join(str(getattr(row, key)) for key in keys if getattr(row, key))


def _first_cell(row: FundingLine | Task | Indicator | None) -> str | None:
    return None if row is None else next(iter(row.cells.values()), None)


def _values(
    form_ref: _FormRef, subject: str, scope: str, keys: Iterable[str], old: Located, new: Located
) -> Iterator[Change]:
    """The changes of the values of these fields between two versions of a record."""
    for key in keys:
        before, after = getattr(old, key), getattr(new, key)
        if not _same(key, before, after):
            values = (_text(before), _text(after))
            cells = (old.cells.get(key), new.cells.get(key))
            yield form_ref.change(CHANGED, subject, key, field(scope, key).label, values, cells)


def _same(key: str, old: object, new: object) -> bool:
    """Whether two values are equal: as text without spaces, as numbers (5 and 5.00), or both blank."""
    first, second = ("".join((_text(value) or "").split()) for value in (old, new))
    if first == second or (is_blank(first) and is_blank(second)):
        return True
    if key in _NUMBERS:
        numbers = money(first), money(second)
        return None not in numbers and numbers[0] == numbers[1]
    return False


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _reports(pair: _Pair[Report]) -> Iterator[Change]:
    """The changes of one report, section by section."""
    form_ref = _FormRef(pair.present.kind, "", _sheets(pair))
    if pair.both is None:
        yield form_ref.change(pair.lone, FORM_NAMES[pair.present.kind], "", "整份报告")
        return
    old, new = pair.both
    for sections in _pairs(old.sections, new.sections, lambda section: (section.title,), _ALIKE):
        title = sections.present.title
        before, after = (section.text if section else None for section in (sections.old, sections.new))
        if sections.both is None:
            yield form_ref.change(sections.lone, title, "", "整节", (before, after))
        elif not _same("text", before, after):
            yield form_ref.change(CHANGED, title, "text", "正文", (before, after))


def _pairs(
    old: Sequence[Item], new: Sequence[Item], names_of: Callable[[Item], tuple[str, ...]], alike: int
) -> list[_Pair[Item]]:
    """The pairs of items that belong together, in the order of the new version, removed ones at the end.

    Items are paired by each of their names in turn, then by likeness of the last name (percent, at least
    `alike`), the likest first. Items that are left over make pairs with one side.
    """
    partner: dict[int, int] = {}  # number in the new version -> number in the old one
    free = list(range(len(old)))
    for column in range(len(names_of(old[0])) if old else 0):
        for number, item in enumerate(new):
            name = "".join(names_of(item)[column].split())
            if number in partner or not name:
                continue
            match = next(
                (each for each in free if "".join(names_of(old[each])[column].split()) == name), None
            )
            if match is not None:
                partner[number] = match
                free.remove(match)
    unpaired = [number for number in range(len(new)) if number not in partner]
    rated = sorted(
        (
            (_likeness(names_of(old[each])[-1], names_of(new[number])[-1]), -abs(each - number), each, number)
            for each in free
            for number in unpaired
        ),
        reverse=True,
    )
    for likeness, _, each, number in rated:
        if likeness >= alike and each in free and number not in partner:
            partner[number] = each
            free.remove(each)
    pairs = [
        _Pair(old[partner[number]] if number in partner else None, item) for number, item in enumerate(new)
    ]
    return pairs + [_Pair(old[each], None) for each in free]


def _likeness(old: str, new: str) -> float:
    """The likeness of two names in percent."""
    from rapidfuzz import fuzz

    return fuzz.ratio(old, new)


def document(old: Path, new: Path, changes: Iterable[Change]) -> dict[str, object]:
    """The changes as one JSON document."""
    return {
        "old": str(old),
        "new": str(new),
        "changes": [
            {
                "change": change.change,
                "form": change.form,
                "project": change.project or None,
                "subject": change.subject or None,
                "field": change.key or None,
                "label": change.label,
                "old": change.old,
                "new": change.new,
                "old_sheet": change.sheets[0],
                "old_cell": change.cells[0],
                "new_sheet": change.sheets[1],
                "new_cell": change.cells[1],
            }
            for change in changes
        ],
    }
