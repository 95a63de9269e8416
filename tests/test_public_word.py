"""The public Word copy holds what is seen on paper, nothing else: every part is searched for planted words."""  # noqa: E501

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import zipfile
import zlib

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm
from lxml import etree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Report
from selfeval_xl.workflows.publishing.pdf import make_pdfs, office
from selfeval_xl.workflows.publishing.plain_pictures import plain_picture
from selfeval_xl.workflows.publishing.report import public_report
from support.word_papers import SHOWN, chunk, png, rewritten, write_paper

W = nsdecls("w", "r")


def run(text, properties=""):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def field(code, result):
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>' + code + "</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'  # noqa: E501
    )


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + chunk(b"tEXt", b"Author\0PLANTED")
    + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    + chunk(b"IEND", b"")
    + b"PLANTED"
)


def public(path, out):
    """The public copy of a Word file, written."""
    made = public_report(Report(file=str(path)))
    made.save(out)
    return made


def leaks(path, word=b"PLANTED"):
    """The parts of a package in which a word is."""
    with zipfile.ZipFile(path) as package:
        return [name for name in package.namelist() if word in package.read(name)]


PNG_PLAIN = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    + chunk(b"IEND", b"")
)
BIG = (
    b'<Relationship Id="rIdBig" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
    b'Target="media/big.jpeg"/></Relationships>'
)
SEEN = [
    "公开的正文",
    "域的结果",
    "链接的字",
    "控件里的字",
    "修订后留下的字",
    "表里的字",
    "链到的字",
    "并起来的格",
]
SEEN += ["下一格", "☒勾上的项", "③带圈的项", "没有收尾的域", "56.96/57.04"]
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
    f"<w:p>{run('PLANTED', '<w:color w:val=' + chr(34) + 'FFFFFF' + chr(34) + '/>')}</w:p>",
    f"<w:p>{run('PLANTED', '<w:sz w:val=' + chr(34) + '2' + chr(34) + '/>')}</w:p>",
    f"<w:p>{field('TC PLANTED', '')}{field('HYPERLINK PLANTED', '链到的字')}</w:p>",
    "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>"
    f'<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p>{run("并起来的格")}</w:p></w:tc></w:tr>'
    f"<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p>{run('PLANTED')}</w:p></w:tc></w:tr>"
    '<w:tr><w:trPr><w:trHeight w:val="20" w:hRule="exact"/></w:trPr>'
    f"<w:tc><w:p>{run('PLANTED')}</w:p></w:tc></w:tr>"
    f"<w:tr><w:tc><w:p>{run('下一格')}</w:p></w:tc></w:tr></w:tbl>",
    '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="PLANTED"/><w:checkBox>'
    "<w:checked/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r>"
    f'<w:r><w:fldChar w:fldCharType="end"/></w:r>{run("勾上的项")}</w:p>',
    f"<w:p>{field(' eq ' + chr(92) + 'o' + chr(92) + 'ac(○,3)', '')}{run('带圈的项')}</w:p>",
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("没有收尾的域") + "</w:p>",
    '<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:f><m:num><m:r>'
    "<m:t>56.96</m:t></m:r></m:num><m:den><m:r><m:t>57.04</m:t></m:r></m:den></m:f></m:oMath></w:p>",
    '<w:p><w:pPr><w:rPr><w:del w:id="8" w:author="PLANTED"/></w:rPr></w:pPr><w:del w:id="9" w:author="x">'
    "<w:r><w:delText>PLANTED</w:delText></w:r></w:del></w:p>",
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
    public(tmp_path / "自评报告.docx", tmp_path / "公开.docx")
    return tmp_path / "公开.docx"


