"""The desk's state: accounts and codes, lockout, sessions, the log, and a file that is never overwritten."""

from __future__ import annotations

import json
import sqlite3
import stat

import pytest
from openpyxl import load_workbook

from selfeval_xl.errors import NotReplaced, NotThere, OutputError, Refused, UsageError
from selfeval_xl.server.desk import Desk
from selfeval_xl.server.state import attempts, codes, log, sessions
from selfeval_xl.server.state.database import Database
from support.desks import EDUCATION, HEALTH, IS_CODE, NAMES, WATER, county


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    made = county(tmp_path)
    yield made
    made.close()


def test_codes_have_three_groups_without_letters_that_look_alike():
    made = {codes.new_code() for _ in range(50)}
    assert len(made) == 50 and all(IS_CODE.fullmatch(code) for code in made)


@pytest.mark.parametrize(
    "typed", ["k7qm-2xvp-9dtr", "K7QM2XVP9DTR", " k7qm 2xvp 9dtr ", "Ｋ７ＱＭ－２ＸＶＰ－９ＤＴＲ"]
)
def test_a_code_is_typed_in_any_case_width_and_with_or_without_dashes(typed):
    assert codes.typed(typed) == codes.typed("K7QM-2XVP-9DTR") == "K7QM2XVP9DTR"


def test_a_chosen_password_keeps_case_and_signs():
    assert codes.typed("三月的雨 Rain-12") == "三月的雨 Rain-12"


def test_the_hash_costs_what_owasp_names():
    """scrypt with n=2^14, r=8, p=5: a line here says so, since the tests themselves use a cheap one."""
    source = open(codes.__file__, encoding="utf-8").read()
    assert '"n": 1 << 14, "r": 8, "p": 5' in source


def test_the_codes_stand_in_one_workbook_and_as_hashes_in_the_state(here):
    sheet = load_workbook(here.folder / "口令.xlsx")["口令"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("部门编码", "部门名称", "填报人口令", "负责人口令", "收件台地址")
    assert [row[:2] for row in rows[1:]] == list(NAMES.items())
    assert [bool(row[3]) for row in rows[1:]] == [False, True, False]  # 水利局 asks for the 负责人
    assert {row[4] for row in rows[1:]} == {"https://10.0.0.1:8443/"}
    raw = b"".join(path.read_bytes() for path in (here.folder / "状态").glob("desk.sqlite*"))
    for row in rows[1:]:
        for code in filter(None, row[2:4]):
            assert code.encode() not in raw and code.replace("-", "").encode() not in raw


def test_files_of_the_state_are_for_their_owner_alone(here):
    state = here.folder / "状态"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "desk.sqlite").stat().st_mode) == 0o600
    assert stat.S_IMODE((here.folder / "口令.xlsx").stat().st_mode) == 0o600


def test_new_codes_end_the_old_ones_and_their_sessions(here):
    old = here.codes[EDUCATION][0]
    token, _ = here.desk.log_in(EDUCATION, old, "10.0.0.7")
    here.desk.new_codes(here.folder / "新口令.xlsx", (EDUCATION,))
    assert here.desk.session(token) is None
    with pytest.raises(Refused):
        here.desk.log_in(EDUCATION, old, "10.0.0.7")
    assert here.filler(HEALTH).name == NAMES[HEALTH]  # others keep theirs
    sheet = load_workbook(here.folder / "新口令.xlsx")["口令"]
    assert here.desk.log_in(EDUCATION, sheet["C2"].value, "10.0.0.7")[1].account.department == EDUCATION


def test_a_workbook_of_somebody_else_is_not_replaced_and_no_code_ends(here):
    place = here.folder / "别人的.xlsx"
    place.write_bytes(b"mine")
    with pytest.raises(NotReplaced):
        here.desk.new_codes(place)
    assert place.read_bytes() == b"mine"
    assert here.filler(EDUCATION)


def test_a_department_that_the_roster_lacks_gets_no_code(here):
    with pytest.raises(UsageError, match="名册里没有这个部门"):
        here.desk.new_codes(here.folder / "口令2.xlsx", ("999",))
    assert not (here.folder / "口令2.xlsx").exists()


