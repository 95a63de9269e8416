"""The features of a text that claims or denies that something was done, beside its pieces of letters.

What was built, bought or paid differs from text to text; how it is said to be done or not does not. So each
clause is also seen as a row of kinds of words (`没有 … 全部 … 完成` is `NAD`), and figures are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise, product

from selfeval_xl.assessment.text_features import LONGEST, features_of

# Kinds of words by the letter that stands for them; the first kind that fits at a place is taken.
_KINDS = {
    "N": "尚未|还没有|还没|没有|并未|未能|从未|无法|不能|没能|未|没",
    "Z": "无|零|不存在|不",
    "H": "暂缓|暂停|取消|搁置|搁|停|撤|废标|流标|流产|作废|退|叫停|终止|落空",
    "W": "待|等|拟|预计|将|明年|次年|来年|下年|下一年|改期|推迟|推到|推给|延|留到|结转|跨年",
    "I": "正在|仍在|还在|在建|仍|还|目前|至今|处于|停在|截至",
    "O": "仅|只|才|不足|部分|一半|缺|差|欠|少|剩余|其余|余下|缺口|低于|不够|偏低",
    "A": "全部|全数|全年|均|都|一个不|一户不|一件不|无一|应发尽发|足额|满|齐",
    "D": "已经|已|完成|完工|竣工|验收|通过|到位|达标|达到|交付|投用|投入使用|投运|办结|建成|发放|兑付"
    "|付清|恢复|通车|用上|装完|装齐",
    "U": "超额|超过|高于|多于|优于|好于|超|多|提前|按期|如期|按时",
    "B": "补发|补办|补种|补齐|补足|补|重新|二次|后|经|赶|追",
    "K": "但|却|虽|尽管|除|其中|因|由于|受|主要",
    "S": "超支|超标|超期|拖欠|逾期|投诉|事故|隐患|问题|偏差|亏",
}
_FIGURE = r"\d+(?:\.\d+)?"
_TOKEN = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + f"|{_FIGURE}%?")
_CLAUSES = re.compile(r"(?:[,;。!?:、]|(?<!\d)\.|\.(?!\d))+")
_COUNT = re.compile(rf"({_FIGURE})(%|[^\d\W])?")
_PLANNED = re.compile(rf"(?:目标|计划|任务|要求|原定|应|指标|下达)[^\d,;。]{{0,6}}?({_FIGURE})")
_REACHED = re.compile(
    rf"(?:实际|完成|只|仅|建成|落地|办了|接种|发放|实发|实施)[^\d,;。]{{0,6}}?({_FIGURE})",
)
_PLAN = "(?:计划|任务|目标|指标|投资|预算|工程量)"
_SHARE = re.compile(  # 占年度计划的48%, 为任务20公里的92%, 完成全年任务的96.3%, 完成目标数65%
    rf"(?:(?:占|为)[^,;。%]{{0,16}}?{_PLAN}[^,;。%]{{0,10}}?|{_PLAN}[^\d,;。%]{{0,3}}的"
    rf"|(?:完成|实现)[^\d,;。%]{{0,10}}{_PLAN}数?)(?<![\d.])({_FIGURE})%"
)


def claim_features(text: str) -> set[str]:
    """The features of a text about something done or not: those of a sentence, its kinds, its figures.

    Rows of two to four kinds (with and without the commas between), the kinds of the first and of the last
    clause and what stands in both; which of two figures is larger, and the planned and the reached one.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text[:LONGEST]))
    rows = [_kinds(clause) for clause in _CLAUSES.split(plain) if clause]
    return features_of(text) | set(_said(rows)) | set(_compared(plain))


def _kinds(clause: str) -> list[str]:
    """The kinds of a clause's words and figures in their order, equal neighbours once."""
    kinds: list[str] = []
    for match in _TOKEN.finditer(clause):
        kind = match.lastgroup or _figure_kind(match[0])
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
    return kinds


def _figure_kind(figure: str) -> str:
    """The kind of a figure: nought, a hundred per cent, more, another per cent, another number."""
    number = float(figure.rstrip("%"))
    if number == 0:
        return "z"
    if not figure.endswith("%"):
        return "n"
    return "h" if number == 100 else "x" if number > 100 else "p"


def _said(rows: list[list[str]]) -> Iterator[str]:
    """Rows of kinds, and the first clause against the last."""
    whole = "^" + ",".join("".join(row) for row in rows) + "$"
    for sign, text, sizes in (("=", whole, (2, 3, 4)), ("-", whole.replace(",", ""), (2, 3))):
        for size in sizes:
            for at in range(len(text) - size + 1):
                yield sign + text[at : at + size]
    if rows:
        first, last = rows[0], rows[-1]
        yield "?" + "".join(first)
        yield "!" + "".join(last)
        yield "&" + "".join(sorted(set(first))) + "/" + "".join(sorted(set(last)))
    if len(rows) > 1:
        for one, other in product(set(rows[0]), set(rows[-1])):
            yield f"&{one}{other}"


def _compared(plain: str) -> Iterator[str]:
    """Shares of a plan below and from 100%; which of two neighbouring figures is larger (U: in one unit).

    Also reached against planned.
    """
    for share in _SHARE.finditer(plain):
        yield "%s" + ("<" if float(share[1]) < 100 else ">")
    for one, other in pairwise(_COUNT.finditer(plain)):
        unit = "U" if (one[2] or "") == (other[2] or "") else ""
        yield "%" + _sign(float(one[1]), float(other[1])) + unit
    planned, reached = _PLANNED.search(plain), _REACHED.search(plain)
    if planned and reached and planned.start(1) != reached.start(1):
        yield "%%" + _sign(float(reached[1]), float(planned[1]))


def _sign(one: float, other: float) -> str:
    """The sign between two numbers."""
    return "<" if one < other else ">" if one > other else "="
