"""Entries of the Desktop Entry Specification: whatever is in a path, the program gets it as one word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval_xl.addin.setup import linux_desk
from selfeval_xl.addin.setup.desktop_entries import command_line
from selfeval_xl.errors import UsageError

PATHS = (
    "/opt/a",
    "/srv/张三/绩效 自评",
    "/srv/o'brien",
    '/srv/a"b',
    "/srv/a\\b",
    "/srv/$HOME $(id) `id`",
    "/srv/100%",
    "/srv/%F %f %U %%",
    "/srv/a=b;c&d|e>f<g~h*i?j#k(l)",
    "/srv/-rf --",
    '/srv/\\\\$ \\" \\`',
    "/srv/😀　全角",
)


def words(value: str) -> list[str]:
    """What the specification makes of a value of Exec: escapes undone, quoting undone, %% read as %."""
    text = re.sub(
        r"\\(.)", lambda found: {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}[found[1]], value
    )
    found = []
    for quoted, plain in re.findall(
        r'"((?:[^"\\`$]|\\["`$\\])*)"(?: |$)|([^ "\'\\><~|&;$*?#()`]+)(?: |$)', text
    ):
        word = re.sub(r'\\(["`$\\])', r"\1", quoted) if quoted else plain
        found.append(word.replace("%%", "%") if word != "%F" else word)
    return found


@pytest.mark.parametrize("path", PATHS)
def test_a_path_stays_one_word(path):
    assert words(command_line("/bin/sh", path, files=True)) == ["/bin/sh", path, "%F"]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(lambda text: text != "%F"))
def test_any_text_stays_one_word(text):
    value = command_line("/bin/sh", text)
    assert words(value) == ["/bin/sh", text] and "\n" not in value


def test_the_values_of_the_specification():
    """ "a literal backslash … four successive backslash characters", "a literal dollar sign … \\\\$"."""
    assert command_line("a\\b") == '"a\\\\\\\\b"'
    assert command_line("a$b") == '"a\\\\$b"'
    assert command_line("a%b") == "a%%b"


@pytest.mark.parametrize("path", ["/srv/a\nb", "/srv/a\rb", "/srv/\x00", "/srv/\udcff"])
def test_what_no_line_can_have_is_refused(path):
    with pytest.raises(UsageError, match="不能用的字符"):
        command_line("/bin/sh", path)


def validated(path: Path) -> str:
    """What desktop-file-validate says of an entry."""
    if not shutil.which("desktop-file-validate"):
        if os.environ.get("CI") == "true":
            pytest.fail("desktop-file-validate is missing")
        pytest.skip("desktop-file-validate is missing; `make test` installs desktop-file-utils")
    run = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


@pytest.mark.parametrize("path", PATHS)
def test_the_entries_are_valid(path, tmp_path):
    for text in (linux_desk.drop_entry(Path(path)), linux_desk.login_entry(Path(path), Path(path) / "桌面")):
        (tmp_path / "selfeval.desktop").write_text(text, encoding="utf-8")
        assert validated(tmp_path / "selfeval.desktop") == ""
        assert "MimeType" not in text  # a double-clicked table is not ours to open


@pytest.mark.skipif(not shutil.which("gio") or sys.platform == "win32", reason="GLib's gio is not there")
@pytest.mark.parametrize(
    "name", ["绩效 自评", "a\"b'c", "$HOME $(id) `id`", "100% %f", "a=b;c&d", "x\\y", "-n"]
)
def test_glib_starts_it_with_every_file_as_one_word(name, tmp_path):
    """GLib starts the programs of GNOME and its relatives."""
    program = tmp_path / name
    program.mkdir()
    (program / "check.sh").write_text(
        '#!/bin/sh\nprintf "%s\\n" "$0" "$@" >"${0%/*}/p"; mv "${0%/*}/p" "${0%/*}/told"\n'
    )
    files = [tmp_path / f"{name}.xlsx", tmp_path / "别的 表.xlsx"]
    for file in files:
        file.write_bytes(b"")
    entry = tmp_path / "selfeval.desktop"
    entry.write_text(linux_desk.drop_entry(program), encoding="utf-8")
    subprocess.run(["gio", "launch", entry, *files], check=True, capture_output=True)
    for _ in range(100):
        if (program / "told").exists():
            break
        time.sleep(0.05)
    assert (program / "told").read_text(encoding="utf-8").splitlines() == [
        str(program / "check.sh"),
        *map(str, files),
    ]


def test_the_desktop_is_where_user_dirs_says(tmp_path):
    config = tmp_path / ".config"
    config.mkdir()
    assert linux_desk.desktop_folder(tmp_path, config) is None
    for name in ("Desktop", "桌面", "我的 桌面"):
        (tmp_path / name).mkdir()
        assert linux_desk.desktop_folder(tmp_path, config) == tmp_path / (
            "桌面" if name != "Desktop" else name
        )
    dirs = config / "user-dirs.dirs"
    dirs.write_text(
        '# x\nXDG_DESKTOP_DIR="$HOME/我的 桌面"\nXDG_MUSIC_DIR="$HOME/Desktop"\n', encoding="utf-8"
    )
    assert linux_desk.desktop_folder(tmp_path, config) == tmp_path / "我的 桌面"
    dirs.write_text(f'XDG_DESKTOP_DIR="{tmp_path}/Desktop"\n', encoding="utf-8")
    assert linux_desk.desktop_folder(tmp_path, config) == tmp_path / "Desktop"
    for text in (b'XDG_DESKTOP_DIR="$HOME/"\n', b'XDG_DESKTOP_DIR="$HOME/none"\n', b"\xff", b""):
        dirs.write_bytes(text)
        assert linux_desk.desktop_folder(tmp_path, config) == tmp_path / "桌面"
