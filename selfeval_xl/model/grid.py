"""The grid: values and merged areas of one sheet or Word table. Later stages do not know the file type.

Rows and columns count from 0 here; people and findings see A1 names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite
from typing import ClassVar, NamedTuple

from selfeval_xl.model.display import cell as display
from selfeval_xl.model.text import ODD, seen

Value = None | str | float | int | bool | datetime | date

_WIDE = Context(prec=700)  # a float may have 300 digits before the point
_NAME = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})$")  # G12, $G$12
_CLOCK = re.compile(r"\A(\d{1,6}):(\d\d)(?::(\d\d))?")  # a time of day as the readers give it: 8:30, 8:30:05
_NO_DIGIT = re.compile(r"[^\d.]")


@lru_cache(maxsize=4096)
def column_name(column: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@lru_cache(maxsize=65_536)
def a1(row: int, column: int) -> str:
    """The A1 name of a cell counted from 0."""
    return f"{column_name(column)}{row + 1}"


@lru_cache(maxsize=65_536)
def position(name: str) -> tuple[int, int]:
    """The row and column, counted from 0, of an A1 name. Raises ValueError for anything else."""
    match = _NAME.match(name.upper())
    if not match:
        raise ValueError(f"not a cell: {name!r}")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def cell_names(text: str) -> list[str]:
    """The cell names in a text such as "G12,G15" or "G12，G15"; anything else in it is left out."""
    names = []
    for name in text.replace("，", ",").split(","):
        try:
            names.append(a1(*position(name.strip())))
        except ValueError:
            continue
    return names


class Area(NamedTuple):
    """A rectangle of cells, both corners inside it, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{a1(self.top, self.left)}:{a1(self.bottom, self.right)}"

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies inside the area."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@lru_cache(maxsize=16_384, typed=True)
def plain_number(number: float | int | Decimal) -> str:
    """The number as a person would type it: 15 significant digits, no exponent, no trailing `.0`."""
    text = format(number, ".15g") if isinstance(number, float) else format(Decimal(number), "f")
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Overlay:
    """A text box, a note or a picture that lies over cells and is in none of them.

    kind: `BOX`, `NOTE` or `PICTURE`. text: "" for a picture. area: the cells below; None where they are
    not known.
    """

    BOX: ClassVar[str] = "文本框"
    NOTE: ClassVar[str] = "批注"
    PICTURE: ClassVar[str] = "图片"

    kind: str
    text: str
    area: Area | None


