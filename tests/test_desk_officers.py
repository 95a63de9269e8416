"""What officers do at the desk, and that nobody reaches what is not his."""

from __future__ import annotations

import inspect
import shutil
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from selfeval_xl.errors import NotThere, Refused
from selfeval_xl.server.desk import Desk, opening
from selfeval_xl.server.desk.core import typed_day
from support.desks import (
    EDUCATION,
    HEALTH,
    NAMES,
    WATER,
    Threads,
    checked,
    county,
    project_form,
    unmet,
    until,
    workbook,
)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Workbooks of 教育局, one with a fault, one without."""
    folder, name = tmp_path_factory.mktemp("表"), NAMES[EDUCATION]
    clean, other = project_form("校舍维修", "P1", name), project_form("操场改造", "P2", name)
    return {
        "faulty": workbook(folder / "教育局.xlsx", EDUCATION, unmet(clean), other),
        "clean": workbook(folder / "教育局改.xlsx", EDUCATION, clean, other),
    }


@pytest.fixture(scope="module")
def season(tmp_path_factory, books):
    """A county in which 教育局 has sent a faulty workbook; its receipt, its filler and an officer."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("县")
        patch.setenv("SELFEVAL_HOME", str(folder / "设置"))
        patch.setattr(opening, "Processes", Threads)
        made = county(folder)
        who, officer = made.filler(), made.officer()
        receipt = made.desk.submit(who, checked(made.desk, who, books["faulty"]))
        until(lambda: made.desk.home(who).fix)
        yield made, who, officer, receipt
        made.close()


class DayAfter(date):
    """A calendar whose today is four days later."""

    @classmethod
    def today(cls):
        return date.today() + timedelta(days=4)


def finished(desk: Desk, officer, job: str):
    """The job when it has ended."""
    until(lambda: desk.job(officer, job).status in ("done", "failed"), 120)
    return desk.job(officer, job)


def test_the_ledger_has_every_department_with_its_state(season):
    here, who, officer, receipt = season
    ledger = here.desk.ledger(officer)
    first, second, third = ledger.rows
    assert (first.code, first.name, first.section, first.contact) == (
        "101",
        "示例县教育局",
        "教科文股",
        "王一",
    )
    assert (first.due, first.reported, first.missing, first.times, first.fix) == (2, 2, (), 1, 1)
    assert first.state == "部分报送"  # the whole's form has not come
    assert (second.state, second.due, second.reported, second.missing) == ("未报", 1, 0, ("灌区维修",))
    assert (third.state, third.due, third.times, third.last) == ("未报", 0, 0, None)
    assert dict(ledger.counts) == {
        "未报": 2,
        "部分报送": 1,
        "待审核": 0,
        "已退回": 0,
        "已重报": 0,
        "已通过": 0,
    }


def test_the_department_sees_what_it_owes(season):
    here, who, officer, receipt = season
    home = here.desk.home(who)
    assert [(form.name, form.received, form.state) for form in home.due] == [
        ("校舍维修", True, "已报"),
        ("操场改造", True, "已报"),
        ("部门整体支出绩效自评表", False, "未报"),
        ("自评报告", False, "未报"),
    ]
    assert [form.code for form in home.due] == ["P1", "P2", "", ""]  # of the roster, where no form prints it
    assert [(form.name, form.state) for form in here.desk.home(here.filler(WATER)).due] == [
        ("灌区维修", "未报"),
        ("部门整体支出绩效自评表", "未报"),
        ("自评报告", "未报"),
    ]
    assert (home.department, home.code, home.person) == ("示例县教育局", "101", "示例县教育局填报人")


def test_an_officer_sees_a_department_whole(season):
    here, who, officer, receipt = season
    view = here.desk.department(officer, EDUCATION)
    assert [line.id for line in view.submissions] == [receipt.id]
    assert [(row.rule, row.cell) for row in view.findings] == [("D03", "G13")]
    assert view.findings[0].file.startswith("101示例县教育局/第1次_")
    assert [line.role for line in view.accounts] == ["filler"]
    assert here.desk.submission(officer, receipt.id).receipt == receipt
    with pytest.raises(NotThere):
        here.desk.department(officer, "999")


