"""The edits that fill a form in: blank totals and execution rates, deviation columns, stubs of reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.assessment.verdicts import assess, execution_rate
from selfeval_xl.errors import UsageError
from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.forms import Form, FundingLine
from selfeval_xl.model.grid import Extent, Grid, plain_number, position
from selfeval_xl.model.money import AMOUNTS, amount_names
from selfeval_xl.model.numbers import rounded, shown
from selfeval_xl.model.places import place_shown
from selfeval_xl.model.quantity import is_blank, is_void, tidy
from selfeval_xl.model.sheet_names import DEVIATIONS
from selfeval_xl.rules.funding_table import exceeds, printed_rate_fits, sources
from selfeval_xl.rules.sums import decimals, exact
from selfeval_xl.workflows.filling.deviation_columns import beside, columns_edits, listed_edits
from selfeval_xl.workflows.filling.rate_sentence import sentence_edits
from selfeval_xl.workflows.filling.reason_stubs import stubs

RATE = "execution_rate"
_OF_STAGES = ("forecast", "medium_budget")  # amounts that only forms of the earlier stages have
WHY_TOTAL, WHY_RATE = "各项资金之和", "执行率＝全年执行数÷全年预算数"
WHY_STUB = "有偏差而没有写原因，请把【待补充】处写完整"


@dataclass(frozen=True, slots=True)
class Filled:
    """The result of `fill`.

    edits: carried out. refused: not carried out, because the cell was changed meanwhile. problems: texts of
    what could not be read or written. unsigned: the copy has lost the digital signatures of the file.
    """

    edits: tuple[Edit, ...]
    refused: tuple[Edit, ...] = ()
    problems: tuple[str, ...] = ()
    unsigned: bool = False


def fill(
    path: str | Path,
    out: str | Path,
    overwrite: bool = False,
    policy: Policy | None = None,
    rate_sentence: bool = False,
) -> Filled:
    """Fills the forms of a file into a copy of it. xls, xlsb, ods and docx give an xlsx of the same grid.

    overwrite: replaces wrong execution rates too, never totals. rate_sentence: adds a sentence with the rate
    to a form without a cell for it. The source is only read; nothing to fill gives a plain copy.
    Raises UsageError, OutputError or UnreadableFile with a Chinese sentence when the job cannot be done.
    """
    from selfeval_xl.readers.reading import about_no_filing
    from selfeval_xl.readers.recognition.ready_sheets import is_spare
    from selfeval_xl.readers.recognition.stage_forms import all_forms_in
    from selfeval_xl.writers.xlsx.apply import write_copy
    from selfeval_xl.writers.xlsx.opened import opened_for_change

    path, out = Path(path), Path(out)
    opened = opened_for_change(path, out)
    if sentence := about_no_filing(opened.source):
        raise UsageError(sentence)
    grids = opened.source.grids
    by_sheet = {grid.name: all_forms_in(grid, str(path)) for grid in grids}
    for grid in grids:
        found = by_sheet[grid.name]
        if is_spare(grid, opened.source.settings, (*found.forms, *found.stage_forms)):
            del by_sheet[grid.name]
    forms = [form for found in by_sheet.values() for form in (*found.forms, *found.stage_forms)]
    problems = [problem.text for problem in opened.source.problems]
    problems += [problem.text for found in by_sheet.values() for problem in found.problems]
    if not forms:
        problems.append(f"“{path.name}”里没有找到绩效自评表、监控表或申报表，没有可以填的内容。")
    by_name = {grid.name: grid for grid in grids}
    problems += [text for form in forms for text in left_empty(form, by_name[form.sheet])]
    sides = opened.right_extents({form.sheet for form in forms})
    edits = workbook_edits(grids, forms, policy or default(), overwrite, sides)
    edits += rate_sentences(grids, forms, overwrite) if rate_sentence else []
    applied = write_copy(opened, edits, out)
    problems += [
        f"{edit.sheet}!{edit.cell}里现在不是“{edit.old or '空'}”，没有写入。" for edit in applied.refused
    ]
    return Filled(applied.done, applied.refused, tuple(problems), applied.unsigned)


def fill_edits(form: Form, grid: Grid, policy: Policy, overwrite: bool = False) -> list[Edit]:
    """The edits for one form that stands alone on its sheet; see `workbook_edits`."""
    return workbook_edits([grid], [form], policy, overwrite)


def workbook_edits(
    grids: Sequence[Grid],
    forms: Iterable[Form],
    policy: Policy,
    overwrite: bool = False,
    sides: Mapping[str, Extent] | None = None,
) -> list[Edit]:
    """All edits for the forms of one file; empty when everything that can be filled in is there already.

    sides: the extent of print area and drawings by sheet.
    """
    by_name = {grid.name: grid for grid in grids}
    edits: list[Edit] = []
    without_room: list[Form] = []
    on_sheet: dict[str, list[Form]] = {}
    for form in forms:
        on_sheet.setdefault(form.sheet, []).append(form)
    for name, neighbours in on_sheet.items():
        grid, side = by_name[name], (sides or {}).get(name, Extent())
        for form in neighbours:
            edits += funding_edits(form, grid, overwrite)
            if form.is_of_stage:  # what was done so far is no deviation from the year's target
                continue
            assessed = assess(form, policy)
            edits += stub_edits(assessed, grid, policy)
            first = beside(assessed, grid, side) if _has_room(form, neighbours) else None
            if first is not None:
                edits += columns_edits(assessed, grid, first)
            elif assessed.indicators:
                without_room.append(assessed)
    return edits + (listed_edits(without_room, by_name.get(DEVIATIONS)) if without_room else [])


def _has_room(form: Form, neighbours: list[Form]) -> bool:
    """Whether no other form of the sheet shares rows with this one, so that columns beside it are its own."""
    area = form.frame.area if form.frame else None
    others = [other.frame.area for other in neighbours if other is not form and other.frame]
    return area is not None and not any(
        other.top <= area.bottom and area.top <= other.bottom for other in others
    )


def funding_edits(form: Form, grid: Grid, overwrite: bool = False) -> list[Edit]:
    """The edits for blank totals and execution rates; a rate may need a total that is filled in just now."""
    edits, filled = total_edits(form, grid)
    rates = [_rate_edit(filled, line, grid, overwrite) for line in filled.funding]
    return edits + [edit for edit in rates if edit is not None]


def total_edits(form: Form, grid: Grid) -> tuple[list[Edit], Form]:
    """The edits for blank totals alone, and the form with these totals."""
    edits: list[Edit] = []
    lines: list[FundingLine] = []
    for line in form.funding:
        keys = (*AMOUNTS, *_OF_STAGES) if line.is_total else ()
        totals = {key: _missing_total(form, line, key, grid) for key in keys}
        texts: dict[str, str] = {}
        for key, total in totals.items():
            if total is not None:
                edits.append(_total_edit(form, line, key, total, grid))
                texts[key] = plain_number(total)
        if texts:
            line = replace(line, **texts)  # type: ignore[arg-type]  # texts of amounts by their keys
        lines.append(line)
    return edits, replace(form, funding=tuple(lines))


def rate_sentences(grids: Sequence[Grid], forms: Iterable[Form], overwrite: bool = False) -> list[Edit]:
    """The edits for sentences on budget and execution, on forms without a cell for the rate.

    Totals that are filled in at the same time count.
    """
    by_name = {grid.name: grid for grid in grids}
    return [
        edit
        for form in forms
        for edit in sentence_edits(total_edits(form, by_name[form.sheet])[1], by_name[form.sheet], overwrite)
    ]


def _missing_total(form: Form, line: FundingLine, key: str, grid: Grid) -> Decimal | None:
    """The sum for a blank total cell; None where it is not blank or the sources may be only a part of it."""
    cell = line.cells.get(key)
    parts = sources(form)
    if cell is None or not _is_free(grid, cell) or not any(part.amount(key) is not None for part in parts):
        return None
    if any(part.amount(key) is None and not is_blank(getattr(part, key)) for part in parts):
        return None
    # No sum reaches an infinite total, so a list that claims to be complete gives its sum.
    with_amount = [part for part in parts if part.amount(key) is not None]
    return exceeds(form, key, exact(Decimal("Infinity")), with_amount, Decimal(0))


def left_empty(form: Form, grid: Grid) -> list[str]:
    """The sentences on blank totals that stay so: whose sources may not be all, or are no numbers."""
    found = []
    for line in form.funding:
        for key in (*AMOUNTS, *_OF_STAGES) if line.is_total else ():
            cell, parts = line.cells.get(key), sources(form)
            listed = [part.source for part in parts if part.amount(key) is not None]
            if cell is None or not listed or not _is_free(grid, cell):
                continue
            if _missing_total(form, line, key, grid) is not None:
                continue
            odd = [part for part in parts if part.amount(key) is None and not is_blank(getattr(part, key))]
            why = (
                f"“{odd[0].source}”填的“{getattr(odd[0], key)}”不是数"
                if odd
                else f"下面只列了{'、'.join(listed)}，可能不是全部资金"
            )
            where, name = place_shown(form.file, form.sheet, cell), amount_names(form).get(key, "")
            found.append(f"{where}：{name}的合计是空的，{why}，没有代填；请核对后填写。")
    return found


def _total_edit(form: Form, line: FundingLine, key: str, total: Decimal, grid: Grid) -> Edit:
    """The edit for one total: a text where the other amounts are texts, else a number."""
    cell = line.cells[key]
    texts = _texts(grid, [part.cells.get(key) for part in form.funding if part is not line])
    digits = max((decimals(getattr(part, key)) for part in sources(form)), default=0)
    new: Decimal | str = f"{total:.{digits}f}" if texts else Decimal(plain_number(total))
    return Edit(grid.name, cell, _old(grid, cell), new, Look.KEEP, f"{amount_names(form)[key]}：{WHY_TOTAL}")


def _rate_edit(form: Form, line: FundingLine, grid: Grid, overwrite: bool) -> Edit | None:
    """The edit for a blank rate, and with `overwrite` for a wrong one, in the form that its column has."""
    cell, rate = line.cells.get(RATE), execution_rate(line)
    budget, executed = (
        line.budget if form.is_of_stage else line.amount("annual_budget"),
        line.amount("executed"),
    )
    if cell is None or rate is None or budget is None or executed is None:
        return None
    if not _is_free(grid, cell):
        wrong = not is_void(line.execution_rate) and not printed_rate_fits(form, line, budget, executed)
        if not (overwrite and wrong):
            return None
    names = amount_names(form)
    told = (
        f"{names['executed'].removesuffix('数')}率＝{names['executed']}÷{names[line.budget_key]}"
        if form.is_of_stage
        else WHY_RATE
    )
    why = f"{told}（{line.source}：{line.executed}÷{getattr(line, line.budget_key)}）"
    neighbours = [other.cells.get(RATE) for other in form.funding if other.cells.get(RATE) != cell]
    if _as_text(grid, cell, neighbours):
        return Edit(grid.name, cell, _old(grid, cell), shown(rate), Look.KEEP, why)
    if _as_bare_percent(grid, neighbours):
        return Edit(grid.name, cell, _old(grid, cell), rounded(rate * 100), Look.KEEP, why)
    return Edit(grid.name, cell, _old(grid, cell), rounded(rate, 4), Look.PERCENT, why)


def _as_text(grid: Grid, cell: str, neighbours: list[str | None]) -> bool:
    """Whether rates are texts in this column: by the neighbours, else by the cell's own value and format."""
    values = [grid.value(*position(name)) for name in neighbours if name]
    filled = [value for value in values if not (value is None or isinstance(value, str) and is_void(value))]
    if filled:
        return any(isinstance(value, str) for value in filled)
    old = grid.value(*position(cell))
    return isinstance(old, str) and "%" in tidy(old) or grid.number_format(*position(cell)) == "@"


