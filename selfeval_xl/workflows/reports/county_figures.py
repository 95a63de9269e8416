"""The figures of the county bulletin.

They are counted from the same rows as the county workbook and equal those of its page 总览.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import causes, listed_cause
from selfeval_xl.assessment.use_of_results import USES
from selfeval_xl.county.departments.data import (
    EXEMPT,
    EXPLAINED,
    EXTRA,
    MENDED,
    MISSING,
    NONE,
    REPORTED,
    UNLISTED,
    UNSCORED,
)
from selfeval_xl.county.private import masked, masked_list, without_private
from selfeval_xl.county.recount import rejected
from selfeval_xl.county.sheets.findings import NOBODY
from selfeval_xl.county.sheets.submissions import PASSED
from selfeval_xl.county.workbook.rate_bands import Band, low_rate, rate_bands
from selfeval_xl.model.findings import Counts, Severity, Treatment
from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import ratio
from selfeval_xl.workflows.reports.rechecks import NO_PROJECTS, Rechecks, rechecks_of

Row = Mapping[str, Any]
SUMS = (*AMOUNTS, "unspent")
_ABOUT_FILES = ("T01", "T08", "X10")  # rules on missing and unreadable files, not on forms
_MET, _EXCEEDED, _UNMET, _OPEN = (
    verdict.label for verdict in (Verdict.MET, Verdict.EXCEEDED, Verdict.UNMET, Verdict.UNDETERMINED)
)


@dataclass(frozen=True, slots=True)
class FrequentFinding:
    """A kind of finding with the numbers of departments, projects and findings.

    example: the message of one finding. department, project: those of the example.
    """

    title: str
    departments: int
    projects: int
    findings: int
    example: str
    department: str
    project: str


@dataclass(frozen=True, slots=True)
class CountyFigures:
    """The figures of the bulletin.

    departments, projects, indicators: counts by key. money: sums in 万元 by key. bands, grades: name, number
    of projects, their annual budget in 万元. causes: cause, number of indicators, number of projects.
    missing, partly: rows of the submissions. low, samples: rows of the projects. low_rate:
    the rate below which they are low, 60%. unnamed: how many projects are not public, and listed nowhere.
    uses: 结果应用建议 that officers wrote, with the number of projects; the program's proposals do not count.
    rechecks: the figures of the re-check.
    """

    departments: Mapping[str, int]
    projects: Mapping[str, int]
    money: Mapping[str, Decimal]
    bands: Sequence[tuple[str, int, Decimal]]
    grades: Sequence[tuple[str, int, Decimal]]
    indicators: Mapping[str, int]
    causes: Sequence[tuple[str, int, int]]
    problems: Sequence[FrequentFinding]
    findings: Counts
    missing: Sequence[Row]
    partly: Sequence[Row]
    low_rate: str
    low: Sequence[Row]
    samples: Sequence[Row]
    unnamed: int = 0
    uses: Sequence[tuple[str, int]] = ()
    rechecks: Rechecks = Rechecks()

    @property
    def rate(self) -> Decimal | None:
        """执行率: executed ÷ annual budget."""
        return ratio(self.money["executed"], self.money["annual_budget"])

    @property
    def completion(self) -> Decimal | None:
        """完成率: 已完成 ÷ (指标数 − 待核定 − 未填)."""
        counts = self.indicators
        judged = counts["total"] - counts["open"] - counts["blank"]
        return ratio(Decimal(counts["met"]), Decimal(judged)) if judged else None


def county_figures(
    tables: Mapping[str, Sequence[Row]],
    policy: Policy,
    rostered: bool = True,
    private: frozenset[tuple[str, str]] = frozenset(),
    unscored: Counter[tuple[str, ...]] = NO_PROJECTS,
) -> CountyFigures:
    """The figures of a county's rows (see county.tables.build).

    policy: has the bands of rates and grades. rostered: whether a roster says who has to report.
    private: department and name of projects that are counted, but not named. unscored: projects without
    scores that were re-checked.
    """
    projects, submissions = tables["projects"], tables["submissions"]
    listed = [row for row in submissions if row["section"] != UNLISTED]
    silent = [row for row in submissions if row["state"] == NONE]
    counted = [
        row
        for row in projects
        if row["annual_budget"] is not None
        and (row["annual_budget"] == 0 or row["execution_rate"] is not None)
    ]
    statuses = [row["status"] for row in projects]
    grades = [*(name for name, _ in policy.bands("grades")), UNSCORED]
    low, floor = low_rate(policy)
    return CountyFigures(
        departments=_departments(tables, listed, silent, rostered),
        projects={
            "assessed": sum(status in (REPORTED, EXTRA) for status in statuses),
            "missing": statuses.count(MISSING),
            "extra": statuses.count(EXTRA),
            "exempt": statuses.count(EXEMPT),
            "full": sum(row.get("score") == 100 for row in projects),
        },
        money={key: _sum(projects, key) for key in SUMS},
        bands=_bands(counted, rate_bands(policy)),
        grades=[(grade, *_group(projects, "grade", grade)) for grade in grades],
        indicators=_indicators(tables),
        causes=_causes(tables["deviations"]),
        problems=_problems(tables["findings"], private),
        findings=_by_treatment(tables["findings"]),
        missing=silent,
        partly=_partly(submissions, private),
        low_rate=low,
        low=_low(without_private(counted, private), floor),
        samples=[row for row in without_private(projects, private) if row.get("sample") == "是"],
        unnamed=len(private),
        uses=_uses(projects),
        rechecks=rechecks_of(projects, policy, private, unscored),
    )


def _uses(projects: Iterable[Row]) -> list[tuple[str, int]]:
    """The uses of results that officers wrote, each with the number of projects; other words are 其他."""
    written = [str(row.get("use") or "").strip() for row in projects]
    words = [next((use for use in USES if text.startswith(use)), "其他") for text in written if text]
    return [(use, words.count(use)) for use in (*USES, "其他") if use in words]


def _partly(submissions: Iterable[Row], private: frozenset[tuple[str, str]]) -> list[Row]:
    """The rows of departments that sent a part, without the names of projects that are not public."""
    return [
        {**row, "missing_names": masked_list(row["missing_names"] or "", private)}
        for row in submissions
        if row["state"] == "部分报送"
    ]


def _low(projects: Iterable[Row], floor: Decimal) -> list[Row]:
    """The projects with a rate below the floor, the lowest first."""
    low = (row for row in projects if row["annual_budget"] and row["execution_rate"] < floor)
    return sorted(low, key=lambda row: row["execution_rate"])


def _sum(rows: Iterable[Row], key: str) -> Decimal:
    return sum((row[key] for row in rows if row.get(key) is not None), Decimal(0))


def _group(rows: Iterable[Row], key: str, value: str) -> tuple[int, Decimal]:
    """The number of rows with this value, and their annual budget."""
    group = [row for row in rows if row.get(key) == value]
    return len(group), _sum(group, "annual_budget")


def _bands(rows: Sequence[Row], bands: Iterable[Band]) -> list[tuple[str, int, Decimal]]:
    groups = [
        (name, [row for row in rows if all(condition.holds(row) for condition in conditions)])
        for name, conditions in bands
    ]
    return [(name, len(group), _sum(group, "annual_budget")) for name, group in groups]


def _indicators(tables: Mapping[str, Sequence[Row]]) -> dict[str, int]:
    verdicts = [row["verdict"] for row in tables["indicators"] if row["form"] == "项目"]
    return {
        "total": len(verdicts),
        "met": sum(verdict in (_MET, _EXCEEDED) for verdict in verdicts),
        "exceeded": verdicts.count(_EXCEEDED),
        "unmet": verdicts.count(_UNMET),
        "zero": sum(row["form"] == "项目" and row["kind"] == "完成值为0" for row in tables["deviations"]),
        "open": verdicts.count(_OPEN),
        "blank": verdicts.count(None),
    }


def _causes(rows: Iterable[Row]) -> list[tuple[str, int, int]]:
    """The numbers of missed indicators and of their projects for each kind of cause."""
    missed = [row for row in rows if row["form"] == "项目" and row["kind"] not in (_EXCEEDED, _OPEN)]
    found = []
    for cause in causes():
        group = [row for row in missed if listed_cause(row["cause"]) == cause]
        projects = {(row["department"], row["project"], row["file"], row["sheet"]) for row in group}
        found.append((cause, len(group), len(projects)))
    return found


def _departments(
    tables: Mapping[str, Sequence[Row]], listed: Sequence[Row], silent: Sequence[Row], rostered: bool
) -> dict[str, int]:
    """The numbers of departments. listed: those of the roster. silent: those that sent nothing."""
    submissions = tables["submissions"]
    passed = {row["department"] for row in submissions if row["state"] == PASSED}
    open_rows = [
        row for row in tables["departments"] if row["advice"] != NONE and row["department"] not in passed
    ]
    return {
        "due": len(listed) if rostered else 0,
        "came": sum(row["state"] != NONE for row in listed),
        "late": sum(row["late"] == "是" for row in submissions),
        "silent": len(silent),
        "partly": sum(row["state"] == "部分报送" for row in submissions),
        "mend": sum(row["fix"] > 0 for row in open_rows),
        "explain": sum(row["fix"] == 0 and row["explain"] > 0 for row in open_rows),
    }


def _by_treatment(rows: Iterable[Row]) -> Counts:
    """The findings of the county by treatment, as 总览 counts them.

    Those that are mended, that officers reject, or that are on files of no department do not count.
    """
    labels = {treatment.label: treatment.value for treatment in Treatment}
    numbers = Counter(
        "explained"
        if row["treatment"] == Treatment.EXPLAIN.label and row["status"] == EXPLAINED
        else labels.get(row["treatment"], "")
        for row in rows
        if row["status"] != MENDED and not rejected(row.get("opinion")) and row["department"] != NOBODY
    )
    return Counts(**{name: numbers[name] for name in Counts._fields})


def _problems(
    rows: Sequence[Row], private: frozenset[tuple[str, str]] = frozenset(), most: int = 10
) -> list[FrequentFinding]:
    """The most frequent errors and doubtful points; unreadable files are no problem of the forms."""
    by_rule: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["severity"] == Severity.NOTE.label or row["rule"] in _ABOUT_FILES:
            continue
        if rejected(row.get("opinion")):
            continue
        by_rule.setdefault((row["rule"], row["title"]), []).append(row)
    ordered = sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0]))[:most]
    return [
        FrequentFinding(
            title,
            len({row["department"] for row in group}),
            len({(row["department"], row["project"]) for row in group if row["project"]}),
            len(group),
            masked(example["message"].partition("\n")[0], private),
            example["department"] or "",
            masked(example["project"] or "", private),
        )
        for (_, title), group in ordered
        for example in (without_private(group, private) or group)[:1]
    ]
