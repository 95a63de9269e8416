"""Reads a county's files: what is known of one comes from the cache, the rest from workers."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.intake.answers import AnswerCache
from selfeval_xl.county.intake.check_file import CheckedFile, moved
from selfeval_xl.county.intake.collected import collect_files
from selfeval_xl.county.intake.outline import Outline, outlined
from selfeval_xl.county.intake.records import WORK, unpacked_now
from selfeval_xl.files import fingerprint
from selfeval_xl.model.forms import Form, Problem, ReadFile
from selfeval_xl.readers import read_files
from selfeval_xl.readers.archives import Unpacked, unpack
from selfeval_xl.readers.folder import shown_path

# A worker's answer: outline and encoded `CheckedFile`; a file with a problem if the worker died.
Answer = tuple[str, bytes] | ReadFile
Read = Callable[..., Iterator[Answer]]


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
