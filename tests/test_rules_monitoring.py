"""Rules on monitoring forms and declarations; the right answers stand in the tables, written before the run.

Most lines are good forms that look like faulty ones: `-` means that nothing is said.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from selfeval_xl.assessment.policy import default, shown_value
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.errors import PolicyError
from selfeval_xl.model.findings import Severity, Treatment
from selfeval_xl.model.forms import DECLARATION, MONITORING, Filing
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.runner import check
from support.stage_forms import stage_form, table

FUND = {"资金": "年度资金总额"}


def found(form, rule):
    """The findings of one rule on one form."""
    filing = Filing(department="示例县水利局", stage_forms=(form,))
    result = check([filing])
    assert [status for status in result.rules if status.status == "failed"] == []
    return [finding for finding in result if finding.rule == rule]


def cells_of(form, rule):
    return " ".join(finding.cell or "" for finding in found(form, rule)) or "-"


PROGRESS = """
| months | 年初预算数 | 全年预算数 | 已执行数 | 说明 | answer |
| 1-4月 | 100 | | 24.9 | | low 25% |
| 1-4月 | 100 | | 25 | | - |
| 1-5月 | 100 | | 30 | | - |
| 1-6月 | 100 | | 39.9 | | low 40% |
| 上半年 | 100 | | 39 | | low 40% |
| 1—6月 | 100 | | 40 | | - |
| 1-7月 | 100 | | 41 | | - |
| 1-7月 | 100 | | 39 | | low 40% |
| 1-8月 | 100 | | 59 | | low 60% |
| 截至8月底 | 100 | | 59 | | low 60% |
| 截至8月15日 | 100 | | 45 | | - |
| 前三季度 | 100 | | 65 | | - |
| 1-10月 | 100 | | 79 | | low 80% |
| 1-12月 | 100 | | 79 | | low 80% |
| 1-3月 | 100 | | 0 | | - |
| | 100 | | 30 | | - |
| 第一次监控 | 100 | | 30 | | - |
| | 100 | | 85 | | - |
| 1-7月 | 0 | | 0 | | - |
| 1-7月 | 100 | | | | - |
| 1-7月 | 100 | 50 | 30 | | - |
| 1-7月 | 100 | 200 | 60 | | low 40% |
| 1-6月 | 3 | | 1.2 | | - |
| 1-7月 | 100 | | 20 | 上级资金7月底才下达，尚未支付 | told |
"""


@pytest.mark.parametrize("line", table(PROGRESS), ids=lambda line: f"{line['months']} {line['已执行数']}")
def test_the_progress_of_the_money_is_held_against_the_threshold_of_its_month(line):
    months, answer = line.pop("months"), line.pop("answer")
    form = stage_form(MONITORING, [FUND | line], through=months or None, year=2024)
    got = found(form, "M01")
    if answer == "-":
        assert got == []
        return
    (finding,) = got
    assert (finding.severity, finding.treatment) == {
        "told": (Severity.WARNING, Treatment.BUREAU),
    }.get(answer, (Severity.WARNING, Treatment.EXPLAIN))
    if answer.startswith("low"):
        assert (finding.expected, finding.cell) == (f"不低于{answer[4:]}", "D5")


def test_money_that_did_not_arrive_could_not_be_spent():
    late = stage_form(MONITORING, [FUND | {"年初预算数": "100", "已执行数": "29"}], through="1-8月")
    (line,) = late.funding
    object.__setattr__(line, "other", {"实际到位资金": "30"})
    assert cells_of(late, "M01") == "-"


@pytest.mark.parametrize(
    "written", ['"7月：50%"', '"3月：10%、7月：0.5"', '[["7月", 0.5]]', '[["7", "50%"]]']
)
def test_a_county_sets_its_own_thresholds(written, tmp_path):
    path = tmp_path / "本县.toml"
    path.write_text(f"progress_floors = {written}\n", encoding="utf-8")
    form = stage_form(MONITORING, [FUND | {"年初预算数": "100", "已执行数": "45"}], through="1-8月")
    whole = Filing(department="示例县水利局", stage_forms=(form,))
    (finding,) = [each for each in check([whole], load(path)) if each.rule == "M01"]
    assert finding.expected == "不低于50%"
    shown = shown_value(load(path).parameters["progress_floors"])
    path.write_text(f'progress_floors = "{shown}"\n', encoding="utf-8")
    assert load(path).bands("progress_floors")[-1] == ("7月", Decimal("0.5"))


@pytest.mark.parametrize(
    "written", ["7月", "13月：50%", "七月：50%", "7月：150%", "7月：50%、7月：60%", "7月：高"]
)
def test_a_threshold_that_is_none_is_refused(written, tmp_path):
    path = tmp_path / "本县.toml"
    path.write_text(f'progress_floors = "{written}"\n', encoding="utf-8")
    with pytest.raises(PolicyError, match="progress_floors|月"):
        load(path)


STEPS = """
| money | rows | answer |
| 80 | 维修水闸数量 ≥10处 3处; 清淤河道长度 ≥20公里 5公里; 栽植苗木数量 ≥1000株 300株 | 28.33 |
| 30 | 维修水闸数量 ≥10处 8处; 清淤河道长度 ≥20公里 15公里; 栽植苗木数量 ≥1000株 700株 | 75.00 |
| 35 | 维修水闸数量 ≥10处 3处; 清淤河道长度 ≥20公里 5公里; 栽植苗木数量 ≥1000株 300株 | - |
| 38.33 | 维修水闸数量 ≥10处 3处; 清淤河道长度 ≥20公里 5公里; 栽植苗木数量 ≥1000株 300株 | - |
| 80 | 维修水闸数量 ≥10处 3处; 清淤河道长度 ≥20公里 5公里 | - |
| 58 | 补助人数 =300人 300人; 在岗人员 =25人 25人; 保障机构数 ≥12个 12个 | - |
| 58 | 维修水闸数量 ≥10处 10处; 清淤河道长度 ≥20公里 20公里; 栽植苗木数量 ≥1000株 1000株 | - |
| 80 | 验收合格率 ≥100% 30%; 资金支付及时率 ≥95% 20%; 群众满意度 ≥90% 0% | - |
| 80 | 完成时间 12月底前 7月; 开工时间 3月底前 3月; 验收时间 11月底前 未验收 | - |
| 80 | 事故起数 ≤10起 1起; 投诉件数 ≤20件 2件; 审批时限 ≤10天 3天 | - |
| 80 | 新建泵站数量 =1座 0座; 改造水厂数量 =2座 0座; 更换水泵数量 =3台 0台 | - |
| 80 | 维修水闸数量 ≥10处 ; 清淤河道长度 ≥20公里 ; 栽植苗木数量 ≥1000株 | - |
| 80 | 维修水闸数量 ≥10处 30%; 清淤河道长度 ≥20公里 约5公里; 栽植苗木数量 ≥1000株 正在栽植 | - |
"""


def rows_of(text: str, **more: str) -> list[dict[str, str]]:
    """Indicator rows of `name target done; ...`, all of them quantities."""
    rows = []
    for part in text.split(";"):
        name, target, *done = part.split()
        row = {"一级指标": "产出指标", "二级指标": "数量指标", "三级指标": name, "年度指标值": target}
        rows.append({**row, "完成情况": done[0] if done else "", **more})
    return rows


@pytest.mark.parametrize("line", table(STEPS), ids=lambda line: f"{line['money']} {line['rows'][:12]}")
def test_money_and_work_keep_step(line):
    funds = [FUND | {"年初预算数": "100", "已执行数": line["money"]}]
    got = found(stage_form(MONITORING, funds, rows_of(line["rows"]), through="1-7月"), "M02")
    if line["answer"] == "-":
        assert got == []
    else:
        (finding,) = got
        assert f"绩效目标进度{line['answer']}%" in finding.message
        assert (finding.severity, finding.treatment) == (Severity.WARNING, Treatment.EXPLAIN)
        assert finding.cell == "C5,E11,E12,E13"


def test_money_and_work_out_of_step_are_for_the_bureau_where_the_form_explains_it():
    """Work behind money is explained by its own causes, work ahead of money by words about money."""
    late = "维修水闸数量 ≥10处 3处; 清淤河道长度 ≥20公里 5公里; 栽植苗木数量 ≥1000株 300株"
    early = "维修水闸数量 ≥10处 8处; 清淤河道长度 ≥20公里 15公里; 栽植苗木数量 ≥1000株 700株"
    unpaid = {"说明": "工程款按合同验收后支付，尚未支付"}
    for money, rows, note, explained in (
        ("80", rows_of(late, 原因说明="汛期不能施工"), {}, True),
        ("80", rows_of(late, 原因说明=""), {}, False),
        ("80", [*rows_of(late, 原因说明="汛期不能施工")[:2], rows_of(late, 原因说明="")[2]], {}, False),
        ("30", rows_of(early), unpaid, True),
        ("30", rows_of(early), {}, False),
    ):
        funds = [FUND | {"年初预算数": "100", "已执行数": money} | note]
        (finding,) = found(stage_form(MONITORING, funds, rows, through="1-3月"), "M02")
        assert finding.treatment is (Treatment.BUREAU if explained else Treatment.EXPLAIN)
        assert ("表里写了原因" in finding.message) == explained


CAUSES = """
| 完成目标可能性 | 偏差原因 | 原因说明 | answer |
| 完全不可能 | | | H11 |
| 完全不可能 | | 无 | H11 |
| 完全不可能 | | — | H11 |
| 完全不可能 | 经费保障 | | - |
| 完全不可能 | | 项目取消，资金已收回 | - |
| 完全不可能 | 经费保障、人员保障 | 资金未下达 | - |
| 有可能 | | | - |
| 确定能 | | | - |
| | | | - |
"""


@pytest.mark.parametrize("line", table(CAUSES), ids=lambda line: "".join(line.values()))
def test_what_cannot_be_reached_has_its_cause(line):
    answer = line.pop("answer")
    rows = rows_of("维修水闸数量 ≥10处 1处", 全年预计完成情况="2处", 空="")
    rows[0].pop("空")
    form = stage_form(MONITORING, rows=[{**rows[0], "一级指标": "产出指标", **line}])
    got = found(form, "M03")
    assert [finding.cell for finding in got] == ([] if answer == "-" else ["G11,H11,I11"])
    assert all(finding.treatment is Treatment.FIX for finding in got)


def test_a_form_without_a_column_for_causes_is_asked():
    rows = rows_of("维修水闸数量 ≥10处 1处", 完成目标可能性="完全不可能")
    (finding,) = found(stage_form(MONITORING, rows=rows), "M03")
    assert (finding.severity, finding.treatment) == (Severity.WARNING, Treatment.EXPLAIN)
    told = stage_form(
        MONITORING, rows=rows, remarks={"其他需要说明的问题": "维修水闸因征地未完成，今年做不完。"}
    )
    assert found(told, "M03") == []


FORECASTS = """
| 二级指标 | 三级指标 | 年度指标值 | 完成情况 | 全年预计完成情况 | answer |
| 数量指标 | 维修水闸数量 | ≥10处 | 8处 | 6处 | F11,E11 |
| 数量指标 | 清淤河道长度 | ≥20公里 | 15公里 | 12000米 | F11,E11 |
| 数量指标 | 培训人数 | ≥300人 | 200 | 150 | F11,E11 |
| 社会效益指标 | 新增灌溉面积 | ≥500亩 | 400亩 | 300亩 | F11,E11 |
| 数量指标 | 维修水闸数量 | ≥10处 | 8处 | 8处 | - |
| 数量指标 | 维修水闸数量 | ≥10处 | 8处 | 10处 | - |
| 数量指标 | 清淤河道长度 | ≥20公里 | 12300米 | 13公里 | - |
| 数量指标 | 清淤河道长度 | ≥20公里 | 12.3公里 | 12公里 | - |
| 质量指标 | 验收合格率 | ≥95% | 100% | 98% | - |
| 服务对象满意度指标 | 群众满意度 | ≥90% | 95% | 92% | - |
| 数量指标 | 事故起数 | ≤3起 | 2起 | 1起 | - |
| 时效指标 | 办结时限 | ≤10天 | 8天 | 7天 | - |
| 成本指标 | 单位成本 | ≤300元 | 280元 | 250元 | - |
| 数量指标 | 高龄津贴发放人数 | ≥300人 | 310人 | 300人 | - |
| 数量指标 | 在职人员数 | =25人 | 25人 | 24人 | - |
| 数量指标 | 村干部人数 | =120人 | 120人 | 118人 | - |
| 数量指标 | 民办教师人数 | 120 | 120 | 118 | - |
| 数量指标 | 困难户数 | ≥50户 | 50户 | 48户 | - |
| 数量指标 | 体检人数 | ≥120 | 120 | 118 | F11,E11 |
| 数量指标 | 改厕户数 | ≥50户 | 50户 | 48户 | F11,E11 |
| 数量指标 | 接待游客 | ≥5万人次 | 6万人次 | 5万人次 | F11,E11 |
| 数量指标 | 巡查次数 | ≥2次/月 | 3次/月 | 2次/月 | - |
| 数量指标 | 维修水闸数量 | ≥10处 | 8处 | 80% | - |
| 数量指标 | 维修水闸数量 | ≥10处 | 8处 | 能完成 | - |
| 数量指标 | 维修水闸数量 | ≥10处 | 约8处 | 7处 | - |
| 数量指标 | 维修水闸数量 | ≥10处 | 8处 | | - |
| 数量指标 | 维修水闸数量 | ≥10处 | 8处 | 剩余2处 | - |
| 数量指标 | 服务人次 | ≥2万人次 | 1.5万人次 | 18000 | - |
| 时效指标 | 完成时间 | 12月底前 | 8月 | 7月 | - |
"""


@pytest.mark.parametrize(
    "line", table(FORECASTS), ids=lambda line: f"{line['三级指标']} {line['全年预计完成情况']}"
)
def test_no_less_is_forecast_than_is_done(line):
    answer = line.pop("answer")
    form = stage_form(MONITORING, rows=[{"一级指标": "产出指标", **line}])
    assert cells_of(form, "M04") == answer
    assert all(finding.treatment is Treatment.FIX for finding in found(form, "M04"))


MONEY = """
| 年初预算数 | 全年预算数 | 已执行数 | 全年预计执行数 | less | over |
| 100 | | 60 | 50 | E5,D5 | - |
| 100 | | 60 | 100 | - | - |
| 100 | | 60 | 60 | - | - |
| 100 | | 60.04 | 60 | - | - |
| 100 | | 60 | | - | - |
| 100 | | | 100 | - | - |
| 100 | | 60 | 120 | - | E5,B5 |
| 100 | 120 | 60 | 120 | - | - |
| 100 | 80 | 60 | 100 | - | E5,C5 |
| 100 | 120 | 60 | 120.4 | - | - |
| | | 60 | 120 | - | - |
| 0 | | 0 | 0 | - | - |
| 0 | | 0 | 5 | - | E5,B5 |
"""


@pytest.mark.parametrize("line", table(MONEY), ids=lambda line: " ".join(line.values()))
def test_the_forecast_of_money_lies_between_what_was_spent_and_the_budget(line):
    less, over = line.pop("less"), line.pop("over")
    form = stage_form(MONITORING, [FUND | line], through="1-7月")
    assert (cells_of(form, "M04"), cells_of(form, "M05")) == (less, over)


def test_a_source_is_named_where_the_total_is_right():
    funds = [
        FUND | {"年初预算数": "100", "已执行数": "60", "全年预计执行数": "100"},
        {"资金": "当年财政拨款", "年初预算数": "50", "已执行数": "60", "全年预计执行数": "40"},
        {"资金": "其他资金", "年初预算数": "50", "已执行数": "0", "全年预计执行数": "60"},
    ]
    form = stage_form(MONITORING, funds)
    assert (cells_of(form, "M04"), cells_of(form, "M05")) == ("D6,C6", "D7,B7")


def test_a_wrong_total_is_asked_about_once():
    funds = [
        FUND | {"年初预算数": "100", "已执行数": "6", "全年预计执行数": "1000"},
        {"资金": "当年财政拨款", "年初预算数": "50", "已执行数": "40", "全年预计执行数": "50"},
        {"资金": "其他资金", "年初预算数": "50", "已执行数": "20", "全年预计执行数": "50"},
    ]
    form = stage_form(MONITORING, funds, through="1-8月")
    found_rules = {finding.rule for finding in check([Filing(department="县水利局", stage_forms=(form,))])}
    assert "F01" in found_rules and not found_rules & {"M01", "M04", "M05"}


DATES = """
| period | 年度指标值 | 中期指标值 | answer |
| 2024年1月-2024年6月 | 12月底前 | | C11,H2 |
| 2024年1月-2024年12月 | 2025年3月底前 | | C11,H2 |
| 2024—2026年 | 2027年6月 | | C11,H2 |
| 2024—2026年 | 12月底前 | 2027年12月底前 | D11,H2 |
| 2025年1月-2026年12月 | 2024年12月31日前 | | C11,H2 |
| 2024—2026年 | 12月底前 | 2026年12月底前 | - |
| 2024年 | 11月底前 | | - |
| 2024年1月-2024年12月 | 2024年12月31日前 | | - |
| 3年 | 2030年12月底前 | | - |
| 长期 | 2030年12月底前 | | - |
| | 2030年12月底前 | | - |
| 2024年1月-2024年6月 | =12月 | | - |
| 2024年1月-2024年6月 | ≥25处 | | - |
| 2025—2026年 | | 12月底前 | - |
"""


@pytest.mark.parametrize("line", table(DATES), ids=lambda line: " ".join(line.values()))
@pytest.mark.parametrize("kind", [DECLARATION, MONITORING])
def test_a_deadline_lies_within_the_project(kind, line):
    row = {"二级指标": "时效指标", "三级指标": "完成时间"}
    row |= {key: line[key] for key in ("年度指标值", "中期指标值")}
    form = stage_form(kind, rows=[row], period=line["period"] or None, year=2024)
    assert cells_of(form, "M06") == line["answer"]
    assert [finding for finding in found(form, "N07") if line["answer"] != "-"] == []


WHOLE = """
| 二级指标 | 三级指标 | 年度指标值 | 中期指标值 | answer |
| 数量指标 | 维修水闸数量 | ≥30处 | ≥20处 | D11,E11 |
| 数量指标 | 清淤河道长度 | ≥20公里 | ≥15000米 | D11,E11 |
| 经济效益指标 | 新增产值 | ≥80万元 | ≥500000元 | D11,E11 |
| 数量指标 | 维修水闸数量 | ≥20处 | ≥60处 | - |
| 数量指标 | 维修水闸数量 | ≥20处 | ≥20处 | - |
| 质量指标 | 验收合格率 | ≥98% | ≥95% | - |
| 服务对象满意度指标 | 群众满意度 | ≥95% | ≥90% | - |
| 成本指标 | 单位成本 | ≤300元 | ≤280元 | - |
| 数量指标 | 补助人数 | =300人 | =280人 | - |
| 数量指标 | 事故起数 | ≤5起 | ≤3起 | - |
| 时效指标 | 完成时间 | 12月底前 | 2026年底前 | - |
| 数量指标 | 维修水闸数量 | ≥20处 | | - |
| 数量指标 | 维修水闸数量 | ≥20处 | 效果明显 | - |
| 数量指标 | 维修水闸数量 | ≥20处 | ≤10处 | - |
| 数量指标 | 维修水闸数量 | ≥60处 | ≥20处/年 | - |
| 数量指标 | 维修水闸数量 | ≥60处 | 每年20处 | - |
"""


@pytest.mark.parametrize("line", table(WHOLE), ids=lambda line: " ".join(line.values()))
def test_a_year_is_no_more_than_the_whole(line):
    answer = line.pop("answer")
    form = stage_form(DECLARATION, rows=[{"一级指标": "产出指标", **line}])
    assert cells_of(form, "M07") == answer


@pytest.mark.parametrize(
    ("whole", "year", "answer"),
    [
        ("300", "100", "-"),
        ("100", "100", "-"),
        ("80", "100", "C5,B5"),
        ("99.6", "100", "-"),
        ("0", "100", "-"),
        ("", "100", "-"),
    ],
)
def test_the_money_of_a_year_is_no_more_than_that_of_the_project(whole, year, answer):
    form = stage_form(DECLARATION, [FUND | {"中期资金": whole, "年度资金": year}])
    assert cells_of(form, "M07") == answer


def test_rules_without_their_form_say_so():
    why = {status.rule: status.why for status in check([]).rules if status.rule[0] == "M"}
    assert why == {
        **dict.fromkeys(("M01", "M02", "M03", "M04", "M05"), "没有绩效运行监控表"),
        "M06": "没有绩效运行监控表、绩效目标申报表",
        "M07": "没有绩效目标申报表",
    }


def test_an_indicator_of_an_earlier_stage_has_no_verdict():
    """In July a target that is not reached yet is not unmet."""
    form = stage_form(MONITORING, rows=rows_of("维修水闸数量 ≥10处 1处"))
    (row,) = assess(form, default()).indicators
    assert (row.verdict, row.expected_score) == (None, None)
    assert row.target_quantity is not None and row.actual_quantity is not None
