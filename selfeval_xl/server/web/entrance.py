"""Logging in and out, and changing one's code."""

from __future__ import annotations

from starlette.responses import Response

from selfeval_xl.errors import Refused
from selfeval_xl.server.web.visits import Visit, refusal_status, to

SESSION_SECONDS = 12 * 3600  # the desk itself ends a session earlier; this is how long a browser keeps it
CHANGED = "口令已经改好，下次用新的登录。"


def first(visit: Visit) -> Response:
    """`/`: the page with which each begins."""
    if visit.session is None:
        return to("/login")
    return to("/ledger" if visit.who.is_officer else "/home")


def login_page(visit: Visit, notice: str = "", login: str = "", status: int = 200) -> Response:
    """The page of the login."""
    if visit.session is not None and not notice:
        return first(visit)
    answer = visit.page("login.html", status, notice=notice, login=login)
    _set_cookie(visit, answer, visit.site.entry_cookie, visit.entry)
    return answer


def log_in(visit: Visit) -> Response:
    """Logs in by the form; a refusal stands on the same page."""
    login, code = visit.fields.get("login", "").strip(), visit.fields.get("code", "")
    try:
        if not login or not code:
            raise Refused("请把两栏都填上。")
        token, session = visit.desk.log_in(login, code, visit.address)
    except Refused as error:
        answer = login_page(visit, str(error), login[:100], refusal_status(error))
        if error.seconds:
            answer.headers["Retry-After"] = str(error.seconds)
        return answer
    if visit.session is not None:
        visit.desk.log_out(visit.request.cookies[visit.site.cookie])
    answer = to("/ledger" if session.account.is_officer else "/home")
    _set_cookie(visit, answer, visit.site.cookie, token, SESSION_SECONDS)
    answer.delete_cookie(visit.site.entry_cookie, secure=visit.site.tls, httponly=True, samesite="strict")
    return answer


def log_out(visit: Visit) -> Response:
    """Ends the session."""
    visit.desk.log_out(visit.request.cookies[visit.site.cookie])
    answer = to("/login")
    answer.delete_cookie(visit.site.cookie, secure=visit.site.tls, httponly=True, samesite="strict")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def code_page(visit: Visit, notice: str = "", status: int = 200) -> Response:
    """The page on which a code is changed."""
    changed = "changed" in visit.request.query_params and not notice
    return visit.page("code.html", status, notice=notice, done=CHANGED if changed else "")


def change_code(visit: Visit) -> Response:
    """Changes the code by the form."""
    old, new, again = (visit.fields.get(name, "") for name in ("old", "new", "again"))
    try:
        if new != again:
            raise Refused("两次写的新口令不一样，没有改。请重新填写。")
        visit.desk.change_code(visit.who, old, new, visit.session.csrf if visit.session else "")
    except Refused as error:
        return code_page(visit, str(error), status=refusal_status(error))
    return to("/code?changed")


def _set_cookie(visit: Visit, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Gives the browser a cookie that scripts cannot read and other sites do not send."""
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=visit.site.tls, httponly=True, samesite="strict"
    )
