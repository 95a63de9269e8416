"""The county bulletin: every figure is that of 总览, and nobody is named who is not to be named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest

from selfeval_xl import consolidate
from selfeval_xl.assessment.policy import default
from selfeval_xl.errors import UsageError
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.reports.bulletin import amount, annexes, county_bulletin, share
from selfeval_xl.workflows.reports.county_figures import county_figures
from selfeval_xl.writers.word.blocks import TableBlock, TextBlock
from support.command import selfeval
from support.counties import send
from support.rosters import department, project, write_roster

pytestmark = pytest.mark.slow  # the papers of a whole county

SILENT = "示例县残疾人联合会"


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The made-up county with a department that is silent, its workbook, and the bulletin of its figures."""
    root = tmp_path_factory.mktemp("bulletin")
    departments, _ = made_up()
    due = {"归口股室": "农业股", "报送截止日期": "2025-03-31"}
    for made in departments:
        send(root / "收" / made.code / "自评表.xlsx", made)
    listed = [department(made.code, made.name, **due) for made in departments]
    wanted = [
        (each["project_code"], made.code, each["project"]) for made in departments for each in made.projects
    ]
    wanted.append(("2219900000001", "199", "残疾人康复示例项目"))
    roster = write_roster(
        root / "名册.xlsx",
        单位名册=[*listed, department("199", SILENT, **due | {"归口股室": "社保股"})],
        项目=[project(*row, 金额单位="万元", 是否免评="否", 是否公开="是") for row in wanted],
    )
    consolidate(root / "收", root / "汇总.xlsx", roster=roster)
    made = county_bulletin(root / "收", root / "通报.docx", roster=roster, today=date(2025, 5, 6))
    return root, departments, made.figures


@pytest.fixture(scope="module")
def overview(county) -> list[list]:
    """The page 总览 as rows of values."""
    return [
        list(row)
        for row in openpyxl.load_workbook(county[0] / "汇总.xlsx", data_only=True)["总览"].iter_rows(
            values_only=True
        )
    ]


def below(overview: list[list], label: str):
    """The figure below a head."""
    row, column = next(
        (r, c) for r, line in enumerate(overview) for c, value in enumerate(line) if value == label
    )
    return overview[row + 1][column]


def beside(overview: list[list], label: str, after: str = "") -> list:
    """The figures right of a label, in the block that begins with `after`."""
    first = next(
        r
        for r, line in enumerate(overview)
        if any(isinstance(value, str) and after in value for value in line)
    )
    for line in overview[first:]:
        for column, value in enumerate(line):
            if value == label:
                return [each for each in line[column + 1 :] if each is not None]
    raise AssertionError(label)


def test_reporting_is_that_of_the_overview(county, overview):
    _, _, figures = county
    told = {
        "应报部门": figures.departments["due"],
        "已报部门": figures.departments["came"],
        "其中逾期": figures.departments["late"],
        "未报部门": figures.departments["silent"],
        "已评项目": figures.projects["assessed"],
        "漏报项目": figures.projects["missing"],
        "名册外项目": figures.projects["extra"],
        "免评项目": figures.projects["exempt"],
    }
    assert (
        told == {label: below(overview, label) for label in told}
        and told["未报部门"] == 1
        and told["漏报项目"] == 1
    )


def test_money_is_that_of_the_overview(county, overview):
    _, _, figures = county
    initial, annual, executed, rate, unspent = beside(overview, "合计", "二、资金情况")[:5]
    assert [
        float(figures.money[key]) for key in ("initial_budget", "annual_budget", "executed", "unspent")
    ] == pytest.approx([initial, annual, executed, unspent])
    assert float(figures.rate) == pytest.approx(rate, abs=1e-4)


def test_the_bands_of_execution_are_those_of_the_overview(county, overview):
    _, _, figures = county
    for name, count, budget in figures.bands:
        projects, _, whole = beside(overview, name, "三、执行率分布")[:3]
        assert (count, float(budget)) == (projects, pytest.approx(whole)), name
    assert sum(count for _, count, _ in figures.bands) == 60


def test_indicators_and_grades_are_those_of_the_overview(county, overview):
    _, _, figures = county
    cells = beside(overview, "合计", "四、指标完成")[:8]
    total, met, exceeded, unmet, zero, undetermined, blank, rate = cells
    told = figures.indicators
    assert [told[key] for key in ("total", "met", "exceeded", "unmet", "zero", "open", "blank")] == [
        total,
        met,
        exceeded,
        unmet,
        zero,
        undetermined,
        blank,
    ]
    assert total == met + unmet + undetermined + blank
    assert float(figures.completion) == pytest.approx(rate, abs=1e-4)
    for grade, count, _ in figures.grades:
        assert count == beside(overview, "不评分表式" if grade == "不评分" else grade, "五、自评等级")[0]
    assert figures.projects["full"] == beside(overview, "满分（100分）项目数", "五、自评等级")[0]


def test_causes_are_those_of_the_overview(county, overview):
    _, _, figures = county
    for cause, indicators, projects in figures.causes:
        assert [indicators, projects] == beside(overview, cause, "六、偏差原因")[:2], cause
    assert sum(indicators for _, indicators, _ in figures.causes) == figures.indicators["unmet"]


