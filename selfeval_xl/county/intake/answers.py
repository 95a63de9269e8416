"""The cache of the workers' answers in the county's store: what each file contains and what was found on it.

Answers are taken from the store when they are needed, so that memory does not grow with them, and unchanged
files are not read again. A file is unchanged when its bytes, its name, the program and the policy are. The
answers are data only: whoever changes the store can make no code run (see `records`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.basis import policy_digest, program
from selfeval_xl.county.database import COLUMNS, TABLE, connect, writing
from selfeval_xl.county.intake.check_file import CheckedFile
from selfeval_xl.county.intake.outline import Outline, outlined
from selfeval_xl.county.intake.records import unpacked

_AT_ONCE = 200  # answers between two commits: what a killed run has read is not lost


class AnswerCache:
    """The cached answers in one store.

    known: keys of the answers that earlier runs left there. salt: digest of program and policy, part of every
    key. store: the open store, with a sentence where an earlier one was set aside. Raises OutputError where
    the store cannot be written.
    """

    def __init__(self, path: Path, policy: Policy) -> None:
        self.path = path
        self._requested: set[bytes] = set()
        self.salt = program() + policy_digest(policy)
        self._unwritten: list[tuple[bytes, str, bytes]] = []
        self.store = connect(path)
        self.base = self.store.base
        key, outline, answer = COLUMNS
        with writing(path):
            self.base.execute(
                f"CREATE TABLE IF NOT EXISTS {TABLE} ({key} BLOB PRIMARY KEY, {outline} TEXT, {answer} BLOB)"
            )
            self.known: set[bytes] = {
                key for (key,) in self.base.execute(f"SELECT key FROM {TABLE} WHERE typeof(key) = 'blob'")
            }

    def key(self, sha256: str, name: str) -> bytes:
        """The key of the answer on a file with these bytes and this name; the answer survives `prune`."""
        key = hashlib.sha256(f"{sha256}{name}{self.salt}".encode()).digest()
        self._requested.add(key)
        return key

    def outline(self, key: bytes, path: str) -> Outline | None:
        """The cached outline of a file that now lies at this path; None where none can be decoded."""
        # as a blob: SQLite raises an error on text that is no UTF-8
        row = self.base.execute(f"SELECT CAST(outline AS BLOB) FROM {TABLE} WHERE key = ?", (key,)).fetchone()
        try:
            return outlined(row[0], path) if row and row[0] else None
        except (ValueError, RecursionError):
            return None

    def get(self, key: bytes) -> CheckedFile | None:
        """The whole cached answer; None where none can be decoded."""
        row = self.base.execute(
            f"SELECT answer FROM {TABLE} WHERE key = ? AND typeof(answer) = 'blob'", (key,)
        ).fetchone()
        return unpacked(row[0]) if row else None

    def put(self, key: bytes, outline: str, answer: bytes) -> None:
        """Adds an answer; it is written together with others."""
        self._unwritten.append((key, outline, answer))
        if len(self._unwritten) >= _AT_ONCE:
            self.flush()

    def replace(self, key: bytes, outline: str, answer: bytes) -> None:
        """Replaces an answer that could not be decoded, in whatever transaction is open."""
        with writing(self.path):
            self.base.execute(f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?)", (key, outline, answer))

    def flush(self) -> None:
        """Writes the answers that were added since the last commit."""
        with writing(self.path):
            self.base.executemany(f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?)", self._unwritten)
            self.base.commit()
        self._unwritten.clear()

    def prune(self) -> None:
        """Deletes the answers whose key this run did not ask for: their files are gone or changed."""
        self.flush()
        with writing(self.path):
            self.base.executemany(
                f"DELETE FROM {TABLE} WHERE key = ?", [(key,) for key in self.known - self._requested]
            )
            self.base.commit()
        self.known, self._requested = set(), set()

    def close(self) -> None:
        """Writes the remaining answers and closes the store."""
        try:
            self.flush()
        finally:
            self.base.close()
