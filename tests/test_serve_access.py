"""Who reaches what at the collecting desk: logins, sessions, tokens, and the ids of others."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest

from support.desk_client import Client, Page, raw
from support.desk_server import LEADS, OFFICER, Server, desk, workbook

UNKNOWN = "zzzzzzzzzzzzzzzzzzzzzz"
WRONG = "AAAA-BBBB-CCCC"
# Pages by who may see them. {draft}, {submission} … stand for ids; POST only changes something.
DEPARTMENT = (
    ("GET", "/home"),
    ("POST", "/drafts"),
    ("GET", "/drafts/{draft}"),
    ("GET", "/drafts/{draft}/state"),
    ("GET", "/drafts/{draft}/marked/1"),
    ("POST", "/drafts/{draft}/explanations"),
    ("POST", "/drafts/{draft}/submit"),
    ("POST", "/drafts/{draft}/confirm"),
    ("POST", "/drafts/{draft}/hand-back"),
    ("POST", "/drafts/{draft}/drop"),
)
SHARED = (
    ("GET", "/submissions/{submission}"),
    ("GET", "/submissions/{submission}/files/1"),
    ("GET", "/receipts/{submission}"),
    ("GET", "/returns/{return}"),
    ("GET", "/returns/{return}/files/1"),
)
BUREAU = (
    ("GET", "/ledger"),
    ("GET", "/departments/104"),
    ("POST", "/departments/104/return"),
    ("POST", "/departments/104/reopen"),
    ("GET", "/departments/104/reminder"),
    ("GET", "/reminders"),
    ("GET", "/county"),
    ("POST", "/county"),
    ("GET", "/county/file"),
    ("POST", "/county/opinions"),
    ("GET", "/jobs/{job}"),
    ("GET", "/jobs/{job}/state"),
    ("POST", "/jobs/{job}/send"),
    ("GET", "/log"),
    ("GET", "/accounts"),
    ("POST", "/accounts/1/renew"),
    ("POST", "/accounts/1/disable"),
    ("POST", "/accounts/1/enable"),
    ("POST", "/season/close"),
    ("POST", "/season/open"),
)


@pytest.fixture(scope="module")
def served(prepared_county, tmp_path_factory):
    with desk(prepared_county, tmp_path_factory.mktemp("access") / "县") as server:
        yield server


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> bytes:
    """The filing of department 104."""
    return workbook(tmp_path_factory.mktemp("book") / "自评表.xlsx", "104").read_bytes()


@pytest.fixture(scope="module")
def ids(served: Server, book: bytes) -> dict[str, str]:
    """A draft, a submission, a return and the job of another one, all about department 104."""
    owner, officer = served.client("104"), served.client("officer")
    receipt = owner.submitted([("自评表.xlsx", book)])
    found = {"submission": receipt.path.rpartition("/")[2]}
    for number in (1, 2):
        officer.get("/departments/104")
        job = officer.post("/departments/104/return", {"reason": f"请补充材料{number}", "until": ""})
        found["job"] = job.location.rpartition("/")[2]
        officer.wait(job.location)
        if number == 1:
            officer.follow(officer.post(f"/jobs/{found['job']}/send"))
    found["return"] = re.findall(r"/returns/([^/\"']+)", owner.get("/home").text)[0]
    found["draft"] = owner.checked([("自评表.xlsx", book)]).path.rpartition("/")[2]
    return found


def sent(person: Client, method: str, path: str) -> Page:
    """A request with the person's own token and empty fields."""
    return person.get(path) if method == "GET" else person.post(path, {"reason": "x", "until": "", "e1": "x"})


def same(page: Page) -> tuple[int, str]:
    """An answer without what differs from request to request."""
    return page.status, re.sub(r'name="csrf" value="[^"]*"', "", page.text)


# Without a login.


@pytest.mark.parametrize("method, path", DEPARTMENT + SHARED + BUREAU)
def test_without_a_login_there_is_only_the_login(served, ids, method, path):
    page = sent(Client(served.port), method, path.format(**ids))
    assert page.status in (303, 403), path
    assert page.status == 403 or page.location == "/login"
    assert "示例县" not in page.text


