"""Charts of a Word file, written anew from the figures that they show, without the workbook behind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from selfeval_xl.workflows.publishing.word.allowed import is_font

if TYPE_CHECKING:
    from lxml.etree import _Element

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_KEPT = frozenset(
    "chartSpace roundedCorners chart title tx rich layout manualLayout layoutTarget xMode yMode wMode "
    "hMode x y w h overlay autoTitleDeleted view3D rotX rotY rAngAx depthPercent hPercent perspective "
    "floor sideWall backWall thickness plotArea barChart bar3DChart lineChart line3DChart pieChart "
    "pie3DChart doughnutChart ofPieChart areaChart area3DChart scatterChart radarChart bubbleChart "
    "barDir grouping varyColors ser idx order spPr invertIfNegative marker symbol size dPt explosion "
    "bubble3D dLbls dLbl dLblPos showLegendKey showVal showCatName showSerName showPercent "
    "showBubbleSize showLeaderLines leaderLines delete numFmt txPr cat val xVal yVal bubbleSize "
    "strRef numRef strCache numCache strLit numLit multiLvlStrRef multiLvlStrCache lvl ptCount pt v f "
    "formatCode gapWidth gapDepth overlap serLines shape axId catAx valAx dateAx serAx scaling "
    "orientation max min logBase axPos majorGridlines minorGridlines majorTickMark minorTickMark "
    "tickLblPos crossAx crosses crossesAt auto lblAlgn lblOffset noMultiLvlLbl crossBetween majorUnit "
    "minorUnit tickLblSkip tickMarkSkip baseTimeUnit majorTimeUnit minorTimeUnit legend legendPos "
    "legendEntry plotVisOnly dispBlanksAs smooth hiLowLines dropLines upDownBars upBars downBars "
    "firstSliceAng holeSize radarStyle scatterStyle dTable showHorzBorder showVertBorder showOutline "
    "showKeys splitType splitPos secondPieSize bubbleScale showNegBubbles sizeRepresents dispUnits "
    "builtInUnit".split()
)
_LOOKS = frozenset(
    "p pPr r rPr t br endParaRPr defRPr bodyPr lstStyle latin ea cs solidFill noFill srgbClr "
    "schemeClr lumMod lumOff tint shade alpha satMod satOff gradFill gsLst gs lin ln prstDash round "
    "bevel miter".split()
)
_ATTRIBUTES = frozenset(
    "val idx formatCode sourceLinked sz b i u strike baseline kern spc rot vert wrap anchor anchorCtr "
    "spcFirstLastPara algn w cap cmpd pos ang scaled typeface rotWithShape".split()
)
_FORMAT = re.compile(r"[#0,.%\-;()_ ]{1,40}|General|@|yyyy[\\/年-]{1,2}m{1,2}[\\/月-]{0,2}(?:d{1,2}日?)?")
_VALUE = re.compile(  # numbers, and the words that the standard has for charts
    r"-?\d{1,12}(?:\.\d{1,17})?(?:[eE]-?\d{1,3})?|true|false|bar|col|clustered|standard|stacked|percentStacked|"
    r"minMax|maxMin|nextTo|low|high|none|out|in|cross|autoZero|between|midCat|gap|zero|span|ctr|tr|inEnd|"
    r"inBase|outEnd|bestFit|inner|outer|edge|factor|circle|dash|dot|square|star|auto|lineMarker|line|"
    r"smoothMarker|smooth|filled|box|cylinder|cone|coneToMax|pyramid|pyramidToMax|days|months|years|pie|area|"
    r"percent|cust|horz|vert|vert270|eaVert|wordArtVert|flat|rnd|sq|sng|dbl|sysDot|sysDash|solid|dashDot|"
    r"lgDash|lgDashDot|sngStrike|noStrike|hundreds|thousands|tenThousands|hundredThousands|millions|"
    r"hundredMillions|[btlr]|just|dist|[A-Fa-f0-9]{6}|diamond|triangle|plus|x"
)
_CELLS = re.compile(r"!(\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?)")
_LANGUAGES = ("zh-CN", "en-US")


def chart(received: _Element, colours: dict[str, str]) -> _Element:
    """The chart with what is shown of it. colours: of the theme by their names."""
    made = _copied(received, colours)
    assert made is not None
    _drop_unseen(made)
    return made


def _copied(element: _Element, colours: dict[str, str]) -> _Element | None:
    """A new element with all of this one that a chart may have."""
    from lxml import etree

    tag = element.tag if isinstance(element.tag, str) else ""
    space, _, name = tag.rpartition("}")
    if f"{space}}}" not in (_C, _A) or name not in (_KEPT if f"{space}}}" == _C else _LOOKS):
        return None
    if name == "schemeClr":
        colour = colours.get(element.get("val", ""), "")
        tag, known = f"{_A}srgbClr", {"val": colour if re.fullmatch("[0-9A-Fa-f]{6}", colour) else "000000"}
    else:
        known = {key: text for key, text in element.attrib.items() if _fits(key, text)}
    made = etree.Element(tag, nsmap={"c": _C[1:-1], "a": _A[1:-1]})
    for key, text in known.items():
        made.set(key, text)
    if name in ("v", "t"):
        made.text = element.text
    elif name == "f":
        cells = _CELLS.search((element.text or "")[:200])
        made.text = f"Sheet1!{cells[1] if cells else '$A$1'}"  # no sheet's or file's name
    elif name == "formatCode":
        made.text = element.text if _FORMAT.fullmatch(element.text or "") else "General"
    elif name == "numFmt" and not made.get("formatCode"):
        made.set("formatCode", "General")
    for child in element:
        copied = _copied(child, colours)
        if copied is not None:
            made.append(copied)
    return made


def _fits(key: str, text: str) -> bool:
    """Whether an attribute may go along with this value."""
    if key == "lang":
        return text in _LANGUAGES
    if key not in _ATTRIBUTES:
        return False
    if key == "typeface":
        return is_font(text)
    return (_FORMAT if key == "formatCode" else _VALUE).fullmatch(text) is not None


def _drop_unseen(made: _Element) -> None:
    """Takes out the names of series and categories that are shown nowhere."""
    has_legend = made.find(f".//{_C}legend") is not None
    titled = made.find(f"{_C}chart/{_C}title/{_C}tx") is not None
    untitled = _is_on(made.find(f"{_C}chart/{_C}autoTitleDeleted"))
    table = made.find(f".//{_C}dTable") is not None
    if not (has_legend or table or _any(made, "showSerName")) and (titled or untitled):
        _drop(made, "tx")
    axes = [each for name in ("catAx", "dateAx") for each in made.iter(_C + name)]
    gone = all(_is_on(axis.find(f"{_C}delete")) for axis in axes)
    round_ones = any(
        next(made.iter(_C + name), None) is not None for name in ("pieChart", "pie3DChart", "doughnutChart")
    )
    if gone and not (table or _any(made, "showCatName") or round_ones and has_legend):
        _drop(made, "cat")


def _drop(made: _Element, name: str) -> None:
    for series in made.iter(f"{_C}ser"):
        for each in series.findall(_C + name):
            series.remove(each)


def _any(made: _Element, name: str) -> bool:
    """Whether any labels have this switched on."""
    return any(_is_on(each) for each in made.iter(_C + name))


def _is_on(element: _Element | None) -> bool:
    return element is not None and element.get("val", "1") not in ("0", "false")
