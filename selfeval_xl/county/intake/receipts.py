"""Receives a county's files; each ends in exactly one result (采用, 重复, 附件 …) with its reason."""

from __future__ import annotations

import os
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePath

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.database import ASIDE
from selfeval_xl.county.intake.answers import AnswerCache
from selfeval_xl.county.intake.check_file import CheckedFile, moved
from selfeval_xl.county.intake.outline import Outline, outlined
from selfeval_xl.county.intake.records import WORK, unpacked_now
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
from selfeval_xl.files import fingerprint
from selfeval_xl.filings.grouping import gather, named_by_path
from selfeval_xl.filings.roster import Roster
from selfeval_xl.model.forms import Filing, Form, Problem, ReadFile
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers import read_files
from selfeval_xl.readers.archives import Unpacked, unpack
from selfeval_xl.readers.folder import collect, real_path, shown_path
from selfeval_xl.readers.formats.kinds import FORM_ENDINGS, Role, kind_of

RESULTS = ("采用", "部分采用", "被新版本替代", "重复", "附件", "其他绩效表", "无法读取", "非自评材料")
NOTHING_TO_DO = "无需处理"
_EXPLANATION = {
    "采用": "表和报告都已采用",
    "重复": "内容与另一份完全相同，只计一次",
    "说明": "表内数字与另一份相同，那一份写有单位说明，以那一份为准",
}
CHOOSE = "请核对，再在“报送台账”的“财政指定采用文件”或名册的“采用版本”里指定一份"
# A worker's answer: outline and encoded `CheckedFile`; a file with a problem if the worker died.
Answer = tuple[str, bytes] | ReadFile
Read = Callable[..., Iterator[Answer]]
_STORE_SUFFIXES = (".sqlite", ".sqlite-journal", ".sqlite-wal", ".sqlite-shm")
_SHORTEST_NAME = 3  # characters; a shorter department's name may be in a file name by accident


BY_FILE_NAME = "文件名"  # the basis of a file that belongs to a department by its own name


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


def collect_files(folder: str | Path, out: Path) -> list[Path]:
    """Every file below the folder, without the output itself, its stores and leftovers of killed runs."""
    target = out.resolve()
    output = {target, *(target.with_suffix(suffix) for suffix in _STORE_SUFFIXES)}
    names, leftover = {path.name for path in output}, f".{target.stem}."
    return [
        path
        for path in collect(folder)
        if not path.name.startswith(leftover)
        and (path.name not in names or path.resolve() not in output)
        and not _is_set_aside(path, target)
    ]


def _is_set_aside(path: Path, target: Path) -> bool:
    """Whether the file is a store of the output that was set aside. target: the output, resolved."""
    return (
        path.suffix == ASIDE
        and path.name.startswith(f"{target.stem}{_STORE_SUFFIXES[0]}")
        and path.resolve().parent == target.parent
    )