def test_a_made_up_cookie_is_no_session(served):
    real = served.client("105")
    name, token = next(iter(real.cookies.items()))
    for value in ("", "x", token[:-1], token + "x", token.swapcase(), "../../" + token, "' OR 1=1 --"):
        page = Client(served.port).get("/home", Cookie=f"{name}={value}")
        assert (page.status, page.location) == (303, "/login"), value
    assert real.get("/home").status == 200


# The ids of others.


def test_what_belongs_to_others_looks_as_if_it_did_not_exist(served, ids, book):
    """Status and page are the same as for an id that there is not, and the owner's things stay."""
    before = served.files()
    other = served.client("105")
    other.get("/home")
    for method, path in (*DEPARTMENT[2:], *SHARED):
        found = same(sent(other, method, path.format(**ids)))
        unknown = same(sent(other, method, path.format(**dict.fromkeys(ids, UNKNOWN))))
        assert found == unknown, path
        assert found[0] == 404, path
    owner = served.client("104")
    assert owner.get(f"/drafts/{ids['draft']}").status == 200
    assert served.files() == before


def test_a_department_has_no_page_of_the_bureau(served, ids):
    person = served.client("104")
    person.get("/home")
    for method, path in BUREAU:
        page = sent(person, method, path.format(**ids))
        assert page.status == 404, path
    officer = served.client("officer")
    assert "已关闭" not in officer.get("/ledger").words


def test_an_officer_has_no_page_of_a_department(served, ids):
    officer = served.client("officer")
    officer.get("/ledger")
    for method, path in DEPARTMENT:
        if path == "/drafts":
            continue
        assert sent(officer, method, path.format(**ids)).status == 404, path
    assert officer.upload([("a.xlsx", b"x")]).status == 404


def test_neighbouring_ids_and_numbers_lead_nowhere(served, ids):
    other, owner = served.client("105"), served.client("104")
    for at in (0, 2, 99, -1, "x", "1.0", "%00", "..", "%2e%2e", "1%0a", "%D9%A3", "1" * 200):
        for path in (f"/submissions/{ids['submission']}/files/{at}", f"/drafts/{ids['draft']}/marked/{at}"):
            assert other.get(path).status in (400, 404), path
            assert owner.get(path).status in (400, 404), path
    assert len(ids["draft"]) >= 16, "an id that can be guessed"


def test_who_fills_cannot_confirm_and_others_cannot_either(served, tmp_path):
    """The 填报人 of a department with 负责人确认 hands over; only its own 负责人 sends."""
    own = workbook(tmp_path / "自评表.xlsx", "101").read_bytes()
    before = served.files()
    filler, lead = served.client("101"), served.client("101", "lead")
    other = served.client("102", "lead")
    draft = filler.checked([("自评表.xlsx", own)]).path
    filler.post(f"{draft}/submit")
    assert served.files() == before
    for person, status in ((filler, (403, 404, 409)), (other, (404,))):
        assert person.post(f"{draft}/confirm").status in status
    assert served.files() == before
    assert filler.post(f"{draft}/explanations", {"e1": "改"}).status in (400, 403, 404, 409)
    receipt = lead.follow(lead.post(f"{draft}/confirm"))
    assert receipt.status == 200 and len(served.files()) == len(before) + 1


# Forged forms.


@pytest.mark.parametrize("token", ["", "x", "of another", "of nobody"])
def test_a_form_without_its_token_does_nothing(served, ids, book, token):
    owner, other = served.client("104"), served.client("105")
    owner.get("/home")
    other.get("/home")
    before = served.files()
    value = {"of another": other.csrf, "of nobody": other.csrf[::-1]}.get(token, token)
    for method, path in (*DEPARTMENT[2:], ("POST", "/logout"), ("POST", "/code")):
        if method == "POST":
            assert owner.post(path.format(**ids), {"csrf": value}).status == 403, path
    owner.csrf = value
    assert owner.upload([("自评表.xlsx", book)]).status == 403
    assert served.files() == before
    assert owner.get(f"/drafts/{ids['draft']}").status == 200


def test_a_login_without_its_token_is_refused(served):
    """Nobody is logged in as another by a page elsewhere."""
    person = Client(served.port)
    person.get("/login")
    for token in ("", "x" * 43):
        page = person.post("/login", {"login": "105", "code": served.codes["105", "filler"], "csrf": token})
        assert page.status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_a_form_from_another_site_does_nothing(served, ids, origin):
    owner = served.client("104")
    owner.get("/home")
    before = served.files()
    assert owner.post(f"/drafts/{ids['draft']}/submit", Origin=origin).status == 403
    assert served.files() == before


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "[::1", ""]
)
def test_another_name_of_the_host_is_refused(served, host):
    """A name that somebody else lets point to this address (DNS rebinding)."""
    answer = raw(served.port, f"GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ", 2)[1] in (b"400", b"403", b"421"), answer[:300]


