"""The desk: everything that the pages can do, each method for one account, none with HTTP.

Every method that takes `who` authorises itself: a department's account reaches its own things only, and an
officer's methods refuse departments; both raise NotThere, as for a thing that does not exist. Mistakes of
people raise Refused with a sentence (`seconds`: how long to wait). All methods may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from selfeval_xl.errors import NotThere, Refused
from selfeval_xl.server.desk import (
    accepting,
    codes_workbook,
    draft_view,
    drafts,
    entrance,
    home,
    log_page,
    marked,
    opening,
    receipts,
    returning,
    season,
)
from selfeval_xl.server.desk.core import Core, need_officer, new_id
from selfeval_xl.server.desk.incoming import IncomingFile
from selfeval_xl.server.desk.jobs import COUNTY_BYTES
from selfeval_xl.server.desk.records import (
    AccountLine,
    CountyView,
    DepartmentView,
    DraftView,
    Home,
    Job,
    Ledger,
    LogPage,
    Receipt,
    Reminder,
    ReturnView,
    StoredFile,
    SubmissionView,
)
from selfeval_xl.server.desk.settings import Limits, Settings
from selfeval_xl.server.state import sessions
from selfeval_xl.server.state.accounts import Account
from selfeval_xl.server.state.sessions import Session

__all__ = ["Account", "Desk", "IncomingFile", "Limits", "NotThere", "Refused", "Session", "Settings"]


class Desk:
    """An open desk over one receiving folder."""

    def __init__(self, opened: opening.Opened) -> None:
        """See `Desk.open`."""
        self.settings: Settings = opened.core.settings
        self._opened = opened
        self._core: Core = opened.core
        self._checking, self._jobs = opened.checking, opened.jobs

    @classmethod
    def open(cls, settings: Settings, serving: bool = True) -> Desk:
        """Opens the desk: checks places and state, finishes what a kill interrupted, starts the workers.

        serving: False for a command that only sets up accounts, also beside a desk that is running.
        Raises UsageError (places, roster, policy), OutputError (state cannot be written or is damaged).
        """
        return cls(opening.opened(settings, serving))

    def close(self) -> None:
        """Stops the workers and closes the state; what runs is stopped, what was accepted is finished."""
        opening.close(self._opened)

    @property
    def messages(self) -> list[str]:
        """Sentences for whoever starts the desk: problems of the roster, what was finished after a kill."""
        return list(self._opened.messages)

    # Set up, from the command line.

    def new_codes(self, out: Path, departments: tuple[str, ...] = ()) -> int:
        """Writes 口令.xlsx with new codes for the departments (all by default) and ends their old ones.

        Returns the number of codes. Raises OutputError, NotReplaced.
        """
        codes_workbook.check_place(out)
        made = entrance.new_codes(
            self._core, departments, lambda rows: codes_workbook.write(out, rows, self.settings.address)
        )
        return sum(1 + bool(lead) for _, _, _, lead in made)

    def new_officer(self, name: str) -> str:
        """Makes an officer's account, or renews the one of this name, and returns its password."""
        return entrance.new_officer(self._core, name)

    # Everybody.

    def log_in(self, login: str, code: str, address: str) -> tuple[str, Session]:
        """The token for the cookie, and the session. login: 部门编码 or 部门名称; an officer's name.

        Raises Refused, with `seconds` during a lockout.
        """
        return entrance.log_in(self._core, login, code, address)

    def session(self, token: str) -> Session | None:
        """The session of a token, whose time is counted anew; None where there is none, or it has ended."""
        return sessions.find(self._core.base, token)

    def log_out(self, token: str) -> None:
        """Ends a session; its trials are deleted."""
        entrance.log_out(self._core, token)

    def change_code(self, who: Account, old: str, new: str, kept: str = "") -> None:
        """Changes the code of this account; its other sessions end. Raises Refused."""
        entrance.change_code(self._core, who, old, new, kept)

    # Departments.

    def home(self, who: Account) -> Home:
        """The first page of a department."""
        return home.home(self._core, who)

    def new_draft(self, who: Account, address: str) -> str:
        """A new draft, still without files; returns its id. Raises Refused where there are too many."""
        return drafts.new(self._core, who, address)

    def add_file(self, who: Account, draft: str, shown_name: str) -> IncomingFile:
        """A file of a draft that is being received. shown_name: as the browser sent it, folders too."""
        return drafts.add_file(self._core, who, draft, shown_name)

    def check(self, who: Account, draft: str) -> None:
        """Puts a draft into the queue. Raises Refused where it has no file."""
        drafts.find(self._core, who, draft)
        if not drafts.files(self._core, draft):
            drafts.drop(self._core, who, draft)
            raise Refused("没有收到文件。请选好文件再上传。")
        self._checking.put(draft)

    def draft(self, who: Account, draft: str) -> DraftView:
        """A draft as its department sees it."""
        place, progress = self._checking.place(draft), self._checking.progress(draft)
        return draft_view.view(self._core, who, draft, place, progress)

    def draft_state(self, who: Account, draft: str) -> tuple[str, int]:
        """Status and place in the queue of a draft: cheap, to be asked often."""
        found = drafts.find(self._core, who, draft)
        return found.status, self._checking.place(draft)

    def explain(self, who: Account, draft: str, explanations: Mapping[int, str]) -> None:
        """Keeps explanations (单位说明) by number of the finding; "" takes one away."""
        drafts.explain(self._core, who, draft, explanations)

    def marked_copy(self, who: Account, draft: str, n: int) -> StoredFile:
        """The marked copy of a file of a draft."""
        return marked.copy_of(self._core, who, draft, n)

    def drop(self, who: Account, draft: str) -> None:
        """Deletes a draft and all its files."""
        drafts.drop(self._core, who, draft)

    def submit(self, who: Account, draft: str) -> Receipt | None:
        """Sends a draft: the receipt, or None where it now waits for the 负责人. Raises Refused."""
        sent = accepting.submit(self._core, who, draft)
        return self._receipt(who, sent) if sent else None

    def confirm(self, who: Account, draft: str) -> Receipt:
        """The 负责人 confirms a waiting draft, which is sent by that. Raises Refused."""
        return self._receipt(who, accepting.confirm(self._core, who, draft))

    def hand_back(self, who: Account, draft: str, reason: str) -> None:
        """The 负责人 gives a waiting draft back to the 填报人."""
        accepting.hand_back(self._core, who, draft, reason)

    def _receipt(self, who: Account, id: str) -> Receipt:
        """The receipt of what was sent just now; the department is counted anew."""
        self._checking.count_anew(who.department)
        return receipts.receipt(self._core, who, id)

    # Departments for themselves, officers for all.

    def receipt(self, who: Account, submission: str) -> Receipt:
        """The receipt of a submission."""
        return receipts.receipt(self._core, who, submission)

    def submission(self, who: Account, submission: str) -> SubmissionView:
        """An earlier submission."""
        return receipts.submission(self._core, who, submission)

    def submitted_file(self, who: Account, submission: str, n: int) -> StoredFile:
        """A file of a submission as it was stored."""
        return receipts.submitted_file(self._core, who, submission, n)

    def returned(self, who: Account, id: str) -> ReturnView:
        """A return."""
        return returning.view(self._core, who, id)

    def returned_file(self, who: Account, id: str, n: int) -> StoredFile:
        """A file of a return."""
        return returning.file(self._core, who, id, n)

    # Officers.

    def ledger(self, who: Account) -> Ledger:
        """The ledger of all departments."""
        self._jobs.refresh()
        return home.ledger(self._core, who)

    def department(self, who: Account, key: str) -> DepartmentView:
        """One department with everything about it."""
        self._jobs.refresh()
        return home.department(self._core, who, key)

    def make_county(self, who: Account) -> str:
        """Starts the consolidation in the background; returns the id of the job (a running one's)."""
        return self._jobs.make_county(who)

    def county(self, who: Account) -> CountyView:
        """The county workbook as it stands."""
        return self._jobs.county(who)

    def incoming_county(self, who: Account, shown_name: str) -> IncomingFile:
        """A county workbook that an officer is uploading; give it to `take_county` when finished."""
        need_officer(who)
        path = self._core.state / "incoming" / f"{new_id()}.xlsx"
        return IncomingFile(path, drafts.shown(shown_name), COUNTY_BYTES, COUNTY_BYTES)

    def take_county(self, who: Account, incoming: IncomingFile) -> str:
        """Puts an officer's workbook in the place of the county workbook; returns what happened."""
        return self._jobs.take_county(who, incoming)

    def prepare_return(self, who: Account, key: str, reason: str, until: str) -> str:
        """Starts a return in the background; returns the id of the job. until: a day as typed, or ""."""
        return self._jobs.prepare_return(who, key, reason, until)

    def prepared_file(self, who: Account, job: str, n: int) -> StoredFile:
        """A marked file of a return that is not yet sent."""
        return self._jobs.prepared_file(who, job, n)

    def send_return(self, who: Account, job: str) -> ReturnView:
        """Sends a prepared return to its department."""
        return self._jobs.send_return(who, job)

    def reminder(self, who: Account, key: str) -> Reminder:
        """The reminder for one department; its text is "" where nothing is missing."""
        return self._jobs.reminder(who, key)

    def reminders(self, who: Account) -> tuple[Reminder, ...]:
        """The reminders for all departments with something missing, then those for the sections."""
        return self._jobs.reminders(who)

    def job(self, who: Account, id: str) -> Job:
        """A job in the background."""
        return self._jobs.job(who, id)

    def close_season(self, who: Account, reason: str) -> None:
        """Closes the season for all departments."""
        season.set_all(self._core, who, False, reason)

    def open_season(self, who: Account, reason: str) -> None:
        """Opens the season for all departments."""
        season.set_all(self._core, who, True, reason)

    def reopen(self, who: Account, key: str, reason: str, until: str) -> None:
        """Opens a closed season for one department up to a day, which is typed as people write it."""
        season.reopen(self._core, who, key, reason, until)

    def log(self, who: Account, page: int = 1) -> LogPage:
        """A page of the log."""
        return log_page.page(self._core, who, page)

    def accounts(self, who: Account) -> tuple[AccountLine, ...]:
        """All accounts."""
        need_officer(who)
        return entrance.lines(self._core)

    def renew_code(self, who: Account, account: int) -> str:
        """A new code for an account, whose old one and sessions end; shown once."""
        return entrance.renew_code(self._core, who, account)

    def disable(self, who: Account, account: int) -> None:
        """Disables an account and ends its sessions."""
        entrance.set_disabled(self._core, who, account, True)

    def enable(self, who: Account, account: int) -> None:
        """Enables an account again."""
        entrance.set_disabled(self._core, who, account, False)
