"""Chinese numerals as numbers: 三, 一百零五, 二〇二四, 百分之九十五, 九成."""

from __future__ import annotations

import re

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LONGEST = 18  # characters of a numeral
NUMERAL = "[零〇一二两三四五六七八九十百千]"


def chinese_number(text: str) -> int | None:
    """The number that a numeral stands for: 三 is 3, 一百零五 is 105, 二〇二四 is 2024; else None."""
    if not text or len(text) > _LONGEST:
        return None
    if len(text) > 1 and all(letter in _DIGITS for letter in text):
        return int("".join(str(_DIGITS[letter]) for letter in text))
    total = current = 0
    for letter in text:
        if letter in _DIGITS:
            current = _DIGITS[letter]
        elif letter in _TENS:
            total += (current or 1) * _TENS[letter]
            current = 0
        else:
            return None
    return total + current


def chinese_decimal(text: str) -> str | None:
    """The digits of a numeral: 九十五点五 is "95.5", digits stay digits; None where it is no number."""
    whole, _, fraction = text.partition("点")
    if len(whole) > _LONGEST:
        return None
    number = int(whole) if whole.isascii() and whole.isdigit() else chinese_number(whole)
    if number is None or any(letter not in _DIGITS for letter in fraction):
        return None
    return f"{number}.{''.join(str(_DIGITS[letter]) for letter in fraction)}" if fraction else str(number)


_PERCENT = re.compile(  # 百分之九十五, 千分之3.5
    rf"(?P<of>百|千)分之(?P<number>\d+(?:\.\d+)?|(?:{NUMERAL}|点)+|百)"
)
_TENTHS = re.compile(  # 九成, 八成半以上
    r"(?<!完)(?P<number>[一二三四五六七八九])成(?P<half>半)?(?=以上|以下|以内|左右|及以|的|$)"
)


def with_percent_sign(text: str) -> str:
    """The text with shares written as digits and sign: 百分之九十五 as 95%, 千分之三 as 3‰, 九成 as 90%."""
    if "分之" in text:
        text = _PERCENT.sub(_number_with_sign, text)
    if "成" in text:
        text = _TENTHS.sub(lambda match: f"{_DIGITS[match['number']]}{'5' if match['half'] else '0'}%", text)
    return text


def _number_with_sign(match: re.Match[str]) -> str:
    """The match of `_PERCENT` as digits and sign; unchanged where its numeral is no number."""
    number = chinese_decimal(match["number"])
    return match[0] if number is None else f"{number}{'%' if match['of'] == '百' else '‰'}"
