"""Sums of printed amounts: wrong only where no numbers that are printed so give the total."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval_xl.assessment.policy import default
from selfeval_xl.model.forms import TOTAL, Form, FundingLine
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.rules.funding import total_is_not_the_sum
from selfeval_xl.rules.sums import Span, exact, printed, summed

SOURCES = ("其他资金", "当年财政拨款", "上年结转资金", "单位资金")


def table(amounts: list[str], total: str, unit: str) -> Form:
    """A form whose executed amounts are these."""
    lines = [
        FundingLine(source=source, executed=amount, cells={"executed": f"F{row}"})
        for row, (source, amount) in enumerate(zip(SOURCES, amounts), 6)
    ]
    lines.append(FundingLine(source=TOTAL, executed=total, cells={"executed": "F5"}))
    return Form(kind="project", file="a.xlsx", sheet="表", money_unit=unit, funding=tuple(lines))


def half_a_digit(text: str) -> Decimal:
    """Half of the last digit that is printed."""
    return Decimal(1).scaleb(-len(text.partition(".")[2])) / 2


def fits(amounts: list[str], total: str) -> bool:
    """Whether some numbers that are printed as these amounts add up to one printed as the total."""
    apart = abs(sum(map(Decimal, amounts)) - Decimal(total))
    return apart <= sum(map(half_a_digit, amounts)) + half_a_digit(total)


def generated(rnd: random.Random) -> tuple[list[str], str, str]:
    """Amounts, a total beside their sum, and the unit; 0 to 4 decimals, each amount its own."""
    unit = rnd.choice(("元", "万元"))
    most = 10**7 if unit == "元" else 10**4
    digits = rnd.choice((None, 0, 1, 2, 3, 4))
    amounts = []
    for _ in range(rnd.randint(1, 4)):
        places = rnd.randint(0, 4) if digits is None else digits
        amounts.append(f"{Decimal(rnd.randrange(most * 10**places)) / 10**places:.{places}f}")
    places = rnd.randint(0, 4) if digits is None else digits
    off = (
        rnd.choice((0, 0, 1, 2, 3, 5, 40))
        * rnd.choice((-1, 1))
        * half_a_digit("0." + "0" * places if places else "0")
    )
    total = sum(map(Decimal, amounts)) + off
    return amounts, f"{total:.{places}f}", unit


def test_ten_thousand_tables_are_wrong_exactly_where_no_numbers_fit():
    rnd, wrong = random.Random(16), 0
    for _ in range(10_000):
        amounts, total, unit = generated(rnd)
        if Decimal(total) < 0:
            continue
        found = list(total_is_not_the_sum(table(amounts, total, unit), default()))
        assert bool(found) == (not fits(amounts, total)), (amounts, total, unit)
        wrong += bool(found)
    assert 2_000 < wrong < 8_000  # both happen often


@pytest.mark.parametrize(
    "amounts, total, wrong",
    [
        (["33.3", "33.3", "33.3"], "100.0", False),
        (["33.3", "33.3", "33.0"], "100.0", True),
        (["57.04"], "57.05", False),
        (["57.04"], "57.06", True),
        (["10", "0"], "11", False),
        (["10", "0"], "12", True),
    ],
)
def test_examples(amounts, total, wrong):
    assert bool(list(total_is_not_the_sum(table(amounts, total, "万元"), default()))) == wrong


def test_what_a_cell_shows_counts_not_how_the_number_is_written():
    """100.00 under the format 0.00 is exact to the cent, although the number is 100."""
    form = table(["33.3", "33.3", "33.3"], "100", "万元")
    shown = [
        FundingLine(
            **{
                **{key: getattr(line, key) for key in ("source", "executed", "cells")},
                "decimals": {"executed": 2},
            }
        )
        for line in form.funding
    ]
    assert list(total_is_not_the_sum(form, default())) == []
    exact_form = Form(kind="project", file="a", sheet="表", money_unit="万元", funding=tuple(shown))
    assert [finding.cell for finding in total_is_not_the_sum(exact_form, default())] == ["F5,F6,F7,F8"]


NUMBERS = st.decimals(-1000, 1000, places=3, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(NUMBERS, st.integers(0, 4)), min_size=1, max_size=5))
def test_a_sum_holds_every_sum_of_numbers_inside(parts):
    spans = [printed(number, digits) for number, digits in parts]
    total = summed(spans)
    assert total.low <= sum(number for number, _ in parts) <= total.high
    assert total.meets(exact(sum((span.low for span in spans), Decimal())))
    assert not total.meets(exact(total.high + Decimal("0.001")))


@given(NUMBERS, NUMBERS.filter(lambda number: number > 1), st.integers(0, 3), st.integers(0, 3))
def test_a_quotient_holds_the_quotients_of_the_ends(above, below, digits, more):
    upper, lower = printed(above, digits), printed(below, more)
    if lower.low <= 0:
        return
    quotient = upper.over(lower)
    for one in upper:
        for other in lower:
            assert quotient.low <= one / other <= quotient.high


def test_a_quotient_holds_no_more_than_that():
    two_to_four = Span(Decimal(2), Decimal(4))
    assert two_to_four.over(two_to_four) == Span(Decimal("0.5"), Decimal(2))


def test_the_size_of_a_span_is_never_below_zero():
    assert Span(Decimal(2), Decimal(3)).size() == Span(Decimal(2), Decimal(3))
    assert Span(Decimal(-3), Decimal(2)).size() == Span(Decimal(0), Decimal(3))
    assert Span(Decimal(-3), Decimal(-2)).size() == Span(Decimal(2), Decimal(3))
    assert {*AMOUNTS} == {"initial_budget", "annual_budget", "executed"}
