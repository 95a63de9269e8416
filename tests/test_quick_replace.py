"""The quicker `replace` of records gives what that of the standard library gives."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import Filing, Form, FundingLine, Indicator, Judgement, ReadFile, Verdict
from selfeval_xl.model.records import replace

CHANGES = [
    (
        Indicator(name="培训人次", target="≥80人次", cells={"target": "E12"}),
        {"judgement": Judgement(Verdict.MET)},
    ),
    (Indicator(name="培训人次"), {}),
    (FundingLine(source="其他资金", executed="0"), {"rate": Decimal(0)}),
    (Finding(message="填错了", cell="B2"), {"rule": "D03", "severity": Severity.ERROR, "file": "表.xlsx"}),
    (Form(kind="project", file="表.xlsx", sheet="表"), {"indicators": (Indicator(name="一"),), "year": 2024}),
    (ReadFile(path="表.xlsx"), {"forms": ()}),
    (Filing(department="教育局"), {"basis": "名册"}),
    (Judgement(None), {"verdict": Verdict.UNMET}),
]


@pytest.mark.parametrize("record, changes", CHANGES, ids=lambda value: type(value).__name__)
def test_it_is_that_of_the_standard_library(record, changes):
    before = repr(record)
    copy = replace(record, **changes)
    assert copy == dataclasses.replace(record, **changes) and type(copy) is type(record)
    assert copy is not record and repr(record) == before


def test_the_copy_is_frozen_too():
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(Indicator(name="一"), name="二").name = "三"


def test_a_field_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        replace(Indicator(name="一"), nmae="二")
