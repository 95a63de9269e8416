"""Digits as Chinese numerals, as [DBNum1] to [DBNum3] of a number format show them."""

from __future__ import annotations

from typing import NamedTuple


class Script(NamedTuple):
    """The signs of one way of writing: ten digits, and ten, hundred, thousand."""

    digits: str
    units: tuple[str, str, str]
    myriads: tuple[str, ...] = ("", "万", "亿", "万亿")


SCRIPTS = {
    1: Script("〇一二三四五六七八九", ("十", "百", "千")),
    2: Script("零壹贰叁肆伍陆柒捌玖", ("拾", "佰", "仟")),
    3: Script("０１２３４５６７８９", ("十", "百", "千")),
}
_LONGEST = 16  # digits of a whole number that is read out


def digits_in(text: str, script: int) -> str:
    """The text with each digit replaced by its own sign: 2024 is 二〇二四."""
    digits = SCRIPTS[script].digits
    return "".join(digits[int(sign)] if sign.isascii() and sign.isdecimal() else sign for sign in text)


def read_out(text: str, script: int, short_ten: bool = False) -> str:
    """The number in a text with its tens and hundreds: 123.4 is 一百二十三.四.

    short_ten: 12 is 十二, as in dates, and not 一十二; only in the first script.
    """
    whole, point, decimals = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    digits = whole.lstrip("-")
    if not digits.isdecimal() or len(digits) > _LONGEST:
        return digits_in(text, script)
    return (
        sign
        + _whole(digits, SCRIPTS[script], short_ten and script == 1)
        + point
        + digits_in(decimals, script)
    )


def _whole(digits: str, script: Script, short_ten: bool) -> str:
    """A whole number read out. short_ten: 12 begins with 十."""
    zero = script.digits[0]
    digits = digits.lstrip("0")
    if not digits:
        return zero
    text = ""
    gap = False
    for place, sign in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        number, power = int(sign), place % 4
        if number:
            text += (zero if gap else "") + script.digits[number] + (script.units[power - 1] if power else "")
            gap = False
        elif text:
            gap = True
        if not power and place:
            block = digits[max(0, len(digits) - place - 4) : len(digits) - place]
            text += script.myriads[place // 4] if block.strip("0") else ""
    one_ten = script.digits[1] + script.units[0]
    return text[1:] if short_ten and text.startswith(one_ten) and len(digits) == 2 else text
