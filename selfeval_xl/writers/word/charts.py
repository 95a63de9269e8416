"""Native charts in Word: a chart part in XML, with its figures in an embedded workbook.

This way a person can change the chart in Word or WPS.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from docx.document import Document

    from selfeval_xl.writers.word.blocks import Chart

COLOURS = ("4472C4", "A5A5A5", "ED7D31", "FFC000", "70AD47")
_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "Sheet1"
_WIDE, _TALL = 150, 80  # millimetres
_LABELLED = 12  # most columns that get figures above them; the figures of more would overlap
_EMU = 36_000  # English Metric Units in a millimetre
_TEXT = '<a:defRPr sz="{size}" b="0"><a:latin typeface="Times New Roman"/><a:ea typeface="宋体"/></a:defRPr>'
_CHART = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" \
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" \
xmlns:r="{relation}"><c:roundedCorners val="0"/><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p>\
<a:pPr>{title_text}</a:pPr><a:r><a:rPr lang="zh-CN" sz="1200" b="0"/>\
<a:t>{title}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/>\
<c:plotArea><c:layout/>\
<c:barChart><c:barDir val="col"/><c:grouping val="{grouping}"/>\
<c:varyColors val="0"/>{series}<c:gapWidth val="80"/>{overlap}\
<c:axId val="111111111"/><c:axId val="222222222"/></c:barChart>\
<c:catAx><c:axId val="111111111"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>\
<c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/>\
<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:txPr><a:bodyPr/><a:p>\
<a:pPr>{axis_text}</a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>\
<c:crossAx val="222222222"/><c:crosses val="autoZero"/><c:auto val="1"/><c:lblAlgn val="ctr"/>\
<c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/></c:catAx>\
<c:valAx><c:axId val="222222222"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>\
<c:delete val="0"/><c:axPos val="l"/>\
<c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill></a:ln>\
</c:spPr></c:majorGridlines>\
<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>\
<c:tickLblPos val="nextTo"/>\
<c:txPr><a:bodyPr/><a:p><a:pPr>{axis_text}</a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>\
<c:crossAx val="111111111"/><c:crosses val="autoZero"/>\
<c:crossBetween val="between"/></c:valAx></c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/>\
<c:txPr><a:bodyPr/><a:p><a:pPr>{axis_text}</a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr></c:legend>\
<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>\
<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>"""
_SERIES = """<c:ser><c:idx val="{number}"/><c:order val="{number}"/><c:tx><c:strRef>\
<c:f>{sheet}!${letter}$1</c:f><c:strCache><c:ptCount val="1"/>\
<c:pt idx="0"><c:v>{name}</c:v></c:pt></c:strCache></c:strRef></c:tx><c:spPr><a:solidFill>\
<a:srgbClr val="{colour}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>\
<c:dLbls><c:spPr><a:noFill/></c:spPr><c:txPr><a:bodyPr/><a:p><a:pPr>{label_text}</a:pPr>\
<a:endParaRPr lang="zh-CN"/></a:p></c:txPr><c:showLegendKey val="0"/><c:showVal val="{labels}"/>\
<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>\
<c:cat><c:strRef><c:f>{sheet}!$A$2:$A${last}</c:f><c:strCache>\
<c:ptCount val="{count}"/>{categories}</c:strCache></c:strRef></c:cat>\
<c:val><c:numRef><c:f>{sheet}!${letter}$2:${letter}${last}</c:f><c:numCache>\
<c:formatCode>General</c:formatCode><c:ptCount val="{count}"/>{values}</c:numCache></c:numRef></c:val>\
</c:ser>"""
_DRAWING = """<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" \
xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" \
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" \
xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:r="{relation}">\
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{tall}"/>\
<wp:docPr id="{identity}" name="图{number}" descr="{title}"/><wp:cNvGraphicFramePr/>\
<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">\
<c:chart r:id="{rid}"/></a:graphicData></a:graphic></wp:inline></w:drawing>"""


def add_chart(document: Document, chart: Chart) -> None:
    """Adds the chart in a centred paragraph of its own, whose line grows with it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml

    package = document.part.package
    taken = {str(part.partname) for part in package.iter_parts()}
    number = next(number for number in range(1, 1000) if f"/word/charts/chart{number}.xml" not in taken)
    book = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _BOOK, _workbook(chart), package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _TYPE, chart_xml(chart).encode(), package)
    part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE)
    rid = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    xml = _DRAWING.format(
        relation=_RELATION,
        wide=_WIDE * _EMU,
        tall=_TALL * _EMU,
        identity=1000 + number,
        number=number,
        title=_quoted(chart.title),
        rid=rid,
    )
    paragraph.add_run()._element.append(parse_xml(xml))


def chart_xml(chart: Chart) -> str:
    """The XML of the chart part, with the same figures as the embedded workbook."""
    count = len(chart.categories)
    categories = "".join(
        f'<c:pt idx="{index}"><c:v>{_quoted(name)}</c:v></c:pt>'
        for index, name in enumerate(chart.categories)
    )
    series = "".join(
        _SERIES.format(
            number=number,
            sheet=_SHEET,
            letter=chr(66 + number),
            name=_quoted(name),
            colour=COLOURS[number % len(COLOURS)],
            last=count + 1,
            count=count,
            label_text=_TEXT.format(size=800),
            labels=int(count * len(chart.series) <= _LABELLED),
            categories=categories,
            values=_points(values),
        )
        for number, (name, values) in enumerate(chart.series)
    )
    return _CHART.format(
        relation=_RELATION,
        title=_quoted(chart.title),
        title_text=_TEXT.format(size=1200),
        axis_text=_TEXT.format(size=900),
        series=series,
        grouping="stacked" if chart.stacked else "clustered",
        overlap='<c:overlap val="100"/>' if chart.stacked else "",
    )


def _points(values: Iterable[Decimal | int | None]) -> str:
    return "".join(
        f'<c:pt idx="{index}"><c:v>{value}</c:v></c:pt>'
        for index, value in enumerate(values)
        if value is not None
    )


def _workbook(chart: Chart) -> bytes:
    import xlsxwriter

    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_SHEET)
    for column, (name, values) in enumerate(chart.series, 1):
        sheet.write_string(0, column, name)
        for row, value in enumerate(values, 1):
            if value is not None:
                sheet.write_number(row, column, float(value) if isinstance(value, Decimal) else value)
    for row, name in enumerate(chart.categories, 1):
        sheet.write_string(row, 0, name)
    book.close()
    return buffer.getvalue()


def _quoted(text: str) -> str:
    from selfeval_xl.writers.word.document import plain_letters

    return escape(plain_letters(text), {'"': "&quot;"})
