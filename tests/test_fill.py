"""Fill: what was left blank is written, what was typed stays, and a second run has nothing to do."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from selfeval_xl.assessment.policy import default
from selfeval_xl.errors import SelfevalError, UsageError
from selfeval_xl.model.account import Frame
from selfeval_xl.model.edits import Look
from selfeval_xl.model.forms import Form, Indicator
from selfeval_xl.model.grid import Area, Grid, position
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, DEVIATIONS
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.workflows.filling.fill import fill, fill_edits, workbook_edits
from selfeval_xl.workflows.filling.reason_stubs import target_text
from support.text_grid import grid_of

FUNDS = """
    | 项目支出绩效自评表 | <            | <          | <          | <          | <      | <    |
    | 项目名称           | 防汛         | <          | <          | <          | <      | <    |
    | 资金情况（万元）   |              | 年初预算数 | 全年预算数 | 全年执行数 | 执行率 | 备注 |
    | ^                  | 当年财政拨款 | {0} |  |
    | ^                  | 上年结转资金 | {1} |  |
    | ^                  | 其他资金     | {2} |  |
    | ^                  | 年度资金总额 | {3} |  |
    | 绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 偏差原因分析及改进措施 |
    | ^                  | 产出指标     | 数量指标   | 手机数量   | '=25部     | 25部   |      |
"""
ROWS = """
    | 项目支出绩效自评表 | <        | <        | <          | <          | <                      |
    | 项目名称           | 防汛     | <        | <          | <          | <                      |
    | 一级指标           | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 偏差原因分析及改进措施 |
