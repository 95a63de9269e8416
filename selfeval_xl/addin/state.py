"""The files in which the add-in keeps things from one click to the next, since each click is a new Python.

They are settings, the journal for 撤销本次, the place of 下一个问题, and logs, in the user's folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import traceback
from datetime import datetime
from pathlib import Path

from selfeval_xl.files import state_folder
from selfeval_xl.writers.excel.journal import Journal

KEPT_LOGS = 20
# A file of this name shows the bureau's group: the ribbon's callback only has to look whether it exists.
BUREAU_FLAG = "bureau"


def folder() -> Path:
    """The folder of these files, created where it does not exist."""
    path = state_folder()
    path.mkdir(parents=True, exist_ok=True)
    return path


def settings() -> dict[str, str]:
    """The settings.

    policy: path of the county's parameter file. roster: path of the roster. county_book: path of the last
    consolidated workbook. bureau: "1" where its group shows.
    """
    document = _load("settings.json")
    return {key: str(value) for key, value in document.items()} if isinstance(document, dict) else {}


def change_settings(**values: str) -> None:
    """Stores these settings; an empty text removes one."""
    changed = settings() | values
    _store("settings.json", {key: value for key, value in changed.items() if value})
    flag = folder() / BUREAU_FLAG
    if changed.get("bureau") == "1":
        flag.touch()
    else:
        flag.unlink(missing_ok=True)


def keep_journal(book: str, journal: Journal) -> None:
    """Stores the journal of the last button on this book, in place of the one before."""
    _store(f"undo-{_key(book)}.json", journal.to_json())


def last_journal(book: str) -> Journal | None:
    """The journal of the last button on this book; None where there is none."""
    document = _load(f"undo-{_key(book)}.json")
    try:
        return Journal.from_json(document) if document and isinstance(document, dict) else None
    except (KeyError, TypeError, ValueError):
        return None


def forget_journal(book: str) -> None:
    """Removes the journal of this book."""
    (folder() / f"undo-{_key(book)}.json").unlink(missing_ok=True)


def place(book: str) -> tuple[str, str, int] | None:
    """The sheet, cell and number in the list of the finding that was shown last; None without one."""
    document = _load(f"place-{_key(book)}.json")
    if not isinstance(document, list) or len(document) != 3:
        return None
    return str(document[0]), str(document[1]), int(document[2])


def keep_place(book: str, sheet: str, cell: str, number: int) -> None:
    """Stores the place of the finding that is shown."""
    _store(f"place-{_key(book)}.json", [sheet, cell, number])


def log(button: str) -> Path:
    """Writes the error that is being handled into a file that a person can send; the oldest are deleted."""
    logs = folder() / "logs"
    logs.mkdir(exist_ok=True)
    for old in sorted(logs.glob("*.log"))[: -KEPT_LOGS + 1]:
        old.unlink(missing_ok=True)
    file = logs / f"{datetime.now():%Y%m%d-%H%M%S-%f}-{button}.log"
    file.write_text(traceback.format_exc(), encoding="utf-8")
    return file


def _key(book: str) -> str:
    """A digest of the book's full name, for the names of its files."""
    return hashlib.sha256(book.lower().encode()).hexdigest()[:16]


def _load(name: str) -> object:
    """The contents of a JSON file of the folder; None where it is missing or damaged."""
    try:
        return json.loads((folder() / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _store(name: str, document: object) -> None:
    """Writes a JSON file of the folder in one step, so that it is never half written."""
    file = folder() / name
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, file)
