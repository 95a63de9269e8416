"""The pages of the collecting desk: who gets which, what every answer carries, what they look like inside."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from selfeval_xl.errors import OutputError, Refused
from selfeval_xl.model.findings import Counts
from selfeval_xl.server.desk.records import DRAFT_STATES
from selfeval_xl.server.web.app import PAGES, Access, make_app
from selfeval_xl.server.web.downloads import disposition
from selfeval_xl.server.web.guard import HEADERS, LONGEST_PATH, TLS_HEADERS
from selfeval_xl.server.web.pages import days_left, size
from selfeval_xl.server.web.site import Site, is_loopback, own_names, split_host
from support.asgi import Browser
from support.example_desk import CODE, COUNTS, DRAFT, NASTY, ROWS, ExampleDesk

IDS = {"id": "d1", "key": "101", "n": "1"}
OWN_IDS = {"/submissions": "s1", "/receipts": "s1", "/returns": "r1", "/jobs": "j2", "/accounts": "1"}


def path_of(entry) -> str:  # type: ignore[no-untyped-def]
    """The path of a page of the table, with ids that the example has."""
    first = "/" + entry.path.split("/")[1]
    return entry.path.format(**{**IDS, "id": OWN_IDS.get(first, "d1")})


SEEN = [
    entry
    for entry in PAGES
    if entry.method == "GET" and not re.search(r"files|marked|state|file$", entry.path)
]
CHANGING = [entry for entry in PAGES if entry.method == "POST" and entry.path not in ("/login",)]
by_path = {"ids": lambda entry: entry.path if hasattr(entry, "path") else str(entry)}


@pytest.fixture
def desk(tmp_path) -> ExampleDesk:
    return ExampleDesk(tmp_path)


@pytest.fixture
def browser(desk) -> Browser:
    """A browser without a login."""
    return Browser(make_app(desk, Site(8765)))


@pytest.fixture
def filler(browser) -> Browser:
    """The 填报人 of department 101."""
    return browser.log_in("101", CODE)


@pytest.fixture
def officer(desk) -> Browser:
    """An officer."""
    return Browser(make_app(desk, Site(8765))).log_in("王强", CODE)


def person_for(entry, desk) -> Browser:  # type: ignore[no-untyped-def]
    """A browser of somebody who may see a page."""
    login = "王强" if entry.access is Access.OFFICER else "101"
    return Browser(make_app(desk, Site(8765))).log_in(login, CODE)


# Every answer.


@pytest.mark.parametrize(
    "path, status", [("/login", 200), ("/nix", 404), ("/static/desk.css", 200), ("/static/", 404), ("/", 303)]
)
def test_every_answer_carries_the_headers(browser, path, status):
    answer = browser.get(path)
    assert answer.status == status
    for name, value in HEADERS.items():
        if not (path == "/static/desk.css" and name == "Cache-Control"):
            assert answer.all(name.lower()) == [value], name
    assert not answer.header("server") and not answer.header("strict-transport-security")
    assert "'none'" in answer.header("content-security-policy")
    assert "unsafe" not in answer.header("content-security-policy")


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/login.html", "/static/x"]
)
def test_of_the_files_of_the_pages_two_are_given(browser, path):
    assert browser.get(path).status == 404


def test_under_tls_cookies_and_pages_stay_under_tls(desk):
    browser = Browser(
        make_app(desk, Site(443, frozenset({"desk.example"}), tls=True)), host="desk.example", scheme="https"
    )
    answer = browser.get("/login")
    assert answer.header("strict-transport-security") == TLS_HEADERS["Strict-Transport-Security"]
    browser.post("/login", {"login": "101", "code": CODE})
    assert set(browser.cookies) == {"__Host-desk"}
    said = browser.get("/login").header("set-cookie")
    assert said == "" or "Secure" in said


def test_the_cookie_is_for_this_site_and_no_script(browser):
    browser.get("/login")
    (line, _) = browser.post("/login", {"login": "101", "code": CODE}).all("set-cookie")
    parts = {part.strip().lower() for part in line.split(";")[1:]}
    assert {
        "httponly",
        "samesite=strict",
        "path=/",
        "max-age=43200",
    } <= parts and "domain" not in line.lower()


# Names of the host.


@pytest.mark.parametrize(
    "host, local, answers",
    [
        ("127.0.0.1:8765", "127.0.0.1", True),
        ("localhost:8765", "127.0.0.1", True),
        ("LocalHost.:8765", "127.0.0.1", True),
        ("[::1]:8765", "::1", True),
        ("[0:0:0:0:0:0:0:1]:8765", "::1", True),
        ("192.168.1.10:8765", "192.168.1.10", True),
        ("192.168.1.10:8765", "::ffff:192.168.1.10", True),
        ("shouji.example:8765", "192.168.1.10", True),
        ("192.168.1.10:8765", "127.0.0.1", False),  # not the address that was called
        ("127.0.0.1", "127.0.0.1", False),  # another port
        ("127.0.0.1:80", "127.0.0.1", False),
        ("evil.example:8765", "127.0.0.1", False),
        ("127.0.0.1.evil.example:8765", "127.0.0.1", False),
        ("127.0.0.1:8765@evil.example", "127.0.0.1", False),
        ("2130706433:8765", "127.0.0.1", False),
        ("127.1:8765", "127.0.0.1", False),
        ("[::1", "::1", False),
        ("::1", "::1", False),
        ("", "127.0.0.1", False),
        (":8765", "127.0.0.1", False),
        ("localhost:８７６５", "127.0.0.1", False),
        ("localhost:8765:8765", "127.0.0.1", False),
    ],
)
def test_the_desk_answers_to_its_own_names_only(host, local, answers):
    assert Site(8765, frozenset({"localhost", "shouji.example"})).answers_to(host, local) is answers


def test_usual_ports_need_not_be_written():
    assert Site(443, tls=True).answers_to("localhost", "127.0.0.1")
    assert Site(80).answers_to("localhost", "127.0.0.1") and not Site(443).answers_to(
        "localhost", "127.0.0.1"
    )
    assert split_host("a:b") == ("", None) and split_host("[::1]x") == ("", None)


def test_only_a_loopback_host_is_nobody_elses():
    assert [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8")] == [
        True
    ] * 5
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "192.168.1.2", "desk", "")] == [False] * 5
    assert own_names("127.0.0.1") == {"localhost"} and "desk.example" in own_names(
        "0.0.0.0", ["Desk.Example"]
    )


def test_a_strangers_name_gets_a_page_without_anything(desk):
    answer = Browser(make_app(desk, Site(8765)), host="evil.example:8765").get("/login")
    assert answer.status == 400 and "csrf" not in answer.text and "网址" in answer.words


# Requests from elsewhere.


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 303),
        ({"origin": None}, 303),  # old browsers send none: the token decides
        ({"origin": None, "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://127.0.0.1:8765"}, 403),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
    ],
)
def test_a_form_comes_from_a_page_of_the_desk(filler, desk, headers, status):
    assert filler.post("/drafts/d1/drop", headers=headers).status == status
    assert bool(desk.asked) == (status == 303)


@pytest.mark.parametrize("entry", CHANGING, **by_path)
def test_no_form_is_taken_without_its_token(entry, desk):
    person = person_for(entry, desk)
    for token in ("", "csrf-token-of-9-0", person.csrf[:-1], "密"):
        assert person.post(path_of(entry), {"csrf": token, "reason": "x"}).status == 403
    assert desk.asked == [] and len(desk.sessions) == 1


def test_the_login_page_has_a_token_of_its_own(browser, desk):
    browser.get("/login")
    other = Browser(make_app(desk, Site(8765)))
    other.get("/login")
    assert browser.post("/login", {"login": "101", "code": CODE, "csrf": other.csrf}).status == 403
    browser.cookies.clear()
    assert browser.post("/login", {"login": "101", "code": CODE}).status == 403
    assert not desk.sessions


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get"])
def test_no_other_method_is_known(filler, method):
    assert filler.ask(method, "/home").status == 405


@pytest.mark.parametrize(
    "path, headers, body, status",
    [
        ("/drafts/d1/drop", {"content-length": "99999999999"}, b"", 413),
        ("/drafts/d1/drop", {"content-length": "x"}, b"", 400),
        ("/drafts/d1/drop", {"content-length": "-1"}, b"", 400),
        ("/drafts/d1/drop", {"content-length": "1" * 30}, b"", 400),
        ("/drafts/d1/drop", {"content-type": "text/plain"}, b"csrf=1", 400),
        ("/drafts/d1/drop", {"content-length": "5"}, b"x" * 70_000, 413),
        ("/drafts/d1/explanations", {}, b"csrf=1&e1=" + b"%E5" * 100_000, 403),
        ("/home?" + "x" * LONGEST_PATH, {}, b"", 414),
        ("/" + "x" * LONGEST_PATH, {}, b"", 414),
    ],
)
def test_bodies_and_addresses_are_bounded(filler, path, headers, body, status):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert filler.ask("POST", path, body, {**kind, **headers}).status == status


# Who sees what.


@pytest.mark.parametrize("entry", [entry for entry in PAGES if entry.access is not Access.ALL], **by_path)
def test_without_a_login_there_is_only_the_login(browser, entry):
    browser.get("/login")
    answer = browser.ask(entry.method, path_of(entry))
    assert (answer.status, answer.header("location")) == (303, "/login") and answer.body == b""


@pytest.mark.parametrize("entry", [entry for entry in PAGES if entry.access is Access.OFFICER], **by_path)
def test_a_department_has_no_page_of_the_bureau(filler, desk, entry):
    answer = filler.ask(entry.method, path_of(entry), b"")
    assert answer.status == 404 and not desk.asked


@pytest.mark.parametrize("entry", [entry for entry in PAGES if entry.access is Access.DEPARTMENT], **by_path)
def test_an_officer_has_no_page_of_a_department(officer, desk, entry):
    answer = officer.ask(entry.method, path_of(entry), b"")
    assert answer.status == 404 and not desk.asked


@pytest.mark.parametrize("path", ["/drafts/nix", "/drafts/nix/state", "/drafts/d1/marked/2", "/receipts/nix"])
def test_what_belongs_to_others_looks_like_what_is_not_there(filler, path):
    def words(answer):  # type: ignore[no-untyped-def]
        return answer.status, answer.words

    assert words(filler.get(path)) == words(filler.get("/drafts/another")) == words(filler.get("/nix"))


@pytest.mark.parametrize("n", ["0", "-1", "x", "1.0", "٣", "1" * 30])
def test_numbers_in_addresses_are_numbers(filler, n):
    assert filler.get(f"/drafts/d1/marked/{n}").status == 404


def test_a_session_that_has_ended_leads_to_the_login(filler, desk):
    desk.sessions.clear()
    assert filler.get("/home").header("location") == "/login"
    asked = filler.get("/drafts/d1/state", accept="application/json")
    assert asked.status == 401 and "重新登录" in asked.text


# What the pages say.


@pytest.mark.parametrize("entry", SEEN, **by_path)
def test_every_page_is_whole(entry, desk):
    """One head, a language, labels, no script or style inside, nothing from outside, texts as texts."""
    person = Browser(make_app(desk, Site(8765))) if entry.access is Access.ALL else person_for(entry, desk)
    answer = person.get(path_of(entry))
    if answer.status == 303:
        return
    assert answer.status == 200, answer.text
    tree = answer.tree
    assert tree.get("lang") == "zh-CN" and len(tree.findall(".//h1")) == 1 and tree.findtext(".//title")
    assert len(tree.findall(".//main")) == 1 and tree.xpath('//a[@href="#main"]')
    assert NASTY not in answer.text and "alert(1)<" not in answer.text.replace("&lt;", "")
    assert not tree.xpath("//style | //script[not(@src)] | //@style | //iframe | //object | //img")
    assert not [name for name in tree.xpath("//@*") if name.attrname.startswith("on")]
    for link in tree.xpath("//@href | //@src | //@action | //@formaction"):
        assert re.match(r"(/(?!/)|#)", link), link
    for field in tree.xpath('//input[not(@type="hidden" or @hidden)] | //textarea | //select'):
        assert tree.xpath(f'//label[@for="{field.get("id")}"]'), field.get("name")
    for form in tree.xpath('//form[@method="post"]'):
        assert form.xpath('.//input[@name="csrf"]/@value') == [person.csrf], form.get("action")
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for cell in tree.xpath('//table[contains(@class, "cards")]/tbody/tr/*'):
        assert cell.get("data-label"), "a card without the name of its value"


@pytest.mark.parametrize("entry", SEEN, **by_path)
def test_every_link_and_form_leads_somewhere(entry, desk):
    person = Browser(make_app(desk, Site(8765))) if entry.access is Access.ALL else person_for(entry, desk)
    page = person.get(path_of(entry))
    gets = [re.sub(r"{\w+}", "[^/]+", each.path) for each in PAGES if each.method == "GET"]
    posts = [re.sub(r"{\w+}", "[^/]+", each.path) for each in PAGES if each.method == "POST"]
    if not page.body:
        return
    for link in page.tree.xpath('//a/@href[starts-with(., "/")] | //form[@method="get"]/@action'):
        assert any(re.fullmatch(each, link.split("?")[0]) for each in gets), link
    for action in page.tree.xpath('//form[@method="post"]/@action | //@formaction'):
        assert any(re.fullmatch(each, action) for each in [*posts, "/drafts", "/county/opinions"]), action


def test_the_draft_has_every_finding_in_its_order(filler):
    tree = filler.get("/drafts/d1").tree
    rows = tree.xpath('//table[contains(@class, "findings")]/tbody/tr')
    assert [row.get("id") for row in rows] == ["f1", "f2", "f3", "f4"]
    shown = [" ".join(row.text_content().split()) for row in rows]
    for text, row in zip(shown, ROWS, strict=True):
        for part in (
            row.treatment.label,
            row.severity.label,
            row.sheet,
            row.cell,
            row.subject,
            row.value,
            row.hint,
        ):
            assert part in text
    assert tree.xpath('//ul[@class="tally"]/@aria-label') == [COUNTS.sentence()]
    assert tree.xpath('//textarea[@name="e3"]')[0].text == NASTY
    assert (
        "".join(tree.xpath('//ul[@class="tally"]')[0].text_content().split())
        == "须修改2处须说明1处下年完善1处"
    )


def test_nothing_that_is_to_be_done_is_hidden_by_what_is_explained(filler, desk):
    desk.shown = replace(DRAFT, counts=Counts(0, 1, 0, 2, 3), may_send=False, hindrances=("收件已经结束。",))
    page = filler.get("/drafts/d1")
    assert "另有3处已说明" in page.words and "财政核实2处" in page.words.replace(" ", "")
    assert "现在不能报送：收件已经结束。" in page.words and not page.tree.xpath('//form[@class="submit"]')
    assert page.tree.xpath('//form[@class="explanations"]')


@pytest.mark.parametrize("status", DRAFT_STATES)
def test_a_waiting_page_asks_again_without_a_script_and_others_do_not(filler, desk, status):
    desk.shown = replace(DRAFT, status=status, place=3 if status == "queued" else 0)
    page = filler.get("/drafts/d1")
    waits = status in ("queued", "checking", "uploading")
    assert bool(page.tree.xpath('//noscript/meta[@http-equiv="refresh"]')) is waits
    assert bool(page.tree.xpath("//@data-state")) is waits
    state = filler.get("/drafts/d1/state")
    assert (
        state.header("content-type") == "application/json"
        and f'"ready":{str(not waits).lower()}' in state.text
    )
    if status == "queued":
        assert "前面还有2份" in page.words and "前面还有2份" in state.text


def test_what_is_typed_beside_the_button_is_sent_with_it(filler, desk):
    answer = filler.post("/drafts/d1/submit", {"e1": " 已改\r\n见附件 ", "e3": "", "e": "x", "ex": "y"})
    assert answer.header("location") == "/receipts/s1"
    explain, submit = desk.asked
    assert explain[3] == {1: "已改\n见附件", 3: ""} and submit[0] == "submit"


def test_what_was_typed_is_not_lost_by_a_refusal(filler, officer, desk):
    desk.fails = Refused("第1条的单位说明太长。")
    for action in ("submit", "explanations"):
        page = filler.post(f"/drafts/d1/{action}", {"e1": "写了很久<的>说明"})
        assert page.status == 400 and page.tree.xpath('//textarea[@name="e1"]')[0].text == "写了很久<的>说明"
    for action in ("return", "reopen"):
        page = officer.post(f"/departments/101/{action}", {"reason": "数不对", "until": "4月40日"})
        assert page.status == 400
        assert page.tree.xpath(f'//*[@id="{action}-until"]/@value') == ["4月40日"]
        other = {"return": "reopen", "reopen": "return"}[action]
        assert page.tree.xpath(f'//*[@id="{other}-until"]/@value') == [""]


def test_the_script_keeps_explanations(filler, desk):
    kept = filler.post("/drafts/d1/explanations", {"e3": "有文件"}, {"accept": "application/json"})
    assert kept.status == 200 and "已经保存" in kept.text and desk.asked[0][3] == {3: "有文件"}
    desk.fails = Refused("太长。")
    refused = filler.post("/drafts/d1/explanations", {"e3": "有文件"}, {"accept": "application/json"})
    assert refused.status == 400 and refused.text == '{"error":"太长。"}'
    desk.fails = None
    assert filler.post("/drafts/d1/explanations", {"e3": "x"}).header("location") == "/drafts/d1?saved"
    assert "还没有报送" in filler.get("/drafts/d1?saved").words


def test_a_refusal_stands_on_the_page_with_everything_else(filler, desk):
    desk.fails = Refused("另一份材料刚刚报送，请重新打开这一页再报。")
    page = filler.post("/drafts/d1/submit", {"e1": "写了很久的说明"})
    assert page.status == 400 and page.tree.xpath('//*[@role="alert"]')[0].text == str(desk.fails)
    assert page.tree.xpath('//table[contains(@class, "findings")]')


def test_the_lead_confirms_or_gives_a_reason(desk):
    lead = Browser(make_app(desk, Site(8765))).log_in("101 lead", CODE)
    desk.shown = replace(DRAFT, status="waiting", may_send=False)
    page = lead.get("/drafts/d1")
    assert page.tree.xpath('//form[@class="confirm"]') and not page.tree.xpath('//form[@class="submit"]')
    assert not page.tree.xpath("//table//textarea")
    refused = lead.post("/drafts/d1/hand-back", {"reason": " "})
    assert refused.status == 400 and "原因" in refused.words
    assert lead.post("/drafts/d1/hand-back", {"reason": "数不对"}).header("location") == "/home"
    assert lead.post("/drafts/d1/confirm").header("location") == "/receipts/s1"


def test_a_lockout_says_how_long(browser):
    browser.get("/login")
    page = browser.post("/login", {"login": "locked", "code": "x"})
    assert (page.status, page.header("retry-after")) == (429, "60") and "60秒" in page.words
    wrong = browser.post("/login", {"login": NASTY, "code": "x"})
    assert wrong.status == 400 and wrong.tree.xpath('//input[@id="login"]/@value') == [NASTY]
    assert browser.post("/login", {"login": "", "code": ""}).status == 400


def test_the_inside_of_a_fault_stays_inside(filler, desk, capsys):
    desk.fails = OutputError("写不进“/秘密/desk.sqlite”：磁盘已满。")
    page = filler.get("/home")
    number = re.search(r"编号(\S+?)）", page.words)
    assert page.status == 503 and "秘密" not in page.text and number
    desk.fails = ZeroDivisionError("/秘密/文件")
    broken = filler.get("/home")
    assert broken.status == 500 and "秘密" not in broken.text and "ZeroDivision" not in broken.text
    assert broken.header("content-security-policy")
    said = capsys.readouterr().err
    assert number[1] in said and "磁盘已满" in said and "ZeroDivisionError" in said
    log = (desk.settings.state_place / "errors.log").read_text(encoding="utf-8")
    assert "Traceback" in log and number[1] in log


def test_a_login_is_changed_and_left(filler, desk):
    differs = filler.post("/code", {"old": CODE, "new": "一" * 12, "again": "二" * 12})
    assert differs.status == 400 and not desk.asked
    done = filler.post("/code", {"old": CODE, "new": "一" * 12, "again": "一" * 12})
    assert done.header("location") == "/code?changed" and "已经改好" in filler.get("/code?changed").words
    left = filler.post("/logout")
    assert left.header("location") == "/login" and not desk.sessions and "desk" not in filler.cookies


def test_a_new_login_ends_the_one_before(filler, desk):
    filler.get("/login")
    assert filler.post("/login", {"login": "王强", "code": CODE}).header("location") == "/ledger"
    assert [session.account.name for session in desk.sessions.values()] == ["王强"]


# Files to take away.


@pytest.mark.parametrize(
    "name, header",
    [
        ("a.xlsx", "attachment; filename=\"a.xlsx\"; filename*=UTF-8''a.xlsx"),
        (
            "自评表.xlsx",
            "attachment; filename=\"download.xlsx\"; filename*=UTF-8''%E8%87%AA%E8%AF%84%E8%A1%A8.xlsx",
        ),
        ('a"b\r\nX: y.xlsx', "attachment; filename=\"download.xlsx\"; filename*=UTF-8''a_b__X%3A%20y.xlsx"),
        ("../../etc/passwd", "attachment; filename=\"download\"; filename*=UTF-8''_.._etc_passwd"),
        ("\u202egnp.exe", "attachment; filename=\"_gnp.exe\"; filename*=UTF-8''_gnp.exe"),
        ("...", "attachment; filename=\"download\"; filename*=UTF-8''download"),
    ],
)
def test_names_of_downloads_are_names(name, header):
    assert disposition(name) == header


def test_a_download_is_never_shown(filler):
    answer = filler.get("/drafts/d1/marked/1", range="bytes=0-1,0-1")
    assert (answer.status, answer.body) == (200, b"PK marked")
    assert answer.header("content-type") == "application/octet-stream"
    assert answer.header("content-disposition").startswith("attachment;")
    assert (
        answer.header("cache-control") == "no-store" and answer.header("x-content-type-options") == "nosniff"
    )


def test_a_link_in_the_place_of_a_file_is_not_followed(filler, desk, monkeypatch):
    real = desk.marked_copy

    def linked(*asked):  # type: ignore[no-untyped-def]
        stored = real(*asked)
        stored.path.unlink()
        stored.path.symlink_to("/etc/hostname")
        return stored

    monkeypatch.setattr(desk, "marked_copy", linked)
    assert filler.get("/drafts/d1/marked/1").status == 404


def test_words_for_sizes_and_days():
    assert [size(number) for number in (0, 1023, 1024, 46694, 2345678)] == [
        "0字节",
        "1023字节",
        "1KB",
        "46KB",
        "2.2MB",
    ]
    assert [days_left(number) for number in (3, 0, -2, None)] == ["还有3天", "今天截止", "已逾期2天", ""]
