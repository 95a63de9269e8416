"""The files of a folder as a bureau received them, in a steady order."""

from __future__ import annotations

import os
from pathlib import Path

from selfeval_xl.errors import UsageError, cause_of

_PREFIXES = ("~$", ".~", "._")  # lock files of Excel and WPS, the resource forks of a Mac
_SYSTEM_FILES = frozenset((".ds_store", "thumbs.db", "desktop.ini"))


def collect(folder: str | Path) -> list[Path]:
    """The files below the folder, sorted by path; for the path of a file that file alone.

    Lock files and system files are left out, links to other folders are not followed. Raises UsageError when
    there is no such folder, or one below it cannot be opened.
    """
    root = Path(folder)
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise UsageError(f"找不到文件夹“{folder}”。请核对名称和位置。")
    found = []
    for parent, folders, names in os.walk(root, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        found += [Path(parent, name) for name in sorted(names) if not is_left_behind(name)]
    return found


def _refuse(error: OSError) -> None:
    """Raises UsageError for a folder that cannot be opened: its filings would go missing unnoticed."""
    raise UsageError(
        f"打不开文件夹“{error.filename}”：{cause_of(error)}。里面可能有报送的材料，请处理好权限再试，"
        "或先把它移走。"
    ) from error


def is_left_behind(name: str) -> bool:
    """Whether a file name belongs to a program or to the system, not to a filing."""
    return name.startswith(_PREFIXES) or name.lower() in _SYSTEM_FILES
