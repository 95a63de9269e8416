"""The received files of which nothing was published, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from selfeval_xl.county.departments.data import CountyData
from selfeval_xl.county.intake.receipts import BY_FOLDER, Receipt
from selfeval_xl.county.stage_study import WORDS
from selfeval_xl.model.forms import DECLARATION, MONITORING, SELF, OtherForm
from selfeval_xl.model.places import sheet_shown

_USED = ("采用", "部分采用")
_PUBLISHED_BY = {  # what is said of a form of another stage, by its kind
    SELF: "不是这次公开的表；要公开自评表的，不写 --stage",
    DECLARATION: "不是这次公开的表，随预算公开；要公开的，加 --stage declaration",
    MONITORING: "是内部材料，一般不公开；要公开的，加 --stage monitoring",
}
_OF_NO_STAGE = "不是部门公开的表，没有公开"


def not_used(material: CountyData, stage: str) -> Iterator[tuple[str, str, str]]:
    """Department, file and reason: files without a form that counts, and forms of other stages in any file.

    A file of which nothing says whose it is has no department. stage: whose forms are published.
    """
    names = {entry.filing: entry.name for entry in material.entries if entry.filing is not None}
    for receipt in material.collected.receipts:
        department = receipt.owner[1] if receipt.owner else ""
        if receipt.filing is not None and receipt.basis != BY_FOLDER:
            department = names.get(receipt.filing, department)
        file = material.relative(receipt.file.path)
        if receipt.result not in _USED and receipt.result != "其他绩效表":
            yield department, file, _why(receipt, stage)
            continue
        for other in receipt.file.others:
            yield (
                other.department or department,
                f"{file}：{sheet_shown(file, other.sheet)}",
                _why_other(other, stage),
            )


def _why(receipt: Receipt, stage: str) -> str:
    """The reason of a file that counts nowhere: its result, and what was said of it at receipt."""
    why = receipt.reason.rstrip("。")
    if receipt.other:
        why += f"（{'、'.join(PurePath(name).name for name in receipt.other.split('；'))}）"
    result = receipt.result.replace(WORDS[SELF], WORDS[stage])
    return f"{result}：{why}" if why else result


def _why_other(other: OtherForm, stage: str) -> str:
    """The reason of a form of another stage, or of one of this stage that does not count (earlier months)."""
    if other.kind == stage:
        return f"{other.name}，有更晚的，没有公开"
    return f"{other.name}，{_PUBLISHED_BY.get(other.kind, _OF_NO_STAGE)}"
