"""How values are written (N08): which ratios should be percents, and what an untidy value is mended to."""

from __future__ import annotations

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import PROJECT, Form, Indicator
from selfeval_xl.rules.narrative import untidy_values


@pytest.mark.parametrize(
    "target, actual, mended",
    [
        ("≥95%", "0.96", "96%"),
        ("≥95%", "0.9613", "96.13%"),
        ("≥95%", "０.９６", "96%"),
        ("90%-95%", "0.92", "92%"),
        # of a target of a few percent 0.96 may be 0.96%
        ("≥5%", "0.96", None),
        ("≥5%", "０.９６", "0.96"),
        # two numbers are not one
        ("≥95%", "０.９５-０.９８", "0.95-0.98"),
        ("≥95%", "0.96%", None),
        ("≥95%", "96", None),
        ("≥95%", "0", None),
        ("≥95处", "0.96", None),
        ("优秀", "0.96", None),
        (None, "0.96", None),
        ("≥95%", None, None),
    ],
)
def test_a_completed_value_is_mended_to_what_it_says(target, actual, mended) -> None:
    row = Indicator(name="合格率", target=target, actual=actual, cells={"target": "E12", "actual": "F12"})
    form = assess(Form(kind=PROJECT, file="a.xlsx", sheet="表", indicators=(row,)), default())
    told = [(finding.cell, finding.expected) for finding in untidy_values(form, default())]
    assert told == ([("F12", mended)] if mended else [])
