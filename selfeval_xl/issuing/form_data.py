"""One project of the roster as the data of its form: money in the form's unit, targets as its columns want
them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..county.arithmetic import in_unit
from ..county.roster import Project, Target
from ..county.words import money_kind
from ..layouts import Layout
from ..quantity import Kind, money, parse
from ..reading.indicators import join_target

AMOUNTS = ("initial_budget", "annual_budget", "executed")
_SIGNS = {">": "＞", "<": "＜", "=": "＝"}  # as the drop-down of 指标性质 has them
_WORDS = "定性"


def project_data(
    layout: Layout,
    rows: Sequence[Project],
    targets: Iterable[Target],
    department: str,
    unit: str,
    year: int | None,
    last_year: int | None,
) -> dict:
    """The form of a project whose roster rows (one for each source of money) and targets are these."""
    first = rows[0]
    data = {
        "issued": True,
        "project": first.name,
        "project_code": first.code or "",
        "department": department,
        "unit": unit,
        "funding": funding(layout, rows),
        "indicators": [indicator(layout, target, last_year) for target in in_printed_order(layout, targets)],
    }
    if layout.funding and not layout.funding.rows and data["funding"]:
        data["total"] = {key: _sum(row.get(key) for row in data.pop("funding")) for key in AMOUNTS}
    return data | ({"year": year} if year else {})


def funding(layout: Layout, rows: Sequence[Project]) -> list[dict]:
    """The roster's amounts on the printed source rows that they belong to; what fits none gets a row of its
    own.
    """
    if layout.funding is None:
        return []
    lines: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        amounts = {key: in_unit(getattr(row, key), layout.money_unit) for key in AMOUNTS}
        told = {key: amount for key, amount in amounts.items() if amount is not None}
        if told:
            line = lines.setdefault(_printed_source(layout, row.source), {})
            for key, amount in told.items():
                line[key] = line.get(key, Decimal(0)) + amount
    return [
        {"source": source, **{key: _plain(amount) for key, amount in line.items()}}
        for source, line in lines.items()
    ]


def _printed_source(layout: Layout, source: str) -> str:
    """The printed source row for a source of money: of the same name, else of the same kind; without a name
    the first.
    """
    printed = [label.removeprefix("其中：") for label in layout.funding.rows]
    plain = source.removeprefix("其中：").strip()
    if plain in printed or not printed:
        return plain or "资金"
    if not plain:
        return printed[0]
    return next((label for label in printed if money_kind(label) == money_kind(plain)), plain)


def in_printed_order(layout: Layout, targets: Iterable[Target]) -> list[Target]:
    """The targets in the order in which the form prints their levels; levels that it does not print come
    last, as given.
    """
    targets = list(targets)
    given = list(dict.fromkeys(target.level1 for target in targets))

    def order(target: Target) -> tuple[int, int, int]:
        first, second = _printed_place(layout, target)
        return (
            (first, second, 0)
            if first >= 0
            else (len(layout.indicators.levels), 0, given.index(target.level1))
        )

    return sorted(targets, key=order)


def _printed_place(layout: Layout, target: Target) -> tuple[int, int]:
    """Where the form prints the levels of a target; -1 for a first level that it does not print, a high
    number for such a second one.
    """
    for first, (name, below) in enumerate(layout.indicators.levels):
        if _same_level(name, target.level1):
            return first, next(
                (number for number, second in enumerate(below) if _same_level(second, target.level2)),
                len(below),
            )
    return -1, 0


def _same_level(printed: str, given: str) -> bool:
    """社会公众或服务对象满意度指标 and 服务对象满意度指标等 are 服务对象满意度指标."""
    return bool(given) and (given in printed or printed in given)


def strange_levels(layout: Layout, targets: Iterable[Target]) -> list[str]:
    """Levels of these targets that the form does not print, as 一级/二级."""
    levels = layout.indicators.levels
    strange = [
        target
        for target in targets
        if levels
        and target.level1
        and ((place := _printed_place(layout, target))[0] < 0 or place[1] == len(levels[place[0]][1]))
    ]
    return list(dict.fromkeys(f"{target.level1}/{target.level2}" for target in strange))


def indicator(layout: Layout, target: Target, last_year: int | None) -> dict:
    """One row of the indicator table: levels, name, target in the form's columns, points, and a note of last
    year's.
    """
    keys = {column.key for column in layout.indicators.columns}
    row = {
        "level1": target.level1 or None,
        "level2": target.level2 or None,
        "name": target.name,
        **target_cells(keys, target.target),
    }
    if target.points and "points" in keys:
        row["points"] = target.points.rstrip("分")
    told = [
        f"{label}：{text}"
        for label, text in (("指标值", target.last_target), ("完成值", target.last_actual))
        if text
    ]
    if told:
        row["hint"] = "\n".join([f"上年（{last_year}年度）" if last_year else "上年", *told])
    return row


def target_cells(keys: Iterable[str], target: str) -> dict[str, str]:
    """A target as the form's columns take it: whole, or split in 指标性质, 指标值 and 度量单位 where it can
    be put together again.
    """
    keys = set(keys)
    place = "initial_target" if "initial_target" in keys else "target"
    if not target or not {"operator", "unit"} <= keys:
        return {place: target} if target else {}
    quantity = parse(target)
    if place == "initial_target":
        return {place: target, "operator": "定性指标" if quantity.kind is Kind.TEXT else "定量指标"}
    if quantity.kind in (Kind.TEXT, Kind.DEADLINE):
        return {place: target, "operator": _WORDS}
    if quantity.kind is Kind.NUMBER and quantity.number is not None:
        sign = _SIGNS.get(quantity.operator, quantity.operator)
        number = f"{quantity.number:f}"
        if parse(join_target(sign, number, quantity.unit or None)) == parse(target):
            return {place: number, "operator": sign, "unit": quantity.unit or ""}
    return {place: target}


def _plain(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sum(amounts: Iterable[str | None]) -> str | None:
    numbers = [money(amount) for amount in amounts if amount is not None]
    return _plain(sum(numbers, Decimal(0))) if numbers else None
