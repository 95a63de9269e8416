"""N10: a number in the outcome that is not the completed value of the indicator it speaks of."""

from __future__ import annotations

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import PROJECT, Form, Goal, Indicator
from selfeval_xl.rules.narrative import text_claims_more_than_figures


def told(outcome: str, *rows: str) -> list[tuple[str | None, str]]:
    """Cell and message of the findings on an outcome and rows written `三级 指标值 完成值`."""
    made = []
    for number, text in enumerate(rows, 12):
        name, target, actual = text.split()
        cells = {"target": f"E{number}", "actual": f"F{number}"}
        made.append(
            Indicator(
                level1="产出指标", level2="数量指标", name=name, target=target, actual=actual, cells=cells
            )
        )
    goal = Goal(expected="按计划实施。", actual=outcome, cells={"expected": "B9", "actual": "E9"})
    form = Form(kind=PROJECT, file="a.xlsx", sheet="表", goal=goal, indicators=tuple(made))
    return [
        (found.cell, found.message)
        for found in text_claims_more_than_figures(assess(form, default()), default())
    ]


@pytest.mark.parametrize(
    ("outcome", "row", "said"),
    [
        ("开展培训12场，提高了业务水平。", "培训场次 ≥12场 8场", "培训12场"),
        ("全年硬化村组道路15公里。", "村组道路硬化里程 ≥15公里 12.6公里", "村组道路15公里"),
        ("购置卫星电话25部，已投入使用。", "卫星电话数量 =25部 20部", "卫星电话25部"),
        ("治理隐患点16处。", "治理隐患点数量 ≥15处 15处", "隐患点16处"),
        ("群众满意度达到96%。", "群众满意度 ≥90% 92%", "群众满意度达到96%"),
        ("发放困难群众补贴，受益群众1.2万人。", "受益群众人数 ≥10000人 9800人", "受益群众1.2万人"),
        ("1.检查企业共计320家；2.整改隐患。", "检查企业数量 ≥300家 230家", "企业共计320家"),
        ("群众满意度达到95%以上。", "群众满意度 ≥90% 92%", "群众满意度达到95%以上"),
        ("新建机井6眼，配套水泵。", "新建机井数量 ≥6眼 3眼", "机井6眼"),
    ],
)
def test_a_number_that_is_not_the_completed_value(outcome, row, said):
    ((cell, message),) = told(outcome, row)
    name, _, actual = row.split()
    assert cell == "E9,F12"
    assert message == f"目标完成情况写“{said}”，“{name}”的实际完成值是“{actual}”，两处对不上。"


def test_two_numbers_are_one_finding():
    ((cell, message),) = told(
        "开展培训12场，购置卫星电话25部。", "培训场次 ≥12场 8场", "卫星电话数量 =25部 20部"
    )
    assert cell == "E9,F12,F13" and message.startswith("目标完成情况有2个数和指标对不上：写“培训12场”，")


@pytest.mark.parametrize(
    ("outcome", "row"),
    [
        ("开展培训8场。", "培训场次 ≥12场 8场"),
        ("开展培训8期。", "培训场次 ≥12场 8场次"),
        ("培训群众1.2万人次。", "培训群众人次 ≥10000人次 12000人次"),
        ("培训群众1.2万人次。", "培训群众人次 ≥10000人次 12040人次"),
        ("计划培训12场，实际开展8场。", "培训场次 ≥12场 8场"),
        ("上年培训12场。", "培训场次 ≥12场 8场"),
        ("三年来累计培训120场。", "培训场次 ≥40场 38场"),
        ("乡级培训12场，县级培训8场。", "培训场次 ≥20场 20场"),
        ("完成东部片区培训12场。", "培训场次 ≥20场 20场"),
        ("其中线上培训12场。", "培训场次 ≥20场 20场"),
        ("群众满意度达到90%以上。", "群众满意度 ≥90% 92%"),
        ("群众满意度95%。", "群众满意度 ≥90% 95.3%"),
        ("培训约12场。", "培训场次 ≥12场 11场"),
        ("还需培训4场，已培训8场。", "培训场次 ≥12场 8场"),
        ("治理隐患点16处，其中去年遗留1处。", "治理隐患点数量 ≥15处 15处"),
        ("隐患点治理合格率100%。", "治理隐患点数量 ≥15处 14处"),
        ("购置卫星电话，投入25万元。", "卫星电话数量 =25部 20部"),
        ("卫星电话25部中已有20部到货。", "卫星电话数量 =25部 20部"),
        ("群众满意度提高5个百分点。", "群众满意度 ≥90% 92%"),
        ("培训场次未完成12场。", "培训场次 ≥12场 8场"),
        ("目标为购置卫星电话25部。", "卫星电话数量 =25部 20部"),
        ("购置卫星电话25部。", "卫星电话数量 =25部 有效"),
        ("道路验收15公里。", "道路硬化里程 ≥20公里 20公里"),
    ],
)
def test_numbers_that_agree_or_speak_of_something_else(outcome, row):
    assert told(outcome, row) == []


def test_the_same_thing_in_two_rows_is_not_compared():
    assert told("开展培训12场。", "业务培训场次 ≥8场 8场", "培训场次 ≥4场 4场", "安全培训场次 ≥4场 4场") == []


def test_a_claim_that_all_was_done_is_told_first_and_alone():
    ((cell, message),) = told("开展培训12场，各项任务全部完成。", "培训场次 ≥12场 8场")
    assert "写“全部完成”" in message and cell == "E9,F12"
