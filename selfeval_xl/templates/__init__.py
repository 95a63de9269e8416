"""Department workbooks from layouts: blank templates, and workbooks filled in from plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import layouts
from ..forms import DEPARTMENT, FORM_NAMES, PROJECT
from ..layouts import Layout
from ..sheets import COVER
from .frame import Data, Drawing, draw, draw_attached
from .issued import seal

__all__ = ["build_all", "draw", "fill_in", "write"]

DEFAULT_LAYOUT = "jilin-2024"


def write(layout_id: str, out: str | Path, year: int | None = None) -> None:
    """Writes the blank department workbook of a layout. Raises LayoutError for an unknown id, OutputError where it cannot write."""
    fill_in(layout_id, out, projects=[{}], department={}, year=year, cover={})


def fill_in(layout_id: str, out: str | Path, *, projects: Sequence[Data] = (), department: Data | None = None, year: int | None = None,
            settings: Mapping[str, str] | None = None, cover: Mapping[str, str] | None = None, protect: bool = False) -> None:
    """Writes a department workbook with these forms filled in (an empty dict is a blank form; see `frame.draw` for the data).

    A form with `issued` is one that the bureau hands out: what it gives is locked and written down in the hidden sheet (see `issued.seal`).
    settings: more keys for the hidden sheet (department_code, department, submission ...). cover: what the sheet 填报说明 says of
    截止日期, 报送方式, 联系人, 联系电话; no such sheet without it. Further tables of the department form (基础数据表) stand before it.
    protect: cells that are not to be filled in cannot be changed (no password).
    """
    from .cover import draw_cover
    from .workbook import write_book

    by_kind = {layout.kind: layout for layout in layouts.sheets_of(layout_id)}
    forms: list[tuple[str, Layout, Drawing]] = []
    tables: list[tuple[str, Drawing]] = []
    if department is not None and DEPARTMENT in by_kind:
        tables = [(table.sheet, draw_attached(table, department, year)) for table in by_kind[DEPARTMENT].attached]
        forms.append((FORM_NAMES[DEPARTMENT], by_kind[DEPARTMENT], draw(by_kind[DEPARTMENT], department, year)))
    if PROJECT in by_kind:
        forms += [(f"项目{number:02}", by_kind[PROJECT], draw(by_kind[PROJECT], project, year)) for number, project in enumerate(projects, 1)]
    given = ([department] if len(forms) > len(projects) else []) + list(projects)
    issued = {key: text for (name, _, drawing), form in zip(forms, given, strict=False) for key, text in seal(name, drawing, form).items()}
    first = [(COVER, draw_cover(forms, year, cover))] if cover is not None else []
    version = next(iter(by_kind.values())).version
    write_book(out, [*first, *tables, *((name, drawing) for name, _, drawing in forms)],
               {"layout": layout_id, "version": version, **({"year": str(year)} if year else {}), **(settings or {}), **issued}, protect)


def build_all(folder: str | Path) -> list[Path]:
    """Builds the blank workbook of every layout into a folder; the same bytes every time."""
    built = []
    for layout_id in layouts.ids():
        built.append(Path(folder) / f"{layout_id}.xlsx")
        write(layout_id, built[-1])
    return built
