"""Department workbooks from layouts: blank templates, and workbooks filled in from plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import layouts
from ..forms import DEPARTMENT, FORM_NAMES
from .frame import Data, Drawing, draw

__all__ = ["build_all", "draw", "fill_in", "write"]

DEFAULT_LAYOUT = "jilin-2024"


def write(layout_id: str, out: str | Path, year: int | None = None) -> None:
    """Writes the blank department workbook of a layout. Raises LayoutError for an unknown id, OutputError where it cannot write."""
    fill_in(layout_id, out, projects=[{}], department={}, year=year)


def fill_in(layout_id: str, out: str | Path, *, projects: Sequence[Data] = (), department: Data | None = None, year: int | None = None,
            settings: Mapping[str, str] | None = None) -> None:
    """Writes a department workbook with these forms filled in (an empty dict is a blank form; see `frame.draw` for the data).

    settings: more keys for the hidden sheet (department_code, department, submission ...).
    """
    from .workbook import write_book

    by_kind = {layout.kind: layout for layout in layouts.sheets_of(layout_id)}
    sheets: list[tuple[str, Drawing]] = []
    if department is not None and "department" in by_kind:
        sheets.append((FORM_NAMES[DEPARTMENT], draw(by_kind["department"], department, year)))
    if "project" in by_kind:
        sheets += [(f"项目{number:02}", draw(by_kind["project"], project, year)) for number, project in enumerate(projects, 1)]
    version = next(iter(by_kind.values())).version
    write_book(out, sheets, {"layout": layout_id, "version": version, **({"year": str(year)} if year else {}), **(settings or {})})


def build_all(folder: str | Path) -> list[Path]:
    """Builds the blank workbook of every layout into a folder; the same bytes every time."""
    built = []
    for layout_id in layouts.ids():
        built.append(Path(folder) / f"{layout_id}.xlsx")
        write(layout_id, built[-1])
    return built
