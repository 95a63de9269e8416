"""Project sheets of a blank workbook that stand ready, hidden until they are needed.

One that nobody has typed into is no form: it is not checked, counted or reported as hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.sheet_names import READY

_AMOUNTS = (*AMOUNTS, "forecast", "medium_budget", "note")


def is_spare(grid: Grid, settings: Mapping[str, str], forms: Sequence[Form]) -> bool:
    """Whether a sheet with these forms is a spare one that nobody has typed into."""
    return bool(forms) and stands_ready(grid, settings) and all(map(is_untouched, forms))


def stands_ready(grid: Grid, settings: Mapping[str, str]) -> bool:
    """Whether the workbook was made with this sheet as a spare one, whatever was typed into it since."""
    return grid.name in settings.get(READY, "").split("、")


def is_untouched(form: Form) -> bool:
    """Whether a project form, of whatever stage, holds nothing but what was printed."""
    typed = (
        form.period,
        form.goal.medium,
        form.project,
        form.project_code,
        form.department,
        form.unit,
        form.total_score,
        form.goal.initial,
        form.goal.expected,
        form.goal.actual,
        form.indicators,
        form.placeholders,
        *(text for side in form.management for text in (side.text, side.problems)),
        form.broken,
        form.pictures,
        form.overlays,
        form.account.unread,
        *form.remarks.values(),
        *form.signature.values(),
        *(getattr(line, key) for line in form.funding for key in _AMOUNTS),
    )
    return form.is_of_project and not any(typed)
