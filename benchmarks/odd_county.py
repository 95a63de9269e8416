"""What one of every odd thing in a county costs: all good files are there, in at most 1.3 times the time.

Run `python benchmarks/odd_county.py [--forms 400] [--rounds 3]`. The same good files are consolidated without
and with the odd things by turns, each run in a process of its own without a store from before; the middle of
the rounds counts. The status is 1 where a good file is missing or it takes longer.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
MOST = 1.3  # times the time without
_ENTRIES = 2_700_000
RUN = (
    "import sys, json, resource; from selfeval_xl.county import consolidate; "
    "made = consolidate(sys.argv[1], sys.argv[2]); "
    # ru_maxrss of the process itself begins with that of its parent
    "own = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')); "
    "children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss; "
    "print(json.dumps([made.project_forms, made.files, own // 1024, children // 1024]))"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--forms", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    from county import generate

    warnings.simplefilter("ignore")
    place = Path(tempfile.mkdtemp(prefix="odd-county-"))
    try:
        plain, odd = place / "plain", place / "odd"
        generate(plain, given.forms)
        shutil.copytree(plain, odd)
        planted = [
            name for name, plant in THINGS.items() if _planted(plant, odd, next(plain.rglob("*.xlsx")))
        ]
        print(f"{len(planted)} odd things: {', '.join(planted)}", flush=True)
        sys.exit(compare(plain, odd, place, given.forms, given.rounds))
    finally:
        subprocess.run(["rm", "-rf", str(place)], check=False)  # one folder is too deep for Python's own way


def compare(plain: Path, odd: Path, place: Path, forms: int, rounds: int) -> int:
    """Runs both by turns and prints what came of it; 1 where a bound was broken."""
    times: dict[str, list[float]] = {"plain": [], "odd": []}
    whole = True
    for turn in range(rounds):
        for name, folder in (("plain", plain), ("odd", odd)):
            out = place / f"{name}{turn}.xlsx"
            begun = time.monotonic()
            command = [sys.executable, "-c", RUN, str(folder), str(out)]
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
            times[name].append(time.monotonic() - begun)
            if done.returncode:
                print(f"{name}: {done.stderr[-400:]}")
                return 1
            counted, files, own, children = json.loads(done.stdout)
            whole &= counted >= forms
            print(
                f"{name:6} {times[name][-1]:6.1f} s, {counted} forms, {own} MB, a worker {children} MB, "
                f"{files}",
                flush=True,
            )
    share = statistics.median(times["odd"]) / statistics.median(times["plain"])
    print(f"{share:.2f} times the time without, all {forms} there: {'yes' if whole else 'no'}")
    return 0 if whole and share <= MOST else 1


def _planted(plant: Callable[[Path, Path], object], folder: Path, good: Path) -> bool:
    """Puts a thing into the folder; False where this system cannot have it."""
    try:
        plant(folder, good)
    except OSError:
        return False
    return True


def _socket(folder: Path, good: Path) -> None:
    here = os.getcwd()
    os.chdir(folder)
    try:
        socket.socket(socket.AF_UNIX).bind("s.xlsx")
    finally:
        os.chdir(here)


def _name(folder: Path, good: Path) -> None:
    os.mkdir(os.fsencode(folder) + "/局".encode("gbk"))
    shutil.copyfile(good, os.fsencode(folder) + "/局/表.xlsx".encode("gbk"))


def _deep(folder: Path, good: Path) -> None:
    place = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)


def _time(folder: Path, good: Path) -> None:
    shutil.copyfile(good, folder / "早.xlsx")
    os.utime(folder / "早.xlsx", (-(2**31), -(2**31)))


def _zip(kind: int) -> Callable[[Path, Path], None]:
    def plant(folder: Path, good: Path) -> None:
        path = folder / f"坏{kind}.zip"
        with zipfile.ZipFile(path, "w", kind) as archive:
            archive.writestr("a.xlsx", good.read_bytes())
        data = bytearray(path.read_bytes())
        start = data.index(b"a.xlsx") + 15
        for place in range(start, start + 600):
            data[place] ^= 0x5A
        path.write_bytes(data)

    return plant


def _long_name(folder: Path, good: Path) -> None:
    with zipfile.ZipFile(folder / "长名.zip", "w") as archive:
        archive.writestr("一" * 90 + ".txt", b"1")


def _same_names(folder: Path, good: Path) -> None:
    with zipfile.ZipFile(folder / "同名.zip", "w") as archive:
        for number in range(4000):
            archive.writestr("a.txt", b"%d" % number)


def _directory(folder: Path, good: Path) -> None:
    """A small zip whose inner zip lists millions of entries."""
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, *[0] * 6) + b"a"
    size = _ENTRIES * len(entry)
    end = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, _ENTRIES, _ENTRIES, size, 30)
    end += struct.pack("<4sIQI", b"PK\6\7", 0, 30 + size, 1)
    end += struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    with zipfile.ZipFile(folder / "目录.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("里.zip", b"PK\3\4" + bytes(26) + entry * _ENTRIES + end)


def _one_stream(folder: Path, good: Path) -> None:
    """A zip with 17 members over one stream of 120 MB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * (120 << 20))
    data = buffer.getvalue()
    start, stop = data.index(b"PK\1\2"), data.rindex(b"PK\5\6")
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 17, 17, (stop - start) * 17, start, 0)
    (folder / "一流.zip").write_bytes(data[:start] + data[start:stop] * 17 + end)


