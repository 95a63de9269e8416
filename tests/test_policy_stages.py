"""A county's own rules say on which stage they hold; a policy is tried on folders of any stage."""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl.errors import PolicyError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import DECLARATION, MONITORING, SELF
from selfeval_xl.readers import read_file
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.runner import check
from selfeval_xl.rules.trial_run import rehearse
from support.command import selfeval
from support.declarations import declare
from support.monitoring_forms import write
from test_monitoring_workbook import DAM, SCHOOL, WATER
from test_three_stages import Project, evaluate

RULE = """
[['自定义规则']]
"规则号" = "本县1"
"适用范围" = "{scope}"
"条件" = '{condition}'
"级别" = "核实"
"提示语" = "{message}"
"""
TOO_FEW = RULE.format(scope="表", condition="指标个数 >= 9", message="指标只有{指标个数}个。")


def policy(folder, text: str):
    path = folder / "本县.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def found(rules, *paths) -> list[tuple[str, str]]:
    """File and message of the findings of 本县1."""
    files = [read_file(path) for path in paths]
    findings = check(gather(files, stages=True), rules, files)
    return [(each.file.rsplit("/", 1)[-1], each.message) for each in findings if each.rule == "本县1"]


@pytest.fixture
def three(tmp_path):
    """A file of each stage: 2 indicators evaluated, 3 monitored, 3 declared."""
    evaluate(tmp_path / "自评.xlsx", Project(1))
    write(tmp_path / "监控.xlsx", WATER)
    declare(tmp_path / "申报.xlsx", "农村饮水安全", "县水利局")
    return [tmp_path / name for name in ("自评.xlsx", "监控.xlsx", "申报.xlsx")]


SAID = {
    SELF: ("自评.xlsx", "指标只有2个。"),
    MONITORING: ("监控.xlsx", "指标只有3个。"),
    DECLARATION: ("申报.xlsx", "指标只有3个。"),
}


@pytest.mark.parametrize(
    "line, stages",
    [
        ("", (SELF,)),
        ('"环节" = ""', (SELF,)),
        ('"环节" = "自评"', (SELF,)),
        ('"环节" = "监控"', (MONITORING,)),
        ('"环节" = "申报"', (DECLARATION,)),
        ('"环节" = "监控、申报"', (MONITORING, DECLARATION)),
        ('"环节" = "全部"', (SELF, MONITORING, DECLARATION)),
    ],
)
def test_a_rule_holds_on_the_stages_that_it_names_else_on_self_evaluations(line, stages, three, tmp_path):
    rules = policy(tmp_path, TOO_FEW + line)
    assert rules.county_rules[0].stages == stages
    assert sorted(found(rules, *three)) == sorted(SAID[stage] for stage in stages)


def test_an_unknown_stage_is_explained(tmp_path):
    with pytest.raises(
        PolicyError, match="环节应写自评、监控、申报、全部，几个的用顿号隔开；现在写的是“年中”"
    ):
        policy(tmp_path, TOO_FEW + '"环节" = "年中"')


def test_a_rule_may_ask_for_what_only_monitoring_has(tmp_path):
    """校舍维修 forecasts 8栋 where 9 are done, 140 of 200万元; 水库除险加固 gives two up."""
    write(tmp_path / "监控.xlsx", WATER, DAM, SCHOOL)
    rules = policy(
        tmp_path,
        RULE.format(scope="指标", condition='完成目标可能性 <> "完全不可能"', message="“{三级指标}”完不成。")
        + '"环节" = "监控"',
    )
    assert {message for _, message in found(rules, tmp_path / "监控.xlsx")} == {
        "“加固水库数量”完不成。",
        "“受益人口”完不成。",
    }
    rules = policy(
        tmp_path,
        RULE.format(
            scope="资金行",
            condition="全年预计执行数 >= 年初预算数 * 0.9",
            message="预计只用{全年预计执行数}。",
        )
        + '"环节" = "监控"',
    )
    assert {message for _, message in found(rules, tmp_path / "监控.xlsx")} == {
        "预计只用140。",
        "预计只用60。",
    }


def test_a_policy_is_tried_on_a_folder_of_monitoring_forms(tmp_path):
    """Two forms of two or three indicators."""
    (tmp_path / "收").mkdir()
    write(tmp_path / "收" / "水利.xlsx", WATER, DAM)
    rules = policy(tmp_path, TOO_FEW + '"环节" = "监控"')
    files = [read_file(tmp_path / "收" / "水利.xlsx")]
    (tried,) = rehearse(rules, files)
    assert (tried.rule, tried.before, tried.after) == ("本县1", 0, 2)
    run = selfeval("policy", "try", tmp_path / "本县.toml", tmp_path / "收")
    assert run.returncode == 0, run.stderr
    assert "绩效运行监控表2张" in run.stdout and "指标只有3个" in run.stdout
    checked = selfeval("policy", "check", tmp_path / "本县.toml").stdout
    assert "用在绩效运行监控表" in checked


def test_a_policy_workbook_offers_the_stages_and_older_ones_without_the_column_hold(tmp_path):
    out = tmp_path / "参数表.xlsx"
    assert selfeval("policy", "template", "-o", out).returncode == 0
    book = openpyxl.load_workbook(out)
    sheet = book["自定义规则"]
    assert [cell.value for cell in sheet[1]][-1] == "环节"
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert '"自评,监控,申报,全部"' in lists.values()
    for column, value in enumerate(("本县1", "表", "指标个数 >= 9", "核实", "", "太少", "", "申报"), 1):
        sheet.cell(2, column).value = value
    book.save(out)
    assert load(out).county_rules[0].stages == (DECLARATION,)
    sheet.delete_cols(8)
    book.save(out)
    assert load(out).county_rules[0].stages == (SELF,)
