"""One county's rows of the province's sheets, read from its store.

A county without a result has dashes and the reason.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.reasons import money_kinds
from selfeval_xl.county.departments.data import BLANK, DASH, EXEMPT, EXTRA, MENDED, NONE, UNLISTED
from selfeval_xl.county.province.columns import (
    AGREE,
    COUNTIES,
    DISAGREE,
    DONE,
    FAILED,
    FATES,
    GRADES,
    RECEIPTS,
    source_key,
)
from selfeval_xl.county.province.county_rows import FORMULA_KEY, CountyStore, opened, plain
from selfeval_xl.county.province.run_county import CountyOutcome
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.sheets.departments import DEPARTMENTS as COUNTY_DEPARTMENTS
from selfeval_xl.county.sheets.findings import FINDINGS
from selfeval_xl.county.sheets.projects import VERDICTS
from selfeval_xl.county.sheets.receipts import RECEIPTS as COUNTY_RECEIPTS
from selfeval_xl.county.store.store import meta
from selfeval_xl.county.workbook.source_links import link_formula
from selfeval_xl.errors import SelfevalError
from selfeval_xl.model.findings import Severity
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import change, ratio
from selfeval_xl.readers.folder import collect

Row = dict[str, Any]
FRONT = "总览"
_MILLION = 1_000_000
_FULL_WIDTH = str.maketrans("*?~", "＊？～")
_HEAD = ("number", "county", "state", "remark", "file", FORMULA_KEY)


_COUNT_BY_RULE = """
SELECT severity, rule, title,
    count(DISTINCT CASE WHEN department IN (SELECT department FROM departments) THEN department END),
    count(DISTINCT CASE WHEN project <> '' THEN coalesce(department, '') || char(10) || project END),
    count(*), sum(status = '已说明'), min(rowid)
FROM findings WHERE status IS NOT ? GROUP BY severity, rule, title"""


@dataclass(slots=True)
class CountyRecord:
    """One county's rows. source: its store, None where there is no result.

    as_of: the day of the last receipt, 2025-03-31. policy: the sentence of its workbook about the policy in
    force.
    """

    county: Row
    receipt: Row
    departments: list[Row] = field(default_factory=list)
    problems: list[Row] = field(default_factory=list)
    source: CountyStore | None = None
    year: str = ""
    as_of: str = ""
    policy: str = ""


def shown_name(name: str) -> str:
    """A county's name without the signs that formulas would take for wildcards or operators."""
    return name.translate(_FULL_WIDTH).lstrip("=<>") or "（未写名称）"


def figures(outcome: CountyOutcome, remark: str = "") -> CountyRecord:
    """The rows of one county. remark: a text for the column 说明."""
    county = outcome.county
    if county is None:
        return without_result(outcome)
    name, book = shown_name(outcome.place.name), outcome.book.name
    with closing(opened(county.store)) as base:
        departments = list(_departments(base, name, book))
        problems = list(_problems(base, name, book))
        receipt = _receipt(base, name, outcome, county.forms)
        rostered = outcome.place.roster is not None
        row = _county(base, receipt, book, rostered, departments, problems) | {"remark": remark}
        (last,) = base.execute("SELECT max(substr(received, 1, 10)) FROM receipts").fetchone()
    sentences = (meta(county.store, "about") or "").split("　　")
    return CountyRecord(
        row,
        receipt,
        departments,
        problems,
        CountyStore(name, book, county.store),
        meta(county.store, "year") or "",
        last or "",
        next((sentence for sentence in sentences if sentence.startswith("参数表")), ""),
    )


def without_result(outcome: CountyOutcome) -> CountyRecord:
    """The rows of a county without a result: dashes and the reason, no figures of an earlier run."""
    reason = f"{outcome.reason}{_left_out(outcome)}"
    common: Row = {"county": shown_name(outcome.place.name), "state": FAILED}
    return CountyRecord(
        {**_dashes(COUNTIES), **common, "remark": reason, "file": None},
        {**_dashes(RECEIPTS), **common, "folder": outcome.place.path.name},
    )


def _dashes(sheet: Sheet) -> Row:
    """A row of the sheet with a dash in each column of figures."""
    return {column.key: DASH for column in sheet.columns if column.key not in _HEAD and column.kind != "链"}


def _left_out(outcome: CountyOutcome) -> str:
    """Sentences about the files and the older workbook whose figures are left out."""
    try:
        count = sum(path != outcome.place.roster for path in collect(outcome.place.path))
        text = f"收到的{count}个文件没有计入。"
    except SelfevalError:
        text = "收到的文件没有计入。"
    if outcome.book.exists():
        text += f"“{outcome.book.name}”还是上次汇总的，没有改动，里面的数没有计入。"
    return text


def _link(book: str, title: str, row: int | None = None) -> str | None:
    """The formula that opens a county's workbook at a row of a worksheet, at its top without a row."""
    return link_formula("", book, title, "A1" if row is None else f"A{row}")


def _stored(base: sqlite3.Connection, table: str) -> Iterator[Row]:
    """The rows of a table by column key, in their order."""
    found = base.execute(f"SELECT * FROM {table} ORDER BY rowid")
    keys = [column[0] for column in found.description]
    return (dict(zip(keys, map(plain, values), strict=True)) for values in found)


def _departments(base: sqlite3.Connection, name: str, book: str) -> Iterator[Row]:
    """The rows of 部门汇总, joined with those of 报送台账, which has the departments in the same order."""
    for number, (row, submission) in enumerate(
        zip(_stored(base, "departments"), _stored(base, "submissions"), strict=True), 2
    ):
        yield row | {
            "county": name,
            "state": submission["state"],
            "late": submission["late"],
            FORMULA_KEY: _link(book, COUNTY_DEPARTMENTS.title, number),
        }


