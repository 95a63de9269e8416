"""Drafts: what is taken in, how it is shown, the same findings as the command's, and nothing that stays."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from openpyxl import load_workbook

from selfeval_xl.errors import NotThere, Refused
from selfeval_xl.model.findings import Treatment
from selfeval_xl.server.desk import Limits, drafts, opening
from selfeval_xl.server.state import sessions
from support.command import selfeval
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
    upload,
    workbook,
)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Workbooks: clean, with two faults, of 水利局, and with an explanation due."""
    folder = tmp_path_factory.mktemp("表")
    name = NAMES[EDUCATION]
    clean, other = project_form("校舍维修", "P1", name), project_form("操场改造", "P2", name)
    less = project_form("校舍维修", "P1", name, executed="95")
    less["funding"][0] |= {"initial_budget": "250"}  # adjusted from 250 to 100: to be explained
    return {
        "clean": workbook(folder / "教育局.xlsx", EDUCATION, clean, other),
        "faulty": workbook(folder / "教育局有错.xlsx", EDUCATION, unmet(clean), other),
        "water": workbook(folder / "水利局.xlsx", WATER, project_form("灌区维修", "W1", NAMES[WATER])),
        "explain": workbook(folder / "教育局要说明.xlsx", EDUCATION, less, other),
    }


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("县")
        patch.setenv("SELFEVAL_HOME", str(folder / "设置"))
        patch.setattr(opening, "Processes", Threads)
        made = county(folder)
        yield made
        made.close()


@pytest.fixture
def here(shared):
    yield shared
    shared.open() if shared.desk is None else None
    for row in shared.desk._core.base.rows("SELECT id FROM drafts"):
        drafts.delete(shared.desk._core, row[0])


