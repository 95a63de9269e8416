"""The JSON documents for other programs: all keys are there, empty values null, percents as displayed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.findings import Finding, Findings
from selfeval_xl.model.forms import (
    DEPARTMENT,
    Form,
    FundingLine,
    Indicator,
    ManagementText,
    ReadFile,
    Report,
    Task,
)
from selfeval_xl.model.numbers import shown

if TYPE_CHECKING:
    from selfeval_xl.workflows.submission import Submitted

Json = dict[str, object]
_HEAD = (
    "project",
    "project_code",
    "department",
    "department_code",
    "unit",
    "unit_code",
    "money_unit",
    "total_score",
    "grade",
)
_FUND = (
    "source",
    "part_of",
    "initial_budget",
    "annual_budget",
    "executed",
    "execution_rate",
    "points",
    "score",
)
_ROW = (
    "level1",
    "level2",
    "name",
    "target",
    "initial_target",
    "actual",
    "points",
    "score",
    "level4",
    "standard",
    "review_score",
    "note",
)
_EVIDENCE = {"score_note": "评分说明", "evidence": "佐证材料", "evidence_place": "存放处"}  # heads of columns
# What the forms of the earlier stages have besides, by part.
_OF_STAGES: dict[str, tuple[str, ...]] = {
    "form": ("of_department", "through", "period"),
    "fund": ("forecast", "medium_budget"),
    "goal": ("medium",),
    "row": ("forecast", "outlook", "causes", "medium_target"),
}
_TASK = ("number", "name", "content", "outcome", "budget", "executed", "points", "score")


def read_document(files: Iterable[ReadFile], policy: Policy) -> Json:
    """The document that `selfeval read --json` prints."""
    return {"files": [_file(file, policy) for file in files]}


def _file(file: ReadFile, policy: Policy) -> Json:
    forms = [
        *(_form(assess(form, policy)) for form in file.forms),
        *(_stage_form(assess(form, policy)) for form in file.stage_forms),
        *(_report(report) for report in file.reports),
    ]
    return {
        "path": file.path,
        "sha256": file.sha256,
        "forms": forms,
        "unread": [
            {"sheet": unread.sheet, "cells": unread.cells, "text": unread.text} for unread in file.unread
        ],
        "problems": [problem.text for problem in file.problems],
    }


def _form(form: Form) -> Json:
    goal = _goal(form)
    goals: Json = {"goal": goal, "management": [_management(text) for text in form.management]}
    if form.kind == DEPARTMENT:
        goals = {
            "annual_goal": form.goal.expected,
            "outcome": form.goal.actual,
            "goal": goal,
            "tasks": [_task(task) for task in form.tasks],
        }
    return {
        "kind": form.kind,
        "sheet": form.sheet,
        "layout": form.layout,
        "year": form.year,
        **{key: getattr(form, key) for key in _HEAD},
        "funding": [_fund(line) for line in form.funding],
        **goals,
        "indicators": [_indicator(row) for row in form.indicators],
        "cells": _head_cells(form),
    }


def _stage_form(form: Form) -> Json:
    """The document of a declaration or a monitoring form: a project form's, with what only they have."""
    return {
        **_form(form),
        **{key: getattr(form, key) for key in _OF_STAGES["form"]},
        "funding": [
            {**_fund(line), **{key: getattr(line, key) for key in _OF_STAGES["fund"]}}
            for line in form.funding
        ],
        "goal": {**_goal(form), **{key: getattr(form.goal, key) for key in _OF_STAGES["goal"]}},
        "indicators": [
            {
                **_indicator(row),
                **{key: getattr(row, key) for key in _OF_STAGES["row"]},
                "causes": [*row.causes],
            }
            for row in form.indicators
        ],
        "tasks": [_task(task) for task in form.tasks],
    }


def _goal(form: Form) -> Json:
    return {
        "initial": form.goal.initial,
        "expected": form.goal.expected,
        "actual": form.goal.actual,
        "cells": dict(form.goal.cells),
    }


def _head_cells(form: Form) -> dict[str, str]:
    """The cells of the head's fields; of a department form also those of the goal, by their JSON keys."""
    goals = {} if form.kind != DEPARTMENT else {"annual_goal": "expected", "outcome": "actual"}
    return {
        **form.cells,
        **{key: form.goal.cells[field] for key, field in goals.items() if field in form.goal.cells},
    }


def _fund(line: FundingLine) -> Json:
    return {**{key: getattr(line, key) for key in _FUND}, "note": line.note, "cells": dict(line.cells)}


def _indicator(row: Indicator) -> Json:
    return {
        **{key: getattr(row, key) for key in _ROW},
        "verdict": row.verdict and row.verdict.value,
        "attainment": shown(row.attainment),
        "deviation": shown(row.deviation),
        **{key: row.other.get(head) for key, head in _EVIDENCE.items()},
        "cells": dict(row.cells),
    }


def _management(text: ManagementText) -> Json:
    return {
        "label": text.label,
        "text": text.text,
        "problems": text.problems,
        "cell": text.cells.get("text") or text.cells.get("problems"),
    }


def _task(task: Task) -> Json:
    return {**{key: getattr(task, key) for key in _TASK}, "cells": dict(task.cells)}


def _report(report: Report) -> Json:
    return {
        "kind": report.kind,
        "sheet": report.sheet,
        "department": report.department,
        "year": report.year,
        "sections": [{"title": section.title, "text": section.text} for section in report.sections],
    }


def check_document(findings: Findings) -> Json:
    """The document that `selfeval check --json` prints."""
    return {
        "findings": [_finding(finding) for finding in findings],
        "rules": [
            {"rule": status.rule, "status": status.status, "why": status.why} for status in findings.rules
        ],
        "files": [
            {"path": count.path, "forms": count.forms, "errors": count.errors, "warnings": count.warnings}
            for count in findings.files
        ],
    }


def _finding(finding: Finding) -> Json:
    return {
        "rule": finding.rule,
        "severity": finding.severity and finding.severity.value,
        "treatment": finding.treatment and finding.treatment.value,
        "title": finding.title,
        "message": finding.message,
        "hint": finding.hint,
        "file": finding.file,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "form": finding.form,
        "department": finding.department,
        "project": finding.project,
        "subject": finding.subject,
        "value": finding.value,
        "expected": finding.expected,
        "related": [
            {"file": other.file, "sheet": other.sheet, "cell": other.cell} for other in finding.related
        ],
        "fix": finding.fix and {"old": finding.fix.old, "new": finding.fix.new},
        "status": finding.status,
        "explanation": finding.explanation,
    }


def submission_document(path: Path, submitted: Submitted) -> Json:
    """The document that `selfeval submit --json` prints."""
    owner = submitted.owner
    return {
        "path": str(path),
        "out": str(submitted.out),
        "number": submitted.number,
        "code": submitted.code,
        "department": owner.department,
        "department_code": owner.code,
        "year": owner.year,
        "fix": submitted.counts.fix,
        "explain": submitted.counts.explain,
    }
