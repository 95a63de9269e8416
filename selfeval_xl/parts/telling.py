"""What split and merge say on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..screen import console
from .combining import CONFLICT, STRAY
from .splitting import KEPT

if TYPE_CHECKING:
    from .merging import Merged
    from .splitting import Split

_MOST = 30


def show_split(done: Split) -> None:
    """A row for each single form."""
    screen = console()
    table = _table("工作表", "项目编码", "项目名称", "文件", "结果", title="拆分完成")
    for part in done.parts:
        table.add_row(part.sheet, part.code, part.project, part.file.name, part.result)
    screen.print(table)
    for text in done.left:
        screen.print(text, style="yellow", markup=False)
    if any(part.result == KEPT for part in done.parts):
        screen.print("没有覆盖的文件同事可能已经填过，照原样留着；要重新拆的，请移走它们或换一个文件夹。", style="yellow", markup=False)
    screen.print(f"共{len(done.parts)}份，在 {done.folder}。收回后放进这个文件夹，运行 selfeval merge {done.folder.name} -o 合并后.xlsx。“{done.kept.name}”请不要动。", markup=False)


def show_merged(done: Merged) -> None:
    """A row for each project, then conflicts and what was not taken."""
    screen = console()
    table = _table("工作表", "项目编码", "项目名称", "交回情况", "交回的文件", "带回", "冲突", "没有带回", title="合并完成")
    for row in done.statuses:
        table.add_row(row.sheet, row.code, row.project, row.status, "、".join(row.files), str(row.landed), str(row.conflicts), str(row.strays))
    screen.print(table)
    for line in done.lines[:_MOST]:
        place = " ".join(part for part in (line.sheet, line.cell) if part)
        screen.print(f"{line.kind}：{place}{'　' if place else ''}{line.told}（{line.why}）", style="yellow" if line.kind in (CONFLICT, STRAY) else None, markup=False)
    if len(done.lines) > _MOST:
        screen.print(f"还有{len(done.lines) - _MOST}条，见合并清单。", markup=False)
    screen.print(f"带回{done.landed}格，写在 {done.out}；清单在 {done.listed}。“{done.original.name}”和交回的文件都没有改动。", markup=False, style="bold")


def _table(*columns: str, title: str):
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
