"""Consolidates a folder with many counties: a workbook for each of them and one for the province."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.errors import UsageError
from selfeval_xl.files import SIGNS, make_folder
from selfeval_xl.rules.county_file import load

if TYPE_CHECKING:
    from selfeval_xl.county.province.county_figures import CountyRecord
    from selfeval_xl.county.province.folders import Place, Survey
    from selfeval_xl.county.province.run_county import CountyOutcome

__all__ = ["NAME", "CountyResult", "Province", "consolidate_province"]

NAME = "全省汇总"


@dataclass(frozen=True, slots=True)
class CountyResult:
    """The result of one county: its workbook `out`, or the reason why it has none.

    figures: its row of 县区汇总 by column key, money in 万元. balances: of files and of forms, one line each.
    problems: faulty rows of its roster. notes: a sentence where its earlier store was set aside.
    """

    name: str
    out: Path | None
    reason: str = ""
    figures: dict[str, Decimal | int | str | None] = field(default_factory=dict)
    balances: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Province:
    """The result of a province. out: its workbook.

    loose: files of no county, each with its reason. notes: remarks on the folders and the counties' stores,
    a sentence each. totals: sums over the counties by column key, money in 万元.
    """

    out: Path
    counties: tuple[CountyResult, ...]
    loose: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    totals: dict[str, Decimal] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[CountyResult, ...]:
        """The counties without a result."""
        return tuple(county for county in self.counties if county.out is None)


def consolidate_province(
    folder: str | Path,
    out: str | Path,
    *,
    name: str = NAME,
    rosters: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    against: str | Path | None = None,
    with_forms: bool = False,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    told: Callable[[int, int, CountyResult], None] | None = None,
) -> Province:
    """Consolidates every county of the folder, and then the province; returns the results.

    Into the folder `out` go 甲县.xlsx and its store for each county, and the province's workbook `name`. A
    county is a subfolder or a zip archive directly in `folder`, named like it. rosters: a folder with a
    roster for each county (甲县.xlsx); else 单位名册.xlsx in the county's own folder counts. against: the
    folder with last year's county workbooks. with_forms, jobs: as `county.consolidate`.
    progress(done, all, file name) while a county is read; told(number, all, county) when it is finished.

    A county that fails is listed with its reason and stops nothing; its figures are left out, not taken from
    an earlier run. Raises UsageError (no folder, no county, a machine of 32 bits) and OutputError (`out` or
    the province's workbook cannot be written, or another file has the workbook's name).
    """
    from selfeval_xl.county.intake import records
    from selfeval_xl.county.province.folders import survey
    from selfeval_xl.county.province.write_workbook import publish, usable

    records.usable()
    folder, out = Path(folder), Path(out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    book = out / f"{_checked_name(name)}.xlsx"
    roster_folder, last_year = (Path(path) if path else None for path in (rosters, against))
    policy_file = None if isinstance(policy, Policy) or not policy else Path(policy)
    found = survey(folder, out, book.name, roster_folder, last_year, policy_file)
    make_folder(out)
    usable(book)
    rows: list[CountyRecord] = []
    results: list[CountyResult] = []
    for number, place in enumerate(found.places, 1):
        row, result = _one_county(place, out, rules, last_year, with_forms, jobs, progress)
        rows.append(row)
        results.append(result)
        if told:
            told(number, len(found.places), result)
    notes = tuple(_notes(found, out, book, results))
    tables = publish(rows, book, found.loose, notes, rules)
    loose = tuple((file.name, file.reason) for file in found.loose)
    return Province(book, tuple(results), loose, notes, _totals(tables["counties"]))


def _one_county(
    place: Place,
    out: Path,
    policy: Policy,
    against: Path | None,
    with_forms: bool,
    jobs: int | None,
    progress: Callable[[int, int, str], None] | None,
) -> tuple[CountyRecord, CountyResult]:
    """Consolidates one county; returns its rows of the province's sheets and its result."""
    from selfeval_xl.county.province.county_figures import figures
    from selfeval_xl.county.province.county_process import Order
    from selfeval_xl.county.province.run_county import run

    last = against / f"{place.name}.xlsx" if against else None
    if last and not last.is_file():
        last = None
    order = Order(place.path, out / f"{place.name}.xlsx", place.roster, policy, last, with_forms, jobs)
    outcome = run(place, order, progress)
    row = figures(outcome, _remark(place, against is not None and last is None))
    return row, _result(outcome, row.county)


def _notes(found: Survey, out: Path, book: Path, results: list[CountyResult]) -> Iterator[str]:
    """Notes on stores that were set aside, rosters without a county, and workbooks whose county is gone."""
    for county in results:
        yield from county.notes
    for spare in found.spare:
        yield f"名册文件夹里的“{spare}”没有对应的县区，没有用上。"
    names = [place.name for place in found.places]
    for store in sorted(out.glob("*.sqlite")):
        workbook = store.with_suffix(".xlsx")
        if store.stem not in names and workbook != book and workbook.exists():
            yield f"结果文件夹里的“{store.stem}.xlsx”是以前汇总的，这次没有这个县区的材料，里面的数没有计入。"


def _checked_name(name: str) -> str:
    """The workbook's name without its ending. Raises UsageError where no file can have that name."""
    stem = name.removesuffix(".xlsx").strip()
    if not stem or any(sign in stem for sign in SIGNS):
        raise UsageError(f"“{name}”不能作工作簿的名称：不能是空的，也不能有这些字符：{' '.join(SIGNS)}")
    return stem


def _remark(place: Place, no_last: bool) -> str:
    """The column 说明 of a county: what its figures lack without a roster or last year's workbook."""
    no_roster = "" if place.roster else "没有单位名册，看不出谁没有报、漏了哪些项目。"
    return no_roster + ("没有上年的汇总表，没有和上年对比。" if no_last else "")


def _result(outcome: CountyOutcome, row: dict[str, Any]) -> CountyResult:
    """The result of a county for the caller. row: its row of 县区汇总."""
    figures = {key: value for key, value in row.items() if key != "formula"}
    if outcome.county is None:
        return CountyResult(outcome.place.name, None, row["remark"], figures)
    county = outcome.county
    return CountyResult(
        outcome.place.name, outcome.book, "", figures, county.balances, county.problems, county.notes
    )


def _totals(counties: list[dict[str, Any]]) -> dict[str, Decimal]:
    """The sums of 县区汇总 by column key; dashes count 0."""
    from selfeval_xl.county.province.columns import COUNTIES

    return {
        column.key: sum(
            (Decimal(row[column.key]) for row in counties if isinstance(row[column.key], (Decimal, int))),
            Decimal(0),
        )
        for column in COUNTIES.columns
        if column.total
    }
