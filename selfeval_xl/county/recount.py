"""Counts of findings after the officers' opinions: what is 不认可 counts nowhere, and is not sent back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from selfeval_xl.county.departments.data import (
    EXEMPT,
    EXPLAIN,
    EXPLAINED,
    MENDED,
    MISSING,
    NONE,
    PASS,
    RETURN,
    VERIFY,
)
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.model.findings import Severity, Treatment

MISSING_FORM = "X10"  # its findings stand beside the project that is missing
_KEYS = (
    "department",
    "project",
    "form",
    "file",
    "sheet",
    "rule",
    "subject",
    "treatment",
    "severity",
    "status",
    "opinion",
)
Row = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """The findings of a department or a project that count."""

    fix: int = 0
    explain: int = 0
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    explained: int = 0
    bureau: int = 0

    def add(self, row: Row) -> None:
        """Counts one row of 审核问题."""
        treatment, severity = row["treatment"], row["severity"]
        self.errors += severity == Severity.ERROR.label
        self.warnings += severity == Severity.WARNING.label
        self.notes += severity == Severity.NOTE.label
        self.explained += row["status"] == EXPLAINED
        self.fix += treatment == Treatment.FIX.label
        self.explain += treatment == Treatment.EXPLAIN.label and row["status"] != EXPLAINED
        self.bureau += treatment == Treatment.BUREAU.label and severity != Severity.NOTE.label

    @property
    def advice(self) -> str:
        """校验建议, as `data.advice` gives it for findings."""
        if self.fix:
            return RETURN
        if self.bureau:
            return VERIFY
        return EXPLAIN if self.explain else PASS

    def columns(self, *more: str) -> Row:
        """The counts by column."""
        return {key: getattr(self, key) for key in ("fix", "explain", "errors", "warnings", "notes", *more)}


def rejected(opinion: Any) -> bool:
    """Whether 审核意见 of a finding says that it is none."""
    return str(opinion or "").strip().startswith(("不认可", "不同意"))


def recount(tables: Mapping[str, Rows]) -> None:
    """Sets the counts and 校验建议 of 部门汇总, 项目汇总 and 报送台账 by the rows of 审核问题 that count."""
    departments: dict[str, Tally] = {}
    projects: dict[tuple, Tally] = {}
    for values in tables["findings"].picked(*_KEYS):
        row = dict(zip(_KEYS, values, strict=True))
        if row["status"] == MENDED or rejected(row["opinion"]):
            continue
        departments.setdefault(row["department"], Tally()).add(row)
        if row["form"] == "项目" or row["rule"] == MISSING_FORM:
            projects.setdefault(_project(row), Tally()).add(row)
    for row in list(tables["departments"].rows()):
        tally = departments.get(row["department"], Tally())
        advice = {} if row["advice"] == NONE else {"advice": tally.advice}
        tables["departments"].change(row["number"], tally.columns("explained") | advice)
    for row in list(tables["submissions"].rows()):
        tally = departments.get(row["department"], Tally())
        tables["submissions"].change(row["number"], {"errors": tally.errors, "warnings": tally.warnings})
    counted = ("fix", "explain", "errors", "warnings", "notes", "advice")
    keys = ("number", "department", "project", "file", "sheet", "status", *counted)
    for number, department, project, file, sheet, status, *now in list(tables["projects"].picked(*keys)):
        place = ("", "") if status == MISSING else (file, sheet)
        of_project = projects.get((department, project, *place))
        if of_project is None and status in (MISSING, EXEMPT):
            continue
        new = (of_project or Tally()).columns()
        new["advice"] = now[-1] if status == MISSING or now[-1] == NONE else (of_project or Tally()).advice
        if [new[key] for key in counted] != now:
            tables["projects"].change(number, new)


def _project(row: Row) -> tuple:
    """The key of the project's row in 项目汇总 to which a finding belongs."""
    if row["rule"] == MISSING_FORM:
        return row["department"], row["project"] or row["subject"], "", ""
    return row["department"], row["project"], row["file"], row["sheet"]
