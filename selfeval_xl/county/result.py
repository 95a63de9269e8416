"""The result of `consolidate`: a county's counts and its tables, loaded on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class County:
    """The result of a consolidation: workbook, store, and the counts for the closing table.

    The tables are read from the store when they are asked for.

    departments, reported: all, and those that sent a form that counts. files: received files by result.
    forms: recognised, used, superseded, duplicate. verdicts: indicators of the project forms by indicators,
    met, exceeded, unmet, zero, undetermined, unexplained. severities: findings by 错误, 核实, 提示. rules: by
    status (ran, skipped, failed). due, listed: departments of the roster, and those of them that reported.
    fix, explain: what all departments have to mend and to explain, as on 总览; apart: findings on files of no
    department. carried, lost: officers' remarks that found their row, and that found none.
    balances: of files and of forms, one line each. problems: faulty rows of the roster. notes: a sentence
    where an earlier store was set aside. unchanged: whether workbook and store stand as they were.
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
    due: int = 0
    listed: int = 0
    fix: int = 0
    explain: int = 0
    apart: int = 0
    balances: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unchanged: bool = False

    @property
    def told(self) -> tuple[str, ...]:
        """The notes, and a sentence where nothing was to be done."""
        stands = f"收到的材料、名册和参数都和上次汇总时一样，“{self.out.name}”没有重写。"
        return (*self.notes, stands) if self.unchanged else self.notes

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
        """A table of the store."""
        from selfeval_xl.county.store.store import read

        return read(self.store, name)
