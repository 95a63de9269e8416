"""Installing the add-in without Windows: into a folder that is named, or where APPDATA says; the starters."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from selfeval_xl import templates
from selfeval_xl.addin.setup import install, starters
from selfeval_xl.errors import UsageError
from selfeval_xl.workflows.demo.county import seed_filing
from support.command import ROOT, selfeval


def with_appdata(folder: Path, *args: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "selfeval_xl", "addin", *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={
            **{key: value for key, value in os.environ.items() if key != "SELFEVAL_HOME"},
            "APPDATA": str(folder),
            "PYTHONPATH": str(ROOT),
        },
    )


def test_install_status_uninstall_in_the_users_start_folder(tmp_path, assert_valid_ooxml):
    home = tmp_path / "张三 的文件"
    place = home / "Microsoft" / "Excel" / "XLSTART" / "selfeval.xlam"
    assert "没有安装" in with_appdata(home, "status").stdout
    run = with_appdata(home, "install")
    assert run.returncode == 0 and run.stderr == "" and place.is_file()
    told = install.settings_of(place.read_bytes())
    assert (told["INTERPRETER_WIN"], told["MODE"]) == (sys.executable, "auto")
    note = (home / "selfeval_xl" / "interpreter.txt").read_text(encoding="ascii")
    assert re.sub(r"\\u([0-9A-F]{4})", lambda found: chr(int(found[1], 16)), note) == sys.executable
    assert_valid_ooxml(place)
    said = with_appdata(home, "status").stdout
    assert "已安装" in said and "一致" in said and "不一致" not in said
    assert (
        with_appdata(home, "uninstall").returncode == 0
        and not place.exists()
        and not (home / "selfeval_xl" / "interpreter.txt").exists()
    )
    assert "不用卸载" in with_appdata(home, "uninstall").stdout


def test_only_the_sheet_of_settings_changes():
    path = "C:\\用户\\张三 & 李四\\<py>\\python.exe"
    filled = install.with_settings(install.shipped(), {"INTERPRETER_WIN": path, "MODE": "plain"})
    assert install.settings_of(filled) == {"INTERPRETER_WIN": path, "MODE": "plain", "VERSION": ""}
    assert install._without_settings(filled) == install._without_settings(install.shipped())


@pytest.mark.parametrize("content", [b"mine", b"PK\x03\x04"])
def test_a_foreign_file_is_never_touched(tmp_path, content):
    foreign = tmp_path / "selfeval.xlam"
    foreign.write_bytes(content)
    with pytest.raises(UsageError, match="没有覆盖"):
        install.install(tmp_path)
    with pytest.raises(UsageError, match="没有动它"):
        install.uninstall(tmp_path)
    assert foreign.read_bytes() == content
    status = install.status(tmp_path)
    assert status.foreign and not status.installed and "移走或改名" in status.advice[0]


def test_status_says_what_does_not_fit_and_what_to_do(tmp_path):
    install.install(tmp_path, interpreter=str(tmp_path / "没有" / "python.exe"))
    assert "python.exe不在了" in "".join(install.status(tmp_path).advice)
    file = tmp_path / "selfeval.xlam"
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("docProps/more.xml", "<x/>")
    status = install.status(tmp_path)
    assert status.installed and not status.current and "版本不一致" in "".join(status.advice)


def test_on_a_machine_that_is_not_windows_it_says_so(tmp_path, monkeypatch):
    monkeypatch.delenv("APPDATA", raising=False)
    with pytest.raises(UsageError, match="只能装在Windows上"):
        install.install()
    assert "只能装在Windows上" in selfeval("addin", "status").stdout


@pytest.mark.parametrize("text", [starters.CHECK, starters.INSTALL])
def test_starters_are_gbk_that_cmd_cannot_misread(text):
    data = starters.batch(text)
    assert data.decode("gbk").replace("\r\n", "\n") == text and text.index("chcp 936") < min(
        map(text.index, re.findall(r"[^\x00-\x7f]", text))
    )
    for sign in re.findall(r"[^\x00-\x7f]", text):
        assert sign.encode("gbk")[1] not in b'\\|^&<>%!"', sign
    assert "\npause >nul\nexit !STATUS!\n" in text
    utf8 = False  # under 65001 cmd would misread what is no ASCII
    for line in text.splitlines():
        utf8 = line == "chcp 65001 >nul" or utf8 and line != "chcp 936 >nul"
        assert not utf8 or line.isascii() and "goto" not in line, line


def test_no_line_of_the_starter_has_a_dropped_name_on_it():
    """%* and %1 are read by cmd, which runs what stands behind an &; after the last line it would go on
    with it.
    """
    dropped, _, typed = starters.CHECK.partition("\n:typed\n")
    assert not re.search(r"%[*0-9]", dropped) and dropped.splitlines()[-1] == "exit !STATUS!"
    assert 'set "SELFEVAL_LINE=!cmdcmdline!"' in dropped  # put in after the line is read
    assert [line for line in typed.splitlines() if "%*" in line] == [
        '"%PY%" -P -B -X utf8 -m selfeval_xl.cli.dropped %*'
    ]
    at_once = [line for line in dropped.splitlines() if re.search("%[^~]*%|%~", line)]
    assert at_once == ['set "SELFEVAL_STARTER=%~f0"', 'set "PY=%~dp0python\\python.exe"']
    assert dropped.index(at_once[1]) < dropped.index("EnableDelayedExpansion")  # ! in the folder's name stays


@pytest.mark.parametrize("text", [starters.CHECK, starters.INSTALL])
def test_a_python_is_tried_before_it_is_taken(text):
    """Windows puts a `python` of the Store on the path that is none; cmd would take one beside the files
    first.
    """
    for name in ("py", "python"):
        assert f'set "PY={name}"\n{name} -c "" >nul 2>nul\nif not errorlevel 1 goto found\n' in text
    assert text.index("NoDefaultCurrentDirectoryInExePath=1") < text.index("py -c")
    assert "where " not in text and "echo 找不到能用的Python" in text


def test_the_starter_says_where_the_result_is_only_after_success():
    said = [line for line in starters.CHECK.splitlines() if "结果写在" in line]
    assert len(said) == 1 and said[0].startswith('if "!STATUS!"=="0" echo 结果写在')
    assert 'if not "!STATUS!"=="0" echo 没有全部校验成' in starters.CHECK


@pytest.mark.parametrize(
    "interpreter",
    [
        r"C:\Users\张三\AppData\Local\Microsoft\WindowsApps\python.exe",
        r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.2800.0_x64__q\python.exe",
        "c:/users/li si/appdata/local/microsoft/windowsapps/PythonSoftwareFoundation.3.13_q/python3.exe",
    ],
)
def test_a_python_of_the_store_is_refused_and_said(tmp_path, monkeypatch, interpreter):
    """Excel would not see what it writes into the start folder."""
    with pytest.raises(UsageError, match="Microsoft Store"):
        install.install(tmp_path, interpreter=interpreter)
    assert list(tmp_path.iterdir()) == []
    for name in ("executable", "base_prefix", "prefix"):
        with monkeypatch.context() as patch:
            patch.setattr(sys, name, interpreter)
            with pytest.raises(UsageError, match="离线包"):
                install.install(tmp_path)
            assert "Microsoft Store" in install.status(tmp_path).advice[0]
    assert not install.from_the_store(r"D:\MyWindowsApps2\python.exe")
    install.install(tmp_path, interpreter=r"C:\Python312\python.exe")


def test_the_shipped_starter_is_the_one_of_the_bundle():
    assert install.shipped("selfeval-check.cmd") == starters.batch(starters.CHECK)


def test_a_dropped_file_is_checked_beside_itself(tmp_path):
    data = seed_filing()
    book = tmp_path / "自评表.xlsx"
    templates.fill_in(
        "jilin-2024", book, projects=[data["project"]], department=data["department"], year=2024
    )
    run = subprocess.run(
        [sys.executable, "-m", "selfeval_xl.cli.dropped", str(book), str(tmp_path / "没有.xlsx")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (
        run.returncode == 2
        and "自评表_标注.xlsx" in run.stdout
        and "找不到它" in run.stdout
        and (tmp_path / "自评表_标注.xlsx").is_file()
    )
