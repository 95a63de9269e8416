"""Files are read in processes that may die: each death or hang costs one file, and the rest come in their
order.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from selfeval_xl.errors import SelfevalError
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.workers import read_files
from support.hostile import row, sheet, workbook


def open_only(path: str) -> ReadFile:
    """What the workers do here: open the file, or what its name says."""
    from selfeval_xl.readers.formats.source import open_source

    name = Path(path).name
    if "abort" in name:
        os.abort()
    if "exit" in name:
        sys.exit(3)
    if "hang" in name:
        time.sleep(60)
    if "memory" in name:
        bytearray(3 << 30)
    if "raise" in name:
        raise KeyError(name)
    if "print" in name:
        print("between the answers", flush=True)
    source = open_source(path)
    return ReadFile(path=path, sha256=source.sha256, size=source.size, kind=source.kind)


FUNCTION = "test_worker:open_only"


@pytest.fixture
def files(tmp_path):
    """Makes good workbooks of these names."""

    def make(*names: str) -> list[Path]:
        for name in names:
            (tmp_path / name).write_bytes(workbook(sheet(row(1, name, 1))))
        return [tmp_path / name for name in names]

    return make


def test_results_come_in_the_order_of_the_paths(files):
    paths = files(*(f"{number}.xlsx" for number in range(150)))
    seen = []
    read = list(
        read_files(paths, jobs=2, progress=lambda done, all: seen.append((done, all)), function=FUNCTION)
    )
    assert [file.path for file in read] == [str(path) for path in paths]
    assert {file.kind for file in read} == {"xlsx"}
    assert seen[-1] == (150, 150) and seen == sorted(seen)


def test_a_death_costs_one_file(files):
    names = ["a.xlsx", "abort.xlsx", "b.xlsx", "exit.xlsx", "c.xlsx", "raise.xlsx", "print.xlsx", "d.xlsx"]
    read = list(read_files(files(*names), jobs=2, function=FUNCTION))
    assert [Path(file.path).name for file in read] == names
    lost = {Path(file.path).name: file for file in read if file.problems}
    assert set(lost) == {"abort.xlsx", "exit.xlsx", "raise.xlsx"}
    for name, file in lost.items():
        assert (file.problems[0].rule, len(file.sha256), file.size > 0) == ("T08", 64, True)
        assert name in file.problems[0].text and "读取时程序中断" in file.problems[0].text
    assert "KeyError" in lost["raise.xlsx"].evidence[0]


@pytest.mark.slow
def test_a_hang_is_ended_after_its_time(files):
    start = time.perf_counter()
    read = list(
        read_files(files("a.xlsx", "hang.xlsx", "b.xlsx", "c.xlsx"), jobs=1, function=FUNCTION, seconds=1.5)
    )
    assert time.perf_counter() - start < 15
    assert [bool(file.problems) for file in read] == [False, True, False, False]
    assert "1.5秒" in read[1].problems[0].text


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no limit of address space")
def test_a_worker_may_not_take_the_machines_memory(files):
    read = list(read_files(files("a.xlsx", "memory.xlsx", "b.xlsx"), jobs=1, function=FUNCTION))
    assert [bool(file.problems) for file in read] == [False, True, False]


@pytest.mark.slow
def test_a_caller_that_takes_its_time_is_not_a_hang(files):
    read = []
    for file in read_files(
        files("a.xlsx", "b.xlsx", "c.xlsx", "d.xlsx"), jobs=2, function=FUNCTION, seconds=1.5
    ):
        read.append(file)
        if len(read) <= 2:  # each of the two workers waits once for longer than a file may take
            time.sleep(1.8)
    assert len(read) == 4 and not any(file.problems for file in read)


def test_stopping_early_ends_the_workers(files):
    reading = read_files(files(*(f"{number}.xlsx" for number in range(20))), jobs=2, function=FUNCTION)
    assert Path(next(reading).path).name == "0.xlsx"
    reading.close()
    assert list(reading) == []


def test_a_file_that_is_gone_meanwhile_is_a_problem(files, tmp_path):
    read = list(read_files([*files("a.xlsx"), tmp_path / "gone.xlsx"], function=FUNCTION))
    assert [file.kind for file in read] == ["xlsx", "unknown"]
    assert "找不到文件" in read[1].problems[0].text


def test_no_files_start_nothing():
    assert list(read_files([])) == []


def test_workers_that_cannot_start_are_an_error(files):
    with pytest.raises(SelfevalError, match="no_such_module"):
        list(read_files(files("a.xlsx"), function="no_such_module:work"))


def test_a_script_without_a_main_guard_may_read_files(files, tmp_path):
    path = files("a.xlsx")[0]
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1])]!r}\n"
        "from selfeval_xl.workers import read_files\n"
        f"print([file.kind for file in read_files([{str(path)!r}] * 5, jobs=2, function={FUNCTION!r})])\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == str(["xlsx"] * 5)
