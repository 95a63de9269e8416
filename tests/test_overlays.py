"""Text boxes, notes and pictures over a cell where a reason or a value is due are named with their text."""

from __future__ import annotations

import struct

import pytest
from docx.oxml import parse_xml

from selfeval_xl.model.grid import Area, Overlay, position
from selfeval_xl.readers import read_file
from support.pictured import (
    A_DUE_REASON,
    BOX,
    LENGTH,
    PICTURE,
    SATISFIED,
    UNMET,
    binary,
    by_wps,
    document,
    findings,
    only,
    patched,
    record,
    wide,
    with_parts,
    workbook,
)
from support.workbooks import parts


def test_a_text_box_over_a_due_reason_is_named(tmp_path):
    text = "原因：汛期冲毁两处，来不及修。\n措施：次年三月前修复。"
    path = workbook(
        tmp_path / "a.xlsx", add=lambda sheet: sheet.insert_textbox(UNMET, text, {"width": 60, "height": 18})
    )
    assert findings(path) == [
        (
            "D03",
            UNMET,
            f"{A_DUE_REASON}这一格上面有文本框写着“原因：汛期冲毁两处，来不及修。 措施：次年三月前修复。”，"
            "请把原因写进格子里。",
        )
    ]


def test_a_text_box_elsewhere_is_not_named(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", add=lambda sheet: sheet.insert_textbox("K2", "草稿", {"width": 60, "height": 18})
    )
    assert findings(path) == [("D03", UNMET, A_DUE_REASON)]
    assert only(path).overlays == {}


def test_a_long_text_is_shortened(tmp_path):
    path = workbook(tmp_path / "a.xlsx", add=lambda sheet: sheet.insert_textbox(UNMET, "雨" * 300))
    ((_, _, message),) = findings(path)
    assert f"文本框写着“{'雨' * 39}…”" in message


def test_a_note_at_a_due_reason_is_named_without_its_author(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        add=lambda sheet: sheet.write_comment(UNMET, "李四:\n材料涨价", {"author": "李四"}),
    )
    ((_, _, message),) = findings(path)
    assert message == A_DUE_REASON + "这一格上面有批注写着“材料涨价”，请把原因写进格子里。"


def test_a_note_of_ours_is_no_reason(tmp_path):
    ours = "错误（须修改）：没有写原因。"
    path = workbook(tmp_path / "a.xlsx", add=lambda sheet: sheet.write_comment(UNMET, ours))
    assert findings(path) == [("D03", UNMET, A_DUE_REASON)]
    both = workbook(
        tmp_path / "b.xlsx",
        add=lambda sheet: sheet.write_comment(UNMET, f"材料涨价\n—— 以下为校验批注 ——\n{ours}"),
    )
    ((_, _, message),) = findings(both)
    assert "批注写着“材料涨价”" in message and "校验批注" not in message


def test_a_conversation_is_read_where_excel_keeps_it(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        add=lambda sheet: sheet.write_comment(
            UNMET, "[线程批注] 你的Excel版本可读取此线程批注", {"author": "tc={1}"}
        ),
    )
    found = parts(path)
    relations = "xl/worksheets/_rels/sheet1.xml.rels"
    found[relations] = found[relations].replace(
        b"</Relationships>",
        b'<Relationship Id="rId9" Type="http://schemas.microsoft.com/office/2017/10/relationships/'
        b'threadedComment" Target="../threadedComments/threadedComment1.xml"/></Relationships>',
    )
    found["xl/threadedComments/threadedComment1.xml"] = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        f'<threadedComment ref="{UNMET}" id="{{1}}"><text>为什么没完成？</text></threadedComment>'
        f'<threadedComment ref="{UNMET}" id="{{2}}" parentId="{{1}}"><text>材料涨价</text></threadedComment>'
        "</ThreadedComments>"
    ).encode()
    with_parts(path, found)
    ((_, _, message),) = findings(path)
    assert message == A_DUE_REASON + "这一格上面有批注写着“为什么没完成？ 材料涨价”，请把原因写进格子里。"


def test_what_lies_over_an_empty_completed_value_is_named(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        {LENGTH: ""},
        lambda sheet: sheet.insert_textbox(LENGTH, "85公里", {"width": 50, "height": 15}),
    )
    assert ("D01", LENGTH, "“养护里程”没有填实际完成值，这一格上面有文本框写着“85公里”。") in findings(path)


