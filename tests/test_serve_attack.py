"""Requests that are sent to the collecting desk to do harm: odd bodies, slow senders, unknown pages."""

from __future__ import annotations

import json
import re
import socket
import time

import pytest

from support.desk_checks import INTERNALS, drafts, is_harmless
from support.desk_client import BOUNDARY, multipart, raw
from support.desk_server import Server, desk, workbook


@pytest.fixture(scope="module")
def served(prepared_county, tmp_path_factory):
    with desk(prepared_county, tmp_path_factory.mktemp("attack") / "县") as server:
        yield server


@pytest.fixture(scope="module")
def person(served: Server):
    """The 填报人 of department 104."""
    found = served.client("104")
    found.get("/home")
    return found


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> bytes:
    """The filing of department 104."""
    return workbook(tmp_path_factory.mktemp("book") / "自评表.xlsx", "104").read_bytes()


def head(served: Server, person, *lines: str, path: str = "/drafts") -> bytes:
    """The head of an upload with the person's cookies, and these further lines."""
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    host = f"127.0.0.1:{served.port}"
    return "\r\n".join(
        (
            f"POST {path} HTTP/1.1",
            f"Host: {host}",
            f"Origin: http://{host}",
            f"Cookie: {cookie}",
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
            *lines,
            "",
            "",
        )
    ).encode()


def status(answer: bytes) -> int:
    """The status of a raw answer, 0 where there is none."""
    found = re.match(rb"HTTP/1\.\d (\d+)", answer)
    return int(found[1]) if found else 0


def test_a_body_that_says_it_is_huge_is_refused_unread(served, person):
    begun = time.monotonic()
    answer = raw(served.port, head(served, person, "Content-Length: 107374182400"), b"x" * 1000)
    assert status(answer) == 413 and time.monotonic() - begun < 5
    for said in ("-1", "1e9", "+5", "99999999999999999999999", "x", ""):
        assert status(raw(served.port, head(served, person, f"Content-Length: {said}"))) in (0, 400, 413)


def test_a_file_above_the_bound_is_refused_and_leaves_nothing(served, person):
    before = drafts(served)
    large = b"\0" * (51 << 20)
    page = person.upload([("大文件.xlsx", large)])
    assert page.status in (400, 413, 422)
    assert "50MB" in page.words and "大文件" in page.words, page.words
    is_harmless(page)
    assert drafts(served) == before


def test_a_body_without_a_length_is_counted(served, person):
    """Chunks beyond the bound end the upload; what had come is deleted."""
    before = drafts(served)
    opening = multipart({"csrf": person.csrf}, [("大.xlsx", b"")]).partition(
        b"\r\n--" + BOUNDARY.encode() + b"--"
    )[0]
    with socket.create_connection(("127.0.0.1", served.port), 20) as line:
        line.sendall(head(served, person, "Transfer-Encoding: chunked"))
        line.sendall(f"{len(opening):x}\r\n".encode() + opening + b"\r\n")
        piece, sent = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n", 0
        answer = b""
        try:
            while sent < 400:
                line.sendall(piece)
                sent += 1
        except OSError:
            pass
        try:
            answer = line.recv(65536)
        except OSError:
            pass
    assert sent < 400 or status(answer) in (400, 413, 422)
    assert status(answer) in (0, 400, 413, 422)
    end = time.monotonic() + 10
    while drafts(served) != before and time.monotonic() < end:
        time.sleep(0.1)
    assert drafts(served) == before


