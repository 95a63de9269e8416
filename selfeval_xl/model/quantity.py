"""Targets and completed values as people write them: "≥14万元" is an operator, a number and a unit.

Whatever is not understood stays as written, as text. Nothing here raises, whatever the input.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from selfeval_xl.model.deadlines import Deadline, read_deadline
from selfeval_xl.model.numerals import NUMERAL, chinese_number, with_percent_sign
from selfeval_xl.model.text import SPACES
from selfeval_xl.model.units import Measure, leading_unit, measure, split_unit

__all__ = [
    "EMPTY",
    "SIGN_OF",
    "Deadline",
    "Kind",
    "Quantity",
    "chinese_number",
    "is_blank",
    "is_void",
    "money",
    "parse",
    "percent",
    "tidy",
]


class Kind(StrEnum):
    """The kind of value that a text holds."""

    EMPTY = "empty"
    NUMBER = "number"
    RANGE = "range"
    DEADLINE = "deadline"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A target or completed value in its parts.

    operator: ≥ ≤ > < = or "" (none written). number: as written, in `unit`. upper: end of a range.
    about: written as 约, 左右, 余. words: the text left over, for qualitative values and deadlines the whole
    text.
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
        """The measure of the unit; None without a unit and for an unknown one."""
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
BLANKS = frozenset(
    ("", "/", "\\", "-", "—", "——", "–", "--", "---", "无", "NA", "N/A", "n/a", "一", "／", "－")
)
_HARD_BLANKS = BLANKS - {"无", "一"}
_LONGEST_NUMBER = 18  # digits; a longer number is not an amount
_LONGEST_VALUE = 120  # characters; a longer text is a description

_OPERATORS = {
    "≥": """≥ ≧ ⩾ ≮ >= => ≥= >/=
        大于等于 大于或等于 大于(等于) 高于等于 高于或等于 多于等于 大等于
        不低于 不少于 不小于 不得低于 不得少于 不得小于 不能低于 不能少于 不应低于 不应少于 未低于
        至少 最低 最少 最少为 不早于""",
    "≤": """≤ ≦ ⩽ ≯ <= =< ≤= </=
        小于等于 小于或等于 小于(等于) 低于等于 低于或等于 少于等于 小等于
        不高于 不超过 不超 不大于 不多于 不得超过 不得高于 不得大于 不得多于 不能超过 不能高于
        不应超过 不应高于 未超过 未超 未高于 没有超过 至多 最多 最高 控制在
        不长于 不晚于 不迟于 不突破 未突破""",
    ">": "> 大于 高于 超过 多于 超 超出 突破",
    "<": "< 小于 低于 少于 不足 不到 未达到 未达 不满 短于",
    "=": "= ═ ﹦ == 等于 达到 达",
}
SIGN_OF = {word: sign for sign, words in _OPERATORS.items() for word in words.split()}
_LONGEST_OPERATOR = max(map(len, SIGN_OF))
_LOOSE = ("", "=")  # operators that give way to one written after the number
_AFTER = {
    "及以上": "≥",
    "或以上": "≥",
    "以上": "≥",
    "起步": "≥",
    "及以下": "≤",
    "或以下": "≤",
    "以下": "≤",
    "以内": "≤",
    "之内": "≤",
    "内": "≤",
    "≥": "≤",
    "≤": "≥",
    "+": "≥",
}
_ABOUT_BEFORE, _ABOUT_AFTER = ("大约", "将近", "接近", "约", "近", "≈"), ("左右", "上下")

_PLAIN = r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)"
_NUMBER = re.compile(_PLAIN)  # 1,234.5, -5, .5
_TOO_LONG = re.compile(rf"[\d.,]{{{_LONGEST_NUMBER + 1}}}")  # 1234567890123456789
_RANGE = re.compile(
    rf"^(?:控制在|保持在|介于|在|为|达到)?(?P<low>{_PLAIN})(?P<mid>[^\d~至到—–,;()<>≥≤=-]{{0,6}})"
    rf"(?:~+|--?|—+|–|至|到)(?P<high>{_PLAIN})(?P<rest>[^\d]*)$"
)  # 90%-95%, 3至5天, 控制在500米~1公里以内
_PER_MANY = re.compile(r"/(10|100|1000)(?=[万千亿])")  # 次/10万公顷
_MANY = {"10": "十", "100": "百", "1000": "千"}
_INTERVAL = re.compile(  # [90%,95%], (3,5]天
    rf"^[\[(【](?P<low>{_PLAIN}[^\d,\[\]()]{{0,4}})[,;~—-](?P<high>{_PLAIN}[^\d,\[\]()]{{0,4}})[\])】]"
)
_BETWEEN = re.compile(
    rf"^(?P<first>[^\d+-]{{1,6}})(?P<low>{_PLAIN})(?P<mid>[^\d+-]{{1,16}})(?P<high>{_PLAIN})(?P<rest>[^\d]*)$"
)  # ≥95%且≤100%, 不低于3天不超过5天
_SANDWICH = re.compile(
    rf"^(?P<low>{_PLAIN})(?P<mid>[^\d<>≥≤]{{0,6}})"
    rf"(?P<sign>[≤<]=?)(?:[^\d<>≥≤+-]{{0,8}}[≤<]=?)?(?P<high>{_PLAIN})(?P<rest>[^\d]*)$"
)  # 95%≤x≤100%, 3天<5天
_JOIN = re.compile(r"(?:并且|同时|且|,|;|、|和|及|~|-){1,8}$")  # the 且 of 95%且
_RANGE_END = frozenset(("", "之间", "以内", "内", "范围内", "区间"))
_COUNTED = re.compile(
    rf"^(?P<before>[^\d零〇一二两三四五六七八九十百千]{{0,8}})(?P<number>{NUMERAL}+)(?P<rest>[^\d]{{1,10}})$"
)  # 培训三次, 一百零五人以上
_RANKS = ("级", "类", "号", "等", "期", "批", "轮", "届")  # 三级 is a rank, not three of something

_UNKNOWN_UNIT = re.compile(r"[\u4e00-\u9fff]{1,4}|[A-Za-z]{1,4}")  # 公厘, lux
_UNDONE = re.compile(r"未(?!发生|出现|发现|受)|没有|不(?!合格产品)|尚|仅")  # 未完成 of 50个未完成
_NO_LEAD = re.compile(  # 未, 第 of 第1批, G of G318
    r"未|没有|不(?!动产)|尚|无(?!害|偿)|第$|仅|[A-Za-z\d#:/×.<>≥≤=]$"
)
_DETAIL = re.compile(r"[^\d]{0,12}?[,;、(](?:其中|包括|含|另)")  # 万元,其中 of 854万元,其中400万元

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")  # <br/>, </td>
_LATEX = re.compile(  # the residue of $\mathrm{95\%}$
    r"\$|\\(?:mathrm|mathbf|text|left|right|quad|[,;!: ])|[{}]|\\(?=%)"
)
_LATEX_SIGNS = (
    ("\\geqslant", "≥"),
    ("\\leqslant", "≤"),
    ("\\geq", "≥"),
    ("\\leq", "≤"),
    ("\\ge", "≥"),
    ("\\le", "≤"),
    ("\\gt", ">"),
    ("\\lt", "<"),
    ("\\eq", "="),
    ("\\sim", "~"),
    ("\\times", "×"),
    ("\\approx", "≈"),
)
_NATURE = re.compile(r"^定[量性](?:指标)?:?(?=.)")  # 定量指标:≥95%, the column 指标性质 joined to the value
_NOTE = re.compile(r"\([^()]*\)?")  # (含税), also without its end
_POWER = re.compile(r"(?<=[\d十百千万亿/每])m\^?([23])(?![a-z\d])", re.I)  # 300m2, 5万m^3
_ALIKE = str.maketrans(
    {"，": ",", "∽": "~", "〜": "~", "∼": "~", "﹣": "-", "−": "-", "‐": "-", "‑": "-", "﹦": "=", "═": "="}
)


@lru_cache(maxsize=20_000)
def tidy(text: str) -> str:
    """The text in half width, without spaces and without LaTeX or HTML residue; its meaning stays."""
    if "&" in text:
        text = html.unescape(text)
    if "$" in text or "\\" in text:
        for latex, sign in _LATEX_SIGNS:
            text = text.replace(latex, sign)
        text = _LATEX.sub("", text)
    if "<" in text:  # after the steps that may leave a tag: &lt;br/&gt;, <$b$r>
        text = _TAG.sub("", text)
    text = unicodedata.normalize("NFKC", text)
    text = SPACES.sub("", text)
    if "m" in text or "M" in text:
        text = _POWER.sub(lambda match: {"2": "平方米", "3": "立方米"}[match[1]], text)
    if not text.isascii():
        text = text.translate(_ALIKE)
    if len(text) < 2:
        return text
    plain = text.strip("。.;；、")
    return f".{plain}" if text[0] == "." and text[1].isdigit() else plain


def is_blank(text: str | None) -> bool:
    """Whether a cell counts as empty: nothing, /, —, -, 无. 0 is an answer and not empty."""
    if text is None:
        return True
    if "\u4e00" <= text < "\ua000" and text[0] not in "无一" or "0" <= text < ":":
        return False  # most texts, told at once by their first letter
    return tidy(text) in BLANKS


def is_void(text: str | None) -> bool:
    """Whether a cell holds nothing at all or a dash; 无 may be an answer (安全事故：无)."""
    if text is None:
        return True
    if "\u4e00" <= text < "\ua000" or "0" <= text < ":":
        return False  # most texts, told at once by their first letter
    return tidy(text) in _HARD_BLANKS


_MONEY = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")  # 149040.5, 12., .5
_IN_BRACKETS = re.compile(r"\(\d+(\.\d+)?\)")  # (12.5), an accountant's -12.5


@lru_cache(maxsize=20_000)
def money(text: str | None) -> Decimal | None:
    """An amount as typed ("149,040.5", full-width digits too); None where it is empty or no number."""
    if text is None:
        return None
    plain = tidy(text).replace(",", "").replace("¥", "").replace("￥", "")
    if _IN_BRACKETS.fullmatch(plain):
        plain = f"-{plain[1:-1]}"
    if len(plain) > _LONGEST_NUMBER + 4 or not plain.isascii() or not _MONEY.fullmatch(plain):
        return None
    return Decimal(plain)


@lru_cache(maxsize=4096)
def points_of(text: str | None) -> Decimal | None:
    """Points or a score as a number: 10, 10分 and 10% are 10; None where there is none."""
    return None if text is None else money(tidy(text).rstrip("分%"))


def percent(text: str | None) -> Decimal | None:
    """A rate as a ratio: "99.86%" is 0.9986; a bare number stays what it is; None where there is none."""
    if text is None:
        return None
    plain = tidy(text).replace(",", "")
    number = money(plain[:-1] if plain.endswith("%") else plain)
    return number / 100 if number is not None and plain.endswith("%") else number


@lru_cache(maxsize=20_000)
def parse(text: str | None) -> Quantity:
    """The quantity in a target or completed value; of Kind.TEXT where it is not understood."""
    if text is None:
        return EMPTY
    plain = tidy(text)
    if plain in _HARD_BLANKS:
        return EMPTY
    words = Quantity(Kind.TEXT, words=plain)
    if len(plain) > _LONGEST_VALUE or _TOO_LONG.search(plain):
        return words
    value = _NATURE.sub("", plain).replace("(等于)", "等于")
    value = with_percent_sign(_NOTE.sub("", value) or value)
    value = _PER_MANY.sub(lambda match: f"/{_MANY[match[1]]}", value)
    due = read_deadline(value)
    if due:
        return Quantity(Kind.DEADLINE, deadline=due, words=plain)
    return _range(value) or _number(_arabic(value)) or words


def _digits(number: Decimal | None) -> str:
    return "" if number is None else format(number, "f")


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _sign_at_end(text: str) -> tuple[str, str]:
    """The text without the operator at its end, and the operator's sign; "" for none."""
    for length in range(min(_LONGEST_OPERATOR, len(text)), 0, -1):
        sign = SIGN_OF.get(text[-length:])
        if sign:
            return text[:-length], sign
    return text, ""


