"""One click on the ribbon: finds the book, runs the button's function, keeps its journal.

Errors are shown in Chinese, with a log for the developer.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from selfeval_xl.addin.connecting import WORKING, connect
from selfeval_xl.addin.patience import EDITING, is_busy
from selfeval_xl.errors import SelfevalError, UsageError, cause_of

if TYPE_CHECKING:
    from selfeval_xl.addin.handed_over import HandedOver
    from selfeval_xl.addin.host import Host


def run(button: str, click: HandedOver | None = None) -> None:
    """Presses a button; see `selfeval_xl.addin.press`. click: what the macros handed over."""
    host = None
    try:
        host = connect(button, click)
        press_on(host, button)
    except KeyboardInterrupt:
        tell(host, "已停止。")
    except BaseException as error:  # also of a bug the person gets a sentence, and the developer the log
        tell(host, message_of(error, button))


def press_on(host: Host, button: str) -> None:
    """Runs a button on a book and keeps its journal, for undoing even what failed half-way."""
    from selfeval_xl.addin import state
    from selfeval_xl.addin.buttons import function_of

    function = function_of(button)
    if function is None:
        raise UsageError(f"没有按钮“{button}”。请核对插件和程序的版本：selfeval addin status。")
    collecting = gc.isenabled()
    gc.disable()  # a click is short and its records have no cycles; looking for them costs a fifth of it
    try:
        host.progress(WORKING)
        function(host)
    finally:
        if collecting:
            gc.enable()
        if host.status == WORKING:
            host.progress(None)
        if not host.journal.empty:
            state.keep_journal(host.full_name, host.journal)


def message_of(error: BaseException, button: str) -> str:
    """The message on an error for the person who pressed the button."""
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
    from selfeval_xl.addin import state

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
