"""Scoring as counties score: bands, points off for each percentage point, points of the levels."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.assessment.scoring import execution_score
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.errors import PolicyError
from selfeval_xl.model.forms import TOTAL, Form, FundingLine, Indicator
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.execution_scores import execution_score_wrong
from selfeval_xl.rules.scores import points_do_not_add_up, score_out_of_proportion


@pytest.fixture
def county(tmp_path):
    """A function: the policy with these parameters as a county types them in its file."""

    def read(**values: str) -> Policy:
        file = tmp_path / "参数.toml"
        file.write_text("\n".join(f'[{key}]\nvalue = "{value}"' for key, value in values.items()), "utf-8")
        return load(file)

    return read


def scored(
    target: str, actual: str, points: str, score: str, name: str = "培训人数", level1: str = "产出指标"
):
    row = Indicator(
        level1=level1,
        level2="数量指标",
        name=name,
        target=target,
        actual=actual,
        points=points,
        score=score,
        cells={"score": "H13", "points": "G13"},
    )
    return Form(
        kind="project",
        file="a",
        sheet="表",
        indicators=(row,),
        indicator_columns=frozenset(("points", "score")),
    )


@pytest.mark.parametrize(
    "actual, expected",
    [("120人", "20"), ("129人", "20"), ("130人", "18"), ("199人", "18"), ("200人", "15"), ("80人", "16")],
)
def test_over_fulfilment_loses_a_fixed_number_of_points_by_bands(county, actual, expected):
    rules = county(over_bands="30%：2、100%：5")
    form = assess(scored("≥100人", actual, "20", "20"), rules)
    assert form.indicators[0].expected_score == Decimal(expected)
    found = list(score_out_of_proportion(form, rules))
    assert bool(found) == (expected != "20")
    assert list(score_out_of_proportion(assess(scored("≥100人", actual, "20", expected), rules), rules)) == []


@pytest.mark.parametrize("actual, score", [("108.7%", "0.65"), ("100%", "5"), ("98%", "5"), ("130%", "0")])
def test_points_come_off_for_each_percentage_point(county, actual, score):
    rules = county(point_standards="在职人员控制率：100%：0.5、三公经费变动率：0%：0.8")
    form = assess(scored("≤100%", actual, "5", score, name="在职人员控制率"), rules)
    assert form.indicators[0].expected_score == Decimal(score)
    assert list(score_out_of_proportion(form, rules)) == []


def test_a_value_that_a_standard_cannot_score_is_not_judged(county):
    rules = county(point_standards="在职人员控制率：100%：0.5")
    form = assess(scored("≤100%", "已控制", "5", "5", name="在职人员控制率"), rules)
    assert form.indicators[0].expected_score is None and list(score_out_of_proportion(form, rules)) == []


@pytest.mark.parametrize(
    "rate, score", [("0.96", "10"), ("0.95", "10"), ("0.93", "8"), ("0.85", "6"), ("0.5", "0")]
)
def test_the_execution_score_by_bands(county, rate, score):
    rules = county(execution_score_bands="95%：10、90%：8、80%：6")
    assert execution_score(Decimal(10), Decimal(rate), rules) == Decimal(score)
    executed = str(Decimal(rate) * 100)
    line = FundingLine(
        source=TOTAL, annual_budget="100", executed=executed, points="10", score=score, cells={"score": "I5"}
    )
    form = assess(Form(kind="project", file="a", sheet="表", funding=(line,)), rules)
    assert list(execution_score_wrong(form, rules)) == []
    wrong = replace(form, funding=(replace(form.funding[0], score="3"),))
    assert [finding.expected for finding in execution_score_wrong(wrong, rules)] == [score]


def test_the_points_of_a_level_are_the_countys(county):
    rules = county(level_points="产出：50、效益：30")
    form = scored("≥10个", "10个", "90", "90")
    assert [(finding.expected, finding.value) for finding in points_do_not_add_up(form, rules)] == [
        ("50", "90")
    ]
    assert list(points_do_not_add_up(form, default())) == []


@pytest.mark.parametrize(
    "name, typed",
    [
        ("over_bands", "30%"),
        ("over_bands", "多：2"),
        ("execution_score_bands", "95%：10：3"),
        ("level_points", "产出"),
        ("point_standards", "在职人员控制率：0.5"),
        ("point_standards", "在职人员控制率：多：0.5"),
    ],
)
def test_a_typing_error_is_one_sentence_with_an_example(county, name, typed):
    with pytest.raises(PolicyError, match="应写成"):
        county(**{name: typed})
