"""Numbers under a section of a number format: digits, scaling, percent, exponents, fractions, General."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import groupby

from selfeval_xl.model.display.code import Section, Token

_WIDE = Context(prec=700, Emax=10_000, Emin=-10_000)  # a float may have 300 digits before the point
_GENERAL_WIDTH = 11  # characters of a number in General, its sign not counted
_THOUSAND, _HUNDRED = Decimal(1000), Decimal(100)


def as_decimal(number: float | int) -> Decimal:
    """The number at the 15 significant digits that Excel shows."""
    return Decimal(format(number, ".15g"))


def general(number: Decimal) -> str:
    """The number as General shows it where the column is wide enough: 11 characters, else an exponent."""
    size = abs(number)
    sign = "-" if number < 0 else ""
    if not size:
        return "0"
    power = size.adjusted()
    if power > 10 or power < -9:
        return sign + _scientific(size)
    plain = _rounded(size, 9 if power < 0 else max(0, _GENERAL_WIDTH - 2 - power))
    if power < -4 and plain != size:
        return sign + _scientific(size)
    if plain.adjusted() > 10:
        return sign + _scientific(size)
    return sign + _plain(plain)


def _plain(number: Decimal) -> str:
    """The number without exponent and without zeros at the end of its decimals."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scientific(size: Decimal) -> str:
    """The number as General shows it with an exponent: 1.23457E+11."""
    text = f"{size:.5E}"
    mantissa, _, power = text.partition("E")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}E{'-' if power.startswith('-') else '+'}{power.lstrip('+-').rjust(2, '0')}"


def _rounded(number: Decimal, places: int) -> Decimal:
    """The number rounded half up."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)


class _Parts:
    """The tokens of a number section by their place: before the point, after it, and in the exponent."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        point = next((number for number, token in enumerate(tokens) if token.kind == "point"), len(tokens))
        power = next((number for number, token in enumerate(tokens) if token.kind == "exponent"), len(tokens))
        self.whole = list(tokens[: min(point, power)])
        self.decimals = list(tokens[min(point, power) : power])
        self.exponent = list(tokens[power:])

    @property
    def grouped(self) -> bool:
        """Whether thousands are separated: a comma between two digits of the whole number."""
        kinds = [token.kind for token in self.whole]
        first, last = _ends(kinds)
        return "comma" in kinds[first:last]

    @property
    def thousands(self) -> int:
        """The number of commas behind the digits, each of which divides by a thousand."""
        count = 0
        for tokens in (self.whole, self.decimals):
            kinds = [token.kind for token in tokens]
            if "digit" in kinds or tokens is self.decimals:
                count += kinds[_ends(kinds)[1] :].count("comma")
        return count


def _ends(kinds: Sequence[str]) -> tuple[int, int]:
    """The positions of the first digit and behind the last one; twice the end where there is none."""
    if "digit" not in kinds:
        return (0, 0)
    return kinds.index("digit"), len(kinds) - 1 - kinds[::-1].index("digit") + 1


def scale(section: Section) -> Decimal:
    """The factor between what a number section shows and the number, decimals inside (0!.0000) included."""
    parts = _Parts(section.tokens)
    factor = _HUNDRED ** section.count("percent")
    if not parts.exponent:
        factor /= _THOUSAND**parts.thousands
    return factor.scaleb(-inner_decimals(section))


def inner_decimals(section: Section) -> int:
    """The digits behind a literal point among the digits of a whole number: 4 for 0!.0000, else 0."""
    parts = _Parts(section.tokens)
    if any(token.kind == "point" for token in parts.decimals):
        return 0
    seen = [token for token in parts.whole if token.kind == "digit" or token == Token("text", ".")]
    if not seen or seen[0].kind == "text":
        return 0
    texts = [number for number, token in enumerate(seen) if token.kind == "text"]
    return len(seen) - texts[0] - 1 if len(texts) == 1 else 0


