"""A published form's right values (tests/published/<name>.json) beside what was read of it.

The values were written down from the source, not from a run. `{"any": [...]}` leaves open which of several a
reader takes; a key that is left out is not asked for; null stands for an empty cell and counts only where
something was read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher

Json = dict[str, object]

HEAD = (
    "project",
    "department",
    "unit",
    "year",
    "money_unit",
    "total_score",
    "grade",
    "annual_goal",
    "outcome",
)
FUND = ("initial_budget", "annual_budget", "executed", "execution_rate", "points", "score")
INDICATOR = ("name", "level1", "level2", "target", "actual", "points", "score", "note")
EMPTY = ("", "/", "-", "—", "--", "——")
OPERATORS = ((">=", "≥"), ("=>", "≥"), ("≧", "≥"), ("<=", "≤"), ("=<", "≤"), ("≦", "≤"), ("═", "="))
LIKE = 0.6  # an indicator whose name differs more is another one


@dataclass(slots=True)
class Comparison:
    """How many values were asked for, and which of them were read otherwise, in words."""

    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, right: bool, words: str) -> None:
        """Counts one value."""
        self.asked += 1
        if not right:
            self.wrong.append(words)


def compare_fields(expected: Json, forms: list[Json]) -> Comparison:
    """The fields of a file's forms; a form or an indicator that is none counts as one wrong value."""
    result = Comparison()
    pairs, spare = _form_pairs(expected["read"], forms)
    for number, (wanted, form) in enumerate(pairs, 1):
        where = f"{wanted['kind']} {number}"
        _compare(result, where, HEAD, wanted, form)
        _compare(result, where, ("expected", "actual"), wanted.get("goal", {}), form.get("goal") or {})
        for line, read in _fund_pairs(wanted, form):
            _compare(result, f"{where} 资金 {line['source']}", FUND, line, read)
        rows, extra = _indicator_pairs(wanted, form)
        for row, read in rows:
            _compare(result, f"{where} 指标 {_first(row['name'])}", INDICATOR, row, read)
        for row in extra:
            result.add(False, f"{where}: {row['name']!r} is no indicator")
    for form in spare:
        result.add(False, f"{form['kind']} on {form.get('sheet')!r} is no form")
    return result


def compare_cells(expected: Json, forms: list[Json]) -> Comparison:
    """The cells that some of the values were read from."""
    result = Comparison()
    for wanted, form in _form_pairs(expected["read"], forms)[0]:
        parts = {"funding": _fund_pairs(wanted, form), "indicators": _indicator_pairs(wanted, form)[0]}
        for check in wanted["cells"]:
            part, index, key = re.fullmatch(r"(\w+)(?:\[(\d+)\])?\.(\w+)", check["path"]).groups()
            row = parts[part][int(index)][1] if index else form.get(part) or {}
            cell = (row.get("cells") or {}).get(key)
            result.add(cell == check["cell"], f"{check['path']}: {check['cell']}, read from {cell}")
    return result


def _compare(result: Comparison, where: str, keys: tuple[str, ...], wanted: Json, read: Json) -> None:
    for key in keys:
        if key not in wanted:
            continue
        want, got = wanted[key], read.get(key)
        if want is None and _is_empty(got):
            continue
        right = want is not None and any(_same(key, one, got) for one in _choices(want))
        result.add(right, f"{where} {key}: {want!r}, read as {got!r}")


def _form_pairs(wanted: list[Json], forms: list[Json]) -> tuple[list[tuple[Json, Json]], list[Json]]:
    """Each wanted form with the read one of its kind that has most of its indicators and its project."""
    spare = [form for form in forms if form.get("indicators") or form.get("funding")]
    pairs: list[tuple[Json, Json]] = []
    for form in wanted:
        names = {name for row in form["indicators"] for name in map(_name, _choices(row["name"]))}

        def likeness(read: Json, form: Json = form, names: set[str] = names) -> int:
            same = len(names & {_name(row["name"]) for row in read["indicators"]})
            return same + (_text(form.get("project")) == _text(read.get("project")))

        candidates = [read for read in spare if read["kind"] == form["kind"]]
        best = max(candidates, key=likeness, default={})
        spare = [read for read in spare if read is not best]
        pairs.append((form, best))
    return pairs, spare


def _fund_pairs(wanted: Json, form: Json) -> list[tuple[Json, Json]]:
    return _row_pairs(wanted["funding"], form.get("funding") or [], "source", _text)[0]


def _indicator_pairs(wanted: Json, form: Json) -> tuple[list[tuple[Json, Json]], list[Json]]:
    return _row_pairs(wanted["indicators"], form.get("indicators") or [], "name", _name)


def _row_pairs(
    wanted: list[Json], read: list[Json], key: str, words: Callable[[object], str]
) -> tuple[list[tuple[Json, Json]], list[Json]]:
    """Rows in pairs, by equal names first, then by the likeliest; then what was read beyond them."""
    spare = list(read)
    found: dict[int, Json] = {}
    for least in (1.0, LIKE):
        for index, row in enumerate(wanted):
            if index in found:
                continue
            ratios = [_likeness(row[key], other[key], words) for other in spare]
            if ratios and max(ratios) >= least:
                found[index] = spare.pop(ratios.index(max(ratios)))
    return [(row, found.get(index, {})) for index, row in enumerate(wanted)], spare


def _likeness(wanted: object, read: object, words: Callable[[object], str]) -> float:
    return max(SequenceMatcher(None, words(one), words(read)).ratio() for one in _choices(wanted))


def _choices(value: object) -> Iterator[object]:
    yield from value["any"] if isinstance(value, dict) else (value,)


def _first(value: object) -> str:
    return _text(next(_choices(value)))


def _is_empty(value: object) -> bool:
    return _text(value) in EMPTY


def _same(key: str, wanted: object, read: object) -> bool:
    if _number(wanted) is not None and _number(wanted) == _number(read):
        return True
    words = {"name": _name, "level1": _level, "level2": _level}.get(key, _text)
    return words(wanted) == words(read)


def _text(value: object) -> str:
    """A value without spaces and line breaks, half-width, with one sign for each operator."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", "" if value is None else str(value)))
    for old, new in OPERATORS:
        text = text.replace(old, new)
    return text


def _number(value: object) -> tuple[Decimal, bool] | None:
    """An amount and whether it is a percentage; None for what is no number."""
    text = _text(value).replace(",", "")
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        return None
    return (number, text.endswith("%")) if number.is_finite() else None


def _name(value: object) -> str:
    """An indicator's name without the number of a placeholder before it (指标1：)."""
    return re.sub(r"^指标\d+[:.、]?", "", _text(value))


def _level(value: object) -> str:
    """A level's name without its points and without 指标 at its end."""
    return re.sub(r"指标$", "", re.sub(r"\(\d+(\.\d+)?分?\)$", "", _text(value)))
