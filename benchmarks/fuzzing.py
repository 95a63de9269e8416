"""Guided fuzzing of the readers: files are changed at random, and changes that reach new code are kept.

Run `make fuzz MINUTES=60`, or `python benchmarks/fuzzing.py [--minutes 60] [KIND ...]`; the minutes are of
processor time. Each kind of file has its share of them and a process of its own (atheris, which is libFuzzer
for Python). Zips are changed part by part and packed again, else nothing would get past their checksums. What
comes out of a file is read, understood and checked like a received file.

A failure is an exception, more than 300 MB of memory or 20 seconds of processor time for one file. The file
that did it is kept in tests/files/fuzzed, where tests/test_fuzz.py reads it on every run; the end says how
many there are. On Linux, with Python 3.11 to 3.13.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
KEPT = ROOT / "tests" / "files" / "fuzzed"
# Where files of strangers may lie; the second is not a part of the project.
SEEDS = (ROOT / "tests", ROOT.parent / "shared")
MEMORY = 300  # MB
SECONDS = 20  # of processor time for one file: another program may slow the clock
HANGS = 10 * SECONDS  # by the clock
LARGEST = 200_000  # bytes of a seed; larger ones slow everything down
KINDS = {  # endings of the seeds of each kind
    "xlsx": (".xlsx", ".xlsm", ".et"),
    "xls": (".xls",),
    "xlsb": (".xlsb",),
    "ods": (".ods",),
    "docx": (".docx",),
    "text": (".html", ".xml", ".mht", ".csv", ".txt"),
    "zip": (".zip",),
}
TEXTS = (
    b"<html><meta charset='gbk'><table><tr><td>\xcf\xee\xc4\xbf</td></tr></table></html>",
    "<table><tr><td rowspan=2>三级指标</td><td>年度指标值</td></tr></table>".encode("utf-8-sig"),
    b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    "项目名称,全年预算数,全年执行数\n道路,1,2\n".encode("gb18030"),
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], metavar="KIND")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--child", nargs=2, metavar=("KIND", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        fuzz(arguments.child[0], Path(arguments.child[1]), int(arguments.minutes * 60))
        return
    kinds = arguments.kinds or list(KINDS)
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder:
        plant(Path(folder), kinds)
        failures = [
            name
            for kind in kinds
            for name in run(kind, Path(folder) / kind, arguments.minutes * 60 / len(kinds))
        ]
    print(f"{processor_time() / 60:.0f} minutes of processor time")
    print(f"{len(failures)} failures{': ' if failures else ''}{'、'.join(failures)}")
    sys.exit(bool(failures))


def plant(folder: Path, kinds: list[str]) -> None:
    """Puts the seeds of each kind into a folder of its own."""
    for kind in kinds:
        seeds = folder / kind / "seeds"
        seeds.mkdir(parents=True)
        for number, data in enumerate(seeds_of(kind, folder)):
            (seeds / f"{number:04}").write_bytes(data)
        if not any(seeds.iterdir()):
            sys.exit(f"no file of the kind {kind} to begin with: LibreOffice makes some, see tests/system.sh")


def seeds_of(kind: str, folder: Path) -> Iterator[bytes]:
    """Files of a kind: of the tests, of others, filled templates, and what LibreOffice makes of them."""
    from selfeval_xl import layouts, templates
    from support.fillings import filling

    for path in sorted(path for place in SEEDS for path in place.glob("**/*")):
        if path.suffix.lower() in KINDS[kind] and path.is_file() and path.stat().st_size <= LARGEST:
            yield path.read_bytes()
    if kind == "text":
        yield from TEXTS
    book = folder / "seed.xlsx"
    templates.fill_in("mof-2020", book, projects=[filling(layouts.load("mof-2020"))], year=2024)
    if kind == "xlsx":
        yield book.read_bytes()
    if kind == "zip":
        yield packed({"甲局/表.xlsx": book.read_bytes(), "乙局/说明.txt": b"1"})
    if kind in ("ods", "xls", "docx") and shutil.which("soffice"):
        source = book if kind != "docx" else None
        if source:
            where = ["--convert-to", kind, "--outdir", str(folder / "made"), str(source)]
            profile = f"-env:UserInstallation=file://{folder}/profile"
            subprocess.run(["soffice", profile, "--headless", *where], capture_output=True, check=False)
            yield from (path.read_bytes() for path in sorted((folder / "made").glob(f"*.{kind}")))


def run(kind: str, folder: Path, seconds: float) -> list[str]:
    """Fuzzes one kind in processes of their own for so much processor time; the names of kept failures.

    A process ends by the clock; on a busy machine it has had less than its time then, and goes on.
    """
    kept: list[str] = []
    begun, tried = processor_time(), 0
    while (rest := seconds - (processor_time() - begun)) > 5:
        (folder / "found").mkdir(exist_ok=True)
        command = [sys.executable, __file__, "--minutes", str(rest / 60), "--child", kind, str(folder)]
        with open(folder / "log", "w+b") as log:
            subprocess.run(command, stdout=log, stderr=log, check=False, cwd=folder)
            log.seek(0)
            text = log.read().decode("utf-8", "replace")
        failed = [path for path in folder.glob("failed-*") if path.is_file()]
        if not failed:
            tried += files_tried(text)
            print(f"{kind}: {tried} files, {summary(text, folder)}", flush=True)
            if "Done" not in text:
                print(text[-2000:], flush=True)
                return [*kept, f"{kind} (stopped)"]
            continue
        KEPT.mkdir(parents=True, exist_ok=True)
        for path in failed:
            target = KEPT / f"{kind}-{zlib.crc32(path.read_bytes()):08x}.{kind}"
            shutil.move(path, target)
            kept.append(target.name)
            print(f"{kind}: {reason(text)}  {target.relative_to(ROOT)}", flush=True)
    return kept


def processor_time() -> float:
    """Seconds that the processes had which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def files_tried(log: str) -> int:
    """How many files a process tried."""
    return max(map(int, re.findall(r"^#(\d+)", log, re.M)), default=0)


