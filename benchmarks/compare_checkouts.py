"""Compares the outputs of two checkouts of the program for the same files.

Usage: `python benchmarks/compare_checkouts.py BEFORE AFTER OUT [FOLDER ...]`. BEFORE and AFTER are checkouts
with a `.venv`; each makes its demo into OUT. Then both read and check every file below the folders and below
the received material of BEFORE's demo (JSON and TSV, byte by byte), consolidate that material (every cell of
every sheet: value, formula, number format), and everything in the two demos is compared (packages part by
part, other files byte by byte). The outputs stay in OUT/before and OUT/after. Ends with 1 where something
differs.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

KINDS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".docx", ".et", ".zip")
ASKED = (("read", "--json"), ("check", "--json"), ("check", "--tsv"))
PACKAGES = (".xlsx", ".xlsm", ".docx")
# Every run writes the moment it was made into these parts, attributes and texts.
TIMES = (
    re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?"),
    re.compile("\\d{4}年\\d+月\\d+日\\d+时\\d+分".encode()),
    re.compile(r"用时[\d.]+秒".encode()),
)


def run(checkout: Path, *words: str | Path) -> tuple[int, bytes]:
    """Runs one command of a checkout: exit status and standard output."""
    done = subprocess.run(
        [checkout / ".venv/bin/python", "-m", "selfeval_xl", *map(str, words)],
        cwd=checkout,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout


def answers(checkout: Path, files: list[Path], out: Path) -> dict[str, bytes]:
    """The documents of a checkout for each file and command, by "command file"; each also goes to out."""
    out.mkdir(parents=True, exist_ok=True)

    def ask(job: tuple[int, Path, tuple[str, ...]]) -> tuple[str, bytes]:
        number, path, words = job
        status, text = run(checkout, words[0], path, *words[1:])
        document = f"exit status {status}\n".encode() + text
        (out / f"{number:04}{''.join(words)}.txt").write_bytes(document)
        return f"{' '.join(words)} {path}", document

    jobs = [(number, path, words) for number, path in enumerate(files) for words in ASKED]
    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(ask, jobs))


def cells(path: Path) -> Iterator[tuple[tuple[str, str, str], object]]:
    """Every cell of a workbook: (sheet, cell, "formula" or "value") and its content, times masked."""
    import openpyxl

    for kind, cached in (("formula", False), ("value", True)):
        book = openpyxl.load_workbook(path, data_only=cached)
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        shown = f"{cell.value!r} {cell.number_format}".encode()
                        yield (sheet.title, cell.coordinate, kind), masked(shown)


def masked(content: bytes) -> bytes:
    """The content without the times at which it was made."""
    for pattern in TIMES:
        content = pattern.sub(b"TIME", content)
    return content


def parts(content: bytes, name: str) -> dict[str, bytes]:
    """The parts of a package by name, those of packages inside it too, or the file itself."""
    if not name.endswith(PACKAGES) or not zipfile.is_zipfile(io.BytesIO(content)):
        return {name: masked(content)}
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        found = {}
        for part in package.namelist():
            found |= {f"{name} {key}": text for key, text in parts(package.read(part), part).items()}
        return found


def demo_differences(before: Path, after: Path) -> list[object]:
    """The files and parts of two demos that differ; the store's bytes hold times and are left out."""
    names = sorted({path.relative_to(top).as_posix() for top in (before, after) for path in top.rglob("*")})
    found: list[object] = []
    for name in names:
        old, new = before / name, after / name
        if not (old.exists() and new.exists()):
            found.append(f"only in one demo: {name}")
        elif old.is_file() and old.suffix != ".sqlite":
            found += different(parts(old.read_bytes(), name), parts(new.read_bytes(), name))
    return found


def different(before: dict, after: dict) -> list[object]:
    """The keys of two dicts that do not have the same value."""
    return [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]


def main() -> int:
    """Makes both sets of outputs, compares them and prints what was compared and what differs."""
    before, after, out = (Path(word).resolve() for word in sys.argv[1:4])
    folders = [Path(word).resolve() for word in sys.argv[4:]]
    sides = {"before": before, "after": after}
    for side, checkout in sides.items():
        run(checkout, "demo", out / side / "demo")
    material = out / "material"  # beside both outputs, so that both write the same links
    shutil.copytree(out / "before" / "demo" / "2_收到的材料", material, dirs_exist_ok=True)
    files = sorted(
        path for top in [*folders, material] for path in top.rglob("*") if path.suffix.lower() in KINDS
    )
    documents = {side: answers(checkout, files, out / side / "documents") for side, checkout in sides.items()}
    workbooks = {}
    for side, checkout in sides.items():
        path = out / side / "county.xlsx"
        run(checkout, "consolidate", material, "-o", path, "--jobs", "1")
        workbooks[side] = dict(cells(path))
    wrong = different(documents["before"], documents["after"])
    wrong_cells = different(workbooks["before"], workbooks["after"])
    wrong_parts = demo_differences(out / "before" / "demo", out / "after" / "demo")
    sheets = Counter(sheet for sheet, _, kind in workbooks["before"] if kind == "value")
    print(f"documents compared: {len(documents['before'])} of {len(files)} files, different: {len(wrong)}")
    print(
        f"county workbook: {sum(sheets.values())} cells on {len(sheets)} sheets, "
        f"different: {len(wrong_cells)}"
    )
    print(f"parts of the demos that differ: {len(wrong_parts)}")
    for item in [*wrong[:20], *wrong_cells[:20], *wrong_parts[:40]]:
        print("  ", item)
    return 1 if wrong or wrong_cells or wrong_parts else 0


if __name__ == "__main__":
    sys.exit(main())
