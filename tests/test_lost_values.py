"""Formulas saved without their result: plain ones are computed, all others are unknown and said so."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval_xl.model.grid import Grid, position
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.readers.recognition.formula_values import FormulaValues
from support.text_grid import grid_of

SCORED = """
| 项目支出绩效自评表 | < | < | < | < | < | < | < |
| 项目名称 | 技能培训 | < | < | 实施单位 | 某县培训中心 | < | < |
| 项目资金（万元） | | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分 |
| ^ | 年度资金总额 | 120 | 120 | 108 | 10 | 90.00% | |
| ^ | 其中：财政拨款 | 100 | 100 | 88 | | 88.00% | |
| ^ | 其他资金 | 20 | 20 | 20 | | 100.00% | |
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因 |
| 产出指标 | 数量指标 | 培训人数 | ≥300人 | 270人 | 50 | | 报名少，明年补 |
| 效益指标 | 社会效益指标 | 持证率 | ≥80% | 85% | 40 | 40 | |
| 总分 | < | < | < | < | 100 | | |
"""


def with_formulas(grid: Grid, formulas: dict[str, str]) -> Grid:
    """The grid with formulas that hold no value."""
    places = {position(name): formula for name, formula in formulas.items()}
    for row, column in places:
        grid.rows[row][column] = None
    grid.formulas = lambda: places
    return grid


def read(formulas: dict[str, str]):
    found = forms_in(with_formulas(grid_of(SCORED), formulas), "a.xlsx")
    return found.forms[0], [problem.cell for problem in found.problems]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1:A3)", "60"),
        ("=A1+A2*2-A3/3", "40"),
        ("=(A1+A2)*50%", "15"),
        ("=ROUND(A3/A2*100,1)", "150"),
        ("=ROUND(A1/A3,2)", "0.33"),
        ("=-A1", "-10"),
        ("=SUM($A$1,A3)", "40"),
        ("=MIN(1,A2/A1)*5", "5"),
        ("=SUM(A1:B3)", "60"),  # a text in a range does not count
        ("=A1+C1", "10"),  # an empty cell beside a number is 0, as in a spreadsheet program
        ("=D1+1", "31"),  # D1 is a formula itself
        ('=IF(COUNT(A1:INDEX($A:$A,ROW()+2))=0,"",ROUND(SUM(A1:INDEX($A:$A,ROW()+2)),2))', "60"),
        ('=IF(COUNT(C1:C3)=0,"",ROUND(SUM(C1:C3),2))', None),
        ("=SUM(C1:C3)", None),  # nothing there is not 0
        ("=A1/C1", None),
        (f"=A1*{'9' * 60}*{'9' * 60}", None),  # more digits than are kept
        ("=A1+B1", None),
        ("=IF(A1>0,A2,0)", None),
        ("=Sheet2!A1", None),
        ("=SUM(A1:A3)+#REF!", None),
        ("=SUM(A1:E1)", None),  # E1 refers to itself
        ("=A1+", None),
        ("=SUM(A1:XFD1048576)", None),
    ],
)
def test_plain_formulas_have_a_value_and_others_have_none(formula, value):
    grid = Grid("表", [[10.0, "甲", None, None, None, None], [20.0], [30.0]])
    places = {(0, 3): "=A1+A2", (0, 4): "=E1+1", (0, 5): formula}
    grid.formulas = lambda: places
    assert FormulaValues(grid).text("F1") == value


@given(st.lists(st.decimals(min_value=-(10**6), max_value=10**6, places=2), min_size=1, max_size=12))
def test_a_sum_is_that_of_all_its_cells(numbers):
    grid = Grid("表", [[float(number)] for number in numbers] + [[None]])
    grid.formulas = lambda: {(len(numbers), 0): f"=SUM(A1:A{len(numbers)})"}
    assert Decimal(FormulaValues(grid).text(f"A{len(numbers) + 1}")) == sum(numbers)


def test_scores_and_totals_are_computed_from_the_cells_of_the_form():
    form, problems = read(
        {"D4": "=SUM(D5:D6)", "G4": "=E4/D4", "H4": "=F4*G4", "G8": "=F8*270/300", "G10": "=SUM(G8:G9)+H4"}
    )
    total = form.total_funding
    assert (total.annual_budget, total.execution_rate, total.score) == ("120", "90.00%", "9")
    assert (form.indicators[0].score, form.total_score, problems) == ("45", "94", [])


def test_a_total_is_never_the_sum_of_what_is_left():
    form, problems = read({"D4": "=SUM(D5:D6)", "D6": "=VLOOKUP(A1,B:C,2)"})
    assert (form.total_funding.annual_budget, problems) == (None, ["D4", "D6"])
    form, problems = read({"H4": "=IF(G4>1,10,F4*G4)", "G8": "45", "G10": "=SUM(G8:G9)+H4"})
    assert (form.total_score, [cell for cell in problems if cell != "G8"]) == (None, ["H4", "G10"])


def test_a_total_of_scores_waits_for_every_score():
    form, problems = read({"G10": "=SUM(G8:G9)"})
    assert (form.total_score, problems) == (None, ["G10"])
