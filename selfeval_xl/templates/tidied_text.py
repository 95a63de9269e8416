"""Targets and completed values as the formulas compare them: no spaces, half width, numerals in digits.

The work stands in helper columns: signs and digits, then units, then the Chinese numeral of a text without
digits, then the text itself. Each function beside a formula computes the same in Python.
"""

from __future__ import annotations

from dataclasses import dataclass

from selfeval_xl.templates.word_lists import area_of, words_of

_LINE_BREAK = "\n"
_BRACKETS = ("[", "【")  # of [90%,95%], whose comma stands between two numbers
_SIGNS = (
    (" ", ""),
    ("　", ""),
    ("％", "%"),
    ("。", ""),
    ("；", ""),
    (";", ""),
    ("（", "("),
    ("）", ")"),
    ("＝", "="),
    ("═", "="),
    ("﹦", "="),
    ("＞", ">"),
    ("＜", "<"),
    ("&gt", ">"),
    ("&lt", "<"),
    ("&ge", "≥"),
    ("&le", "≤"),
    ("【", "["),
    ("】", "]"),
    (">=", "≥"),
    ("=>", "≥"),
    ("<=", "≤"),
    ("=<", "≤"),
    ("≧", "≥"),
    ("≦", "≤"),
    ("⩾", "≥"),
    ("⩽", "≤"),
    *zip("０１２３４５６７８９．", "0123456789.", strict=True),
    ("*", "＊"),
    ("?", "？"),
    ("~", "～"),  # no wildcards for MATCH
)
_UNITS = (
    ("$", ""),
    ("\\geqslant", "≥"),
    ("\\leqslant", "≤"),
    ("\\geq", "≥"),
    ("\\leq", "≤"),
    ("\\", ""),
    ("[", ""),
    ("]", ""),
    ("(等于)", "等于"),
    ("%覆盖", "%"),
    ("%完成", "%"),
    ("%已完成", "%"),
    ("㎡", "平方米"),
    ("m²", "平方米"),
    ("m2", "平方米"),
    ("㎥", "立方米"),
    ("m³", "立方米"),
    ("m3", "立方米"),
    ("km", "公里"),
    ("KM", "公里"),
    ("kg", "公斤"),
    ("KG", "公斤"),
    ("台/套", "台套"),
    ("人.", "人/"),
    ("·", "/"),
    ("个百分点", "%"),
    ("百分点", "%"),
    *((f"/{each}/年", f"/{each}每年") for each in ("人", "户", "亩")),
    ("/年", ""),
)
_RANKS = "级类号等期批轮届季度月日"  # 三级 is a rank, 一季度 and 三月 are dates
_SHARE = "百分之"
_MONTH_END = "月底"
_AFTER = ("以上", "以内", "以下")
_ABOUT = ("左右", "上下")  # at the end: 300人左右 is 约300人
_END = "~"  # no text has one any more
_DIGITS = "{0,1,2,3,4,5,6,7,8,9}"


@dataclass(frozen=True, slots=True)
class Tidied:
    """A text on its way: signs, units and numeral are the values of the helper columns before `text`."""

    signs: str
    units: str
    numeral: str
    text: str


def tidied(text: str) -> Tidied:
    """A text as the formulas tidy it."""
    comma = "～" if any(bracket in text for bracket in _BRACKETS) else ""
    signs = _replaced(text.replace(_LINE_BREAK, "").replace("，", ",").replace(",", comma), _SIGNS)
    units = _replaced(signs, _UNITS)
    numeral = _numeral_of(units)
    text = _in_digits(units, numeral) if numeral else _without_note(units)
    return Tidied(signs, units, numeral, _with_about_ahead(text) if units.endswith(_ABOUT) else text)


def cleaned(text: str) -> str:
    """The text that is compared in the end."""
    return tidied(text).text


