"""The monitoring workbook of a county: from a folder of received 绩效运行监控表 to warnings and sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.errors import OutputError, UsageError
from selfeval_xl.files import check_writable
from selfeval_xl.rules.county_file import load

if TYPE_CHECKING:
    from selfeval_xl.county.departments.data import CountyData
    from selfeval_xl.county.officer_workbook import Written
    from selfeval_xl.county.store.rows import ListedRows

__all__ = ["Monitored", "monitor"]

_MOST_NAMED = 12


@dataclass(frozen=True)
class Monitored:
    """What was written, with the counts for the closing table.

    through: the months (1-7月), None where no form says any. departments, reported: those of the roster
    (without one all), and those of them that sent something. unlisted: departments outside the roster. apart:
    findings on files of no department. forms: monitoring forms that count. missing: the roster's projects
    without a form. files: received files by result. outlooks: indicators by 确定能, 有可能, 完全不可能,
    可能性未选. alarms: warnings by rule. fix, explain: what is to be mended and explained. carried, lost:
    officers' remarks that found their row, and that found none. notes: sentences for the officer.
    """

    out: Path
    through: str | None = None
    departments: int = 0
    reported: int = 0
    unlisted: int = 0
    apart: int = 0
    forms: int = 0
    missing: int = 0
    files: dict[str, int] = field(default_factory=dict)
    outlooks: dict[str, int] = field(default_factory=dict)
    alarms: dict[str, int] = field(default_factory=dict)
    fix: int = 0
    explain: int = 0
    carried: int = 0
    lost: int = 0
    balances: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def monitor(
    folder: str | Path,
    out: str | Path,
    *,
    roster: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    through: str | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Monitored:
    """Reads every file below the folder and writes the monitoring workbook `out`.

    roster: workbook, shows which departments and projects are missing. through: the months whose forms count
    (1-7月); without it all count, of one project the latest. progress(done, all, file name). What
    officers wrote into an earlier `out` is carried over. A file that cannot be read is listed in 收件核对 and
    stops nothing. Raises UsageError (no such folder, faulty roster) and OutputError (`out` cannot be written,
    or is no monitoring workbook).
    """
    from selfeval_xl.county.monitoring.sheets import SHEETS
    from selfeval_xl.county.officer_workbook import read_written
    from selfeval_xl.county.stage_study import study
    from selfeval_xl.filings.roster import read_roster
    from selfeval_xl.model.periods import last_month

    folder, out = Path(folder), Path(out)
    _check_possible(folder, out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    known = read_roster(roster) if roster else None
    written = read_written(out, SHEETS)
    if through and last_month(through) is None:
        raise UsageError(f"“{through}”看不出监控到几月，请写成 1-7月 这样。")
    material, months = study(folder, out, known, rules, written.chosen_files(), jobs, progress, through)
    return _publish(material, months, out, written)


def _check_possible(folder: Path, out: Path) -> None:
    """Raises UsageError or OutputError: no such folder, or the workbook cannot be there."""
    if not folder.exists():
        raise UsageError(f"找不到文件夹“{folder}”。请核对名称和位置。")
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"监控汇总工作簿的文件名应以.xlsx结尾，现在写的是“{out.name}”。")
    if not out.parent.is_dir():
        raise OutputError(f"没有“{out.parent}”这个文件夹，监控汇总工作簿写不进去。请先建好文件夹。")
    check_writable(out)


def _publish(material: CountyData, through: str | None, out: Path, written: Written) -> Monitored:
    """Puts what officers wrote into the rows, and writes the workbook."""
    from selfeval_xl.county import officer_columns
    from selfeval_xl.county.monitoring.counting import count_again
    from selfeval_xl.county.monitoring.rows import build
    from selfeval_xl.county.monitoring.sheets import SHEETS
    from selfeval_xl.county.monitoring.workbook import write_workbook
    from selfeval_xl.county.sheets.receipts import questions
    from selfeval_xl.county.store.rows import ListedRows

    sheets = officer_columns.with_own_columns(SHEETS, written)
    rows = build(material)
    tables = {key: ListedRows(sheets[key], rows[key]) for key in sheets}
    lost = officer_columns.carry_over(written, tables, material.roster.match if material.roster else None)
    notes = [
        *officer_columns.settle(tables, written),
        *questions(material),
        *_of_other_months(material, through),
    ]
    count_again(tables)
    balances = write_workbook(out, tuple(sheets.values()), tables, material, through, lost)
    carried = sum(remark.used for remark in written.remarks)
    return _result(material, through, out, tables, (carried, len(lost)), (balances, tuple(notes)))


def _of_other_months(material: CountyData, through: str | None) -> Iterator[str]:
    """A sentence about the forms that are not of the months of most."""
    from selfeval_xl.model.periods import last_month

    wanted = last_month(through)
    others = [
        f"{form.project_name or form.entry.name}（{form.form.through or '没有写几月'}，{form.file}）"
        for entry in material.entries
        for form in entry.forms
        if last_month(form.form.through) != wanted
    ]
    if others:
        more = f"等{len(others)}张" if len(others) > _MOST_NAMED else ""
        yield (
            f"多数表监控到{through}，下面的不是，也算在合计里，执行进度按各自的月份比："
            f"{'、'.join(others[:_MOST_NAMED])}{more}。只汇总一个期间的，加 --through。"
        )


def _result(
    material: CountyData,
    through: str | None,
    out: Path,
    tables: Mapping[str, ListedRows],
    remarks: tuple[int, int],
    told: tuple[tuple[str, ...], tuple[str, ...]],
) -> Monitored:
    """The result for the caller. remarks: carried and lost. told: balances and notes."""
    from selfeval_xl.county.departments.data import MISSING, NONE, UNLISTED
    from selfeval_xl.county.monitoring.sheets import OUTLOOKS, WARNING
    from selfeval_xl.county.sheets.findings import NOBODY

    outlooks = {**OUTLOOKS, "unchosen": "可能性未选"}
    counted = [0] * len(outlooks)
    for row in tables["projects"].picked(*outlooks):
        counted = [sum_ + (value or 0) for sum_, value in zip(counted, row, strict=True)]
    departments = list(tables["departments"].picked("fix", "explain"))
    states = [
        state for state, section in tables["submissions"].picked("state", "section") if section != UNLISTED
    ]
    return Monitored(
        out=out,
        through=through,
        departments=len(states),
        reported=sum(state != NONE for state in states),
        unlisted=len(material.entries) - len(states),
        apart=sum(name == NOBODY for (name,) in tables["findings"].picked("department")),
        forms=sum(len(entry.forms) for entry in material.entries),
        missing=sum(status == MISSING for (status,) in tables["projects"].picked("status")),
        files=dict(Counter(result for (result,) in tables["receipts"].picked("result"))),
        outlooks=dict(zip(outlooks.values(), counted, strict=True)),
        alarms=dict(
            Counter(rule for group, rule in tables["findings"].picked("group", "rule") if group == WARNING)
        ),
        fix=sum(fix or 0 for fix, _ in departments),
        explain=sum(explain or 0 for _, explain in departments),
        carried=remarks[0],
        lost=remarks[1],
        balances=told[0],
        notes=told[1],
    )
