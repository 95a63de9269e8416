"""One click: from the calling book to the button and its message.

Errors are shown in Chinese, with a log for the developer.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import SelfevalError, UsageError, cause_of

if TYPE_CHECKING:
    from .host import Host

# The numbers of the errors that Excel's object model gives while a cell is being edited or a dialog is open.
BUSY = frozenset((-2147418111, -2147417846, -2146777998))
WORKING = "绩效自评：正在处理……"
TRIES, PAUSE = 20, 0.25
EDITING = (
    "Excel正忙：可能正在编辑一个单元格，或者开着一个对话框。请按回车或Esc结束编辑、关闭对话框，再按一次。"
)
NO_BOOK = (
    "没有找到要处理的工作簿。请先打开自评表；如果表上方有“启用编辑”，先点它；"
    "同时开着几个Excel窗口时，先点一下要处理的那个窗口，再按一次。"
)
NO_XLWINGS = "缺少组件xlwings，按钮不能用。请重新安装插件，或改用命令 selfeval check。"


def run(button: str) -> None:
    """Presses a button; see `selfeval_xl.addin.press`."""
    host = None
    try:
        host = connect(button)
        press_on(host, button)
    except KeyboardInterrupt:
        tell(host, "已停止。")
    except BaseException as error:  # a bug of ours too: the person gets a sentence, the developer the log
        tell(host, told(error, button))


def connect(button: str) -> Host:
    """The book that called. Raises UsageError where there is none, or where the program stays busy."""
    try:
        import xlwings
    except ImportError as error:
        raise UsageError(NO_XLWINGS) from error
    from .host import Host

    try:
        return patiently(lambda: Host(xlwings.Book.caller(), button))
    except (KeyError, AttributeError, xlwings.XlwingsError) as error:
        raise UsageError(NO_BOOK) from error
    except Exception as error:
        if type(error) is not Exception:  # a bare one is how xlwings says that no book called
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


def press_on(host: Host, button: str) -> None:
    """Runs a button on a book and keeps its journal, for undoing even what failed half-way."""
    from . import buttons, state

    function = getattr(buttons, button, None) if button in buttons.BUTTONS else None
    if function is None:
        raise UsageError(f"没有按钮“{button}”。请核对插件和程序的版本：selfeval addin status。")
    collecting = gc.isenabled()
    gc.disable()  # a click is short and makes many records without cycles: looking for some costs a fifth
    try:
        host.progress(WORKING)
        with buttons.calling(host):
            function()
    finally:
        if collecting:
            gc.enable()
        if host.status == WORKING:
            host.progress(None)
        if not host.journal.empty:
            state.keep_journal(host.full_name, host.journal)


def told(error: BaseException, button: str) -> str:
    """The text that a person reads of an error."""
    if isinstance(error, SelfevalError):
        return str(error)
    if is_busy(error):
        return EDITING
    if isinstance(error, MemoryError):
        return "内存不够，没有做完。请关掉其他程序再试。"
    if isinstance(error, OSError) and not hasattr(error, "excepinfo"):
        return (
            f"读写文件时出错{f'（{error.filename}）' if error.filename else ''}：{cause_of(error)}。"
            "请处理后再试。"
        )
    return (
        "程序出错了，没有做完。已经写进表里的内容可以用“撤销本次”还原。请把这个记录文件发给开发者："
        f"{_log(button)}"
    )


def _log(button: str) -> str:
    """The path of a log of the error; a remark where it cannot be written."""
    from . import state

    try:
        return str(state.log(button))
    except OSError as error:
        return f"（记录文件没有写成：{cause_of(error)}）"


def tell(host: Host | None, text: str) -> None:
    """Shows a message in the program.

    Where there is no book to show it with: in a window of the system, else on standard error.
    """
    if host is not None:
        host.say(text)
    elif sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(0, text, "绩效自评", 0x30)
    else:
        print(text, file=sys.stderr)
