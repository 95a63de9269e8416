"""A person at the collecting desk without a browser: pages, cookies, hidden fields, and raw bytes."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from lxml import html

BOUNDARY = "----an-ordinary-boundary-7MA4YWxkTrZu0gW"
CHECKED = 90.0  # seconds that a check may take


@dataclass(frozen=True)
class Page:
    """An answer. headers: as they came, in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    path: str = ""

    def header(self, name: str) -> str:
        """The value of a header, "" without it; several are joined by line breaks."""
        return "\n".join(value for key, value in self.headers if key == name.lower())

    @property
    def text(self) -> str:
        """The source of the page."""
        return self.body.decode("utf-8")

    @property
    def location(self) -> str:
        """The path that the answer leads to."""
        return urlsplit(self.header("location")).path

    @property
    def tree(self) -> html.HtmlElement:
        """The page as elements."""
        return html.fromstring(self.text)

    @property
    def words(self) -> str:
        """What a person reads on the page, with single spaces."""
        return " ".join(self.tree.text_content().split())

    @property
    def csrf(self) -> str:
        """The hidden token of the page's forms, "" without one."""
        found = self.tree.xpath('//input[@name="csrf"]/@value') if self.body else []
        return str(found[0]) if found else ""


@dataclass
class Client:
    """A person at a browser. address: of the person's desk (any of 127.0.0.0/8 on Linux)."""

    port: int
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    connection: http.client.HTTPConnection | None = None

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Page:
        """One request with the person's cookies; keeps what cookies and token come back."""
        sent = {"Host": f"127.0.0.1:{self.port}", **({"Cookie": self._cookie} if self.cookies else {})}
        if method == "POST":
            sent["Origin"] = f"http://127.0.0.1:{self.port}"
        sent |= headers or {}
        for attempt in (1, 2):  # a connection that the server has closed since is opened anew
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=timeout, source_address=(self.address, 0)
                )
            try:
                self.connection.request(method, path, body or None, sent)
                answer = self.connection.getresponse()
                page = Page(
                    answer.status,
                    tuple((key.lower(), value) for key, value in answer.getheaders()),
                    answer.read(),
                    path,
                )
                break
            except (
                http.client.RemoteDisconnected,
                ConnectionResetError,
                BrokenPipeError,
                http.client.CannotSendRequest,
            ):
                self.close()
                if attempt == 2 or method == "POST" and body and len(body) > 65536:
                    raise
        if page.header("connection").lower() == "close":
            self.close()
        self._keep(page)
        return page

    def close(self) -> None:
        """Closes the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, page: Page) -> None:
        for line in page.header("set-cookie").splitlines():
            name, _, value = line.partition(";")[0].partition("=")
            if value.strip('"') and "max-age=0" not in line.lower():
                self.cookies[name.strip()] = value
            else:
                self.cookies.pop(name.strip(), None)
        if "text/html" in page.header("content-type") and page.body:
            self.csrf = page.csrf or self.csrf

    def get(self, path: str, **headers: str) -> Page:
        """A page."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: Mapping[str, object] | None = None, **headers: str) -> Page:
        """A form that is sent, with the token of the last page unless another is given."""
        sent = {"csrf": self.csrf, **(fields or {})}
        return self.ask(
            "POST",
            path,
            urlencode(sent).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", **headers},
        )

    def follow(self, page: Page) -> Page:
        """The page that an answer leads to."""
        assert page.status == 303, (page.status, page.path, page.text[:2000])
        return self.get(page.location)

    def log_in(self, login: str, code: str) -> Page:
        """Logs in, which has to succeed; the first page behind it."""
        page = self.try_to_log_in(login, code)
        assert page.status == 303, page.words
        return self._first(page)

    def _first(self, page: Page) -> Page:
        for _ in range(3):
            if page.status != 303:
                return page
            page = self.get(page.location)
        return page

    def try_to_log_in(self, login: str, code: str) -> Page:
        """The answer to a login."""
        if not self.csrf:
            self.get("/login")
        return self.post("/login", {"login": login, "code": code})

    def upload(
        self, files: Iterable[tuple[str | bytes, bytes]], path: str = "/drafts", **fields: str
    ) -> Page:
        """Sends files with their names as they are."""
        body = multipart({"csrf": self.csrf, **fields}, files)
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})

    def checked(self, files: Iterable[tuple[str | bytes, bytes]]) -> Page:
        """The page of a draft of these files when it has been checked."""
        page = self.upload(files)
        assert page.status == 303, (page.status, page.words)
        return self.wait(page.location)

    def wait(self, path: str, seconds: float = CHECKED) -> Page:
        """The page of a draft or job when nothing more changes by itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page = self.get(path)
            if 'http-equiv="refresh"' not in page.text.lower():
                return page
            time.sleep(0.1)
        raise AssertionError(f"not finished after {seconds} s: {page.words}")

    def submitted(self, files: Iterable[tuple[str | bytes, bytes]]) -> Page:
        """The receipt of these files."""
        draft = self.checked(files)
        return self.follow(self.post(f"{draft.path}/submit"))


def multipart(
    fields: Mapping[str, str], files: Iterable[tuple[str | bytes, bytes]], name: str = "files"
) -> bytes:
    """The body of a form with files. Names: bytes as they are, or texts, quoted as browsers do it."""
    out = bytearray()
    for key, value in fields.items():
        out += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
    for shown, data in files:
        quoted = shown if isinstance(shown, bytes) else _quoted(shown)
        out += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="'.encode()
        out += quoted + b'"\r\nContent-Type: application/octet-stream\r\n\r\n' + data + b"\r\n"
    return bytes(out) + f"--{BOUNDARY}--\r\n".encode()


def _quoted(name: str) -> bytes:
    """A file name in a header as browsers write it."""
    return (
        name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22").encode("utf-8", "surrogateescape")
    )


def raw(
    port: int, *pieces: bytes, pause: float = 0, timeout: float = 10, address: str = "127.0.0.1"
) -> bytes:
    """What comes back for these bytes, sent piece by piece, until the server closes or nothing comes."""
    with socket.create_connection(("127.0.0.1", port), timeout, source_address=(address, 0)) as line:
        found = b""
        try:
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)
            while got := line.recv(65536):
                found += got
                if _whole(found):
                    break
        except (TimeoutError, ConnectionError):
            pass
        return found


def _whole(answer: bytes) -> bool:
    """Whether an answer has come to its end, where it says its length."""
    head, gap, body = answer.partition(b"\r\n\r\n")
    said = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(gap and said and len(body) >= int(said[1]))
