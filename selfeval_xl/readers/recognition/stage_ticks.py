"""What an indicator of a monitoring form says by ticks or words: the causes of a deviation, the outlook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from selfeval_xl.model.forms import Indicator, Outlook
from selfeval_xl.model.grid import a1, position
from selfeval_xl.model.quantity import is_void
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.indicator_head import SCOPE, TableHead
from selfeval_xl.readers.recognition.scan import ScannedSheet
from selfeval_xl.readers.recognition.stage_labels import cause_named, cause_words, outlook_words

_SIGNS = "√✓✔☑■●◆★"  # what people tick with
_TICK = re.compile(rf"(?:[{_SIGNS}vVRP]|1(?:\.0)?|是|有|对|选|Y|y|yes|YES|Yes)+")
_NO_TICK = re.compile(r"(?:[×xX✗☐□○]|0(?:\.0)?|否|无|N|n|no|NO|No)+")
_EMPTY_BOX = re.compile(r"[□☐○]\s*[^□☐○√✓✔☑■●\s]{1,12}|[^□☐○√✓✔☑■●\s]{1,12}\s*[□☐○]")
_TICKED_BEFORE = re.compile(rf"[{_SIGNS}]\s*([^\s□☐○{_SIGNS}、,，;；]{{1,12}})")
_TICKED_BEHIND = re.compile(rf"([^\s□☐○{_SIGNS}、,，;；]{{1,12}})\s*[(（]?[{_SIGNS}]")
_BETWEEN = re.compile(r"[、,，;；/\s]+")
_NUMBERED = re.compile(r"^(?:[(（]?\d[)）.、．]|[①②③④⑤]|[A-Ea-e][.、．])")


@dataclass(frozen=True, slots=True)
class Ticks:
    """The columns of an indicator table in which something is ticked.

    causes: kind of cause by column. outlooks: outlook by column; where there is one column only, it is
    `outlook`, which has the word.
    """

    causes: Mapping[int, str] = field(default_factory=dict)
    outlooks: Mapping[int, Outlook] = field(default_factory=dict)
    outlook: int | None = None


def _is_mark(text: str) -> bool:
    """Whether a text is a tick or the sign for none."""
    plain = squeeze(text)
    return bool(_TICK.fullmatch(plain) or _NO_TICK.fullmatch(plain) or outlook_in(text))


def find_ticks(sheet: ScannedSheet, head: TableHead) -> Ticks:
    """The columns to tick of the table with this head."""
    causes: dict[int, str] = {}
    outlooks: dict[int, Outlook] = {}
    for row in {head.columns["name"].row, head.bottom}:
        for column in sheet.filled(row, head.left, head.right):
            word = core(sheet.lines[row][column])
            over = _label_over(sheet, head, row, column)
            if (cause := cause_named(word)) and (over == "note" or row in sheet.sub_heads):
                causes[column] = cause
            elif word in outlook_words() and (over == "outlook" or row in sheet.sub_heads):
                outlooks[column] = outlook_words()[word]
            else:
                continue
            sheet.furniture.add((row, column))
    label = head.columns.get("outlook")
    return Ticks(causes, outlooks, None if outlooks or label is None else label.column)


def _label_over(sheet: ScannedSheet, head: TableHead, row: int, column: int) -> str | None:
    """The key of the label of the head above a cell, if it reaches over its column."""
    for label in sheet.labels(head.top, row - 1, head.left, head.right):
        role = label.role(SCOPE)
        if role is not None and label.area.left <= column <= label.area.right:
            return role.key
    return None


def with_ticks(sheet: ScannedSheet, row: Indicator, ticks: Ticks) -> Indicator:
    """The indicator with its outlook, the kinds of causes, and the words that stand in their place."""
    line = _line_of(row)
    if line is None:
        return row
    cells, other = dict(row.cells), dict(row.other)
    outlook, outlook_cell = _outlook(sheet, line, ticks)
    if outlook_cell:
        cells["outlook"] = outlook_cell
    if outlook is None:
        other |= _as_written(sheet, line, ticks)
    causes, words = _causes(sheet, line, ticks)
    note = row.note
    if position(cells.get("note", "A1"))[1] in ticks.causes:  # no column 原因说明 beside the kinds
        note = None
        cells.pop("note")
    if words:
        note = "；".join(dict.fromkeys(filter(None, (*words.values(), note))))
        cells["note"] = ",".join(dict.fromkeys(filter(None, (*words, cells.get("note")))))
    named = next(filter(None, (_named_in(sheet.text(*place)) for place in _places(cells, "note"))), [])
    if causes:
        cells["causes"] = ",".join(causes)
    elif named:
        cells["causes"] = cells["note"]
    else:
        named, where = _in_further_column(sheet, line, other)
        if where or ticks.causes:
            cells["causes"] = where or ",".join(a1(line, column) for column in ticks.causes)
    known = {word for word in other if ticks.causes and cause_named(core(word))}
    if outlook is not None:
        known |= {word for word in other if core(word) in outlook_words() and _is_mark(other[word])}
    return replace(
        row,
        outlook=outlook,
        causes=tuple(dict.fromkeys((*causes.values(), *named))),
        note=note,
        other={word: text for word, text in other.items() if word not in known},
        cells=cells,
    )


def _places(cells: Mapping[str, str], key: str) -> list[tuple[int, int]]:
    """The row and column of each cell of a field."""
    return [position(name) for name in cells.get(key, "").split(",") if name]


def _line_of(row: Indicator) -> int | None:
    """The row of the sheet in which the indicator stands."""
    rows = [
        position(name)[0]
        for key in ("name", "target", "actual", "forecast")
        for name in (row.cells.get(key) or "").split(",")
        if name
    ]
    return max(rows, default=None)


def _outlook(sheet: ScannedSheet, line: int, ticks: Ticks) -> tuple[Outlook | None, str | None]:
    """The outlook of a row and its cell: the ticked column, or the word in the only one.

    None where nothing is ticked, or more than one column.
    """
    if ticks.outlook is not None:
        text, cell = sheet.take(line, ticks.outlook)
        found = outlook_in(text)
        return found, cell
    ticked: dict[str, Outlook] = {}
    for column, outlook in ticks.outlooks.items():
        text, cell = sheet.take(line, column)
        if text is None:
            continue
        if _TICK.fullmatch(squeeze(text)) or outlook_in(text) is outlook:
            ticked[cell] = outlook
        elif _NO_TICK.fullmatch(squeeze(text)):
            sheet.furniture.add(position(cell))
    if len(ticked) == 1:
        cell, outlook = next(iter(ticked.items()))
        return outlook, cell
    return None, ",".join(a1(line, column) for column in ticks.outlooks) or None


def _as_written(sheet: ScannedSheet, line: int, ticks: Ticks) -> dict[str, str]:
    """What stands in the place of an outlook and says none, by heads: words nobody knows, several ticks."""
    columns = {column: outlook.label for column, outlook in ticks.outlooks.items()}
    if ticks.outlook is not None:
        columns[ticks.outlook] = "完成目标可能性"
    texts: dict[str, str] = {}
    for column, head in columns.items():
        text, cell = sheet.take(line, column)
        if text is not None and position(cell) not in sheet.furniture:
            texts[head] = text
            sheet.values.add(position(cell))
    return texts


def outlook_in(text: str | None) -> Outlook | None:
    """The outlook that a text names, by its word or by the one that is ticked; None where it names none."""
    if text is None:
        return None
    words = _ticked_words(text)
    plain = words or [_NUMBERED.sub("", squeeze(text)).strip("。.;；")]
    found = {outlook_words()[word] for word in plain if word in outlook_words()}
    return found.pop() if len(found) == 1 and len(plain) == 1 else None


def _ticked_words(text: str) -> list[str]:
    """The words that are ticked in a text with several of them (☑确定能 □有可能)."""
    if not re.search(rf"[{_SIGNS}]", text):
        return []
    first = text.lstrip()[:1]
    pattern = _TICKED_BEFORE if first in f"□☐○{_SIGNS}" else _TICKED_BEHIND
    return [_NUMBERED.sub("", squeeze(word)).strip("()（）") for word in pattern.findall(text)]


def _causes(sheet: ScannedSheet, line: int, ticks: Ticks) -> tuple[dict[str, str], dict[str, str]]:
    """The kinds of causes of a row by cell, and the words that stand in the columns to tick by cell."""
    causes: dict[str, str] = {}
    words: dict[str, str] = {}
    for column, cause in ticks.causes.items():
        text, cell = sheet.take(line, column)
        if text is None or position(cell)[0] != line:
            continue
        plain = squeeze(text)
        if _NO_TICK.fullmatch(plain):
            sheet.furniture.add(position(cell))
            continue
        causes[cell] = cause
        if not _TICK.fullmatch(plain) and cause_named(core(text)) != cause and not is_void(text):
            words[cell] = text
    return causes, words


def _in_further_column(sheet: ScannedSheet, line: int, other: dict[str, str]) -> tuple[list[str], str]:
    """The kinds of causes that a further column names in words (偏差原因 beside 原因说明), and its cell.

    The column is taken from `other`.
    """
    for head, text in list(other.items()):
        named = _named_in(text) if "原因" in head else []
        column = next((column for column, told in sheet.lines[line].items() if told == text), None)
        if named and column is not None:
            del other[head]
            return named, a1(line, column)
    return [], ""


def _named_in(note: str | None) -> list[str]:
    """The kinds of causes that a reason names by themselves or by ticks (☑经费保障 □制度保障)."""
    if note is None:
        return []
    ticked = _ticked_words(note)
    pieces = ticked or [piece for piece in _BETWEEN.split(squeeze(note)) if piece]
    known = [cause_words()[word] for word in pieces if word in cause_words()]
    return known if len(known) == len(pieces) or ticked else []
