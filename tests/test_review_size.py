"""The re-check of a county of 400 projects takes seconds."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from selfeval_xl.workflows.review.reviewing import review
from selfeval_xl.workflows.review.sampling import sample
from support import papers
from support.county_files import form, published, received

pytestmark = pytest.mark.soak


def test_a_tenth_of_400_projects_is_drawn_in_10_seconds_and_summed_up_in_5(tmp_path):
    files = [
        received(
            f"县第{number}局.xlsx",
            *(
                form("", f"第{number}局的第{each}个项目", department=f"县第{number}局", total_score="30")
                for each in range(5)
            ),
            department=f"县第{number}局",
        )
        for number in range(80)
    ]
    published(tmp_path / "县.xlsx", *files)
    begun = time.perf_counter()
    drawn = sample(tmp_path / "县.xlsx", tmp_path / "抽查", share=Decimal("0.1"))
    drawing = time.perf_counter() - begun
    assert drawn.eligible == 400 and len(drawn.chosen) == 40
    for each in drawn.chosen:
        papers.agree(drawn.out / each.file)
    begun = time.perf_counter()
    made = review(drawn.out, tmp_path / "复核汇总.xlsx")
    reviewing = time.perf_counter() - begun
    print(f"\n抽查40份：{drawing:.1f}秒；复核汇总：{reviewing:.1f}秒")
    assert made.sums.checked == 40 and made.sums.difference == 0
    assert drawing <= 10 and reviewing <= 5
