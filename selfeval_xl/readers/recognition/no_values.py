"""What stands at a form's cells and is no value: pictures, text boxes, notes, formulas saved as texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from selfeval_xl.model.forms import Form, FundingLine, Goal, Indicator, Problem, Task
from selfeval_xl.model.grid import Area, Grid, Overlay, a1, position
from selfeval_xl.model.places import place_shown

_LONGEST = 40  # characters of a text box or a note in a finding
UNSAVED = "{}是公式，文件里没有保存算出的数，读不到。请用Excel打开，保存后再报送。"
PICTURE = "{}里面是一张图片，不是数也不是字，读不到。请把图片上的内容填写在格子里。"
# The fields of each record in which no rule misses a value by itself.
_MISSED_BY_NO_RULE = {
    Form: ("total_score", "total_points", "grade"),
    FundingLine: ("initial_budget", "annual_budget", "executed", "execution_rate", "points", "score"),
    Goal: ("expected", "actual"),
    Task: ("name", "content", "outcome", "budget", "executed", "points", "score"),
    Indicator: ("points", "score"),
}


def with_what_is_no_value(form: Form, grid: Grid) -> Form:
    """The form with the cells of its records that hold pictures, and with what lies over its cells."""
    if grid.pictures:
        named = {
            name for record in _records(form) for names in record.cells.values() for name in _split(names)
        }
        pictures = (a1(*place) for place in sorted(grid.pictures))
        form = replace(form, pictures=tuple(name for name in pictures if name in named))
    overlays = grid.overlays() if grid.overlays is not None else ()
    return replace(form, overlays=_by_cell(form, grid, overlays)) if overlays else form


def cells_unread(form: Form, grid: Grid, reported: Sequence[Problem]) -> list[Problem]:
    """A problem for each cell with a picture, or a formula without value, of which no rule speaks.

    reported: the problems of the form's cells so far.
    """
    if not form.pictures and not grid.unsaved:
        return []
    found = {
        name: PICTURE
        for record in _records(form)
        for key in _MISSED_BY_NO_RULE[type(record)]
        if getattr(record, key) is None
        for name in _split(record.cells.get(key, ""))
        if name in form.pictures
    }
    if form.frame is not None:
        found |= {a1(*place): UNSAVED for place in grid.unsaved if form.frame.area.holds(*place)}
    known = {problem.cell for problem in reported} | _computed(form)
    return [
        Problem(text.format(place_shown(form.file, grid.name, name)), grid.name, name)
        for name, text in sorted(found.items(), key=lambda item: position(item[0]))
        if name not in known
    ]


def _records(form: Form) -> Iterator[Form | FundingLine | Goal | Task | Indicator]:
    """The form itself and all its records."""
    yield form
    yield form.goal
    yield from form.funding
    yield from form.tasks
    yield from form.indicators


def _split(names: str) -> list[str]:
    """The A1 names in the cell of a field ("F14,F15")."""
    return [name for name in names.split(",") if name]


def _computed(form: Form) -> set[str]:
    """The cells whose value is known, as that of a formula which was computed again."""
    return {
        name
        for record in _records(form)
        for key, names in record.cells.items()
        if getattr(record, key, None) is not None
        for name in _split(names)
    }


def _by_cell(form: Form, grid: Grid, overlays: Iterable[Overlay]) -> dict[str, str]:
    """What lies over each cell with a reason or without a completed value, in words."""
    cells = {row.cells.get("note", "") for row in (*form.indicators, *form.funding)}
    cells |= {row.cells.get("actual", "") for row in form.indicators if row.actual is None}
    areas = {name: grid.area(*position(name)) for names in cells for name in _split(names)}
    words: dict[str, list[str]] = defaultdict(list)
    for overlay in overlays:
        if overlay.area is None:
            words[""].append(_in_words(overlay))
            continue
        for name, area in areas.items():
            if _overlap(area, overlay.area):
                words[name].append(_in_words(overlay))
    return {name: "、".join(dict.fromkeys(found)) for name, found in words.items()}


def _in_words(overlay: Overlay) -> str:
    """The overlay as a sentence names it."""
    if overlay.kind == Overlay.PICTURE:
        return "一张图片"
    text = overlay.text
    return f"{overlay.kind}写着“{text if len(text) <= _LONGEST else f'{text[: _LONGEST - 1]}…'}”"


def _overlap(one: Area, other: Area) -> bool:
    """Whether two areas have a cell in common."""
    return (
        one.top <= other.bottom
        and other.top <= one.bottom
        and one.left <= other.right
        and other.left <= one.right
    )
