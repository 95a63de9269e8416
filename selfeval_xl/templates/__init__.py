"""Department workbooks from layouts: blank templates, and workbooks filled in from plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl import layouts
from selfeval_xl.assessment.policy import Policy, default, shown_value
from selfeval_xl.layouts import Layout
from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, FORM_NAMES, MONITORING, PROJECT
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import COVER, EVIDENCE, READY, REPORT, SELF_CHECK, SUMMARY, sheet_prefix
from selfeval_xl.templates.drawing import Drawing
from selfeval_xl.templates.form_values import Data, as_text, form_values
from selfeval_xl.templates.frame import draw, draw_attached
from selfeval_xl.templates.locking import seal

if TYPE_CHECKING:
    from selfeval_xl.model.edits import Formula
    from selfeval_xl.templates.lists import Levels
    from selfeval_xl.templates.workbook import Page

__all__ = ["build_all", "draw", "fill_in", "write"]


@dataclass(frozen=True, slots=True)
class _DrawnForm:
    """A form of the workbook. name: of its sheet. data: the values it was filled in with."""

    name: str
    drawing: Drawing
    layout: Layout
    data: Data


_STAGE_FILES = {MONITORING: "运行监控表", DECLARATION: "目标申报表"}  # names of the shipped workbooks
_SPARE_ROWS = 24  # of indicators on a sheet that stands ready: nineteen times 40 would be a large file
# The parameters that stand in the formulas of a workbook.
IN_FORMULAS = (
    "over_fulfilment",
    "execution_floor",
    "funding_tolerance",
    "score_at_most",
    "over_deduction",
    "grades",
    "score_caps",
    "over_bands",
    "point_standards",
    "execution_score_bands",
)


def write(
    layout_id: str,
    out: str | Path,
    year: int | None = None,
    policy: Policy | None = None,
    stage: str = layouts.SELF,
) -> None:
    """Writes the blank department workbook of a layout. policy: see `fill_in`. layout_id: or a Chinese name.

    stage: self, or an earlier one, whose forms have no formulas of the policy. Raises LayoutError for an
    unknown layout, OutputError where it cannot write.
    """
    from selfeval_xl.templates.summary import PROJECTS

    if stage != layouts.SELF:
        from selfeval_xl.templates.stage_book import fill_in_stage

        fill_in_stage(stage, layout_id, out, projects=[{}], department={}, year=year, ready=PROJECTS - 1)
        return
    fill_in(
        layout_id,
        out,
        projects=[{}],
        department={},
        year=year,
        cover={},
        policy=policy,
        ready=PROJECTS - 1,
    )


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
    policy: Policy | None = None,
    ready: int = 0,
) -> None:
    """Writes a department workbook with these forms filled in.

    projects, department: the data of the forms (see `frame.draw`); an empty dict is a blank form. Further
    tables of the department form (基础数据表) stand before it. settings: more keys for the hidden sheet
    (department_code, department, submission ...). cover: the answers on the sheet 填报说明 to 截止日期,
    报送方式, 联系人, 联系电话; with it come 项目自评汇总表, 自评报告 and 自查 too. protect: cells that are
    not to be filled in cannot be changed (no password). ready: blank project sheets behind the others, hidden
    until they are needed. policy: its thresholds stand in the formulas; those
    that differ from the default are named in the hidden sheet. Raises LayoutError and OutputError as `write`.
    """
    from selfeval_xl.templates.lists import columns
    from selfeval_xl.templates.summary import sheet_name
    from selfeval_xl.templates.workbook import Page, write_book

    layout_id = layouts.id_of(layout_id)
    kinds = layouts.sheets_of(layout_id)
    policy = policy or default()
    by_kind = {layout.kind: layout for layout in kinds}
    lists, levels = columns(kinds)
    tables: list[Page] = []
    forms: list[_DrawnForm] = []
    if department is not None and (whole := by_kind.get(DEPARTMENT)):
        tables = [Page(table.sheet, draw_attached(table, department, year)) for table in whole.attached]
        forms.append(_drawn(FORM_NAMES[DEPARTMENT], whole, department, year, policy))
    if layout := by_kind.get(PROJECT):
        named = [(sheet_name(number), project) for number, project in enumerate(projects, 1)]
        forms += [_drawn(name, layout, project, year, policy) for name, project in named]
    issued = {key: text for form in forms for key, text in seal(form.name, form.drawing, form.data).items()}
    pages = [*tables, *(Page(form.name, form.drawing, levels.get(form.layout.kind)) for form in forms)]
    spare = [sheet_name(len(projects) + number) for number in range(1, ready + 1)] if layout else []
    if layout and spare:
        pages += _ready_pages(layout, spare, levels.get(PROJECT), year, policy)
    if cover is not None:
        pages = _with_overviews(pages, forms, spare, layout, year, cover, policy)
    made_with = _made_with(layout_id, kinds[0].version, year, spare)
    write_book(out, pages, made_with | dict(settings or {}) | _changed(policy) | issued, lists, protect)


def _ready_pages(
    layout: Layout, names: Sequence[str], levels: Levels | None, year: int | None, policy: Policy
) -> list[Page]:
    """The hidden pages of blank project forms that stand ready."""
    from selfeval_xl.templates.workbook import Page

    blank = draw(layout, {}, year, live=True, policy=policy, rows=_SPARE_ROWS)
    return [Page(name, blank, levels, hidden=True) for name in names]


def _changed(policy: Policy) -> dict[str, str]:
    """The values in the formulas that are not the default ones, by the key of their row on `_selfeval`."""
    shipped = default().parameters
    return {
        f"policy|{name}": shown_value(policy.parameters[name])
        for name in IN_FORMULAS
        if policy[name] != shipped[name].value
    }


def _made_with(layout_id: str, version: str, year: int | None, spare: Sequence[str]) -> dict[str, str]:
    """The first rows of the hidden sheet. spare: the sheets that stand ready."""
    rows = {"layout": layout_id, "version": version} | ({"year": str(year)} if year else {})
    return rows | ({READY: "、".join(spare)} if spare else {})


def _drawn(name: str, layout: Layout, data: Data, year: int | None, policy: Policy) -> _DrawnForm:
    """A form of the workbook, drawn. name: of its sheet."""
    return _DrawnForm(name, draw(layout, data, year, live=True, policy=policy), layout, data)


def _with_overviews(
    pages: Sequence[Page],
    forms: Sequence[_DrawnForm],
    spare: Sequence[str],
    layout: Layout | None,
    year: int | None,
    notice: Mapping[str, str],
    policy: Policy,
) -> list[Page]:
    """The pages with 填报说明 and 项目自评汇总表 before them, 自评报告 and 自查 behind them.

    spare: the names of project sheets that stand ready. layout: of the project forms, None where the workbook
    has none. notice: texts for 填报说明 by label.
    """
    from selfeval_xl.templates.cover import draw_cover
    from selfeval_xl.templates.evidence_sheet import draw_evidence
    from selfeval_xl.templates.report_sheet import draw_report, progress_of
    from selfeval_xl.templates.self_check import conclusion_of, draw_self_check
    from selfeval_xl.templates.summary import draw_summary
    from selfeval_xl.templates.workbook import Page

    whole = next((form for form in forms if form.layout.kind == DEPARTMENT), None)
    projects = [form.drawing for form in forms if form.layout.kind == PROJECT]
    pattern = draw(layout, {}, year, live=True, policy=policy) if layout else None
    before: list[Page] = []
    after: list[Page] = []
    others: list[tuple[str, Formula | None]] = []
    if layout and pattern:
        owner = whole or next(iter(forms), None)
        name = _department_of(owner) if owner else None
        summary = draw_summary(projects, len(spare), year, layout.money_unit, pattern, name)
        before.append(Page(SUMMARY, summary))
        others.append((SUMMARY, None))
    if whole:
        department = as_text(form_values(whole.data).fields.get("department"))
        after.append(Page(REPORT, draw_report(department, year)))
        others.append((REPORT, progress_of(after[-1].drawing)))
    department_form = (whole.name, whole.drawing) if whole else None
    check = draw_self_check(
        department_form, projects, len(spare), pattern, after[-1].drawing if whole else None
    )
    after.append(Page(SELF_CHECK, check))
    others.append((SELF_CHECK, conclusion_of(check)))
    evidence = draw_evidence([(form.name, form.layout.kind, form.drawing) for form in forms])
    after.append(Page(EVIDENCE, evidence))
    others.append((EVIDENCE, None))
    first = draw_cover(
        [(form.name, form.layout, form.drawing) for form in forms], year, notice, others, spare
    )
    return [Page(COVER, first), *before, *pages, *after]


def _department_of(form: _DrawnForm) -> Formula | None:
    """A formula for the department's name on a form; None where the form has no cell for it alone."""
    from selfeval_xl.model.edits import Formula

    cell = next((cell for cell in form.drawing.cells if cell.key == "department"), None)
    if cell is None or "：" in str(cell.value or ""):
        return None
    where = f"{sheet_prefix(form.name)}{a1(cell.area.top, cell.area.left)}"
    return Formula(f'IF({where}="","",{where})', str(cell.value or ""))


def build_all(folder: str | Path) -> list[Path]:
    """Writes the blank workbook of every layout, the same bytes every time; returns the paths."""
    built = []
    for layout_id in layouts.ids():
        built.append(Path(folder) / f"{layout_id}.xlsx")
        write(layout_id, built[-1])
    for stage, name in _STAGE_FILES.items():
        for layout_id in layouts.ids(stage):
            known = layouts.label(layout_id, stage).partition("（")[0]
            built.append(Path(folder) / f"{name}_{known}.xlsx")
            write(layout_id, built[-1], stage=stage)
    return built
