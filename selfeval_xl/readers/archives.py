"""Unpacking of zip archives among the received files into a temporary folder.

What a zip says of itself is not trusted: depth, number and sizes are bounded, names never become paths, and
the bytes written are counted.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from selfeval_xl.errors import UnreadableFile, cause_of
from selfeval_xl.files import FORBIDDEN
from selfeval_xl.readers.folder import is_left_behind

MAX_DEPTH = 4  # archives within archives
MAX_MEMBERS = 20_000  # files of one received archive, nested ones together
MAX_BYTES = 2 << 30  # bytes of these files together
MAX_MEMBER = 128 << 20  # bytes of one file
PIECE = 1 << 20  # bytes that are read at once
_PACKAGES = ("[content_types].xml", "mimetype", "xl/workbook.xml", "word/document.xml")
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


@dataclass(slots=True)
class _Budget:
    """The numbers of files and bytes that may still be taken out."""

    members: int
    left: int


def unpack(paths: list[Path], root: Path, folder: Path) -> list[Unpacked]:
    """The received files in the same order, each archive replaced by the files in it.

    folder: an empty one for the files that are taken out. An archive that cannot be opened, or is empty,
    stays as itself, with the trouble; so does a single file that cannot be taken out.
    """
    arrived: list[Unpacked] = []
    for number, path in enumerate(paths):
        if is_archive(path):
            name = Path(os.path.relpath(path, root)).as_posix()
            (folder / str(number)).mkdir()
            arrived += _with_unique_names(
                _open(path, path, name, folder / str(number), _Budget(MAX_MEMBERS, MAX_BYTES), 1)
            ) or [Unpacked(path, path, trouble=EMPTY, kind="zip")]
        else:
            arrived.append(Unpacked(path, path))
    return arrived


def _with_unique_names(found: Iterable[Unpacked]) -> list[Unpacked]:
    """The files of an archive, with numbers in names that occur twice."""
    by_name: dict[Path, Unpacked] = {}
    for file in found:
        shown, number = file.shown, 2
        while shown in by_name:
            shown = file.shown.with_name(f"{file.shown.stem}（第{number}个）{file.shown.suffix}")
            number += 1
        by_name[shown] = replace(file, shown=shown)
    return list(by_name.values())


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of files and no workbook or document, by content."""
    try:
        with open(path, "rb") as file:
            head = file.read(64)
        if not head.startswith(b"PK") or head[30:].startswith(_FIRST_PARTS):
            return False
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except OSError:
        return False
    except _FAULTS:
        return path.suffix.lower() == ".zip"
    return not names.intersection(_PACKAGES)


def _open(
    path: Path, shown: Path, archive: str, folder: Path, budget: _Budget, depth: int
) -> Iterator[Unpacked]:
    """The files of an archive, taken out into `folder`. depth: 1 for a received archive."""
    try:
        with zipfile.ZipFile(path) as opened:
            for entry in sorted(opened.infolist(), key=_name):
                name = _name(entry)
                parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
                if entry.is_dir() or not parts or is_left_behind(parts[-1]) or "__MACOSX" in parts:
                    continue
                if budget.members <= 0:
                    yield Unpacked(path, shown, "" if depth == 1 else archive, TOO_MANY, "zip")
                    return
                yield from _take(opened, entry, parts, shown, archive, folder, budget, depth)
    except _FAULTS:
        yield Unpacked(path, shown, "", DAMAGED, "zip")
    except OSError as error:
        yield Unpacked(path, shown, "", f"压缩包打不开：{cause_of(error)}", "zip")


def _take(
    opened: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    parts: list[str],
    shown: Path,
    archive: str,
    folder: Path,
    budget: _Budget,
    depth: int,
) -> Iterator[Unpacked]:
    """One file of an archive, or the files in it where it is an archive itself."""
    member = shown.joinpath(*parts)
    budget.members -= 1
    target = folder / f"{MAX_MEMBERS - budget.members:06}" / FORBIDDEN.sub("_", parts[-1])[-120:]
    trouble = _extract(opened, entry, target, budget)
    if trouble:
        kind = "zip" if target.suffix.lower() == ".zip" else "unknown"
        yield Unpacked(target, member, archive, trouble, "encrypted" if trouble == ENCRYPTED else kind)
    elif not is_archive(target):
        yield Unpacked(target, member, archive)
    elif depth >= MAX_DEPTH:
        yield Unpacked(target, member, archive, TOO_DEEP, "zip")
    else:
        inner = "/".join((archive, *parts))
        found = [
            file if file.archive else replace(file, archive=archive)
            for file in _open(target, member, inner, folder, budget, depth + 1)
        ]
        yield from found or [Unpacked(target, member, archive, EMPTY, "zip")]


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, budget: _Budget) -> str:
    """Writes one file in pieces, never more than is allowed; returns the trouble, "" for none."""
    if entry.flag_bits & _ENCRYPTED:
        return ENCRYPTED
    allowed = min(MAX_MEMBER, budget.left)
    if entry.file_size > allowed:
        return TOO_BIG
    target.parent.mkdir()
    try:
        with opened.open(entry) as packed, open(target, "wb") as file:
            written = 0
            while piece := packed.read(PIECE):
                written += len(piece)
                if written > allowed:
                    return TOO_BIG
                file.write(piece)
            budget.left -= written
    except _FAULTS:
        return DAMAGED
    return ""


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


def at_hand(path: str | Path, folder: Path) -> Path:
    """The path of a readable file: itself, or for 送来.zip/某局/自评表.xlsx the copy taken out into `folder`.

    Raises UnreadableFile where it is gone, too large, or lies in an archive within an archive.
    """
    path = Path(path)
    if path.is_file():
        return path
    archive = next((parent for parent in path.parents if parent.is_file()), None)
    if archive is None:
        raise UnreadableFile(f"“{path.name}”已经不在收件文件夹里了，请放回去再试。")
    wanted = path.relative_to(archive).parts
    target = folder / f"{len(list(folder.iterdir()))}" / path.name
    try:
        with zipfile.ZipFile(archive) as opened:
            entry = next((entry for entry in opened.infolist() if _parts(entry) == wanted), None)
            if entry is None or entry.file_size > MAX_MEMBER:
                raise UnreadableFile(
                    f"“{path.name}”从压缩包“{archive.name}”里取不出来，请解压后放回收件文件夹再试。"
                )
            target.parent.mkdir()
            _take_out(opened, entry, target)
    except (*_FAULTS, OSError) as error:
        raise UnreadableFile(
            f"“{path.name}”从压缩包“{archive.name}”里取不出来，请解压后放回收件文件夹再试。"
        ) from error
    return target


def _take_out(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Writes one file in pieces, never more than is allowed: the sizes in an archive may be false."""
    written = 0
    with opened.open(entry) as packed, open(target, "wb") as file:
        while (piece := packed.read(PIECE)) and written <= MAX_MEMBER:
            file.write(piece)
            written += len(piece)
    if written > MAX_MEMBER:
        raise UnreadableFile(f"“{target.name}”过大，没有取出来。")


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """The parts of the path of a file in the archive.

    Without the UTF-8 mark the name was read as cp437: Chinese Windows meant GBK, a Mac UTF-8.
    """
    name = entry.filename
    if not entry.flag_bits & _UTF8:
        for encoding in ("utf-8", "gb18030"):
            try:
                name = entry.filename.encode("cp437").decode(encoding)
                break
            except UnicodeError:
                continue
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))
