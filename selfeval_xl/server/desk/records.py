"""What the desk shows: records without behaviour, for the pages and the tests.

Times are aware datetimes in local time, days are dates; None where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from selfeval_xl.model.findings import Counts, Severity, Treatment

# States of a draft, and their words on the pages.
DRAFT_STATES: Mapping[str, str] = {
    "uploading": "正在接收",
    "queued": "排队等候校验",
    "checking": "正在校验",
    "checked": "校验完成",
    "failed": "没有校验成",
    "waiting": "等负责人确认",
    "sent": "已报送",
}
# States of a job of an officer.
JOB_STATES: Mapping[str, str] = {"waiting": "排队", "running": "进行中", "done": "完成", "failed": "没有做成"}


@dataclass(frozen=True, slots=True)
class Season:
    """Whether the desk takes submissions. until: the last day of a reopening or a return; None without."""

    open: bool
    why: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DueForm:
    """A form that a department has to report. kind: project, department or report. state: in words."""

    kind: str
    name: str
    code: str = ""
    unit: str = ""
    received: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft as the home page lists it."""

    id: str
    created: datetime
    status: str
    files: tuple[str, ...]
    by: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """A submission as lists show it. counts: of its findings when it was sent."""

    id: str
    number: int
    at: datetime
    files: tuple[str, ...]
    codes: tuple[str, ...]
    by: str
    confirmed_by: str
    late_days: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A return as lists show it. answered: whether the department has submitted since."""

    id: str
    at: datetime
    reason: str
    until: date | None
    answered: bool


@dataclass(frozen=True, slots=True)
class Home:
    """The first page of a department. days_left: to the deadline, negative when late; None without one."""

    department: str
    code: str
    person: str
    deadline: date | None
    days_left: int | None
    season: Season
    due: tuple[DueForm, ...]
    fix: int
    explain: int
    drafts: tuple[DraftLine, ...]
    waiting: tuple[DraftLine, ...]
    submissions: tuple[SubmissionLine, ...]
    returns: tuple[ReturnLine, ...]
    needs_lead: bool
    is_lead: bool


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file of a draft. n: its number from 1. said: sentences about it. marked: there is a marked copy."""

    n: int
    name: str
    size: int
    sha256: str
    said: tuple[str, ...]
    forms: int
    marked: bool


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding on a page. number: from 1, as in the list; the field of its explanation is e<number>.

    cell: as a person finds it. message: with its members, one a line. explanation: what is written now, on
    the page or in the file. can_explain: whether an explanation can be written for it into the file.
    """

    number: int
    treatment: Treatment
    severity: Severity
    rule: str
    file: str
    sheet: str
    cell: str
    subject: str
    value: str
    expected: str
    message: str
    hint: str
    explanation: str
    can_explain: bool
    status: str = "open"


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A value that differs from the last submission."""

    change: str
    form: str
    project: str
    subject: str
    label: str
    old: str
    new: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft with its findings. place: in the queue, from 1; 0 when it is not queued.

    warnings: what does not hinder; hindrances: why it cannot be sent now. may_send, may_confirm: what this
    account may do. needs_lead: sending hands it to the 负责人. handed_back: the reason of the 负责人.
    """

    id: str
    status: str
    place: int
    created: datetime
    by: str
    files: tuple[DraftFile, ...]
    rows: tuple[FindingRow, ...]
    counts: Counts
    warnings: tuple[str, ...]
    hindrances: tuple[str, ...]
    late_days: int
    changes: tuple[ChangeRow, ...]
    needs_lead: bool
    may_send: bool
    may_confirm: bool
    handed_back: str
    error: str
    done: int = 0
    all: int = 0
    submission: str = ""

    @property
    def ready(self) -> bool:
        """Whether nothing more will change by itself: the page need not ask again."""
        return self.status not in ("queued", "checking", "uploading")


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A file of a receipt. code: 校验码, "" for a file without forms that carry one."""

    n: int
    name: str
    size: int
    sha256_received: str
    sha256_stored: str
    code: str
    forms: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt (回执). steps: what happened to the submission in sentences, each with its time."""

    id: str
    department: str
    code: str
    number: int
    at: datetime
    by: str
    confirmed_by: str
    deadline: date | None
    late_days: int
    files: tuple[ReceiptFile, ...]
    counts: Counts
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """An earlier submission: its receipt, its findings when it was sent, the changes since the one before."""

    receipt: Receipt
    rows: tuple[FindingRow, ...]
    changes: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file to be downloaded: where it lies, and the name to offer."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return as the department sees it. files: names of the marked files, numbered from 1."""

    id: str
    department: str
    code: str
    at: datetime
    by: str
    reason: str
    until: date | None
    notice: str
    files: tuple[str, ...]
    answered: bool
    changes: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A department in the ledger (报送台账). key: of its page. state: a word of BUREAU section 8.

    by_hand: nothing came through the desk, and the row is what the county workbook says of files that lie in
    the folder all the same.
    """

    key: str
    code: str
    name: str
    section: str
    contact: str
    phone: str
    deadline: date | None
    first: datetime | None
    last: datetime | None
    times: int
    late_days: int
    due: int
    reported: int
    missing: tuple[str, ...]
    fix: int
    explain: int
    state: str
    waiting: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of all departments. counts: departments by state, in the order of the words."""

    rows: tuple[LedgerRow, ...]
    counts: Mapping[str, int]
    season: Season


@dataclass(frozen=True, slots=True)
class Opinion:
    """An officer's opinion in the county workbook, to read only."""

    sheet: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in the officers' list. role: filler, lead or officer."""

    id: int
    department: str
    code: str
    name: str
    role: str
    role_label: str
    disabled: bool
    changed: datetime
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class DepartmentView:
    """A department as an officer sees it; findings are those of the version that counts."""

    row: LedgerRow
    due: tuple[DueForm, ...]
    submissions: tuple[SubmissionLine, ...]
    findings: tuple[FindingRow, ...]
    opinions: tuple[Opinion, ...]
    returns: tuple[ReturnLine, ...]
    accounts: tuple[AccountLine, ...]
    season: Season


@dataclass(frozen=True, slots=True)
class CountyView:
    """The county workbook. path: None before the first. opinions: how many rows carry an officer's word."""

    path: Path | None
    made_at: datetime | None
    opinions: int
    problems: tuple[str, ...]
    job: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A job of an officer in the background. kind: county or return. key: the department of a return.

    text: what is being done, and when done what came out. notice, files: of a return that can be sent.
    """

    id: str
    kind: str
    status: str
    done: int
    all: int
    text: str
    error: str
    key: str = ""
    department: str = ""
    reason: str = ""
    until: date | None = None
    notice: str = ""
    files: tuple[str, ...] = ()
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder (催报) for one department, or for the section above it."""

    key: str
    name: str
    contact: str
    phone: str
    text: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log (流水)."""

    n: int
    at: datetime
    who: str
    address: str
    what: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log, newest first. page: from 1. whole: whether the chain of the log holds."""

    lines: tuple[LogLine, ...]
    page: int
    pages: int
    whole: bool
    problem: str = ""