def number_text(section: Section, number: Decimal) -> str:
    """The text of a number that is not negative under a section of digits."""
    parts = _Parts(section.tokens)
    places = sum(token.kind == "digit" for token in parts.decimals)
    scaled = _WIDE.multiply(number, _HUNDRED ** section.count("percent"))
    scaled = _WIDE.divide(scaled, _THOUSAND**parts.thousands)
    whole, _, decimals = format(_rounded(scaled, places), "f").partition(".")
    return _whole_text(parts.whole, whole.lstrip("0"), parts.grouped) + _decimals_text(
        parts.decimals, decimals
    )


def _whole_text(tokens: Sequence[Token], digits: str, grouped: bool) -> str:
    """The whole number, its digits set into the places from the right; the first takes what is left over."""
    places = [number for number, token in enumerate(tokens) if token.kind == "digit"]
    set_digits: dict[int, str] = {}
    done = 0  # digits and blanks set so far, by which the thousands are counted
    for place in reversed(places):
        left = digits[: max(0, len(digits) - done)]
        wanted = left[::-1] if place == places[0] else left[-1:]
        wanted = wanted or _filler(tokens[place].text)
        text = ""
        for sign in wanted:
            comma = ""
            if grouped and done and done % 3 == 0:
                comma = "," if sign.isdecimal() else " "
            text = sign + comma + text
            done += 1
        set_digits[place] = text
    pieces = []
    for number, token in enumerate(tokens):
        if number in set_digits:
            pieces.append(set_digits[number])
        elif token.kind == "comma":
            pieces.append("," if places and number < places[0] else "")
        else:
            pieces.append(_literal(token))
    if not places:
        pieces.append(digits)
    return "".join(pieces)


def _filler(sign: str) -> str:
    """What an empty place shows."""
    return {"0": "0", "?": " "}.get(sign, "")


def _literal(token: Token) -> str:
    """What a token that is no digit shows."""
    return " " if token.kind == "space" else token.text


def _decimals_text(tokens: Sequence[Token], digits: str) -> str:
    """The point and the decimals; zeros at the end only where the place has 0, blanks where it has ?."""
    kept = len(digits.rstrip("0"))
    pieces = []
    number = 0
    for token in tokens:
        if token.kind == "digit":
            pieces.append(digits[number] if number < kept else _filler(token.text))
            number += 1
        elif token.kind != "comma":
            pieces.append(_literal(token))
    return "".join(pieces)


