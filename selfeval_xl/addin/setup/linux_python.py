"""A relocatable CPython for Linux as python-build-standalone publishes it: what it is, its members checked.

The archive (install_only.tar.gz) has one folder, python/, with bin/python3.x. It is treated like any file
that came from elsewhere: nothing of it is written to the disk here, and no name or link in it leads out.
"""

from __future__ import annotations

import posixpath
import re
import struct
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gzip import BadGzipFile
from pathlib import Path, PurePosixPath
from typing import IO

from selfeval_xl.addin.setup.wheels import Target, is_inside
from selfeval_xl.errors import UsageError

TOP = "python"
OLDEST = (3, 11)
GLIBC = 28  # the wheels are for glibc 2.28 and newer, which UOS 20 and Kylin V10 have
_MOST, _MOST_MEMBERS = 2 * 1024**3, 100_000
_PROGRAMS = rf"{TOP}/(bin/python3\.\d+|lib/libpython3[.\d]*\.so[.\d]*)"
_EXAMPLE = "cpython-3.12.3+20240415-x86_64-unknown-linux-gnu-install_only.tar.gz"


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine by the number in an ELF header. name: as `uname -m` says it. loaders: glibc's.

    published: whether PyPI has wheels for it. newest: the minor version of glibc that wheels may ask for.
    """

    name: str
    loaders: tuple[str, ...]
    published: bool = True
    newest: int = GLIBC


MACHINES = {
    0x3E: Machine("x86_64", ("ld-linux-x86-64.so.2",)),
    0xB7: Machine("aarch64", ("ld-linux-aarch64.so.1",)),
    # its wheels have to be built (docs/安装手册.md); the second loader is that of the older systems (ABI1.0)
    0x102: Machine("loongarch64", ("ld-linux-loongarch-lp64d.so.1", "ld.so.1"), published=False, newest=38),
}


def platforms(machine: Machine) -> tuple[str, ...]:
    """The platforms of wheels for the machine, the best first, with the old names of the older ones."""
    new = [f"manylinux_2_{minor}_{machine.name}" for minor in range(machine.newest, 4, -1)]
    old = [f"{name}_{machine.name}" for name in ("manylinux2014", "manylinux2010", "manylinux1")]
    built_there = [] if machine.published else [f"linux_{machine.name}"]
    return (*new, *old, *built_there)


def inspect(archive: Path) -> tuple[Target, tuple[str, ...]]:
    """For which desk the archive is, and what has to be known of it.

    Raises UsageError where it is no such archive, too old, or for a machine without wheels.
    """
    with opened(archive) as package:
        members = checked_members(package, archive)
        interpreter = _interpreter(members, archive)
        machine = _machine(_content(package, interpreter, 1 << 16), archive)
        glibc = max(
            (
                _glibc(_content(package, member))
                for member in members
                if member.isreg() and re.fullmatch(_PROGRAMS, member.name)
            ),
            default=0,
        )
    version = interpreter.name.rpartition("python")[2]
    notes = []
    if glibc > GLIBC:
        notes.append(
            f"这个Python要glibc 2.{glibc}或更新的系统，比UOS 20、麒麟V10的（2.28、2.31）新，在那里起不来。"
            "请换成python-build-standalone的。"
        )
    if level := re.search(r"x86_64_v\d", archive.name):
        notes.append(f"这个Python（{level[0]}）只有较新的处理器能用；起不来的电脑，换成名字里是x86_64的。")
    return Target(version, platforms(machine), machine.name, "Linux"), tuple(notes)


@contextmanager
def opened(archive: Path) -> Iterator[tarfile.TarFile]:
    """The archive, opened. Raises UsageError where it is not there, or damaged."""
    if not archive.is_file():
        raise UsageError(
            f"找不到文件“{archive}”。这里要写Linux版Python的压缩包，例如 {_EXAMPLE}，来源见安装手册。"
        )
    try:
        with tarfile.open(archive, "r:gz") as package:
            yield package
    except (tarfile.TarError, EOFError, zlib.error, BadGzipFile) as error:
        raise UsageError(
            f"“{archive.name}”不是完整的tar.gz文件。请重新下载，并核对校验值；"
            "给Windows电脑做的，不要加 --system linux。"
        ) from error


def checked_members(package: tarfile.TarFile, archive: Path) -> list[tarfile.TarInfo]:
    """The members of the archive. Raises UsageError where one is of another kind, or leads out of it."""
    members: list[tarfile.TarInfo] = []
    total = 0
    for member in package:
        members.append(member)
        total += member.size
        if len(members) > _MOST_MEMBERS or total > _MOST:
            raise UsageError(f"“{archive.name}”大得不正常，没有用它。")
    links = {member.name for member in members if member.issym()}
    names = Counter(member.name for member in members)
    for member in members:
        if names[member.name] > 1 or not _is_ours(member, links):
            raise UsageError(
                f"“{archive.name}”里有不该有的成员“{member.name}”（不在{TOP}文件夹里，或指向外面），"
                f"没有用它。要的是名字像 {_EXAMPLE} 的那一个。"
            )
    return members


def _is_ours(member: tarfile.TarInfo, links: set[str]) -> bool:
    """Whether a member is a file, a folder or a link of the folder python/, and stays there.

    Nothing goes through another link, so what a path says is where it leads.
    """
    if not _is_place(member.name, links) and member.name != TOP:
        return False
    if member.issym():
        # once a path has gone down it does not go up again
        down = re.sub(r"^(\.\./)+", "", member.linkname)
        goal = posixpath.normpath(posixpath.join(posixpath.dirname(member.name), member.linkname))
        return is_inside(down) and _is_place(goal, links)
    if member.islnk():
        return _is_place(member.linkname, links) and member.linkname not in links
    return member.isreg() or member.isdir()


def _is_place(name: str, links: set[str]) -> bool:
    """Whether a name is one below python/, and no folder on the way to it is a link."""
    folders = map(str, PurePosixPath(name).parents)
    return is_inside(name) and name.startswith(f"{TOP}/") and links.isdisjoint(folders)


def _interpreter(members: list[tarfile.TarInfo], archive: Path) -> tarfile.TarInfo:
    """The interpreter, bin/python3.x. Raises UsageError where there is none that can be used."""
    found = [
        member
        for member in members
        if member.isreg() and re.fullmatch(rf"{TOP}/bin/python3\.\d+t?", member.name)
    ]
    if len(found) != 1:
        raise UsageError(
            f"“{archive.name}”不是能搬动的Linux版Python（里面没有{TOP}/bin/python3.x）。"
            f"要的是名字像 {_EXAMPLE} 的那一个。"
        )
    version = found[0].name.rpartition("python")[2]
    if version.endswith("t"):
        raise UsageError(f"“{archive.name}”是freethreaded的Python，没有它的组件。请下载名字里没有这个字的。")
    if tuple(map(int, version.split("."))) < OLDEST:
        raise UsageError(f"“{archive.name}”是Python {version}，太旧；要3.11或更新的。")
    return found[0]


def _content(package: tarfile.TarFile, member: tarfile.TarInfo, most: int = -1) -> bytes:
    """What is in a file of the archive, or its first bytes."""
    file: IO[bytes] | None = package.extractfile(member)
    return file.read(most) if file else b""


def _machine(head: bytes, archive: Path) -> Machine:
    """The machine of the interpreter, from the head of its file. Raises UsageError where there is none."""
    if len(head) < 64 or head[:4] != b"\x7fELF" or head[4:6] != b"\x02\x01":
        raise UsageError(f"“{archive.name}”里的python不是64位的Linux程序。要的是名字像 {_EXAMPLE} 的那一个。")
    code = int.from_bytes(head[18:20], "little")
    if code not in MACHINES:
        raise UsageError(
            f"“{archive.name}”是给另一种处理器的（编号{code}），没有它的组件。要x86_64或aarch64的。"
        )
    if _loader(head).rpartition("/")[2] not in MACHINES[code].loaders:
        raise UsageError(
            f"“{archive.name}”不是给用glibc的系统的（例如musl的）。要名字里有 linux-gnu 的那一个。"
        )
    return MACHINES[code]


def _loader(head: bytes) -> str:
    """The program that loads the interpreter, as its program header PT_INTERP names it; "" without one."""
    start, size, count = *struct.unpack_from("<Q", head, 32), *struct.unpack_from("<HH", head, 54)
    for at in range(start, min(start + size * count, len(head) - 56), size or 56):
        kind, _, place, _, _, length = struct.unpack_from("<IIQQQQ", head, at)
        if kind == 3:
            return head[place : place + length].rstrip(b"\0").decode("ascii", "replace")
    return ""


def _glibc(program: bytes) -> int:
    """The newest glibc 2.x whose functions a program uses, by their versions' names in it."""
    return max(map(int, re.findall(rb"\0GLIBC_2\.(\d{1,3})(?=[.\0])", program)), default=0)
