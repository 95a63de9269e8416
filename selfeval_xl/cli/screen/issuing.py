"""The screens of the commands issue, split and merge."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.table import Table

from selfeval_xl.cli.screen.screen import console, say_unsigned, table_of
from selfeval_xl.cli.screen.sending import is_attended
from selfeval_xl.workflows.issuing.contents import EXEMPT, FROM_LAST_YEAR
from selfeval_xl.workflows.issuing.writing import FAILED, KEPT, REPLACED, SAME, WRITTEN
from selfeval_xl.workflows.splitting.combining import CONFLICT, STRAY
from selfeval_xl.workflows.splitting.split import KEPT as LEFT_ALONE

if TYPE_CHECKING:
    from selfeval_xl.workflows.issuing import Issued
    from selfeval_xl.workflows.splitting.merge import Merged
    from selfeval_xl.workflows.splitting.split import Split

_RESULTS = (WRITTEN, REPLACED, SAME, KEPT, FAILED)
_MOST = 30  # lines of a kind that are shown


def show_issued(issued: Issued) -> None:
    """Shows the numbers of what was issued, the files that were not written, and the roster's faults."""
    screen = console()
    screen.print(_issued_table(issued))
    for contents, outcome in issued.departments:
        if outcome.result in (KEPT, REPLACED, FAILED):
            screen.print(
                f"{outcome.result}：{outcome.file}（{contents.department.name}）{outcome.why}",
                style="yellow",
                markup=False,
            )
    if issued.count(KEPT):
        screen.print("没有覆盖的文件照原样留着。确实要重新下发的，移走它们，或加 --overwrite。", markup=False)
    if issued.problems:
        screen.print(
            f"名册有{len(issued.problems)}处问题（列在前面和下发清单的“名册问题”）。", style="yellow"
        )


def asked_year() -> int | None:
    """The year that is evaluated, asked of the person at the terminal; where there is none, said to lack."""
    if is_attended():
        print(
            "自评哪一年？（输入年度，例如 2025；直接回车：表里不印年度）", end="", file=sys.stderr, flush=True
        )
        answer = sys.stdin.readline().strip().removesuffix("年度").removesuffix("年")
        if answer.isdecimal() and len(answer) == 4:
            return int(answer)
    console().print(
        "没有写年度（--year 2025）：表里不印年度，报来以前年度的表也认不出来。", style="yellow", markup=False
    )
    return None


def show_problems(problems: list[str]) -> None:
    """Shows the roster's faults, before anything is written."""
    screen = console()
    for problem in problems[:_MOST]:
        screen.print(f"名册：{problem}", style="yellow", markup=False)
    if len(problems) > _MOST:
        screen.print(
            f"名册还有{len(problems) - _MOST}处问题，见下发清单的“名册问题”。", style="yellow", markup=False
        )


def _issued_table(issued: Issued) -> Table:
    table = table_of("项目", "结果", title="下发完成")
    table.add_row(
        "部门", "，".join(f"{result}{count}份" for result in _RESULTS if (count := issued.count(result)))
    )
    table.add_row("项目表", f"{issued.projects}张")
    table.add_row("指标", f"{issued.targets}个")
    left = issued.left_out[EXEMPT]
    table.add_row("没有列入的项目", f"免评{left}个" if left else "没有")
    carried = sum(
        item.targets_from == FROM_LAST_YEAR for contents, _ in issued.departments for item in contents.items
    )
    if carried:
        table.add_row("指标取自上年的项目", f"{carried}个，白格也可以改，部门要核对")
    table.add_row("下发清单", str(issued.index))
    return table


def show_split(done: Split) -> None:
    """Shows a row for each single form, and what to do with the files."""
    screen = console()
    table = table_of("工作表", "项目编码", "项目名称", "文件", "结果", title="拆分完成")
    for part in done.parts:
        table.add_row(part.sheet, part.code, part.project, part.file.name, part.result)
    screen.print(table)
    for text in done.left:
        screen.print(text, style="yellow", markup=False)
    if any(part.result == LEFT_ALONE for part in done.parts):
        screen.print(
            "没有覆盖的文件同事可能已经填过，照原样留着；要重拆的，请移走它们、换文件夹，或加 --replace。",
            style="yellow",
            markup=False,
        )
    screen.print(
        (
            f"共{len(done.parts)}份，在 {done.folder}。收回后放进这个文件夹，运行 selfeval merge "
            f"{done.folder.name} -o 合并后.xlsx。“{done.kept.name}”请不要动。"
        ),
        markup=False,
    )


def show_merged(done: Merged) -> None:
    """Shows a row for each project, then the conflicts and the values that were not taken."""
    screen = console()
    table = table_of(
        "工作表",
        "项目编码",
        "项目名称",
        "交回情况",
        "交回的文件",
        "带回",
        "冲突",
        "没有带回",
        title="合并完成",
    )
    for row in done.statuses:
        table.add_row(
            row.sheet,
            row.code,
            row.project,
            row.status,
            "、".join(row.files),
            str(row.landed),
            str(row.conflicts),
            str(row.strays),
        )
    screen.print(table)
    for line in done.lines[:_MOST]:
        position = " ".join(part for part in (line.sheet, line.cell) if part)
        screen.print(
            f"{line.kind}：{position}{'　' if position else ''}{line.told}（{line.why}）",
            style="yellow" if line.kind in (CONFLICT, STRAY) else None,
            markup=False,
        )
    if len(done.lines) > _MOST:
        screen.print(f"还有{len(done.lines) - _MOST}条，见合并清单。", markup=False)
    screen.print(
        (
            f"带回{done.landed}格，写在 {done.out}；清单在 {done.listed}。“{done.original.name}”"
            "和交回的文件都没有改动。"
        ),
        markup=False,
        style="bold",
    )
    say_unsigned(done.unsigned)
