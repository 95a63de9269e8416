"""The screens of the commands read, fill and diff: forms, filled cells, changes between two versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from selfeval_xl import layouts
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.cli.screen.screen import console, say_unsigned, table_of
from selfeval_xl.cli.screen.stage_forms import area_of, show_stage_form
from selfeval_xl.model.edits import Edit, Formula, Look
from selfeval_xl.model.forms import FORM_NAMES, Form, Problem, ReadFile
from selfeval_xl.model.grid import percent_text
from selfeval_xl.model.listed import Explanation
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.places import cells_shown, sheet_shown

if TYPE_CHECKING:
    from selfeval_xl.assessment.policy import Policy
    from selfeval_xl.workflows.diff import Change
    from selfeval_xl.workflows.filling.fill import Filled


def show_reading(files: Iterable[ReadFile], policy: Policy) -> None:
    """Shows the forms of each file, the evidence by which they were recognised, and what is unclear."""
    screen = console()
    for file in files:
        screen.rule(Path(file.path).name, align="left")
        for form in file.forms:
            _show_form(screen, assess(form, policy))
        for report in file.reports:
            screen.print(
                f"{FORM_NAMES[report.kind]}：{report.department or ''} {report.year or ''}，"
                f"{len(report.sections)}节",
                markup=False,
            )
            for section in report.sections:
                screen.print(f"  {section.title}（{len(section.text)}字）", markup=False)
        read = {form.sheet for form in file.stage_forms}
        for other in file.others:
            what = "读出来的在下面" if other.sheet in read else "只认出是什么，没有往下读"
            screen.print(f"{other.name}：不是自评表，{what}。", markup=False)
        for form in file.stage_forms:
            show_stage_form(screen, form)
            _show_account(screen, form)
        for problem in file.problems:
            screen.print(f"读不准：{problem.text}", style="yellow", markup=False)
        if file.evidence:
            screen.print("凭什么认出来的：", style="bold")
            for line in file.evidence:
                screen.print(f"  {line}", markup=False)
        if not (file.forms or file.stage_forms or file.reports or file.problems or file.others):
            screen.print("没有自评表（附件或扫描件）。")


def _show_form(screen: Console, form: Form) -> None:
    """Shows the head of an assessed form, its funding table, goals and indicators."""
    screen.print("　".join(_head(form)), markup=False, style="bold")
    if form.funding:
        screen.print(_funding_table(form))
    for label, key in (("预期目标", "expected"), ("实际完成情况", "actual")):
        text = getattr(form.goal, key)
        if text:
            place = cells_shown(form.file, form.goal.cells.get(key))
            screen.print(f"{label}（{place}）：{text[:120]}{'……' if len(text) > 120 else ''}", markup=False)
    if form.indicators:
        screen.print(_indicator_table(form))
    _show_account(screen, form)


def _show_account(screen: Console, form: Form) -> None:
    """Shows how many cells of the form were read, and the ones that were not."""
    account = form.account
    unread = [name for each in account.unread for name in each.names]
    cells = account.labels + account.values + account.furniture + len(unread)
    screen.print(
        f"这张表有内容的{cells}格：标签{account.labels}格，读进来的值{account.values}格，"
        f"标题、说明等{account.furniture}格，没有读的{len(unread)}格。",
        markup=False,
    )
    for each in account.unread:
        place = cells_shown(form.file, each.cells)
        screen.print(
            f"  没有读：{place}“{each.text}”{'（像是数据）' if each.data else ''}",
            style="yellow" if each.data else None,
            markup=False,
        )


def _head(form: Form) -> list[str]:
    """The form's name, sheet and area, and the fields of its head that are filled in."""
    head = [f"{FORM_NAMES[form.kind]}（{area_of(form)}）"]
    for label, value in (
        ("表式", layouts.label(form.layout) if form.layout else "未收录的表式，按标签读出"),
        ("年度", form.year),
        ("项目", form.project),
        ("项目编码", form.project_code),
        ("部门", form.department),
        ("实施单位", form.unit),
        ("金额单位", form.money_unit),
        ("总分", form.total_score),
        ("等级", form.grade),
    ):
        if value:
            head.append(f"{label}：{value}")
    return head


def _funding_table(form: Form) -> Table:
    table = table_of("资金来源", "年初预算数", "全年预算数", "全年执行数", "执行率", "得分", "所在格")
    for line in form.funding:
        table.add_row(
            ("　" if line.part_of else "") + line.source,
            line.initial_budget or "",
            line.annual_budget or "",
            line.executed or "",
            line.execution_rate or "",
            line.score or "",
            cells_shown(form.file, line.cells.get("executed", line.cells.get("annual_budget"))),
        )
    return table


