"""Edits into files: what is edited is there, and nothing else has changed."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from selfeval_xl.errors import OutputError, UsageError
from selfeval_xl.model.edits import Edit, Formula, Look
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.writers.xlsx import from_grids
from selfeval_xl.writers.xlsx.apply import apply
from selfeval_xl.writers.xlsx.opened import open_workbook
from selfeval_xl.writers.xlsx.tints import SIGN, condition
from selfeval_xl.writers.xlsx.worksheet import lines_needed
from support import fidelity
from support.text_grid import grid_of
from support.tinted import tints

FORM = fidelity.FORM
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EDITS = [
    Edit(FORM, "G6", None, Decimal("0.5"), Look.PERCENT),
    Edit(FORM, "G12", None, "原因：【待补充】", Look.STUB),
    Edit(FORM, "F12", "0元", "0元", Look.ERROR, remark="错误（须修改）：实际完成0元。"),
    Edit(FORM, "F5", "56.96", "56.96", Look.WARNING, remark="核实（须说明）：请说明。"),
    Edit(FORM, "I11", None, "完成率", Look.HEAD),
    Edit(FORM, "I12", None, Decimal("0.9723"), Look.RATIO),
    Edit(FORM, "J12", None, "=1人", Look.TEXT),
    Edit("校验结果", "A1", None, "序号", Look.HEAD),
    Edit("校验结果", "B2", None, Formula(f'HYPERLINK("#\'{FORM}\'!F12","F12")', "F12"), Look.TEXT),
]


@pytest.fixture(scope="module", params=["xlsx", "xlsm"])
def edited(request, tmp_path_factory) -> tuple[Path, Path]:
    """The workbook with everything in it, and its edited copy."""
    folder = tmp_path_factory.mktemp("fidelity")
    source, out = fidelity.build(folder / f"原件.{request.param}"), folder / f"改后.{request.param}"
    applied = apply(source, EDITS, out)
    assert applied.done == tuple(EDITS) and applied.refused == ()
    return source, out


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_xml(path: Path, part: str = "xl/worksheets/sheet1.xml") -> etree._Element:
    return etree.fromstring(parts(path)[part])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_part_that_needs_no_change_is_there_byte_for_byte(edited):
    before, after = parts(edited[0]), parts(edited[1])
    assert before.keys() <= after.keys()
    assert {name for name in before if before[name] != after[name]} == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }
    kept = {
        name.rpartition("/")[2].partition(".")[0].rstrip("0123456789")
        for name in before
        if before[name] == after[name]
    }
    assert {"image", "drawing", "chart", "sharedStrings", "theme"} <= kept


def test_everything_else_on_the_edited_sheet_is_as_it_was(edited):
    before, after = sheet_xml(edited[0]), sheet_xml(edited[1])
    changed = {"dimension", "cols", "sheetData", "pageSetup"}
    kept = [
        child
        for child in after
        if child.tag != f"{MAIN}conditionalFormatting" or SIGN not in "".join(child.itertext())
    ]
    assert [child.tag for child in before] == [child.tag for child in kept] and len(after) == len(before) + 2
    for one, other in zip(before, kept):
        for rule in (
            rule for rule in (*one.iter("{*}cfRule"), *other.iter("{*}cfRule")) if rule.get("priority")
        ):
            rule.set("priority", str(int(rule.get("priority")) % 10_000))  # raised to make way for ours
        if one.tag.removeprefix(MAIN) not in changed:
            assert etree.tostring(one, method="c14n") == etree.tostring(other, method="c14n")
    touched = {
        edit.cell for edit in EDITS if edit.sheet == FORM and edit.new != edit.old
    }  # a marked cell is not touched
    cells = [
        {cell.get("r"): etree.tostring(cell, method="c14n") for cell in root.iter(f"{MAIN}c")}
        for root in (before, after)
    ]
    assert {name for name in cells[1] if cells[0].get(name) != cells[1][name]} == touched


def test_cached_values_stay_and_formulas_are_computed_anew_when_the_file_is_opened(edited):
    book = openpyxl.load_workbook(edited[1], data_only=True)
    assert book[FORM]["G5"].value == pytest.approx(0.9985974754558206)
    assert book[fidelity.HIDDEN]["B1"].value == 3 and book[fidelity.OTHER]["A1"].value == pytest.approx(
        99.85974754558206
    )
    assert book["校验结果"]["B2"].value == "F12"
    assert openpyxl.load_workbook(edited[1])[FORM]["G5"].value == "=F5/E5"
    assert openpyxl.load_workbook(edited[1]).calculation.fullCalcOnLoad is True


def test_an_edited_cell_keeps_border_font_lock_and_alignment(edited):
    before, after = (openpyxl.load_workbook(path)[FORM] for path in edited)
    assert tints(edited[1], FORM) == {"F12": "#FFC7CE", "F5": "#FFEB9C"}
    for name in ("F12", "F5"):
        for part in ("fill", "border", "font", "protection", "alignment", "number_format"):
            assert repr(getattr(after[name], part)) == repr(getattr(before[name], part))
    assert after["G6"].number_format == "0.00%" and after["G6"].border.left.style == "thin"
    assert (
        after["G12"].alignment.wrap_text
        and after["G12"].alignment.horizontal == "center"
        and after["G12"].font.name == "仿宋"
    )


def test_text_that_looks_like_a_formula_stays_text(edited):
    sheet = openpyxl.load_workbook(edited[1])[FORM]
    assert (sheet["J12"].value, sheet["J12"].data_type, sheet["J12"].number_format) == ("=1人", "s", "@")
    assert sheet["E13"].value == "=30000元"


def test_a_persons_note_stays_in_front_of_ours_and_each_box_has_its_own_number(edited):
    notes = {
        cell.coordinate: cell.comment.text
        for row in openpyxl.load_workbook(edited[1])[FORM].iter_rows()
        for cell in row
        if cell.comment
    }
    assert notes.keys() == {"F12", "F5"}
    assert notes["F12"].startswith(fidelity.NOTE) and notes["F12"].endswith("错误（须修改）：实际完成0元。")
    drawing = parts(edited[1])["xl/drawings/vmlDrawing1.vml"].decode()
    assert (
        drawing.count("<v:shape ") == 2
        and drawing.count('id="_x0000_s1025"') == 1
        and drawing.count('id="_x0000_s1026"') == 1
    )


def test_marks_are_not_printed_and_columns_of_ours_lie_outside_the_print_area(edited):
    setup = sheet_xml(edited[1]).find(f"{MAIN}pageSetup")
    assert (
        setup.get("blackAndWhite") == "1"
        and setup.get("cellComments") in (None, "none")
        and setup.get("orientation") == "landscape"
    )
    area = open_workbook(edited[1]).extents(FORM).printed
    assert area.right == 6 and area.bottom >= 12


def test_a_print_area_of_a_persons_own_is_left_alone(tmp_path):
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet("表")
    sheet.write_row("A1", ["一", "二", "三"])
    sheet.print_area("A1:B1")
    book.close()
    apply(tmp_path / "a.xlsx", [Edit("表", "E1", None, "完成率", Look.HEAD)], tmp_path / "b.xlsx")
    assert open_workbook(tmp_path / "b.xlsx").extents("表").printed == Area(0, 0, 0, 1)


def test_the_written_file_is_valid_and_the_source_keeps_its_hash(edited, assert_valid_ooxml):
    before = digest(edited[0])
    apply(edited[0], EDITS, edited[1])
    assert digest(edited[0]) == before
    assert_valid_ooxml(edited[1])


def test_libreoffice_sees_the_same_values_formulas_and_texts(edited, assert_formulas_agree):
    assert_formulas_agree(edited[1])


def test_a_mark_taken_away_leaves_looks_and_notes_as_they_were(edited, tmp_path):
    source, out = edited
    assert {(former.cell, former.fill, former.note) for former in open_workbook(out).former} == {
        ("F12", "", fidelity.NOTE),
        ("F5", "#FFFF00", ""),
    }
    again = tmp_path / f"还原{out.suffix}"
    apply(
        out,
        [Edit(FORM, "F12", "0元", "0元", Look.RESTORE), Edit(FORM, "F5", "56.96", "56.96", Look.RESTORE)],
        again,
    )
    assert open_workbook(again).former == []
    cells = [
        {cell.get("r"): etree.tostring(cell, method="c14n") for cell in sheet_xml(path).iter(f"{MAIN}c")}
        for path in (source, again)
    ]
    assert cells[0]["F12"] == cells[1]["F12"] and cells[0]["F5"] == cells[1]["F5"]
    notes = {
        cell.coordinate: cell.comment.text
        for row in openpyxl.load_workbook(again)[FORM].iter_rows()
        for cell in row
        if cell.comment
    }
    assert notes == {"F12": fidelity.NOTE}
    assert parts(again)["xl/drawings/vmlDrawing1.vml"] == parts(source)["xl/drawings/vmlDrawing1.vml"]
    assert sheet_xml(again).find(f"{MAIN}pageSetup").get("blackAndWhite") is None


def test_marking_twice_remembers_what_was_there_before_the_first_mark(edited, tmp_path):
    twice = tmp_path / f"再标{edited[1].suffix}"
    apply(
        edited[1],
        [Edit(FORM, "F5", "56.96", "56.96", Look.ERROR, remark="错误（须修改）：改主意了。")],
        twice,
    )
    assert ("F5", "#FFFF00", "") in {
        (former.cell, former.fill, former.note) for former in open_workbook(twice).former
    }
    sheet = openpyxl.load_workbook(twice)[FORM]
    assert sheet["F5"].comment.text == "错误（须修改）：改主意了。" and tints(twice, FORM) == {
        "F12": "#FFC7CE",
        "F5": "#FFC7CE",
    }


def test_a_colour_that_a_person_gave_a_marked_cell_since_then_stays(edited, tmp_path):
    ending = edited[1].suffix
    book = openpyxl.load_workbook(edited[1], keep_vba=ending == ".xlsm")
    book[FORM]["F5"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF00FF00")
    book.save(tmp_path / f"人改{ending}")
    apply(
        tmp_path / f"人改{ending}",
        [Edit(FORM, "F5", "56.96", "56.96", Look.RESTORE)],
        tmp_path / f"还原{ending}",
    )
    assert openpyxl.load_workbook(tmp_path / f"还原{ending}")[FORM]["F5"].fill.fgColor.rgb == "FF00FF00"


def test_the_first_note_of_a_sheet_and_the_last_one_taken_away(tmp_path, assert_valid_ooxml):
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("表").write_string("B2", "值")
    book.close()
    apply(
        tmp_path / "a.xlsx",
        [Edit("表", "B2", "值", "值", Look.NOTE, remark="提示（供参考）：看看。")],
        tmp_path / "b.xlsx",
    )
    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["表"]["B2"].comment.text == "提示（供参考）：看看。"
    assert_valid_ooxml(tmp_path / "b.xlsx")
    apply(tmp_path / "b.xlsx", [Edit("表", "B2", "值", "值", Look.RESTORE)], tmp_path / "c.xlsx")
    assert not [name for name in parts(tmp_path / "c.xlsx") if "omment" in name or "vml" in name]
    assert_valid_ooxml(tmp_path / "c.xlsx")


def test_an_edit_whose_cell_holds_something_else_is_refused_and_the_rest_is_done(edited, tmp_path):
    wrong, right = Edit(FORM, "F12", "1元", "2元"), Edit(FORM, "E12", ">=149040元", ">=149,040元")
    applied = apply(edited[0], [wrong, right], tmp_path / f"x{edited[0].suffix}")
    assert applied.refused == (wrong,) and applied.done == (right,)
    sheet = openpyxl.load_workbook(tmp_path / f"x{edited[0].suffix}")[FORM]
    assert (sheet["F12"].value, sheet["E12"].value) == ("0元", ">=149,040元")


def test_a_cell_inside_a_merged_area_is_not_written(edited, tmp_path):
    inside = Edit(FORM, "C1", None, "看不见的字")
    assert apply(edited[0], [inside], tmp_path / f"x{edited[0].suffix}").refused == (inside,)


def test_no_edits_give_the_same_file(edited, tmp_path):
    apply(edited[0], [], tmp_path / f"x{edited[0].suffix}")
    assert digest(tmp_path / f"x{edited[0].suffix}") == digest(edited[0])


def test_a_result_over_the_source_is_refused(edited):
    with pytest.raises(UsageError, match="同一个"):
        apply(edited[0], EDITS, edited[0])


def test_the_ending_of_the_result_must_say_whether_it_holds_macros(edited, tmp_path):
    other = {".xlsx": ".xlsm", ".xlsm": ".xlsx"}[edited[0].suffix]
    with pytest.raises(UsageError, match=f"请以{edited[0].suffix}结尾"):
        apply(edited[0], EDITS, tmp_path / f"x{other}")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_plain_words(edited, tmp_path):
    with pytest.raises(OutputError, match="没有文件夹"):
        apply(edited[0], EDITS, tmp_path / "没有" / f"x{edited[0].suffix}")


def test_a_result_that_cannot_take_its_place_leaves_nothing_behind(edited, tmp_path):
    target = tmp_path / f"x{edited[0].suffix}"
    target.mkdir()
    with pytest.raises(OutputError, match="写不了"):
        apply(edited[0], EDITS, target)
    assert list(tmp_path.iterdir()) == [target]


def test_long_text_makes_its_row_higher(edited):
    row = next(row for row in sheet_xml(edited[1]).iter(f"{MAIN}row") if row.get("r") == "12")
    assert float(row.get("ht")) > 30 and row.get("customHeight") is None  # it goes on growing


@pytest.mark.parametrize(
    "text,width,lines",
    [("", 10, 1), ("abc", 10, 1), ("一二三四五", 11, 1), ("一二三四五六", 11, 2), ("一\n二", 10, 2)],
)
def test_chinese_letters_are_counted_as_two(text, width, lines):
    assert lines_needed(text, width) == lines


def test_a_grid_becomes_a_workbook_that_reads_as_the_same_grid(tmp_path, assert_valid_ooxml):
    grid = grid_of(
        """
        | 项目支出绩效自评表 | <        | <      | <     |
        | 项目名称           | 应急管理 | <      | <     |
        | 资金               | 预算     | 执行数 | 执行率 |
        | ^                  | 57.04    | 56.96  | 99.86% |
        | 租金               | '=30000元 | 0元   | -     |
    """,
        name="表1",
    )
    grid.rows[4].append(date(2024, 11, 30))
    names = from_grids.write([grid, Grid("表/1*", [["x"]]), Grid("表1", [["y"]])], tmp_path / "b.xlsx")
    read = open_source(tmp_path / "b.xlsx").grids
    assert [each.name for each in read] == ["表1", "表_1_", "表1_2"] and names["表/1*"] == "表_1_"
    width = max(grid.width, read[0].width)
    one, other = (
        [[each.text(row, column) for column in range(width)] for row in range(grid.height)]
        for each in (grid, read[0])
    )
    assert one == other
    assert sorted(map(str, read[0].merges)) == sorted(map(str, grid.merges))
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["表1"]
    assert (
        sheet["B5"].data_type == "s"
        and sheet["B5"].border.left.style == "thin"
        and sheet["B5"].alignment.wrap_text
    )
    assert_valid_ooxml(tmp_path / "b.xlsx")


def test_fonts_that_another_program_wrote_in_disorder_are_put_in_order(tmp_path, assert_valid_ooxml):
    book = openpyxl.Workbook()
    book.active["A1"] = "值"
    book.active["A1"].font = openpyxl.styles.Font(name="宋体", size=12, color="FF0000", bold=True)
    book.save(tmp_path / "a.xlsx")
    apply(
        tmp_path / "a.xlsx",
        [Edit("Sheet", "A1", "值", "值", Look.ERROR, remark="错误（须修改）：x")],
        tmp_path / "b.xlsx",
    )
    fonts = etree.fromstring(parts(tmp_path / "b.xlsx")["xl/styles.xml"]).find(f"{MAIN}fonts")
    assert [child.tag.removeprefix(MAIN) for child in fonts[1]] == ["b", "sz", "color", "name"]
    font = openpyxl.load_workbook(tmp_path / "b.xlsx").active["A1"].font
    assert (font.name, font.size, font.bold, font.color.rgb) == ("宋体", 12, True, "00FF0000")
    assert_valid_ooxml(tmp_path / "b.xlsx")


def test_a_theme_colour_comes_back_after_a_mark(tmp_path):
    from openpyxl.styles import PatternFill
    from openpyxl.styles.colors import Color

    book = openpyxl.Workbook()
    book.active["A1"] = 5
    book.active["A1"].fill = PatternFill("solid", fgColor=Color(theme=4, tint=0.6))
    book.save(tmp_path / "a.xlsx")
    apply(
        tmp_path / "a.xlsx",
        [Edit("Sheet", "A1", "5", "5", Look.ERROR, remark="错误（须修改）：x")],
        tmp_path / "b.xlsx",
    )
    assert openpyxl.load_workbook(tmp_path / "b.xlsx").active["A1"].value == 5
    apply(tmp_path / "b.xlsx", [Edit("Sheet", "A1", "5", "5", Look.RESTORE)], tmp_path / "c.xlsx")
    fill = openpyxl.load_workbook(tmp_path / "c.xlsx").active["A1"].fill
    assert (fill.fgColor.theme, fill.fgColor.tint) == (4, 0.6)


def test_a_cell_from_which_others_take_their_formula_is_refused(tmp_path):
    book = openpyxl.Workbook()
    from openpyxl.worksheet.formula import ArrayFormula

    book.active["A1"] = ArrayFormula("A1:A2", "=B1:B2*2")
    book.save(tmp_path / "a.xlsx")
    edit = Edit("Sheet", "A1", None, "字")
    assert apply(tmp_path / "a.xlsx", [edit], tmp_path / "b.xlsx").refused == (edit,)


def test_a_formula_over_which_a_value_is_written_leaves_the_calculation_chain(tmp_path):
    source = fidelity.build(tmp_path / "a.xlsx")
    apply(source, [Edit(FORM, "G5", "99.86%", Decimal("0.5"), Look.PERCENT)], tmp_path / "b.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "b.xlsx")[FORM]["G5"]
    assert cell.value == 0.5 and not [name for name in parts(tmp_path / "b.xlsx") if "calcChain" in name]


TEXTS = (
    "0元",
    "=30000元",
    '说"好"',
    "第一行\n第二行",
    "x" * 300 + '"' * 60,
    "长" * 20_000,
    "",
    None,
    True,
    56.96,
    0,
    0.9985974754558206,
    -3,
    date(2024, 11, 30),
)


def test_a_tint_holds_while_the_value_stands_and_goes_when_it_is_mended(tmp_path, libreoffice):
    """The conditions as formulas of a sheet: beside each value, and beside the same value with something
    changed.
    """
    import xlsxwriter

    path = tmp_path / "条件.xlsx"
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet, day = book.add_worksheet("表"), book.add_format({"num_format": "yyyy-mm-dd"})
    for row, value in enumerate(TEXTS):
        for column in (0, 1):
            sheet.write(row, column, value, day if isinstance(value, date) else None)
        mended = (
            f"{value[:-1]}改"
            if isinstance(value, str) and value
            else "已填"
            if value in ("", None)
            else not value
            if isinstance(value, bool)
            else 56.95
        )
        sheet.write(row, 1, mended)
        for column, letter in ((2, "A"), (3, "B")):
            sheet.write_formula(row, column, f"IF({condition(f'${letter}${row + 1}', value)},1,0)")
    book.close()
    shown = libreoffice.recalculate(path)
    assert [(shown["表", f"C{row}"], shown["表", f"D{row}"]) for row in range(1, len(TEXTS) + 1)] == [
        (1, 0)
    ] * len(TEXTS)


def test_a_mark_that_moved_with_its_row_is_replaced_and_leaves_nothing_behind(tmp_path):
    path, marked_once, moved = (
        fidelity.build(tmp_path / "原件.xlsx"),
        tmp_path / "一.xlsx",
        tmp_path / "二.xlsx",
    )
    apply(
        path,
        [Edit(FORM, "E13", "=30000元", "=30000元", Look.ERROR, remark="错误（须修改）：一。")],
        marked_once,
    )
    book = openpyxl.load_workbook(marked_once)
    note = book[FORM]["E13"].comment
    book[FORM]["E13"].comment, book[FORM]["E13"].value, book[FORM]["E14"].value = None, None, "=30000元"
    book[FORM]["E14"].comment = openpyxl.comments.Comment(note.text, note.author)
    book[FORM]["E14"].data_type = "s"
    book.save(moved)
    out = tmp_path / "三.xlsx"
    apply(
        moved,
        [
            Edit(FORM, "E13", None, None, Look.RESTORE),
            Edit(FORM, "E14", "=30000元", "=30000元", Look.WARNING, remark="核实（须说明）：二。"),
        ],
        out,
    )
    notes = {
        cell.coordinate: cell.comment.text
        for row in openpyxl.load_workbook(out)[FORM].iter_rows()
        for cell in row
        if cell.comment
    }
    assert notes == {"F12": fidelity.NOTE, "E14": "核实（须说明）：二。"} and tints(out, FORM) == {
        "E14": "#FFEB9C"
    }


def test_a_sheet_put_in_front_is_the_one_that_opens_and_names_keep_their_sheets(
    tmp_path, assert_valid_ooxml, assert_formulas_agree
):
    source, out = fidelity.build(tmp_path / "原件.xlsx"), tmp_path / "退回.xlsx"
    apply(source, [Edit("问题清单", "A1", None, "序号", Look.HEAD)], out)
    before, after = openpyxl.load_workbook(source), openpyxl.load_workbook(out)
    assert after.sheetnames == ["问题清单", *before.sheetnames] and after.active.title == "问题清单"
    assert [sheet.title for sheet in after if sheet.sheet_view.tabSelected] == ["问题清单"]
    assert after[FORM].print_title_rows == before[FORM].print_title_rows == "$1:$1"
    assert_valid_ooxml(out)
    assert_formulas_agree(out)
