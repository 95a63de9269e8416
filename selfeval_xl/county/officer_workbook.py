"""What officers wrote into a county workbook: the filled cells of the [手] columns, and columns of their own.

Sheets are known by their name, else (renamed) by their head; columns by their head, wherever they were moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from selfeval_xl.assessment.reasons import cause_of
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.sheets.supplements import SUPPLEMENTS
from selfeval_xl.county.store.store import has_table
from selfeval_xl.county.workbook.formulas import continued
from selfeval_xl.county.workbook.receipts_balance import LOST_PLACES, LOST_TITLE, Lost
from selfeval_xl.errors import OutputError, UnreadableFile
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.own_workbook import values_of

NOT_OURS = "“{out}”已经存在，但不是本程序生成的汇总工作簿，没有改动它。请换一个文件名，或先把它移走。"
UNREADABLE = (
    "“{out}”已经存在但读不出来（可能已损坏），里面可能有手工填写的审核意见，没有改动它。"
    "请换一个文件名，或先把它移走。"
)
LACKING = (
    "“{out}”里找不到{sheets}（表删了，或者表头改了），里面写过的意见带不回来，没有改动它。"
    "请把表头改回来，或换一个文件名。"
)
OTHER_KIND = "“{out}”是{what}，不能写成另一种汇总，没有改动它。请换一个文件名。"
# The sheet that one kind of workbook alone has: what it is called.
_KINDS = {"审核问题": "自评的汇总工作簿", "预警清单": "监控汇总工作簿"}
_MOST_OF_A_HEAD = 0.8  # of the labels that a renamed sheet has to have
OWN = "own:"  # the keys of columns that officers added begin with it, their labels follow
Grid = Sequence[Sequence[Any]]


@dataclass(slots=True)
class Remark:
    """The filled [手] cells of one row of the previous workbook.

    sheet: its key. row: the row's texts by column. values: the filled cells by column. used: whether it has
    found its row in the new workbook.
    """

    sheet: str
    row: dict[str, str]
    values: dict[str, Any]
    used: bool = False


@dataclass(slots=True)
class Written:
    """All that officers wrote into the previous workbook.

    lost: remarks that had found no row when the previous workbook was made. returned: by department (code or
    name), days on which its filing was returned. supplements: rows of 补充意见. own: labels of columns that
    officers added, by sheet. fingerprints: heads of the fingerprints in 收件核对. from_papers: what the run
    before put into 复核得分 and 复核等级 itself, by the place of the project. had_papers: whether
    it read papers.
    """

    remarks: list[Remark] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    returned: dict[str, list[str]] = field(default_factory=dict)
    supplements: list[dict[str, Any]] = field(default_factory=list)
    own: dict[str, list[str]] = field(default_factory=dict)
    fingerprints: frozenset[str] = frozenset()
    from_papers: dict[str, list[str]] = field(default_factory=dict)
    had_papers: bool = False

    def chosen_files(self) -> dict[str, tuple[bool, str]]:
        """财政指定采用文件 of 报送台账: by file name in lower case, (True, why)."""
        return {name: (True, "报送台账指定") for name, _ in self.chosen_names()}

    def chosen_names(self) -> list[tuple[str, str]]:
        """The same names, each with the department of its row."""
        names = []
        for remark in self.remarks:
            text = str(remark.values.get("chosen") or "").replace("；", ";").replace("、", ";")
            names += [
                (Path(name.strip()).name.lower(), remark.row.get("department", ""))
                for name in text.replace("\n", ";").split(";")
                if name.strip()
            ]
        return names


def read_written(out: Path, sheets: Iterable[Sheet]) -> Written:
    """What officers wrote into the workbook that is to be replaced; empty without one.

    Raises OutputError where the file is no county workbook or cannot be read: it must not be overwritten.
    """
    if not out.exists():
        return Written()
    try:
        grids = values_of(out).rows
    except UnreadableFile as error:
        raise OutputError(UNREADABLE.format(out=out)) from error
    return _read(out, grids, [sheet for sheet in sheets if sheet.handwritten])


def _read(out: Path, grids: Mapping[str, Grid], wanted: Sequence[Sheet]) -> Written:
    """The same from the cells of all worksheets by name."""
    titles = {sheet.title for sheet in wanted}
    if what := next((what for title, what in _KINDS.items() if title in grids and title not in titles), None):
        raise OutputError(OTHER_KIND.format(out=out, what=what))
    found = _located(grids, wanted)
    lacking = [
        sheet for sheet in wanted if not (found[sheet.key] or sheet.spare or _never_had(sheet, out, grids))
    ]
    if len(lacking) > len(wanted) // 2:
        raise OutputError(NOT_OURS.format(out=out))
    if lacking:
        names = "、".join(f"工作表“{sheet.title}”" for sheet in lacking)
        raise OutputError(LACKING.format(out=out, sheets=names))
    written = Written()
    for sheet in wanted:
        for name in found[sheet.key]:
            if sheet.key == SUPPLEMENTS.key:
                _read_supplements(grids[name], written)
            else:
                _read_sheet(sheet, grids[name], written)
    return written


def _never_had(sheet: Sheet, out: Path, grids: Mapping[str, Grid]) -> bool:
    """Whether the run that made the workbook did not write this sheet, by its store and its other sheets.

    Else somebody deleted it, with what officers wrote there.
    """
    if not sheet.written_with:
        return False
    return not (pages_of(sheet.written_with, list(grids)) or has_table(out.with_suffix(".sqlite"), sheet.key))


def _located(grids: Mapping[str, Grid], wanted: Sequence[Sheet]) -> dict[str, list[str]]:
    """The worksheets of each table by its key: those with its name, else the one with its head."""
    found = {sheet.key: pages_of(sheet.title, list(grids)) for sheet in wanted}
    titled = {name for names in found.values() for name in names}
    for sheet in wanted:
        labels = {squeeze(column.label) for column in sheet.columns}
        shares = {
            name: len(labels & set(_heads(grid))) / len(labels)
            for name, grid in grids.items()
            if name not in titled
        }
        best = max(shares, key=lambda name: shares[name], default=None)
        if not found[sheet.key] and best is not None and shares[best] >= _MOST_OF_A_HEAD:
            found[sheet.key] = [best]
            titled.add(best)
    return found


def _heads(grid: Grid) -> list[str]:
    """The labels in the first row, for comparison."""
    return [squeeze(plain_text(value)) for value in grid[0]] if grid else []


def pages_of(title: str, names: Sequence[str]) -> list[str]:
    """The worksheets of a table in a workbook: 指标明细, 指标明细（2） ..."""
    return [name for number in range(1, len(names) + 1) if (name := continued(title, number)) in names]


def _positions(sheet: Sheet, grid: Grid) -> dict[str, int]:
    """The position of each column of the sheet that the grid has, by its key."""
    heads = _heads(grid)
    return {
        column.key: heads.index(squeeze(column.label))
        for column in sheet.columns
        if squeeze(column.label) in heads
    }


def _read_sheet(sheet: Sheet, grid: Grid, written: Written) -> None:
    """Adds the remarks on one worksheet; columns are found by their heading."""
    positions = _positions(sheet, grid)
    places = {column.key: positions[column.key] for column in sheet.handwritten if column.key in positions}
    known = {squeeze(column.label) for column in sheet.columns}
    labels = [plain_text(value) for value in grid[0]] if grid else []
    added = {
        f"{OWN}{label}": place for place, label in enumerate(labels) if label and squeeze(label) not in known
    }
    total = next((number for number, cells in enumerate(grid) if number and "合计" in cells[:2]), len(grid))
    used: dict[str, None] = {}
    for cells in grid[1:total]:
        values = {
            key: cells[place]
            for key, place in (places | added).items()
            if place < len(cells) and plain_text(cells[place])
        }
        row = {key: plain_text(cells[place]) for key, place in positions.items() if place < len(cells)}
        if sheet.key == "deviations" and row.get("cause") == cause_of(row.get("note") or None):
            values.pop("cause", None)  # the program's own proposal
        if values:
            written.remarks.append(Remark(sheet.key, row, values))
            used |= dict.fromkeys(key for key in values if key in added)
    if used:
        own = written.own.setdefault(sheet.key, [])
        own += [label for key in used if (label := key.removeprefix(OWN)) not in own]
    if sheet.key == "receipts":
        _read_lost(grid, total, written)
        place = positions.get("fingerprint")
        if place is not None:
            prints = (plain_text(cells[place]) for cells in grid[1:total] if place < len(cells))
            written.fingerprints |= {text for text in prints if text}


def _read_supplements(grid: Grid, written: Written) -> None:
    """Adds the rows of 补充意见 that say something."""
    positions = _positions(SUPPLEMENTS, grid)
    for cells in grid[1:]:
        row = {
            key: cells[place] if key == "message" else plain_text(cells[place])
            for key, place in positions.items()
            if place < len(cells)
        }
        if any(row.values()):
            written.supplements.append(row)


def _read_lost(grid: Grid, number: int, written: Written) -> None:
    """Adds the remarks that the previous run listed below 收件核对. number: row of the totals."""
    start = next(
        (
            row
            for row in range(number, len(grid))
            if len(grid[row]) > 1 and plain_text(grid[row][1]) == LOST_TITLE
        ),
        None,
    )
    if start is None:
        return
    for cells in grid[start + 2 :]:
        texts = tuple(
            plain_text(cells[position]) if position < len(cells) else "" for position in LOST_PLACES
        )
        if any(texts):
            written.lost.append(texts)


def plain_text(value: Any) -> str:
    """A cell's value as text: dates in ISO form, whole numbers without a point, "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat(sep=" ")[:10] if isinstance(value, datetime) else value.isoformat()
    return (
        plain_number(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else str(value).strip()
    )
