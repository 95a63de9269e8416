"""The accounts: who may log in, with which code, kept as hashes only."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from selfeval_xl.server.state import codes
from selfeval_xl.server.state.database import Database

FILLER, LEAD, OFFICER = "filler", "lead", "officer"
ROLES: Mapping[str, str] = {FILLER: "填报人", LEAD: "负责人", OFFICER: "财政人员"}
_COLUMNS = "id, role, department, name, disabled"
_NOBODY = bytes(16)  # the salt of an unknown login, whose code is hashed too: it takes the same time


@dataclass(frozen=True, slots=True)
class Account:
    """An account. department: the key of the roster department (its code, else its name), "" for officers.

    name: of the department, or of the officer.
    """

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


@dataclass(frozen=True, slots=True)
class AccountTimes:
    """When an account's code was made, and when it was last used (seconds since 1970; None for never)."""

    changed: float
    seen: float | None


def _account(row: tuple[int, str, str, str, int]) -> Account:
    return Account(row[0], row[1], row[2], row[3], bool(row[4]))


def every(base: Database) -> list[Account]:
    """All accounts, officers first, then departments in the order they were made."""
    rows = base.rows(f"SELECT {_COLUMNS} FROM accounts ORDER BY role <> 'officer', id")
    return [_account(row) for row in rows]


def times(base: Database) -> dict[int, AccountTimes]:
    """The times of all accounts by id."""
    return {row[0]: AccountTimes(*row[1:]) for row in base.rows("SELECT id, changed, seen FROM accounts")}


def by_id(base: Database, account: int) -> Account | None:
    """The account with this id."""
    row = base.row(f"SELECT {_COLUMNS} FROM accounts WHERE id = ?", account)
    return _account(row) if row else None


def set_code(base: Database, role: str, department: str, name: str, code: str) -> int:
    """Makes the account, or gives it a new code and ends its sessions; returns its id.

    The accounts of a department share a salt, so that a login is hashed once whichever of them it is.
    """
    salt = salt_of(base, department, name) or codes.new_salt()
    return set_hash(base, role, department, name, salt, codes.hash_of(code, salt))


def salt_of(base: Database, department: str, officer: str = "") -> bytes | None:
    """The salt of a department's accounts, else of an officer's; None where there is no account."""
    kept = "department = ?" if department else "role = 'officer' AND name = ?"
    row = base.row(f"SELECT salt FROM accounts WHERE {kept}", department or officer)
    salt: bytes | None = row[0] if row else None
    return salt


def set_hash(base: Database, role: str, department: str, name: str, salt: bytes, hashed: bytes) -> int:
    """The same with the hash of the code by this salt, which is that of the department's other accounts."""
    own = (role, department, name if role == OFFICER else "")
    with base.transaction():
        found = base.row(
            "SELECT id FROM accounts WHERE role = ? AND department = ?"
            " AND CASE role WHEN 'officer' THEN name ELSE '' END = ?",
            *own,
        )
        if found:
            base.run(
                "UPDATE accounts SET name = ?, hash = ?, changed = ? WHERE id = ?",
                name,
                hashed,
                time.time(),
                found[0],
            )
            base.run("DELETE FROM sessions WHERE account = ?", found[0])
            return int(found[0])
        base.add(
            "accounts",
            role=role,
            department=department,
            name=name,
            salt=salt,
            hash=hashed,
            changed=time.time(),
        )
        made = base.row("SELECT last_insert_rowid()")
        assert made is not None, "a row was added"
        return int(made[0])


def set_disabled(base: Database, account: int, disabled: bool) -> None:
    """Disables an account and ends its sessions, or enables it again."""
    with base.transaction():
        base.run("UPDATE accounts SET disabled = ? WHERE id = ?", int(disabled), account)
        if disabled:
            base.run("DELETE FROM sessions WHERE account = ?", account)


def with_code(base: Database, department: str | None, officer: str, code: str) -> Account | None:
    """The enabled account of this department, else of this officer, that has the code; None for none.

    Takes the same time whoever is asked for. department: a key, None where the login names none.
    """
    where, value = (
        ("department = ?", department) if department else ("role = 'officer' AND name = ?", officer)
    )
    rows = base.rows(f"SELECT {_COLUMNS}, salt, hash FROM accounts WHERE {where}", value)
    hashed = codes.hash_of(code, rows[0][5] if rows else _NOBODY)
    found = [row for row in rows if codes.same(hashed, row[6]) and not row[4]]
    return _account(found[0][:5]) if found else None


def has_code(base: Database, account: int, code: str) -> bool:
    """Whether this is the code of the account."""
    row = base.row("SELECT salt, hash FROM accounts WHERE id = ?", account)
    return bool(row) and codes.same(codes.hash_of(code, row[0] if row else _NOBODY), row[1] if row else b"")


def hash_for(base: Database, account: int, code: str) -> bytes:
    """The hash of a new code of an account, whose salt stays, since its department shares it."""
    row = base.row("SELECT salt FROM accounts WHERE id = ?", account)
    return codes.hash_of(code, row[0] if row else _NOBODY)


def change_hash(base: Database, account: int, hashed: bytes) -> None:
    """Gives an account the code with this hash."""
    base.run("UPDATE accounts SET hash = ?, changed = ? WHERE id = ?", hashed, time.time(), account)


def saw(base: Database, account: int) -> None:
    """Notes that the account was used now."""
    base.run("UPDATE accounts SET seen = ? WHERE id = ?", time.time(), account)
