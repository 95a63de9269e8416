"""The policy: defaults with their source, a county's file overrides single values, mistakes told by row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.assessment.policy import CountyRule, default, shown_value
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.errors import PolicyError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Severity, Treatment
from selfeval_xl.model.forms import PROJECT, TOTAL, Form, FundingLine, Indicator
from selfeval_xl.readers import read_file
from selfeval_xl.rules.county_file import load, read_policy_file
from selfeval_xl.rules.county_file_template import write_policy_template
from selfeval_xl.rules.custom import custom_rule, violations
from selfeval_xl.rules.runner import check
from selfeval_xl.rules.trial_run import rehearse
from selfeval_xl.workflows.demo.county import seed_filing
from support.command import selfeval


def toml(tmp_path, text):
    path = tmp_path / "本县.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_default_has_a_name_and_a_source():
    for parameter in default().parameters.values():
        assert parameter.label and parameter.source, parameter.name


def test_a_toml_file_overrides_single_values(tmp_path):
    policy = load(
        toml(
            tmp_path,
            'over_fulfilment = 0.5\ngrades = [["优", 90], ["良", 80], ["中", 70], ["差", '
            '0]]\n[execution_floor]\nvalue = "80%"\nsource = "县财〔2025〕3号"\n'
            '[rules.D03]\nseverity = "warning"\ntreatment = "explain"\n[rules.I09]\non = false\n',
        )
    )
    assert (
        policy.number("over_fulfilment"),
        policy.number("execution_floor"),
        policy.grade(Decimal(65)),
    ) == (Decimal("0.5"), Decimal("0.8"), "差")
    assert (
        policy.parameters["execution_floor"].source == "县财〔2025〕3号"
        and policy.parameters["execution_low"].where == "默认"
    )
    assert (policy.rule("D03").severity, policy.rule("D03").treatment, policy.rule("I09").on) == (
        Severity.WARNING,
        Treatment.EXPLAIN,
        False,
    )


def test_every_total_has_a_grade():
    assert [default().grade(Decimal(total)) for total in (90, 80, 60, 59, 0, -1)] == [*"优良中差差差"]


def test_values_take_effect_on_their_day(tmp_path):
    path = toml(tmp_path, "[over_fulfilment]\nvalue = 0.5\nsince = 2026-01-01\n")
    assert load(path, date(2025, 12, 31)).number("over_fulfilment") == Decimal("0.30")
    assert [waiting.name for waiting in load(path, date(2025, 12, 31)).waiting] == ["over_fulfilment"]
    assert load(path, date(2026, 1, 1)).number("over_fulfilment") == Decimal("0.5")


@pytest.mark.parametrize(
    "text, told",
    [
        ("over = 1", "没有参数“over”"),
        ("over_fulfilment = '高'", "应写数字"),
        ("targets_editable = '也许'", "应写“是”或“否”"),
        ("grades = '优90、良95'", "从高到低"),
        ("[rules.Z9]\non = true", "没有规则“Z9”"),
        ("[rules.D03]\nseverity = 'x'", "级别应写"),
        ("[rules.F12]\nenabled = false", r"rules\.F12.*没有“enabled”.*severity、treatment、on"),
        ("[rules.D03]\n'级别' = '提示'", r"rules\.D03.*没有“级别”"),
        ("[over_fulfilment]\nvalu = 0.5", "over_fulfilment"),
        ("over_fulfilment = ", "写法有误"),
        ("[over_fulfilment]\nvalue = 1\nsince = '明年'", "生效日期应写成"),
        ("over_fulfilment = nan", "应写数字"),
        ("over_fulfilment = -inf", "应写数字"),
        ("over_fulfilment = 1e400000", "应写数字"),
        ("over_fulfilment = '1E-9999999'", "应写数字"),
        ("over_fulfilment = " + "9" * 100_000, "太长"),
        ("over_fulfilment = " + "[" * 100_000 + "]" * 100_000, "太深"),
        ("grades = [['优', nan], ['良', 80]]", "等级应写成"),
        ("execution_bands = [inf]", "应从高到低写"),
        ("level_points = [[]]", "应写成“产出：50"),
        ("rules = [1]", r"rules.*\[rules\.D03\]"),
        ("rules = '全部'", r"rules.*\[rules\.D03\]"),
        ("[rules]\nD03 = 1", r"rules\.D03.*\[rules\.D03\]"),
        ("'自定义规则' = [1]", r"自定义规则.*\[\['自定义规则'\]\]"),
        ("'自定义规则' = 1", r"自定义规则.*\[\['自定义规则'\]\]"),
    ],
    ids=lambda value: value[:40],
)
def test_mistakes_are_told(tmp_path, text, told):
    with pytest.raises(PolicyError, match=told):
        load(toml(tmp_path, text))


@pytest.fixture
def book(tmp_path):
    """The policy workbook, filled in by a county."""
    path = tmp_path / "参数表.xlsx"
    write_policy_template(default(), path)
    workbook = openpyxl.load_workbook(path)
    for row in workbook["参数"].iter_rows(min_row=2):
        if row[0].value == "over_fulfilment":
            row[2].value = "50%"
    workbook["自定义规则"].append(
        [
            "Z1",
            "资金行",
            "全年执行数 <= 全年预算数 * 0.98",
            "错误",
            "本次修改",
            "执行{全年执行数}超过98%",
            "核对",
        ]
    )
    workbook["自定义规则"].append(
        [
            "Z2",
            "指标",
            "完成率 >= 1 或 非 为空(偏差原因分析及改进措施)",
            "核实",
            "本次说明",
            "“{三级指标}”完成率{完成率}，没有说明",
            None,
        ]
    )
    workbook.save(path)
    return path


def test_a_workbook_overrides_values_and_adds_rules_without_code(book):
    policy, mistakes = read_policy_file(book, date(2025, 5, 1))
    assert mistakes == [] and policy.number("over_fulfilment") == Decimal("0.5") and policy.rules == {}
    assert [(rule.number, rule.scope, rule.severity) for rule in policy.county_rules] == [
        ("Z1", "资金行", Severity.ERROR),
        ("Z2", "指标", Severity.WARNING),
    ]


@pytest.mark.parametrize(
    "severity, treatment",
    [
        ("错误", "本次修改"),
        ("核实", "本次说明"),
        ("提示", "本次说明"),
        (None, "本次说明"),
    ],
)
def test_a_county_rule_without_a_treatment_is_mended_where_it_is_an_error(book, severity, treatment):
    workbook = openpyxl.load_workbook(book)
    workbook["自定义规则"].append(["Z3", "表", "分值合计 = 100", severity, None, "分值不对", None])
    workbook.save(book)
    policy, mistakes = read_policy_file(book, date(2025, 5, 1))
    assert (mistakes, policy.county_rules[-1].treatment.label) == ([], treatment)


def test_the_workbook_offers_the_words_that_it_takes_and_prints_one_page_wide(book):
    workbook = openpyxl.load_workbook(book)
    offered = {
        sheet.title: {
            sheet[f"{area.split(':')[0][0]}1"].value: choices.formula1.strip('"')
            for choices in sheet.data_validations.dataValidation
            for area in str(choices.sqref).split()
        }
        for sheet in workbook
    }
    words = {"级别": "错误,核实,提示", "处理方式": "本次修改,本次说明,下年完善,财政核实"}
    assert offered["规则"] == words | {"启用": "是,否"}
    assert {name: offered["自定义规则"][name] for name in words} == words
    for sheet in workbook:
        setup = sheet.page_setup
        assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0), sheet.title
        assert (setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1"), sheet.title


@pytest.mark.parametrize(
    "rows, value",
    [
        ([("0.4", None), ("0.5", date(2025, 1, 1))], "0.5"),
        ([("0.5", date(2025, 1, 1)), ("0.4", None)], "0.5"),
        ([("0.5", date(2025, 1, 1)), ("0.4", date(2024, 1, 1))], "0.5"),
        ([("0.5", date(2026, 1, 1)), ("0.4", date(2024, 1, 1))], "0.4"),
        ([("0.4", None), ("0.6", None)], "0.6"),
    ],
)
def test_of_several_values_the_latest_in_force_counts(book, rows, value):
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["参数"]
    for row in sheet.iter_rows(min_row=2):
        row[2].value = None
    for written, since in rows:
        sheet.append(["over_fulfilment", None, written, None, since])
    workbook.save(book)
    policy, mistakes = read_policy_file(book, date(2025, 5, 1))
    assert (mistakes, policy.number("over_fulfilment")) == ([], Decimal(value))


def test_mistakes_in_a_workbook_are_all_told_by_sheet_and_row(book):
    workbook = openpyxl.load_workbook(book)
    workbook["参数"].cell(3, 3).value = "很高"
    workbook["规则"].cell(2, 3).value = "严重"
    workbook["自定义规则"].append(["Z1", "表", "分值共计 = 100", "错误", None, "分值不对", None])
    workbook.save(book)
    mistakes = read_policy_file(book, date(2025, 5, 1))[1]
    assert [mistake.split("：")[0] for mistake in mistakes] == [
        "“参数”第3行",
        "“规则”第2行",
        "“自定义规则”第4行",
    ]
    assert "是不是“分值合计”" in mistakes[2]


@pytest.fixture
def filings(tmp_path):
    data = seed_filing()
    templates.fill_in(
        "jilin-2024", tmp_path / "自评表.xlsx", projects=[data["project"]], department=data["department"]
    )
    return gather([read_file(tmp_path / "自评表.xlsx")])


def test_county_rules_are_listed_beside_the_built_in_ones(book, filings):
    findings = check(filings, load(book))
    own = [
        (finding.rule, finding.cell, finding.message, finding.severity, finding.treatment)
        for finding in findings
        if finding.rule == "Z1"
    ]
    assert own == [
        ("Z1", "F5,F8", "执行56.96超过98%", Severity.ERROR, Treatment.FIX)
    ]  # said alike, so said once
    assert {status.rule: status.status for status in findings.rules}["Z2"] == "ran"


def test_severity_and_switch_are_the_countys(tmp_path, filings):
    findings = check(
        filings, load(toml(tmp_path, '[rules.I02]\nseverity = "note"\n[rules.I01]\non = false\n'))
    )
    assert {finding.severity for finding in findings if finding.rule == "I02"} == {Severity.NOTE}
    assert not [finding for finding in findings if finding.rule == "I01"]
    assert {status.rule: status.why for status in findings.rules}["I01"] == "参数表里关闭了"


def test_a_rule_that_is_off_by_default_runs_once_it_is_switched_on(tmp_path, filings):
    assert {status.rule: status.status for status in check(filings).rules}["D11"] == "skipped"
    findings = check(filings, load(toml(tmp_path, "[rules.D11]\non = true\n")))
    assert {finding.cell for finding in findings if finding.rule == "D11"} == {"F19", "G18", "G19"}


def test_a_trial_lists_the_rules_of_the_county_and_those_that_find_something_else(tmp_path, filings):
    own = {"规则号": "Z3", "适用范围": "表", "条件": "分值合计 >= 0", "提示语": "没有分值"}
    typed = "\n".join(f"{key!r} = {text!r}" for key, text in own.items())
    policy = load(toml(tmp_path, f"[rules.I01]\non = false\n[['自定义规则']]\n{typed}"))
    tried = rehearse(policy, [file for filing in filings for file in filing.files])
    assert [(one.rule, one.before > 0, one.after) for one in tried] == [("Z3", False, 0), ("I01", True, 0)]


def test_the_commands(book, filings, tmp_path, assert_valid_ooxml):
    assert_valid_ooxml(book)
    assert "自定义规则 Z1" in selfeval("policy", "check", book).stdout
    tried = selfeval("policy", "try", book, tmp_path)
    assert tried.returncode == 0 and "Z1" in tried.stdout and "例：" in tried.stdout
    assert (
        "50%" in selfeval("policy", "show", "--policy", book).stdout
        or "0.5" in selfeval("policy", "show", "--policy", book).stdout
    )
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"x")
    assert selfeval("policy", "check", broken).returncode == 2


def set_to(tmp_path, name: str, value: str):
    (tmp_path / "p.toml").write_text(f'{name} = "{value}"\n', encoding="utf-8")
    return read_policy_file(tmp_path / "p.toml", date(2025, 1, 1))


LEVELS = (("产出", Decimal(60)), ("满意度", Decimal(0)))


@pytest.mark.parametrize(
    "name, value, setting, shown",
    [
        ("score_at_most", "按超出比例", "linear", "按超出比例"),
        ("score_at_most", "linear", "linear", "按超出比例"),
        ("score_at_most", "按比例", "proportional", "按比例"),
        ("score_caps", "80%：90、60%：80", (("0.8", Decimal(90)), ("0.6", Decimal(80))), "0.8：90、0.6：80"),
        ("score_caps", "0.8:90", (("0.8", Decimal(90)),), "0.8：90"),
        ("over_deduction", "0.5", Decimal("0.5"), "0.5"),
        ("level_points", "产出：60、满意度：0", LEVELS, "产出60、满意度0"),
        ("level_points", "产出60，满意度0", LEVELS, "产出60、满意度0"),
    ],
)
def test_score_formulas_are_written_in_words(tmp_path, name, value, setting, shown):
    policy, mistakes = set_to(tmp_path, name, value)
    assert (mistakes, policy[name], shown_value(policy.parameters[name])) == ([], setting, shown)


@pytest.mark.parametrize(
    "name, value",
    [
        ("grades", "优90、良80、差0"),
        ("score_caps", "80%：90"),
        ("execution_bands", "90%、80%"),
        ("risk_points", "错误较多：0"),
        ("over_bands", "30%：2、100%：5"),
        ("execution_score_bands", "95%：10"),
        ("level_points", "产出：60、满意度：0"),
        ("point_standards", "在职人员控制率：100%：0.5"),
    ],
)
def test_a_list_can_be_typed_as_it_is_shown(tmp_path, name, value):
    policy, mistakes = set_to(tmp_path, name, value)
    again, more = set_to(tmp_path, name, shown_value(policy.parameters[name]))
    assert (mistakes, more, again[name]) == ([], [], policy[name])


@pytest.mark.parametrize(
    "name, value",
    [
        ("score_at_most", "比例"),
        ("score_caps", "90"),
        ("score_caps", "80：90"),
        ("score_caps", "低：90"),
        ("level_points", "产出：-5"),
        ("level_points", "产出-5"),
        ("level_points", "产出：60：5"),
        ("level_points", "：60"),
        ("level_points", "60"),
    ],
)
def test_a_score_formula_that_is_none_is_explained(tmp_path, name, value):
    _, mistakes = set_to(tmp_path, name, value)
    assert len(mistakes) == 1 and "现在写的是" in mistakes[0]


@pytest.mark.parametrize(
    "scope, condition, form, told",
    [
        (
            "资金行",
            "执行率 >= 0.9",
            {
                "funding": (
                    FundingLine(source="其他资金", annual_budget="0", executed="0", execution_rate="0.00%"),
                )
            },
            0,
        ),
        (
            "资金行",
            "执行率 >= 0.9",
            {
                "funding": (
                    FundingLine(source="其他资金", annual_budget="10", executed="8", execution_rate="80.00%"),
                )
            },
            1,
        ),
        (
            "表",
            "分值合计 = 100",
            {"funding": (FundingLine(source=TOTAL, points="10"),), "indicators": (Indicator(name="数量"),)},
            0,
        ),
        (
            "表",
            "分值合计 = 100",
            {
                "funding": (FundingLine(source=TOTAL, points="10"),),
                "indicators": (Indicator(name="数量", points="80"),),
            },
            1,
        ),
        (
            "表",
            "执行率 >= 0.9",
            {"funding": (FundingLine(source=TOTAL, annual_budget="0", executed="0"),)},
            0,
        ),
        (
            "指标",
            "完成率 >= 1 或 非 为空(偏差原因分析及改进措施)",
            {
                "indicators": (
                    Indicator(name="水闸", target="≥10处", actual="5处"),
                    Indicator(name="堤防", target="≥10处", actual="5处", note="汛期停工，已复工。"),
                    Indicator(name="泵站", target="≥10处", actual="10处"),
                    Indicator(name="渠道", target="≥10处"),
                )
            },
            1,
        ),
    ],
)
def test_what_a_form_does_not_say_violates_no_rule_of_a_county(scope, condition, form, told):
    rule = custom_rule(CountyRule("Z9", scope, condition, Severity.ERROR, Treatment.FIX, "不符合本县规定。"))
    assert (
        len(list(violations(rule, assess(Form(kind=PROJECT, file="a", sheet="表", **form), default()))))
        == told
    )
