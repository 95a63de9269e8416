"""Department workbooks from layouts: blank templates, and workbooks filled in from plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import layouts
from ..forms import DEPARTMENT, FORM_NAMES, PROJECT
from ..sheets import COVER, REPORT, SELF_CHECK, SUMMARY
from .frame import Data, Drawing, draw, draw_attached
from .issued import seal

__all__ = ["build_all", "draw", "fill_in", "write"]

DEFAULT_LAYOUT = "jilin-2024"


def write(layout_id: str, out: str | Path, year: int | None = None) -> None:
    """Writes the blank department workbook of a layout.

    Raises LayoutError for an unknown id, OutputError where it cannot write.
    """
    fill_in(layout_id, out, projects=[{}], department={}, year=year, cover={})


def fill_in(
    layout_id: str,
    out: str | Path,
    *,
    projects: Sequence[Data] = (),
    department: Data | None = None,
    year: int | None = None,
    settings: Mapping[str, str] | None = None,
    cover: Mapping[str, str] | None = None,
    protect: bool = False,
) -> None:
    """Writes a department workbook with these forms filled in (an empty dict is a blank form; see
    `frame.draw` for the data).

    settings: more keys for the hidden sheet (department_code, department, submission ...). cover: what the
    sheet 填报说明 says of
    截止日期, 报送方式, 联系人, 联系电话; with it come 项目自评汇总表, 自评报告 and 自查 too. Further tables
    of the department form
    (基础数据表) stand before it. protect: cells that are not to be filled in cannot be changed (no password).
    """
    from .cover import draw_cover
    from .lists import columns
    from .report_sheet import draw_report, progress_of
    from .self_check import conclusion_of, draw_self_check
    from .summary import draw_summary, sheet_name
    from .workbook import Page, write_book

    kinds = layouts.sheets_of(layout_id)
    by_kind = {layout.kind: layout for layout in kinds}
    lists, levels = columns(kinds)
    whole: tuple[str, Drawing] | None = None
    tables: list[Page] = []
    if department is not None and DEPARTMENT in by_kind:
        tables = [
            Page(table.sheet, draw_attached(table, department, year))
            for table in by_kind[DEPARTMENT].attached
        ]
        whole = FORM_NAMES[DEPARTMENT], draw(by_kind[DEPARTMENT], department, year, live=True)
    layout = by_kind.get(PROJECT)
    drawn = [draw(layout, project, year, live=True) for project in projects] if layout else []
    pattern = draw(layout, {}, year, live=True) if layout else None
    forms = [(*whole, by_kind[DEPARTMENT])] if whole else []
    forms += [(sheet_name(number), drawing, layout) for number, drawing in enumerate(drawn, 1)]
    given = ([department] if whole else []) + list(projects if layout else [])
    issued = {
        key: text
        for (name, drawing, _), form in zip(forms, given, strict=True)
        for key, text in seal(name, drawing, form).items()
    }
    pages = [*tables, *(Page(name, drawing, levels.get(form.kind)) for name, drawing, form in forms)]
    if cover is not None:
        summary = (
            [Page(SUMMARY, draw_summary(drawn, year, layout.money_unit, pattern))]
            if layout and pattern
            else []
        )
        report = [Page(REPORT, draw_report((department or {}).get("department"), year))] if whole else []
        checks = Page(SELF_CHECK, draw_self_check(whole, drawn, pattern))
        others = [
            *((page.name, None) for page in summary),
            *((page.name, progress_of(page.drawing)) for page in report),
            (SELF_CHECK, conclusion_of(checks.drawing)),
        ]
        first = draw_cover([(name, form, drawing) for name, drawing, form in forms], year, cover, others)
        pages = [Page(COVER, first), *summary, *pages, *report, checks]
    version = next(iter(by_kind.values())).version
    write_book(
        out,
        pages,
        {
            "layout": layout_id,
            "version": version,
            **({"year": str(year)} if year else {}),
            **(settings or {}),
            **issued,
        },
        lists,
        protect,
    )


def build_all(folder: str | Path) -> list[Path]:
    """Builds the blank workbook of every layout into a folder; the same bytes every time."""
    built = []
    for layout_id in layouts.ids():
        built.append(Path(folder) / f"{layout_id}.xlsx")
        write(layout_id, built[-1])
    return built
