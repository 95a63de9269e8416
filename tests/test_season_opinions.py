"""Whatever officers write into the county workbook comes back, however the workbook was changed since."""

from __future__ import annotations

import random
import shutil
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.county.officer_workbook import plain_text
from selfeval_xl.county.tables import SHEETS
from selfeval_xl.errors import OutputError
from selfeval_xl.workflows.demo.county import made_up
from support.counties import fill_county
from support.season import rows_of, write_hand

pytestmark = pytest.mark.slow  # two runs over the county of the demonstration each

NEW_COLUMNS = ("退回次数更正", "本次是否退回", "实际收到日期")
TABLES = [sheet for sheet in SHEETS if sheet.handwritten and not sheet.spare]
IDENTITY = ("部门名称", "项目名称", "三级指标", "规则编号", "对象", "单元格", "收件路径")


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The received files of the demonstration and the workbook of their first run."""
    root = tmp_path_factory.mktemp("opinions")
    received, out = root / "收到", root / "县.xlsx"
    departments = made_up()[0]
    for department in departments:  # one more deviation each
        department.projects[4]["indicators"][1] |= {"actual": "0", "note": None}
    fill_county(received, departments)
    consolidate(received, out)
    return received, out


def fill(path, skip=()) -> dict[tuple, object]:
    """Fills every hand cell of a workbook; returns the values by sheet, row and column."""
    book = openpyxl.load_workbook(path)
    written: dict[tuple, object] = {}
    for sheet in TABLES:
        page = book[sheet.title]
        heads = {cell.value: cell.column for cell in page[1]}
        for row in range(2, page.max_row + 1):
            if page.cell(row, 1).value == "合计":
                break
            for column in sheet.handwritten:
                if column.label in skip or column.key == "chosen":
                    continue
                value = {
                    "date": datetime(2025, 11, 1 + row % 28),
                    "number": row + 0.5,
                }.get(column.format, f"{column.label}{row}")
                page.cell(row, heads[column.label]).value = value
                written[(sheet.title, identity(page, heads, row), column.label)] = value
    book.save(path)
    return written


def identity(page, heads, row) -> tuple:
    return tuple(plain_text(page.cell(row, heads[label]).value) for label in IDENTITY if label in heads)


def found(path) -> dict[tuple, object]:
    """The hand cells of a workbook by sheet, row and column."""
    values: dict[tuple, object] = {}
    for sheet in TABLES:
        for row in rows_of(path, sheet.title):
            key = tuple(plain_text(row[label]) for label in IDENTITY if label in row)
            for column in sheet.handwritten:
                if row.get(column.label) not in ("", None):
                    values[(sheet.title, key, column.label)] = row[column.label]
    return values


def same(old, new) -> bool:
    return old == new or isinstance(old, (int, float)) and Decimal(str(old)) == Decimal(str(new))


def lost(written, path) -> list:
    now = found(path)
    return [key for key, value in written.items() if key not in now or not same(value, now[key])]


def test_every_cell_comes_back_with_its_type_after_the_workbook_was_turned_upside_down(county, tmp_path):
    received, first = county
    out = tmp_path / "县.xlsx"
    out.write_bytes(first.read_bytes())
    written = fill(out)
    book = openpyxl.load_workbook(out)
    for sheet in TABLES:
        page = book[sheet.title]
        end = next(row for row in range(2, page.max_row + 1) if page.cell(row, 1).value == "合计")
        rows = [[cell.value for cell in page[row]] for row in range(2, end)]
        random.Random(sheet.key).shuffle(rows)  # sorted by something else
        for number, values in enumerate(rows, 2):
            for column, value in enumerate(values, 1):
                page.cell(number, column).value = value
    book["项目汇总"].insert_cols(4)
    book["项目汇总"].cell(1, 4).value = "我的备注列"
    own = {}
    heads = {cell.value: cell.column for cell in book["项目汇总"][1]}
    for row in range(2, book["项目汇总"].max_row):
        name = book["项目汇总"].cell(row, heads["项目名称"]).value
        own[name] = book["项目汇总"].cell(row, 4).value = f"我的话{name}"
    assert len(written) + len(own) >= 900
    book["审核问题"].title = "问题（王）"
    book.save(out)
    result = consolidate(received, out)
    assert lost(written, out) == [] and result.lost == 0
    assert {row["项目名称"]: row["我的备注列"] for row in rows_of(out, "项目汇总")} == own
    days = {row["审核日期"] for row in rows_of(out, "项目汇总")}
    assert all(isinstance(day, (date, datetime)) for day in days)
    consolidate(received, out)  # and once more, now that nothing has changed
    assert lost(written, out) == []
    assert {row["项目名称"]: row["我的备注列"] for row in rows_of(out, "项目汇总")} == own


def test_a_workbook_of_the_version_before_brings_everything_back(county, tmp_path):
    """It has no sheet 补充意见 and not the three columns of 报送台账, and its days are texts."""
    received, first = county
    out = tmp_path / "县.xlsx"
    out.write_bytes(first.read_bytes())
    out.with_suffix(".sqlite").write_bytes(first.with_suffix(".sqlite").read_bytes())
    book = openpyxl.load_workbook(out)
    del book["补充意见"]
    page = book["报送台账"]
    for label in NEW_COLUMNS:
        page.delete_cols(next(cell.column for cell in page[1] if cell.value == label))
    book.save(out)
    written = fill(out, NEW_COLUMNS)
    assert consolidate(received, out).lost == 0
    assert lost(written, out) == []


@pytest.mark.parametrize(
    "day", ["2025-11-24", "2025/11/24", "2025.11.24", "2025年11月24日", datetime(2025, 11, 24)]
)
def test_one_day_is_one_return_however_it_is_written(county, tmp_path, day):
    received, first = county
    out = tmp_path / "县.xlsx"
    out.write_bytes(first.read_bytes())
    name = rows_of(out, "报送台账")[0]["部门名称"]
    for spelling in ("2025-11-24", day):
        write_hand(out, "报送台账", {"部门名称": name}, 最近退回日期=spelling)
        consolidate(received, out)
    row = next(row for row in rows_of(out, "报送台账") if row["部门名称"] == name)
    assert row["退回次数"] == 1 and row["最近退回日期"] == datetime(2025, 11, 24)
    write_hand(out, "报送台账", {"部门名称": name}, 退回次数更正=3, 实际收到日期="看不清")
    result = consolidate(received, out)
    row = next(row for row in rows_of(out, "报送台账") if row["部门名称"] == name)
    assert row["退回次数"] == 3 and row["实际收到日期"] == "看不清"
    assert any("看不清" in note and name in note for note in result.notes)


def test_a_file_that_was_chosen_and_did_not_come_is_named(county, tmp_path):
    received, first = county
    out = tmp_path / "县.xlsx"
    out.write_bytes(first.read_bytes())
    write_hand(out, "报送台账", {"序号": 1}, 财政指定采用文件="不存在的文件.xlsx")
    assert any("不存在的文件.xlsx" in note for note in consolidate(received, out).notes)


def test_a_sheet_that_cannot_be_found_is_named(county, tmp_path):
    received, first = county
    out = tmp_path / "县.xlsx"
    out.write_bytes(first.read_bytes())
    book = openpyxl.load_workbook(out)
    del book["审核问题"]
    book.save(out)
    before = out.read_bytes()
    with pytest.raises(OutputError, match="审核问题"):
        consolidate(received, out)
    assert out.read_bytes() == before


def test_own_words_for_a_cause_count_as_other_and_stay(county, tmp_path):
    received, first = county
    out = tmp_path / "县.xlsx"
    out.write_bytes(first.read_bytes())
    unmet = [
        row
        for row in rows_of(out, "偏差清单")
        if row["偏差类型"] in ("未完成", "完成值为0") and row["表别"] == "项目"
    ]
    assert unmet
    column = "原因分类（自动，可改）"
    count = write_hand(out, "偏差清单", {"序号": unmet[0]["序号"]}, **{column: "拆迁困难"})
    assert count == 1
    consolidate(received, out)
    rows = rows_of(out, "偏差清单")
    missed = [row for row in rows if row["偏差类型"] in ("未完成", "完成值为0") and row["表别"] == "项目"]
    assert [row[column] for row in missed].count("拆迁困难") == 1
    assert sum(causes_on_front(out).values()) == len(missed) and causes_on_front(out)["其他"] >= 1


def causes_on_front(path) -> dict[str, int]:
    """指标数 of each cause on 总览."""
    page = openpyxl.load_workbook(path, data_only=True)["总览"]
    top = next(row for row in range(1, page.max_row) if "六、" in str(page.cell(row, 1).value))
    return {page.cell(row, 1).value: page.cell(row, 6).value for row in range(top + 2, top + 10)}


def test_every_cell_comes_back_after_libreoffice_saved_the_workbook(county, tmp_path, libreoffice):
    received, first = county
    out = tmp_path / "县.xlsx"
    out.write_bytes(first.read_bytes())
    written = fill(out)
    (tmp_path / "存").mkdir()
    saved = libreoffice.convert(out, "xlsx", tmp_path / "存")
    out.write_bytes(saved.read_bytes())
    assert consolidate(received, out).lost == 0
    assert lost(written, out) == []


def test_an_opinion_on_a_file_comes_back_when_the_file_is_another_department_s_now(county, tmp_path):
    """Earlier versions took a damaged file for its neighbour's; today nobody's name stands beside it."""
    received, first = county
    folder, out = tmp_path / "收到", tmp_path / "县.xlsx"
    shutil.copytree(received, folder)
    for name in ("坏.xlsx", "又坏.xlsx"):
        (folder / name).write_bytes(b"PK\x03\x04 nothing")
    consolidate(folder, out)
    name = rows_of(out, "部门汇总")[0]["部门名称"]
    for file, opinion in (("坏.xlsx", "已通知重报"), ("又坏.xlsx", "不是自评表")):
        where = {"规则编号": "T08", "文件": file}
        assert write_hand(out, "审核问题", where, 部门名称=name, 审核意见=opinion) == 1
    assert consolidate(folder, out).lost == 0
    rows = {row["文件"]: row for row in rows_of(out, "审核问题") if row["规则编号"] == "T08"}
    assert [rows[file]["审核意见"] for file in ("坏.xlsx", "又坏.xlsx")] == ["已通知重报", "不是自评表"]
    assert rows["坏.xlsx"]["部门名称"] != name
