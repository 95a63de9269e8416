"""Reading of Word's docx: tables as Grids with merged areas, headings and paragraphs as blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Area, Grid, Overlay, Value
from selfeval_xl.model.numbers import whole
from selfeval_xl.model.symbols import SYMBOL_FONT, in_font
from selfeval_xl.model.text import ODD, seen
from selfeval_xl.readers.formats.grid_values import clean, merged
from selfeval_xl.readers.formats.guard import DAMAGED, MAX_VALUES, Package
from selfeval_xl.readers.formats.office_package import report_foreign_parts, saved_time
from selfeval_xl.readers.formats.source import DDE, Source
from selfeval_xl.readers.formats.word_objects import comments_in, has_objects, objects_in
from selfeval_xl.readers.formats.xml_walk import tree, walk

Block = tuple[int, str]  # (heading level or 0, text)

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_DOCUMENT, _STYLES = "word/document.xml", "word/styles.xml"
_SKIPPED = frozenset(
    (
        "del",
        "moveFrom",
        "instrText",
        "delText",
        "rPr",
        "pPr",
        "tbl",
        "Fallback",
        "footnoteReference",
        "pict",
        "drawing",
    )
)
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
MAX_TABLES = 500
MAX_COLUMNS = 200
_OFF = frozenset(("0", "false", "off"))  # values of a property that is switched off
_QUOTED = 3  # most pieces of hidden text that a sentence quotes
MAX_ABOVE = 4  # paragraphs above a table that may be its title, year or names


@dataclass(slots=True)
class Document:
    """The contents of a docx.

    blocks: paragraphs outside tables in order. after: for each table, how many blocks stand before it.
    fields: the codes of its fields. hidden: the pieces of hidden text, which are no part of the rest.
    comments: texts by number; None where the document has neither comments nor drawings. floating: text boxes
    that hang on no cell; they may lie over any table.
    """

    grids: list[Grid] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    comments: dict[str, str] | None = None
    floating: list[Overlay] = field(default_factory=list)


def read_word(package: Package) -> Document:
    """The tables (表1, 表2 ... in order, nested ones after the one that holds them) and paragraphs of a docx.

    Text that tracked changes deleted and hidden text are left out, the latter with a problem. Raises
    UnreadableFile for a damaged document.
    """
    parts = package.parts(name for name in (_DOCUMENT, _STYLES) if name in package.entries)
    document = Document()
    try:
        root = tree(_with_usual_namespace(parts[_DOCUMENT]))
        document.comments = comments_in(package) if has_objects(parts[_DOCUMENT]) else None
        levels = _heading_levels(parts.get(_STYLES))
    except (ElementTree.ParseError, KeyError) as error:
        raise UnreadableFile(DAMAGED) from error
    body = root.find(f"{_W}body")
    if body is not None:
        _read_body(body, levels, document)
    if document.hidden:
        document.problems.append(_hidden_problem(document.hidden))
    document.fields = [element.text or "" for element in root.iter(f"{_W}instrText")]
    return document


def _hidden_problem(hidden: list[str]) -> Problem:
    """The problem of a document with these pieces of hidden text."""
    quoted = "、".join(f"“{text[:20]}”" for text in hidden[:_QUOTED])
    more = f"等{len(hidden)}处" if len(hidden) > _QUOTED else ""
    return Problem(f"文件里有隐藏的文字，没有当作填写的内容：{quoted}{more}。", rule="T05")


def _heading_levels(xml: bytes | None) -> dict[str, int]:
    """The outline level (1 the highest) of each paragraph style that has one; the title is 1."""
    levels: dict[str, int] = {}
    based: dict[str, str] = {}
    if not xml:
        return levels
    for event, _, style in walk(_with_usual_namespace(xml), frozenset(("style",))):
        if event == "start" or style.tag != f"{_W}style":
            continue
        identity = style.get(f"{_W}styleId", "")
        name = _attribute(style, "name").lower()
        outline = _outline_level(style)
        if outline is not None:
            levels[identity] = outline
        elif name == "title":
            levels[identity] = 1
        elif name.startswith("heading ") and name[8:].isdecimal():
            levels[identity] = whole(name[8:])
        elif _attribute(style, "basedOn"):
            based[identity] = _attribute(style, "basedOn")
    for identity, parent in based.items():
        for _ in range(10):
            if parent in levels:
                levels[identity] = levels[parent]
                break
            parent = based.get(parent, "")
    return {identity: level for identity, level in levels.items() if level <= 9}


def _with_usual_namespace(xml: bytes) -> bytes:
    """The XML with the namespace of the usual variant, also where it was saved as strict Open XML."""
    return xml.replace(_STRICT, _W[1:-1].encode())


def _attribute(element: ElementTree.Element, child: str) -> str:
    """The attribute val of a child, "" where there is none."""
    found = element.find(f"{_W}{child}")
    return "" if found is None else found.get(f"{_W}val", "")


def _outline_level(element: ElementTree.Element) -> int | None:
    """The outline level (1 the highest) of a paragraph or a style, None where it has none of its own."""
    value = _attribute(element, f"pPr/{_W}outlineLvl")
    level = whole(value, -1)
    return None if level < 0 else level + 1


def _read_body(body: ElementTree.Element, levels: dict[str, int], document: Document) -> None:
    """Adds the tables and paragraphs of the body to the document."""
    tables = 0
    for element in _content(body):
        if element.tag == f"{_W}p":
            text = _text(element, document.hidden)
            if document.comments is not None:
                floating = objects_in((element,), {}, None)[1]
                document.floating += floating
            if text.strip():
                document.blocks.append((_level(element, levels), text))
        elif tables < MAX_TABLES:
            first = document.after[-1] if document.after else 0
            above = tuple(text for _, text in document.blocks[first:][-MAX_ABOVE:])
            caption = document.blocks[-1][1] if document.blocks else ""
            for table in _with_nested(element):
                tables += 1
                document.after.append(len(document.blocks))
                document.grids.append(_grid(table, f"表{tables}", caption, above, document))
        else:
            document.problems.append(
                Problem(
                    f"文件里的表格超过{MAX_TABLES}个，后面的没有读取。请只保留自评表和自评报告后再报送。",
                    rule="T01",
                )
            )
            return


def _content(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The paragraphs and tables, also those in content controls and tracked insertions, but not in tables."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (
            f"{_W}sdt",
            f"{_W}sdtContent",
            f"{_W}ins",
            f"{_W}moveTo",
            f"{_W}customXml",
            f"{_W}smartTag",
        ):
            waiting += reversed(child)


def _with_nested(table: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """A table, then those inside its cells."""
    yield from table.iter(f"{_W}tbl")


def _level(paragraph: ElementTree.Element, levels: dict[str, int]) -> int:
    """The heading level of a paragraph, its own or its style's; 0 for plain text."""
    outline = _outline_level(paragraph)
    if outline is not None and outline <= 9:
        return outline
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return levels.get(style.get(f"{_W}val", ""), 0) if style is not None else 0


