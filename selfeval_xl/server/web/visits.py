"""A visit: a request with the account behind it, let through to its page only where that may see it.

Pages are plain functions of a Visit that run in a bounded pool of threads, since the desk reads files and
databases. Who may see a page stands in the table of routes, and the desk checks it once more by itself.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from selfeval_xl.errors import NotThere, Refused, SelfevalError
from selfeval_xl.server.desk import Account, Desk, Session
from selfeval_xl.server.web import forms, pages
from selfeval_xl.server.web.guard import TooLarge
from selfeval_xl.server.web.site import Site

TOO_OLD = "页面打开得太久了，刚才的操作没有做。请再做一次。"
LOGIN_AGAIN = "登录已经过时，请重新登录。"
THREADS, LOGIN_THREADS = 16, 4


class Access(Enum):
    """Who may see a page."""

    ALL = "all"
    ANY_ACCOUNT = "any account"
    DEPARTMENT = "department"
    OFFICER = "officer"


@dataclass(frozen=True)
class Visit:
    """A request.

    fields: of its form. session: None before the login. entry: ties the login page to a browser.
    """

    request: Request
    desk: Desk
    site: Site
    session: Session | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    entry: str = ""

    @property
    def who(self) -> Account:
        """The account. Raises NotThere before the login."""
        if self.session is None:
            raise NotThere
        return self.session.account

    @property
    def address(self) -> str:
        """The address of the browser."""
        return self.request.client.host if self.request.client else ""

    @property
    def wants_json(self) -> bool:
        """Whether the script of the page asks, and not the browser itself."""
        return "application/json" in self.request.headers.get("accept", "")

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """A part of the path that is a number. Raises NotThere where it is none."""
        text = self.path(name)
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise NotThere
        return int(text)

    def csrf(self) -> str:
        """The token that each form of the page carries."""
        if self.session is not None:
            return self.session.csrf
        return hmac.new(self.site.secret, self.entry.encode(), hashlib.sha256).hexdigest()

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page for this visit."""
        common = {
            "csrf": self.csrf(),
            "account": self.session.account if self.session else None,
            "here": self.request.url.path,
            "typed": self.fields,
            "notice": "",
            "done": "",
        }
        return pages.page(template, {**common, **values}, status)


Page = Callable[[Visit], Response]


def to(path: str) -> Response:
    """Leads the browser to another page of ours."""
    return RedirectResponse(path, 303)


class Forged(Refused):
    """A form does not carry the token of its page: it is old, or comes from elsewhere."""


def refusal_status(error: SelfevalError) -> int:
    """The status of a page on which something was not done."""
    if isinstance(error, NotThere):
        return 404
    if isinstance(error, Forged):
        return 403
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, Refused):
        return 429 if error.seconds else 400
    return 503


def failure(visit: Visit, error: SelfevalError) -> Response:
    """The page, or the answer to the script, that says why something was not done."""
    status = refusal_status(error)
    sentence = str(error) if status != 503 else visit.request.app.state.faults.trouble(error)
    if visit.wants_json:
        answer: Response = JSONResponse({"error": sentence}, status)
    else:
        answer = visit.page("failure.html", status, kind=status, sentence=sentence)
    if isinstance(error, Refused) and error.seconds:
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


class Door:
    """Makes endpoints of pages: finds the session, reads the form, runs the page, answers for faults."""

    def __init__(self, desk: Desk, site: Site) -> None:
        self.desk, self.site = desk, site
        self._limiter: CapacityLimiter | None = None

    def endpoint(self, page: Page, access: Access, *, hashes: bool = False) -> Callable[[Request], Any]:
        """The endpoint of a page. hashes: hashes codes, so that it waits for its own few threads."""

        async def answer(request: Request) -> Response:
            visit = Visit(
                request, self.desk, self.site, entry=request.cookies.get(self.site.entry_cookie, "")
            )
            try:
                if request.method == "POST":
                    visit = await self.with_session(visit, access)
                    fields = await forms.read_fields(request)
                    self.check_token(visit, fields.get("csrf", ""))
                    visit = Visit(request, self.desk, self.site, visit.session, fields, visit.entry)
                    limiter = self.login_limiter() if hashes else None
                    return await to_thread.run_sync(page, visit, limiter=limiter)
                return await to_thread.run_sync(self._look, page, visit, access)
            except LoginFirst:
                return self.to_login(visit)
            except ClientDisconnect:
                return Response(status_code=400)
            except SelfevalError as error:
                return failure(visit, error)

        return answer

    def _look(self, page: Page, visit: Visit, access: Access) -> Response:
        """Runs a page that changes nothing."""
        visit = self._found(visit, access)
        try:
            return page(visit)
        except SelfevalError as error:
            return failure(visit, error)

    async def with_session(self, visit: Visit, access: Access) -> Visit:
        """The visit with its session. Raises LoginFirst, and NotThere where the page is not for it."""
        return await to_thread.run_sync(self._found, visit, access)

    def _found(self, visit: Visit, access: Access) -> Visit:
        token = visit.request.cookies.get(self.site.cookie, "")
        session = self.desk.session(token) if 0 < len(token) <= 200 else None
        visit = Visit(visit.request, self.desk, self.site, session, {}, visit.entry or secrets.token_hex(16))
        if access is Access.ALL:
            return visit
        if session is None:
            raise LoginFirst
        if access is not Access.ANY_ACCOUNT and session.account.is_officer != (access is Access.OFFICER):
            raise NotThere
        return visit

    def check_token(self, visit: Visit, token: str) -> None:
        """Raises Refused where a form does not carry the token of its page."""
        there = visit.request.cookies.get(self.site.entry_cookie) if visit.session is None else visit.session
        given = token or visit.request.headers.get("x-csrf", "")
        if not there or not hmac.compare_digest(given.encode(), visit.csrf().encode()):
            raise Forged(TOO_OLD)

    def to_login(self, visit: Visit) -> Response:
        """The way to the login, for a browser or for the script."""
        if visit.wants_json:
            return JSONResponse({"error": LOGIN_AGAIN, "to": "/login"}, 401)
        return to("/login")

    def login_limiter(self) -> CapacityLimiter:
        """The few threads in which codes are hashed: others must not wait for them."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(LOGIN_THREADS)
        return self._limiter


class LoginFirst(Exception):
    """Nobody has logged in, and the page is not for everybody."""
