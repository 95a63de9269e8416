"""The check for a spreadsheet program without COM: the macros save a copy and paint what stands in the
answer.

The answer appears in one step and ends with its count, so that half of one is never taken for the whole.
"""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from selfeval_xl.addin.chosen import policy, roster
from selfeval_xl.addin.handed_over import HandedOver
from selfeval_xl.addin.sentences import NO_FORM, no_such_form
from selfeval_xl.errors import SelfevalError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.marking.tab_separated import macro_lines, macro_sentence


def answer(click: HandedOver) -> int:
    """Checks the copy and writes the answer; returns the exit status, 1 where only the log was written."""
    try:
        try:
            lines = list(_findings(Path(click.copy), click.sheet))
        except SelfevalError as error:
            lines = macro_sentence(str(error))
        out = Path(click.answer)
        whole = out.with_suffix(".new")
        whole.write_text("\n".join([*lines, ""]), encoding="ascii", newline="\r\n")
        os.replace(whole, out)
    except Exception:
        Path(click.log).write_text(traceback.format_exc(), encoding="utf-8", newline="\r\n")
        return 1
    return 0


def _findings(copy: Path, sheet: str) -> list[str]:
    """The lines on the findings in the copy, by the parameters and the roster of the settings."""
    file = read_file(copy)
    unreadable = next((problem.text for problem in file.problems if problem.rule == "T08"), None)
    if not file.forms:
        return macro_sentence(unreadable or NO_FORM)
    if sheet and sheet not in {form.sheet for form in file.forms}:
        return macro_sentence(no_such_form(sheet))
    return list(macro_lines(check(gather([file], stages=True), policy(), [file], roster())))
