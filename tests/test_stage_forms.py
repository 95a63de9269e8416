"""Declarations and monitoring forms of many places are read by their labels (tests/stage_forms)."""

from __future__ import annotations

import json
import re
import unicodedata

import docx
import openpyxl
import pytest

from selfeval_xl.model.forms import Outlook
from selfeval_xl.model.grid import Grid, position
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.other_forms import kind_by_title
from selfeval_xl.readers.recognition.stage_forms import all_forms_in
from selfeval_xl.readers.recognition.stage_months import months_in
from selfeval_xl.readers.recognition.stage_ticks import outlook_in
from support.command import selfeval
from support.random_edits import edited, good_forms, good_stage_forms, lost_in_silence, stage_forms_in
from support.stage_tables import FOLDER, Comparison, compare, load, told
from support.text_grid import grid_of

FILES = sorted(FOLDER.glob("*.md"))
SHARE = 0.99


def compared(path) -> Comparison:
    table, wanted = load(path)
    found = all_forms_in(grid_of(table), "a.xlsx")
    return compare(path.stem, wanted, [told(form) for form in found.stage_forms])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_form_is_read(path):
    assert compared(path).wrong == []


def test_of_all_values_nearly_all_are_right():
    results = [compared(path) for path in FILES]
    asked = sum(result.asked for result in results)
    wrong = [line for result in results for line in result.wrong]
    assert len(FILES) >= 25 and asked >= 1000
    assert 1 - len(wrong) / asked >= SHARE, wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_lost_without_a_word(path):
    """Each filled cell is a label, a value, furniture or unread; these forms have nothing that is unread."""
    found = all_forms_in(grid_of(load(path)[0]), "a.xlsx")
    assert [(unread.cells, unread.text) for form in found.stage_forms for unread in form.account.unread] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_value_names_its_cell(path):
    grid = grid_of(load(path)[0])
    wrong = []
    for form in all_forms_in(grid, "a.xlsx").stage_forms:
        for record in (form.goal, *form.funding, *form.indicators):
            for key in ("medium", "expected", "forecast", "medium_budget", "annual_budget", "executed"):
                wrong += _misplaced(grid, record, key)
            for key in ("target", "medium_target", "actual", "note", "name"):
                wrong += _misplaced(grid, record, key)
        for row in form.indicators:
            if row.outlook and not row.cells.get("outlook") or row.causes and not row.cells.get("causes"):
                wrong.append(row)
    assert wrong == []


def _misplaced(grid: Grid, record, key: str) -> list[str]:
    """The value where it does not stand in the cells that the record names."""
    value = getattr(record, key, None)
    if value is None:
        return []
    texts = [grid.text(*position(name)) for name in record.cells[key].split(",")]
    inside = "".join(map(_plain, texts))
    parts = [_plain(part) for part in re.split(r"[；\n]", value)]
    right = [part in inside or inside in part for part in parts]
    found = any(right) if key == "note" else all(right)  # a measure of its own column joins the note
    return [] if found else [f"{key}={value}: {texts}"]


def _plain(text: str) -> str:
    return re.sub(r"\s|(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", text))


def write_workbook(path, table: str) -> None:
    """The table as a workbook, with its merged cells and formats."""
    grid = grid_of(table)
    book = openpyxl.Workbook()
    for row, cells in enumerate(grid.rows, 1):
        for column, value in enumerate(cells, 1):
            if value is None:
                continue
            cell = book.active.cell(row, column, value)
            cell.data_type = "s" if isinstance(value, str) else "n"
            cell.number_format = grid.number_format(row - 1, column - 1) or "General"
    for area in grid.merges:
        book.active.merge_cells(None, area.top + 1, area.left + 1, area.bottom + 1, area.right + 1)
    book.save(path)


def write_word(path, table: str) -> None:
    """The table as a Word table, with its merged cells; rates as they are displayed."""
    grid = grid_of(table)
    document = docx.Document()
    width = max(map(len, grid.rows))
    word = document.add_table(len(grid.rows), width)
    for area in grid.merges:
        word.cell(area.top, area.left).merge(word.cell(area.bottom, area.right))
    for row, cells in enumerate(grid.rows):
        for column, value in enumerate(cells):
            if value is not None:
                word.cell(row, column).text = grid.text(row, column)
    document.save(path)


