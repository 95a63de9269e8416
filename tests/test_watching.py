"""`selfeval watch`: what counts as saved, what is passed over, and what is written where."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.assessment.policy import default
from selfeval_xl.errors import UsageError
from selfeval_xl.workflows.demo.county import seed_filing
from selfeval_xl.workflows.watching import (
    Settling,
    WatchedFile,
    check_saved,
    open_beside,
    watch,
    watched_files,
)
from support.command import ROOT, selfeval

A, B = Path("甲.xlsx"), Path("乙.xlsx")


@pytest.fixture
def folder(tmp_path) -> Path:
    data = seed_filing()
    templates.fill_in(
        "jilin-2024",
        tmp_path / "应急局 自评表.xlsx",
        projects=[data["project"]],
        department=data["department"],
        year=2024,
    )
    return tmp_path


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_handed_out_once_when_it_has_settled():
    settling = Settling({A: (1, 10)}, settled=1.5)
    assert settling.look({A: (1, 10)}, 0) == []
    assert settling.look({A: (2, 5)}, 1) == []
    assert settling.look({A: (3, 12)}, 2) == []  # still being written
    assert settling.look({A: (3, 12)}, 3) == []
    assert settling.look({A: (3, 12)}, 3.5) == [A]
    assert settling.look({A: (3, 12)}, 9) == []


def test_a_new_file_counts_as_saved_and_a_vanished_one_is_forgotten():
    settling = Settling({}, settled=1)
    assert settling.look({B: (1, 1)}, 0) == [] and settling.look({B: (1, 1)}, 1) == [B]
    assert (
        settling.look({A: (1, 1)}, 2) == []
        and settling.look({}, 3) == []
        and settling.look({A: (1, 1)}, 4) == []
    )
    assert settling.look({A: (1, 1)}, 5) == [A]


def test_lock_files_other_kinds_and_our_own_copies_are_passed_over(tmp_path):
    for name in (
        "表.xlsx",
        "~$表.xlsx",
        "表_标注.xlsx",
        "表_标注2.xlsx",
        "表_已填.xlsx",
        "说明.docx",
        "旧.xls",
    ):
        (tmp_path / name).write_bytes(b"x")
    assert sorted(path.name for path in watched_files(tmp_path)) == ["旧.xls", "表.xlsx"]


def test_the_marked_copy_lies_beside_the_workbook_which_stays_as_it_is(folder):
    book = folder / "应急局 自评表.xlsx"
    before = fingerprint(book)
    checked = check_saved(book, default())
    assert checked.out == folder / "应急局 自评表_标注.xlsx" and not checked.trouble
    assert checked.counts.fix > 0
    assert "校验结果" in openpyxl.load_workbook(checked.out).sheetnames and fingerprint(book) == before


def test_only_a_copy_of_this_run_is_replaced_never_one_in_which_somebody_wrote(folder):
    book, written = folder / "应急局 自评表.xlsx", {}
    first = check_saved(book, default(), written).out
    assert check_saved(book, default(), written).out == first
    first.write_bytes(first.read_bytes() + b" ")
    mine = fingerprint(first)
    assert (
        check_saved(book, default(), written).out.name == "应急局 自评表_标注2.xlsx"
        and fingerprint(first) == mine
    )


def test_a_damaged_workbook_is_one_sentence(tmp_path):
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    checked = check_saved(broken, default())
    assert checked.out is None and checked.trouble and "Traceback" not in checked.trouble


def test_a_saved_workbook_is_checked_again_and_the_copy_is_not(folder):
    book, ticks = folder / "应急局 自评表.xlsx", iter(range(0, 100, 2))
    seen = 0

    def save_now(_: float) -> None:
        nonlocal seen
        seen += 1
        if seen == 1:
            os.utime(book, ns=(1, 1))
        if seen > 8:
            raise KeyboardInterrupt

    found = []
    with pytest.raises(KeyboardInterrupt):
        for checked in watch(folder, default(), sleep=save_now, clock=lambda: next(ticks)):
            found.append(checked)
    assert [each.file for each in found] == [book]


def test_there_must_be_a_folder(tmp_path):
    with pytest.raises(UsageError, match="找不到文件夹"):
        next(watch(tmp_path / "没有", default()))


@pytest.mark.skipif(sys.platform == "win32", reason="there a desktop may be there")
def test_nothing_is_opened_where_there_is_no_desktop(folder):
    assert open_beside(WatchedFile(folder, out=folder / "应急局 自评表.xlsx")) is False


@pytest.mark.skipif(sys.platform == "win32", reason="a desktop of Linux")
def test_on_a_linux_desktop_the_copy_is_opened_by_its_own_name(folder, monkeypatch):
    opener, told = folder / "xdg-open", folder / "told"
    opener.write_text(f'#!/bin/sh\nprintf "%s" "$1" >"{told}.part" && mv "{told}.part" "{told}"\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.chdir(folder)
    copy = Path("-表 $(id) & ;_标注.xlsx")
    assert open_beside(WatchedFile(folder, out=copy)) is False
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "UKUI")
    assert open_beside(WatchedFile(folder, out=copy, active=("宏",))) is False
    assert open_beside(WatchedFile(folder, out=copy)) is True
    for _ in range(100):
        if told.exists():
            break
        time.sleep(0.05)
    assert told.read_text(encoding="utf-8") == str(folder / copy)


def test_the_command_checks_once_and_says_what_it_wrote(folder):
    run = selfeval("watch", folder, "--once", "--no-open")
    assert (
        run.returncode == 0
        and run.stderr == ""
        and "须修改" in run.stdout
        and "应急局 自评表_标注.xlsx" in run.stdout
    )


def heed_ctrl_c() -> None:
    """A test run in the background of a shell is deaf to Ctrl+C, and so would be what it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_ends_it(folder):
    process = subprocess.Popen(
        [sys.executable, "-m", "selfeval_xl", "watch", str(folder), "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        preexec_fn=heed_ctrl_c,
    )
    try:
        assert "正在看着" in process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0 and "已停止" in out and error == ""
