"""The program on a Linux desk: an icon onto which files are dropped, and a folder that is watched at login.

No kind of file is claimed (no MimeType): a table that is double-clicked goes on opening in WPS.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from selfeval_xl.addin.setup.desktop_entries import command_line, entry
from selfeval_xl.addin.setup.linux_starters import RECORD
from selfeval_xl.errors import OutputError, UsageError, cause_of
from selfeval_xl.files import make_folder, write_out

NAME = "绩效自评校验"
WATCHED = "绩效自评"
_DROP, _LOGIN = "selfeval-check.desktop", "selfeval-watch.desktop"


@dataclass(frozen=True, slots=True)
class Desk:
    """What was put onto a desk. desktop: its folder, None where there is none. watched: the folder."""

    program: Path
    desktop: Path | None
    watched: Path


def install(program: Path) -> Desk:
    """Writes the entries for the program in this folder, and what was written into its record.

    Raises UsageError where a file of another program has the name, OutputError.
    """
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    desktop = desktop_folder(home, config)
    watched = (desktop or home) / WATCHED
    drop = drop_entry(program)
    login = login_entry(program, watched)
    files = [
        (data / "applications" / _DROP, drop),
        *([(desktop / _DROP, drop)] if desktop else []),
        (config / "autostart" / _LOGIN, login),
    ]
    for path, _ in files:
        if path.exists() and not is_ours(path):
            raise UsageError(f"“{path}”已经有一个不是本程序的文件，没有覆盖它。请先把它移走，再装一次。")
    record = [*(str(path) for path, _ in files), str(watched)]
    _write(program / RECORD, "\n".join(record) + "\n", 0o644)
    make_folder(watched)
    for path, text in files:
        make_folder(path.parent)
        _write(path, text, 0o755)
    return Desk(program, desktop, watched)


def drop_entry(program: Path) -> str:
    """The entry of the icon, also in the menu."""
    return entry(
        Name=NAME,
        Comment="把自评表或文件夹拖到这里，标注副本写在旁边，原表不动",
        Exec=command_line("/bin/sh", str(program / "check.sh"), files=True),
        Icon="x-office-spreadsheet",
        Terminal="false",
        Categories="Office;Spreadsheet;",
        X_Selfeval="check",
    )


def login_entry(program: Path, watched: Path) -> str:
    """The entry that begins to watch the folder at login."""
    return entry(
        Name=f"{NAME}（登录后自动）",
        Comment=f"“{WATCHED}”文件夹里的自评表一保存就校验",
        Exec=command_line("/bin/sh", str(program / "watch.sh"), str(watched)),
        Icon="x-office-spreadsheet",
        Terminal="false",
        X_Selfeval="watch",
    )


def desktop_folder(home: Path, config: Path) -> Path | None:
    """The folder of the desktop: as user-dirs.dirs names it, else by its usual names; None without one."""
    try:
        text = (config / "user-dirs.dirs").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    named = re.search(r'^XDG_DESKTOP_DIR="(\$HOME)?(/.*)"$', text, re.MULTILINE)
    usual = [home / "桌面", home / "Desktop"]
    if named:
        path = re.sub(r"\\(.)", r"\1", named[2])
        usual.insert(0, home / path.lstrip("/") if named[1] else Path(path))
    # a desktop that is the home itself is the specification's word for none
    return next((folder for folder in usual if folder.is_dir() and folder != home), None)


def is_ours(path: Path) -> bool:
    """Whether a file is an entry of this program."""
    try:
        return re.search(rb"^X-Selfeval=", path.read_bytes(), re.MULTILINE) is not None
    except OSError:
        return False


def _write(path: Path, text: str, mode: int) -> None:
    """Writes a file of this program in one step, with these rights. Raises OutputError."""
    write_out(path, lambda file: Path(file).write_text(text, encoding="utf-8"), own=True)
    try:
        path.chmod(mode)
    except OSError as error:
        raise OutputError(f"写不了“{path}”：{cause_of(error)}。") from error
