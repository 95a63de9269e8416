"""The bureau's own page 退回催报一览: the departments with returns and reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from selfeval_xl.model.findings import counted
from selfeval_xl.model.forms import SELF
from selfeval_xl.workflows.returns import dates
from selfeval_xl.workflows.returns.letter import Paper
from selfeval_xl.workflows.returns.reminders import lacking, seals_come, to_remind
from selfeval_xl.workflows.returns.stage_words import WORDS

if TYPE_CHECKING:
    from selfeval_xl.county.departments.data import CountyData, DepartmentData
    from selfeval_xl.workflows.returns import DepartmentReturn, ReturnsResult

HEAD = ("部门", "归口股室", "须修改", "须说明", "未报", "联系人", "电话")
WIDTHS = (34, 20, 16, 16, 32, 18, 24)


def overview(material: CountyData, result: ReturnsResult, today: date) -> Paper:
    """The page: counts in a sentence, and a row for each department that has something to do."""
    listed = [entry for entry in material.entries if entry.row]
    behind = to_remind(material)
    silent = [entry for entry in behind if not entry.came]
    lines = [
        f"截至{dates.full_day(today)}，"
        + (
            f"应报部门{len(listed)}个，未报{len(silent)}个，部分报送{len(behind) - len(silent)}个；"
            if listed
            else ""
        )
        + f"退回{len(result.returns)}个部门，没有要改、要说明的{len(result.passed)}个。"
    ]
    if silent:
        lines.append(f"未报：{'、'.join(entry.name for entry in silent)}。")
    if result.passed:
        lines.append(f"可以通过：{'、'.join(result.passed)}。")
    if result.problems:
        lines.append(f"没有标注成的文件：{'；'.join(problem.rstrip('。') for problem in result.problems)}。")
    returned = {each.name: each for each in result.returns}
    rows = [
        _row(entry, returned.get(entry.name), entry in behind, material)
        for entry in material.entries
        if entry in behind or entry.name in returned
    ]
    year = f"{material.year}年度" if material.year else ""
    stage = next((entry.stage for entry in material.entries), SELF)
    return Paper(
        f"{year}{WORDS[stage].stage}退回催报一览",
        "",
        tuple((0, line) for line in lines),
        tables=(("", HEAD, rows, WIDTHS),) if rows else (),
    )


def _row(
    entry: DepartmentData, returned: DepartmentReturn | None, behind: bool, material: CountyData
) -> Sequence[str]:
    """A department's row. behind: whether something of it is missing."""
    counts = counted(returned.open if returned else ())
    missing = [f"项目{len(entry.missing)}个"] if entry.missing else []
    missing += lacking(entry, seals_come(material)) if behind else []
    return (
        entry.name,
        entry.section,
        str(counts.fix or ""),
        str(counts.explain or ""),
        "、".join(missing),
        entry.row.contact if entry.row else "",
        entry.row.phone if entry.row else "",
    )
