"""The desk: everything that the pages can do, each method for one account, none with HTTP.

Every method that takes `who` authorises itself: a department's account reaches its own things only, and an
officer's methods refuse departments; both raise NotThere, as for a thing that does not exist. Mistakes of
people raise Refused with a sentence (`seconds`: how long to wait). All methods may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from selfeval_xl.errors import NotThere, Refused
from selfeval_xl.server.desk.incoming import IncomingFile
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
from selfeval_xl.server.state.accounts import Account
from selfeval_xl.server.state.sessions import Session

__all__ = ["Account", "Desk", "IncomingFile", "Limits", "NotThere", "Refused", "Session", "Settings"]


class Desk:
    """An open desk over one receiving folder."""

    settings: Settings

    @classmethod
    def open(cls, settings: Settings) -> Desk:
        """Opens the desk: checks places and state, finishes what a kill interrupted, starts the workers.

        Raises UsageError (places, roster, policy), OutputError (state cannot be written or is damaged).
        """
        raise NotImplementedError

    def close(self) -> None:
        """Stops the workers and closes the state; what runs is stopped, what was accepted is finished."""
        raise NotImplementedError

    @property
    def messages(self) -> list[str]:
        """Sentences for whoever starts the desk: problems of the roster, what was finished after a kill."""
        raise NotImplementedError

    # Set up, from the command line.

    def new_codes(self, out: Path, departments: tuple[str, ...] = ()) -> int:
        """Writes 口令.xlsx with new codes for the departments (all by default) and ends their old ones.

        Returns the number of codes. Raises OutputError, NotReplaced.
        """
        raise NotImplementedError

    def new_officer(self, name: str) -> str:
        """Makes an officer's account, or renews the one of this name, and returns its password."""
        raise NotImplementedError

    # Everybody.

    def log_in(self, login: str, code: str, address: str) -> tuple[str, Session]:
        """The token for the cookie, and the session. login: 部门编码 or 部门名称; an officer's name.

        Raises Refused, with `seconds` during a lockout.
        """
        raise NotImplementedError

    def session(self, token: str) -> Session | None:
        """The session of a token, whose time is counted anew; None where there is none, or it has ended."""
        raise NotImplementedError

    def log_out(self, token: str) -> None:
        """Ends a session; its trials are deleted."""
        raise NotImplementedError

    def change_code(self, who: Account, old: str, new: str) -> None:
        """Changes the code of this account; its other sessions end. Raises Refused."""
        raise NotImplementedError

    # Departments.

    def home(self, who: Account) -> Home:
        """The first page of a department."""
        raise NotImplementedError

    def new_draft(self, who: Account, address: str) -> str:
        """A new draft, still without files; returns its id. Raises Refused where there are too many."""
        raise NotImplementedError

    def add_file(self, who: Account, draft: str, shown_name: str) -> IncomingFile:
        """A file of a draft that is being received. shown_name: as the browser sent it, folders too."""
        raise NotImplementedError

    def check(self, who: Account, draft: str) -> None:
        """Puts a draft into the queue. Raises Refused where it has no file."""
        raise NotImplementedError

    def draft(self, who: Account, draft: str) -> DraftView:
        """A draft as its department sees it."""
        raise NotImplementedError

    def draft_state(self, who: Account, draft: str) -> tuple[str, int]:
        """Status and place in the queue of a draft: cheap, to be asked often."""
        raise NotImplementedError

    def explain(self, who: Account, draft: str, explanations: Mapping[int, str]) -> None:
        """Keeps explanations (单位说明) by number of the finding; "" takes one away."""
        raise NotImplementedError

    def marked_copy(self, who: Account, draft: str, n: int) -> StoredFile:
        """The marked copy of a file of a draft."""
        raise NotImplementedError

    def drop(self, who: Account, draft: str) -> None:
        """Deletes a draft and all its files."""
        raise NotImplementedError

    def submit(self, who: Account, draft: str) -> Receipt | None:
        """Sends a draft: the receipt, or None where it now waits for the 负责人. Raises Refused."""
        raise NotImplementedError

    def confirm(self, who: Account, draft: str) -> Receipt:
        """The 负责人 confirms a waiting draft, which is sent by that. Raises Refused."""
        raise NotImplementedError

    def hand_back(self, who: Account, draft: str, reason: str) -> None:
        """The 负责人 gives a waiting draft back to the 填报人."""
        raise NotImplementedError

    # Departments for themselves, officers for all.

    def receipt(self, who: Account, submission: str) -> Receipt:
        """The receipt of a submission."""
        raise NotImplementedError

    def submission(self, who: Account, submission: str) -> SubmissionView:
        """An earlier submission."""
        raise NotImplementedError

    def submitted_file(self, who: Account, submission: str, n: int) -> StoredFile:
        """A file of a submission as it was stored."""
        raise NotImplementedError

    def returned(self, who: Account, id: str) -> ReturnView:
        """A return."""
        raise NotImplementedError

    def returned_file(self, who: Account, id: str, n: int) -> StoredFile:
        """A file of a return."""
        raise NotImplementedError

    # Officers.

    def ledger(self, who: Account) -> Ledger:
        """The ledger of all departments."""
        raise NotImplementedError

    def department(self, who: Account, key: str) -> DepartmentView:
        """One department with everything about it."""
        raise NotImplementedError

    def make_county(self, who: Account) -> str:
        """Starts the consolidation in the background; returns the id of the job (a running one's)."""
        raise NotImplementedError

    def county(self, who: Account) -> CountyView:
        """The county workbook as it stands."""
        raise NotImplementedError

    def incoming_county(self, who: Account, shown_name: str) -> IncomingFile:
        """A county workbook that an officer is uploading; give it to `take_county` when finished."""
        raise NotImplementedError

    def take_county(self, who: Account, incoming: IncomingFile) -> str:
        """Puts an officer's workbook in the place of the county workbook; returns what happened."""
        raise NotImplementedError

    def prepare_return(self, who: Account, key: str, reason: str, until: str) -> str:
        """Starts a return in the background; returns the id of the job. until: a day as typed, or ""."""
        raise NotImplementedError

    def prepared_file(self, who: Account, job: str, n: int) -> StoredFile:
        """A marked file of a return that is not yet sent."""
        raise NotImplementedError

    def send_return(self, who: Account, job: str) -> ReturnView:
        """Sends a prepared return to its department."""
        raise NotImplementedError

    def reminder(self, who: Account, key: str) -> Reminder:
        """The reminder for one department; its text is "" where nothing is missing."""
        raise NotImplementedError

    def reminders(self, who: Account) -> tuple[Reminder, ...]:
        """The reminders for all departments with something missing, then those for the sections."""
        raise NotImplementedError

    def job(self, who: Account, id: str) -> Job:
        """A job in the background."""
        raise NotImplementedError

    def close_season(self, who: Account, reason: str) -> None:
        """Closes the season for all departments."""
        raise NotImplementedError

    def open_season(self, who: Account, reason: str) -> None:
        """Opens the season for all departments."""
        raise NotImplementedError

    def reopen(self, who: Account, key: str, reason: str, until: str) -> None:
        """Opens a closed season for one department up to a day, which is typed as people write it."""
        raise NotImplementedError

    def log(self, who: Account, page: int = 1) -> LogPage:
        """A page of the log."""
        raise NotImplementedError

    def accounts(self, who: Account) -> tuple[AccountLine, ...]:
        """All accounts."""
        raise NotImplementedError

    def renew_code(self, who: Account, account: int) -> str:
        """A new code for an account, whose old one and sessions end; shown once."""
        raise NotImplementedError

    def disable(self, who: Account, account: int) -> None:
        """Disables an account and ends its sessions."""
        raise NotImplementedError

    def enable(self, who: Account, account: int) -> None:
        """Enables an account again."""
        raise NotImplementedError