def _indicator_table(form: Form) -> Table:
    table = table_of(
        "一级", "二级", "三级指标", "年度指标值", "实际完成值", "判定", "完成率", "分值", "得分", "所在格"
    )
    for row in form.indicators:
        table.add_row(
            row.level1 or "",
            row.level2 or "",
            row.name or "",
            row.target or "",
            row.actual or "",
            row.verdict.label if row.verdict else "未填",
            shown(row.attainment) or "",
            row.points or "",
            row.score or "",
            cells_shown(form.file, row.cells.get("actual")),
        )
    return table


_BESIDE = (Look.HEAD, Look.TEXT, Look.RATIO)  # looks of cells outside the print area


def show_filled(filled: Filled, out: Path) -> None:
    """Shows the filled cells of the form, old and new, and the number of those beside it."""
    screen = console()
    beside = Counter(edit.sheet for edit in filled.edits if edit.look in _BESIDE)
    within = [edit for edit in filled.edits if edit.look not in _BESIDE]
    if within:
        table = table_of("工作表", "单元格", "原来", "现在", "说明")
        for edit in within:
            table.add_row(edit.sheet, edit.cell, edit.old or "", _new_text(edit), edit.why)
        screen.print(table)
    for sheet, cells in beside.items():
        screen.print(f"“{sheet}”：右侧打印区域之外写了完成率、偏差率、判定，共{cells}格。", markup=False)
    for edit in filled.refused:
        screen.print(f"没有写入：{edit.sheet} {edit.cell} 的内容已经变了。", style="yellow", markup=False)
    for problem in filled.problems:
        screen.print(f"读不准：{getattr(problem, 'text', problem)}", style="yellow", markup=False)
    screen.print(
        f"填写完成：写入{len(filled.edits)}格，结果在 {out}。原文件没有改动。"
        if filled.edits
        else f"没有要填写的格，已照原样另存到 {out}。",
        markup=False,
        style="bold",
    )
    say_unsigned(filled.unsigned)


def _new_text(edit: Edit) -> str:
    """The new value as the cell shows it."""
    value = edit.new.value if isinstance(edit.new, Formula) else edit.new
    if edit.look is Look.PERCENT and isinstance(value, Decimal):
        return percent_text(value)
    return "" if value is None else str(value)


def show_changes(
    changes: Iterable[Change],
    problems: Iterable[Problem],
    files: tuple[str, str],
    explained: Sequence[Explanation] = (),
) -> None:
    """Shows the changes between two versions, a table for each form.

    files: of the old and the new version. explained: new 单位说明.
    """
    from selfeval_xl.workflows.diff import LABELS

    screen, changes = console(), list(changes)
    for _, of_form in groupby(changes, key=lambda change: (change.form, change.project, change.sheets)):
        screen.print(_change_table(list(of_form), files, LABELS))
    for problem in problems:
        screen.print(f"读不准：{problem.text}", style="yellow", markup=False)
    for row in explained:
        place = row.sheet or "全表"
        screen.print(f"新写的单位说明：{place} {row.subject}（{row.rule}）：{row.text}", markup=False)
    counts = Counter(change.change for change in changes)
    same = "两个版本表内填报的内容一样" if explained else "两个版本填报的内容完全一样"
    screen.print(
        f"共{len(changes)}处不同："
        + "，".join(f"{LABELS[key]}{counts[key]}处" for key in LABELS if counts[key])
        if changes
        else f"{same}{f'，新版多写了{len(explained)}条单位说明' if explained else ''}。",
        markup=False,
        style="bold",
    )


def _change_table(changes: Sequence[Change], files: tuple[str, str], labels: Mapping[str, str]) -> Table:
    """The changes of one form. files: of both versions. labels: of the kinds of change."""
    first = changes[0]
    old_sheet, new_sheet = (sheet_shown(*place) or "没有" for place in zip(files, first.sheets))
    title = f"{FORM_NAMES[first.form]} {first.project}（{old_sheet} → {new_sheet}）"
    table = table_of("变化", "对象", "内容", "旧版", "旧格", "新版", "新格", title=title)
    for change in changes:
        old_cell, new_cell = (cells_shown(*place) for place in zip(files, change.cells))
        texts = (
            labels[change.change],
            change.subject,
            change.label,
            (change.old or "")[:200],
            old_cell,
            (change.new or "")[:200],
            new_cell,
        )
        table.add_row(*map(Text, texts))
    return table
