"""What the command `monitor` says on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selfeval_xl.cli.screen.screen import console, table_of
from selfeval_xl.rules.registry import catalogue

if TYPE_CHECKING:
    from selfeval_xl.county.monitoring import Monitored


def show_monitored(made: Monitored) -> None:
    """Shows the closing table of a monitoring."""
    screen = console()
    table = table_of("项目", "结果", title="监控汇总完成")
    table.add_row("收到文件", "，".join(f"{name}{count}" for name, count in made.files.items()) or "0")
    table.add_row("监控期间", made.through or "表里没有写几月")
    outside = f"；名册外{made.unlisted}个" if made.unlisted else ""
    table.add_row("部门", f"{made.departments}个，已报{made.reported}个{outside}")
    missing = f"，漏报项目{made.missing}个" if made.missing else ""
    table.add_row("监控表", f"{made.forms}张{missing}")
    table.add_row("指标", "，".join(f"{name}{count}" for name, count in made.outlooks.items()))
    table.add_row(
        "预警",
        "\n".join(
            f"{rule} {catalogue()[rule].title}：{count}条" for rule, count in sorted(made.alarms.items())
        )
        or "没有",
    )
    apart = f"；另有不属于任何部门的文件{made.apart}处" if made.apart else ""
    table.add_row("要部门做的", f"须修改{made.fix}处，须说明{made.explain}处{apart}")
    if made.carried or made.lost:
        table.add_row("手工意见", f"带回{made.carried}处，未能带回{made.lost}处（列在“收件核对”末尾）")
    for line in made.balances:
        table.add_row("核对", line)
    table.add_row("监控汇总工作簿", str(made.out))
    screen.print(table)
    for line in made.notes:
        screen.print(line, style="yellow", markup=False)
