"""Reasons that only say that a price or a number changed: no measure is in them (D04)."""

from __future__ import annotations

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.reasons import has_measure, lacks_measure


@pytest.mark.parametrize(
    "note",
    [
        "人工单价上调",
        "人工单价上调。",
        "油价上调，运费增加",
        "因电价上调所致。",
        "设备采购价下调",
        "由于材料价格普遍上涨，用工成本上升",
        "参训人数减少；需求下降",
        "汇率波动较大",
        "受钢材价格大幅上涨影响",
    ],
)
def test_a_change_by_itself_is_no_measure(note):
    assert lacks_measure(note, default()) and not has_measure(note)


@pytest.mark.parametrize(
    "note",
    [
        "人工单价上调，下一步压减用工，控制总费用",
        "单价上浮，已与供货商协商下调单价",
        "油价上调，今后优化线路，降低运费",
        "人工单价上调，已申请追加预算",
        "将协商单价下调",
        "督促施工方工程量增加",
    ],
)
def test_a_change_that_somebody_makes_may_be_a_measure(note):
    assert not lacks_measure(note, default())
