"""The public Word copy holds what is seen on paper, nothing else: every part is searched for planted words."""  # noqa: E501

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm

from selfeval_xl.model.forms import Report
from selfeval_xl.workflows.publishing.plain_pictures import plain_picture
from selfeval_xl.workflows.publishing.report import public_report

W = nsdecls("w", "r")


def run(text, properties=""):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def field(code, result):
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>' + code + "</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'  # noqa: E501
    )


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + chunk(b"tEXt", b"Author\0PLANTED")
    + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    + chunk(b"IEND", b"")
    + b"PLANTED"
)
SEEN = ["公开的正文", "域的结果", "链接的字", "控件里的字", "修订后留下的字", "表里的字"]
PLANTED = [
    f"<w:p>{run('PLANTED', '<w:vanish/>')}{run('公开的正文')}</w:p>",
    f"<w:p>{run('PLANTED', '<w:webHidden/>')}</w:p>",
    f"<w:p>{run('PLANTED', '<w:rStyle w:val=&quot;Secret&quot;/>'.replace('&quot;', chr(34)))}</w:p>",
    f"<w:p>{field('DDEAUTO cmd PLANTED', '域的结果')}</w:p>",
    f'<w:p><w:fldSimple w:instr="INCLUDETEXT PLANTED">{run("又一个域")}</w:fldSimple></w:p>',
    f'<w:p><w:hyperlink r:id="rIdPlanted" w:tooltip="PLANTED">{run("链接的字")}</w:hyperlink></w:p>',
    '<w:p><w:bookmarkStart w:id="7" w:name="PLANTED"/><w:bookmarkEnd w:id="7"/></w:p>',
    '<w:sdt><w:sdtPr><w:alias w:val="PLANTED"/><w:tag w:val="PLANTED"/></w:sdtPr><w:sdtContent><w:p>'
    f"{run('控件里的字')}</w:p></w:sdtContent></w:sdt>",
    f'<w:p><w:ins w:id="1" w:author="PLANTED">{run("修订后留下的字")}</w:ins><w:del w:id="2" w:author="PLANTED">'  # noqa: E501
    "<w:r><w:delText>PLANTED</w:delText></w:r></w:del></w:p>",
    '<w:tbl><w:tblPr><w:tblDescription w:val="PLANTED"/></w:tblPr><w:tblGrid><w:gridCol/></w:tblGrid>'
    f"<w:tr><w:tc><w:p>{run('表里的字')}</w:p></w:tc></w:tr>"
    f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc><w:p>{run('PLANTED')}</w:p></w:tc></w:tr>"
    f'<w:tr><w:trPr><w:del w:id="3" w:author="x"/></w:trPr><w:tc><w:p>{run("PLANTED")}</w:p></w:tc></w:tr></w:tbl>',  # noqa: E501
    '<w:altChunk r:id="rIdChunk"/>',
]


@pytest.fixture
def copy(tmp_path):
    """The public copy of a report with something planted in every place."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    document = docx.Document()
    document.styles.element.append(
        parse_xml(
            f'<w:style {W} w:type="character" w:customStyle="1" w:styleId="Secret"><w:name w:val="PLANTED"/>'
            "<w:rPr><w:vanish/></w:rPr></w:style>"
        )
    )
    body = document.element.body
    for xml in PLANTED:
        name, rest = xml[1:].split(">", 1)[0].split(" ", 1)[0], xml
        rest = rest.replace(f"<{name}", f"<{name} {W}", 1)
        body.insert(len(body) - 1, parse_xml(rest))
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    part = document.part
    part.rels.add_relationship(office + "hyperlink", "file://server/PLANTED", "rIdPlanted", is_external=True)
    for identity, kind, name in (
        ("rIdChunk", "aFChunk", "/word/chunk.htm"),
        ("rIdMacros", "vbaProject", "/word/vbaProject.bin"),
        ("rIdOdd", "unknownKind", "/word/odd.bin"),
    ):
        planted = Part(PackURI(name), "application/octet-stream", b"PLANTED", part.package)
        part.rels.add_relationship(office + kind, planted, identity)
    picture = document.add_picture(io.BytesIO(PNG), Cm(1))
    picture._inline.docPr.set("descr", "PLANTED")
    document.core_properties.title = document.core_properties.author = "PLANTED"
    document.settings.element.append(parse_xml(f'<w:attachedSchema {W} w:val="PLANTED"/>'))
    document.sections[0].header.paragraphs[0]._p.append(
        parse_xml(f"<w:r {W}><w:rPr><w:vanish/></w:rPr><w:t>PLANTED</w:t></w:r>")
    )
    document.save(tmp_path / "自评报告.docx")
    made = public_report(Report(file=str(tmp_path / "自评报告.docx")))
    made.document.save(tmp_path / "公开.docx")
    return tmp_path / "公开.docx"


def test_nothing_planted_is_in_any_part(copy):
    with zipfile.ZipFile(copy) as package:
        found = [name for name in package.namelist() if b"PLANTED" in package.read(name)]
        assert found == []
        kinds = {name.rpartition(".")[2] for name in package.namelist()}
        assert kinds <= {"xml", "rels", "png"}
        assert not any(b'TargetMode="External"' in package.read(name) for name in package.namelist())


def test_what_is_seen_is_all_there(copy, assert_valid_ooxml):
    shown = "".join(docx.Document(str(copy)).element.body.itertext())
    assert [text for text in SEEN if text not in shown] == []
    assert_valid_ooxml(copy)


EMF = b"\x01\0\0\0" + b"PLANTED" * 9
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><desc>PLANTED</desc></svg>"


def add_part(part, name, kind, data):
    """The relation of a part to a new picture."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    return part.relate_to(Part(PackURI(name), kind, data, part.package), RELATIONSHIP_TYPE.IMAGE)


