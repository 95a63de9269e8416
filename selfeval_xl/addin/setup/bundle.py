"""`selfeval addin bundle`: a folder for computers without Python, internet or administrator.

python/ is the embeddable Python that the user fetched, packages/ the Windows wheels unpacked, its ._pth names
both. pandas and numpy stay out: xlwings imports them wherever it finds them, and a click would take half a
second more. For a Python of 32 bits msgspec stays out, of which there is no such wheel: that desk does not
consolidate.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from selfeval_xl.addin.setup import install, starters
from selfeval_xl.errors import OutputError, UnreadableFile, UsageError, cause_of
from selfeval_xl.files import PACKAGE

# The required libraries of setup.cfg, and in WINDOWS those of Windows: named here because pip judges markers
# by the machine that collects.
NEEDED = (
    "python-calamine",
    "openpyxl",
    "defusedxml",
    "XlsxWriter",
    "python-docx",
    "lxml",
    "rapidfuzz",
    "lark",
    "msgspec",
    "typer",
    "rich",
)
WINDOWS = ("xlwings", "pywin32", "colorama")
LEFT_OUT = frozenset(("pandas", "numpy"))
# The platform of the wheels, by the processor in the header of python.exe.
PLATFORMS = {0x014C: "win32", 0x8664: "win_amd64"}
NOT_FOR = {"win32": frozenset(("msgspec",))}


def bundle(out: Path, python: Path, wheels: Path | None = None) -> list[str]:
    """Makes the folder and returns the names of the wheels in it.

    wheels: a folder of wheels, which are taken instead of those from the network.
    Raises UsageError (not an embeddable Python, wheels missing, the folder is not empty), OutputError.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"“{out}”已经在那里，而且不是空的。请换一个文件夹名。")
    version, platform = python_version(python), python_platform(python)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix="~selfeval") as folder:
            desk = Path(folder) / "bundle"
            collected = (
                sorted(wheels.glob("*.whl"))
                if wheels
                else _download(version, platform, Path(folder) / "wheels")
            )
            needed = _complete(collected, platform)
            _unpack(python, desk / "python")
            for wheel in needed:
                _unpack_wheel(wheel, desk / "packages")
            _copy_package(desk / "packages")
            _set_path(desk / "python")
            _write_starters(desk)
            if out.exists():
                out.rmdir()
            shutil.move(desk, out)
    except OSError as error:
        raise OutputError(
            f"写不成离线包“{out}”：{cause_of(error)}。请换一个位置，或看磁盘是否已满。"
        ) from error
    return [wheel.name for wheel in needed]


def python_version(archive: Path) -> str:
    """The version ("3.12") of an embeddable Python's zip. Raises UsageError where the file is none."""
    if not archive.is_file():
        raise UsageError(
            f"找不到文件“{archive}”。这里要写嵌入式Python的压缩包，例如 "
            "python-3.12.10-embed-amd64.zip，来源见安装手册。"
        )
    try:
        with zipfile.ZipFile(archive) as package:
            names = package.namelist()
    except zipfile.BadZipFile as error:
        raise UsageError(f"“{archive.name}”不是完整的zip文件。请重新下载，并核对校验值。") from error
    version = next((match for name in names if (match := re.fullmatch(r"python(\d)(\d+)\._pth", name))), None)
    if version is None or "python.exe" not in names:
        raise UsageError(
            f"“{archive.name}”不是嵌入式Python（里面没有python.exe和python3xx._pth）。请下载名字里有 "
            "embed-amd64 的那一个。"
        )
    if int(version[1]) == 3 and int(version[2]) < 11:
        raise UsageError(f"“{archive.name}”是Python {version[1]}.{version[2]}，太旧；要3.11或更新的。")
    return f"{version[1]}.{version[2]}"


