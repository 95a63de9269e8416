"""Random edits of good forms, and what became of their values: read, unread and said, or lost in silence."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path

from selfeval_xl import layouts
from selfeval_xl.model.grid import Area, Grid, a1, position
from selfeval_xl.readers.recognition.form_finder import Found, forms_in
from selfeval_xl.readers.recognition.stage_forms import all_forms_in
from selfeval_xl.templates.frame import draw
from support.fillings import filling
from support.stage_tables import FOLDER, load
from support.text_grid import grid_of

Place = tuple[int, int]
Reading = Callable[[Grid, str], Found]

FORMS = sorted((Path(__file__).parents[1] / "forms").glob("*.md"))
TEXTS = (
    "注：以上数据截至年底。",
    "（以下为效益指标）",
    "填报说明：本表由项目单位填写",
    "小计",
    "合计",
    "第2页 共3页",
    "续表",
    "领导批示：请核对后报送",
    "此处请勿填写",
    "备注",
    "说明",
    "项目名称",
    "12.5",
    "——",
    "甲",
    "本项目为跨年度项目，资金分两年安排，年底前完成竣工验收并交付使用，运行情况良好。",
)
_LABELS = re.compile(r"[\u4e00-\u9fff]{2,}")
_KEYS_SHARED = frozenset(("level1", "level2", "department", "unit", "year", "grade", "total_points"))
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass
class Sheet:
    """A sheet that is edited. tokens: by cell the text by which its value is known, unique on the sheet."""

    cells: dict[Place, object]
    merges: list[Area]
    formats: dict[Place, str]
    tokens: dict[Place, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def grid(self) -> Grid:
        height = max((row for row, _ in self.cells), default=-1) + 1
        width = max((column for _, column in self.cells), default=-1) + 1
        rows = [[self.cells.get((row, column)) for column in range(width)] for row in range(height)]
        return Grid("表", rows, list(self.merges), formats=lambda: self.formats)

    def move(self, place) -> None:
        """Moves every cell to place(cell); a merged area goes with its first cell."""
        self.cells = {place(*at): value for at, value in self.cells.items()}
        self.formats = {place(*at): value for at, value in self.formats.items()}
        self.tokens = {place(*at): value for at, value in self.tokens.items()}
        moved = []
        for area in self.merges:
            (top, left), (bottom, right) = place(area.top, area.left), place(area.bottom, area.right)
            if bottom - top == area.bottom - area.top and right - left == area.right - area.left:
                moved.append(Area(top, left, bottom, right))
            elif bottom > top and right >= left:  # a row was put into it
                moved.append(Area(top, left, bottom, right))
        self.merges = moved

    @property
    def height(self) -> int:
        return max(row for row, _ in self.cells) + 1

    @property
    def width(self) -> int:
        return max(column for _, column in self.cells) + 1


def good_forms() -> Iterator[tuple[str, Sheet]]:
    """Forms of many layouts, each value made unique where that does not change how it is read."""
    for path in FORMS:
        blocks = path.read_text(encoding="utf-8").split("\n\n")
        table = next(block for block in blocks if block.lstrip().startswith("|"))
        yield path.stem, _with_tokens(grid_of(table))
    for layout_id in layouts.ids():
        for layout in layouts.sheets_of(layout_id):
            yield f"{layout_id}-{layout.kind}", _with_tokens(draw(layout, filling(layout), 2024).grid("表"))


def good_stage_forms() -> Iterator[tuple[str, Sheet]]:
    """Declarations and monitoring forms of many places, with tokens as above.

    Without the list of projects: a name over several rows left of all others looks like a section there,
    and where its rows are not read, the cells beside it say so.
    """
    for path in sorted(FOLDER.glob("*.md")):
        if "list-of-projects" in path.stem:
            continue
        yield path.stem, _with_tokens(grid_of(load(path)[0]), stage_forms_in)


def stage_forms_in(grid: Grid, file: str) -> Found:
    """What is found in a Grid, with the forms of the earlier stages as its forms."""
    found = all_forms_in(grid, file)
    found.forms = found.stage_forms
    return found


def _with_tokens(grid: Grid, reading: Reading = forms_in) -> Sheet:
    """The sheet of a Grid with tokens for the values that the reader gives back as they stand."""
    formats = dict(grid.formats()) if grid.formats else {}
    cells = {
        (row, column): value
        for row, line in enumerate(grid.rows)
        for column, value in enumerate(line)
        if value is not None
    }
    sheet = Sheet(cells, list(grid.merges), formats)
    for number, place in enumerate(sorted(_value_places(reading(sheet.grid(), "a.xlsx")))):
        value = sheet.cells.get(place)
        if isinstance(value, float | int) and place not in formats:
            sheet.cells[place] = float(f"{10 + number}.{number % 89 + 10}")
        elif isinstance(value, str) and _NUMBER.search(value):
            sheet.cells[place] = _NUMBER.sub(str(7001 + number), value, count=1)
    for place in _value_places(found := reading(sheet.grid(), "a.xlsx")):
        text = _plain(sheet.grid().text(*place))
        if text and _holds(found, text) and len(text) >= 3:
            sheet.tokens[place] = text
    texts = list(sheet.tokens.values())
    sheet.tokens = {at: text for at, text in sheet.tokens.items() if sum(text in t for t in texts) == 1}
    return sheet


def _value_places(found: Found) -> set[Place]:
    """The cells whose value a record has for itself."""
    names = {
        cell
        for form in found.forms
        for record in (form, form.goal, *form.funding, *form.indicators, *form.tasks)
        for key, cell in record.cells.items()
        if key not in _KEYS_SHARED and getattr(record, key, None) is not None and "," not in cell
    }
    return {position(name) for name in names if name}


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _holds(found: Found, text: str) -> bool:
    """Whether some record has a value with this text in it; points lose their % and 分."""
    bare = text.rstrip("%分")
    return any(text in value or bare == value for form in found.forms for value in _strings(form))


def _strings(record: object) -> Iterator[str]:
    """The values of a record and of those in it, the account left out."""
    if isinstance(record, str):
        yield _plain(record)
    elif isinstance(record, tuple | frozenset | list):
        for each in record:
            yield from _strings(each)
    elif isinstance(record, dict):
        for each in record.values():
            yield from _strings(each)
    elif is_dataclass(record):
        for each in fields(record):
            if each.name not in ("account", "frame", "file", "cells"):
                yield from _strings(getattr(record, each.name))


def insert_row(sheet: Sheet, dice: random.Random) -> None:
    """A row of any text, merged or not, starting in any column; blank; or an earlier row once more."""
    at = dice.randrange(1, sheet.height + 1)
    sheet.move(lambda row, column: (row + (row >= at), column))
    kind = dice.randrange(5)
    if kind == 0:
        return
    if kind == 1:  # a repeated head
        source = dice.randrange(0, at)
        for column in range(sheet.width):
            text = sheet.cells.get((source, column))
            if isinstance(text, str) and (source, column) not in sheet.tokens:
                sheet.cells[at, column] = text
        return
    for _ in range(1 if kind < 4 else dice.randrange(2, 4)):
        first = dice.randrange(sheet.width)
        inside = any(area.holds(at, column) for area in sheet.merges for column in (first,))
        if not inside:
            sheet.cells[at, first] = dice.choice(TEXTS)
        last = dice.randrange(first, sheet.width)
        if kind == 3 and last > first and not _covered(sheet, at, first, at, last):
            sheet.merges.append(Area(at, first, at, last))


def _covered(sheet: Sheet, top: int, left: int, bottom: int, right: int) -> bool:
    """Whether a merged area or a second value lies in this rectangle."""
    return any(
        area.top <= bottom and top <= area.bottom and area.left <= right and left <= area.right
        for area in sheet.merges
    ) or any(top <= r <= bottom and left <= c <= right and (r, c) != (top, left) for r, c in sheet.cells)


def delete_label(sheet: Sheet, dice: random.Random) -> None:
    """The text of a label is gone."""
    labels = [
        at
        for at, value in sheet.cells.items()
        if at not in sheet.tokens and isinstance(value, str) and _LABELS.search(value)
    ]
    del sheet.cells[dice.choice(sorted(labels))]


def merge_cells(sheet: Sheet, dice: random.Random) -> None:
    """A cell is merged with empty ones right of it or below."""
    row, column = dice.choice(sorted(sheet.cells))
    down, right = dice.choice(((1, 0), (0, 1), (0, 2), (2, 0), (1, 1)))
    if not _covered(sheet, row, column, row + down, column + right):
        sheet.merges.append(Area(row, column, row + down, column + right))


def move_rows(sheet: Sheet, dice: random.Random) -> None:
    """Some rows stand somewhere else, or empty rows come between."""
    first = dice.randrange(1, sheet.height)
    last = min(sheet.height - 1, first + dice.randrange(4))
    to = dice.choice((sheet.height, sheet.height + 3, dice.randrange(1, sheet.height)))
    if first <= to <= last + 1:
        sheet.move(lambda row, column: (row + 2 * (row >= first), column))
        return
    count = last - first + 1

    def place(row: int, column: int) -> Place:
        if first <= row <= last:
            return (to + row - first - (count if to > last else 0), column)
        if to > last:
            return (row - count, column) if last < row < to else (row, column)
        return (row + count, column) if to <= row < first else (row, column)

    sheet.move(place)


def move_cell(sheet: Sheet, dice: random.Random) -> None:
    """A value stands in an empty cell near its own, as after a slip of the mouse."""
    place = dice.choice(sorted(sheet.tokens or sheet.cells))
    row, column = place[0] + dice.randrange(-1, 2), place[1] + dice.randrange(-1, 3)
    target = (max(row, 0), max(column, 0))
    if target in sheet.cells or _covered(sheet, *target, *target) or _covered(sheet, *place, *place):
        return
    sheet.cells[target] = sheet.cells.pop(place)
    if place in sheet.formats:
        sheet.formats[target] = sheet.formats.pop(place)
    if place in sheet.tokens:
        sheet.tokens[target] = sheet.tokens.pop(place)


def move_columns(sheet: Sheet, dice: random.Random) -> None:
    """An empty column comes between, or the form stands further right and down."""
    if dice.random() < 0.5:
        at = dice.randrange(1, sheet.width)
        sheet.move(lambda row, column: (row, column + (column >= at)))
    else:
        right, down = dice.randrange(3), dice.randrange(4)
        sheet.move(lambda row, column: (row + down, column + right))


def change_format(sheet: Sheet, dice: random.Random) -> None:
    """A number is shown in another way."""
    numbers = [at for at, value in sheet.cells.items() if isinstance(value, float)]
    if numbers:
        place = dice.choice(sorted(numbers))
        sheet.formats[place] = dice.choice(("0.00", "#,##0.00", "General", "0.0000", "0.00%"))
        sheet.tokens.pop(place, None)


EDITS = (insert_row, insert_row, delete_label, merge_cells, move_rows, move_cell, move_columns, change_format)


def edited(sheet: Sheet, seed: int) -> Sheet:
    """A copy of the sheet after one to three random edits."""
    dice = random.Random(seed)
    copy = Sheet(dict(sheet.cells), list(sheet.merges), dict(sheet.formats), dict(sheet.tokens))
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        edit = dice.choice(EDITS)
        edit(copy, dice)
        copy.done.append(edit.__name__)
    return copy


def lost_in_silence(sheet: Sheet, reading: Reading = forms_in) -> list[str]:
    """The values that are in no record, not unread and in no problem: cell and text.

    A sheet that is known as another form, or as none, and is not read says so as a whole.
    """
    grid = sheet.grid()
    found = reading(grid, "a.xlsx")
    if not found.forms and reading is stage_forms_in:
        return []
    said = {name for form in found.forms for each in form.account.unread for name in each.names}
    said |= {problem.cell for problem in found.problems if problem.cell}
    if not found.forms and any(problem.rule == "T01" for problem in found.problems):
        return []
    hidden = {
        (row, column)
        for area in sheet.merges
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
        if (row, column) != (area.top, area.left)
    }
    return [
        f"{a1(*place)} {text}"
        for place, text in sheet.tokens.items()
        if place not in hidden and a1(*place) not in said and not _holds(found, _plain(text))
    ]
