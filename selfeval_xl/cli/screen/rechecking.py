"""The screens of the commands sample and review."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from selfeval_xl.cli.screen.screen import console, table_of
from selfeval_xl.model.grid import plain_number

if TYPE_CHECKING:
    from selfeval_xl.county.review.reading import Apart
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
            each.project.head.department, each.project.head.project, choice.way, choice.candidate.reason
        )
    screen.print(table)
    lines = []
    if sample.absent or sample.wholes:
        parts = [f"{status}{number}个" for status, number in sample.absent.items()]
        parts += [f"部门整体自评表{sample.wholes}张"] if sample.wholes else []
        lines.append(f"没有列入抽查：{'、'.join(parts)}。")
    if sample.lacking:
        lines.append(f"可抽的只有{sample.eligible}个，比要抽的少{sample.lacking}个。")
    if sample.unscored:
        lines.append(f"{sample.unscored}个项目的表不评分，只复核完成值。")
    if sample.left:
        lines.append(
            f"文件夹里另有{len(sample.left)}个不是这次的文件，没有动：{'、'.join(sample.left[:5])}"
            f"{'等' if len(sample.left) > 5 else ''}。复核汇总会读到它们，不用的请移走。"
        )
    for line in lines:
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
            each.head.project,
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
    found = made.sums
    average = "" if found.difference is None else f"，平均偏差{_number(found.difference)}分"
    screen.print(
        f"抽查{found.projects}个项目，已复核{found.checked}个{average}，降等{len(found.lowered)}个。"
        f"复核汇总在 {made.out}。",
        markup=False,
        style="bold",
    )


def sentence(apart: Apart) -> str:
    """What did not count as one sentence: where, what, and what to do."""
    place = "，".join(part for part in (apart.sheet, apart.cell) if part)
    where = f"{apart.file}{f'（{place}）' if place else ''}" if apart.file else ""
    whose = "　".join(part for part in (apart.department, apart.project) if part)
    begin = "：".join(part for part in (where, whose) if part)
    return f"{begin}：{apart.what}{f'；{apart.remedy}' if apart.remedy else ''}。"


def _number(number: Decimal | None) -> str:
    return "" if number is None else plain_number(number)
