"""The bundle for Windows: python/ is the embeddable Python, packages/ the wheels; its ._pth names both.

Of 32 bits it goes without msgspec, of which there is no such wheel: that desk does not consolidate.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

from selfeval_xl.addin.setup import install, starters
from selfeval_xl.addin.setup.own_files import copy_package
from selfeval_xl.addin.setup.wheels import NEEDED, Target, Wheel, is_inside, unpack_wheel
from selfeval_xl.errors import UnreadableFile, UsageError

# The platform of the wheels and Python's word for the machine, by the processor in the header of python.exe.
MACHINES = {0x014C: ("win32", "x86"), 0x8664: ("win_amd64", "AMD64"), 0xAA64: ("win_arm64", "ARM64")}
WINDOWS = ("xlwings >= 0.31", "pywin32")
OLDEST = (3, 11)
_MOST = 512 * 1024 * 1024  # bytes of an embeddable Python; it has some 30 MB
_WITHOUT = {"msgspec": "这是32位的离线包：不能汇总全县（要64位的Python），其他功能都能用。"}


def inspect(archive: Path) -> tuple[Target, tuple[str, ...]]:
    """For which desk an embeddable Python's zip is, and what that desk cannot do.

    Raises UsageError where the file is no such zip, too old, or for a machine without wheels.
    """
    if not archive.is_file():
        raise UsageError(
            f"找不到文件“{archive}”。这里要写嵌入式Python的压缩包，例如 "
            "python-3.12.10-embed-amd64.zip，来源见安装手册。"
        )
    try:
        with zipfile.ZipFile(archive) as package:
            names = package.namelist()
            version = _version(archive, names)
            if sum(item.file_size for item in package.infolist()) > _MOST or not all(map(is_inside, names)):
                raise UsageError(f"“{archive.name}”不像Python官网的压缩包（太大，或里面有不该有的文件名）。")
            with package.open("python.exe") as file:
                platform, machine = _machine(archive, file.read(4096))
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise UsageError(
            f"“{archive.name}”不是完整的zip文件。请重新下载，并核对校验值；"
            "给Linux电脑做的，要加 --system linux。"
        ) from error
    target = Target(version, (platform,), machine, "Windows", (*NEEDED, *WINDOWS))
    return target, tuple(_WITHOUT[name] for name in target.without())


def _version(archive: Path, names: list[str]) -> str:
    """The version ("3.12"), from the name of the ._pth."""
    found = next((match for name in names if (match := re.fullmatch(r"python(\d)(\d+)\._pth", name))), None)
    if found is None or "python.exe" not in names:
        raise UsageError(
            f"“{archive.name}”不是嵌入式Python（里面没有python.exe和python3xx._pth）。请下载名字里有 "
            "embed-amd64 的那一个。"
        )
    if (int(found[1]), int(found[2])) < OLDEST:
        raise UsageError(f"“{archive.name}”是Python {found[1]}.{found[2]}，太旧；要3.11或更新的。")
    return f"{found[1]}.{found[2]}"


def _machine(archive: Path, header: bytes) -> tuple[str, str]:
    """The platform of the wheels and Python's word for the machine, from the header of python.exe."""
    start = int.from_bytes(header[0x3C:0x40], "little")  # where the PE header stands
    if header[:2] != b"MZ" or header[start : start + 4] != b"PE\0\0":
        raise UsageError(f"“{archive.name}”里的python.exe不是Windows程序。请重新下载，并核对校验值。")
    code = int.from_bytes(header[start + 4 : start + 6], "little")
    if code not in MACHINES:
        raise UsageError(
            f"“{archive.name}”是给另一种处理器的（编号{code:#06x}），没有它的组件。"
            "要 embed-amd64、embed-arm64 或 embed-win32 的那一个。"
        )
    return MACHINES[code]


def fill(desk: Path, archive: Path, target: Target, wheels: tuple[Wheel, ...]) -> None:
    """Puts Python, packages, the add-in, the two starters and the guide into the folder."""
    try:
        with zipfile.ZipFile(archive) as package:
            package.extractall(desk / "python")
    except (zipfile.BadZipFile, EOFError) as error:
        raise UnreadableFile(f"“{archive.name}”不完整，请重新下载。") from error
    for wheel in wheels:
        unpack_wheel(wheel.file, desk / "packages")
    copy_package(desk / "packages")
    _set_path(desk / "python")
    for name in (install.ADDIN, install.TEMPLATE):
        (desk / name).write_bytes(install.shipped(name))
    (desk / "selfeval-check.cmd").write_bytes(starters.batch(starters.CHECK))
    (desk / "安装.cmd").write_bytes(starters.batch(starters.INSTALL))
    (desk / "使用说明.txt").write_text(starters.GUIDE.replace("\n", "\r\n"), encoding="utf-8-sig", newline="")


def _set_path(python: Path) -> None:
    """Writes the ._pth, which replaces every other way of finding modules, and copies pywin32's DLLs.

    So nothing of another Python on the computer is imported.
    """
    file = next(python.glob("python*._pth"))
    lines = [
        f"{file.stem}.zip",
        ".",
        "..\\packages",
        "..\\packages\\win32",
        "..\\packages\\win32\\lib",
        "..\\packages\\pythonwin",
    ]
    file.write_bytes(("\r\n".join(lines) + "\r\n").encode("ascii"))
    for library in (python.parent / "packages" / "pywin32_system32").glob("*.dll"):
        shutil.copy(library, python)
