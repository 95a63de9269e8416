"""The text that a cell displays: the section of its number format that its value takes, applied."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from selfeval_xl.model.display.code import Kind, Section, Token, sections
from selfeval_xl.model.display.dates import LAST_DAY, date_text, shown_parts
from selfeval_xl.model.display.numbers import (
    as_decimal,
    exponent_text,
    fraction_text,
    general,
    inner_decimals,
    number_text,
    scale,
)
from selfeval_xl.model.display.numerals import digits_in, read_out

_NONZERO = re.compile("[1-9]")
_ONE, _HUNDRED = Decimal(1), Decimal(100)
_GENERAL = sections("General")[0]
_TEXT = sections("@")[0]
_CURRENCIES = re.compile("RMB|CNY|人民币", re.IGNORECASE)
# Signs beside a number that change nothing of what it says.
_EMPTY_SIGNS = frozenset(" \u00a0\u3000()-+¥￥$€£,")


class Effect(Enum):
    """The difference between what a number format shows and what was typed."""

    NONE = "none"  # decimals, grouping, colours, currency
    PERCENT = "percent"
    SCALED = "scaled"  # other digits: 元 shown as 万元
    WORDED = "worded"  # words or signs are added: ≤5%, 12处
    DATE = "date"
    HIDDEN = "hidden"  # nothing is shown


@lru_cache(maxsize=1024)
def decimals_shown(number_format: str) -> int | None:
    """The digits behind the point that a plain number format shows; None where it is General or another."""
    shown = displayed(1, number_format)
    whole, _, digits = shown.strip().partition(".")
    if number_format == "General" or not is_plain(number_format) or not whole.endswith("1"):
        return None
    return len(digits) if digits.isdigit() or not digits else None


def displayed(value: float | int | str, number_format: str, epoch_1904: bool = False) -> str:
    """The text that Excel displays for a number or a text, the column being wide enough.

    epoch_1904: dates count from 1904. A negative date, which Excel shows as ####, is shown as a number.
    """
    if isinstance(value, str):
        section = text_section(number_format)
        return "".join(
            value if token.kind in ("at", "general") else " " if token.kind == "space" else token.text
            for token in section.tokens
        )
    number = as_decimal(value)
    section, hides_sign = _number_section(number_format, number)
    sign = "-" if number < 0 and not hides_sign else ""
    return _applied(section, abs(number), sign, epoch_1904)


def _applied(section: Section, number: Decimal, sign: str, epoch_1904: bool) -> str:
    """The text of a number that is not negative under a section; the sign stands before all."""
    match section.kind:
        case Kind.GENERAL:
            text = general(number)
            if section.numerals:
                text = read_out(text, section.numerals)
            shown = "".join(
                text if token.kind == "general" else " " if token.kind == "space" else token.text
                for token in section.tokens
            )
        case Kind.DATE:
            if sign or number >= LAST_DAY + 1:
                return sign + general(number)
            shown = date_text(section, number, epoch_1904)
        case Kind.TEXT:
            text = sign + general(number)
            return "".join(text if token.kind == "at" else token.text for token in section.tokens)
        case Kind.EXPONENT:
            shown = exponent_text(section, number)
        case Kind.FRACTION:
            shown = fraction_text(section, number)
        case Kind.NUMBER:
            shown = number_text(section, number)
            if not _NONZERO.search(shown):
                sign = ""  # -0.3 under 0 is 0
            if section.numerals:
                shown = digits_in(shown, section.numerals)
        case _:
            shown = "".join(" " if token.kind == "space" else token.text for token in section.tokens)
            return f"{sign}{shown}" if shown else ""
    return sign + shown


@lru_cache(maxsize=1024)
def _by_sign(number_format: str) -> tuple[tuple[Section, ...], Section | None]:
    """The sections for numbers, and the one for texts (None: as they stand)."""
    parts = sections(number_format)
    if len(parts) == 4:
        return parts[:3], parts[3]
    if parts and parts[-1].kind is Kind.TEXT:
        return parts[:-1] or (parts[-1],), parts[-1]
    return parts, None


@lru_cache(maxsize=1024)
def text_section(number_format: str) -> Section:
    """The section that texts take."""
    parts, text = _by_sign(number_format)
    if text is not None:
        return text
    # The only section of a format without digits, such as "hi", is shown instead of a text as well.
    alone = len(parts) == 1 and parts[0].kind is Kind.EMPTY and parts[0].tokens
    return parts[0] if alone else _TEXT


def _number_section(number_format: str, number: Decimal) -> tuple[Section, bool]:
    """The section that a number takes, and whether that says by itself that it is negative."""
    parts, _ = _by_sign(number_format)
    first = parts[0]
    second = parts[1] if len(parts) > 1 else None
    if first.condition is None and (second is None or second.condition is None):
        if number < 0 and second is not None:
            return second, True
        if not number and len(parts) > 2:
            return parts[2], False
        return first, False
    for section in parts[:2]:
        if section.condition is not None and section.condition.holds(number):
            return section, _only_negative(section)
    if first.condition is None and number > 0:
        return first, False
    rest = parts[2] if len(parts) > 2 else second
    if rest is None or rest.condition is not None:
        rest = _GENERAL
    return rest, len(parts) < 3 and _leaves_no_sign(first)


def _leaves_no_sign(first: Section) -> bool:
    """Whether a condition on some negative numbers lets Excel leave out the minus of all the others."""
    condition = first.condition
    return condition is not None and condition.operator in ("<", "<=", "<>") and condition.bound < 0


def _only_negative(section: Section) -> bool:
    """Whether the condition of a section holds for negative numbers only."""
    condition = section.condition
    if condition is None:
        return False
    return (condition.operator == "<" and condition.bound <= 0) or (
        condition.operator in ("<=", "=") and condition.bound < 0
    )


def effect(value: float | int, number_format: str) -> Effect:
    """The difference between what the format shows for this number and what was typed."""
    number = as_decimal(value)
    return _effect(*_number_section(number_format, number), number < 0, not number)


@lru_cache(maxsize=1024)
def _effect(section: Section, hides_sign: bool, negative: bool, zero: bool) -> Effect:
    """The effect of a section on a number with this sign."""
    signs = "".join(token.text for token in section.tokens if token.kind == "text")
    if section.kind is Kind.DATE:
        return Effect.DATE
    if section.kind is Kind.EMPTY:
        if not section.tokens:
            return Effect.NONE if zero else Effect.HIDDEN
        return Effect.NONE if zero and _is_empty_sign(signs) else Effect.WORDED
    if section.kind is Kind.NUMBER:
        inner = inner_decimals(section)
        worded = signs.replace(".", "", 1) if inner else signs
        factor = scale(section)
        if section.count("percent") == 1 and factor == _HUNDRED and _is_empty_sign(worded):
            return Effect.PERCENT
        if not _is_empty_sign(worded) or section.count("percent"):
            return Effect.WORDED
        minus = _minus_before(section) and not negative and not zero
        if minus or _shows_other_sign(signs, hides_sign, negative) or _is_code(section, inner):
            return Effect.WORDED
        return Effect.NONE if factor == _ONE else Effect.SCALED
    return Effect.NONE if _is_empty_sign(signs) or section.kind is Kind.FRACTION else Effect.WORDED


def _is_empty_sign(signs: str) -> bool:
    """Whether literals say nothing: blanks, brackets, minus and currency."""
    return all(sign in _EMPTY_SIGNS for sign in _CURRENCIES.sub("", signs))


def _shows_other_sign(signs: str, hides_sign: bool, negative: bool) -> bool:
    """Whether a negative number is shown without minus or brackets, or another one with minus."""
    minus = "-" in signs or "(" in signs
    return negative and hides_sign and not minus


def _minus_before(section: Section) -> bool:
    """Whether a minus of the section's own stands before its digits."""
    kinds = [token.kind for token in section.tokens]
    return "digit" in kinds and Token("text", "-") in section.tokens[: kinds.index("digit")]


