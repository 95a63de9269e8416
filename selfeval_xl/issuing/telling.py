"""The closing table of issuing, on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..screen import console
from .contents import EXEMPT, FROM_LAST_YEAR
from .writing import FAILED, KEPT, REPLACED, SAME, WRITTEN

if TYPE_CHECKING:
    from . import Issued

_SPOKEN = (WRITTEN, REPLACED, SAME, KEPT, FAILED)
_MOST = 20


def show_issued(issued: Issued) -> None:
    """Departments, projects, targets, what was left out and why; then every file that was not written, and the roster's faults."""
    from rich.table import Table

    screen = console()
    table = Table("项目", "结果", title="下发完成", title_justify="left", header_style="bold")
    table.add_row("部门", "，".join(f"{result}{count}份" for result in _SPOKEN if (count := issued.count(result))))
    table.add_row("项目表", f"{issued.projects}张")
    table.add_row("指标", f"{issued.targets}个")
    left = issued.left_out[EXEMPT]
    table.add_row("没有列入的项目", f"免评{left}个" if left else "没有")
    carried = sum(item.targets_from == FROM_LAST_YEAR for contents, _ in issued.departments for item in contents.items)
    if carried:
        table.add_row("指标取自上年的项目", f"{carried}个，没有锁定，部门要核对")
    table.add_row("下发清单", str(issued.index))
    screen.print(table)
    for contents, outcome in issued.departments:
        if outcome.result in (KEPT, REPLACED, FAILED):
            screen.print(f"{outcome.result}：{outcome.file}（{contents.department.name}）{outcome.why}", style="yellow", markup=False)
    if issued.count(KEPT):
        screen.print("没有覆盖的文件照原样留着。确实要重新下发的，移走它们，或加 --overwrite。", markup=False)
    for problem in issued.problems[:_MOST]:
        screen.print(f"名册：{problem}", style="yellow", markup=False)
    if len(issued.problems) > _MOST:
        screen.print(f"名册还有{len(issued.problems) - _MOST}处问题，见下发清单的“名册问题”。", style="yellow", markup=False)
