"""Files on their way in: from the network to the desk piece by piece, within bounds, whole or not at all."""

from __future__ import annotations

import json
import os

import pytest

from selfeval_xl.errors import OutputError, Refused
from selfeval_xl.server.desk import Limits
from selfeval_xl.server.web.app import make_app
from selfeval_xl.server.web.site import Site
from selfeval_xl.server.web.uploads import MOST_FIELDS, PIECE
from support.asgi import Browser
from support.example_desk import CODE, ExampleDesk

KIND = "multipart/form-data; boundary=edge"


@pytest.fixture
def desk(tmp_path) -> ExampleDesk:
    return ExampleDesk(tmp_path, Limits(draft_bytes=20 << 20))


@pytest.fixture
def filler(desk) -> Browser:
    return Browser(make_app(desk, Site(8765))).log_in("101", CODE)


@pytest.fixture
def officer(desk) -> Browser:
    return Browser(make_app(desk, Site(8765))).log_in("王强", CODE)


def part(name: str, value: bytes, *heads: bytes) -> bytes:
    """A part of a body: a field, or a file where a head says so."""
    first = b'Content-Disposition: form-data; name="' + name.encode() + b'"'
    return (
        b"--edge\r\n"
        + b"\r\n".join([heads[0] if heads else first, *heads[1:]])
        + b"\r\n\r\n"
        + value
        + b"\r\n"
    )


def file(shown_name: bytes, data: bytes, name: bytes = b"files") -> bytes:
    """A part with a file."""
    head = b'Content-Disposition: form-data; name="' + name + b'"; filename="' + shown_name + b'"'
    return part("", data, head, b"Content-Type: application/octet-stream")


def sent(person: Browser, *parts: bytes, path: str = "/drafts", end: bytes = b"--edge--\r\n", **more):  # type: ignore[no-untyped-def]
    """An upload with the token of the last page before its parts."""
    whole = part("csrf", person.csrf.encode()) + b"".join(parts) + end
    pieces = [whole[at : at + 65536] for at in range(0, len(whole), 65536)]
    headers = {"content-type": KIND, **more.pop("headers", {})}
    return person.ask("POST", path, pieces, headers, **more)


def test_files_arrive_as_they_were_sent(filler, desk):
    data = os.urandom(3_000_000)
    answer = sent(
        filler, file("自评表.xlsx".encode(), data), file(b"a/b/c.pdf", b""), file(b"x%22y.zip", b"\r\n--edg")
    )
    assert answer.header("location") == "/drafts/d1"
    assert [(kept.shown_name, kept.getvalue(), kept.state) for kept in desk.files] == [
        ("自评表.xlsx", data, "finished"),
        ("a/b/c.pdf", b"", "finished"),
        ("x%22y.zip", b"\r\n--edg", "finished"),
    ]
    assert [call[0] for call in desk.asked] == ["new_draft", "check"]


def test_a_file_is_never_whole_in_memory(filler, desk):
    sent(filler, file(b"a.xlsx", os.urandom(5 << 20)))
    assert sum(desk.pieces) == 5 << 20 and max(desk.pieces) <= PIECE + 65536


def test_the_script_gets_an_address_and_sentences(filler, desk):
    script = {"accept": "application/json", "x-csrf": filler.csrf}
    done = sent(filler, file(b"a.xlsx", b"x"), headers=script)
    assert (done.status, json.loads(done.body)) == (200, {"to": "/drafts/d1"})
    large = sent(filler, file(b"a.xlsx", b"x" * (11 << 20)), headers=script)
    assert (large.status, json.loads(large.body)) == (400, {"error": "“a.xlsx”太大。"})
    desk.sessions.clear()
    assert sent(filler, file(b"a.xlsx", b"x"), headers=script).status == 401


def test_the_token_may_come_with_the_head_alone(filler, desk):
    body = file(b"a.xlsx", b"x") + b"--edge--\r\n"
    answer = filler.ask("POST", "/drafts", body, {"content-type": KIND, "x-csrf": filler.csrf})
    assert answer.status == 303 and len(desk.files) == 1


@pytest.mark.parametrize("token", ["", "x", "csrf-token-of-2-0", "密"])
def test_no_file_is_taken_without_the_token(filler, desk, token):
    body = part("csrf", token.encode()) + file(b"a.xlsx", b"x") + b"--edge--\r\n"
    assert filler.ask("POST", "/drafts", body, {"content-type": KIND}).status == 403
    late = file(b"a.xlsx", b"x") + part("csrf", filler.csrf.encode()) + b"--edge--\r\n"
    assert filler.ask("POST", "/drafts", late, {"content-type": KIND}).status == 403
    assert not desk.files and not desk.asked


def test_nothing_chosen_is_said_and_makes_no_draft(filler, desk):
    for parts in ((), (file(b"", b""),)):
        answer = sent(filler, *parts)
        assert (
            answer.status == 400
            and "没有选文件" in answer.words
            and answer.tree.xpath('//form[@id="upload"]')
        )
    assert not desk.asked


