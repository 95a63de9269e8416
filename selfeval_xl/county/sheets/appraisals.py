"""部门考核评分: one row a department; its deductions are sums over 部门考核扣分明细.

A part that could not be judged has no 满分, and its score is 未考核: it counts neither for nor against.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.county.sheets.columns import FORMULA, HEAD, Column, ColumnFormula, Sheet, hand
from selfeval_xl.model.numbers import rounded

NOT_JUDGED, NOT_CONFIRMED, YES = "未考核", "未确认", "是"
NO_NUMBER, NOT_POSSIBLE = "人工得分应写数字", "人工得分应在0到满分之间"
_FULL = 100  # the most that an officer may give where no part was judged
_WIDE_SPACE = "\u3000"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the appraisal. key: of its columns, and of its points in the policy."""

    key: str
    title: str

    @property
    def points(self) -> str:
        """The policy's parameter with its points."""
        return f"appraisal_{self.key}_points"


TIMELY, COMPLETE, ACCURATE, REVIEW, MENDED = PARTS = (
    Part("timely", "及时性"),
    Part("complete", "完整性"),
    Part("accurate", "准确性"),
    Part("review", "复核偏差"),
    Part("mended", "退回后修改"),
)


def _formula(key: str, label: str, width: float, text: str) -> Column:
    return Column(key, label, width, "number", FORMULA, live=ColumnFormula(text))


def _columns_of(part: Part) -> tuple[Column, ...]:
    """满分 (empty where the part could not be judged), 扣分 and 得分 of a part."""
    full, off = f"{{{part.key}_full}}", f"{{{part.key}_off}}"
    deducted = (
        "SUMIFS({deductions.points},{deductions.department},{department},"
        f'{{deductions.part}},"{part.title}")'
    )
    return (
        Column(f"{part.key}_full", f"{part.title}满分", 8, "number"),
        _formula(f"{part.key}_off", f"{part.title}扣分", 8, f'IF({full}="","",ROUND({deducted},2))'),
        _formula(part.key, f"{part.title}得分", 8, f'IF({full}="","{NOT_JUDGED}",ROUND({full}-{off},2))'),
    )


def _each(ending: str = "") -> str:
    """The cells of all parts in a row, as arguments of SUM, which passes over texts."""
    return ",".join(f"{{{part.key}{ending}}}" for part in PARTS)


def _trimmed(cell: str) -> str:
    """The text of a cell without spaces around it, full-width ones too; is_confirmed reads it alike."""
    return f'TRIM(SUBSTITUTE({{{cell}}},"{_WIDE_SPACE}"," "))'


APPRAISALS = Sheet(
    "appraisals",
    "部门考核评分",
    (
        *HEAD[:4],
        *(column for part in PARTS for column in _columns_of(part)),
        _formula("full", "参加考核的满分", 9, f"ROUND(SUM({_each('_full')}),2)"),
        _formula("total", "考核得分", 9, f'IF({{full}}=0,"{NOT_JUDGED}",ROUND(SUM({_each()}),2))'),
        _formula("percent", "折合百分制得分", 9, 'IF({full}=0,"",ROUND({total}/{full}*100,2))'),
        Column("basis", "考核说明", 60, "wrap"),
        hand("confirmed", "是否确认", 8),
        hand("own_score", "人工得分", 9, "number"),
        hand("note", "说明", 20),
        _formula(
            "final",
            "确认的得分",
            11,
            f'IF({_trimmed("confirmed")}<>"{YES}","{NOT_CONFIRMED}",IF({_trimmed("own_score")}="",{{total}},'
            f'IF(NOT(ISNUMBER({{own_score}})),"{NO_NUMBER}",'
            f'IF(OR({{own_score}}<0,{{own_score}}>IF({{full}}=0,{_FULL},{{full}})),"{NOT_POSSIBLE}",'
            f"{{own_score}}))))",
        ),
    ),
    frozen=4,
    written_with="部门考核扣分明细",
)


def with_scores(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the values of its formulas, from 满分 and 扣分 of each part and the officers' columns."""
    scores = {
        part.key: NOT_JUDGED
        if row[f"{part.key}_full"] is None
        else rounded(row[f"{part.key}_full"] - row[f"{part.key}_off"])
        for part in PARTS
    }
    full = sum((row[f"{part.key}_full"] or Decimal(0) for part in PARTS), Decimal(0))
    total = sum((score for score in scores.values() if isinstance(score, Decimal)), Decimal(0))
    summed = {
        "full": rounded(full),
        "total": rounded(total) if full else NOT_JUDGED,
        "percent": rounded(total / full * 100) if full else None,
    }
    return {**row, **scores, **summed, "final": final_score({**row, **summed})}


def final_score(row: Mapping[str, Any]) -> Any:
    """确认的得分 of a row: the officer's own score, else the program's, once it is confirmed."""
    own = row.get("own_score")
    if not is_confirmed(row.get("confirmed")):
        return NOT_CONFIRMED
    return row["total"] if own in (None, "") else own_score_of(own, row["full"])


def own_score_of(typed: Any, full: Decimal) -> Any:
    """人工得分 as it counts, or what is wrong with it. full: 参加考核的满分, 0 where no part was judged."""
    if not isinstance(typed, (int, float, Decimal)):
        return NO_NUMBER
    return typed if 0 <= typed <= (full or _FULL) else NOT_POSSIBLE


def is_confirmed(written: object) -> bool:
    """Whether 是否确认 says yes, and nothing besides."""
    return str(written or "").strip(f" {_WIDE_SPACE}") == YES
