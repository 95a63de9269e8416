"""Monitoring forms as a bureau reads them; the right answers stand in the tables, written before the run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval_xl.model.findings import Severity, Treatment
from selfeval_xl.model.forms import DECLARATION, MONITORING, PROJECT, Filing
from selfeval_xl.rules.runner import check
from support.stage_forms import stage_form, table
from test_rules_monitoring import cells_of, found

STOCKS_AND_WORK = """
| 三级指标 | 年度指标值 | 完成情况 | 全年预计完成情况 | answer |
| 床位数 | ≥100张 | 110张 | 100张 | - |
| 新增床位数 | ≥100张 | 110张 | 100张 | - |
| 公益性岗位人数 | ≥50人 | 52人 | 50人 | - |
| 开发公益性岗位数 | ≥50个 | 52个 | 50个 | - |
| 在职职工数 | =120人 | 125人 | 118人 | - |
| 在园幼儿数 | ≥300名 | 310名 | 290名 | - |
| 低保对象数 | ≥2000人 | 2100人 | 2050人 | - |
| 特困供养人员 | ≥150人 | 155人 | 150人 | - |
| 库存粮食数量 | ≥1000吨 | 1200吨 | 1000吨 | - |
| 生猪存栏数 | ≥3000头 | 3200头 | 3000头 | - |
| 贷款余额 | ≥500万元 | 520万元 | 480万元 | - |
| 在建项目个数 | ≥5个 | 6个 | 4个 | - |
| 公交车辆数 | ≥40辆 | 42辆 | 40辆 | - |
| 监测点数量 | ≥20个 | 21个 | 20个 | - |
| 耕地面积 | ≥5000亩 | 5010亩 | 5000亩 | - |
| 托管机构数 | ≥12家 | 13家 | 12家 | - |
| 日均供水量 | ≥2万吨 | 2.2万吨 | 2.0万吨 | - |
| 巡查频次 | ≥4次/月 | 5次/月 | 4次/月 | - |
| 人均补助金额 | ≥600元 | 620元 | 600元 | - |
| 高标准农田建设面积 | ≥100亩 | 60亩 | 50亩 | D11,C11 |
| 高标准农田 | ≥100亩 | 60亩 | 50亩 | - |
| 建设标准 | ≥100元 | 60元 | 50元 | - |
| 农田建设面积 | ≥100亩 | 60亩 | 50亩 | D11,C11 |
| 修路长度 | ≥10公里 | 8公里 | 6公里 | D11,C11 |
| 新打机井 | ≥10眼 | 8眼 | 6眼 | D11,C11 |
| 农村公路养护里程 | ≥120公里 | 60公里 | 50公里 | D11,C11 |
| 渠道加固长度 | ≥12公里 | 6公里 | 5公里 | D11,C11 |
| 房屋修缮面积 | ≥1200平方米 | 800平方米 | 500平方米 | D11,C11 |
| 购置设备 | ≥10台 | 8台 | 6台 | D11,C11 |
| 举办讲座 | ≥6场 | 5场 | 3场 | D11,C11 |
| 培训场次 | ≥10场 | 8场 | 5场 | D11,C11 |
| 下乡演出 | ≥60场 | 40场 | 30场 | D11,C11 |
| 执法次数 | ≥60次 | 40次 | 30次 | D11,C11 |
| 累计培训人次 | ≥500人次 | 300人次 | 200人次 | D11,C11 |
| 医疗救助人次 | ≥500人次 | 300人次 | 200人次 | D11,C11 |
| 困难群众补助 | ≥500人 | 300人 | 290人 | - |
| 种植苗木数量 | ≥500株 | 300株 | 200株 | D11,C11 |
| 完成课题数 | ≥5个 | 3个 | 2个 | D11,C11 |
| 印发宣传册 | ≥5000册 | 3000册 | 2000册 | D11,C11 |
"""


@pytest.mark.parametrize("line", table(STOCKS_AND_WORK), ids=lambda line: line["三级指标"])
def test_a_stock_may_fall_and_work_adds_up(line):
    answer = line.pop("answer")
    rows = [{"二级指标": "数量指标", **line}]
    assert cells_of(stage_form(MONITORING, rows=rows), "M04") == answer.replace("D11,C11", "E11,D11")


AT_MOST = """
| 三级指标 | 年度指标值 | answer |
| 平均办结天数 | ≤5天 | - |
| 审批天数 | ≤5天 | - |
| 未整改问题数 | ≤3个 | - |
| 未办结件数 | ≤3件 | - |
| 流浪犬数量 | ≤100只 | - |
| 贷款余额 | ≤500万元 | - |
| 政府债务余额 | ≤500万元 | - |
| 维修水闸数量 | ≤10处 | D11 |
| 培训天数 | ≤10天 | D11 |
| 未成年人活动场次 | ≤10场 | D11 |
| 问题整改数 | ≤10个 | D11 |
"""


@pytest.mark.parametrize("line", table(AT_MOST), ids=lambda line: line["三级指标"])
@pytest.mark.parametrize("kind", [MONITORING, PROJECT])
def test_a_number_that_should_be_small_may_have_a_ceiling(kind, line):
    rows = [{"一级指标": "产出指标", "二级指标": "数量指标", **line}]
    assert cells_on(kind, rows, "I03") == line["answer"]


PAID = """
| 三级指标 | 年度指标值 | answer |
| 人均补助金额 | ≥600元 | - |
| 户均补贴金额 | ≥600元 | - |
| 每亩补助金额 | ≥600元 | - |
| 贷款余额 | ≤500万元 | - |
| 补助资金金额 | ≥600万元 | C11 |
| 发放补助资金 | ≥600万元 | C11 |
| 平均分配补助资金 | ≥600万元 | C11 |
"""


@pytest.mark.parametrize("line", table(PAID), ids=lambda line: line["三级指标"])
@pytest.mark.parametrize("kind", [MONITORING, PROJECT])
def test_what_each_gets_is_no_payment_as_a_quantity(kind, line):
    rows = [{"一级指标": "产出指标", "二级指标": "数量指标", **line}]
    assert cells_on(kind, rows, "I12") == line["answer"]


@pytest.mark.parametrize(
    ("months", "told"),
    [
        (None, "表头没有写监控到几月，"),
        ("第一次监控", "表头写的“第一次监控”看不出监控到几月，"),
        ("下半年", "表头写的“下半年”看不出监控到几月，"),
        ("1-7月", None),
        ("截至7月31日", None),
        ("三季度", None),
        ("1-12月", None),
    ],
)
def test_a_monitoring_form_says_up_to_what_month_it_goes(months, told):
    funds = [{"资金": "年度资金总额", "年初预算数": "100", "已执行数": "30"}]
    got = found(stage_form(MONITORING, funds, through=months), "T02")
    assert [finding.message[: len(told or "")] for finding in got] == ([told] if told else [])
    assert all((finding.cell, finding.treatment) == ("C4", Treatment.FIX) for finding in got)
    assert all("“1-7月”" in finding.hint and "M01" not in finding.rule for finding in got)


def test_other_forms_have_no_months():
    assert found(stage_form(DECLARATION), "T02") == []


def cells_on(kind, rows, rule):
    """The cells of the rule's findings on a form of this kind."""
    rows = [{name: text for name, text in row.items() if name != "answer"} for row in rows]
    form = replace(stage_form(MONITORING, rows=rows), kind=kind)
    own = {"stage_forms": (form,)} if form.is_of_stage else {"forms": (form,)}
    got = check([Filing(department="县水利局", **own)])
    return " ".join(finding.cell for finding in got if finding.rule == rule) or "-"


