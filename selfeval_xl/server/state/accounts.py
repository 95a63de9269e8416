"""The accounts: who may log in, with which code, kept as hashes only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FILLER, LEAD, OFFICER = "filler", "lead", "officer"
ROLES: Mapping[str, str] = {FILLER: "填报人", LEAD: "负责人", OFFICER: "财政人员"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account. department: the key of the roster department (its code, else its name), "" for officers."""

    id: int
    role: str
    department: str
    name: str
    disabled: bool = False

    @property
    def is_officer(self) -> bool:
        """Whether this is an officer of the bureau."""
        return self.role == OFFICER

    @property
    def label(self) -> str:
        """The account as logs and receipts name it: 县教育局填报人, 王强（财政人员）."""
        return f"{self.name}（财政人员）" if self.is_officer else f"{self.name}{ROLES[self.role]}"
