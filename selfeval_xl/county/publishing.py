"""From the departments, one after the other, to the store and the workbook."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from .. import __version__
from ..findings import RuleStatus, Severity
from ..forms import DEPARTMENT, Form
from ..policy import Policy
from ..reading.source import fingerprint
from . import County, handwritten
from .below import agreement, balance_cells, write_below
from .collecting import RESULTS
from .departments import Departments, Prepared
from .detail_columns import DEVIATIONS
from .form_sheets import INDEX, FormSheets
from .handwritten import Written
from .last_year import COMPARED, Last, compare
from .ledger_rows import form_balance
from .links import relative_folder
from .live import MOST_ROWS, Book
from .making import Making, in_order
from .material import MENDED, Material
from .overview import Front
from .overview_blocks import write_overview
from .store import UNWRITTEN, Store
from .summary_rows import VERDICTS
from .table import Listed, Rows
from .tables import SHEETS
from .versions import USED
from .workbook import write

_COUNTY = re.compile("^.{1,6}?(?:自治)?[县区市旗](?=.{2})")


def publish(
    departments: Departments | Prepared,
    out: Path,
    written: Written | None = None,
    last: Last | None = None,
    with_forms: bool = False,
    parquet: str | Path | None = None,
    most_rows: int = MOST_ROWS,
    store: sqlite3.Connection | None = None,
) -> County:
    """Store and workbook of what was collected and checked; the old remarks carried over.

    last: last year's projects. with_forms: the forms themselves as further sheets. parquet: a folder for the
    tables. most_rows: of one
    worksheet. store: the store where it is open already. OutputError where something cannot be written; then
    the old ones are whole.
    """
    making = Store(out.with_suffix(".sqlite"), store)
    try:
        return _publish(making, departments, out, written or Written(), last, with_forms, parquet, most_rows)
    finally:
        making.close()


def _publish(
    store: Store,
    departments: Departments | Prepared,
    out: Path,
    written: Written,
    last: Last | None,
    with_forms: bool,
    parquet: str | Path | None,
    most_rows: int,
) -> County:
    material, sheets = departments.material, SHEETS
    forms = (
        FormSheets(
            ("总览", INDEX.title, *(sheet.title for sheet in (*SHEETS, *([COMPARED] if last else ()))))
        )
        if with_forms
        else None
    )
    tables = Making(store, departments, forms, last is None).tables()
    lost = handwritten.carry_over(written, tables)
    handwritten.settle(tables, written)
    tables["deviations"] = in_order(tables["deviations"], store.name(DEVIATIONS))
    if last is not None:
        tables["compared"] = Listed(COMPARED, compare(tables, last))
        sheets = (*sheets, COMPARED)
    if forms:
        tables["forms"] = Listed(INDEX, forms.rows)
        sheets = (*sheets, INDEX)
    book = Book(sheets, tables, most_rows)
    balanced = form_balance(material)
    title = (
        f"{county_name([entry.name for entry in material.entries])}{material.year or ''}"
        f"{'年度' if material.year else ''}预算绩效自评情况总览"
    )
    about = about_line(material.policy, departments.rules)
    balance = balance_cells(book, balanced, max(len(tables["receipts"]), 1) + 3)
    write(
        out,
        book,
        title.removesuffix("总览"),
        relative_folder(material.collected.folder, out),
        lambda page, formats, chart: write_overview(
            Front(page, formats, book, chart), material, title, balance, about
        ),
        lambda page, formats, line: write_below(page, formats, line, book, balanced, lost),
        material.archived,
        forms.drawings if forms else (),
    )
    if parquet:
        from .parquet import write_parquet

        write_parquet(parquet, tables)
    county = _county(
        material,
        departments.rules,
        out,
        store.path,
        tables,
        balanced,
        sum(remark.used for remark in written.remarks),
        len(lost),
    )
    untouched = fingerprint(out)[1] if not written.remarks and not lost else ""
    store.finish(
        sheets,
        tables,
        {
            UNWRITTEN: untouched,
            "about": about,
            "folder": str(material.collected.folder),
            "year": str(material.year or ""),
            "returned": json.dumps(written.returned, ensure_ascii=False),
        },
    )
    return county


def about_line(policy: Policy, rules: Iterable[RuleStatus]) -> str:
    """Program, policy and rules in one line."""
    rules = list(rules)
    states = Counter(status.status for status in rules)
    failed = "、".join(status.rule for status in rules if status.status == "failed")
    return (
        f"程序版本：selfeval-xl {__version__}　　参数表：{_policy_name(policy)}　　"
        f"规则执行：已执行{states['ran']}条，跳过{states['skipped']}条，"
        f"出错{states['failed']}条{f'（{failed}）' if failed else ''}"
    )


def _policy_name(policy: Policy) -> str:
    """The files that changed something and how much, else 默认."""
    changed = [parameter for parameter in policy.parameters.values() if parameter.where != "默认"]
    files = sorted(
        {parameter.where for parameter in changed}
        | {rule.where for rule in policy.county_rules if rule.where}
    )
    parts = [
        f"{name}{count}项"
        for name, count in (
            ("参数", len(changed)),
            ("规则", len(policy.rules)),
            ("自定义规则", len(policy.county_rules)),
        )
        if count
    ]
    return f"{'、'.join(files) or '本县参数表'}（改了{'、'.join(parts)}）" if parts else "默认"


def county_name(names: Iterable[str]) -> str:
    """What most departments' names begin with, when that is a county, district or city; "" otherwise."""
    found = Counter(match[0] for name in names if (match := _COUNTY.match(name)))
    name, count = found.most_common(1)[0] if found else ("", 0)
    return name if 2 * count > len(list(names)) else ""


