"""复核汇总: one row a project of the re-check, beside its self-evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from selfeval_xl.county.sheets.columns import FORMULA, HEAD, Column, ColumnFormula, Sheet

PAPER, BEFORE, TYPED = "底稿", "上次的底稿", "手工填写"


def _difference(row: Mapping[str, Any]) -> Decimal | None:
    """复核得分 − 自评得分."""
    return None if None in (row["score"], row["second_score"]) else row["second_score"] - row["score"]


RECHECKED = Sheet(
    "rechecked",
    "复核汇总",
    (
        *HEAD,
        Column("unit", "实施单位", 20, "wrap"),
        Column("score", "自评得分", 9, "number"),
        Column("second_score", "复核得分", 9, "number"),
        Column(
            "difference",
            "偏差",
            8,
            "number",
            FORMULA,
            live=ColumnFormula(
                'IF(OR({second_score}="",{score}=""),"",ROUND({second_score}-{score},2))', _difference
            ),
        ),
        Column("grade", "自评等级", 8),
        Column("second_grade", "复核等级", 8),
        Column("lowered", "是否降等", 8),
        Column("causes", "主要偏差原因", 50, "wrap"),
        Column("state", "复核状态", 10),
        Column("source", "复核得分来自", 10),
        Column("note", "说明", 40, "wrap"),
        Column("paper", "底稿", 30, "wrap"),
    ),
)