@dataclass(slots=True)
class Grid:
    """The values of a sheet, row by row from A1, `None` where empty.

    Texts are kept as a person sees them (`seen`); `original` has what the file has. The functions look into
    the file only when called.

    formats: () -> {(row, column): number format}, e.g. "0.00%"; only cells that have one other than General.
    codes: () -> the number formats that `formats` has, each once; without it texts are taken to show as they
    stand and amounts as they are stored. styled: (some of them) -> the (row, column) of cells that have one.
    unseen: () -> the (row, column) of cells whose letters have the colour of what is behind them.
    formulas: () -> {(row, column): "=..."}. hidden: () -> (hidden rows, hidden columns).
    errors: () -> {(row, column): "#REF!"}; `rows` has the same text. blanks: () -> the (row, column) of
    formulas that give an empty text, which is a value and not a lost one.
    pictures: the cells that hold a picture, which is no value: they are empty in `rows`. unsaved: those with
    a formula that was saved as its own text; they are empty too. overlays: () -> what lies over the cells.
    odd: False where it is known that no text has letters which nobody sees as they stand.
    caption: the paragraph above a Word table. above: the paragraphs above it, as far as the table before.
    """

    name: str
    rows: list[list[Value]]
    merges: list[Area] = field(default_factory=list)
    visible: bool = True
    caption: str = ""
    above: tuple[str, ...] = ()
    formats: Callable[[], Mapping[tuple[int, int], str]] | None = None
    formulas: Callable[[], Mapping[tuple[int, int], str]] | None = None
    hidden: Callable[[], tuple[frozenset[int], frozenset[int]]] | None = None
    errors: Callable[[], Mapping[tuple[int, int], str]] | None = None
    blanks: Callable[[], frozenset[tuple[int, int]]] | None = None
    codes: Callable[[], Collection[str]] | None = None
    styled: Callable[[Collection[str]], Iterable[tuple[int, int]]] | None = None
    unseen: Callable[[], frozenset[tuple[int, int]]] | None = None
    pictures: frozenset[tuple[int, int]] = frozenset()
    unsaved: frozenset[tuple[int, int]] = frozenset()
    overlays: Callable[[], Sequence[Overlay]] | None = None
    odd: bool = True
    _formats: Mapping[tuple[int, int], str] | None = None
    _corner: dict[tuple[int, int], Area] | None = None
    _originals: dict[tuple[int, int], str] = field(default_factory=dict)
    _changes_texts: bool | None = None
    _scales: bool | None = None

    def __post_init__(self) -> None:
        if self.odd and ODD.search(
            "\0".join([value for row in self.rows for value in row if value.__class__ is str])
        ):
            self._tidy()

    def _tidy(self) -> None:
        """Replaces each text by what a person sees of it, and keeps it in `_originals`."""
        for row, cells in enumerate(self.rows):
            for column, value in enumerate(cells):
                if isinstance(value, str) and ODD.search(value):
                    self._originals[row, column] = value
                    text = seen(value)
                    cells[column] = text if text.strip() else None

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def value(self, row: int, column: int) -> Value:
        """The cell's own value; inside a merged area only its top left cell has one."""
        if 0 <= row < len(self.rows):
            cells = self.rows[row]
            if 0 <= column < len(cells):
                return cells[column]
        return None

    def area(self, row: int, column: int) -> Area:
        """The merged area that covers this cell, or the cell alone."""
        return self.merged().get((row, column)) or Area(row, column, row, column)

    def merged(self) -> Mapping[tuple[int, int], Area]:
        """The merged areas, by each (row, column) that one covers."""
        if self._corner is None:
            self._corner = {
                (row, column): merge
                for merge in self.merges
                for row in range(merge.top, merge.bottom + 1)
                for column in range(merge.left, merge.right + 1)
            }
        return self._corner

    def original(self, row: int, column: int) -> Value:
        """The cell's value as it stands in the file, also what nobody sees of it."""
        return self._originals.get((row, column)) or self.value(row, column)

    def _format_map(self) -> Mapping[tuple[int, int], str]:
        """The number formats by place."""
        if self._formats is None:
            self._formats = self.formats() if self.formats else {}
        return self._formats

    def number_format(self, row: int, column: int) -> str | None:
        """The cell's number format, or None where it is General or unknown."""
        formats = self._formats if self._formats is not None else self._format_map()
        return formats.get((row, column))

    def changes_texts(self) -> bool:
        """Whether a number format of the sheet shows texts otherwise than they stand (@"处")."""
        if self._changes_texts is None:
            self._changes_texts = self.codes is not None and any(map(display.changes_texts, self.codes()))
        return self._changes_texts

    def invisible(self) -> list[tuple[int, int]]:
        """The filled cells of which nothing is seen, in order: letters in the colour of their ground, ;;;."""
        places = set(self.unseen()) if self.unseen is not None else set()
        hiding = [code for code in self.codes() if display.may_hide(code)] if self.codes is not None else []
        if hiding:
            cells = self._format_map() if self.styled is None else self.styled(hiding)
            places.update(place for place in cells if self.hides(*place))
        return sorted(place for place in places if self.value(*place) is not None)

    def text(self, row: int, column: int) -> str:
        """The value as a person takes it from the cell; "" for an empty one.

        Decimals, grouping, colours and currency change nothing: the number is given as typed. Percent is
        given as percent, a format that scales or adds words as displayed (120.5 for 1205000 under 0!.0000,
        ≤5%, 12处), a date as 2024年11月30日 and one that shows a part of it as displayed. A number under a
        format that shows nothing is given as typed; see `invisible`.
        """
        value = self.value(row, column)
        if value is None:
            return ""
        if isinstance(value, str):
            return self._shown_text(value, row, column) if self.changes_texts() else value
        if isinstance(value, bool):
            return "是" if value else "否"
        number_format = self.number_format(row, column)
        if isinstance(value, (int, float)):
            return number_text(value, number_format)
        if isinstance(value, date):
            return _date_text(value, number_format)
        return str(value)

    def _shown_text(self, value: str, row: int, column: int) -> str:
        """A text under the cell's number format."""
        number_format = self.number_format(row, column)
        if number_format and display.changes_texts(number_format):
            return display.displayed(value, number_format).strip()
        return value

    def displayed(self, row: int, column: int) -> str:
        """The text that Excel displays in the cell, digit by digit, the column being wide enough."""
        value = self.value(row, column)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        number_format = self.number_format(row, column) or "General"
        if isinstance(value, str):
            clock = _CLOCK.fullmatch(value) if display.is_date_format(number_format) else None
            if clock is None:
                return display.displayed(value, number_format)
            hours, minutes, seconds = (int(part or 0) for part in clock.groups())
            return display.displayed((hours * 3600 + minutes * 60 + seconds) / 86400, number_format)
        return display.displayed(serial(value) if isinstance(value, date) else value, number_format)

    def scales(self) -> bool:
        """Whether a number format of the sheet may show other amounts than are stored."""
        if self._scales is None:
            self._scales = self.codes is not None and any(map(display.may_scale, self.codes()))
        return self._scales

    def scaled(self, row: int, column: int) -> Decimal | None:
        """The stored number where the cell shows another amount (元 shown as 万元), else None."""
        value = self.value(row, column)
        number_format = self.number_format(row, column)
        if number_format is None or isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        if not isfinite(value) or display.is_plain(number_format):
            return None
        return display.scaled_from(value, number_format)

    def hides(self, row: int, column: int) -> bool:
        """Whether the cell's number format shows nothing of its value."""
        value = self.value(row, column)
        number_format = self.number_format(row, column)
        if number_format is None or isinstance(value, (bool, date)) or value is None:
            return False
        return display.hides(value, number_format)


