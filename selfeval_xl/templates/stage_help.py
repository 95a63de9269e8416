"""Help while filling in the forms of the earlier stages: messages and lists by stage and kind of cell."""

from __future__ import annotations

from selfeval_xl.layouts.layout import CAUSE, CAUSES, OUTLOOK
from selfeval_xl.model.forms import DECLARATION, MONITORING, Outlook
from selfeval_xl.templates.indicator_block import TICK

Validation = dict[str, str | float | bool | list[str]]  # the options of XlsxWriter's data_validation

MONTHS = ("1-4月", "1-6月", "1-7月", "1-8月", "1-9月", "1-10月")  # that a monitoring form usually covers
NATURES = ("新增项目", "延续项目")
OUTLOOKS = tuple(outlook.label for outlook in Outlook)


def _list(values: tuple[str, ...], title: str, message: str) -> Validation:
    """A drop-down with a message on selecting the cell; for any other value Excel asks."""
    return {
        "validate": "list",
        "source": list(values),
        "input_title": title,
        "input_message": message,
        "error_type": "information",
        "error_title": "可从下拉框选",
        "error_message": f"常用的有：{'、'.join(values)}。",
    }


def _prompt(title: str, message: str) -> Validation:
    return {"validate": "any", "input_title": title, "input_message": message}


_MONITORING: dict[str, Validation] = {
    "through": _list(MONTHS, "监控月份", "选这次监控到几月，各表的表头跟着变。没有的可直接写，例如 1-5月。"),
    "actual": _prompt(
        "执行情况", "写到监控月底实际完成了多少，数字带单位，例如 60公里、45%；还没有开始的写0，不要留空。"
    ),
    "forecast": _prompt(
        "全年预计完成情况", "写预计到年底能完成多少，数字带单位，例如 118公里；一般不少于已经完成的数。"
    ),
    "outlook": _list(OUTLOOKS, "完成目标可能性", "从下拉框选。选“完全不可能”的，在左边勾选偏差原因并写明。"),
    "note": _prompt("原因说明", "与目标有偏差的，写明原因和拟采取的措施。没有偏差的不用写。"),
    "other.remark": _prompt("备注", "预计到年底不能完成目标的，写明原因和拟采取的措施。"),
}
_MONITORING |= {
    f"{CAUSE}{cause}": _list((TICK,), cause, f"偏差是因为{why}的，选“{TICK}”；不是的留空。")
    for cause in CAUSES
    for why in (cause.replace("其他", "别的原因"),)
}
_MONITORING |= {
    f"{OUTLOOK}{outlook.value}": _list(
        (TICK,), "完成目标可能性", f"“{outlook.label}”的选“{TICK}”；三格只选一格。"
    )
    for outlook in Outlook
}
_DECLARATION: dict[str, Validation] = {
    "other.nature": _list(NATURES, "项目属性", "新增项目，或者延续项目。"),
    "period": _prompt("项目期", "写起止年度，例如 2025年-2027年；只做一年的写 2025年。"),
    "medium_target": _prompt("中期指标值", "整个项目期要达到的，连同符号和单位写全，例如 ≥360公里。"),
}
STAGE_HELP = {MONITORING: _MONITORING, DECLARATION: _DECLARATION}
