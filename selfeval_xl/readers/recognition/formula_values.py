"""Values of plain formulas that a file holds without their result.

Plain: + - * /, SUM, ROUND and MIN over cells of the same sheet, and the sums of our templates, whose ranges
move with the rows (INDEX($E:$E,ROW()+1)) and which stay empty above empty cells (IF(COUNT(…)=0,"",…)).
Anything else (other IF, other sheets, names) has no value here, and neither has what depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import partial

from selfeval_xl.model.grid import Grid, percent_text, plain_number, position
from selfeval_xl.model.quantity import percent

Place = tuple[int, int]

_TOKEN = re.compile(
    r"\s{0,99}+(?:(?P<number>\d+(?:\.\d*)?|\.\d+)"
    r"|(?P<cell>\$?[A-Z]{1,3}\$?\d{1,7})(?![\w(!])"
    r"|(?P<name>[A-Z]{1,12})\(|(?P<sign>[-+*/(),:%]))",
    re.IGNORECASE,
)
_OF_ROW = re.compile(  # the cell of a column in a row counted from the formula's own
    r"INDEX\(\$?(?P<column>[A-Z]{1,3}):\$?(?P=column),ROW\(\)(?P<step>[+-]\d{1,4})?\)", re.IGNORECASE
)
_UNLESS_EMPTY = re.compile(
    r"\s?IF\(COUNT\((?P<counted>[^()]{1,200})\)=0,\"\",(?P<rest>.{1,300})\)\s?\Z", re.IGNORECASE | re.DOTALL
)
_FUNCTIONS = frozenset(("SUM", "ROUND", "MIN"))
_LONGEST_FORMULA = 400
_MOST_CELLS = 2000  # of a range
_DEEPEST = 40  # formulas that refer to each other
_EXACT = Context(prec=30)


class _Unknown(Exception):
    """The formula has no value here."""


class FormulaValues:
    """The values of a Grid's formulas, computed when asked for."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.formulas: Mapping[Place, str] = grid.formulas() if grid.formulas else {}
        self.blanks = grid.blanks() if grid.blanks else frozenset()
        self._known: dict[Place, Decimal | None] = {}
        self._open: set[Place] = set()

    def text(self, name: str, decimals: int = 6) -> str | None:
        """The value of a formula's cell as it would be displayed; None where it has none.

        name: of the cell in A1 style. A formula none of whose cells holds a number has no value either.
        """
        place = position(name)
        try:
            value = self._formula(place)
        except _Unknown:
            return None
        if value is None:
            return None
        number_format = self.grid.number_format(*place) or ""
        try:
            if "%" in number_format:
                return percent_text(value, len(number_format.partition(".")[2].rstrip("%")))
            return plain_number(rounded(value, decimals))
        except InvalidOperation:  # more digits than a number of the world has
            return None

    def is_empty(self, name: str) -> bool:
        """Whether the formula of a cell can be computed and none of its cells holds a number."""
        try:
            return self._formula(position(name)) is None
        except _Unknown:
            return False

    def _formula(self, place: Place) -> Decimal | None:
        """The value of a formula; None where its cells are empty."""
        if place in self._known:
            return self._known[place]
        formula = self.formulas[place]
        if place in self._open or len(self._open) >= _DEEPEST or len(formula) > _LONGEST_FORMULA:
            raise _Unknown
        self._open.add(place)
        try:
            value = self._plain(_OF_ROW.sub(partial(_cell_of_row, place[0]), formula.removeprefix("=")))
        except (InvalidOperation, ArithmeticError) as fault:
            raise _Unknown from fault
        finally:
            self._open.discard(place)
        self._known[place] = value
        return value

    def _plain(self, formula: str) -> Decimal | None:
        """The value of a formula whose cells stand as A1 names."""
        match = _UNLESS_EMPTY.match(formula)
        if match is None:
            return _Reading(self, formula).value()
        counted = _Reading(self, f"SUM({match['counted']})").value()
        return None if counted is None else _Reading(self, match["rest"]).value()

    def cell(self, place: Place) -> Decimal | None:
        """The number in a cell; None where it is empty. Raises _Unknown for a text that is no number."""
        value = self.grid.value(*place)
        if isinstance(value, bool):
            raise _Unknown
        if isinstance(value, int | float):
            return Decimal(format(value, ".15g"))
        if value is None:
            if place in self.formulas and place not in self.blanks:
                return self._formula(place)
            return None
        number = percent(str(value))
        if number is None:
            raise _Unknown
        return number

    def summand(self, place: Place) -> Decimal | None:
        """The number in a cell of a range, where texts do not count (but errors do)."""
        value = self.grid.value(*place)
        if isinstance(value, str):
            if value.startswith("#"):
                raise _Unknown
            return None
        return None if isinstance(value, bool) else self.cell(place)