def _range(text: str) -> Quantity | None:
    """The range that a text gives: 90%-95%, 3至5天, ≥95%且≤100%, 95%≤x≤100%; None for anything else."""
    text = _INTERVAL.sub(r"\g<low>~\g<high>", text)
    match = _RANGE.match(text) or _BETWEEN.match(text) or _SANDWICH.match(text)
    if not match:
        return None
    low_unit, swapped = match["mid"], False
    if match.re is _BETWEEN:
        head, second = _sign_at_end(low_unit)
        first, low_unit = SIGN_OF.get(match["first"], ""), _JOIN.sub("", head)
        if not (first and second) or (first in "≥>") == (second in "≥>") or "=" in (first, second):
            return None
        swapped = first in "≤<"
    unit, rest = split_unit(match["rest"])
    if rest not in _RANGE_END or leading_unit(low_unit) != low_unit:
        return None
    low, high = _decimal(match["low"]), _decimal(match["high"])
    low_measure, high_measure = (measure(name) if name else None for name in (low_unit, unit))
    if (
        low_measure
        and high_measure
        and low_measure.dimension == high_measure.dimension
        and low_measure.factor != high_measure.factor
    ):
        low = low * low_measure.factor / high_measure.factor  # 500米-1公里
        if len(low.as_tuple().digits) > _LONGEST_NUMBER:
            return None  # 1月-1年: no twelfth can be written down
    if swapped:
        low, high = high, low
    unit = unit or low_unit
    if (
        low > high
        or (unit in ("年", "月", "日", "") and 1900 <= low <= 2100 and 1900 <= high <= 2100)
        or unit == "月"
        or (unit == "日" and "-" in text)
    ):
        return None
    return Quantity(Kind.RANGE, number=low, upper=high, unit=unit)


