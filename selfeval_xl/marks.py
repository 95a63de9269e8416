"""Marks of findings in a workbook: tinted cells with a note, and the sheet 校验结果; and their removal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from .edits import Edit, Formula, Look
from .errors import OutputError, UnreadableFile, UsageError, cause_of
from .findings import Finding, Severity, Treatment
from .grid import Area, Grid, a1, cell_names, position
from .progress import EXPLAINED, KEPT, MENDED, NEW, place_of
from .reading.explained import listed_rows
from .sheets import RESULT_COLUMNS, RESULTS, RETURNED

if TYPE_CHECKING:
    from .sinks.memory import Former

COLUMNS = RESULT_COLUMNS
WHY, WHY_GONE = "校验标注", "问题已不在，取消标注"

_LOOKS = {Severity.ERROR: Look.ERROR, Severity.WARNING: Look.WARNING, Severity.NOTE: Look.NOTE}
_ORDER = {severity: number for number, severity in enumerate(Severity)}
_LINK = COLUMNS.index("单元格")
_KEY = tuple(COLUMNS.index(name) for name in ("规则编号", "工作表", "对象", "填报内容"))
_EXPLANATION = COLUMNS.index("单位说明")
_TREATMENT = COLUMNS.index("处理方式")
_SHEET = COLUMNS.index("工作表")
_LONGEST_LITERAL = 250  # Excel takes no longer text inside a formula

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """The edits carried out, and those refused because the cell was changed meanwhile."""

    edits: tuple[Edit, ...]
    refused: tuple[Edit, ...] = ()


def mark(path: str | Path, findings: Iterable[Finding], out: str | Path, sheet: str = RESULTS) -> Marked:
    """Marks the findings of a file in a copy of it, and lists them on 校验结果 (问题清单 in returns).

    Findings of other files are passed over. Marks of an earlier check that no longer hold are removed.
    Raises UsageError, OutputError or UnreadableFile with a Chinese sentence when the job cannot be done.
    """
    from .backlinks import unlink_edits
    from .sinks.copies import change, opened_for_change
    from .sinks.file import marked

    path, out = Path(path), Path(out)
    opened = opened_for_change(path, out)
    findings = [finding for finding in findings if not finding.file or _same(finding.file, path)]
    former = marked(path) if opened.kind == "xlsx" else []
    edits = mark_edits(findings, opened.grids, former, sheet) + unlink_edits(opened.grids)
    applied = change(opened, edits, out)
    return Marked(applied.done, applied.refused)


def unmark(path: str | Path, out: str | Path) -> Marked:
    """Removes all marks in a copy of the file: colours and notes are as before.

    The sheet 校验结果 stays for its explanations. Raises as `mark` does.
    """
    from .backlinks import unlink_edits
    from .sinks.copies import change, opened_for_change
    from .sinks.file import marked

    path, out = Path(path), Path(out)
    opened = opened_for_change(path, out)
    former = marked(path) if opened.kind == "xlsx" else []
    applied = change(opened, unmark_edits(former, opened.grids) + unlink_edits(opened.grids), out)
    return Marked(applied.done, applied.refused)


def mark_all(
    paths: Iterable[str | Path], findings: Iterable[Finding], folder: str | Path
) -> list[tuple[Path, Path | None]]:
    """Writes a marked copy `…_标注.xlsx` of each file into one folder.

    Returns (file, copy), with None for a file that cannot be marked (a scan, a damaged file). A name that is
    taken gets a number. Raises OutputError.
    """
    findings, folder = list(findings), Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"建不了文件夹“{folder}”：{cause_of(error)}。请换一个位置。") from error
    copies: list[tuple[Path, Path | None]] = []
    taken: set[str] = set()
    for path in map(Path, paths):
        out = _free(folder, path, taken)
        try:
            mark(path, findings, out)
        except (UnreadableFile, UsageError):
            copies.append((path, None))
            continue
        taken.add(out.name.lower())
        copies.append((path, out))
    return copies


def _free(folder: Path, path: Path, taken: set[str]) -> Path:
    """A path for the marked copy that no other copy has, and that is not the file itself."""
    ending = ".xlsm" if path.suffix.lower() == ".xlsm" else ".xlsx"
    number, out = 1, folder / f"{path.stem}_标注{ending}"
    while out.name.lower() in taken or out.absolute() == path.absolute():
        number += 1
        out = folder / f"{path.stem}_标注{number}{ending}"
    return out


def _same(name: str, path: Path) -> bool:
    """Whether a finding's file is this one."""
    return Path(name) == path or Path(name).absolute() == path.absolute()


def mark_edits(
    findings: Iterable[Finding],
    grids: Sequence[Grid],
    former: Iterable[Former] = (),
    sheet: str = RESULTS,
    only: str | None = None,
) -> list[Edit]:
    """The edits that mark the findings of one file, and those of the sheet that lists them.

    former: cells that carry marks of an earlier check. only: the findings are those of this sheet alone; rows
    of other sheets stay as they were.
    """
    findings = in_order(findings, grids)
    listed = listed_on(grids, sheet)
    return cell_edits(findings, grids, former) + table_edits(rows(findings, listed, only), listed, sheet)


