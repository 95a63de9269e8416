"""The line beside a form's title: what is still to be filled in, then what is to be settled, then 已填完."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from selfeval_xl.model.edits import Formula

DONE = "已填完"
# Sentences, n for a number, and the facts of the form that are counted together; both to fill may be said.
_TO_FILL = (("还有n格要填", ("未填完成值", "其他没填")), ("还有n格得分没填", ("得分没填",)))
# Where everything is filled in: the first that applies.
_TO_SETTLE = (
    (
        "格都填了，还有n处要改或说明",
        (
            "金额不是数字",
            "未完成而无原因",
            "执行数大于预算数",
            "合计不等于分项",
            "执行率低于参数而无说明",
            "仍有“待补充”",
            "分值不是100",
            "公式算的数改了",
            "没有公式的行",
        ),
    ),
    ("格都填了，另有n个待核定", ("待核定",)),
)


class _Told(NamedTuple):
    """A sentence about facts: formulas for their sum and for the sentence, and both as they are now."""

    total: str
    text: str
    total_now: Decimal
    text_now: str


def progress_line(places: Mapping[str, str], facts: Mapping[str, Formula]) -> Formula:
    """The formula of the line. places: the cell of each fact. facts: with the values that they have now."""

    def told(sentence: str, names: Sequence[str]) -> _Told:
        total = "+".join(f"N({places[name]})" for name in names)
        before, after = sentence.split("n")
        now = sum((value for name in names if isinstance(value := facts[name].value, Decimal)), Decimal(0))
        return _Told(total, f'"{before}"&({total})&"{after}"', now, f"{before}{now}{after}")

    blanks, scores = (told(*each) for each in _TO_FILL)
    between = f'IF(AND({blanks.total}>0,{scores.total}>0),"，","")'
    missing = f'IF({blanks.total}=0,"",{blanks.text})&{between}&IF({scores.total}=0,"",{scores.text})'
    text, now = f'"{DONE}"', DONE
    for each in reversed([told(*each) for each in _TO_SETTLE]):
        text = f"IF({each.total}>0,{each.text},{text})"
        now = each.text_now if each.total_now else now
    missing_now = "，".join(each.text_now for each in (blanks, scores) if each.total_now)
    return Formula(f"IF({blanks.total}+{scores.total}=0,{text},{missing})", missing_now or now)
