"""Workbooks saved as text, as office systems export them, written by hand from a drawn form."""

from __future__ import annotations

import csv
from html import escape
from io import StringIO

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import percent_text


def shown(cell) -> str:
    """What a drawn cell displays, as a person would have typed it."""
    value = cell.value.value if isinstance(cell.value, Formula) else cell.value
    if value in (None, ""):
        return ""
    return percent_text(value) if cell.look == "percent" and not isinstance(value, str) else str(value)


def by_row(drawing) -> dict[int, list]:
    """The drawn cells by row, left to right."""
    rows: dict[int, list] = {row: [] for row in range(max(cell.area.bottom for cell in drawing.cells) + 1)}
    for cell in sorted(drawing.cells, key=lambda cell: (cell.area.top, cell.area.left)):
        rows[cell.area.top].append(cell)
    return rows


def table_tags(drawing, cell_tag: str = "td", attributes: str = "") -> str:
    """The form as an HTML table with merged cells."""
    lines = []
    for cells in by_row(drawing).values():
        tags = []
        for cell in cells:
            area = cell.area
            spans = f' colspan="{area.right - area.left + 1}" rowspan={area.bottom - area.top + 1}'
            text = escape(shown(cell)).replace("\n", "<br>\n      ") or "&nbsp;"
            tags.append(f"<{cell_tag}{spans}{attributes}>{text}</{cell_tag}>")
        lines.append(f"<tr>{''.join(tags)}</tr>")
    return "<table border=1>" + "\n".join(lines) + "</table>"


def xml_workbook(drawing, sheet: str, prefix: str = "") -> str:
    """The form as XML Spreadsheet 2003. prefix: of its elements, with a colon ("ss:")."""
    rows = []
    for number, cells in by_row(drawing).items():
        tags = []
        for cell in cells:
            area = cell.area
            across, down = area.right - area.left, area.bottom - area.top
            spans = (f' ss:MergeAcross="{across}"' if across else "") + (
                f' ss:MergeDown="{down}"' if down else ""
            )
            text = escape(shown(cell)).replace("\n", "&#10;")
            data = f'<{prefix}Data ss:Type="String">{text}</{prefix}Data>' if text else ""
            tags.append(f'<{prefix}Cell ss:Index="{area.left + 1}"{spans}>{data}</{prefix}Cell>')
        rows.append(f'<{prefix}Row ss:Index="{number + 1}">{"".join(tags)}</{prefix}Row>')
    own = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    also = "" if prefix == "ss:" else ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<{prefix}Workbook {own}="urn:schemas-microsoft-com:office:spreadsheet"{also}>'
        f'<{prefix}Worksheet ss:Name="{sheet}"><{prefix}Table>{"".join(rows)}</{prefix}Table>'
        f"</{prefix}Worksheet></{prefix}Workbook>"
    )


def separated(drawing, sign: str = ",") -> str:
    """The form as a table of text; merged cells have their value in the first."""
    rows = by_row(drawing)
    width = max(cell.area.right for cell in drawing.cells) + 1
    out = StringIO()
    writer = csv.writer(out, delimiter=sign)
    for cells in rows.values():
        line = [""] * width
        for cell in cells:
            line[cell.area.left] = shown(cell)
        writer.writerow(line)
    return out.getvalue()