@pytest.mark.parametrize(
    "login", ["101", "示例县教育局", " 示例县教育局 ", "１０１", "101示例县教育局", "教育局"]
)
def test_a_department_calls_itself_by_code_or_name(here, login):
    token, session = here.desk.log_in(login, here.codes[EDUCATION][0].lower(), "10.0.0.7")
    assert session.account.label == "示例县教育局填报人"
    assert here.desk.session(token) == session


def test_the_code_says_who_of_a_department_it_is(here):
    assert here.log_in(WATER, here.codes[WATER][0]).role == "filler"
    assert here.log_in(WATER, here.codes[WATER][1]).role == "lead"


def test_an_unknown_login_and_a_wrong_code_get_the_same_sentence(here):
    told = set()
    for login, code in (
        ("101", "AAAA-BBBB-CCCC"),
        ("没有这个局", "AAAA-BBBB-CCCC"),
        ("", ""),
        ("102", here.codes["101"][0]),
    ):
        with pytest.raises(Refused) as refused:
            here.desk.log_in(login, code, f"10.0.1.{len(told)}")
        told.add(str(refused.value))
    assert len(told) == 1


def test_an_unknown_login_is_hashed_too(here, monkeypatch):
    hashed = []
    real = codes.hash_of
    monkeypatch.setattr(codes, "hash_of", lambda code, salt: hashed.append(code) or real(code, salt))
    for login in ("101", "102", "没有这个局", "没有这个人"):
        with pytest.raises(Refused):
            here.desk.log_in(login, "AAAA-BBBB-CCCC", f"10.0.2.{len(hashed)}")
    assert len(hashed) == 4  # one each, also for the department of two accounts


def test_five_wrong_codes_lock_the_department_for_a_minute_from_everywhere(here):
    for number in range(5):
        with pytest.raises(Refused) as refused:
            here.desk.log_in(EDUCATION, "AAAA-BBBB-CCCC", f"10.0.0.{number}")
    assert refused.value.seconds == 60
    with pytest.raises(Refused) as refused:  # the right one too
        here.desk.log_in(NAMES[EDUCATION], here.codes[EDUCATION][0], "10.0.0.99")
    assert 0 < refused.value.seconds <= 60
    assert here.filler(HEALTH)


def test_five_wrong_codes_lock_the_address_whatever_it_tried(here):
    for login in ("101", "102", "103", "甲", "乙"):
        with pytest.raises(Refused):
            here.desk.log_in(login, "AAAA-BBBB-CCCC", "10.9.9.9")
    with pytest.raises(Refused) as refused:
        here.desk.log_in(HEALTH, here.codes[HEALTH][0], "10.9.9.9")
    assert refused.value.seconds
    assert here.filler(HEALTH)  # from elsewhere


def test_each_further_lock_is_twice_as_long_up_to_a_quarter_of_an_hour(tmp_path, monkeypatch):
    base, now = Database(tmp_path / "desk.sqlite"), [1000.0]
    monkeypatch.setattr(attempts.time, "time", lambda: now[0])
    locks = []
    for _ in range(6):
        for _ in range(5):
            attempts.failed(base, "login:101")
        locks.append(attempts.locked(base, "login:101"))
        now[0] += locks[-1]
    assert locks == [60, 120, 240, 480, 900, 900]


def test_a_right_code_forgets_the_wrong_ones(here):
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Refused) as refused:
                here.desk.log_in(EDUCATION, "AAAA-BBBB-CCCC", f"10.1.{_}.1")
            assert not refused.value.seconds
        here.filler()


def test_sessions_end_by_time_and_by_hand(here, monkeypatch):
    import time

    token, session = here.desk.log_in(EDUCATION, here.codes[EDUCATION][0], "10.0.0.7")
    other, _ = here.desk.log_in(EDUCATION, here.codes[EDUCATION][0], "10.0.0.8")
    assert here.desk.session("x" * 43) is None and here.desk.session("") is None
    begun, real = time.time(), time.time
    for minutes in range(60, 12 * 60, 60):  # in use every hour
        monkeypatch.setattr(sessions.time, "time", lambda at=minutes: begun + at * 60)
        assert here.desk.session(token) == session
    assert here.desk.session(other) is None  # idle for more than two hours
    monkeypatch.setattr(sessions.time, "time", lambda: begun + 12 * 3600 + 1)
    assert here.desk.session(token) is None
    monkeypatch.setattr(sessions.time, "time", real)
    here.desk.log_out(other)
    assert here.desk.session(other) is None


