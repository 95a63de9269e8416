"""A confirmation in 部门考核评分 is for the score that its officer saw; only possible ones are published."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.county.combine import combine
from selfeval_xl.county.confirmations import confirmed_scores
from selfeval_xl.county.officer_workbook import Remark, Written, read_written
from selfeval_xl.county.sheets.appraisals import with_scores
from selfeval_xl.county.tables import READ_BACK
from selfeval_xl.errors import OutputError
from selfeval_xl.rules.county_file import load
from support.season import rows_of, write_hand
from test_appraisal import SHEET, county

BASIS = "考核了及时性、准确性，满分共50分，得45.45分。及时性：按时报送，扣0分。"
FIVE = ("timely", "complete", "accurate", "review", "mended")


def row(basis=BASIS, **values):
    return Remark("appraisals", {"department": "水利局", "basis": basis}, values)


def shown(confirmed, own, judged=True):
    """确认的得分 as the workbook shows it: 45.45 of 50, or nothing was judged."""
    parts = {f"{key}_full": None for key in FIVE} | {f"{key}_off": None for key in FIVE}
    if judged:
        parts |= {"timely_full": Decimal(20), "timely_off": Decimal(0)}
        parts |= {"accurate_full": Decimal(30), "accurate_off": Decimal("4.55")}
    return with_scores({**parts, "confirmed": confirmed, "own_score": own})["final"]


@pytest.mark.parametrize(
    ("confirmed", "own", "score"),
    [
        ("是", None, "45.45"),
        (" 是 ", None, "45.45"),
        ("是\u3000", None, "45.45"),
        ("\u3000是 ", 46, "46"),
        ("是", 0, "0"),
        ("是", 50.0, "50"),
    ],
)
def test_what_the_cell_shows_as_confirmed_is_published(confirmed, own, score):
    assert shown(confirmed, own) == Decimal(score)
    values = {"confirmed": confirmed} | ({} if own is None else {"own_score": own})
    assert confirmed_scores(Written([row(**values)])).scores == (("水利局", score, "50"),)


@pytest.mark.parametrize(
    ("confirmed", "own", "cell", "why"),
    [
        ("是", "46", "人工得分应写数字", "水利局的人工得分“46”，人工得分应写数字"),
        ("是", "八十", "人工得分应写数字", "水利局的人工得分“八十”，人工得分应写数字"),
        ("是", 50.01, "人工得分应在0到满分之间", "水利局的人工得分“50.01”，人工得分应在0到满分之间"),
        ("是", 500, "人工得分应在0到满分之间", "水利局的人工得分“500”，人工得分应在0到满分之间"),
        ("是", -1, "人工得分应在0到满分之间", "水利局的人工得分“-1”，人工得分应在0到满分之间"),
        ("是\n", 46, "未确认", None),
        ("\xa0是", 46, "未确认", None),
        ("是的", 46, "未确认", None),
        (None, 46, "未确认", None),
    ],
)
def test_what_the_cell_refuses_is_not_published_and_is_told(confirmed, own, cell, why):
    assert shown(confirmed, own) == cell
    found = confirmed_scores(Written([row(confirmed=confirmed, own_score=own)]))
    assert (found.scores, found.faults) == ((), (why,) if why else ())
    assert found.told() == (f"部门考核评分里确认了、情况通报没有列的：{why}。" if why else "")


def test_where_nothing_was_judged_a_score_of_ones_own_is_from_0_to_100():
    assert shown("是", None, judged=False) == "未考核"
    assert (shown("是", 100, judged=False), shown("是", 101, judged=False)) == (
        100,
        "人工得分应在0到满分之间",
    )
    nothing = "一项也没有考核。及时性未考核（名册没有写报送截止日期）。"
    found = confirmed_scores(
        Written([row(nothing, confirmed="是"), row(nothing, confirmed="是", own_score=80)])
    )
    assert (found.scores, found.faults) == ((("水利局", "80", ""),), ("水利局没有考核得分",))


@pytest.mark.slow
def test_the_cells_of_the_workbook_agree_with_a_spreadsheet_program(tmp_path, assert_formulas_agree):
    out = county(tmp_path / "全县.xlsx").out
    names = [each["部门名称"] for each in rows_of(out, SHEET)]
    for name, (yes, own) in zip(names, [("是\u3000", 500), ("\u3000是", 12), ("是\xa0", 9)], strict=True):
        assert write_hand(out, SHEET, {"部门名称": name}, 是否确认=yes, 人工得分=own) == 1
    county(out, old=read_written(out, READ_BACK))
    assert [each["确认的得分"] for each in rows_of(out, SHEET)] == ["人工得分应在0到满分之间", 12, "未确认"]
    assert_formulas_agree(out)


def two_copies(tmp_path, **second):
    """Two copies of a county: in the second one 校舍维修 was re-checked 80, 7.5 points for the difference."""
    first, other = tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"
    county(first)
    county(other)
    if second.pop("rechecked", True):
        write_hand(other, "项目汇总", {"项目名称": "校舍维修"}, 复核得分=80)
        county(other, old=read_written(other, READ_BACK))
    return first, other


def seen(path, name="县教育局"):
    text = next(each["考核说明"] for each in rows_of(path, SHEET) if each["部门名称"] == name)
    return text.partition("。")[0]


def written(path, name="县教育局"):
    (found,) = [each for each in rows_of(path, SHEET) if each["部门名称"] == name]
    return found["是否确认"], found["人工得分"]


@pytest.mark.slow
def test_a_confirmation_of_another_score_is_a_conflict_and_not_taken(tmp_path):
    ours, theirs = two_copies(tmp_path)
    write_hand(theirs, SHEET, {"部门名称": "县教育局"}, 是否确认="是", 说明="属实")
    write_hand(theirs, SHEET, {"部门名称": "县交通局"}, 是否确认="是")  # the same in both
    assert seen(ours) != seen(theirs) and seen(ours, "县交通局") == seen(theirs, "县交通局")
    both = combine(ours, theirs, tmp_path / "合.xlsx")
    assert written(both.out) == ("", "") and written(both.out, "县交通局")[0] == "是"
    conflict = both.conflicts[0]
    assert len(both.conflicts) == 1
    assert (conflict[0], conflict[2], conflict[4:]) == (
        SHEET,
        "县教育局",
        ("是否确认", f"没有确认（{seen(ours)}）", f"是（{seen(theirs)}）"),
    )
    assert "合并冲突" in openpyxl.load_workbook(both.out).sheetnames
    scores = confirmed_scores(read_written(both.out, READ_BACK)).scores
    assert [name for name, *_ in scores] == ["县交通局"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second", "result", "conflicts"),
    [
        # a score of one's own does not hang on the program's
        ({}, {"是否确认": "是", "人工得分": 46}, ("是", 46), []),
        ({"人工得分": 46}, {"是否确认": "是", "人工得分": 46}, ("是", 46), []),
        # … but is what was confirmed
        ({"人工得分": 40}, {"是否确认": "是", "人工得分": 46}, ("", 40), ["是否确认", "人工得分"]),
        ({"人工得分": 40}, {"是否确认": "是"}, ("", 40), ["是否确认"]),
        ({"是否确认": "是"}, {"人工得分": 46}, ("是", ""), ["人工得分"]),
        ({"是否确认": "是"}, {"是否确认": "是", "人工得分": 46}, ("是", ""), ["是否确认", "人工得分"]),
        ({"是否确认": "是", "人工得分": 46}, {"是否确认": "是"}, ("是", 46), ["是否确认"]),
        # both yes, each to another score
        ({"是否确认": "是"}, {"是否确认": "是"}, ("是", ""), ["是否确认"]),
        ({}, {"人工得分": 46}, ("", 46), []),
    ],
)
def test_nothing_is_confirmed_that_its_officer_did_not_see(tmp_path, first, second, result, conflicts):
    ours, theirs = two_copies(tmp_path)
    write_hand(ours, SHEET, {"部门名称": "县教育局"}, **first)
    write_hand(theirs, SHEET, {"部门名称": "县教育局"}, **second)
    both = combine(ours, theirs, tmp_path / "合.xlsx")
    assert written(both.out) == result
    assert [each[4] for each in both.conflicts] == conflicts


@pytest.mark.slow
@pytest.mark.parametrize("left", ["store", "detail"])
def test_a_deleted_sheet_of_the_appraisal_is_refused_like_any_other(tmp_path, left):
    """The store knows that the last run wrote it, or the sheet with its deductions is still there."""
    out = county(tmp_path / "全县.xlsx").out
    write_hand(out, SHEET, {"部门名称": "县教育局"}, 是否确认="是", 人工得分=46)
    book = openpyxl.load_workbook(out)
    del book[SHEET]
    if left == "store":
        del book["部门考核扣分明细"]
    else:
        out.with_suffix(".sqlite").unlink()
    book.save(out)
    before = out.read_bytes()
    with pytest.raises(OutputError, match=f"找不到工作表“{SHEET}”（表删了，或者表头改了）"):
        read_written(out, READ_BACK)
    assert out.read_bytes() == before


@pytest.mark.slow
def test_a_workbook_that_never_had_the_appraisal_is_read(tmp_path):
    (tmp_path / "本县.toml").write_text("".join(f"appraisal_{key}_points = 0\n" for key in FIVE), "utf-8")
    out = county(tmp_path / "全县.xlsx", policy=load(tmp_path / "本县.toml")).out
    assert SHEET not in openpyxl.load_workbook(out).sheetnames
    assert read_written(out, READ_BACK).remarks == []
    county(out, old=read_written(out, READ_BACK))
    assert SHEET in openpyxl.load_workbook(out).sheetnames
