"""The sheet 与上年对比: this year's projects beside those of last year's county workbook.

Both years' figures are those of 项目汇总 and 指标明细.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from selfeval_xl.county.departments.data import BLANK, EXEMPT, MISSING
from selfeval_xl.county.officer_workbook import pages_of, plain_text
from selfeval_xl.county.sheets.columns import (
    FORMULA,
    HEAD,
    Column,
    ColumnFormula,
    Sheet,
    amount,
    change_of,
    count,
    rate_of,
)
from selfeval_xl.county.sheets.indicators import INDICATORS
from selfeval_xl.county.sheets.projects import PROJECTS
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.model.quantity import money, points_of
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.own_workbook import values_of

CONTINUED, NEW, RENAMED, ENDED, NOT_SENT = "续做", "新增", "变动", "已结束", "未报"
_ALIKE = 70  # percent of likeness of the names from which two projects of a department are one, renamed
_NUMBERS = ("money", "count", "number", "rate")
_AT_MOST = ("≤", "<")
_SCORES = ("score", "second_score")
_ABSENT = (MISSING, EXEMPT)
_FIGURES = ("annual_budget", "executed", "indicators", "met", "undetermined", "blank", *_SCORES)
_UNREPORTED = (MISSING, BLANK)
_FINDINGS = ("errors", "warnings", "notes")
_HEAD_KEYS = ("section", "department_code", "department", "project_code")
_THIS_YEAR = ("annual_budget", "executed", "indicators", *_SCORES)
Row = dict[str, Any]


def _risen(key: str, label: str, new: str, old: str) -> Column:
    """A formula column: new − old, of two rates."""
    text = f'IF(OR({{{new}}}="",{{{old}}}=""),"",ROUND({{{new}}}-{{{old}}},4))'
    return Column(
        key,
        label,
        10,
        "rate",
        FORMULA,
        live=ColumnFormula(
            text, lambda row: None if None in (row[new], row[old]) else row[new] - row[old], True
        ),
    )


def _rise_of(key: str, label: str, new: str, old: str) -> Column:
    """A formula column: new − old in 万元; a project without one of the two counts with 0 there.

    So the differences add up to the difference of the sums.
    """
    text = f'IF(AND({{{new}}}="",{{{old}}}=""),"",ROUND(N({{{new}}})-N({{{old}}}),6))'
    return Column(
        key,
        label,
        13,
        "money",
        FORMULA,
        True,
        ColumnFormula(
            text,
            lambda row: (
                None
                if row[new] is None and row[old] is None
                else (row[new] or Decimal(0)) - (row[old] or Decimal(0))
            ),
        ),
    )


COMPARED = Sheet(
    "compared",
    "与上年对比",
    (
        *HEAD,
        Column("state", "对比结果", 9),
        Column("last_project", "上年项目名称", 28, "wrap"),
        amount("last_annual_budget", "上年全年预算数（万元）"),
        amount("annual_budget", "本年全年预算数（万元）"),
        _rise_of("budget_rise", "预算增减（万元）", "annual_budget", "last_annual_budget"),
        change_of("budget_change", "预算增减率", "annual_budget", "last_annual_budget"),
        amount("last_executed", "上年全年执行数（万元）"),
        amount("executed", "本年全年执行数（万元）"),
        rate_of("last_rate", "上年执行率", "last_executed", "last_annual_budget"),
        rate_of("rate", "本年执行率", "executed", "annual_budget"),
        _risen("rate_rise", "执行率增减", "rate", "last_rate"),
        count("last_indicators", "上年指标数"),
        count("last_met", "上年已完成"),
        count("last_undetermined", "上年待核定"),
        count("last_blank", "上年未填"),
        count("indicators", "本年指标数"),
        count("reused", "沿用指标数"),
        count("lowered", "降低指标值的指标数"),
        Column("lowered_names", "降低了指标值的指标", 34, "wrap"),
        Column("last_score", "上年自评得分", 9, "number"),
        Column("score", "本年自评得分", 9, "number"),
        Column("last_second_score", "上年复核得分", 9, "number"),
        Column("second_score", "本年复核得分", 9, "number"),
        count("last_findings", "上年问题条数"),
        count("findings", "本年问题条数"),
    ),
)


@dataclass(frozen=True, slots=True)
class Last:
    """Last year's projects, and their indicators by the position of the project. Rows are dicts by column."""

    projects: tuple[Row, ...]
    indicators: Mapping[int, tuple[Row, ...]]


