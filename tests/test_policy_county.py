"""A county's own bands, points of risk and small targets, in its papers and in the rules; links to sheets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from docx import Document

from selfeval_xl import consolidate, consolidate_province
from selfeval_xl.assessment.policy import default, shown_value
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.county.sheets.sampling import _SIGNS, Sampling
from selfeval_xl.county.workbook.rate_bands import low_rate, rate_bands
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import PROJECT, Form, Indicator
from selfeval_xl.model.sheet_names import sheet_link
from selfeval_xl.rules.completion import exceeded_without_word
from selfeval_xl.rules.county_file import load, read_policy_file
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.filling.reason_stubs import stub
from selfeval_xl.workflows.reports.bulletin import county_bulletin
from support.counties import fill_county


def policy_of(tmp_path, text):
    path = tmp_path / "本县.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_bands_are_named_by_their_floors(tmp_path):
    assert [label for label, _ in rate_bands(default())] == [
        "超过100%",
        "100%",
        "90%（含）-100%",
        "80%（含）-90%",
        "60%（含）-80%",
        "0-60%",
        "零执行",
        "全年预算为0",
    ]
    policy = policy_of(tmp_path, 'execution_bands = "95%、62.5%"')
    assert [label for label, _ in rate_bands(policy)] == [
        "超过100%",
        "100%",
        "95%（含）-100%",
        "62.5%（含）-95%",
        "0-62.5%",
        "零执行",
        "全年预算为0",
    ]
    assert low_rate(policy) == ("62.5%", Decimal("0.625"))


@pytest.mark.parametrize(
    "rate, executed, annual, expected",
    [
        ("1.2", 12, 10, "超过100%"),
        ("1", 10, 10, "100%"),
        ("0.9", 9, 10, "90%（含）-100%"),
        ("0.8999", 9, 10, "80%（含）-90%"),
        ("0.6", 6, 10, "60%（含）-80%"),
        ("0.5999", 6, 10, "0-60%"),
        ("0", 0, 10, "零执行"),
        ("0", 0, 0, "全年预算为0"),
    ],
)
def test_a_project_is_in_one_band(rate, executed, annual, expected):
    row = {"execution_rate": Decimal(rate), "executed": executed, "annual_budget": annual}
    found = [
        label
        for label, conditions in rate_bands(default())
        if all(condition.holds(row) for condition in conditions)
    ]
    assert found == [expected]


@pytest.mark.parametrize(
    "written, value, shown",
    [
        ('execution_bands = "95%、0.7"', (("95%", Decimal("0.95")), ("70%", Decimal("0.7"))), "95%、70%"),
        ("execution_bands = [0.95, '70%']", (("95%", Decimal("0.95")), ("70%", Decimal("0.7"))), "95%、70%"),
    ],
)
def test_bands_are_read_from_words_and_lists(tmp_path, written, value, shown):
    policy = policy_of(tmp_path, written)
    assert (policy["execution_bands"], shown_value(policy.parameters["execution_bands"])) == (value, shown)


@pytest.mark.parametrize(
    "written, told",
    [
        ("execution_bands = '60%、80%'", "从高到低"),
        ("execution_bands = '90、80、60'", "小于100%"),
        ("execution_bands = '高、低'", "小于100%"),
        ("risk_points = '零执行：5'", "没有“零执行”这种风险。可写：与台账数不一致、"),
        ("risk_points = '错误较多'", "应写成"),
        ("risk_points = '错误较多：-1'", "应写成"),
        ("risk_points = ['错误较多']", "应写成"),
        ("grades = ['优']", "等级应写成"),
        ("score_caps = '150%：90'", "应写成"),
        ("score_caps = '80%：101'", "应写成"),
        ("score_caps = '0%：90'", "应写成"),
    ],
)
def test_a_list_that_cannot_be_read_is_explained(tmp_path, written, told):
    (tmp_path / "p.toml").write_text(written, encoding="utf-8")
    _, mistakes = read_policy_file(tmp_path / "p.toml", date(2025, 1, 1))
    assert len(mistakes) == 1 and told in mistakes[0]


def test_every_sign_of_risk_has_its_points_in_the_policy():
    assert [reason for reason, _ in _SIGNS] == [name for name, _ in default().bands("risk_points")]


def test_points_of_risk_are_the_countys(tmp_path):
    policy = policy_of(tmp_path, 'risk_points = "有指标完成值为0：3、错误较多：0"\nmany_errors = 1\n')
    sampling = Sampling(policy)

    def proposed(**row):
        return sampling.proposal(sampling.signs(row, frozenset(("F11",))), None, None)["sample_reason"]

    assert proposed(zero=1, errors=9) == "与台账数不一致；有指标完成值为0"
    row = {"zero": 1}
    assert sampling.proposal(sampling.signs(row, frozenset()), None, None)["sample"] == "是"
    assert Sampling(default()).proposal(sampling.signs(row, frozenset()), None, None)["sample"] == "否"


def test_large_budgets_are_the_share_that_the_policy_says(tmp_path):
    budgets = [Decimal(number) for number in range(1, 21)]
    assert Sampling(default()).large(budgets) == 19 and Sampling(default()).large(budgets[:9]) is None
    assert Sampling(policy_of(tmp_path, "large_budgets = 0.25")).large(budgets) == 16


def counted(target, actual, policy):
    row = Indicator(name="项目数", target=target, actual=actual)
    form = Form(kind=PROJECT, file="a.xlsx", sheet="表", indicators=(row,))
    return assess(form, policy)


@pytest.mark.parametrize(
    "target, actual, few, due",
    [
        ("2个", "3个", "5", False),
        ("2个", "3个", "0", True),
        ("6个", "9个", "5", True),
        ("3个", "5个", "5", True),
        ("3个", "4个", "3", False),
        ("3个", "4个", "2", True),
        ("2万元", "3万元", "5", True),  # money is no count
    ],
)
def test_a_small_target_exceeded_by_one_owes_no_reason(tmp_path, target, actual, few, due):
    policy = policy_of(tmp_path, f"small_target = {few}")
    form = counted(target, actual, policy)
    assert bool(list(exceeded_without_word(form, policy))) is due
    assert bool(stub(form.indicators[0], policy)) is due


def test_links_take_any_sheet_name():
    assert sheet_link("项目01", "项目01") == 'HYPERLINK("#\'项目01\'!A1","项目01")'
    assert sheet_link("项目'01\"a", '看"这里"', "B2") == 'HYPERLINK("#\'项目\'\'01""a\'!B2","看""这里""")'
    assert sheet_link("表", Formula("N(A1)", "")) == "HYPERLINK(\"#'表'!A1\",N(A1))"


