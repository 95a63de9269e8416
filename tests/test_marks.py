"""Marks: tinted cells with notes, the sheet 校验结果, and all of it taken away again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.errors import OutputError
from selfeval_xl.model.edits import Formula, Look
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.model.sheet_names import RESULTS, RETURNED
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.workflows.marking.marks import mark, mark_all, mark_edits, unmark, unmark_edits
from selfeval_xl.workflows.marking.progress import EXPLAINED, MENDED, NEW, STILL_OPEN
from selfeval_xl.workflows.marking.result_list import COLUMNS, rows
from selfeval_xl.writers.xlsx.mark_records import CellBefore
from selfeval_xl.writers.xlsx.opened import open_workbook
from support import fidelity
from support.text_grid import grid_of
from support.tinted import tints

FORM = fidelity.FORM
BUREAU = (
    "序号 | 级别 | 处理方式 | 规则编号 | 工作表 | 单元格 | 对象 | 填报内容 | 应为或参考 | 问题说明 "
    "| 修改建议 | 单位说明 | 状态"
)


def found(
    rule: str,
    cell: str | None,
    severity: Severity = Severity.ERROR,
    *,
    message: str = "没有说明原因。",
    sheet: str | None = FORM,
    **more,
) -> Finding:
    more = {"subject": "租金", "value": "0元", "hint": "写明原因。", "treatment": Treatment.FIX} | more
    return Finding(message=message, rule=rule, cell=cell, severity=severity, sheet=sheet, **more)


def form_grid() -> Grid:
    return grid_of("| 一 | 二 | 三 |\n| 1.5 | '0元 | |\n| 3 | < | x |", FORM)


def listed(findings, before: Grid | None = None) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, row)) for row in rows(findings, before)]


def result_sheet(table: list[list[str]], name: str = RESULTS) -> Grid:
    return Grid(name, [list(COLUMNS), *table])


def test_the_columns_are_those_of_the_bureau():
    assert " | ".join(COLUMNS) == BUREAU


@pytest.mark.parametrize(
    "severity,look,level",
    [
        (Severity.ERROR, Look.ERROR, "错误，本次修改"),
        (Severity.WARNING, Look.WARNING, "核实，本次修改"),
        (Severity.NOTE, Look.NOTE, "提示，本次修改"),
    ],
)
def test_a_cell_is_tinted_by_severity_and_its_note_says_what_to_do(severity, look, level):
    edit = mark_edits([found("D03", "B2", severity)], [form_grid()])[0]
    assert (edit.sheet, edit.cell, edit.old, edit.new, edit.look) == (FORM, "B2", "0元", "0元", look)
    assert edit.remark == f"{level}：没有说明原因。\n怎么改：写明原因。"


def test_several_findings_on_a_cell_are_one_mark_the_gravest_first():
    findings = [
        found("N01", "B2", Severity.NOTE, message="有空格。", hint=""),
        found("D03", "B2", Severity.ERROR),
        found("D04", "B2", Severity.WARNING, message="没写措施。", hint=""),
    ]
    marks = [edit for edit in mark_edits(findings, [form_grid()]) if edit.sheet == FORM]
    assert [(edit.cell, edit.look) for edit in marks] == [("B2", Look.ERROR)]
    assert marks[0].remark == (
        "错误，本次修改：没有说明原因。\n怎么改：写明原因。\n核实，本次修改：没写措施。"
        "\n提示，本次修改：有空格。"
    )


def test_every_cell_of_a_finding_is_marked_a_merged_one_at_its_top_left():
    marks = [edit for edit in mark_edits([found("F01", "A2,B3")], [form_grid()]) if edit.sheet == FORM]
    assert [(edit.cell, edit.old) for edit in marks] == [("A2", "1.5"), ("A3", "3")]


def test_a_finding_without_a_cell_or_on_another_sheet_is_only_listed():
    edits = mark_edits([found("N05", None), found("T01", "A1", sheet="没有这张表")], [form_grid()])
    assert {edit.sheet for edit in edits} == {RESULTS}


def test_a_row_says_everything_and_its_cell_is_a_link():
    edits = {
        edit.cell: edit.new
        for edit in mark_edits([found("D03", "B2,C3", expected="有原因", value="=1人")], [form_grid()])
        if edit.sheet == RESULTS
    }
    assert [edits[f"{column}2"] for column in "BCDEGHIJK"] == [
        "错误",
        "本次修改",
        "D03",
        FORM,
        "租金",
        "=1人",
        "有原因",
        "没有说明原因。",
        "写明原因。",
    ]
    assert edits["F2"] == Formula(f'HYPERLINK("#\'{FORM}\'!B2","B2,C3")', "B2,C3") and edits["M2"] == NEW


def test_quotes_in_a_sheet_name_do_not_break_the_link():
    edits = {
        edit.cell: edit.new
        for edit in mark_edits([found("D03", "A1", sheet="张'三\"表")], [])
        if edit.sheet == RESULTS
    }
    assert edits["F2"].text == 'HYPERLINK("#\'张\'\'三""表\'!A1","A1")'


def test_rows_come_errors_first_and_then_as_they_stand_in_the_workbook():
    findings = [
        found("N01", "C3", Severity.NOTE),
        found("D03", "C3"),
        found("D01", "A2"),
        found("T02", None),
        found("D03", "A1", sheet="第二张"),
    ]
    edits = mark_edits(findings, [form_grid(), Grid("第二张", [["x"]])])
    numbers = [
        edit.new for edit in edits if edit.sheet == RESULTS and edit.cell[0] == "D" and edit.cell != "D1"
    ]
    assert numbers == ["T02", "D01", "D03", "D03", "N01"]


def test_an_explanation_is_carried_over_by_rule_sheet_subject_and_content():
    before = rows([found("D03", "B2"), found("D04", "B3")], None)
    before[0][11] = "财政资金12月才下达"
    again = listed(
        [
            found("D04", "B9"),
            found("D03", "B7", message="措辞变了。", treatment=Treatment.EXPLAIN),
            found("D05", "B4"),
        ],
        result_sheet(before),
    )
    assert [(row["规则编号"], row["单元格"], row["单位说明"], row["状态"]) for row in again] == [
        ("D04", "B9", "", STILL_OPEN),
        ("D03", "B7", "财政资金12月才下达", EXPLAINED),
        ("D05", "B4", "", NEW),
    ]


def test_an_explanation_is_found_in_the_list_of_a_return_and_in_moved_columns():
    grid = grid_of(
        "| 备注 | 单位说明 | 规则编号 | 工作表 | 对象 | 填报内容 |\n"
        f"| x | 已下达 | D03 | {FORM} | 租金 | '0元 |",
        RETURNED,
    )
    assert [
        (row["单位说明"], row["状态"])
        for row in listed([found("D03", "B2", treatment=Treatment.EXPLAIN)], grid)
    ] == [("已下达", EXPLAINED)]
    assert [(row["单位说明"], row["状态"]) for row in listed([found("D03", "B2")], grid)] == [
        ("已下达", STILL_OPEN)
    ]  # what must be mended cannot be explained away


def test_what_changed_in_the_cell_is_a_new_finding_and_what_was_explained_before_is_kept_as_mended():
    before = rows([found("D03", "B2"), found("D04", "B3")], None)
    before[0][11] = "财政资金12月才下达"
    again = listed([found("D03", "B2", value="5元")], result_sheet(before))
    assert [(row["序号"], row["填报内容"], row["单位说明"], row["状态"]) for row in again] == [
        ("1", "5元", "", NEW),
        ("2", "0元", "财政资金12月才下达", MENDED),
    ]


def test_marks_that_no_longer_hold_are_taken_away():
    edits = mark_edits([found("D03", "B2")], [form_grid()], [CellBefore(FORM, "B2"), CellBefore(FORM, "A2")])
    assert [(edit.cell, edit.look) for edit in edits if edit.sheet == FORM] == [
        ("A2", Look.RESTORE),
        ("B2", Look.ERROR),
    ]


def test_unmarking_leaves_every_value():
    (edit,) = unmark_edits(
        [CellBefore(FORM, "A2", "#FFFF00", "我写的"), CellBefore("没有这张表", "A1")], [form_grid()]
    )
    assert (edit.cell, edit.old, edit.new, edit.look) == ("A2", "1.5", "1.5", Look.RESTORE)


@pytest.fixture
def source(tmp_path) -> Path:
    return fidelity.build(tmp_path / "报送.xlsx")


FINDINGS = [
    found("D03", "G12", subject="视频互联互通年租金"),
    found("F05", "F5", Severity.WARNING, value="56.96", message="执行率偏低。"),
    found("N01", "F12", Severity.NOTE),
]


def of(path: Path, findings) -> list[Finding]:
    from dataclasses import replace

    return [replace(finding, file=str(path)) for finding in findings]


def test_a_marked_copy_is_valid_lists_the_findings_and_can_be_unmarked(
    source, tmp_path, assert_valid_ooxml, assert_formulas_agree
):
    out = tmp_path / "标注.xlsx"
    done = mark(source, [*of(source, FINDINGS), *of(Path("别的.xlsx"), [found("T01", "A1")])], out)
    assert done.refused == ()
    book = openpyxl.load_workbook(out)
    assert tints(out, FORM) == {"G12": "#FFC7CE", "F5": "#FFEB9C", "F12": "#DDEBF7"}
    assert [[cell.value for cell in row[:4]] for row in book[RESULTS].iter_rows(min_row=2)] == [
        [1, "错误", "本次修改", "D03"],
        [2, "核实", "本次修改", "F05"],
        [3, "提示", "本次修改", "N01"],
    ]
    assert book[RESULTS]["F2"].value.startswith("=HYPERLINK(") and book[FORM]["F12"].comment.text.startswith(
        fidelity.NOTE
    )
    assert book["_selfeval"].sheet_state == "veryHidden"
    assert_valid_ooxml(out)
    assert_formulas_agree(out)
    unmark(out, tmp_path / "还原.xlsx")
    clean = openpyxl.load_workbook(tmp_path / "还原.xlsx")
    before = openpyxl.load_workbook(source)
    for name in ("G12", "F5", "F12"):
        assert repr(clean[FORM][name].fill) == repr(before[FORM][name].fill)
    assert clean[FORM]["F12"].comment.text == fidelity.NOTE and clean[FORM]["F5"].comment is None
    assert tints(tmp_path / "还原.xlsx", FORM) == {} and len(clean[FORM].conditional_formatting) == len(
        before[FORM].conditional_formatting
    )
    assert open_workbook(tmp_path / "还原.xlsx").former == [] and clean[RESULTS]["D2"].value == "D03"
    assert_valid_ooxml(tmp_path / "还原.xlsx")


def test_marking_again_with_the_same_findings_changes_only_the_state(source, tmp_path):
    first, second, third = (tmp_path / f"{number}.xlsx" for number in range(3))
    mark(source, of(source, FINDINGS), first)
    mark(first, of(first, FINDINGS), second)
    states = [row[12].value for row in openpyxl.load_workbook(second)[RESULTS].iter_rows(min_row=2)]
    assert states == [STILL_OPEN] * 3
    mark(second, of(second, FINDINGS), third)
    grids = [{grid.name: grid.rows for grid in open_source(path).grids} for path in (second, third)]
    assert grids[0] == grids[1]
    sheets = [openpyxl.load_workbook(path)[FORM] for path in (first, third)]
    notes = [
        {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
        for sheet in sheets
    ]
    assert notes[0] == notes[1]


def test_fewer_findings_leave_a_shorter_list_and_fewer_marks(source, tmp_path):
    mark(source, of(source, FINDINGS), tmp_path / "1.xlsx")
    mark(tmp_path / "1.xlsx", of(tmp_path / "1.xlsx", FINDINGS[:1]), tmp_path / "2.xlsx")
    assert [former.cell for former in open_workbook(tmp_path / "2.xlsx").former] == ["G12"]
    assert [
        row[3].value for row in openpyxl.load_workbook(tmp_path / "2.xlsx")[RESULTS].iter_rows(min_row=2)
    ] == ["D03", None, None]


def test_marks_survive_another_program_saving_the_file(source, tmp_path, libreoffice):
    mark(source, of(source, FINDINGS), tmp_path / "1.xlsx")
    saved = libreoffice.convert(
        tmp_path / "1.xlsx", "xlsx", tmp_path / "lo" if (tmp_path / "lo").mkdir() is None else None
    )
    unmark(saved, tmp_path / "还原.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "还原.xlsx")[FORM]
    assert sheet["F12"].comment.text.strip() == fidelity.NOTE and sheet["F5"].comment is None
    assert sheet["F5"].fill.fgColor.rgb == "FFFFFF00" and sheet["G12"].fill.fill_type is None


def test_a_merged_area_is_marked_where_people_see_it():
    grid = Grid(FORM, [["题", None], [None, None]], [Area(0, 0, 1, 1)])
    marks = [edit for edit in mark_edits([found("N05", "B2")], [grid]) if edit.sheet == FORM]
    assert [edit.cell for edit in marks] == ["A1"]


def test_files_of_the_same_name_get_copies_of_their_own_and_a_scan_gets_none(source, tmp_path):
    (tmp_path / "乙").mkdir()
    other = fidelity.build(tmp_path / "乙" / "报送.xlsx")
    scan = tmp_path / "扫描.pdf"
    scan.write_bytes(b"%PDF-1.4")
    copies = mark_all([source, other, scan], of(other, FINDINGS[:1]), tmp_path)
    assert copies == [
        (source, tmp_path / "报送_标注.xlsx", False),
        (other, tmp_path / "报送_标注2.xlsx", False),
        (scan, None, False),
    ]
    assert [len(open_workbook(each.copy).former) for each in copies if each.copy] == [0, 1]


def test_a_folder_that_cannot_be_made_is_said_in_plain_words(source, tmp_path):
    with pytest.raises(OutputError, match="建不了文件夹"):
        mark_all([source], [], source / "标注")
