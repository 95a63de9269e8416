"""The log as officers read it, with a check of its chain."""

from __future__ import annotations

from datetime import datetime

from selfeval_xl.server.desk.core import Core, need_officer
from selfeval_xl.server.desk.records import LogLine, LogPage
from selfeval_xl.server.state import log
from selfeval_xl.server.state.accounts import Account


def page(core: Core, who: Account, number: int) -> LogPage:
    """A page of the log, the newest line first. Raises NotThere for departments."""
    need_officer(who)
    entries, pages = log.page(core.base, number)
    problem, _ = log.problem(core.base)
    lines = tuple(
        LogLine(
            entry.n,
            datetime.fromisoformat(entry.at),
            entry.who,
            entry.address,
            entry.what,
            entry.subject,
            entry.detail,
        )
        for entry in entries
    )
    return LogPage(lines, min(max(number, 1), pages), pages, not problem, problem)
