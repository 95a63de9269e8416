"""Rows of 报送台账 and 收件核对."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_UP, Decimal
from pathlib import PurePath

from .collecting import NOTHING_TO_DO, Receipt
from .material import DASH, EXTRA, NONE, Entry, Material, counts
from .roster import iso_day
from .summary_rows import Row, head, sealed
from .versions import DUPLICATE, ONLY, REFUSED, SUPERSEDED, USED, moment

PARTLY, WAITING, RETURNED, AGAIN, PASSED = "部分报送", "待审核", "已退回", "已重报", "已通过"
_AGREED = ("通过", "同意", "合格", "认可")
_BASES = {"名册": "表内名称", "表内编码": "编码"}


def submission_row(entry: Entry, material: Material) -> Row:
    """The row of a department, whether the roster has it or not."""
    known = bool(material.roster and material.roster.projects)
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
        if known
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
    """未报, 部分报送 or 待审核; the states after that are the officers'."""
    if not entry.forms and not entry.reports:
        return NONE
    return PARTLY if entry.missing or (entry.row and not entry.wholes) else WAITING


def review_state(row: Row, opinion: str, earlier: Mapping[str, Sequence[str]]) -> Row:
    """State and number of returns, from what officers wrote: 审核意见 of 部门汇总 and 最近退回日期. earlier:
    the days of return known so far.
    """
    day = str(row.get("last_returned") or "").strip()
    days = [*earlier.get(row["department_code"] or row["department"], ()), *([day] if day else [])]
    found: Row = {"returned": len(set(days)) or None}
    if row["state"] == NONE:
        return found
    if opinion.strip().startswith(_AGREED):
        return found | {"state": PASSED}
    when = iso_day(day)
    if when:
        found["state"] = AGAIN if (row["last_received"] or "")[:10] > when else RETURNED
    return found


def _times(entry: Entry) -> int:
    """How often the department submitted: by submission numbers where the files have them, else by days of
    receipt.
    """
    numbers = {receipt.arrival.submission for receipt in entry.receipts if receipt.arrival.submission}
    return len(numbers) or len(
        {receipt.arrival.received[:10] for receipt in entry.receipts if receipt.arrival.received}
    )


def _days_late(times: list[str], deadline: str) -> int | None:
    """Days from the deadline to the first receipt; 0 in time, None where either is unknown."""
    if not times or not deadline:
        return None
    return max(0, (date.fromisoformat(times[0][:10]) - date.fromisoformat(deadline)).days)


def receipt_rows(material: Material) -> Iterator[Row]:
    """One row per received file."""
    for receipt in material.collected.receipts:
        file, entry = receipt.file, material.by_filing.get(receipt.filing)
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
    """By what the department was recognised, and what to ask where the roster knows no such name."""
    basis, roster = _BASES.get(receipt.basis, receipt.basis), material.roster
    if roster is None or not receipt.forms:
        return basis, ""
    form = receipt.forms[0].form
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
    """Forms recognised, and what became of them: recognised = used + superseded + duplicate."""
    fates = [fate.fate for receipt in material.collected.receipts for fate in receipt.forms]
    return {
        "recognised": len(fates),
        "used": fates.count(USED),
        "superseded": fates.count(SUPERSEDED) + fates.count(REFUSED),
        "duplicate": fates.count(DUPLICATE),
    }