def listed_on(grids: Iterable[Grid], sheet: str) -> Grid | None:
    """The list of an earlier check: the sheet of this name, else 校验结果 or 问题清单."""
    by_name = {grid.name: grid for grid in grids}
    return by_name.get(sheet) or by_name.get(RESULTS) or by_name.get(RETURNED)


def cell_edits(
    findings: Iterable[Finding],
    grids: Sequence[Grid],
    former: Iterable[Former] = (),
    numbers: Mapping[int, int] = {},
) -> list[Edit]:
    """The edits for tints and notes alone; those of an earlier check are removed.

    numbers: the number of a finding on the list by its id().
    """
    by_name = {grid.name: grid for grid in grids}
    on_cell: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        grid = by_name.get(finding.sheet or "")
        if grid is None:
            continue
        for cell in cells_of(finding):
            area = grid.area(*position(cell))
            on_cell.setdefault((grid.name, a1(area.top, area.left)), []).append(finding)
    gone = [each for each in former if (each.sheet, each.cell) not in on_cell]
    return unmark_edits(gone, grids) + [
        _mark(by_name[name], cell, found, numbers) for (name, cell), found in on_cell.items()
    ]


def unmark_edits(former: Iterable[Former], grids: Sequence[Grid]) -> list[Edit]:
    """The edits that restore the look and note of cells before they were marked; their values stay."""
    by_name = {grid.name: grid for grid in grids}
    return [
        _same_value(by_name[each.sheet], each.cell, Look.FORMER, WHY_GONE)
        for each in former
        if each.sheet in by_name
    ]


def in_order(findings: Iterable[Finding], grids: Sequence[Grid]) -> list[Finding]:
    """The findings by severity, the gravest first; within a severity in the order of sheets and cells."""
    numbers = {grid.name: number for number, grid in enumerate(grids)}

    def order(finding: Finding) -> tuple[int, int, tuple[int, int], str]:
        cells = cells_of(finding)
        first = position(cells[0]) if cells else (-1, -1)
        return _rank(finding), numbers.get(finding.sheet or "", len(numbers)), first, finding.rule

    return sorted(findings, key=order)


def _rank(finding: Finding) -> int:
    """The rank of a finding's severity, 0 for the gravest; behind all others without one."""
    return len(_ORDER) if finding.severity is None else _ORDER[finding.severity]


def cells_of(finding: Finding) -> list[str]:
    """The names of a finding's cells, which it keeps as "G12,G15"."""
    return cell_names(finding.cell or "")


def remark(findings: Sequence[Finding], numbers: Mapping[int, int] = {}) -> str:
    """The text of a cell note: one paragraph a finding, the gravest first. numbers: as in `cell_edits`."""
    return "\n".join(_sentence(finding, numbers.get(id(finding))) for finding in findings)


def _sentence(finding: Finding, number: int | None) -> str:
    """The paragraph of one finding in a note. number: on the list."""
    return (
        f"{level(finding)}：{finding.message}"
        + (f"\n怎么改：{finding.hint}" if finding.hint else "")
        + (f"（{RETURNED}第{number}条）" if number else "")
    )


def level(finding: Finding) -> str:
    """Severity and demand of a finding: 错误（须修改）, 核实（须说明）, 提示（供参考）; else ""."""
    return f"{finding.severity.label}（{finding.severity.demand}）" if finding.severity else ""


def _mark(grid: Grid, cell: str, findings: Sequence[Finding], numbers: Mapping[int, int]) -> Edit:
    """The edit that marks one cell with the tint of its gravest finding and a note on all of them."""
    severity = min(findings, key=_rank).severity
    look = Look.NOTE if severity is None else _LOOKS[severity]
    return replace(_same_value(grid, cell, look, WHY), remark=remark(findings, numbers))


def _same_value(grid: Grid, cell: str, look: Look, why: str) -> Edit:
    """An edit that changes the look of a cell alone."""
    text = grid.text(*position(cell)).strip() or None
    return Edit(grid.name, cell, text, text, look, why)


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
        row[-1] = EXPLAINED if explained else KEPT if old else NEW
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
        level(finding),
        finding.treatment.label if finding.treatment else "",
        finding.rule,
        place_of(finding),
        ",".join(cells_of(finding)),
        finding.subject or "",
        finding.value or "",
        finding.expected or "",
        finding.message,
        finding.hint,
        finding.explanation or "",
        "",
    ]


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
    target = "#'{}'!{}".format(sheet.replace("'", "''"), cells.split(",")[0]).replace('"', '""')
    if not sheet or max(len(target), len(cells)) > _LONGEST_LITERAL:
        return cells
    return Formula(f'HYPERLINK("{target}","{cells}")', cells)
