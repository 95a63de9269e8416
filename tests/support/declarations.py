"""Declarations in the Ministry's frame, written as a department fills them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl

LEVELS = {"数量指标": "产出指标", "质量指标": "产出指标", "社会效益指标": "效益指标", "满意度": "满意度指标"}
GOAL = "改造供水点30处，解决2000人饮水安全问题，群众满意度达到90%以上。"
ROWS = (
    ("数量指标", "改造供水点数量", "≥30处"),
    ("社会效益指标", "受益人口", "≥2000人"),
    ("满意度", "群众满意度", "≥90%"),
)


def declare(
    path: Path,
    project: str,
    department: str,
    *,
    amounts: tuple[float, float, float] = (120, 120, 0),
    goal: str | None = GOAL,
    rows: Sequence[tuple[str, str, str | None]] = ROWS,
    year: int = 2025,
) -> Path:
    """A declaration. amounts: total, 财政拨款, 其他资金. rows: second level, name, target."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "申报表"
    for line in (
        ["项目支出绩效目标申报表"],
        [f"（{year}年度）"],
        ["项目名称", project],
        ["主管部门及代码", department, None, "实施单位", department],
        ["项目属性", "延续项目", None, "项目期", "1年"],
        ["项目资金（万元）", "年度资金总额：", amounts[0]],
        [None, "其中：财政拨款", amounts[1]],
        [None, "其他资金", amounts[2]],
        ["年度目标", goal],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值"],
        *([None, LEVELS[level2], level2, name, target] for level2, name, target in rows),
    ):
        sheet.append(line)
    book.save(path)
    return path
