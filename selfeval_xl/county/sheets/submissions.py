"""报送台账: one row a department: what came when, and which version counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from selfeval_xl.county.departments.data import DASH, EXTRA, NONE, CountyData, DepartmentData, counts
from selfeval_xl.county.intake.versions import ONLY, USED
from selfeval_xl.county.sheets.columns import HEAD, Column, Sheet, count, hand
from selfeval_xl.county.sheets.departments import sealed
from selfeval_xl.county.sheets.row_heads import Row, head
from selfeval_xl.model.dates import day_of
from selfeval_xl.model.quantity import money

SUBMISSIONS = Sheet(
    "submissions",
    "报送台账",
    (
        *HEAD[:4],
        Column("contact", "联系人", 9),
        Column("phone", "联系电话", 14, "code"),
        Column("deadline", "报送截止日期", 12),
        Column("first_received", "首次收到", 16),
        Column("last_received", "最近收到", 16),
        count("times", "报送次数"),
        Column("late", "是否逾期", 7),
        count("days_late", "逾期天数", total=False),
        count("due", "应评项目数"),
        count("assessed", "已报项目数"),
        Column("missing_names", "漏报项目（名称）", 30, "wrap"),
        count("department_forms", "整体自评表"),
        count("reports", "自评报告"),
        count("sealed", "盖章件"),
        Column("used_files", "采用文件", 34, "wrap"),
        Column("basis", "采用依据", 12),
        count("errors", "错误数"),
        count("warnings", "核实数"),
        Column("state", "当前状态", 9),
        count("returned", "退回次数", total=False),
        hand("returned_really", "退回次数更正", 8, "number"),
        hand("last_returned", "最近退回日期", 12, "date"),
        hand("send_back", "本次是否退回", 8),
        hand("really_received", "实际收到日期", 12, "date"),
        hand("reminded", "催报次数", 8, "number"),
        hand("last_reminded", "最近催报日期", 12, "date"),
        hand("chosen", "财政指定采用文件", 24),
        hand("remark", "备注", 16),
    ),
    frozen=4,
)


PARTLY, WAITING, RETURNED, AGAIN, PASSED = "部分报送", "待审核", "已退回", "已重报", "已通过"
_AGREED = ("通过", "同意", "合格", "认可")


def submission_row(entry: DepartmentData, material: CountyData) -> Row:
    """The row of 报送台账 of a department, whether it is in the roster or not."""
    has_projects = bool(material.roster and material.roster.projects)
    listed = entry.row
    times = sorted(receipt.arrival.received for receipt in entry.receipts if receipt.arrival.received)
    late = _days_late(times, listed.deadline if listed else "") if entry.came else None
    bases = dict.fromkeys(
        fate.basis
        for receipt in entry.receipts
        for fate in receipt.fates
        if fate.fate == USED and fate.basis != ONLY
    )
    used = [
        material.relative(receipt.file.path)
        for receipt in entry.receipts
        if receipt.result in ("采用", "部分采用")
    ]
    counted = counts(entry.findings)
    return {
        **head(entry),
        "contact": listed.contact if listed else None,
        "phone": listed.phone if listed else None,
        "deadline": listed.deadline if listed else None,
        "first_received": times[0] if times else None,
        "last_received": times[-1] if times else None,
        "times": _times(entry),
        "late": _yes(late),
        "days_late": late or None,
        "due": len([form for form in entry.projects if form.status != EXTRA]) + len(entry.missing)
        if has_projects
        else DASH,
        "assessed": len(entry.projects) - len(entry.blank),
        "missing_names": "、".join(
            [
                *(project.name for project in entry.missing),
                *(f"{form.project_name}（未填）" for form in entry.blank),
            ]
        ),
        "department_forms": len(entry.filled_wholes),
        "reports": len(entry.reports),
        "sealed": sealed(entry),
        "returned": None,
        "used_files": "；".join(used),
        "basis": "、".join(bases),
        "errors": counted["errors"],
        "warnings": counted["warnings"],
        "state": state(entry),
    }


def state(entry: DepartmentData) -> str:
    """当前状态 before any decision of officers: 未报, 部分报送 or 待审核."""
    if not entry.came:
        return NONE
    lacks = entry.missing or entry.blank or (entry.row and not entry.filled_wholes)
    return PARTLY if lacks else WAITING


def review_state(row: Row, opinion: str, earlier: Mapping[str, Sequence[str]]) -> Row:
    """当前状态, 退回次数 and lateness after the officers' decisions, as columns of 报送台账.

    row: of 报送台账, with the officers' columns. opinion: 审核意见 of 部门汇总. earlier: days of return so
    far, ISO, by the department's code or name.
    """
    last = day_of(row.get("last_received"))
    returned = day_of(row.get("last_returned"), last or day_of(row.get("deadline")))
    days = {*earlier.get(row["department_code"] or row["department"], ())}
    days |= {returned.isoformat()} if returned else set()
    columns: Row = {"returned": _corrected(row.get("returned_really")) or len(days) or None}
    if row["state"] == NONE:
        return columns
    columns |= _lateness(row)
    if agrees(opinion):
        return columns | {"state": PASSED}
    if returned and last:
        first = day_of(row.get("first_received")) or last
        came_again = last > returned or last == returned and first < returned
        columns["state"] = AGAIN if came_again else RETURNED
    return columns


def agrees(opinion: str) -> bool:
    """Whether 审核意见 of a department says that it has passed."""
    return opinion.strip().startswith(_AGREED)


def _corrected(value: object) -> int | None:
    """退回次数更正 as a number; None where nothing, or no number, is written."""
    number = money(str(value)) if value not in (None, "") else None
    return None if number is None else int(number)


def _lateness(row: Row) -> Row:
    """是否逾期 and 逾期天数 by 实际收到日期, where an officer wrote it, else by 首次收到."""
    first = day_of(row.get("really_received"), day_of(row.get("deadline"))) or day_of(
        row.get("first_received")
    )
    if not first or not row.get("deadline"):
        return {}
    late = _days_late([first.isoformat()], row["deadline"])
    return {"late": _yes(late), "days_late": late or None}


def _yes(late: int | None) -> str | None:
    """是否逾期."""
    return None if late is None else "是" if late > 0 else "否"


def _times(entry: DepartmentData) -> int:
    """报送次数: the number of different submission numbers, or of days of receipt where files have none."""
    numbers = {receipt.arrival.submission for receipt in entry.receipts if receipt.arrival.submission}
    return len(numbers) or len(
        {receipt.arrival.received[:10] for receipt in entry.receipts if receipt.arrival.received}
    )


def _days_late(times: list[str], deadline: str) -> int | None:
    """Days from the deadline to the first receipt; 0 if in time, None where either is unknown."""
    if not times or not deadline:
        return None
    return max(0, (date.fromisoformat(times[0][:10]) - date.fromisoformat(deadline)).days)
