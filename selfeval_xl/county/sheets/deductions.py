"""部门考核扣分明细: one row a deduction of 部门考核评分, with the record that it comes from."""

from __future__ import annotations

from selfeval_xl.county.sheets.columns import HEAD, PLACE, Column, Sheet, link

DEDUCTIONS = Sheet(
    "deductions",
    "部门考核扣分明细",
    (
        *HEAD,
        Column("part", "考核项目", 11),
        Column("reason", "扣分事由", 44, "wrap"),
        Column("standard", "扣分标准", 26, "wrap"),
        Column("points", "扣分", 8, "number", total=True),
        Column("day", "日期", 12),
        *PLACE,
        link("原始记录"),
    ),
)
