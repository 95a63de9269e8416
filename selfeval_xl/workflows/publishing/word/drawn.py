"""Pictures, charts and text boxes of a Word file, written anew with their place and size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from selfeval_xl.workflows.publishing.word.allowed import W, local

if TYPE_CHECKING:
    from lxml.etree import _Element

    from selfeval_xl.workflows.publishing.word.roles import Target, Writer

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
V = "{urn:schemas-microsoft-com:vml}"
_SPACES = " ".join(
    f'xmlns:{prefix}="{space[1:-1]}"'
    for prefix, space in (("w", W), ("a", A), ("wp", WP), ("pic", PIC), ("c", C), ("wps", WPS), ("r", R))
)
_LARGEST = 50_000_000  # English Metric Units, 1.4 m
_CROPPED = 500  # of 100,000 of a picture's side; less is a rounding
_SHAPES = (
    *("rect", "roundRect", "ellipse", "line", "straightConnector1", "triangle", "diamond", "star5"),
    *("rightArrow", "leftArrow", "upArrow", "downArrow", "flowChartProcess", "flowChartDecision"),
    *("flowChartTerminator", "flowChartAlternateProcess", "wedgeRectCallout", "leftBrace", "rightBrace"),
)
_FROM_H = (
    "margin",
    "page",
    "column",
    "character",
    "leftMargin",
    "rightMargin",
    "insideMargin",
    "outsideMargin",
)
_FROM_V = (
    "margin",
    "page",
    "paragraph",
    "line",
    "topMargin",
    "bottomMargin",
    "insideMargin",
    "outsideMargin",
)
_ALIGNED = ("left", "right", "center", "inside", "outside", "top", "bottom")
_TEXTS = ("bothSides", "left", "right", "largest")
_LENGTH = re.compile(
    r"(?:^|;)\s*(width|height)\s*:\s*(\d{1,5}(?:\.\d{1,4})?)(pt|in|cm|mm|px)?", re.IGNORECASE
)
_CHANGES = ("lumMod", "lumOff", "tint", "shade", "alpha", "satMod")
_UNITS = {"pt": 12_700, "in": 914_400, "cm": 360_000, "mm": 36_000, "px": 9_525, "": 9_525}


def drawing(element: _Element, writer: Writer) -> _Element | None:
    """A picture, chart or text box written anew; None where it is of another kind, damaged or cropped."""
    return _modern(element, writer) if local(element) == "drawing" else _old(element, writer)


def _modern(element: _Element, writer: Writer) -> _Element | None:
    """The same, of DrawingML."""
    frame = next((each for each in element if each.tag in (f"{WP}inline", f"{WP}anchor")), None)
    data = None if frame is None else frame.find(f"{A}graphic/{A}graphicData")
    if frame is None or data is None or not len(data):
        return None
    size = _size(frame.find(f"{WP}extent"))
    held = next((each for each in data if isinstance(each.tag, str)), None)
    if not size or held is None:
        return None
    if held.tag == f"{PIC}pic":
        inside = _picture(held, writer, size)
    elif held.tag == f"{C}chart":
        inside = _chart(held, writer)
    elif held.tag == f"{WPS}wsp":
        return _shape(held, writer, frame, size)
    else:
        return None
    return _in_frame(frame, size, inside, writer.target) if inside else None


def _old(element: _Element, writer: Writer) -> _Element | None:
    """The picture of a VML shape or of an embedded object."""
    image = next(element.iter(f"{V}imagedata"), None)
    if image is None or image.getparent() is None:
        return None
    if any(image.get(f"crop{side}", "0") not in ("0", "0f") for side in ("left", "right", "top", "bottom")):
        return None
    found = {
        name.lower(): min(round(float(number) * _UNITS[unit.lower()]), _LARGEST)
        for name, number, unit in _LENGTH.findall(image.getparent().get("style", "")[:2000])
    }
    size = found.get("width", 0), found.get("height", 0)
    identity = writer.target.picture(writer.part, writer.story, image.get(f"{R}id", ""))
    if not identity or not all(size):
        return None
    return _in_frame(None, size, _picture_xml(identity, size), writer.target)


def _picture(element: _Element, writer: Writer, size: tuple[int, int]) -> str:
    """The XML of a picture; "" for one of another kind, or of which only a part is shown."""
    blip = element.find(f"{PIC}blipFill/{A}blip")
    crop = element.find(f"{PIC}blipFill/{A}srcRect")
    if (
        blip is None
        or crop is not None
        and any(_whole(crop.get(side, "0"), 100_000) > _CROPPED for side in ("l", "t", "r", "b"))
    ):
        return ""
    identity = writer.target.picture(writer.part, writer.story, blip.get(f"{R}embed", ""))
    turned = element.find(f"{PIC}spPr/{A}xfrm")
    return identity and _picture_xml(
        identity, size, _turned(turned), _line(element.find(f"{PIC}spPr"), writer)
    )


def _picture_xml(identity: str, size: tuple[int, int], turned: str = "", line: str = "") -> str:
    wide, high = size
    return (
        f'<a:graphicData uri="{PIC[1:-1]}"><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name=""/><pic:cNvPicPr/>'
        f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{identity}"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm{turned}><a:off x="0" y="0"/>'
        f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{line}</pic:spPr></pic:pic></a:graphicData>'
    )


def _chart(element: _Element, writer: Writer) -> str:
    """The XML that refers to a chart, which is written anew; "" for a damaged one."""
    identity = writer.target.chart(writer.part, writer.story, element.get(f"{R}id", ""))
    return identity and f'<a:graphicData uri="{C[1:-1]}"><c:chart r:id="{identity}"/></a:graphicData>'


def _shape(shape: _Element, writer: Writer, frame: _Element, size: tuple[int, int]) -> _Element | None:
    """A text box, or a simple shape such as a line."""
    from lxml import etree

    properties = shape.find(f"{WPS}spPr")
    geometry = None if properties is None else properties.find(f"{A}prstGeom")
    kind = "rect" if geometry is None else geometry.get("prst", "")
    content = shape.find(f"{WPS}txbx/{W}txbxContent")
    if kind not in _SHAPES:
        if content is None:
            return None
        kind = "rect"
    turned = None if properties is None else properties.find(f"{A}xfrm")
    wide, high = size
    body = shape.find(f"{WPS}bodyPr")
    insets = (
        ""
        if body is None
        else "".join(
            f' {side}="{_whole(body.get(side, ""), _LARGEST)}"'
            for side in ("lIns", "tIns", "rIns", "bIns")
            if body.get(side)
        )
    )
    for name, values in (("vert", ("horz", "eaVert", "vert", "vert270")), ("anchor", ("t", "ctr", "b"))):
        if body is not None and body.get(name) in values:
            insets += f' {name}="{body.get(name)}"'
    inside = (
        f'<a:graphicData uri="{WPS[1:-1]}"><wps:wsp><wps:cNvSpPr/><wps:spPr>'
        f'<a:xfrm{_turned(turned)}><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        f'<a:prstGeom prst="{kind}"><a:avLst/></a:prstGeom>{_filled(shape, writer)}'
        f"{_line(properties, writer, shape)}</wps:spPr><wps:bodyPr{insets}/></wps:wsp></a:graphicData>"
    )
    made = _in_frame(frame, size, inside, writer.target)
    if content is not None:
        box = etree.Element(f"{W}txbxContent")
        box.extend(writer.blocks(content, in_box=True) or [etree.SubElement(box, f"{W}p")])
        outer = etree.Element(f"{WPS}txbx")
        outer.append(box)
        next(made.iter(f"{WPS}bodyPr")).addprevious(outer)
    return _for_newer_programs(made)


def _for_newer_programs(made: _Element) -> _Element:
    """A shape as the files of Word have it: for programs that know shapes."""
    from lxml import etree

    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    outer = etree.Element(f"{{{space}}}AlternateContent", nsmap={"mc": space})
    choice = etree.SubElement(outer, f"{{{space}}}Choice", nsmap={"wps": WPS[1:-1]})
    choice.set("Requires", "wps")
    choice.append(made)
    return outer


def _in_frame(frame: _Element | None, size: tuple[int, int], inside: str, target: Target) -> _Element:
    """A drawing in the line, or at its place on the page."""
    from lxml import etree

    wide, high = size
    common = f'<wp:docPr id="{target.next_drawing()}" name=""/><wp:cNvGraphicFramePr/>'
    common += f"<a:graphic>{inside}</a:graphic>"
    apart = "".join(
        f' {name}="{max(0, _whole(frame.get(name, ""), _LARGEST))}"'
        for name in ("distT", "distB", "distL", "distR")
        if frame is not None and frame.get(name)
    )
    if frame is None or frame.tag == f"{WP}inline":
        xml = f'<wp:inline{apart}><wp:extent cx="{wide}" cy="{high}"/>{common}</wp:inline>'
    else:
        switches = "".join(
            f' {name}="{int(frame.get(name) in ("1", "true"))}"'
            for name in ("behindDoc", "locked", "layoutInCell", "allowOverlap")
        )
        xml = (
            f'<wp:anchor simplePos="0" relativeHeight="{_whole(frame.get("relativeHeight", "1"), 2**31)}"'
            f'{switches}{apart}><wp:simplePos x="0" y="0"/>'
            f"{_position(frame, 'H', _FROM_H)}{_position(frame, 'V', _FROM_V)}"
            f'<wp:extent cx="{wide}" cy="{high}"/>{_wrap(frame)}{common}</wp:anchor>'
        )
    made: _Element = etree.fromstring(f"<w:drawing {_SPACES}>{xml}</w:drawing>")
    return made


def _position(frame: _Element, way: str, places: tuple[str, ...]) -> str:
    """Where a drawing stands, across (H) or down (V)."""
    found = frame.find(f"{WP}position{way}")
    start = "column" if way == "H" else "paragraph"
    inside = "<wp:posOffset>0</wp:posOffset>"
    if found is not None:
        start = found.get("relativeFrom", "") if found.get("relativeFrom") in places else start
        align, offset = found.findtext(f"{WP}align", ""), found.findtext(f"{WP}posOffset", "")
        if align in _ALIGNED:
            inside = f"<wp:align>{align}</wp:align>"
        else:
            inside = f"<wp:posOffset>{_whole(offset, _LARGEST)}</wp:posOffset>"
    return f'<wp:position{way} relativeFrom="{start}">{inside}</wp:position{way}>'


def _wrap(frame: _Element) -> str:
    """How the text runs around a drawing."""
    for name in ("wrapNone", "wrapTopAndBottom"):
        if frame.find(WP + name) is not None:
            return f"<wp:{name}/>"
    found = next(
        (
            each
            for name in ("wrapSquare", "wrapTight", "wrapThrough")
            if (each := frame.find(WP + name)) is not None
        ),
        None,
    )
    if found is None:
        return "<wp:wrapNone/>"
    text = found.get("wrapText") if found.get("wrapText") in _TEXTS else "bothSides"
    return f'<wp:wrapSquare wrapText="{text}"/>'


def _filled(shape: _Element, writer: Writer) -> str:
    """The colour inside a shape."""
    properties = shape.find(f"{WPS}spPr")
    if properties is not None:
        if properties.find(f"{A}noFill") is not None:
            return "<a:noFill/>"
        colour = _colour(properties.find(f"{A}solidFill"), writer)
        if colour:
            return f"<a:solidFill>{colour}</a:solidFill>"
    colour = _style_colour(shape, "fillRef", writer)
    return f"<a:solidFill>{colour}</a:solidFill>" if colour else "<a:noFill/>"


def _line(properties: _Element | None, writer: Writer, shape: _Element | None = None) -> str:
    """The line around a picture or shape; "" for none."""
    line = None if properties is None else properties.find(f"{A}ln")
    colour, width = "", ""
    if line is not None:
        if line.find(f"{A}noFill") is not None:
            return "<a:ln><a:noFill/></a:ln>"
        width = f' w="{_whole(line.get("w", "9525"), 500_000)}"'
        colour = _colour(line.find(f"{A}solidFill"), writer)
    if not colour and shape is not None:
        colour = _style_colour(shape, "lnRef", writer)
    return f"<a:ln{width}><a:solidFill>{colour}</a:solidFill></a:ln>" if colour else ""


def _style_colour(shape: _Element, name: str, writer: Writer) -> str:
    """The colour that a shape's style gives to its inside or its line."""
    found = shape.find(f"{WPS}style/{A}{name}")
    return "" if found is None or found.get("idx", "0") == "0" else _colour(found, writer)


