"""Unpacking of zip archives among the received files into a temporary folder, whole or a single file of one.

What a zip says of itself is not trusted: depth, number and sizes are bounded, names never become paths, and
the bytes written are counted.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from operator import attrgetter, eq, itemgetter
from pathlib import Path

from selfeval_xl.errors import UnreadableFile, cause_of
from selfeval_xl.files import FORBIDDEN
from selfeval_xl.readers.folder import is_left_behind, not_opened, real_path, shown_path
from selfeval_xl.readers.formats.kinds import KINDS

MAX_DEPTH = 4  # archives within archives
MAX_MEMBERS = 20_000  # files of one received archive, nested ones together
MAX_BYTES = 2 << 30  # bytes of these files together
MAX_MEMBER = 128 << 20  # bytes of one file
MAX_RUN_MEMBERS = 100_000  # files of all archives of a run together
MAX_RUN_BYTES = 16 << 30  # bytes of these, which lie on the temporary disk until the end of the run
MAX_ALIKE = 50  # files of one name in one folder of an archive; programs that pack write only one
MAX_DIRECTORY = 4 << 20  # bytes of an archive's list of files, all of which zipfile keeps as objects
ROOM_LEFT = 256 << 20  # bytes of the temporary disk that stay free
PIECE = 1 << 20  # bytes that are read at once
HEAD = 64  # bytes by which a file is known not to be an archive
_LONGEST = 60  # characters of a name on the disk; a file system takes 255 bytes
_NUMBER = re.compile("（第\\d+个）")
_PACKAGES = ("[content_types].xml", "mimetype", *(part for kind in KINDS for part in kind.parts))
_FIRST_PARTS = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis")  # first names in most packages
_UTF8, _ENCRYPTED = 0x800, 1
_HEADER = 30  # bytes before the name of a file in an archive, at least
_FAULTS = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
TOO_DEEP = f"压缩包里套了{MAX_DEPTH}层以上的压缩包，没有再往里读；请解压后直接报送"
TOO_MANY = f"压缩包里的文件超过{MAX_MEMBERS}个，没有全部读取；请解压后直接报送"
TOO_MANY_ALIKE = f"压缩包里同名的文件超过{MAX_ALIKE}个，从这一个起没有取出来；请解压后直接报送"
SHARED = "压缩包里几个文件共用一段内容，只取了第一个；请重新压缩或解压后直接报送"
TOO_BIG = "压缩包展开后过大，没有读取；请解压后直接报送"
NO_ROOM = "存放临时文件的磁盘快满了，没有取出来；请腾出空间后重新运行，或解压后直接报送"
RUN_FULL = "这次收到的压缩包展开后太多，没有再往下取；请把压缩包解压后放回收件文件夹"
ENCRYPTED = "压缩包设有密码，打不开；请取消密码或解压后直接报送"
DAMAGED = "压缩包损坏，打不开；请重新压缩或解压后直接报送"
EMPTY = "压缩包里没有文件"
NAMELESS = "未命名"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file to read, received as it is or taken out of an archive.

    path: where it lies now. shown: where it was received (zip/folder/name inside an archive). archive: the
    archive it came in, below the folder, "" for none. trouble: why it is not read; then nothing of it is at
    `path`. kind: of a file with trouble: zip, encrypted, unknown.
    """

    path: Path
    shown: Path
    archive: str = ""
    trouble: str = ""
    kind: str = ""


def unpack(
    paths: list[Path], root: Path, folder: Path, most: int | None = None, most_bytes: int | None = None
) -> list[Unpacked]:
    """The received files in the same order, each archive replaced by the files in it.

    folder: an empty one for the files that are taken out. An archive that cannot be opened, or is empty,
    stays as itself, with the trouble; so does a single file that cannot be taken out, or is never opened.
    most, most_bytes: of what is taken out of all archives together, by default those of a run.
    """
    arrived: list[Unpacked] = []
    budget = _Budget(
        MAX_RUN_MEMBERS if most is None else most, MAX_RUN_BYTES if most_bytes is None else most_bytes
    )
    top = shown_path(root)
    for number, path in enumerate(paths):
        shown = shown_path(path)
        trouble = not_opened(path, root)
        if trouble:
            arrived.append(Unpacked(Path(), shown, trouble=trouble, kind="unknown"))
        elif is_archive(path):
            name = Path(os.path.relpath(shown, top)).as_posix()
            arrived += _Walk(folder / str(number), budget=budget).files(_Archive(path, shown, name))
        else:
            arrived.append(Unpacked(path, shown))
    return arrived


