"""Builds the rows of all sheets, department by department.

Rows of departments that have not changed are copied from the previous run's tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from selfeval_xl.assessment.reasons import OTHER_CAUSE, causes
from selfeval_xl.county.departments.streaming import DepartmentStep, LoadedDepartments, StreamedDepartments
from selfeval_xl.county.sheets.deviations import DEVIATIONS
from selfeval_xl.county.sheets.findings import FINDINGS, other_findings
from selfeval_xl.county.sheets.receipts import receipt_rows
from selfeval_xl.county.sheets.sampling import Sampling
from selfeval_xl.county.sheets.since_last_run import PreviousFindings
from selfeval_xl.county.sheets.supplements import SUPPLEMENTS
from selfeval_xl.county.store.rows import ListedRows, Rows, StoredRows
from selfeval_xl.county.store.store import Store
from selfeval_xl.county.tables import SHEETS, share_of
from selfeval_xl.county.unchanged import RANGED, ReusableDepartments, StoredDepartment
from selfeval_xl.county.workbook.form_sheets import FormSheets

Row = dict[str, Any]
_IN_MEMORY = ("departments", "submissions")  # sheets with a row for each department: few enough for a list
_PROPOSED = ("sample", "sample_reason")
_CAUSES = ", ".join(f"'{cause}'" for cause in causes())
_DEVIATIONS_ORDER = (
    "-coalesce(project_budget, 0), department, project, file, sheet, "
    f"CASE WHEN cause IN ({_CAUSES}) THEN cause ELSE '{OTHER_CAUSE}' END, "
    "kind NOT IN ('未完成', '完成值为0'), number"
)


def in_order(deviations: StoredRows, name: str) -> StoredRows:
    """Moves the deviations into a table of this name, in the order of `deviation_order`."""
    return deviations.sorted_by(_DEVIATIONS_ORDER, name)


class TableBuilder:
    """Builds the tables of one run from its departments.

    forms: collects every form for the form sheets; every department is then read, none is copied.
    reusable: whether the next run may copy these rows (not if they are to hold last year's figures).
    deviations: their table, sorted once `tables` has been called.
    """

    def __init__(
        self,
        store: Store,
        departments: StreamedDepartments | LoadedDepartments,
        forms: FormSheets | None,
        reusable: bool,
    ) -> None:
        self._departments, self._material, self._forms = departments, departments.material, forms
        self._reusable = reusable and bool(departments.salt)
        self._ordered_name = store.name(DEVIATIONS, "ordered")
        self._stored = {
            sheet.key: store.table(sheet)
            for sheet in SHEETS
            if sheet.key not in (*_IN_MEMORY, DEVIATIONS.key, SUPPLEMENTS.key)
        }
        self.deviations = store.table(DEVIATIONS, "collected")
        self._mended = store.table(FINDINGS, "mended")
        self._in_memory: dict[str, list[Row]] = {key: [] for key in _IN_MEMORY}
        self._sampling = Sampling(self._material.policy)
        self._signs: list[int | None] = []
        self._unchanged = ReusableDepartments(
            store, bool(departments.salt) and forms is None and store.intact, departments.salt
        )
        self._previous_findings = PreviousFindings(
            store.base,
            store.intact,
            {
                self._material.relative(receipt.file.path): receipt.file.sha256[:16]
                for receipt in self._material.collected.receipts
            },
        )

    def tables(self) -> dict[str, Rows]:
        """Builds the rows of every sheet, by the sheet's key; the deviations sorted by budget."""
        for step in self._departments:
            self._add_department(step)
        self._add_county_rows()
        in_memory = {
            sheet.key: ListedRows(sheet, self._in_memory[sheet.key])
            for sheet in SHEETS
            if sheet.key in self._in_memory
        }
        self.deviations = in_order(self.deviations, self._ordered_name)
        return {**self._stored, **in_memory, DEVIATIONS.key: self.deviations}

    def _add_department(self, step: DepartmentStep) -> None:
        """Adds the rows of one department and records which they are, for the next run."""
        first = {key: len(self._stored[key]) for key in RANGED}
        previous = self._unchanged.share(step, self._material)
        signs, rows = self._copy_rows(step, previous) if previous is not None else self._make_rows(step)
        self._signs += signs
        for key, row in rows.items():
            self._in_memory[key].append(row)
        if self._reusable and step.complete:
            self._unchanged.note(
                step,
                self._material,
                {key: (first[key], len(self._stored[key])) for key in RANGED},
                signs,
                rows["submissions"]["state"],
            )

    def _copy_rows(
        self, step: DepartmentStep, previous: StoredDepartment
    ) -> tuple[list[int | None], dict[str, Row]]:
        """Copies an unchanged department; returns its signs of risk and its rows for the sheets in memory."""
        step.rules = previous.rules
        self._departments.note(previous.rules)
        rows = self._unchanged.copy(previous, self._stored, step.entry.name)
        return previous.signs, dict(zip(_IN_MEMORY, rows, strict=True))

    def _make_rows(self, step: DepartmentStep) -> tuple[list[int | None], dict[str, Row]]:
        """Reads a department and makes its rows; returns the same as `_copy_rows`."""
        step.fill(step)
        share = share_of(step.entry, self._material, self._sampling)
        self._mended.add(
            self._previous_findings.mark(step.entry.name, share.findings, (*share.indicators, *share.funding))
        )
        for key in RANGED:
            self._stored[key].add(getattr(share, key))
        self.deviations.add(share.deviations)
        if self._forms:
            self._forms.add(step.entry)
        return share.signs, {key: getattr(share, key) for key in _IN_MEMORY}

    def _add_county_rows(self) -> None:
        """Adds the rows that need all departments: copied and mended rows, receipts, proposed samples."""
        self._unchanged.copy_scattered(self.deviations, self._mended)
        unassigned, rows = other_findings(self._departments.rest, self._material)
        self._previous_findings.mark(unassigned.name, rows, ())
        self._stored["findings"].add(rows)
        self._stored["findings"].add_from(self._mended.name)
        self._mended.drop()
        self._stored["receipts"].add(receipt_rows(self._material))
        _propose(self._stored["projects"], self._sampling, self._signs)


def _propose(projects: StoredRows, sampling: Sampling, signs: Sequence[int | None]) -> None:
    """Sets 建议抽查 and 抽查理由 once all budgets of the county are known: a large one is itself a sign."""
    large = sampling.large(budget for (budget,) in projects.picked("annual_budget"))
    proposals = (
        (number, stored, sampling.proposal(signs[number - 1], budget, large))
        for number, budget, *stored in projects.picked("number", "annual_budget", *_PROPOSED)
    )
    # A list, since the rows are not to be changed while they are read.
    for number, proposal in [
        (number, proposal)
        for number, stored, proposal in proposals
        if proposal and stored != [proposal[key] for key in _PROPOSED]
    ]:
        projects.change(number, proposal)