def _arabic(text: str) -> str:
    """The text with its Chinese number in digits (三次 as 3次).

    Ranks (三级) and words that only begin like a number (一般) stay.
    """
    match = _COUNTED.match(text)
    number = chinese_number(match["number"]) if match else None
    if match is None or number is None or match["before"].endswith("第"):
        return text
    unit = leading_unit(match["rest"])
    after = match["rest"][len(unit) :]
    if not unit or unit in _RANKS or (after and after not in _AFTER and after not in _ABOUT_AFTER):
        return text
    return f"{match['before']}{number}{match['rest']}"


def _number(text: str) -> Quantity | None:
    """The only number of a text with its operator, unit and the few words around; None for anything else."""
    match = _NUMBER.search(text)
    if not match:
        return None
    before, rest = text[: match.start()], text[match.end() :]
    if _NUMBER.search(rest) and not _DETAIL.match(rest):
        return None  # one of several: 3场5人, 1:3, 2×4, 3-5; not 854万,其中400万元
    before, about, near_word = _about_before(before)
    before, operator = _sign_at_end(before)
    if before and not _may_lead(before):
        return None
    unit, about, rest = _unit_of(rest, about)
    about, after, rest = _after(rest, about)
    operator = after if after and (operator in _LOOSE or text.startswith("控制在")) else operator
    if not unit and rest:
        if not _UNKNOWN_UNIT.fullmatch(rest) or rest[0] in "年月号第无未不余多约近":
            return None
        unit, rest = rest, ""
    if len(rest) > 24 or _UNDONE.search(rest):
        return None
    if before and not (operator or about or unit) and read_deadline(match[0]):
        return None  # words before 2005.2: an amount or a month
    number = _decimal(match[0])
    if (unit in ("年", "年度") and not operator and 1900 <= number <= 2100) or (
        unit == "日" and before.endswith("月")
    ):
        return None  # 2024年, 每月10日前
    return Quantity(Kind.NUMBER, operator, number, unit=unit, about=about, words=before + near_word + rest)


