"""What reaches a terminal: names and cells of others are shown there and never command it."""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval_xl import templates
from selfeval_xl.layouts import load
from selfeval_xl.model.text import escaped_json, printable
from support.command import selfeval
from support.fillings import filling

# Red letters, a bell, another title of the window, C1's own beginning of an order, writing turned round.
ODD = "\x1b[31m应急\x07\x1b]0;桩\x9b2J\u202e局\x7f"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")


def commands_in(text: str) -> list[str]:
    """The letters of a text that a terminal would obey."""
    return [
        letter
        for letter in text
        if unicodedata.category(letter) == "Cc" and letter not in "\n\t" or letter in "\u202e\u2066"
    ]


@pytest.fixture(scope="module")
def odd_form(tmp_path_factory) -> Path:
    """A filled form whose file, project and texts have such letters, as far as XML can hold them."""
    folder = tmp_path_factory.mktemp("屏幕")
    plain = folder / "plain.xlsx"
    templates.fill_in("mof-2020", plain, projects=[filling(load("mof-2020"))], year=2024)
    book = openpyxl.load_workbook(plain)
    for row in book["项目01"].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("≥"):
                cell.value = f"{cell.value}\x9b2J\u202e"
    path = folder / f"{ODD}.xlsx"
    book.save(folder / "other.xlsx")
    shutil.move(folder / "other.xlsx", path)
    plain.unlink()
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["check", "--tsv"],
        ["read"],
        ["fill", "-o", "{folder}/out"],
        ["submit", "--yes", "-o", "{folder}/out2"],
        ["watch", "--once"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_no_command_lets_a_name_command_the_terminal(words, odd_form, tmp_path):
    command, *options = [word.format(folder=tmp_path) for word in words]
    target = odd_form.parent if command == "watch" else odd_form
    run = selfeval(command, target, *options)
    assert run.stdout + run.stderr and commands_in(run.stdout + run.stderr) == []


def test_a_county_and_a_mistake_are_as_harmless(odd_form, tmp_path):
    for words in (
        ("consolidate", odd_form.parent, "-o", tmp_path / "全县.xlsx"),
        ("return", odd_form.parent, "-o", tmp_path / "退回"),
        ("check", tmp_path / ODD),
        ("check", odd_form, f"--{ODD}"),
        (ODD,),
    ):
        run = selfeval(*words)
        assert run.stdout + run.stderr and commands_in(run.stdout + run.stderr) == []


def test_a_program_gets_the_name_as_it_is(odd_form):
    run = selfeval("check", odd_form, "--json")
    assert commands_in(run.stdout) == []
    assert ODD in json.loads(run.stdout)["files"][0]["path"]


@given(st.text())
def test_what_is_printed_is_as_long_and_no_command(text):
    shown = printable(text)
    assert len(shown) == len(text) and commands_in(shown) == []
    assert json.loads(escaped_json(json.dumps(text, ensure_ascii=False))) == text
