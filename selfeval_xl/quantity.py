"""What people write as a target or a completed value: "≥14万元" is an operator, a number and a unit.

Whatever is not understood stays as written, as text. Nothing here raises, whatever the input.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache

from .units import LONGEST, UNITS, Measure, measure


class Kind(StrEnum):
    EMPTY = "empty"
    NUMBER = "number"
    RANGE = "range"
    DEADLINE = "deadline"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time; without year or day where none is written. `before`: the day itself is too late (9月前)."""

    month: int
    year: int | None = None
    day: int | None = None
    before: bool = False

    def last_day(self, year: int) -> tuple[int, int, int]:
        """The last moment that still keeps it, as (year, month, day); 9月前 ends with August, 9月底前 with September."""
        year = self.year or year
        if self.day:
            return year, self.month, self.day
        if self.before:
            return (year, self.month - 1, 31) if self.month > 1 else (year - 1, 12, 31)
        return year, self.month, 31

    def __str__(self) -> str:
        year = f"{self.year}年" if self.year else ""
        day = f"{self.day}日" if self.day else ""
        return f"{year}{self.month}月{day or ('' if self.before else '底')}前"


@dataclass(frozen=True, slots=True)
class Quantity:
    """operator: ≥ ≤ > < = or "" (none written). number: as written, in `unit`. upper: end of a range.

    about: written as 约, 左右, 余. words: the text left over, for qualitative values the whole text.
    """

    kind: Kind
    operator: str = ""
    number: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    about: bool = False
    deadline: Deadline | None = None
    words: str = ""

    @property
    def measure(self) -> Measure | None:
        return measure(self.unit) if self.unit else None

    def __str__(self) -> str:
        """The shortest text that reads as the same quantity again."""
        about = "约" if self.about else ""
        match self.kind:
            case Kind.NUMBER:
                return f"{self.operator}{about}{_digits(self.number)}{self.unit}"
            case Kind.RANGE:
                return f"{_digits(self.number)}{self.unit}~{_digits(self.upper)}{self.unit}"
            case Kind.DEADLINE:
                return str(self.deadline)
            case _:
                return self.words


EMPTY = Quantity(Kind.EMPTY)
BLANKS = frozenset(("", "/", "\\", "-", "—", "——", "–", "--", "---", "无", "NA", "N/A", "n/a", "一", "／", "－"))
_HARD_BLANKS = BLANKS - {"无", "一"}
_LONGEST_BLANK = 12

_OPERATORS = {
    "≥": ("≥", "≧", "⩾", ">=", "=>", "≥=", "大于等于", "大于或等于", "不低于", "不少于", "不小于", "不得低于", "不得少于", "至少", "最低", "最少", "高于等于", "高于或等于", "\\geq", "\\ge", "\\geqslant", "大等于", "多于等于", "&ge;", "&gt;="),
    "≤": ("≤", "≦", "⩽", "<=", "=<", "小于等于", "小于或等于", "不高于", "不超过", "不大于", "不多于", "不得超过", "不得高于", "至多", "最多", "控制在", "低于等于", "\\leq", "\\le", "\\leqslant", "小等于", "&le;", "&lt;=", "不长于", "不晚于"),
    ">": (">", "大于", "高于", "超过", "多于", "超", "&gt;"),
    "<": ("<", "小于", "低于", "少于", "&lt;"),
    "=": ("=", "═", "﹦", "==", "等于", "达到", "达", "\\eq"),
}
_WORDS_OF = sorted(((word, sign) for sign, words in _OPERATORS.items() for word in words), key=lambda pair: -len(pair[0]))
SIGN_OF = dict(_WORDS_OF)
_AFTER = (("(含)以上", "≥"), ("及以上", "≥"), ("或以上", "≥"), ("以上", "≥"), ("起步", "≥"), ("(含)以下", "≤"), ("及以下", "≤"), ("或以下", "≤"),
          ("以内", "≤"), ("之内", "≤"), ("以下", "≤"), ("内", "≤"), ("≥", "≤"), ("≤", "≥"))
_ABOUT_BEFORE, _ABOUT_AFTER = ("大约", "约", "近", "将近"), ("左右", "上下")

