"""What the add-in keeps between two clicks, each of which is a new Python: settings, the journal for
撤销本次, where 下一个问题 is, logs.

All of it lies in one folder of the user: %APPDATA%\\selfeval_xl on Windows, ~/.config/selfeval_xl elsewhere,
or what SELFEVAL_HOME says.
"""

from __future__ import annotations

import hashlib
import json
import os
import traceback
from datetime import datetime
from pathlib import Path

from ..sinks.changes import Journal

KEPT_LOGS = 20
# a file of this name says that the bureau's group shows: the ribbon's callback only has to look whether it is
# there
BUREAU_FLAG = "bureau"


def folder() -> Path:
    """The folder, made where it is not there."""
    given = os.environ.get("SELFEVAL_HOME")
    if given:
        place = Path(given)
    elif os.environ.get("APPDATA"):
        place = Path(os.environ["APPDATA"]) / "selfeval_xl"
    else:
        place = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "selfeval_xl"
    place.mkdir(parents=True, exist_ok=True)
    return place


def settings() -> dict[str, str]:
    """policy: the county's parameter file; roster; county_book: the last consolidated workbook; bureau: "1"
    where its group shows.
    """
    told = _load("settings.json")
    return {key: str(value) for key, value in told.items()} if isinstance(told, dict) else {}


def change_settings(**values: str) -> None:
    """Keeps these settings; an empty text forgets one."""
    told = settings() | values
    _keep("settings.json", {key: value for key, value in told.items() if value})
    flag = folder() / BUREAU_FLAG
    if told.get("bureau") == "1":
        flag.touch()
    else:
        flag.unlink(missing_ok=True)


def keep_journal(book: str, journal: Journal) -> None:
    """The journal of the last button on this book, in the place of the one before."""
    _keep(f"undo-{_key(book)}.json", journal.to_json())


def last_journal(book: str) -> Journal | None:
    """What the last button did to this book; None where that is not known."""
    told = _load(f"undo-{_key(book)}.json")
    try:
        return Journal.from_json(told) if told else None
    except (KeyError, TypeError, ValueError):
        return None


def forget_journal(book: str) -> None:
    (folder() / f"undo-{_key(book)}.json").unlink(missing_ok=True)


def place(book: str) -> tuple[str, str, int] | None:
    """Sheet, cell and number in the list of the finding that was shown last."""
    told = _load(f"place-{_key(book)}.json")
    return (str(told[0]), str(told[1]), int(told[2])) if isinstance(told, list) and len(told) == 3 else None


def keep_place(book: str, sheet: str, cell: str, number: int) -> None:
    _keep(f"place-{_key(book)}.json", [sheet, cell, number])


def log(button: str) -> Path:
    """The error that is being handled, in a file that a person can send; the oldest are thrown away."""
    logs = folder() / "logs"
    logs.mkdir(exist_ok=True)
    for old in sorted(logs.glob("*.log"))[: -KEPT_LOGS + 1]:
        old.unlink(missing_ok=True)
    file = logs / f"{datetime.now():%Y%m%d-%H%M%S-%f}-{button}.log"
    file.write_text(traceback.format_exc(), encoding="utf-8")
    return file


def _key(book: str) -> str:
    return hashlib.sha256(book.lower().encode()).hexdigest()[:16]


def _load(name: str) -> object:
    """What a file of ours says; None where it is not there or damaged: then it is as if nothing had been
    kept.
    """
    try:
        return json.loads((folder() / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _keep(name: str, told: object) -> None:
    file = folder() / name
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    os.replace(beside, file)
