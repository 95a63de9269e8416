"""What was received, and what became of every file: each ends in exactly one result, with a reason."""

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

from ..errors import SelfevalError
from ..filing import gather
from ..forms import Filing, Form, Problem, ReadFile
from ..policy import Policy
from ..reading import read_files
from ..reading.collect import collect
from ..reading.labels import squeeze
from ..reading.source import fingerprint
from .archives import Arrived, unpack
from .checked import Checked, moved
from .kept import Kept
from .outline import Outline, outlined
from .packing import WORK, unpacked
from .roster import Roster
from .versions import CHOSEN, DUPLICATE, ONLY, REFUSED, SUPERSEDED, USED, Arrival, Fate, adopted, decide

RESULTS = ("采用", "部分采用", "被新版本替代", "重复", "附件", "无法读取", "非自评材料")
ATTACHED = ("pdf", "image")
NOTHING_TO_DO = "无需处理"
ARCHIVES = ("zip", "rar", "7z")
_EXPLANATION = {"采用": "表和报告都已采用", "重复": "内容与另一份完全相同，只计一次"}
Read = Callable[..., Iterator]
_PACKED = "what a worker packs can be unpacked"
_OURS = (".sqlite", ".sqlite-journal", ".sqlite-wal", ".sqlite-shm")


@dataclass(slots=True)
class Receipt:
    """One received file and its result. other: the file that replaced it or that it repeats. filing: number
    of its filing.
    archive: the archive it came in, "" for none.
    """

    arrival: Arrival
    fates: list[Fate] = field(default_factory=list)
    result: str = ""
    reason: str = ""
    other: str = ""
    action: str = NOTHING_TO_DO
    filing: int | None = None
    basis: str = ""
    archive: str = ""

    @property
    def file(self) -> ReadFile:
        return self.arrival.file

    @property
    def forms(self) -> list[Fate]:
        """The fates of its forms; reports are no forms."""
        return [fate for fate in self.fates if isinstance(fate.form, Form)]


@dataclass(frozen=True, slots=True)
class Collected:
    """filings: with the versions that count. gathered: with all versions. fates: of every form and report."""

    folder: Path
    receipts: list[Receipt]
    filings: list[Filing]
    fates: list[Fate]

    def received(self, filing: int) -> list[Receipt]:
        return [receipt for receipt in self.receipts if receipt.filing == filing]


def collect_files(folder: str | Path, out: Path) -> list[Path]:
    """Every file below the folder, without the output itself, its store and what is left of an unfinished
    run.
    """
    target = out.resolve()
    ours = {target, *(target.with_suffix(suffix) for suffix in _OURS)}
    names, left = {one.name for one in ours}, f".{target.stem}."
    return [
        path
        for path in collect(folder)
        if not path.name.startswith(left) and (path.name not in names or path.resolve() not in ours)
    ]