def test_reminders_are_those_of_the_command(season):
    here, who, officer, receipt = season
    texts = {each.name: each.text for each in here.desk.reminders(officer)}
    assert list(texts) == [*NAMES.values(), "教科文股"]
    assert texts["示例县水利局"].startswith("【绩效自评提醒】示例县水利局：2024年度绩效自评材料请于3月31日")
    assert "应报项目1个、部门整体自评表、自评报告均未收到" in texts["示例县水利局"]
    assert "部门整体自评表、自评报告未收到。已报材料须修改1处" in texts["示例县教育局"]
    assert all(len(text) <= 200 for text in texts.values())
    assert here.desk.reminder(officer, WATER).text == texts["示例县水利局"]
    from selfeval_xl.workflows.returns.send_back import send_back

    send_back(here.received, here.folder / "退回", roster=here.folder / "名册.xlsx")
    by_command = {
        path.parent.name: path.read_text("utf-8-sig").strip()
        for path in (here.folder / "退回").glob("*/催报通知.txt")
    }
    assert by_command == {f"{code}{name}": texts[name] for code, name in NAMES.items()}


def test_a_return_is_looked_at_first_and_then_sent(tmp_path, monkeypatch, books):
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    monkeypatch.setattr(opening, "Processes", Threads)
    here = county(tmp_path)
    desk, who, officer = here.desk, here.filler(), here.officer()
    with pytest.raises(Refused, match="还没有报送过"):
        desk.prepare_return(officer, EDUCATION, "请改", "")
    first = desk.submit(who, checked(desk, who, books["faulty"]))
    with pytest.raises(Refused, match="理由"):
        desk.prepare_return(officer, EDUCATION, " ", "")
    last = date.today() + timedelta(days=3)
    job = finished(desk, officer, desk.prepare_return(officer, EDUCATION, "请写明原因。", last.isoformat()))
    assert (job.status, job.files, job.until, job.sent) == ("done", ("教育局_退回修改.xlsx",), last, "")
    assert "一、须修改1处" in job.notice and f"于{last.month}月{last.day}日" in job.notice
    assert load_workbook(desk.prepared_file(officer, job.id, 1).path).sheetnames[0] == "问题清单"
    assert desk.home(who).returns == ()  # not yet sent
    desk.close_season(officer, "汇总开始了")
    sent = desk.send_return(officer, job.id)
    assert desk.send_return(officer, job.id).id == sent.id
    assert (sent.reason, sent.until, sent.by, sent.files) == (
        "请写明原因。",
        last,
        "王强（财政人员）",
        job.files,
    )
    assert desk.ledger(officer).rows[0].state == "已退回"
    assert desk.returned(who, sent.id).notice == job.notice
    assert desk.returned_file(who, sent.id, 1).path.is_file()
    assert desk.home(who).season.open and desk.home(who).deadline == last  # a return reopens
    draft = checked(desk, who, books["clean"])
    assert desk.draft(who, draft).hindrances == ()
    assert [row.new for row in desk.draft(who, draft).changes] == ["12间"]
    second = desk.submit(who, draft)
    assert (second.number, second.late_days) == (2, 0)
    assert desk.ledger(officer).rows[0].state == "已重报"
    answered = desk.returned(who, sent.id)
    assert answered.answered and [row.new for row in answered.changes] == ["12间"]
    assert any("退回修改" in step and "请写明原因。" in step for step in desk.receipt(who, first.id).steps)
    assert desk.home(who).season.open  # up to that day an answer may be corrected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("selfeval_xl.server.desk.season.date", DayAfter)
        assert not desk.home(who).season.open
    until(lambda: desk.home(who).fix == 0)
    again = finished(desk, officer, desk.prepare_return(officer, EDUCATION, "还缺整体表。", ""))
    assert again.files == () and "只有退回理由" in again.text
    here.close()