"""


def form_of(grid: Grid) -> Form:
    (form,) = forms_in(grid, "表.xlsx").forms
    return form


def funds(*rows: str) -> Grid:
    return grid_of(FUNDS.format(*rows), "项目表")


def indicators(*rows: str, name: str = "项目表") -> Grid:
    return grid_of(ROWS + "\n".join(f"| {row} |" for row in rows), name)


def by_cell(grid: Grid, overwrite: bool = False) -> dict[str, object]:
    beside = (Look.HEAD, Look.TEXT, Look.RATIO)
    return {
        edit.cell: edit.new
        for edit in fill_edits(form_of(grid), grid, default(), overwrite)
        if edit.look not in beside
    }


def after(grid: Grid, edits) -> Grid:
    """The grid once the edits are done, as a sink would leave it."""
    formats = dict(grid.formats() if grid.formats else {})
    rows = [list(row) for row in grid.rows]
    for edit in edits:
        row, column = position(edit.cell)
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [None] * (column + 1 - len(rows[row]))
        rows[row][column] = float(edit.new) if isinstance(edit.new, Decimal) else edit.new
        if edit.look in (Look.PERCENT, Look.RATIO):
            formats[row, column] = "0.00%"
    return Grid(grid.name, rows, grid.merges, formats=lambda: formats)


def test_blank_rates_and_totals_are_computed_and_nothing_over_nothing_is_zero():
    grid = funds("132.71 | 57.04 | 56.96 | ", "0 | 0 | 0 | ", "0 | 0 | 0 | ", " |  |  | ")
    assert by_cell(grid) == {
        "C7": Decimal("132.71"),
        "D7": Decimal("57.04"),
        "E7": Decimal("56.96"),
        "F4": Decimal("0.9986"),
        "F5": Decimal("0.0000"),
        "F6": Decimal("0.0000"),
        "F7": Decimal("0.9986"),
    }
    looks = {edit.cell: edit.look for edit in fill_edits(form_of(grid), grid, default())}
    assert looks["F4"] is Look.PERCENT and looks["C7"] is Look.KEEP


def test_a_rate_is_text_where_its_neighbours_are_text():
    grid = funds("10 | 10 | 5 | '50.00%", "0 | 0 | 0 | ", "0 | 0 | 0 | '0.00%", "10 | 10 | 5 | ")
    assert by_cell(grid) == {"F5": "0.00%", "F7": "50.00%"}


def test_a_rate_is_a_bare_number_where_its_neighbours_are():
    grid = funds("3 | 3 | 1 | 33.33", "0 | 0 | 0 | 0", "0 | 0 | 0 | 0", "3 | 3 | 1 | ")
    assert by_cell(grid) == {"F7": Decimal("33.33")}


def test_a_rate_over_a_blank_amount_or_a_zero_budget_is_not_invented():
    grid = funds("10 | 10 |  | ", "0 | 0 | 4 | ", "0 | 约三万 | 1 | ", "10 | 10 | 5 | '50.00%")
    assert by_cell(grid) == {}


def test_a_dash_in_a_rate_is_an_answer():
    assert (
        by_cell(funds("10 | 10 | 5 | '50.00%", "0 | 0 | 0 | —", "0 | 0 | 0 | /", "10 | 10 | 5 | '50.00%"))
        == {}
    )


def test_a_wrong_rate_stays_and_overwrite_replaces_it_but_never_a_total():
    grid = funds("10 | 10 | 5 | '99.00%", "0 | 0 | 0 | '0.00%", "0 | 0 | 0 | '0.00%", "10 | 99 | 5 | '50.00%")
    assert by_cell(grid) == {}
    edits = {
        edit.cell: (edit.old, edit.new)
        for edit in fill_edits(form_of(grid), grid, default(), overwrite=True)
        if edit.look is Look.KEEP
    }
    assert edits == {"F4": ("99.00%", "50.00%"), "F7": ("50.00%", "5.05%")}


def test_overwrite_leaves_a_rate_that_rounding_of_the_amounts_explains():
    nothing = "0 | 0 | 0 | '0.00%"
    assert (
        by_cell(
            funds("132.71 | 57.04 | 56.96 | '99.86%", nothing, nothing, "132.71 | 57.04 | 56.96 | '99.85%"),
            overwrite=True,
        )
        == {}
    )


def test_a_partial_list_of_sources_gives_no_total():
    grid = grid_of("""
        | 项目支出绩效自评表 | < | < | < | < |
        | 项目名称 | 防汛 | < | < | < |
        | 资金（万元） | 年初预算数 | 全年预算数 | 全年执行数 | 执行率 |
        | 资金总额 |  |  |  |  |
        | 其中：财政拨款 | 10 | 10 | 5 | |
        | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 |
        | 产出指标 | 数量指标 | 手机 | '=1部 | 1部 |
    """)
    assert by_cell(grid) == {"E5": Decimal("0.5000")}


def test_a_source_that_is_no_number_gives_no_total():
    assert "C7" not in by_cell(funds("约十万 | 1 | 1 | ", "0 | 0 | 0 | ", "0 | 0 | 0 | ", " | 1 | 1 | "))


def test_a_live_formula_is_never_written_over():
    grid = funds("10 | 10 | 5 | ", "0 | 0 | 0 | ", "0 | 0 | 0 | ", "10 | 10 | 5 | ")
    grid.formulas = lambda: {(row, 5): "=E4/D4" for row in range(3, 7)}
    assert by_cell(grid) == {}


def test_unmet_and_exceeded_indicators_get_the_sentences_of_the_bureau():
    grid = indicators(
        "产出指标 | 数量指标 | 卫星电话 | '=25部 | 0部 | ",
        "^ | ^ | 亮化座数 | '>=2000座 | 3061座 | ",
        "^ | 质量指标 | 合格率 | '>=99% | 99% | ",
        "^ | 时效指标 | 完成时间 | 9月前 | 11月 | ",
    )
    assert by_cell(grid) == {
        "F4": "年度指标值25部，实际完成0部，未完成（偏差率-100.00%）。原因：【待补充】；改进措施：【待补充】",
        "F5": "年度指标值≥2000座，实际完成3061座，超出53.05%。原因（是否年初指标值偏低）：【待补充】",
        "F7": "年度指标值9月前，实际完成11月，未完成。原因：【待补充】；改进措施：【待补充】",
    }


@pytest.mark.parametrize(
    "row",
    [
        "'=1人 | 基本达到 | ",
        "'=25部 |  | ",
        "'=25部 | 0部 | 无",
        "'=25部 | 0部 | 资金未到",
        "'≤4次 | 1次 | ",
        "'=2次 | 3次 | ",
    ],
    ids=[
        "undetermined",
        "nothing filled in",
        "the word none",
        "a reason",
        "under an upper limit",
        "one more than two",
    ],
)
def test_no_sentence_where_none_is_due(row):
    assert by_cell(indicators(f"产出指标 | 数量指标 | 手机 | {row}")) == {}


def test_a_form_without_a_reason_column_gets_no_sentence():
    grid = grid_of("""
        | 部门整体支出绩效自评表 | < | < | < | < |
        | 部门名称 | 应急局 | < | < | < |
        | 一级指标 | 二级指标 | 三级指标 | 目标值 | 完成值 |
        | 产出指标 | 数量指标 | 手机 | '=25部 | 0部 |
    """)
    assert by_cell(grid) == {}


def test_a_reason_cell_merged_over_two_indicators_gets_both_sentences():
    form = Form(
        kind="project",
        file="f",
        sheet="表",
        indicator_columns=frozenset({"note"}),
        frame=Frame(Area(0, 0, 2, 5), (0, 0)),
        indicators=tuple(
            Indicator(
                level1="产出指标",
                name=name,
                target="25部",
                actual=actual,
                cells={"name": f"C{row}", "note": "F2"},
            )
            for row, (name, actual) in enumerate([("甲", "0部"), ("乙", "5部")], 2)
        ),
    )
    grid = Grid("表", [[], [None] * 6, []], [Area(1, 5, 2, 5)])
    (stub,) = [edit for edit in fill_edits(form, grid, default()) if edit.look is Look.STUB]
    assert stub.cell == "F2" and [line[:15] for line in stub.new.split("\n")] == [
        "年度指标值25部，实际完成0部",
        "年度指标值25部，实际完成5部",
    ]


@pytest.mark.parametrize(
    "target,text",
    [
        ("=25部", "25部"),
        (">= 2000座", "≥2000座"),
        ("不少于12种", "不少于12种"),
        ("95%以上", "95%以上"),
        ("达到国家标准", "达到国家标准"),
        ("≤-5%", "≤-5%"),
    ],
)
def test_a_target_in_a_sentence(target, text):
    assert target_text(target) == text


def test_our_columns_stand_right_of_the_form_with_a_free_column_between():
    grid = indicators(
        "产出指标 | 数量指标 | 手机 | '=25部 | 20部 | 没钱",
        "^ | 质量指标 | 效果 | 显著提升 | 有变化 | ",
        "^ | 数量指标 | 电话 | '=5部 |  | ",
    )
    edits = [edit for edit in fill_edits(form_of(grid), grid, default()) if edit.look is not Look.STUB]
    assert [(edit.cell, edit.new, edit.look) for edit in edits] == [
        ("H3", "完成率", Look.HEAD),
        ("I3", "偏差率", Look.HEAD),
        ("J3", "判定", Look.HEAD),
        ("H4", Decimal("0.8000"), Look.RATIO),
        ("I4", Decimal("-0.2000"), Look.RATIO),
        ("J4", "未完成", Look.TEXT),
        ("J5", "待核定", Look.TEXT),
    ]


def test_a_second_fill_finds_nothing_to_do_and_the_reader_passes_over_our_columns():
    grid = indicators("产出指标 | 数量指标 | 手机 | '=25部 | 0部 | ", "^ | ^ | 电话 | '>=100部 | 150部 | ")
    once = after(grid, fill_edits(form_of(grid), grid, default()))
    assert fill_edits(form_of(once), once, default()) == []
    assert [indicator.actual for indicator in form_of(once).indicators] == ["0部", "150部"]


def test_our_columns_follow_a_value_that_was_changed():
    grid = indicators("产出指标 | 数量指标 | 手机 | '=25部 | 0部 | 没钱")
    once = after(grid, fill_edits(form_of(grid), grid, default()))
    once.rows[3][4] = "25部"
    assert [(edit.cell, edit.old, edit.new) for edit in fill_edits(form_of(once), once, default())] == [
        ("H4", "0.00%", Decimal("1.0000")),
        ("I4", "-100.00%", Decimal("0.0000")),
        ("J4", "未完成", "已完成"),
    ]


def test_where_something_stands_right_of_the_form_the_columns_go_to_a_sheet_of_their_own():
    grid = indicators("产出指标 | 数量指标 | 手机 | '=25部 | 0部 | 没钱 |  |  | 请核对")
    edits = fill_edits(form_of(grid), grid, default())
    assert {edit.sheet for edit in edits} == {DEVIATIONS}
    listed = after(Grid(DEVIATIONS, []), edits)
    assert [listed.text(1, column) for column in range(8)] == [
        "项目表",
        "E4",
        "手机",
        "=25部",
        "0部",
        "0.00%",
        "-100.00%",
        "未完成",
    ]
    assert workbook_edits([grid, listed], [form_of(grid)], default()) == []


def test_forms_side_by_side_are_listed_on_the_sheet():
    left = indicators("产出指标 | 数量指标 | 手机 | '=25部 | 0部 | 没钱")
    rows = [[*row, *[None] * (7 - len(row)), *row] for row in left.rows]
    merges = left.merges + [
        Area(area.top, area.left + 7, area.bottom, area.right + 7) for area in left.merges
    ]
    grid = Grid("项目表", rows, merges)
    forms = forms_in(grid, "f").forms
    assert len(forms) == 2
    assert {edit.sheet for edit in workbook_edits([grid], forms, default())} == {DEVIATIONS}


def test_forms_one_below_the_other_share_the_columns():
    upper = indicators("产出指标 | 数量指标 | 手机 | '=25部 | 25部 | ")
    grid = Grid(
        "项目表",
        upper.rows + [[]] + [list(row) for row in upper.rows],
        upper.merges + [Area(area.top + 5, area.left, area.bottom + 5, area.right) for area in upper.merges],
    )
    forms = forms_in(grid, "f").forms
    edits = workbook_edits([grid], forms, default())
    assert [edit.cell for edit in edits if edit.look is Look.HEAD] == ["H3", "I3", "J3", "H8", "I8", "J8"]
    once = after(grid, edits)
    assert workbook_edits([once], forms_in(once, "f").forms, default()) == []


def write(path: Path, grid: Grid) -> Path:
    """A workbook of the grid as a person would have it, without a print area."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet(grid.name)
    for area in grid.merges:
        sheet.merge_range(str(area), "")
    percent = book.add_format({"num_format": "0.00%"})
    for row, line in enumerate(grid.rows):
        for column, value in enumerate(line):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                sheet.write_number(row, column, value, percent if grid.number_format(row, column) else None)
    book.close()
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def sent(tmp_path) -> Path:
    return write(
        tmp_path / "报送.xlsx",
        funds("132.71 | 57.04 | 56.96 | ", "0 | 0 | 0 | ", "0 | 0 | 0 | ", " |  |  | "),
    )


