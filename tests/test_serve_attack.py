"""What is sent to the collecting desk to do harm: names, bodies, slow senders, archives, texts for pages and cells."""

from __future__ import annotations

import hashlib
import io
import json
import re
import socket
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest

from support.desk_client import BOUNDARY, Page, multipart, raw
from support.desk_server import Server, children, desk, spoilt, workbook
from support.hostile_names import hostile_names

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}{% raw %}"
FORMULA = '=HYPERLINK("http://evil.example","看")'
INTERNALS = re.compile(
    r"Traceback|starlette|uvicorn|python|sqlite|selfeval_xl|\.py\b|/tmp/|/root/|line \d+", re.IGNORECASE
)
EVENTS = re.compile(r"^on[a-z]+$")


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


def outside(server: Server) -> dict[str, str]:
    """What lies around the receiving folder and the state, by its digest."""
    return {
        str(path.relative_to(server.root.parent)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in server.root.parent.rglob("*")
        if path.is_file()
        and server.received not in path.parents
        and server.state not in path.parents
        and path.name != "服务.txt"
    }


def is_harmless(page: Page) -> None:
    """No script, no attribute with one, no style in the page, nothing from outside, nothing of the inside."""
    if "text/html" not in page.header("content-type"):
        return
    for element in page.tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag != "script" or (element.get("src") or "").startswith("/static/"), page.path
        assert element.tag not in ("iframe", "object", "embed", "base", "style", "img", "svg"), element.tag
        for name, value in element.items():
            assert not EVENTS.match(name) and name != "style", (page.path, name)
            if name in ("href", "src", "action", "formaction"):
                assert re.match(r"^[/#?]", value) and not value.startswith("//"), (page.path, value)
    assert "49" not in re.findall(r"alert\(2\)>(\d\d)", page.text)


def drafts(server: Server) -> list[Path]:
    """The files of trials in the state."""
    return [path for path in (server.state / "drafts").rglob("*") if path.is_file()]


# Names.


NAMES = (
    "../../../etc/cron.d/x.xlsx",
    "..\\..\\windows\\x.xlsx",
    "/etc/passwd.xlsx",
    "C:\\autoexec.xlsx",
    "\\\\server\\share\\x.xlsx",
    "a/../../b/自评表.xlsx",
    "./.~collect.xlsx",
    ".~$自评表.xlsx",
    "CON.xlsx",
    "aux",
    "COM1.xlsx.",
    "名称... . .",
    "表" * 85 + ".xlsx",
    "x" * 255,
    "x" * 4000 + ".xlsx",
    "换\r\n行.xlsx",
    "Content-Type: text/html\r\n\r\n<script>.xlsx",
    "a\u202excod.xlsx",
    "\u200b.xlsx",
    "~",
    "-rf",
    "a:b|c?d*e.xlsx",
    "%2e%2e%2fx.xlsx",
    MARKUP + ".xlsx",
    "desk.sqlite",
    "回执.xlsx",
)
BYTES = (
    b"\xff\xfe\xff.xlsx",
    b"a\0b.xlsx",
    b"..\0/x.xlsx",
    b"\xed\xa0\x80.xlsx",
    "教育局.xlsx".encode("gbk"),
    b"",
    b"   ",
    b".",
    b"..",
    b"/",
    b"\\",
    b"../",
    b'a"; name="csrf',
    b'a\\"b.xlsx',
)


def test_names_never_become_paths(served, person, book):
    """Each file arrives whole below the folder of its department, whatever it calls itself."""
    around, before = outside(served), set(served.files())
    sent = 0
    for name in (*NAMES, *BYTES, *hostile_names()[:40]):
        data = f"{sent}：{name!r}".encode()
        page = person.upload([(name, data), ("自评表.xlsx", book)])
        assert page.status in (303, 400, 413, 422), (name, page.status)
        if page.status != 303:
            is_harmless(page)
            continue
        draft = person.wait(page.location, 120)
        is_harmless(draft)
        if sent < 4:
            receipt = person.follow(person.post(f"{draft.path}/submit"))
            is_harmless(receipt)
            assert receipt.status == 200, receipt.words
            new = set(served.files()) - before
            assert data in [(served.received / name).read_bytes() for name in new]
            before |= new
        else:
            person.post(f"{draft.path}/drop")
        sent += 1
    assert sent > 60
    assert outside(served) == around
    for name in before:
        parts = Path(name).parts
        assert len(parts) == 3 and parts[0].startswith("104") and parts[1].startswith("第"), name
        assert not any(part.startswith(".") or part.endswith((".", " ")) for part in parts)
        assert all(len(part.encode()) <= 255 for part in parts)


def test_all_hostile_names_in_one_submission(served, person, book):
    """Distinct files for names that are alike once they are safe, and nothing lost."""
    before = set(served.files())
    names = [*NAMES[:9], *NAMES[9:16], *hostile_names()[:30], "A.txt", "a.txt", "a.TXT", "a.txt"]
    names = [name for name in names if len(name) < 300]
    files = [(name, f"{number}".encode()) for number, name in enumerate(names)]
    draft = person.checked([*files, ("自评表.xlsx", book)])
    receipt = person.follow(person.post(f"{draft.path}/submit"))
    assert receipt.status == 200, receipt.words
    new = set(served.files()) - before
    contents = {(served.received / name).read_bytes() for name in new}
    assert {data for _, data in files} <= contents
    assert len({name.casefold() for name in new}) == len(names) + 1
    download = served.client("104")
    shown = re.findall(
        r'href="(/submissions/[^"]+/files/\d+)"',
        download.get(receipt.path.replace("receipts", "submissions")).text,
    )
    assert len(shown) == len(names) + 1
    for path in shown:
        page = download.get(path)
        said = page.header("content-disposition")
        assert page.status == 200 and said.startswith("attachment"), said
        assert "\n" not in said and "\r" not in said and len(said) < 2000
        assert page.header("content-type") == "application/octet-stream"
        assert page.body in contents


# Bodies.


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
    """A hundred half heads and bodies stay open while others work; an upload that breaks off leaves nothing."""
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


# Archives.


def zeros(megabytes: int) -> bytes:
    """A zip with one member of this many megabytes of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("自评表.xlsx", "w", force_zip64=True) as member:
            for _ in range(megabytes):
                member.write(b"\0" * (1 << 20))
    return out.getvalue()


def nested(depth: int, inner: bytes, name: str = "自评表.xlsx") -> bytes:
    """Archives within archives."""
    for level in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{level}.zip" if level else name, inner)
        inner = out.getvalue()
    return inner


def archive_of(*members: tuple[str, bytes]) -> bytes:
    """An archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def memory(server: Server) -> float:
    """The memory of the server and its workers, in MB."""
    total = 0
    for pid in [server.process.pid, *children(server.process.pid)]:
        try:
            said = re.search(r"Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())
        except OSError:
            continue
        total += int(said[1]) if said else 0
    return total / 1024


def test_bombs_cost_themselves(served, person, book):
    """An archive that is too much for the desk is said to be so; what is beside it is checked as ever."""
    around = outside(served)
    most = 0.0
    bombs = {
        "炸弹.zip": zeros(300),
        "套娃.zip": nested(7, book),
        "套炸弹.zip": nested(2, zeros(200)),
        "很多.zip": archive_of(*((f"{n}.txt", b"") for n in range(3000))),
        "越界.zip": archive_of(("../../x.xlsx", book), ("/abs.xlsx", book), ("a\\..\\..\\b.xlsx", book)),
        "坏.zip": archive_of(("a.xlsx", book))[:-50],
        "炸弹.xlsx": archive_of(
            ("[Content_Types].xml", b"<Types/>" + b" " * (200 << 20)), ("xl/workbook.xml", b"")
        ),
    }
    for name, data in bombs.items():
        draft = person.checked([(name, data), ("自评表.xlsx", book)])
        most = max(most, memory(served))
        assert name.split(".")[0] in draft.words, name
        assert "实际" in draft.words or draft.tree.xpath('//form[contains(@action, "/submit")]'), draft.words
        is_harmless(draft)
        assert not INTERNALS.search(draft.words), draft.words
        person.post(f"{draft.path}/drop")
    assert outside(served) == around
    assert most < 700, most
    assert not [path for path in served.root.rglob("x.xlsx")]


# Texts.


def test_markup_and_formulas_of_a_workbook_stay_texts(served, tmp_path, prepared_county):
    """In the cells that a page shows, in names, explanations and reasons, and in the files that are stored."""
    projects = spoilt("104")
    projects[0] |= {"project": f"食堂{MARKUP}"}
    projects[0]["indicators"][0] |= {"name": f"数量{MARKUP}", "actual": f"3个{MARKUP}"}
    projects[0]["indicators"][1] |= {"note": MARKUP, "target": MARKUP}
    sent = workbook(tmp_path / "自评表.xlsx", "104", projects=projects).read_bytes()
    person, officer = served.client("104"), served.client("officer")
    draft = person.checked([(f"自评表{MARKUP}.xlsx", sent)])
    is_harmless(draft)
    assert "alert(1)" in draft.words
    fields = [
        str(name) for name in draft.tree.xpath("//textarea/@name | //input[starts-with(@name, 'e')]/@name")
    ]
    texts = [FORMULA, MARKUP, "\0\x0b\x1f控制符", "𠮷" * 100, "+1+cmd|' /C calc'!A0", "@SUM(1)", "-1"]
    typed = {name: texts[number % len(texts)] for number, name in enumerate(fields)}
    assert len(typed) >= 2, draft.words
    saved = person.post(f"{draft.path}/explanations", typed)
    assert saved.status == 303
    is_harmless(person.get(draft.path))
    receipt = person.follow(person.post(f"{draft.path}/submit"))
    assert receipt.status == 200, receipt.words
    submission = receipt.path.replace("receipts", "submissions")
    for page in (
        receipt,
        person.get(submission),
        person.get("/home"),
        officer.get("/departments/104"),
        officer.get("/ledger"),
        officer.get("/log"),
        officer.get(submission),
        officer.get(receipt.path),
    ):
        assert page.status == 200
        is_harmless(page)
    officer.get("/departments/104")
    job = officer.post("/departments/104/return", {"reason": MARKUP + FORMULA, "until": MARKUP})
    if job.status == 303:
        is_harmless(officer.wait(job.location))
    stored = [
        path for path in served.received.rglob("*.xlsx") if "alert" in path.name or "script" in path.name
    ]
    assert stored
    cells = [
        cell
        for path in stored
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]
    found = {cell.value: cell.data_type for cell in cells}
    assert MARKUP in found
    assert all(found.get(text, "s") == "s" for text in texts), "a typed text became a formula"
    assert FORMULA in found or FORMULA not in typed.values()


# Order of steps, and the same step again.


def test_a_submission_is_made_once(served, book):
    """The same form sent again, also by eight at once, and every step out of its order."""
    person = served.client("106")
    person.get("/home")
    before = served.files()
    early = person.upload([("自评表.xlsx", workbook(served.root / "106.xlsx", "106").read_bytes())]).location
    assert person.post(f"{early}/submit").status in (303, 400, 409, 422)  # not yet checked, or just so
    draft = person.wait(early)
    people = [served.client("106") for _ in range(8)]
    for each in people:
        each.csrf, each.cookies = person.csrf, person.cookies
        each.close()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: each.post(f"{early}/submit"), people))
    assert all(answer.status in (303, 404, 409, 400, 422) for answer in answers), [a.status for a in answers]
    assert len(served.files()) == len(before) + 1
    assert len({answer.location for answer in answers if answer.status == 303}) <= 1
    for step in ("submit", "confirm", "hand-back", "explanations", "drop"):
        assert person.post(f"{draft.path}/{step}", {"e1": "改"}).status in (303, 400, 404, 409, 422), step
    assert len(served.files()) == len(before) + 1


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
    """Pages, downloads, errors, static files, answers for scripts: each has the policy, and names no server."""
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