def _part(name: str, changed: Callable[[str, bytes], bytes]) -> Callable[[Path, Path], None]:
    """A copy of a good form with its sheet changed."""

    def plant(folder: Path, good: Path) -> None:
        with zipfile.ZipFile(good) as old, zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.namelist():
                new.writestr(part, changed(part, old.read(part)))

    return plant


def _bomb(part: str, data: bytes) -> bytes:
    return data + b" " * (600 << 20) if part == "xl/worksheets/sheet1.xml" else data


def _far(part: str, data: bytes) -> bytes:
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return data.replace(b"</sheetData>", row) if part.startswith("xl/worksheets") else data


def _entity(part: str, data: bytes) -> bytes:
    return (
        data.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1) if part.endswith("sheet1.xml") else data
    )


def _long_text(part: str, data: bytes) -> bytes:
    return data.replace(b"</t>", "一".encode() * 300_000 + b"</t>", 1) if "sharedStrings" in part else data


THINGS: dict[str, Callable[[Path, Path], object]] = {
    "a pipe": lambda folder, good: os.mkfifo(folder / "管道.xlsx"),
    "a link to zeros": lambda folder, good: (folder / "零.xlsx").symlink_to("/dev/zero"),
    "a link to chance": lambda folder, good: (folder / "随.xlsx").symlink_to("/dev/urandom"),
    "a link to itself": lambda folder, good: (folder / "环.xlsx").symlink_to(folder / "环.xlsx"),
    "a link out": lambda folder, good: (folder / "外.xlsx").symlink_to(good),
    "a socket": _socket,
    "names that are no UTF-8": _name,
    "1,500 folders": _deep,
    "an early time": _time,
    "a damaged member (deflate)": _zip(zipfile.ZIP_DEFLATED),
    "a damaged member (bzip2)": _zip(zipfile.ZIP_BZIP2),
    "a damaged member (LZMA)": _zip(zipfile.ZIP_LZMA),
    "a long name in a zip": _long_name,
    "4,000 members of one name": _same_names,
    "millions of entries": _directory,
    "17 members over one stream": _one_stream,
    "a sheet of 600 MB": _part("炸.xlsx", _bomb),
    "a far cell": _part("远.xlsx", _far),
    "an entity": _part("体.xlsx", _entity),
    "a long text": _part("长.xlsx", _long_text),
    "an empty file": lambda folder, good: (folder / "空.xlsx").write_bytes(b""),
    "half a file": lambda folder, good: (folder / "半.xlsx").write_bytes(good.read_bytes()[:5000]),
    "noise": lambda folder, good: (folder / "噪.xls").write_bytes(os.urandom(100_000)),
    "a scan": lambda folder, good: (folder / "章.pdf").write_bytes(b"%PDF-1.4\n" + bytes(5_000_000)),
    "a lock file": lambda folder, good: (folder / "~$表.xlsx").write_bytes(b"x" * 165),
}

if __name__ == "__main__":
    main()