@pytest.mark.parametrize(
    "lines, body",
    [
        (["Transfer-Encoding: chunked"], b"zz\r\nabc\r\n0\r\n\r\n"),
        (["Transfer-Encoding: chunked"], b"ffffffffffffffff\r\nabc"),
        (["Transfer-Encoding: chunked", "Content-Length: 5"], b"0\r\n\r\nGET /log HTTP/1.1\r\n\r\n"),
        (["Content-Length: 5", "Content-Length: 50"], b"hello"),
        (["Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n"),
        (["Content-Length: 0"], b""),
        (["Content-Length: 20"], b"--wrong boundary----"),
        (["Content-Encoding: gzip", "Content-Length: 20"], b"\x1f\x8b" + b"0" * 18),
        (["Expect: 200-ok", "Content-Length: 3"], b"abc"),
        (["X: " + "y" * 100_000], b""),
        ([f"X{n}: y" for n in range(2000)], b""),
    ],
)
def test_odd_requests_are_refused(served, person, lines, body):
    before = drafts(served)
    answer = raw(served.port, head(served, person, *lines), body, timeout=5)
    assert status(answer) in (0, 400, 403, 411, 413, 415, 417, 422, 431), answer[:200]
    assert b"HTTP/1.1" not in answer[12:] or b"GET /log" not in answer
    assert not INTERNALS.search(answer.decode("utf-8", "replace")), answer[:500]
    assert drafts(served) == before
    assert person.get("/home").status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--" + BOUNDARY.encode() + b"--\r\n",
        multipart({"csrf": "CSRF"}, [("a.xlsx", b"x")])[:-30],
        multipart({"csrf": "CSRF"}, [("a.xlsx", b"x")]).replace(b"filename=", b"filename*=UTF-8''%00;x="),
        multipart({"csrf": "CSRF"}, [("a.xlsx", b"x")]).replace(b"\r\n", b"\n"),
        multipart({"csrf": "CSRF"} | {f"f{n}": "x" for n in range(500)}, [("a.xlsx", b"x")]),
        multipart({"csrf": "CSRF", "f": "x" * 1_000_000}, [("a.xlsx", b"x")]),
        multipart({"csrf": "CSRF"}, [(b"x" * 1_000_000, b"x")]),
        multipart({"csrf": "CSRF"}, [(f"{n}.txt", b"x") for n in range(400)]),
        multipart({}, [("a.xlsx", b"x")]) + multipart({"csrf": "CSRF"}, []),
    ],
    ids=["empty", "no part", "cut", "star", "lf", "fields", "field", "name", "files", "token last"],
)
def test_odd_uploads_are_refused_and_leave_nothing(served, person, body):
    before = drafts(served)
    body = body.replace(b"CSRF", person.csrf.encode())
    page = person.ask("POST", "/drafts", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    if page.status == 303:  # what could be understood was a file
        person.post(f"{person.wait(page.location).path}/drop")
    else:
        assert page.status in (400, 403, 413, 422), page.status
        assert not INTERNALS.search(page.words), page.words
    assert drafts(served) == before


# Slow senders.


def test_slow_senders_hold_up_nobody(served, person, book):
    """A hundred half heads and bodies stay open while others work; what breaks off leaves nothing."""
    before = drafts(served)
    lines = []
    for number in range(100):
        line = socket.create_connection(
            ("127.0.0.1", served.port), 10, source_address=(f"127.0.6.{number + 1}", 0)
        )
        line.sendall(
            b"POST /drafts HTTP/1.1\r\nHost: 127.0.0.1"
            if number % 2
            else head(served, person, "Content-Length: 1000000")
        )
        if number % 2 == 0:
            line.sendall(multipart({"csrf": person.csrf}, [("慢.xlsx", b"x" * 500)])[:-40])
        lines.append(line)
    begun = time.monotonic()
    other = served.client("105")
    for _ in range(10):
        assert other.get("/home").status == 200
    assert time.monotonic() - begun < 10
    for line in lines:
        line.close()
    end = time.monotonic() + 15
    while drafts(served) != before and time.monotonic() < end:
        time.sleep(0.2)
    assert drafts(served) == before


@pytest.mark.soak
def test_a_slow_sender_is_cut_off(served, person):
    """One byte a second: the head and the body each have their time."""
    for opening in (b"GET /home HTTP/1.1\r\nHost: 127", head(served, person, "Content-Length: 1000000")):
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", served.port), 5) as line:
            line.sendall(opening)
            try:
                while time.monotonic() - begun < 120:
                    line.sendall(b"x")
                    time.sleep(1)
            except OSError:
                pass
        assert time.monotonic() - begun < 60


def test_unknown_pages_say_nothing_of_the_inside(served, person):
    officer = served.client("officer")
    for path in (
        "/x",
        "/static/../desk.sqlite",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static//etc/passwd",
        "//evil.example/",
        "/static/",
        "/drafts/",
        "/departments/" + "x" * 400,
        "/departments/%00",
        "/departments/%ff",
        "/departments/" + "%F0%A0%AE%B7",
        "/.git/config",
        "/docs",
        "/openapi.json",
        "/log?page=" + "9" * 300,
        "/log?page=-1",
        "/log?page=x",
        "/home?" + "a=1&" * 100,
        "/" + "a" * 70_000,
    ):
        for who in (person, officer):
            page = who.get(path)
            assert page.status in (200, 303, 400, 404, 414), (path, page.status)
            assert not INTERNALS.search(page.words if page.body else ""), path
            assert "root:" not in page.text
            is_harmless(page)
            if page.status == 303:
                assert page.location.startswith("/") and not page.location.startswith("//")


def test_every_answer_carries_its_headers(served, person):
    """Pages, downloads, errors, static files, answers for scripts: each has the policy, none a server."""
    for path in ("/", "/login", "/home", "/x", "/static/desk.css", "/static/desk.js", "/drafts/x/state"):
        page = person.get(path)
        policy = dict(
            part.strip().partition(" ")[::2] for part in page.header("content-security-policy").split(";")
        )
        assert policy["default-src"] == "'none'", path
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert all(
            "unsafe" not in value and "http" not in value and "*" not in value for value in policy.values()
        )
        assert page.header("x-content-type-options") == "nosniff"
        assert page.header("referrer-policy") in ("no-referrer", "same-origin")
        assert "no-store" in page.header("cache-control") or path.startswith("/static/")
        assert not page.header("server") and not page.header("x-powered-by")
        assert not page.header("access-control-allow-origin")
        if page.body:
            assert page.header("content-type").startswith(
                (
                    "text/html; charset=utf-8",
                    "text/css; charset=utf-8",
                    "text/javascript; charset=utf-8",
                    "application/json",
                )
            ), page.header("content-type")
        if "json" in page.header("content-type"):
            json.loads(page.text)


def test_the_server_has_met_no_bug(served, person):
    """The last of this file: after all of the above it lives, and has printed no traceback."""
    assert person.get("/home").status == 200
    assert "Traceback" not in served.output, served.output[-3000:]