def test_a_get_changes_nothing(served, ids):
    owner = served.client("104")
    for path in ("submit", "drop", "confirm", "hand-back", "explanations"):
        assert owner.get(f"/drafts/{ids['draft']}/{path}").status in (404, 405)
    assert owner.get("/logout").status in (404, 405)
    assert owner.get(f"/drafts/{ids['draft']}").status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "X"])
def test_no_other_method_is_known(served, method):
    assert served.client("105").ask(method, "/home").status in (400, 404, 405, 501)


# Sessions.


def test_a_session_that_somebody_planted_is_not_used(served):
    person = Client(served.port)
    person.get("/login")
    names = list(person.cookies) or list(served.client("105").cookies)
    person.cookies = dict.fromkeys(names, "planted-by-somebody-else-1234567890")
    person.csrf = ""
    person.get("/login")
    person.log_in("105", served.codes["105", "filler"])
    assert "planted" not in str(person.cookies)
    thief = Client(served.port, cookies=dict.fromkeys(person.cookies, "planted-by-somebody-else-1234567890"))
    assert thief.get("/home").location == "/login"


def test_each_login_gets_a_new_token_and_a_logout_ends_it(served):
    first, second = served.client("105"), served.client("105")
    assert first.cookies != second.cookies
    kept = dict(first.cookies)
    first.get("/home")
    assert first.post("/logout").status == 303
    thief = Client(served.port, cookies=kept)
    assert thief.get("/home").location == "/login"
    assert second.get("/home").status == 200


def test_the_attributes_of_the_cookie(served):
    person = Client(served.port)
    person.get("/login")
    page = person.try_to_log_in("105", served.codes["105", "filler"])
    lines = page.header("set-cookie").splitlines()
    assert lines
    for line in lines:
        parts = [part.strip().lower() for part in line.split(";")]
        assert {"httponly", "samesite=strict", "path=/"} <= set(parts), line
        assert not any(part.startswith("domain") for part in parts)
        assert max(len(value) for value in person.cookies.values()) >= 22  # 128 bits and more


def test_a_changed_code_ends_the_other_sessions(served):
    old = served.codes["106", "filler"]
    first, second = served.client("106"), served.client("106")
    first.get("/code")
    wrong = first.post(
        "/code", {"old": WRONG, "new": "一把很长的新口令2026abc", "again": "一把很长的新口令2026abc"}
    )
    assert wrong.status != 303
    short = first.post("/code", {"old": old, "new": "abc", "again": "abc"})
    assert short.status != 303
    differs = first.post("/code", {"old": old, "new": "一把很长的新口令2026abc", "again": "另一把"})
    assert differs.status != 303
    done = first.post(
        "/code", {"old": old, "new": "一把很长的新口令2026abc", "again": "一把很长的新口令2026abc"}
    )
    assert done.status == 303
    assert second.get("/home").location == "/login"
    third = Client(served.port)
    assert third.try_to_log_in("106", old).status != 303
    served.codes["106", "filler"] = "一把很长的新口令2026abc"
    assert served.client("106").get("/home").status == 200


def test_a_disabled_account_is_out_at_once(served):
    person, officer = served.client("106"), served.client("officer")
    page = officer.get("/accounts")
    (row,) = [
        row
        for row in page.tree.xpath("//tr")
        if "106" in row.text_content() and "填报人" in row.text_content()
    ]
    (action,) = row.xpath('.//form[contains(@action, "/disable")]/@action')
    assert officer.post(action).status == 303
    assert person.get("/home").location == "/login"
    assert Client(served.port).try_to_log_in("106", served.codes["106", "filler"]).status != 303
    assert officer.post(action.replace("disable", "enable")).status == 303
    assert served.client("106").get("/home").status == 200


# Guessing.


