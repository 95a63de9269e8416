"""Which files of a folder were received, and which are the program's own."""

from __future__ import annotations

from pathlib import Path

from selfeval_xl.county.database import ASIDE
from selfeval_xl.readers.folder import collect

_STORE_SUFFIXES = (".sqlite", ".sqlite-journal", ".sqlite-wal", ".sqlite-shm")


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
