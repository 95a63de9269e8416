"""How a department stands by all that it has sent, counted as the county workbook counts."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import CountyData, DepartmentData, prepare
from selfeval_xl.county.departments.versions_checked import with_versions
from selfeval_xl.county.intake.receipts import Collected, relative, sort_out
from selfeval_xl.county.private import private_projects
from selfeval_xl.county.sender import with_sender
from selfeval_xl.county.sheets.departments import sealed
from selfeval_xl.county.sheets.submissions import submission_row
from selfeval_xl.filings.roster import Roster, chosen_by
from selfeval_xl.model.findings import Findings, counted
from selfeval_xl.model.forms import DEPARTMENT, PROJECT, REPORT, ReadFile
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.returns.letter import text_of, without_names
from selfeval_xl.workflows.returns.reminders import for_section, reminder, to_remind

Facts = dict[str, Any]


def material_of(root: Path, files: Sequence[ReadFile], roster: Roster, policy: Policy) -> CountyData:
    """The data of a county of which these files have come. root: the receiving folder."""
    collected = sort_out(root, files, roster, chosen_by(roster))
    counted_files = [
        receipt.file for receipt in collected.receipts if receipt.result not in ("被新版本替代", "重复")
    ]
    found = check(collected.filings, policy, counted_files, roster)
    filings = dict(enumerate(collected.filings))
    found = with_versions(found, filings, collected.receipts, collected.fates, policy)
    return prepare(collected, found, roster, policy)


def standing_of(
    root: Path, files: Sequence[ReadFile], roster: Roster, policy: Policy, own: str, kept: Path
) -> Facts:
    """The row of 报送台账 of a department, its forms that are due, and its findings.

    kept: where its data are kept for reminders.
    """
    material = material_of(root, files, roster_of(roster, own), policy)
    entry = own_entry(material, own)
    kept.write_bytes(pickle.dumps(entry, pickle.HIGHEST_PROTOCOL))
    row = submission_row(entry, material)
    return {
        "due": row["due"] if isinstance(row["due"], int) else 0,
        "reported": row["assessed"],
        "missing": [name for name in str(row["missing_names"]).split("、") if name],
        "state": row["state"],
        "counts": list(counted(entry.findings)),
        "forms": due_forms(entry),
        "findings": [_finding(number, each, root) for number, each in enumerate(entry.findings, 1)],
        "year": material.year,
        "sealed": bool(sealed(entry)),
        "whole": bool(entry.filled_wholes),
        "report": bool(entry.reports),
    }


def roster_of(roster: Roster, own: str) -> Roster:
    """The part of a roster that is about one department and the units below it."""
    row = next(row for row in roster.reporting if own in (row.code, row.name))
    below = roster.below(row.code)
    names = {text for each in (row, *below) for text in (each.code, each.name, *each.aliases) if text}
    projects = tuple(project for project in roster.projects if project.department in names)
    owners = {text for project in projects for text in (project.code, project.name) if text} | names
    targets = tuple(target for target in roster.targets if target.project in owners)
    return Roster((row, *below), projects, targets, roster.choices, (), roster.sha256)


def own_entry(material: CountyData, own: str) -> DepartmentData:
    """The data of the department with this key."""
    return next(entry for entry in material.entries if entry.row and own in (entry.row.code, entry.row.name))


def due_forms(entry: DepartmentData) -> list[Facts]:
    """The forms that a department has to report, each with its state in words."""
    found = [
        {
            "kind": PROJECT,
            "name": form.project_name,
            "code": form.form.project_code or (form.ledger.code if form.ledger else "") or "",
            "unit": form.form.unit or (form.ledger.unit if form.ledger else "") or "",
            "received": True,
            "state": form.status,
        }
        for form in entry.projects
    ]
    found += [
        {
            "kind": PROJECT,
            "name": project.name,
            "code": project.code or "",
            "unit": project.unit,
            "received": False,
            "state": "未报",
        }
        for project in entry.missing
    ]
    for kind, name, came in (
        (DEPARTMENT, "部门整体支出绩效自评表", bool(entry.filled_wholes)),
        (REPORT, "自评报告", bool(entry.reports)),
    ):
        state = "已报" if came else "未报"
        found.append({"kind": kind, "name": name, "code": "", "unit": "", "received": came, "state": state})
    return found


def _finding(number: int, finding: Any, root: Path) -> Facts:
    """A finding of the version that counts, as pages show it."""
    return {
        "number": number,
        "treatment": finding.treatment,
        "severity": finding.severity,
        "rule": finding.rule,
        "file": relative(finding.file, root) if finding.file else "",
        "sheet": finding.shown_sheet,
        "cell": finding.shown_cells,
        "subject": finding.subject or "",
        "value": finding.value or "",
        "expected": finding.expected or "",
        "message": finding.in_full,
        "hint": finding.hint,
        "explanation": finding.explanation or "",
        "explained_in": 0,
        "status": finding.status,
    }


def reminders_of(root: Path, kept: Mapping[str, str], roster: Roster, policy: Policy) -> list[Facts]:
    """The reminders of today: of the departments with something missing, then of their sections.

    kept: by key, where the data of each department lie, "" where nothing has come of it.
    """
    entries = [
        pickle.loads(Path(place).read_bytes())
        if place
        else own_entry(material_of(root, [], roster_of(roster, own), policy), own)
        for own, place in kept.items()
    ]
    receipts = [receipt for entry in entries for receipt in entry.receipts]
    years = Counter(form.form.year for entry in entries for form in entry.forms if form.form.year)
    year = int(policy.number("year")) or max(years, key=lambda year: (years[year], year), default=None)
    collected = Collected(root, receipts, [], [])
    material = CountyData(entries, collected, roster, policy, Findings((), (), ()), year)
    material = replace(material, policy=with_sender(material))
    private, today, behind = private_projects(material), date.today(), to_remind(material)
    found = [
        {"key": own, "text": text_of(without_names(reminder(entry, material, today), private))}
        for own, entry in zip(kept, entries)
        if entry in behind
    ]
    for section in dict.fromkeys(entry.section for entry in entries if entry.section):
        members = [entry for entry in entries if entry.section == section]
        found.append(
            {"key": "", "section": section, "text": text_of(for_section(section, members, material))}
        )
    return found