def test_a_filled_copy_has_the_values_the_source_keeps_its_hash_and_a_second_fill_changes_nothing(
    sent, tmp_path
):
    before = digest(sent)
    filled = fill(sent, tmp_path / "填好.xlsx")
    assert digest(sent) == before and filled.refused == () and filled.problems == ()
    sheet = openpyxl.load_workbook(tmp_path / "填好.xlsx")["项目表"]
    assert (sheet["F4"].value, sheet["F4"].number_format, sheet["D7"].value) == (0.9986, "0.00%", 57.04)
    assert [sheet.cell(8, column).value for column in range(9, 12)] == list(ADDED_COLUMNS)
    assert sheet.print_area == "'项目表'!$A$1:$G$9"
    (form,) = read_file(tmp_path / "填好.xlsx").forms
    assert form.total_funding.execution_rate == "99.86%" and form.indicators[0].target == "=25部"
    again = fill(tmp_path / "填好.xlsx", tmp_path / "再填.xlsx")
    assert again.edits == () and digest(tmp_path / "再填.xlsx") == digest(tmp_path / "填好.xlsx")


def test_a_filled_copy_is_valid(sent, tmp_path, assert_valid_ooxml):
    fill(sent, tmp_path / "填好.xlsx")
    assert_valid_ooxml(tmp_path / "填好.xlsx")


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_kinds_of_workbook_give_an_xlsx_of_the_same_grid(
    sent, tmp_path, kind, libreoffice, assert_valid_ooxml
):
    other = libreoffice.convert(sent, kind, tmp_path)
    before = digest(other)
    out = tmp_path / f"自{kind}.xlsx"
    assert fill(other, out).refused == ()
    assert digest(other) == before
    (form,) = read_file(out).forms
    assert form.total_funding.annual_budget == "57.04" and form.total_funding.execution_rate == "99.86%"
    assert form.indicators[0].target == "=25部"
    assert fill(out, tmp_path / "再填.xlsx").edits == ()
    assert_valid_ooxml(out)