MONEY = """
| 年初预算数 | 已执行数 | 执行率 | 全年预计执行数 | answer |
| 100 | 30 | 65% | 100 | F02 D5; M01 D5,C5 |
| 100 | 60 | 65% | 100 | F02 D5 |
| 100 | 65 | 65% | 100 | - |
| 100 | 64.996 | 65% | 100 | - |
| 100 | 65 | 65 | 100 | - |
| 100 | 65 | 0.65 | 100 | - |
| 100 | 65 | 按进度 | 100 | - |
| 100 | 120 | | 120 | F03 C5 |
| 100 | 120 | 120% | 150 | F03 C5 |
| 100 | 100 | 100% | 100 | - |
| 100 | 70 | 70% | 120 | M05 E5,B5 |
| 100 | 500000 | | 1000000 | F07 E5,B5 |
| 100 | 50 | 50% | 1000000 | F07 E5,B5 |
| 100 | 600000 | | 100 | F07 C5,B5 |
| 100 | 600000 | 6000% | | F07 C5,B5 |
| 100 | 600000 | 60% | 100 | F07 C5,B5 |
| 1000000 | 60 | | 100 | F07 B5,E5 |
| 1000000 | 600000 | 60% | 100 | F07 B5,E5 |
| 100 | 3000 | | 4000 | F03 C5 |
| 5000 | 0.5 | 0.01% | 5000 | M01 D5,C5 |
| 5000 | 0.5 | | 3000 | M01 D5,C5 |
| 0 | 0 | 0% | 0 | - |
"""


