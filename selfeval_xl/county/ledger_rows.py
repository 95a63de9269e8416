"""The rows of 报送台账 and 收件核对."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_UP, Decimal
from pathlib import PurePath

from ..forms import Form
from .collecting import NOTHING_TO_DO, Receipt
from .material import DASH, EXTRA, NONE, Entry, Material, counts
from .roster import iso_day
from .summary_rows import Row, head, sealed
from .versions import DUPLICATE, ONLY, REFUSED, SUPERSEDED, USED, moment

PARTLY, WAITING, RETURNED, AGAIN, PASSED = "部分报送", "待审核", "已退回", "已重报", "已通过"
_AGREED = ("通过", "同意", "合格", "认可")
_BASES = {"名册": "表内名称", "表内编码": "编码"}


def submission_row(entry: Entry, material: Material) -> Row:
    """The row of 报送台账 of a department, whether it is in the roster or not."""
    has_projects = bool(material.roster and material.roster.projects)
    listed = entry.row
    times = sorted(receipt.arrival.received for receipt in entry.receipts if receipt.arrival.received)
    late = _days_late(times, listed.deadline if listed else "")
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
    return {
        **head(entry),
        "contact": listed.contact if listed else None,
        "phone": listed.phone if listed else None,
        "deadline": listed.deadline if listed else None,
        "first_received": times[0] if times else None,
        "last_received": times[-1] if times else None,
        "times": _times(entry),
        "late": None if late is None else "是" if late > 0 else "否",
        "days_late": late or None,
        "due": len([form for form in entry.projects if form.status != EXTRA]) + len(entry.missing)
        if has_projects
        else DASH,
        "assessed": len(entry.projects),
        "missing_names": "、".join(project.name for project in entry.missing),
        "department_forms": len(entry.wholes),
        "reports": len(entry.reports),
        "sealed": sealed(entry),
        "returned": None,
        "used_files": "；".join(used),
        "basis": "、".join(bases),
        **counts(entry.findings),
        "state": state(entry),
    }


def state(entry: Entry) -> str:
    """当前状态 before any decision of officers: 未报, 部分报送 or 待审核."""
    if not entry.forms and not entry.reports:
        return NONE
    return PARTLY if entry.missing or (entry.row and not entry.wholes) else WAITING


def review_state(row: Row, opinion: str, earlier: Mapping[str, Sequence[str]]) -> Row:
    """当前状态 and 退回次数 after the officers' decisions, as columns of 报送台账.

    row: of 报送台账, with 最近退回日期. opinion: 审核意见 of 部门汇总. earlier: days of return so far, by the
    department's code or name.
    """
    day = str(row.get("last_returned") or "").strip()
    days = [*earlier.get(row["department_code"] or row["department"], ()), *([day] if day else [])]
    columns: Row = {"returned": len(set(days)) or None}
    if row["state"] == NONE:
        return columns
    if opinion.strip().startswith(_AGREED):
        return columns | {"state": PASSED}
    returned_on = iso_day(day)
    if returned_on:
        columns["state"] = AGAIN if (row["last_received"] or "")[:10] > returned_on else RETURNED
    return columns


def _times(entry: Entry) -> int:
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


def receipt_rows(material: Material) -> Iterator[Row]:
    """The rows of 收件核对: one for each received file."""
    for receipt in material.collected.receipts:
        file = receipt.file
        entry = None if receipt.filing is None else material.by_filing.get(receipt.filing)
        basis, doubt = _basis(receipt, material)
        yield {
            "path": material.relative(file.path),
            "archive": receipt.archive,
            "name": PurePath(file.path).name,
            "kind": file.kind,
            "size": (Decimal(file.size) / 1024).quantize(Decimal("0.1"), ROUND_UP),
            "saved": (moment(file.saved) or "").replace("T", " "),
            "received": receipt.arrival.received,
            "fingerprint": file.sha256[:16],
            "department_code": entry.code if entry else None,
            "department": entry.name if entry else None,
            "basis": basis,
            "forms": len(receipt.forms),
            "forms_used": sum(fate.fate == USED for fate in receipt.forms),
            "result": receipt.result,
            "reason": "；".join(part for part in (receipt.reason, doubt) if part),
            "other": receipt.other,
            "action": "请核对部门名称，或在名册里加别名"
            if doubt and receipt.action == NOTHING_TO_DO
            else receipt.action,
        }


def _basis(receipt: Receipt, material: Material) -> tuple[str, str]:
    """识别依据, and the question to ask where the roster has no department of the form's name ("" else)."""
    basis, roster = _BASES.get(receipt.basis, receipt.basis), material.roster
    form = next((fate.form for fate in receipt.fates if isinstance(fate.form, Form)), None)
    if roster is None or form is None:
        return basis, ""
    names = [name for name in (form.department, form.unit) if name]
    if receipt.basis == "名册":
        return (
            "近似" if names and not form.department_code and not any(map(roster.exact, names)) else basis
        ), ""
    if receipt.basis != "表内名称" or not names:
        return basis, ""
    likely = roster.likely(names[0])
    return basis, f"名册里没有“{names[0]}”" + (f"，是不是“{likely.name}”？" if likely else "")


def form_balance(material: Material) -> dict[str, int]:
    """Counts of forms by decision: recognised = used + superseded + duplicate."""
    fates = [fate.fate for receipt in material.collected.receipts for fate in receipt.forms]
    return {
        "recognised": len(fates),
        "used": fates.count(USED),
        "superseded": fates.count(SUPERSEDED) + fates.count(REFUSED),
        "duplicate": fates.count(DUPLICATE),
    }
