"""Amounts of a funding table: their unit, conversion, and the execution rate as displayed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from selfeval_xl.model.grid import Area, percent_text, plain_number
from selfeval_xl.model.quantity import money, parse
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

# neither a place (元江县) nor an amount (50万元)
_UNIT = (
    r"(?<![0-9.])(亿元|千万元|百万元|万元|千元|百元|(?<![美欧港日])元)"
    r"(?!(?!人民币|为单位|下同|保留)[\u4e00-\u9fff])"
)
_UNIT_IN = re.compile(
    rf"[(（\[【][^()（）\[\]【】]{{0,10}}?{_UNIT}[^()（）\[\]【】]{{0,6}}[)）\]】]"
    rf"|(?:单位|金额单位|计量单位)[:：为]?\s*(?:人民币)?{_UNIT}"
)
# Behind the label of an amount: 年初预算数/万元, 支出数，元.
_UNIT_BEHIND = re.compile(
    rf"(?<=[数额算出行付用拨成款金资况计排达定复])(?:[/、,，]\s?|\s{{1,3}}){_UNIT}\s?\Z"
)
_LONGEST = 60
_ROWS_ABOVE = 6  # of a sheet, above its first form's title


@lru_cache(maxsize=4096)
def unit_in(text: str) -> str | None:
    """The unit of money that a text names in brackets or behind 单位; None where it names none."""
    if len(text) > _LONGEST or "元" not in text:
        return None
    match = _unit(text)
    return next(filter(None, match.groups())) if match else None


def _unit(text: str) -> re.Match[str] | None:
    """Where a text names a unit of money, if it does."""
    plain = unicodedata.normalize("NFKC", text)
    return _UNIT_IN.search(plain) or _UNIT_BEHIND.search(plain)


def without_unit(text: str) -> str:
    """A label without the unit in brackets, behind 单位 or behind a stroke."""
    return _UNIT_BEHIND.sub("", _UNIT_IN.sub("", unicodedata.normalize("NFKC", text)))


def money_unit(sheet: ScannedSheet, area: Area, rows: tuple[int, int], bottom: int) -> str | None:
    """The unit of money that the head of the funding table names, else the form; None where neither does.

    rows: of the head. bottom: the last row above the indicators, where a unit in brackets may be another's.
    """
    return (
        _unit_of_rows(sheet, area, rows, False)
        or _unit_of_rows(sheet, area, (area.top, bottom), False)
        or (_unit_above(sheet, area) if area.top <= _ROWS_ABOVE else None)
        or _unit_of_rows(sheet, area, (area.top, area.bottom), True)
    )


def _unit_of_rows(sheet: ScannedSheet, area: Area, rows: tuple[int, int], plain: bool) -> str | None:
    """The unit that a cell of the rows names; plain: only behind 单位, not in brackets."""
    for row in range(max(rows[0], 0), min(rows[1], sheet.grid.height - 1) + 1):
        for column in sheet.filled(row, area.left, area.right):
            value = sheet.grid.value(row, column)
            if not isinstance(value, str) or len(value) > _LONGEST or "元" not in value:
                continue
            match = _unit(value)
            behind = match is not None and match.re is _UNIT_IN and bool(match[2])
            if match and (behind or not plain):
                if behind:
                    sheet.furniture.add((row, column))
                return unit_in(value)
    return None


def _unit_above(sheet: ScannedSheet, area: Area) -> str | None:
    """The unit in the lone lines above a sheet's first form or the paragraphs above a Word table, if any."""
    lines = sheet.lines
    if area.top and all(len(lines[row]) <= 1 for row in range(area.top)):
        return next(
            filter(
                None, (_unit_of_rows(sheet, area, (row, row), False) for row in range(area.top - 1, -1, -1))
            ),
            None,
        )
    if area.top:
        return None
    return next(filter(None, map(unit_in, (sheet.grid.caption, *reversed(sheet.grid.above)))), None)


def is_amount(text: str) -> bool:
    """Whether a text is an amount, with a unit of its own or without."""
    return bool(text) and (money(text) is not None or ("元" in text and converted(text, "元") is not None))


def amount_text(text: str, unit: str) -> str:
    """An amount in the form's unit, without separators and full-width digits; anything else as typed.

    An amount with a unit of its own (12.5万元 in a form in 元) is converted.
    """
    number = money(text)
    if number is not None:
        if text.isascii() and "," not in text:
            return text.replace(" ", "")
        return (
            unicodedata.normalize("NFKC", text)
            .replace(",", "")
            .replace("¥", "")
            .replace("￥", "")
            .replace(" ", "")
            .strip()
        )
    return converted(text, unit) or text


def in_form_unit(text: str, printed: str | None, unit: str) -> str:
    """An amount in the form's unit. printed: the unit in the head of its column, None where it has none."""
    if printed and printed != unit and money(text) is not None:
        return converted(f"{amount_text(text, unit)}{printed}", unit) or text
    return amount_text(text, unit)


def converted(text: str, unit: str) -> str | None:
    """An amount with a unit of its own as a number in the form's unit; None where it is no plain amount."""
    quantity = parse(text)
    typed, wanted = quantity.measure, parse(f"1{unit}").measure
    if (
        quantity.number is None
        or typed is None
        or wanted is None
        or typed.dimension != "money"
        or quantity.operator
        or quantity.about
        or quantity.upper is not None
    ):
        return None
    return plain_number(quantity.number * typed.factor / wanted.factor)


def rate_text(label: Label, values: Mapping[str, str | None]) -> str | None:
    """The execution rate as displayed.

    A bare number under a head with % is percent, unless the amounts show that it is a ratio.
    """
    text = values.get("execution_rate")
    number = money(text)
    if text is None or number is None or ("%" not in label.text and "％" not in label.text):
        return text
    budget = money(values.get("annual_budget") or values.get("initial_budget"))
    executed = money(values.get("executed"))
    if (
        budget
        and executed is not None
        and abs(number - executed / budget) <= Decimal("0.006") < abs(number - executed / budget * 100)
    ):
        return percent_text(number)
    return f"{text}%"


def as_percent(rate: str | None, budget: Decimal | None, executed: Decimal | None) -> bool | None:
    """Whether a bare number is percent (38) and no ratio (0.38), by the amounts; None where they do not tell.

    rate: as typed under a head without %.
    """
    number = money(rate)
    if number is None or not budget or not executed:
        return None
    near = [abs(number - executed / budget * factor) <= Decimal("0.006") * factor for factor in (100, 1)]
    return near[0] if near[0] != near[1] else None
