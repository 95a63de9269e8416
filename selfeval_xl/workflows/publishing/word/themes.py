"""The theme of a public Word copy: colours and known fonts of the received one, all else as Office has it.

Programs take from it what a chart leaves open, such as the colour of its axes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from selfeval_xl.workflows.publishing.word.allowed import is_font

if TYPE_CHECKING:
    from lxml.etree import _Element

_OFFICE = {
    **{"dk1": "000000", "lt1": "FFFFFF", "dk2": "44546A", "lt2": "E7E6E6", "accent1": "4472C4"},
    **{"accent2": "ED7D31", "accent3": "A5A5A5", "accent4": "FFC000", "accent5": "5B9BD5"},
    **{"accent6": "70AD47", "hlink": "0563C1", "folHlink": "954F72"},
}
_FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
_LINE = f'<a:ln w="{{width}}">{_FILL}<a:prstDash val="solid"/></a:ln>'
_LINES = (6350, 12700, 19050)
_EFFECT = "<a:effectStyle><a:effectLst/></a:effectStyle>"
_FORMATS = (
    f'<a:fmtScheme name="Office"><a:fillStyleLst>{_FILL * 3}</a:fillStyleLst><a:lnStyleLst>'
    f"{{lines}}</a:lnStyleLst>"
    f"<a:effectStyleLst>{_EFFECT * 3}</a:effectStyleLst><a:bgFillStyleLst>{_FILL * 3}</a:bgFillStyleLst>"
    "</a:fmtScheme>"
)


def theme(colours: Mapping[str, str], fonts: Mapping[str, str], lines: Sequence[int]) -> _Element:
    """A theme with these colours, widths of lines and, as far as they are known, fonts."""
    from lxml import etree

    scheme = "".join(
        f'<a:{name}><a:srgbClr val="{colour}"/></a:{name}>'
        for name, usual in _OFFICE.items()
        for colour in (colours.get(name, "") if _is_colour(colours.get(name, "")) else usual,)
    )
    letters = "".join(
        f"<a:{which}Font>"
        + "".join(
            f'<a:{place} typeface="{name if is_font(name) else ""}"/>'
            for place, key in (("latin", "Ascii"), ("ea", "EastAsia"), ("cs", "Bidi"))
            for name in (fonts.get(f"{which}{key}", ""),)
        )
        + f"</a:{which}Font>"
        for which in ("major", "minor")
    )
    widths = [*lines[:3], *_LINES[len(lines[:3]) :]]
    formats = _FORMATS.format(lines="".join(_LINE.format(width=width) for width in widths))
    made: _Element = etree.fromstring(
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office">'
        f'<a:themeElements><a:clrScheme name="Office">{scheme}</a:clrScheme>'
        f'<a:fontScheme name="Office">{letters}</a:fontScheme>{formats}</a:themeElements></a:theme>'
    )
    return made


def _is_colour(text: str) -> bool:
    return re.fullmatch(r"[0-9A-Fa-f]{6}", text) is not None
