"""The second run: what did not change is not read again, what a killed run leaves behind harms nothing, and a
refusal loses nothing.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from selfeval_xl import templates
from selfeval_xl.assessment.policy import RulePolicy, default
from selfeval_xl.county import consolidate
from selfeval_xl.county.database import TABLE
from selfeval_xl.county.intake.answers import AnswerCache
from selfeval_xl.county.intake.check_file import CheckedFile, moved, read_and_check
from selfeval_xl.county.intake.outline import outline
from selfeval_xl.county.intake.records import packed
from selfeval_xl.county.unchanged import SHARES
from selfeval_xl.errors import OutputError
from selfeval_xl.workflows.demo.county import made_up
from support.command import ROOT, selfeval
from support.counties import fill_county
from support.workbooks import values

pytestmark = pytest.mark.slow  # two or more runs over a county, some of them killed

TEMPORARY = ("*.tmp.xlsx", "*.tmp.sqlite")


@pytest.fixture
def folder(tmp_path):
    """Six departments' workbooks."""
    place = tmp_path / "收到"
    fill_county(place, made_up()[0][:6])
    return place


def read_now(folder, out, monkeypatch, **options):
    """The names of the files that a run really reads."""
    from selfeval_xl.county.intake import received_files
    from selfeval_xl.readers import read_files

    seen = []

    def listening(paths, **more):
        paths = list(paths)
        seen.extend(Path(path).name for path in paths)
        return read_files(paths, **more)

    monkeypatch.setattr(received_files, "read_files", listening)
    consolidate(folder, out, **options)
    return sorted(seen)


def test_only_what_changed_is_read_again(folder, tmp_path, monkeypatch):
    out = tmp_path / "全县.xlsx"
    assert len(read_now(folder, out, monkeypatch)) == 6
    first = values(out)
    assert read_now(folder, out, monkeypatch) == [] and values(out) == first
    changed = next(folder.iterdir())
    changed.unlink()
    templates.fill_in(
        "jilin-2024", changed, projects=[{"project": "新项目", "unit": "示例县教育局"}], year=2024
    )
    assert read_now(folder, out, monkeypatch) == [changed.name]
    policy = replace(default(), rules={"T09": RulePolicy(on=False)})
    assert len(read_now(folder, out, monkeypatch, policy=policy)) == 6


def test_a_kept_answer_gives_the_same_workbook(folder, tmp_path):
    consolidate(folder, tmp_path / "一.xlsx")
    consolidate(folder, tmp_path / "二.xlsx")
    consolidate(folder, tmp_path / "二.xlsx")
    assert values(tmp_path / "一.xlsx") == values(tmp_path / "二.xlsx")


def test_what_is_gone_is_forgotten(folder, tmp_path):
    out = tmp_path / "全县.xlsx"
    consolidate(folder, out)
    next(folder.iterdir()).unlink()
    county = consolidate(folder, out)
    with closing(sqlite3.connect(county.store)) as base:
        assert base.execute(f"SELECT count(*) FROM {TABLE}").fetchone() == (5,)


def test_answers_move_with_their_file(folder):
    other = moved(read_and_check(next(folder.iterdir()), default()), "别处/a.xlsx")
    assert (
        {form.file for form in other.file.forms}
        == {finding.file for findings in other.found for finding in findings}
        == {"别处/a.xlsx"}
    )


@pytest.mark.parametrize("column", ["answer", "outline"])
def test_a_spoilt_answer_is_read_anew(folder, tmp_path, monkeypatch, column):
    out = tmp_path / "全县.xlsx"
    consolidate(folder, out)
    first = values(out)
    with closing(sqlite3.connect(out.with_suffix(".sqlite"))) as base:
        base.execute(f"UPDATE {TABLE} SET {column} = x'00'")
        base.execute(f"DELETE FROM {SHARES}")
        base.commit()
    assert len(read_now(folder, out, monkeypatch)) == 6 and values(out) == first