@pytest.mark.parametrize(
    "name",
    [
        "ministry-monitoring-three-ticks",
        "ministry-declaration-two-groups",
        "tianjin-monitoring-adjusted-budget",
        "two-monitoring-forms-on-a-sheet",
        "ministry-department-targets-with-tasks",
    ],
)
@pytest.mark.parametrize(("write", "ending"), [(write_workbook, "xlsx"), (write_word, "docx")])
def test_files_give_what_the_table_gives(name, write, ending, tmp_path):
    table, wanted = load(FOLDER / f"{name}.md")
    path = tmp_path / f"表.{ending}"
    write(path, table)
    file = read_file(path)
    assert compare(name, wanted, [told(form) for form in file.stage_forms]).wrong == []
    assert file.forms == () and [other.kind for other in file.others] == [wanted[0].head["kind"]]


SELF = """
| 2024年视频监控系统项目支出绩效自评表 | < | < | < | < | < |
| 项目名称 | 视频监控系统 | < | 实施单位 | 县公安局 | < |
| 项目资金（万元） | | 年初预算数 | 全年预算数 | 全年执行数 | 执行率 |
| ^ | 年度资金总额 | 12 | 12 | 12 | 100% |
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 得分 |
| 产出指标 | 数量指标 | 新装探头 | ≥25个 | 26个 | 10 |
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("项目支出绩效自评表", "项目支出绩效目标自评表"),
        ("实际完成值", "1-12月实际完成值"),
        ("全年执行数", "1-12月执行数"),
    ],
)
def test_a_self_evaluation_never_becomes_a_form_of_a_stage(old, new):
    found = all_forms_in(grid_of(SELF.replace(old, new)), "a.xlsx")
    assert (len(found.forms), found.stage_forms, found.other) == (1, [], None)


def test_a_declaration_above_a_self_evaluation_is_read_too():
    declared = """