def _about_before(before: str) -> tuple[str, bool, str]:
    """The words without 约 or the like at their end, whether there was one, and 近 or 接近 if it was that."""
    if before.endswith("节约"):
        return before, False, ""
    word = next((word for word in _ABOUT_BEFORE if before.endswith(word)), "")
    return before.removesuffix(word), bool(word), word if "近" in word else ""


def _unit_of(rest: str, about: bool) -> tuple[str, bool, str]:
    """The unit, whether 余 or 多 is written around it (200余人, 3万多人, 5年多), and what follows."""
    if rest[:1] in ("余", "多"):
        about, rest = True, rest[1:]
    scale = rest[:1] if rest[:1] in ("万", "亿", "千", "百") and rest[1:2] in ("余", "多") else ""
    if scale:
        about, rest = True, scale + rest[2:]
    unit, rest = split_unit(rest)
    if unit and rest[:1] in ("余", "多"):
        about, rest = True, rest[1:]
    return unit, about, rest


def _after(rest: str, about: bool) -> tuple[bool, str, str]:
    """Whether 左右 follows the unit, the sign of an 以上 and the like, and the words without both.

    以上 may also end the words: 50个项目以上.
    """
    for word in _ABOUT_AFTER:
        if rest.startswith(word):
            about, rest = True, rest[len(word) :]
    for word, sign in _AFTER.items():
        if rest == word or (len(word) > 1 and rest.startswith(word)):
            return about, sign, rest[len(word) :]
        if len(word) > 1 and rest.endswith(word):
            return about, sign, rest[: -len(word)]
    return about, "", rest


def _may_lead(before: str) -> bool:
    """Whether the number after these words is the cell's value: 同比增长≥5%, 培训12场; not 第1批, G318."""
    return len(before) <= 16 and not _NO_LEAD.search(before.rstrip(":"))
