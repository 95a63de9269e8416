"""Recognition of the layout that a form was printed from, by its labels and levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from selfeval_xl import layouts
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Area
from selfeval_xl.model.text import core
from selfeval_xl.readers.recognition.scan import ScannedSheet


@cache
def _layout_labels() -> tuple[tuple[str, str, frozenset[str], frozenset[tuple[str, str]]], ...]:
    """Id, kind, labels and level pairs of every layout."""
    return tuple(
        (
            layout.id,
            layout.kind,
            frozenset(
                core(label) for scope, _, label in layout.labels() if scope not in ("资金来源", "说明")
            ),
            frozenset((first, second) for first, seconds in layout.indicators.levels for second in seconds),
        )
        for layout in layouts.load_all()
    )


def layout_by_settings(form: Form, settings: Mapping[str, str]) -> Form:
    """A blank form with the layout that the hidden sheet names; any other form unchanged.

    A blank form of one of our workbooks looks like several layouts.
    """
    if form.indicators or form.layout is None or settings.get("layout") not in layouts.ids():
        return form
    layout_id = next(
        (layout.id for layout in layouts.sheets_of(settings["layout"]) if layout.kind == form.kind),
        form.layout,
    )
    return replace(form, layout=layout_id)


def layout_of(form: Form, sheet: ScannedSheet, area: Area) -> str | None:
    """The id of the layout whose labels all stand on the form, or None.

    Of several layouts the one with most labels wins, then the one with most fitting levels.
    """
    printed = {core(label.text) for label in sheet.labels(area.top, area.bottom, area.left, area.right)}
    fitting = [
        (len(labels), levels, layout_id)
        for layout_id, kind, labels, levels in _layout_labels()
        if kind == form.kind and labels <= printed
    ]
    if len(fitting) <= 1:
        return fitting[0][2] if fitting else None
    pairs = {
        (core(first or ""), core(second or ""))
        for first, second in {(row.level1, row.level2) for row in form.indicators}
    }
    return max((count, len(pairs & levels), layout_id) for count, levels, layout_id in fitting)[2]