def test_the_state_keeps_no_token(here):
    token, session = here.desk.log_in(EDUCATION, here.codes[EDUCATION][0], "10.0.0.7")
    raw = b"".join(path.read_bytes() for path in (here.folder / "状态").glob("desk.sqlite*"))
    assert token.encode() not in raw


def test_a_code_is_changed_by_whoever_knows_it(here):
    who, old = here.filler(), here.codes[EDUCATION][0]
    token, _ = here.desk.log_in(EDUCATION, old, "10.0.0.8")
    for wrong, new, why in (
        ("AAAA-BBBB-CCCC", "三月的雨下在校舍屋顶上了", "原口令不对"),
        (old, "短", "口令太短"),
        (old, "aaaaaaaaaaaaaaaa", "太容易猜"),
        (old, old, "和原来的一样"),
        (old, "示例县教育局示例县教育局", "太容易猜"),
    ):
        with pytest.raises(Refused, match=why):
            here.desk.change_code(who, wrong, new)
    here.desk.change_code(who, old, "三月的雨下在校舍屋顶上了")
    with pytest.raises(Refused):
        here.desk.log_in(EDUCATION, old, "10.0.0.7")
    assert here.log_in(EDUCATION, "三月的雨下在校舍屋顶上了").id == who.id


def test_officers_have_names_and_long_passwords(here):
    password = here.desk.new_officer(" 王 强 ")
    assert len(password) >= 12
    assert here.log_in("王 强", password).is_officer
    assert here.desk.new_officer("王 强") != password
    with pytest.raises(Refused):
        here.desk.log_in("王 强", password, "10.0.0.7")
    for wrong in ("", "x" * 41, "示例县教育局"):
        with pytest.raises(UsageError):
            here.desk.new_officer(wrong)


def test_an_officer_looks_after_the_accounts(here):
    officer = here.officer()
    lines = here.desk.accounts(officer)
    assert [(line.department, line.role_label) for line in lines] == [
        ("", "财政人员"),
        (EDUCATION, "填报人"),
        (WATER, "填报人"),
        (WATER, "负责人"),
        (HEALTH, "填报人"),
    ]
    mine, theirs = lines[0].id, lines[1].id
    code = here.desk.renew_code(officer, theirs)
    token, _ = here.desk.log_in(EDUCATION, code, "10.0.0.7")
    here.desk.disable(officer, theirs)
    assert here.desk.session(token) is None
    with pytest.raises(Refused, match="不对"):
        here.desk.log_in(EDUCATION, code, "10.0.0.7")
    here.desk.enable(officer, theirs)
    assert here.log_in(EDUCATION, code)
    with pytest.raises(Refused, match="自己"):
        here.desk.disable(officer, mine)
    with pytest.raises(NotThere):
        here.desk.renew_code(officer, 9999)


def test_the_log_is_only_added_to_and_its_chain_shows_a_change(here):
    officer = here.officer()
    here.filler()
    page = here.desk.log(officer)
    assert page.whole and page.problem == ""
    assert [line.what for line in page.lines] == ["登录", "登录", "发财政人员口令", "发部门口令"]
    path = here.folder / "状态" / "desk.sqlite"
    with sqlite3.connect(path) as other:
        for change in ("UPDATE log SET who = '别人'", "DELETE FROM log"):
            with pytest.raises(sqlite3.IntegrityError):
                other.execute(change)
        other.execute("DROP TRIGGER log_stays")  # somebody with the file in hand
        other.execute("UPDATE log SET who = '别人' WHERE n = 2")
    page = here.desk.log(officer)
    assert not page.whole and "第2条" in page.problem
    here.open()
    assert any("第2条" in text for text in here.desk.messages)