def exponent_text(section: Section, number: Decimal) -> str:
    """The text of a number that is not negative in scientific notation."""
    parts = _Parts(section.tokens)
    width = max(1, sum(token.kind == "digit" for token in parts.whole))
    places = sum(token.kind == "digit" for token in parts.decimals)
    power = (number.adjusted() // width) * width if number else 0
    mantissa = _rounded(number.scaleb(-power, _WIDE), places)
    if mantissa.adjusted() >= width and mantissa:
        power += width
        mantissa = _rounded(number.scaleb(-power, _WIDE), places)
    whole, _, decimals = format(mantissa, "f").partition(".")
    digits = whole.lstrip("0") if number else "0" * width
    sign, body = parts.exponent[0].text, parts.exponent[1:]
    signed = "-" if power < 0 else "+" if sign[1] == "+" else ""
    return (
        _whole_text(parts.whole, digits, parts.grouped)
        + _decimals_text(parts.decimals, decimals)
        + sign[0]
        + _exponent_digits(body, signed, str(abs(power)))
    )


def _exponent_digits(tokens: Sequence[Token], sign: str, digits: str) -> str:
    """The exponent with its sign, which stands before the first digit."""
    first = next((number for number, token in enumerate(tokens) if token.kind == "digit"), len(tokens))
    before = "".join(_literal(token) for token in tokens[:first] if token.kind != "comma")
    if digits == "0" and all(token.text != "0" for token in tokens if token.kind == "digit"):
        blanks = sum(token.kind == "digit" and token.text == "?" for token in tokens)
        shown = "0".rjust(blanks)
        tail = [token for token in tokens[first:] if token.kind not in ("digit", "comma")]
        return before + sign + shown + "".join(map(_literal, tail))
    return before + sign + _whole_text([t for t in tokens[first:] if t.kind != "comma"], digits, False)


def fraction_text(section: Section, number: Decimal) -> str:
    """The text of a number that is not negative as a fraction: 3 1/4, 15/4, 2 8/16."""
    tokens = section.tokens
    slash = next(place for place, token in enumerate(tokens) if token.kind == "slash")
    runs = _digit_runs(tokens[:slash])
    after = next(place for place in range(slash + 1, len(tokens)) if _is_place(tokens[place]))
    end = after
    while end < len(tokens) and _is_place(tokens[end]):
        end += 1
    fixed = "".join(token.text for token in tokens[after:end])
    top_start = runs[-1][0]
    whole_end = runs[-2][1] if len(runs) > 1 else 0
    share = Fraction(number)
    whole = int(share) if whole_end else 0
    part = share - whole
    if fixed.isdecimal() and int(fixed):
        bottom = int(fixed)
        top = int(part * bottom + Fraction(1, 2))
    else:
        near = part.limit_denominator(10 ** (end - after) - 1)
        top, bottom = near.numerator, near.denominator
    if whole_end and top == bottom:
        whole, top = whole + 1, 0
        bottom = bottom if fixed.isdecimal() and int(fixed) else 1
    numerator = tokens[top_start : runs[-1][1]]
    denominator = tokens[after:end]
    between = "".join(map(_literal, tokens[runs[-1][1] : after]))
    tail = "".join(map(_literal, tokens[end:]))
    top_text = _whole_text(numerator, str(top), False)
    bottom_text = fixed if fixed.isdecimal() and int(fixed) else _denominator_text(denominator, str(bottom))
    if not whole_end:
        head = "".join(map(_literal, tokens[:top_start]))
        return head + top_text + between + bottom_text + tail
    front, gap = tokens[:whole_end], tokens[whole_end:top_start]
    blank = any(token == Token("digit", "?") for token in tokens)
    return _mixed(front, gap, numerator, whole, top, between + bottom_text, blank) + tail


def _mixed(
    front: Sequence[Token],
    gap: Sequence[Token],
    numerator: Sequence[Token],
    whole: int,
    top: int,
    rest: str,
    blank: bool,
) -> str:
    """A whole number and a fraction. Parts that are zero are blanks where a place is ?, else left out.

    rest: the slash and the denominator. blank: whether a place of the section is ?.
    """
    gap_text = "".join(map(_literal, gap))
    forced = any(token.text == "0" for token in numerator)
    top_text = _whole_text(numerator, str(top) if top or forced else "", False)
    if not top and not forced:
        text = _whole_text(front, str(whole) if whole else "0", False)
        width = len(gap_text) + sum(token.kind == "digit" for token in numerator) + len(rest)
        return text + (" " * width if blank else "")
    digits = str(whole) if whole else ""
    zero = not digits and all(token.text != "0" for token in front if token.kind == "digit")
    if zero and top:
        spaced = any(token.text == "?" for token in (*front, *numerator) if token.kind == "digit")
        return _whole_text(front, "", False) + (" " * len(gap_text) if spaced else "") + top_text + rest
    if zero and all(token.text == "#" for token in front if token.kind == "digit"):
        return _whole_text(front, "", False) + top_text + rest
    return _whole_text(front, digits or "0", False) + gap_text + top_text + rest


def _denominator_text(tokens: Sequence[Token], digits: str) -> str:
    """The denominator: from the left where its places are blanks, padded with zeros where they are 0."""
    width = len(tokens)
    if tokens[0].text == "0":
        return digits.rjust(width, "0")
    return digits.ljust(width) if any(token.text == "?" for token in tokens) else digits


def _is_place(token: Token) -> bool:
    """Whether a token is a place for a digit, or a digit of a fixed denominator."""
    return token.kind == "digit" or (token.kind == "text" and token.text.isdecimal())


def _digit_runs(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Where each run of places begins and ends."""
    runs = []
    for is_digit, group in groupby(range(len(tokens)), key=lambda place: tokens[place].kind == "digit"):
        places = list(group)
        if is_digit:
            runs.append((places[0], places[-1] + 1))
    return runs
