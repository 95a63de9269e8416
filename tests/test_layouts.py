"""Layouts are data: a faulty file is told by line or key, a new form is one file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from selfeval_xl import layouts
from selfeval_xl.errors import LayoutError
from selfeval_xl.readers import read_file
from selfeval_xl.templates import draw

GOOD = """
id = "x"
form = "project"
version = "1"
title = "项目支出绩效自评表"
widths = [10, 10, 20, 10, 10]
blocks = ["head", "indicators"]
head = [[{ label = "项目名称" }, { field = "project", span = 4 }]]
[indicators]
section = "绩效指标"
columns = { level1 = "一级指标", name = "三级指标", target = "年度指标值", actual = "实际完成值" }
levels = { "产出指标" = ["数量指标"] }
"""


def test_a_layout_is_read():
    layout = layouts.parse_layout(GOOD, "x.project.toml")
    assert (layout.id, layout.kind, layout.blocks) == ("x", "project", ("head", "indicators"))
    assert ("表", "project", "项目名称") in list(layout.labels()) and (
        "指标",
        "target",
        "年度指标值",
    ) in list(layout.labels())


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('id = "x"', "id = x", "第2行第6列"),
        ('form = "project"', 'form = "other"', "form 有误"),
        ('version = "1"', "version = 1", "version 有误：应为文字，现在是“1”"),
        ("widths = [10, 10,", 'widths = [10, "b",', r"widths\[2\] 有误"),
        ("widths = [10, 10,", "widths = [10, 0,", r"widths\[2\] 有误：列宽应为1到255"),
        ("span = 4", "span = 3", r"head\[1\] 有误：各格合计占4列，应占5列"),
        ("span = 4", 'span = "4"', r"head\[1\]\[2\].span 有误：应为整数"),
        ("span = 4", "span = 0", r"head\[1\]\[2\].span 有误：应为1或更大"),
        ('field = "project"', 'field = "projekt"', r"head\[1\]\[2\].field 有误：没有字段“projekt”"),
        ('field = "project"', 'field = "expected"', "没有字段“expected”"),
        ('section = "绩效指标"', 'section = { label = "绩效指标", wide = 2 }', "indicators.section.wide"),
        (
            'section = "绩效指标"',
            'section = { label = "绩效指标", place = "under" }',
            "indicators.section.place",
        ),
        ('blocks = ["head", "indicators"]', 'blocks = ["head", "money"]', "不认识“money”"),
        ('blocks = ["head", "indicators"]', 'blocks = ["head", "funding", "indicators"]', "列出了“funding”"),
        ('blocks = ["head", "indicators"]', 'blocks = ["indicators"]', "没有列出“head”"),
        ('blocks = ["head", "indicators"]', 'blocks = ["head", "indicators", "head"]', "blocks 有误：有重复"),
        ('version = "1"', "", "缺少“version”"),
        ('version = "1"', 'version = "1"\ncolour = "red"', "colour 有误：不认识这一项"),
        ('target = "年度指标值"', 'target = { name = "年度指标值" }', "columns.target.name"),
        ('target = "年度指标值"', 'aim = "年度指标值"', "columns.aim 有误：没有字段"),
        (
            'levels = { "产出指标" = ["数量指标"] }',
            'levels = { "产出指标" = "数量指标" }',
            "indicators.levels.产出指标 有误：应为列表",
        ),
        ("[indicators]", 'page = { orientation = "across" }\n[indicators]', "page.orientation 有误"),
        (
            "[indicators]",
            '[goal]\nsection = "目标"\ncolumns = { expected = "预期目标" }\n[indicators]',
            "goal.columns 有误：各格合计占2列",
        ),
        (
            "[indicators]",
            '[funding]\nsection = "资金"\ncolumns = { executed = { label = "执行数", span = 3 } '
            "}\nrows = []\n"
            'total = { label = "合计", place = "middle" }\n[indicators]',
            "funding.total.place",
        ),
        ('form = "project"', 'form = "project"\nof = "department"', "of 有误：自评表是谁的表写在 form 里"),
        ('form = "project"', 'form = "monitoring"\nof = "county"', "of 有误：不认识“county”"),
        (
            "[indicators]",
            '[funding]\nsection = "资金"\nsource = { place = "above" }\nrows = []\ncolumns = { }\n'
            'total = { label = "合计" }\n[indicators]',
            "funding.source.place 有误：不认识“above”",
        ),
        (
            "[indicators]",
            '[management]\nsection = "管理"\ntopics = ["分配科学性"]\n'
            'columns = { text = "情况说明" }\n[indicators]',
            "management.columns 有误：各格合计占3列，应占5列",
        ),
    ],
)
def test_a_faulty_layout_is_told_by_line_or_key(old, new, told):
    assert old in GOOD
    with pytest.raises(LayoutError, match=told) as caught:
        layouts.parse_layout(GOOD.replace(old, new, 1), "x.project.toml")
    assert "x.project.toml" in str(caught.value)


def test_every_official_form_is_there():
    assert {(layout.id, layout.kind) for layout in layouts.load_all()} >= {
        ("jilin-2024", "project"),
        ("jilin-2024", "department"),
        ("mof-2020", "project"),
        ("mof-2020", "department"),
        ("mof-2021", "project"),
        ("yunnan", "project"),
        ("sichuan-0013zp", "project"),
        ("chongqing", "project"),
        ("chongqing", "department"),
        ("anhui", "department"),
        ("hunan", "department"),
    }


def test_forms_of_an_earlier_stage_are_layouts_of_their_stage_only():
    assert {(layout.id, layout.owner) for layout in layouts.load_all("monitoring")} == {
        ("mof-2019", "project"),
        ("mof-2019", "department"),
    }
    assert {(layout.id, layout.owner) for layout in layouts.load_all("declaration")} == {
        ("mof-2015", "project"),
        ("mof-2015", "department"),
        ("transfer", "project"),
    }
    assert not {layout.kind for layout in layouts.load_all()} - {"project", "department"}
    assert layouts.load("mof-2019", "monitoring", of_department=True).title == "部门整体支出绩效运行监控表"


def test_labels_of_a_monitoring_form_name_its_months():
    labels = set(layouts.load("mof-2019", "monitoring").labels())
    assert {("资金行", "executed", "1-7月执行数"), ("指标", "actual", "1-7月执行情况")} <= labels
    assert ("资金申报", "medium_budget", "中期资金总额：") in set(
        layouts.load("mof-2015", "declaration").labels()
    )


def test_a_department_workbook_takes_its_other_form_from_the_companion():
    assert [(layout.id, layout.kind) for layout in layouts.sheets_of("yunnan")] == [
        ("yunnan", "project"),
        ("mof-2020", "department"),
    ]


def test_labels_are_given_with_scope_and_key():
    labels = list(layouts.load("mof-2020").labels())
    assert {
        ("表", "unit", "实施单位"),
        ("资金行", "annual_budget", "全年预算数"),
        ("资金合计", "total", "年度资金总额"),
        ("资金来源", "source", "当年财政拨款"),
        ("目标", "actual", "实际完成情况"),
        ("指标", "note", "偏差原因分析及改进措施"),
    } <= set(labels)
    assert ("其他", "other", "联系电话") in set(layouts.load("chongqing").labels()) and (
        "指标",
        "other",
        "是否核心指标",
    ) in set(layouts.load("chongqing").labels())


def as_data(form):
    """A form that was read, as data to draw."""
    data = {"goal": {key: getattr(form.goal, key) for key in ("initial", "expected", "actual")}}
    data["funding"] = [
        {"source": line.source, "executed": line.executed}
        for line in form.funding
        if not line.is_total and not line.part_of
    ]
    data["tasks"] = [{"number": task.number, "name": task.name} for task in form.tasks]
    data["indicators"] = [
        {"level1": row.level1, "level2": row.level2, "name": row.name, "target": row.target}
        for row in form.indicators
    ]
    return data


def real_forms(folder: Path):
    import openpyxl

    for path in sorted(folder.rglob("*.xlsx")):
        book = openpyxl.load_workbook(path)
        for form in read_file(path).forms:
            yield form, {str(area) for area in book[form.sheet].merged_cells.ranges}


def frame_of(layout, form):
    """The merged areas of the drawn form, without the signatures below it and the amounts in one cell with
    their labels.
    """
    drawing = draw(layout, as_data(form))
    return {
        str(cell.area)
        for cell in drawing.cells
        if cell.key != "signature" and (cell.area.top, cell.area.left) != (cell.area.bottom, cell.area.right)
    }


def test_the_drawn_frame_is_the_real_filings(shared):
    forms = list(real_forms(shared / "seed"))
    assert len(forms) == 2
    for form, merged in forms:
        assert frame_of(layouts.load("jilin-2024", form.kind), form) == merged


@pytest.mark.parametrize(
    "layout_id, kind", [("chongqing", "department"), ("sichuan-0013zp", "project"), ("hunan", "department")]
)
def test_the_drawn_frame_is_that_of_a_published_form(shared, layout_id, kind):
    form, merged = next(
        (form, merged)
        for form, merged in real_forms(shared / "samples" / "forms")
        if (form.layout, form.kind) == (layout_id, kind)
    )
    layout = layouts.load(layout_id, kind)
    if not layout.funding.rows:
        form = replace(form, funding=())
    below = {str(cell.area) for cell in draw(layout, as_data(form)).cells if cell.key == "signature"}
    assert frame_of(layout, form) == merged - below


COUNTY_FORM = """
id = "our-county"
form = "project"
version = "1"
title = "示例县专项资金自评表"
notice = "示例县财政局"
widths = [12, 14, 24, 16, 16, 10, 10, 30]
blocks = ["head", "funding", "goal", "indicators", "total"]
head = [[
    { label = "专项名称" }, { field = "project", span = 3 },
    { label = "牵头部门" }, { field = "department", span = 3 },
]]
total = [
    { label = "总分", span = 5 }, { field = "total_points" }, { field = "total_score" }, { field = "grade" },
]

