"""What a bundle is made from: stand-ins of Pythons and wheels, and real ones out of this machine's Python."""

from __future__ import annotations

import io
import os
import struct
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
AMD64, X86, ARM64 = 0x8664, 0x014C, 0xAA64
X86_64, AARCH64, LOONGARCH64, RISCV64 = 0x3E, 0xB7, 0x102, 0xF3
LOADERS = {
    X86_64: "/lib64/ld-linux-x86-64.so.2",
    AARCH64: "/lib/ld-linux-aarch64.so.1",
    LOONGARCH64: "/lib64/ld-linux-loongarch-lp64d.so.1",
}
# What the program needs on any desk, by the names in setup.cfg.
LIBRARIES = (
    "python-calamine openpyxl defusedxml XlsxWriter python-docx lxml rapidfuzz lark msgspec packaging "
    "typer rich"
).split()


def pe(machine: int) -> bytes:
    """The head of a program for Windows."""
    return b"MZ".ljust(0x3C, b"\0") + (64).to_bytes(4, "little") + b"PE\0\0" + machine.to_bytes(2, "little")


def elf(machine: int, loader: str | None = None, more: bytes = b"") -> bytes:
    """The head of a program for Linux of 64 bits, with the program that loads it."""
    name = (LOADERS.get(machine, "") if loader is None else loader).encode() + b"\0"
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head = ident + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return head + struct.pack("<IIQQQQQQ", 3, 4, 120, 120, 120, len(name), len(name), 1) + name + more


def embeddable(path: Path, machine: int = AMD64, version: str = "312") -> Path:
    """A stand-in of the embeddable Python for Windows."""
    with zipfile.ZipFile(path, "w") as package:
        for name in ("python.exe", f"python{version}.zip", f"python{version}._pth"):
            package.writestr(name, pe(machine))
    return path


def standalone(path: Path, files: Mapping[str, bytes], links: Mapping[str, str] = {}) -> Path:
    """An archive as python-build-standalone publishes it, with these files and links."""
    with tarfile.open(path, "w:gz", compresslevel=1) as out:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.uid = len(data), 0o775, 1000
            out.addfile(member, io.BytesIO(data))
        for name, goal in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, goal
            out.addfile(member)
    return path


def linux_stand_in(path: Path, machine: int = X86_64, version: str = "3.12") -> Path:
    """A stand-in of the archive for Linux."""
    return standalone(
        path,
        {
            f"python/bin/python{version}": elf(machine),
            f"python/lib/python{version}/os.py": b"",
            f"python/lib/python{version}/site-packages/pip/__init__.py": b"",
            f"python/lib/python{version}/test/test_os.py": b"",
        },
        {"python/bin/python3": f"python{version}", "python/lib/libx.so": "../lib/libx.so.1"},
    )


def wheel(
    folder: Path,
    name: str,
    files: Mapping[str, str] = {},
    version: str = "1000.0",
    tag: str = "py3-none-any",
    requires: Iterable[str] = (),
) -> Path:
    """A wheel with these files."""
    plain = name.replace("-", "_")
    path = folder / f"{plain}-{version}-{tag}.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    with zipfile.ZipFile(path, "w") as package:
        for place, text in {f"{plain.lower()}_module.py": "", **files}.items():
            package.writestr(place, text)
        text = "\n".join([*lines, *(f"Requires-Dist: {each}" for each in requires), "", ""])
        package.writestr(f"{plain}-{version}.dist-info/METADATA", text)
    return path


def stand_in_wheels(folder: Path, more: Iterable[str] = ()) -> Path:
    """A folder with a wheel of one module for each library, and for others that are named."""
    folder.mkdir()
    for name in (*LIBRARIES, *more):
        wheel(folder, name)
    return folder


def own_python(path: Path) -> Path:
    """An archive of the same layout with this machine's own Python: the standard library without tests."""
    base, library = Path(sys.base_prefix), f"lib/python{VERSION}"
    left_out = {"test", "tests", "idlelib", "tkinter", "lib2to3", "ensurepip", "site-packages", "turtledemo"}
    with tarfile.open(path, "w:gz", compresslevel=1) as out:
        _add(out, f"python/bin/python{VERSION}", _program(Path(sys._base_executable).resolve()), 0o755)
        link = tarfile.TarInfo("python/bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, f"python{VERSION}"
        out.addfile(link)
        for folder, below, names in os.walk(sysconfig.get_path("stdlib")):
            below[:] = [name for name in below if name not in left_out and not name.startswith("config-")]
            inside = Path(folder).relative_to(sysconfig.get_path("stdlib"))
            for name in names:
                if "opt-" not in name and name != "EXTERNALLY-MANAGED":
                    file = Path(folder) / name
                    _add(out, f"python/{library / inside / name}", file.read_bytes(), 0o644)
        for file in (base / "lib").glob(f"libpython{VERSION}.so.*"):
            _add(out, f"python/lib/{file.name}", file.read_bytes(), 0o755)
    return path


def _program(file: Path) -> bytes:
    """The interpreter, which looks for its library beside itself as the published one does."""
    data = file.read_bytes()
    place = os.fsencode(Path(sys.base_prefix) / "lib")
    beside = b"$ORIGIN/../lib"
    if len(place) < len(beside):
        return data
    return data.replace(b"\0" + place + b"\0", b"\0" + beside.ljust(len(place), b"\0") + b"\0")


def _add(out: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), mode
    out.addfile(member, io.BytesIO(data))


def own_wheels(folder: Path) -> Path:
    """The libraries that are installed here as wheels again, with all that they require."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    folder.mkdir()
    asked, done = list(LIBRARIES), set()
    while asked:
        name = canonicalize_name(asked.pop())
        if name in done:
            continue
        done.add(name)
        package = metadata.distribution(name)
        # the last of py2-none-any and py3-none-any
        tag = max(line.split()[1] for line in package.read_text("WHEEL").splitlines() if line[:4] == "Tag:")
        plain = name.replace("-", "_")
        with zipfile.ZipFile(folder / f"{plain}-{package.version}-{tag}.whl", "w") as out:
            for file in package.files or ():
                if ".." not in file.parts and "__pycache__" not in file.parts:
                    out.write(file.locate(), file.as_posix())
        for required in map(Requirement, package.requires or ()):
            if required.marker is None or required.marker.evaluate({"extra": ""}):
                asked.append(required.name)
    return folder
