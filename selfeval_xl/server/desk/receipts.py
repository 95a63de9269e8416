"""Receipts (回执) and earlier submissions, for the department and for officers."""

from __future__ import annotations

from datetime import datetime

from selfeval_xl.errors import NotThere
from selfeval_xl.server.desk import draft_view, submissions
from selfeval_xl.server.desk.core import Core, counts_of, day, moment
from selfeval_xl.server.desk.records import (
    Receipt,
    ReceiptFile,
    StoredFile,
    SubmissionLine,
    SubmissionView,
)
from selfeval_xl.server.desk.submissions import Submission
from selfeval_xl.server.state import log
from selfeval_xl.server.state.accounts import Account


def receipt(core: Core, who: Account, id: str) -> Receipt:
    """The receipt of a submission. Raises NotThere."""
    return receipt_of(core, submissions.find(core, who, id))


def receipt_of(core: Core, each: Submission) -> Receipt:
    """The receipt of this submission."""
    row = core.department(each.department)
    facts = each.facts
    files = tuple(
        ReceiptFile(
            file["n"],
            file["name"],
            file["size"],
            file["received"],
            file["sha256"],
            file["code"],
            file["forms"],
        )
        for file in facts["files"]
    )
    return Receipt(
        each.id,
        row.name,
        row.code,
        each.number,
        moment(each.at),
        facts["by"],
        facts["confirmed_by"],
        day(facts["deadline"]),
        facts["late"],
        files,
        counts_of(facts["counts"]),
        _steps(core, each),
    )


def _steps(core: Core, each: Submission) -> tuple[str, ...]:
    """What happened to a submission, each with its time."""
    reopened = each.facts.get("reopened")
    before = (f"收件已经结束，单独开放：{reopened}",) if reopened else ()
    entries = [*log.about(core.base, each.draft), *log.about(core.base, each.id)]
    return before + tuple(
        f"{datetime.fromisoformat(entry.at):%Y-%m-%d %H:%M} {entry.who} {entry.what}"
        + (f"：{entry.detail}" if entry.what not in ("报送",) and entry.detail else "")
        for entry in sorted(entries, key=lambda entry: entry.n)
    )


def line(each: Submission) -> SubmissionLine:
    """A submission as lists show it."""
    return SubmissionLine(
        each.id,
        each.number,
        moment(each.at),
        tuple(file["name"] for file in each.facts["files"]),
        tuple(file["code"] for file in each.facts["files"] if file["code"]),
        each.facts["by"],
        each.facts["confirmed_by"],
        each.facts["late"],
        counts_of(each.facts["counts"]),
    )


def submission(core: Core, who: Account, id: str) -> SubmissionView:
    """A submission with its findings when it was sent. Raises NotThere."""
    each = submissions.find(core, who, id)
    kept = draft_view.result(submissions.folder_of(core, id))
    names = {file["n"]: file["name"] for file in each.facts["files"]}
    return SubmissionView(
        receipt_of(core, each),
        draft_view.finding_rows(kept.get("rows", []), names, {}),
        draft_view.change_rows(kept.get("changes", [])),
    )


def submitted_file(core: Core, who: Account, id: str, n: int) -> StoredFile:
    """A file of a submission as it was stored. Raises NotThere, also where somebody took it away."""
    submissions.find(core, who, id)
    path = next((path for number, path in submissions.places(core, id) if number == n), None)
    if path is None or not path.is_file() or path.is_symlink():
        raise NotThere
    return StoredFile(path, path.name)
