"""Objects of the spreadsheet program that are asked again, after a pause, while it is busy.

xlwings itself asks for ever and without a pause, and takes a refused call for an answer of None: `take_over`
switches that off.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from selfeval_xl.errors import UsageError

# The numbers of the errors that Excel's object model gives while a cell is being edited or a dialog is open.
BUSY = frozenset((-2147418111, -2147417846, -2146777998))
EDITING = (
    "Excel正忙：可能正在编辑一个单元格，或者开着一个对话框。请按回车或Esc结束编辑、关闭对话框，再按一次。"
)
# How often a busy program is asked again, and after how many seconds: at first, when nothing is written yet,
# and in the middle of a button's work, where giving up leaves it half done.
TRIES, PAUSE = 20, 0.25
TRIES_AT_WORK = 240
_VALUES = (str, int, float, Decimal, date, tuple, list, dict, bytes, type(None))


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

    An error of its object model has the number in `hresult` or in `excepinfo`; xlwings has one of its own.
    """
    info: Sequence[object] = getattr(error, "excepinfo", None) or ()
    return (
        getattr(error, "hresult", None) in BUSY
        or len(info) > 5
        and info[5] in BUSY
        or type(error).__name__ == "ExcelBusyError"
    )


class Patient:
    """An object of the program, or one of its words that is called; what it leads to is as patient."""

    __slots__ = ("_asked",)

    def __init__(self, asked: Any) -> None:
        object.__setattr__(self, "_asked", asked)

    def __getattr__(self, word: str) -> Any:
        return patient(patiently(lambda: getattr(self._asked, word), TRIES_AT_WORK))

    def __setattr__(self, word: str, value: Any) -> None:
        patiently(lambda: setattr(self._asked, word, _bare(value)), TRIES_AT_WORK)

    def __call__(self, *args: Any, **named: Any) -> Any:
        bare = [_bare(each) for each in args], {name: _bare(each) for name, each in named.items()}
        return patient(patiently(lambda: self._asked(*bare[0], **bare[1]), TRIES_AT_WORK))


def patient(answer: Any) -> Any:
    """An object of the program as a patient one; a value as it is."""
    return answer if isinstance(answer, (*_VALUES, Patient)) else Patient(answer)


def _bare(value: Any) -> Any:
    """The program's own object in a patient one; any other value as it is."""
    return value._asked if isinstance(value, Patient) else value


def take_over(windows: Any) -> None:
    """Has xlwings (its module for Windows) raise at once where the program is busy."""
    if windows is not None:
        windows.N_COM_ATTEMPTS = 1