@pytest.mark.slow
@pytest.mark.office
def test_bands_and_grades_of_a_county_stand_in_its_papers(tmp_path, assert_formulas_agree):
    departments = made_up()[0][:3]
    fill_county(tmp_path / "材料" / "甲县", departments)
    policy = policy_of(
        tmp_path,
        'execution_bands = "98%、95%、90%、85%、70%"\ngrades = "优95、良85、中75、合格60、差0"\n',
    )
    county = consolidate(tmp_path / "材料" / "甲县", tmp_path / "全县.xlsx", policy=policy)
    assert_formulas_agree(county.out)
    front = openpyxl.load_workbook(county.out, data_only=True)["总览"]
    on_page = {cell.value for row in front.iter_rows() for cell in row if cell.value}
    labels = [label for label, _ in rate_bands(policy)]
    assert {*labels, "优", "合格", "差", "执行率低于70%的部门"} <= on_page and "60%（含）-80%" not in on_page
    county_bulletin(tmp_path / "材料" / "甲县", tmp_path / "通报.docx", policy=policy)
    document = Document(tmp_path / "通报.docx")
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert [text for text in cells if text in labels] == labels
    province = consolidate_province(tmp_path / "材料", tmp_path / "结果", policy=policy)
    assert_formulas_agree(province.out)
    page = openpyxl.load_workbook(province.out, data_only=True)["总览"]
    assert set(labels) <= {cell.value for row in page.iter_rows() for cell in row}
