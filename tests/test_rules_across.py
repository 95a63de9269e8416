"""The rules between the forms of a filing: the same indicator, the same project."""

from __future__ import annotations

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.model.forms import DEPARTMENT, PROJECT, Filing, Form, Indicator, Task
from selfeval_xl.rules import across

NAME = "业务培训举办期数"


def form(kind: str, *values: str, name: str = NAME, **more) -> Form:
    """A form with an indicator for each completed value."""
    rows = tuple(
        Indicator(name=name, actual=value, target="≥1期", cells={"actual": f"F{number}"})
        for number, value in enumerate(values, 12)
    )
    return Form(kind=kind, file="a.xlsx", sheet=kind, indicators=rows, **more)


def filing(*forms: Form) -> Filing:
    return Filing(department="示例县水利局", forms=forms)


@pytest.mark.parametrize(
    "whole, parts, differs",
    [
        ("12期", ["5期", "7期"], False),
        ("12期", ["5期", "12期"], False),
        ("14期", ["5期", "7期"], True),
        ("12期", ["5期", "若干"], False),
        ("若干", ["5期", "7期"], False),
        ("12期", ["若干"], False),
        ("95.5%", ["95%"], False),
        ("95.6%", ["95%"], True),
        ("1年", ["12月"], False),
        ("1年", ["0月"], True),
        ("95%", ["12期"], False),
    ],
)
def test_a_completed_value_is_that_of_a_project_or_the_sum(whole, parts, differs):
    """Each value stands for all that round to it; where one cannot be counted, nothing is said."""
    forms = filing(form(DEPARTMENT, whole), *(form(PROJECT, part, project=part) for part in parts))
    assert [finding.cell for finding in across.completions_differ(forms, default())] == ["F12"] * differs


@pytest.mark.parametrize(
    "task, project, found",
    [
        ("应急管理综合类项目", "应急管理类综合管理项目", ["C20"]),
        ("应急管理类综合管理项目", "应急管理类综合管理项目", []),
        ("防汛抗旱物资储备", "应急管理类综合管理项目", []),
        ("农村公路安全设施建设", "农村公路养护工程", []),
    ],
)
def test_a_task_that_sounds_like_a_project_is_asked_about(task, project, found):
    whole = form(DEPARTMENT, tasks=(Task(name=task, cells={"name": "C20"}),))
    findings = across.project_named_differently(filing(whole, form(PROJECT, project=project)), default())
    assert [finding.cell for finding in findings] == found
