"""The buttons of the ribbon: the function that does the work of each, by its id in `ribbon.toml`.

A new button: a row in `ribbon.toml`, its id in `ready` there, and a line here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selfeval_xl.addin.host import Host

FUNCTIONS = {  # module in this folder and function, which takes the book
    "add_project": "new_form:add_project",
    "insert_indicator": "insert_row:insert_indicator",
    "yuan_to_wan": "amounts:yuan_to_wan",
    "tidy_text": "fill:tidy_text",
    "compute_rates": "fill:compute_rates",
    "fill_deviations": "fill:fill_deviations",
    "undo": "undo:undo",
    "check_book": "check:check_book",
    "check_sheet": "check:check_sheet",
    "previous_finding": "next_finding:previous_finding",
    "next_finding": "next_finding:next_finding",
    "explain": "next_finding:explain",
    "clear_marks": "check:clear_marks",
    "make_report": "report:make_report",
    "make_submission": "submit:make_submission",
    "issue_books": "bureau:issue_books",
    "consolidate_county": "bureau:consolidate_county",
    "make_returns": "bureau:make_returns",
    "make_reminders": "bureau:make_reminders",
    "open_ledger": "bureau:open_ledger",
    "show_guide": "help:show_guide",
    "look_up_rule": "help:look_up_rule",
    "settings": "help:settings",
}


def function_of(button: str) -> Callable[[Host], None] | None:
    """The function of a button, None for an unknown id. Imported only now: a click pays for what it uses."""
    if button not in FUNCTIONS:
        return None
    module, name = FUNCTIONS[button].split(":")
    function: Callable[[Host], None] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    return function
