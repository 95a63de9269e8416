"""Periods as people write them; the right answers were written down before the program ran."""

from __future__ import annotations

import pytest

from selfeval_xl.model.periods import dates_of, last_month

MONTHS = """
1-7月 = 7
1—8月 = 8
1～6月 = 6
1至7月 = 7
１－７月 = 7
1月-7月 = 7
1月至7月 = 7
2024年1-7月 = 7
2024年1月至2024年7月 = 7
2024年1月1日至7月31日 = 7
2024年1月1日—2024年8月31日 = 8
一至七月 = 7
一季度 = 3
第一季度 = 3
前三季度 = 9
三季度末 = 9
1-3季度 = 9
前两季度 = 6
上半年 = 6
半年 = 6
2024年上半年（1-6月） = 6
截至8月底 = 8
截止2024年8月31日 = 8
截至8月15日 = 7
截至2024-07-31 = 7
2024.7.31 = 7
20240731 = 7
2024年7月 = 7
7月 = 7
8月份 = 8
前7个月 = 7
1-10月 = 10
1-12月 = 12
全年 = 12
1-7月执行数 = 7
 = ?
- = ?
下半年 = ?
年中 = ?
第一次监控 = ?
2024年 = ?
1-7月（截至8月底） = ?
截至1月10日 = ?
13月 = ?
1-7 = ?
"""
DATES = """
2024年1月-2026年12月 = 2024-01-01 2026-12-31
2024年1月—2024年12月 = 2024-01-01 2024-12-31
2024—2026年 = 2024-01-01 2026-12-31
2024-2026 = 2024-01-01 2026-12-31
2024年至2026年 = 2024-01-01 2026-12-31
2024年-2026年 = 2024-01-01 2026-12-31
2024年 = 2024-01-01 2024-12-31
2024年度 = 2024-01-01 2024-12-31
2024年1月1日至2024年6月30日 = 2024-01-01 2024-06-30
2024-01-01至2026-12-31 = 2024-01-01 2026-12-31
2024.01-2024.12 = 2024-01-01 2024-12-31
2024/3/1-2025/2/28 = 2024-03-01 2025-02-28
20240101-20241231 = 2024-01-01 2024-12-31
2024年3月-12月 = 2024-03-01 2024-12-31
2024年2月-2024年2月 = 2024-02-01 2024-02-29
3年（2024-2026年） = 2024-01-01 2026-12-31
2024-2026年（3年） = 2024-01-01 2026-12-31
3年 = ?
长期 = ?
一年 = ?
2024年起 = ?
2024年12月 = ?
2024-12 = ?
2026年-2024年 = ?
2024年2月30日-2024年12月31日 = ?
2024年、2025年 = ?
 = ?
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [
        (text.strip(), answer.strip())
        for text, _, answer in (line.rpartition("=") for line in table.strip("\n").splitlines())
    ]


@pytest.mark.parametrize(("text", "answer"), pairs(MONTHS))
def test_the_last_month_of_a_monitoring(text, answer):
    assert str(last_month(text or None) or "?") == answer


@pytest.mark.parametrize(("text", "answer"), pairs(DATES))
def test_the_dates_of_a_project(text, answer):
    period = dates_of(text or None)
    written = "?" if period is None else " ".join("{}-{:02}-{:02}".format(*day) for day in period)
    assert written == answer