_OPERATOR = "|".join(re.escape(word) for word, _ in _WORDS_OF)
_UNIT = "|".join(re.escape(name) for name in LONGEST)
_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_PLAIN = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_NUMBER = re.compile(_PLAIN)
_SIGNED = re.compile(rf"^(?P<before>.*?)(?P<operator>{_OPERATOR})?(?P<about>{'|'.join(_ABOUT_BEFORE)})?(?P<number>{_PLAIN})(?P<rest>.*)$", re.S)
_RANGE = re.compile(rf"^(?P<low>{_PLAIN})(?P<unit1>{_UNIT})?(?:~|-|—|–|至|到|--)(?P<high>{_PLAIN})(?P<rest>.*)$")
_BETWEEN = re.compile(rf"^(?P<op1>{_OPERATOR})(?P<low>{_PLAIN})(?P<unit1>{_UNIT})?(?:且|并且|,|，|;|、|和|及)?(?P<op2>{_OPERATOR})(?P<high>{_PLAIN})(?P<rest>.*)$")
_SANDWICH = re.compile(rf"^(?P<low>{_PLAIN})(?P<unit1>{_UNIT})?(?P<op1>≤|<|<=)[xX]?(?P<op2>≤|<|<=)?(?P<high>{_PLAIN})(?P<rest>.*)$")
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千]+")
_CHINESE_BEFORE_UNIT = re.compile(rf"^(?P<operator>{_OPERATOR})?(?P<number>[零〇一二两三四五六七八九十百千]+)(?=(?:{_UNIT})(?:以上|以内|以下|及以上)?$)")
_PERCENT_WORDS = re.compile(rf"百分之(?P<number>{_PLAIN}|[零〇一二两三四五六七八九十百点]+)")
_LATEX = re.compile(r"\$|\\(?:mathrm|text|,|;|!|quad)|[{}]")
_NOTE = re.compile(r"[(（][^()（）]*[)）]")
_POWER = re.compile(r"(?<=\d)\s*m([23])(?![a-z\d])", re.I)
_LONGEST_NUMBER = 18                                  # digits; more is no amount that anybody meant
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|&nbsp;")

_DATE = re.compile(r"(?:(?P<year>(?:19|20)\d{2})\s*[年./-])?\s*(?P<month>1[0-2]|0?[1-9])(?!\d)\s*(?:[月./-]|$)\s*(?:(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号]?)?")
_MONTH_PART = ("底", "末", "份", "中旬", "下旬", "上旬", "初", "中")
_BY = ("以前", "之前", "前", "止", "内")
_YEAR_END = re.compile(r"^(?:(?P<year>(?:19|20)\d{2})年?|当年|本年|年)?(?:年?(?P<when>年底|年末|底|末|年终|年内|内|全年))(?:之前|以前|前|内|止)?(?:[,，]?(?P<done>[^\d]*))$")
_QUARTERS = {"一": 3, "1": 3, "二": 6, "2": 6, "三": 9, "3": 9, "四": 12, "4": 12}
_QUARTER = re.compile(r"^(?:(?P<year>(?:19|20)\d{2})年)?第?(?P<quarter>[一二三四1-4])季度(?:末|底|内)?(?:之前|以前|前|内)?(?P<done>[^\d]*)$")
_HALF = re.compile(r"^(?:(?P<year>(?:19|20)\d{2})年)?(?P<half>上|下)半年(?:内|前)?(?P<done>[^\d]*)$")


@lru_cache(maxsize=20_000)
def tidy(text: str) -> str:
    """Full-width to half-width, no spaces, no LaTeX or HTML residue; the meaning stays."""
    text = unicodedata.normalize("NFKC", _TAG.sub("", text))
    if "$" in text or "\\" in text:
        text = _LATEX.sub("", text).replace("\\%", "%")
    text = _POWER.sub(lambda match: {"2": "平方米", "3": "立方米"}[match[1]], text)
    text = re.sub(r"\s+", "", text).replace("，", ",").replace("∽", "~").replace("〜", "~").replace("∼", "~").replace("﹣", "-").replace("−", "-")
    return text.strip("。.;；、") if len(text) > 1 else text


def is_blank(text: str | None) -> bool:
    """Whether a cell counts as empty: nothing, /, —, -, 无. 0 is an answer, never empty."""
    return text is None or tidy(text) in BLANKS


def is_void(text: str | None) -> bool:
    """Whether a cell holds nothing at all or a dash; 无 may be an answer (安全事故：无)."""
    return text is None or (len(text) <= _LONGEST_BLANK and tidy(text) in _HARD_BLANKS)


@lru_cache(maxsize=20_000)
def money(text: str | None) -> Decimal | None:
    """An amount as typed ("149,040.5", full-width digits too); None where it is empty or no number."""
    if text is None:
        return None
    plain = tidy(text).replace(",", "").replace("¥", "").replace("￥", "")
    if re.fullmatch(r"\(\d+(\.\d+)?\)", plain):
        plain = f"-{plain[1:-1]}"
    if not re.fullmatch(r"[-+]?(\d+(\.\d*)?|\.\d+)", plain) or len(plain) > _LONGEST_NUMBER + 4:
        return None
    return Decimal(plain)


