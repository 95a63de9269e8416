"""From a folder of files as they arrived to one workbook that the bureau can sign."""

from __future__ import annotations

import gc
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..errors import OutputError, UsageError
from ..findings import Findings
from ..policy import Policy
from ..policy_file import load
from .live import MOST_ROWS

if TYPE_CHECKING:
    import pandas

    from .handwritten import Written
    from .last_year import Last
    from .material import Material

__all__ = ["County", "consolidate"]

_COUNTY = re.compile("^.{1,6}?(?:自治)?[县区市旗](?=.{2})")


@dataclass(frozen=True)
class County:
    """What was consolidated: where it lies, and the counts for the closing table. The tables are read from the store when asked for.

    files: received files by result; forms: recognised, used, superseded, duplicate; verdicts: indicators of the project forms
    (indicators, met, exceeded, unmet, zero, undetermined, unexplained); findings: by severity (错误, 核实, 提示);
    rules: by status (ran, skipped, failed). lost: officers' remarks that found no row. balances: of files and of forms, one line each. problems: faulty rows of the roster.
    """

    out: Path
    store: Path
    departments: int = 0
    reported: int = 0
    project_forms: int = 0
    department_forms: int = 0
    files: dict[str, int] = field(default_factory=dict)
    forms: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    severities: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    carried: int = 0
    lost: int = 0
    balances: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @cached_property
    def projects(self) -> pandas.DataFrame:
        """One row per project that counts, is missing or exempt; money in 万元, rates as ratios."""
        return self._table("projects")

    @cached_property
    def funding(self) -> pandas.DataFrame:
        """One row per funding row; kind: 合计, 来源, 其中项."""
        return self._table("funding")

    @cached_property
    def indicators(self) -> pandas.DataFrame:
        """One row per third-level indicator."""
        return self._table("indicators")

    @cached_property
    def findings(self) -> pandas.DataFrame:
        """One row per finding."""
        return self._table("findings")

    def _table(self, name: str) -> pandas.DataFrame:
        from .store import read

        return read(self.store, name)


