"""Runs that are stopped, doubled, or see their folder change: whole workbooks, and the next run is right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from selfeval_xl.workflows.demo.county import made_up
from support.command import ROOT, selfeval
from support.counties import fill_county
from support.workbooks import values

pytestmark = [pytest.mark.soak, pytest.mark.skipif(os.name == "nt", reason="signals of Unix")]
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def folder(tmp_path) -> Path:
    fill_county(tmp_path / "收到", made_up()[0][:3])
    return tmp_path / "收到"


@pytest.fixture
def temporary(tmp_path) -> Path:
    (tmp_path / "临时").mkdir()
    return tmp_path / "临时"


def started(folder: Path, out: Path, temporary: Path) -> subprocess.Popen[bytes]:
    """A run that has its own folder for temporary files."""
    return subprocess.Popen(
        [sys.executable, "-m", "selfeval_xl", "consolidate", str(folder), "-o", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
    )


def ended(process: subprocess.Popen[bytes]) -> str:
    """What a run said at its end; it ended with a status of its own and without a traceback."""
    said = process.communicate(timeout=300)[1].decode()
    assert process.returncode in (0, 2), said
    assert "Traceback" not in said
    return said


def right_values(folder: Path, out: Path) -> dict:
    """The values of the workbook after a run that nothing disturbs."""
    done = selfeval("consolidate", folder, "-o", out)
    assert done.returncode == 0, done.stderr
    return values(out)


def test_twelve_signals(folder, tmp_path, temporary):
    out, chance, stopped = tmp_path / "全县.xlsx", random.Random(19), 0
    begun = time.monotonic()
    right = right_values(folder, out)
    whole = time.monotonic() - begun
    for number in range(12):
        if number % 4:  # with its store a run is over in a moment
            out.with_suffix(".sqlite").unlink(missing_ok=True)
        process = started(folder, out, temporary)
        time.sleep(chance.uniform(0.3, max(0.6, whole / 2)))
        process.send_signal(STOPPING[number % len(STOPPING)])
        said = process.communicate(timeout=300)[1].decode()
        stopped += process.returncode != 0
        # before Python is ready for it, a signal ends the process as the system does
        assert process.returncode in (0, 2) or not said.strip() and process.returncode < 0, said
        assert "Traceback" not in said
        assert values(out) == right and not list(temporary.iterdir())
    assert stopped >= 6
    assert right_values(folder, out) == right


def test_six_times_two_runs_at_once(folder, tmp_path, temporary):
    out, chance = tmp_path / "全县.xlsx", random.Random(6)
    right = right_values(folder, out)
    for number in range(6):
        if number % 2:
            out.with_suffix(".sqlite").unlink(missing_ok=True)
        first = started(folder, out, temporary)
        time.sleep(chance.uniform(0, 1.5))
        second = started(folder, out, temporary)
        said = [ended(first), ended(second)]
        assert 0 in (first.returncode, second.returncode), said
        assert values(out) == right
        assert right_values(folder, out) == right
    assert not list(temporary.iterdir())


def disturb(place: Path, chance: random.Random, stop: threading.Event) -> None:
    """Rewrites, cuts, deletes and renames files and folders until told to stop."""
    while not stop.is_set():
        files = [path for path in place.rglob("*") if path.is_file()]
        try:
            path = chance.choice(files)
            match chance.randrange(6):
                case 0:
                    path.write_bytes(path.read_bytes())
                case 1:
                    path.write_bytes(path.read_bytes()[: chance.randrange(1, 4000)])
                case 2:
                    path.unlink()
                case 3:
                    path.rename(path.with_name(f"{chance.randrange(1000)}{path.name}"[-80:]))
                case 4:
                    (place / f"新{chance.randrange(1000)}").mkdir(exist_ok=True)
                case _:
                    folder = path.parent
                    if folder != place:
                        folder.rename(place / f"移{chance.randrange(1000)}")
        except (OSError, IndexError):
            pass  # it was gone already
        stop.wait(0.02)


def test_twenty_five_runs_while_the_folder_changes(folder, tmp_path, temporary):
    out, chance = tmp_path / "全县.xlsx", random.Random(25)
    right = right_values(folder, out)
    for number in range(25):
        with tempfile.TemporaryDirectory(dir=tmp_path) as changing:
            place = Path(changing) / "收到"
            for path in folder.rglob("*"):
                target = place / path.relative_to(folder).with_name(f"{number}") / path.name
                if path.is_file():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(path.read_bytes())
            stop = threading.Event()
            thread = threading.Thread(target=disturb, args=(place, chance, stop))
            thread.start()
            try:
                said = ended(started(place, Path(changing) / "汇总.xlsx", temporary))
            finally:
                stop.set()
                thread.join()
            if (Path(changing) / "汇总.xlsx").exists():
                assert values(Path(changing) / "汇总.xlsx")
            else:
                assert said.strip()
        assert not list(temporary.iterdir())
    assert right_values(folder, out) == right