def _text(paragraph: ElementTree.Element, hidden: list[str]) -> str:
    """The displayed text of a paragraph: without deleted text, field codes and floating objects.

    Hidden text is added to `hidden`. Letters in a symbol font are the signs that they show.
    """
    parts: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        name = element.tag.rpartition("}")[2]
        if name == "r":
            font, vanished = _run_looks(element)
            pieces = list(_run_texts(element, font))
            if vanished:
                hidden += [text for text in ("".join(pieces).strip(),) if text]
            else:
                parts += pieces
        elif name in _BREAKS:
            parts.append(_BREAKS[name])
        elif name not in _SKIPPED:
            waiting += reversed(element)
    text = "".join(parts)
    return seen(text) if ODD.search(text) else text


def _run_looks(run: ElementTree.Element) -> tuple[str, bool]:
    """The symbol font of a run ("" for another font), and whether it is hidden."""
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return "", False
    fonts, vanish = properties.find(f"{_W}rFonts"), properties.find(f"{_W}vanish")
    font = "" if fonts is None else fonts.get(f"{_W}ascii", "")
    vanished = vanish is not None and vanish.get(f"{_W}val", "1") not in _OFF
    return (font if SYMBOL_FONT.match(font) else ""), vanished


def _run_texts(run: ElementTree.Element, font: str) -> Iterator[str]:
    """Yields the pieces of a run's text. font: its symbol font, or "" for another."""
    waiting = list(reversed(run))
    while waiting:
        element = waiting.pop()
        name = element.tag.rpartition("}")[2]
        if name == "t":
            yield in_font(element.text or "", font)
        elif name == "sym":
            yield _symbol(element)
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name not in _SKIPPED:
            waiting += reversed(element)


def _symbol(element: ElementTree.Element) -> str:
    """The sign of a `sym` element: a letter of a symbol font by its code."""
    try:
        letter = chr(int(element.get(f"{_W}char", ""), 16))
    except (ValueError, OverflowError):
        return ""
    return in_font(letter, element.get(f"{_W}font", ""))


@dataclass(slots=True)
class _Span:
    """A merged area while its rows are still coming."""

    top: int
    left: int
    bottom: int
    right: int


