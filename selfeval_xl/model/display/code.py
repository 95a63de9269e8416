"""Number format codes in their parts: sections, conditions, and the tokens of each.

See ECMA-376 part 1, 18.8.31. As in East Asian Excel, `!` stands before a literal character just as a
backslash does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple


class Kind(Enum):
    """The kind of a section, which says how it is applied; GENERAL has nothing but General and literals."""

    GENERAL = "general"
    NUMBER = "number"
    EXPONENT = "exponent"
    FRACTION = "fraction"
    DATE = "date"
    TEXT = "text"
    EMPTY = "empty"


class Token(NamedTuple):
    """A piece of a section.

    kind: text (a literal), space (_x, as wide as a character), digit (0 # ?), point, comma, percent,
    exponent (E+), slash, at (@), general, currency (of [$¥-804]), date (yyyy, mm, AM/PM ...), elapsed ([h]).
    """

    kind: str
    text: str


class Condition(NamedTuple):
    """The condition of a section, such as [>=100]."""

    operator: str
    bound: Decimal

    def holds(self, number: Decimal) -> bool:
        """Whether a number meets it."""
        return _OPERATORS[self.operator](number, self.bound)


_OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<=": le,
    ">=": ge,
    "<>": ne,
    "<": lt,
    ">": gt,
    "=": eq,
}


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a format.

    locale: language of [$-804], lower case, "" without one. numerals: 1 to 3 for [DBNum1] to [DBNum3],
    else 0.
    """

    kind: Kind
    tokens: tuple[Token, ...]
    condition: Condition | None = None
    locale: str = ""
    numerals: int = 0

    def texts(self) -> list[str]:
        """The literals of the section."""
        return [token.text for token in self.tokens if token.kind == "text"]

    def count(self, kind: str) -> int:
        """The number of tokens of a kind."""
        return sum(token.kind == kind for token in self.tokens)


_TOKENS = re.compile(
    r"""(?P<quoted>"[^"]*(?:"|$))
    |(?P<escaped>[\\!].)
    |_(?P<space>.)
    |(?P<fill>\*.)
    |(?P<bracket>\[[^\]]*\])
    |(?P<general>general|g/通用格式|通用格式|standard)
    |(?P<half>am/pm|a/p|上午/下午)
    |(?P<exponent>e[+-])
    |(?P<second>s+(?:\.0+)?)
    |(?P<date>y+|m+|d+|h+|a{3,4}|e+|b{2,4}|g+)
    |(?P<digit>[0#?])
    |(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<slash>/)|(?P<at>@)
    |(?P<text>.)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_SECTIONS = re.compile(r'((?:"[^"]*(?:"|$)|[\\!_*].|\[[^\]]*\]|[^;])*)(;|$)', re.DOTALL)
_CONDITION = re.compile(r"\[\s*(<=|>=|<>|<|>|=)\s*([-+]?[\d.]+(?:e[+-]?\d+)?)\s*\]", re.IGNORECASE)
_LOCALE = re.compile(r"\[\$([^\]-]*)(?:-([^\]]*))?\]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMERALS = re.compile(r"\[dbnum([1-3])\]", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_SAME_IN_NUMBERS = frozenset(("point", "comma", "slash"))  # what a date or a text shows as it stands
MAX_SECTIONS = 4
_LONGEST = 255  # characters of a format code that Excel allows; a longer one is cut


@lru_cache(maxsize=1024)
def sections(number_format: str) -> tuple[Section, ...]:
    """The sections of a number format, one to four."""
    parts = []
    for match in _SECTIONS.finditer(number_format[:_LONGEST]):
        parts.append(_section(match[1]))
        if not match[2] or len(parts) == MAX_SECTIONS:
            break
    return tuple(parts)


def _section(code: str) -> Section:
    """One section, parsed."""
    tokens: list[Token] = []
    condition: Condition | None = None
    locale, numerals = "", 0
    for match in _TOKENS.finditer(code):
        kind, text = match.lastgroup or "text", match[0]
        if kind == "bracket":
            if found := _CONDITION.fullmatch(text):
                condition = Condition(found[1], _bound(found[2]))
            elif found := _LOCALE.fullmatch(text):
                locale = found[2].lower() if found[2] else locale
                if found[1]:
                    kind = "text" if _HAN.search(found[1]) else "currency"
                    tokens.append(Token(kind, found[1]))
            elif found := _NUMERALS.fullmatch(text):
                numerals = int(found[1])
            elif found := _ELAPSED.fullmatch(text):
                tokens.append(Token("elapsed", found[1].lower()))
        elif kind == "quoted":
            tokens.append(Token("text", text.strip('"')))
        elif kind == "escaped":
            tokens.append(Token("text", text[1]))
        elif kind in ("second", "half"):
            tokens.append(Token("date", text.lower() if kind == "second" else text))
        elif kind == "date":
            tokens.append(Token("date", text.lower()))
        elif kind != "fill":
            tokens.append(Token(kind, match[kind] if kind == "space" else text))
    return Section(_kind(tokens), _settled(tokens), condition, locale, numerals)


def _bound(text: str) -> Decimal:
    """The number in a condition; 0 where it is none."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal(0)


def _kind(tokens: list[Token]) -> Kind:
    """The kind of a section with these tokens."""
    kinds = {token.kind for token in tokens}
    if "general" in kinds:
        return Kind.GENERAL
    if "elapsed" in kinds or ("date" in kinds and not ("digit" in kinds and "exponent" in kinds)):
        return Kind.DATE
    if "at" in kinds:
        return Kind.TEXT
    if "exponent" in kinds and "digit" in kinds:
        return Kind.EXPONENT
    if "slash" in kinds and "digit" in kinds and _has_denominator(tokens):
        return Kind.FRACTION
    if kinds & {"digit", "point", "comma", "percent", "exponent"}:
        return Kind.NUMBER
    return Kind.EMPTY


def _has_denominator(tokens: list[Token]) -> bool:
    """Whether digits stand on both sides of the first slash."""
    slash = next(number for number, token in enumerate(tokens) if token.kind == "slash")
    before = any(token.kind == "digit" for token in tokens[:slash])
    after = any(token.kind == "digit" or token.text.isdecimal() for token in tokens[slash + 1 :])
    return before and after


def _settled(tokens: list[Token]) -> tuple[Token, ...]:
    """The tokens, with those that are literals in a section of this kind made literals."""
    kind = _kind(tokens)
    if kind in (Kind.NUMBER, Kind.EXPONENT):
        literal = {"slash", "date", "half", "at", *(() if kind is Kind.EXPONENT else ("exponent",))}
    elif kind in (Kind.DATE, Kind.TEXT, Kind.EMPTY, Kind.GENERAL):
        literal = {*_SAME_IN_NUMBERS, "digit", "exponent", "at" if kind is not Kind.TEXT else "", "percent"}
    else:
        literal = {"date", "at", "exponent", "comma"}
    return tuple(Token("text", token.text) if token.kind in literal else token for token in tokens)
