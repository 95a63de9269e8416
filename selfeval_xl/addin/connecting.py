"""The connection to the open workbook whose button was pressed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from selfeval_xl.addin.handed_over import HandedOver
from selfeval_xl.addin.patience import patiently, take_over
from selfeval_xl.errors import UsageError

if TYPE_CHECKING:
    from selfeval_xl.addin.host import Host

WORKING = "绩效自评：正在处理……"
NO_BOOK = (
    "没有找到要处理的工作簿。请先打开自评表；如果表上方有“启用编辑”，先点它；"
    "同时开着几个Excel窗口时，先点一下要处理的那个窗口，再按一次。"
)
NO_XLWINGS = "缺少组件xlwings，按钮不能用。请重新安装插件，或改用命令 selfeval check。"


def connect(button: str, click: HandedOver | None = None) -> Host:
    """The book whose button was pressed. Raises UsageError where there is none, or the program stays busy."""
    try:
        import xlwings
    except ImportError as error:
        raise UsageError(NO_XLWINGS) from error
    from selfeval_xl.addin.host import Host

    take_over(getattr(xlwings, "_xlwindows", None))
    try:
        return patiently(lambda: Host(calling_book(click), button))
    except _not_found() as error:
        raise UsageError(NO_BOOK) from error
    except Exception as error:
        if type(error) is not Exception:  # xlwings raises a bare one where no book called
            raise
        raise UsageError(NO_BOOK) from error


def calling_book(click: HandedOver | None) -> Any:
    """The book that the click names, in the window that it names; without one, the caller xlwings knows.

    Raises KeyError, ValueError or an error of the system where there is no such window or book.
    """
    import xlwings

    if click is None or not click.book:
        return xlwings.Book.caller()
    app = program(int(click.hwnd))
    len(app.books)  # a busy program says so here; asked for a book, xlwings would say that there is none
    return app.books[click.book]


def program(hwnd: int) -> Any:
    """The running program with this window, as an App of xlwings."""
    import xlwings

    windows: Any = xlwings._xlwindows  # type: ignore[attr-defined]
    return xlwings.App(impl=windows.App(xl=hwnd))


def _not_found() -> tuple[type[BaseException], ...]:
    """The exceptions of a window or a book that is not there; pywin32's where it is loaded."""
    from xlwings import XlwingsError

    of_windows = getattr(sys.modules.get("pywintypes"), "error", XlwingsError)
    return KeyError, AttributeError, ValueError, OSError, XlwingsError, of_windows
