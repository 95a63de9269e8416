"""X14: indicators that the self-evaluation dropped or added since the declaration, and those reworded."""

from __future__ import annotations

import pytest

from selfeval_xl.model.findings import Treatment
from selfeval_xl.model.forms import DECLARATION, MONITORING
from selfeval_xl.rules.runner import check
from support.stage_forms import stage_form
from test_rules_stages import HEAD, filing, row, self_evaluation

KEPT = row("维修水闸数量", "≥20处")
EXPLAIN, BUREAU = Treatment.EXPLAIN, Treatment.BUREAU


def indicator(name: str, target: str, levels: str = "产出指标 数量指标") -> dict[str, str]:
    first, second = levels.split()
    return {"一级指标": first, "二级指标": second, "三级指标": name, "年度指标值": target}


def changed(own, earlier, kind=DECLARATION):
    """The findings of X14 on these rows."""
    forms = self_evaluation(rows=own), stage_form(kind, rows=earlier, **HEAD)
    return [each for each in check([filing(*forms)]) if each.rule == "X14"]


def test_a_dropped_indicator_is_named_with_its_cell_on_the_declaration():
    (finding,) = changed([KEPT], [KEPT, indicator("清淤长度", "≥1公里")])
    assert finding.message == (
        "绩效目标申报表“declaration.xlsx”的“表1”里的“清淤长度”（C12，≥1公里），自评表里没有。"
    )
    assert (finding.cell, finding.treatment) == (None, EXPLAIN)
    assert [(each.file, each.cell) for each in finding.related] == [("declaration.xlsx", "C12")]


def test_an_added_indicator_is_named_with_its_cell_on_the_self_evaluation():
    (finding,) = changed([KEPT, indicator("清淤长度", "≥1公里")], [KEPT])
    assert finding.message == ("“清淤长度”（C12，≥1公里），绩效目标申报表“declaration.xlsx”的“表1”里没有。")
    assert (finding.file, finding.cell, finding.treatment) == ("自评表.xlsx", "C12", EXPLAIN)
    assert [(each.file, each.cell) for each in finding.related] == [("declaration.xlsx", None)]


def test_several_of_them_are_one_finding_each_way():
    more = [indicator("清淤长度", "≥1公里"), indicator("培训班期数", "≥3期")]
    other = [indicator("群众知晓率", "≥90%", "效益指标 社会效益指标")]
    dropped, added = changed([KEPT, *other], [KEPT, *more])
    assert "“清淤长度”（C12，≥1公里）、“培训班期数”（C13，≥3期）" in dropped.message
    assert "“群众知晓率”（C12，≥90%）" in added.message


# Reworded: nobody is accused, the bureau is told what was not compared.
REWORDED = [
    (indicator("改造供水工程数量", "≥30处"), indicator("新建改建供水点数量", "≥28处")),
    (indicator("道路硬化里程", "≥5公里"), indicator("修建水泥路长度", "≥5公里")),
    (indicator("参训人员数量", "≥100人"), indicator("培训人次", "≥100人次")),
    (
        indicator("受益群众满意度", "≥90%", "满意度指标 服务对象满意度指标"),
        indicator("服务对象满意度", "≥95%", "满意度指标 服务对象满意度指标"),
    ),
    (
        indicator("验收合格率", "=100%", "产出指标 质量指标"),
        indicator("工程一次通过验收比例", "=100%", "产出指标 质量指标"),
    ),
]


@pytest.mark.parametrize("own, declared", REWORDED, ids=lambda each: each["三级指标"])
def test_a_reworded_indicator_is_no_fault(own, declared):
    (finding,) = changed([KEPT, own], [KEPT, declared])
    assert (finding.treatment, finding.cell) == (BUREAU, "C12")
    assert own["三级指标"] in finding.message and declared["三级指标"] in finding.message
    assert "没有比对" in finding.message
    assert [each.cell for each in finding.related] == ["C12"]


def test_an_indicator_that_was_split_or_merged_is_no_fault():
    whole = indicator("维修水闸和泵站数量", "≥30处")
    parts = [indicator("维修水闸数量", "≥20处"), indicator("维修泵站数量", "≥10处")]
    for own, declared in ((parts, [whole]), ([whole], parts)):
        assert {each.treatment for each in changed(own, declared)} == {BUREAU}
    (finding,) = changed([KEPT], [KEPT, indicator("维修水闸完成率", "=100%", "产出指标 质量指标")])
    assert finding.treatment is BUREAU and "并到了别的指标里" in finding.message


def test_two_forms_without_any_indicator_in_common_are_the_bureaus_to_look_at():
    (finding,) = changed([KEPT], [indicator("清淤长度", "≥1公里")])
    assert finding.treatment is BUREAU


def test_what_was_not_a_target_is_not_missed():
    assert changed([KEPT], [KEPT, indicator("清淤长度", ""), indicator("", "≥5处")]) == []
    assert changed([KEPT, indicator("清淤长度", "/")], [KEPT]) == []
    assert changed([KEPT], []) == []


def test_without_a_declaration_the_monitoring_form_is_the_measure():
    (finding,) = changed([KEPT], [KEPT, indicator("清淤长度", "≥1公里")], MONITORING)
    assert "绩效运行监控表" in finding.message and finding.treatment is EXPLAIN


def test_with_both_it_is_said_once():
    more = indicator("清淤长度", "≥1公里")
    forms = [stage_form(kind, rows=[KEPT, more], **HEAD) for kind in (DECLARATION, MONITORING)]
    own = self_evaluation(rows=[KEPT])
    assert len([each for each in check([filing(own, *forms)]) if each.rule == "X14"]) == 1