def test_a_word_table_gives_an_xlsx(tmp_path):
    import docx

    grid = indicators("产出指标 | 数量指标 | 手机 | =25部 | 0部 | ")
    document = docx.Document()
    table = document.add_table(grid.height, 6)
    for row in range(grid.height):
        for column in range(6):
            table.cell(row, column).text = grid.text(row, column)
    document.save(tmp_path / "表.docx")
    filled = fill(tmp_path / "表.docx", tmp_path / "表.xlsx")
    assert "【待补充】" in openpyxl.load_workbook(tmp_path / "表.xlsx")["表1"]["F4"].value
    assert filled.refused == () and fill(tmp_path / "表.xlsx", tmp_path / "再.xlsx").edits == ()


def test_a_picture_right_of_the_form_sends_the_columns_beyond_it(tmp_path):
    from support import fidelity

    grid = indicators("产出指标 | 数量指标 | 手机 | =25部 | 25部 | ")
    book = xlsxwriter.Workbook(str(tmp_path / "章.xlsx"), {"strings_to_formulas": False})
    sheet = book.add_worksheet("项目表")
    for row, line in enumerate(grid.rows):
        for column, value in enumerate(line):
            if value:
                sheet.write_string(row, column, value)
    sheet.insert_image("I2", "seal.png", {"image_data": fidelity.seal()})
    book.close()
    fill(tmp_path / "章.xlsx", tmp_path / "填好.xlsx")
    filled = openpyxl.load_workbook(tmp_path / "填好.xlsx")["项目表"]
    head = next(cell for cell in filled[3] if cell.value == "完成率")
    assert head.column > 9 and filled.print_area == "'项目表'!$A$1:$I$4"