def _as_bare_percent(grid: Grid, neighbours: list[str | None]) -> bool:
    """Whether the neighbours are numbers such as 99.86, without a percent format."""
    cells = [position(name) for name in neighbours if name]
    numbers = [(grid.value(*cell), grid.number_format(*cell) or "") for cell in cells]
    return any(
        isinstance(value, (int, float)) and value > 1.5 and "%" not in number_format
        for value, number_format in numbers
    )


def stub_edits(form: Form, grid: Grid, policy: Policy) -> list[Edit]:
    """The edits that write stubs into the empty reason cells of an assessed form where a reason is due."""
    return [
        Edit(grid.name, cell, _old(grid, cell), text, Look.STUB, WHY_STUB)
        for cell, text in stubs(form, policy).items()
        if is_void(_old(grid, cell)) and not _is_taken(grid, cell)
    ]


def _is_free(grid: Grid, cell: str) -> bool:
    """Whether the cell is blank; a dash is an answer, and so are a formula without a value and a picture."""
    return _old(grid, cell) is None and not _is_taken(grid, cell)


def _is_taken(grid: Grid, cell: str) -> bool:
    """Whether the cell has a picture, or a formula as far as the kind of file shows formulas."""
    place = position(cell)
    return place in grid.pictures or grid.formulas is not None and place in grid.formulas()


def _old(grid: Grid, cell: str) -> str | None:
    """The text that a cell shows; None where it shows nothing."""
    return grid.text(*position(cell)).strip() or None


def _texts(grid: Grid, cells: list[str | None]) -> bool:
    """Whether the amounts in these cells are texts."""
    values = [grid.value(*position(name)) for name in cells if name]
    return any(isinstance(value, str) and not is_void(value) for value in values)
