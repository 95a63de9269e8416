"""The guard before all pages: what is let in at all, and what every answer carries.

Refused before anything is read: another host's name (DNS rebinding), a POST from another site, odd methods
and lengths. Counted while it is read: the body. Every answer gets the headers that keep a page to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from selfeval_xl.errors import Refused
from selfeval_xl.server.web.site import Site

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: browsers then send `Origin: null` with the desk's own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
TLS_HEADERS: Mapping[str, str] = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",  # without TLS browsers only complain about it
}
METHODS = ("GET", "HEAD", "POST")
LONGEST_PATH = 512
SMALL_BODY = 64 << 10
LARGE_BODY = 10 << 20  # from here on it is files
OVERHEAD = 2 << 20  # bytes of a body beside the files themselves

FailurePage = Callable[[Scope, int, str], ASGIApp]


class TooLarge(Refused):
    """A body is larger than its page takes."""


class Guard:
    """Wraps the pages of a site.

    body_limit: bytes of a POST to a path. failure_page: the page for a status and a sentence. broken: told of
    an exception that nobody caught; returns the sentence for the person.
    """

    def __init__(
        self,
        app: ASGIApp,
        site: Site,
        body_limit: Callable[[str], int],
        failure_page: FailurePage,
        broken: Callable[[Exception], str],
    ) -> None:
        self.app, self.site = app, site
        self.body_limit, self.failure_page, self.broken = body_limit, failure_page, broken
        further = TLS_HEADERS if site.tls else {}
        self.headers = [
            (name.lower().encode("ascii"), value.encode("ascii"))
            for name, value in {**HEADERS, **further}.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; lifespan messages pass, anything else is none of ours."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        answer = _Answer(send, self.headers)
        refused = self._refusal(scope)
        if refused:
            await self.failure_page(scope, *refused)(scope, receive, answer)
            return
        limit = self.body_limit(scope["path"])
        # A file is sent whole: a hundred ranges of it would be a hundred files.
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"range"]}
        try:
            await self.app(scope, _counted(receive, limit), answer)
        except Exception as error:  # the application has answered for its own, and raises it once more
            if answer.ended:
                return
            sentence = self.broken(error)
            if answer.started:
                raise
            await self.failure_page(scope, 500, sentence)(scope, receive, answer)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and sentence for a request that is not let in; None for one that is."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        local = (scope.get("server") or ("", None))[0]
        if len(hosts) != 1 or not self.site.answers_to(hosts[0], local):
            return 400, "这不是收件台的网址。请用财政局通知上的网址打开。"
        if scope["method"] not in METHODS:
            return 405, "收件台没有这种操作。"
        if len(scope.get("raw_path", scope["path"])) + len(scope["query_string"]) > LONGEST_PATH:
            return 414, "网址太长，收件台没有这样的页。"
        if scope["method"] != "POST":
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        if site != "same-origin" or (origin is not None and not self.site.is_same(origin, hosts[0])):
            return 403, "这个请求不是从收件台自己的页面发来的，没有照办。请打开收件台，在页面上操作。"
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) <= 15):
            return 400, "请求的格式不对。"
        limit = self.body_limit(scope["path"])
        return (413, too_large(limit)) if int(length) > limit else None


def too_large(limit: int) -> str:
    """The sentence on a body above its limit."""
    if limit < LARGE_BODY:
        return "写的内容太长，没有收下。请写短一些再交。"
    return f"一次交的内容太大，超过{(limit - OVERHEAD) >> 20}MB，没有收下。请分几次上传。"


class _Answer:
    """Sends an answer on, with the headers of every answer; the pages' own go before."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self.send, self.headers = send, headers
        self.started = self.ended = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            given = [(name.lower(), value) for name, value in message.get("headers", [])]
            there = {name for name, _ in given}
            message = {**message, "headers": given + [pair for pair in self.headers if pair[0] not in there]}
        elif message["type"] == "http.response.body":
            self.ended = not message.get("more_body", False)
        await self.send(message)


def _counted(receive: Receive, limit: int) -> Receive:
    """Receives a body and counts it. Raises TooLarge above the limit."""
    passed = 0

    async def counted() -> MutableMapping[str, Any]:
        nonlocal passed
        message = await receive()
        passed += len(message.get("body", b""))
        if passed > limit:
            raise TooLarge(too_large(limit))
        return message

    return counted
