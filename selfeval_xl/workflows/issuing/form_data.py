"""The form data of a roster's project: money in the form's unit, targets as its columns take them.

No file is read or written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from selfeval_xl.assessment.reasons import money_kind
from selfeval_xl.filings.roster import Project, Target
from selfeval_xl.layouts import SELF, Layout
from selfeval_xl.model.forms import DECLARATION
from selfeval_xl.model.money import AMOUNTS, in_unit
from selfeval_xl.model.quantity import Kind, money, parse
from selfeval_xl.readers.recognition.indicators import join_target

_SIGNS = {">": "＞", "<": "＜", "=": "＝"}  # as the drop-down of 指标性质 has them
_WORDS = "定性"
BUDGETS = ("initial_budget", "annual_budget")


def project_data(
    layout: Layout,
    rows: Sequence[Project],
    targets: Iterable[Target],
    department: str,
    unit: str,
    year: int | None,
    last_year: int | None,
    draft: bool = False,
) -> dict[str, object]:
    """The data of the form of one project. rows: its roster rows, one for each source of money.

    draft: as in `indicator_rows`.
    """
    first = rows[0]
    lines = funding(layout, rows)
    data: dict[str, object] = {
        "issued": True,
        "project": first.name,
        "project_code": first.code or "",
        "department": department,
        "unit": unit,
        "funding": lines,
        "indicators": indicator_rows(layout, targets, last_year, draft),
    }
    if layout.funding and not layout.funding.rows and lines:
        del data["funding"]
        data["total"] = {key: _sum(line.get(key) for line in lines) for key in AMOUNTS}
    return data | ({"year": year} if year else {})


def funding(layout: Layout, rows: Sequence[Project]) -> list[dict[str, str]]:
    """The roster's amounts on the printed source rows; sources that fit none get rows of their own.

    A declaration asks for the budget that is applied for: 年初预算数, else 全年预算数.
    """
    if layout.funding is None:
        return []
    lines: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        keys = AMOUNTS if layout.stage == SELF else BUDGETS  # what is executed by then, the department knows
        converted = {key: in_unit(getattr(row, key), layout.money_unit) for key in keys}
        if layout.stage == DECLARATION and converted["initial_budget"] is not None:
            converted["annual_budget"] = converted["initial_budget"]
        amounts = {key: amount for key, amount in converted.items() if amount is not None}
        if amounts:
            line = lines.setdefault(_printed_source(layout.funding.rows, row.source), {})
            for key, amount in amounts.items():
                line[key] = line.get(key, Decimal(0)) + amount
    return [
        {"source": source, **{key: _plain(amount) for key, amount in line.items()}}
        for source, line in lines.items()
    ]


def _printed_source(labels: Iterable[str], source: str) -> str:
    """The printed source row for a source of money: of the same name, else of the same kind.

    A source without a name belongs to the first row.
    """
    printed = [label.removeprefix("其中：") for label in labels]
    plain = source.removeprefix("其中：").strip()
    if plain in printed or not printed:
        return plain or "资金"
    if not plain:
        return printed[0]
    return next((label for label in printed if money_kind(label) == money_kind(plain)), plain)


def in_printed_order(layout: Layout, targets: Iterable[Target]) -> list[Target]:
    """The targets in the order in which the form prints their levels; other levels come last, as given."""
    targets = list(targets)
    order_given = list(dict.fromkeys(target.level1 for target in targets))

    def order(target: Target) -> tuple[int, int, int]:
        first, second = _printed_levels(layout, target)
        if first < 0:
            return len(layout.indicators.levels), 0, order_given.index(target.level1)
        return first, second, 0

    return sorted(targets, key=order)


def _printed_levels(layout: Layout, target: Target) -> tuple[int, int]:
    """The numbers of a target's levels on the form.

    The first is -1 where the form does not print it, the second the number of printed ones.
    """
    for first, (name, below) in enumerate(layout.indicators.levels):
        if _same_level(name, target.level1):
            return first, next(
                (number for number, second in enumerate(below) if _same_level(second, target.level2)),
                len(below),
            )
    return -1, 0


def _same_level(printed: str, given: str) -> bool:
    """Whether one name contains the other: 服务对象满意度指标等 is 服务对象满意度指标."""
    return bool(given) and (given in printed or printed in given)


def strange_levels(layout: Layout, targets: Iterable[Target]) -> list[str]:
    """Levels of these targets that the form does not print, as 一级/二级."""
    levels = layout.indicators.levels
    strange = [
        target
        for target in targets
        if levels
        and target.level1
        and ((numbers := _printed_levels(layout, target))[0] < 0 or numbers[1] == len(levels[numbers[0]][1]))
    ]
    return list(dict.fromkeys(f"{target.level1}/{target.level2}" for target in strange))


def indicator_rows(
    layout: Layout, targets: Iterable[Target], last_year: int | None, draft: bool = False
) -> list[dict[str, object]]:
    """The rows of the indicator table in printed order.

    draft: the targets are taken over from last year, so they are not locked: the department has to compare
    them with this year's budget.
    """
    rows = [indicator(layout, target, last_year) for target in in_printed_order(layout, targets)]
    return [row | {"draft": True} for row in rows] if draft else rows


def indicator(layout: Layout, target: Target, last_year: int | None) -> dict[str, object]:
    """One row of the indicator table: levels, name, target in the form's columns, points, hint."""
    keys = {column.key for column in layout.indicators.columns}
    row: dict[str, object] = {
        "level1": target.level1 or None,
        "level2": target.level2 or None,
        "name": target.name,
        **target_cells(keys, target.target),
    }
    if target.points and "points" in keys:
        row["points"] = target.points
    hints = [
        f"{label}：{text}"
        for label, text in (("指标值", target.last_target), ("完成值", target.last_actual))
        if text
    ]
    if hints:
        row["hint"] = "\n".join([f"上年（{last_year}年度）" if last_year else "上年", *hints])
    return row


def target_cells(keys: Iterable[str], target: str) -> dict[str, str]:
    """A target as the form's columns take it, by key.

    It is split into 指标性质, 指标值 and 度量单位 only where these give the same target again.
    """
    keys = set(keys)
    column = "initial_target" if "initial_target" in keys else "target"
    if not target or not {"operator", "unit"} <= keys:
        return {column: target} if target else {}
    quantity = parse(target)
    if column == "initial_target":
        return {column: target, "operator": "定性指标" if quantity.kind is Kind.TEXT else "定量指标"}
    if quantity.kind in (Kind.TEXT, Kind.DEADLINE):
        return {column: target, "operator": _WORDS}
    if quantity.kind is Kind.NUMBER and quantity.number is not None:
        sign = _SIGNS.get(quantity.operator, quantity.operator)
        number = f"{quantity.number:f}"
        if parse(join_target(sign, number, quantity.unit or None)) == parse(target):
            return {column: number, "operator": sign, "unit": quantity.unit or ""}
    return {column: target}


def _plain(amount: Decimal) -> str:
    """The amount as it would be typed, without zeros at the end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sum(amounts: Iterable[str | None]) -> str | None:
    """The sum of amounts as typed; None where there is none."""
    numbers = [number for amount in amounts if (number := money(amount)) is not None]
    return _plain(sum(numbers, Decimal(0))) if numbers else None
