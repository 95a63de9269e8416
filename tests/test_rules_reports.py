"""Rules between a filing's report and its forms, and between departments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval_xl.model.findings import Severity
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
)
from selfeval_xl.model.listed import Explanation
from selfeval_xl.rules.runner import OtherFilings, check

LINE = FundingLine(
    source=TOTAL,
    initial_budget="120",
    annual_budget="100",
    executed="85.8",
    cells={"executed": "F8", "execution_rate": "G8"},
)
ROWS = (
    Indicator(
        level1="产出指标",
        level2="数量指标",
        name="新建泵站数量",
        target="≥26座",
        actual="26座",
        cells={"actual": "F12"},
    ),
    Indicator(
        level1="产出指标",
        level2="时效指标",
        name="工程完工及时率",
        target="≥95%",
        actual="60%",
        note="雨季停工。",
        cells={"actual": "F13"},
    ),
)


def filing(*sections: tuple[str, str]) -> Filing:
    form = Form(
        kind=DEPARTMENT,
        file="a.xlsx",
        sheet="整体",
        department="县水利局",
        money_unit="万元",
        funding=(LINE,),
        indicators=ROWS,
        cells={"department": "B2"},
    )
    report = Report(file="a.docx", sections=tuple(Section(*section) for section in sections))
    return Filing(
        department="县水利局",
        files=(ReadFile(path="a.xlsx", forms=(form,)), ReadFile(path="a.docx", reports=(report,))),
        forms=(form,),
        reports=(report,),
    )


def found(*filings: Filing, rule: str) -> list[tuple[Severity, str | None]]:
    return [(finding.severity, finding.value) for finding in check(filings) if finding.rule == rule]


@pytest.mark.parametrize(
    "text, told",
    [
        ("全年预算100万元，执行85.8万元，预算执行率85.8%。", []),
        ("全年预算1,000,000元。", []),
        ("全年预算110万元。", [(Severity.ERROR, "110万元")]),
        ("预算执行率98%。", [(Severity.ERROR, "98%")]),
        ("新建泵站26座。", []),
        ("新建泵站数量为26座。", []),
        ("新建泵站数量为27座。", [(Severity.WARNING, "27")]),
        ("上级要求全年执行率达到90%。", []),
        ("全年执行数85.8万元。", []),
        ("全年执行79万元。", [(Severity.ERROR, "79万元")]),
        ("基本支出全年执行率99%。", []),
        ("预算执行率98%。目标都已完成。", [(Severity.ERROR, "98%")]),
        ("预算执行率98%以上。", []),
        ("全年预算的98%用于维修。", []),
        ("执行率低，全年执行98万元。", [(Severity.ERROR, "98万元")]),
    ],
)
def test_a_figure_of_the_report_is_the_figure_of_the_forms(text, told):
    assert found(filing(("二、绩效目标完成情况", text)), rule="X04") == told


@pytest.mark.parametrize(
    "department, sheet, explanation",
    [
        ("县水利局", "自评报告", "口径不同"),
        ("县水利局", "整体", None),
        ("县教育局", "自评报告", None),
    ],
)
def test_a_finding_on_the_report_is_explained_in_the_departments_workbook(department, sheet, explanation):
    wrong = filing(("二、绩效目标完成情况", "预算执行率98%。"))
    written = Explanation("X04", sheet, "二、绩效目标完成情况", "98%", "口径不同")
    book = ReadFile(path="b.xlsx", explanations=(written,))
    other = Filing(department=department, files=(book,))
    given = [replace(wrong, files=(*wrong.files, book))] if department == "县水利局" else [wrong, other]
    (finding,) = [finding for finding in check(given) if finding.rule == "X04"]
    assert finding.explanation == explanation


@pytest.mark.parametrize(
    "text, told",
    [
        ("无。", 1),
        ("本年各项指标全部按要求推进。", 1),
        ("工程完工及时率只有60%，因雨季停工，下一步倒排工期。", 0),
    ],
)
def test_a_section_on_misses_explains_them(text, told):
    assert len(found(filing(("三、部分指标情况说明", text)), rule="X09")) == told


def test_a_report_without_such_a_section_is_not_asked():
    assert found(filing(("一、基本情况", "本局负责水利工作。")), rule="X09") == []


def county(*goals: tuple[str, str, str]) -> list[Filing]:
    filings = []
    for department, project, goal in goals:
        form = Form(
            kind=PROJECT,
            file=f"{department}.xlsx",
            sheet="项目01",
            department=department,
            project=project,
            goal=Goal(expected=goal, cells={"expected": "B9"}),
        )
        filings.append(
            Filing(department=department, files=(ReadFile(path=form.file, forms=(form,)),), forms=(form,))
        )
    return filings


LONG = "完成全县中小河流治理任务，保障汛期安全，改善沿线群众的生产生活条件。"


@pytest.mark.parametrize(
    "goals, told",
    [
        ([("县水利局", "河道治理", LONG), ("县林业局", "森林防火", LONG)], 1),
        ([("县水利局", "河道治理", LONG), ("县林业局", "河道治理", LONG)], 0),
        ([("县水利局", "河道治理", LONG), ("县水利局", "水库除险", LONG)], 0),
        ([("县水利局", "河道治理", "完成年度任务。"), ("县林业局", "森林防火", "完成年度任务。")], 0),
    ],
)
def test_a_goal_is_not_another_departments(goals, told):
    assert len(found(*county(*goals), rule="X08")) == told


def listing(text: str, target: str = "=25部", actual: str = "0部") -> list[str]:
    row = Indicator(
        level1="产出指标",
        level2="数量指标",
        name="数量",
        target=target,
        actual=actual,
        cells={"target": "E14", "actual": "F14"},
    )
    form = Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet="项目01",
        department="县应急管理局",
        project="应急管理",
        indicators=(row, *ROWS),
        cells={"project": "B2"},
    )
    report = Report(file="a.docx", sections=(Section("（一）绩效目标、指标完成情况", text),))
    given = Filing(
        department="县应急管理局",
        files=(ReadFile(path="a.xlsx", forms=(form,)),),
        forms=(form,),
        reports=(report,),
    )
    return [finding.value for finding in check([given]) if finding.rule == "X04"]


@pytest.mark.parametrize(
    "text, told",
    [
        ("1.数量指标：(1)卫星电话数量：26部", ["26部"]),
        ("卫星电话数量：0部", []),
        ("卫星电话数量：25部", []),
        ("甲类电话26部，乙类电话27部", []),
        ("培训26人", []),
        ("各项工作按进度完成100%", ["各项工作按进度完成100%"]),
        ("各项工作完成90%", []),
        (
            (
                "指标：(1)企业数量：49个 (2)补贴率 100% (3)畅通率：98% (4)使用率 100% (5)经济发展 100% (6)"
                "群众满意 97%"
            ),
            ["企业数量"],
        ),
        ("指标：(1)企业数量：49个 (2)补贴率 100% (3)泵站数量：26座 (4)工程完工及时率 60%", []),
    ],
)
def test_what_a_report_lists_is_what_the_forms_list(text, told):
    assert listing(text) == told


FIVE = "(1)企业产值：49个 (2)补贴率 100% (3)畅通率：98% (4)使用率 100% (5)经济发展 100%"


@pytest.mark.parametrize(
    "title, text, told",
    [
        ("二、绩效指标", FIVE, ["企业产值"]),
        ("二、工作情况", f"指标如下：{FIVE}", ["企业产值"]),
        ("二、工作情况", FIVE, []),
    ],
)
def test_only_a_list_of_indicators_is_held_against_the_forms(title: str, text: str, told: list[str]) -> None:
    assert [value for _, value in found(filing((title, text)), rule="X04")] == told


@pytest.mark.parametrize(
    "unmet, named",
    [
        (1, "有1个指标未完成（“事项0”）"),
        (3, "有3个指标未完成（“事项0”、“事项1”、“事项2”）"),
        (4, "有4个指标未完成（“事项0”、“事项1”、“事项2”等）"),
    ],
)
def test_the_unmet_of_a_report_that_says_all_is_done_are_named(unmet: int, named: str) -> None:
    rows = tuple(Indicator(name=f"事项{number}", target="≥5处", actual="3处") for number in range(unmet))
    given = filing(("二、工作情况", "各项工作按进度完成100%"))
    (form,) = given.forms
    form = replace(form, indicators=rows)
    given = replace(given, forms=(form,), files=(ReadFile(path="a.xlsx", forms=(form,)), given.files[1]))
    assert [named in finding.message for finding in check([given]) if finding.rule == "X04"] == [True]


@pytest.mark.parametrize("copies", [1, 2])
def test_a_count_whose_name_says_nothing_is_held_against_the_report_once(copies: int) -> None:
    """Also where the same form came as a workbook and in the Word file with the report."""
    given = filing(("二、绩效目标完成情况", "巡逻船艇数量：7艘"))
    row = Indicator(name="数量", target="=9艘", actual="0艘", cells={"target": "F11", "actual": "G11"})
    forms = [replace(given.forms[0], file=f"{number}.xlsx", indicators=(row,)) for number in range(copies)]
    files = [ReadFile(path=form.file, forms=(form,)) for form in forms]
    given = replace(given, forms=tuple(forms), files=(*files, given.files[1]))
    (finding,) = [finding for finding in check([given]) if finding.rule == "X04"]
    assert finding.message == (
        "报告“二、绩效目标完成情况”写“巡逻船艇数量”7艘，"
        "部门整体支出绩效自评表“数量”（没有写是什么，单位也是“艘”）的指标值是=9艘、实际完成0艘。"
    )
    assert finding.hint == "说的是同一件事的，核对后统一；不是的，请说明。"


@pytest.mark.parametrize("several, status", [(True, "ran"), (False, "skipped")])
def test_a_department_of_a_county_is_checked_by_itself_too(several: bool, status: str) -> None:
    others = OtherFilings(scanned=frozenset(), several=several)
    findings = check([filing(("二、绩效目标完成情况", "预算执行率98%。"))], county=others)
    assert [finding.value for finding in findings if finding.rule == "X04"] == ["98%"]
    assert {each.rule: each.status for each in findings.rules}["X08"] == status


@pytest.mark.parametrize("parent, told", [("县教育局", 0), ("县水利局", 1)])
def test_a_reason_is_not_another_departments_unless_one_office_stands_above_both(parent, told):
    def one(unit: str, department: str) -> Filing:
        row = Indicator(name="维修数量", target="≥5处", actual="3处", note=LONG, cells={"note": "H12"})
        form = Form(
            kind=PROJECT,
            file=f"{unit}.xlsx",
            sheet="项目01",
            department=department,
            unit=unit,
            project=f"{unit}维修",
            indicators=(row,),
            indicator_columns=frozenset(("note",)),
        )
        return Filing(department=unit, files=(ReadFile(path=form.file, forms=(form,)),), forms=(form,))

    assert len(found(one("一小", "县教育局"), one("二小", parent), rule="X08")) == told


OUTLINE = (
    ("一、部门概况", ""),
    ("（一）机构职能及组成", "负责全县水利。"),
    ("（二）人员情况", ""),
    ("三、部分指标情况说明", "各项指标均已完成。"),
    ("四、存在的问题和建议", " "),
    ("五、其他需说明的问题", "无"),
)


@pytest.mark.parametrize(
    ("sheet", "beside", "said"),
    [
        ("自评报告", (), "自评报告有2段没有写：“（二）人员情况”、“四、存在的问题和建议”。"),
        (None, (), None),  # a Word file: a section may hold a table or a picture
        ("自评报告", (Report(file="b.docx", sections=(Section("一、概况", "负责水利。"),)),), None),
    ],
)
def test_a_report_written_in_part_is_told(sheet, beside, said):
    """A chapter with sections below it needs no text of its own; 无 is one."""
    report = Report(file="a.xlsx", sheet=sheet, sections=tuple(Section(*each) for each in OUTLINE))
    filing = Filing(
        department="县水利局",
        files=(ReadFile(path="a.xlsx", reports=(report,)),),
        reports=(report, *beside),
    )
    found = [one for one in check([filing]) if one.rule == "N12"]
    assert [one.message for one in found] == ([said] if said else [])
    assert [(one.sheet, one.treatment.value) for one in found] == ([("自评报告", "fix")] if said else [])
