"""Workbook and store of a county change together or not at all, also where a file cannot be finished."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.errors import OutputError
from selfeval_xl.files import write_out
from selfeval_xl.workflows.demo.county import made_up
from support.counties import fill_county

pytest.importorskip("resource")

# Runs the program with a bound on the size of each file, which is what a full disk looks like: writing fails
# in the middle. SQLite and the system's libraries meet it in the same way.
BOUNDED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from selfeval_xl.cli import main
main()
"""
STEPS = 4
EXTRA = {"return": (), "publish": ("--yes",)}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """What two departments sent with workbook and store, and what three sent with theirs."""
    place = tmp_path_factory.mktemp("county")
    departments = made_up()[0]
    for name, count in (("旧", 2), ("新", 3)):
        (place / name / "收到").mkdir(parents=True)
        fill_county(place / name / "收到", departments[:count])
        consolidate(place / name / "收到", place / name / "汇总.xlsx")
    return place


def projects(folder):
    """How many projects stand in the workbook, and how many in the store."""
    book = openpyxl.load_workbook(folder / "汇总.xlsx", read_only=True, data_only=True)
    rows = book["项目汇总"].iter_rows(min_row=2, values_only=True)
    number = sum(row[0] is not None and row[0] != "合计" for row in rows)
    with closing(sqlite3.connect(folder / "汇总.sqlite")) as base:
        return number, base.execute("SELECT count(*) FROM projects").fetchone()[0]


def bounded(folder, most):
    return subprocess.run(
        [sys.executable, "-c", BOUNDED, str(most), "consolidate", "收到", "-o", "汇总.xlsx"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(folder.parent)},
        timeout=120,
        check=False,
    )


def sizes(county):
    """Bounds up to the largest of the new files, two where each of them ends, and one beyond all."""
    ends = [(county / "新" / name).stat().st_size for name in ("汇总.xlsx", "汇总.sqlite")]
    even = [max(ends) * step // STEPS for step in range(STEPS)]
    return sorted({*even[1:], *(end + near for end in ends for near in (-1, 4096)), 10 * max(ends)})


def test_a_run_on_a_full_disk_changes_both_or_neither(county, tmp_path):
    before, after = projects(county / "旧"), projects(county / "新")
    assert before != after
    outcomes = set()
    for number, most in enumerate(sizes(county)):
        place = tmp_path / str(number)
        shutil.copytree(county / "旧", place)
        shutil.rmtree(place / "收到")
        shutil.copytree(county / "新" / "收到", place / "收到")
        whole = {name: (place / name).read_bytes() for name in ("汇总.xlsx", "汇总.sqlite")}
        done = bounded(place, most)
        assert projects(place) in (before, after), (most, done.stderr)
        if done.returncode:
            assert done.returncode == 2 and "Traceback" not in done.stderr + done.stdout, done.stderr
            assert "程序出错" not in done.stderr and done.stderr.strip(), done.stderr
            assert projects(place) == before and (place / "汇总.xlsx").read_bytes() == whole["汇总.xlsx"]
        else:
            assert projects(place) == after
        outcomes.add(done.returncode)
        left = {path.name for path in place.iterdir()} - {"收到", "汇总.xlsx", "汇总.sqlite"}
        assert not [name for name in left if name.startswith(".~")], left
        consolidate(place / "收到", place / "汇总.xlsx")
        assert projects(place) == after
    assert outcomes == {0, 2}


@pytest.mark.parametrize("command", ["return", "publish"])
def test_other_commands_on_a_full_disk_say_one_sentence(county, tmp_path, command):
    code = BOUNDED.replace("main()", "sys.argv[0] = 'selfeval'; main()")
    done = subprocess.run(
        [sys.executable, "-c", code, "6000", command, "收到", "-o", str(tmp_path / "结果"), *EXTRA[command]],
        cwd=county / "旧",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 2 and "磁盘已满" in said, said
    assert "Traceback" not in said and "程序出错" not in said
    assert not [path for path in (tmp_path / "结果").rglob("*") if path.name.startswith(".~")]


def test_an_error_of_a_library_about_the_disk_is_told_as_the_disks(tmp_path):
    from xlsxwriter.exceptions import FileCreateError

    def write(file):
        raise FileCreateError(OSError(errno.ENOSPC, "No space left on device"))

    with pytest.raises(OutputError, match="磁盘已满"):
        write_out(tmp_path / "a.xlsx", write)
    assert list(tmp_path.iterdir()) == []

    def fails(file):
        raise FileCreateError("something else")

    with pytest.raises(FileCreateError):
        write_out(tmp_path / "a.xlsx", fails)
