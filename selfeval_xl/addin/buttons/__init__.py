"""The buttons of the ribbon: a function for each, named by its id in `ribbon.toml`.

The work is done in the modules that they call.
A new button: a row in `ribbon.toml`, its id in `ready` there, and a function here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selfeval_xl.addin.host import Host

_calling: list[Host] = []


@contextmanager
def calling(host: Host) -> Iterator[None]:
    """Makes this the book that the buttons work on, for the time of a `with` block."""
    _calling.append(host)
    try:
        yield
    finally:
        _calling.pop()


def _host() -> Host:
    """The book whose button is pressed; without `press`, from a script, the book that xlwings names."""
    if _calling:
        return _calling[-1]
    from selfeval_xl.addin.connecting import connect

    return connect("")


# 填报


def add_project() -> None:
    """新增项目表"""
    from selfeval_xl.addin.buttons.new_form import add_project

    add_project(_host())


def insert_indicator() -> None:
    """插入指标行"""
    from selfeval_xl.addin.buttons.insert_row import insert_indicator

    insert_indicator(_host())


def yuan_to_wan() -> None:
    """元转万元"""
    from selfeval_xl.addin.buttons.amounts import yuan_to_wan

    yuan_to_wan(_host())


def tidy_text() -> None:
    """规范文字"""
    from selfeval_xl.addin.buttons.fill import tidy_text

    tidy_text(_host())


def compute_rates() -> None:
    """计算执行率"""
    from selfeval_xl.addin.buttons.fill import compute_rates

    compute_rates(_host())


def fill_deviations() -> None:
    """填写偏差"""
    from selfeval_xl.addin.buttons.fill import fill_deviations

    fill_deviations(_host())


def undo() -> None:
    """撤销本次"""
    from selfeval_xl.addin.buttons.undo import undo

    undo(_host())


# 自查


def check_book() -> None:
    """校验整本"""
    from selfeval_xl.addin.buttons.check import check_book

    check_book(_host())


def check_sheet() -> None:
    """校验本表"""
    from selfeval_xl.addin.buttons.check import check_sheet

    check_sheet(_host())


def previous_finding() -> None:
    """上一个问题"""
    from selfeval_xl.addin.buttons.next_finding import step

    step(_host(), -1)


def next_finding() -> None:
    """下一个问题"""
    from selfeval_xl.addin.buttons.next_finding import step

    step(_host(), 1)


def explain() -> None:
    """填写单位说明"""
    from selfeval_xl.addin.buttons.next_finding import explain

    explain(_host())


def clear_marks() -> None:
    """清除标注"""
    from selfeval_xl.addin.buttons.check import clear_marks

    clear_marks(_host())


# 报送


def make_report() -> None:
    """生成自评报告"""
    from selfeval_xl.addin.buttons.report import make_report

    make_report(_host())


def make_submission() -> None:
    """生成报送件"""
    from selfeval_xl.addin.buttons.submit import make_submission

    make_submission(_host())


# 财政审核


def issue_books() -> None:
    """生成下发表"""
    from selfeval_xl.addin.buttons.bureau import issue_books

    issue_books(_host())


def consolidate_county() -> None:
    """汇总全县"""
    from selfeval_xl.addin.buttons.bureau import consolidate_county

    consolidate_county(_host())


def make_returns() -> None:
    """生成退回件"""
    from selfeval_xl.addin.buttons.bureau import make_returns

    make_returns(_host())


def make_reminders() -> None:
    """生成催报通知"""
    from selfeval_xl.addin.buttons.bureau import make_reminders

    make_reminders(_host())


def open_ledger() -> None:
    """打开台账"""
    from selfeval_xl.addin.buttons.bureau import open_ledger

    open_ledger(_host())


# 帮助


def show_guide() -> None:
    """填报说明"""
    from selfeval_xl.addin.buttons.help import show_guide

    show_guide(_host())


def look_up_rule() -> None:
    """规则查询"""
    from selfeval_xl.addin.buttons.help import look_up_rule

    look_up_rule(_host())


def settings() -> None:
    """设置"""
    from selfeval_xl.addin.buttons.help import settings

    settings(_host())


BUTTONS = frozenset(
    (
        "add_project",
        "insert_indicator",
        "yuan_to_wan",
        "tidy_text",
        "compute_rates",
        "fill_deviations",
        "undo",
        "check_book",
        "check_sheet",
        "previous_finding",
        "next_finding",
        "explain",
        "clear_marks",
        "make_report",
        "make_submission",
        "issue_books",
        "consolidate_county",
        "make_returns",
        "make_reminders",
        "open_ledger",
        "show_guide",
        "look_up_rule",
        "settings",
    )
)