def balance_lines(files: Counter[str], forms: dict[str, int]) -> tuple[str, ...]:
    """收到 = 采用 + …, for the files and for the forms, each with whether it holds."""
    received = files.total()
    parts = " + ".join(f"{result}{files[result]}" for result in RESULTS if files[result] or result == "采用")
    fits = "相符" if received == sum(files[result] for result in RESULTS) else "不符"
    return (
        f"文件：收到{received} = {parts}，{fits}",
        (
            f"表：识别{forms['recognised']} = 采用{forms['used']} + 被替代{forms['superseded']} + "
            f"重复{forms['duplicate']}，{agreement(forms)}"
        ),
    )


def _county(
    material: Material,
    rules: Iterable[RuleStatus],
    out: Path,
    store: Path,
    tables: Mapping[str, Rows],
    forms: dict[str, int],
    carried: int,
    lost: int,
) -> County:
    used = [fate for fate in material.collected.fates if fate.fate == USED]
    kinds = Counter(fate.form.kind == DEPARTMENT for fate in used if isinstance(fate.form, Form))
    results = Counter(result for (result,) in tables["receipts"].picked("result"))
    severities = Counter(
        severity
        for severity, status in tables["findings"].picked("severity", "status")
        if severity and status != MENDED
    )
    verdicts = [0] * len(VERDICTS)
    for row in tables["projects"].picked(*VERDICTS):
        for place, count in enumerate(row):
            verdicts[place] += int(count or 0)
    return County(
        out=out,
        store=store,
        departments=len(material.entries),
        reported=len({fate.filing for fate in used}),
        project_forms=kinds[False],
        department_forms=kinds[True],
        files=dict(results),
        forms=forms,
        verdicts=dict(zip(VERDICTS, verdicts, strict=True)),
        severities={
            severity.label: severities[severity.label] for severity in Severity if severities[severity.label]
        },
        rules=dict(Counter(status.status for status in rules)),
        carried=carried,
        lost=lost,
        balances=balance_lines(results, forms),
        problems=material.roster.problems if material.roster else (),
    )
