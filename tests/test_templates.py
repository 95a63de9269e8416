"""Templates: drawn from layouts, filled in, and read back whole."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.errors import LayoutError, OutputError
from selfeval_xl.model.forms import PROJECT
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.templates.frame import draw
from selfeval_xl.templates.heights import lines_needed
from selfeval_xl.templates.suggestions import USUAL_NAMES
from support.fillings import assert_read, filling

LAYOUTS = layouts.load_all()
NAMES = [f"{layout.id}.{layout.kind}" for layout in LAYOUTS]
BUILT = Path(__file__).resolve().parents[1] / "workbook_templates"


@pytest.mark.parametrize("layout", LAYOUTS, ids=NAMES)
def test_a_filled_form_is_read_back_whole(layout):
    data = filling(layout)
    found = forms_in(draw(layout, data).grid("表"), "a.xlsx")
    assert len(found.forms) == 1 and not found.problems
    assert_read(layout, data, found.forms[0])


@pytest.mark.parametrize("layout", LAYOUTS, ids=NAMES)
def test_a_blank_form_holds_no_indicator_and_says_nothing_wrong(layout):
    found = forms_in(draw(layout).grid("表"), "a.xlsx")
    assert [len(form.indicators) for form in found.forms] == [0]
    assert found.problems == [] and found.forms[0].project is None


@pytest.mark.parametrize("layout", LAYOUTS, ids=NAMES)
def test_no_two_cells_of_a_form_overlap_and_the_frame_is_full(layout):
    drawing = draw(layout, filling(layout))
    areas = [cell.area for cell in drawing.cells]
    taken = [
        (row, column)
        for area in areas
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    ]
    assert len(taken) == len(set(taken))
    assert set(taken) == {
        (row, column) for row in range(max(taken)[0] + 1) for column in range(len(layout.widths))
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A filled workbook of every layout id."""
    folder = tmp_path_factory.mktemp("written")
    books = {}
    for layout_id in layouts.ids():
        by_kind = {layout.kind: layout for layout in layouts.sheets_of(layout_id)}
        books[layout_id] = folder / f"{layout_id}.xlsx"
        templates.fill_in(
            layout_id,
            books[layout_id],
            projects=[filling(by_kind[PROJECT])] if PROJECT in by_kind else [],
            department=filling(by_kind["department"]) if "department" in by_kind else None,
            year=2024,
        )
    return books


def test_written_workbooks_are_read_back_whole(written):
    for layout_id, path in written.items():
        file = read_file(path)
        assert file.problems == () and file.settings["layout"] == layout_id
        for layout in layouts.sheets_of(layout_id):
            form = next(form for form in file.forms if form.kind == layout.kind)
            assert_read(layout, filling(layout), form)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_they_are_read_back_whole_as_xls_and_ods(written, libreoffice, tmp_path, kind):
    for layout_id, path in written.items():
        file = read_file(libreoffice.convert(path, kind, tmp_path))
        for layout in layouts.sheets_of(layout_id):
            form = next(form for form in file.forms if form.kind == layout.kind)
            assert_read(layout, filling(layout), form)


def test_formulas_agree_with_libreoffice(written, assert_formulas_agree, tmp_path):
    for layout_id, path in written.items():
        assert_formulas_agree(path)
        templates.write(layout_id, tmp_path / f"{layout_id}.xlsx", 2024)
        assert_formulas_agree(tmp_path / f"{layout_id}.xlsx")


def test_the_cover_counts_what_is_missing_on_each_sheet(tmp_path, assert_formulas_agree):
    rows = [
        {"level1": "产出指标", "level2": "数量指标", "name": "里程", "target": "≥120公里", "actual": actual}
        for actual in ("118.5公里", "0", None, "")
    ]
    funding = [
        {"source": "当年财政拨款", "initial_budget": "100", "annual_budget": "80", "executed": "75"},
        {"source": "上年结转资金", "annual_budget": "55", "executed": "20"},
    ]
    out = tmp_path / "a.xlsx"
    templates.fill_in(
        "mof-2020",
        out,
        department={"department": "示例局"},
        projects=[{"project": "农村公路养护", "indicators": rows, "funding": funding}, {}],
        cover={"截止日期": "2025年3月31日"},
    )
    assert_formulas_agree(out)
    sheet = openpyxl.load_workbook(out, data_only=True)["填报说明"]
    contents = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=13)]
    # year, expected goal, outcome, budget, executed, no indicator; department, unit; project
    assert contents == [
        ["1", "部门整体支出绩效自评表", "示例局", 0, None, "还有6格要填"],
        ["2", "项目01", "农村公路养护", 2, 0.7037, "还有7格要填，还有2格得分没填"],
        ["3", "项目02", None, 0, None, "还有9格要填"],
        ["4", "项目自评汇总表", None, None, None, None],
        ["5", "自评报告", None, None, None, "还有8段没写"],
        ["6", "自查", None, None, None, "3张表还要填或改"],
        ["7", "佐证材料清单", None, None, None, None],
    ]
    assert "2025年3月31日" in [cell.value for row in sheet.iter_rows() for cell in row]
    assert [form.project for form in read_file(out).forms] == [None, "农村公路养护", None]


