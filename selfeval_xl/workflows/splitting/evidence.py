"""The sheet 佐证材料清单 on its way to colleagues and back: its rows, and what they wrote there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selfeval_xl.model.edits import Edit
from selfeval_xl.model.formulas.syntax import ranges_in
from selfeval_xl.model.grid import Grid, a1
from selfeval_xl.model.sheet_names import EVIDENCE, EVIDENCE_COLUMNS

BASE = "evidence"  # keys of a single form's settings: evidence|E7 and the text when it was taken out
_HEAD = 2  # the row of the heads
_TYPED = range(3, len(EVIDENCE_COLUMNS))
_WIDTH = range(len(EVIDENCE_COLUMNS))
TAKEN = "部门工作簿里也写了，内容不同"
NO_ROW = "佐证材料清单里没有这一行，请手工填"


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A row. sheet: of the form whose indicator it shows, "" for a row that a person wrote. texts: of all
    columns.
    """

    row: int
    sheet: str
    texts: tuple[str, ...]

    @property
    def typed(self) -> bool:
        """Whether a person wrote something in it."""
        return any(self.texts[column] for column in (_TYPED if self.sheet else _WIDTH))


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A text that was not taken over. sheet: of the form. kept: what stands in the department workbook."""

    sheet: str
    cell: str
    kept: str
    told: str
    why: str


def evidence_rows(grid: Grid | None) -> tuple[EvidenceRow, ...]:
    """The rows of the sheet, empty ones too; none where the workbook has no such sheet."""
    if grid is None:
        return ()
    formulas = grid.formulas() if grid.formulas is not None else {}
    found = []
    for row in range(_HEAD + 1, grid.height):
        named = ranges_in(formulas.get((row, 1), ""), row)
        sheet = (named[0].sheet or "") if named else ""
        found.append(EvidenceRow(row, sheet, tuple(grid.text(row, column).strip() for column in _WIDTH)))
    return tuple(found)


def evidence_base(grid: Grid | None, sheet: str) -> dict[str, str]:
    """The settings that keep what stands beside the indicators of one form now."""
    return {
        f"{BASE}|{a1(row.row, column)}": row.texts[column]
        for row in evidence_rows(grid)
        if row.sheet == sheet
        for column in _TYPED
        if row.texts[column]
    }


def combine_evidence(
    whole: Sequence[EvidenceRow],
    parts: Sequence[tuple[str, Sequence[EvidenceRow], Mapping[str, str]]],
    last_row: int,
) -> tuple[list[Edit], list[Unsettled]]:
    """The edits of the sheet in the department workbook, and what needs a person.

    parts: file name, rows and settings of each file that came back. last_row: of the sheet's frame; free rows
    end there. A text is taken where nobody else wrote another one meanwhile.
    """
    now = {(row.row, column): row.texts[column] for row in whole for column in _WIDTH}
    edits: list[Edit] = []
    unsettled: list[Unsettled] = []
    for name, rows, settings in parts:
        for row in rows:
            if not row.typed:
                continue
            if not row.sheet:
                _add_free(row, name, whole, now, edits, unsettled, last_row)
                continue
            target = _target(row, whole)
            for column, told in _changes(row, settings):
                cell = a1(target.row if target else row.row, column)
                kept = "" if target is None else now[target.row, column]
                base = settings.get(f"{BASE}|{a1(row.row, column)}", "")
                if target is None or kept not in (told, base):
                    why = NO_ROW if target is None else TAKEN
                    unsettled.append(Unsettled(row.sheet, cell, kept, f"{name}：{told}", why))
                elif kept != told:
                    edits.append(Edit(EVIDENCE, cell, kept or None, told, why=name))
                    now[target.row, column] = told
    return edits, unsettled


def _changes(row: EvidenceRow, settings: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """The columns in which a colleague wrote something else than was there."""
    for column in _TYPED:
        told = row.texts[column]
        if told and told != settings.get(f"{BASE}|{a1(row.row, column)}", ""):
            yield column, told


def _target(row: EvidenceRow, whole: Sequence[EvidenceRow]) -> EvidenceRow | None:
    """The same row of the department workbook: at its place, else by the indicator's name."""
    same = [each for each in whole if each.sheet == row.sheet]
    at_place = next((each for each in same if each.row == row.row), None)
    return at_place or next((each for each in same if each.texts[1] == row.texts[1]), None)


def _add_free(
    row: EvidenceRow,
    name: str,
    whole: Sequence[EvidenceRow],
    now: dict[tuple[int, int], str],
    edits: list[Edit],
    unsettled: list[Unsettled],
    last_row: int,
) -> None:
    """Takes over a row that a colleague wrote, into the first free one."""
    bound = {each.row for each in whole if each.sheet}
    free = [number for number in range(_HEAD + 1, last_row + 1) if number not in bound]
    standing = {number: tuple(now.get((number, column), "") for column in _WIDTH) for number in free}
    if row.texts in standing.values():
        return
    empty = next((number for number, texts in standing.items() if not any(texts)), None)
    if empty is None:
        told = "；".join(filter(None, row.texts))
        unsettled.append(Unsettled("", a1(row.row, 0), "", f"{name}：{told}", NO_ROW))
        return
    for column, text in enumerate(row.texts):
        now[empty, column] = text
        if text:
            edits.append(Edit(EVIDENCE, a1(empty, column), None, text, why=name))
