"""What changed between two versions: value by value, each with its cell; what only moved did not change."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from selfeval_xl import templates
from selfeval_xl.model.forms import Goal, ReadFile, Report, Section
from selfeval_xl.workflows.diff import ADDED, CHANGED, REMOVED, differences
from support.command import selfeval
from support.county_files import form


def file(*forms, **more):
    return ReadFile(path="a.xlsx", forms=forms, **more)


def told(old, new):
    return [
        (change.change, change.subject, change.label, change.old, change.new)
        for change in differences([file(*old)], [file(*new)])
    ]


def with_rows(base, **changes):
    """The form with its first indicator changed."""
    return replace(base, indicators=(replace(base.indicators[0], **changes), *base.indicators[1:]))


BASE = form("a.xlsx")


def test_the_same_values_elsewhere_are_no_change():
    assert told([BASE], [replace(BASE, sheet="别的", indicators=tuple(reversed(BASE.indicators)))]) == []


@pytest.mark.parametrize(("old", "new"), [("25部", "25 部"), ("/", None), ("—", "无")])
def test_spaces_and_signs_for_nothing_are_no_change(old, new):
    assert told([with_rows(BASE, actual=old)], [with_rows(BASE, actual=new)]) == []


def test_numbers_are_compared_as_numbers_and_nothing_is_not_zero():
    money = replace(BASE, funding=(replace(BASE.funding[0], executed="50.00"), BASE.funding[1]))
    none = replace(BASE, funding=(replace(BASE.funding[0], executed=None), BASE.funding[1]))
    zero = replace(BASE, funding=(replace(BASE.funding[0], executed="0"), BASE.funding[1]))
    assert told([BASE], [money]) == [] and told([none], [zero]) == [
        (CHANGED, "合计", "全年执行数", None, "0")
    ]


def test_a_changed_value_has_its_cells_in_both_versions():
    moved = with_rows(BASE, actual="20部", cells={"actual": "H30"})
    (change,) = differences([file(BASE)], [file(moved)])
    assert (change.subject, change.old, change.new, change.cells, change.sheets) == (
        "卫星电话数量",
        "25部",
        "20部",
        ("F12", "H30"),
        ("项目01", "项目01"),
    )


def test_a_renamed_indicator_is_matched_by_likeness_and_another_is_added():
    assert told([BASE], [with_rows(BASE, name="卫星电话采购数量")]) == [
        (CHANGED, "卫星电话采购数量", "三级指标", "卫星电话数量", "卫星电话采购数量")
    ]
    found = told(
        [BASE],
        [
            replace(
                BASE,
                indicators=(*BASE.indicators, replace(BASE.indicators[0], name="群众满意度", target="≥90%")),
            )
        ],
    )
    assert [item[:3] for item in found] == [(ADDED, "群众满意度", "整行")] and "≥90%" in found[0][4]


def test_heads_goals_rows_forms_and_reports():
    changed = replace(BASE, total_score="95", goal=Goal(expected="修好校舍"), funding=BASE.funding[:1])
    assert [item[:3] for item in told([BASE], [changed])] == [
        (CHANGED, "", "自评得分"),
        (CHANGED, "年度总体目标", "预期目标"),
        (REMOVED, "当年财政拨款", "整行"),
    ]
    other = replace(BASE, project="完全不同的事情", project_code="9")
    assert {item[0] for item in told([BASE, other], [BASE])} == {REMOVED}
    reports = [
        file(reports=(Report(file="a.docx", department="甲", sections=(Section("一、概况", text),)),))
        for text in ("旧文", "新文")
    ]
    assert [(change.subject, change.old, change.new) for change in differences(reports[:1], reports[1:])] == [
        ("一、概况", "旧文", "新文")
    ]


def test_the_command_tells_people_and_programs(tmp_path):
    for name, actual in (("旧.xlsx", "9辆"), ("新.xlsx", "10辆")):
        templates.fill_in(
            "jilin-2024",
            tmp_path / name,
            projects=[
                {
                    "project": "校车",
                    "unit": "示例局",
                    "indicators": [
                        {
                            "level1": "产出指标",
                            "level2": "数量指标",
                            "name": "校车数量",
                            "target": "≥10辆",
                            "actual": actual,
                        }
                    ],
                }
            ],
            year=2024,
        )
    run = selfeval("diff", "旧.xlsx", "新.xlsx", "--json", cwd=tmp_path)
    (change,) = json.loads(run.stdout)["changes"]
    assert run.returncode == 0 and (
        change["change"],
        change["field"],
        change["old"],
        change["new"],
        change["old_cell"],
    ) == ("changed", "actual", "9辆", "10辆", change["new_cell"])
    assert "共1处不同" in selfeval("diff", "旧.xlsx", "新.xlsx", cwd=tmp_path).stdout
    assert "完全一样" in selfeval("diff", "旧.xlsx", "旧.xlsx", cwd=tmp_path).stdout
    assert selfeval("diff", "旧.xlsx", "没有.xlsx", cwd=tmp_path).returncode == 2
