"""The signs that letters show in a symbol font: ³ in Symbol is ≥, þ in Wingdings is ☑.

Sources: the Symbol encoding of Adobe (PDF 32000-1, annex D.6) and the mappings of the Unicode Consortium for
Symbol and Wingdings.
"""

from __future__ import annotations

import re

# Code 0x20 and on, a space where nothing is known.
_SYMBOL = {
    0x20: " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_",
    0x61: "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    0xA0: "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…",
    0xBF: "↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑",
    0xE5: "∑",
    0xF1: "〉∫",
}
_WINGDINGS = {
    0x21: "✏✂✁",
    0x28: "☎✆✉",
    0x46: "☞",
    0x4A: "☺😐☹",
    0x52: "☼",
    0x6C: "●❍■□",
    0x70: "◻❑❒",
    0x74: "⧫◆❖",
    0x80: "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿",
    0x9F: "•▪○",
    0xA7: "▪□",
    0xAB: "★✶",
    0xD8: "➢",
    0xDF: "←→↑↓",
    0xE8: "➔",
    0xFB: "✗✓☒☑",
}
_WINGDINGS_2 = {0x4F: "✗✓✗✓☒☑☒☑", 0xA2: "□", 0xA3: "□", 0x52: "☑", 0x54: "☒"}


def _table(runs: dict[int, str]) -> dict[int, str]:
    """The signs by code."""
    return {start + number: sign for start, signs in runs.items() for number, sign in enumerate(signs)}


FONTS = {
    "symbol": _table(_SYMBOL),
    "wingdings": _table(_WINGDINGS),
    "wingdings 2": _table(_WINGDINGS_2),
}
SYMBOL_FONT = re.compile(r"^(?:symbol|wingdings(?: 2)?)$", re.IGNORECASE)
_FIRST = 0xF000  # where the private area of the codes begins
# In a text whose font is not known: mathematical signs as in Symbol, boxes and ticks as in Wingdings.
_OF_WINGDINGS = (0x6C, 0x6E, 0x6F, 0x71, 0x9F, 0xA7, 0xA8, 0xD8, 0xFB, 0xFC, 0xFD, 0xFE)
PRIVATE = {
    **{chr(_FIRST + code): sign for code, sign in FONTS["symbol"].items()},
    **{chr(_FIRST + code): FONTS["wingdings"][code] for code in _OF_WINGDINGS},
}


def in_font(text: str, font: str) -> str:
    """The text as it shows in a font; as it stands in a font that is none of symbols.

    A letter of the private area whose sign is not known is the replacement character, so that it is missed.
    """
    signs = FONTS.get(font.strip().lower())
    if signs is None:
        return text
    return "".join(signs.get(_code(letter)) or _unknown(letter) for letter in text)


def _unknown(letter: str) -> str:
    """A letter whose sign is not known."""
    return letter if _code(letter) == ord(letter) else "\ufffd"


def _code(letter: str) -> int:
    """The code of a letter in a symbol font: itself, or its place in the private area."""
    number = ord(letter)
    return number - _FIRST if _FIRST <= number < _FIRST + 256 else number