def read_last(path: str | Path) -> Last:
    """Reads last year's county workbook. Raises UsageError where the file is not one or cannot be read."""
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"找不到上年汇总表“{path}”。请核对文件名和所在文件夹。")
    try:
        values = values_of(path, PROJECTS.title, INDICATORS.title)
    except UnreadableFile as error:
        raise UsageError(f"上年汇总表“{path}”读不出来，可能已损坏。请核对文件。") from error
    grids = {
        sheet.key: [values.rows[name] for name in pages_of(sheet.title, values.names)]
        for sheet in (PROJECTS, INDICATORS)
    }
    if not all(grids.values()):
        raise UsageError(f"“{path}”不是本程序生成的汇总工作簿（没有“项目汇总”和“指标明细”），不能用来对比。")
    projects = tuple(
        row for row in all_rows(PROJECTS, grids["projects"], _SCORES) if row.get("status") not in _ABSENT
    )
    return Last(
        projects,
        _by_project(
            projects, [row for row in all_rows(INDICATORS, grids["indicators"]) if row.get("form") == "项目"]
        ),
    )


def all_rows(
    sheet: Sheet, grids: Iterable[Sequence[Sequence[Any]]], kept: Sequence[str] = ()
) -> Iterator[Row]:
    """The rows of a table on all worksheets over which it continues.

    kept: columns of numbers in which a text that is no number stays: it is not nothing.
    """
    for grid in grids:
        yield from _rows(sheet, grid, kept)


def _rows(sheet: Sheet, grid: Sequence[Sequence[Any]], kept: Sequence[str]) -> Iterator[Row]:
    """The rows above the totals, by column key; numbers as Decimal."""
    heads = [squeeze(plain_text(value)) for value in grid[0]] if grid else []
    positions = {
        column: heads.index(squeeze(column.label))
        for column in sheet.columns
        if squeeze(column.label) in heads
    }
    for cells in grid[1:]:
        if plain_text(cells[0]) == "合计":
            return
        texts = {
            column: plain_text(cells[position]) if position < len(cells) else ""
            for column, position in positions.items()
        }
        yield {column.key: _value(column, text, column.key in kept) for column, text in texts.items()}


def _value(column: Column, text: str, kept: bool) -> Decimal | str | None:
    """The value of a cell. kept: a text that is no number stays."""
    if column.format not in _NUMBERS:
        return text
    number = points_of(text) if column.format == "number" else money(text)
    return text if number is None and text and kept else number


def _by_project(projects: Sequence[Row], indicators: Iterable[Row]) -> dict[int, tuple[Row, ...]]:
    """The indicators of each project, by its position."""
    positions: dict[tuple, int] = {}
    for position, row in enumerate(projects):
        positions.setdefault(form_key(row), position)
    by_project: dict[int, list[Row]] = {}
    for row in indicators:
        project = positions.get(form_key(row))
        if project is not None:
            by_project.setdefault(project, []).append(row)
    return {position: tuple(rows) for position, rows in by_project.items()}


def form_key(row: Row) -> tuple:
    """The values that a project's row and its indicators' rows have in common."""
    return (
        row.get("department"),
        row.get("project_code") or row.get("project"),
        row.get("file"),
        row.get("sheet"),
    )


def match_years(tables: Mapping[str, Rows], last: Last) -> dict[int, int]:
    """The position of last year's project of each row of 项目汇总, by the row's number."""
    projects = _compared_projects(tables)
    matches = _matches(projects, last.projects)
    return {projects[number]["number"]: old for number, old in matches.items()}


def _compared_projects(tables: Mapping[str, Rows]) -> list[Row]:
    """The rows of 项目汇总 that are compared."""
    return [row for row in tables["projects"].rows() if row["status"] != EXEMPT]


def compare(tables: Mapping[str, Rows], last: Last, matches: Mapping[int, int]) -> list[Row]:
    """The rows of 与上年对比: this year's projects (未报 if no form, or a blank one, came), then ended ones.

    Also fills 与上年对比 of 项目汇总, and 上年指标值 and 上年完成值 of 指标明细 where the roster has none.
    matches: as `match_years` gives them.
    """
    projects = _compared_projects(tables)
    indicators = _by_project(projects, [row for row in tables["indicators"].rows() if row["form"] == "项目"])
    rows = []
    for number, row in enumerate(projects):
        match = matches.get(row["number"])
        old = None if match is None else last.projects[match]
        row["last_year"] = _state(row, old)
        rows.append(
            _compared(
                row,
                old,
                indicators.get(number, ()),
                () if match is None else last.indicators.get(match, ()),
            )
        )
        tables["projects"].change(row["number"], {"last_year": row["last_year"]})
        for indicator in indicators.get(number, ()):
            if indicator.get("last_target") or indicator.get("last_actual"):
                tables["indicators"].change(
                    indicator["number"], {key: indicator.get(key) for key in ("last_target", "last_actual")}
                )
    ended = set(range(len(last.projects))) - set(matches.values())
    rows += [_ended(last.projects[number]) for number in sorted(ended)]
    return rows


def _state(row: Row, old: Row | None) -> str:
    """对比结果 of a project of this year."""
    if row["status"] in _UNREPORTED:
        return NOT_SENT
    if old is None:
        return NEW
    return CONTINUED if squeeze(old["project"]) == squeeze(row["project"]) else RENAMED