@pytest.mark.parametrize("line", table(MONEY), ids=lambda line: " ".join(line.values()))
def test_the_money_of_a_monitoring_form_fits(line):
    """One cause, one finding: where a unit is wrong nothing else is said of the row."""
    answer = line.pop("answer")
    form = stage_form(MONITORING, [{"资金": "年度资金总额", **line}], through="1-8月")
    got = check([Filing(department="县水利局", stage_forms=(form,))])
    said = sorted(f"{each.rule} {each.cell}" for each in got if each.rule[0] in "FM")
    assert said == ([] if answer == "-" else sorted(answer.split("; ")))


def test_messages_on_money_name_the_columns_of_a_monitoring_form():
    for amounts, rule, words in (
        (("100", "60", "65%", "100"), "F02", ("执行数60÷预算数100", "1-7月执行数÷年初预算数")),
        (("100", "500000", "", "1000000"), "F07", ("全年预计执行数填1000000", "年初预算数填100")),
        (("100", "600000", "", "100"), "F07", ("1-7月执行数填600000", "年初预算数填100", "6000倍")),
        (("100", "120", "", "120"), "F03", ("执行120，预算100", "填追加后的预算数")),
    ):
        fund = dict(zip(("年初预算数", "已执行数", "执行率", "全年预计执行数"), amounts, strict=True))
        form = stage_form(MONITORING, [{"资金": "年度资金总额", **fund}], through="1-7月")
        (finding,) = found(form, rule)
        assert [word for word in words if word not in finding.message + finding.hint] == []


def test_sources_of_a_monitoring_form_in_another_unit_than_their_total():
    funds = [
        {"资金": "年度资金总额", "年初预算数": "100", "已执行数": "60", "全年预计执行数": "100"},
        {"资金": "当年财政拨款", "年初预算数": "100", "已执行数": "60", "全年预计执行数": "1000000"},
    ]
    assert cells_of(stage_form(MONITORING, funds, through="1-7月"), "F07") == "D6,B6"


def test_what_indicators_cost_is_in_the_unit_of_the_funds():
    funds = [{"资金": "年度资金总额", "年初预算数": "120", "已执行数": "60", "全年预计执行数": "120"}]
    rows = [
        {"二级指标": "经济成本指标", "三级指标": "项目总成本", "年度指标值": "≤120元", "完成情况": "60元"}
    ]
    assert cells_of(stage_form(MONITORING, funds, rows, through="1-7月"), "F07") == "B5,C11"


BLANKS = """
| 完成情况 | 全年预计完成情况 | 完成目标可能性 | 栏 | cell | told |
| 6处 | 10处 | 确定能 | | - | |
| 0 | 10处 | 有可能 | | - | |
| | 10处 | 确定能 | | D11 | 没有填1-7月完成情况 |
| 6处 | | 确定能 | | E11 | 没有填全年预计完成情况 |
| 6处 | 10处 | | | F11 | 没有填完成目标可能性 |
| | | | | D11,E11,F11 | 没有填1-7月完成情况、全年预计完成情况、完成目标可能性 |
| 6处 | 10处 | | 完成目标可能性=基本确定 | F11 | 完成目标可能性写的是“基本确定”，看不出是哪一种 |
| 6处 | 10处 | | 完成目标可能性=☑确定能 ☑有可能 | F11 | 完成目标可能性写的是“☑确定能 ☑有可能” |
| 6处 | 10处 | | 确定能=√; 完全不可能=√ | F11 | 完成目标可能性同时选了“确定能”“完全不可能” |
| 6处 | 10处 | | 有可能=看天气 | F11 | 完成目标可能性的“有可能”栏写的是“看天气”，看不出是哪一种 |
| 6处 | | | 完成目标可能性=难说 | E11,F11 | 没有填全年预计完成情况；完成目标可能性写的是“难说” |
| 6处 | 10处 | 确定能 | 备注=见附件 | - | |
"""


@pytest.mark.parametrize("line", table(BLANKS), ids=lambda line: "".join(line.values()))
def test_what_a_row_of_a_monitoring_form_lacks_is_told_at_once(line):
    other, cell, told = line.pop("栏"), line.pop("cell"), line.pop("told")
    rows = [{"二级指标": "数量指标", "三级指标": "维修水闸数量", "年度指标值": "≥10处", **line}]
    form = stage_form(MONITORING, rows=rows, through="1-7月")
    written = dict(part.split("=") for part in other.split("; ")) if other else {}
    form = replace(form, indicators=(replace(form.indicators[0], other=written),))
    got = found(form, "D01")
    assert [finding.cell for finding in got] == ([] if cell == "-" else [cell])
    assert all(told in finding.message and "维修水闸数量" in finding.message for finding in got)
    assert {(finding.severity, finding.treatment) for finding in got} <= {(Severity.ERROR, Treatment.FIX)}


