"""What a click hands to Python: variables of the process, so that nothing of a workbook is on a command line.

The macros write them in ASCII (model/escapes); vba_shim/SelfevalStart.bas has the same names.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass

from selfeval_xl.model.escapes import unescaped

PREFIX = "SELFEVAL_"
PLAIN = "plain"  # the button of a program without COM: check a copy, write the answer into a file


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The variables of one click, each without its prefix; "" for what was not handed over.

    button: its id in the ribbon, or PLAIN. book: the name of the workbook, as `Workbooks` takes it. hwnd: the
    number of the program's window. copy: a saved copy of the workbook. sheet: the only one to check. answer:
    the file to write the answer into. log: the file for the reason of a failure.
    """

    button: str = ""
    book: str = ""
    hwnd: str = ""
    copy: str = ""
    sheet: str = ""
    answer: str = ""
    log: str = ""


NAMES = tuple(HandedOver.__dataclass_fields__)


def take(environment: MutableMapping[str, str]) -> HandedOver:
    """The variables, which are removed, so that no program that is started from here gets them."""
    found = {name: environment.pop(PREFIX + name.upper(), "") for name in NAMES}
    return HandedOver(**{name: unescaped(value) for name, value in found.items()})