def _replaced(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for old, new in changes:
        text = text.replace(old, new)
    return text


def signs_formula(text: str) -> str:
    """The text without spaces and commas, its signs and digits in one form."""
    brackets = ",".join(f'"{bracket}"' for bracket in _BRACKETS)
    comma = f'IF(COUNT(FIND({{{brackets}}},{text}))>0,"～","")'
    plain = f'SUBSTITUTE(SUBSTITUTE({text},CHAR({ord(_LINE_BREAK)}),""),"，",",")'
    return _replacing(f'SUBSTITUTE({plain},",",{comma})', _SIGNS)


def units_formula(signs: str) -> str:
    """The text without LaTeX, its units in one form."""
    return _replacing(signs, _UNITS)


def _replacing(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for old, new in changes:
        text = f'SUBSTITUTE({text},"{old}","{new}")'
    return text


def _has_digits(text: str) -> str:
    return f"COUNT(FIND({_DIGITS},{text}))>0"


def numeral_formula(units: str) -> str:
    """The longest Chinese numeral in a text without digits, "" without one."""
    listed = area_of("中文数")
    found = f'FIND({listed},SUBSTITUTE({units},"{_SHARE}",""))'
    return f'IF(OR({units}="",{_has_digits(units)}),"",IFERROR(LOOKUP(2,1/ISNUMBER({found}),{listed}),""))'


def _numeral_of(text: str) -> str:
    if not text or any(letter in "0123456789" for letter in text):
        return ""
    plain = text.replace(_SHARE, "")
    return next((word for word in reversed(words_of("中文数")) if word in plain), "")


def text_formula(units: str, numeral: str) -> str:
    """The text with its numeral in digits where it counts something (三次, 百分之九十), or without a note."""
    rest = f"MID({units},FIND({numeral},{units})+LEN({numeral}),99)"
    counted = rest
    for word in _AFTER:
        counted = f'SUBSTITUTE({counted},"{word}","")'
    digits = f"INDEX({area_of('中文数值')},MATCH({numeral},{area_of('中文数')},0))"
    month = f'AND(LEFT({rest},2)="{_MONTH_END}",LEN({numeral})<3)'
    unit = f"ISNUMBER(MATCH({counted},{area_of('单位')},0))"
    counts = f'IF({month},TRUE,IF(ISNUMBER(FIND({counted},"{_RANKS}")),FALSE,{unit}))'
    share = f'"{_SHARE}"&{numeral}'
    changed = (
        f'IF(ISNUMBER(FIND({share},{units})),SUBSTITUTE({units},{share},{digits}&"%"),'
        f"IF({counts},SUBSTITUTE({units},{numeral},{digits}),{units}))"
    )
    opening = f'FIND("(",{units})'
    note = f'MID({units},{opening},FIND(")",{units}&")",{opening})-{opening}+1)'
    plain = (
        f'IF({_has_digits(units)},IFERROR(SUBSTITUTE({units},{note},""),{units}),SUBSTITUTE({units},"=",""))'
    )
    about = ",".join(f'RIGHT({units},{len(word)})="{word}"' for word in _ABOUT)
    ended = f'IF({numeral}="",{plain},{changed})&IF(OR({about}),"{_END}","")'
    without = _replacing(ended, tuple((f"{word}{_END}", "") for word in _ABOUT))
    return f'IF(OR({about}),"约","")&SUBSTITUTE({without},"{_END}","")'


def _with_about_ahead(text: str) -> str:
    for word in _ABOUT:
        text = text.removesuffix(word)
    return f"约{text}"


def _in_digits(text: str, numeral: str) -> str:
    digits = words_of("中文数值")[words_of("中文数").index(numeral)]
    share = f"{_SHARE}{numeral}"
    if share in text:
        return text.replace(share, f"{digits}%")
    counted = rest = text[text.index(numeral) + len(numeral) :]
    for word in _AFTER:
        counted = counted.replace(word, "")
    month = rest[:2] == _MONTH_END and len(numeral) < 3
    if not month and (counted in _RANKS or counted not in words_of("单位")):
        return text
    return text.replace(numeral, digits)


def _without_note(text: str) -> str:
    if not any(letter in "0123456789" for letter in text):
        return text.replace("=", "")  # =有效提升
    begin = text.find("(")
    if begin < 0:
        return text
    end = f"{text})".index(")", begin)
    return text.replace(text[begin : end + 1], "")