def test_columns_that_a_monitoring_form_has_not_are_not_missed():
    rows = [{"二级指标": "数量指标", "三级指标": "维修水闸数量", "年度指标值": "≥10处", "完成情况": ""}]
    got = found(stage_form(MONITORING, rows=rows), "D01")
    assert [finding.message for finding in got] == ["“维修水闸数量”没有填到监控时的完成情况。"]
    no_target = [{**rows[0], "年度指标值": ""}]
    assert found(stage_form(MONITORING, rows=no_target), "D01") == []
    assert found(stage_form(DECLARATION, rows=rows), "D01") == []
    two = found(stage_form(MONITORING, rows=[*rows, {**rows[0], "三级指标": "清淤河道长度"}]), "D01")
    assert [finding.cell for finding in two] == ["D11", "D12"]


def test_satisfaction_is_asked_for_at_the_end_of_the_year():
    rows = [
        {
            "二级指标": "服务对象满意度指标",
            "三级指标": "群众满意度",
            "年度指标值": "≥90%",
            "完成情况": "",
            "全年预计完成情况": "92%",
            "完成目标可能性": "确定能",
        }
    ]
    assert found(stage_form(MONITORING, rows=rows), "D01") == []
    no_forecast = [{**rows[0], "全年预计完成情况": ""}]
    assert [finding.cell for finding in found(stage_form(MONITORING, rows=no_forecast), "D01")] == ["D11,E11"]


CERTAIN = """
| 二级指标 | 三级指标 | 年度指标值 | 完成情况 | 全年预计完成情况 | 完成目标可能性 | answer |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 60亩 | 确定能 | F11,E11 |
| 数量指标 | 维修水闸数量 | =10处 | 6处 | 9处 | 确定能 | F11,E11 |
| 时效指标 | 完工时间 | 10月底前 | 施工中 | 12月底 | 确定能 | F11,E11 |
| 经济成本指标 | 每亩成本 | ≤2000元 | 2100元 | 2300元 | 确定能 | F11,E11 |
| 质量指标 | 验收合格率 | ≥95% | 90% | 92% | 确定能 | F11,E11 |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 60亩 | 有可能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 60亩 | 完全不可能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 60亩 | | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 100亩 | 确定能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 120亩 | 确定能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 约98亩 | 确定能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 剩余70亩 | 确定能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 再完成70亩 | 确定能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | 能完成 | 确定能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 30亩 | | 确定能 | - |
| 数量指标 | 农田建设面积 | ≥1万亩 | 3000 | 10000 | 确定能 | - |
| 数量指标 | 渠道加固长度 | ≥12000米 | 6000米 | 12 | 确定能 | - |
| 数量指标 | 接待游客 | ≥5万人次 | 3万人次 | 5 | 确定能 | - |
| 质量指标 | 验收合格率 | ≥95% | 96% | 100% | 确定能 | - |
| 质量指标 | 验收合格率 | ≥95% | 96% | 0.96 | 确定能 | - |
| 时效指标 | 完工时间 | 10月底前 | 施工中 | 9月底 | 确定能 | - |
| 时效指标 | 完工时间 | 10月底前 | 施工中 | 按期完成 | 确定能 | - |
| 数量指标 | 农田建设面积 | ≥100亩 | 60亩 | 50亩 | 确定能 | - |
"""


@pytest.mark.parametrize("line", table(CERTAIN), ids=lambda line: "".join(line.values()))
def test_who_is_certain_forecasts_the_target(line):
    """The last forecast is below what is done already: M04 says that."""
    answer = line.pop("answer")
    form = stage_form(MONITORING, rows=[line], through="1-7月", year=2026)
    got = found(form, "D14")
    assert [finding.cell for finding in got] == ([] if answer == "-" else [answer])
    assert all(finding.severity is Severity.WARNING for finding in got)


def test_both_sides_of_the_contradiction_are_quoted():
    rows = [
        dict(zip(("三级指标", "年度指标值", "全年预计完成情况", "完成目标可能性"), words, strict=True))
        for words in (("农田建设面积", "≥100亩", "60亩", "确定能"),)
    ]
    (finding,) = found(stage_form(MONITORING, rows=rows), "D14")
    assert "完成目标可能性写“确定能”，全年预计“60亩”达不到指标值“≥100亩”" in finding.message