def test_the_county_workbook_is_made_and_an_officers_copy_is_taken(tmp_path, monkeypatch, books):
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    monkeypatch.setattr(opening, "Processes", Threads)
    here = county(tmp_path)
    desk, who, officer = here.desk, here.filler(), here.officer()
    desk.submit(who, checked(desk, who, books["faulty"]))
    assert desk.county(officer).path is None
    job = desk.make_county(officer)
    assert desk.make_county(officer) in (job, desk.make_county(officer))  # one at a time
    assert finished(desk, officer, job).status == "done"
    until(lambda: desk.county(officer).job == "" and not desk.county(officer).problems)
    workbook_there = desk.county(officer).path
    assert workbook_there == here.folder / "收件_全县汇总.xlsx"
    assert desk.county(officer).opinions == 0
    copy = tmp_path / "王强的.xlsx"
    shutil.copy(workbook_there, copy)
    book = load_workbook(copy)
    for title, wanted, text in (
        ("部门汇总", "审核意见", "通过"),
        ("审核问题", "审核意见", "认可"),
    ):
        sheet = book[title]
        heads = [cell.value for cell in sheet[1]]
        sheet.cell(2, heads.index(wanted) + 1, text)
    book.save(copy)
    before = workbook_there.read_bytes()
    file = desk.incoming_county(officer, "王强的.xlsx")
    file.write(copy.read_bytes())
    file.finish()
    assert "审核意见2行" in desk.take_county(officer, file)
    kept = here.folder / "收件_全县汇总_留底.xlsx"
    assert kept.read_bytes() == before and workbook_there.read_bytes() == copy.read_bytes()
    assert desk.ledger(officer).rows[0].state == "已通过"
    shown = desk.department(officer, EDUCATION).opinions
    assert [(each.sheet, each.text) for each in shown] == [
        ("部门汇总", "审核意见：通过"),
        ("审核问题", "审核意见：认可"),
    ]
    assert finished(desk, officer, desk.make_county(officer)).status == "done"  # opinions are carried over
    until(lambda: desk.county(officer).opinions == 2)
    for name, raw in (("自评表.xlsx", books["faulty"].read_bytes()), ("坏.xlsx", b"PK nonsense")):
        file = desk.incoming_county(officer, name)
        file.write(raw)
        file.finish()
        now = workbook_there.read_bytes()
        with pytest.raises(Refused, match="没有收下"):
            desk.take_county(officer, file)
        assert workbook_there.read_bytes() == now and not file.path.exists()
    here.close()


def test_what_came_on_another_way_is_in_the_ledger_as_the_county_workbook_has_it(
    tmp_path, monkeypatch, books
):
    """An officer puts a file that came by messenger into the folder: the department is not 未报 then."""
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    monkeypatch.setattr(opening, "Processes", Threads)
    here = county(tmp_path)
    desk, officer = here.desk, here.officer()
    (here.received / "微信收的").mkdir()
    shutil.copy(books["faulty"], here.received / "微信收的")
    assert desk.ledger(officer).rows[0].state == "未报"
    finished(desk, officer, desk.make_county(officer))
    until(lambda: desk.ledger(officer).rows[0].by_hand)
    first, second, _ = desk.ledger(officer).rows
    assert (first.state, first.times, first.due, first.reported, first.fix) == ("部分报送", 1, 2, 2, 1)
    assert first.last and first.last.date() == date.today() and not second.by_hand
    due = {form.name: form.received for form in desk.department(officer, EDUCATION).due}
    assert due == {"校舍维修": True, "操场改造": True, "部门整体支出绩效自评表": False, "自评报告": False}
    assert desk.home(here.filler()).due == desk.department(officer, EDUCATION).due
    here.close()


def test_a_new_roster_counts_the_departments_anew(tmp_path, monkeypatch, books):
    from support.rosters import department, project, write_roster

    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    monkeypatch.setattr(opening, "Processes", Threads)
    here = county(tmp_path)
    who, officer = here.filler(), here.officer()
    here.desk.submit(who, checked(here.desk, who, books["clean"]))
    until(lambda: here.desk.ledger(officer).rows[0].reported == 2)
    assert here.desk.ledger(officer).rows[0].missing == ()
    here.close()
    write_roster(
        here.folder / "名册.xlsx",
        单位名册=[department(code, name) for code, name in NAMES.items()],
        项目=[
            project(f"P{n}", EDUCATION, name) for n, name in enumerate(("校舍维修", "操场改造", "校车"), 1)
        ],
    )
    here.open()
    until(lambda: here.desk.ledger(officer).rows[0].missing == ("校车",))
    here.close()


def test_days_are_typed_as_people_write_them():
    day = date.today() + timedelta(days=40)
    for text in (
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y.%m.%d}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert typed_day(text) == day
    assert typed_day(" ") is None
    for wrong in ("明天", "2020-01-01", "13月40日", "x" * 5000):
        with pytest.raises(Refused):
            typed_day(wrong)