def python_platform(archive: Path) -> str:
    """The platform (win_amd64, win32) of an embeddable Python's zip, for which the wheels have to be."""
    with zipfile.ZipFile(archive) as package, package.open("python.exe") as file:
        header = file.read(4096)
    start = int.from_bytes(header[0x3C:0x40], "little")  # where the PE header stands
    if header[start : start + 4] != b"PE\0\0":
        return PLATFORMS[0x8664]
    return PLATFORMS.get(int.from_bytes(header[start + 4 : start + 6], "little"), PLATFORMS[0x8664])


def needed_wheels(platform: str) -> tuple[str, ...]:
    """The names of the packages that a desk of this platform needs."""
    return tuple(name for name in (*NEEDED, *WINDOWS) if name not in NOT_FOR.get(platform, ()))


def _download(version: str, platform: str, folder: Path) -> list[Path]:
    """Fetches the wheels for this Python by pip and returns them. Raises UsageError with pip's reason."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--disable-pip-version-check",
        "-d",
        str(folder),
        "--platform",
        platform,
        "--implementation",
        "cp",
        "--python-version",
        version,
        "--only-binary=:all:",
        *needed_wheels(platform),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["没有说明原因"])[-1]
        raise UsageError(
            f"收集Windows组件没有成功（要能上网，或用 --wheels 给出放好组件的文件夹）。pip说：{last}"
        )
    return sorted(folder.glob("*.whl"))


def _complete(wheels: list[Path], platform: str) -> list[Path]:
    """The wheels without those left out. Raises UsageError where a needed one is not among them."""
    by_name = {_plain(wheel.name.split("-")[0]): wheel for wheel in wheels}
    missing = [name for name in needed_wheels(platform) if _plain(name) not in by_name]
    if missing:
        raise UsageError(f"缺少组件：{'、'.join(missing)}。请把它们的Windows版wheel文件也放进去。")
    left_out = LEFT_OUT | NOT_FOR.get(platform, frozenset())
    return [wheel for name, wheel in by_name.items() if name not in left_out]


def _plain(name: str) -> str:
    """The name of a package in one spelling: python_docx is python-docx."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _unpack(archive: Path, folder: Path) -> None:
    """Unpacks a zip. Raises UnreadableFile where it is damaged."""
    try:
        with zipfile.ZipFile(archive) as package:
            package.extractall(folder)
    except zipfile.BadZipFile as error:
        raise UnreadableFile(f"“{archive.name}”不完整，请重新下载。") from error


def _unpack_wheel(wheel: Path, folder: Path) -> None:
    """Unpacks the code of a wheel: its top and its .data/purelib and platlib; scripts are not needed."""
    try:
        with zipfile.ZipFile(wheel) as package:
            for item in package.infolist():
                parts = PurePosixPath(item.filename).parts
                if item.is_dir() or ".." in parts:
                    continue
                if parts[0].endswith(".data"):
                    if parts[1] not in ("purelib", "platlib"):
                        continue
                    parts = parts[2:]
                target = folder.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with package.open(item) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    except zipfile.BadZipFile as error:
        raise UnreadableFile(f"“{wheel.name}”不完整，请重新下载。") from error


def _copy_package(folder: Path) -> None:
    """Copies this program, with the metadata from which it reads its version."""
    shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    version = install.version() or "0"
    metadata = folder / f"selfeval_xl-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: selfeval-xl\nVersion: {version}\n", encoding="utf-8")


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


def _write_starters(folder: Path) -> None:
    """Writes the add-in, the two starters and the guide."""
    for name in (install.ADDIN, install.TEMPLATE):
        (folder / name).write_bytes(install.shipped(name))
    (folder / "selfeval-check.cmd").write_bytes(starters.batch(starters.CHECK))
    (folder / "安装.cmd").write_bytes(starters.batch(starters.INSTALL))
    (folder / "使用说明.txt").write_text(
        starters.GUIDE.replace("\n", "\r\n"), encoding="utf-8-sig", newline=""
    )
