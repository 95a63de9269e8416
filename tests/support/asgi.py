"""Requests to an application without a network: what a browser sends, and what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from lxml import html

HOST = "127.0.0.1:8765"


@dataclass(frozen=True)
class Answer:
    """An answer. headers: in the order they came, names in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for key, value in self.headers if key == name]

    def header(self, name: str) -> str:
        """The value of a header; "" without it."""
        return ", ".join(self.all(name))

    @property
    def text(self) -> str:
        """The source of the page."""
        return self.body.decode("utf-8")

    @property
    def tree(self) -> html.HtmlElement:
        """The page as elements."""
        return html.document_fromstring(self.text)

    @property
    def words(self) -> str:
        """What a person reads in the main part, with single blanks."""
        return " ".join(self.tree.find(".//main").text_content().split())


@dataclass
class Browser:
    """A browser before an application. local: the address at which requests arrive."""

    app: object
    host: str = HOST
    local: str = "127.0.0.1"
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] = b"",
        headers: Mapping[str, str | None] | None = None,
        *,
        gone: bool = False,
    ) -> Answer:
        """An answer. body: its pieces; headers: more of them, None takes one away.

        gone: the sender breaks off after the last piece.
        """
        pieces = [body] if isinstance(body, bytes) else list(body)
        sent: dict[str, str | None] = {"host": self.host}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":
            sent |= {"origin": f"{self.scheme}://{self.host}", "content-length": str(sum(map(len, pieces)))}
        sent |= headers or {}
        answer = asyncio.run(self._answer(method, path, pieces, sent, gone))
        for line in answer.all("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        if answer.header("content-type").startswith("text/html") and answer.body:
            self.csrf = next(iter(answer.tree.xpath('//input[@name="csrf"]/@value')), self.csrf)
        return answer

    async def _answer(self, method, path, pieces, headers, gone) -> Answer:  # type: ignore[no-untyped-def]
        parts = urlsplit(path)
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method, "scheme": self.scheme, "path": parts.path, "raw_path": parts.path.encode(),
            "root_path": "", "query_string": parts.query.encode(),
            "server": (self.local, 8765), "client": ("192.168.1.20", 50000),
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers.items() if v is not None],
        }  # fmt: skip
        left = list(pieces)
        told: list[dict] = []

        async def receive() -> dict:
            if not left:
                if not gone:
                    await asyncio.Event().wait()
                return {"type": "http.disconnect"}
            piece = left.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(left) or gone}

        async def send(message: dict) -> None:
            told.append(message)

        await self.app(scope, receive, send)  # type: ignore[operator]
        (start,) = [each for each in told if each["type"] == "http.response.start"]
        body = b"".join(each.get("body", b"") for each in told if each["type"] == "http.response.body")
        named = tuple((key.decode().lower(), value.decode("latin-1")) for key, value in start["headers"])
        return Answer(start["status"], named, body)

    def get(self, path: str, **headers: str) -> Answer:
        """A page."""
        return self.ask("GET", path, headers=headers)

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """A form, with the token of the last page unless it has one."""
        body = urlencode({"csrf": self.csrf, **(fields or {})}).encode()
        return self.ask(
            "POST", path, body, {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        )

    def log_in(self, login: str, code: str) -> Browser:
        """Logs in, which has to succeed; the first page is open."""
        self.get("/login")
        answer = self.post("/login", {"login": login, "code": code})
        assert answer.status == 303, answer.words
        self.get(answer.header("location"))
        return self
