"""Hostile names that are dropped on selfeval-check.cmd or saved in a watched folder: nothing is started,
and the right file is checked, by the county's parameters.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from selfeval_xl.addin import state
from selfeval_xl.cli import dropped
from selfeval_xl.cli.dropped import LINE, NOT_DROPPED, STARTER, dropped_names
from selfeval_xl.layouts import sheets_of
from selfeval_xl.templates import fill_in
from selfeval_xl.workflows import watching
from selfeval_xl.workflows.watching import WatchedFile
from support.command import selfeval
from support.fillings import filling
from support.hostile_names import hostile_names

NAMES = hostile_names()
STARTERS = (
    r"D:\离线包\selfeval-check.cmd",
    r"C:\Users\A & B (1)\100% 包!\selfeval-check.cmd",
    r"\\服务器\共享\selfeval-check.cmd",
)
CMD = r"C:\WINDOWS\system32\cmd.exe"


def explorer(starter: str, paths: list[str]) -> str:
    """The command line that Explorer makes of dropped files: it quotes the names with a blank and no
    others.
    """
    names = " ".join(f'"{path}"' if " " in path else path for path in paths)
    return f'{CMD} /c ""{starter}" {names}"'


@pytest.mark.parametrize("starter", STARTERS)
def test_every_dropped_name_comes_out_as_it_is(starter):
    for name in NAMES:
        path = rf"C:\收到的\{name}"
        assert dropped_names(explorer(starter, [path]), starter) == [path]
        assert dropped_names(explorer(starter, [path]), starter.upper()) == [path]
        beside = starter.rpartition("\\")[0] + "\\" + name
        assert dropped_names(explorer(starter, [beside]), starter) == [beside]
    paths = [rf"C:\收到的 表\{name}" for name in NAMES] + [rf"D:\{name}" for name in NAMES]
    assert dropped_names(explorer(starter, paths), starter) == paths


@pytest.mark.parametrize(
    "line,wanted",
    [
        (f'{CMD} /c ""{STARTERS[0]}" "', []),
        (f'{CMD} /c ""{STARTERS[0]}""', []),
        (f'{CMD} /C "{STARTERS[0]}" D:\\a.xlsx', ["D:\\a.xlsx"]),
        (f'cmd /d /s /c ""{STARTERS[0]}" "D:\\a b.xlsx" D:\\c&d.xlsx"', ["D:\\a b.xlsx", "D:\\c&d.xlsx"]),
        (f'{CMD} /c ""D:\\SELFEV~1\\selfeval-check.cmd" D:\\a&b.xlsx"', ["D:\\a&b.xlsx"]),
        (f'{CMD} /c ""D:\\another.cmd" D:\\a&b.xlsx"', []),  # never the way of a window: %* would run b.xlsx
        (f'"{CMD}" ', None),
        (CMD, None),
        (f'{CMD} /k "D:\\vcvars.bat"', None),
    ],
)
def test_other_command_lines(line, wanted):
    assert dropped_names(line, STARTERS[0]) == wanted


def possible(name: str) -> bool:
    """Whether the system of the tests allows the name, as Windows does: it counts bytes."""
    return len(f"{name}_标注.xlsx".encode(errors="replace")) <= 250


@pytest.fixture
def received(tmp_path, monkeypatch) -> list[Path]:
    """Files of these names in a folder of such a name, where nothing may be started."""
    for module, word in ((subprocess, "Popen"), (os, "system"), (os, "popen"), (os, "execv")):
        monkeypatch.setattr(module, word, lambda *_, **__: pytest.fail("a program is started"))
    folder = tmp_path / "收到 & calc %PATH% !x!"
    folder.mkdir()
    paths = [folder / name for name in NAMES if possible(name)]
    for path in paths:
        path.write_bytes(b"x")
    assert len(paths) >= 95
    return paths


def test_dropped_files_of_these_names_are_checked_and_opened_each(received, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    checked, opened = [], []

    def check_saved(path: Path, *_: object, **__: object) -> WatchedFile:
        checked.append(path)
        return WatchedFile(path, out=path.with_name(f"{path.stem}_标注.xlsx"))

    monkeypatch.setattr(watching, "check_saved", check_saved)
    monkeypatch.setattr(watching.sys, "platform", "win32")
    monkeypatch.setenv("SESSIONNAME", "Console")
    monkeypatch.setattr(watching.os, "startfile", opened.append, raising=False)
    line = explorer(STARTERS[1], [str(path) for path in received])
    environment = {LINE: line, STARTER: STARTERS[1]}
    assert dropped.main([], environment) == 0 and environment == {}
    assert checked == received
    assert opened == [path.with_name(f"{path.stem}_标注.xlsx") for path in received]
    checked.clear()
    assert (
        dropped.main([], {LINE: explorer(STARTERS[0], [str(received[0].parent)]), STARTER: STARTERS[0]}) == 0
    )
    lock_files = [path for path in received if path.name.startswith(("~$", ".~"))]
    assert {path.name for path in received} - {path.name for path in checked} <= {
        p.name for p in lock_files
    } | {
        path.name
        for path in received
        if path.suffix not in watching.SHEET_ENDINGS or path.name.startswith(".")
    }
    assert dropped.main([], {LINE: f'"{CMD}" ', STARTER: STARTERS[0]}) == NOT_DROPPED


def form(path: Path) -> Path:
    project = filling(next(layout for layout in sheets_of("jilin-2024") if layout.kind == "project"))
    project["indicators"][6] |= {"target": "=25部", "actual": "0部", "note": None}
    fill_in("jilin-2024", path, projects=[project], department=None, year=2024)
    return path


def test_a_form_of_such_a_name_is_checked_by_the_countys_parameters(tmp_path, monkeypatch, capsys):
    """Dropped, and by `watch --settings`: the rule that the county switched off finds nothing there
    either.
    """
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    folder = tmp_path / "自评^&calc %PATH%!"
    folder.mkdir()
    path = form(folder / "执行率=执行数^&calc (1)'+.xlsx")
    policy = tmp_path / "参数.toml"
    policy.write_text("[rules.D03]\non = false\n", encoding="utf-8")
    line = {LINE: explorer(STARTERS[0], [str(path)]), STARTER: STARTERS[0]}
    assert dropped.main([], dict(line)) == 0
    before = capsys.readouterr().out
    state.change_settings(policy=str(policy))
    assert dropped.main([], dict(line)) == 0
    assert "须修改" in before and capsys.readouterr().out != before
    copies = sorted(each.name for each in folder.iterdir() if each != path)
    assert copies == ["执行率=执行数^&calc (1)'+_标注.xlsx", "执行率=执行数^&calc (1)'+_标注2.xlsx"]
    (by_settings,) = watching.watch(tmp_path / "自评^&calc %PATH%!", None, once=True)
    assert by_settings.file == path and by_settings.counts.fix >= 1
    told = [selfeval("check", path, "--tsv", *more).stdout for more in ((), ("--settings",))]
    assert "\tD03\t" in told[0] and "\tD03\t" not in told[1]
    policy.unlink()
    assert dropped.main([], dict(line)) == 2
    assert "设置里的参数表或名册读不出来，没有校验" in capsys.readouterr().out


def test_the_command_keeps_what_the_ribbon_keeps(tmp_path, monkeypatch):
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    policy = tmp_path / "参数.toml"
    policy.write_text("[rules.D03]\non = false\n", encoding="utf-8")
    assert "参数表：没有指定" in selfeval("settings").stdout
    assert f"参数表：{policy}" in selfeval("settings", "--policy", policy).stdout.replace("\n", "")
    refused = selfeval("settings", "--roster", tmp_path / "没有.xlsx")
    assert refused.returncode == 2 and "找不到单位名册" in refused.stderr
    assert selfeval("settings", "--forget", "bureau").returncode == 2
    assert "参数表：没有指定" in selfeval("settings", "--forget", "policy").stdout