@lru_cache(maxsize=20_000)  # points, scores and rates come again and again
def number_text(value: float | int, number_format: str | None) -> str:
    """The number as a person takes it from a cell with this format; see `Grid.text`."""
    if not isfinite(value):
        return str(value)
    if number_format is None or display.is_plain(number_format):
        return plain_number(value)
    places = display.plain_percent(number_format)
    if places is not None:
        return percent_text(Decimal(format(value, ".15g")), places)
    match display.effect(value, number_format):
        case display.Effect.PERCENT:
            places = display.percent_places(number_format, value < 0)
            if places is not None:
                return percent_text(Decimal(format(value, ".15g")), places)
            return f"{plain_number(_digits(value, number_format))}%"
        case display.Effect.SCALED:
            return plain_number(_digits(value, number_format))
        case display.Effect.WORDED:
            return display.displayed(value, number_format).strip()
        case display.Effect.DATE:
            if value >= 1 and _WHOLE_DATE <= display.date_parts(number_format):
                return display.displayed(value, _DATE_FORMAT)
            return display.displayed(value, number_format).strip()
    return plain_number(value)


def _digits(value: float | int, number_format: str) -> Decimal:
    """The number that the digits on display spell."""
    shown = _NO_DIGIT.sub("", display.displayed(value, number_format)).rstrip(".") or "0"
    return Decimal(shown).copy_sign(Decimal(value))


_WHOLE_DATE = frozenset(("year", "month", "day"))
_DATE_FORMAT = 'yyyy"年"m"月"d"日"'
_DAY_ZERO = datetime(1899, 12, 30)


def serial(value: date) -> float:
    """The serial number of a date, as Excel counts days."""
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    days = (moment.replace(tzinfo=None) - _DAY_ZERO) / timedelta(days=1)
    return days if days >= 61 else days - 1


def _date_text(value: date, number_format: str | None) -> str:
    """A date: 2024年11月30日; where the cell shows a part of it in digits, as displayed: 2024年11月."""
    whole = f"{value.year}年{value.month}月{value.day}日"
    if number_format is None:
        return whole
    parts = display.date_parts(number_format)
    if not parts:  # a format that a library took for one of dates
        return number_text(serial(value), number_format)
    if _WHOLE_DATE <= parts:
        return whole
    if "words" in parts:
        return f"{value.year}年{value.month}月" if "year" in parts else f"{value.month}月{value.day}日"
    return display.displayed(serial(value), number_format).strip()


@lru_cache(maxsize=4096)
def percent_text(ratio: Decimal, digits: int = 2) -> str:
    """The ratio as percent, rounded half up as Excel displays it: 0.99859 with 2 digits is 99.86%."""
    return (
        f"{_WIDE.multiply(ratio, Decimal(100)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)}%"
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of print area and drawings of a sheet to the right.

    printed: last printed column; drawn: last column under a drawing. -1 for none.
    """

    printed: int = -1
    drawn: int = -1
