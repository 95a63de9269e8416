"""Layouts are data: a faulty file is told by line or key, a new form is one file."""

from __future__ import annotations

import pytest

from selfeval_xl import layouts
from selfeval_xl.errors import LayoutError

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
    assert ("表", "project", "项目名称") in list(layout.labels()) and ("指标", "target", "年度指标值") in list(layout.labels())


@pytest.mark.parametrize("old, new, told", [
    ('id = "x"', "id = x", "line 2"),
    ('form = "project"', 'form = "other"', "form 有误"),
    ('span = 4', 'span = 3', r"head\[1\] 有误：各格合计占4列，表宽是5列"),
    ('section = "绩效指标"', 'section = { label = "绩效指标", wide = 2 }', "indicators.section.wide"),
    ('blocks = ["head", "indicators"]', 'blocks = ["head", "money"]', "不认识“money”"),
    ('blocks = ["head", "indicators"]', 'blocks = ["head", "funding", "indicators"]', "列出了“funding”"),
    ('version = "1"', "", "缺少“version”"),
    ('target = "年度指标值"', 'target = { name = "年度指标值" }', "columns.target"),
])
def test_a_faulty_layout_is_told_by_line_or_key(old, new, told):
    with pytest.raises(LayoutError, match=told) as caught:
        layouts.parse_layout(GOOD.replace(old, new, 1), "x.project.toml")
    assert "x.project.toml" in str(caught.value)


def test_every_official_form_is_there():
    assert {(layout.id, layout.kind) for layout in layouts.load_all()} >= {
        ("jilin-2024", "project"), ("jilin-2024", "department"), ("mof-2020", "project"), ("mof-2020", "department"), ("mof-2021", "project"), ("yunnan", "project"),
        ("sichuan-0013zp", "project"), ("chongqing", "project"), ("chongqing", "department"), ("anhui", "department"), ("hunan", "department")}


def test_a_department_workbook_takes_its_other_form_from_the_companion():
    assert [(layout.id, layout.kind) for layout in layouts.sheets_of("yunnan")] == [("yunnan", "project"), ("mof-2020", "department")]