def test_a_file_without_a_form_is_copied_and_said_so(tmp_path):
    source = write(tmp_path / "别的.xlsx", grid_of("| 一 | 二 |"))
    filled = fill(source, tmp_path / "出.xlsx")
    assert (
        filled.edits == ()
        and "没有找到绩效自评表" in filled.problems[0]
        and digest(tmp_path / "出.xlsx") == digest(source)
    )


def test_wrong_usage_is_said_in_plain_words(sent, tmp_path):
    for source, out, words in (
        (sent, sent, "同一个"),
        (sent, tmp_path / "出.pdf", "请以.xlsx结尾"),
        (tmp_path / "没有.xlsx", tmp_path / "出.xlsx", "找不到文件"),
    ):
        with pytest.raises(UsageError, match=words):
            fill(source, out)
    (tmp_path / "扫描.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(SelfevalError, match="没有表格"):
        fill(tmp_path / "扫描.pdf", tmp_path / "出.xlsx")


def test_the_real_filing_keeps_every_value_and_gains_three_columns(seed, tmp_path):
    before = digest(seed)
    filled = fill(seed, tmp_path / "出.xlsx")
    assert digest(seed) == before and filled.refused == ()
    assert {edit.look for edit in filled.edits} == {Look.HEAD, Look.TEXT, Look.RATIO}
    old, new = read_file(seed).forms, read_file(tmp_path / "出.xlsx").forms
    for one, other in zip(old, new, strict=True):
        for part in ("funding", "goal", "indicators", "tasks", "cells"):
            assert getattr(one, part) == getattr(other, part)
    verdicts = [
        openpyxl.load_workbook(tmp_path / "出.xlsx").worksheets[0].cell(row, 11).value
        for row in range(12, 20)
    ]
    assert verdicts == ["未完成", "已完成", "已完成", "未完成", "已完成", "未完成", "未完成", "已完成"]
    assert fill(tmp_path / "出.xlsx", tmp_path / "再.xlsx").edits == ()
