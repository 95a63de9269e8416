"""The value of a formula, from its tree and the cells around it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import isfinite
from typing import Any, Protocol

from selfeval_xl.model.formulas.functions import FUNCTIONS
from selfeval_xl.model.formulas.syntax import (
    LAST_ROW,
    Call,
    Change,
    Constant,
    Constants,
    Node,
    Operation,
    Range,
    Sheets,
    Span,
    parse,
    range_of,
)
from selfeval_xl.model.formulas.values import (
    DIVISION,
    LONGEST_TEXT,
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
    text_of,
    truth_of,
)
from selfeval_xl.model.grid import Area

MOST_CELLS = 20_000  # of an area
_RANKS = {float: 0, str: 1, bool: 2}  # a number is less than any text, and that less than TRUE
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class Cells(Protocol):
    """The cells of a workbook. `area` raises UnknownFormula where a value cannot be known."""

    def area(self, sheet: str, area: Area) -> Matrix: ...

    def has_sheet(self, name: str) -> bool: ...

    def height(self, sheet: str) -> int: ...

    def sheets(self) -> list[str]: ...


def evaluate(formula: str, place: Place, cells: Cells) -> Scalar:
    """The value that the cell shows. Raises UnknownFormula for what this program does not know.

    That is also a function with other arguments than it takes, and a number that is larger than any.
    """
    try:
        value = first_of(_Evaluation(place, cells).value(parse(formula)))
    except (ArithmeticError, ValueError, RecursionError, TypeError, IndexError) as fault:
        raise UnknownFormula from fault
    if isinstance(value, float) and not isfinite(value):
        raise UnknownFormula
    return 0.0 if value is None else value


class _Evaluation:
    """The evaluation of one formula; `value` and `range` are what the functions ask."""

    def __init__(self, place: Place, cells: Cells) -> None:
        self.place = place
        self.cells = cells

    def value(self, node: Node | None) -> Value:
        """The value of a node; an argument that was left out is an empty cell."""
        match node:
            case None:
                return None
            case Constant(value):
                return value
            case Constants(rows):
                return Matrix(rows)
            case Range():
                return self._cells_of(node)
            case Sheets():
                return self._through_sheets(node)
            case Span():
                return self._value_of(self.range(node))
            case Change(sign, operand):
                return _changed(sign, self.value(operand))
            case Operation(sign, left, right):
                return _operated(sign, self.value(left), self.value(right))
            case Call():
                return self._called(node)

    def scalar(self, node: Node | None) -> Scalar:
        """The value of a node as a single one."""
        return first_of(self.value(node))

    def number(self, node: Node | None) -> float | ErrorValue:
        """The value of a node as a number."""
        return number_of(self.scalar(node))

    def range(self, node: Node | None) -> Range | ErrorValue | None:
        """The cells that a node refers to; None where it is a value."""
        if isinstance(node, Range):
            return node if self.cells.has_sheet(node.sheet or self.place.sheet) else REF
        if isinstance(node, Span):
            return self._span(node)
        if isinstance(node, Call) and node.name == "INDEX":
            return self._indexed(node)
        if isinstance(node, Call) and node.name == "INDIRECT":
            return self._indirect(node)
        if isinstance(node, Call) and node.name == "OFFSET":
            return self._offset(node)
        if isinstance(node, Call) and node.name == "IF":
            condition = truth_of(self.scalar(node.arguments[0]))
            if isinstance(condition, ErrorValue):
                return condition
            chosen = node.arguments[1 if condition else 2 : 2 if condition else 3]
            return self.range(chosen[0]) if chosen else None
        return None

    def _called(self, node: Call) -> Value:
        if node.name in ("INDIRECT", "OFFSET"):
            return self._value_of(self.range(node))
        if node.name == "INDEX" and (named := self.range(node)) is not None:
            return self._value_of(named)
        if node.name == "SHEET":
            return self._sheet_number(node)
        if node.name not in FUNCTIONS:
            raise UnknownFormula
        return FUNCTIONS[node.name](self, node.arguments)

    def _sheet_number(self, node: Call) -> float | ErrorValue:
        """The place of a sheet in the workbook, the first is 1. Sheets are asked for by a cell only."""
        named = self.range(node.arguments[0]) if len(node.arguments) == 1 else None
        if not isinstance(named, Range):
            return self._no_range(named or "")
        return float(self.cells.sheets().index(named.sheet or self.place.sheet) + 1)

    def _through_sheets(self, node: Sheets) -> Value:
        names = self.cells.sheets()
        if node.first not in names or node.last not in names:
            return REF
        ends = sorted((names.index(node.first), names.index(node.last)))
        cell = Area(node.row, node.column, node.row, node.column)
        cells = [self.cells.area(name, cell) for name in names[ends[0] : ends[1] + 1]]
        return Matrix(tuple(row for matrix in cells for row in matrix.rows), is_range=True)

    def _value_of(self, named: Range | ErrorValue | None) -> Value:
        return self._cells_of(named) if isinstance(named, Range) else named

    def _span(self, node: Span) -> Range | ErrorValue:
        first, last = self.range(node.first), self.range(node.last)
        for end in (first, last):
            if isinstance(end, ErrorValue):
                return end
        if not (isinstance(first, Range) and isinstance(last, Range)):
            return VALUE
        if last.sheet not in (None, first.sheet, self.place.sheet):
            raise UnknownFormula
        one, other = first.area, last.area
        area = Area(
            min(one.top, other.top),
            min(one.left, other.left),
            max(one.bottom, other.bottom),
            max(one.right, other.right),
        )
        return Range(first.sheet, area)

    def _indexed(self, node: Call) -> Range | ErrorValue | None:
        """The cell that INDEX names among others; None where it looks into values."""
        base = self.range(node.arguments[0])
        if not isinstance(base, Range):
            return base
        numbers = [self.number(each) for each in node.arguments[1:]]
        for number in numbers:
            if isinstance(number, ErrorValue):
                return number
        wanted = [int(number) for number in numbers if isinstance(number, float)]
        area = base.area
        row, column = wanted[0], wanted[1] if len(wanted) > 1 else 1
        if len(wanted) == 1 and area.top == area.bottom:
            row, column = 1, row
        if row < 1 or column < 1:
            raise UnknownFormula  # a whole row or column
        top, left = area.top + row - 1, area.left + column - 1
        return Range(base.sheet, Area(top, left, top, left)) if area.holds(top, left) else REF

    def _indirect(self, node: Call) -> Range | ErrorValue:
        text = text_of(self.scalar(node.arguments[0]))
        if isinstance(text, ErrorValue) or len(node.arguments) > 1:
            return self._no_range(text)
        named = range_of(text)
        if named is None or not self.cells.has_sheet(named.sheet or self.place.sheet):
            return REF
        return named

    def _offset(self, node: Call) -> Range | ErrorValue:
        base = self.range(node.arguments[0])
        if not isinstance(base, Range):
            return base if base is not None else VALUE
        area = base.area
        sizes = [float(area.bottom - area.top + 1), float(area.right - area.left + 1)]
        moves = [self.number(each) for each in node.arguments[1:3]]
        given = [None if each is None else self.number(each) for each in node.arguments[3:5]]
        sizes = [new if isinstance(new, float) else old for new, old in zip([*given, None, None], sizes)]
        if not all(isinstance(each, float) for each in moves) or min(sizes) < 1:
            raise UnknownFormula
        down, right = (int(each) for each in moves if isinstance(each, float))
        top, left = area.top + down, area.left + right
        if top < 0 or left < 0:
            return REF
        return Range(base.sheet, Area(top, left, top + int(sizes[0]) - 1, left + int(sizes[1]) - 1))

    @staticmethod
    def _no_range(value: str | ErrorValue) -> ErrorValue:
        """The error of an address; other kinds of addresses are not known here."""
        if isinstance(value, ErrorValue):
            return value
        raise UnknownFormula

    def _cells_of(self, named: Range) -> Value:
        """The values of cells: one alone, or a matrix."""
        sheet, area = named.sheet or self.place.sheet, named.area
        if not self.cells.has_sheet(sheet):
            return REF
        if area.bottom == LAST_ROW:
            area = area._replace(bottom=max(area.top, self.cells.height(sheet) - 1))
        height, width = area.bottom - area.top + 1, area.right - area.left + 1
        if height * width > MOST_CELLS:
            raise UnknownFormula
        return self.cells.area(sheet, area)


def _changed(sign: str, value: Value) -> Value:
    """The value under a sign before or behind it."""
    if sign == "+":
        return value

    def changed(one: Scalar) -> Scalar:
        number = number_of(one)
        if isinstance(number, ErrorValue):
            return number
        return -number if sign == "-" else number / 100

    return elementwise(changed, value)


def _operated(sign: str, left: Value, right: Value) -> Value:
    """The result of an operator."""
    if sign == "&":
        return broadcast(_joined, left, right)
    if sign in ("=", "<>", *_ORDERS):
        return elementwise(lambda one, other: compared(sign, one, other), left, right)
    return elementwise(lambda one, other: _computed(sign, one, other), left, right)


def _joined(left: Scalar, right: Scalar) -> Scalar:
    texts = text_of(left), text_of(right)
    for text in texts:
        if isinstance(text, ErrorValue):
            return text
    text = f"{texts[0]}{texts[1]}"
    return text if len(text) <= LONGEST_TEXT else VALUE


def compared(sign: str, left: Scalar, right: Scalar) -> bool:
    """Whether a comparison holds; an empty cell is equal to 0 and to an empty text."""
    left, right = _filled(left, right), _filled(right, left)
    if isinstance(left, str) and isinstance(right, str):
        left, right = left.casefold(), right.casefold()
        if sign in _ORDERS and left != right and not (left + right).isascii():
            raise UnknownFormula  # the order of Chinese texts depends on the computer
    ranks = [_RANKS[type(each)] for each in (left, right) if not isinstance(each, ErrorValue | None)]
    if sign in ("=", "<>"):
        return (ranks[0] == ranks[1] and left == right) is (sign == "=")
    return _ORDERS[sign](*((left, right) if ranks[0] == ranks[1] else ranks))


def _filled(value: Scalar, other: Scalar) -> Scalar:
    """What an empty cell counts as beside the other value."""
    if value is not None:
        return value
    return "" if isinstance(other, str) else False if isinstance(other, bool) else 0.0


def _computed(sign: str, left: Scalar, right: Scalar) -> Scalar:
    one, other = number_of(left), number_of(right)
    if isinstance(one, ErrorValue):
        return one
    if isinstance(other, ErrorValue):
        return other
    if sign == "+":
        return one + other
    if sign == "-":
        difference = one - other
        # Excel takes a difference that is nothing but the error of binary numbers for 0.
        return 0.0 if abs(difference) < 1e-15 * max(abs(one), abs(other)) else difference
    if sign == "*":
        return one * other
    if sign == "/":
        return one / other if other else DIVISION
    raised = one**other
    if isinstance(raised, complex):
        raise UnknownFormula
    return float(raised)
