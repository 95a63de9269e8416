"""A received file opened again: the file itself, or taken out of the zip archive that its path leads into."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

from ..errors import UnreadableFile

MOST = 128 << 20  # bytes of one file
_PIECE = 1 << 20
_UTF8 = 0x800
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


def at_hand(path: str | Path, folder: Path) -> Path:
    """The file itself; for 送来.zip/某局/自评表.xlsx the file taken out into `folder`.

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
            if entry is None or entry.file_size > MOST:
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
        while (piece := packed.read(_PIECE)) and written <= MOST:
            file.write(piece)
            written += len(piece)
    if written > MOST:
        raise UnreadableFile(f"“{target.name}”过大，没有取出来。")


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """The path inside the archive.

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
