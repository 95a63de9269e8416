"""The attack on the program, with one table at the end.

Run `make soak`, or `python benchmarks/attack.py [--mutations N]`. Files of each kind are changed at random
and read, understood and checked as a received file is (N in all); the other rows are tests at full size:
killed and stopped runs, spoilt stores, full disks, hostile archives and names, what was planted into files
that are published. Whatever fails stands below the table, and the status is 1.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]
# MB a process may need, bytes it gets, seconds of processor time for one file
MEMORY, ADDRESSES, SECONDS = 300, 1 << 30, 20
KINDS = ("xlsx", "xls", "xlsb", "ods", "docx", "text", "zip")
# What is done, and the tests that do it.
GROUPS = (
    (
        "killed and stopped runs",
        ("test_county_again.py::test_thirty_killed_runs", "test_rough_runs.py", "test_interrupted.py"),
    ),
    ("spoilt stores", ("test_store_changed.py", "test_stores.py")),
    ("full disks", ("test_full_disk.py",)),
    ("archives", ("test_county_archives.py", "test_one_input.py", "-k", "archive or member or disk or zip")),
    (
        "places and names",
        ("test_one_input.py", "-k", "not archive and not member and not disk and not zip"),
    ),
    ("workbooks of our own, changed", ("test_own_workbook.py", "test_active_content.py")),
    ("bounds of formats", ("test_guard.py", "test_patterns.py")),
    ("planted words", ("test_public_word.py", "test_publishing.py")),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mutations", type=int, default=5_600)
    parser.add_argument("--child", nargs=3, metavar=("KIND", "COUNT", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(mutate(given.child[0], int(given.child[1]), Path(given.child[2]))))
        return
    rows: list[tuple[str, int, int, str, float]] = []
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        from fuzzing import plant

        plant(Path(folder), list(KINDS))
        for kind in KINDS:
            rows.append(mutations(kind, given.mutations // len(KINDS), Path(folder), faults))
            print(line(rows[-1]), flush=True)
        for name, tests in GROUPS:
            rows.append(group(name, tests, Path(folder), faults))
            print(line(rows[-1]), flush=True)
    print("\n" + line(("what", "tried", "failed", "most memory", "seconds")))
    print("\n".join(map(line, rows)))
    print("\n".join(["", *faults]) if faults else "\nnothing was found")
    sys.exit(bool(faults))


def line(row: tuple[object, ...]) -> str:
    """A row of the table."""
    what, tried, failed, memory, seconds = row
    took = seconds if isinstance(seconds, str) else f"{seconds:.0f}"
    return f"{what!s:34} {tried!s:>8} {failed!s:>8} {memory!s:>12} {took:>8}"


def mutations(kind: str, count: int, folder: Path, faults: list[str]) -> tuple[str, int, int, str, float]:
    """Changed files of one kind, read in a process of their own."""
    begun = time.monotonic()
    command = [sys.executable, __file__, "--child", kind, str(count), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.monotonic() - begun
    if done.returncode:
        faults.append(f"{kind}: the process ended with {done.returncode}: {done.stderr[-300:]}")
        return f"changed {kind}", count, 1, "?", took
    found = json.loads(done.stdout)
    faults += [f"{kind}: {each}" for each in found["faults"]]
    if found["memory"] > MEMORY:
        faults.append(f"{kind}: {found['memory']} MB")
    return f"changed {kind}", found["tried"], len(found["faults"]), f"{found['memory']} MB", took


def mutate(kind: str, count: int, folder: Path) -> dict[str, object]:
    """Reads changed files of a kind; how many, what was uncaught or too slow, the most memory in MB."""
    from fuzzing import changed

    from selfeval_xl.filings.grouping import gather
    from selfeval_xl.readers import understand
    from selfeval_xl.readers.archives import unpack
    from selfeval_xl.readers.formats.source import open_source
    from selfeval_xl.rules.runner import check

    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    signal.signal(signal.SIGPROF, _late)
    seeds = [path.read_bytes() for path in sorted((folder / kind / "seeds").iterdir())]
    chance, faults, place = random.Random(kind), [], folder / f"file.{kind}"
    for number in range(count):
        data = changed(chance.choice(seeds), 1 << 20, number, lambda data, most: damaged(chance, data))
        place.write_bytes(data)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            if kind == "zip":
                with tempfile.TemporaryDirectory(dir=folder) as inside:
                    unpack([place], folder, Path(inside))
            file = understand(open_source(place))
            failed = [each for each in check(gather([file]), files=[file]).rules if each.status == "failed"]
            if failed:
                faults.append(f"seed {number}: {failed[0]}")
        except BaseException as error:  # an exception that nobody caught is what is looked for
            faults.append(f"seed {number}: {type(error).__name__} {str(error)[:100]}")
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"tried": count, "faults": faults, "memory": memory}


def damaged(chance: random.Random, data: bytes) -> bytes:
    """Bytes with a few of them changed, cut out, doubled, or numbers made very large."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        if not changed:
            break
        at = chance.randrange(len(changed))
        match chance.randrange(5):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randrange(1, 200)]
            case 2:
                changed[at:at] = changed[at : at + chance.randrange(1, 200)]
            case 3:
                changed[at : at + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"))
            case _:
                changed[at : at + 1] = chance.choice((b"99999999", b"-1", b"&#0;", b"<", b"'", "一".encode()))
    return bytes(changed)


def _late(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} seconds")


def group(
    name: str, tests: tuple[str, ...], folder: Path, faults: list[str]
) -> tuple[str, int, int, str, float]:
    """Tests at full size."""
    begun, report = time.monotonic(), folder / "report.xml"
    report.unlink(missing_ok=True)
    where = [each if each.startswith("-") or ".py" not in each else f"tests/{each}" for each in tests]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "",
        "-p",
        "no:xdist",
        f"--junit-xml={report}",
        *where,
    ]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    took = time.monotonic() - begun
    if not report.is_file():
        faults.append(f"{name}: the tests did not run")
        return name, 0, 1, "", took
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    faults += [f"{name}: {case.get('classname')} {case.get('name')}" for case in failed]
    skipped = sum(case.find("skipped") is not None for case in cases)
    return name, len(cases) - skipped, len(failed), "", took


if __name__ == "__main__":
    main()