def test_nothing_planted_is_in_any_part(copy):
    assert leaks(copy) == []
    with zipfile.ZipFile(copy) as package:
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
    made = public(tmp_path / "自评报告.docx", tmp_path / "公开.docx")
    assert (
        made.pictures == 3
    )  # two drawings of one EMF, and one that is cut off; the SVG has its PNG beside it
    shown = docx.Document(str(tmp_path / "公开.docx"))
    assert [p.text for p in shown.paragraphs if p.text] == ["图前的字", "图后的字"]
    assert len(shown.inline_shapes) == 1
    assert leaks(tmp_path / "公开.docx") == []
    with zipfile.ZipFile(tmp_path / "公开.docx") as package:
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
    assert plain_picture(plain) == plain
    segment = b"\xff\xe1" + struct.pack(">H", 9) + b"PLANTED"
    table = b"\xff\xdb\0\4qq"
    first, second = b"\xff\xda\0\2po\xff\0in\xff\xd0ts", b"\xff\xda\0\2more"
    jpeg = b"\xff\xd8" + segment + table + first + segment + second + b"\xff\xd9PLANTED\xff\xd9"
    assert plain_picture(jpeg) == b"\xff\xd8" + table + first + second + b"\xff\xd9"
    assert plain_picture(jpeg.replace(table, table + b"PLANTED")) == plain_picture(jpeg)
    assert plain_picture(jpeg[:8]) == plain_picture(PNG[:30]) == b""


def test_small_pictures_and_colour_profiles_inside_a_picture_do_not_go_along():
    small = b"\xff\xe0" + struct.pack(">H", 16 + 7) + b"JFIF\0\1\1\0\0\1\0\1\1\1" + b"PLANTED"
    jpeg = b"\xff\xd8" + small + b"\xff\xe2" + struct.pack(">H", 20) + b"ICC_PROFILEPLANTED"
    plain = plain_picture(jpeg + b"\xff\xda\0\2points\xff\xd9")
    assert plain == b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xda\0\2points\xff\xd9"
    packed = zlib.compress(b"\0\xff\0\0")
    behind = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + chunk(b"iCCP", b"PLANTED")
        + chunk(b"IDAT", packed[:3])
        + chunk(b"IDAT", packed[3:] + b"PLANTED")
        + chunk(b"IEND", b"")
    )
    assert plain_picture(behind) == PNG_PLAIN
    cut = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", packed[:5])
        + chunk(b"IEND", b"")
    )
    assert plain_picture(cut) == b""


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    return write_paper(tmp_path_factory.mktemp("paper") / "自评报告.docx")


def test_what_a_paper_shows_is_in_its_public_copy(paper, tmp_path, assert_valid_ooxml):
    made = public(paper, tmp_path / "公开.docx")
    assert [text for text in SHOWN if text not in made.text] == []
    assert made.masked == made.pictures == 0
    assert leaks(tmp_path / "公开.docx") == []
    assert_valid_ooxml(tmp_path / "公开.docx")


def test_a_public_copy_looks_like_the_paper(paper, tmp_path, libreoffice):
    public(paper, tmp_path / "公开.docx")
    (tmp_path / "原件.docx").write_bytes(paper.read_bytes())
    pages = []
    for pdf in make_pdfs([tmp_path / "原件.docx", tmp_path / "公开.docx"], office(), []):
        done = subprocess.run(["pdftoppm", "-r", "50", str(pdf)], capture_output=True, check=True)
        pages.append(done.stdout)
    assert len(pages) == 2 and pages[0].count(b"P6\n") == 3
    assert len(pages[0]) == len(pages[1])
    # A grey of the theme may be computed a shade darker.
    assert max(abs(before - after) for before, after in zip(*pages, strict=True)) <= 8


PARTS = ("word/document.xml", "word/styles.xml", "word/numbering.xml", "word/settings.xml")
PARTS += ("word/footnotes.xml", "word/header1.xml", "word/charts/chart1.xml", "word/theme/theme1.xml")
VISIBLE = {"lvlText"}  # an attribute that is seen: the sign of a list


@pytest.mark.slow
def test_no_attribute_is_a_way_out(paper, tmp_path):
    """The attributes of each kind of element, in each part, hold the planted word once."""
    with zipfile.ZipFile(paper) as package:
        roots = {name: etree.fromstring(package.read(name)) for name in PARTS}
    kinds = sorted(
        {
            (name, element.tag)
            for name, root in roots.items()
            for element in root.iter()
            if element.attrib and etree.QName(element).localname not in VISIBLE
        }
    )
    assert len(kinds) > 100
    found = []
    for part, tag in kinds:
        root = etree.fromstring(etree.tostring(roots[part]))
        for element in root.iter(tag):
            for key in element.attrib:
                element.set(key, "PLANTED")
        spoilt = rewritten(
            paper,
            tmp_path / "报告.docx",
            lambda name, data, part=part, root=root: etree.tostring(root) if name == part else data,
        )
        try:
            made = public(spoilt, tmp_path / "公开.docx")
        except UnreadableFile:
            continue
        if leaks(tmp_path / "公开.docx") or "PLANTED" in made.text:
            found.append((part, tag))
    assert found == []