def percent(text: str | None) -> Decimal | None:
    """A rate as a ratio: "99.86%" is 0.9986; a bare number stays what it is; None where there is none."""
    if text is None:
        return None
    plain = tidy(text).replace(",", "")
    number = money(plain[:-1] if plain.endswith("%") else plain)
    return number / 100 if number is not None and plain.endswith("%") else number


@lru_cache(maxsize=20_000)
def parse(text: str | None) -> Quantity:
    """Reads a target or completed value. Never raises; what is not understood comes back as Kind.TEXT."""
    if text is None:
        return EMPTY
    plain = tidy(text)
    if plain in _HARD_BLANKS:
        return EMPTY
    if re.search(rf"\d{{{_LONGEST_NUMBER + 1}}}", plain.replace(",", "").replace(".", "")):
        return Quantity(Kind.TEXT, words=plain)
    try:
        return _range(plain) or _deadline(plain) or _number(plain) or Quantity(Kind.TEXT, words=plain)
    except (InvalidOperation, ValueError, OverflowError):
        return Quantity(Kind.TEXT, words=plain)


def _digits(number: Decimal | None) -> str:
    return "" if number is None else format(number, "f")


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def chinese_number(text: str) -> int | None:
    """三 is 3, 十二 is 12, 一百零五 is 105; None for what is no number."""
    digits = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
    total = current = 0
    for letter in text:
        if letter in digits:
            current = digits[letter]
        elif letter in "十百千":
            total += (current or 1) * _SCALE[letter]
            current = 0
        else:
            return None
    return total + current if text else None


def _split_unit(rest: str) -> tuple[str, str]:
    """The unit at the head of `rest`, compound ones whole (元/人.天), and what follows it."""
    compound = re.match(rf"^({_UNIT})((?:/|每)[^\d,;()<>≥≤=]{{1,8}})", rest)
    if compound:
        return compound[1] + compound[2], rest[compound.end():]
    for name in LONGEST:
        if rest.startswith(name):
            return name, rest[len(name):]
    return "", rest


def _range(text: str) -> Quantity | None:
    plain = _NOTE.sub("", text)
    match = _RANGE.match(plain) or _BETWEEN.match(plain) or _SANDWICH.match(plain)
    if not match:
        return None
    found = match.groupdict()
    unit, rest = _split_unit(found["rest"])
    if rest not in ("", "之间", "以内", "内", "范围内"):
        return None
    low, high = _decimal(found["low"]), _decimal(found["high"])
    if found.get("op1") and found.get("op2"):
        first, second = SIGN_OF[found["op1"]], SIGN_OF[found["op2"]]
        if first in "≤<" and second in "≥>":
            low, high = high, low
        elif (first in "≥>") == (second in "≥>") and not match.re is _SANDWICH:
            return None
    unit = unit or found["unit1"] or ""
    if low > high or (unit in ("年", "月", "日", "") and 1900 <= low <= 2100 and 1900 <= high <= 2100):
        return None
    if "-" in plain and unit in ("月", "日"):
        return None
    return Quantity(Kind.RANGE, number=low, upper=high, unit=unit)


def _deadline(text: str) -> Quantity | None:
    plain = _NOTE.sub("", text)
    for sign in ("≤", "<", "<=", "不晚于"):
        plain = plain.removeprefix(sign) if re.match(rf"{re.escape(sign)}(?:(?:19|20)\d{{2}}年)?\d+月\d*", plain) and "日" in plain else plain
    for pattern, month in ((_YEAR_END, lambda m: 12), (_QUARTER, lambda m: _QUARTERS[m["quarter"]]), (_HALF, lambda m: 6 if m["half"] == "上" else 12)):
        match = pattern.match(plain)
        if match and _may_follow(match["done"] or ""):
            year = match["year"]
            return Quantity(Kind.DEADLINE, deadline=Deadline(month(match), int(year) if year else None), words=plain)
    for lead in ("截至", "截止", "于", "在", "到", "至", "预计", "已于", "="):
        plain = plain.removeprefix(lead)
    match = _DATE.match(plain)
    if not match or not match.end():
        return None
    written, rest = match[0], plain[match.end():]
    bare_month = not match["year"] and not match["day"]
    if not re.search(r"[月日号年]", written) and not (match["year"] and (match["day"] or plain == written)):
        return None
    part = next((word for word in _MONTH_PART if rest.startswith(word)), "")
    rest = rest[len(part):]
    by = next((word for word in _BY if rest.startswith(word)), "")
    rest = rest[len(by):]
    if bare_month and not part and not by and not (rest and re.match(r"(完成|支付|验收|竣工|交付|发放|投入|开工|建成)", rest)):
        return None                                   # 12月 alone is a duration
    if bare_month and by == "内" and not part:
        return None                                   # 3月内 is a duration
    if re.search(r"\d", rest) or not _may_follow(rest):
        return None
    day = int(match["day"]) if match["day"] else None
    month, year = int(match["month"]), int(match["year"]) if match["year"] else None
    if day:
        date(year or 2024, month, day)
    if part in ("上旬", "初"):
        day = 10
    elif part in ("中旬", "中"):
        day = 20
    before = by in ("前", "以前", "之前") and not part and day is None
    return Quantity(Kind.DEADLINE, deadline=Deadline(month, year, day, before), words=plain)


