"""Unpacking of zip archives among the received files into a temporary folder, whole or a single file of one.

What a zip says of itself is not trusted: depth, number and sizes are bounded, names never become paths, and
the bytes written are counted.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from operator import eq, itemgetter
from pathlib import Path

from selfeval_xl.errors import UnreadableFile, cause_of
from selfeval_xl.files import FORBIDDEN
from selfeval_xl.readers.folder import is_left_behind
from selfeval_xl.readers.formats.kinds import KINDS

MAX_DEPTH = 4  # archives within archives
MAX_MEMBERS = 20_000  # files of one received archive, nested ones together
MAX_BYTES = 2 << 30  # bytes of these files together
MAX_MEMBER = 128 << 20  # bytes of one file
PIECE = 1 << 20  # bytes that are read at once
HEAD = 64  # bytes by which a file is known not to be an archive
_LONGEST = 60  # characters of a name on the disk; a file system takes 255 bytes
_NUMBER = re.compile("（第\\d+个）")
_PACKAGES = ("[content_types].xml", "mimetype", *(part for kind in KINDS for part in kind.parts))
_FIRST_PARTS = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis")  # first names in most packages
_UTF8, _ENCRYPTED = 0x800, 1
_FAULTS = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
)
TOO_DEEP = f"压缩包里套了{MAX_DEPTH}层以上的压缩包，没有再往里读；请解压后直接报送"
TOO_MANY = f"压缩包里的文件超过{MAX_MEMBERS}个，没有全部读取；请解压后直接报送"
TOO_BIG = "压缩包展开后过大，没有读取；请解压后直接报送"
ENCRYPTED = "压缩包设有密码，打不开；请取消密码或解压后直接报送"
DAMAGED = "压缩包损坏，打不开；请重新压缩或解压后直接报送"
EMPTY = "压缩包里没有文件"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file to read, received as it is or taken out of an archive.

    path: where it lies now. shown: where it was received (zip/folder/name inside an archive). archive: the
    archive it came in, below the folder, "" for none. trouble: why it could not be taken out; then there is
    nothing at `path`. kind: of a file with trouble: zip, encrypted, unknown.
    """

    path: Path
    shown: Path
    archive: str = ""
    trouble: str = ""
    kind: str = ""


def unpack(paths: list[Path], root: Path, folder: Path) -> list[Unpacked]:
    """The received files in the same order, each archive replaced by the files in it.

    folder: an empty one for the files that are taken out. An archive that cannot be opened, or is empty,
    stays as itself, with the trouble; so does a single file that cannot be taken out.
    """
    arrived: list[Unpacked] = []
    for number, path in enumerate(paths):
        if is_archive(path):
            name = Path(os.path.relpath(path, root)).as_posix()
            arrived += _Walk(folder / str(number)).files(_Archive(path, path, name))
        else:
            arrived.append(Unpacked(path, path))
    return arrived


def at_hand(path: str | Path, folder: Path, kept: Path | None = None) -> Path:
    """The path of a readable file: itself, or a copy taken out into `folder`.

    path: as `unpack` has shown it; the same names lead to the same files, also in archives within archives.
    kept: a folder for the archives on the way to it, where the next call, also of another process, finds them
    again; by default `folder`. Nothing else of an archive is taken out. Raises UnreadableFile where the file
    is gone or cannot be taken out.
    """
    path = Path(path)
    if os.path.isfile(path):
        return path
    archive = next((parent for parent in path.parents if os.path.isfile(parent)), None)
    if archive is None:
        raise UnreadableFile(f"“{path.name}”已经不在收件文件夹里了，请放回去再试。")
    faulty = f"“{path.name}”从压缩包“{archive.name}”里取不出来，请解压后放回收件文件夹再试。"
    try:
        state = archive.stat()
        key = hashlib.sha256(f"{archive}|{state.st_mtime_ns}|{state.st_size}".encode()).hexdigest()[:16]
        walk = _Walk(folder / key, path, (kept or folder) / f"{key}.kept")
        with closing(walk.files(_Archive(archive, archive, archive.name))) as files:
            found = next((file for file in files if file.shown == path), None)
    except OSError as error:
        raise UnreadableFile(faulty) from error
    if found is None or found.trouble:
        raise UnreadableFile(faulty)
    return found.path


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of files and no workbook or document, by content."""
    try:
        with open(path, "rb") as file:
            if not _may_be_archive(file.read(HEAD)):
                return False
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except OSError:
        return False
    except _FAULTS:
        return path.suffix.lower() == ".zip"
    return not names.intersection(_PACKAGES)


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

    def files(self, archive: _Archive) -> Generator[Unpacked, None, None]:
        """The files of an archive, those of archives in it too, under names that occur once.

        Of a walk to one file these are the files that might have its name; only that one is taken out.
        """
        rest = None if self.wanted is None else _below(archive.shown, self.wanted)
        trouble = EMPTY
        try:
            with zipfile.ZipFile(archive.path) as opened:
                for number, (entry, parts) in enumerate(_members(opened)):
                    trouble = ""
                    if self.members <= 0:
                        within = archive.name if archive.place else ""
                        yield self._numbered(Unpacked(archive.path, archive.shown, within, TOO_MANY, "zip"))
                        return
                    self.members -= 1
                    if rest is None or _on_the_way(parts, rest):
                        yield from self._take(opened, entry, archive.member(parts, number))
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
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with opened.open(entry) as packed, open(target, "wb") as file:
                written = 0
                while piece := packed.read(PIECE):
                    written += len(piece)
                    if written > allowed:
                        return TOO_BIG
                    file.write(piece)
                self.left -= written
        except _FAULTS:
            return DAMAGED
        return ""


def _members(opened: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, list[str]]]:
    """The files in the directory of an archive by name, each with the parts of its path."""
    for name, entry in sorted(((_name(entry), entry) for entry in opened.infolist()), key=itemgetter(0)):
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        if not (entry.is_dir() or not parts or is_left_behind(parts[-1]) or "__MACOSX" in parts):
            yield entry, parts


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
    except _FAULTS:
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
