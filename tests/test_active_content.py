"""A marked copy that would do something by itself is not opened, and keeps the mark of its origin."""

from __future__ import annotations

import zipfile

import pytest

from selfeval_xl import templates
from selfeval_xl.cli.screen.screen import show_saved
from selfeval_xl.files import writing
from selfeval_xl.readers.formats.active_content import active_content
from selfeval_xl.workflows import watching
from support.pictured import workbook

RELATION = (
    '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"'
    ' Target="{}"{}/></Relationships>'
)
OUTSIDE = ' TargetMode="External"'


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "自评表.xlsx"
    templates.fill_in("mof-2020", path, projects=[{"project": "校车", "unit": "教育局"}], year=2024)
    return path


def changed(good, out, part, old, new):
    """A copy in which one part says something else."""
    with zipfile.ZipFile(good) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name).decode("latin-1")
            if name == part:
                assert old in data
                data = data.replace(old, new, 1)
            after.writestr(name, data.encode("latin-1"))
    return out


def related(good, out, kind, target, mode="", part="xl/_rels/workbook.xml.rels"):
    return changed(good, out, part, "</Relationships>", RELATION.format(kind, target, mode))


def formula(good, out, text):
    return changed(
        good, out, "xl/worksheets/sheet1.xml", "</sheetData>", f'<row r="900"><c r="A900"><f>{text}</f></c>'
        "</row></sheetData>"
    )  # fmt: skip


def test_a_template_and_its_marked_copy_are_quiet(good):
    assert active_content(good) == ()
    (checked,) = list(watching.watch(good.parent, None, once=True))
    assert checked.out and checked.active == ()


def test_pictures_and_notes_are_quiet(tmp_path, good):
    assert active_content(workbook(tmp_path / "a.xlsx")) == ()


@pytest.mark.parametrize(
    "kind, target, mode, said",
    [
        ("vbaProject", "vbaProject.bin", "", "宏"),
        ("externalLink", "externalLinks/externalLink1.xml", "", "指向其他文件或程序的链接"),
        ("connections", "connections.xml", "", "外部数据连接"),
        ("xlMacrosheet", "macrosheets/sheet1.xml", "", "宏表"),
        ("oleObject", "embeddings/a.bin", "", "嵌入的对象"),
        ("image", "\\\\server\\a.png", OUTSIDE, "指向其他文件的链接"),
        ("customUI", "customUI/customUI.xml", "", "别的程序会执行的内容"),
        ("image", "a&gt;b", OUTSIDE, "指向其他文件的链接"),
        ("image", "a>b", OUTSIDE, "指向其他文件的链接"),
    ],
)
def test_parts_that_do_something(tmp_path, good, kind, target, mode, said):
    assert active_content(related(good, tmp_path / "a.xlsx", kind, target, mode)) == (said,)


@pytest.mark.parametrize(
    "text, said",
    [
        ('WEBSERVICE("http://x")', "会联网或启动程序的公式"),
        ('_xlfn.webservice ("http://x")', "会联网或启动程序的公式"),
        ('&#87;EBSERVICE("http://x")', "会联网或启动程序的公式"),
        ("<![CDATA[cmd|'/c calc'!A1]]>", "动态数据交换（DDE）"),
        ("cmd|'/c calc'!A1", "动态数据交换（DDE）"),
    ],
)
def test_formulas_that_do_something(tmp_path, good, text, said):
    assert active_content(formula(good, tmp_path / "a.xlsx", text)) == (said,)


def test_what_cannot_be_looked_into_is_active(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\3\4")
    assert active_content(tmp_path / "a.xlsx")
    assert active_content(tmp_path / "b.xlsx")


def test_watch_says_so_and_does_not_open(tmp_path, good, monkeypatch, capsys):
    formula(good, tmp_path / "a.xlsx", "cmd|'/c calc'!A1")
    opened = []
    monkeypatch.setattr(watching.sys, "platform", "win32")
    monkeypatch.setenv("SESSIONNAME", "Console")
    monkeypatch.setattr(watching.os, "startfile", opened.append, raising=False)
    checked = watching.check_saved(tmp_path / "a.xlsx", None)
    assert checked.out and checked.active == ("动态数据交换（DDE）",)
    assert not watching.open_beside(checked) and not opened
    show_saved(checked)
    assert "没有自动打开" in capsys.readouterr().out
    quiet = watching.check_saved(good, None)
    assert watching.open_beside(quiet) and opened == [quiet.out]


def test_the_copy_takes_over_the_mark_of_its_origin(tmp_path, good, monkeypatch):
    monkeypatch.setattr(writing, "_HAS_STREAMS", True)  # here a file of this name stands for the stream
    (tmp_path / "a.xlsx").write_bytes(good.read_bytes())
    (tmp_path / "a.xlsx:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n")
    checked = watching.check_saved(tmp_path / "a.xlsx", None)
    assert (tmp_path / f"{checked.out.name}:Zone.Identifier").read_text() == "[ZoneTransfer]\nZoneId=3\n"