@dataclass(frozen=True, slots=True)
class Received:
    """The received files in outline; the contents of a file come from the cache when they are asked for.

    files: outlines, in the order of the folder. words: by path, the digests of `outline.Outline`.
    archives: by path, the archive that a file came in. taken_out: by path, where a file from an archive lies
    now. loose: by path, answers that are not in the cache.
    """

    root: Path
    cache: AnswerCache
    policy: Policy
    read: Read
    files: list[ReadFile] = field(default_factory=list)
    words: dict[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    archives: dict[str, str] = field(default_factory=dict)
    taken_out: dict[str, Path] = field(default_factory=dict)
    loose: dict[str, CheckedFile] = field(default_factory=dict)

    def answer(self, file: ReadFile) -> CheckedFile:
        """The file with all its contents, its forms assessed, and the findings on them."""
        if file.path in self.loose:
            return self.loose[file.path]
        checked = self._stored(file)
        if checked is None:  # damage to a store seldom is alone, so that all is read again at once
            self._read_again([other for other in self.files if self._is_damaged(other)])
            if file.path in self.loose:
                return self.loose[file.path]
            checked = self._stored(file)
            assert checked is not None  # it was put there just now
        return moved(checked, file.path)

    def _stored(self, file: ReadFile) -> CheckedFile | None:
        """The stored answer on a file; None where it cannot be decoded or is on another file."""
        checked = self.cache.get(self._key(file))
        return checked if checked is not None and _fits(checked, file) else None

    def _is_damaged(self, file: ReadFile) -> bool:
        """Whether the answer on a file should be in the cache and is not there."""
        return file.path not in self.loose and self._stored(file) is None

    def _key(self, file: ReadFile) -> bytes:
        """The key of the answer on a file."""
        return self.cache.key(file.sha256, PurePath(file.path).name)

    def _read_again(self, files: Sequence[ReadFile]) -> None:
        """Reads files whose answers were damaged, and replaces the answers."""
        paths = [str(self.taken_out.get(file.path, file.path)) for file in files]
        answers = self.read(paths, function=WORK, context=self.policy)
        for file, answer in zip(files, answers, strict=True):
            if isinstance(answer, ReadFile):
                self.loose[file.path] = CheckedFile(replace(answer, path=file.path))
                continue
            checked = unpacked_now(answer[1])
            if _fits(checked, file):
                self.cache.replace(self._key(file), *answer)
            else:  # the file or what the store says of it has changed
                self.loose[file.path] = moved(checked, file.path)

    def words_of(self, form: Form, file: ReadFile) -> tuple[int, ...]:
        """Digests of the texts of this form of the file that are a department's own."""
        words = self.words.get(file.path)
        return (
            words[next(number for number, other in enumerate(file.forms) if other is form)] if words else ()
        )

    def stored_outline(self, arrived: Unpacked, sha256: str) -> Outline | None:
        """The cached outline of a file; None where there is none that can be decoded."""
        if arrived.trouble:
            return None
        key = self.cache.key(sha256, arrived.shown.name)
        return self.cache.outline(key, str(arrived.shown)) if key in self.cache.known else None

    def add(
        self, arrived: Unpacked, size: int, sha256: str, stored: Outline | None, new: Iterator[Answer]
    ) -> None:
        """Adds the outline of a file. new: the workers' answers on files without a stored one, in order."""
        path = str(arrived.shown)
        if arrived.archive:
            self.archives[path], self.taken_out[path] = arrived.archive, arrived.path
        if arrived.trouble:
            outline = self.unreadable(not_taken_out(arrived, size, sha256))
        else:
            outline = stored or self.keep(next(new), path, sha256)
        self.files.append(outline.file)
        if any(outline.words):
            self.words[path] = outline.words

    def keep(self, answer: Answer, path: str, sha256: str) -> Outline:
        """Puts a worker's answer into the cache and returns the outline.

        A file whose worker died is not put there: the next run tries it again.
        """
        if isinstance(answer, ReadFile):
            return self.unreadable(replace(answer, path=path))
        text, encoded = answer
        outline = outlined(text, path)
        if outline.file.sha256 == sha256:
            self.cache.put(self.cache.key(sha256, PurePath(path).name), text, encoded)
        else:  # the file changed between fingerprint and reading
            self.loose[path] = moved(unpacked_now(encoded), path)
        return outline

    def unreadable(self, file: ReadFile) -> Outline:
        """Adds a file of which nothing is known but its problem, and returns its outline."""
        self.loose[file.path] = CheckedFile(file)
        return Outline(file)


def _fits(checked: CheckedFile, outline: ReadFile) -> bool:
    """Whether the answer is on the file of this outline."""
    file = checked.file
    return (file.sha256, len(file.forms), len(file.reports)) == (
        outline.sha256,
        len(outline.forms),
        len(outline.reports),
    )


@contextmanager
def receiving(
    folder: str | Path,
    out: Path,
    policy: Policy,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    read: Read | None = None,
) -> Iterator[Received]:
    """Reads and checks every file of the folder and its zip archives; known ones come from the cache.

    progress(done, all, name of the file). read: reads many files, as `readers.read_files` does. The store and
    the files from archives stay there until the end of the block.
    """
    root = Path(folder) if Path(folder).is_dir() else Path(folder).parent
    with (
        tempfile.TemporaryDirectory(prefix="selfeval-", ignore_cleanup_errors=True) as unpacked_here,
        closing(AnswerCache(out.with_suffix(".sqlite"), policy)) as cache,
    ):
        received = Received(shown_path(root), cache, policy, read or read_files)
        _receive(received, unpack(collect_files(folder, out), root, Path(unpacked_here)), jobs, progress)
        cache.prune()
        yield received


def _receive(
    received: Received,
    arrived: list[Unpacked],
    jobs: int | None,
    progress: Callable[[int, int, str], None] | None,
) -> None:
    """Adds the outline of each file, those of new files as the workers finish them. Empties `arrived`."""
    total = len(arrived)
    fingerprints = ((file, *fingerprint(file.path)) for file in arrived)
    waiting = deque(
        (file, size, sha256, received.stored_outline(file, sha256)) for file, size, sha256 in fingerprints
    )
    arrived.clear()
    unread = [str(file.path) for file, *_, stored in waiting if not (file.trouble or stored)]
    new = received.read(unread, jobs=jobs, function=WORK, context=received.policy)
    while waiting:
        file, size, sha256, stored = waiting.popleft()
        received.add(file, size, sha256, stored, new)
        if progress:
            progress(total - len(waiting), total, file.shown.name)


def not_taken_out(arrived: Unpacked, size: int, sha256: str) -> ReadFile:
    """A file that could not be taken out of its archive, with the problem."""
    return ReadFile(
        path=str(arrived.shown),
        size=size,
        sha256=sha256,
        kind=arrived.kind,
        problems=(Problem(f"“{arrived.shown.name}”：{arrived.trouble}。", rule="T08"),),
    )


def sort_out(
    folder: Path,
    files: Sequence[ReadFile],
    roster: Roster | None = None,
    chosen: Callable[[ReadFile], tuple[bool | None, str]] = lambda file: (None, ""),
    archives: Mapping[str, str] | None = None,
) -> Collected:
    """Sorts files that were read into filings, decides between versions, and gives each file its result.

    The roster's own file is left out. chosen: the officer's choice on a file (采用, 不采用, None) and why.
    archives: by path, the archive that a file came in. Raises SelfevalError where forms got lost on the way.
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
        _receipt(arrival, by_path.get(path, []), folder, explained) for path, arrival in arrivals.items()
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
    arrival: ReceivedFile, fates: list[VersionDecision], folder: Path, explained: frozenset[str]
) -> Receipt:
    """The receipt of a file, by the decisions on its forms and reports. explained: paths with 单位说明."""
    receipt = Receipt(arrival, fates)
    if not fates:
        _without_forms(receipt)
        return receipt
    counts = Counter(fate.fate for fate in fates)
    receipt.filing = fates[0].filing
    if counts[USED] == len(fates):
        receipt.result, receipt.reason = "采用", _used_because(fates)
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


def _used_because(fates: Iterable[VersionDecision]) -> str:
    """The reason of a file that is used whole."""
    bases = dict.fromkeys(fate.basis for fate in fates)
    if set(bases) == {ONLY}:
        return _EXPLANATION["采用"]
    return "有多个版本，按" + "、".join(basis for basis in bases if basis != ONLY) + "采用这一份"


def _replaced_because(arrival: ReceivedFile, fates: list[VersionDecision]) -> str:
    """The reason of a file of which nothing is used."""
    if arrival.chosen is False:
        return "财政指定不采用" + (f"：{arrival.why}" if arrival.why else "")
    if any(fate.doubtful for fate in fates):
        return "同一张表有两份不同的数，分不出先后，暂按另一份"
    basis = next((fate.basis for fate in fates if fate.fate == SUPERSEDED), CHOSEN)
    return f"同一张表有更新的版本（按{basis}）"


def _without_forms(receipt: Receipt) -> None:
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
        receipt.result, receipt.reason = "其他绩效表", f"{names}，不是自评表，不参加自评的校验和汇总"
    elif _unread_sheets(file):
        receipt.result, receipt.reason, receipt.action = "无法读取", texts, "请财政核对原表"
    else:
        receipt.result, receipt.reason = "非自评材料", texts or "里面没有自评表，也没有自评报告"


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
                receipt.filing, receipt.basis = next(iter(beside)), "同一文件夹"


def _mark_repeated_attachments(receipts: Iterable[Receipt], folder: Path) -> None:
    """Sets the result 重复 of files without forms that have the bytes of an earlier file."""
    first: dict[str, Receipt] = {}
    for receipt in receipts:
        original = first.setdefault(receipt.file.sha256, receipt) if receipt.file.sha256 else receipt
        if original is not receipt and receipt.result in ("附件", "其他绩效表", "非自评材料"):
            receipt.result, receipt.reason = "重复", _EXPLANATION["重复"]
            receipt.other = relative(original.file.path, folder)