def summary(log: str, folder: Path) -> str:
    """What was found, and what the process needed at most."""
    memory = re.findall(r"rss: (\d+)Mb", log)
    covered = re.findall(r"cov: (\d+)", log)
    return (
        f"{len(list((folder / 'found').iterdir()))} kept as new ways, "
        f"{covered[-1] if covered else '?'} branches, at most {max(map(int, memory), default=0)} MB"
    )


def reason(log: str) -> str:
    """The line of a log that says why a process ended."""
    lines = [line for line in log.splitlines() if re.search(r"ERROR|Error|Exception|exceeded", line)]
    return lines[0][:160] if lines else log[-160:]


def fuzz(kind: str, folder: Path, seconds: int) -> None:
    """Runs in a process of its own until a failure or until the time is over."""
    import atheris

    with atheris.instrument_imports(
        include=["selfeval_xl.readers", "selfeval_xl.model", "selfeval_xl.rules"]
    ):
        from selfeval_xl.filings.grouping import gather
        from selfeval_xl.readers import understand
        from selfeval_xl.readers.archives import unpack
        from selfeval_xl.readers.formats.source import open_source
        from selfeval_xl.rules.runner import check
    place = folder / f"file.{kind}"

    def try_one(data: bytes) -> None:
        begun = time.process_time()
        place.write_bytes(data)
        if kind == "zip":
            with tempfile.TemporaryDirectory(dir=folder) as inside:
                unpack([place], folder, Path(inside))
        file = understand(open_source(place))
        assert file.forms or file.reports or file.problems or file.kind != "unknown"
        failed = [status for status in check(gather([file]), files=[file]).rules if status.status == "failed"]
        assert not failed, failed
        assert time.process_time() - begun <= SECONDS, f"Error: {time.process_time() - begun:.0f} seconds"

    def change(data: bytes, most: int, seed: int) -> bytes:
        return changed(data, most, seed, atheris.Mutate)

    options = [
        sys.argv[0],
        str(folder / "found"),
        str(folder / "seeds"),
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={MEMORY}",
        f"-timeout={HANGS}",
        f"-report_slow_units={HANGS}",  # also by the clock
        f"-artifact_prefix={folder}/failed-",
        f"-max_len={LARGEST * 2}",
        "-print_final_stats=1",
    ]
    atheris.Setup(options, try_one, custom_mutator=change)
    atheris.Fuzz()


def changed(data: bytes, most: int, seed: int, mutate: object) -> bytes:
    """The file with some change; of a zip one part is changed, left out, doubled or given to another."""
    chance = random.Random(seed)
    parts = parts_of(data) if chance.random() < 0.95 else None
    if not parts:
        return mutate(data, most)  # type: ignore[operator]
    name = chance.choice(sorted(parts, key=lambda name: (len(parts[name]), name))[-8:])
    match chance.randrange(12):
        case 0:
            del parts[name]
        case 1:
            parts[chance.choice(sorted(parts))] = parts[name]
        case 2:
            parts[f"{name}{chance.randrange(9)}"] = parts.pop(name)
        case _:
            parts[name] = mutate(parts[name], len(parts[name]) + 4096)  # type: ignore[operator]
    new = packed(parts)
    return new if len(new) <= most else data


def parts_of(data: bytes) -> dict[str, bytes] | None:
    """The parts of a zip; None where the file is none, or one that is too large to play with."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(entry.file_size for entry in package.infolist()) > 20 * LARGEST:
                return None
            return {entry.filename: package.read(entry) for entry in package.infolist()}
    except Exception:
        return None


def packed(parts: dict[str, bytes]) -> bytes:
    """A zip of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 1)
    return buffer.getvalue()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
