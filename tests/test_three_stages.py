"""A county through declaration, monitoring and self-evaluation: each difference is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.county import consolidate
from selfeval_xl.model.forms import Form, FundingLine, Indicator
from selfeval_xl.rules.earlier_stages import unlike_declaration, unlike_monitoring
from support.command import selfeval
from support.monitoring_forms import Monitoring, Row, write
from support.season import rows_of

YEAR = 2024


@dataclass(frozen=True)
class Project:
    """A project whose numbers follow from its number, so that the test knows what differs."""

    number: int

    @property
    def name(self) -> str:
        return f"示例项目{self.number:03}"

    @property
    def department(self) -> str:
        return f"示例局{self.number % 10}"

    @property
    def declared(self) -> int:
        return 20 + self.number % 7

    @property
    def target(self) -> int:
        return self.declared + (self.number % 5 == 0)

    @property
    def reported(self) -> int:
        return 10 + self.number % 5

    @property
    def done(self) -> int:
        return self.reported - 3 if self.number % 7 == 0 else self.target

    @property
    def certain(self) -> str:
        return "确定能" if self.number % 2 == 0 else "有可能"

    @property
    def pleased(self) -> str:
        return "85%" if self.number % 3 == 0 else "95%"

    @property
    def executed(self) -> int:
        return 40 if self.number % 11 == 0 else 90

    @property
    def differences(self) -> int:
        """Findings of X14: target; completion below the reported one; certain and unmet; money below."""
        return sum(self.number % part == 0 for part in (5, 7, 6, 11))


def declare(path, project: Project) -> None:
    """A declaration in the Ministry's frame."""
    book = openpyxl.Workbook()
    for row in (
        ["项目支出绩效目标申报表"],
        [f"（{YEAR}年度）"],
        ["项目名称", project.name],
        ["主管部门及代码", project.department, None, "实施单位", project.department],
        ["项目属性", "延续项目", None, "项目期", "1年"],
        ["项目资金（万元）", "年度资金总额：", 100],
        [None, "其中：财政拨款", 100],
        [None, "其他资金", 0],
        ["年度目标", "按计划完成改造任务，提高群众满意度。"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值"],
        [None, "产出指标", "数量指标", "改造点数量", f"≥{project.declared}处"],
        [None, "满意度指标", "服务对象满意度指标", "群众满意度", "≥90%"],
    ):
        book.active.append(row)
    book.save(path)


def evaluate(path, project: Project) -> None:
    """A self-evaluation in the Ministry's frame, without scores."""
    book = openpyxl.Workbook()
    for row in (
        ["项目支出绩效自评表"],
        [f"（{YEAR}年度）"],
        ["项目名称", project.name],
        ["主管部门", project.department, None, "实施单位", project.department],
        ["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "执行率"],
        [None, "年度资金总额", 100, 100, project.executed, f"{project.executed}.00%"],
        [None, "其中：当年财政拨款", 100, 100, project.executed, f"{project.executed}.00%"],
        ["年度总体目标", "预期目标", None, "实际完成情况"],
        [
            None,
            "按计划完成改造任务，提高群众满意度。",
            None,
            f"改造{project.done}处，群众满意度{project.pleased}。",
        ],
        [
            "绩效指标",
            "一级指标",
            "二级指标",
            "三级指标",
            "年度指标值",
            "实际完成值",
            "偏差原因分析及改进措施",
        ],
        [None, "产出指标", "数量指标", "改造点数量", f"≥{project.target}处", f"{project.done}处", None],
        [None, "满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", project.pleased, None],
    ):
        book.active.append(row)
    book.save(path)


def make_stages(folder, number: int) -> list[Project]:
    """The three folders 申报, 监控 and 自评 with a file for each project."""
    projects = [Project(each) for each in range(number)]
    for name in ("申报", "监控", "自评"):
        (folder / name).mkdir()
    for project in projects:
        declare(folder / "申报" / f"{project.name}.xlsx", project)
        evaluate(folder / "自评" / f"{project.name}.xlsx", project)
        rows = (
            Row(
                "数量指标",
                "改造点数量",
                f"≥{project.declared}处",
                f"{project.reported}处",
                f"{project.declared}处",
                "确定能",
            ),
            Row("满意度", "群众满意度", "≥90%", "92%", "93%", project.certain),
        )
        form = Monitoring(project.name, project.department, "", 100, 50, 100, rows)
        write(folder / "监控" / f"{project.name}.xlsx", form)
    return projects


def check_county(folder, number: int) -> None:
    """Consolidates with both stages and compares each number with what the projects say."""
    projects = make_stages(folder, number)
    out = folder / "全县.xlsx"
    county = consolidate(folder / "自评", out, declared=folder / "申报", monitored=folder / "监控")
    assert county.notes == () and county.project_forms == number
    found = Counter(row["项目名称"] for row in rows_of(out, "审核问题") if row["规则编号"] == "X14")
    assert found == Counter({each.name: each.differences for each in projects if each.differences})
    rows = {(row["项目名称"], row["三级指标"]): row for row in rows_of(out, "指标明细")}
    assert len(rows) == 2 * number
    for each in projects:
        built, pleased = rows[each.name, "改造点数量"], rows[each.name, "群众满意度"]
        assert (built["申报指标值"], built["监控预计"], built["监控结论"]) == (
            f"≥{each.declared}处",
            f"{each.declared}处",
            "确定能",
        )
        assert (pleased["申报指标值"], pleased["监控预计"], pleased["监控结论"]) == (
            "≥90%",
            "93%",
            each.certain,
        )
    outlooks = Counter(row["监控结论"] for row in rows.values())
    certain = number + sum(each.number % 2 == 0 for each in projects)
    assert outlooks == {"确定能": certain, "有可能": 2 * number - certain}
    deviations = {(row["项目名称"], row["三级指标"]): row for row in rows_of(out, "偏差清单")}
    for each in projects:
        if each.number % 7 == 0:
            assert deviations[each.name, "改造点数量"]["申报指标值"] == f"≥{each.declared}处"
            assert deviations[each.name, "改造点数量"]["监控结论"] == "确定能"
        if each.number % 3 == 0:
            assert deviations[each.name, "群众满意度"]["监控预计"] == "93%"


def test_a_small_county_is_compared_with_its_earlier_stages(tmp_path):
    check_county(tmp_path, 36)


@pytest.mark.soak
def test_a_county_of_four_hundred_is_compared_with_its_earlier_stages(tmp_path):
    check_county(tmp_path, 400)


def test_what_is_not_found_in_the_folders_is_said(tmp_path):
    make_stages(tmp_path, 3)
    (tmp_path / "申报" / "说明.xlsx").write_bytes((tmp_path / "自评" / "示例项目000.xlsx").read_bytes())
    declare(tmp_path / "申报" / "只有申报.xlsx", Project(9))
    evaluate(tmp_path / "自评" / "只有自评.xlsx", Project(8))
    out = tmp_path / "全县.xlsx"
    run = selfeval("consolidate", tmp_path / "自评", "-o", out, "--declared", tmp_path / "申报")
    assert run.returncode == 0 and "说明.xlsx" in run.stdout and "没有读出绩效目标申报表" in run.stdout
    told = run.stdout.replace("\n", "")
    assert "--declared读出绩效目标申报表4张；1张没有对上自评表：示例项目009（只有申报.xlsx）" in told
    assert "自评表有1张没有对上，没有比：示例项目008" in told
    missing = selfeval("consolidate", tmp_path / "自评", "-o", out, "--monitored", tmp_path / "没有")
    assert missing.returncode == 2 and "--monitored" in missing.stderr


def test_the_next_run_without_the_folders_takes_the_columns_away(tmp_path):
    make_stages(tmp_path, 3)
    out = tmp_path / "全县.xlsx"
    consolidate(tmp_path / "自评", out, declared=tmp_path / "申报", monitored=tmp_path / "监控")
    assert {row["监控结论"] for row in rows_of(out, "指标明细")} == {"确定能", "有可能"}
    consolidate(tmp_path / "自评", out)
    assert {row["监控结论"] for row in rows_of(out, "指标明细")} == {""}
    assert not [
        row for row in rows_of(out, "审核问题") if row["规则编号"] == "X14" and row["状态"] != "已修改"
    ]


def test_renamed_indicators_and_far_forecasts_are_held_against_each_other():
    def form(kind: str, *rows: Indicator, spent: str | None = None, forecast: str | None = None) -> Form:
        line = FundingLine(source="合计", annual_budget="100", executed=spent, forecast=forecast)
        made = Form(kind=kind, file="a.xlsx", sheet="表", money_unit="万元", funding=(line,), indicators=rows)
        return assess(made, default())

    own = form(
        "project",
        Indicator(level1="产出指标", name="维修学校数", target="≥12所", actual="12所"),
        Indicator(level1="产出指标", name="购置电脑数量（台）", target="≥50台", actual="60台"),
        spent="40",
    )
    declared = form(
        "declaration",
        Indicator(level1="产出指标", name="维修学校数量", target="≥15所"),
        Indicator(level1="产出指标", name="购置电脑数量", target="≥50台"),
    )
    monitored = form(
        "monitoring",
        Indicator(level1="产出指标", name="购置电脑数量", target="≥50台", actual="30台", forecast="300台"),
        Indicator(level1="产出指标", name="维修学校数量", target="≥12所", actual="6所", forecast="12所"),
        spent="30",
        forecast="90",
    )
    said = [found.message for found in unlike_declaration(own, declared)]
    assert len(said) == 1 and "维修学校数" in said[0] and "≥15所" in said[0]
    said = [found.message for found in unlike_monitoring(own, monitored, Decimal("0.3"))]
    assert len(said) == 2 and "远小于" in said[0] and "90万元" in said[0]
    assert "购置电脑数量" in said[1] and "300台" in said[1] and "差得远" in said[1]