def test_a_wrong_code_and_an_unknown_department_look_alike(prepared_county, tmp_path):
    """One sentence, one status, and no difference in time that could be heard through a network."""
    with desk(prepared_county, tmp_path / "县") as server:
        answers, times = set(), {}
        for number in range(4):  # each pair from an address of its own, below any lockout
            for login in ("104", "不存在的单位"):
                person = Client(server.port, f"127.0.2.{number + 1}")
                person.get("/login")
                begun = time.perf_counter()
                page = person.try_to_log_in(login, WRONG)
                times.setdefault(login, []).append(time.perf_counter() - begun)
                answers.add((page.status, page.words.replace(login, "")))
        assert len(answers) == 1, answers
        known, unknown = (median(each) for each in times.values())
        assert 0.5 < known / unknown < 2, times


def guess(server: Server, address: str, logins: list[str], count: int) -> list[Page]:
    """This many wrong codes from an address, for one department after the other."""
    person = Client(server.port, address)
    person.get("/login")
    return [
        person.try_to_log_in(
            logins[number % len(logins)], f"K7QM-2XVP-{number:04d}".replace("0", "Z").replace("1", "Y")
        )
        for number in range(count)
    ]


def test_guessing_is_locked_out_by_department_and_by_address(prepared_county, tmp_path):
    with desk(prepared_county, tmp_path / "县") as server:
        pages = guess(server, "127.0.3.1", ["104"], 7)
        assert [page.status for page in pages[5:]] == [429, 429]
        assert all(page.header("retry-after").isdigit() for page in pages[5:])
        assert re.search(r"\d+秒|\d+分钟|1分钟", pages[-1].words), pages[-1].words
        # the right code, too: from the same desk, and from another one for the same department
        assert (
            Client(server.port, "127.0.3.1").try_to_log_in("104", server.codes["104", "filler"]).status == 429
        )
        assert (
            Client(server.port, "127.0.3.2").try_to_log_in("104", server.codes["104", "filler"]).status == 429
        )
        assert (
            Client(server.port, "127.0.3.1").try_to_log_in("105", server.codes["105", "filler"]).status == 429
        )
        # everybody else goes on
        assert (
            Client(server.port, "127.0.3.3").try_to_log_in("105", server.codes["105", "filler"]).status == 303
        )


def test_many_guesses_at_once_are_not_more_than_one_after_the_other(prepared_county, tmp_path):
    """Twenty wrong codes for one department in the same moment, from twenty addresses: five are looked at."""
    with desk(prepared_county, tmp_path / "县") as server:
        people = [Client(server.port, f"127.0.9.{number + 1}") for number in range(20)]
        for person in people:
            person.get("/login")
        with ThreadPoolExecutor(20) as pool:
            pages = list(pool.map(lambda person: person.try_to_log_in("104", WRONG), people))
        assert sum(page.status != 429 for page in pages) <= 5


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_many_wrong_codes_get_nothing_and_hinder_nobody(prepared_county, tmp_path, count):
    """From ten addresses at once, for all departments and the officer; a department works on meanwhile."""
    with desk(prepared_county, tmp_path / "县") as server:
        person = server.client("106")
        logins = [*"101 102 103 104 105".split(), OFFICER]
        with ThreadPoolExecutor(10) as pool:
            jobs = [pool.submit(guess, server, f"127.0.4.{n + 1}", logins, count // 10) for n in range(10)]
            slowest = 0.0
            while not all(job.done() for job in jobs):
                begun = time.perf_counter()
                assert person.get("/home").status == 200
                slowest = max(slowest, time.perf_counter() - begun)
                time.sleep(0.05)
            pages = [page for job in jobs for page in job.result()]
        assert len(pages) == count
        assert all(page.status in (400, 401, 403, 422, 429, 200) for page in pages)
        assert not any(page.status == 303 for page in pages)
        assert sum(page.status == 429 for page in pages) >= count - 50
        assert slowest < 3
        assert LEADS


def test_hostile_logins_are_only_wrong(prepared_county, tmp_path):
    with desk(prepared_county, tmp_path / "县") as server:
        for number, login in enumerate(
            (
                "' OR '1'='1",
                "104'--",
                "<script>alert(1)</script>",
                "\0",
                "𠮷" * 3000,
                "104\n105",
                "%00",
                "{{7*7}}",
                "",
            )
        ):
            person = Client(server.port, f"127.0.5.{number + 1}")
            page = person.try_to_log_in(login, "' OR 1=1 --")
            assert page.status in (400, 401, 403, 422, 429, 200), login
            assert "<script>alert" not in page.text and "49" not in page.words