| 2024年视频监控系统项目绩效目标申报表 | < | < | < | < | < |
| 项目名称 | 视频监控系统 | < | 实施单位 | 县公安局 | < |
| 一级指标 | 二级指标 | 三级指标 | 指标值 | 备注 | |
| 产出指标 | 数量指标 | 新装探头 | ≥25个 | | |"""
    found = all_forms_in(grid_of(declared + SELF), "a.xlsx")
    assert [form.kind for form in found.forms] == ["project"] and found.other is None
    (form,) = found.stage_forms
    assert (form.kind, form.project, form.year) == ("declaration", "视频监控系统", 2024)
    assert [(row.name, row.target) for row in form.indicators] == [("新装探头", "≥25个")]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("水质监控能力建设项目绩效目标申报表", "declaration"),
        ("视频监控项目支出绩效目标表（2025年度）", "declaration"),
        ("项目支出绩效目标执行监控表", "monitoring"),
        ("预算绩效目标跟踪监控表", "monitoring"),
        ("视频监控项目绩效目标批复表", "approval"),
    ],
)
def test_what_stands_last_in_a_title_is_the_kind(title, kind):
    assert kind_by_title(title) == kind


UNTITLED = """
| 项目名称 | 农村饮水 | < | < | < | < | < |
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 1-7月实际完成值 | 全年预计完成情况 | 完成目标可能性 |
| 产出指标 | 数量指标 | 改造数量 | ≥25处 | 20处 | 25处 | 确定能 |
"""


def test_a_monitoring_form_without_a_title_is_none_of_the_self_evaluation():
    found = all_forms_in(grid_of(UNTITLED), "a.xlsx")
    assert found.forms == [] and found.other is not None and found.other.kind == "monitoring"
    (form,) = found.stage_forms
    (row,) = form.indicators
    assert (form.through, row.actual, row.forecast, row.outlook) == ("1-7月", "20处", "25处", Outlook.CERTAIN)


def test_two_ticked_outlooks_are_none_and_stay_as_written():
    table, _ = load(FOLDER / "ministry-monitoring-three-ticks.md")
    found = all_forms_in(
        grid_of(table.replace("120公里 | | | | | | | √ | |", "120公里 | | | | | | | √ | √ |")), "a.xlsx"
    )
    row = found.stage_forms[0].indicators[0]
    assert row.outlook is None and row.other == {"确定能": "√", "有可能": "√"}
    assert not found.stage_forms[0].account.unread


@pytest.mark.parametrize(
    ("text", "outlook"),
    [
        ("确定能", "certain"),
        ("2、有可能", "possible"),
        ("完全不可能。", "impossible"),
        ("不可能", "impossible"),
        ("□确定能 ☑有可能 □完全不可能", "possible"),
        ("确定能☑ 有可能□ 完全不可能□", "certain"),
        ("确定能（ ）有可能（√）完全不可能（ ）", "possible"),
        ("□确定能 □有可能 □完全不可能", None),
        ("☑确定能 ☑有可能", None),
        ("确定能/有可能", None),
        ("看天气", None),
        (None, None),
    ],
)
def test_an_outlook_is_the_one_that_is_named_or_ticked(text, outlook):
    assert outlook_in(text) == (None if outlook is None else Outlook(outlook))


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("1-7月执行数", "1-7月"),
        ("1—8月份完成情况", "1—8月份"),
        ("1至（6）月执行数", "1至6月"),
        ("1月～9月执行率", "1月～9月"),
        ("截至7月底执行数", "截至7月底"),
        ("上半年支出数", "上半年"),
        ("1－n月执行数", None),
        ("1-（ ）月执行数", None),
        ("全年执行数", None),
        ("2021年11月支出", None),
    ],
)
def test_the_months_are_as_printed(text, months):
    assert months_in(text) == months


def test_read_shows_what_was_understood(tmp_path):
    write_workbook(tmp_path / "监控.xlsx", load(FOLDER / "ministry-monitoring-three-ticks.md")[0])
    shown = re.sub(r"\s", "", selfeval("read", tmp_path / "监控.xlsx").stdout)
    for text in (
        "绩效运行监控表",
        "监控时段：1－7月",
        "全年预计执行数",
        "确定能",
        "完全不可能",
        "没有读的0格",
    ):
        assert text in shown
    document = json.loads(selfeval("read", "--json", tmp_path / "监控.xlsx").stdout)
    (form,) = document["files"][0]["forms"]
    assert (form["kind"], form["through"]) == ("monitoring", "1－7月")
    assert [row["outlook"] for row in form["indicators"]] == [
        *("certain", "possible", "certain", "impossible", "certain"),
    ]
    assert form["indicators"][1]["causes"] == ["人员保障", "硬件条件保障"]


def test_no_value_is_lost_in_silence_after_random_edits():
    """A name that slipped into the columns of levels may be taken for one (师生满意度)."""
    forms = list(good_stage_forms())
    lost = []
    for seed in range(600):
        name, sheet = forms[seed % len(forms)]
        after = edited(sheet, seed)
        texts = [text for text in lost_in_silence(after, stage_forms_in) if not text.endswith("满意度")]
        lost += [(name, seed, after.done, texts)] if texts else []
    assert lost == []


def test_codes_and_year_come_from_the_hidden_sheet(tmp_path):
    """On a workbook that was issued, a form that prints no code has the issued one."""
    path = tmp_path / "下发.xlsx"
    write_workbook(path, load(FOLDER / "monitoring-kinds-of-causes-in-a-cell.md")[0])
    book = openpyxl.load_workbook(path)
    book.active.title = "项目01"
    settings = book.create_sheet("_selfeval")
    settings.sheet_state = "hidden"
    for row in (
        ("版本", "1"),
        ("layout", "mof-2020"),
        ("year", "2022"),
        ("project_code|项目01", "51000021R"),
    ):
        settings.append(row)
    book.save(path)
    (form,) = read_file(path).stage_forms
    assert (form.project_code, form.year, form.sheet) == ("51000021R", 2022, "项目01")


def test_no_known_form_of_the_self_evaluation_is_one_of_a_stage():
    """Nor after random edits of it."""
    for number, (name, sheet) in enumerate(good_forms()):
        if name.endswith(("declaration", "monitoring")):  # layouts of these stages
            continue
        for after in (sheet, *(edited(sheet, seed) for seed in range(number, number + 3))):
            assert all_forms_in(after.grid(), "a.xlsx").stage_forms == [], (name, after.done)
