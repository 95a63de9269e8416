"""A report with all that a Word paper shows, and with things planted where nobody sees them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt, RGBColor

from selfeval_xl.writers.word import document as word
from selfeval_xl.writers.word.blocks import Chart
from selfeval_xl.writers.word.charts import add_chart

W = nsdecls("w", "r")
_SHAPES = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
BOX = f"""<w:r {nsdecls("w", "wp", "a", "r")} xmlns:wps="{_SHAPES}" \
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>\
<mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="114300" distR="114300" \
simplePos="0" relativeHeight="251659264" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">\
<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>2000000</wp:posOffset>\
</wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>500000</wp:posOffset></wp:positionV>\
<wp:extent cx="2400000" cy="800000"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>\
<wp:docPr id="77" name="PLANTED" descr="PLANTED"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData \
uri="{_SHAPES}"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>\
<a:ext cx="2400000" cy="800000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill>\
<a:srgbClr val="FFF2CC"/></a:solidFill><a:ln w="19050"><a:solidFill><a:srgbClr val="C00000"/></a:solidFill>\
</a:ln></wps:spPr><wps:txbx><w:txbxContent><w:p><w:r><w:t>框里的字</w:t></w:r></w:p></w:txbxContent>\
</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>\
</mc:AlternateContent></w:r>"""
_NOTES = (
    f'<w:footnotes {W}><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p>'
    '</w:footnote><w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/>'
    '</w:r></w:p></w:footnote><w:footnote w:id="5"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>脚注的字</w:t>'
    '</w:r></w:p></w:footnote><w:footnote w:id="6"><w:p><w:r><w:t>PLANTED</w:t></w:r></w:p></w:footnote>'
    "</w:footnotes>"
)
SHOWN = (
    *("示例县教育局", "加粗红字", "第一项", "圆点", "设备数量", "合并二乘二", "横并", "白字蓝底", "格4"),
    *("横页的页眉", "框里的字", "脚注的字", "执行率"),
)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(wide: int, high: int, *more: bytes) -> bytes:
    """A PNG with a run of colours. more: chunks before its points."""
    line = [bytes((x * 255 // wide, 128, 200)) for x in range(wide)]
    points = (b"\0" + b"".join(line)) * high
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            *more,
            chunk(b"IDAT", zlib.compress(points)),
            chunk(b"IEND", b""),
        )
    )


def write_paper(path: Path) -> Path:
    """Writes a report with every kind of thing that is seen, and a few planted ones."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    paper = word.new_document()
    word.title(paper, "示例县教育局", "2024年部门整体支出绩效自评报告")
    word.heading(paper, "一、部门概况", 1)
    word.body(paper, "本单位主要职责是教育管理。" * 8)
    line = paper.add_paragraph()
    run = line.add_run("加粗红字")
    run.bold, run.font.color.rgb = True, RGBColor(200, 0, 0)
    run = line.add_run("下划线大字")
    run.underline, run.font.size = True, Pt(22)
    line.add_run("斜体").italic = True
    line._p.append(parse_xml(f'<w:r {W}><w:footnoteReference w:id="5"/></w:r>'))
    for text, style in (("第一项", "List Number"), ("第二项", "List Number"), ("圆点", "List Bullet")):
        paper.add_paragraph(text, style=style)
    rows = [["设备数量", "25部", "12"], ["满意度", "95%", "96%"]]
    word.table(paper, ["指标", "目标", "完成"], rows, [60, 40, 40], "表1 主要指标")
    _merged_table(paper)
    coloured = paper.add_table(3, 3)
    coloured.style = "Light Grid Accent 1"
    for number, cell in enumerate(coloured._cells):
        cell.text = f"格{number}"
    paper.add_picture(io.BytesIO(png(60, 40, chunk(b"tEXt", b"Author\0PLANTED"))), Cm(6))
    add_chart(paper, Chart("执行率", ["甲", "乙", "丙"], [("预算", [3, 5, 6]), ("执行", [2, 4, 6])]))
    section = paper.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.header.is_linked_to_previous = False
    section.header.paragraphs[0].text = "横页的页眉"
    paper.add_paragraph("横向的一页")
    paper.paragraphs[-1]._p.append(parse_xml(BOX))
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    notes = Part(PackURI("/word/footnotes.xml"), kind, _NOTES.encode(), paper.part.package)
    paper.part.relate_to(
        notes, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    )
    paper.save(str(path))
    return path


def _merged_table(paper: docx.document.Document) -> None:
    """Adds a table with areas merged across and down, and white letters on blue."""
    table = paper.add_table(3, 4)
    table.style = "Table Grid"
    table.cell(0, 0).merge(table.cell(1, 1)).text = "合并二乘二"
    table.cell(0, 2).merge(table.cell(0, 3)).text = "横并"
    table.cell(2, 0).merge(table.cell(2, 3)).text = "一整行"
    table.cell(1, 2).text = "白字蓝底"
    shade = parse_xml(f'<w:shd {W} w:val="clear" w:fill="4472C4"/>')
    table.cell(1, 2)._tc.get_or_add_tcPr().append(shade)
    table.cell(1, 2).paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)


def rewritten(path: Path, out: Path, change) -> Path:
    """A copy of a package with each part as change(name, data) gives it."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out
