"""The long jobs of officers, in their own process: the county workbook, and the return of a department."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.files import replacing
from selfeval_xl.workflows.returns.dates import mend_day

_PAUSE = 0.5  # seconds between two notes of progress
Places = tuple[Path, Path, Path, Path | None]


def progress_into(file: Path) -> Callable[[int, int, str], None]:
    """A callback that keeps how far a job is, for whoever asks."""
    last = [0.0]

    def note(done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if now - last[0] >= _PAUSE or done == total:
            last[0] = now
            between = file.with_suffix(".new")
            between.write_text(f"{done}\n{total}\n{what[:200]}", encoding="utf-8")
            between.replace(file)

    return note


def read_progress(file: Path) -> tuple[int, int, str]:
    """How far a job is: done, all, what."""
    try:
        done, total, what = file.read_text(encoding="utf-8").split("\n", 2)
        return int(done), int(total), what
    except (OSError, ValueError):
        return 0, 0, ""


def consolidated(folder: Path, out: Path, roster: Path, policy: Policy, jobs: int, progress: Path) -> str:
    """Writes the county workbook, as `consolidate` does; returns a sentence. Raises SelfevalError."""
    from selfeval_xl.county import consolidate

    county = consolidate(
        folder, out, roster=roster, policy=policy, jobs=jobs, progress=progress_into(progress)
    )
    return f"已汇总到“{out.name}”。" + "".join(county.told)


def returned(
    places: Places, policy: Policy, own: str, until: str, jobs: int, progress: Path
) -> dict[str, Any]:
    """The return of one department, as `return` makes it: the notice, and the names of the marked files.

    places: the receiving folder, the folder for the files, the roster, and the county workbook with the
    officers' decisions, if there is one. until: ISO day. Raises SelfevalError.
    """
    from selfeval_xl.county.private import private_projects
    from selfeval_xl.county.sender import with_sender
    from selfeval_xl.county.study import study_decided
    from selfeval_xl.server.desk.standing import own_entry
    from selfeval_xl.workflows.returns import findings_of, write_returns
    from selfeval_xl.workflows.returns.letter import text_of, without_names
    from selfeval_xl.workflows.returns.notices import return_notice

    folder, out, roster, workbook = places
    note = progress_into(progress)
    material, decisions = study_decided(folder, roster, policy, jobs, note, workbook)
    rules = with_sender(material)
    entry = own_entry(material, own)
    entry.send_back = True  # the officer says so now
    findings = findings_of(entry)
    today = date.today()
    last = date.fromisoformat(until) if until else mend_day(today, rules)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing():
        result = write_returns(replace(material, policy=rules, entries=[entry]), out, jobs)
    notice = ""
    if entry.came:
        paper = return_notice(entry, findings, rules, material.year, today, last)
        notice = text_of(without_names(paper, private_projects(material, decisions.written)))
    marked = [Path(file.out) for each in result.returns for file in each.files if not file.error]
    return {
        "notice": notice,
        "files": [str(path.relative_to(out)) for path in marked if path.is_file()],
        "until": last.isoformat(),
        "told": decisions.told if workbook else "没有汇总工作簿，没有用审核意见。",
        "problems": list(result.problems),
        "open": sum(len(each.open) for each in result.returns),
    }
