"""补充意见: what officers found themselves; all columns are theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from selfeval_xl.county.sheets.columns import Sheet, hand
from selfeval_xl.county.sheets.row_heads import Row

SUPPLEMENTS = Sheet(
    "supplements",
    "补充意见",
    (
        hand("section", "归口股室", 10),
        hand("department_code", "部门编码", 11, "code"),
        hand("department", "部门名称", 20),
        hand("project_code", "项目编码", 22, "code"),
        hand("project", "项目名称", 28),
        hand("sheet", "工作表", 14),
        hand("cell", "单元格", 9),
        hand("message", "问题说明", 44),
        hand("hint", "修改建议", 30),
        hand("treatment", "处理方式", 9),
        hand("officer", "意见人", 9),
    ),
    frozen=5,
    spare=200,
)


def supplement_rows(written: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The rows of 补充意见: as officers wrote them."""
    return [{column.key: row.get(column.key) for column in SUPPLEMENTS.columns} for row in written]
