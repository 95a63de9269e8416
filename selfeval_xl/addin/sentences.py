"""Sentences that the buttons in Excel and the check without COM have in common."""

from __future__ import annotations

NO_FORM = (
    "这个工作簿里没有找到自评表（监控表、申报表）。请确认打开的是这些表；如果是，请核对表头“三级指标、年度指标值、"
    "实际完成值”等是否还在。"
)

NO_DEVIATIONS = "监控表、申报表里没有偏差要填：一年还没有完，完成率、偏差率到自评时才算。"


def no_such_form(sheet: str) -> str:
    """The sentence on a sheet that is to be checked alone and is no form."""
    return (
        f"“{sheet}”不是自评表、监控表或申报表，没有可以校验的内容。请先点开要校验的那张表，或者用“校验整本”。"
    )
