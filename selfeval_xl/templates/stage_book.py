"""The department workbook of an earlier stage: 填报说明, the department's form, and a sheet a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from selfeval_xl import layouts
from selfeval_xl.layouts import Layout
from selfeval_xl.model.forms import DEPARTMENT, PROJECT
from selfeval_xl.model.sheet_names import COVER, READY
from selfeval_xl.templates.form_values import Data
from selfeval_xl.templates.frame import draw
from selfeval_xl.templates.lists import columns
from selfeval_xl.templates.locking import seal
from selfeval_xl.templates.stage_cover import CoveredForm, draw_stage_cover, through_cell
from selfeval_xl.templates.summary import sheet_name
from selfeval_xl.templates.workbook import Page, write_book


def fill_in_stage(
    stage: str,
    layout_id: str,
    out: str | Path,
    *,
    projects: Sequence[Data] = (),
    department: Data | None = None,
    year: int | None = None,
    through: str = "",
    settings: Mapping[str, str] | None = None,
    notice: Mapping[str, str] | None = None,
    protect: bool = False,
    ready: int = 0,
) -> None:
    """Writes a workbook of the stage (monitoring, declaration) with these forms filled in.

    projects, department: as for `fill_in`, with the keys of the stage's layout besides; an indicator's
    `outlook` is certain, possible or impossible, its `causes` are joined by 、. through: the months of a
    monitoring form (1-6月), the layout's without it. notice: answers on 填报说明 to 截止日期, 报送方式 ...
    The other arguments are those of `fill_in`. Raises LayoutError and OutputError.
    """
    layout_id = layouts.id_of(layout_id, stage)
    kinds = layouts.sheets_of(layout_id, stage)
    lists, levels = columns(kinds, with_words=False)
    by_owner = {layout.owner: layout for layout in kinds}
    months = through_cell(stage, through or kinds[0].through)
    forms: list[CoveredForm] = []
    issued: dict[str, str] = {}
    for name, layout, data in _sheets(by_owner, projects, department, ready):
        drawing = draw(layout, data, year, live=True, through=months)
        forms.append(CoveredForm(name, layout, drawing, data is None))
        issued |= seal(name, drawing, data)
    pages = [
        Page(form.name, form.drawing, levels.get(form.layout.owner), hidden=form.ready) for form in forms
    ]
    cover = Page(COVER, draw_stage_cover(stage, forms, months, year, notice))
    made = _made_with(stage, kinds[0], year, [form.name for form in forms if form.ready])
    write_book(out, [cover, *pages], made | dict(settings or {}) | issued, lists, protect)


def _sheets(
    by_owner: Mapping[str, Layout], projects: Sequence[Data], department: Data | None, ready: int
) -> list[tuple[str, Layout, Data | None]]:
    """Name, layout and data of each form's sheet; None for those that stand ready."""
    found: list[tuple[str, Layout, Data | None]] = []
    if department is not None and (whole := by_owner.get(DEPARTMENT)):
        found.append((_named(whole), whole, department))
    if layout := by_owner.get(PROJECT):
        each = [*projects, *[None] * ready]
        found += [(sheet_name(number), layout, data) for number, data in enumerate(each, 1)]
    return found


def _named(layout: Layout) -> str:
    """The name of the department form's sheet: its title."""
    return layout.title


def _made_with(stage: str, layout: Layout, year: int | None, spare: Sequence[str]) -> dict[str, str]:
    """The first rows of the hidden sheet."""
    rows = {"stage": stage, "layout": layout.id, "version": layout.version}
    return rows | ({"year": str(year)} if year else {}) | ({READY: "、".join(spare)} if spare else {})
