"""The button 元转万元: converts the selected amounts after showing old and new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from selfeval_xl.addin.host import Host, preview
from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.grid import Area, Grid, a1, plain_number
from selfeval_xl.model.quantity import Kind, parse, tidy
from selfeval_xl.readers import understand

_TEN_THOUSAND = Decimal(10_000)
WHY = "元换算成万元"
_WARNINGS: dict[str | None, str] = {  # by the money unit that the form names
    "万元": "\n表头写的金额单位已经是“万元”，请确认选中的数确实是元。",
    "元": "\n换算后请把表头的金额单位改成“万元”。",
}


def yuan_to_wan(host: Host) -> None:
    """Divides the selected amounts by 10,000.

    Formulas, percents, dates and what is in 万元 already are left alone.
    """
    name, areas = host.active, host.selection()
    with host.saved() as saved:
        grid = saved.grids.get(name)
        edits = list(wan_edits(grid, areas)) if grid else []
        if not edits:
            host.say("选中的格里没有可以换算的金额。请先选中以元为单位的数（不含公式、百分比），再按一次。")
            return
        forms = understand(saved.source).every_form
        unit = next((form.money_unit for form in forms if form.sheet == name), None)
        warning = _WARNINGS.get(unit, "")
        if not host.ask(f"把选中的{len(edits)}格从元换算成万元，要改吗？\n{preview(edits)}{warning}"):
            host.say("没有改动。")
            return
        with host.quietly():
            applied = host.apply(saved, edits)
    host.say(f"已换算{len(applied.done)}格。要还原请按“撤销本次”。")


def wan_edits(grid: Grid, areas: Iterable[Area]) -> Iterable[Edit]:
    """The edits for all amounts in these areas of a sheet."""
    formulas = grid.formulas() if grid.formulas else {}
    cells = {
        (row, column)
        for area in areas
        for row in range(area.top, min(area.bottom, grid.height - 1) + 1)
        for column in range(area.left, min(area.right, grid.width - 1) + 1)
    }
    for row, column in sorted(cells):
        value = grid.value(row, column)
        if value is None or (row, column) in formulas or "%" in (grid.number_format(row, column) or ""):
            continue
        if grid.scaled(row, column) is not None:  # shown in 万元 by its format
            continue
        new = in_wan(value)
        if new is not None:
            yield Edit(
                grid.name, a1(row, column), grid.text(row, column).strip() or None, new, Look.KEEP, WHY
            )


def in_wan(value: object) -> Decimal | str | None:
    """The amount of a cell in 万元 instead of 元, a text for a text; None for 0 and for anything else."""
    if isinstance(value, (bool, date)):
        return None
    if isinstance(value, (int, float)):
        return Decimal(plain_number(Decimal(format(value, ".15g")) / _TEN_THOUSAND)) if value else None
    quantity = parse(str(value))
    if (
        quantity.kind is not Kind.NUMBER
        or quantity.unit not in ("", "元")
        or not quantity.number
        or "%" in tidy(str(value))
    ):
        return None
    unit = "万元" if quantity.unit else ""
    return (
        f"{quantity.operator}{'约' if quantity.about else ''}"
        f"{plain_number(quantity.number / _TEN_THOUSAND)}{unit}"
    )
