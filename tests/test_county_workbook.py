"""The county's parts by themselves: which version counts, what a criterion means, where a link leads, what a
text may hold.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.assessment.reasons import cause_of, has_measure, money_kind
from selfeval_xl.county.intake.receipts import sort_out
from selfeval_xl.county.officer_workbook import read_written
from selfeval_xl.county.sheets.columns import HAND
from selfeval_xl.county.tables import SHEETS
from selfeval_xl.county.workbook.formulas import Criterion, WorkbookFormulas
from selfeval_xl.county.workbook.row_xml import LONGEST_TEXT, clean
from selfeval_xl.county.workbook.source_links import LONGEST, link_formula, relative_folder
from selfeval_xl.errors import OutputError
from selfeval_xl.model.money import in_ten_thousands
from selfeval_xl.model.numbers import change, ratio
from support.county_files import ROOT, form, received, written


def results(*files, chosen=None):
    def choose(file):
        return (chosen or {}).get(Path(file.path).name, (None, ""))

    return {
        Path(receipt.file.path).name: receipt.result
        for receipt in sort_out(ROOT, files, None, choose).receipts
    }


def test_the_later_saved_version_counts():
    early, late = (
        received(name, form("", executed=money), saved=when)
        for name, money, when in (
            ("b.xlsx", "50", "2025-03-01T08:00:00Z"),
            ("a.xlsx", "60", "2025-03-02T08:00:00Z"),
        )
    )
    assert results(early, late) == results(late, early) == {"b.xlsx": "被新版本替代", "a.xlsx": "采用"}


def test_a_submission_number_goes_before_the_time_saved():
    first = received("第1次.xlsx", form("", executed="50"), saved="2025-04-01T08:00:00Z", submission="1")
    second = received("第2次.xlsx", form("", executed="60"), saved="2025-03-01T08:00:00Z", submission="2")
    assert results(first, second) == {"第1次.xlsx": "被新版本替代", "第2次.xlsx": "采用"}


def test_what_the_officers_chose_goes_before_everything():
    early, late = (
        received(name, form("", executed=money), saved=when)
        for name, money, when in (
            ("b.xlsx", "50", "2025-03-01T08:00:00Z"),
            ("a.xlsx", "60", "2025-03-02T08:00:00Z"),
        )
    )
    assert results(early, late, chosen={"b.xlsx": (True, "")}) == {"b.xlsx": "采用", "a.xlsx": "被新版本替代"}
    assert results(early, late, chosen={"a.xlsx": (False, "误发")}) == {
        "b.xlsx": "采用",
        "a.xlsx": "被新版本替代",
    }


def test_the_same_values_count_once():
    one, copy = received("a.xlsx", form("")), received("b.xlsx", form(""), saved="2025-03-02T08:00:00Z")
    assert results(one, copy) == {"a.xlsx": "采用", "b.xlsx": "重复"}


def test_a_file_can_be_used_in_part():
    both = received(
        "两个.xlsx",
        form("", "校舍维修"),
        replace(form("", "校车"), sheet="项目02"),
        saved="2025-03-01T08:00:00Z",
    )
    newer = received("校车.xlsx", form("", "校车", executed="90"), saved="2025-03-05T08:00:00Z")
    assert results(both, newer) == {"两个.xlsx": "部分采用", "校车.xlsx": "采用"}


def test_of_two_versions_of_which_none_is_later_one_counts_and_both_rows_say_so():
    collected = sort_out(
        ROOT, [received("a.xlsx", form("", executed="50")), received("b.xlsx", form("", executed="60"))]
    )
    assert [receipt.result for receipt in collected.receipts] == ["采用", "被新版本替代"]
    assert len(collected.filings[0].forms) == 1
    for receipt in collected.receipts:
        assert "分不出先后" in receipt.reason and "采用版本" in receipt.action


def test_the_same_name_in_two_units_or_with_two_codes_is_two_projects():
    units = [received(f"{unit}.xlsx", form("", "公用经费", unit=unit)) for unit in ("一小", "二小")]
    codes = [
        received(f"{code}.xlsx", form("", "公用经费", executed=code, project_code=code))
        for code in ("11", "22")
    ]
    assert set(results(*units).values()) == set(results(*codes).values()) == {"采用"}


def test_every_kind_of_file_without_forms_has_its_result():
    files = [
        received("章.pdf", kind="pdf"),
        received("包.rar", kind="rar"),
        received("密.xlsx", kind="encrypted"),
        received("函.docx", kind="docx"),
        received("照.jpg", kind="image"),
    ]
    assert list(results(*files).values()) == ["附件", "无法读取", "无法读取", "非自评材料", "附件"]


def test_money_is_counted_in_ten_thousands_exactly():
    assert (
        in_ten_thousands("149,040", "元") == Decimal("14.904")
        and in_ten_thousands("14.9", None) == Decimal("14.9")
        and in_ten_thousands("—", "元") is None
    )


@pytest.mark.parametrize(
    ("above", "below", "rate"),
    [
        ("56.96", "57.04", "0.9986"),
        ("0", "0", "0"),
        ("1", "0", None),
        ("1", "3", "0.3333"),
        ("0.00005", "1", "0.0001"),
    ],
)
def test_rates_round_half_up_and_nothing_is_divided_by_nothing(above, below, rate):
    assert ratio(Decimal(above), Decimal(below)) == (None if rate is None else Decimal(rate))


def test_a_budget_that_began_at_nothing_has_no_change():
    assert change(Decimal(5), Decimal(0)) is None and change(Decimal("57.04"), Decimal("132.71")) == Decimal(
        "-0.5702"
    )


@pytest.mark.parametrize(
    ("note", "cause"),
    [
        ("由于财政未下达相关指标，资金未进行支付。", "资金未下达或拨付不及时"),
        ("因疫情影响未开展培训", "不可抗力"),
        ("招标流程较长，导致进度滞后", "招标采购等前期工作滞后"),
        ("年初指标值设置偏低", "年初指标设置不合理"),
        ("上级政策调整", "政策或上级任务调整"),
        ("人员变动，工作衔接不够", "实施管理原因"),
        ("天上掉下来", "其他"),
        ("无", "未说明"),
        (None, "未说明"),
        ("未完成。原因：【待补充】；改进措施：【待补充】", "未说明"),
    ],
)
def test_causes_by_key_words(note, cause):
    assert cause_of(note) == cause


def test_a_measure_is_more_than_a_reason():
    assert (
        has_measure("资金紧张，下一步加快拨付")
        and not has_measure("资金紧张")
        and not has_measure("原因：资金紧张；改进措施：【待补充】")
    )


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("中央补助", "当年财政拨款"),
        ("一般公共预算", "当年财政拨款"),
        ("上年结转资金", "上年结转资金"),
        ("年初结转和结余", "上年结转资金"),
        ("财政专户管理资金", "其他资金"),
        ("单位资金", "其他资金"),
        ("其他", "其他资金"),
        # What stands in brackets, or behind 含, is in it; it is not what the row is.
        ("其他资金（含结转）", "其他资金"),
        ("其他资金（含结转)", "其他资金"),
        ("其他资金(包括上年结转、结余", "其他资金"),
        ("其他资金，含结转结余", "其他资金"),
        ("单位自有资金（其中上年结转）", "其他资金"),
        ("财政拨款（含上年结转）", "当年财政拨款"),
        ("上年结转（财政拨款）", "上年结转资金"),
        ("资金（上年结转）", "上年结转资金"),  # outside the brackets nothing is said
    ],
)
def test_a_fund_row_is_of_the_kind_that_its_name_says_not_of_what_it_contains(label, kind):
    assert money_kind(label) == kind


def test_links_lead_to_the_cell_and_stay_harmless():
    assert (
        link_formula("../收到/", "甲局/a.xlsx", "项目01", "E12,F12")
        == 'HYPERLINK("../收到/甲局/a.xlsx#\'项目01\'!E12","打开")'
    )
    assert link_formula("", "报告.docx", "表1", "A1") == 'HYPERLINK("报告.docx","打开")'
    assert "%23" in link_formula("", "1#楼.xlsx", "它's", "A1") and "'它''s'" in link_formula(
        "", "1#楼.xlsx", "它's", "A1"
    )
    assert (
        link_formula("", "长" * LONGEST + ".xlsx", "表", "A1") is None
        and link_formula("", None, None, None) is None
    )
    assert "SORT(" not in link_formula("", "SORT(1).xlsx", "Sheet1", "A1")


def test_the_way_to_the_files_is_relative(tmp_path):
    assert (
        relative_folder(tmp_path / "收到", tmp_path / "汇总" / "全县.xlsx") == "../收到/"
        and relative_folder(tmp_path, tmp_path / "全县.xlsx") == ""
    )


def test_texts_fit_into_a_cell():
    long = clean("长" * 40_000)
    assert len(long) == LONGEST_TEXT and long.endswith("见原表）") and clean("a\x00b\ud800c\n") == "abc\n"


def test_a_criterion_means_in_python_what_it_means_in_the_sheet():
    book = WorkbookFormulas(
        SHEETS,
        {
            "findings": [
                {"department": "甲", "project": project, "rule": rule}
                for project, rule in (("p", "D03"), ("p", "D03"), ("q", "D03"), ("", "D03"), ("q", "F01"))
            ]
        },
    )
    here = Criterion("rule", "=", "D03")
    assert (
        book.count("findings", here).value,
        book.distinct("findings", ("department", "project"), here, Criterion("project", "<>", "")).value,
    ) == (4, 2)
    assert book.count("findings", here).text == "COUNTIFS('审核问题'!$J$2:$J$6,\"D03\")"


DANGEROUS = ("=30000元", "+1+1", "-2", "@SUM(A1)", '=HYPERLINK("http://x")')


def test_typed_texts_never_become_formulas(tmp_path, assert_formulas_agree, assert_valid_ooxml):
    """A form whose every text begins like a formula, and a department whose name is a criterion, come through
    as text.
    """
    odd = form("", "=1+1", department="<>*局")
    odd = replace(
        odd,
        indicators=tuple(
            replace(odd.indicators[0], name=text, target=text, actual=text, note=text) for text in DANGEROUS
        ),
    )
    county = written(tmp_path, received("=cmd.xlsx", odd), received("b.xlsx", form("")))
    sheet = openpyxl.load_workbook(county.out)["指标明细"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    names = {
        sheet.cell(row, heads["三级指标"]).value: sheet.cell(row, heads["三级指标"]).data_type
        for row in range(2, 7)
    }
    assert names == dict.fromkeys(DANGEROUS, "s")
    assert_formulas_agree(county.out)
    assert_valid_ooxml(county.out)


def test_the_sums_are_those_of_the_forms(tmp_path):
    county = written(
        tmp_path,
        *(
            received(f"{number}.xlsx", form("", f"项目{number}", executed=f"{number}.37"))
            for number in range(1, 8)
        ),
    )
    totals = [cell.value for cell in openpyxl.load_workbook(county.out, data_only=True)["项目汇总"][9]]
    assert totals[:1] == ["合计"] and totals[10:14] == [560, 700, pytest.approx(30.59), 0.0437]
    assert (
        county.projects["executed"].sum() == pytest.approx(30.59)
        and county.verdicts["unmet"] == 14
        and county.verdicts["zero"] == 7
    )


def test_headings_of_the_overview_look_alike_with_and_without_a_sheet_behind_them(tmp_path):
    county = written(tmp_path, received("1.xlsx", form("", "项目1")))
    page = openpyxl.load_workbook(county.out, data_only=True)["总览"]
    headings = [
        cell for row in page for cell in row if re.match("[一二三四五六七八九十]+、", str(cell.value))
    ]
    assert len(headings) >= 9 and any(cell.value == "九、与上年对比" for cell in headings)
    assert {(cell.font.b, cell.font.color.rgb, cell.font.sz) for cell in headings} == {(True, "FF1F4E79", 10)}


def test_a_county_without_any_form_is_a_whole_workbook(tmp_path, assert_formulas_agree):
    county = written(tmp_path, received("章.pdf", kind="pdf"))
    assert county.departments == 0 and county.files == {"附件": 1}
    assert_formulas_agree(county.out)


def test_every_hand_column_comes_back_and_the_cause_only_where_it_was_changed(tmp_path):
    files = [received("a.xlsx", form("")), received("b.xlsx", form("", "校车", department="县交通局"))]
    out = written(tmp_path, *files).out
    book = openpyxl.load_workbook(out)
    filled = {}
    for sheet in SHEETS:
        heads = {cell.value: cell.column for cell in book[sheet.title][1]}
        for column in sheet.columns:
            if column.kind == HAND and book[sheet.title].cell(2, 1).value == 1:
                filled[sheet.title, column.label] = f"手写{column.key}"
                book[sheet.title].cell(2, heads[column.label]).value = f"手写{column.key}"
    book.save(out)
    again = written(tmp_path, *files, old=read_written(out, SHEETS))
    new = openpyxl.load_workbook(again.out)
    for (title, label), text in filled.items():
        heads = {cell.value: cell.column for cell in new[title][1]}
        assert text in [new[title].cell(row, heads[label]).value for row in range(2, new[title].max_row)], (
            title,
            label,
        )
    assert again.lost == 0 and len(filled) > 20


def test_lost_words_stay_listed_run_after_run(tmp_path):
    out = written(
        tmp_path, received("a.xlsx", form("")), received("b.xlsx", form("", "校车", department="县交通局"))
    ).out
    book = openpyxl.load_workbook(out)
    sheet = book["部门汇总"]
    row = next(row for row in range(2, 4) if sheet.cell(row, 4).value == "县交通局")
    sheet.cell(row, sheet.max_column).value = "请局长过目"
    book.save(out)
    for _ in range(3):
        county = written(tmp_path, received("a.xlsx", form("")), old=read_written(out, SHEETS))
        assert county.lost == 1
    texts = [cell.value for row in openpyxl.load_workbook(out)["收件核对"].iter_rows() for cell in row]
    assert texts.count("请局长过目") == 1


def test_a_workbook_that_is_not_ours_is_not_overwritten(tmp_path):
    mine = tmp_path / "工资表.xlsx"
    openpyxl.Workbook().save(mine)
    before = mine.read_bytes()
    with pytest.raises(OutputError, match="不是本程序生成"):
        read_written(mine, SHEETS)
    assert mine.read_bytes() == before


def test_nothing_temporary_is_left_and_a_failed_run_leaves_the_old_workbook(tmp_path):
    county = written(tmp_path, received("a.xlsx", form("")))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["全县.sqlite", "全县.xlsx"]
    blocked = tmp_path / "夹" / "全县.xlsx"
    blocked.mkdir(parents=True)
    with pytest.raises(OutputError):
        written(tmp_path / "夹", received("a.xlsx", form("")))
    assert not [path for path in blocked.parent.iterdir() if path.name.endswith(".tmp.xlsx")]
    with sqlite3.connect(county.store) as store:
        assert store.execute("select count(*) from projects").fetchone() == (1,)