def test_the_validator_finds_nothing(written, assert_valid_ooxml, tmp_path):
    assert_valid_ooxml(written["mof-2020"])
    templates.write("jilin-2024", tmp_path / "blank.xlsx")
    assert_valid_ooxml(tmp_path / "blank.xlsx")


def test_targets_are_text_and_never_formulas(tmp_path):
    out = tmp_path / "a.xlsx"
    row = {
        "level1": "成本指标",
        "level2": "经济成本指标",
        "name": "费用",
        "target": "=30000元",
        "actual": '=HYPERLINK("x")',
    }
    templates.fill_in("jilin-2024", out, projects=[{"project": "=1+1", "indicators": [row]}])
    sheet = openpyxl.load_workbook(out)["项目01"]
    cells = {
        cell.value: (cell.data_type, cell.number_format)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    }
    assert cells["=30000元"] == ("s", "@") and cells['=HYPERLINK("x")'][0] == "s" and cells["=1+1"][0] == "s"
    assert read_file(out).forms[0].indicators[0].target == "=30000元"


def test_the_page_is_one_a4_wide_with_the_title_repeated_and_tints_kept_off_paper(tmp_path):
    out = tmp_path / "a.xlsx"
    templates.write("mof-2020", out, 2024)
    for sheet in openpyxl.load_workbook(out).worksheets[:3]:
        assert sheet.page_setup.paperSize == 9 and sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (
            sheet.page_setup.fitToWidth in (None, 1) and sheet.page_setup.fitToHeight == 0
        )  # one page wide is the default
        assert sheet.print_title_rows and sheet.page_setup.blackAndWhite and sheet.print_area
    assert openpyxl.load_workbook(out)["_selfeval"].sheet_state == "veryHidden"


@pytest.mark.parametrize("layout_id", layouts.ids())
def test_every_sheet_takes_as_many_pages_as_it_needs(layout_id, tmp_path):
    """One page for a form that is a little longer was one page for thirty long rows too, at a fifth."""
    templates.write(layout_id, tmp_path / "a.xlsx", 2024)
    for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[:4]:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0


def test_heads_of_columns_stand_on_each_page_and_the_title_stays_in_sight(tmp_path):
    templates.write("mof-2021", tmp_path / "a.xlsx", 2024)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    heads = {name: book[name].print_title_rows for name in ("项目01", "项目自评汇总表", "自查")}
    assert heads == {"项目01": "$12:$12", "项目自评汇总表": "$1:$3", "自查": "$1:$4"}
    assert [book[name].freeze_panes for name in heads] == ["A2", "A4", "A5"]


def test_rows_of_indicators_grow_with_their_text(tmp_path):
    """A fixed height is a custom one: Excel and WPS then cut a text that is longer than the row."""
    templates.write("mof-2021", tmp_path / "a.xlsx", 2024)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        sheets = [archive.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (4, 5)]
    for sheet in sheets:
        rows = dict(re.findall(r'<row r="(\d+)"([^>]*)>', sheet))
        assert "customHeight" not in rows["13"] and 'ht="' in rows["13"] and "customHeight" in rows["1"]


def test_a_text_too_long_for_the_tallest_row_is_set_smaller(tmp_path):
    out = tmp_path / "a.xlsx"
    templates.fill_in(
        "jilin-2024",
        out,
        department={
            "department": "甲",
            "goal": {"expected": "负责应急管理工作。" * 170, "actual": "已完成。"},
        },
    )
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert sheet["C3"].font.size == 9 and sheet["C4"].font.size == 10.5
    assert sheet.row_dimensions[3].height <= 409


def test_only_cells_to_fill_in_are_unlocked_and_sheets_ship_unprotected(tmp_path):
    out = tmp_path / "a.xlsx"
    templates.write("jilin-2024", out)
    sheet = openpyxl.load_workbook(out)["项目01"]
    assert not sheet.protection.sheet
    locked = {
        cell: sheet[cell].protection.locked
        for cell in ("A2", "B2", "D5", "G5", "D8", "B10", "C12", "D12", "E12", "F12", "G12")
    }
    assert [cell for cell, is_locked in locked.items() if is_locked] == ["A2", "G5", "D8"]


def test_cells_help_while_typing(tmp_path):
    out = tmp_path / "a.xlsx"
    templates.write("yunnan", out)
    for sheet in openpyxl.load_workbook(out).worksheets:
        for told in sheet.data_validations.dataValidation:
            assert (
                len(told.formula1 or "") <= 255
                and len(told.prompt or "") <= 255
                and len(told.error or "") <= 225
            )
            assert len(told.promptTitle or told.errorTitle) <= 32
        assert len(sheet.title) <= 31 and not set(sheet.title) & set("[]:*?/\\")
    book = openpyxl.load_workbook(out)
    told = {
        str(area): one for one in book["项目01"].data_validations.dataValidation for area in one.sqref.ranges
    }
    assert (
        book["指标库"][told["D14:D53"].formula1.removeprefix("指标库!$").split("$")[0] + "1"].value == "符号"
        and told["D7:D9"].type == "decimal"
        and "≥95%" not in told["E14:E53"].prompt
    )


