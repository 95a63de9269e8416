"""What changed between two versions of a form or workbook, value by value, each with its cell in both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .fields import FORM, FUND, GOAL, INDICATOR, TASK, field, keys
from .forms import FORM_NAMES, Form, ReadFile, Report
from .quantity import is_blank, money

CHANGED, ADDED, REMOVED = "changed", "added", "removed"
LABELS = {CHANGED: "改动", ADDED: "新增", REMOVED: "删去"}
_ALIKE = 60  # percent of likeness from which two names may be one, renamed
_NUMBERS = frozenset(("initial_budget", "annual_budget", "executed", "points", "score", "total_score"))
_HEAD = ("project", "project_code", "department", "unit", "year", "money_unit", "total_score", "grade")
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs. change: changed, added or removed (a whole row or form: key "" and no values).

    subject: indicator, fund row or task. key, label: of the field. cells: where it stands in the old and the
    new version.
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
    """All changes from the old version to the new one; forms belong together by kind, then code or name, then
    likeness.
    """
    before, after = ([form for file in files for form in file.forms] for files in (old, new))
    found: list[Change] = []
    for kind in FORM_NAMES:
        one, other = ([form for form in forms if form.kind == kind] for forms in (before, after))
        for first, second in _pairs(one, other, _form_names, _ALIKE if len(one) + len(other) > 2 else 0):
            found += _forms(first, second)
    reports = [[report for file in files for report in file.reports] for files in (old, new)]
    for first, second in _pairs(*reports, lambda report: (report.department or "",), 0):
        found += _reports(first, second)
    return found


def _form_names(form: Form) -> tuple[str, ...]:
    return (form.project_code or "", form.project or form.department or "")


def _forms(old: Form | None, new: Form | None) -> Iterator[Change]:
    form = new or old
    named = (form.kind, form.project or "", (old.sheet if old else None, new.sheet if new else None))
    if old is None or new is None:
        yield Change(ADDED if old is None else REMOVED, *named, FORM_NAMES[form.kind], "", "整张表")
        return
    yield from _values(named, "", FORM, _HEAD, old, new)
    yield from _values(named, "年度目标", GOAL, keys(GOAL), old.goal, new.goal)
    yield from _rows(named, FUND, keys(FUND)[1:], old.funding, new.funding, lambda line: (line.source,), 100)
    yield from _rows(
        named, TASK, keys(TASK), old.tasks, new.tasks, lambda task: (task.name or task.content or "",), _ALIKE
    )
    yield from _rows(
        named,
        INDICATOR,
        _printed(keys(INDICATOR)),
        old.indicators,
        new.indicators,
        lambda row: (f"{row.level2 or ''}/{row.name or ''}", row.name or ""),
        _ALIKE,
    )


def _printed(names: Iterable[str]) -> tuple[str, ...]:
    """The columns that stand on the form; rates and verdicts follow from them."""
    return tuple(name for name in names if name not in ("attainment", "deviation", "verdict"))


def _rows(
    named: tuple,
    scope: str,
    names: Sequence[str],
    old: Sequence,
    new: Sequence,
    called: Callable[..., tuple[str, ...]],
    alike: int,
) -> Iterator[Change]:
    for first, second in _pairs(old, new, called, alike):
        row = second or first
        subject = called(row)[-1]
        if first is not None and second is not None:
            yield from _values(named, subject, scope, names, first, second)
            continue
        cells = tuple(next(iter(item.cells.values()), None) if item else None for item in (first, second))
        texts = tuple(
            "，".join(str(getattr(item, name)) for name in names if getattr(item, name)) if item else None
            for item in (first, second)
        )
        yield Change(ADDED if first is None else REMOVED, *named, subject, "", "整行", *texts, cells)


def _values(named: tuple, subject: str, scope: str, names: Iterable[str], old, new) -> Iterator[Change]:
    for name in names:
        one, other = getattr(old, name), getattr(new, name)
        if not _same(name, one, other):
            yield Change(
                CHANGED,
                *named,
                subject,
                name,
                field(scope, name).label,
                _text(one),
                _text(other),
                (old.cells.get(name), new.cells.get(name)),
            )


def _same(name: str, one: object, other: object) -> bool:
    """Equal as text without spaces, or as numbers (5 and 5.00); what people write for nothing is nothing."""
    first, second = ("".join((_text(value) or "").split()) for value in (one, other))
    if first == second or (is_blank(first) and is_blank(second)):
        return True
    if name in _NUMBERS:
        numbers = money(first), money(second)
        return None not in numbers and numbers[0] == numbers[1]
    return False


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _reports(old: Report | None, new: Report | None) -> Iterator[Change]:
    report = new or old
    named = (report.kind, "", (old.sheet if old else None, new.sheet if new else None))
    if old is None or new is None:
        yield Change(ADDED if old is None else REMOVED, *named, FORM_NAMES[report.kind], "", "整份报告")
        return
    for first, second in _pairs(old.sections, new.sections, lambda section: (section.title,), _ALIKE):
        if first is None or second is None:
            yield Change(
                ADDED if first is None else REMOVED,
                *named,
                (second or first).title,
                "",
                "整节",
                first.text if first else None,
                second.text if second else None,
            )
        elif not _same("text", first.text, second.text):
            yield Change(CHANGED, *named, second.title, "text", "正文", first.text, second.text)


def _pairs(
    old: Sequence[Thing], new: Sequence[Thing], called: Callable[[Thing], tuple[str, ...]], alike: int
) -> list[tuple[Thing | None, Thing | None]]:
    """What belongs together: by each of the names in turn, then the likest pairs first; what is left over
    stands alone.
    In the order of the new version, what is gone at the end.
    """
    partner: dict[int, int] = {}
    free = list(range(len(old)))
    for place in range(len(called(old[0])) if old else 0):
        for number, thing in enumerate(new):
            name = "".join(called(thing)[place].split())
            if number in partner or not name:
                continue
            match = next((one for one in free if "".join(called(old[one])[place].split()) == name), None)
            if match is not None:
                partner[number] = match
                free.remove(match)
    left = [number for number in range(len(new)) if number not in partner]
    rated = sorted(
        (
            (_likeness(called(old[one])[-1], called(new[number])[-1]), -abs(one - number), one, number)
            for one in free
            for number in left
        ),
        reverse=True,
    )
    for likeness, _, one, number in rated:
        if likeness >= alike and one in free and number not in partner:
            partner[number] = one
            free.remove(one)
    return [
        (old[partner[number]] if number in partner else None, thing) for number, thing in enumerate(new)
    ] + [(old[one], None) for one in free]


def _likeness(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    return fuzz.ratio(one, other)


def document(old: Path, new: Path, changes: Iterable[Change]) -> dict:
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
