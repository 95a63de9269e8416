"""Receives a county's files; each ends in exactly one result (采用, 重复, 附件 …) with its reason."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePath

from selfeval_xl.county.intake.versions import (
    CHOSEN,
    DUPLICATE,
    ONLY,
    REFUSED,
    SUPERSEDED,
    USED,
    ReceivedFile,
    VersionDecision,
    adopted,
    decide,
    undecided,
)
from selfeval_xl.errors import SelfevalError
from selfeval_xl.filings.grouping import gather, named_by_path
from selfeval_xl.filings.roster import Roster
from selfeval_xl.model.forms import Filing, Form, ReadFile
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.folder import real_path
from selfeval_xl.readers.formats.kinds import FORM_ENDINGS, Role, kind_of

RESULTS = ("采用", "部分采用", "被新版本替代", "重复", "附件", "其他绩效表", "无法读取", "非自评材料")
NOTHING_TO_DO = "无需处理"
_EXPLANATION = {
    "采用": "表和报告都已采用",
    "重复": "内容与另一份完全相同，只计一次",
    "说明": "表内数字与另一份相同，那一份写有单位说明，以那一份为准",
}
_NOTHING_IN_IT = {
    "自评": "里面没有自评表，也没有自评报告",
    "监控": "里面没有绩效运行监控表",
    "申报": "里面没有绩效目标申报表",
}
_OTHERS = {
    "自评": "{names}，不是自评表，不参加自评的校验和汇总",
    "监控": "{names}，不参加这次监控的校验和汇总",
    "申报": "{names}，不是目标申报表，不参加申报的校验",
}
CHOOSE = "请核对，再在“报送台账”的“财政指定采用文件”或名册的“采用版本”里指定一份"
_SHORTEST_NAME = 3  # characters; a shorter department's name may be in a file name by accident


BY_FILE_NAME = "文件名"  # the basis of a file that belongs to a department by its own name
BY_FOLDER = "同一文件夹"  # that of a file that lies beside those of a department


@dataclass(slots=True)
class Receipt:
    """One received file and its result.

    fates: version decisions on its forms and reports. other: the files that replaced it or that it repeats.
    action: what the bureau has to do. filing: number of its filing, None where it belongs to none; basis: by
    what that was recognised. owner: code and name of the roster's department that its path names, of a file
    without forms. archive: the archive it came in, "" for none.
    """

    arrival: ReceivedFile
    fates: list[VersionDecision] = field(default_factory=list)
    result: str = ""
    reason: str = ""
    other: str = ""
    action: str = NOTHING_TO_DO
    filing: int | None = None
    basis: str = ""
    owner: tuple[str, str] | None = None
    archive: str = ""

    @property
    def file(self) -> ReadFile:
        """The file as it was read."""
        return self.arrival.file

    @property
    def forms(self) -> list[VersionDecision]:
        """The decisions on its forms, without those on reports."""
        return [fate for fate in self.fates if isinstance(fate.form, Form)]


@dataclass(frozen=True, slots=True)
class Collected:
    """All received files, sorted: their receipts, the filings they make, and the decision on every form.

    filings: with the versions that count. fates: of every form and report, used or not.
    """

    folder: Path
    receipts: list[Receipt]
    filings: list[Filing]
    fates: list[VersionDecision]

    def received(self, filing: int) -> list[Receipt]:
        """The receipts of the filing with this number."""
        return [receipt for receipt in self.receipts if receipt.filing == filing]


def sort_out(
    folder: Path,
    files: Sequence[ReadFile],
    roster: Roster | None = None,
    chosen: Callable[[ReadFile], tuple[bool | None, str]] = lambda file: (None, ""),
    archives: Mapping[str, str] | None = None,
    stage: str = "自评",
) -> Collected:
    """Sorts files that were read into filings, decides between versions, and gives each file its result.

    The roster's own file is left out. chosen: the officer's choice on a file (采用, 不采用, None) and why.
    archives: by path, the archive that a file came in. stage: whose forms these are (自评, 监控, 申报), in
    the reasons. Raises SelfevalError where forms got lost on the way.
    """
    files = [file for file in files if not (roster and roster.sha256 and file.sha256 == roster.sha256)]
    arrivals = {
        file.path: ReceivedFile(file, order, received_at(file.path), *chosen(file))
        for order, file in enumerate(files)
    }
    filings = gather(files, roster, str(folder))
    fates = decide(filings, arrivals)
    by_path: dict[str, list[VersionDecision]] = {}
    for fate in fates:
        by_path.setdefault(fate.arrival.file.path, []).append(fate)
    explained = frozenset(file.path for file in files if file.explanations)
    receipts = [
        _receipt(arrival, by_path.get(path, []), folder, explained, stage)
        for path, arrival in arrivals.items()
    ]
    _say_what_is_undecided(receipts, fates)
    for receipt in receipts:
        receipt.archive = (archives or {}).get(receipt.file.path, "")
    _assign_files_without_forms(receipts, filings, roster, folder)
    _mark_repeated_attachments(receipts, folder)
    used = adopted(filings, fates)
    if sum(len(receipt.fates) for receipt in receipts) != sum(
        len(file.forms) + len(file.reports) for file in files
    ):
        raise SelfevalError("收到的表和归类的表数量不一致，汇总没有完成。请把文件夹交给维护人员核对。")
    return Collected(folder, receipts, used, fates)


def _say_what_is_undecided(receipts: Iterable[Receipt], fates: Iterable[VersionDecision]) -> None:
    """Asks the officer, on the rows of both files, where neither of two versions is later."""
    pairs = undecided(fates)
    others = {other.arrival.file.path for other, _ in pairs}
    used = {fate.arrival.file.path for _, fate in pairs}
    for receipt in receipts:
        if receipt.file.path in others | used:
            receipt.action = CHOOSE
        if receipt.file.path in used:
            receipt.reason = "同一张表有两份不同的数，分不出先后，暂按这一份"


def received_at(path: str) -> str:
    """The time at which the file came into the folder, local, as ISO text; "" where it is gone."""
    for candidate in (PurePath(path), *PurePath(path).parents):
        try:
            return datetime.fromtimestamp(os.stat(real_path(Path(candidate))).st_mtime).isoformat(
                sep=" ", timespec="seconds"
            )
        except NotADirectoryError:
            continue  # a file in an archive came with the archive
        except (OSError, ValueError, OverflowError):  # gone, or a time that no calendar has
            return ""
    return ""


@lru_cache(maxsize=65_536)
def relative(path: str, folder: Path) -> str:
    """The path relative to the folder, with / on every system; the path itself if it is on another drive."""
    try:
        return PurePath(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return PurePath(path).as_posix()


def _receipt(
    arrival: ReceivedFile,
    fates: list[VersionDecision],
    folder: Path,
    explained: frozenset[str],
    stage: str,
) -> Receipt:
    """The receipt of a file, by the decisions on its forms and reports. explained: paths with 单位说明."""
    receipt = Receipt(arrival, fates)
    if not fates:
        _without_forms(receipt, stage)
        return receipt
    counts = Counter(fate.fate for fate in fates)
    receipt.filing = fates[0].filing
    if counts[USED] == len(fates):
        receipt.result, receipt.reason = "采用", _used_because(fates, stage)
    elif counts[USED]:
        receipt.result, receipt.reason = (
            "部分采用",
            "、".join(
                f"{fate}{counts[fate]}张" for fate in (USED, SUPERSEDED, DUPLICATE, REFUSED) if counts[fate]
            ),
        )
    elif counts[DUPLICATE] == len(fates):
        by = {fate.by for fate in fates}
        receipt.result, receipt.reason = "重复", _EXPLANATION["说明" if by & explained else "重复"]
    else:
        receipt.result, receipt.reason = "被新版本替代", _replaced_because(arrival, fates)
    others = dict.fromkeys(
        relative(fate.by, folder) for fate in fates if fate.by and fate.by != arrival.file.path
    )
    receipt.other = "；".join(others)
    if arrival.file.problems:
        receipt.reason += "；读取时发现：" + "；".join(problem.text for problem in arrival.file.problems[:3])
        receipt.action = "请看原因，必要时请单位改好重报" if receipt.result in RESULTS[:2] else receipt.action
    if receipt.result in RESULTS[:2] and (arrival.file.unread or _unread_sheets(arrival.file)):
        receipt.result = "部分采用"
        if arrival.file.unread:
            receipt.reason += f"；没有读进来：{_unread_cells(arrival.file)}"
        receipt.action = "请财政核对没有读进来的格"
    return receipt


def _unread_sheets(file: ReadFile) -> bool:
    """Whether a sheet looks like a form and gave none."""
    return any(problem.rule == "T01" and problem.sheet for problem in file.problems)


def _unread_cells(file: ReadFile) -> str:
    """The cells of a file that look like data and were not read: 表1 D21,E22:I27；表2 B4."""
    by_sheet: dict[str, list[str]] = {}
    for each in file.unread:
        by_sheet.setdefault(each.sheet, []).append(each.cells)
    return "；".join(f"{sheet} {','.join(cells)}" for sheet, cells in by_sheet.items())


def _used_because(fates: Iterable[VersionDecision], stage: str) -> str:
    """The reason of a file that is used whole."""
    bases = dict.fromkeys(fate.basis for fate in fates)
    if set(bases) == {ONLY}:
        return _EXPLANATION["采用"] if stage == "自评" else "表都已采用"
    return "有多个版本，按" + "、".join(basis for basis in bases if basis != ONLY) + "采用这一份"


def _replaced_because(arrival: ReceivedFile, fates: list[VersionDecision]) -> str:
    """The reason of a file of which nothing is used."""
    if arrival.chosen is False:
        return "财政指定不采用" + (f"：{arrival.why}" if arrival.why else "")
    if any(fate.doubtful for fate in fates):
        return "同一张表有两份不同的数，分不出先后，暂按另一份"
    basis = next((fate.basis for fate in fates if fate.fate == SUPERSEDED), CHOSEN)
    return f"同一张表有更新的版本（按{basis}）"


def _without_forms(receipt: Receipt, stage: str) -> None:
    """Sets the result of a file without any form: 附件, 其他绩效表, 无法读取 or 非自评材料."""
    file = receipt.file
    texts = "；".join(problem.text for problem in file.problems)
    kind = kind_of(file.kind)
    if kind.role is Role.ATTACHED:
        receipt.result, receipt.reason = "附件", "扫描件或图片，作为盖章件留存"
    elif kind.role is Role.ARCHIVE:
        receipt.result, receipt.reason, receipt.action = "无法读取", texts or "压缩包没有打开", kind.action
    elif kind.role is Role.UNREADABLE or any(problem.rule == "T08" for problem in file.problems):
        receipt.result, receipt.reason, receipt.action = "无法读取", texts or "文件打不开", kind.action
    elif kind.role is Role.FOREIGN and PurePath(file.path).suffix.lower() in FORM_ENDINGS:
        receipt.result, receipt.reason, receipt.action = "无法读取", texts, kind.action
    elif file.others:
        names = "、".join(dict.fromkeys(other.name for other in file.others))
        receipt.result, receipt.reason = "其他绩效表", _OTHERS[stage].format(names=names)
    elif _unread_sheets(file):
        receipt.result, receipt.reason, receipt.action = "无法读取", texts, "请财政核对原表"
    else:
        receipt.result, receipt.reason = "非自评材料", texts or _NOTHING_IN_IT[stage]


def _assign_files_without_forms(
    receipts: Sequence[Receipt], filings: Sequence[Filing], roster: Roster | None, root: Path
) -> None:
    """Gives files without forms the department that their path names, or that their folder belongs to."""
    by_folder: dict[str, set[int]] = {}
    for receipt in receipts:
        if receipt.filing is not None:
            receipt.basis = filings[receipt.filing].basis
            by_folder.setdefault(str(PurePath(receipt.file.path).parent), set()).add(receipt.filing)
    by_name = {
        squeeze(filing.department): number
        for number, filing in enumerate(filings)
        if len(squeeze(filing.department)) >= _SHORTEST_NAME
    }
    by_code = {
        match: number
        for number, filing in enumerate(filings)
        if roster and (match := roster.match(filing.department, filing.department_code))
    }
    for receipt in receipts:
        named_so = named_by_path(receipt.file.path, roster, str(root)) if receipt.filing is None else None
        if named_so is not None:
            name, code, receipt.basis = named_so
            receipt.owner, receipt.filing = (code, name), by_code.get((code, name))
        elif receipt.filing is None:
            file_name = squeeze(PurePath(receipt.file.path).name)
            named = [number for name, number in by_name.items() if name in file_name]
            beside = by_folder.get(str(PurePath(receipt.file.path).parent), set())
            if len(named) == 1:
                receipt.filing, receipt.basis = named[0], BY_FILE_NAME
            elif len(beside) == 1 and (PurePath(receipt.file.path).parent != root or len(filings) == 1):
                receipt.filing, receipt.basis = next(iter(beside)), BY_FOLDER


def _mark_repeated_attachments(receipts: Iterable[Receipt], folder: Path) -> None:
    """Sets the result 重复 of files without forms that have the bytes of an earlier file."""
    first: dict[str, Receipt] = {}
    for receipt in receipts:
        original = first.setdefault(receipt.file.sha256, receipt) if receipt.file.sha256 else receipt
        if original is not receipt and receipt.result in ("附件", "其他绩效表", "非自评材料"):
            receipt.result, receipt.reason = "重复", _EXPLANATION["重复"]
            receipt.other = relative(original.file.path, folder)
