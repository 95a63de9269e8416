"""Monitoring forms in the Ministry's frame, written as a department fills them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

CAUSES = ("经费保障", "制度保障", "人员保障", "硬件条件保障", "其他")
OUTLOOKS = ("确定能", "有可能", "完全不可能")
LEVELS = {"数量指标": "产出指标", "质量指标": "产出指标", "社会效益指标": "效益指标", "满意度": "满意度指标"}


@dataclass(frozen=True)
class Row:
    """An indicator: second level, name, target, done so far, forecast, outlook, ticked causes, reason."""

    level2: str
    name: str
    target: str
    actual: str | None = None
    forecast: str | None = None
    outlook: str | None = None
    causes: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Monitoring:
    """A form. budget, executed, forecast: of the year's total, in 万元."""

    project: str
    department: str
    code: str
    budget: float | None
    executed: float | None
    forecast: float | None
    rows: Sequence[Row]
    months: str = "1-7月"
    year: int = 2024


def fill(sheet, form: Monitoring) -> None:
    """Fills a worksheet with the form."""
    months = form.months
    department = f"{form.code}-{form.department}" if form.code else form.department
    sheet.append(["项目支出绩效目标执行监控表"])
    sheet.append([f"（{form.year}年度）"])
    sheet.append(["项目名称", None, form.project])
    sheet.append(
        [
            "主管部门及代码",
            None,
            department,
            None,
            None,
            "实施单位",
            form.department,
        ]
    )
    heads = ["年初预算数", f"{months}执行数", f"{months}执行率", "全年预计执行数"]
    sheet.append(["项目资金（万元）", None, None, *heads])
    rate = None if form.executed is None or not form.budget else form.executed / form.budget
    for label in ("年度资金总额：", "其中：本年一般公共预算拨款"):
        sheet.append([None, label, None, form.budget, form.executed, rate, form.forecast])
        sheet.cell(sheet.max_row, 6).number_format = "0.00%"
    nothing = [None if amount is None else 0 for amount in (form.budget, form.executed, form.forecast)]
    sheet.append([None, "其他资金", None, *nothing[:2], None, nothing[2]])
    sheet.append(["年度总体目标", None, "按计划完成建设任务，保障群众用水和上学。"])
    top = sheet.max_row + 1
    sheet.append(
        [
            *("绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值"),
            *(f"{months}执行情况", "全年预计完成情况"),
            *("偏差原因分析", None, None, None, None, None),
            *("完成目标可能性", None, None, "备注"),
        ]
    )
    sheet.append([*[None] * 7, *CAUSES, "原因说明", *OUTLOOKS, None])
    for first, last in (("H", "M"), ("N", "P")):
        sheet.merge_cells(f"{first}{top}:{last}{top}")
    for column in "ABCDEFGQ":
        sheet.merge_cells(f"{column}{top}:{column}{top + 1}")
    for row in form.rows:
        sheet.append(
            [
                *(None, LEVELS[row.level2], row.level2, row.name, row.target, row.actual, row.forecast),
                *("√" if cause in row.causes else None for cause in CAUSES),
                row.note,
                *("√" if word == row.outlook else None for word in OUTLOOKS),
            ]
        )


def write(path: Path, *forms: Monitoring) -> Path:
    """A workbook with a sheet for each form."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, form in enumerate(forms, 1):
        fill(book.create_sheet(f"监控{number}"), form)
    book.save(path)
    return path
