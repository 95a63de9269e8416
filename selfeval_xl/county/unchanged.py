"""Departments that have not changed since the previous run: their rows are copied from its tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selfeval_xl.assessment.reasons import cause_of
from selfeval_xl.county.departments.data import MENDED, CountyData
from selfeval_xl.county.departments.streaming import DepartmentStep
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.sheets.departments import DEPARTMENTS
from selfeval_xl.county.sheets.deviations import DEVIATIONS
from selfeval_xl.county.sheets.findings import FINDINGS
from selfeval_xl.county.sheets.submissions import SUBMISSIONS
from selfeval_xl.county.store.rows import NUMBER, StoredRows, decoded, stored_keys
from selfeval_xl.county.store.store import Store
from selfeval_xl.model.findings import RuleStatus

SHARES = "shares"
RANGED = ("projects", "funding", "indicators", "findings")  # tables where a department's rows stand together
_KEYS = (
    "department",
    "print",
    "signs",
    "state",
    "rules",
    *(f"{key}_{end}" for key in RANGED for end in ("after", "last")),
)


@dataclass(frozen=True, slots=True)
class StoredDepartment:
    """A department as the previous run stored it.

    ranges: its rows by table, as the numbers (before the first, last). signs: of risk, for each project row.
    state: 当前状态 before officers' decisions. rules: their status.
    """

    ranges: Mapping[str, tuple[int, int]]
    signs: list[int | None]
    state: str
    rules: list[RuleStatus]


class ReusableDepartments:
    """Copies departments from the previous run's tables, and records this run's for the next one.

    usable: whether rows may be copied at all. salt: digest of program, policy and roster, on which every row
    depends.
    """

    def __init__(self, store: Store, usable: bool, salt: str) -> None:
        self._store, self._salt = store, salt
        self._previous: dict[str, tuple[str, StoredDepartment]] = {}
        store.base.execute(f"CREATE TABLE {store.temporary(SHARES)} ({', '.join(_KEYS)})")
        if usable and SHARES in store.tables():
            for row in store.base.execute(f"SELECT {', '.join(_KEYS)} FROM {SHARES}"):
                values = dict(zip(_KEYS, row, strict=True))
                self._previous[values["department"]] = (
                    values["print"],
                    StoredDepartment(
                        {key: (values[f"{key}_after"], values[f"{key}_last"]) for key in RANGED},
                        json.loads(values["signs"]),
                        values["state"],
                        [RuleStatus(*status) for status in json.loads(values["rules"])],
                    ),
                )
        self._copied: list[str] = []

    def share(self, step: DepartmentStep, material: CountyData) -> StoredDepartment | None:
        """The department as the previous run stored it; None where its rows may have changed."""
        previous = self._previous.get(step.entry.name)
        return previous[1] if previous and previous[0] == self.print_of(step, material) else None

    def print_of(self, step: DepartmentStep, material: CountyData) -> str:
        """A digest of all that the rows of a department depend on."""
        entry = step.entry
        basis = [
            self._salt,
            len(material.collected.filings) > 1,
            entry.name,
            entry.code,
            entry.section,
            step.scanned,
            [
                [
                    material.relative(receipt.file.path),
                    receipt.file.sha256,
                    receipt.file.kind,
                    receipt.arrival.received,
                    receipt.result,
                    receipt.basis,
                    receipt.archive,
                    receipt.other,
                ]
                for receipt in step.receipts
            ],
            [
                [
                    material.relative(fate.form.file),
                    fate.form.sheet,
                    fate.form.content_digest,
                    fate.fate,
                    fate.basis,
                    fate.doubtful,
                ]
                for fate in step.fates
            ],
            step.copied,
            [sorted((key, str(value)) for key, value in row.items()) for row in step.supplements],
        ]
        return hashlib.sha256(
            json.dumps(basis, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()

    def copy(
        self, share: StoredDepartment, tables: Mapping[str, StoredRows], department: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Copies the rows that stand together, and returns the department's rows of 部门汇总 and 报送台账."""
        for key, (after, last) in share.ranges.items():
            tables[key].add_from(key, f"WHERE {NUMBER} > ? AND {NUMBER} <= ?", values=(after, last))
        self._copied.append(department)
        submission = self._row(SUBMISSIONS, department) | {"state": share.state, "returned": None}
        return self._row(DEPARTMENTS, department), submission

    def _row(self, sheet: Sheet, department: str) -> dict[str, Any]:
        """The department's row of a sheet in the previous run."""
        keys = stored_keys(sheet)
        values = self._store.base.execute(
            f"SELECT {', '.join(keys)} FROM {sheet.key} WHERE department = ?", (department,)
        ).fetchone()
        return decoded(sheet, keys, values)

    def copy_scattered(self, deviations: StoredRows, mended: StoredRows) -> None:
        """Copies the rows that do not stand together, of all copied departments: deviations, mended findings.

        The cause is classified anew, since the stored one may be an officer's.
        """
        if not self._copied:
            return
        base = self._store.base
        base.create_function("cause_of", 1, cause_of, deterministic=True)
        base.execute("CREATE TEMP TABLE copied (department TEXT PRIMARY KEY)")
        base.executemany("INSERT INTO copied VALUES (?)", ((name,) for name in self._copied))
        deviations.add_from(
            DEVIATIONS.key,
            "WHERE department IN (SELECT department FROM copied)",
            computed={"cause": "cause_of(note)"},
        )
        mended.add_from(
            FINDINGS.key,
            "WHERE status = ? AND department IN (SELECT department FROM copied)",
            values=(MENDED,),
        )
        base.execute("DROP TABLE copied")

    def note(
        self,
        step: DepartmentStep,
        material: CountyData,
        ranges: Mapping[str, tuple[int, int]],
        signs: Sequence[int | None],
        state: str,
    ) -> None:
        """Records for the next run a department's rows, their signs of risk, its state and its digest."""
        rules = [[status.rule, status.status, status.why] for status in step.rules]
        self._store.base.execute(
            f"INSERT INTO {self._store.temporary(SHARES)} VALUES ({', '.join('?' * len(_KEYS))})",
            (
                step.entry.name,
                self.print_of(step, material),
                json.dumps(signs),
                state,
                json.dumps(rules, ensure_ascii=False),
                *(end for key in RANGED for end in ranges[key]),
            ),
        )