def _matches(projects: Sequence[Row], last: Sequence[Row]) -> dict[int, int]:
    """Last year's project of each of this year's, by their positions.

    By code, then by name within the department, then by the most similar name in the same department.
    """
    unmatched = dict.fromkeys(range(len(last)))
    matches: dict[int, int] = {}
    for keys in (
        ("project_code", "unit"),
        ("project_code",),
        ("department", "project", "unit"),
        ("department", "project"),
    ):
        by_name: dict[tuple, list[int]] = {}
        for old in unmatched:
            by_name.setdefault(_named(last[old], keys), []).append(old)
        for number, row in enumerate(projects):
            name = _named(row, keys)
            if number not in matches and all(name[:1] + name[-1:]) and by_name.get(name):
                matches[number] = by_name[name].pop(0)
                unmatched.pop(matches[number])
    _match_similar_names(projects, last, matches, unmatched)
    return matches


def _match_similar_names(
    projects: Sequence[Row], last: Sequence[Row], matches: dict[int, int], unmatched: dict[int, None]
) -> None:
    """Adds matches of projects of the same department with similar names, the most similar first."""
    from rapidfuzz import fuzz

    by_department: dict[str, list[int]] = {}
    for old in unmatched:
        by_department.setdefault(squeeze(last[old]["department"]), []).append(old)
    rated = sorted(
        (
            # -number: of equally similar names the earlier project's goes first
            (fuzz.ratio(squeeze(row["project"]), squeeze(last[old]["project"])), -number, old)
            for number, row in enumerate(projects)
            if number not in matches
            for old in by_department.get(squeeze(row["department"]), ())
        ),
        reverse=True,
    )
    for likeness, minus_number, old in rated:
        if likeness >= _ALIKE and -minus_number not in matches and old in unmatched:
            matches[-minus_number] = old
            unmatched.pop(old)


def _named(row: Row, keys: Sequence[str]) -> tuple[str, ...]:
    """The row's values in these columns, for comparison; "" for an empty one."""
    return tuple(squeeze(str(row.get(key) or "")) for key in keys)


def _compared(row: Row, old: Row | None, indicators: Sequence[Row], old_indicators: Sequence[Row]) -> Row:
    """The row of a project of this year. Adds last year's values to its indicators where they have none."""
    by_name = {squeeze(indicator["name"] or ""): indicator for indicator in old_indicators}
    lowered, reused = [], 0
    for indicator in indicators:
        earlier = by_name.get(squeeze(indicator["name"] or ""))
        if earlier is None:
            continue
        reused += 1
        indicator["last_target"] = indicator.get("last_target") or earlier["target"]
        indicator["last_actual"] = indicator.get("last_actual") or earlier["actual"]
        if eased(indicator, earlier):
            lowered.append(f"{indicator['name']}（{earlier['target']}→{indicator['target']}）")
    return _with_rates(
        {
            **{key: row.get(key) for key in (*_HEAD_KEYS, "project")},
            **{key: None if row["status"] in _UNREPORTED else row.get(key) for key in _THIS_YEAR},
            "findings": None if row["status"] == MISSING else sum(row.get(key) or 0 for key in _FINDINGS),
            "state": row["last_year"],
            **_last_columns(old),
            "reused": reused if old else None,
            "lowered": len(lowered) if old else None,
            "lowered_names": "；".join(lowered),
        }
    )


def _last_columns(old: Row | None) -> Row:
    """The columns of last year, empty for a new project."""
    if old is None:
        return {f"last_{key}": None for key in (*_FIGURES, "findings")} | {"last_project": None}
    unfilled = old["status"] == BLANK  # its findings were counted then, itself it was not
    return {
        **{f"last_{key}": None if unfilled else old.get(key) for key in _FIGURES},
        "last_project": old["project"],
        "last_findings": sum((old.get(key) or Decimal(0) for key in _FINDINGS), Decimal(0)),
    }


def _ended(old: Row) -> Row:
    """The row of a project of last year that has none this year."""
    return _with_rates(
        {
            **{key: old.get(key) for key in _HEAD_KEYS},
            "project": old["project"],
            "state": ENDED,
            **dict.fromkeys((*_THIS_YEAR, "findings", "reused", "lowered")),
            **_last_columns(old),
        }
    )


def _with_rates(row: Row) -> Row:
    """The row with the values of the sheet's formulas."""
    for column in COMPARED.columns:
        if column.live and column.live.value:
            row[column.key] = column.live.value(row)
    return row


def eased(now: Row, before: Row) -> bool:
    """Whether the target is easier than last year's: a smaller number, or a larger one for ≤.

    Only numbers of the same unit are compared.
    """
    new, old = now.get("number_wanted"), before.get("number_wanted")
    if new is None or old is None or (now.get("measure") or "") != (before.get("measure") or ""):
        return False
    ceilings = [row.get("operator") in _AT_MOST for row in (now, before)]
    if ceilings[0] != ceilings[1]:
        return False
    return new > old if ceilings[0] else new < old
