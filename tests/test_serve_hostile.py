"""Files that are sent to the collecting desk to do harm: their names, archives, texts for pages and cells."""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest

from support.desk_checks import INTERNALS, is_harmless, memory, outside
from support.desk_server import Server, desk, spoilt, workbook
from support.hostile_names import hostile_names

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}{% raw %}"
FORMULA = '=HYPERLINK("http://evil.example","看")'


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
    for name in (*NAMES, *BYTES, *hostile_names()[:16]):
        data = f"{sent}：{name!r}".encode()
        own = [("自评表.xlsx", book)] if sent < 4 else []  # only with a form it can be submitted
        page = person.upload([(name, data), *own])
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
    assert sent > 40
    assert outside(served) == around
    for name in before:
        parts = Path(name).parts
        assert len(parts) == 3 and parts[0].startswith("104") and parts[1].startswith("第"), name
        assert not any(part.startswith(".") or part.endswith((".", " ")) for part in parts)
        assert all(len(part.encode()) <= 255 for part in parts)


def test_all_hostile_names_in_one_submission(served, person, book):
    """Distinct files for names that are alike once they are safe, and nothing lost."""
    before = set(served.files())
    names = [
        name for name in NAMES[:16] if ".~" not in name
    ]  # files that programs leave behind are not taken
    names += [*hostile_names()[:30], "A.txt", "a.txt", "a.TXT", "a.txt"]
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


# Texts.


def test_markup_and_formulas_of_a_workbook_stay_texts(served, tmp_path, prepared_county):
    """In the cells that a page shows, in names, explanations, reasons, and in the files that are stored."""
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


def test_the_server_has_met_no_bug(served, person):
    """The last of this file: after all of the above it lives, and has printed no traceback."""
    assert person.get("/home").status == 200
    assert "Traceback" not in served.output, served.output[-3000:]
