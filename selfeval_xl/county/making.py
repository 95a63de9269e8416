"""The rows of all sheets, made department by department; those of departments that have not changed come from
the last run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .departments import Departments, Prepared, Turn
from .detail_columns import DEVIATIONS, FINDINGS
from .form_sheets import FormSheets
from .ledger_rows import receipt_rows
from .sampling import Sampling
from .since import Since
from .store import Store
from .table import Listed, Rows, Table
from .tables import SHEETS, other_findings, share_of
from .unchanged import RANGED, Share, Unchanged

_IN_MEMORY = ("departments", "submissions")  # a row for each department
_PROPOSED = ("sample", "sample_reason")
_DEVIATIONS_ORDER = (
    "-coalesce(project_budget, 0), department, project, file, sheet, coalesce(cause, 'None'), kind "
    "NOT IN ('未完成', '完成值为0'), number"
)


def in_order(deviations: Table, name: str) -> Table:
    """The deviations by the money (see `detail_rows.deviation_order`), in a table of this name."""
    return deviations.sorted_by(_DEVIATIONS_ORDER, name)


class Making:
    """One making of the tables.

    forms: takes every form, for which every department has to be read. lasting: whether the next run may take
    the rows over; not where
    they are to hold last year's figures.
    """

    def __init__(
        self, store: Store, departments: Departments | Prepared, forms: FormSheets | None, lasting: bool
    ) -> None:
        self.departments, self.material, self.forms = departments, departments.material, forms
        self.lasting = lasting and bool(departments.salt)
        self.ordered = store.name(DEVIATIONS, "ordered")
        self.stored = {
            sheet.key: store.table(sheet)
            for sheet in SHEETS
            if sheet.key not in (*_IN_MEMORY, DEVIATIONS.key)
        }
        self.deviations, self.mended = store.table(DEVIATIONS, "collected"), store.table(FINDINGS, "mended")
        self.listed: dict[str, list[dict[str, Any]]] = {key: [] for key in _IN_MEMORY}
        self.sampling, self.signs = Sampling(self.material.policy), []
        self.unchanged = Unchanged(store, bool(departments.salt) and forms is None, departments.salt)
        self.since = Since(
            store.base,
            "meta" in store.tables(),
            {
                self.material.relative(receipt.file.path): receipt.file.sha256[:16]
                for receipt in self.material.collected.receipts
            },
        )

    def tables(self) -> dict[str, Rows]:
        """Makes all of them; the deviations in their order."""
        for turn in self.departments:
            before = {key: len(self.stored[key]) for key in RANGED}
            known = self.unchanged.share(turn, self.material)
            signs, rows = self._taken_over(turn, known) if known is not None else self._made(turn)
            self.signs += signs
            for key, row in rows.items():
                self.listed[key].append(row)
            if self.lasting and turn.complete:
                self.unchanged.note(
                    turn,
                    self.material,
                    {key: (before[key], len(self.stored[key])) for key in RANGED},
                    signs,
                    rows["submissions"]["state"],
                )
        self._complete()
        listed = {
            sheet.key: Listed(sheet, self.listed[sheet.key]) for sheet in SHEETS if sheet.key in self.listed
        }
        return {**self.stored, **listed, DEVIATIONS.key: in_order(self.deviations, self.ordered)}

    def _taken_over(self, turn: Turn, known: Share) -> tuple[list[int | None], dict[str, dict]]:
        turn.rules = known.rules
        self.departments.note(known.rules)
        return known.signs, dict(
            zip(_IN_MEMORY, self.unchanged.copy(known, self.stored, turn.entry.name), strict=True)
        )

    def _made(self, turn: Turn) -> tuple[list[int | None], dict[str, dict]]:
        turn.fill(turn)
        share = share_of(turn.entry, self.material, self.sampling)
        self.mended.add(self.since.mark(turn.entry.name, share.findings, (*share.indicators, *share.funding)))
        for key in RANGED:
            self.stored[key].add(getattr(share, key))
        self.deviations.add(share.deviations)
        if self.forms:
            self.forms.add(turn.entry)
        return share.signs, {key: getattr(share, key) for key in _IN_MEMORY}

    def _complete(self) -> None:
        """What only the end of all turns shows."""
        self.unchanged.copy_scattered(self.deviations, self.mended)
        rest, rows = other_findings(self.departments.rest, self.material)
        self.since.mark(rest.name, rows, ())
        self.stored["findings"].add(rows)
        self.stored["findings"].add_from(self.mended.name)
        self.mended.drop()
        self.stored["receipts"].add(receipt_rows(self.material))
        _propose(self.stored["projects"], self.sampling, self.signs)


def _propose(projects: Table, sampling: Sampling, signs: Sequence[int | None]) -> None:
    """建议抽查 and 抽查理由, once the county's budgets are known: a large one is a sign of its own."""
    large = sampling.large(budget for (budget,) in projects.picked("annual_budget"))
    proposals = (
        (number, said, sampling.proposal(signs[number - 1], budget, large))
        for number, budget, *said in projects.picked("number", "annual_budget", *_PROPOSED)
    )
    for number, proposal in [
        (number, proposal)
        for number, said, proposal in proposals
        if proposal and said != [proposal[key] for key in _PROPOSED]
    ]:
        projects.change(number, proposal)
