"""The files of a folder as a bureau received them, in a steady order, under names that can be shown.

A stranger decides what lies in the folder: pipes, devices, links to other places, names in any bytes, folders
without end. None of it is followed or opened, and each is named where the other files are.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from selfeval_xl.errors import UsageError, cause_of

_PREFIXES = ("~$", ".~", "._")  # lock files of Excel and WPS, the resource forks of a Mac
_SYSTEM_FILES = frozenset((".ds_store", "thumbs.db", "desktop.ini"))
NO_FILE = "不是普通文件（是管道、设备之类），没有打开；请换成表格文件再报送"
LINK = "是指向收件文件夹以外的链接，没有打开；请把文件本身放进收件文件夹"
CLOSED = "这个文件夹打不开（{cause}），里面的材料没有读；请处理好权限，或把材料移出来再试"


def collect(folder: str | Path) -> list[Path]:
    """The files below the folder, sorted by path; for the path of a file that file alone.

    Lock files and system files are left out. A folder that cannot be opened, or is a link, stands for what
    is in it; `not_opened` has the reason. Raises UsageError when there is no such folder, or it is closed
    itself.
    """
    root = Path(folder)
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise UsageError(f"找不到文件夹“{shown_path(root)}”。请核对名称和位置。")
    found, waiting = [], [root]
    while waiting:
        parent = waiting.pop()
        try:
            files, folders = _entries(parent)
        except OSError as error:
            if parent == root:
                raise UsageError(f"打不开文件夹“{shown_path(root)}”：{cause_of(error)}。") from error
            found.append(parent)
            continue
        found += files
        waiting += reversed(folders)
    return found


def _entries(parent: Path) -> tuple[list[Path], list[Path]]:
    """The files of a folder and the folders in it, by name. Links to folders are among the files."""
    with os.scandir(parent) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    folders = [entry for entry in listed if entry.is_dir(follow_symlinks=False)]
    return (
        [Path(entry.path) for entry in listed if entry not in folders and not is_left_behind(entry.name)],
        [
            Path(entry.path)
            for entry in folders
            if not entry.name.startswith(".") and entry.name != "__MACOSX"
        ],
    )


def not_opened(path: Path, root: Path) -> str:
    """Why a path that `collect` found below this folder is not to be opened; "" for a file to be read."""
    try:
        state = os.lstat(path)
        if stat.S_ISREG(state.st_mode):
            return ""
        if stat.S_ISLNK(state.st_mode):
            if not path.resolve().is_relative_to(root.resolve()):
                return LINK
            state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            os.scandir(path).close()
            return LINK if path.is_symlink() else ""
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        return CLOSED.format(cause=cause_of(error)) if isinstance(error, OSError) else LINK
    return "" if stat.S_ISREG(state.st_mode) else NO_FILE


def is_left_behind(name: str) -> bool:
    """Whether a file name belongs to a program or to the system, not to a filing."""
    return name.startswith(_PREFIXES) or name.lower() in _SYSTEM_FILES


def shown_path(path: Path) -> Path:
    """The path as it can be shown and written: names whose bytes are no UTF-8 are read as GBK.

    Two files never have one shown path; `real_path` leads back.
    """
    if _is_text(str(path)):
        return path
    shown = real = Path(path.anchor)
    for name in path.parts[1 if path.anchor else 0 :]:
        shown /= name if _is_text(name) else _shown_names(real).get(name) or _decoded(name)
        real /= name
    return shown


def real_path(shown: Path) -> Path:
    """The path of which `shown_path` made this one; itself where nothing is there."""
    if os.path.lexists(shown):
        return shown
    real = Path(shown.anchor)
    for name in shown.parts[1 if shown.anchor else 0 :]:
        if not os.path.lexists(real / name):
            names = {readable: raw for raw, readable in _shown_names(real).items()}
            if name not in names:
                return shown
            name = names[name]
        real /= name
    return real


def _shown_names(folder: Path) -> dict[str, str]:
    """The names in a folder that are no UTF-8, each with the name that is shown for it."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return {}
    taken = set(filter(_is_text, names))
    return {name: _free(_decoded(name), taken) for name in names if not _is_text(name)}


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered before its ending where it is taken, and added to `taken`."""
    stem, dot, ending = name.rpartition(".")
    free = next(
        free for free in _numbered(stem or name, f"{dot}{ending}" if stem else "") if free not in taken
    )
    taken.add(free)
    return free


def _numbered(stem: str, ending: str) -> Iterator[str]:
    """The name with each number behind its stem, first without one."""
    yield f"{stem}{ending}"
    number = 2
    while True:
        yield f"{stem}（第{number}个）{ending}"
        number += 1


def _is_text(name: str) -> bool:
    """Whether the bytes of a name were UTF-8, so that it can be written anywhere."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decoded(name: str) -> str:
    """A name that is no UTF-8, read as GBK, with a sign for each byte that is not that either."""
    raw = name.encode("utf-8", "surrogatepass") if os.name == "nt" else os.fsencode(name)
    return raw.decode("gb18030", "replace")
