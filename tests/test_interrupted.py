"""A run that is stopped says so in one sentence, and leaves no temporary folder and no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from selfeval_xl.workflows.demo.county import made_up
from support.counties import fill_county

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")


def processes_of(place):
    """The processes that have this folder as their temporary one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(place) in (process / "environ").read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_run_leaves_nothing(tmp_path, sent):
    (tmp_path / "收到").mkdir()
    (tmp_path / "临时").mkdir()
    fill_county(tmp_path / "收到", made_up()[0][:3])
    process = subprocess.Popen(
        [sys.executable, "-m", "selfeval_xl", "consolidate", "收到", "-o", "汇总.xlsx"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "临时")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    end = time.monotonic() + 60
    while len(processes_of(tmp_path / "临时")) < 2 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.decode().strip().splitlines()[-1].startswith("已停止")
    assert "Traceback" not in said.decode()
    assert [path.name for path in (tmp_path / "临时").iterdir()] == []
    end = time.monotonic() + 5  # a busy machine takes a moment to end a process that was told to
    while processes_of(tmp_path / "临时") and time.monotonic() < end:
        time.sleep(0.05)
    assert processes_of(tmp_path / "临时") == []
    assert not (tmp_path / "汇总.xlsx").exists()


def test_a_stop_while_a_class_is_made_has_the_same_status(tmp_path):
    """A class of records is made from a text that is executed; Python remembers a stop that passed there."""
    (tmp_path / "stopped.py").write_text(
        "import sys, typer\nfrom selfeval_xl.cli import error_messages\napp = typer.Typer()\n"
        "app.command()(lambda: exec('raise KeyboardInterrupt'))\nsys.exit(error_messages.run(app))",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "stopped"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "已停止" in done.stderr and done.returncode == 2
