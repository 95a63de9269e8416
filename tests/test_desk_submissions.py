"""报送: what lies in the receiving folder, what the receipt says, the 负责人, and a kill at any moment."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from selfeval_xl import consolidate
from selfeval_xl.errors import NotThere, OutputError, Refused
from selfeval_xl.model.findings import Treatment
from selfeval_xl.readers import read_file
from selfeval_xl.server.desk import accepting, opening, submissions
from selfeval_xl.workflows.submission import code_of
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
    workbook,
)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Workbooks of 教育局 (with a fault; with an explanation due; sent before as the fifth) and of 水利局."""
    folder, name = tmp_path_factory.mktemp("表"), NAMES[EDUCATION]
    clean, other = project_form("校舍维修", "P1", name), project_form("操场改造", "P2", name)
    less = project_form("校舍维修", "P1", name)
    less["funding"][0] |= {"initial_budget": "250"}
    return {
        "faulty": workbook(folder / "教育局.xlsx", EDUCATION, unmet(clean), other),
        "explain": workbook(folder / "教育局要说明.xlsx", EDUCATION, less, other),
        "fifth": workbook(folder / "教育局第5次.xlsx", EDUCATION, clean, submission="5"),
        "water": workbook(folder / "水利局.xlsx", WATER, project_form("灌区维修", "W1", NAMES[WATER])),
    }


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    monkeypatch.setattr(opening, "Processes", Threads)
    made = county(tmp_path)
    yield made
    made.close()


def received(county) -> list[str]:
    """The files in the receiving folder, without the time in the name of their folder."""
    found = []
    for path in sorted(county.received.rglob("*")):
        if path.is_file():
            department, times, name = path.relative_to(county.received).parts
            found.append(f"{department}/{times.partition('_')[0]}/{name}")
    return found


def test_a_submission_lies_in_its_department_and_the_receipt_says_what_it_is(here, books):
    who = here.filler()
    seal = b"%PDF-1.4 the seal"
    draft = checked(here.desk, who, books["faulty"], ("材料/盖章件.pdf", seal))
    receipt = here.desk.submit(who, draft)
    assert received(here) == ["101示例县教育局/第1次/教育局.xlsx", "101示例县教育局/第1次/盖章件.pdf"]
    book, scan = receipt.files
    paths = {path.name: path for path in here.received.rglob("*") if path.is_file()}
    stored = read_file(paths["教育局.xlsx"])
    assert (receipt.department, receipt.code, receipt.number) == ("示例县教育局", "101", 1)
    assert (receipt.by, receipt.confirmed_by, receipt.late_days) == ("示例县教育局填报人", "", 0)
    assert book.sha256_received == hashlib.sha256(books["faulty"].read_bytes()).hexdigest()
    assert book.sha256_stored == stored.sha256 != book.sha256_received
    assert book.code == code_of(read_file(books["faulty"]).forms) == stored.settings["checksum"]
    assert (book.forms, stored.settings["submission"]) == (2, "1")
    assert (scan.name, scan.code, scan.forms) == ("材料/盖章件.pdf", "", 0)
    assert scan.sha256_received == scan.sha256_stored == hashlib.sha256(seal).hexdigest()
    assert paths["盖章件.pdf"].read_bytes() == seal
    assert receipt.counts.fix == 1
    assert here.desk.receipt(who, receipt.id) == receipt
    view = here.desk.draft(who, draft)
    assert (view.status, view.submission, view.files) == ("sent", receipt.id, ())
    assert not (here.folder / "状态" / "drafts" / draft).exists()  # the trial is gone


