"""收件核对: one row a received file, with its result and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_UP, Decimal
from pathlib import PurePath

from selfeval_xl.county.departments.data import CountyData
from selfeval_xl.county.intake.receipts import NOTHING_TO_DO, Receipt
from selfeval_xl.county.intake.versions import DUPLICATE, REFUSED, SUPERSEDED, USED, moment
from selfeval_xl.county.sheets.columns import NUMBER, Column, Sheet, count, hand
from selfeval_xl.county.sheets.row_heads import Row
from selfeval_xl.model.forms import Form

RECEIPTS = Sheet(
    "receipts",
    "收件核对",
    (
        NUMBER,
        Column("path", "收件路径", 34, "wrap"),
        Column("archive", "所在压缩包", 12),
        Column("name", "文件名", 30, "wrap"),
        Column("kind", "格式（按内容）", 8),
        Column("size", "大小（KB）", 9, "number"),
        Column("saved", "文件保存时间", 17),
        Column("received", "收件时间", 17),
        Column("fingerprint", "文件指纹", 18),
        Column("department_code", "识别部门编码", 11, "code"),
        Column("department", "识别部门", 20, "wrap"),
        Column("basis", "识别依据", 12),
        count("forms", "表数"),
        count("forms_used", "采用表数"),
        Column("result", "处理结果", 12),
        Column("reason", "原因", 40, "wrap"),
        Column("other", "由哪个文件替代或与哪个重复", 30, "wrap"),
        Column("action", "需要做什么", 22, "wrap"),
        hand("remark", "备注", 16),
    ),
    frozen=1,
)
NOBODY = "表里没有部门和单位，文件名也认不出"
_HALF_YEAR = 6
_BASES = {"名册": "表内名称", "表内编码": "编码"}


def receipt_rows(material: CountyData) -> Iterator[Row]:
    """The rows of 收件核对: one for each received file."""
    for receipt in material.collected.receipts:
        file = receipt.file
        entry = None if receipt.filing is None else material.by_filing.get(receipt.filing)
        code, name = (entry.code, entry.name) if entry else receipt.owner or (None, None)
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
            "department_code": code,
            "department": name,
            "basis": basis,
            "forms": len(receipt.forms),
            "forms_used": sum(fate.fate == USED for fate in receipt.forms),
            "result": receipt.result,
            "reason": "；".join(part for part in (receipt.reason, doubt) if part),
            "other": receipt.other,
            "action": _asked(doubt) if doubt and receipt.action == NOTHING_TO_DO else receipt.action,
        }


def _asked(doubt: str) -> str:
    """需要做什么 about a doubt."""
    if doubt == NOBODY:
        return "请问清是哪个部门的，在文件名里写上部门名称或编码"
    return "请核对，报错了的请单位重报" if "年度" in doubt else "请核对部门名称，或在名册里加别名"


def _basis(receipt: Receipt, material: CountyData) -> tuple[str, str]:
    """识别依据, and the question to ask where the roster has no department of the form's name ("" else)."""
    basis, roster = _BASES.get(receipt.basis, receipt.basis), material.roster
    years = {fate.form.year for fate in receipt.fates if fate.form.year}
    if years and material.year and max(years) < material.year:
        return basis, f"表里写的是{max(years)}年度，这次评的是{material.year}年度，像是以前年度的表"
    if receipt.basis == "未识别":
        return basis, NOBODY
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


def questions(material: CountyData) -> list[str]:
    """What the officer has to be asked about the departments of the received files, each question once."""
    roster, asked = material.roster, dict.fromkeys(_which_year(material))
    for receipt in material.collected.receipts:
        doubt = _basis(receipt, material)[1]
        if not doubt or receipt.result in ("被新版本替代", "重复"):
            continue
        form = next((fate.form for fate in receipt.fates if isinstance(fate.form, Form)), None)
        name = (form.department or form.unit or "") if form else ""
        likely = roster.likely(name) if roster and name else None
        line = (
            f"是的话，请在名册“单位名册”里{likely.name}那一行的“别名”列写上：{name}"
            if likely and "是不是" in doubt
            else _asked(doubt)
        )
        file = material.relative(receipt.file.path)
        asked[f"{file}：{doubt.rstrip('？。')}{'？' if likely else '。'}{line}。"] = None
    return list(asked)


def _which_year(material: CountyData) -> list[str]:
    """The question which year is evaluated, where the roster's deadlines speak of a later one than the forms.

    What is due in the first half of a year is on the year before.
    """
    deadlines = (
        [row.deadline for row in material.roster.departments if row.deadline] if material.roster else []
    )
    if not deadlines or not material.year or material.policy.number("year"):
        return []
    last = date.fromisoformat(max(deadlines))
    likely = last.year if last.month > _HALF_YEAR else last.year - 1
    if material.year >= likely:
        return []
    return [
        f"收到的表多数是{material.year}年度的，名册的报送截止日期却是{last.year}年{last.month}月{last.day}日。"
        f"这次评的是{likely}年度的，请在参数表“自评年度”里写上{likely}，以前年度的表就会点名列出。"
    ]


def form_balance(material: CountyData) -> dict[str, int]:
    """Counts of forms by decision: recognised = used + superseded + duplicate."""
    fates = [fate.fate for receipt in material.collected.receipts for fate in receipt.forms]
    return {
        "recognised": len(fates),
        "used": fates.count(USED),
        "superseded": fates.count(SUPERSEDED) + fates.count(REFUSED),
        "duplicate": fates.count(DUPLICATE),
    }
