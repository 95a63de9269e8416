"""Workbooks of ours as Excel prints them, on a system without 宋体.

Widths of columns are counted in digits of the style Normal, 宋体 10.5: 7 pixels in Excel. Where the font is
missing LibreOffice takes digits a quarter wider, and the sheets print smaller than they are.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

USUAL = re.compile(
    r'<font><sz val="10\.5"/><color theme="1"/><name val="宋体"/><family val="2"/>(<charset [^>]*>)?</font>'
)
DIGITS = '<font><sz val="8.25"/><color theme="1"/><name val="DejaVu Sans"/><family val="2"/></font>'
STYLES = "xl/styles.xml"


def digits_of_excel(styles: str) -> str:
    """The part xl/styles.xml with a font of such digits for the style Normal; cells keep theirs."""
    fonts = re.search(r'<fonts count="(\d+)">(.*?)</fonts>', styles)
    usual = USUAL.match(fonts[2]) if fonts else None
    if fonts is None or usual is None:
        raise ValueError("the style Normal has another font")
    count = int(fonts[1])
    inside = f"{DIGITS}{fonts[2][usual.end() :]}{usual[0]}"
    styles = styles.replace(fonts[0], f'<fonts count="{count + 1}">{inside}</fonts>')
    head, formats, tail = re.split(r"(<cellXfs .*?</cellXfs>)", styles, flags=re.S)
    default, *others = formats.split("<xf ")[1:]
    start = formats[: formats.index("<xf ")]
    own = [each.replace('fontId="0"', f'fontId="{count}" applyFont="1"') for each in others]
    return head + "<xf ".join((start, default, *own)) + tail


def as_excel_prints(book: Path, out: Path) -> Path:
    """Writes a copy with such digits; returns its path."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, digits_of_excel(data.decode()) if name == STYLES else data)
    return out
