"""Two officers' copies of one county workbook made one: the first copy with what only the second says.

Where both say something else in one cell, the first one's stays and the conflict is listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from selfeval_xl.county.confirmations import unseen
from selfeval_xl.county.officer_workbook import OWN, Remark, Written, plain_text, read_written
from selfeval_xl.county.sheets.appraisals import APPRAISALS
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.sheets.supplements import SUPPLEMENTS
from selfeval_xl.county.tables import READ_BACK
from selfeval_xl.errors import OutputError, UsageError
from selfeval_xl.files import check_replaceable
from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.grid import Grid, a1
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.writers.xlsx.apply import apply

CONFLICTS, WHY = "合并冲突", "合并两份意见"
_HEADS = ("工作表", "行", "部门名称", "项目名称", "列名", "第一份", "第二份")
_ID_KEYS = (
    "number",
    "department_code",
    "department",
    "project_code",
    "project",
    "name",
    "rule",
    "subject",
    "path",
)
Conflict = tuple[str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Combined:
    """The workbook of both. taken: cells that came from the second. conflicts: see `_HEADS`. problems: what
    of the second has no place in the first.
    """

    out: Path
    taken: int
    conflicts: tuple[Conflict, ...]
    problems: tuple[str, ...]


def combine(first: str | Path, second: str | Path, out: str | Path) -> Combined:
    """Writes the workbook of both copies. Raises UsageError where one is no county workbook, OutputError."""
    first, second, out = Path(first), Path(second), Path(out)
    if out.resolve() in (first.resolve(), second.resolve()):
        raise UsageError("合成的工作簿要用一个新文件名，两份原来的都留着。")
    ours, theirs = _written(first), _written(second)
    if ours.fingerprints != theirs.fingerprints:
        raise UsageError(
            f"“{first.name}”和“{second.name}”不是同一次汇总的两份（收到的文件不一样），没有合并。"
            "请先各自用同一个收件文件夹再汇总一次。"
        )
    check_replaceable(out)
    source = open_source(first)
    pages = {grid.name: grid for grid in source.grids}
    merge = _Merge(pages)
    said = {_key(remark): remark for remark in ours.remarks}
    for remark in theirs.remarks:
        merge.take(remark, said.get(_key(remark)))
    merge.add_supplements([row for row in theirs.supplements if row not in ours.supplements])
    merge.list_conflicts()
    applied = apply(first, merge.edits, out)
    problems = [*merge.problems, *(f"{edit.sheet}的{edit.cell}没有写进去。" for edit in applied.refused)]
    return Combined(out, merge.taken, tuple(merge.conflicts), tuple(problems))


def _written(path: Path) -> Written:
    """What an officer wrote into a copy."""
    if not path.is_file():
        raise UsageError(f"找不到汇总工作簿“{path}”。请核对文件名和所在文件夹。")
    try:
        return read_written(path, READ_BACK)
    except OutputError as error:
        raise UsageError(str(error).replace("，没有改动它", "")) from error


def _key(remark: Remark) -> tuple[str, ...]:
    """What a row is about; both copies were made in one run, so that it is the same in both."""
    return remark.sheet, *(remark.row.get(key, "") for key in _ID_KEYS)


@dataclass(slots=True)
class _Merge:
    """The edits of the first copy. pages: its worksheets by name."""

    pages: Mapping[str, Grid]
    edits: list[Edit] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    taken: int = 0
    heads: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: dict[str, dict[tuple[str, ...], int]] = field(default_factory=dict)

    def take(self, remark: Remark, before: Remark | None) -> None:
        """Takes over what the second copy says in one row. before: what the first one says there."""
        sheet = next(sheet for sheet in READ_BACK if sheet.key == remark.sheet)
        page = self._page(sheet)
        row = self._rows(page, sheet).get(_key(remark))
        unseen = self._unseen(page, row, remark, before)
        for key, value in remark.values.items():
            own = key.startswith(OWN)
            label = key.removeprefix(OWN) if own else sheet.columns[sheet.place(key)].label
            old = before.values.get(key) if before else None
            if row is None:
                place = remark.row.get("department", "")
                self.problems.append(f"{sheet.title}里{place}的“{label}”找不到对应的行，没有带过来。")
            elif key in unseen:
                self._list(remark, sheet, row, label, *unseen[key])
            elif old in (None, ""):
                cell = a1(row, self._column(page, label))
                there = page.text(row, self._column(page, label)).strip() or None
                self.edits.append(Edit(page.name, cell, there, _writable(value), Look.KEEP, WHY))
                self.taken += 1
            elif plain_text(old) != plain_text(value):
                self._list(remark, sheet, row, label, plain_text(old), plain_text(value))

    def _unseen(
        self, page: Grid, row: int | None, remark: Remark, before: Remark | None
    ) -> Mapping[str, tuple[str, str]]:
        """What of a row of 部门考核评分 would confirm another score than its officer saw; see `unseen`."""
        if remark.sheet != APPRAISALS.key or row is None:
            return {}
        label = APPRAISALS.columns[APPRAISALS.place("basis")].label
        return unseen(before.values if before else {}, page.text(row, self._column(page, label)), remark)

    def _list(self, remark: Remark, sheet: Sheet, row: int, label: str, ours: str, theirs: str) -> None:
        """Notes a conflict."""
        names = (remark.row.get("department", ""), remark.row.get("project", ""))
        self.conflicts.append((sheet.title, str(row + 1), *names, label, ours, theirs))

    def _page(self, sheet: Sheet) -> Grid:
        """The worksheet of a table: that with its name, else the one with its head."""
        labels = {column.label for column in sheet.columns}
        return self.pages.get(sheet.title) or max(
            self.pages.values(), key=lambda page: len(labels & set(self._heads(page)))
        )

    def _heads(self, page: Grid) -> dict[str, int]:
        """The column of each label of a worksheet."""
        if page.name not in self.heads:
            texts = {page.text(0, column).strip(): column for column in range(page.width)}
            self.heads[page.name] = {text: column for text, column in texts.items() if text}
        return self.heads[page.name]

    def _column(self, page: Grid, label: str) -> int:
        """The column with this label; a new one where the second officer added it."""
        heads = self._heads(page)
        if label not in heads:
            heads[label] = max(heads.values()) + 1
            self.edits.append(Edit(page.name, a1(0, heads[label]), None, label, Look.KEEP, WHY))
        return heads[label]

    def _rows(self, page: Grid, sheet: Sheet) -> dict[tuple[str, ...], int]:
        """The number of each row, from 0, by what it is about."""
        if sheet.key not in self.rows:
            heads = self._heads(page)
            places = {column.key: heads.get(column.label) for column in sheet.columns}
            rows: dict[tuple[str, ...], int] = {}
            for number in range(1, page.height):
                texts = (
                    "" if (place := places.get(key)) is None else page.text(number, place).strip()
                    for key in _ID_KEYS
                )
                rows.setdefault((sheet.key, *texts), number)
            self.rows[sheet.key] = rows
        return self.rows[sheet.key]

    def add_supplements(self, added: Sequence[Mapping[str, Any]]) -> None:
        """Adds the rows of 补充意见 that only the second copy has, below those of the first."""
        page = self.pages.get(SUPPLEMENTS.title)
        if page is None or not added:
            return
        filled = [
            row for row in range(page.height) if any(page.text(row, at).strip() for at in range(page.width))
        ]
        for line, row in enumerate(added, max(filled, default=0) + 1):
            for column in SUPPLEMENTS.columns:
                if row.get(column.key):
                    cell = a1(line, self._column(page, column.label))
                    self.edits.append(Edit(page.name, cell, None, _writable(row[column.key]), Look.KEEP, WHY))

    def list_conflicts(self) -> None:
        """Writes the conflicts onto a sheet of their own."""
        for line, texts in enumerate([_HEADS, *self.conflicts] if self.conflicts else ()):
            for column, text in enumerate(texts):
                look = Look.TEXT if line else Look.HEAD
                self.edits.append(Edit(CONFLICTS, a1(line, column), None, text or None, look, WHY))


def _writable(value: Any) -> str | Decimal:
    """A cell's value for an edit: numbers as such, days as text, which the next run turns into days."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value))
    return plain_text(value)
