"""The sheet 校验结果 (问题清单 in returns): one row a finding, with the department's explanation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from selfeval_xl.model.edits import Edit, Formula, Look
from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.model.grid import Area, Grid, a1, cell_names, position
from selfeval_xl.model.sheet_names import (
    RESULT_COLUMNS,
    RESULTS,
    RETURNED,
    sheet_link,
    sheet_prefix,
    text_literal,
)
from selfeval_xl.readers.recognition.result_list import listed_rows
from selfeval_xl.workflows.marking.progress import EXPLAINED, MENDED, NEW, STILL_OPEN, place_of

COLUMNS = RESULT_COLUMNS
WHY, WHY_GONE = "校验标注", "问题已不在，取消标注"
_LINK = COLUMNS.index("单元格")
_KEY = tuple(COLUMNS.index(name) for name in ("规则编号", "工作表", "对象", "填报内容"))
_EXPLANATION = COLUMNS.index("单位说明")
_TREATMENT = COLUMNS.index("处理方式")
_SHEET = COLUMNS.index("工作表")
_LONGEST_LITERAL = 250  # Excel takes no longer text inside a formula
Key = tuple[str, ...]


def listed_on(grids: Iterable[Grid], sheet: str) -> Grid | None:
    """The list of an earlier check: the sheet of this name, else 校验结果 or 问题清单."""
    by_name = {grid.name: grid for grid in grids}
    return by_name.get(sheet) or by_name.get(RESULTS) or by_name.get(RETURNED)


def in_order(findings: Iterable[Finding], grids: Sequence[Grid]) -> list[Finding]:
    """The findings by severity, the gravest first; within a severity in the order of sheets and cells."""
    numbers = {grid.name: number for number, grid in enumerate(grids)}

    def order(finding: Finding) -> tuple[int, int, tuple[int, int], str]:
        cells = cells_of(finding)
        first = position(cells[0]) if cells else (-1, -1)
        return finding.rank, numbers.get(finding.sheet or "", len(numbers)), first, finding.rule

    return sorted(findings, key=order)


def cells_of(finding: Finding) -> list[str]:
    """The names of a finding's cells, which it keeps as "G12,G15"."""
    return cell_names(finding.cell or "")


def rows(findings: Iterable[Finding], listed: Grid | None, only: str | None = None) -> list[list[str]]:
    """The rows of the sheet 校验结果 without its head, as texts; explanations on `listed` are carried over.

    A row is recognised by rule, sheet, subject and value. An explained row whose finding is gone stays at the
    end as 已修改. only: the findings are those of this sheet; rows of other sheets stay, behind them.
    """
    earlier = listed_rows(listed)
    others = [row for row in earlier if only is not None and row[_SHEET] != only]
    before = {_key(row): row for row in earlier if only is None or row[_SHEET] == only}
    found: list[list[str]] = []
    seen: set[Key] = set()
    for finding in findings:
        row = row_of(finding)
        old = before.get(_key(row))
        if old and not row[_EXPLANATION]:
            row[_EXPLANATION] = old[_EXPLANATION]
        explained = row[_EXPLANATION] and finding.treatment is Treatment.EXPLAIN
        row[-1] = EXPLAINED if explained else STILL_OPEN if old else NEW
        seen.add(_key(row))
        found.append(row)
    found += [[*row[:-1], MENDED] for key, row in before.items() if key not in seen and row[_EXPLANATION]]
    found += [list(row) for row in others]
    for number, row in enumerate(found, 1):
        row[0] = str(number)
    return found


def row_of(finding: Finding) -> list[str]:
    """A finding as a row of the list, without number and state."""
    return [
        "",
        finding.severity.label if finding.severity else "",
        finding.treatment.label if finding.treatment else "",
        finding.rule,
        place_of(finding),
        ",".join(cells_of(finding)),
        finding.subject or "",
        finding.value or "",
        finding.expected or "",
        finding.in_full,
        finding.hint,
        finding.explanation or "",
        "",
    ]


def remark_row(text: str) -> list[str]:
    """A row of the list that is no finding: a heading between others, or a remark at the end."""
    row = [""] * len(COLUMNS)
    row[COLUMNS.index("问题说明")] = text
    return row


def _key(row: Sequence[str]) -> Key:
    """The values by which a row is recognised."""
    return tuple(" ".join(row[column].split()) for column in _KEY)


def table_edits(table: Sequence[Sequence[str]], listed: Grid | None, sheet: str = RESULTS) -> list[Edit]:
    """The edits that write these rows under the sheet's head; only cells that differ.

    listed: that sheet, or the other list, as it is now.
    """
    current = listed if listed is not None and listed.name == sheet else Grid(sheet, [])
    formulas = current.formulas() if current.formulas else {}
    edits = []
    for row, line in enumerate([list(COLUMNS), *table]):
        for column, text in enumerate(line):
            new = _value(line, column) if row else text
            old = current.text(row, column).strip() or None
            linked = not isinstance(new, Formula) or formulas.get((row, column)) == f"={new.text}"
            if (old or "") != text.strip() or not linked or row >= current.height and new is None:
                edits.append(
                    Edit(sheet, a1(row, column), old, new, _look(line, column) if row else Look.HEAD, WHY)
                )
    return edits + _cleared(current, len(table) + 1)


def _look(line: Sequence[str], column: int) -> Look:
    """The look of a cell of the list.

    A row without a number is a heading between others; the cell of a due explanation looks like an entry.
    """
    if not line[0]:
        return Look.HEAD
    return Look.ENTRY if column == _EXPLANATION and line[_TREATMENT] == Treatment.EXPLAIN.label else Look.TEXT


def _value(line: Sequence[str], column: int) -> None | str | Decimal | Formula:
    """The value that a cell of the list gets: a number, a link or a text."""
    if column == 0 and line[0].isdecimal():
        return Decimal(line[0])
    return _link(line) if column == _LINK and line[column] else line[column] or None


def _cleared(listed: Grid, first: int) -> list[Edit]:
    """The edits that empty the rows of the list from `first` on."""
    area = Area(first, 0, listed.height - 1, len(COLUMNS) - 1)
    return [
        Edit(listed.name, a1(row, column), text, None, Look.KEEP, WHY)
        for row in range(area.top, area.bottom + 1)
        for column in range(area.right + 1)
        if (text := listed.text(row, column).strip())
    ]


def _link(line: Sequence[str]) -> str | Formula:
    """A formula that links to the cells of a row; where it would be too long for Excel, their names alone."""
    sheet, cells = line[_LINK - 1], line[_LINK]
    first = cells.split(",")[0]
    target = text_literal(f"#{sheet_prefix(sheet)}{first}")
    if not sheet or max(len(target) - 2, len(cells)) > _LONGEST_LITERAL:
        return cells
    return Formula(sheet_link(sheet, cells, first), cells)
