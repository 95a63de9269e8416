"""Findings of the rules: one record with a stable rule id, a cell and a remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from selfeval_xl.model.places import cells_shown, sheet_shown


class Severity(StrEnum):
    """The severity of a finding: how grave it is and how sure. What to do is its `Treatment`."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """The order of severities, from 0 for the gravest."""
        return _RANKS[self]

    @property
    def label(self) -> str:
        """The word on screen: never 警告, which is a disciplinary penalty."""
        return {"error": "错误", "warning": "核实", "note": "提示"}[self.value]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Treatment(StrEnum):
    """The way in which a finding is to be settled, and by whom."""

    FIX = "fix"
    EXPLAIN = "explain"
    NEXT_YEAR = "next_year"
    BUREAU = "bureau"

    @property
    def label(self) -> str:
        """The word on screen, printed beside the severity and never joined with it."""
        return {"fix": "本次修改", "explain": "本次说明", "next_year": "下年完善", "bureau": "财政核实"}[
            self.value
        ]

    @property
    def demand(self) -> str:
        """The word before a number of findings: 须修改3处."""
        return {"fix": "须修改", "explain": "须说明"}.get(self.value, self.label)


@dataclass(frozen=True, slots=True)
class Related:
    """Another cell that a finding speaks of."""

    file: str
    sheet: str
    cell: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """One of several things that a finding takes together. cell: its A1 name. text: what stands there."""

    cell: str
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction that keeps the meaning: `new` is written where `old` stands."""

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. A rule gives message, hint, cell, subject, value, expected; the runner adds the rest.

    fix: the correction of its one cell; mends: that of each cell, where there are several. members: what it
    takes together, one by one, where it names only some of it.
    cell: "G13", "G12,G15" or None. subject: the indicator, fund row or field it is about.
    """

    message: str
    hint: str = ""
    cell: str | None = None
    subject: str | None = None
    value: str | None = None
    expected: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    mends: tuple[tuple[str, Fix], ...] = ()
    members: tuple[Member, ...] = ()
    rule: str = ""
    title: str = ""
    severity: Severity | None = None  # None until the runner has asked rule and policy
    treatment: Treatment | None = None
    file: str = ""
    sheet: str | None = None
    form: str | None = None
    department: str | None = None
    project: str | None = None
    status: str = "open"
    explanation: str | None = None

    @property
    def shown_cells(self) -> str:
        """The cells as a person finds them: "G12,G15", in a Word file 第12、15行; "" for none."""
        return cells_shown(self.file, self.cell)

    @property
    def shown_sheet(self) -> str:
        """The sheet as a person finds it: its name, in a Word file 第1个表; "" for none."""
        return sheet_shown(self.file, self.sheet)

    @property
    def opened(self) -> tuple[str, ...]:
        """A line for each of its members, with its place."""
        return tuple(f"{cells_shown(self.file, each.cell)} {each.text}".strip() for each in self.members)

    @property
    def in_full(self) -> str:
        """The message with its members below it, one a line."""
        return "\n".join((self.message, *self.opened))

    @property
    def rank(self) -> int:
        """The rank of the severity; a finding without one comes last."""
        return len(_RANKS) if self.severity is None else self.severity.rank


class Located:
    """A record that knows the cells of its values, so that a finding can point there.

    Subclasses have `cells`, by field, and `subject`, the name by which findings call the record.
    """

    __slots__ = ()
    cells: Mapping[str, str]

    @property
    def subject(self) -> str | None:
        raise NotImplementedError

    def finding(
        self,
        key: str | None,
        message: str,
        *,
        hint: str = "",
        value: str | None = None,
        expected: str | None = None,
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> Finding:
        """A finding at the cell of field `key`; `value` defaults to what stands there.

        severity: only where a rule's severity differs from case to case (F03: a warning for 单位资金).
        """
        if value is None and key is not None:
            value = getattr(self, key, None)
        return Finding(
            message=message,
            hint=hint,
            cell=self.cells.get(key) if key else None,
            subject=self.subject,
            value=value,
            expected=expected,
            related=related,
            fix=fix,
            severity=severity,
        )


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """The status of a rule: ran, skipped or failed. why: the reason or the cause, in the latter two."""

    rule: str
    status: str
    why: str | None = None


class Counts(NamedTuple):
    """How many findings have each treatment: the numbers that tell a person what to do, everywhere.

    explain: without those that are explained already; they are `explained`.
    """

    fix: int = 0
    explain: int = 0
    next_year: int = 0
    bureau: int = 0
    explained: int = 0

    @property
    def due(self) -> int:
        """The findings that the department has to settle now."""
        return self.fix + self.explain

    def sentence(self) -> str:
        """须修改3处，须说明5处，下年完善8处; 财政核实 and what is explained only where there is some."""
        parts = [f"{Treatment.FIX.demand}{self.fix}处", f"{Treatment.EXPLAIN.demand}{self.explain}处"]
        if self.explained:
            parts[1] += f"（另有{self.explained}处已说明）"
        parts.append(f"{Treatment.NEXT_YEAR.demand}{self.next_year}处")
        if self.bureau:
            parts.append(f"{Treatment.BUREAU.demand}{self.bureau}处")
        return "，".join(parts)


def counted(findings: Iterable[Finding]) -> Counts:
    """The findings by treatment. Whatever counts findings for a person counts them by this."""
    numbers = Counter(
        "explained"
        if finding.treatment is Treatment.EXPLAIN and finding.status == "explained"
        else finding.treatment
        for finding in findings
    )
    return Counts(
        numbers[Treatment.FIX],
        numbers[Treatment.EXPLAIN],
        numbers[Treatment.NEXT_YEAR],
        numbers[Treatment.BUREAU],
        numbers["explained"],
    )


@dataclass(frozen=True, slots=True)
class FileCount:
    """The numbers of forms and findings of one file."""

    path: str
    forms: int
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one check, with the status of each rule and the files looked at."""

    findings: tuple[Finding, ...]
    rules: tuple[RuleStatus, ...]
    files: tuple[FileCount, ...]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    @property
    def counts(self) -> Counts:
        """The findings by treatment."""
        return counted(self.findings)
