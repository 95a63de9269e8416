"""Conditions that a county writes in the words of the forms: `全年执行数 <= 全年预算数`, `分值合计 = 100`.

Numbers are Decimal. A blank or a text where a number is needed makes a comparison unknown, and unknown
violates nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from ..assessing import rounded
from ..errors import PolicyError

if TYPE_CHECKING:
    from lark import Lark, Tree

Value = Decimal | str | bool | None


class UnknownValue(ArithmeticError):
    """A part of the condition cannot be computed on this row."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition: its text, the field names that it asks for, its tree."""

    text: str
    names: frozenset[str]
    tree: Tree

    def holds(self, values: Mapping[str, Value]) -> bool | None:
        """Whether the condition holds for these values by field name; None where that cannot be told."""
        try:
            result = _value(self.tree, values)
        except (UnknownValue, DecimalException):
            return None
        return result if isinstance(result, bool) else None


@cache
def _grammar() -> Lark:
    from lark import Lark

    return Lark(
        resources.files(__package__).joinpath("condition.lark").read_text(encoding="utf-8"),
        parser="lalr",
        maybe_placeholders=False,
    )


def parse_condition(text: str, known: frozenset[str]) -> Condition:
    """The condition in this text; PolicyError says at which character it goes wrong, or which name is
    unknown.
    """
    from lark import Token
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput

    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("=")
    try:
        tree = _grammar().parse(plain)
    except UnexpectedEOF as error:
        raise PolicyError(f"条件“{text}”没有写完。") from error
    except (UnexpectedCharacters, UnexpectedInput) as error:
        place = getattr(error, "column", None)
        raise PolicyError(
            (
                f"条件“{text}”从第{place}个字起看不懂："
                f"“{plain[place - 1 : place + 9] if place and place > 0 else plain}”。"
            )
            if place and place > 0
            else f"条件“{text}”没有写完。"
        ) from error
    names = (
        frozenset(
            str(token)
            for token in tree.scan_values(lambda value: isinstance(value, Token) and value.type == "NAME")
        )
        if hasattr(tree, "scan_values")
        else frozenset()
    )
    wrong = sorted(names - known)
    if wrong:
        raise PolicyError(
            f"条件“{text}”里的“{wrong[0]}”不是可用的名称{_suggest(wrong[0], known)}。"
            "可用的名称见“名称说明”表。"
        )
    return Condition(text, names, tree)


def _suggest(name: str, known: frozenset[str]) -> str:
    from rapidfuzz.process import extractOne

    best = extractOne(name, sorted(known), score_cutoff=60)
    return f"，是不是“{best[0]}”" if best else ""


def _number(value: Value) -> Decimal:
    if isinstance(value, Decimal):
        return value
    raise UnknownValue


def _same(one: Value, other: Value) -> bool:
    if one is None or other is None:
        raise UnknownValue
    if type(one) is not type(other):
        raise UnknownValue
    return one == other


_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "=": _same,
    "<>": lambda a, b: not _same(a, b),
    "<": lambda a, b: _number(a) < _number(b),
    "<=": lambda a, b: _number(a) <= _number(b),
    ">": lambda a, b: _number(a) > _number(b),
    ">=": lambda a, b: _number(a) >= _number(b),
}
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "<>", "!=": "<>", "==": "="}


def _value(tree: Tree, values: Mapping[str, Value]) -> Value:
    kind = tree.data
    if kind == "name":
        return values.get(str(tree.children[0]))
    if kind == "number":
        return Decimal(str(tree.children[0]))
    if kind == "percent":
        return Decimal(str(tree.children[0])) / 100
    if kind == "text":
        return str(tree.children[0])[1:-1]
    if kind == "call":
        return _call(str(tree.children[0]).upper(), tree.children[1:], values)
    if kind in ("or_", "and_"):
        return _joined(kind, tree.children, values)
    if kind == "not_":
        inner = _value(tree.children[0], values)
        if not isinstance(inner, bool):
            raise UnknownValue
        return not inner
    if kind == "negative":
        return -_number(_value(tree.children[0], values))
    return _chain(tree, values)


def _chain(tree: Tree, values: Mapping[str, Value]) -> Value:
    """a + b - c, a * b / c, or one comparison."""
    result = _value(tree.children[0], values)
    for sign, operand in zip(tree.children[1::2], tree.children[2::2], strict=True):
        other = _value(operand, values)
        if tree.data == "compare":
            return _COMPARE[_SIGNS.get(str(sign), str(sign))](result, other)
        one, two = _number(result), _number(other)
        if str(sign) in "/÷":
            if two == 0:
                raise UnknownValue
            result = one / two
        else:
            result = {"+": one + two, "-": one - two}.get(str(sign), one * two)
    return result


def _joined(kind: str, parts: list[Tree], values: Mapping[str, Value]) -> bool:
    """且 and 或: one side may settle it although the other is unknown."""
    unknown = False
    for part in parts:
        try:
            value = _value(part, values)
        except (UnknownValue, DecimalException):
            unknown = True
            continue
        if value is (kind == "or_"):
            return value
    if unknown:
        raise UnknownValue
    return kind == "and_"


def _call(name: str, arguments: list[Tree], values: Mapping[str, Value]) -> Value:
    if name in ("IF", "如果"):
        test = _value(arguments[0], values)
        if not isinstance(test, bool) or len(arguments) not in (2, 3):
            raise UnknownValue
        return (
            _value(arguments[1], values)
            if test
            else (_value(arguments[2], values) if len(arguments) == 3 else True)
        )
    if name in ("AND", "OR"):
        return _joined(f"{name.lower()}_", arguments, values)
    given = [_value(argument, values) for argument in arguments]
    if name in ("ISBLANK", "为空"):
        return given[0] in (None, "")
    if name == "NOT":
        return not given[0]
    if name == "包含":
        return isinstance(given[0], str) and isinstance(given[1], str) and given[1] in given[0]
    if name in ("LEN", "字数"):
        return Decimal(len(given[0] if isinstance(given[0], str) else ""))
    numbers = [_number(value) for value in given]
    if name in ("ROUND", "四舍五入"):
        return rounded(numbers[0], int(numbers[1]) if len(numbers) > 1 else 0)
    return (
        {"ABS": abs, "绝对值": abs, "MIN": min, "最小": min, "MAX": max, "最大": max}[name](*numbers)
        if name in ("ABS", "绝对值")
        else (min if name in ("MIN", "最小") else max)(numbers)
    )