def _is_code(section: Section, inner: int) -> bool:
    """Whether a section is one of codes: zeros in front (00000), literals among the digits (000-0000)."""
    if inner:
        return False
    kinds = ["digit" if token.kind in ("digit", "comma", "point") else token.kind for token in section.tokens]
    if "digit" not in kinds:
        return False
    first, last = kinds.index("digit"), len(kinds) - kinds[::-1].index("digit")
    zeros = sum(token == Token("digit", "0") for token in section.tokens)
    whole = not section.count("point") and not section.count("comma")
    return "text" in kinds[first:last] or (whole and zeros > 1)


@lru_cache(maxsize=1024)
def is_plain(number_format: str) -> bool:
    """Whether the format changes nothing of what was typed, whatever the number."""
    return all(effect(number, number_format) is Effect.NONE for number in (1, -1, 0)) and not any(
        section.condition for section in sections(number_format)
    )


@lru_cache(maxsize=1024)
def may_scale(number_format: str) -> bool:
    """Whether the format shows another amount of some number."""
    return any(
        effect(number, number_format) in (Effect.SCALED, Effect.WORDED) for number in (1, -1, 0)
    ) or any(section.condition for section in sections(number_format))


@lru_cache(maxsize=4096)
def scaled_from(value: float | int, number_format: str) -> Decimal | None:
    """The number itself where the format shows another amount (a part of it, no sign, words); else None."""
    if effect(value, number_format) not in (Effect.SCALED, Effect.WORDED):
        return None
    number = as_decimal(value)
    section, hides_sign = _number_section(number_format, number)
    signs = "".join(section.texts())
    if section.kind is Kind.NUMBER:
        factor = scale(section) / _HUNDRED ** section.count("percent")
        other = factor != _ONE or _shows_other_sign(signs, hides_sign, number < 0)
    else:
        other = section.kind is Kind.EMPTY
    return number if other else None


