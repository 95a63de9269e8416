"""The connection to the open workbook; waits while the spreadsheet program is busy."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from selfeval_xl.errors import UsageError

if TYPE_CHECKING:
    from selfeval_xl.addin.host import Host

# The numbers of the errors that Excel's object model gives while a cell is being edited or a dialog is open.
BUSY = frozenset((-2147418111, -2147417846, -2146777998))
WORKING = "绩效自评：正在处理……"
TRIES, PAUSE = 20, 0.25  # how often a busy program is asked again, and after how many seconds
EDITING = (
    "Excel正忙：可能正在编辑一个单元格，或者开着一个对话框。请按回车或Esc结束编辑、关闭对话框，再按一次。"
)
NO_BOOK = (
    "没有找到要处理的工作簿。请先打开自评表；如果表上方有“启用编辑”，先点它；"
    "同时开着几个Excel窗口时，先点一下要处理的那个窗口，再按一次。"
)
NO_XLWINGS = "缺少组件xlwings，按钮不能用。请重新安装插件，或改用命令 selfeval check。"


def connect(button: str) -> Host:
    """The book whose button was pressed. Raises UsageError where there is none, or the program stays busy."""
    try:
        import xlwings
    except ImportError as error:
        raise UsageError(NO_XLWINGS) from error
    from selfeval_xl.addin.host import Host

    try:
        return patiently(lambda: Host(xlwings.Book.caller(), button))
    except (KeyError, AttributeError, xlwings.XlwingsError) as error:
        raise UsageError(NO_BOOK) from error
    except Exception as error:
        if type(error) is not Exception:  # xlwings raises a bare one where no book called
            raise
        raise UsageError(NO_BOOK) from error


def patiently(ask: Callable[[], Any], tries: int = TRIES, pause: float = PAUSE) -> Any:
    """The answer of the program, asked again after `pause` seconds while it is busy.

    Raises UsageError where it stays busy.
    """
    for _ in range(tries):
        try:
            return ask()
        except BaseException as error:
            if not is_busy(error):
                raise
            time.sleep(pause)
    raise UsageError(EDITING)


def is_busy(error: BaseException) -> bool:
    """Whether the program refused because a cell is being edited or a dialog is open.

    An error of its object model has the number in `hresult` or in `excepinfo`.
    """
    info: Sequence[object] = getattr(error, "excepinfo", None) or ()
    return getattr(error, "hresult", None) in BUSY or len(info) > 5 and info[5] in BUSY