[funding]
section = "资金（万元）"
columns.initial_budget = "年初安排"
columns.annual_budget = "调整后安排"
columns.executed = "全年列支"
columns.points = "分值"
columns.execution_rate = "列支率"
columns.score = { label = "得分" }
rows = ["县级资金", "其他资金"]
total = { label = "合计", place = "first" }
points = "10"

[goal]
section = "年度目标情况"
columns = { expected = { label = "目标", span = 3 }, actual = { label = "完成", span = 4 } }

[indicators]
section = { label = "指标", span = 1 }
columns.level1 = "一级"
columns.name = "考核内容"
columns.target = "任务数"
columns.actual = "完成数"
columns.points = "分值"
columns.score = "得分"
columns.note = "没有完成的原因"
ready = 2
levels = { "产出指标" = ["数量指标"], "效益指标" = ["社会效益指标"] }
"""


def test_a_countys_form_is_one_data_file_and_no_python(tmp_path):
    """The package with one file more draws the form and reads it back, by its own labels."""
    package = Path(layouts.__file__).parents[1]
    shutil.copytree(package, tmp_path / "selfeval_xl", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "selfeval_xl" / "layouts" / "our-county.project.toml").write_text(
        COUNTY_FORM, encoding="utf-8"
    )
    script = """
import json, sys
from selfeval_xl import templates
from selfeval_xl.readers import read_file
row = {"level1": "产出指标", "level2": "数量指标", "name": "修路里程", "target": "≥10公里", "actual": "9公里"}
project = {
    "project": "农村道路专项",
    "department": "县交通局",
    "goal": {"expected": "修路10公里", "actual": "修路9公里"},
    "funding": [{"source": "县级资金", "initial_budget": "100", "annual_budget": "90", "executed": "81"}],
    "indicators": [row | {"points": "90", "score": "81", "note": "雨季停工"}],
}
templates.fill_in("our-county", "a.xlsx", projects=[project])
form = read_file("a.xlsx").forms[0]
row = form.indicators[0]
head = [form.layout, form.project, form.department, form.goal.actual, form.total_funding.execution_rate]
json.dump([*head, row.name, row.target, row.actual, row.note, form.total_score], sys.stdout)
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [
        "our-county",
        "农村道路专项",
        "县交通局",
        "修路9公里",
        "90.00%",
        "修路里程",
        "≥10公里",
        "9公里",
        "雨季停工",
        "90",
    ]
