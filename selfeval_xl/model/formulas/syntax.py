"""The text of a formula as a tree. What cannot be read raises UnknownFormula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from selfeval_xl.model.formulas.values import ErrorValue, Scalar, UnknownFormula
from selfeval_xl.model.grid import Area, position

LONGEST = 8192  # of a formula in Excel
_SHEET = r"(?<!')'(?:[^']|''){1,99}'!|(?<![\w.])[^\W\d][\w.]{0,99}!"
_SHEETS = r"(?:'[^':]{1,99}:[^':]{1,99}'|(?<![\w.])[^\W\d][\w.]{0,99}:[^\W\d][\w.]{0,99})!"
_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}"
_COLUMNS = r"\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}"
LAST_ROW = 1_048_575
_TOKEN = re.compile(
    rf"""(?<!\s)\s*+(?:
    (?P<text>"(?:[^"]|"")*")
    |(?P<error>\#(?:REF!|DIV/0!|N/A|VALUE!|NAME\?|NUM!|NULL!))
    |(?P<sheets>{_SHEETS}{_CELL})(?![\w(!.:])
    |(?P<range>(?:{_SHEET})?(?:{_CELL}(?::{_CELL})?|{_COLUMNS}))(?![\w(!.])
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<call>[A-Za-z_][\w.]*)\(
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign><>|<=|>=|[-+*/^&<>=%(),:;{{}}]))""",
    re.VERBOSE,
)
_RANGE = re.compile(
    rf"(?P<sheet>{_SHEET})?(?:(?P<first>{_CELL})(?::(?P<last>{_CELL}))?|(?P<columns>{_COLUMNS})(?![\w(]))"
)
_OWN_ROW = re.compile(r"INDEX\(\$?([A-Z]{1,3}):\$?\1,ROW\(\)\)")
_LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))
_PREFIX = re.compile(r"_xl\w+\.")  # of functions younger than the file format


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, a truth value or an error."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Constants:
    """An array in braces, row by row."""

    rows: tuple[tuple[Scalar, ...], ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A cell or an area of cells; sheet None is the formula's own."""

    sheet: str | None
    area: Area


@dataclass(frozen=True, slots=True)
class Sheets:
    """The same cell of all sheets from one to another, in the order of the tabs."""

    first: str
    last: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """The cells from one reference to another, as in F2:INDEX(F:F,9)."""

    first: Node
    last: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator between two operands."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Change:
    """A sign before an operand (-, +) or behind it (%)."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function; an argument that was left out is None."""

    name: str
    arguments: tuple[Node | None, ...]


Node = Constant | Constants | Range | Sheets | Span | Operation | Change | Call


@lru_cache(maxsize=4096)
def parse(formula: str) -> Node:
    """The tree of a formula, with or without its equals sign."""
    if len(formula) > LONGEST:
        raise UnknownFormula
    reading = _Reading(_tokens(formula.removeprefix("=")))
    node = reading.expression()
    if not reading.at_end():
        raise UnknownFormula
    return node


def range_of(text: str) -> Range | None:
    """The range that a text names, such as '项目01'!P1; None where it names none."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return None
    sheet = match["sheet"]
    name = None if sheet is None else sheet[:-1].removeprefix("'").removesuffix("'").replace("''", "'")
    if match["columns"]:
        (_, one), (_, other) = (position(f"{column}1") for column in match["columns"].split(":"))
        return Range(name, Area(0, min(one, other), LAST_ROW, max(one, other)))
    (top, left), (bottom, right) = position(match["first"]), position(match["last"] or match["first"])
    area = Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
    return Range(name, area)


def ranges_in(formula: str, row: int) -> list[Range]:
    """The ranges that stand in a formula, also those in its texts, as INDIRECT takes them.

    row: of the formula, counted from 0; INDEX($F:$F,ROW()) is the cell in it, and not the whole column.
    """
    return [
        Range(None, Area(row, each, row, each)) if isinstance(each, int) else each
        for each in _references(formula)
    ]


@lru_cache(maxsize=4096)
def _references(formula: str) -> tuple[Range | int, ...]:
    """The ranges in a formula; a column instead for its cell in the formula's own row."""
    found: dict[Range | int, None] = {}
    for number, piece in enumerate(_OWN_ROW.split(formula)):
        if number % 2:
            found[position(f"{piece}1")[1]] = None
            continue
        named = (range_of(match[0]) for match in _RANGE.finditer(piece))
        found |= dict.fromkeys(each for each in named if each is not None)
    return tuple(found)


def looks_through_sheets(formula: str) -> bool:
    """Whether a formula takes a cell of several sheets at once."""
    return re.search(_SHEETS + _CELL, formula) is not None


def _tokens(formula: str) -> list[tuple[str, str]]:
    """The pieces of a formula with their kinds."""
    found, at = [], 0
    end = len(formula.rstrip())
    while at < end:
        match = _TOKEN.match(formula, at)
        if match is None or match.lastgroup is None:
            raise UnknownFormula
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Reading:
    """One pass through the pieces of a formula."""

    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def at_end(self) -> bool:
        return self.at >= len(self.tokens)

    def _sign(self, *signs: str) -> str:
        """The sign at this place, which is passed, where it is one of these; else ""."""
        if not self.at_end():
            kind, text = self.tokens[self.at]
            if kind == "sign" and text in signs:
                self.at += 1
                return text
        return ""

    def expression(self, level: int = 0) -> Node:
        """An expression whose operators bind at least as tightly as this level's."""
        if level == len(_LEVELS):
            return self._changed()
        node = self.expression(level + 1)
        while sign := self._sign(*_LEVELS[level]):
            node = Operation(sign, node, self.expression(level + 1))
        return node

    def _changed(self) -> Node:
        if sign := self._sign("-", "+"):
            return Change(sign, self._changed())
        node = self._operand()
        while self._sign(":"):
            node = Span(node, self._operand())
        while self._sign("%"):
            node = Change("%", node)
        return node

    def _operand(self) -> Node:
        if self._sign("("):
            node = self.expression()
            self._need(")")
            return node
        if self._sign("{"):
            return self._constants()
        if self.at_end():
            raise UnknownFormula
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "call":
            return self._call(_PREFIX.sub("", text).upper())
        if kind == "sheets":
            names, _, cell = text.rpartition("!")
            first, _, last = names.strip("'").partition(":")
            return Sheets(first, last, *position(cell))
        if kind == "range":
            named = range_of(text)
            if named is None:
                raise UnknownFormula
            return named
        return Constant(_constant(kind, text))

    def _call(self, name: str) -> Node:
        arguments: list[Node | None] = []
        if self._sign(")"):
            return Call(name, ())
        while True:
            is_left_out = not self.at_end() and self.tokens[self.at] in (("sign", ","), ("sign", ")"))
            arguments.append(None if is_left_out else self.expression())
            if self._sign(")"):
                return Call(name, tuple(arguments))
            self._need(",")

    def _constants(self) -> Node:
        rows: list[tuple[Scalar, ...]] = []
        row: list[Scalar] = []
        while True:
            negative = bool(self._sign("-"))
            if self.at_end():
                raise UnknownFormula
            value = _constant(*self.tokens[self.at])
            self.at += 1
            row.append(-value if negative and isinstance(value, float) else value)
            if self._sign(","):
                continue
            rows.append(tuple(row))
            row = []
            if self._sign("}"):
                return Constants(tuple(rows))
            self._need(";")

    def _need(self, sign: str) -> None:
        if not self._sign(sign):
            raise UnknownFormula


def _constant(kind: str, text: str) -> Scalar:
    """The value of a piece that is one by itself."""
    if kind == "number":
        return float(text)
    if kind == "text":
        return text[1:-1].replace('""', '"')
    if kind == "error":
        return ErrorValue(text)
    if kind == "name" and text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    raise UnknownFormula