def test_a_picture_that_floats_over_a_due_reason_is_named(tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(PICTURE)
    path = workbook(tmp_path / "a.xlsx", add=lambda sheet: sheet.insert_image(UNMET, str(picture)))
    ((_, _, message),) = findings(path)
    assert message == A_DUE_REASON + "这一格上面有一张图片，请把原因写进格子里。"


def test_a_broken_drawing_costs_its_texts_alone(tmp_path):
    path = workbook(tmp_path / "a.xlsx", add=lambda sheet: sheet.insert_textbox(UNMET, "原因"))
    with_parts(path, {"xl/drawings/drawing1.xml": parts(path)["xl/drawings/drawing1.xml"][:-40]})
    assert findings(path) == [("D03", UNMET, A_DUE_REASON)]


@pytest.mark.parametrize(
    ("anchor", "area"),
    [
        (
            "<a:from><a:col>3</a:col><a:colOff>9</a:colOff><a:row>7</a:row><a:rowOff>9</a:rowOff></a:from>"
            "<a:to><a:col>5</a:col><a:colOff>0</a:colOff><a:row>8</a:row><a:rowOff>5</a:rowOff></a:to>",
            Area(7, 3, 8, 4),
        ),
        ("<a:from><a:col>3</a:col><a:row>7</a:row></a:from><a:ext cx='1' cy='1'/>", Area(7, 3, 7, 3)),
        ("<a:pos x='1' y='1'/>", None),
        ("<a:from><a:col>x</a:col><a:row>99999999999</a:row></a:from>", None),
    ],
)
def test_the_cells_under_an_anchor(anchor, area):
    from xml.etree import ElementTree

    from selfeval_xl.readers.formats.overlays import _drawn

    drawing = ElementTree.fromstring(
        f"<a:wsDr xmlns:a='urn:a'><a:twoCellAnchor>{anchor}<a:sp><a:txBody><a:p><a:r><a:t>上</a:t></a:r>"
        "<a:r><a:t>面</a:t></a:r></a:p><a:p><a:r><a:t>字</a:t></a:r></a:p></a:txBody></a:sp></a:twoCellAnchor></a:wsDr>"
    )
    assert list(_drawn(drawing)) == [Overlay(Overlay.BOX, "上面 字", area)]


def text_over(sheet) -> None:
    """A text box over the due reason and a note at an empty completed value."""
    sheet.insert_textbox(UNMET, "原因：多雨。", {"width": 60, "height": 18})
    sheet.write_comment(LENGTH, "见验收单", {"author": "王五"})


@pytest.mark.office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_older_and_open_formats_say_the_same(tmp_path, libreoffice, kind):
    path = patched(workbook(tmp_path / "a.xlsx", {LENGTH: ""}, text_over), by_wps(SATISFIED))
    saved = libreoffice.convert(path, kind, tmp_path)
    form = only(saved)
    assert form.overlays == {UNMET: "文本框写着“原因：多雨。”", LENGTH: "批注写着“见验收单”"}
    if kind == "ods":  # LibreOffice keeps the formula of the picture there alone
        assert form.pictures == (SATISFIED,)
        assert findings(saved) == findings(path)


def test_notes_and_text_boxes_of_a_binary_workbook_are_read(tmp_path):
    row, column = position("G13")
    notes = record(632, wide("王五")) + record(635, struct.pack("<IIIII16x", 0, row, row, column, column))
    notes += record(637, b"\0" + wide("王五:\n价格上涨"))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    others = {
        "xl/comments1.bin": notes,
        "xl/worksheets/_rels/sheet2.bin.rels": (
            f'<a><b Id="r1" Type="{kind}comments" Target="../comments1.bin"/>'
            f'<b Id="r2" Type="{kind}drawing" Target="../drawings/drawing1.xml"/></a>'
        ).encode(),
        "xl/drawings/drawing1.xml": (
            "<a><twoCellAnchor><from><col>6</col><row>13</row></from><to><col>6</col><row>13</row></to>"
            "<sp><txBody><p><r><t>雨季</t></r></p></txBody></sp></twoCellAnchor></a>"
        ).encode(),
    }
    empty = record(1, struct.pack("<II", column, 0))
    (_, form) = read_file(binary(tmp_path / "a.xlsb", "G13", empty, others)).forms
    assert form.overlays == {"G13": "批注写着“价格上涨”", "G14": "文本框写着“雨季”"}


def test_text_boxes_and_comments_of_word_are_named(tmp_path):
    def boxed(_, table):
        table.cell(*position(UNMET)).paragraphs[0]._element.append(parse_xml(BOX.format("原因：多雨。")))

    def commented(made, table):
        run = table.cell(*position(UNMET)).paragraphs[0].add_run("")
        made.add_comment(run, "材料涨价", author="王五")

    def floating(made, _):
        made.add_paragraph("")._element.append(parse_xml(BOX.format("原因：多雨。")))

    for name, change, named in (
        ("a.docx", boxed, "这一格上面有文本框写着“原因：多雨。”"),
        ("b.docx", commented, "这一格上面有批注写着“材料涨价”"),
        ("c.docx", floating, "文件里另有文本框写着“原因：多雨。”"),
    ):
        path = document(tmp_path / name, change)
        assert findings(path) == [("D03", UNMET, f"{A_DUE_REASON}{named}，请把原因写进格子里。")]
