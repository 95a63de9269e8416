"""Carries over what officers wrote into the previous county workbook to the rows of the new one.

Nothing of it may get lost: a remark whose row is gone is listed below 收件核对.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from selfeval_xl.county.officer_workbook import OWN, Remark, Written, plain_text
from selfeval_xl.county.sheets.columns import Sheet, hand
from selfeval_xl.county.sheets.submissions import review_state
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.county.workbook.receipts_balance import Lost
from selfeval_xl.county.workbook.row_xml import clean
from selfeval_xl.model.dates import day_of, serial
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import squeeze

# The columns by which a row is recognised again, the safest first: codes, then names.
_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "departments": (("department_code",), ("department",)),
    "projects": (
        ("department_code", "project_code", "unit"),
        ("department_code", "project_code"),
        ("project_code",),
        ("department_code", "project", "unit"),
        ("department", "project", "unit"),
        ("department_code", "project"),
        ("department", "project"),
    ),
    "funding": (
        ("department_code", "project_code", "form", "source"),
        ("project_code", "form", "source"),
        ("department", "project", "form", "source"),
    ),
    "indicators": (
        ("department_code", "project_code", "form", "name", "target"),
        ("department_code", "project_code", "form", "name"),
        ("project_code", "form", "name"),
        ("department", "project", "form", "name"),
    ),
    "deviations": (
        ("department_code", "project_code", "form", "name", "target"),
        ("department_code", "project_code", "form", "name"),
        ("project_code", "form", "name"),
        ("department_code", "project", "form", "name"),
        ("department", "project", "form", "name"),
    ),
    "findings": (
        ("department_code", "project_code", "project", "rule", "subject", "form", "value", "cell"),
        ("department_code", "project_code", "rule", "subject", "form", "value"),
        ("department_code", "project_code", "rule", "subject", "form"),
        ("project_code", "rule", "subject", "form"),
        ("department_code", "project", "rule", "subject", "form"),
        ("department", "project", "rule", "subject", "form"),
        # a file that is known to be another department's now, or nobody's
        ("file", "project", "rule", "subject", "form", "cell"),
    ),
    "submissions": (("department_code",), ("department",)),
    "receipts": (("fingerprint", "path"), ("fingerprint",)),
    "appraisals": (("department_code",), ("department",)),
}
_MAY_BE_EMPTY = ("unit", "project", "subject", "form", "value", "cell", "target")
Match = Callable[[str | None, str | None], "tuple[str, str] | None"]


def with_own_columns(sheets: Iterable[Sheet], written: Written) -> dict[str, Sheet]:
    """The sheets by key; those to which officers added columns have them at the end."""
    return {
        sheet.key: replace(
            sheet,
            columns=(
                *sheet.columns,
                *(hand(f"{OWN}{label}", label) for label in written.own.get(sheet.key, ())),
            ),
        )
        for sheet in sheets
    }


def carry_over(written: Written, tables: Mapping[str, Rows], match: Match | None = None) -> list[Lost]:
    """Puts the remarks into the rows they belong to, and returns those without a row, ready to be listed.

    match: code and name in the roster of a department's name and code, for one that has an alias now.
    """
    for remark in written.remarks if match else ():
        known = match and match(
            remark.row.get("department") or None, remark.row.get("department_code") or None
        )
        if known:
            remark.row |= {"department_code": known[0], "department": known[1]}
    remarks_here = [remark for remark in written.remarks if remark.sheet in tables]
    for sheet, remarks in _by_sheet(remarks_here).items():
        rows = tables[sheet]
        formats = {column.key: column.format for column in rows.sheet.columns}
        for remark, number in found_rows(sheet, remarks, rows):
            values = {
                name: storable(value, formats.get(name, "wrap")) for name, value in remark.values.items()
            }
            rows.change(number, values)
    lost = [
        _lost(remark, name, value, tables[remark.sheet].sheet)
        for remark in remarks_here
        if not remark.used
        for name, value in remark.values.items()
    ]
    return list(dict.fromkeys([*written.lost, *lost]))


def found_rows(sheet: str, remarks: Sequence[Remark], rows: Rows) -> Iterator[tuple[Remark, int]]:
    """Each remark with the number of the row it belongs to, which no other one has then."""
    taken: set[int] = set()
    for keys in _KEYS[sheet]:
        yield from _found_by(keys, remarks, rows, taken)


def _found_by(
    keys: Sequence[str], remarks: Sequence[Remark], rows: Rows, taken: set[int]
) -> Iterator[tuple[Remark, int]]:
    """The remarks and rows that have the same values in these columns. taken: rows with a remark."""
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
            remark.used = True
            yield remark, number


def settle(tables: Mapping[str, Rows], written: Written) -> list[str]:
    """Sets 当前状态, 退回次数 and the lateness of each department, and adds its 最近退回日期 to `returned`.

    Returns a sentence for each date that nobody can read.
    """
    opinions = {
        department: str(opinion or "")
        for department, opinion in tables["departments"].picked("department", "opinion")
    }
    unread: list[str] = []
    for row in list(tables["submissions"].rows()):
        near = day_of(row.get("last_received")) or day_of(row.get("deadline"))
        unread += [
            f"报送台账里{row['department']}的{label}“{row[key]}”看不懂，没有用；请写成2026-11-24这样的日期。"
            for key, label in (
                ("last_returned", "最近退回日期"),
                ("really_received", "实际收到日期"),
                ("last_reminded", "最近催报日期"),
            )
            if row.get(key) not in (None, "") and not day_of(row[key], near)
        ]
        key = row["department_code"] or row["department"]
        days = {day.isoformat() for text in written.returned.get(key, ()) if (day := day_of(text, near))}
        returned = day_of(row.get("last_returned"), near)
        days |= {returned.isoformat()} if returned else set()
        if days:
            written.returned[key] = sorted(days)
        tables["submissions"].change(
            row["number"], review_state(row, opinions.get(row["department"], ""), written.returned)
        )
    return unread


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


def storable(value: Any, format: str) -> Any:
    """The value as it is written into the new workbook: days and numbers as such, all else as it is.

    format: of the column. What is written there otherwise stays the text it is.
    """
    if format == "date":
        day = day_of(value)
        return value if day is None else serial(day)
    if format == "number" and isinstance(value, str):
        number = money(value)
        return value if number is None else number
    return plain_text(value) if isinstance(value, (datetime, date)) else value


def _lost(remark: Remark, key: str, value: Any, sheet: Sheet) -> Lost:
    """A remark without a row, as it is listed below 收件核对. key: its column."""
    label = next((column.label for column in sheet.columns if column.key == key), key.removeprefix(OWN))
    subject = next((remark.row[name] for name in ("name", "subject", "path") if remark.row.get(name)), "")
    return (
        sheet.title,
        remark.row.get("department", ""),
        remark.row.get("project", ""),
        subject,
        label,
        plain_text(value),
    )
