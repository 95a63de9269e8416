"""What a department sees first, and what officers see of all of them: the ledger (报送台账)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from selfeval_xl.county.departments.data import NONE
from selfeval_xl.county.sheets.submissions import AGAIN, PARTLY, PASSED, RETURNED, WAITING
from selfeval_xl.filings.expected import one_a_project
from selfeval_xl.filings.roster import Department
from selfeval_xl.model.forms import DEPARTMENT, PROJECT, REPORT
from selfeval_xl.server.desk import draft_view, drafts, entrance, receipts, returning, season, submissions
from selfeval_xl.server.desk.core import Core, counts_of, day, key_of, moment, need_officer
from selfeval_xl.server.desk.records import (
    DepartmentView,
    DraftLine,
    DueForm,
    Home,
    Ledger,
    LedgerRow,
    Opinion,
)
from selfeval_xl.server.desk.submissions import Submission
from selfeval_xl.server.state import accounts
from selfeval_xl.server.state.accounts import LEAD, Account

STATES = (NONE, PARTLY, WAITING, RETURNED, AGAIN, PASSED)
Facts = dict[str, Any]


def home(core: Core, who: Account) -> Home:
    """The first page of a department. Raises NotThere for officers."""
    row = core.own(who)
    key = key_of(row)
    standing = submissions.standing(core, key)
    deadline, late = season.late_days(core, key)
    counts = counts_of(standing.get("counts"))
    lines = _draft_lines(core, key)
    sent = submissions.of(core, key)
    return Home(
        department=row.name,
        code=row.code,
        person=who.label,
        deadline=deadline,
        days_left=-late if late else (deadline - date.today()).days if deadline else None,
        season=season.of(core, key),
        due=due_forms(core, row, standing),
        fix=counts.fix,
        explain=counts.explain,
        drafts=tuple(
            line for account, status, line in lines if account == who.id and status != drafts.WAITING
        ),
        waiting=tuple(line for _, status, line in lines if status == drafts.WAITING),
        submissions=tuple(map(receipts.line, reversed(sent))),
        returns=returning.lines(core, key),
        needs_lead=row.confirm,
        is_lead=who.role == LEAD,
    )


def _draft_lines(core: Core, department: str) -> list[tuple[int, str, DraftLine]]:
    """The drafts of a department, each with its account and status, the newest first."""
    rows = core.base.rows(
        "SELECT id, account, created, status FROM drafts WHERE department = ? AND status NOT IN ('sent')"
        " ORDER BY created DESC",
        department,
    )
    found = []
    for id, account, created, status in rows:
        by = accounts.by_id(core.base, account)
        names = tuple(file.name for file in drafts.files(core, id))
        found.append((account, status, DraftLine(id, moment(created), status, names, by.label if by else "")))
    return found


def due_forms(core: Core, row: Department, standing: Facts) -> tuple[DueForm, ...]:
    """What a department has to report, with what of it has come, also on other ways than through the desk."""
    if standing.get("forms"):
        return tuple(DueForm(**form) for form in standing["forms"])
    told = returning.opinions(core).get(key_of(row), {}).get("received", {})
    came = told.get("state", NONE) not in (NONE, "")
    missing = told.get("missing", "").split("、")
    projects = [
        _due(PROJECT, project.name, came and project.name not in missing, project.code or "", project.unit)
        for project in projects_by_department(core).get(key_of(row), ())
    ]
    return (
        *projects,
        _due(DEPARTMENT, "部门整体支出绩效自评表", came and _number(told.get("whole", "")) > 0),
        _due(REPORT, "自评报告", came and _number(told.get("report", "")) > 0),
    )


def _due(kind: str, name: str, came: bool, code: str = "", unit: str = "") -> DueForm:
    """A form that is due; came: whether it has come."""
    return DueForm(kind, name, code, unit, came, "已报" if came else "未报")


def projects_by_department(core: Core) -> dict[str, list[Any]]:
    """The roster's projects that are due, by key of the department; those that are exempt are not."""
    if core.due is None:
        found: dict[str, list[Any]] = {}
        for project in core.roster.projects:
            match = core.roster.match(None, project.department) or core.roster.match(project.department)
            if match:
                found.setdefault(match[0] or match[1], []).append(project)
        core.due = {
            key: [project for project in one_a_project(rows).values() if not project.exempt]
            for key, rows in found.items()
        }
    return core.due