def _grid(
    table: ElementTree.Element, name: str, caption: str, lines: tuple[str, ...], document: Document
) -> Grid:
    """A table as a Grid: cells that span columns, or go on from the row above, are merged areas.

    lines: the paragraphs above it. Problems and hidden text are added to the document's.
    """
    rows: list[list[Value]] = []
    spans: list[_Span] = []
    above: dict[int, _Span] = {}
    size = 0
    for number, row in enumerate(_rows(table)):
        values, above = _row_values(row, number, above, spans, document.hidden)
        rows.append(values)
        size += len(values)
        if size > MAX_VALUES:
            document.problems.append(
                Problem("表格过大，后面的行没有读取。请只保留自评表后再报送。", sheet=name, rule="T01")
            )
            break
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    areas, _ = merged((((span.top, span.left), (span.bottom, span.right)) for span in spans), rows)
    pictures, overlays = _objects(table, rows, document.comments)
    return Grid(
        name,
        rows,
        areas,
        caption=caption,
        above=lines,
        pictures=pictures,
        overlays=lambda: [*overlays, *document.floating],
    )


def _objects(
    table: ElementTree.Element, rows: list[list[Value]], comments: dict[str, str] | None
) -> tuple[frozenset[tuple[int, int]], list[Overlay]]:
    """The cells of a table that hold a picture and no text, and what hangs on its cells."""
    pictures: set[tuple[int, int]] = set()
    overlays: list[Overlay] = []
    for number, row in enumerate(_rows(table) if comments is not None else ()):
        column = _number(row, f"{_W}trPr/{_W}gridBefore")
        for cell in _cells(row):
            paragraphs = (each for each in _content(cell) if each.tag == f"{_W}p")
            place = Area(number, column, number, column)
            picture, found = objects_in(paragraphs, comments or {}, place)
            overlays += found
            if picture and number < len(rows) and rows[number][column : column + 1] == [None]:
                pictures.add((number, column))
            column += max(1, _number(cell, f"{_W}tcPr/{_W}gridSpan"))
    return frozenset(pictures), overlays


def _row_values(
    row: ElementTree.Element,
    number: int,
    above: dict[int, _Span],
    spans: list[_Span],
    hidden: list[str],
) -> tuple[list[Value], dict[int, _Span]]:
    """The values of a row, and the areas that may go on in the row below, by their first column.

    above: the same areas of the row above. spans: all areas of the table; this row's are added, and
    its hidden text to `hidden`.
    """
    values: list[Value] = [None] * min(_number(row, f"{_W}trPr/{_W}gridBefore"), MAX_COLUMNS)
    open_spans: dict[int, _Span] = {}
    for cell in _cells(row):
        left, width = len(values), max(1, min(_number(cell, f"{_W}tcPr/{_W}gridSpan"), MAX_COLUMNS))
        if left + width > MAX_COLUMNS:
            break
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        continued = (
            above.get(left) if merge is not None and merge.get(f"{_W}val", "continue") == "continue" else None
        )
        if continued is not None and continued.right == left + width - 1:
            continued.bottom = number
            open_spans[left] = continued
        elif merge is not None or width > 1:
            span = _Span(number, left, number, left + width - 1)
            spans.append(span)
            if merge is not None:
                open_spans[left] = span
        text = "\n".join(
            _text(paragraph, hidden) for paragraph in _content(cell) if paragraph.tag == f"{_W}p"
        )
        goes_on = continued is not None and open_spans.get(left) is continued
        values += [None if goes_on else clean(text.strip("\n")), *[None] * (width - 1)]
    return values, open_spans


def _rows(table: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The rows of a table."""
    yield from _children(table, "tr")


def _cells(row: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The cells of a row."""
    yield from _children(row, "tc")


def _children(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The children of this name, also those in content controls and tracked insertions."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        if child.tag == f"{_W}{name}":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            waiting += reversed(child)


def _number(element: ElementTree.Element, path: str) -> int:
    """The number in the attribute val of a descendant, 0 where there is none."""
    found = element.find(path)
    value = "" if found is None else found.get(f"{_W}val", "")
    return int(value) if value.isdecimal() and len(value) < 6 else 0


def read_into(source: Source, package: Package) -> None:
    """Reads a docx."""
    source.saved = saved_time(package)
    document = read_word(package)
    source.grids, source.blocks, source.table_after = document.grids, document.blocks, document.after
    source.problems += document.problems
    report_foreign_parts(source, package, "word/")
    if any(code.strip().upper().startswith("DDE") for code in document.fields):
        source.problems.append(Problem(DDE, rule="T07"))
