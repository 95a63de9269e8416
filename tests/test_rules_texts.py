"""The narrative rules on single texts: what is left over, copied, or contradicts itself, and what only looks
like it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval_xl.assessment.policy import Parameter, Policy, default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.findings import Treatment
from selfeval_xl.model.forms import (
    DEPARTMENT,
    PROJECT,
    TOTAL,
    Filing,
    Form,
    FundingLine,
    Goal,
    Indicator,
    ReadFile,
    Report,
    Section,
    Task,
)
from selfeval_xl.rules import completion, foreign_text, narrative
from selfeval_xl.rules.runner import check
from selfeval_xl.rules.texts import phrases, says_something


def form(
    actual: str | None = None, expected: str | None = None, *, rate: str = "100", met: str = "10个", **more
) -> Form:
    """A form with these goal texts, an execution rate in percent, and one indicator with the target ≥10个."""
    line = FundingLine(
        source=TOTAL,
        annual_budget="100",
        executed=rate,
        execution_rate=f"{rate}%",
        cells={"execution_rate": "G5"},
    )
    rows = more.pop(
        "indicators",
        (
            Indicator(
                name="培训场次",
                target="≥10个",
                actual=met,
                cells={"target": "E12", "actual": "F12", "note": "G12"},
            ),
        ),
    )
    made = Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet="表",
        project="示例项目",
        funding=(line,),
        indicators=rows,
        goal=Goal(expected=expected, actual=actual, cells={"expected": "B9", "actual": "E9"}),
        **more,
    )
    return assess(made, default())


def found(rule, checked: Form, policy: Policy | None = None) -> list[str | None]:
    return [finding.cell for finding in rule(checked, policy or default())]


@pytest.mark.parametrize(
    "text",
    [
        "<p>负责应急管理工作</p>",
        "完成建设&nbsp;验收",
        r"$\geq 99\%$",
        r"畅通率\geq 99",
        "完成_x000D_建设",
        "完成\x0b建设",
        "乱码\ufffd文字",
        "第一条<br/>第二条",
    ],
)
def test_code_left_in_a_text(text: str) -> None:
    assert found(narrative.residue_in_text, form(text)) == ["E9"]


@pytest.mark.parametrize(
    "text",
    [
        "完成率<95%且>90%",
        "A&B两家公司",
        "支出$100万，折合人民币700万",
        "甲<乙",
        "第一条\n第二条",
        "满意度≥95%",
        "邮箱a_b@c.cn",
        "3×4米",
        "<95%",
        "《办法》",
    ],
)
def test_text_that_only_looks_like_code(text: str) -> None:
    assert found(narrative.residue_in_text, form(text)) == []


def test_residue_in_one_cell_carries_its_mend() -> None:
    fix = next(
        iter(narrative.residue_in_text(form("<p>完成<b>建设</b></p> <p>通过验收&nbsp;</p>"), default()))
    ).fix
    assert fix and fix.new == "完成建设\n通过验收"
    assert narrative.clean(r"$\geq 99\%$") == "≥ 99%"


def test_residue_in_many_cells_is_one_finding() -> None:
    both = list(narrative.residue_in_text(form("<p>完成</p>", "<p>目标</p>"), default()))
    assert [(finding.cell, finding.fix) for finding in both] == [("B9,E9", None)]


@pytest.mark.parametrize(
    "text",
    [
        "对照年度目标,说明相关任务目标的完成情况(100字以内)",
        "完成主体工程建设（200字以内）",
        "简要说明全年目标完成情况",
        "（请简要说明）",
        "请在此填写完成情况",
    ],
)
def test_guidance_left_in(text: str) -> None:
    assert found(narrative.guidance_left, form(text)) == ["E9"]


@pytest.mark.parametrize(
    "text",
    [
        "完成征文100篇，每篇2000字。",
        "组织问卷调查，请群众填写满意度问卷3000份",
        "对照年度目标，完成了全部任务",
        "编写说明书1套（5册）",
        "撰写报告5篇（每篇2000字）",
        "每篇3000字以上",
        "详细说明了项目情况",
        "如实填写台账",
        None,
    ],
)
def test_text_that_is_no_guidance(text: str | None) -> None:
    assert found(narrative.guidance_left, form(text)) == []


def test_empty_placeholder_rows_are_one_note() -> None:
    notes = list(
        narrative.guidance_left(form("完成", placeholders=(("D20", "指标1："), ("D21", "……"))), default())
    )
    assert [(finding.cell, finding.severity and finding.severity.value) for finding in notes] == [
        ("D20,D21", "note")
    ]


@pytest.mark.parametrize(
    "expected, actual, copied",
    [
        (
            "确保每一个学生都能享受到国家政策福利,改善学生体质",
            "确保每一个学生都能享受到国家政策福利，改善学生体质。",
            True,
        ),
        ("完成建设", "完成建设", False),
        ("无", "无", False),
        ("完成10个村的人居环境整治工作", "完成了10个村的人居环境整治工作", False),
        ("确保工资按时足额发放到位", None, False),
    ],
)
def test_an_outcome_copied_from_the_goal(expected: str, actual: str | None, copied: bool) -> None:
    assert bool(found(narrative.outcome_copies_goal, form(actual, expected))) is copied


@pytest.mark.parametrize(
    "goal, duties",
    [
        ("负责应急管理工作；组织开展安全生产检查；指导各乡镇防灾减灾；承担应急值守。", True),
        (
            (
                "1.负责应急管理工作；\n2.组织开展安全生产检查；\n3.指导各乡镇防灾减灾；"
                "\n4.完成县委交办的其他任务。"
            ),
            True,
        ),
        (
            (
                "<p>局机关共涉及17项主要职责。具体如下：</p><p>负责应急管理；</p><p>组织编制预案；</"
                "p><p>指导协调救援。</p>"
            ),
            True,
        ),
        ("1.负责检查企业200家；2.组织演练12场；3.指导乡镇开展培训。", False),
        ("组织培训，指导生产，负责验收，年底前完成。", False),
        ("建设美丽乡村；整治自然村庄；推进农村改厕。", False),
        ("保障机关正常运转。", True),
    ],
)
def test_a_goal_that_lists_duties_or_says_nothing(goal: str, duties: bool) -> None:
    assert bool(found(narrative.goal_is_a_list_of_duties, form("完成", goal))) is duties


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("132.71", True),
        ("57.04万元", True),
        ("100%", True),
        ("示例项目", True),
        ("完成示例项目建设", False),
        ("无", False),
        ("完成3个村", False),
        ("2024年完成", False),
    ],
)
def test_a_goal_cell_that_holds_no_goal(text: str, wrong: bool) -> None:
    assert bool(found(narrative.goal_is_no_goal, form("已完成", text))) is wrong


def test_a_project_of_two_letters_is_no_goal_either() -> None:
    assert found(narrative.goal_is_no_goal, replace(form("已完成", "绿化"), project="绿化")) == ["B9"]


@pytest.mark.parametrize(
    "text",
    [
        (
            "保障应急、水利、林业视频互通网络相关经费未下达，项目目前无进展。应急局综合管理类资金均已下达，"
            "且资金已经支付完毕，综合管理类项目已经完成。"
        ),
        "项目尚未开展，各项任务已全部完成。",
        "资金未支付，资金已全部支付完毕。",
    ],
)
def test_a_text_that_contradicts_itself(text: str) -> None:
    assert found(narrative.text_contradicts_itself, form(text)) == ["E9"]


@pytest.mark.parametrize(
    "text",
    [
        "已完成3个村，1个村尚未开展。",
        "项目已完成，尾款未支付。",
        "除一处因雨未实施外，其余全部完成。",
        "项目已完成，资金未支付。",
        "上年未开展的工作已全部完成。",
        "全部完成。",
        "因资金未下达，项目无进展。",
        "监控系统未实施，防护网项目已完成。",
        "培训未开展，其他工作全部完成。",
        "完成主体工程，部分附属工程未实施，全部完成需到明年。",
    ],
)
def test_a_text_that_tells_parts_apart(text: str) -> None:
    assert found(narrative.text_contradicts_itself, form(text)) == []


def test_the_tasks_of_a_department_are_read_too() -> None:
    task = Task(
        name="综合项目",
        outcome="视频互通网费由于指标未下达，项目无进展；工资已经支付完成，项目已完成。",
        cells={"outcome": "G6"},
    )
    assert found(narrative.text_contradicts_itself, form(tasks=(task,))) == ["G6"]


def deadline(target: str) -> Indicator:
    return Indicator(name="完工时间", target=target, actual="完成", cells={"target": "E12"})


@pytest.mark.parametrize(
    "target, cells",
    [
        ("2023年12月底前", ["E12"]),
        ("2024年12月31日", []),
        ("12月底前", []),
        ("≥2023个", []),
        ("按2023年标准发放", []),
    ],
)
def test_a_deadline_in_another_year(target: str, cells: list[str]) -> None:
    assert found(narrative.wrong_year, form(year=2024, indicators=(deadline(target),))) == cells


def test_the_year_of_the_form_is_that_of_the_evaluation_where_the_policy_names_it() -> None:
    policy = Policy(default().parameters | {"year": Parameter("year", default().number("year") + 2024)})
    assert [finding.expected for finding in narrative.wrong_year(form(year=2023), policy)] == ["2024"]
    assert found(narrative.wrong_year, form(year=2024), policy) == []
    assert found(narrative.wrong_year, form(year=2023)) == []


def values(*pairs: str) -> tuple[Indicator, ...]:
    made = []
    for number, pair in enumerate(pairs, 12):
        target, actual = pair.split("|")
        made.append(
            Indicator(
                name=f"事项{number}",
                target=target,
                actual=actual,
                cells={"target": f"E{number}", "actual": f"F{number}"},
            )
        )
    return tuple(made)


@pytest.mark.parametrize(
    "pairs, cells",
    [
        (("≥９９%|99%",), ["E12"]),
        (("≥99%|99 %",), ["F12"]),
        (("≥99%|99%", ">=95%|95%"), ["E13"]),
        (("≥99%|99%", "≧95%|95%"), ["E13"]),
        ((">=99%|99%", ">=95%|95%"), []),
        (("≥99%|99%", "≤5个|3个", "=2个|2个"), []),
        (("=2个|2个", "═3个|3个"), ["E13"]),
        (("效果 明显|明显",), []),
    ],
)
def test_untidy_values(pairs: tuple[str, ...], cells: list[str]) -> None:
    assert found(narrative.untidy_values, form(indicators=values(*pairs))) == cells


def filing(text: str, name: str = "示例县应急管理局") -> Filing:
    return Filing(
        department=name,
        reports=(Report(file="a.docx", department=name, sections=(Section("三、部分指标情况说明", text),)),),
    )


@pytest.mark.parametrize(
    "text, name, foreign",
    [
        ("严格考核各社区各部门的工作开展情况", "示例县应急管理局", "考核各社区"),
        ("我校高度重视", "示例县应急管理局", "我校"),
        ("我校高度重视", "示例县第一中学校", None),
        ("我局高度重视", "示例县应急管理局", None),
        ("我院成立领导小组", "示例县人民医院", None),
        ("我镇认真落实", "示例县水利局", "我镇"),
        ("维护本院长期利益", "示例县教育局", None),
        ("考核各社区各部门", "示例街道办事处", None),
        ("我委积极推进", "示例县发展和改革委员会", None),
        ("我中心开展宣传", "示例县林业局", None),
        ("我局高度重视", "示例县第一小学", "我局"),
        ("我局高度重视", "示例县林业站", None),
        ("基本所需得到满足", "示例县财政局", None),
        ("自我校正", "示例县财政局", None),
    ],
)
def test_the_words_of_another_kind_of_unit(text: str, name: str, foreign: str | None) -> None:
    assert [
        finding.value for finding in foreign_text.text_of_another_kind_of_unit(filing(text, name), default())
    ] == ([foreign] if foreign else [])


@pytest.mark.parametrize("unit", ["示例县水利局", "示例县水库管理所", None])
def test_foreign_words_are_told_beside_the_units_own_name(unit: str | None) -> None:
    checked = Filing(department="示例县水利局", forms=(form("我校全部完成。", unit=unit),))
    (finding,) = foreign_text.text_of_another_kind_of_unit(checked, default())
    assert f"和本单位（{unit or '示例县水利局'}）对不上" in finding.message


def test_foreign_words_on_a_form_point_to_their_cell() -> None:
    checked = Filing(department="示例县水利局", forms=(form("我校全部完成。"),))
    assert [
        (finding.cell, finding.file, finding.sheet)
        for finding in foreign_text.text_of_another_kind_of_unit(checked, default())
    ] == [("E9", "a.xlsx", "表")]


@pytest.mark.parametrize(
    "text, rate, met, cells",
    [
        ("各项任务全部完成。", "100", "8个", ["E9,F12"]),
        ("各项任务全部完成。", "100", "10个", []),
        ("资金已全部支付完毕。", "60", "10个", ["E9,G5"]),
        ("资金已全部支付完毕。", "98", "10个", []),
        ("除培训外，其余全部完成。", "100", "8个", []),
        ("较好地完成了履职任务。", "76", "8个", []),
        ("完成培训8个。", "100", "8个", []),
        ("全部完成，培训场次不足。", "100", "8个", []),
    ],
)
def test_claims_beyond_the_figures(text: str, rate: str, met: str, cells: list[str]) -> None:
    assert found(narrative.text_claims_more_than_figures, form(text, rate=rate, met=met)) == cells


@pytest.mark.parametrize(
    "note",
    [
        "无",
        "/",
        "已完成",
        "按计划完成。",
        "原因：【待补充】；改进措施：【待补充】",
        "（100字以内）",
        None,
        "无。",
        "—",
        "---",
        "N/A",
    ],
)
def test_notes_that_tell_nothing(note: str | None) -> None:
    assert not says_something(note)


@pytest.mark.parametrize("note", ["资金未到位", "疫情影响", "由于财政未下达相关指标，资金未进行支付。"])
def test_notes_that_tell_something(note: str) -> None:
    assert says_something(note)


def test_every_list_of_phrases_compiles_and_matches_no_empty_text() -> None:
    names = (
        "instruction",
        "residue",
        "broken",
        "left",
        "budget_change",
        "empty_note",
        "no_work",
        "work_done",
        "not_paid",
        "all_paid",
        "partly",
        "all_done",
        "exception",
        "duty",
    )
    assert [name for name in names if phrases(name).search("")] == []


def test_a_department_form_is_read_like_a_project_form() -> None:
    made = Form(
        kind=DEPARTMENT,
        file="a.xlsx",
        sheet="表",
        goal=Goal(expected="<p>目标</p>", cells={"expected": "C3"}),
    )
    assert found(narrative.residue_in_text, made) == ["C3"]


@pytest.mark.parametrize(
    "note, treatment",
    [
        ("由于财政未下达相关指标，资金未进行支付。", Treatment.BUREAU),
        ("资金到位较晚，工程跨年。", Treatment.BUREAU),
        ("厂家供货延迟。", Treatment.EXPLAIN),
        ("人员安排未到位。", Treatment.EXPLAIN),
    ],
)
def test_what_the_bureau_caused_is_asked_there_and_not_blamed(note, treatment):
    rows = tuple(
        Indicator(name=name, target="=25部", actual="20部", note=note, cells={"note": cell})
        for name, cell in (("卫星电话数量", "G12"), ("对讲机数量", "G13"))
    )
    for indicators, rule in ((rows[:1], "D04"), (rows, "D05")):  # pasted: one finding, not two
        given = Form(
            kind=PROJECT,
            file="a.xlsx",
            sheet="表",
            project="示例项目",
            indicators=indicators,
            indicator_columns=frozenset(("note",)),
        )
        filing = Filing(department="示例局", files=(ReadFile(path="a.xlsx", forms=(given,)),), forms=(given,))
        asked = [finding for finding in check([filing]) if finding.rule in ("D04", "D05")]
        assert [(finding.rule, finding.treatment) for finding in asked] == [(rule, treatment)]


@pytest.mark.parametrize(
    "name, told, asked",
    [
        ("卫星电话采购数量", "电话因厂家供货延迟未到。", False),
        ("农村公路养护里程", "公路养护受资金影响少做5公里，未完成。", False),
        ("村级活动场所改造个数", "活动场所改造一处尚未验收。", False),
        ("农村公路养护里程", "农村公路通行良好。", False),  # four letters in a row
        ("农村公路养护里程", "农村道路通行良好。", True),
        ("卫星电话采购数量", "电话保障有力。", True),  # of nothing left
        ("卫星电话采购数量", "培训因疫情未开展。", True),
        ("农村公路养护里程", "", True),
    ],
)
def test_a_miss_is_asked_about_where_no_text_of_the_form_speaks_of_it(name, told, asked) -> None:
    row = Indicator(name=name, target="≥10个", actual="8个", cells={"actual": "F12"})
    checked = form(told or None, indicators=(row,))
    assert bool(found(completion.unmet_without_reason, checked)) == asked