def _colour(fill: _Element | None, writer: Writer) -> str:
    """The XML of a colour, of the theme as its own; "" for none."""
    for each in () if fill is None else fill:
        name = each.get("val", "")
        text = name if each.tag == f"{A}srgbClr" else writer.target.looks.colours.get(name, "")
        if re.fullmatch(r"[0-9A-Fa-f]{6}", text):
            changes = "".join(
                f'<a:{name} val="{_whole(change.get("val", ""), 2**31)}"/>'
                for change in each
                if (name := str(change.tag).rpartition("}")[2]) in _CHANGES
            )
            return f'<a:srgbClr val="{text}">{changes}</a:srgbClr>'
    return ""


def _turned(element: _Element | None) -> str:
    """The attributes that turn a drawing."""
    if element is None:
        return ""
    turn = _whole(element.get("rot", "0"), 21_600_000)
    flips = "".join(f' {name}="1"' for name in ("flipH", "flipV") if element.get(name) in ("1", "true"))
    return (f' rot="{turn}"' if turn else "") + flips


def _size(element: _Element | None) -> tuple[int, int] | None:
    """Width and height of a drawing; None where it has none or cannot be seen."""
    if element is None:
        return None
    wide, high = (_whole(element.get(name, ""), _LARGEST) for name in ("cx", "cy"))
    return (max(wide, 0), max(high, 0)) if wide > 0 or high > 0 else None


def _whole(text: str, most: int) -> int:
    """The number that a text says, within bounds; 0 for any other text."""
    return max(-most, min(int(text), most)) if re.fullmatch(r"-?\d{1,12}", text) else 0
