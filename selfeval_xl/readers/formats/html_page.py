"""Reading of web pages that call themselves .xls, the export of many office systems.

The whole page is one sheet, as Excel opens it: lines of text and tables below each other. Nothing in it is
run or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Grid, Value
from selfeval_xl.readers.formats.calamine import Corners
from selfeval_xl.readers.formats.grid_values import Place, clean, laid_out
from selfeval_xl.readers.formats.guard import DAMAGED, LAST_COLUMN, MAX_MERGES, MAX_VALUES, TOO_BIG
from selfeval_xl.readers.formats.page_boxes import BOXES, typed_in
from selfeval_xl.readers.formats.plain_text import sheet_name, text_of
from selfeval_xl.readers.formats.source import Source

MAX_DEPTH = 200
MAX_TAGS = 600_000  # about 110 MB as elements
_NO_CONTENT = frozenset(
    ("script", "style", "head", "title", "template", "noscript", "object", "iframe", "xml")
)
_LINES = frozenset(
    "p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd br hr center form caption pre blockquote section".split()
)
_CELLS = ("td", "th")
_SPACES = re.compile(r"[ \t\r\n\f]+")  # that a page shows as one; hard blanks stay
_CLASS = re.compile(r"\.([\w-]{1,40})\s*\{([^{}]{0,2000})\}")
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_FLAT = re.compile(r"(?:^|[;\s])(?:height|width)\s*:\s*0(?:\.0+)?(?:px|pt)?\s*(?:;|$)", re.IGNORECASE)
_COLOUR = re.compile(r"(?:^|[;\s])color\s*:\s*([#\w]{3,20})", re.IGNORECASE)
_GROUND = re.compile(r"background(?:-color)?\s*:\s*([#\w]{3,20})", re.IGNORECASE)
_WHITE = frozenset(("white", "#fff", "#ffffff"))
# A tag with its attributes; where its quotes are not in pairs, up to the next tag.
_TAG = re.compile(r"""<([A-Za-z][\w:-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*+>|[^<>]*>?)""")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_READ = {  # the attributes that are read, and the most letters of each
    **dict.fromkeys("style class colspan rowspan bgcolor color height type checked selected".split(), 2000),
    "value": 33_000,
}
_TABLE, _ROW = re.compile("<table", re.IGNORECASE), re.compile(r"<tr(?=[\s>])", re.IGNORECASE)
_SHEET_NAME = re.compile(r"<x:Name>([^<]{1,31})</x:Name>", re.IGNORECASE)
_SAVED = re.compile(r"<o:LastSaved>\s*([0-9T:Z.+-]{10,30})\s*</o:LastSaved>", re.IGNORECASE)
_ELSEWHERE = re.compile(r"<(?:frame|iframe|script)", re.IGNORECASE)
_NO_TABLE = "是网页，里面没有表格（表格在别的文件里，或者要联网才显示）；请用Excel打开后另存为xlsx再报送。"
_HIDDEN_TEXT = "网页里有看不见的文字（设为不显示），没有采用：{texts}。请核对，需要报送的请写到看得见的格里。"


@dataclass(slots=True)
class _Page:
    """A page while it is read. row: the next free one. classes: the style of each class. tables: how many."""

    classes: dict[str, str]
    row: int = 0
    values: dict[Place, Value] = field(default_factory=dict)
    corners: Corners = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_texts: list[str] = field(default_factory=list)
    unseen: set[Place] = field(default_factory=set)
    complete: bool = True
    tables: int = 0

    def style(self, element: Any) -> str:
        """The style of an element, its own and that of its classes."""
        own = element.get("style") or ""
        names = element.get("class")
        if not names:
            return own
        return ";".join((*(self.classes.get(name, "") for name in names.split()), own))

    def put(self, place: Place, text: str) -> None:
        """Sets a cell."""
        value = clean(text.strip())
        if value is None:
            return
        if len(self.values) >= MAX_VALUES:
            self.complete = False
        else:
            self.values[place] = value


@dataclass(slots=True)
class _Above:
    """The columns that cells from rows above take, a bit each. ends: those free again from a row on."""

    taken: int = 0
    ends: dict[int, int] = field(default_factory=dict)

    def begin_row(self, row: int) -> None:
        """Frees the columns of the cells that ended above this row."""
        self.taken &= ~self.ends.pop(row, 0)

    def next_free(self, column: int) -> int:
        """The first free column from this one on."""
        rest = self.taken >> column
        return column + (~rest & (rest + 1)).bit_length() - 1

    def reach_down(self, column: int, wide: int, row: int) -> None:
        """Takes these columns up to the row before this one."""
        bits = ((1 << wide) - 1) << column
        self.taken |= bits
        self.ends[row] = self.ends.get(row, 0) | bits


def read_into(source: Source, data: bytes) -> None:
    """Reads a web page as one sheet; UnreadableFile where it is damaged, too big or no text."""
    text, lost = text_of(data)
    name = _SHEET_NAME.search(text)
    sheet = name[1] if name else sheet_name(source.name)
    saved = _SAVED.search(text)
    source.saved = saved[1] if saved else None
    page = _Page(dict(_CLASS.findall(text[: 1 << 20])))
    for element in _body(text):
        _read_block(element, page)
    if not page.tables and _ELSEWHERE.search(text):
        raise UnreadableFile(_NO_TABLE)
    rows, areas, problems = laid_out(sheet, page.values, page.corners, page.complete)
    problems += _hidden_texts(page, sheet)
    if lost:
        problems.append(Problem(lost, rule="T01"))
    grid = Grid(
        sheet,
        rows,
        areas,
        hidden=lambda: (frozenset(page.hidden_rows), frozenset()),
        unseen=lambda: frozenset(page.unseen),
    )
    source.add([grid], problems)


def _body(text: str) -> list[Any]:
    """The page's element, parsed without running or fetching anything; none for an empty page."""
    from lxml import etree

    if text.count("<") > MAX_TAGS:
        raise UnreadableFile(TOO_BIG)
    if not _TABLE.search(text):
        text = _ROW.sub("<table><tr", text, count=1)  # a browser and Excel take rows without a table as one
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(_TAG.sub(_plain_tag, text).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(DAMAGED) from error
    if root is not None and _depth_exceeds(root, MAX_DEPTH):
        raise UnreadableFile(TOO_BIG)
    return [] if root is None else [root]


def _plain_tag(match: re.Match[str]) -> str:
    """A tag with the attributes that are read, each once: the parser compares each with every other."""
    attributes = {
        name.lower(): f"={value}" if value else ""
        for name, value in reversed(_ATTRIBUTE.findall(match[2]))
        if len(value) < _READ.get(name.lower(), 0)
    }
    return "<" + " ".join((match[1], *map("".join, attributes.items()))) + ">"


def _depth_exceeds(root: Any, limit: int) -> bool:
    """Whether an element stands deeper than the limit."""
    level = [root]
    for _ in range(limit):
        level = [child for node in level for child in node]
        if not level:
            return False
    return True


def _read_block(element: Any, page: _Page) -> None:
    """Reads the lines and tables in an element, in order; a line goes into the first column."""
    line: list[str] = []

    def end_line() -> None:
        text = _SPACES.sub(" ", "".join(line)).strip()
        line.clear()
        if text:
            page.put((page.row, 0), text)
            page.row += 1

    def walk(node: Any) -> None:
        tag = node.tag
        if not isinstance(tag, str) or tag in _NO_CONTENT:
            return
        if _NOT_SHOWN.search(page.style(node)):
            _note_hidden(node, page)
            return
        if tag == "table":
            end_line()
            _read_table(node, page)
            return
        if tag in _LINES:
            end_line()
        if tag in BOXES:
            line.append(typed_in(node))
            return
        line.append(node.text or "")
        for child in node:
            walk(child)
            line.append(child.tail or "")
        if tag in _LINES:
            end_line()

    walk(element)
    end_line()


def _note_hidden(node: Any, page: _Page) -> None:
    """Keeps the text of what the page does not show, for the problem that names it."""
    text = _SPACES.sub(" ", "".join(node.itertext())).strip()
    if text and len(page.hidden_texts) < 100:
        page.hidden_texts.append(text[:40])


def _read_table(table: Any, page: _Page) -> None:
    """Reads a table from the page's next row on; a table inside a cell goes below its row."""
    page.tables += 1
    above = _Above()
    for row in _rows(table):
        if row.tag == "caption":
            _read_block(row, page)
            continue
        if row.tag == "table":
            _read_table(row, page)
            continue
        style = page.style(row)
        if _NOT_SHOWN.search(style) or _FLAT.search(style) or row.get("height") == "0":
            page.hidden_rows.add(page.row)
        column, inner = 0, []
        above.begin_row(page.row)
        for cell in row:
            if cell.tag not in _CELLS:
                continue
            column = above.next_free(column)
            if column >= LAST_COLUMN:
                break
            column = _read_cell(cell, column, page, above)
            inner += _tables_in(cell)
        page.row += 1
        for each in inner:
            _read_table(each, page)
            above = _Above()


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table, its caption, and tables that stand between its rows, not those in its cells."""
    for child in table:
        if child.tag in ("tr", "caption", "table"):
            yield child
        elif child.tag in ("thead", "tbody", "tfoot", "form", "colgroup"):
            yield from _rows(child)


def _tables_in(cell: Any) -> list[Any]:
    """The tables inside a cell, without those inside them."""
    return [table for table in cell.iter("table") if next(table.iterancestors(*_CELLS)) is cell]


def _read_cell(cell: Any, column: int, page: _Page, above: _Above) -> int:
    """Reads a cell; returns the column behind it."""
    wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
    if (wide > 1 or high > 1) and len(page.corners) <= MAX_MERGES:
        page.corners.append(((page.row, column), (page.row + high - 1, column + wide - 1)))
    if high > 1:
        above.reach_down(column, wide, page.row + high)
    style = page.style(cell)
    if _NOT_SHOWN.search(style):
        _note_hidden(cell, page)
        return column + wide
    page.put((page.row, column), _text(cell, page))
    if _is_white(cell, style, page):
        page.unseen.add((page.row, column))
    return column + wide


def _span(cell: Any, name: str) -> int:
    """The number of rows or columns that a cell covers."""
    text = (cell.get(name) or "1").strip()
    return max(1, min(int(text), 1000)) if text.isascii() and text.isdecimal() and len(text) < 8 else 1


def _text(cell: Any, page: _Page) -> str:
    """What a cell shows: white space is one blank, <br> and blocks begin a line; no tables inside it."""
    pieces: list[str] = []

    def walk(node: Any) -> None:
        pieces.append(_SPACES.sub(" ", node.text or ""))
        for child in node:
            tag = child.tag
            if not isinstance(tag, str) or tag in _NO_CONTENT or tag == "table":
                pass
            elif _NOT_SHOWN.search(page.style(child)):
                _note_hidden(child, page)
            elif tag in BOXES:
                pieces.append(typed_in(child))
            else:
                if tag in _LINES:
                    pieces.append("\n")
                walk(child)
                if tag in _LINES and tag != "br":
                    pieces.append("\n")
            pieces.append(_SPACES.sub(" ", child.tail or ""))

    walk(cell)
    lines = [_SPACES.sub(" ", line).strip(" ") for line in "".join(pieces).split("\n")]
    return "\n".join(line for line in lines if line)


def _is_white(cell: Any, style: str, page: _Page) -> bool:
    """Whether the letters of a cell are white on white."""
    ground = _GROUND.search(style)
    if (ground and ground[1].lower() not in _WHITE) or cell.get("bgcolor"):
        return False
    colour = _COLOUR.search(style)
    if colour is None and len(cell) == 1 and not (cell.text or "").strip():
        inner = cell[0]
        colour = _COLOUR.search(page.style(inner))
        if colour is None and inner.tag == "font":
            return (inner.get("color") or "").lower() in _WHITE
    return colour is not None and colour[1].lower() in _WHITE


def _hidden_texts(page: _Page, sheet: str) -> list[Problem]:
    """The problem that names what the page does not show, if anything."""
    if not page.hidden_texts:
        return []
    more = f"等{len(page.hidden_texts)}处" if page.hidden_texts[3:] else ""
    texts = "；".join(page.hidden_texts[:3]) + more
    return [Problem(_HIDDEN_TEXT.format(texts=texts), sheet=sheet, rule="T05")]