# Every method of the desk that takes an account, with arguments of 教育局's things: nobody else reaches them.
def _calls(who, receipt, draft: str, sent: str, job: str) -> dict[str, tuple]:
    return {
        "add_file": (draft, "a.xlsx"),
        "check": (draft,),
        "draft": (draft,),
        "draft_state": (draft,),
        "explain": (draft, {1: "x"}),
        "marked_copy": (draft, 1),
        "drop": (draft,),
        "submit": (draft,),
        "confirm": (draft,),
        "hand_back": (draft, "x"),
        "receipt": (receipt.id,),
        "submission": (receipt.id,),
        "submitted_file": (receipt.id, 1),
        "returned": (sent,),
        "returned_file": (sent, 1),
        "ledger": (),
        "department": (EDUCATION,),
        "make_county": (),
        "county": (),
        "incoming_county": ("a.xlsx",),
        "take_county": (None,),
        "prepare_return": (EDUCATION, "x", ""),
        "prepared_file": (job, 1),
        "send_return": (job,),
        "reminder": (EDUCATION,),
        "reminders": (),
        "job": (job,),
        "close_season": ("x",),
        "open_season": ("x",),
        "reopen": (EDUCATION, "x", "2099-01-01"),
        "log": (),
        "accounts": (),
        "renew_code": (who.id,),
        "disable": (who.id,),
        "enable": (who.id,),
    }


OWN = ("home", "new_draft", "change_code")  # about the account itself
NOT_FOR_OFFICERS = (
    "add_file check draft draft_state explain marked_copy drop submit confirm hand_back".split()
)
FOR_OFFICERS = (
    "ledger department make_county county incoming_county take_county prepare_return prepared_file "
    "send_return reminder reminders job close_season open_season reopen log accounts renew_code disable "
    "enable"
).split()


def test_nobody_reaches_what_is_not_his(season, books):
    here, who, officer, receipt = season
    desk, other, lead = here.desk, here.filler(HEALTH), here.lead(WATER)
    draft = checked(desk, who, books["faulty"])
    job = finished(desk, officer, desk.prepare_return(officer, EDUCATION, "请改", "")).id
    sent = desk.send_return(officer, job)
    calls = _calls(who, receipt, draft, sent.id, job)
    methods = {
        name
        for name, method in inspect.getmembers(Desk, inspect.isfunction)
        if "who" in inspect.signature(method).parameters and not name.startswith("_")
    }
    assert methods == {*calls, *OWN}
    before = desk.draft(who, draft), desk.home(who), desk.ledger(officer), len(desk.log(officer).lines)
    for name, arguments in calls.items():
        for stranger in (other, lead):
            with pytest.raises(NotThere):
                getattr(desk, name)(stranger, *arguments)
        if name in NOT_FOR_OFFICERS:
            with pytest.raises(NotThere):
                getattr(desk, name)(officer, *arguments)
        if name in FOR_OFFICERS:
            with pytest.raises(NotThere):
                getattr(desk, name)(who, *arguments)
    with pytest.raises(NotThere):
        desk.home(officer)
    with pytest.raises(NotThere):
        desk.new_draft(officer, "10.0.0.7")
    after = desk.draft(who, draft), desk.home(who), desk.ledger(officer), len(desk.log(officer).lines)
    assert before == after
    desk.drop(who, draft)


@pytest.mark.parametrize("id", ["", "0", "../../x", "x" * 10_000, "' OR 1=1 --", "\x00", "%2e%2e"])
def test_ids_that_nobody_has_are_not_there(season, id):
    here, who, officer, receipt = season
    for name in (
        "draft",
        "receipt",
        "submission",
        "returned",
        "marked_copy",
        "submitted_file",
        "returned_file",
    ):
        more = (1,) if name.endswith(("copy", "file")) else ()
        with pytest.raises(NotThere):
            getattr(here.desk, name)(who, id, *more)
    for name in ("job", "department", "send_return", "reminder"):
        with pytest.raises(NotThere):
            getattr(here.desk, name)(officer, id)
    for n in (0, -1, 99):
        with pytest.raises(NotThere):
            here.desk.submitted_file(who, receipt.id, n)
