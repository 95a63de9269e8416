"""Conditions of county rules, parsed and evaluated: `全年执行数 <= 全年预算数`, `分值合计 = 100`.

Numbers are Decimal. A blank or a text where a number is needed makes a comparison unknown, and an unknown
condition counts as fulfilled.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from selfeval_xl.errors import PolicyError
from selfeval_xl.model.numbers import rounded

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    Node = Tree[Token]

Value = Decimal | str | bool | None
_DEEPEST = 100  # parts that lie in one another; they are computed by functions that call themselves


class UnknownValue(ArithmeticError):
    """Raised where a part of the condition cannot be computed from the values."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition: its text, the field names in it, its syntax tree."""

    text: str
    names: frozenset[str]
    tree: Node

    def holds(self, values: Mapping[str, Value]) -> bool | None:
        """Whether the condition holds for these values by field name; None where that is unknown."""
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
    """The condition in this text.

    known: the names it may use. Raises PolicyError with the character where it goes wrong, or with the
    unknown name.
    """
    from lark import Token
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput

    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("=")
    try:
        tree = _grammar().parse(plain)
    except UnexpectedEOF as error:
        raise PolicyError(f"条件“{text}”没有写完。") from error
    except (UnexpectedCharacters, UnexpectedInput) as error:
        column = getattr(error, "column", None)
        raise PolicyError(
            f"条件“{text}”从第{column}个字起看不懂：“{plain[column - 1 : column + 9]}”。"
            if column and column > 0
            else f"条件“{text}”没有写完。"
        ) from error
    if _depth(tree) > _DEEPEST:
        raise PolicyError(f"条件太长，算不了：“{text[:20]}…”。请拆成几条自定义规则。")
    names = frozenset(
        str(token)
        for token in tree.scan_values(lambda value: isinstance(value, Token) and value.type == "NAME")
    )
    wrong = sorted(names - known)
    if wrong:
        raise PolicyError(
            f"条件“{text}”里的“{wrong[0]}”不是可用的名称{_suggest(wrong[0], known)}。"
            "可用的名称见“名称说明”表。"
        )
    return Condition(text, names, tree)


def _depth(tree: Node) -> int:
    """How deep the parts of a condition lie in one another."""
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in _operands(node)]
    return depth


def _suggest(name: str, known: frozenset[str]) -> str:
    """The end of a sentence with the known name that may be meant; "" where there is none."""
    from rapidfuzz.process import extractOne

    best = extractOne(name, sorted(known), score_cutoff=60)
    return f"，是不是“{best[0]}”" if best else ""


def _number(value: Value) -> Decimal:
    """The value where it is a number. Raises UnknownValue where it is not."""
    if isinstance(value, Decimal):
        return value
    raise UnknownValue


def _same(value: Value, other: Value) -> bool:
    """Whether two values of one type are equal. Raises UnknownValue where they cannot be compared."""
    if value is None or other is None or type(value) is not type(other):
        raise UnknownValue
    return value == other


_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "=": _same,
    "<>": lambda a, b: not _same(a, b),
    "<": lambda a, b: _number(a) < _number(b),
    "<=": lambda a, b: _number(a) <= _number(b),
    ">": lambda a, b: _number(a) > _number(b),
    ">=": lambda a, b: _number(a) >= _number(b),
}
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "<>", "!=": "<>", "==": "="}


def _operands(tree: Node) -> list[Node]:
    """The subtrees of a tree, which have a value; its other children are tokens (numbers, names, signs)."""
    return [child for child in tree.children if not isinstance(child, str)]


def _value(tree: Node, values: Mapping[str, Value]) -> Value:
    """The value of an expression. Raises UnknownValue where it cannot be computed."""
    kind, first = str(tree.data), str(tree.children[0])
    if kind == "name":
        return values.get(first)
    if kind == "number":
        return Decimal(first)
    if kind == "percent":
        return Decimal(first) / 100
    if kind == "text":
        return first[1:-1]
    if kind == "call":
        return _call(first.upper(), _operands(tree), values)
    if kind in ("or_", "and_"):
        return _joined(kind, _operands(tree), values)
    if kind == "not_":
        return _negated(_value(_operands(tree)[0], values))
    if kind == "negative":
        return -_number(_value(_operands(tree)[0], values))
    return _binary(tree, values)


def _negated(value: Value) -> bool:
    """The opposite of yes or no. Raises UnknownValue for anything else, such as a blank."""
    if not isinstance(value, bool):
        raise UnknownValue
    return not value


def _binary(tree: Node, values: Mapping[str, Value]) -> Value:
    """The value of a + b, a - b, a * b, a / b or of a comparison."""
    left, right = (_value(operand, values) for operand in _operands(tree))
    sign = str(tree.children[1])
    if tree.data == "compare":
        return _COMPARE[_SIGNS.get(sign, sign)](left, right)
    number, operand = _number(left), _number(right)
    if sign in "/÷":
        if operand == 0:
            raise UnknownValue
        return number / operand
    return {"+": number + operand, "-": number - operand}.get(sign, number * operand)


def _joined(kind: str, parts: list[Node], values: Mapping[str, Value]) -> bool:
    """The value of 且 and 或; one side may settle it although the other is unknown."""
    unknown = False
    for part in parts:
        try:
            value = _value(part, values)
        except (UnknownValue, DecimalException):
            unknown = True
            continue
        if value is (kind == "or_"):
            return kind == "or_"
    if unknown:
        raise UnknownValue
    return kind == "and_"


def _call(name: str, arguments: list[Node], values: Mapping[str, Value]) -> Value:
    """The value of a function call; IF, AND and OR compute only the arguments that they need."""
    if name in ("IF", "如果"):
        test = _value(arguments[0], values)
        if not isinstance(test, bool) or len(arguments) not in (2, 3):
            raise UnknownValue
        if test:
            return _value(arguments[1], values)
        return _value(arguments[2], values) if len(arguments) == 3 else True
    if name in ("AND", "OR"):
        return _joined(f"{name.lower()}_", arguments, values)
    computed = [_value(argument, values) for argument in arguments]
    first = computed[0]
    if name in ("ISBLANK", "为空"):
        return first in (None, "")
    if name == "NOT":
        return _negated(first)
    if name == "包含":
        return isinstance(first, str) and isinstance(computed[1], str) and computed[1] in first
    if name in ("LEN", "字数"):
        return Decimal(len(first if isinstance(first, str) else ""))
    return _numeric_call(name, [_number(value) for value in computed])


def _numeric_call(name: str, numbers: list[Decimal]) -> Decimal:
    """The value of ROUND, ABS, MIN or MAX."""
    if name in ("ROUND", "四舍五入"):
        return rounded(numbers[0], int(numbers[1]) if len(numbers) > 1 else 0)
    if name in ("ABS", "绝对值"):
        if len(numbers) > 1:
            raise UnknownValue
        return abs(numbers[0])
    return min(numbers) if name in ("MIN", "最小") else max(numbers)