def _may_follow(rest: str) -> bool:
    """Whether the words after a date leave it a deadline (完成资金支付) and not a count or rate."""
    return len(rest) <= 20 and not re.search(r"[≥≤><=%]|增长|下降|提高|较", rest)


def _number(text: str) -> Quantity | None:
    plain = _NOTE.sub("", text) or text
    share = _PERCENT_WORDS.search(plain)
    if share:
        number = share["number"] if re.match(_PLAIN, share["number"]) else _chinese_decimal(share["number"])
        if number is None:
            return None
        plain = f"{plain[:share.start()]}{number}%{plain[share.end():]}"
    elif not re.search(r"\d", plain):
        match = _CHINESE_BEFORE_UNIT.match(plain)
        number = chinese_number(match["number"]) if match else None
        if number is None:
            return None
        plain = f"{match['operator'] or ''}{number}{plain[match.end():]}"
    match = _SIGNED.match(plain)
    if not match:
        return None
    before, rest = match["before"], match["rest"]
    if _NUMBER.search(rest) and not _only_detail(rest):
        return None
    if before and not _may_lead(before, match["operator"]):
        return None
    operator = SIGN_OF[match["operator"]] if match["operator"] else ""
    about = bool(match["about"])
    number = _decimal(match["number"])
    while rest[:1] in ("余", "多") and rest[:1]:
        about, rest = True, rest[1:]
    unit, rest = _split_unit(rest)
    if unit in ("万", "亿") or (unit and not rest.startswith(("/", "每"))):
        further, after = _split_unit(rest)
        if unit in ("万", "亿") and further and UNITS[further].dimension == "count" if further in UNITS else False:
            number, unit, rest = number * _SCALE[unit], further, after
    while rest[:1] in ("余", "多") and rest[:1]:
        about, rest = True, rest[1:]
    for word in _ABOUT_AFTER:
        if rest.startswith(word):
            about, rest = True, rest[len(word):]
    for word, sign in _AFTER:
        if rest == word or (rest.startswith(word) and len(word) > 1):
            operator, rest = operator or sign, rest[len(word):]
            break
    if not unit and rest:
        if len(rest) > 6 or re.search(r"[\d年月:/]", rest):
            return None
        if not UNITS.get(rest) and not re.fullmatch(r"[\u4e00-\u9fffA-Za-z]{1,4}(/[\u4e00-\u9fffA-Za-z]{1,4})?", rest):
            return None
        unit, rest = rest, ""
    if len(rest) > 16 or re.search(r"(未|没有|不)", rest):
        return None
    if unit == "年" and not operator and 1900 <= number <= 2100:
        return None
    return Quantity(Kind.NUMBER, operator, number, unit=unit, about=about, words=before + rest)


def _chinese_decimal(text: str) -> str | None:
    whole, _, part = text.partition("点")
    number = chinese_number(whole)
    if number is None:
        return None
    digits = "".join(str("零一二三四五六七八九".find(letter)) for letter in part)
    return f"{number}.{digits}" if part and "-" not in digits else str(number)


def _only_detail(rest: str) -> bool:
    """Whether a second number only explains the first: 854万,其中400万元 ..."""
    return bool(re.match(rf"^(?:{_UNIT})?[,;、(]?(?:其中|包括|含|另)", rest))


def _may_lead(before: str, operator: str | None) -> bool:
    """Whether the words before the number leave it the value of this cell (同比增长≥5%, 覆盖率达到95%)."""
    if re.search(r"(未|没有|不足|尚)", before) or len(before) > 16:
        return False
    return operator is not None or bool(re.fullmatch(r"[^,;。、:]{0,12}[率度数量额为是共计了到长升降低高少加成:]?:?", before))
