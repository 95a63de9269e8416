"""The officers' decisions in a county workbook, for the commands that act on them.

Which workbook counts: the one that was named; else, of those beside the received files, the one whose
收件核对 has the fingerprints of exactly these files. Nothing is guessed: without one there are no decisions.
"""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.county.officer_workbook import Written, read_written
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.tables import READ_BACK, SHEETS
from selfeval_xl.errors import SelfevalError, UsageError

if TYPE_CHECKING:
    from selfeval_xl.county.departments.data import CountyData, DepartmentData
    from selfeval_xl.model.findings import Finding
    from selfeval_xl.model.forms import ReadFile

_MOST_CANDIDATES = 40
_NAMES, _FEWEST_SHEETS = 1 << 16, 5  # bytes that are looked at; a few sheets may be renamed
_YES, _NO = ("是", "退", "要"), ("否", "不")


@dataclass(frozen=True, slots=True)
class Decisions:
    """What officers decided. told: a sentence about the workbook that was used, or that none was.

    path: of the workbook, None for none. passed: departments that passed. send_back: 本次是否退回, by
    department. notes: sentences about what could not be understood.
    """

    told: str = ""
    path: Path | None = None
    written: Written = field(default_factory=Written)

    @property
    def supplements(self) -> list[dict]:
        """The rows of 补充意见."""
        return self.written.supplements


def read_decisions(workbook: Path, sheets: Sequence[Sheet] = READ_BACK) -> Decisions:
    """The decisions in this workbook. sheets: its own. Raises UsageError where there is none."""
    if not workbook.is_file():
        raise UsageError(f"找不到汇总工作簿“{workbook}”。请核对文件名和所在文件夹。")
    try:
        written = read_written(workbook, sheets)
    except SelfevalError as error:
        raise UsageError(str(error).replace("，没有改动它", "")) from error
    return Decisions(f"审核意见取自汇总工作簿“{workbook}”。", workbook, written)


def find_decisions(folder: Path, files: Iterable[ReadFile], sheets: Sequence[Sheet] = READ_BACK) -> Decisions:
    """The decisions in the workbook beside the folder, or here, that was made of exactly these files.

    sheets: those of the workbook.
    """
    received = {file.sha256[:16] for file in files if file.sha256}
    fitting: list[Decisions] = []
    others: list[str] = []
    for path in _candidates(folder):
        try:
            decisions = read_decisions(path, sheets)
        except SelfevalError:
            continue  # some other workbook
        if decisions.written.fingerprints == received:
            fitting.append(decisions)
        elif decisions.written.fingerprints & received:
            others.append(path.name)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = "、".join(f"“{each.path}”" for each in fitting)
        return Decisions(
            f"有{len(fitting)}个汇总工作簿都和收件文件夹相符（{names}），没有用；请用 --workbook 指定。"
        )
    if others:
        return Decisions(
            f"汇总工作簿“{'”“'.join(others)}”和收件文件夹不完全相符（汇总以后又收到或拿走了文件），没有用里面的"
            "审核意见；请先重新汇总，或用 --workbook 指定。"
        )
    return Decisions("没有找到和收件文件夹相符的汇总工作簿，没有用审核意见；有的请用 --workbook 指定。")


def _candidates(folder: Path) -> list[Path]:
    """Workbooks beside the received files and in the current folder that may be the county's."""
    places = dict.fromkeys((folder.resolve().parent, Path.cwd()))
    found: dict[Path, None] = {}
    for place in places:
        try:
            listed = sorted(place.glob("*.xlsx"))
        except OSError:
            continue
        found |= dict.fromkeys(path for path in listed if not path.name.startswith(("~$", ".")))
    return [path for path in found if _has_our_sheets(path)][:_MOST_CANDIDATES]


def _has_our_sheets(path: Path) -> bool:
    """Whether the names of a workbook's sheets are those of a county workbook; nothing else of it is read."""
    try:
        with zipfile.ZipFile(path) as package, package.open("xl/workbook.xml") as part:
            names = part.read(_NAMES)
    except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError):
        return False
    return sum(sheet.title.encode() in names for sheet in SHEETS) >= _FEWEST_SHEETS


def apply_decisions(material: CountyData, decisions: Decisions) -> CountyData:
    """Takes out the findings that are 不认可, adds 补充意见, and notes what is to be sent back."""
    from selfeval_xl.county.departments.supplementary import add_supplements

    rejected = _rejected(material, decisions.written)
    for entry in material.entries:
        entry.findings = [finding for finding in entry.findings if id(finding) not in rejected]
        for form in entry.forms:
            form.findings = [finding for finding in form.findings if id(finding) not in rejected]
        before = len(entry.findings)
        add_supplements(entry, decisions.supplements)
        added = {id(each) for each in entry.findings[before:] if _is_mended(each, entry)}
        entry.findings = [finding for finding in entry.findings if id(finding) not in added]
        for form in entry.forms:
            form.findings = [finding for finding in form.findings if id(finding) not in added]
    _note_opinions(material.entries, decisions.written)
    # Not in the whole list either: what is in it and of no department counts as found on files of nobody.
    kept = (finding for finding in material.findings if id(finding) not in rejected)
    return replace(material, findings=replace(material.findings, findings=tuple(kept)))


def _rejected(material: CountyData, written: Written) -> Collection[int]:
    """The ids of the findings that officers marked 不认可."""
    from selfeval_xl.county.officer_columns import carry_over
    from selfeval_xl.county.recount import rejected
    from selfeval_xl.county.sheets.findings import FINDINGS, rows_with_findings
    from selfeval_xl.county.store.rows import ListedRows

    remarks = [copy.copy(remark) for remark in written.remarks if remark.sheet == FINDINGS.key]
    if not remarks:
        return ()
    pairs = [pair for entry in material.entries for pair in rows_with_findings(entry, material)]
    rows = [row for _, row in pairs]
    match = material.roster.match if material.roster else None
    carry_over(Written(remarks), {FINDINGS.key: ListedRows(FINDINGS, rows)}, match)
    return {id(finding) for finding, row in pairs if rejected(row.get("opinion"))}


def _is_mended(finding: Finding, entry: DepartmentData) -> bool:
    """Whether an officer's own finding was returned before and its cell holds something else now."""
    from selfeval_xl.county.departments.supplementary import RULE

    listed = [
        row
        for receipt in entry.receipts
        for row in receipt.file.listed
        if row.rule == RULE and row.subject == finding.subject
    ]
    return finding.value is not None and any(row.value and row.value != finding.value for row in listed)


def _note_opinions(entries: Sequence[DepartmentData], written: Written) -> None:
    """Sets for each department whether it has passed, and what officers wrote into 本次是否退回."""
    from selfeval_xl.county.sheets.submissions import agrees

    by_code = {entry.code: entry for entry in entries if entry.code}
    by_name = {entry.name: entry for entry in entries}
    for remark in written.remarks:
        if remark.sheet not in ("departments", "submissions"):
            continue
        entry = by_code.get(remark.row.get("department_code", "")) or by_name.get(
            remark.row.get("department", "")
        )
        if entry is None:
            continue
        if remark.sheet == "departments":
            entry.passed = agrees(str(remark.values.get("opinion") or ""))
        else:
            word = str(remark.values.get("send_back") or "").strip()
            entry.send_back = True if word.startswith(_YES) else False if word.startswith(_NO) else None
