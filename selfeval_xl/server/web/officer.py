"""The pages of the bureau's officers: ledger, departments, returns, county workbook, log, accounts."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from selfeval_xl.errors import NotThere, Refused
from selfeval_xl.server.desk.records import JOB_STATES, Job, StoredFile
from selfeval_xl.server.web.downloads import download
from selfeval_xl.server.web.visits import Visit, refusal_status, to


def ledger(visit: Visit, notice: str = "", status: int = 200) -> Response:
    """The ledger, of all departments or of those in one state."""
    return visit.page(
        "ledger.html",
        status,
        ledger=visit.desk.ledger(visit.who),
        state=visit.request.query_params.get("state", ""),
        section=visit.request.query_params.get("section", ""),
        notice=notice,
    )


def department(visit: Visit, notice: str = "", status: int = 200) -> Response:
    """One department with everything about it."""
    shown = visit.desk.department(visit.who, visit.path("key"))
    return visit.page("department.html", status, department=shown, notice=notice)


def prepare_return(visit: Visit) -> Response:
    """Begins a return; its job shows what would be sent."""
    try:
        job = visit.desk.prepare_return(visit.who, visit.path("key"), *_reason_and_day(visit))
    except Refused as error:
        return department(visit, str(error), refusal_status(error))
    return to(f"/jobs/{job}")


def reopen(visit: Visit) -> Response:
    """Opens a closed season for one department."""
    try:
        visit.desk.reopen(visit.who, visit.path("key"), *_reason_and_day(visit))
    except Refused as error:
        return department(visit, str(error), refusal_status(error))
    return to(f"/departments/{visit.path('key')}")


def _reason_and_day(visit: Visit) -> tuple[str, str]:
    """What was written into the fields reason and until."""
    return visit.fields.get("reason", "").strip(), visit.fields.get("until", "").strip()


def reminder(visit: Visit) -> Response:
    """The reminder for one department."""
    told = visit.desk.reminder(visit.who, visit.path("key"))
    return visit.page("reminders.html", reminders=[told], title=f"催报文本：{told.name}")


def reminders(visit: Visit) -> Response:
    """The reminders for all."""
    told = visit.desk.reminders(visit.who)
    return visit.page("reminders.html", reminders=told, title="催报文本")


def county(visit: Visit, notice: str = "", done: str = "", status: int = 200) -> Response:
    """The county workbook: when it was made, what officers have written into it."""
    shown = visit.desk.county(visit.who)
    limits = visit.desk.settings.limits
    return visit.page("county.html", status, county=shown, limits=limits, notice=notice, done=done)


def make_county(visit: Visit) -> Response:
    """Makes the county workbook in the background."""
    return to(f"/jobs/{visit.desk.make_county(visit.who)}")


def county_file(visit: Visit) -> Response:
    """The county workbook itself."""
    path = visit.desk.county(visit.who).path
    if path is None:
        raise NotThere("还没有汇总工作簿。请先点“重新汇总”。")
    return download(StoredFile(path, path.name))


def job(visit: Visit, notice: str = "", status: int = 200) -> Response:
    """A job in the background; of a return, what would be sent."""
    return visit.page("job.html", status, job=visit.desk.job(visit.who, visit.path("id")), notice=notice)


def job_state(visit: Visit) -> Response:
    """What the script of the page asks while a job runs."""
    shown = visit.desk.job(visit.who, visit.path("id"))
    return JSONResponse(
        {
            "status": shown.status,
            "done": shown.done,
            "all": shown.all,
            "ready": shown.status in ("done", "failed"),
            "text": progress(shown),
        }
    )


def progress(job: Job) -> str:
    """The state of a job in words."""
    counted = f"（{job.done}/{job.all}）" if job.all and job.status == "running" else ""
    return f"{job.text or JOB_STATES[job.status]}{counted}"


def send_return(visit: Visit) -> Response:
    """Sends a prepared return."""
    try:
        sent = visit.desk.send_return(visit.who, visit.path("id"))
    except Refused as error:
        return job(visit, str(error), refusal_status(error))
    return to(f"/returns/{sent.id}")


def prepared_file(visit: Visit) -> Response:
    """A marked file of a return that is not yet sent."""
    return download(visit.desk.prepared_file(visit.who, visit.path("id"), visit.number("n")))


def log(visit: Visit) -> Response:
    """A page of the log."""
    asked = visit.request.query_params.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 9 else 1
    return visit.page("log.html", log=visit.desk.log(visit.who, max(number, 1)))


def accounts(visit: Visit, notice: str = "", done: str = "", code: str = "", status: int = 200) -> Response:
    """All accounts. code: a new one, shown this once."""
    shown = visit.desk.accounts(visit.who)
    return visit.page("accounts.html", status, accounts=shown, notice=notice, done=done, code=code)


def renew(visit: Visit) -> Response:
    """Gives an account a new code and shows it."""
    number = visit.number("id")
    try:
        code = visit.desk.renew_code(visit.who, number)
    except Refused as error:
        return accounts(visit, str(error), status=refusal_status(error))
    line = next((line for line in visit.desk.accounts(visit.who) if line.id == number), None)
    named = f"{line.name}（{line.role_label}）" if line else ""
    return accounts(
        visit, done=f"{named}的新口令如下，只显示这一次，请抄下来交给本人；旧口令已经作废。", code=code
    )


def disable(visit: Visit) -> Response:
    """Disables an account."""
    try:
        visit.desk.disable(visit.who, visit.number("id"))
    except Refused as error:
        return accounts(visit, str(error), status=refusal_status(error))
    return to("/accounts")


def enable(visit: Visit) -> Response:
    """Enables an account."""
    visit.desk.enable(visit.who, visit.number("id"))
    return to("/accounts")


def close_season(visit: Visit) -> Response:
    """Closes the season."""
    try:
        visit.desk.close_season(visit.who, visit.fields.get("reason", "").strip())
    except Refused as error:
        return ledger(visit, str(error), refusal_status(error))
    return to("/ledger")


def open_season(visit: Visit) -> Response:
    """Opens the season."""
    try:
        visit.desk.open_season(visit.who, visit.fields.get("reason", "").strip())
    except Refused as error:
        return ledger(visit, str(error), refusal_status(error))
    return to("/ledger")