def test_pictures_that_may_hold_texts_are_left_out_and_counted(tmp_path, assert_valid_ooxml):
    document = docx.Document()
    document.add_paragraph("图前的字")
    emf = add_part(document.part, "/word/media/drawn.emf", "image/x-emf", EMF)
    for _ in range(2):
        blip = document.add_picture(io.BytesIO(PNG), Cm(1))._inline.xpath(".//a:blip")[0]
        blip.set(qn("r:embed"), emf)
    svg = add_part(document.part, "/word/media/drawn.svg", "image/svg+xml", SVG)
    both = document.add_picture(io.BytesIO(PNG), Cm(1))._inline.xpath(".//a:blip")[0]
    both.append(
        parse_xml(
            f'<a:extLst {nsdecls("a", "r")}><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">'
            '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
            f'r:embed="{svg}"/></a:ext></a:extLst>'
        )
    )
    damaged = add_part(document.part, "/word/media/cut.png", "image/png", PNG[:20])
    document.add_picture(io.BytesIO(PNG), Cm(1))._inline.xpath(".//a:blip")[0].set(qn("r:embed"), damaged)
    document.add_paragraph("图后的字")
    document.save(tmp_path / "自评报告.docx")
    made = public_report(Report(file=str(tmp_path / "自评报告.docx")))
    made.document.save(tmp_path / "公开.docx")
    assert (
        made.pictures == 3
    )  # two drawings of one EMF, and one that is cut off; the SVG has its PNG beside it
    shown = docx.Document(str(tmp_path / "公开.docx"))
    assert [p.text for p in shown.paragraphs if p.text] == ["图前的字", "图后的字"]
    assert len(shown.inline_shapes) == 1
    with zipfile.ZipFile(tmp_path / "公开.docx") as package:
        assert [name for name in package.namelist() if b"PLANTED" in package.read(name)] == []
        assert [name for name in package.namelist() if name.endswith((".emf", ".svg", ".png"))] == [
            "word/media/image1.png"
        ]
    assert_valid_ooxml(tmp_path / "公开.docx")


@pytest.mark.parametrize("data", [EMF, SVG, b"GIF89a", b"RIFF....WEBP", b"II*\0", b"BM", b""])
def test_other_pictures_are_none(data):
    assert plain_picture(data) == b""


def test_pictures_keep_their_points_and_lose_the_rest():
    plain = plain_picture(PNG)
    assert b"PLANTED" not in plain and b"IDAT" in plain and plain.endswith(chunk(b"IEND", b""))
    segment = b"\xff\xe1" + struct.pack(">H", 9) + b"PLANTED"
    jpeg = (
        b"\xff\xd8"
        + segment
        + b"\xff\xdb"
        + struct.pack(">H", 4)
        + b"qq"
        + b"\xff\xda\0\2points\xff\xd9PLANTED"
    )
    assert plain_picture(jpeg) == b"\xff\xd8\xff\xdb\0\4qq\xff\xda\0\2points\xff\xd9"
    assert plain_picture(jpeg[:8]) == plain_picture(PNG[:30]) == b""