def ledger(core: Core, who: Account) -> Ledger:
    """The ledger of all departments. Raises NotThere for departments."""
    need_officer(who)
    sent, standings = submissions.every(core), submissions.standings(core)
    opinions = returning.opinions(core)
    waiting = {row[0] for row in core.base.rows("SELECT department FROM drafts WHERE status = 'waiting'")}
    rows = tuple(
        _row(
            core,
            row,
            sent.get(key_of(row), []),
            standings.get(key_of(row), {}),
            opinions.get(key_of(row), {}),
            key_of(row) in waiting,
        )
        for row in core.roster.reporting
    )
    states = Counter(row.state for row in rows)
    return Ledger(rows, {state: states[state] for state in STATES}, season.of_all(core))


def _row(
    core: Core, row: Department, sent: list[Submission], standing: Facts, opinion: Facts, waiting: bool
) -> LedgerRow:
    """The row of a department."""
    by_hand = opinion.get("received", {})
    if not sent and by_hand.get("state", NONE) not in (NONE, ""):
        return _row_by_hand(row, by_hand, waiting)
    due = projects_by_department(core).get(key_of(row), [])
    last = moment(sent[-1].at) if sent else None
    counts = counts_of(standing.get("counts") or (sent[-1].facts["counts"] if sent else None))
    return LedgerRow(
        key=key_of(row),
        code=row.code,
        name=row.name,
        section=row.section,
        contact=row.contact,
        phone=row.phone,
        deadline=day(row.deadline),
        first=moment(sent[0].at) if sent else None,
        last=last,
        times=len(sent),
        late_days=sent[0].facts["late"] if sent else _late(row),
        due=standing.get("due", len(due)),
        reported=standing.get("reported", 0),
        missing=tuple(standing.get("missing", [project.name for project in due])),
        fix=counts.fix,
        explain=counts.explain,
        state=_state(core, key_of(row), sent, standing, opinion),
        waiting=waiting,
    )


def _row_by_hand(row: Department, told: Facts, waiting: bool) -> LedgerRow:
    """The row of a department whose files came on another way, as the county workbook has it."""
    first, deadline = _moment(told.get("first", "")), day(row.deadline)
    return LedgerRow(
        key=key_of(row),
        code=row.code,
        name=row.name,
        section=row.section,
        contact=row.contact,
        phone=row.phone,
        deadline=deadline,
        first=first,
        last=_moment(told.get("last", "")),
        times=_number(told.get("times", "")),
        late_days=max(0, (first.date() - deadline).days) if first and deadline else 0,
        due=_number(told.get("due", "")),
        reported=_number(told.get("reported", "")),
        missing=tuple(name for name in told.get("missing", "").split("、") if name),
        fix=_number(told.get("fix", "")),
        explain=_number(told.get("explain", "")),
        state=told["state"],
        waiting=waiting,
        by_hand=True,
    )


def _moment(text: str) -> datetime | None:
    """A time of the county workbook."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        return None


def _number(text: str) -> int:
    """A count of the county workbook."""
    return int(text) if text.isdecimal() else 0


def _late(row: Department) -> int:
    """The days since the deadline of a department that has sent nothing."""
    deadline = day(row.deadline)
    return max(0, (date.today() - deadline).days) if deadline else 0


def _state(core: Core, key: str, sent: list[Submission], standing: Facts, opinion: Facts) -> str:
    """当前状态, a word of 报送台账: the officers' opinions and returns count before what has come."""
    if not sent:
        return NONE
    if opinion.get("passed"):
        return PASSED
    last = core.base.row("SELECT max(at) FROM returns WHERE department = ?", key)
    if last and last[0]:
        return AGAIN if sent[-1].at > last[0] else RETURNED
    state = standing.get("state", WAITING)
    return WAITING if state == NONE else str(state)


def department(core: Core, who: Account, key: str) -> DepartmentView:
    """One department for an officer. Raises NotThere."""
    need_officer(who)
    row = core.department(key)
    sent, standing = submissions.of(core, key), submissions.standing(core, key)
    opinion = returning.opinions(core).get(key, {})
    waiting = core.base.row("SELECT 1 FROM drafts WHERE department = ? AND status = 'waiting'", key)
    findings = standing.get("findings", [])
    names = {number: finding["file"] for number, finding in enumerate(findings, 1)}
    rows = [{**finding, "file": number} for number, finding in enumerate(findings, 1)]
    return DepartmentView(
        row=_row(core, row, sent, standing, opinion, waiting is not None),
        due=due_forms(core, row, standing),
        submissions=tuple(map(receipts.line, reversed(sent))),
        findings=draft_view.finding_rows(rows, names, {}),
        opinions=tuple(Opinion(**each) for each in opinion.get("opinions", ())),
        returns=returning.lines(core, key),
        accounts=entrance.lines(core, key),
        season=season.of(core, key),
    )