def packed(**files: bytes) -> bytes:
    """A zip of these files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return data.getvalue()


def test_the_page_has_the_findings_of_the_command(here, books, tmp_path):
    who = here.filler()
    view = here.desk.draft(who, checked(here.desk, who, books["faulty"], books["explain"]))
    run = selfeval(
        "check", books["faulty"], books["explain"], "--json", "--roster", here.folder / "名册.xlsx"
    )
    told = json.loads(run.stdout)["findings"]
    assert [
        (
            row.rule,
            row.treatment,
            row.severity,
            row.sheet,
            row.cell,
            row.subject,
            row.value,
            row.hint,
            row.file,
        )
        for row in view.rows
    ] == [
        (
            each["rule"],
            each["treatment"],
            each["severity"],
            each["sheet"] or "",
            each["cell"] or "",
            each["subject"] or "",
            each["value"] or "",
            each["hint"],
            each["file"].rpartition("/")[2],
        )
        for each in told
    ]
    assert all(row.message.startswith(each["message"]) for row, each in zip(view.rows, told))
    assert [row.number for row in view.rows] == list(range(1, len(told) + 1))
    by = [each["treatment"] for each in told]
    assert (view.counts.fix, view.counts.explain) == (by.count("fix"), by.count("explain"))


def test_a_faulty_workbook_is_told_by_sheet_and_cell(here, books):
    who = here.filler()
    view = here.desk.draft(who, checked(here.desk, who, books["faulty"]))
    assert [(row.rule, row.sheet, row.cell, row.treatment) for row in view.rows] == [
        ("D03", "项目01", "G13", Treatment.FIX)
    ]
    assert view.status == "checked" and view.ready and view.may_send and not view.hindrances
    assert view.warnings == ("还有须修改1处。现在报送，财政局可能退回。",)
    assert [(file.n, file.name, file.forms, file.marked) for file in view.files] == [
        (1, "教育局有错.xlsx", 2, True)
    ]


def test_a_clean_workbook_has_nothing_to_mend(here, books):
    who = here.filler()
    view = here.desk.draft(who, checked(here.desk, who, books["clean"]))
    assert (view.counts.fix, view.counts.explain, view.warnings, view.hindrances) == (0, 0, (), ())


def test_explanations_count_at_once_and_stand_in_the_marked_copy(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["explain"])
    view = here.desk.draft(who, draft)
    due = [row for row in view.rows if row.treatment is Treatment.EXPLAIN]
    assert due and all(row.can_explain for row in due) and view.counts.explain == len(due)
    assert not any(row.can_explain for row in view.rows if row.treatment is not Treatment.EXPLAIN)
    here.desk.explain(who, draft, {due[0].number: "年中按县委会议纪要调减。\x00"})
    view = here.desk.draft(who, draft)
    row = view.rows[due[0].number - 1]
    assert (row.explanation, row.status) == ("年中按县委会议纪要调减。", "explained")
    assert (view.counts.explain, view.counts.explained) == (len(due) - 1, 1)
    copy = here.desk.marked_copy(who, draft, 1)
    assert copy.name == "教育局要说明_标注.xlsx"
    sheet = load_workbook(copy.path)["校验结果"]
    heads = [cell.value for cell in sheet[1]]
    lines = [dict(zip(heads, line)) for line in sheet.iter_rows(min_row=2, values_only=True)]
    mine = [line for line in lines if line["规则编号"] == row.rule and line["对象"] == (row.subject or None)]
    assert [(line["单位说明"], line["状态"]) for line in mine] == [("年中按县委会议纪要调减。", "已说明")]
    here.desk.explain(who, draft, {due[0].number: ""})
    assert here.desk.draft(who, draft).counts.explain == len(due)


def test_explanations_are_bounded_and_of_findings_that_are_there(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["explain"])
    with pytest.raises(Refused, match="太长"):
        here.desk.explain(who, draft, {1: "长" * 2001})
    here.desk.explain(who, draft, {999: "没有这一条", -1: "也没有"})
    assert here.desk.draft(who, draft).counts.explained == 0


@pytest.mark.parametrize(
    "sent, shown",
    [
        ("../../../etc/passwd", "etc/passwd"),
        ("C:\\资料\\报 表.xlsx", "C_/资料/报 表.xlsx"),
        ("材料/一组/表.xlsx", "材料/一组/表.xlsx"),
        ("a\x00b<c>\u202e.xlsx", "a_b_c_.xlsx"),
        ("", "未命名"),
        ("..", "未命名"),
        ("/", "未命名"),
        ("长" * 300 + ".xlsx", "长" * 75 + ".xlsx"),
        ("\ud800.xlsx", "_.xlsx"),
    ],
)
def test_names_are_shown_and_never_become_paths(sent, shown):
    name = drafts.shown(sent)
    assert name == shown
    place = drafts.place_of(name, set())
    assert "/" not in place and place not in (".", "..") and len(place.encode()) <= 255


@pytest.mark.parametrize("name", ["CON.xlsx", "nul", ".~x.xlsx", "表.xlsx.", "x" * 500, "-rf", "a:b"])
def test_any_name_gets_a_place(name):
    place = drafts.place_of(drafts.shown(name), set())
    assert place and not place.startswith((".", "CON.", "nul")) and len(place) < 100


def test_what_is_passed_over_is_named(here, books):
    who = here.filler()
    raw = books["clean"].read_bytes()
    draft = checked(here.desk, who, ("甲/~$表.xlsx", b"lock"), ("表.xlsx", raw), (".~终稿.xlsx", raw))
    seen = here.desk.draft(who, draft)
    assert [file.name for file in seen.files] == ["表.xlsx"]
    said = [text for text in seen.warnings if "没有收" in text]
    assert len(said) == 1 and "“甲/~$表.xlsx”、“.~终稿.xlsx”没有收" in said[0]
    assert not list(here.folder.rglob("*终稿*"))


def test_two_files_of_one_name_have_two_places(here, books):
    who = here.filler()
    raw = books["clean"].read_bytes()
    draft = checked(here.desk, who, ("甲/表.xlsx", raw), ("乙/表.XLSX", raw), ("表.pdf", b"%PDF-1.4 seal"))
    files = drafts.files(here.desk._core, draft)
    assert [file.name for file in files] == ["甲/表.xlsx", "乙/表.XLSX", "表.pdf"]
    assert len({file.place.casefold() for file in files}) == 3


def test_lock_files_of_a_folder_are_passed_over(here, books):
    who = here.filler()
    draft = checked(
        here.desk,
        who,
        ("材料/~$表.xlsx", b"lock"),
        ("材料/.DS_Store", b"mac"),
        ("材料/表.xlsx", books["clean"].read_bytes()),
    )
    assert [file.name for file in here.desk.draft(who, draft).files] == ["材料/表.xlsx"]


def test_a_zip_is_unpacked(here, books):
    who = here.filler()
    data = packed(**{"一组/教育局.xlsx": books["faulty"].read_bytes(), "一组/盖章.pdf": b"%PDF-1.4 seal"})
    view = here.desk.draft(who, checked(here.desk, who, ("材料.zip", data)))
    assert [(file.n, file.name) for file in view.files] == [
        (1, "材料.zip/一组/教育局.xlsx"),
        (2, "材料.zip/一组/盖章.pdf"),
    ]
    assert [(row.rule, row.file) for row in view.rows] == [("D03", "材料.zip/一组/教育局.xlsx")]


def test_a_zip_that_cannot_be_unpacked_stays_one_file_and_says_why(here, books):
    who = here.filler()
    data = bytearray(packed(**{"教育局.xlsx": books["clean"].read_bytes(), "b.txt": b"abc"}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the first member says that it is encrypted
    view = here.desk.draft(who, checked(here.desk, who, ("材料.zip", bytes(data))))
    assert [file.name for file in view.files] == ["材料.zip"]
    assert "没有解压" in view.files[0].said[0] and "密码" in view.files[0].said[0]
    assert view.hindrances and "读得出" in view.hindrances[0]


def test_a_zip_is_not_unpacked_beyond_the_bounds_of_an_upload(here, books):
    here.open(limits=Limits(draft_bytes=3 << 20, files=10))
    who = here.filler()
    bomb = packed(**{f"{n}.txt": b"0" * (1 << 20) for n in range(8)})
    many = packed(**{f"{n}.txt": b"0" for n in range(30)})
    view = here.desk.draft(who, checked(here.desk, who, ("弹.zip", bomb), ("多.zip", many)))
    assert [file.name for file in view.files] == ["弹.zip", "多.zip"]
    assert all("没有解压" in file.said[0] for file in view.files)
    here.open()


@pytest.mark.parametrize(
    "name, raw, said",
    [
        ("表.xlsx", b"PK\x03\x04 broken", "表.xlsx"),
        ("读我.txt", "你好".encode(), "里面是纯文本"),
        ("空.xlsx", b"", "空.xlsx"),
    ],
)
def test_what_nobody_can_read_is_said_and_cannot_be_sent(here, name, raw, said):
    who = here.filler()
    draft = checked(here.desk, who, (name, raw))
    view = here.desk.draft(who, draft)
    assert any(said in text for file in view.files for text in file.said)
    assert view.hindrances and not view.may_send
    with pytest.raises(Refused, match="读得出"):
        here.desk.submit(who, draft)


def test_a_file_that_kills_its_reader_costs_itself_alone(here, books, monkeypatch):
    from selfeval_xl.server.desk import processes

    here.close()
    monkeypatch.setattr(opening, "Processes", processes.Processes)
    monkeypatch.setattr(processes.Processes.__init__, "__defaults__", (1 << 30, "support.desk_deaths:work"))
    here.open()
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"], ("杀手.xlsx", b"kill"), ("慢.xlsx", b"raise"))
    view = here.desk.draft(who, draft)
    assert view.status == "checked"
    assert [row.rule for row in view.rows if row.file == "教育局有错.xlsx"] == ["D03"]
    assert ["中断" in "".join(file.said) for file in view.files] == [False, True, True]
    here.close()


def test_a_form_of_another_department_cannot_be_sent(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["clean"], books["water"])
    view = here.desk.draft(who, draft)
    assert len(view.hindrances) == 1 and "“水利局.xlsx”里的表是示例县水利局的" in view.hindrances[0]
    with pytest.raises(Refused, match="水利局"):
        here.desk.submit(who, draft)
    assert not list(here.received.rglob("*.xlsx"))


def test_a_department_that_the_roster_does_not_know_is_said(here, tmp_path):
    who = here.filler()
    form = project_form("校舍维修", "P1", "示例县广播电台")
    path = workbook(tmp_path / "电台.xlsx", EDUCATION, form, department_code="", department="")
    view = here.desk.draft(who, checked(here.desk, who, path))
    assert not view.hindrances
    assert any("“示例县广播电台”不在名册里，按示例县教育局收" in text for text in view.warnings)


def test_sizes_are_bounded_while_they_come(here):
    here.open(limits=Limits(file_bytes=1 << 20, draft_bytes=3 << 19, files=2))
    who = here.filler()
    draft = here.desk.new_draft(who, "10.0.0.7")
    file = here.desk.add_file(who, draft, "大.xlsx")
    with pytest.raises(Refused, match="超过1MB"):
        for _ in range(3):
            file.write(b"x" * (1 << 19))
    for name in ("一.xlsx", "二.xlsx"):
        file = here.desk.add_file(who, draft, name)
        try:
            file.write(b"x" * (1 << 20))
            file.finish()
        except Refused as refused:
            assert name == "二.xlsx" and "加起来太大" in str(refused)
    file = here.desk.add_file(who, draft, "三.xlsx")
    file.write(b"x")
    file.finish()
    with pytest.raises(Refused, match="最多上传2个文件"):
        here.desk.add_file(who, draft, "四.xlsx")
    kept = [path for path in (here.folder / "状态" / "drafts" / draft).rglob("*") if path.is_file()]
    assert sorted(path.name for path in kept) == ["一.xlsx", "三.xlsx"]
    here.open()


def test_an_upload_that_breaks_off_leaves_no_file(here):
    who = here.filler()
    draft = here.desk.new_draft(who, "10.0.0.7")
    file = here.desk.add_file(who, draft, "半.xlsx")
    file.write(b"half")
    file.drop()
    file.finish()
    file.drop()
    with pytest.raises(Refused, match="没有收到文件"):
        here.desk.check(who, draft)
    assert not list((here.folder / "状态" / "drafts").iterdir())


def test_old_trials_make_room_for_new_ones(here):
    here.open(limits=Limits(drafts=2))
    who = here.filler()
    made = [checked(here.desk, who, ("读我.txt", b"x")) for _ in range(4)]
    assert [line.id for line in here.desk.home(who).drafts] == made[:1:-1]
    here.open()


def test_a_trial_leaves_nothing_after_it_was_dropped(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    here.desk.drop(who, draft)
    with pytest.raises(NotThere):
        here.desk.draft(who, draft)
    assert not (here.folder / "状态" / "drafts" / draft).exists()


def test_a_trial_ends_with_the_session(here, books):
    who = here.filler(HEALTH)
    token, session = here.desk.log_in(HEALTH, here.codes[HEALTH][0], "10.0.0.7")
    draft = checked(here.desk, who, books["faulty"])
    here.desk.log_out(token)
    assert here.desk.draft(who, draft)  # there is another session
    sessions.end_others(here.desk._core.base, who.id)
    drafts.sweep(here.desk._core)
    with pytest.raises(NotThere):
        here.desk.draft(who, draft)


def test_a_trial_ends_after_a_day(here, books, monkeypatch):
    import time

    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    now = time.time()
    monkeypatch.setattr(drafts.time, "time", lambda: now + 23 * 3600)
    monkeypatch.setattr(sessions, "LONGEST", 1e9)
    monkeypatch.setattr(sessions, "IDLE", 1e9)
    drafts.sweep(here.desk._core)
    assert here.desk.draft(who, draft)
    monkeypatch.setattr(drafts.time, "time", lambda: now + 25 * 3600)
    drafts.sweep(here.desk._core)
    with pytest.raises(NotThere):
        here.desk.draft(who, draft)


def test_what_waits_has_a_place_in_the_queue(here, books):
    who = here.filler()
    made = [upload(here.desk, who, books["clean"]) for _ in range(3)]
    places = [here.desk.draft_state(who, draft)[1] for draft in made]
    assert places == sorted(places)
    until(lambda: all(here.desk.draft(who, draft).ready for draft in made))
    assert [here.desk.draft_state(who, draft) for draft in made] == [("checked", 0)] * 3


def test_drafts_in_the_queue_are_taken_up_by_the_next_start(here, books):
    who = here.filler()
    draft = upload(here.desk, who, books["faulty"])
    here.open()
    until(lambda: here.desk.draft(who, draft).ready)
    assert [row.rule for row in here.desk.draft(who, draft).rows] == ["D03"]


def test_a_second_check_of_a_draft_changes_nothing(here, books):
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    here.desk.check(who, draft)
    assert here.desk.draft(who, draft).status == "checked"
    with pytest.raises(Refused, match="已经结束"):
        here.desk.add_file(who, draft, "又一个.xlsx")


def test_uploads_that_broke_off_do_not_keep_anybody_out(here, monkeypatch):
    import time

    who, now = here.filler(), time.time()
    begun = [here.desk.new_draft(who, "10.0.0.7") for _ in range(Limits().drafts)]
    with pytest.raises(Refused, match="没有校验完"):
        here.desk.new_draft(who, "10.0.0.7")
    monkeypatch.setattr(drafts.time, "time", lambda: now + 16 * 60)
    assert here.desk.new_draft(who, "10.0.0.7")
    with pytest.raises(NotThere):
        here.desk.draft(who, begun[0])


def test_a_file_of_a_draft_that_was_dropped_meanwhile_leaves_nothing(here):
    who = here.filler()
    draft = here.desk.new_draft(who, "10.0.0.7")
    file = here.desk.add_file(who, draft, "表.xlsx")
    file.write(b"x")
    here.desk.drop(who, draft)
    with pytest.raises(NotThere):
        file.finish()
    assert not file.path.exists()


def test_a_full_disk_under_the_workers_is_said_without_places(here, books, monkeypatch):
    from selfeval_xl.server.desk import processes

    here.close()
    monkeypatch.setattr(opening, "Processes", processes.Processes)
    monkeypatch.setattr(processes.Processes.__init__, "__defaults__", (1 << 30, "support.desk_deaths:full"))
    here.open()
    who = here.filler()
    view = here.desk.draft(who, checked(here.desk, who, books["clean"]))
    assert view.status == "failed"
    assert view.error == "没有校验成：收件台的磁盘写不进去：磁盘已满。请重新上传一次。"
    here.close()


def test_a_desk_that_is_closed_lets_nobody_wait(here, books, monkeypatch):
    import threading

    from selfeval_xl.server.desk import processes

    monkeypatch.setattr(opening, "Processes", processes.Processes)
    here.open()
    who = here.filler()
    draft = checked(here.desk, who, books["faulty"])
    for _ in range(3):
        upload(here.desk, who, books["faulty"])
    waiting = threading.Thread(
        target=lambda: _quiet(lambda: here.desk.marked_copy(who, draft, 1)), daemon=True
    )
    waiting.start()
    here.close()
    waiting.join(timeout=10)
    assert not waiting.is_alive()


def _quiet(call) -> None:
    """Calls it whatever it raises."""
    from concurrent.futures import CancelledError

    try:
        call()
    except (Exception, CancelledError):
        pass