def _cell_of_row(row: int, match: re.Match[str]) -> str:
    """The A1 name of the cell that INDEX over a whole column gives for a formula in this row."""
    wanted = row + 1 + int(match["step"] or 0)
    return f"{match['column']}{wanted}" if wanted > 0 else match[0]


def rounded(number: Decimal, decimals: int) -> Decimal:
    """The number rounded half up, as Excel rounds."""
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT)


class _Reading:
    """One pass through a formula."""

    def __init__(self, values: FormulaValues, formula: str) -> None:
        self.values = values
        self.tokens = list(_tokens(formula))
        self.at = 0
        self.seen_number = False

    def value(self) -> Decimal | None:
        """The value; None where the formula's cells are all empty."""
        result = self._sum()
        if self.at < len(self.tokens):
            raise _Unknown
        return result if self.seen_number else None

    def _next(self, *signs: str) -> str:
        """The sign at this place, which is passed, where it is one of these; else ""."""
        if self.at < len(self.tokens) and self.tokens[self.at] in [("sign", sign) for sign in signs]:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def _need(self, sign: str) -> None:
        if not self._next(sign):
            raise _Unknown

    def _sum(self) -> Decimal:
        result = self._product()
        while sign := self._next("+", "-"):
            other = self._product()
            result = _EXACT.add(result, other) if sign == "+" else _EXACT.subtract(result, other)
        return result

    def _product(self) -> Decimal:
        result = self._factor()
        while sign := self._next("*", "/"):
            other = self._factor()
            if sign == "/" and other == 0:
                raise _Unknown
            result = _EXACT.multiply(result, other) if sign == "*" else _EXACT.divide(result, other)
        return result

    def _factor(self) -> Decimal:
        if sign := self._next("+", "-"):
            return self._factor() * (1 if sign == "+" else -1)
        result = self._operand()
        while self._next("%"):
            result /= 100
        return result

    def _operand(self) -> Decimal:
        if self._next("("):
            result = self._sum()
            self._need(")")
            return result
        if self.at >= len(self.tokens):
            raise _Unknown
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Decimal(text)
        if kind == "cell":
            return self._number(self.values.cell(position(text)))
        if kind == "name" and text in _FUNCTIONS:
            return self._function(text)
        raise _Unknown

    def _number(self, value: Decimal | None) -> Decimal:
        """A cell's value; an empty cell counts as 0, as in a spreadsheet program."""
        self.seen_number = self.seen_number or value is not None
        return value or Decimal(0)

    def _function(self, name: str) -> Decimal:
        arguments = [self._argument()]
        while self._next(","):
            arguments.append(self._argument())
        self._need(")")
        if name == "ROUND":
            if len(arguments) != 2 or any(len(argument) != 1 for argument in arguments):
                raise _Unknown
            return rounded(arguments[0][0], int(arguments[1][0]))
        numbers = [number for argument in arguments for number in argument]
        if name == "MIN":
            return min(numbers, default=Decimal(0))
        return sum(numbers, Decimal(0))

    def _argument(self) -> list[Decimal]:
        """The numbers of an argument: those of a range, else one."""
        ahead = self.tokens[self.at : self.at + 3]
        if [kind for kind, _ in ahead] == ["cell", "sign", "cell"] and ahead[1][1] == ":":
            self.at += 3
            places = list(_places(position(ahead[0][1]), position(ahead[2][1])))
            numbers = [number for place in places if (number := self.values.summand(place)) is not None]
            self.seen_number = self.seen_number or bool(numbers)
            return numbers
        return [self._sum()]


def _tokens(formula: str) -> Iterator[tuple[str, str]]:
    """The pieces of a formula with their kinds. Raises _Unknown for anything that is none."""
    at = 0
    while at < len(formula.rstrip()):
        match = _TOKEN.match(formula, at)
        if match is None or match.lastgroup is None:
            raise _Unknown
        yield match.lastgroup, match[match.lastgroup].upper()
        at = match.end()


def _places(first: Place, last: Place) -> Iterator[Place]:
    """The cells of a range. Raises _Unknown for one that is too large."""
    (top, left), (bottom, right) = first, last
    if (abs(bottom - top) + 1) * (abs(right - left) + 1) > _MOST_CELLS:
        raise _Unknown
    for row in range(min(top, bottom), max(top, bottom) + 1):
        for column in range(min(left, right), max(left, right) + 1):
            yield row, column
