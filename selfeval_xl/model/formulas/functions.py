"""The functions that formulas may call, by name. Each gets the evaluation and its arguments as trees."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_UP
from typing import Protocol

from selfeval_xl.model.formulas import days, texts
from selfeval_xl.model.formulas.syntax import Node, Range
from selfeval_xl.model.formulas.values import (
    NOT_AVAILABLE,
    REF,
    VALUE,
    ErrorValue,
    Matrix,
    Place,
    Scalar,
    UnknownFormula,
    Value,
    broadcast,
    elementwise,
    first_of,
    number_of,
    parsed,
    rounded,
    text_of,
    truth_of,
)
from selfeval_xl.model.grid import column_name


class Asked(Protocol):
    """What a function may ask of the evaluation."""

    place: Place

    def value(self, node: Node | None) -> Value: ...

    def scalar(self, node: Node | None) -> Scalar: ...

    def number(self, node: Node | None) -> float | ErrorValue: ...

    def range(self, node: Node | None) -> Range | ErrorValue | None: ...


Arguments = Sequence[Node | None]
Function = Callable[[Asked, Arguments], Value]


def _if(ask: Asked, arguments: Arguments) -> Value:
    condition = ask.value(arguments[0])

    def branch(number: int, missing: Scalar) -> Value:
        return ask.value(arguments[number]) if len(arguments) > number else missing

    if isinstance(condition, Matrix) and (len(condition.rows), condition.width) != (1, 1):
        return broadcast(_choice, condition, branch(1, True), branch(2, False))
    is_true = truth_of(first_of(condition))
    if isinstance(is_true, ErrorValue):
        return is_true
    return branch(1, True) if is_true else branch(2, False)


def _choice(condition: Scalar, yes: Scalar, no: Scalar) -> Scalar:
    is_true = truth_of(condition)
    return is_true if isinstance(is_true, ErrorValue) else yes if is_true else no


def _iferror(ask: Asked, arguments: Arguments) -> Value:
    value, instead = ask.value(arguments[0]), ask.value(arguments[1])
    return broadcast(lambda one, other: other if isinstance(one, ErrorValue) else one, value, instead)


def _choose(ask: Asked, arguments: Arguments) -> Value:
    number = ask.number(arguments[0])
    if isinstance(number, ErrorValue):
        return number
    return ask.value(arguments[int(number)]) if 1 <= number < len(arguments) else VALUE


def _truths(ask: Asked, arguments: Arguments) -> list[bool] | ErrorValue:
    """The truth values of all arguments; texts and empty cells of ranges are left out."""
    found = []
    for argument in arguments:
        value = ask.value(argument)
        is_cells = isinstance(value, Matrix)
        for one in value.values() if isinstance(value, Matrix) else (value,):
            if is_cells and (one is None or isinstance(one, str)):
                continue
            truth = truth_of(one)
            if isinstance(truth, ErrorValue):
                return truth
            found.append(truth)
    return found or VALUE


def _and(ask: Asked, arguments: Arguments) -> Value:
    truths = _truths(ask, arguments)
    return truths if isinstance(truths, ErrorValue) else all(truths)


def _or(ask: Asked, arguments: Arguments) -> Value:
    truths = _truths(ask, arguments)
    return truths if isinstance(truths, ErrorValue) else any(truths)


def _not(value: Scalar) -> Scalar:
    truth = truth_of(value)
    return truth if isinstance(truth, ErrorValue) else not truth


def _numbers(ask: Asked, arguments: Arguments) -> list[float] | ErrorValue:
    """The numbers of all arguments; of cells only what is a number counts."""
    found = []
    for argument in arguments:
        value = ask.value(argument)
        for one in value.values() if isinstance(value, Matrix) else (value,):
            if isinstance(value, Matrix) and (one is None or isinstance(one, str | bool)):
                continue
            number = number_of(one)
            if isinstance(number, ErrorValue):
                return number
            found.append(number)
    return found


def _of_numbers(function: Callable[[list[float]], Scalar]) -> Function:
    def called(ask: Asked, arguments: Arguments) -> Value:
        numbers = _numbers(ask, arguments)
        return numbers if isinstance(numbers, ErrorValue) else function(numbers)

    return called


def _count(ask: Asked, arguments: Arguments) -> Value:
    """How many numbers there are; errors and texts do not count."""
    total = 0
    for argument in arguments:
        value = ask.value(argument)
        for one in value.values() if isinstance(value, Matrix) else (value,):
            total += isinstance(one, float)
    return float(total)


def _counta(ask: Asked, arguments: Arguments) -> Value:
    values = [ask.value(argument) for argument in arguments]
    return float(
        sum(
            sum(one is not None for one in value.values()) if isinstance(value, Matrix) else 1
            for value in values
        )
    )


def _countblank(ask: Asked, arguments: Arguments) -> Value:
    return float(sum(one in (None, "") for one in _listed(ask.value(arguments[0]))))


def _sumproduct(ask: Asked, arguments: Arguments) -> Value:
    factors = [ask.value(argument) for argument in arguments]

    def product(*values: Scalar) -> Scalar:
        result = 1.0
        for value in values:
            result *= value if isinstance(value, float) else 0.0
        return result

    result = elementwise(product, *factors)
    total = 0.0
    for one in _listed(result):
        if isinstance(one, ErrorValue):
            return one
        total += one if isinstance(one, float) else 0.0
    return total


def _criterion(value: Scalar) -> Callable[[Scalar], bool]:
    """Whether a cell meets a criterion of COUNTIF: 5, ">=5", "<>", "*待补充*"."""
    if not isinstance(value, str):
        return lambda one: isinstance(one, float) and one == number_of(value)
    match = re.match(r"(<>|<=|>=|=|<|>)?(.*)", value, re.S)
    assert match is not None  # the pattern fits every text
    sign, wanted = match[1] or "=", match[2]
    number = _plain(wanted)
    if sign in ("=", "<>"):
        return lambda one: _fits(one, wanted, number) is (sign == "=")
    if number is None:
        raise UnknownFormula
    limit = number
    orders: Mapping[str, Callable[[float], bool]] = {
        "<": lambda one: one < limit,
        ">": lambda one: one > limit,
        "<=": lambda one: one <= limit,
        ">=": lambda one: one >= limit,
    }
    return lambda one: isinstance(one, float) and orders[sign](one)


def _plain(text: str) -> float | None:
    """The number that a text of a criterion spells, if any."""
    number = parsed(text) if text else VALUE
    return number if isinstance(number, float) else None


def _fits(one: Scalar, wanted: str, number: float | None) -> bool:
    if number is not None:
        return one == number if isinstance(one, float) else isinstance(one, str) and one.strip() == wanted
    if not wanted:
        return one is None
    return isinstance(one, str) and _wildcards(wanted).fullmatch(one) is not None


def _wildcards(text: str) -> re.Pattern[str]:
    """A text with the wildcards *, ? and ~ as a pattern."""
    pieces = re.findall(r"~[*?~]|.", text, re.S)
    return re.compile(
        "".join(".*" if piece == "*" else "." if piece == "?" else re.escape(piece[-1]) for piece in pieces),
        re.S | re.I,
    )


def _matching(ask: Asked, pairs: Arguments) -> list[bool]:
    """For each cell of the ranges, whether all criteria hold; ranges and criteria take turns."""
    columns = []
    for cells, wanted in zip(pairs[::2], pairs[1::2], strict=True):
        meets = _criterion(ask.scalar(wanted))
        columns.append([meets(one) for one in _listed(ask.value(cells))])
    return [all(row) for row in zip(*columns, strict=True)]


def _countif(ask: Asked, arguments: Arguments) -> Value:
    return float(sum(_matching(ask, arguments)))


def _sumifs(ask: Asked, arguments: Arguments) -> Value:
    amounts = _listed(ask.value(arguments[0]))
    return _sum_of(amounts, _matching(ask, arguments[1:]))


def _sumif(ask: Asked, arguments: Arguments) -> Value:
    amounts = _listed(ask.value(arguments[2 if len(arguments) > 2 else 0]))
    return _sum_of(amounts, _matching(ask, arguments[:2]))


def _sum_of(amounts: Sequence[Scalar], chosen: Sequence[bool]) -> Scalar:
    if len(amounts) != len(chosen):
        raise UnknownFormula
    total = 0.0
    for amount, is_chosen in zip(amounts, chosen, strict=True):
        if is_chosen and isinstance(amount, ErrorValue):
            return amount
        if is_chosen and isinstance(amount, float):
            total += amount
    return total


def _match(ask: Asked, arguments: Arguments) -> Value:
    wanted, cells = ask.value(arguments[0]), _listed(ask.value(arguments[1]))
    if len(arguments) < 3 or ask.number(arguments[2]) != 0:
        raise UnknownFormula
    return elementwise(lambda one: _found_at(one, cells), wanted)


def _found_at(wanted: Scalar, cells: Sequence[Scalar]) -> Scalar:
    if wanted is None:
        wanted = 0.0
    if isinstance(wanted, str) and re.search(r"[*?~]", wanted):
        pattern = _wildcards(wanted)
        found = (isinstance(one, str) and pattern.fullmatch(one) is not None for one in cells)
    elif isinstance(wanted, str):
        found = (isinstance(one, str) and one.casefold() == wanted.casefold() for one in cells)
    else:
        found = (type(one) is type(wanted) and one == wanted for one in cells)
    return next((float(number) for number, fits in enumerate(found, 1) if fits), NOT_AVAILABLE)


def _index(ask: Asked, arguments: Arguments) -> Value:
    cells = ask.value(arguments[0])
    if isinstance(cells, ErrorValue):
        return cells
    matrix = cells if isinstance(cells, Matrix) else Matrix(((cells,),))
    numbers = [ask.number(argument) for argument in arguments[1:]]
    for number in numbers:
        if isinstance(number, ErrorValue):
            return number
    wanted = [int(number) for number in numbers if isinstance(number, float)]
    row, column = wanted[0], wanted[1] if len(wanted) > 1 else 1
    if len(wanted) == 1 and len(matrix.rows) == 1:
        row, column = 1, row
    if row < 1 or column < 1:
        raise UnknownFormula  # a whole row or column
    return matrix.rows[row - 1][column - 1] if row <= len(matrix.rows) and column <= matrix.width else REF


def _vlookup(ask: Asked, arguments: Arguments) -> Value:
    table = ask.value(arguments[1])
    number = ask.number(arguments[2])
    if not isinstance(table, Matrix) or not isinstance(number, float) or len(arguments) < 4:
        raise UnknownFormula
    if truth_of(ask.scalar(arguments[3])) is not False:
        raise UnknownFormula
    at = elementwise(lambda one: _found_at(one, [row[0] for row in table.rows]), ask.value(arguments[0]))
    line = first_of(at)
    if not isinstance(line, float):
        return line
    return table.rows[int(line) - 1][int(number) - 1] if 1 <= number <= table.width else REF


def _lookup(ask: Asked, arguments: Arguments) -> Value:
    """The last of ascending numbers that is not above the wanted one; errors among them are passed over."""
    wanted, cells = ask.number(arguments[0]), _listed(ask.value(arguments[1]))
    results = _listed(ask.value(arguments[2])) if len(arguments) > 2 else cells
    if isinstance(wanted, ErrorValue):
        return wanted
    fitting = [at for at, one in enumerate(cells) if isinstance(one, float) and one <= wanted]
    if not fitting:
        return NOT_AVAILABLE
    return results[fitting[-1]] if fitting[-1] < len(results) else REF


def _cell(ask: Asked, arguments: Arguments) -> Value:
    """The address of a cell; the other questions of CELL are not known here."""
    named = ask.range(arguments[1]) if len(arguments) > 1 else None
    if text_of(ask.scalar(arguments[0])) != "address" or named is None:
        raise UnknownFormula
    if isinstance(named, ErrorValue):
        return named
    row, column = named.area.top, named.area.left
    sheet = "" if named.sheet is None else f"'{named.sheet}'!"
    return f"{sheet}${column_name(column)}${row + 1}"


def _listed(value: Value) -> list[Scalar]:
    return list(value.values()) if isinstance(value, Matrix) else [value]


def _isref(ask: Asked, arguments: Arguments) -> Value:
    return isinstance(ask.range(arguments[0]), Range)


def _extent(start: str, end: str | None = None) -> Function:
    """ROW, COLUMN, ROWS or COLUMNS, by the sides of the area that they look at."""

    def called(ask: Asked, arguments: Arguments) -> Value:
        if not arguments and end is None:
            return float((ask.place.row if start == "top" else ask.place.column) + 1)
        named = ask.range(arguments[0]) if arguments else None
        if isinstance(named, ErrorValue):
            return named
        if named is None:
            raise UnknownFormula
        first = int(getattr(named.area, start))
        return float(first + 1 if end is None else int(getattr(named.area, end)) - first + 1)

    return called


def _hyperlink(ask: Asked, arguments: Arguments) -> Value:
    return ask.value(arguments[-1])


def _number_or_zero(ask: Asked, arguments: Arguments) -> Value:
    value = ask.scalar(arguments[0])
    return value if isinstance(value, float | ErrorValue) else float(value) if value is True else 0.0


def _text_or_nothing(ask: Asked, arguments: Arguments) -> Value:
    value = ask.scalar(arguments[0])
    return value if isinstance(value, str | ErrorValue) else ""


def _lifted(function: Callable[..., Scalar]) -> Function:
    """A function of single values, which is applied to each element of matrices; errors pass through."""
    return lambda ask, arguments: elementwise(function, *(ask.value(each) for each in arguments))


def _asking(test: Callable[[Scalar], bool]) -> Function:
    """A question about single values, errors included."""
    return lambda ask, arguments: broadcast(test, ask.value(arguments[0]))


def _of_texts(function: Callable[..., Scalar]) -> Function:
    """A function whose first argument is a text, the others numbers."""

    def applied(text: Scalar, *others: Scalar) -> Scalar:
        given = text_of(text)
        numbers = [number_of(other) for other in others]
        bad = next((each for each in (given, *numbers) if isinstance(each, ErrorValue)), None)
        return bad if bad is not None else function(given, *(int(each) for each in numbers))  # type: ignore[arg-type]

    return _lifted(applied)


def _value(value: Scalar) -> Scalar:
    return parsed(value) if isinstance(value, str) else VALUE if isinstance(value, bool) else number_of(value)


def _char(value: Scalar) -> Scalar:
    number = number_of(value)
    if isinstance(number, ErrorValue):
        return number
    if not 1 <= number < 128:
        raise UnknownFormula
    return chr(int(number))


def _rounding(how: str | None = None) -> Function:
    def called(value: Scalar, digits: Scalar = 0.0) -> Scalar:
        number, places = number_of(value), number_of(digits)
        if isinstance(number, ErrorValue):
            return number
        if isinstance(places, ErrorValue):
            return places
        return rounded(number, int(places)) if how is None else rounded(number, int(places), how)

    return _lifted(called)


def _of_number(function: Callable[[float], float]) -> Function:
    def called(value: Scalar) -> Scalar:
        number = number_of(value)
        return number if isinstance(number, ErrorValue) else function(number)

    return _lifted(called)


def _mod(value: Scalar, divisor: Scalar) -> Scalar:
    number, by = number_of(value), number_of(divisor)
    if isinstance(number, ErrorValue) or isinstance(by, ErrorValue):
        return VALUE
    return number % by if by else ErrorValue("#DIV/0!")


FUNCTIONS: Mapping[str, Function] = {
    "IF": _if,
    "IFERROR": _iferror,
    "CHOOSE": _choose,
    "AND": _and,
    "OR": _or,
    "NOT": _lifted(_not),
    "TRUE": lambda ask, arguments: True,
    "FALSE": lambda ask, arguments: False,
    "NA": lambda ask, arguments: NOT_AVAILABLE,
    "SUM": _of_numbers(lambda numbers: float(sum(numbers))),
    "MAX": _of_numbers(lambda numbers: max(numbers, default=0.0)),
    "MIN": _of_numbers(lambda numbers: min(numbers, default=0.0)),
    "AVERAGE": _of_numbers(lambda numbers: sum(numbers) / len(numbers) if numbers else ErrorValue("#DIV/0!")),
    "COUNT": _count,
    "COUNTA": _counta,
    "COUNTBLANK": _countblank,
    "COUNTIF": _countif,
    "COUNTIFS": _countif,
    "SUMIF": _sumif,
    "SUMIFS": _sumifs,
    "SUMPRODUCT": _sumproduct,
    "MATCH": _match,
    "INDEX": _index,
    "VLOOKUP": _vlookup,
    "LOOKUP": _lookup,
    "CELL": _cell,
    "DATE": _lifted(days.day_number),
    "YEAR": _lifted(days.year_of),
    "MONTH": _lifted(days.month_of),
    "DAY": _lifted(days.day_of_month),
    "ROW": _extent("top"),
    "COLUMN": _extent("left"),
    "ROWS": _extent("top", "bottom"),
    "COLUMNS": _extent("left", "right"),
    "ISREF": _isref,
    "ISNUMBER": _asking(lambda value: isinstance(value, float)),
    "ISTEXT": _asking(lambda value: isinstance(value, str)),
    "ISBLANK": _asking(lambda value: value is None),
    "ISERROR": _asking(lambda value: isinstance(value, ErrorValue)),
    "ISNA": _asking(lambda value: value == NOT_AVAILABLE),
    "HYPERLINK": _hyperlink,
    "N": _number_or_zero,
    "T": _text_or_nothing,
    "LEFT": _of_texts(texts.left),
    "RIGHT": _of_texts(texts.right),
    "MID": _of_texts(texts.middle),
    "REPT": _of_texts(texts.repeated),
    "LEN": _of_texts(texts.length),
    "TRIM": _of_texts(lambda text: " ".join(filter(None, text.split(" ")))),
    "UPPER": _of_texts(lambda text: text.upper()),
    "LOWER": _of_texts(lambda text: text.lower()),
    "FIND": _lifted(texts.found),
    "SUBSTITUTE": _lifted(texts.substituted),
    "EXACT": _lifted(texts.is_exactly),
    "VALUE": _lifted(_value),
    "CHAR": _lifted(_char),
    "ROUND": _rounding(),
    "ROUNDUP": _rounding(ROUND_UP),
    "ROUNDDOWN": _rounding(ROUND_DOWN),
    "ABS": _of_number(abs),
    "INT": _of_number(lambda number: float(number // 1)),
    "MOD": _lifted(_mod),
}
