"""The pages of a department: what is due, trials, submissions with their receipts, returns."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from selfeval_xl.errors import Refused
from selfeval_xl.server.desk.records import DRAFT_STATES
from selfeval_xl.server.web.downloads import download
from selfeval_xl.server.web.forms import explanations
from selfeval_xl.server.web.visits import Visit, refusal_status, to

SAVED = "单位说明已经保存，还没有报送。"


def home(visit: Visit, notice: str = "", status: int = 200) -> Response:
    """What the department has to report, until when, and what has come."""
    return visit.page(
        "home.html",
        status,
        home=visit.desk.home(visit.who),
        limits=visit.desk.settings.limits,
        notice=notice,
    )


def draft(visit: Visit, notice: str = "", status: int = 200) -> Response:
    """A trial: its place in the queue, then its findings."""
    shown = visit.desk.draft(visit.who, visit.path("id"))
    if shown.status == "sent" and shown.submission and not notice:
        return to(f"/receipts/{shown.submission}")
    saved = "saved" in visit.request.query_params and not notice
    return visit.page(
        "draft.html",
        status,
        draft=shown,
        limits=visit.desk.settings.limits,
        notice=notice,
        done=SAVED if saved else "",
    )


def draft_state(visit: Visit) -> Response:
    """What the script of the page asks while a trial waits."""
    status, place = visit.desk.draft_state(visit.who, visit.path("id"))
    ready = status not in ("queued", "checking", "uploading")
    return JSONResponse({"status": status, "place": place, "ready": ready, "text": waiting(status, place)})


def waiting(status: str, place: int) -> str:
    """The state of a trial in words."""
    return (
        f"排队等候校验，前面还有{place - 1}份" if status == "queued" and place > 1 else DRAFT_STATES[status]
    )


def explain(visit: Visit) -> Response:
    """Keeps the explanations of the page; where they are refused, they stand there as they were typed."""
    try:
        visit.desk.explain(visit.who, visit.path("id"), explanations(visit.fields))
    except Refused as error:
        if visit.wants_json:
            raise
        return draft(visit, str(error), refusal_status(error))
    if visit.wants_json:
        return JSONResponse({"text": SAVED})
    return to(f"/drafts/{visit.path('id')}?saved")


def marked(visit: Visit) -> Response:
    """The marked copy of a file."""
    return download(visit.desk.marked_copy(visit.who, visit.path("id"), visit.number("n")))


def submit(visit: Visit) -> Response:
    """Sends a trial, with the explanations as they stand on the page; a refusal stands on its page."""
    id = visit.path("id")
    try:
        written = explanations(visit.fields)
        if written:
            visit.desk.explain(visit.who, id, written)
        receipt = visit.desk.submit(visit.who, id)
    except Refused as error:
        return draft(visit, str(error), refusal_status(error))
    return to(f"/receipts/{receipt.id}") if receipt else to(f"/drafts/{id}")


def confirm(visit: Visit) -> Response:
    """The 负责人 confirms."""
    try:
        receipt = visit.desk.confirm(visit.who, visit.path("id"))
    except Refused as error:
        return draft(visit, str(error), refusal_status(error))
    return to(f"/receipts/{receipt.id}")


def hand_back(visit: Visit) -> Response:
    """The 负责人 gives a trial back."""
    try:
        visit.desk.hand_back(visit.who, visit.path("id"), visit.fields.get("reason", "").strip())
    except Refused as error:
        return draft(visit, str(error), refusal_status(error))
    return to("/home")


def drop(visit: Visit) -> Response:
    """Deletes a trial."""
    visit.desk.drop(visit.who, visit.path("id"))
    return to("/home")


def receipt(visit: Visit) -> Response:
    """The receipt, to print."""
    return visit.page("receipt.html", receipt=visit.desk.receipt(visit.who, visit.path("id")))


def submission(visit: Visit) -> Response:
    """An earlier submission."""
    return visit.page("submission.html", submission=visit.desk.submission(visit.who, visit.path("id")))


def submitted_file(visit: Visit) -> Response:
    """A file of a submission."""
    return download(visit.desk.submitted_file(visit.who, visit.path("id"), visit.number("n")))


def returned(visit: Visit) -> Response:
    """A return with its notice."""
    return visit.page("return.html", returned=visit.desk.returned(visit.who, visit.path("id")))


def returned_file(visit: Visit) -> Response:
    """A marked file of a return."""
    return download(visit.desk.returned_file(visit.who, visit.path("id"), visit.number("n")))
