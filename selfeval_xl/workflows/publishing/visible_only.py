"""What is taken out of a Word text for the public: what is not seen on paper, or would fetch something.

Fields become their last result, links their text, content controls and smart tags what is in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from selfeval_xl.workflows.publishing.plain_pictures import plain_picture

if TYPE_CHECKING:
    from docx.opc.package import OpcPackage
    from docx.opc.part import Part
    from lxml.etree import _Element

_KEPT_RELATIONS = frozenset(
    ("styles", "numbering", "settings", "theme", "footnotes", "endnotes", "header", "footer")
    + ("image", "chart")
)
_UNWRAPPED = (  # elements that are replaced by what is in them
    *("hyperlink", "fldSimple", "smartTag", "customXml", "sdt", "sdtContent", "dir", "bdo"),
    *("ins", "moveTo"),  # what was added under tracking
)
_REMOVED = (  # elements that are removed with all that is in them
    *("del", "delText", "moveFrom", "cellDel"),  # what was deleted under tracking
    *("moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd"),
    *("rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "trPrChange", "tcPrChange", "tblGridChange"),
    *("commentRangeStart", "commentRangeEnd", "commentReference"),
    *("instrText", "delInstrText", "fldChar", "altChunk", "subDoc", "object", "sdtPr", "sdtEndPr"),
    *("smartTagPr", "customXmlPr", "bookmarkStart", "bookmarkEnd", "permStart", "permEnd", "proofErr"),
    *("cellIns", "cellMerge", "numberingChange", "tblPrExChange", "tblCaption", "tblDescription"),
    *("customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart", "customXmlDelRangeEnd"),
    *("customXmlMoveFromRangeStart", "customXmlMoveFromRangeEnd", "customXmlMoveToRangeStart"),
    *("customXmlMoveToRangeEnd", "printerSettings", "fldData", "ptab"),
)
_HIDING = ("vanish", "webHidden", "specVanish")
_DRAWN = ("drawing", "pict", "object")
_TEXTS = ("descr", "title", "alt", "name", "o:title", "href")  # attributes of drawings that are not seen
_OFF = ("0", "false", "off")


def leave_visible(root: _Element, part: Part, hidden_styles: frozenset[str]) -> int:
    """Takes out of a part's text all that is not seen. hidden_styles: identities of styles of hidden text.

    Returns how many pictures went with it, because nobody can say what else is in them (EMF, WMF, SVG).
    """
    from docx.oxml.ns import qn

    for row in list(root.iter(qn("w:tr"))):
        properties = row.find(qn("w:trPr"))
        if properties is not None and any(
            properties.find(qn(f"w:{name}")) is not None for name in ("hidden", "del")
        ):
            row.getparent().remove(row)
    for run in list(root.iter(qn("w:r"))):
        if _is_hidden(run, hidden_styles) and run.getparent() is not None:
            run.getparent().remove(run)
    take_out(root)
    pictures = _pictures_of_other_kinds(part)
    _drop_relations(part)
    dropped = _drop_without_part(root, part, pictures)
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] in (
            "docPr",
            "cNvPr",
            "shape",
            "rect",
        ):
            for attribute in list(element.attrib):
                if attribute.rpartition("}")[2] in _TEXTS:
                    element.set(attribute, "") if attribute == "name" else element.attrib.pop(attribute)
    return dropped


def take_out(root: _Element) -> None:
    """Accepts tracked changes, and takes out remarks, fields, links and marks."""
    from docx.oxml.ns import qn

    for name in _REMOVED:
        for element in list(root.iter(qn(f"w:{name}"))):
            element.getparent().remove(element)
    for name in _UNWRAPPED:
        for element in list(root.iter(qn(f"w:{name}"))):
            for child in list(element):
                element.addprevious(child)
            element.getparent().remove(element)


def hidden_styles(styles: _Element) -> frozenset[str]:
    """The identities of the styles whose text is hidden, by themselves or by the one they are based on."""
    from docx.oxml.ns import qn

    hidden: set[str] = set()
    based: dict[str, str] = {}
    for style in styles.iter(qn("w:style")):
        identity = style.get(qn("w:styleId"), "")
        base = style.find(qn("w:basedOn"))
        based[identity] = base.get(qn("w:val"), "") if base is not None else ""
        if any(_on(style.find(f"{qn('w:rPr')}/{qn(f'w:{name}')}")) for name in _HIDING):
            hidden.add(identity)
    for _ in based:
        more = {identity for identity, base in based.items() if base in hidden} - hidden
        if not more:
            break
        hidden |= more
    return frozenset(hidden)


def name_plainly(styles: _Element) -> None:
    """Gives styles that people made, whose names may say anything, names by number."""
    from docx.oxml.ns import qn

    for number, style in enumerate(styles.iter(qn("w:style")), 1):
        for child in list(style):
            if child.tag in (qn("w:aliases"), qn("w:rsid")):
                style.remove(child)
            elif child.tag == qn("w:name") and style.get(qn("w:customStyle"), "0") not in _OFF:
                child.set(qn("w:val"), f"样式{number}")


def without_metadata(package: OpcPackage) -> None:
    """Takes out of the pictures of a file all that is not seen."""
    for part in package.iter_parts():
        if part.content_type.startswith("image/"):
            part._blob = plain_picture(part.blob)


def _is_hidden(run: _Element, styles: frozenset[str]) -> bool:
    """Whether a run is hidden, by itself, by its style or by that of its paragraph."""
    from docx.oxml.ns import qn

    own = run.find(qn("w:rPr"))
    if own is not None:
        stated = [element for name in _HIDING if (element := own.find(qn(f"w:{name}"))) is not None]
        if stated:
            return any(map(_on, stated))
        style = own.find(qn("w:rStyle"))
        if style is not None and style.get(qn("w:val")) in styles:
            return True
    paragraph = next(run.iterancestors(qn("w:p")), None)
    style = None if paragraph is None else paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return style is not None and style.get(qn("w:val")) in styles


def _on(element: _Element | None) -> bool:
    """Whether a switch is there and on."""
    from docx.oxml.ns import qn

    return element is not None and element.get(qn("w:val"), "1") not in _OFF


def _drop_relations(part: Part, kept: Iterable[str] = _KEPT_RELATIONS) -> None:
    """Drops the relations to anything outside the file, and to parts of kinds that are not kept."""
    for identity, relation in list(part.rels.items()):
        if relation.is_external or relation.reltype.rpartition("/")[2] not in kept:
            del part.rels[identity]


def _pictures_of_other_kinds(part: Part) -> set[str]:
    """The relations to pictures of other kinds than PNG and JPEG, or damaged ones; they are dropped."""
    found = {
        identity
        for identity, relation in part.rels.items()
        if not relation.is_external
        and relation.reltype.rpartition("/")[2] == "image"
        and not plain_picture(relation.target_part.blob)
    }
    for identity in found:
        del part.rels[identity]
    return found


def _drop_without_part(root: _Element, part: Part, pictures: Collection[str]) -> int:
    """Takes out what refers to a part that was dropped, with the drawing around it.

    pictures: the dropped relations to pictures; returns how many drawings with one of them were taken out. A
    drawing whose picture stays loses only the other form of it (SVG) that newer programs would show.
    """
    from docx.oxml.ns import qn

    space = qn("r:id").partition("}")[0] + "}"
    drawn = {qn(f"w:{name}") for name in _DRAWN}
    count = 0
    for element in list(root.iter()):
        for attribute, identity in element.attrib.items():
            if attribute.startswith(space) and identity and identity not in part.rels:
                around = next(
                    (each for each in element.iterancestors() if _holds_together(each, drawn)), element
                )
                if around.getparent() is not None and root in around.iterancestors():
                    around.getparent().remove(around)
                    count += identity in pictures and around.tag in drawn
                break
    return count


def _holds_together(element: _Element, drawn: Collection[str]) -> bool:
    """Whether an element is of no use without a part that something in it refers to."""
    return element.tag in drawn or str(element.tag).endswith("}ext")