@lru_cache(maxsize=1024)
def plain_percent(number_format: str) -> int | None:
    """The decimals of a format that shows every number as percent with as many; None for any other."""
    parts = sections(number_format)
    if len(parts) > 1 or parts[0].condition or effect(1, number_format) is not Effect.PERCENT:
        return None
    return percent_places(number_format, False)


@lru_cache(maxsize=1024)
def percent_places(number_format: str, negative: bool) -> int | None:
    """The decimals of a percent format; None where they differ from number to number (0.##%)."""
    section, _ = _number_section(number_format, Decimal(-1 if negative else 1))
    point = [token.kind for token in section.tokens].index("point") if section.count("point") else None
    decimals = [token.text for token in section.tokens[point:] if token.kind == "digit"] if point else []
    return len(decimals) if set(decimals) <= {"0"} else None


@lru_cache(maxsize=1024)
def date_parts(number_format: str) -> frozenset[str]:
    """The parts of a date that the format shows (see `shown_parts`); none where it is no date format."""
    section = sections(number_format)[0]
    return shown_parts(section) if section.kind is Kind.DATE else frozenset()


@lru_cache(maxsize=1024)
def is_date_format(number_format: str) -> bool:
    """Whether a number in this format is displayed as a date or a time of day, not as a duration."""
    section = sections(number_format)[0]
    return section.kind is Kind.DATE and not section.count("elapsed")


@lru_cache(maxsize=1024)
def changes_texts(number_format: str) -> bool:
    """Whether the format shows a text otherwise than it stands (@"处"); one that hides it does not count."""
    section = text_section(number_format)
    if not section.tokens:
        return False
    return section.count("at") != 1 or any(
        token.kind == "text" and token.text.strip(" \u00a0") for token in section.tokens
    )


@lru_cache(maxsize=1024)
def may_hide(number_format: str) -> bool:
    """Whether the format shows nothing of some number other than 0, or of a text (;;;)."""
    return hides(1, number_format) or hides(-1, number_format) or hides("", number_format)


def hides(value: float | int | str, number_format: str) -> bool:
    """Whether the format shows nothing of this value."""
    if isinstance(value, str):
        return not text_section(number_format).tokens
    return effect(value, number_format) is Effect.HIDDEN
