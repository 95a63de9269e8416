"""What officers wrote into the last county workbook, and where it belongs in the new one.

Nothing of it may get lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..grid import plain_number
from ..reading.labels import squeeze
from .below import LOST_PLACES, LOST_TITLE, Lost
from .columns import Sheet
from .ledger_rows import review_state
from .live import continued
from .long_sheet import clean
from .table import Rows
from .words import cause_of

# By what a row is recognised again, first what fits best: codes, then names.
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
    """The filled [手] cells of one row of the old workbook."""

    sheet: str
    row: dict[str, str]
    values: dict[str, Any]
    used: bool = False


@dataclass(slots=True)
class Written:
    """All that officers wrote. lost: what had found no row already when the old workbook was made. returned:
    days on which each
    department (by code or name) got its filing back, as far as earlier runs knew.
    """

    remarks: list[Remark] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    returned: dict[str, list[str]] = field(default_factory=dict)

    def chosen_files(self) -> dict[str, tuple[bool, str]]:
        """财政指定采用文件 of 报送台账: file name to (采用, why)."""
        found = {}
        for remark in self.remarks:
            for name in (
                str(remark.values.get("chosen") or "").replace("；", ";").replace("、", ";").split(";")
            ):
                if name.strip():
                    found[Path(name.strip()).name.lower()] = (True, "报送台账指定")
        return found


def read_written(out: Path, sheets: Iterable[Sheet]) -> Written:
    """What stands in the [手] columns of the workbook that is to be replaced; nothing where there is none.

    OutputError when the file is no county workbook or cannot be read: then it must not be overwritten.
    """
    if not out.exists():
        return Written()
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(out))
        names = set(book.sheet_names)
        wanted = [sheet for sheet in sheets if sheet.handwritten]
        if not {"总览", *(sheet.title for sheet in wanted)} <= names:
            raise OutputError(NOT_OURS.format(out=out))
        grids = [
            (sheet, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for sheet in wanted
            for name in pages_of(sheet.title, book.sheet_names)
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise OutputError(UNREADABLE.format(out=out)) from error
    written = Written()
    for sheet, grid in grids:
        _read_sheet(sheet, grid, written)
    return written


def pages_of(title: str, names: Sequence[str]) -> list[str]:
    """The worksheets of a table in a workbook: 指标明细, 指标明细（2） ..."""
    return [name for number in range(1, len(names) + 1) if (name := continued(title, number)) in names]


def _read_sheet(sheet: Sheet, grid: Sequence[Sequence[Any]], written: Written) -> None:
    heads = [squeeze(plain_text(value)) for value in grid[0]] if grid else []
    places = {
        column.key: heads.index(squeeze(column.label))
        for column in sheet.columns
        if squeeze(column.label) in heads
    }
    hands = [places[column.key] for column in sheet.handwritten if column.key in places]
    for number, line in enumerate(grid[1:], 1):
        if line[0] == "合计" and _below(sheet, grid, number, written):
            return
        if not any(line[place] not in ("", None) for place in hands if place < len(line)):
            continue
        row = {key: plain_text(line[place]) for key, place in places.items() if place < len(line)}
        values = {column.key: line[places[column.key]] for column in sheet.handwritten if row.get(column.key)}
        if sheet.key == "deviations" and row.get("cause") == cause_of(row.get("note") or None):
            values.pop("cause", None)  # what the program proposed itself
        if values:
            written.remarks.append(Remark(sheet.key, row, values))


def _below(sheet: Sheet, grid: Sequence[Sequence[Any]], number: int, written: Written) -> bool:
    """Reads the remarks that were lost before; True: the rows of the sheet are over."""
    start = next(
        (
            line
            for line in range(number, len(grid))
            if len(grid[line]) > 1 and plain_text(grid[line][1]) == LOST_TITLE
        ),
        None,
    )
    if sheet.key == "receipts" and start is not None:
        for line in grid[start + 2 :]:
            texts = tuple(plain_text(line[place]) if place < len(line) else "" for place in LOST_PLACES)
            if any(texts):
                written.lost.append(texts)
    return True


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
    """Puts the remarks into the rows they belong to. Returns what found no row, ready to be listed."""
    for key, remarks in _by_sheet(written.remarks).items():
        rows, taken = tables[key], set()
        for keys in _KEYS[key]:
            wanted = {
                identity
                for remark in remarks
                if not remark.used and (identity := _identity(remark.row, keys))
            }
            free: dict[tuple, deque[int]] = {}
            for number, values in enumerate(rows.picked(*keys) if wanted else (), 1):
                identity = _identity(dict(zip(keys, values, strict=True)), keys)
                if identity in wanted and number not in taken:
                    free.setdefault(identity, deque()).append(number)
            for remark in remarks:
                found = free.get(_identity(remark.row, keys) or ())
                if not remark.used and found:
                    number = found.popleft()
                    taken.add(number)
                    rows.change(number, {name: _kept(value) for name, value in remark.values.items()})
                    remark.used = True
    lost = [
        _entry(remark, name, value, tables[remark.sheet].sheet)
        for remark in written.remarks
        if not remark.used
        for name, value in remark.values.items()
    ]
    return list(dict.fromkeys([*written.lost, *lost]))


def settle(tables: Mapping[str, Rows], written: Written) -> None:
    """What follows from the officers' words: the state of each department."""
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
    found: dict[str, list[Remark]] = {}
    for remark in remarks:
        found.setdefault(remark.sheet, []).append(remark)
    return found


def _identity(row: Mapping[str, Any], keys: Sequence[str]) -> tuple | None:
    """The row's key; None where a part that has to be there is missing."""
    parts = tuple(squeeze(clean(plain_text(row.get(key)))) for key in keys)
    required = [part for key, part in zip(keys, parts, strict=True) if key not in _MAY_BE_EMPTY]
    return parts if all(required) else None


def _kept(value: Any) -> Any:
    return plain_text(value) if isinstance(value, (datetime, date)) else value


def _entry(remark: Remark, key: str, value: Any, sheet: Sheet) -> Lost:
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
