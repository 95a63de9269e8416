"""The screens of the commands sample and review."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from selfeval_xl.cli.screen.screen import console, table_of
from selfeval_xl.county.review.reading import sentence
from selfeval_xl.model.grid import plain_number

if TYPE_CHECKING:
    from selfeval_xl.workflows.review.reviewing import Review
    from selfeval_xl.workflows.review.sampling import Sample

_MOST = 40  # rows of a table on the screen; the workbook has all


def show_sample(sample: Sample) -> None:
    """Shows who was drawn and why, and what was left out."""
    screen = console()
    table = table_of("部门", "项目", "抽取方式", "抽查理由")
    for each in sample.chosen[:_MOST]:
        choice = each.choice
        table.add_row(
            each.project.head.department, each.project.head.title, choice.way, choice.candidate.reason
        )
    screen.print(table)
    for line in sample.remarks:
        screen.print(line, style="yellow", markup=False)
    random = len(sample.chosen) - sample.proposed
    screen.print(
        f"可抽{sample.eligible}个，抽到{len(sample.chosen)}个：建议抽查{sample.proposed}个，随机{random}个"
        f"（种子{sample.seed}）。名单和底稿在 {sample.out}。",
        markup=False,
        style="bold",
    )


def show_review(made: Review) -> None:
    """Shows each project's scores, what did not count, and the county's averages."""
    screen = console()
    table = table_of("部门", "项目", "自评", "复核", "偏差", "等级", "状态")
    for each in made.reviewed.projects[:_MOST]:
        grades = f"{each.head.grade}→{each.grade}" if each.grade else each.head.grade
        table.add_row(
            each.head.department,
            each.head.title,
            _number(each.head.score),
            _number(each.score),
            _number(each.difference),
            grades,
            each.state,
        )
    screen.print(table)
    for apart in made.reviewed.apart[:_MOST]:
        screen.print(sentence(apart), style="yellow", markup=False)
    if len(made.reviewed.apart) > _MOST:
        screen.print(f"还有{len(made.reviewed.apart) - _MOST}条，见“未计入”。", style="yellow", markup=False)
    screen.print(f"{made.told}复核汇总在 {made.out}。", markup=False, style="bold")


def _number(number: Decimal | None) -> str:
    return "" if number is None else plain_number(number)
