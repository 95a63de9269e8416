"""The application: which page stands at which address, and who may see it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Scope

from selfeval_xl.errors import NotThere
from selfeval_xl.server.desk import Desk
from selfeval_xl.server.web import department, entrance, officer, pages
from selfeval_xl.server.web.faults import Faults
from selfeval_xl.server.web.guard import OVERHEAD, SMALL_BODY, Guard
from selfeval_xl.server.web.receiving import Uploads
from selfeval_xl.server.web.site import Site
from selfeval_xl.server.web.visits import THREADS, Access, Door, Page

EXPLANATIONS_BODY = 8 << 20  # 800 explanations of 1,000 letters, each of nine bytes in a form
_EXPLAINED = re.compile(r"/drafts/[^/]{1,80}/(?:explanations|submit)")


class Entry(NamedTuple):
    """A page in the table. hashes: it hashes a code, which takes a while."""

    method: str
    path: str
    page: Page
    access: Access
    hashes: bool = False


ALL, ANY, DEPARTMENT, OFFICER = Access.ALL, Access.ANY_ACCOUNT, Access.DEPARTMENT, Access.OFFICER
PAGES = (
    Entry("GET", "/", entrance.first, ALL),
    Entry("GET", "/login", entrance.login_page, ALL),
    Entry("POST", "/login", entrance.log_in, ALL, True),
    Entry("POST", "/logout", entrance.log_out, ANY),
    Entry("GET", "/code", entrance.code_page, ANY),
    Entry("POST", "/code", entrance.change_code, ANY, True),
    Entry("GET", "/home", department.home, DEPARTMENT),
    Entry("GET", "/drafts/{id}", department.draft, DEPARTMENT),
    Entry("GET", "/drafts/{id}/state", department.draft_state, DEPARTMENT),
    Entry("POST", "/drafts/{id}/explanations", department.explain, DEPARTMENT),
    Entry("GET", "/drafts/{id}/marked/{n}", department.marked, DEPARTMENT),
    Entry("POST", "/drafts/{id}/submit", department.submit, DEPARTMENT),
    Entry("POST", "/drafts/{id}/confirm", department.confirm, DEPARTMENT),
    Entry("POST", "/drafts/{id}/hand-back", department.hand_back, DEPARTMENT),
    Entry("POST", "/drafts/{id}/drop", department.drop, DEPARTMENT),
    Entry("GET", "/submissions/{id}", department.submission, ANY),
    Entry("GET", "/submissions/{id}/files/{n}", department.submitted_file, ANY),
    Entry("GET", "/receipts/{id}", department.receipt, ANY),
    Entry("GET", "/returns/{id}", department.returned, ANY),
    Entry("GET", "/returns/{id}/files/{n}", department.returned_file, ANY),
    Entry("GET", "/ledger", officer.ledger, OFFICER),
    Entry("GET", "/departments/{key}", officer.department, OFFICER),
    Entry("POST", "/departments/{key}/return", officer.prepare_return, OFFICER),
    Entry("POST", "/departments/{key}/reopen", officer.reopen, OFFICER),
    Entry("GET", "/departments/{key}/reminder", officer.reminder, OFFICER),
    Entry("GET", "/reminders", officer.reminders, OFFICER),
    Entry("GET", "/county", officer.county, OFFICER),
    Entry("POST", "/county", officer.make_county, OFFICER),
    Entry("GET", "/county/file", officer.county_file, OFFICER),
    Entry("GET", "/jobs/{id}", officer.job, OFFICER),
    Entry("GET", "/jobs/{id}/state", officer.job_state, OFFICER),
    Entry("GET", "/jobs/{id}/files/{n}", officer.prepared_file, OFFICER),
    Entry("POST", "/jobs/{id}/send", officer.send_return, OFFICER),
    Entry("GET", "/log", officer.log, OFFICER),
    Entry("GET", "/accounts", officer.accounts, OFFICER),
    Entry("POST", "/accounts/{id}/renew", officer.renew, OFFICER, True),
    Entry("POST", "/accounts/{id}/disable", officer.disable, OFFICER),
    Entry("POST", "/accounts/{id}/enable", officer.enable, OFFICER),
    Entry("POST", "/season/close", officer.close_season, OFFICER),
    Entry("POST", "/season/open", officer.open_season, OFFICER),
)
UPLOADS = ("/drafts", "/county/opinions")
ASSETS = ("desk.css", "desk.js")
HTTP_SENTENCES = {404: str(NotThere()), 405: "收件台没有这种操作。"}


def make_app(desk: Desk, site: Site) -> ASGIApp:
    """The application over an open desk, behind its guard."""
    door = Door(desk, site)
    uploads = Uploads(door)
    routes = [
        Route(
            entry.path, door.endpoint(entry.page, entry.access, hashes=entry.hashes), methods=[entry.method]
        )
        for entry in PAGES
    ]
    routes += [
        Route("/drafts", uploads.new_draft, methods=["POST"]),
        Route("/county/opinions", uploads.opinions, methods=["POST"]),
    ]
    routes += [Route(f"/static/{name}", _asset_endpoint(name), methods=["GET"]) for name in ASSETS]
    faults = Faults(desk.settings.state_place / "errors.log")
    inner = Starlette(
        routes=routes,
        lifespan=_lifespan,
        exception_handlers={HTTPException: _http_failure, Exception: _broken},
    )
    inner.state.faults = faults
    inner.router.redirect_slashes = False
    limits = desk.settings.limits

    def body_limit(path: str) -> int:
        if path in UPLOADS:
            return (limits.draft_bytes if path == UPLOADS[0] else limits.file_bytes) + OVERHEAD
        return EXPLANATIONS_BODY if _EXPLAINED.fullmatch(path) else SMALL_BODY

    return Guard(inner, site, body_limit, _failure_page, faults.broken)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    """Bounds the threads in which pages run."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def _asset_endpoint(name: str):  # type: ignore[no-untyped-def]
    async def answer(request: Request) -> Response:
        return pages.asset(name)

    return answer


def _failure_page(scope: Scope, status: int, sentence: str) -> ASGIApp:
    return pages.failure(status, sentence)


async def _broken(request: Request, error: Exception) -> Response:
    """The page for an error that nobody expected."""
    sentence = await run_in_threadpool(request.app.state.faults.broken, error)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": sentence}, 500)
    return pages.failure(500, sentence)


async def _http_failure(request: Request, error: Exception) -> Response:
    """The page for an address that does not exist, or is used in another way."""
    assert isinstance(error, HTTPException)
    status = error.status_code if error.status_code in HTTP_SENTENCES else 400
    return pages.failure(status, HTTP_SENTENCES.get(status, "请求的格式不对。"))
