"""部门考核评分 and 部门考核扣分明细, made of the other sheets' rows after the officers' words are in them.

So every deduction is about a figure that the workbook shows, and leads to it. A confirmation holds for the
score that the officer saw: where the score has changed since, it has to be given again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.appraisal_parts import (
    PART_JUDGES,
    Facts,
    Judgement,
    most_findings,
    outcome,
    sentence,
    used_up,
)
from selfeval_xl.county.confirmations import outcome_of, outcomes_seen
from selfeval_xl.county.departments.data import BLANK, MENDED, MISSING, UNLISTED, CountyData
from selfeval_xl.county.officer_workbook import Written
from selfeval_xl.county.recount import MISSING_FORM, rejected
from selfeval_xl.county.sheets.appraisals import (
    APPRAISALS,
    PARTS,
    YES,
    is_confirmed,
    with_scores,
)
from selfeval_xl.county.store.rows import ListedRows, Rows
from selfeval_xl.county.workbook.source_links import OPEN_FILE
from selfeval_xl.model.findings import Treatment
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import sheet_prefix

THIS_WORKBOOK = "（本工作簿）"
_HEAD = ("section", "department_code", "department")
_PROJECT_KEYS = (
    *("number", "department", "project_code", "project", "status", "score", "second_score"),
    *("file", "sheet", "cell"),
)
_FINDING_KEYS = (
    *("department", "project_code", "project", "treatment", "rule", "message", "status", "opinion"),
    *("file", "sheet", "cell"),
)
_RECEIPT_KEYS = ("department", "path", "result", "received")
Row = dict[str, Any]


def is_wanted(policy: Policy, written: Written) -> bool:
    """Whether departments are appraised: by the policy, or because officers wrote into the sheet before."""
    return any(policy.number(part.points) for part in PARTS) or any(
        remark.sheet == APPRAISALS.key for remark in written.remarks
    )


def blank_rows(departments: Rows) -> ListedRows:
    """The rows of 部门考核评分 with the departments only: what officers wrote is carried over to them."""
    return ListedRows(
        APPRAISALS, [dict(zip(_HEAD, values, strict=True)) for values in departments.picked(*_HEAD)]
    )


def appraise(
    tables: Mapping[str, Rows], material: CountyData, written: Written, today: date
) -> tuple[list[Row], list[str]]:
    """Fills the rows of 部门考核评分.

    Returns the rows of 部门考核扣分明细, and a sentence for each confirmation that does not hold any more.
    """
    deductions: list[Row] = []
    told: list[str] = []
    seen = outcomes_seen(written)
    facts = _facts(tables, material, today)
    for row in list(tables[APPRAISALS.key].rows()):
        row |= _judged(row, facts[row["department"]], deductions)
        row = with_scores(row)
        if is_confirmed(row.get("confirmed")) and row.get("own_score") in (None, ""):
            before = seen.get(row["department_code"] or row["department"], "")
            if before != outcome_of(row["basis"]):
                row["confirmed"] = f"{YES}（原来：{before or '不详'}）"
                row = with_scores(row)
                told.append(
                    f"部门考核评分里{row['department']}的考核结果变了（原来{before or '不详'}，现在"
                    f"{outcome_of(row['basis'])}），原来的确认不算数，请看过以后再写“{YES}”。"
                )
        tables[APPRAISALS.key].change(row["number"], row)
    return deductions, told


def _judged(row: Row, facts: Facts, deductions: list[Row]) -> Row:
    """满分 and 扣分 of each part and 考核说明; the deductions are added to the list."""
    columns: Row = {}
    judged, sentences = [], []
    for part, judge in PART_JUDGES:
        full = facts.policy.number(part.points)
        judgement: Judgement | None = judge(facts) if full else None
        counts = judgement is not None and judgement.judged
        taken, off = used_up(judgement.deductions if judgement and counts else (), full)
        columns |= {f"{part.key}_full": full if counts else None, f"{part.key}_off": off if counts else None}
        sentences.append(sentence(part, judgement, full, off))
        judged += [(part, full, off)] if counts else []
        deductions += [
            {
                **{key: row[key] for key in _HEAD},
                "part": part.title,
                "reason": deduction.reason,
                "standard": deduction.standard,
                "points": points,
                **deduction.record,
                "day": _day(deduction.record.get("day")),
            }
            for deduction, points in taken
        ]
    return columns | {"basis": f"{outcome(judged)}。{'；'.join(sentences)}。"}


def _facts(tables: Mapping[str, Rows], material: CountyData, today: date) -> dict[str, Facts]:
    """What is known of each department, by its name."""
    roster = material.roster
    facts: dict[str, Facts] = {}
    for row in tables["submissions"].rows():
        unlisted = (
            "没有单位名册，不知道应报什么、哪天截止"
            if roster is None
            else "不在单位名册里"
            if row["section"] == UNLISTED
            else ""
        )
        facts[row["department"]] = Facts(
            row, material.policy, today, lambda *place: _cell(tables, *place), unlisted, unlisted
        )
    if roster is not None and not roster.projects:
        for each in facts.values():
            each.uncheckable = each.unlisted or "名册没有项目清单"
    for row in _picked(tables["projects"], _PROJECT_KEYS):
        if row["status"] in (MISSING, BLANK) or row["second_score"] not in (None, ""):
            facts[row["department"]].projects.append(row)
    most = most_findings(material.policy)
    for row in _picked(tables["findings"], _FINDING_KEYS):
        counts = row["treatment"] == Treatment.FIX.label and row["rule"] != MISSING_FORM
        if counts and row["department"] in facts and not rejected(row["opinion"]):
            _add_finding(facts[row["department"]], row, most)
    for row in _picked(tables["receipts"], _RECEIPT_KEYS):
        if row["department"] in facts:
            facts[row["department"]].receipts.append(row)
    return facts


def _add_finding(facts: Facts, row: Row, most: int) -> None:
    """Counts a finding; keeps its row where it can still cost points. most: rows of one 状态."""
    status = row["status"]
    facts.statuses[status] += 1
    if status != MENDED and facts.statuses[status] <= most:
        facts.findings.append(row)


def _picked(rows: Rows, keys: tuple[str, ...]) -> Iterator[Row]:
    return (dict(zip(keys, values, strict=True)) for values in rows.picked(*keys))


def _cell(tables: Mapping[str, Rows], sheet: str, number: int, key: str) -> Row:
    """The record in a cell of this workbook, by the row's number: its place, and a link to it."""
    title, cell = tables[sheet].sheet.title, a1(number, tables[sheet].sheet.place(key))
    return {
        "file": THIS_WORKBOOK,
        "sheet": title,
        "cell": cell,
        "formula": f'HYPERLINK("#{sheet_prefix(title)}{cell}","{OPEN_FILE}")',
    }


def _day(day: object) -> str | None:
    return day.isoformat() if isinstance(day, date) else None