def test_problems_are_counted_as_in_the_list_of_findings(county):
    root, _, figures = county
    sheet = openpyxl.load_workbook(root / "汇总.xlsx", data_only=True)["审核问题"]
    head, *rows = sheet.iter_rows(values_only=True)
    title, severity = head.index("规则名称"), head.index("级别")
    assert figures.problems and len(figures.problems) <= 10
    for problem in figures.problems:
        assert problem.findings == sum(row[title] == problem.title for row in rows)
    assert {
        row[severity] for row in rows if row[title] in {problem.title for problem in figures.problems}
    } <= {"错误", "核实"}


def test_every_figure_stands_in_the_text(county):
    root, _, figures = county
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(root / "通报.docx")).paragraphs)
    money, told = figures.money, figures.indicators
    assert (
        f"应报部门13个，已报12个（其中逾期{figures.departments['late']}个），未报1个；已评项目60个，漏报1个。"
        in text
    )
    assert (
        f"全年预算{amount(money['annual_budget'])}万元，全年执行{amount(money['executed'])}万元，"
        f"执行率{share(figures.rate)}，未执行{amount(money['unspent'])}万元。"
    ) in text
    assert (
        f"项目绩效指标{told['total']}个，已完成{told['met']}个" in text
        and f"完成率{share(figures.completion)}。" in text
    )
    headings = [
        paragraph.text
        for paragraph in docx.Document(str(root / "通报.docx")).paragraphs
        if paragraph.style.name == "Heading 1"
    ]
    assert (
        headings[:4] == ["一、总体情况", "二、主要问题", "三、未完成原因", "四、下一步工作"]
        and headings[4] == "附件1：未报部门名单"
    )
    assert "县财政局\n2025年5月6日" in text


def test_without_a_roster_nobody_is_said_to_be_due(county, tmp_path):
    county_bulletin(county[0] / "收", tmp_path / "通报.docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "通报.docx")).paragraphs)
    assert "已报部门12个，已评项目60个。" in text and "应报" not in text and "附件1：未报" not in text


def test_examples_name_nobody_unless_the_policy_says_so(county, tmp_path):
    root, departments, _ = county
    policy = tmp_path / "参数.toml"
    policy.write_text("name_departments = '是'\n", encoding="utf-8")
    county_bulletin(root / "收", tmp_path / "点名.docx", roster=root / "名册.xlsx", policy=policy)
    texts = [part_two(path) for path in (root / "通报.docx", tmp_path / "点名.docx")]
    names = [department.name for department in departments] + [
        project["project"] for department in departments for project in department.projects
    ]
    assert [name for name in names if name in texts[0]] == [] and any(
        department.name in texts[1] for department in departments
    )


def part_two(path: Path) -> str:
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    return text[text.index("二、主要问题") : text.index("三、未完成原因")]


def test_the_missing_and_low_execution_are_listed(county):
    _, departments, figures = county
    tables = [block for block in annexes(figures) if isinstance(block, TableBlock)]
    assert tables[0].rows == [("1", SILENT, "社保股", "1")]
    low = next(table for table in tables if table.head[-1] == "执行率")
    assert [row[2] for row in low.rows] == [row["project"] for row in figures.low] and all(
        float(row[-1].rstrip("%")) < 60 for row in low.rows
    )


def test_projects_proposed_for_a_second_look_are_listed():
    project = {
        "department": "示例局",
        "project": "示例项目",
        "status": "已报",
        "annual_budget": None,
        "executed": None,
        "execution_rate": None,
        "score": None,
        "grade": "优",
        "initial_budget": None,
        "unspent": None,
    }
    tables = {
        "projects": [project | {"sample": "是", "sample_reason": "满分"}, project | {"sample": "否"}],
        "submissions": [],
        "departments": [],
        "indicators": [],
        "deviations": [],
        "findings": [],
    }
    figures = county_figures(tables, default())
    (table,) = [block for block in annexes(figures) if isinstance(block, TableBlock)]
    assert table.rows == [("1", "示例局", "示例项目", "满分")] and not [
        block for block in annexes(figures) if isinstance(block, TextBlock)
    ]


def test_the_bulletin_is_a_valid_word_file(county, assert_valid_ooxml):
    assert_valid_ooxml(county[0] / "通报.docx")


def test_the_command_writes_it_and_refuses_what_it_cannot_use(county, tmp_path):
    root, _, _ = county
    run = selfeval(
        "report", root / "收", "--county", "-o", tmp_path / "通报.docx", "--roster", root / "名册.xlsx"
    )
    assert run.returncode == 0 and run.stderr == "" and (tmp_path / "通报.docx").exists()
    (tmp_path / "空").mkdir()
    with pytest.raises(UsageError, match="没有自评表"):
        county_bulletin(tmp_path / "空", tmp_path / "通报2.docx")
    assert selfeval("report", root / "名册.xlsx", "--county", "-o", tmp_path / "通报3.docx").returncode == 2
