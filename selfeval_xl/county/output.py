"""Publishes a county: makes its rows department by department, then writes workbook, Parquet and store."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county import officer_columns
from selfeval_xl.county.appraisal import appraise, blank_rows, is_wanted
from selfeval_xl.county.as_before import facts_of
from selfeval_xl.county.build_tables import TableBuilder, in_order
from selfeval_xl.county.database import OpenStore
from selfeval_xl.county.departments.data import MENDED, NONE, UNLISTED, CountyData
from selfeval_xl.county.departments.streaming import LoadedDepartments, StreamedDepartments
from selfeval_xl.county.departments.supplementary import unplaced
from selfeval_xl.county.intake.receipts import RESULTS
from selfeval_xl.county.intake.versions import USED
from selfeval_xl.county.last_year_sheet import COMPARED, Last, compare, match_years
from selfeval_xl.county.officer_workbook import Written
from selfeval_xl.county.proposed_use import propose_uses
from selfeval_xl.county.recount import recount
from selfeval_xl.county.result import County
from selfeval_xl.county.review.before import FROM_PAPERS, HAD_PAPERS, NO_LONGER, drop_own
from selfeval_xl.county.review.reading import Reviewed
from selfeval_xl.county.review.taking_in import Rechecked, take_in
from selfeval_xl.county.sheets.appraisals import APPRAISALS
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.sheets.deductions import DEDUCTIONS
from selfeval_xl.county.sheets.deviations import DEVIATIONS
from selfeval_xl.county.sheets.findings import NOBODY
from selfeval_xl.county.sheets.projects import VERDICTS
from selfeval_xl.county.sheets.receipts import form_balance, questions
from selfeval_xl.county.sheets.rechecked import RECHECKED
from selfeval_xl.county.sheets.supplements import SUPPLEMENTS, supplement_rows
from selfeval_xl.county.store.rows import ListedRows, Rows
from selfeval_xl.county.store.store import UNWRITTEN, Store
from selfeval_xl.county.tables import READ_BACK, SHEETS
from selfeval_xl.county.workbook.form_files import MOST_SHEETS, Agree, FormFiles, never
from selfeval_xl.county.workbook.form_sheets import INDEX, FormSheets
from selfeval_xl.county.workbook.formulas import MOST_ROWS, WorkbookFormulas
from selfeval_xl.county.workbook.front_blocks import write_overview
from selfeval_xl.county.workbook.front_page import Front
from selfeval_xl.county.workbook.receipts_balance import Lost, agreement, balance_cells, write_below
from selfeval_xl.county.workbook.restoring import restoring
from selfeval_xl.county.workbook.source_links import relative_folder
from selfeval_xl.county.workbook.writer import write
from selfeval_xl.files import fingerprint
from selfeval_xl.model.findings import RuleStatus, Severity
from selfeval_xl.model.forms import DEPARTMENT, Form
from selfeval_xl.version import __version__

_COUNTY = re.compile("^.{1,6}?(?:自治)?[县区市旗](?=.{2})")


def publish(
    departments: StreamedDepartments | LoadedDepartments,
    out: Path,
    written: Written | None = None,
    basis: str = "",
    last: Last | None = None,
    with_forms: bool | Agree = False,
    parquet: str | Path | None = None,
    store: OpenStore | None = None,
    papers: Reviewed | None = None,
    most_rows: int = MOST_ROWS,
) -> County:
    """Writes store and workbook of the departments; what officers wrote before is carried over.

    last: last year's projects. with_forms: adds the forms themselves as sheets; of more than `MOST_SHEETS`
    each department's are a workbook of its own, unless a function, asked with their number, wants them
    in this one. parquet: folder for the tables. most_rows: of one worksheet. store: the store if it is open
    already. papers: of the re-check. basis: as of `as_before`. Raises OutputError where something cannot be
    written; then the old workbook and store are whole.
    """
    tables = Store(out.with_suffix(".sqlite"), store)
    try:
        agree = with_forms if callable(with_forms) else never
        compared = last is not None
        forms = _form_sheets(departments.material, out, compared, agree) if with_forms else None
        with restoring(out):
            return _publish(
                tables, departments, out, written or Written(), last, papers, forms, parquet, most_rows, basis
            )
    finally:
        tables.close()


def _publish(
    store: Store,
    departments: StreamedDepartments | LoadedDepartments,
    out: Path,
    written: Written,
    last: Last | None,
    papers: Reviewed | None,
    forms: FormSheets | None,
    parquet: str | Path | None,
    most_rows: int,
    basis: str,
) -> County:
    """Does what `publish` does, in an open store."""
    material = departments.material
    builder = TableBuilder(store, departments, forms, last is None)
    tables = builder.tables()
    before = drop_own(written) if papers else written.from_papers
    extended, lost, unread = _with_opinions(tables, written, material)
    rechecked = take_in(tables, papers, material.policy, before, material.year)
    # Sorted once more: officers may have changed a cause.
    tables[DEVIATIONS.key] = in_order(builder.deviations, store.name(DEVIATIONS))
    matches = match_years(tables, last) if last else {}
    earlier = {number: last.projects[old] for number, old in matches.items()} if last else None
    propose_uses(tables["projects"], material.policy, earlier)
    unread += _appraise(tables, material, written)
    sheets = _add_optional_tables(tuple(extended.values()), tables, rechecked.rows, last, matches, forms)
    forms_by_decision = form_balance(material)
    about = about_line(material.policy, departments.rules)
    _write_workbook(
        out, WorkbookFormulas(sheets, tables, most_rows), material, forms_by_decision, about, lost, forms
    )
    if parquet:
        from selfeval_xl.county.store.parquet import write_parquet

        write_parquet(parquet, tables)
    carried = sum(remark.used for remark in written.remarks)
    county = _county(material, departments.rules, out, store, tables, forms_by_decision, carried, len(lost))
    told = _told_of(forms) if isinstance(forms, FormFiles) else ()
    rechecked.notes += _no_longer(papers, written, rechecked)
    stages = departments.earlier.notes if isinstance(departments, StreamedDepartments) else ()
    county = replace(county, notes=(*county.notes, *stages, *unread, *rechecked.notes, *told))
    facts = _facts(material, written, rechecked, bool(papers))
    facts |= facts_of(county, "" if rechecked.notes else basis, store.notes)
    wrote = written.remarks or lost or written.supplements or rechecked.from_papers
    store.finish(sheets, tables, facts | {"about": about, UNWRITTEN: "" if wrote else fingerprint(out)[1]})
    return county


def _facts(material: CountyData, written: Written, rechecked: Rechecked, papers: bool) -> dict[str, str]:
    """The facts of the run that the next one wants to know. papers: whether there were any."""
    return {
        "folder": str(material.collected.folder),
        "year": str(material.year or ""),
        HAD_PAPERS: "1" if papers else "",
        FROM_PAPERS: json.dumps(rechecked.from_papers, ensure_ascii=False),
        "returned": json.dumps(written.returned, ensure_ascii=False),
    }


def _no_longer(papers: Reviewed | None, written: Written, rechecked: Rechecked) -> list[str]:
    """A sentence where rows of the run before have gone with its papers, and no score of theirs says so."""
    gone = papers is None and written.had_papers and not rechecked.from_papers
    return [NO_LONGER] if gone else []


def _with_opinions(
    tables: dict[str, Rows], written: Written, material: CountyData
) -> tuple[dict[str, Sheet], list[Lost], list[str]]:
    """Puts what officers wrote into the rows, and counts anew.

    Returns the sheets by key with the officers' own columns, the remarks without a row, and sentences about
    what could not be understood.
    """
    tables[SUPPLEMENTS.key] = ListedRows(SUPPLEMENTS, supplement_rows(written.supplements))
    sheets = SHEETS
    if is_wanted(material.policy, written):
        sheets = READ_BACK
        tables[APPRAISALS.key] = blank_rows(tables["departments"])
    extended = officer_columns.with_own_columns(sheets, written)
    for key, rows in tables.items():
        rows.sheet = extended[key]
    lost = officer_columns.carry_over(written, tables, material.roster.match if material.roster else None)
    unread = officer_columns.settle(tables, written)
    unread += questions(material)
    unread += [*unplaced(written.supplements, material.entries), *_not_received(written, material)]
    recount(tables)
    return extended, lost, unread


def _appraise(tables: dict[str, Rows], material: CountyData, written: Written) -> list[str]:
    """Fills 部门考核评分, where the county wants it, and adds its deductions; returns sentences about it."""
    if APPRAISALS.key not in tables:
        return []
    deductions, unconfirmed = appraise(tables, material, written, date.today())
    tables[DEDUCTIONS.key] = ListedRows(DEDUCTIONS, deductions)
    return unconfirmed


def _form_sheets(material: CountyData, out: Path, compared: bool, agree: Agree) -> FormSheets:
    """The collector of form sheets, none of which may be named like another sheet."""
    policy = material.policy
    number = sum(fate.fate == USED and isinstance(fate.form, Form) for fate in material.collected.fates)
    if number > MOST_SHEETS and not agree(number):
        return FormFiles(out.with_name(f"{out.stem}_表册"), policy)
    sheets = (
        (*READ_BACK, DEDUCTIONS, RECHECKED, COMPARED) if compared else (*READ_BACK, DEDUCTIONS, RECHECKED)
    )
    return FormSheets(("总览", INDEX.title, *(sheet.title for sheet in sheets)), policy)


def _told_of(forms: FormFiles) -> tuple[str, ...]:
    """Sentences about the workbooks with the forms."""
    return (
        f"有{len(forms.rows)}张表，放在一个工作簿里打开太慢，一个部门一个文件放在“{forms.folder.name}”"
        "文件夹里，“表册目录”里点“打开”就到。",
        *forms.kept,
    )


def _not_received(written: Written, material: CountyData) -> list[str]:
    """A sentence for each file that officers chose (财政指定采用文件) and that was not received."""
    names = {Path(receipt.file.path).name.lower() for receipt in material.collected.receipts}
    return [
        f"报送台账里{department}的财政指定采用文件“{name}”不在收到的文件里，没有用；请核对文件名。"
        for name, department in written.chosen_names()
        if name not in names
    ]


def _add_optional_tables(
    sheets: tuple[Sheet, ...],
    tables: dict[str, Rows],
    rechecked: list[dict],
    last: Last | None,
    matches: Mapping[int, int],
    forms: FormSheets | None,
) -> tuple[Sheet, ...]:
    """Adds 部门考核扣分明细, 复核汇总, 与上年对比 and 表册目录 as far as they are wanted; all sheets."""
    if DEDUCTIONS.key in tables:
        sheets = (*sheets, DEDUCTIONS)
    if rechecked:
        tables[RECHECKED.key] = ListedRows(RECHECKED, rechecked)
        sheets = (*sheets, RECHECKED)
    if last is not None:
        tables[COMPARED.key] = ListedRows(COMPARED, compare(tables, last, matches))
        sheets = (*sheets, COMPARED)
    if forms:
        tables[INDEX.key] = ListedRows(INDEX, forms.rows)
        sheets = (*sheets, INDEX)
    return sheets


def _write_workbook(
    out: Path,
    book: WorkbookFormulas,
    material: CountyData,
    forms_by_decision: dict[str, int],
    about: str,
    lost: Sequence[Lost],
    forms: FormSheets | None,
) -> None:
    """Writes the workbook. about: program, policy and rules in one line. lost: remarks without a row."""
    title = (
        f"{county_name([entry.name for entry in material.entries])}{material.year or ''}"
        f"{'年度' if material.year else ''}预算绩效自评情况总览"
    )
    balance = balance_cells(book, forms_by_decision, max(len(book.tables["receipts"]), 1) + 3)
    write(
        out,
        book,
        title.removesuffix("总览"),
        relative_folder(material.collected.folder, out),
        lambda page, formats, chart: write_overview(
            Front(page, formats, book, chart), material, title, balance, about
        ),
        lambda page, formats, line: write_below(page, formats, line, book, forms_by_decision, lost),
        material.archived,
        forms.drawings if forms else (),
    )


def about_line(policy: Policy, rules: Iterable[RuleStatus]) -> str:
    """The program's version, the policy and the status of the rules in one line."""
    rules = list(rules)
    states = Counter(status.status for status in rules)
    failed = "、".join(status.rule for status in rules if status.status == "failed")
    return (
        f"程序版本：selfeval-xl {__version__}　　参数表：{_policy_name(policy)}　　"
        f"规则执行：已执行{states['ran']}条，跳过{states['skipped']}条，"
        f"出错{states['failed']}条{f'（{failed}）' if failed else ''}"
    )