def at_hand(path: str | Path, folder: Path, kept: Path | None = None) -> Path:
    """The path of a readable file: itself, or a copy taken out into `folder`.

    path: as `unpack` has shown it; the same names lead to the same files, also in archives within archives.
    kept: a folder for the archives on the way to it, where the next call, also of another process, finds them
    again; by default `folder`. Nothing else of an archive is taken out. Raises UnreadableFile where the file
    is gone or cannot be taken out.
    """
    path = Path(path)
    real = real_path(path)
    if os.path.isfile(real):
        return real
    shown = next((parent for parent in path.parents if os.path.isfile(real_path(parent))), None)
    archive = real_path(shown) if shown else None
    if shown is None or archive is None:
        raise UnreadableFile(f"“{path.name}”已经不在收件文件夹里了，请放回去再试。")
    faulty = f"“{path.name}”从压缩包“{shown.name}”里取不出来，请解压后放回收件文件夹再试。"
    try:
        state = archive.stat()
        key = hashlib.sha256(os.fsencode(f"{archive}|{state.st_mtime_ns}|{state.st_size}")).hexdigest()[:16]
        walk = _Walk(folder / key, path, (kept or folder) / f"{key}.kept")
        with closing(walk.files(_Archive(archive, shown, shown.name))) as files:
            found = next((file for file in files if file.shown == path), None)
    except OSError as error:
        raise UnreadableFile(faulty) from error
    if found is None or found.trouble:
        raise UnreadableFile(faulty)
    return found.path


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of files and no workbook or document, by content."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as file:
            if not _may_be_archive(file.read(HEAD)):
                return False
        with _open_zip(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except OSError:
        return False
    except _LongDirectory:
        return True
    except _FAULTS:
        return path.suffix.lower() == ".zip"
    return not names.intersection(_PACKAGES)


class _LongDirectory(zipfile.BadZipFile):
    """The archive lists more files than are kept in memory."""


class _Bounded(io.BufferedReader):
    """A file of which no more is read at once than the list of an archive may be long."""

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file; zipfile asks for the whole list of the archive in one piece."""
        if size is not None and size > MAX_DIRECTORY:
            raise _LongDirectory(TOO_MANY)
        return super().read(size)


@contextmanager
def _open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive at this path. Raises _LongDirectory, or what zipfile raises."""
    with _Bounded(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
        yield archive


def _may_be_archive(head: bytes) -> bool:
    """Whether a file that begins so may be an archive."""
    return head.startswith(b"PK") and not head[30:].startswith(_FIRST_PARTS)


@dataclass(frozen=True, slots=True)
class _Archive:
    """An archive with files in it.

    path, shown: as of `Unpacked`. name: its path below the folder. within: that of the archive around it, ""
    for a received one. place: its number in each of the archives around it.
    """

    path: Path
    shown: Path
    name: str
    within: str = ""
    place: tuple[int, ...] = ()

    def member(self, parts: Sequence[str], number: int) -> _Archive:
        """The file in it with this path and number, as if it were an archive too; `path` is not known yet."""
        # joined as text: a part such as C: would replace the whole path on Windows
        shown = Path("/".join((str(self.shown), *parts)))
        return _Archive(shown, shown, "/".join((self.name, *parts)), self.name, (*self.place, number))


@dataclass(slots=True)
class _Budget:
    """The numbers of files and bytes that a run may still take out of all its archives together."""

    members: int = field(default_factory=lambda: MAX_RUN_MEMBERS)
    left: int = field(default_factory=lambda: MAX_RUN_BYTES)


@dataclass(slots=True)
class _Walk:
    """The way through a received archive and the archives in it, the same for all files and for a single one.

    folder: for the files that are taken out. wanted: the only file that is looked for, as it is shown; None
    for all. kept: a folder for the archives on the way to it. members, left: the numbers of files and bytes
    that may still be taken out. taken: the names that have been given, each with the last number behind it.
    """

    folder: Path
    wanted: Path | None = None
    kept: Path | None = None
    members: int = field(default_factory=lambda: MAX_MEMBERS)
    left: int = field(default_factory=lambda: MAX_BYTES)
    taken: dict[Path, int] = field(default_factory=dict)
    budget: _Budget = field(default_factory=_Budget)

    def files(self, archive: _Archive) -> Generator[Unpacked, None, None]:
        """The files of an archive, those of archives in it too, under names that occur once.

        Of a walk to one file these are the files that might have its name; only that one is taken out.
        """
        rest = None if self.wanted is None else _below(archive.shown, self.wanted)
        trouble = EMPTY
        try:
            with _open_zip(archive.path) as opened:
                for number, (entry, parts, refused) in enumerate(_members(opened)):
                    trouble = ""
                    if self.members <= 0 or self.budget.members <= 0:
                        within = archive.name if archive.place else ""
                        full = TOO_MANY if self.members <= 0 else RUN_FULL
                        yield self._numbered(Unpacked(archive.path, archive.shown, within, full, "zip"))
                        return
                    self.members -= 1
                    self.budget.members -= 1
                    member = archive.member(parts, number)
                    if refused:
                        file = Unpacked(member.path, member.shown, member.within)
                        yield self._numbered(_with_trouble(file, refused))
                    elif rest is None or _on_the_way(parts, rest):
                        yield from self._take(opened, entry, member)
        except _LongDirectory:
            trouble = TOO_MANY
        except _FAULTS:
            trouble = DAMAGED
        except OSError as error:
            trouble = f"压缩包打不开：{cause_of(error)}"
        if trouble:
            yield self._numbered(Unpacked(archive.path, archive.shown, archive.within, trouble, "zip"))

    def _take(self, opened: zipfile.ZipFile, entry: zipfile.ZipInfo, member: _Archive) -> Iterator[Unpacked]:
        """One file of an archive, or the files in it where it is an archive itself."""
        number = ".".join(map(str, member.place))
        target = self.folder / number / FORBIDDEN.sub("_", member.shown.name)[-_LONGEST:]
        kept = self.kept and self.kept / number
        if kept and kept.is_file():
            yield from self.files(replace(member, path=kept))
            return
        file = Unpacked(target, member.shown, member.within)
        if self.wanted is not None and not _may_hold_files(opened, entry):
            file = self._numbered(file)
            if file.shown == self.wanted:
                yield _with_trouble(file, self._extract(opened, entry, target))
            return
        trouble = self._extract(opened, entry, target)
        if trouble or not is_archive(target):
            yield self._numbered(_with_trouble(file, trouble))
        elif len(member.place) >= MAX_DEPTH:
            yield self._numbered(replace(file, trouble=TOO_DEEP, kind="zip"))
        else:
            yield from self.files(replace(member, path=_moved(target, kept) if kept else target))

    def _numbered(self, file: Unpacked) -> Unpacked:
        """The file, with a number in its name where another file has the name."""
        shown, number = file.shown, self.taken.get(file.shown, 1)
        while shown in self.taken:
            number += 1
            shown = file.shown.with_name(f"{file.shown.stem}（第{number}个）{file.shown.suffix}")
        self.taken[file.shown] = number
        self.taken.setdefault(shown, 1)
        return replace(file, shown=shown)

    def _extract(self, opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str:
        """Writes one file in pieces, never more than is allowed; returns the trouble, "" for none."""
        if entry.flag_bits & _ENCRYPTED:
            return ENCRYPTED
        allowed = min(MAX_MEMBER, self.left)
        if entry.file_size > allowed:
            return TOO_BIG
        if entry.file_size > self.budget.left:
            return RUN_FULL
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if entry.file_size + ROOM_LEFT > shutil.disk_usage(target.parent).free:
                return NO_ROOM
            trouble = self._write(opened, entry, target, min(allowed, self.budget.left))
        except _FAULTS:
            trouble = DAMAGED
        except OSError as error:  # without a number: a decompressor's
            trouble = f"取不出来：{cause_of(error)}" if error.errno else DAMAGED
        if trouble:
            target.unlink(missing_ok=True)
        return trouble

    def _write(self, opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, allowed: int) -> str:
        """Writes at most so many bytes of a file and counts them; returns the trouble, "" for none."""
        written = 0
        with opened.open(entry) as packed, open(target, "wb") as file:
            while piece := packed.read(PIECE):
                written += len(piece)
                if written > allowed:
                    return TOO_BIG
                file.write(piece)
        self.left -= written
        self.budget.left -= written
        return ""


def _members(opened: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, list[str], str]]:
    """The files in the directory of an archive by name, each with the parts of its path.

    The third is why a file is not taken out, "" for most. Of too many of one name the rest is left out.
    """
    shared, alike = _sharing(opened), Counter[tuple[str, ...]]()
    for name, entry in sorted(((_name(entry), entry) for entry in opened.infolist()), key=itemgetter(0)):
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        if entry.filename.endswith("/") or not (parts or entry.file_size):
            continue
        parts = parts or [NAMELESS]
        if is_left_behind(parts[-1]) or "__MACOSX" in parts:
            continue
        alike[tuple(parts)] += 1
        more = alike[tuple(parts)] - MAX_ALIKE
        if more <= 1:
            yield entry, parts, TOO_MANY_ALIKE if more == 1 else SHARED if id(entry) in shared else ""


def _sharing(opened: zipfile.ZipFile) -> set[int]:
    """The files of an archive (by `id`) that begin inside another one: they cost again what it costs."""
    found, end = set(), 0
    for entry in sorted(opened.infolist(), key=attrgetter("header_offset")):
        if entry.header_offset < end:
            found.add(id(entry))
        end = max(end, entry.header_offset + _HEADER + entry.compress_size)
    return found


def _below(folder: Path, path: Path) -> Sequence[str]:
    """The parts of a path below the folder, none where it does not lie there."""
    return path.parts[len(folder.parts) :] if path.is_relative_to(folder) else ()


def _on_the_way(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a file may be an archive around the wanted one, or have its name but for the number in it."""
    return len(parts) <= len(wanted) and (
        all(map(eq, parts, wanted))
        or len(parts) == len(wanted)
        and all(map(eq, parts[:-1], wanted))
        and _NUMBER.sub("", parts[-1]) == _NUMBER.sub("", wanted[-1])
    )


def _may_hold_files(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether the first bytes of a file are those of an archive."""
    if entry.flag_bits & _ENCRYPTED:
        return False
    try:
        with opened.open(entry) as packed:
            return _may_be_archive(packed.read(HEAD))
    except (*_FAULTS, OSError):
        return False


def _with_trouble(file: Unpacked, trouble: str) -> Unpacked:
    """The file, with the reason why it could not be taken out and its kind, where there is one."""
    if not trouble:
        return file
    kind = "zip" if file.path.suffix.lower() == ".zip" else "unknown"
    return replace(file, trouble=trouble, kind="encrypted" if trouble == ENCRYPTED else kind)


def _moved(archive: Path, kept: Path) -> Path:
    """The path of an archive that was moved to where it is kept, by this process or by another one."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(archive, kept)
    except OSError:
        if not kept.is_file():  # Windows does not replace a file that another process has open
            raise
    return kept


def _name(entry: zipfile.ZipInfo) -> str:
    """The path of a file in the archive.

    Without the UTF-8 mark zipfile has read the bytes as cp437: Chinese Windows meant GBK, a Mac UTF-8.
    """
    if entry.flag_bits & _UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename
