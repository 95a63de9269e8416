"""Carries over what officers wrote into the previous county workbook to the rows of the new one.

Nothing of it may get lost: a remark whose row is gone is listed below 收件核对.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from selfeval_xl.assessment.reasons import cause_of
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.sheets.submissions import review_state
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.county.workbook.formulas import continued
from selfeval_xl.county.workbook.receipts_balance import LOST_PLACES, LOST_TITLE, Lost
from selfeval_xl.county.workbook.row_xml import clean
from selfeval_xl.errors import OutputError, UnreadableFile
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.own_workbook import values_of

# The columns by which a row is recognised again, the safest first: codes, then names.
_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "departments": (("department_code",), ("department",)),
    "projects": (("department_code", "project_code", "unit"), ("department", "project", "unit")),
    "deviations": (
        ("department_code", "project_code", "form", "name"),
        ("department", "project", "form", "name"),
    ),
    "findings": (
        ("department_code", "project_code", "rule", "subject", "form"),
        ("department", "project", "rule", "subject", "form"),
    ),
    "submissions": (("department_code",), ("department",)),
    "receipts": (("fingerprint", "path"), ("fingerprint",)),
}
_MAY_BE_EMPTY = ("unit", "project", "subject", "form")
NOT_OURS = "“{out}”已经存在，但不是本程序生成的汇总工作簿，没有改动它。请换一个文件名，或先把它移走。"
UNREADABLE = (
    "“{out}”已经存在但读不出来（可能已损坏），里面可能有手工填写的审核意见，没有改动它。"
    "请换一个文件名，或先把它移走。"
)


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
    name), days on which its filing was returned.
    """

    remarks: list[Remark] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    returned: dict[str, list[str]] = field(default_factory=dict)

    def chosen_files(self) -> dict[str, tuple[bool, str]]:
        """财政指定采用文件 of 报送台账: by file name in lower case, (True, why)."""
        chosen = {}
        for remark in self.remarks:
            for name in (
                str(remark.values.get("chosen") or "").replace("；", ";").replace("、", ";").split(";")
            ):
                if name.strip():
                    chosen[Path(name.strip()).name.lower()] = (True, "报送台账指定")
        return chosen


def read_written(out: Path, sheets: Iterable[Sheet]) -> Written:
    """The filled cells of the [手] columns of the workbook that is to be replaced; empty without one.

    Raises OutputError where the file is no county workbook or cannot be read: it must not be overwritten.
    """
    if not out.exists():
        return Written()
    wanted = [sheet for sheet in sheets if sheet.handwritten]
    try:
        values = values_of(out, *(sheet.title for sheet in wanted))
    except UnreadableFile as error:
        raise OutputError(UNREADABLE.format(out=out)) from error
    if not {"总览", *(sheet.title for sheet in wanted)} <= set(values.names):
        raise OutputError(NOT_OURS.format(out=out))
    grids = [(sheet, values.rows[name]) for sheet in wanted for name in pages_of(sheet.title, values.names)]
    written = Written()
    for sheet, grid in grids:
        _read_sheet(sheet, grid, written)
    return written


def pages_of(title: str, names: Sequence[str]) -> list[str]:
    """The worksheets of a table in a workbook: 指标明细, 指标明细（2） ..."""
    return [name for number in range(1, len(names) + 1) if (name := continued(title, number)) in names]


def _read_sheet(sheet: Sheet, grid: Sequence[Sequence[Any]], written: Written) -> None:
    """Adds the remarks on one worksheet; columns are found by their heading."""
    heads = [squeeze(plain_text(value)) for value in grid[0]] if grid else []
    positions = {
        column.key: heads.index(squeeze(column.label))
        for column in sheet.columns
        if squeeze(column.label) in heads
    }
    hand_positions = [positions[column.key] for column in sheet.handwritten if column.key in positions]
    for number, cells in enumerate(grid[1:], 1):
        if cells[0] == "合计":
            _read_lost(sheet, grid, number, written)
            return
        if not any(cells[position] not in ("", None) for position in hand_positions if position < len(cells)):
            continue
        row = {
            key: plain_text(cells[position]) for key, position in positions.items() if position < len(cells)
        }
        values = {
            column.key: cells[positions[column.key]] for column in sheet.handwritten if row.get(column.key)
        }
        if sheet.key == "deviations" and row.get("cause") == cause_of(row.get("note") or None):
            values.pop("cause", None)  # the program's own proposal
        if values:
            written.remarks.append(Remark(sheet.key, row, values))