def _policy_name(policy: Policy) -> str:
    """The files that changed the policy and the number of changes; 默认 if nothing was changed."""
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
    """The county, district or city with which most departments' names begin; "" where there is none."""
    counties = Counter(match[0] for name in names if (match := _COUNTY.match(name)))
    name, count = counties.most_common(1)[0] if counties else ("", 0)
    return name if 2 * count > len(list(names)) else ""


def balance_lines(
    files: Counter[str], forms: dict[str, int], results: Sequence[str] = RESULTS
) -> tuple[str, ...]:
    """The balance 收到 = 采用 + … of the files, and that of the forms, each with 相符 or 不符.

    results: those that a file can have.
    """
    received = files.total()
    parts = " + ".join(f"{result}{files[result]}" for result in results if files[result] or result == "采用")
    fits = "相符" if received == sum(files[result] for result in results) else "不符"
    return (
        f"文件：收到{received} = {parts}，{fits}",
        (
            f"表：识别{forms['recognised']} = 采用{forms['used']} + 被替代{forms['superseded']} + "
            f"重复{forms['duplicate']}，{agreement(forms)}"
        ),
    )


def _counted_departments(material: CountyData, tables: Mapping[str, Rows]) -> dict[str, Any]:
    """The counts of departments and of what they have to do, as 总览 has them."""
    rows = list(tables["departments"].picked("fix", "explain"))
    states = [
        state for section, state in tables["submissions"].picked("section", "state") if section != UNLISTED
    ]
    return {
        "due": len(states) if material.roster else 0,
        "listed": sum(state != NONE for state in states),
        "fix": sum(fix or 0 for fix, _ in rows),
        "explain": sum(explain or 0 for _, explain in rows),
        "apart": sum(name == NOBODY for (name,) in tables["findings"].picked("department")),
    }


def _county(
    material: CountyData,
    rules: Iterable[RuleStatus],
    out: Path,
    store: Store,
    tables: Mapping[str, Rows],
    forms: dict[str, int],
    carried: int,
    lost: int,
) -> County:
    """The result for the caller, with the counts of what was written."""
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
        for position, count in enumerate(row):
            verdicts[position] += int(count or 0)
    return County(
        out=out,
        store=store.path,
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
        **_counted_departments(material, tables),
        carried=carried,
        lost=lost,
        balances=balance_lines(results, forms),
        problems=material.roster.problems if material.roster else (),
        notes=store.notes,
    )