def test_sending_twice_gives_the_same_receipt(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    first = here.desk.submit(who, draft)
    assert here.desk.submit(who, draft).id == first.id
    assert len(received(here)) == 1


def test_two_clicks_at_once_give_one_submission(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    got = []
    threads = [threading.Thread(target=lambda: got.append(here.desk.submit(who, draft).id)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1 and len(got) == 4 and len(received(here)) == 1


def test_numbers_go_on_after_those_in_the_workbooks(here, books):
    who = here.filler()
    numbers = [
        here.desk.submit(who, checked(here.desk, who, book)).number
        for book in (books["faulty"], books["fifth"], books["faulty"])
    ]
    assert numbers == [1, 6, 7]


def test_what_is_explained_on_the_page_travels_in_the_file(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["explain"])
    due = [row for row in here.desk.draft(who, draft).rows if row.treatment is Treatment.EXPLAIN]
    here.desk.explain(who, draft, {row.number: f"第{row.number}条：年中调减。" for row in due})
    receipt = here.desk.submit(who, draft)
    assert (receipt.counts.explain, receipt.counts.explained) == (0, len(due))
    stored = next(here.received.rglob("*.xlsx"))
    assert {row.text for row in read_file(stored).explanations} == {
        f"第{row.number}条：年中调减。" for row in due
    }
    assert code_of(read_file(stored).forms) == code_of(read_file(books["explain"]).forms)
    view = here.desk.submission(who, receipt.id)
    assert [row.status for row in view.rows if row.treatment is Treatment.EXPLAIN] == ["explained"] * len(due)
    consolidate(here.received, here.folder / "全县.xlsx", roster=here.folder / "名册.xlsx")
    sheet = load_workbook(here.folder / "全县.xlsx")["审核问题"]
    heads = [cell.value for cell in sheet[1]]
    states = [dict(zip(heads, line)) for line in sheet.iter_rows(min_row=2, values_only=True)]
    told = [(line["单位说明"], line["状态"]) for line in states if line["处理方式"] == "本次说明"]
    assert told == [(f"第{row.number}条：年中调减。", "已说明") for row in due]


def test_a_submission_has_no_marks(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    marked = here.desk.marked_copy(who, draft, 1).path
    again = checked(here.desk, who, ("标注.xlsx", marked.read_bytes()))
    here.desk.submit(who, again)
    sheet = load_workbook(next(here.received.rglob("标注.xlsx")))["项目01"]
    plain = load_workbook(books["faulty"])["项目01"]
    assert sheet["G13"].comment is None
    assert sheet["G13"].fill.fgColor.rgb == plain["G13"].fill.fgColor.rgb


def test_the_lead_confirms_what_the_filler_has_prepared(here, books):
    filler, lead = here.filler(WATER), here.lead(WATER)
    draft = checked(here.desk, filler, books["water"])
    with pytest.raises(NotThere):  # not before the filler hands it over
        here.desk.draft(lead, draft)
    assert here.desk.draft(filler, draft).needs_lead
    assert here.desk.submit(filler, draft) is None
    assert received(here) == []
    view = here.desk.draft(filler, draft)
    assert (view.status, view.may_send, view.may_confirm) == ("waiting", False, False)
    for change in (
        lambda: here.desk.explain(filler, draft, {1: "再说"}),
        lambda: here.desk.drop(filler, draft),
        lambda: here.desk.submit(filler, draft),
        lambda: here.desk.add_file(filler, draft, "又.xlsx"),
    ):
        with pytest.raises(Refused):
            change()
    with pytest.raises(NotThere):
        here.desk.confirm(filler, draft)
    assert here.desk.draft(lead, draft).may_confirm
    assert [line.id for line in here.desk.home(lead).waiting] == [draft]
    receipt = here.desk.confirm(lead, draft)
    assert (receipt.by, receipt.confirmed_by) == ("示例县水利局填报人", "示例县水利局负责人")
    steps = [step.split(" ", 2)[2] for step in receipt.steps]
    assert steps == ["示例县水利局填报人 送负责人确认：示例县水利局，文件1个", "示例县水利局负责人 报送"]
    assert received(here) == ["102示例县水利局/第1次/水利局.xlsx"]


def test_the_lead_hands_back_with_a_reason(here, books):
    filler, lead = here.filler(WATER), here.lead(WATER)
    draft = checked(here.desk, filler, books["water"])
    here.desk.submit(filler, draft)
    with pytest.raises(Refused, match="理由"):
        here.desk.hand_back(lead, draft, "  ")
    with pytest.raises(NotThere):
        here.desk.hand_back(filler, draft, "我自己")
    here.desk.hand_back(lead, draft, "执行数再核一下。")
    view = here.desk.draft(filler, draft)
    assert (view.status, view.handed_back, view.may_send) == ("checked", "执行数再核一下。", True)
    with pytest.raises(NotThere):  # it is the filler's again
        here.desk.hand_back(lead, draft, "再退一次")
    here.desk.submit(filler, draft)
    steps = here.desk.confirm(lead, draft).steps
    assert ["执行数再核一下。" in step for step in steps] == [False, True, False, False]


def test_the_lead_may_fill_and_send_alone(here, books):
    lead = here.lead(WATER)
    receipt = here.desk.submit(lead, checked(here.desk, lead, books["water"]))
    assert (receipt.by, receipt.confirmed_by) == ("示例县水利局负责人", "")


def test_late_is_said_and_stands_on_the_receipt(tmp_path, monkeypatch, books):
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    monkeypatch.setattr(opening, "Processes", Threads)
    late = date.today() - timedelta(days=4)
    here = county(tmp_path, d101=late.isoformat())
    who = here.filler()
    assert here.desk.home(who).days_left == -4
    draft = checked(here.desk, who, books["faulty"])
    view = here.desk.draft(who, draft)
    assert view.late_days == 4 and any("逾期4天" in text for text in view.warnings) and view.may_send
    receipt = here.desk.submit(who, draft)
    assert (receipt.late_days, receipt.deadline) == (4, late)
    here.close()


def test_a_closed_season_takes_nothing_but_what_an_officer_reopens(here, books):
    who, other, officer = here.filler(), here.filler(HEALTH), here.officer()
    with pytest.raises(Refused, match="理由"):
        here.desk.close_season(officer, "")
    here.desk.close_season(officer, "汇总开始了")
    draft = checked(here.desk, who, books["faulty"])
    assert "已经结束（汇总开始了）" in here.desk.draft(who, draft).hindrances[0]
    with pytest.raises(Refused, match="结束"):
        here.desk.submit(who, draft)
    yesterday, tomorrow = date.today() - timedelta(days=1), date.today() + timedelta(days=1)
    for wrong in ("", "某天", yesterday.isoformat()):
        with pytest.raises(Refused, match="日期"):
            here.desk.reopen(officer, EDUCATION, "补报", wrong)
    here.desk.reopen(officer, EDUCATION, "补报校舍维修", tomorrow.isoformat())
    assert here.desk.home(who).season.until == tomorrow
    assert not here.desk.home(other).season.open
    assert here.desk.submit(who, draft).number == 1
    here.desk.open_season(officer, "都可以报")
    assert here.desk.home(other).season.open
    whats = [line.what for line in here.desk.log(officer).lines]
    assert [what for what in whats if what in ("结束收件", "单独开放报送", "报送", "重新开放收件")] == [
        "重新开放收件",
        "报送",
        "单独开放报送",
        "结束收件",
    ]


def test_a_correction_is_a_new_version_that_says_what_changed(here, books, tmp_path):
    who = here.filler()
    here.desk.submit(who, checked(here.desk, who, books["faulty"]))
    form = unmet(project_form("校舍维修", "P1", NAMES[EDUCATION], executed="90"))
    mended = workbook(tmp_path / "改.xlsx", EDUCATION, form, project_form("操场改造", "P2", NAMES[EDUCATION]))
    draft = checked(here.desk, who, mended)
    changes = here.desk.draft(who, draft).changes
    assert ("改动", "校舍维修", "95", "90") in [
        (row.change, row.project, row.old, row.new) for row in changes
    ]
    second = here.desk.submit(who, draft)
    assert here.desk.submission(who, second.id).changes == changes
    assert [line.number for line in here.desk.home(who).submissions] == [2, 1]
    assert received(here) == ["101示例县教育局/第1次/教育局.xlsx", "101示例县教育局/第2次/改.xlsx"]


def test_a_file_that_changed_since_the_check_is_not_sent(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    file = next((here.folder / "状态" / "drafts" / draft).glob("*/教育局.xlsx"))
    file.write_bytes(books["fifth"].read_bytes())
    with pytest.raises(Refused, match="校验以后变了"):
        here.desk.submit(who, draft)
    assert received(here) == [] and not list(here.received.rglob("*desk-*"))
    assert here.desk.draft(who, draft).status == "checked"


# A kill at each step of accepting: what the next start makes of it. Each step raises in place of the kill,
# without the clean-up that an error would bring.
class Killed(BaseException):
    pass


STEPS = [  # the function in whose place the process ends, and the number of receipts after the next start
    ("_stored", 0),
    ("_make_durable", 0),
    ("_facts", 0),
    ("os.rename", 0),
    ("sync_folder:2", 1),
    ("_give_receipt", 1),
    ("drafts.delete_files", 1),
]


@pytest.mark.slow
@pytest.mark.parametrize("step, receipts", STEPS)
def test_after_a_kill_a_submission_is_whole_or_not_there(here, books, monkeypatch, step, receipts):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    calls = [0]
    name, _, at = step.partition(":")
    target, _, attribute = name.rpartition(".")
    place = {"": accepting, "os": os, "drafts": accepting.drafts}[target]
    real = getattr(place, attribute)

    def die(*arguments, **named):
        calls[0] += 1
        if calls[0] == int(at or 1):
            raise Killed
        return real(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(place, attribute, die)
        patch.setattr(shutil, "rmtree", lambda *a, **k: None)  # a killed process cleans nothing up
        patch.setattr(accepting.drafts, "set_status", _without_cleaning(accepting.drafts.set_status))
        with pytest.raises(Killed):
            here.desk.submit(who, draft)
    here.open()
    sent = submissions.of(here.desk._core, EDUCATION)
    assert len(sent) == receipts == len(received(here))
    assert not list(here.received.rglob(".~*"))
    if receipts:
        assert here.desk.receipt(who, sent[0].id).number == 1
        assert here.desk.draft(who, draft).submission == sent[0].id
    else:
        assert here.desk.draft(who, draft).may_send  # nothing is lost, and it can be sent again
        assert here.desk.submit(who, draft).number == 1
    assert here.desk.log(here.officer()).whole


def _without_cleaning(real):
    """`set_status` that does not set a draft back, as nothing would after a kill."""

    def set_status(core, draft, status, *only, **more):
        return True if only == ("sending",) else real(core, draft, status, *only, **more)

    return set_status


def test_a_folder_that_cannot_be_written_costs_nothing(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    (here.received / "101示例县教育局").write_bytes(b"a file in the way")
    with pytest.raises(OutputError, match="没有报送成"):
        here.desk.submit(who, draft)
    (here.received / "101示例县教育局").unlink()
    assert here.desk.submit(who, draft).number == 1


def test_nothing_that_lies_there_is_replaced(here, books, monkeypatch):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])

    class Still:
        @staticmethod
        def now():
            from datetime import datetime

            return datetime(2026, 3, 27, 15, 30, 12)

    monkeypatch.setattr(accepting, "datetime", Still)
    there = here.received / "101示例县教育局" / "第1次_20260327-153012"
    there.mkdir(parents=True)
    with pytest.raises(Refused, match="同名"):
        here.desk.submit(who, draft)
    assert list(there.iterdir()) == []


def test_a_time_is_taken_for_no_departments_code(tmp_path):
    """Whose a file without a department is, its folders say: 153012 must not be half past three."""
    from datetime import datetime
    from types import SimpleNamespace

    from selfeval_xl.filings.roster import Department, Roster

    for code in ("153012", "20260327", "101"):
        roster = Roster((Department(code, "示例县档案馆"),))
        name = accepting._folder_name(SimpleNamespace(roster=roster), 3, datetime(2026, 3, 27, 15, 30, 12))
        assert roster.named_in(name) is None
        assert (name == "第3次_20260327-153012") == (code == "101")


@pytest.mark.slow
def test_the_folder_consolidates_like_any_other(here, books):
    """The county workbook of the desk's folder has the numbers of the same files put there by hand."""
    for who, book in ((here.filler(), books["faulty"]), (here.lead(), books["water"])):
        here.desk.submit(who, checked(here.desk, who, book))
    by_hand = here.folder / "手工"
    for code, book in ((EDUCATION, "faulty"), (WATER, "water")):
        (by_hand / NAMES[code]).mkdir(parents=True)
        shutil.copy(books[book], by_hand / NAMES[code])
    ours, theirs = (
        consolidate(folder, here.folder / name, roster=here.folder / "名册.xlsx")
        for folder, name in ((here.received, "甲.xlsx"), (by_hand, "乙.xlsx"))
    )
    assert (ours.project_forms, ours.fix, ours.explain) == (theirs.project_forms, theirs.fix, theirs.explain)
    for sheet in ("项目汇总", "资金明细", "指标明细", "偏差清单"):
        tables = [
            [
                [
                    cell
                    for cell, head in zip(line, heads)
                    if head not in ("文件", "原表", "报送序号", "工作表", "单元格")
                ]
                for line in lines
            ]
            for lines in (
                list(load_workbook(here.folder / name)[sheet].iter_rows(values_only=True))
                for name in ("甲.xlsx", "乙.xlsx")
            )
            for heads in [lines[0]]
        ]
        assert tables[0] == tables[1]


def test_a_receipt_that_could_not_be_written_comes_with_the_next_click(here, books, monkeypatch):
    """The disk is full just after the folder got its name: nothing is lost, nothing comes twice."""
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])

    def full(*_):
        raise OutputError("磁盘已满")

    with monkeypatch.context() as patch:
        patch.setattr(accepting, "_give_receipt", full)
        with pytest.raises(OutputError):
            here.desk.submit(who, draft)
    assert here.desk.submit(who, draft).number == 1
    assert received(here) == ["101示例县教育局/第1次/教育局.xlsx"]


def test_what_is_explained_of_a_report_in_word_stands_in_the_workbook(books, tmp_path):
    """As from Excel: the list of the workbook calls its place 自评报告, and the check finds it there."""
    import pickle

    from selfeval_xl.assessment.policy import default
    from selfeval_xl.filings.roster import Roster
    from selfeval_xl.model.findings import Finding, Severity
    from selfeval_xl.model.forms import REPORT
    from selfeval_xl.server.desk import worker

    about = {"rule": "R05", "severity": Severity.WARNING, "treatment": Treatment.EXPLAIN}
    told = Finding(
        message="与表不一致。", form=REPORT, file="报告.docx", subject="执行率", value="90%", **about
    )
    (tmp_path / worker.FINDINGS).write_bytes(pickle.dumps([told]))
    context = worker.Context(Roster(), default())
    for main, texts in ((True, ["按决算数。"]), (False, [])):
        out = tmp_path / f"{main}.xlsx"
        arguments = (str(tmp_path), 1, str(books["fifth"]), str(out), 6, {1: "按决算数。"}, main)
        worker._sign(context, *arguments)
        rows = read_file(out).explanations
        assert [row.text for row in rows] == texts
        assert [(row.sheet, row.rule, row.subject) for row in rows] == [("自评报告", "R05", "执行率")] * main


def test_a_draft_whose_failure_could_not_be_noted_is_taken_up_again(here, books, monkeypatch):
    """The disk is full when the draft is to be set back: it is not stuck until the next start."""
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    real = accepting.drafts.set_status

    def full(core, id, status, *only, **more):
        if status != "sending":
            raise OutputError("磁盘已满")
        return real(core, id, status, *only, **more)

    with monkeypatch.context() as patch:
        patch.setattr(accepting.drafts, "set_status", full)
        patch.setattr(accepting, "_make_durable", lambda path: full(None, "", ""))
        with pytest.raises(OutputError):
            here.desk.submit(who, draft)
    assert here.desk.draft(who, draft).status == "sending"
    accepting.heal(here.desk._core)
    assert here.desk.draft(who, draft).may_send
    assert here.desk.submit(who, draft).number == 1
    accepting.heal(here.desk._core)
    assert len(received(here)) == 1