def _problems(base: sqlite3.Connection, name: str, book: str) -> Iterator[Row]:
    """The rows of 问题汇总, one for each rule, counted as on the county's 总览: without mended findings."""
    found = base.execute(_COUNT_BY_RULE, [MENDED]).fetchall()
    order = [severity.label for severity in Severity]
    for severity, rule, title, departments, projects, count, explained, first in sorted(
        found, key=lambda row: (order.index(row[0]) if row[0] in order else 9, row[1], row[2])
    ):
        yield {
            "county": name,
            "severity": severity,
            "rule": rule,
            "title": title,
            "departments": departments,
            "projects": projects,
            "count": count,
            "explained": explained or 0,
            FORMULA_KEY: _link(book, FINDINGS.title, first + 1),
        }


def _receipt(base: sqlite3.Connection, name: str, outcome: CountyOutcome, forms: Mapping[str, int]) -> Row:
    """The county's row of 收件核对. forms: recognised, used, superseded and duplicate forms."""
    results = dict(base.execute("SELECT result, count(*) FROM receipts GROUP BY result"))
    row: Row = {
        "county": name,
        "state": DONE,
        "folder": outcome.place.path.name,
        "received": sum(results.values()),
        **{key: results.get(label, 0) for key, label in FATES.items()},
        "recognised": forms["recognised"],
        "used": forms["used"],
        "replaced": forms["superseded"],
        "duplicate": forms["duplicate"],
        FORMULA_KEY: _link(outcome.book.name, COUNTY_RECEIPTS.title),
    }
    return row | {
        column.key: column.live.value(row) for column in RECEIPTS.columns if column.live and column.live.value
    }


def _county(
    base: sqlite3.Connection,
    receipt: Row,
    book: str,
    rostered: bool,
    departments: list[Row],
    problems: list[Row],
) -> Row:
    """The county's row of 县区汇总: the values that its formulas have. receipt: its row of 收件核对."""
    listed = [row for row in departments if row["section"] != UNLISTED]
    unreported = sum(row["state"] == NONE for row in departments)
    statuses, grades = (
        Counter(dict(base.execute(f"SELECT {key}, count(*) FROM projects GROUP BY {key}")))
        for key in ("status", "grade")
    )
    row: Row = {
        "county": receipt["county"],
        "state": DONE,
        "due": len(listed) if rostered else DASH,
        "reported": sum(row["state"] != NONE for row in listed),
        "unreported": unreported if rostered else DASH,
        "files": receipt["received"],
        "forms": receipt["recognised"],
        "forms_used": receipt["used"],
        "due_projects": _total(departments, "due"),
        "assessed": _total(departments, "assessed"),
        "missing": _total(departments, "missing"),
        "unfilled": statuses[BLANK],
        "extra": statuses[EXTRA],
        "exempt": statuses[EXEMPT],
        **{key: _total(departments, key) for key in ("department_forms", "reports", "sealed")},
        **_sums(base, "projects", (*AMOUNTS, "unspent", *VERDICTS)),
        **{key: grades[label] for key, label in GRADES.items()},
        **_severities(problems),
        "agrees": AGREE if receipt["files_agree"] == receipt["forms_agree"] == AGREE else DISAGREE,
        "file": book,
        FORMULA_KEY: _link(book, FRONT),
    }
    for number, kind in enumerate(money_kinds()):
        sums = _sums(
            base, "funding", AMOUNTS, "WHERE kind = '来源' AND form = '项目' AND category = ?", [kind]
        )
        row |= {source_key(number, key): value for key, value in sums.items()}
    return row | _rates(row)


def _severities(problems: Iterable[Row]) -> dict[str, int]:
    """The number of findings by severity."""
    counts: Counter[str] = Counter()
    for row in problems:
        counts[row["severity"]] += row["count"]
    return {"errors": counts["错误"], "warnings": counts["核实"], "notes": counts["提示"]}


def _rates(row: Row) -> Row:
    """The ratios of a county's row of 县区汇总, None or a dash where they are not known."""
    initial, annual, executed = (row[key] for key in AMOUNTS)
    by_key = {
        column.key: column.live.value for column in COUNTIES.columns if column.live and column.live.value
    }
    return {
        "execution_rate": ratio(executed, annual) if annual else None,
        "adjustment": change(annual, initial),
        "initial_rate": ratio(executed, initial),
        "completion_rate": by_key["completion_rate"](row),
        "reported_rate": DASH if row["due"] == DASH else by_key["reported_rate"](row),
        "covered": DASH if row["due_projects"] == DASH else by_key["covered"](row),
    }


def _total(rows: Iterable[Row], key: str) -> Decimal | int | str:
    """The sum of a column; a dash where no row has a number."""
    numbers = [row[key] for row in rows]
    amounts = [number for number in numbers if isinstance(number, (Decimal, int))]
    return DASH if numbers and not amounts else sum(amounts, Decimal(0))


def _sums(
    base: sqlite3.Connection, table: str, keys: Iterable[str], where: str = "", values: Iterable[Any] = ()
) -> dict[str, Decimal]:
    """The exact sums of columns, which SQLite adds up as integers, in millionths."""
    keys = tuple(keys)
    sums = ", ".join(f"coalesce(sum(CAST(round({key} * {_MILLION}) AS INTEGER)), 0)" for key in keys)
    found = base.execute(f"SELECT {sums} FROM {table} {where}", tuple(values)).fetchone()
    return {key: Decimal(total) / _MILLION for key, total in zip(keys, found, strict=True)}
