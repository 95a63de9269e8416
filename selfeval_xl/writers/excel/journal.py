"""The add-in's journal for 撤销本次: the changes of the open book, cell by cell, before and after.

The content of a cell is None, a number, True or False, text, or one of `{"formula": "=A1"}` and
`{"date": "2024-11-30"}`. All of it is plain JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from selfeval_xl.model.edits import Edit, Formula
from selfeval_xl.model.grid import Grid, position

Content = None | float | bool | str | dict


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """The change of one cell. Each pair is (before, after), None for a property that does not change.

    fill: as in `CellBefore`. note: "" for no note. dressed: the look that an empty cell got from the program,
    which undoing removes.
    """

    sheet: str
    cell: str
    value: tuple[Content, Content] | None = None
    number_format: tuple[str, str] | None = None
    fill: tuple[str, str] | None = None
    note: tuple[str, str] | None = None
    dressed: str | None = None

    def swapped(self) -> JournalEntry:
        """The change that undoes this one."""
        pairs = {name: getattr(self, name) for name in ("value", "number_format", "fill", "note")}
        return replace(self, **{name: pair[::-1] for name, pair in pairs.items() if pair is not None})


@dataclass(frozen=True, slots=True)
class Setup:
    """A change of a sheet's set-up.

    word: row_height, column_width, print_area, black_and_white, print_comments or wrap. where: the cell, row
    or column.
    """

    sheet: str
    word: str
    where: str
    before: float | str | bool
    after: float | str | bool


_FIELDS = tuple(each.name for each in fields(JournalEntry))


@dataclass(slots=True)
class Journal:
    """The changes of one button.

    added: sheets that it made. inserted: (sheet, row counted from 0, merged areas that were made longer as
    (old, new)).
    """

    button: str = ""
    changes: list[JournalEntry] = field(default_factory=list)
    setups: list[Setup] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    inserted: list[tuple[str, int, list[tuple[str, str]]]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether the button changed nothing."""
        return not (self.changes or self.setups or self.added or self.inserted)

    def to_json(self) -> dict[str, Any]:
        """The journal as a JSON document."""
        return {
            "button": self.button,
            "added": self.added,
            "inserted": self.inserted,
            "setups": [asdict(setup) for setup in self.setups],
            "changes": [
                {name: value for name in _FIELDS if (value := getattr(change, name)) is not None}
                for change in self.changes
            ],
        }

    @staticmethod
    def from_json(document: dict[str, Any]) -> Journal:
        """The journal in a document of `to_json`; KeyError or TypeError where it is none."""
        return Journal(
            document["button"],
            [_change(change) for change in document["changes"]],
            [Setup(**setup) for setup in document["setups"]],
            list(document["added"]),
            [(sheet, row, [tuple(pair) for pair in merges]) for sheet, row, merges in document["inserted"]],
        )


def _change(document: dict[str, Any]) -> JournalEntry:
    """The change in a JSON document, in which pairs are lists."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
    }
    return JournalEntry(**values)


def content_in(grid: Grid, cell: tuple[int, int], formula: str) -> Content:
    """The content of a cell of a grid; formula: "" where it has none."""
    if formula:
        return {"formula": formula}
    value = grid.value(*cell)
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return None if value == "" else value if value is None or isinstance(value, (bool, str)) else float(value)


def content_of(edit: Edit) -> Content:
    """The content that an edit writes."""
    new = edit.new
    if isinstance(new, Formula):
        return {"formula": f"={new.text}"}
    return float(new) if isinstance(new, Decimal) else new


def typed(content: Content) -> object:
    """The content in the form that the spreadsheet program takes.

    Text gets an apostrophe before it, so that it stays text whatever it looks like. A date is one of UTC:
    pywin32 takes one without a zone for local time and writes it so many hours too early.
    """
    if isinstance(content, dict):
        if "formula" in content:
            return content["formula"]
        return datetime.fromisoformat(content["date"]).replace(tzinfo=UTC)
    return f"'{content}" if isinstance(content, str) and content else content


def holds(live: object, content: Content) -> bool:
    """Whether `live`, a value that the spreadsheet program gives back, is this content.

    Any result of a formula and any date is accepted.
    """
    if isinstance(content, dict):
        return live not in (None, "") or "formula" in content
    if content in (None, "") or live in (None, ""):
        return content in (None, "") and live in (None, "")
    if isinstance(content, bool) or isinstance(live, bool):
        return live == content
    if isinstance(content, str):
        return (
            isinstance(live, str)
            and _lines(live) == _lines(content)
            or not isinstance(live, str)
            and content.startswith("#")
        )
    return isinstance(live, (int, float, Decimal)) and abs(float(live) - content) <= 1e-12 * max(
        1.0, abs(content)
    )


def _lines(text: str) -> str:
    """The text with plain line breaks."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def by_sheet(changes: Iterable[JournalEntry]) -> dict[str, dict[tuple[int, int], JournalEntry]]:
    """The changes by sheet and (row, column); of two of the same cell the later one."""
    found: dict[str, dict[tuple[int, int], JournalEntry]] = {}
    for change in changes:
        found.setdefault(change.sheet, {})[position(change.cell)] = change
    return found