def consolidate(folder: str | Path, out: str | Path, *, roster: str | Path | None = None, policy: Policy | str | Path | None = None,
                against: str | Path | None = None, with_forms: bool = False, parquet: str | Path | None = None, jobs: int | None = None,
                dask: str | None = None, progress: Callable[[int, int, str], None] | None = None) -> County:
    """Reads every file below the folder and writes the county workbook `out`, and beside it its store (.sqlite).

    roster: the roster workbook, so that missing departments and projects show. against: last year's county workbook, for the sheet
    与上年对比. with_forms: adds every form as a sheet in its official layout. parquet: a folder for the tables as Parquet (extra `data`).
    jobs: processes that read. dask: address of a Dask cluster that reads instead (extra `dask`). progress(done, all, file name) after each file.
    A file that cannot be read is listed in 收件核对 and stops nothing. What officers wrote into an earlier `out` is carried over.
    Raises UsageError (no such folder, faulty roster) and OutputError (`out` cannot be written, or is no workbook of ours).
    """
    from ..checking import check
    from .checked import ready
    from .collecting import receive, sort_out
    from .handwritten import read_written
    from .last_year import read_last
    from .material import prepare
    from .roster import chosen_by, read_roster
    from .store import meta
    from .tables import SHEETS

    out = Path(out)
    _usable(Path(folder), out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    known = read_roster(roster) if roster else None
    if parquet:
        from .parquet import usable

        usable(parquet)
    last = read_last(against) if against else None
    written = read_written(out, SHEETS)
    written.returned |= json.loads(meta(out.with_suffix(".sqlite"), "returned") or "{}")
    with _few_collections():
        if dask:
            from .cluster import reading_on

            with reading_on(dask, folder) as read:
                received = receive(folder, out, rules, jobs, progress, read)
        else:
            received = receive(folder, out, rules, jobs, progress)
        collected = sort_out(received.root, received.files, known, chosen_by(known, written.chosen_files()), received.archives)
        found = check(collected.filings, rules, [receipt.file for receipt in collected.receipts if receipt.result not in ("被新版本替代", "重复")], known,
                      ready=ready(received.answers))
        return publish(prepare(collected, found, known, rules, assessed=True), out, written, last, with_forms, parquet)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Without looking for cycles: a million records and no cycle among them, and looking costs a fifth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def publish(material: Material, out: Path, written: Written | None = None, last: Last | None = None, with_forms: bool = False,
            parquet: str | Path | None = None, most_rows: int = MOST_ROWS) -> County:
    """Store and workbook of what was collected and checked; the old remarks carried over. last: last year's projects. with_forms: the
    forms themselves as further sheets. parquet: a folder for the tables. most_rows: of one worksheet."""
    with _few_collections():
        return _publish(material, out, written, last, with_forms, parquet, most_rows)


def _publish(material: Material, out: Path, written: Written | None, last: Last | None, with_forms: bool, parquet: str | Path | None, most_rows: int) -> County:
    from .below import balance_cells, write_below
    from . import handwritten
    from .ledger_rows import form_balance
    from .links import relative_folder
    from .live import Book
    from .overview import Front
    from .overview_blocks import write_overview
    from .store import save
    from .form_sheets import INDEX, form_sheets
    from .last_year import COMPARED, compare
    from .since import mark
    from .tables import SHEETS, build, number_rows, settle
    from .workbook import write

    written = written or handwritten.Written()
    tables = build(material)
    mark(tables, out.with_suffix(".sqlite"))
    number_rows(tables["findings"])
    lost = handwritten.carry_over(written, tables, SHEETS)
    settle(tables, written)
    forms = form_balance(material)
    sheets = SHEETS
    if last is not None:
        tables["compared"] = number_rows(compare(tables, last))
        sheets = (*SHEETS, COMPARED)
    drawings: list = []
    if with_forms:
        tables["forms"], drawings = form_sheets(material, ("总览", INDEX.title, *(sheet.title for sheet in sheets)))
        sheets = (*sheets, INDEX)
    book = Book(sheets, tables, most_rows)
    title = f"{county_name([entry.name for entry in material.entries])}{material.year or ''}{'年度' if material.year else ''}预算绩效自评情况总览"
    about = about_line(material)
    balance = balance_cells(book, forms, max(len(tables["receipts"]), 1) + 3)
    store = out.with_suffix(".sqlite")
    write(out, book, title.removesuffix("总览"), relative_folder(material.collected.folder, out),
          lambda page, formats, chart: write_overview(Front(page, formats, book, chart), material, title, balance, about),
          lambda page, formats, line: write_below(page, formats, line, book, forms, lost), material.archived, drawings)
    save(store, sheets, tables, {"about": about, "folder": str(material.collected.folder), "year": str(material.year or ""),
                                 "returned": json.dumps(written.returned, ensure_ascii=False)})
    if parquet:
        from .parquet import write_parquet

        write_parquet(parquet, tables)
    return _county(material, out, store, tables, forms, sum(remark.used for remark in written.remarks), len(lost))


def about_line(material: Material) -> str:
    """Program, policy and rules in one line."""
    states = Counter(status.status for status in material.findings.rules)
    failed = "、".join(status.rule for status in material.findings.rules if status.status == "failed")
    return (f"程序版本：selfeval-xl {__version__}　　参数表：{_policy_name(material.policy)}　　"
            f"规则执行：已执行{states['ran']}条，跳过{states['skipped']}条，出错{states['failed']}条{f'（{failed}）' if failed else ''}")


def _policy_name(policy: Policy) -> str:
    """The files that changed something and how much, else 默认."""
    changed = [parameter for parameter in policy.parameters.values() if parameter.where != "默认"]
    files = sorted({parameter.where for parameter in changed} | {rule.where for rule in policy.county_rules if rule.where})
    parts = [f"{name}{count}项" for name, count in (("参数", len(changed)), ("规则", len(policy.rules)), ("自定义规则", len(policy.county_rules))) if count]
    return f"{'、'.join(files) or '本县参数表'}（改了{'、'.join(parts)}）" if parts else "默认"


def county_name(names: Iterable[str]) -> str:
    """What most departments' names begin with, when that is a county, district or city; "" otherwise."""
    found = Counter(match[0] for name in names if (match := _COUNTY.match(name)))
    name, count = found.most_common(1)[0] if found else ("", 0)
    return name if 2 * count > len(list(names)) else ""


def _usable(folder: Path, out: Path) -> None:
    if not folder.exists():
        raise UsageError(f"找不到文件夹“{folder}”。请核对名称和位置。")
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"汇总工作簿的文件名应以.xlsx结尾，现在写的是“{out.name}”。")
    if not out.parent.is_dir():
        raise OutputError(f"没有“{out.parent}”这个文件夹，汇总工作簿写不进去。请先建好文件夹。")


def balance_lines(files: Counter[str], forms: dict[str, int]) -> tuple[str, ...]:
    """收到 = 采用 + …, for the files and for the forms, each with whether it holds."""
    from .below import agreement
    from .collecting import RESULTS

    received = files.total()
    parts = " + ".join(f"{result}{files[result]}" for result in RESULTS if files[result] or result == "采用")
    fits = "相符" if received == sum(files[result] for result in RESULTS) else "不符"
    return (f"文件：收到{received} = {parts}，{fits}",
            f"表：识别{forms['recognised']} = 采用{forms['used']} + 被替代{forms['superseded']} + 重复{forms['duplicate']}，{agreement(forms)}")


def _county(material: Material, out: Path, store: Path, tables, forms: dict[str, int], carried: int, lost: int) -> County:
    from .summary_rows import VERDICTS

    projects = tables["projects"]
    rows: Findings = material.findings
    return County(
        out=out, store=store, departments=len(material.entries), reported=sum(bool(entry.forms or entry.reports) for entry in material.entries),
        project_forms=sum(len(entry.projects) for entry in material.entries), department_forms=sum(len(entry.wholes) for entry in material.entries),
        files=dict(Counter(row["result"] for row in tables["receipts"])), forms=forms,
        verdicts={key: sum(int(row.get(key) or 0) for row in projects) for key in VERDICTS},
        severities=dict(Counter(finding.severity.label for finding in rows if finding.severity)), rules=dict(Counter(status.status for status in rows.rules)),
        carried=carried, lost=lost, balances=balance_lines(Counter(row["result"] for row in tables["receipts"]), forms), problems=material.roster.problems if material.roster else (),
    )