@pytest.mark.parametrize(
    "broken",
    [
        {"end": b""},
        {"end": b"--edge"},
        {"end": b"--edge\r\nContent-Disposition: form-data; name="},
        {"headers": {"content-type": "multipart/form-data"}},
        {"headers": {"content-type": "multipart/form-data; boundary="}},
        {"headers": {"content-type": "multipart/form-data; boundary=" + "x" * 250}},
        {"headers": {"content-type": "text/plain"}},
        {"headers": {"content-type": "multipart/mixed; boundary=edge"}},
        {"gone": True, "end": b""},
    ],
    ids=str,
)
def test_what_is_cut_short_or_no_form_leaves_nothing(filler, desk, broken):
    answer = sent(filler, file(b"a.xlsx", b"x" * 200_000)[:-2], **broken)
    assert answer.status in (400, 403) and "不完整" in answer.words
    assert [kept.state for kept in desk.files if kept.state != "dropped"] == []
    assert [call[0] for call in desk.asked] in ([], ["new_draft", "drop"])


@pytest.mark.parametrize(
    "parts",
    [
        (part("", b"x", b"X: y"),),
        (part("", b"x", b"Content-Disposition: attachment; filename=a.xlsx"),),
        (part("", b"x", *[b"X: y"] * 20),),
        (part("", b"x", b'Content-Disposition: form-data; name="files"; filename="' + b"x" * 9000 + b'"'),),
        (
            part(
                "", b"x", b'Content-Disposition: form-data; name="files"; filename="a"', b"X: " + b"y" * 9000
            ),
        ),
        tuple(part(f"f{n}", b"x") for n in range(MOST_FIELDS + 1)),
        (part("note", b"x" * 5000),),
    ],
    ids=[
        "no disposition",
        "another one",
        "many heads",
        "long name",
        "long head",
        "many fields",
        "long field",
    ],
)
def test_parts_that_no_browser_sends_are_refused(filler, desk, parts):
    answer = sent(filler, *parts, file(b"a.xlsx", b"x"))
    assert answer.status == 400 and not desk.files


def test_a_file_that_is_refused_takes_the_whole_upload_with_it(filler, desk):
    answer = sent(filler, file(b"a.xlsx", b"x"), file(b"b.xlsx", b"x" * (11 << 20)), file(b"c.xlsx", b"x"))
    assert answer.status == 400 and "“b.xlsx”太大" in answer.words
    assert [kept.state for kept in desk.files] == ["finished", "dropped"]
    assert [call[0] for call in desk.asked] == ["new_draft", "drop"]


def test_a_body_above_the_bound_is_refused_by_its_word_and_by_count(filler, desk):
    said = sent(filler, file(b"a.xlsx", b"x"), headers={"content-length": str(30 << 20)})
    counted = sent(
        filler,
        *[file(b"%d.xlsx" % n, b"x" * (8 << 20)) for n in range(3)],
        headers={"content-length": "1000"},
    )
    for answer in (said, counted):
        assert answer.status == 413 and "太大" in answer.words and "20MB" in answer.words
    assert not [kept for kept in desk.files if kept.state == "open"]
    assert [call[0] for call in desk.asked] == ["new_draft", "drop"]


def test_a_full_disk_is_a_sentence_without_the_place(filler, desk, monkeypatch, capsys):
    def full(*_: object) -> None:
        raise OutputError("写不进“/秘密/草稿”：磁盘已满。")

    monkeypatch.setattr("support.example_desk.Kept.write", full)
    answer = sent(filler, file(b"a.xlsx", b"x"))
    assert answer.status == 503 and "秘密" not in answer.text and "编号" in answer.words
    assert "磁盘已满" in capsys.readouterr().err and [call[0] for call in desk.asked] == ["new_draft", "drop"]


def test_only_so_many_uploads_at_a_time(filler, desk):
    from selfeval_xl.server.web.receiving import AT_ONCE

    inner = filler.app.app.router.routes  # type: ignore[attr-defined]
    (uploads,) = {route.endpoint.__self__ for route in inner if route.path == "/drafts"}
    uploads._under_way[1] = AT_ONCE
    answer = sent(filler, file(b"a.xlsx", b"x"))
    assert answer.status == 429 and "没有完" in answer.words and not desk.files
    uploads._under_way[1] = AT_ONCE - 1
    assert sent(filler, file(b"a.xlsx", b"x")).status == 303 and uploads._under_way[1] == AT_ONCE - 1


def test_an_officer_hands_in_one_workbook(officer, desk):
    officer.get("/county")
    answer = sent(officer, file("全县.xlsx".encode(), b"PK", b"file"), path="/county/opinions")
    assert answer.status == 200 and "已换上" in answer.words
    assert desk.asked[-1][0] == "take_county" and desk.files[0].state == "finished"
    two = sent(officer, file(b"a.xlsx", b"1"), file(b"b.xlsx", b"2"), path="/county/opinions")
    assert two.status == 400 and "一份" in two.words and desk.files[1].state == "dropped"
    assert sent(officer, file(b"a.xlsx", b"x")).status == 404


def test_a_department_hands_in_no_county_workbook(filler, desk):
    assert sent(filler, file(b"a.xlsx", b"x"), path="/county/opinions").status == 404 and not desk.files


def test_a_refused_draft_says_why_on_the_first_page(filler, desk):
    desk.fails = None
    real = desk.new_draft

    def many(*_: object) -> str:
        raise Refused("您有五份还没有报送的，请先报送或删掉一份。")

    desk.new_draft = many  # type: ignore[method-assign]
    answer = sent(filler, file(b"a.xlsx", b"x"))
    assert (
        answer.status == 400 and "五份" in answer.words and answer.tree.xpath('//form[@id="upload"]') and real
    )
