"""From a folder with many counties to one workbook for each of them and one for the province."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputError, UsageError, cause_of
from ..policy import Policy
from ..policy_file import load

if TYPE_CHECKING:
    from .folders import Place
    from .running import Outcome

__all__ = ["NAME", "CountyResult", "Province", "consolidate_province"]

NAME = "全省汇总"
FAULTS = '\\/:*?"<>|'


@dataclass(frozen=True, slots=True)
class CountyResult:
    """One county: its workbook, or why it has none. figures: its row of 县区汇总 by column key, money in
    万元. balances: of files and of forms, one line each.

    problems: faulty rows of its roster.
    """

    name: str
    out: Path | None
    reason: str = ""
    figures: dict[str, Decimal | int | str | None] = field(default_factory=dict)
    balances: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Province:
    """What was consolidated. loose: files of no county, each with its reason. notes: what else is to be
    known. totals: sums over the counties by column key.
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
    """Consolidates every county of the folder into the folder `out`: 甲县.xlsx and its store for each, then
    the province's workbook `name`.

    A county is a subfolder or a zip archive directly in `folder`, named like it. rosters: a folder with a
    roster for each county (甲县.xlsx); else
    单位名册.xlsx in the county's own folder counts. against: the folder with last year's county workbooks.
    with_forms, jobs: as `county.consolidate`.
    progress(done, all, file name) while a county is read; told(number, all, county) when it is finished.
    A county that fails is listed with its reason and stops nothing; its figures are left out, not taken from
    an earlier run.
    Raises UsageError (no folder, no county) and OutputError (`out` or the province's workbook cannot be
    written, or is none of ours).
    """
    from .child import Order
    from .figures import figures
    from .folders import survey
    from .publishing import publish, usable
    from .running import run

    folder, out = Path(folder), Path(out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    book = out / f"{_plain(name)}.xlsx"
    found = survey(
        folder,
        out,
        book.name,
        *(Path(place) if place else None for place in (rosters, against)),
        None if isinstance(policy, Policy) or not policy else Path(policy),
    )
    _make(out)
    usable(book)
    last = {
        place: path
        for place in found.places
        if against and (path := Path(against) / f"{place.name}.xlsx").is_file()
    }
    rows = []
    results: list[CountyResult] = []
    for number, place in enumerate(found.places, 1):
        outcome = run(
            place,
            Order(
                place.path, out / f"{place.name}.xlsx", place.roster, rules, last.get(place), with_forms, jobs
            ),
            progress,
        )
        row = figures(outcome, _remark(place, bool(against) and place not in last))
        rows.append(row)
        results.append(_result(outcome, row.county))
        if told:
            told(number, len(found.places), results[-1])
    notes = (
        *(f"名册文件夹里的“{spare}”没有对应的县区，没有用上。" for spare in found.spare),
        *_left_over(out, book, [place.name for place in found.places]),
    )
    tables = publish(rows, book, found.loose, notes)
    return Province(
        book,
        tuple(results),
        tuple((file.name, file.reason) for file in found.loose),
        notes,
        _totals(tables["counties"]),
    )


def _plain(name: str) -> str:
    stem = name.removesuffix(".xlsx").strip()
    if not stem or any(sign in stem for sign in FAULTS):
        raise UsageError(f"“{name}”不能作工作簿的名称：不能是空的，也不能有这些字符：{' '.join(FAULTS)}")
    return stem


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"建不了文件夹“{out}”：{cause_of(error)}。请换一个位置，或处理好权限再试。"
        ) from error


def _remark(place: Place, no_last: bool) -> str:
    """What the reader of the county's figures has to know."""
    told = () if place.roster else ("没有单位名册，看不出谁没有报、漏了哪些项目。",)
    return "".join((*told, *(("没有上年的汇总表，没有和上年对比。",) if no_last else ())))


def _result(outcome: Outcome, row: dict[str, Any]) -> CountyResult:
    figures = {key: value for key, value in row.items() if key != "formula"}
    if outcome.county is None:
        return CountyResult(outcome.place.name, None, row["remark"], figures)
    return CountyResult(
        outcome.place.name, outcome.book, "", figures, outcome.county.balances, outcome.county.problems
    )


def _left_over(out: Path, book: Path, names: list[str]) -> Iterator[str]:
    """County workbooks of earlier runs whose counties are not there any more."""
    for store in sorted(out.glob("*.sqlite")):
        if (
            store.stem not in names
            and store.with_suffix(".xlsx") != book
            and store.with_suffix(".xlsx").exists()
        ):
            yield f"结果文件夹里的“{store.stem}.xlsx”是以前汇总的，这次没有这个县区的材料，里面的数没有计入。"


def _totals(counties: list[dict[str, Any]]) -> dict[str, Decimal]:
    from .columns import COUNTIES

    return {
        column.key: sum(
            (Decimal(row[column.key]) for row in counties if isinstance(row[column.key], (Decimal, int))),
            Decimal(0),
        )
        for column in COUNTIES.columns
        if column.total
    }
