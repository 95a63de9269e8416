"""The table of file kinds: every row is whole, and the lists made of it are those that people know."""

from __future__ import annotations

import subprocess
import sys

import pytest

from selfeval_xl.cli.dropped import USAGE
from selfeval_xl.cli.screen.screen import show_marked
from selfeval_xl.readers.formats import kinds
from selfeval_xl.readers.formats.kinds import KINDS, Role, kind_of
from selfeval_xl.readers.formats.source import _function
from selfeval_xl.workflows.marking.marks import MarkedCopy
from selfeval_xl.workflows.watching import watched_files

SPECIAL = {"zip", "empty", "text", "unknown"}  # what is left when no sign was found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_a_row_says_how_the_kind_is_known_and_what_becomes_of_it(kind):
    signs = [kind.parts, kind.mimetype, kind.streams, kind.begins, kind.contains, kind.looks]
    assert sum(map(bool, signs)) == (kind.id not in SPECIAL)
    assert all(sign == sign.lower() for sign in (*kind.parts, *kind.contains, *kind.endings))
    assert bool(kind.reader) == (kind.role is Role.READ)
    assert bool(kind.refusal) == (kind.role not in (Role.READ, Role.ATTACHED))
    assert not (kind.patched or kind.sheets) or kind.reader
    assert not kind.reader or callable(_function(kind.reader))
    assert not kind.looks or callable(_function(kind.looks))


def test_no_two_kinds_have_one_name_or_one_ending():
    for names in ([kind.id for kind in KINDS], [ending for kind in KINDS for ending in kind.endings]):
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name,role,sheets,anew,endings",
    [
        ("xlsx", Role.READ, True, False, (".xlsx", ".xlsm")),
        ("xls", Role.READ, True, True, (".xls",)),
        ("xlsb", Role.READ, True, True, (".xlsb",)),
        ("ods", Role.READ, True, True, (".ods",)),
        ("docx", Role.READ, False, True, (".docx",)),
        ("html", Role.READ, True, True, (".html", ".htm")),
        ("xml2003", Role.READ, True, True, ()),
        ("csv", Role.READ, True, True, (".csv", ".tsv")),
        ("doc", Role.UNREADABLE, False, False, (".doc",)),
        ("encrypted", Role.UNREADABLE, False, False, ()),
        ("empty", Role.UNREADABLE, False, False, ()),
        ("pdf", Role.ATTACHED, False, False, (".pdf",)),
        ("image", Role.ATTACHED, False, False, ()),
        ("zip", Role.ARCHIVE, False, False, (".zip",)),
        ("rar", Role.ARCHIVE, False, False, (".rar",)),
        ("7z", Role.ARCHIVE, False, False, (".7z",)),
        ("text", Role.FOREIGN, False, False, ()),
        ("unknown", Role.FOREIGN, False, False, ()),
        ("没有的格式", Role.FOREIGN, False, False, ()),
    ],
)
def test_the_lists_hold_what_their_kinds_are(name, role, sheets, anew, endings):
    kind = kind_of(name)
    assert (kind.role, kind.sheets, kind.endings) == (role, sheets, endings)
    assert (name in kinds.WITH_SHEETS, name in kinds.WRITTEN_ANEW) == (sheets, anew)
    assert (name in kinds.ATTACHMENTS) == (role is Role.ATTACHED)
    assert set(endings) <= set(kinds.SHEET_ENDINGS) if sheets else not set(endings) & set(kinds.SHEET_ENDINGS)
    assert (set(endings) <= set(kinds.ARCHIVE_ENDINGS)) == (role is Role.ARCHIVE or not endings)


def test_every_workbook_that_can_be_marked_is_watched_and_named(tmp_path, capsys):
    """xlsb was read and marked, but neither watched nor named where kinds are listed."""
    for name in ("甲.xlsx", "乙.XLSM", "丙.xls", "丁.xlsb", "戊.ods", "报告.docx", "章.pdf", "甲_标注.xlsx"):
        (tmp_path / name).write_bytes(b"")
    assert {path.name for path in watched_files(tmp_path)} == {
        "甲.xlsx",
        "乙.XLSM",
        "丙.xls",
        "丁.xlsb",
        "戊.ods",
    }
    assert USAGE.startswith("请把自评表（xlsx、xls、xlsb、ods")
    show_marked([MarkedCopy(tmp_path / "a.pdf", None)])
    assert "（只能标注xlsx、xls、xlsb、ods、docx" in "".join(capsys.readouterr().out.split())


def test_looking_into_the_table_loads_no_reader():
    script = (
        "import sys; import selfeval_xl.readers.formats.kinds; "
        "print([name for name in sys.modules if name.startswith('selfeval_xl.readers.')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['selfeval_xl.readers.formats', 'selfeval_xl.readers.formats.kinds']"