@dataclass(frozen=True, slots=True)
class Received:
    """What came, as far as it has to be known at once; the contents of a file come from the store when they
    are asked for.

    files: outlines, in the order of the folder. words: by path, what `outline.Outline` says of its texts.
    archives: by path, the archive
    that a file came in. taken_out: where the files from archives lie now. loose: answers that the store does
    not keep.
    """

    root: Path
    kept: Kept
    policy: Policy
    read: Read
    files: list[ReadFile] = field(default_factory=list)
    words: dict[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    archives: dict[str, str] = field(default_factory=dict)
    taken_out: dict[str, Path] = field(default_factory=dict)
    loose: dict[str, Checked] = field(default_factory=dict)

    def answer(self, file: ReadFile) -> Checked:
        """The file with all its contents, its forms assessed, and what was found on them."""
        if file.path in self.loose:
            return self.loose[file.path]
        key = self.kept.key(file.sha256, PurePath(file.path).name)
        answer = self.kept.get(key)
        if answer is None:  # somebody spoilt it
            told = next(
                self.read([str(self.taken_out.get(file.path, file.path))], function=WORK, context=self.policy)
            )
            if isinstance(told, ReadFile):
                return Checked(replace(told, path=file.path))
            self.kept.mend(key, *told)
            answer = unpacked(told[1])
            assert answer is not None, _PACKED
        return moved(answer, file.path)

    def words_of(self, form: Form, file: ReadFile) -> tuple[int, ...]:
        """Digests of the texts of this form of the file that are a department's own."""
        words = self.words.get(file.path)
        return words[next(number for number, one in enumerate(file.forms) if one is form)] if words else ()

    def keep(self, answer: tuple[str, bytes] | ReadFile, path: str, sha256: str) -> Outline:
        """Keeps what a worker said for the next run, and gives its outline; a file whose worker died is tried
        again then.
        """
        if isinstance(answer, ReadFile):
            return self.unreadable(replace(answer, path=path))
        told, whole = answer
        found = outlined(told, path)
        if found.file.sha256 == sha256:
            self.kept.put(self.kept.key(sha256, PurePath(path).name), told, whole)
        else:  # it changed while we looked
            checked = unpacked(whole)
            assert checked is not None, _PACKED
            self.loose[path] = moved(checked, path)
        return found

    def unreadable(self, file: ReadFile) -> Outline:
        """A file of which nothing is known but its problem."""
        self.loose[file.path] = Checked(file)
        return Outline(file)


@contextmanager
def receiving(
    folder: str | Path,
    out: Path,
    policy: Policy,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    read: Read | None = None,
) -> Iterator[Received]:
    """Reads and checks every file of the folder, those in zip archives too; what was read before is taken
    from the store.

    progress(done, all, name of the file). read: reads many files, as `reading.read_files` does. The store,
    and what was taken out of
    archives, stay open until the end of the block.
    """
    root = Path(folder) if Path(folder).is_dir() else Path(folder).parent
    with (
        tempfile.TemporaryDirectory(prefix="selfeval-", ignore_cleanup_errors=True) as place,
        closing(Kept(out.with_suffix(".sqlite"), policy)) as kept,
    ):
        received = Received(root, kept, policy, read or read_files)
        _receive(received, unpack(collect_files(folder, out), root, Path(place)), jobs, progress)
        kept.forget()
        yield received


def _receive(
    received: Received,
    arrived: list[Arrived],
    jobs: int | None,
    progress: Callable[[int, int, str], None] | None,
) -> None:
    """The outline of each file, those of new ones as the workers finish them."""
    kept, every = received.kept, len(arrived)
    waiting = deque((one, *fingerprint(one.path)) for one in arrived)
    arrived.clear()
    unread = [
        str(one.path)
        for one, _, sha256 in waiting
        if not one.trouble and kept.key(sha256, one.shown.name) not in kept.known
    ]
    new = received.read(unread, jobs=jobs, function=WORK, context=received.policy)
    while waiting:
        one, size, sha256 = waiting.popleft()
        path, key = str(one.shown), kept.key(sha256, one.shown.name)
        if one.archive:
            received.archives[path], received.taken_out[path] = one.archive, one.path
        if one.trouble:
            found = received.unreadable(_not_taken_out(one, size, sha256))
        elif key in kept.known:
            found = kept.outline(key, path) or received.keep(
                next(received.read([str(one.path)], function=WORK, context=received.policy)), path, sha256
            )
        else:
            found = received.keep(next(new), path, sha256)
        received.files.append(found.file)
        if any(found.words):
            received.words[path] = found.words
        if progress:
            progress(every - len(waiting), every, one.shown.name)


def _not_taken_out(one: Arrived, size: int, sha256: str) -> ReadFile:
    return ReadFile(
        path=str(one.shown),
        size=size,
        sha256=sha256,
        kind=one.kind,
        problems=(Problem(f"“{one.shown.name}”：{one.trouble}。", rule="T08"),),
    )


def sort_out(
    folder: Path,
    files: Sequence[ReadFile],
    roster: Roster | None = None,
    chosen: Callable[[ReadFile], tuple[bool | None, str]] = lambda file: (None, ""),
    archives: Mapping[str, str] | None = None,
) -> Collected:
    """Filings, fates and receipts of files that were read; the roster itself is none of them. archives: by
    path, the archive that a file came in.
    """
    files = [file for file in files if not (roster and roster.sha256 and file.sha256 == roster.sha256)]
    arrivals = {
        file.path: Arrival(file, order, received_at(file.path), *chosen(file))
        for order, file in enumerate(files)
    }
    filings = gather(files, roster)
    fates = decide(filings, arrivals)
    by_path: dict[str, list[Fate]] = {}
    for fate in fates:
        by_path.setdefault(fate.arrival.file.path, []).append(fate)
    receipts = [_receipt(arrival, by_path.get(path, []), folder) for path, arrival in arrivals.items()]
    for receipt in receipts:
        receipt.archive = (archives or {}).get(receipt.file.path, "")
    _place(receipts, filings, folder)
    used = adopted(filings, fates)
    if sum(len(receipt.fates) for receipt in receipts) != sum(
        len(file.forms) + len(file.reports) for file in files
    ):
        raise SelfevalError("收到的表和归类的表数量不一致，汇总没有完成。请把文件夹交给维护人员核对。")
    return Collected(folder, receipts, used, fates)


def received_at(path: str) -> str:
    """When the file came into the folder, local time as ISO text; "" where it is gone."""
    for place in (PurePath(path), *PurePath(path).parents):
        try:
            return datetime.fromtimestamp(os.stat(place).st_mtime).isoformat(sep=" ", timespec="seconds")
        except NotADirectoryError:
            continue  # a file in an archive came with the archive
        except OSError:
            return ""
    return ""


@lru_cache(maxsize=65_536)
def relative(path: str, folder: Path) -> str:
    """A path as it stands below the folder, with / on every system."""
    try:
        return PurePath(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return PurePath(path).as_posix()


def _receipt(arrival: Arrival, fates: list[Fate], folder: Path) -> Receipt:
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
        receipt.result, receipt.reason = "重复", _EXPLANATION["重复"]
    else:
        receipt.result, receipt.reason = "被新版本替代", _replaced_because(arrival, fates)
    others = dict.fromkeys(
        relative(fate.by, folder) for fate in fates if fate.by and fate.by != arrival.file.path
    )
    receipt.other = "；".join(others)
    if arrival.file.problems:
        receipt.reason += "；读取时发现：" + "；".join(problem.text for problem in arrival.file.problems[:3])
        receipt.action = "请看原因，必要时请单位改好重报" if receipt.result in RESULTS[:2] else receipt.action
    return receipt


def _used_because(fates: Iterable[Fate]) -> str:
    bases = dict.fromkeys(fate.basis for fate in fates)
    if set(bases) == {ONLY}:
        return _EXPLANATION["采用"]
    return "有多个版本，按" + "、".join(basis for basis in bases if basis != ONLY) + "采用这一份"


def _replaced_because(arrival: Arrival, fates: list[Fate]) -> str:
    if arrival.chosen is False:
        return "财政指定不采用" + (f"：{arrival.why}" if arrival.why else "")
    if any(fate.doubtful for fate in fates):
        return "同一张表有两份不同的数，分不出先后，暂按另一份；请核对后在“采用版本”里指定"
    basis = next((fate.basis for fate in fates if fate.fate == SUPERSEDED), CHOSEN)
    return f"同一张表有更新的版本（按{basis}）"


def _without_forms(receipt: Receipt) -> None:
    """A file without any form: an attachment, something that could not be read, or something else."""
    file = receipt.file
    texts = "；".join(problem.text for problem in file.problems)
    if file.kind in ATTACHED:
        receipt.result, receipt.reason = "附件", "扫描件或图片，作为盖章件留存"
    elif file.kind in ARCHIVES:
        receipt.result, receipt.reason, receipt.action = "无法读取", texts or "压缩包没有打开", "请解压"
    elif any(problem.rule == "T08" for problem in file.problems) or file.kind in (
        "encrypted",
        "empty",
        "doc",
    ):
        receipt.result, receipt.reason = "无法读取", texts or "文件打不开"
        receipt.action = (
            "请另存为docx"
            if file.kind == "doc"
            else "请单位取消密码后重报"
            if file.kind == "encrypted"
            else "请另存为xlsx或请单位重报"
        )
    else:
        receipt.result, receipt.reason = "非自评材料", texts or "里面没有自评表，也没有自评报告"


def _place(receipts: list[Receipt], filings: Sequence[Filing], folder: Path) -> None:
    """Gives repeated files their first copy, and files without forms the department they lie beside or name."""
    by_folder: dict[str, set[int]] = {}
    for receipt in receipts:
        if receipt.filing is not None:
            receipt.basis = filings[receipt.filing].basis
            by_folder.setdefault(str(PurePath(receipt.file.path).parent), set()).add(receipt.filing)
    names = {
        squeeze(filing.department): number
        for number, filing in enumerate(filings)
        if len(squeeze(filing.department)) >= 3
    }
    first: dict[str, Receipt] = {}
    for receipt in receipts:
        original = first.setdefault(receipt.file.sha256, receipt) if receipt.file.sha256 else receipt
        if receipt.filing is None:
            named = [
                number for name, number in names.items() if name in squeeze(PurePath(receipt.file.path).name)
            ]
            beside = by_folder.get(str(PurePath(receipt.file.path).parent), set())
            if len(named) == 1:
                receipt.filing, receipt.basis = named[0], "文件名"
            elif len(beside) == 1:
                receipt.filing, receipt.basis = next(iter(beside)), "同一文件夹"
        if original is not receipt and receipt.result in ("附件", "非自评材料"):
            receipt.result, receipt.reason, receipt.other = (
                "重复",
                _EXPLANATION["重复"],
                relative(original.file.path, folder),
            )