def _read_lost(sheet: Sheet, grid: Sequence[Sequence[Any]], number: int, written: Written) -> None:
    """Adds the remarks that the previous run listed below 收件核对. number: row of the totals."""
    start = next(
        (
            row
            for row in range(number, len(grid))
            if len(grid[row]) > 1 and plain_text(grid[row][1]) == LOST_TITLE
        ),
        None,
    )
    if sheet.key == "receipts" and start is not None:
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


def carry_over(written: Written, tables: Mapping[str, Rows]) -> list[Lost]:
    """Puts the remarks into the rows they belong to, and returns those without a row, ready to be listed."""
    for sheet, remarks in _by_sheet(written.remarks).items():
        taken: set[int] = set()
        for keys in _KEYS[sheet]:
            _carry_over_by(keys, remarks, tables[sheet], taken)
    lost = [
        _lost(remark, name, value, tables[remark.sheet].sheet)
        for remark in written.remarks
        if not remark.used
        for name, value in remark.values.items()
    ]
    return list(dict.fromkeys([*written.lost, *lost]))


def _carry_over_by(keys: Sequence[str], remarks: Sequence[Remark], rows: Rows, taken: set[int]) -> None:
    """Puts remarks into the rows that have the same values in these columns. taken: rows with a remark."""
    wanted = {identity for remark in remarks if not remark.used and (identity := _identity(remark.row, keys))}
    free: dict[tuple, deque[int]] = {}
    for number, values in enumerate(rows.picked(*keys) if wanted else (), 1):
        identity = _identity(dict(zip(keys, values, strict=True)), keys)
        if identity in wanted and number not in taken:
            free.setdefault(identity, deque()).append(number)
    for remark in remarks:
        numbers = free.get(_identity(remark.row, keys) or ())
        if not remark.used and numbers:
            number = numbers.popleft()
            taken.add(number)
            rows.change(number, {name: _storable(value) for name, value in remark.values.items()})
            remark.used = True


def settle(tables: Mapping[str, Rows], written: Written) -> None:
    """Sets 当前状态 and 退回次数 of each department, and adds its 最近退回日期 to `written.returned`."""
    opinions = {
        department: str(opinion or "")
        for department, opinion in tables["departments"].picked("department", "opinion")
    }
    for row in list(tables["submissions"].rows()):
        tables["submissions"].change(
            row["number"], review_state(row, opinions.get(row["department"], ""), written.returned)
        )
        if row.get("last_returned"):
            days = written.returned.setdefault(row["department_code"] or row["department"], [])
            days += [day for day in [str(row["last_returned"]).strip()] if day not in days]


def _by_sheet(remarks: Iterable[Remark]) -> dict[str, list[Remark]]:
    """The remarks by the key of their sheet."""
    by_sheet: dict[str, list[Remark]] = {}
    for remark in remarks:
        by_sheet.setdefault(remark.sheet, []).append(remark)
    return by_sheet


def _identity(row: Mapping[str, Any], keys: Sequence[str]) -> tuple | None:
    """The row's values in these columns, for comparison; None where one that may not be empty is empty."""
    parts = tuple(squeeze(clean(plain_text(row.get(key)))) for key in keys)
    required = [part for key, part in zip(keys, parts, strict=True) if key not in _MAY_BE_EMPTY]
    return parts if all(required) else None


def _storable(value: Any) -> Any:
    """The value as it is written into the new workbook: dates as text."""
    return plain_text(value) if isinstance(value, (datetime, date)) else value


def _lost(remark: Remark, key: str, value: Any, sheet: Sheet) -> Lost:
    """A remark without a row, as it is listed below 收件核对. key: its column."""
    label = next(column.label for column in sheet.columns if column.key == key)
    subject = next((remark.row[name] for name in ("name", "subject", "path") if remark.row.get(name)), "")
    return (
        sheet.title,
        remark.row.get("department", ""),
        remark.row.get("project", ""),
        subject,
        label,
        plain_text(value),
    )
