"""What a program can fill in: blank totals and execution rates, the deviation columns, the stubs in due
reason cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from .assessing import assess, execution_rate, rounded, shown
from .deviations import Side, beside, columns_edits, listed_edits
from .edits import Edit, Look
from .forms import Form, FundingLine
from .grid import Grid, plain_number, position
from .policy import Policy, default
from .quantity import is_blank, is_void, tidy
from .rate_sentence import sentence_edits
from .rules.money import AMOUNTS, NAMES, decimals, exceeds, printed_rate_fits, sources
from .sheets import DEVIATIONS
from .stubs import stubs

RATE = "execution_rate"
WHY_TOTAL, WHY_RATE = "各项资金之和", "执行率＝全年执行数÷全年预算数"
WHY_STUB = "有偏差而没有写原因，请把【待补充】处写完整"


@dataclass(frozen=True, slots=True)
class Filled:
    """edits: carried out. refused: not carried out, because the cell was changed meanwhile. problems: what
    the reader could not read.
    """

    edits: tuple[Edit, ...]
    refused: tuple[Edit, ...] = ()
    problems: tuple[str, ...] = ()


def fill(
    path: str | Path,
    out: str | Path,
    overwrite: bool = False,
    policy: Policy | None = None,
    rate_sentence: bool = False,
) -> Filled:
    """Fills the forms of a file into a copy of it. xls, xlsb, ods and docx give an xlsx of the same grid.

    overwrite: replaces wrong execution rates too, never totals. rate_sentence: where a form has no place for
    the rate, a sentence says it. The source is only read; nothing to fill gives a plain copy.
    Raises UsageError, OutputError or UnreadableFile with a Chinese sentence when the job cannot be done.
    """
    from .reading.find import forms_in
    from .sinks.copies import change, opened_for_change, side_of

    path, out = Path(path), Path(out)
    opened = opened_for_change(path, out)
    found = {grid.name: forms_in(grid, str(path)) for grid in opened.grids}
    forms = [form for each in found.values() for form in each.forms]
    problems = [
        problem.text
        for problem in (*opened.problems, *(problem for each in found.values() for problem in each.problems))
    ]
    if not forms:
        problems.append(f"“{path.name}”里没有找到绩效自评表，没有可以填的内容。")
    edits = workbook_edits(opened.grids, forms, policy or default(), overwrite, side_of(opened))
    edits += rate_sentences(opened.grids, forms, overwrite) if rate_sentence else []
    applied = change(opened, edits, out)
    problems += [
        f"{edit.sheet}!{edit.cell}里现在不是“{edit.old or '空'}”，没有写入。" for edit in applied.refused
    ]
    return Filled(applied.done, applied.refused, tuple(problems))


def fill_edits(form: Form, grid: Grid, policy: Policy, overwrite: bool = False) -> list[Edit]:
    """What to fill in on one form that stands alone on its sheet; see `workbook_edits`."""
    return workbook_edits([grid], [form], policy, overwrite)


def workbook_edits(
    grids: Sequence[Grid],
    forms: Iterable[Form],
    policy: Policy,
    overwrite: bool = False,
    sides: Mapping[str, Side] | None = None,
) -> list[Edit]:
    """All edits for the forms of one file. sides: by sheet, what stands there besides values.

    Empty when everything that can be filled in is there already.
    """
    by_name = {grid.name: grid for grid in grids}
    edits: list[Edit] = []
    apart: list[Form] = []
    on_sheet: dict[str, list[Form]] = {}
    for form in forms:
        on_sheet.setdefault(form.sheet, []).append(form)
    for name, together in on_sheet.items():
        grid = by_name[name]
        for form in together:
            edits += funding_edits(form, grid, overwrite)
            judged = assess(form, policy)
            edits += stub_edits(judged, grid)
            first = (
                beside(judged, grid, (sides or {}).get(name, Side())) if _has_room(form, together) else None
            )
            if first is not None:
                edits += columns_edits(judged, grid, first)
            elif judged.indicators:
                apart.append(judged)
    return edits + (listed_edits(apart, by_name.get(DEVIATIONS)) if apart else [])


def _has_room(form: Form, together: list[Form]) -> bool:
    """Whether no other form stands right or left of this one: columns of ours in common rows would get mixed
    up.
    """
    area = form.frame.area if form.frame else None
    others = [other.frame.area for other in together if other is not form and other.frame]
    return area is not None and not any(
        other.top <= area.bottom and area.top <= other.bottom for other in others
    )


def funding_edits(form: Form, grid: Grid, overwrite: bool = False) -> list[Edit]:
    """Blank totals and blank execution rates, totals first: a rate may need a total that was just filled in."""
    edits, filled = total_edits(form, grid)
    rates = [_rate_edit(filled, line, grid, overwrite) for line in filled.funding]
    return edits + [edit for edit in rates if edit is not None]


def total_edits(form: Form, grid: Grid) -> tuple[list[Edit], Form]:
    """Blank totals alone, and the form with them."""
    edits, lines = [], []
    for line in form.funding:
        if line.is_total:
            for key in AMOUNTS:
                total = _missing_total(form, line, key, grid)
                if total is not None:
                    edits.append(_total_edit(form, line, key, total, grid))
                    line = replace(line, **{key: plain_number(total)})
        lines.append(line)
    return edits, replace(form, funding=tuple(lines))


def rate_sentences(grids: Sequence[Grid], forms: Iterable[Form], overwrite: bool = False) -> list[Edit]:
    """The sentences on budget and execution for forms without a place for the rate, with totals that are
    filled in at the same time.
    """
    by_name = {grid.name: grid for grid in grids}
    return [
        edit
        for form in forms
        for edit in sentence_edits(total_edits(form, by_name[form.sheet])[1], by_name[form.sheet], overwrite)
    ]


def _missing_total(form: Form, line: FundingLine, key: str, grid: Grid) -> Decimal | None:
    """The sum for a blank total cell; None where it is not blank or the sources may be only a part of the
    total.
    """
    cell = line.cells.get(key)
    parts = sources(form)
    if cell is None or not _is_free(grid, cell) or not any(part.amount(key) is not None for part in parts):
        return None
    if any(part.amount(key) is None and not is_blank(getattr(part, key)) for part in parts):
        return None
    # No total is infinite: what comes back is the sum of a list that claims to be complete.
    return exceeds(
        form, key, Decimal("Infinity"), [part for part in parts if part.amount(key) is not None], Decimal(0)
    )


def _total_edit(form: Form, line: FundingLine, key: str, total: Decimal, grid: Grid) -> Edit:
    cell = line.cells[key]
    texts = _texts(grid, [part.cells.get(key) for part in form.funding if part is not line])
    digits = max((decimals(getattr(part, key)) for part in sources(form)), default=0)
    new: Decimal | str = f"{total:.{digits}f}" if texts else Decimal(plain_number(total))
    return Edit(grid.name, cell, _old(grid, cell), new, Look.KEEP, f"{NAMES[key]}：{WHY_TOTAL}")


def _rate_edit(form: Form, line: FundingLine, grid: Grid, overwrite: bool) -> Edit | None:
    cell, rate = line.cells.get(RATE), execution_rate(line)
    if cell is None or rate is None:
        return None
    if not _is_free(grid, cell):
        budget, executed = line.amount("annual_budget"), line.amount("executed")
        wrong = not is_void(line.execution_rate) and not printed_rate_fits(form, line, budget, executed)
        if not (overwrite and wrong):
            return None
    why = f"{WHY_RATE}（{line.source}：{line.executed}÷{line.annual_budget}）"
    neighbours = [other.cells.get(RATE) for other in form.funding if other.cells.get(RATE) != cell]
    if _as_text(grid, cell, neighbours):
        return Edit(grid.name, cell, _old(grid, cell), shown(rate), Look.KEEP, why)
    if _as_bare_percent(grid, neighbours):
        return Edit(grid.name, cell, _old(grid, cell), rounded(rate * 100), Look.KEEP, why)
    return Edit(grid.name, cell, _old(grid, cell), rounded(rate, 4), Look.PERCENT, why)


def _as_text(grid: Grid, cell: str, neighbours: list[str | None]) -> bool:
    """Whether rates are texts in this column: as the neighbours are; where there are none, as the cell's own
    format says.
    """
    values = [grid.value(*position(name)) for name in neighbours if name]
    told = [value for value in values if not (value is None or isinstance(value, str) and is_void(value))]
    own = grid.value(*position(cell))
    if told:
        return any(isinstance(value, str) for value in told)
    return isinstance(own, str) and "%" in tidy(own) or grid.number_format(*position(cell)) == "@"


def _as_bare_percent(grid: Grid, neighbours: list[str | None]) -> bool:
    """Whether the neighbours are numbers such as 99.86, without a percent format."""
    places = [position(name) for name in neighbours if name]
    numbers = [(grid.value(*place), grid.number_format(*place) or "") for place in places]
    return any(
        isinstance(value, (int, float)) and value > 1.5 and "%" not in number_format
        for value, number_format in numbers
    )


def stub_edits(form: Form, grid: Grid) -> list[Edit]:
    """The sentences due in empty reason cells of an assessed form."""
    return [
        Edit(grid.name, cell, _old(grid, cell), text, Look.STUB, WHY_STUB)
        for cell, text in stubs(form).items()
        if is_void(_old(grid, cell)) and not _has_formula(grid, cell)
    ]


def _is_free(grid: Grid, cell: str) -> bool:
    """Whether the cell is blank; a dash is an answer, and so is a formula without a value."""
    return _old(grid, cell) is None and not _has_formula(grid, cell)


def _has_formula(grid: Grid, cell: str) -> bool:
    return bool(grid.formulas) and position(cell) in grid.formulas()


def _old(grid: Grid, cell: str) -> str | None:
    return grid.text(*position(cell)).strip() or None


def _texts(grid: Grid, cells: list[str | None]) -> bool:
    """Whether the amounts in these cells are texts."""
    values = [grid.value(*position(name)) for name in cells if name]
    return any(isinstance(value, str) and not is_void(value) for value in values)
