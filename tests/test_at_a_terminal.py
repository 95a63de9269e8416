"""The questions of the console, asked at a pseudo terminal and answered as a person answers them."""

from __future__ import annotations

import sys

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.readers import read_file
from selfeval_xl.workflows.demo.county import made_up
from support.counties import send
from support.rosters import department as unit
from support.rosters import project, target, write_roster

if sys.platform == "win32":
    pytest.skip("no pseudo terminals", allow_module_level=True)

from support.terminal import BREAKS, ENDS, at_terminal

YEAR = "自评哪一年？"
FORMS = "张表，放在一个工作簿里打开要好几分钟"
PUBLISH = "仍要公开吗？"
FEW = (
    "-c",
    "from selfeval_xl.county import output; output.MOST_SHEETS = 5; from selfeval_xl.cli import main; main()",
)


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    return write_roster(
        tmp_path_factory.mktemp("roster") / "名册.xlsx",
        单位名册=[unit("101", "示例县教育局"), unit("102", "示例县水利局")],
        项目=[project("E1", "101", "校舍维修", 全年预算数=20)],
        绩效目标=[target("E1", ("产出指标", "数量指标", "维修校舍数量", "≥3栋", "", "", ""))],
    )


@pytest.mark.parametrize(
    ("answer", "year"),
    [(b"2025\n", 2025), (" 2024年度\n".encode(), 2024), (b"\n", None), (b"25\n", None), (ENDS, None)],
)
def test_issue_asks_for_the_year_and_prints_it(roster, tmp_path, answer, year):
    run = at_terminal("issue", roster, "-o", tmp_path / "下发", answers={YEAR: answer})
    assert run.status == 0, run.shown
    (book,) = (tmp_path / "下发").rglob("*教育局*.xlsx")
    form = next(form for form in read_file(book).forms if form.kind == "project")
    assert form.year == year
    assert ("没有写年度（--year2025）" in run.squeezed) == (year is None)


def test_issue_does_not_ask_where_the_year_is_written(roster, tmp_path):
    run = at_terminal("issue", roster, "-o", tmp_path / "下发", "--year", "2025")
    assert run.status == 0 and YEAR not in run.squeezed


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """Two departments with three forms each, of which some have to be mended."""
    folder = tmp_path_factory.mktemp("received") / "收到"
    for department in made_up()[0][:2]:
        send(folder / f"{department.name}.xlsx", department, projects=department.projects[:2])
    return folder


@pytest.mark.parametrize(("answer", "apart"), [(b"\n", True), (b"y\n", False), ("是\n".encode(), False)])
def test_consolidate_asks_where_so_many_forms_go(received, tmp_path, answer, apart):
    out = tmp_path / "全县.xlsx"
    run = at_terminal("consolidate", received, "-o", out, "--with-forms", answers={FORMS: answer}, start=FEW)
    assert run.status == 0, run.shown
    assert "要附上6张表" in run.squeezed
    assert (tmp_path / "全县_表册").is_dir() is apart
    sheets = openpyxl.load_workbook(out, read_only=True).sheetnames
    assert (sheets[-1] == "表册目录") is apart and len(sheets) == (13 if apart else 19)


@pytest.mark.parametrize(
    ("answer", "published"), [(b"\n", False), (b"n\n", False), (b"y\n", True), (ENDS, False)]
)
def test_publish_asks_about_what_is_still_open(received, tmp_path, answer, published):
    run = at_terminal("publish", received, "-o", tmp_path / "公开", answers={PUBLISH: answer})
    assert run.status == 0, run.shown
    sheets = [
        name
        for path in (tmp_path / "公开").rglob("*.xlsx")
        for name in openpyxl.load_workbook(path, read_only=True).sheetnames
    ]
    assert len(sheets) == (6 if published else 0)
    assert "要公开的表里还有2张有须修改的问题：示例县教育局" in run.squeezed


def test_who_breaks_off_at_the_question_publishes_nothing(received, tmp_path):
    run = at_terminal("publish", received, "-o", tmp_path / "公开", answers={PUBLISH: BREAKS})
    assert run.status != 0 and "Traceback" not in run.shown
    assert not list((tmp_path / "公开").rglob("*.xlsx"))


def test_a_nearly_equal_name_is_asked_about_with_the_line_for_the_roster(tmp_path, roster):
    form = made_up()[0][0].whole | {"department": "示列县教育局"}
    templates.fill_in("jilin-2024", tmp_path / "收到" / "一.xlsx", department=form, projects=[], year=2024)
    run = at_terminal("consolidate", tmp_path / "收到", "-o", tmp_path / "县.xlsx", "--roster", roster)
    assert run.status == 0
    assert "那一行的“别名”列写上：示列县教育局" in run.squeezed, run.shown
