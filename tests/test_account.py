"""The account of a form: what is in no record is named, wherever a person put it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from selfeval_xl.county import consolidate
from selfeval_xl.model.account import Unread
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.form_finder import forms_in
from support.command import selfeval
from support.random_edits import edited, good_forms, lost_in_silence
from support.text_grid import grid_of

FORM = """
| 项目支出绩效自评表 | < | < | < | < | < |
| 项目名称 | 村道养护 | 年度 | 2023 | | |
| 主管部门 | 某县交通局 | 实施单位 | 某县公路段 | | |
| 资金（万元） | 年初预算数 | 全年预算数 | 全年执行数 | 执行率 | |
| 年度资金总额 | 50 | 50 | 48 | 96% | |
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 偏差原因分析 |
| 产出指标 | 数量指标 | 养护里程 | 120公里 | 125公里 | |
| 效益指标 | 社会效益指标 | 受益人数 | ≥5000人 | 5200人 | |
| 满意度指标 | 满意度指标 | 群众满意度 | ≥90% | 95% | |
"""
HEADS = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "偏差原因"]
ROWS = [
    ["产出指标", "数量指标", "养护里程", "120公里", "125公里", ""],
    ["满意度指标", "满意度指标", "群众满意度", "≥90%", "95%", ""],
]


def unread(table: str) -> list[tuple[str, str]]:
    """Cells and kind of what is unread on the only form of a table."""
    (form,) = forms_in(grid_of(table), "a.xlsx").forms
    return [(each.cells, each.data) for each in form.account.unread]


def test_a_form_that_is_read_whole_has_nothing_unread():
    (form,) = forms_in(grid_of(FORM), "a.xlsx").forms
    account = form.account
    assert account.unread == ()
    assert account.labels + account.values + account.furniture == 40


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("| | | | | 12.5 | |", [("E10", Unread.NUMBER)]),  # below the completed values, no indicator
        ("| | | | 另有3项 | | |", [("D10", Unread.WORDS)]),
        ("| 注：数据截至年底 | < | < | < | < | < |", []),
        ("| 填表人：张三 | | 联系电话：123456 | | | |", []),
        ("| | | | | | |", []),
        ("| 单位：万元 | | | | | 第1页 |", []),
        ("| 甲 | 乙 | | | | 丁 |", [("A10:B10", ""), ("F10", Unread.WORDS)]),  # no indicator without a name
    ],
)
def test_what_stands_below_the_table(line, expected):
    assert unread(FORM + line) == expected


def test_a_number_beside_a_known_amount_is_said():
    table = FORM.replace(
        "| 年度资金总额 | 50 | 50 | 48 | 96% | |", "| 年度资金总额 | 50 | 50 | 48 | 96% | 2 |"
    )
    assert unread(table) == [("F5", Unread.NUMBER)]


@pytest.mark.parametrize(
    "row",
    [
        "| 备注：以上为产出 | < | < | < | < | < |",
        "| | | （以上为产出） | < | < | |",
        "| 小计 | < | < | | | |",
        "| | | | | | |",
        "| 第1页 | | | | | 共2页 |",
        "| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 偏差原因分析 |",
        "| 填表说明 | 按项目填写 | < | < | < | < |",
        "| 填表人：张三 | | 联系电话：123456 | | | |",
        "| 说明 | 指标由各乡镇填报 | < | < | < | < |",
        "| | | | 接下页 | | |",
    ],
)
@pytest.mark.parametrize("times", [1, 3])
def test_no_row_between_ends_the_table(row, times):
    lines = FORM.strip().splitlines()
    lines[7:7] = [row] * times
    (form,) = forms_in(grid_of("\n".join(lines)), "a.xlsx").forms
    assert [indicator.name for indicator in form.indicators] == ["养护里程", "受益人数", "群众满意度"]
    assert [indicator.actual for indicator in form.indicators] == ["125公里", "5200人", "95%"]
    assert [each for each in form.account.unread if each.data == Unread.NUMBER] == []


def write(path: Path, lines: list[list], sheet: str = "自评表") -> Path:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    for row, line in enumerate(lines):
        page.write_row(row, 0, line)
    book.close()
    return path


HEAD = [["项目支出绩效自评表"], ["项目名称", "村道养护", "年度", 2023], ["主管部门", "某县交通局"]]


def test_a_sheet_that_looks_like_a_form_and_gives_none_says_what_is_missing(tmp_path):
    """The head of the names is gone: three heads are known, no indicator can be read."""
    heads = [head if head != "三级指标" else "内容和名目" for head in HEADS]
    file = read_file(write(tmp_path / "a.xlsx", [["绩效自评表"], heads, *ROWS]))
    (problem,) = file.problems
    assert (problem.rule, problem.sheet) == ("T01", "自评表") and "“三级指标（指标名称）”" in problem.text


@pytest.mark.parametrize("title", ["项目支出绩效目标申报表", "项目支出绩效运行监控表"])
def test_forms_of_other_stages_are_not_called_unread(tmp_path, title):
    file = read_file(write(tmp_path / "a.xlsx", [[title], HEADS[:4], [*ROWS[0][:4]]]))
    assert file.forms == () and all(problem.sheet is None for problem in file.problems)


def test_the_county_calls_such_a_file_partly_used_and_its_project_the_bureaus(tmp_path):
    folder = tmp_path / "收到"
    folder.mkdir()
    write(folder / "全.xlsx", [*HEAD, HEADS, *ROWS])
    write(
        folder / "缺.xlsx",
        [
            HEAD[0],
            ["项目名称", "河道清淤"],
            ["主管部门", "某县水利局"],
            HEADS,
            *ROWS,
            [],
            ["", "", "", "", 12.5],
        ],
    )
    heads = [head if head != "三级指标" else "内容和名目" for head in HEADS]
    write(folder / "无.xlsx", [["绩效自评表"], heads, *ROWS])
    consolidate(folder, tmp_path / "全县.xlsx", jobs=1)
    book = openpyxl.load_workbook(tmp_path / "全县.xlsx")
    received = list(book["收件核对"].iter_rows(values_only=True))
    at = {name: received[0].index(name) for name in ("文件名", "处理结果", "原因", "需要做什么")}
    rows = {row[at["文件名"]]: row for row in received[1:] if row[at["文件名"]]}
    assert {name: rows[name][at["处理结果"]] for name in ("全.xlsx", "缺.xlsx", "无.xlsx")} == {
        "全.xlsx": "采用",
        "缺.xlsx": "部分采用",
        "无.xlsx": "无法读取",
    }
    assert "自评表 E8" in rows["缺.xlsx"][at["原因"]] and "核对" in rows["缺.xlsx"][at["需要做什么"]]
    projects = list(book["项目汇总"].iter_rows(values_only=True))
    name, advice = projects[0].index("项目名称"), projects[0].index("校验建议")
    assert {row[name]: row[advice] for row in projects[1:]}["河道清淤"] == "待财政核实"


def test_the_page_of_read_shows_the_account(tmp_path):
    path = write(tmp_path / "a.xlsx", [*HEAD, HEADS, *ROWS, [], ["", "", "", "", 12.5]])
    shown = "".join(selfeval("read", path).stdout.split())
    assert "没有读的1格" in shown and "没有读：E8“12.5”（像是数据）" in shown


def edits(first: int, count: int) -> list[tuple[str, int, list[str], list[str]]]:
    """Form, seed, edits and values for each run of edits after which a value was lost in silence."""
    forms = list(good_forms())
    found = []
    for seed in range(first, first + count):
        name, sheet = forms[seed % len(forms)]
        after = edited(sheet, seed)
        lost = lost_in_silence(after)
        if lost:
            found.append((name, seed, after.done, lost))
    return found


def test_no_value_is_lost_in_silence_after_random_edits():
    assert edits(0, 500) == []


@pytest.mark.soak
def test_no_value_is_lost_in_silence_after_twenty_thousand_random_edits():
    lost = edits(1_000, 20_000)
    print(f"20,000 edits: {sum(len(each[3]) for each in lost)} values lost in silence")
    assert lost == []
