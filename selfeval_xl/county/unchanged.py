"""Departments of which nothing has changed since the last run: their rows are copied from the tables of that
run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..findings import RuleStatus
from .columns import Sheet
from .departments import Turn
from .detail_columns import DEVIATIONS, FINDINGS
from .ledger_columns import SUBMISSIONS
from .material import MENDED, Material
from .store import Store
from .summary_columns import DEPARTMENTS
from .table import NUMBER, Table, decoded, stored_keys
from .words import cause_of

SHARES = "shares"
RANGED = (
    "projects",
    "funding",
    "indicators",
    "findings",
)  # the tables in which a department's rows stand together
_KEYS = (
    "department",
    "print",
    "signs",
    "state",
    "rules",
    *(f"{key}_{end}" for key in RANGED for end in ("after", "last")),
)


@dataclass(frozen=True, slots=True)
class Share:
    """What the last run made of a department: which rows are its own, the signs of risk of its projects, its
    state, what the rules did.
    """

    ranges: Mapping[str, tuple[int, int]]
    signs: list[int | None]
    state: str
    rules: list[RuleStatus]


class Unchanged:
    """What can be taken over from the last run, and what the next one will be able to.

    usable: whether the rows that stand there may be copied at all. salt: program, policy and roster, which
    change everything.
    """

    def __init__(self, store: Store, usable: bool, salt: str) -> None:
        self.store, self.salt = store, salt
        self.before: dict[str, tuple[str, Share]] = {}
        store.base.execute(f"CREATE TABLE {store.temporary(SHARES)} ({', '.join(_KEYS)})")
        if usable and SHARES in store.tables():
            for row in store.base.execute(f"SELECT {', '.join(_KEYS)} FROM {SHARES}"):
                told = dict(zip(_KEYS, row, strict=True))
                self.before[told["department"]] = (
                    told["print"],
                    Share(
                        {key: (told[f"{key}_after"], told[f"{key}_last"]) for key in RANGED},
                        json.loads(told["signs"]),
                        told["state"],
                        [RuleStatus(*status) for status in json.loads(told["rules"])],
                    ),
                )
        self.copied: list[str] = []

    def share(self, turn: Turn, material: Material) -> Share | None:
        """What the last run made of this department, where all that its rows depend on is as it was."""
        kept = self.before.get(turn.entry.name)
        return kept[1] if kept and kept[0] == self.print_of(turn, material) else None

    def print_of(self, turn: Turn, material: Material) -> str:
        """A digest of all that the rows of a department depend on."""
        entry = turn.entry
        told = [
            self.salt,
            len(material.collected.filings) > 1,
            entry.name,
            entry.code,
            entry.section,
            turn.scanned,
            [
                [
                    material.relative(one.file.path),
                    one.file.sha256,
                    one.file.kind,
                    one.arrival.received,
                    one.result,
                    one.basis,
                    one.archive,
                    one.other,
                ]
                for one in turn.receipts
            ],
            [
                [
                    material.relative(fate.form.file),
                    fate.form.sheet,
                    fate.form.says,
                    fate.fate,
                    fate.basis,
                    fate.doubtful,
                ]
                for fate in turn.fates
            ],
            turn.copied,
        ]
        return hashlib.sha256(
            json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()

    def copy(
        self, share: Share, tables: Mapping[str, Table], department: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Copies the rows that stand together; returns the department's rows of 部门汇总 and 报送台账."""
        for key, (after, last) in share.ranges.items():
            tables[key].add_from(key, f"WHERE {NUMBER} > ? AND {NUMBER} <= ?", values=(after, last))
        self.copied.append(department)
        submission = self._row(SUBMISSIONS, department) | {"state": share.state, "returned": None}
        return self._row(DEPARTMENTS, department), submission

    def _row(self, sheet: Sheet, department: str) -> dict[str, Any]:
        keys = stored_keys(sheet)
        values = self.store.base.execute(
            f"SELECT {', '.join(keys)} FROM {sheet.key} WHERE department = ?", (department,)
        ).fetchone()
        return decoded(sheet, keys, values)

    def copy_scattered(self, deviations: Table, mended: Table) -> None:
        """The rows that do not stand together, of all departments that were copied.

        What officers made of a cause is not the program's.
        """
        if not self.copied:
            return
        base = self.store.base
        base.create_function("cause_of", 1, cause_of, deterministic=True)
        base.execute("CREATE TEMP TABLE copied (department TEXT PRIMARY KEY)")
        base.executemany("INSERT INTO copied VALUES (?)", ((name,) for name in self.copied))
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
        turn: Turn,
        material: Material,
        ranges: Mapping[str, tuple[int, int]],
        signs: Sequence[int | None],
        state: str,
    ) -> None:
        """Remembers for the next run what this one made of a department."""
        rules = [[status.rule, status.status, status.why] for status in turn.rules]
        self.store.base.execute(
            f"INSERT INTO {self.store.temporary(SHARES)} VALUES ({', '.join('?' * len(_KEYS))})",
            (
                turn.entry.name,
                self.print_of(turn, material),
                json.dumps(signs),
                state,
                json.dumps(rules, ensure_ascii=False),
                *(end for key in RANGED for end in ranges[key]),
            ),
        )
