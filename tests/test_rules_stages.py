"""The check of declarations and monitoring forms, and the self-evaluation beside both (X14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.filings.grouping import gather, repeated
from selfeval_xl.filings.roster import Department, Project, Roster, Target
from selfeval_xl.filings.stages import stage_forms
from selfeval_xl.model.findings import Severity, Treatment
from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, MONITORING, PROJECT, Filing, Goal, ReadFile
from selfeval_xl.rules.registry import BEFORE_IT, EVERY_STAGE, catalogue
from selfeval_xl.rules.runner import check, own_findings
from support.stage_forms import stage_form, table

FUND = {"资金": "年度资金总额"}
HEAD = {"project": "河道治理", "department": "县水利局", "unit": "县水利局", "year": 2024}
ON_ALL = "F01 F08 F16 F17 N11 T11".split() + [
    f"{family}{number:02}"
    for family, last in (("I", 18), ("N", 9), ("T", 10))
    for number in range(1, last + 1)
]

IN_THE_YEAR = ("D01", "D14", "F02", "F03", "F07", "T04")  # on monitoring forms too


def row(name, target="", second="数量指标", **more):
    return {"一级指标": "产出指标", "二级指标": second, "三级指标": name, "年度指标值": target, **more}


def said(filings, *rules, **more):
    """Rule, cell and treatment of the findings, of these rules where any are named."""
    result = check(filings, **more)
    assert [status for status in result.rules if status.status == "failed"] == []
    return [
        (finding.rule, finding.cell, finding.treatment)
        for finding in result
        if not rules or finding.rule in rules
    ]


def filing(*forms, department="县水利局", code=None):
    own = [form for form in forms if not form.is_of_stage]
    stages = [form for form in forms if form.is_of_stage]
    return Filing(department=department, department_code=code, forms=tuple(own), stage_forms=tuple(stages))


def self_evaluation(funds=(), rows=(), kind=PROJECT, **head):
    """A self-evaluation form, made as those of the earlier stages are."""
    form = stage_form(MONITORING, funds, rows, **{**HEAD, "file": "自评表.xlsx", **head})
    return replace(form, kind=kind)


def test_the_rules_know_the_stages_on_which_they_hold():
    rules = catalogue()
    on_all = [rule for rule in ON_ALL if rule not in IN_THE_YEAR]
    assert [rule for rule in on_all if rules[rule].stages != EVERY_STAGE] == []
    assert {rules[rule].stages for rule in IN_THE_YEAR} == {frozenset(("self", MONITORING))}
    assert {rule.id: rule.stages for rule in rules.values() if rule.id[0] == "M"} == {
        **dict.fromkeys(("M01", "M02", "M03", "M04", "M05"), {MONITORING}),
        "M06": BEFORE_IT,
        "M07": {DECLARATION},
    }
    others = [
        rule.id for rule in rules.values() if rule.id not in {*ON_ALL, *IN_THE_YEAR} and rule.id[0] != "M"
    ]
    assert [rule for rule in others if rules[rule].stages != {"self"}] == []


def declaration(**more):
    """A declaration with a fault of each severity in the design of its indicators."""
    rows = [
        row("数量", "≥10处"),  # I01 E
        row("采购成本", "≥30000元", "成本指标"),  # I02 E
        row("检查次数", "≤10次"),  # I03 W
        row("群众满意度", "", "服务对象满意度指标"),  # I06 E
    ]
    return stage_form(DECLARATION, rows=rows, **{**HEAD, **more})


def test_on_a_declaration_targets_are_mended_now():
    got = {rule: treatment for rule, _, treatment in said([filing(declaration())])}
    assert got == {
        "I01": Treatment.FIX,
        "I02": Treatment.FIX,
        "I03": Treatment.EXPLAIN,
        "I06": Treatment.FIX,
        "I09": Treatment.EXPLAIN,  # no benefit
    }
    hints = "".join(finding.hint for finding in check([filing(declaration())]))
    assert "下年" not in hints and "批复" not in hints


def test_on_a_monitoring_form_they_wait_for_next_year():
    form = replace(declaration(), kind=MONITORING, through="1-7月")
    got = {rule: treatment for rule, _, treatment in said([filing(form)])}
    assert got == {
        **dict.fromkeys(("I01", "I02", "I03", "I09"), Treatment.NEXT_YEAR),
        "I06": Treatment.FIX,
    }


def test_an_indicator_of_the_whole_project_needs_no_target_of_the_year():
    rows = [row("维修水闸数量", "", 中期指标值="≥30处"), row("清淤河道长度", "", 中期指标值="")]
    (finding,) = [
        each for each in check([filing(stage_form(DECLARATION, rows=rows, **HEAD))]) if each.rule == "I06"
    ]
    assert (finding.cell, "维修水闸" in finding.message) == ("D12", False)


def test_a_county_may_say_otherwise():
    from selfeval_xl.assessment.policy import RulePolicy

    policy = replace(default(), rules={"I01": RulePolicy(treatment=Treatment.BUREAU)})
    assert ("I01", "C11", Treatment.BUREAU) in said([filing(declaration())], policy=policy)


def test_a_goal_of_duties_is_explained_before_it_is_approved():
    goal = Goal(expected="负责水利工作；组织防汛；指导农村饮水。", cells={"expected": "B8"})
    got = {
        kind: said([filing(stage_form(kind, rows=[row("维修水闸数量", "≥10处")], goal=goal, **HEAD))], "N04")
        for kind in (DECLARATION, MONITORING)
    }
    assert got == {
        DECLARATION: [("N04", "B8", Treatment.EXPLAIN)],
        MONITORING: [("N04", "B8", Treatment.NEXT_YEAR)],
    }


FUNDS = """
| 资金 | 年初预算数 | 已执行数 | 全年预计执行数 |
| 年度资金总额 | 100 | 60 | 100 |
| 当年财政拨款 | 80 | 50 | 80 |
| 其他资金 | 20 | 5 | 10 |
"""


def test_sums_are_checked_in_the_columns_of_the_stage():
    form = stage_form(MONITORING, table(FUNDS), through="1-7月", **HEAD)
    found = [finding for finding in check([filing(form)]) if finding.rule == "F01"]
    assert {finding.cell: finding.message.partition("：")[0] for finding in found} == {
        "C5,C6,C7": "1-7月执行数",
        "D5,D6,D7": "全年预计执行数",
    }


AMOUNTS = """
| kind | 年初预算数 | 年度资金 | 中期资金 | 已执行数 | 全年预计执行数 | cell |
| monitoring | 100 | - | - | 30 | 100 | no |
| monitoring | 100 | - | - | 30 | | no |
| monitoring | 100 | | - | 30 | 100 | no |
| monitoring | 100 | - | - | 0 | 0 | no |
| monitoring | 100 | - | - | | 100 | C5 |
| monitoring | | - | - | | | B5,C5,D5 |
| monitoring | | - | - | 30 | 100 | B5 |
| declaration | - | 100 | 300 | - | - | no |
| declaration | - | 100 | | - | - | no |
| declaration | - | 0 | 300 | - | - | no |
| declaration | - | 100 | - | - | - | no |
| declaration | - | - | 300 | - | - | no |
| declaration | - | | 300 | - | - | B5 |
| declaration | - | | | - | - | C5,B5 |
"""


@pytest.mark.parametrize("line", table(AMOUNTS), ids=lambda line: " ".join(line.values()))
def test_amounts_are_asked_that_the_stage_has(line):
    """`-` stands for a column that is not printed."""
    kind, cell = line.pop("kind"), line.pop("cell")
    line = {name: text for name, text in line.items() if text != "-"}
    form = stage_form(kind, [FUND | line], **HEAD)
    assert said([filing(form)], "F16") == ([] if cell == "no" else [("F16", cell, Treatment.FIX)])


def test_heads_texts_and_levels_of_a_department_form():
    empty = dict.fromkeys(("project", "department", "unit"))
    blank = stage_form(MONITORING, **{**empty, "year": 2024, "through": "1-7月"})
    assert said([filing(blank)], "T02") == [("T02", "B2,D2,F2", Treatment.FIX)]
    whole = replace(blank, of_department=True, project=None)
    assert said([filing(whole)], "T02") == [("T02", "D2", Treatment.FIX)]
    medium = Goal(medium="三年内<br/>治理河道30公里。", cells={"medium": "B7"})
    coded = stage_form(DECLARATION, goal=medium, **HEAD)
    assert said([filing(coded)], "N01") == [("N01", "B7", Treatment.FIX)]
    odd = stage_form(
        MONITORING, rows=[row("维修水闸数量", "≥10处", 完成情况="8处", 全年预计完成情况="１０处")], **HEAD
    )
    assert said([filing(odd)], "N08") == [("N08", "F11", Treatment.NEXT_YEAR)]


def test_a_year_is_compared_with_the_workbook_and_not_with_the_year_of_the_evaluation():
    policy = replace(
        default(),
        parameters={
            **default().parameters,
            "year": replace(default().parameters["year"], value=default().number("year") + 2024),
        },
    )
    form = stage_form(DECLARATION, **{**HEAD, "year": 2025})
    assert said([filing(form)], "N07", policy=policy) == []
    file = ReadFile(path="declaration.xlsx", settings={"year": "2026"}, stage_forms=(form,))
    (finding,) = [each for each in check(gather([file], stages=True)) if each.rule == "N07"]
    assert "这次申报的是2026年度" in finding.message


def test_self_evaluations_are_not_held_against_rules_of_the_stages_nor_the_other_way_round():
    form = stage_form(MONITORING, rows=[row("维修水闸数量", "≥10处", 完成情况="")], **HEAD)
    assert [rule for rule, *_ in said([filing(form)]) if rule[0] in "DSXP"] == ["D01"]
    own = self_evaluation(rows=[row("维修水闸数量", "≥10处", 完成情况="")])
    assert [rule for rule, *_ in said([filing(own)]) if rule[0] == "M"] == []
    assert {finding.rule for finding in own_findings(assess(form, default()), default(), {})} <= {
        rule.id for rule in catalogue().values() if MONITORING in rule.stages
    }


def test_stage_forms_are_gathered_where_they_are_asked_for():
    monitored = stage_form(MONITORING, file="监控.xlsx", **HEAD)
    again = replace(monitored, file="监控_副本.xlsx")
    later = replace(monitored, file="监控8月.xlsx", through="1-8月")
    files = [ReadFile(path=form.file, stage_forms=(form,)) for form in (monitored, again, later)]
    assert gather(files) == []
    (found,) = gather(files, stages=True)
    assert (found.department, found.forms) == ("县水利局", ())
    assert [form.file for form in found.stage_forms] == ["监控.xlsx", "监控8月.xlsx"]
    assert [(form.file, first) for form, first in repeated(files, [found])] == [
        ("监控_副本.xlsx", "监控.xlsx")
    ]
    assert [count.forms for count in check([found], files=files).files] == [1, 1, 1]
    assert [count.forms for count in check([], files=files).files] == [0, 0, 0]


def test_a_department_that_sent_only_earlier_stages_has_not_failed_to_evaluate():
    """Rules on what is missing (X10) are about departments of which a self-evaluation came."""
    whole = filing(stage_form(MONITORING, **HEAD))
    statuses = {status.rule: status for status in check([whole]).rules}
    assert (statuses["X01"].status, statuses["D02"].status) == ("skipped", "skipped")
    assert statuses["X14"].why == "没有可查的表"


def test_a_roster_is_held_against_monitoring_forms_and_misses_no_self_evaluation():
    """What was issued (T04) holds for monitoring; a declaration comes first, and nothing is missing yet."""
    department = Department("102", "县水利局")
    projects = (Project("102", "河道治理", "P01"), Project("102", "堤防加固", "P02"))
    roster = Roster(
        (department,),
        projects,
        (Target("P01", name="维修水闸数量", target="≥10处"),),
        _known={"102": department, "县水利局": department},
    )
    rows = [row("维修水闸数量", "≥8处")]
    for kind, found in ((MONITORING, [("T04", "D11", Treatment.FIX)]), (DECLARATION, [])):
        form = stage_form(kind, rows=rows, project_code="P01", **HEAD)
        assert said([filing(form)], "T04", "X10", "X11", "F11", roster=roster) == found


# X14: target of the self-evaluation, target declared, whether they differ.
TARGETS = """
| 年度指标值 | declared | differ |
| ≥20处 | ≥30处 | yes |
| ≥20处 | ≤20处 | yes |
| ≥95% | ≥20件 | yes |
| ≥95% | ≥98% | yes |
| ≤300万元 | ≤2000000元 | yes |
| 11月底前 | 9月底前 | yes |
| 90%-95% | 80%-95% | yes |
| 效果明显 | 建立长效机制 | yes |
| ≥95% | 效果明显 | yes |
| ≥20处 | ≥20处 | no |
| ≥20处 | 20处 | no |
| =20处 | ≥20处 | no |
| 不少于20处 | >=20处 | no |
| ≥20处 | ≥20 | no |
| =149040元 | =14.904万元 | no |
| =12月 | =1年 | no |
| =12个月 | ≥365天 | no |
| ≥2万人次 | ≥20000人 | no |
| ≥1.2公里 | ≥1200米 | no |
| ≥95% | ≥0.95 | no |
| ≥95% | ≥95 | no |
| 3000 | 0.3万元 | no |
| 年底前 | 12月底前 | no |
| 2024年12月 | 12月底前 | no |
| 显著提升 | 显著提升。 | no |
| 显著提升 | 效果显著提升 | no |
| 按时完成支付 | 按时支付完成 | no |
| ≥20处 | 不少于二十处以上的水闸 | no |
| ≥20处 | | no |
| | ≥20处 | no |
| 约300人 | 300人 | no |
| ≥9成 | ≥90% | no |
| 100% | 全覆盖 | no |
| ≥98% | 全部发放 | no |
| 0起 | 不发生 | no |
| ≥1个 | 完成 | no |
| ≥95% | 达标 | no |
| 及时 | 按时 | no |
| 显著提升 | 明显改善 | no |
| 长期 | 持续 | no |
| 12月底前 | 按时完成 | no |
"""


@pytest.mark.parametrize("line", table(TARGETS), ids=lambda line: f"{line['年度指标值']} {line['declared']}")
def test_the_target_is_the_declared_one(line):
    own = self_evaluation(rows=[row("维修水闸数量", line["年度指标值"])])
    declared = stage_form(DECLARATION, rows=[row("维修水闸数量", line["declared"])], **HEAD)
    got = said([filing(own, declared)], "X14")
    assert got == ([("X14", "D11", Treatment.EXPLAIN)] if line["differ"] == "yes" else [])


def test_a_difference_names_both_cells():
    own = self_evaluation(rows=[row("维修水闸数量", "≥20处")])
    declared = stage_form(DECLARATION, rows=[row("清淤长度", "≥1公里"), row("维修水闸数量", "≥30处")], **HEAD)
    dropped, finding = sorted(
        (each for each in check([filing(own, declared)]) if each.rule == "X14"),
        key=lambda each: each.cell or "",
    )
    assert "“清淤长度”" in dropped.message
    assert finding.message == (
        "“维修水闸数量”的年度指标值是“≥20处”，绩效目标申报表“declaration.xlsx”的“表1”D12是“≥30处”。"
    )
    assert (finding.file, finding.cell, finding.expected) == ("自评表.xlsx", "D11", "≥30处")
    assert [(each.file, each.sheet, each.cell) for each in finding.related] == [
        ("declaration.xlsx", "表1", "D12")
    ]


def test_an_adjusted_target_may_have_been_another_one():
    own = self_evaluation(rows=[row("维修水闸数量", "≥20处")])
    own = replace(own, indicators=tuple(replace(each, initial_target="≥30处") for each in own.indicators))
    declared = stage_form(DECLARATION, rows=[row("维修水闸数量", "≥30处")], **HEAD)
    assert said([filing(own, declared)], "X14") == []


NAMES = """
| own | declared | compared |
| 产出指标 数量指标 维修水闸数量 | 产出指标 数量指标 维修水闸数量 | yes |
| 产出指标 数量指标 指标1：维修水闸数量 | 产出 数量 维修水闸数量 | yes |
| 产出指标 数量指标 维修水闸数量 | 产出指标 质量指标 维修水闸数量 | yes |
| 产出指标 数量指标 数量 | 产出指标 数量指标 数量 | yes |
| 产出指标 数量指标 维修水闸数量 | 产出指标 数量指标 新建水闸数量 | no |
"""


@pytest.mark.parametrize("line", table(NAMES), ids=lambda line: line["declared"])
def test_indicators_are_the_same_by_level_and_name(line):
    keys = ("一级指标", "二级指标", "三级指标")
    one, other = (dict(zip(keys, line[key].split(), strict=True)) for key in ("own", "declared"))
    own = self_evaluation(rows=[{**one, "年度指标值": "≥20处"}])
    declared = stage_form(DECLARATION, rows=[{**other, "年度指标值": "≥30处"}], **HEAD)
    differs = ("X14", "D11", Treatment.EXPLAIN) in said([filing(own, declared)], "X14")
    assert differs == (line["compared"] == "yes")


def test_a_name_that_stands_twice_is_nobodys():
    own = self_evaluation(rows=[row("数量", "≥20处"), row("数量", "≥5台")])
    declared = stage_form(DECLARATION, rows=[row("数量", "≥30处"), row("数量", "≥6台")], **HEAD)
    assert said([filing(own, declared)], "X14") == []


# X14: what monitoring had reported as done, its outlook, and what the self-evaluation says.
DONE = """
| 三级指标 | 年度指标值 | monitored | outlook | actual | finding |
| 维修水闸数量 | ≥10处 | 8处 | 有可能 | 6处 | less |
| 清淤河道长度 | ≥20公里 | 12000米 | 有可能 | 10公里 | less |
| 维修水闸数量 | ≥10处 | 6处 | 确定能 | 9处 | unmet |
| 维修水闸数量 | ≥10处 | 9处 | 确定能 | 7处 | less unmet |
| 验收合格率 | ≥95% | 98% | 确定能 | 90% | unmet |
| 维修水闸数量 | ≥10处 | 8处 | 确定能 | 10处 | - |
| 维修水闸数量 | ≥10处 | 8处 | 有可能 | 9处 | - |
| 维修水闸数量 | ≥10处 | 0处 | 完全不可能 | 0处 | - |
| 验收合格率 | ≥95% | 100% | 有可能 | 96% | - |
| 群众满意度 | ≥90% | 95% | 确定能 | 92% | - |
| 事故起数 | ≤3起 | 2起 | 确定能 | 1起 | - |
| 高龄津贴发放人数 | ≥300人 | 310人 | 有可能 | 301人 | - |
| 维修水闸数量 | ≥10处 | 80% | 有可能 | 10处 | - |
| 维修水闸数量 | ≥10处 | 8处 | 确定能 | | - |
| 完成情况 | 效果明显 | 明显 | 确定能 | 基本达到 | - |
"""


@pytest.mark.parametrize("line", table(DONE), ids=lambda line: " ".join(line.values()))
def test_the_completion_is_what_monitoring_had_held_for_done_and_for_certain(line):
    own = self_evaluation(rows=[row(line["三级指标"], line["年度指标值"], 完成情况=line["actual"])])
    before = row(
        line["三级指标"], line["年度指标值"], 完成情况=line["monitored"], 完成目标可能性=line["outlook"]
    )
    monitored = stage_form(MONITORING, rows=[before], **HEAD)
    found = [each for each in check([filing(own, monitored)]) if each.rule == "X14"]
    if line["finding"] == "-":
        assert found == []
        return
    (finding,) = found
    words = {"less": "已完成“", "unmet": "写“确定能”完成"}
    assert [name for name, text in words.items() if text in finding.message] == line["finding"].split()
    assert finding.cell == "E11"
    assert [each.cell for each in finding.related] == [
        {"less": "E11", "unmet": "F11"}[name] for name in line["finding"].split()
    ]


@pytest.mark.parametrize(
    ("executed", "reported", "unit", "finds"),
    [
        ("50", "60", "万元", True),
        ("50", "600000", "元", True),
        ("60", "60", "万元", False),
        ("80", "60", "万元", False),
        ("60", "600004", "元", False),
        ("", "60", "万元", False),
        ("60", "", "万元", False),
    ],
)
def test_the_money_spent_is_no_less_than_monitoring_had_reported(executed, reported, unit, finds):
    own = self_evaluation([FUND | {"全年预算数": "100", "已执行数": executed}])
    monitored = stage_form(MONITORING, [FUND | {"已执行数": reported}], money_unit=unit, **HEAD)
    assert said([filing(own, monitored)], "X14") == ([("X14", "C5", Treatment.EXPLAIN)] if finds else [])


# Which declaration belongs to the self-evaluation of 河道治理 of 县水利局 in 2024.
BELONGS = """
| own code | project | code | department | unit | year | belongs |
| | 河道治理 | | 县水利局 | 县水利局 | 2024 | yes |
| | 河道 治理 | | 县水利局 | | 2024 | yes |
| A01 | 河道治理工程 | A01 | 县水利局 | 县水利局 | 2024 | yes |
| A01 | 河道治理 | | 县水利局 | 县水利局 | 2024 | yes |
| 0101 | 河道治理 | 101 | 县水利局 | 县水利局 | 2024 | yes |
| | 河道治理 | | 县水利局 | 县水利局 | | yes |
| A01 | 河道治理 | A02 | 县水利局 | 县水利局 | 2024 | no |
| | 河道治理 | | 县林业局 | | 2024 | no |
| | 河道治理 | | 县水利局 | 河道管理所 | 2024 | no |
| | 河道治理 | | 县水利局 | 县水利局 | 2023 | no |
| | 河道治理二期 | | 县水利局 | 县水利局 | 2024 | no |
"""


@pytest.mark.parametrize("line", table(BELONGS), ids=lambda line: " ".join(line.values()))
def test_a_project_is_known_by_code_then_by_name_and_department(line):
    own = self_evaluation(project_code=line["own code"] or None)
    declared = stage_form(
        DECLARATION,
        project=line["project"],
        project_code=line["code"] or None,
        department=line["department"],
        unit=line["unit"] or None,
        year=int(line["year"]) if line["year"] else None,
    )
    stages = stage_forms([filing(declared, department=line["department"])])
    found = stages.of(own, filing(own))
    assert (found.declaration is declared) == (line["belongs"] == "yes")
    assert (found.monitoring, found.ambiguous) == (None, ())


def test_a_form_of_the_whole_department_belongs_to_its_department_form():
    whole = stage_form(DECLARATION, of_department=True, department="县水利局", year=2024)
    of_project = stage_form(DECLARATION, **HEAD)
    stages = stage_forms([filing(whole, of_project)])
    own = self_evaluation(kind=DEPARTMENT, project=None)
    assert stages.of(own, filing(own)).declaration is whole
    project = self_evaluation()
    assert stages.of(project, filing(project)).declaration is of_project


def test_the_latest_monitoring_counts_and_two_unlike_declarations_are_none():
    june = stage_form(MONITORING, through="1-6月", **HEAD)
    august = stage_form(MONITORING, through="1-8月", **{**HEAD, "file": "8月.xlsx"})
    own = self_evaluation(rows=[row("维修水闸数量", "≥20处")])
    assert stage_forms([filing(august, june)]).of(own, filing(own)).monitoring is august
    unknown = replace(august, through=None)
    found = stage_forms([filing(june, unknown)]).of(own, filing(own))
    assert (found.monitoring, found.ambiguous) == (None, (june, unknown))
    one = stage_form(DECLARATION, rows=[row("维修水闸数量", "≥30处")], **HEAD)
    same = replace(one, file="副本.xlsx")
    other = stage_form(DECLARATION, rows=[row("维修水闸数量", "≥20处")], **{**HEAD, "file": "另一张.xlsx"})
    assert stage_forms([filing(one, same)]).of(own, filing(own)).declaration is one
    (finding,) = [each for each in check([filing(own, one, other)]) if each.rule == "X14"]
    assert (finding.severity, finding.treatment) == (Severity.NOTE, Treatment.BUREAU)
    assert "“declaration.xlsx”的“表1”" in finding.message and "“另一张.xlsx”的“表1”" in finding.message


def test_forms_of_other_folders_are_given_along():
    """`consolidate --declared DIR` reads them by themselves."""
    own = self_evaluation(rows=[row("维修水闸数量", "≥20处")])
    declared = stage_form(DECLARATION, rows=[row("维修水闸数量", "≥30处")], **HEAD)
    assert said([filing(own)], "X14") == []
    skipped = {status.rule: (status.status, status.why) for status in check([filing(own)]).rules}
    assert skipped["X14"] == ("skipped", "没有给出绩效目标申报表、绩效运行监控表")
    earlier = stage_forms([filing(declared)])
    assert said([filing(own)], "X14", earlier=earlier) == [("X14", "D11", Treatment.EXPLAIN)]