def test_the_second_level_is_chosen_below_the_first(tmp_path):
    out = tmp_path / "a.xlsx"
    templates.write("mof-2021", out)
    book = openpyxl.load_workbook(out)
    told = {
        str(area): one for one in book["项目01"].data_validations.dataValidation for area in one.sqref.ranges
    }
    lists = book["指标库"]
    heads = {cell.value: cell for cell in reversed(lists[1]) if cell.value}  # the department's come first
    first, last = (heads[name].column_letter for name in ("成本指标", "满意度指标"))
    assert told["B13:B52"].formula1 == f"指标库!${first}$1:${last}$1"
    assert told["C13:C52"].formula1.startswith(
        f"OFFSET(指标库!${first}$1,1,MATCH($B13,指标库!${first}$1:${last}$1,0)-1,MAX(1,COUNTA("
    )
    levels = [cell.value for cell in lists[1]]
    start = heads["成本指标"].column
    assert lists.sheet_state == "hidden" and levels[start - 1 : start + 3] == [
        "成本指标",
        "产出指标",
        "效益指标",
        "满意度指标",
    ]
    assert [lists.cell(row, start + 1).value for row in range(2, 6)] == [
        "数量指标",
        "质量指标",
        "时效指标",
        None,
    ]


def test_units_signs_and_usual_indicators_are_offered_and_others_may_be_typed(tmp_path):
    out = tmp_path / "a.xlsx"
    templates.write("yunnan", out)
    book = openpyxl.load_workbook(out)
    lists = book["指标库"]
    told = {
        str(area): one for one in book["项目01"].data_validations.dataValidation for area in one.sqref.ranges
    }
    units = [cell.value for row in lists[told["F14:F53"].formula1.removeprefix("指标库!")] for cell in row]
    assert {"公里", "人次", "%", "元/人"} <= set(units) and None not in units
    names = told["C14:C53"]
    heads = [cell.value for cell in lists[names.formula1.split("MATCH($B14,指标库!")[1].split(",")[0]][0]]
    assert heads[:3] == ["数量指标", "质量指标", "时效指标"] and "服务对象满意度指标等" in heads
    assert not told["F14:F53"].showErrorMessage and not names.showErrorMessage
    assert not [one for one in told.values() if one.prompt and "实施单位" in one.prompt]


@pytest.mark.parametrize("layout", LAYOUTS, ids=NAMES)
def test_there_are_usual_indicators_below_every_second_level(layout):
    seconds = [second for _, below in layout.indicators.levels for second in below]
    assert [second for second in seconds if not 0 < len(USUAL_NAMES.get(second, ())) <= 12] == []


def test_a_further_table_stands_on_its_own_sheet(tmp_path):
    out = tmp_path / "a.xlsx"
    templates.write("hunan", out, 2024)
    sheet = openpyxl.load_workbook(out)["基础数据表"]
    assert (
        sheet["A1"].value == "2024年度部门整体支出绩效评价基础数据表" and sheet["B4"].value == "2023年决算数"
    )
    assert [form.sheet for form in read_file(out).forms] == ["部门整体支出绩效自评表", "项目01"]


def test_names_are_signed_behind_their_labels(tmp_path):
    out = tmp_path / "a.xlsx"
    templates.fill_in(
        "mof-2020",
        out,
        projects=[{"project": "甲", "signature": {"填表人": "张三", "联系电话": "0431-0000000"}}],
    )
    form = read_file(out).forms[0]
    assert (
        form.signature["填表人"] == "张三"
        and form.signature["联系电话"] == "0431-0000000"
        and form.signature["负责人"] is None
    )


def test_two_builds_are_byte_equal_and_the_handed_out_templates_are_current(tmp_path):
    built = templates.build_all(tmp_path)
    again = templates.build_all(tmp_path / "again")
    for one, other in zip(built, again, strict=True):
        assert one.read_bytes() == other.read_bytes()
        kept = zipfile.ZipFile(BUILT / one.name)
        fresh = zipfile.ZipFile(one)
        assert kept.namelist() == fresh.namelist()
        for name in fresh.namelist():
            assert kept.read(name) == fresh.read(name), f"{one.name}: {name} differs; run `make templates`"


def test_an_unknown_layout_and_an_unwritable_place_are_said_plainly(tmp_path):
    with pytest.raises(LayoutError, match="没有表式“x”"):
        templates.write("x", tmp_path / "a.xlsx")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="建不了文件夹"):
        templates.write("jilin-2024", tmp_path / "file" / "a.xlsx")


def test_the_height_of_a_row_follows_its_text():
    assert lines_needed("短", 20) == 1
    assert lines_needed("一二三四五六七八九十" * 3, 21) == 4
    assert lines_needed("一\n二", 20) == 2
