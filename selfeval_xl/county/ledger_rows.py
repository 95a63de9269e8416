"""Rows of 报送台账 and 收件核对."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_UP, Decimal
from pathlib import PurePath

from .material import DASH, EXTRA, NONE, Entry, Material, counts
from .summary_rows import Row, head, sealed
from .versions import DUPLICATE, ONLY, REFUSED, SUPERSEDED, USED, moment

PARTLY, WAITING = "部分报送", "待审核"
_BASES = {"名册": "表内名称", "文件夹名": "文件夹名"}


def submission_rows(material: Material) -> Iterator[Row]:
    """One row per department of the roster, and per department that reported without being in it."""
    known = bool(material.roster and material.roster.projects)
    for entry in material.entries:
        listed = entry.row
        times = sorted(receipt.arrival.received for receipt in entry.receipts if receipt.arrival.received)
        late = _days_late(times, listed.deadline if listed else "")
        bases = dict.fromkeys(fate.basis for receipt in entry.receipts for fate in receipt.fates if fate.fate == USED and fate.basis != ONLY)
        used = [material.relative(receipt.file.path) for receipt in entry.receipts if receipt.result in ("采用", "部分采用")]
        yield {
            **head(entry), "contact": listed.contact if listed else None, "phone": listed.phone if listed else None, "deadline": listed.deadline if listed else None,
            "first_received": times[0] if times else None, "last_received": times[-1] if times else None, "times": _times(entry),
            "late": None if late is None else "是" if late > 0 else "否", "days_late": late or None,
            "due": len([form for form in entry.projects if form.status != EXTRA]) + len(entry.missing) if known else DASH, "assessed": len(entry.projects),
            "missing_names": "、".join(project.name for project in entry.missing), "department_forms": len(entry.wholes), "reports": len(entry.reports),
            "sealed": sealed(entry), "used_files": "；".join(used), "basis": "、".join(bases), **counts(entry.findings), "state": state(entry),
        }


def state(entry: Entry) -> str:
    """未报, 部分报送 or 待审核; the states after that are the officers'."""
    if not entry.forms and not entry.reports:
        return NONE
    return PARTLY if entry.missing or (entry.row and not entry.wholes) else WAITING


def _times(entry: Entry) -> int:
    """How often the department submitted: by submission numbers where the files have them, else by days of receipt."""
    numbers = {receipt.arrival.submission for receipt in entry.receipts if receipt.arrival.submission}
    return len(numbers) or len({receipt.arrival.received[:10] for receipt in entry.receipts if receipt.arrival.received})


def _days_late(times: list[str], deadline: str) -> int | None:
    """Days from the deadline to the first receipt; 0 in time, None where either is unknown."""
    if not times or not deadline:
        return None
    return max(0, (date.fromisoformat(times[0][:10]) - date.fromisoformat(deadline)).days)


def receipt_rows(material: Material) -> Iterator[Row]:
    """One row per received file."""
    by_filing = {entry.filing: entry for entry in material.entries if entry.filing is not None}
    for receipt in material.collected.receipts:
        file, entry = receipt.file, by_filing.get(receipt.filing)
        yield {
            "path": material.relative(file.path), "name": PurePath(file.path).name, "kind": file.kind, "size": (Decimal(file.size) / 1024).quantize(Decimal("0.1"), ROUND_UP),
            "saved": (moment(file.saved) or "").replace("T", " "), "received": receipt.arrival.received, "fingerprint": file.sha256[:16],
            "department_code": entry.code if entry else None, "department": entry.name if entry else None, "basis": _BASES.get(receipt.basis, receipt.basis),
            "forms": len(receipt.forms), "forms_used": sum(fate.fate == USED for fate in receipt.forms), "result": receipt.result, "reason": receipt.reason,
            "other": receipt.other, "action": receipt.action,
        }


def form_balance(material: Material) -> dict[str, int]:
    """Forms recognised, and what became of them: recognised = used + superseded + duplicate."""
    fates = [fate.fate for receipt in material.collected.receipts for fate in receipt.forms]
    return {"recognised": len(fates), "used": fates.count(USED), "superseded": fates.count(SUPERSEDED) + fates.count(REFUSED), "duplicate": fates.count(DUPLICATE)}
