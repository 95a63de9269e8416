"""The bundle for Linux: a script, a guide, and one archive with Python, packages and program.

One archive, because the bundle is carried on sticks and made on Windows too, where neither links nor the
right to be run survive. `安装.sh` unpacks it into the user's own folder.
"""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO

from selfeval_xl.addin.setup import linux_starters
from selfeval_xl.addin.setup.linux_python import TOP, checked_members, inspect, opened
from selfeval_xl.addin.setup.own_files import own_files
from selfeval_xl.addin.setup.wheels import Target, Wheel, code_of

__all__ = ["fill", "inspect"]

COMPRESSION = 6
# Of the archive's Python: what no desk needs, and its own packages, which would stand in the way of ours.
_LEFT_OUT = re.compile(rf"{TOP}/(include|lib/python3\.\d+/(test|idlelib|ensurepip|site-packages))/")
_SCRIPTS = {
    "run.sh": linux_starters.RUN,
    "selfeval": linux_starters.COMMAND,
    "check.sh": linux_starters.CHECK,
    "watch.sh": linux_starters.WATCH,
    "uninstall.sh": linux_starters.UNINSTALL,
    linux_starters.MARK: "The folder of selfeval_xl. uninstall.sh deletes it.\n",
}


def fill(desk: Path, archive: Path, target: Target, wheels: tuple[Wheel, ...]) -> None:
    """Puts the script, the guide and the archive into the folder."""
    version, machine = target.version, target.machine
    for name, text in (("安装.sh", linux_starters.INSTALL), ("使用说明.txt", linux_starters.GUIDE)):
        (desk / name).write_bytes(linux_starters.filled(text, version, machine))
    (desk / "安装.sh").chmod(0o755)
    with tarfile.open(desk / linux_starters.ARCHIVE, "w:gz", compresslevel=COMPRESSION) as out:
        _copy_python(archive, out)
        packages = PurePosixPath(TOP, "lib", f"python{version}", "site-packages")
        for wheel in wheels:
            for place, source in code_of(wheel.file):
                _add(out, packages / place, source.read())
        for place, data in own_files():
            _add(out, packages / place, data)
        for name, text in _SCRIPTS.items():
            _add(out, PurePosixPath(name), linux_starters.filled(text, version, machine), 0o755)


def _copy_python(archive: Path, out: tarfile.TarFile) -> None:
    """Copies the members of the Python, each checked, with the rights of ordinary files."""
    with opened(archive) as package:
        for member in checked_members(package, archive):
            if _LEFT_OUT.match(f"{member.name}/"):
                continue
            copy = _member(member.name, 0o755 if member.isdir() or member.mode & 0o100 else 0o644)
            copy.type, copy.linkname, copy.mtime = member.type, member.linkname, member.mtime
            if member.isreg():
                copy.type, copy.size = tarfile.REGTYPE, member.size
            out.addfile(copy, package.extractfile(member) if member.isreg() else None)


def _add(out: tarfile.TarFile, place: PurePosixPath, data: bytes, mode: int = 0o644) -> None:
    """Adds a file with these bytes."""
    member = _member(str(place), mode)
    member.size = len(data)
    content: IO[bytes] = io.BytesIO(data)
    out.addfile(member, content)


def _member(name: str, mode: int) -> tarfile.TarInfo:
    """A member that belongs to nobody in particular."""
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = mode, 1_700_000_000
    return member