def test_the_log_has_pages(here):
    officer = here.officer()
    for number in range(250):
        log.write(here.desk._core.base, officer, "试", str(number))
    pages = [here.desk.log(officer, page) for page in (1, 2, 3)]
    assert [len(page.lines) for page in pages] == [100, 100, 253 - 200]
    assert {page.pages for page in pages} == {3}
    assert here.desk.log(officer, 99).page == 3 and here.desk.log(officer, -5).page == 1


@pytest.mark.parametrize(
    "contents, told",
    [(b"SQLite format 3\0" + b"x" * 5000, "损坏"), (b"no database", "损坏"), (b"", "是空的")],
)
def test_a_damaged_state_is_left_as_it_is(here, contents, told):
    here.close()
    path = here.folder / "状态" / "desk.sqlite"
    for side in path.parent.glob("desk.sqlite-*"):
        side.unlink()
    path.write_bytes(contents)
    (path.parent / "drafts").mkdir(exist_ok=True)
    with pytest.raises(OutputError, match=told):
        here.open()
    assert path.read_bytes() == contents


def test_the_state_of_another_program_or_a_newer_version_is_left_as_it_is(here):
    here.close()
    path = here.folder / "状态" / "desk.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(OutputError, match="更新版本"):
        here.open()
    for side in path.parent.glob("desk.sqlite*"):
        side.unlink()
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE songs (name TEXT)")
    base.close()
    with pytest.raises(OutputError, match="别的程序"):
        here.open()
    with sqlite3.connect(path) as base:
        assert base.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    base.close()


def test_a_full_disk_is_a_sentence(here):
    here.desk._core.base.run("PRAGMA max_page_count = 1")
    with pytest.raises(OutputError, match="磁盘已满"):
        for number in range(2000):
            log.write(here.desk._core.base, None, "试", json.dumps([number] * 500))
    here.desk._core.base.run("PRAGMA max_page_count = 1000000")
    assert here.filler()  # everything goes on


def test_a_second_desk_over_the_same_folder_is_refused_but_accounts_can_be_made(here):
    with pytest.raises(UsageError, match="已经在运行"):
        Desk.open(here.settings())
    beside = Desk.open(here.settings(), serving=False)
    password = beside.new_officer("李四")
    beside.close()
    assert here.log_in("李四", password)


@pytest.mark.parametrize("place", ["收件", "收件/状态"])
def test_state_and_county_workbook_lie_outside_of_what_was_received(here, place):
    here.close()
    from dataclasses import replace

    with pytest.raises(UsageError, match="不要放在收件文件夹"):
        Desk.open(replace(here.settings(), state=here.folder / place))
    with pytest.raises(UsageError, match="不要放在收件文件夹"):
        Desk.open(replace(here.settings(), workbook=here.received / "全县.xlsx"))
    with pytest.raises(UsageError, match="找不到收件文件夹"):
        Desk.open(replace(here.settings(), receiving=here.folder / "没有"))


def test_a_department_that_the_roster_has_since_gets_an_account_and_the_others_keep_theirs(here):
    officer_account = here.officer()
    before = {(line.department, line.role) for line in here.desk.accounts(officer_account)}
    book = load_workbook(here.folder / "名册.xlsx")
    heads = [cell.value for cell in book["单位名册"][1]]
    row = {"部门编码": "109", "部门名称": "示例县审计局", "负责人确认": "是"}
    book["单位名册"].append([row.get(head) for head in heads])
    book.save(here.folder / "名册.xlsx")
    desk = here.open()
    assert any("示例县审计局填报人、示例县审计局负责人，还没有口令" in text for text in desk.messages)
    officer = here.officer()
    lines = {(line.department, line.role): line for line in desk.accounts(officer)}
    assert set(lines) - before == {("109", "filler"), ("109", "lead")}
    code = desk.renew_code(officer, lines["109", "filler"].id)
    assert here.log_in("示例县审计局", code).role == "filler"
    assert here.filler(EDUCATION)  # with the code that it had
    assert not any("新加" in text for text in here.open().messages)
