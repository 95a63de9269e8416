"""What the sheet 佐证材料清单 says about the indicators of the forms in the same workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from selfeval_xl.model.forms import Form
from selfeval_xl.model.formulas.syntax import ranges_in
from selfeval_xl.model.grid import Grid, a1
from selfeval_xl.model.sheet_names import EVIDENCE, EVIDENCE_COLUMNS
from selfeval_xl.model.text import squeeze

_HEAD = 2  # the row of the heads, below title and guidance
_TYPED = range(3, len(EVIDENCE_COLUMNS))
Texts = Mapping[str, str]  # by the heads of the columns


def with_evidence(forms: Sequence[Form], grids: Sequence[Grid]) -> list[Form]:
    """The forms with the texts of the sheet among the further texts of their indicators (`other`).

    A row belongs to the indicator whose name its formula shows; where the file tells no formulas, or a person
    wrote the row, to the one of that name on the form or project of that name.
    """
    grid = next((grid for grid in grids if grid.name == EVIDENCE), None)
    if grid is None or not grid.height:
        return list(forms)
    by_cell: dict[tuple[str, str], Texts] = {}
    by_name: dict[tuple[str, str], Texts] = {}
    formulas = grid.formulas() if grid.formulas is not None else {}
    for row in range(_HEAD + 1, grid.height):
        texts = {
            EVIDENCE_COLUMNS[column]: text for column in _TYPED if (text := grid.text(row, column).strip())
        }
        if not texts:
            continue
        named = ranges_in(formulas.get((row, 1), ""), row)
        if named and named[0].sheet:
            by_cell[named[0].sheet, a1(named[0].area.top, named[0].area.left)] = texts
        else:
            by_name[squeeze(grid.text(row, 0)), squeeze(grid.text(row, 1))] = texts
    return [_with_texts(form, by_cell, by_name) for form in forms]


def _with_texts(
    form: Form, by_cell: Mapping[tuple[str, str], Texts], by_name: Mapping[tuple[str, str], Texts]
) -> Form:
    rows = []
    for row in form.indicators:
        cell = re.split(r"[,:]", row.cells.get("name", ""))[0]
        texts = by_cell.get((form.sheet, cell))
        for owner in (form.sheet, form.project or ""):
            texts = texts or by_name.get((squeeze(owner), squeeze(row.name or "")))
        rows.append(replace(row, other={**row.other, **texts}) if texts else row)
    return replace(form, indicators=tuple(rows))