def test_what_was_read_before_the_end_is_there_in_the_next_run(tmp_path):
    with closing(AnswerCache(tmp_path / "a.sqlite", default())) as kept:
        key = kept.key("1", "a.xlsx")
        answer = CheckedFile(file=read_and_check(__file__, default()).file)
        kept.put(key, outline(answer), packed(answer))
    with closing(AnswerCache(tmp_path / "a.sqlite", default())) as kept:
        assert (
            kept.known == {key}
            and kept.get(kept.key("1", "a.xlsx")) is not None
            and kept.key("1", "b.xlsx") not in kept.known
        )


def _kill_somewhere(folder: Path, out: Path, seconds: float) -> bool:
    """Starts a run and kills it after a while; whether it was still running."""
    process = subprocess.Popen(
        [sys.executable, "-m", "selfeval_xl", "consolidate", str(folder), "-o", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def _killed_runs(folder: Path, times: int) -> int:
    """Kills runs at random moments; the old workbook opens after each, and the next whole run is right.

    How many were killed.
    """
    inside = folder / "全县.xlsx"  # among the received files: what is left over must not be taken for input
    begun = time.perf_counter()
    assert selfeval("consolidate", folder, "-o", inside).returncode == 0
    whole = time.perf_counter() - begun
    right, source, killed = values(inside), random.Random(7), 0
    for number in range(times):
        if number % 2:
            inside.with_suffix(".sqlite").unlink(missing_ok=True)  # all has to be read again
        killed += _kill_somewhere(folder, inside, source.uniform(0.1, whole))
        assert values(inside) == right
    assert selfeval("consolidate", folder, "-o", inside).returncode == 0
    assert values(inside) == right and not list(folder.glob(".*.tmp.xlsx"))
    return killed


def test_a_killed_run_leaves_the_old_workbook_whole_and_the_next_is_right(folder):
    assert _killed_runs(folder, 3) >= 1


@pytest.mark.soak
def test_thirty_killed_runs(folder):
    assert _killed_runs(folder, 30) >= 15


def test_a_full_disk_is_said_and_the_old_workbook_stays(folder, tmp_path):
    """A limit on the size of files is what a full disk looks like to the program: writing fails half way."""
    out = tmp_path / "全县.xlsx"
    consolidate(folder, out)
    before = out.read_bytes()
    os.utime(next(folder.iterdir()), (1_700_000_000, 1_700_000_000))  # else there is nothing to write
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        f"sys.argv[1:] = ['consolidate', {str(folder)!r}, '-o', {str(out)!r}]; from selfeval_xl.cli "
        "import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert run.returncode == 2 and "磁盘已满" in run.stderr and "Traceback" not in run.stderr
    assert out.read_bytes() == before and not [
        path for pattern in TEMPORARY for path in tmp_path.glob(f".*{pattern[1:]}")
    ]
    assert consolidate(folder, out).project_forms == 30


def test_an_output_open_elsewhere_is_said(folder, tmp_path, monkeypatch):
    """Excel locks the file it has open: on Windows replacing it is refused."""
    out = tmp_path / "全县.xlsx"
    consolidate(folder, out)
    before = out.read_bytes()

    def refused(source, target):
        raise PermissionError(13, "in use", str(target))

    monkeypatch.setattr("selfeval_xl.county.workbook.writer.os.replace", refused)
    with pytest.raises(OutputError, match="正在Excel里打开"):
        consolidate(folder, out, with_forms=True)
    assert out.read_bytes() == before and not list(tmp_path.glob(".*.tmp.xlsx"))


def test_an_unreadable_folder_is_said_and_the_rest_done(tmp_path, folder, monkeypatch):
    locked = folder / "锁着"
    locked.mkdir()
    real = os.scandir

    def refusing(path="."):
        if str(path) == str(locked):
            raise PermissionError(13, "denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    consolidate(folder, tmp_path / "全县.xlsx")
    told = {row[3]: row[14] for row in values(tmp_path / "全县.xlsx")["收件核对"] if len(row) > 14}
    assert told["锁着"] == "无法读取"