def test_no_unknown_element_or_part_is_a_way_out(paper, tmp_path):
    """Inside each element stands one that nobody knows, with a text; parts without a reader are planted."""
    odd = etree.fromstring(
        '<x:odd xmlns:x="urn:odd" x:val="PLANTED"><x:t>PLANTED</x:t><w:t xmlns:w="http://schemas.openxmlformats'
        '.org/wordprocessingml/2006/main">PLANTED</w:t>PLANTED</x:odd>'
    )

    def change(name, data):
        if name not in PARTS:
            known = name.endswith((".rels", "[Content_Types].xml", ".png")) or name.startswith("word/foot")
            return data if known else b"<x>PLANTED</x>"
        root = etree.fromstring(data)
        for element in list(root.iter()):
            if isinstance(element.tag, str):
                element.append(etree.fromstring(etree.tostring(odd)))
                element.append(etree.Comment("PLANTED"))
        return etree.tostring(root)

    spoilt = rewritten(paper, tmp_path / "自评报告.docx", change)
    made = public(spoilt, tmp_path / "公开.docx")
    assert leaks(tmp_path / "公开.docx") == [] and [text for text in SHOWN if text not in made.text] == []


def test_a_number_in_a_cell_beside_its_label_is_masked(tmp_path):
    document = docx.Document()
    table = document.add_table(1, 4)
    for cell, text in zip(table.row_cells(0), ("联系电话", "87654321", "预算数", "87654321"), strict=True):
        cell.text = text
    split = document.add_paragraph()
    for piece in ("联系电话：139", "1234", "5678"):
        split.add_run(piece)
        split._p.append(parse_xml(f"<w:r {W}><w:noBreakHyphen/></w:r>"))
    document.save(tmp_path / "自评报告.docx")
    made = public(tmp_path / "自评报告.docx", tmp_path / "公开.docx")
    shown = docx.Document(str(tmp_path / "公开.docx"))
    assert [cell.text for cell in shown.tables[0].row_cells(0)] == [
        "联系电话",
        "876*****",
        "预算数",
        "87654321",
    ]
    assert shown.paragraphs[0].text == "联系电话：139-****-****-" and made.masked == 2


def test_a_picture_of_which_only_a_part_is_shown_is_left_out(tmp_path):
    document = docx.Document()
    for crop in ("0", "40000"):
        fill = document.add_picture(io.BytesIO(png(4, 4)), Cm(1))._inline.xpath(".//pic:blipFill")[0]
        fill.insert(1, parse_xml(f'<a:srcRect {nsdecls("a")} r="{crop}"/>'))
    document.save(tmp_path / "自评报告.docx")
    assert public(tmp_path / "自评报告.docx", tmp_path / "公开.docx").pictures == 1
    assert len(docx.Document(str(tmp_path / "公开.docx")).inline_shapes) == 1


def test_pages_are_numbered_as_before(paper, tmp_path):
    """The only fields of a public copy are the numbers of pages, which this program writes itself."""
    public(paper, tmp_path / "公开.docx")
    with zipfile.ZipFile(tmp_path / "公开.docx") as package:
        texts = {name: package.read(name).decode() for name in package.namelist() if name.endswith(".xml")}
    codes = [
        code for text in texts.values() for code in re.findall("<w:instrText>([^<]*)</w:instrText>", text)
    ]
    assert codes == ["PAGE"] and not any("fldSimple" in text for text in texts.values())


def test_a_large_picture_that_nothing_shows_is_not_inflated(paper, tmp_path):
    """A report of 3 MB whose unused picture is 600 MB is published within 300 MB."""
    with (
        zipfile.ZipFile(paper) as old,
        zipfile.ZipFile(tmp_path / "报告.docx", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "word/_rels/document.xml.rels":
                data = data.replace(b"</Relationships>", BIG)
            new.writestr(name, data)
        with new.open("word/media/big.jpeg", "w", force_zip64=True) as file:
            for _ in range(600):
                file.write(bytes(1 << 20))
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20)); "
        "from selfeval_xl.model.forms import Report; "
        "from selfeval_xl.workflows.publishing.report import public_report; "
        "public_report(Report(file=sys.argv[1])); "
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "报告.docx")], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 300 << 10
