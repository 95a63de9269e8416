"""Marks of findings in a workbook: tinted cells with a note, and the sheet 校验结果; and their removal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.files import free_name, leaving, make_folder, refuse
from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.grid import Grid, a1, position
from selfeval_xl.model.notes import beginning
from selfeval_xl.model.sheet_names import RESULTS, RETURNED
from selfeval_xl.workflows.marking.result_list import (
    WHY,
    WHY_GONE,
    cells_of,
    in_order,
    listed_on,
    remark_row,
    rows,
    table_edits,
)

if TYPE_CHECKING:
    from selfeval_xl.writers.xlsx.mark_records import CellBefore


_LOOKS = {Severity.ERROR: Look.ERROR, Severity.WARNING: Look.WARNING, Severity.NOTE: Look.NOTE}


@dataclass(frozen=True, slots=True)
class MarkResult:
    """The edits carried out, and those refused because the cell was changed meanwhile.

    unsigned: the copy has lost the digital signatures of the file.
    """

    edits: tuple[Edit, ...]
    refused: tuple[Edit, ...] = ()
    unsigned: bool = False


class MarkedCopy(NamedTuple):
    """The marked copy of a file, None where it cannot be marked. unsigned: as of MarkResult."""

    source: Path
    copy: Path | None
    unsigned: bool = False


def mark(path: str | Path, findings: Iterable[Finding], out: str | Path, sheet: str = RESULTS) -> MarkResult:
    """Marks the findings of a file in a copy of it, and lists them on 校验结果 (问题清单 in returns).

    Findings of other files are passed over. Marks of an earlier check that no longer hold are removed.
    Raises UsageError, OutputError or UnreadableFile with a Chinese sentence when the job cannot be done.
    """
    from selfeval_xl.workflows.marking.back_links import unlink_edits
    from selfeval_xl.writers.xlsx.apply import write_copy
    from selfeval_xl.writers.xlsx.opened import opened_for_change

    path, out = Path(path), Path(out)
    opened = opened_for_change(path, out)
    findings = [finding for finding in findings if not finding.file or _same(finding.file, path)]
    grids = opened.source.grids
    edits = mark_edits(findings, grids, opened.former, sheet, remarks=opened.remarks) + unlink_edits(grids)
    applied = write_copy(opened, edits, out)
    return MarkResult(applied.done, applied.refused, applied.unsigned)


def unmark(path: str | Path, out: str | Path) -> MarkResult:
    """Removes all marks in a copy of the file: colours and notes are as before.

    The sheet 校验结果 stays for its explanations. Raises as `mark` does.
    """
    from selfeval_xl.workflows.marking.back_links import unlink_edits
    from selfeval_xl.writers.xlsx.apply import write_copy
    from selfeval_xl.writers.xlsx.opened import opened_for_change

    path, out = Path(path), Path(out)
    opened = opened_for_change(path, out)
    grids = opened.source.grids
    applied = write_copy(opened, unmark_edits(opened.former, grids) + unlink_edits(grids), out)
    return MarkResult(applied.done, applied.refused, applied.unsigned)


def mark_all(
    paths: Iterable[str | Path], findings: Iterable[Finding], folder: str | Path
) -> list[MarkedCopy]:
    """Writes a marked copy `…_标注.xlsx` of each file into one folder.

    Its copy is None for a file that cannot be marked (a scan, a damaged file). A name that is taken gets a
    number. Raises OutputError; all copies that can be written are written then.
    """
    findings, folder = list(findings), Path(folder)
    make_folder(folder)
    copies: list[MarkedCopy] = []
    taken: set[str] = set()
    kept: list[str] = []
    for path in map(Path, paths):
        out = _free(folder, path, taken)
        unsigned = False
        try:
            with leaving(kept):
                unsigned = mark(path, findings, out).unsigned
        except (UnreadableFile, UsageError):
            copies.append(MarkedCopy(path, None))
            continue
        taken.add(out.name.lower())
        copies.append(MarkedCopy(path, out, unsigned))
    refuse(kept)
    return copies


def _free(folder: Path, path: Path, taken: set[str]) -> Path:
    """A path for the marked copy that no other copy has, and that is not the file itself."""
    ending = ".xlsm" if path.suffix.lower() == ".xlsm" else ".xlsx"
    return free_name(
        folder / f"{path.stem}_标注{ending}",
        lambda out: out.name.lower() in taken or out.absolute() == path.absolute(),
        between="",
    )


def _same(name: str, path: Path) -> bool:
    """Whether a finding's file is this one."""
    return Path(name) == path or Path(name).absolute() == path.absolute()


def mark_edits(
    findings: Iterable[Finding],
    grids: Sequence[Grid],
    former: Iterable[CellBefore] = (),
    sheet: str = RESULTS,
    only: str | None = None,
    remarks: Iterable[str] = (),
) -> list[Edit]:
    """The edits that mark the findings of one file, and those of the sheet that lists them.

    former: cells that carry marks of an earlier check. only: the findings are those of this sheet alone; rows
    of other sheets stay as they were. remarks: sentences on the copy, below the findings.
    """
    findings = in_order(findings, grids)
    listed = listed_on(grids, sheet)
    table = rows(findings, listed, only) + [remark_row(text) for text in remarks]
    return cell_edits(findings, grids, former) + table_edits(table, listed, sheet)


def cell_edits(
    findings: Iterable[Finding],
    grids: Sequence[Grid],
    former: Iterable[CellBefore] = (),
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


def unmark_edits(former: Iterable[CellBefore], grids: Sequence[Grid]) -> list[Edit]:
    """The edits that restore the look and note of cells before they were marked; their values stay."""
    by_name = {grid.name: grid for grid in grids}
    return [
        _same_value(by_name[each.sheet], each.cell, Look.RESTORE, WHY_GONE)
        for each in former
        if each.sheet in by_name
    ]


def remark(findings: Sequence[Finding], numbers: Mapping[int, int] = {}) -> str:
    """The text of a cell note: one paragraph a finding, the gravest first. numbers: as in `cell_edits`."""
    return "\n".join(_sentence(finding, numbers.get(id(finding))) for finding in findings)


def _sentence(finding: Finding, number: int | None) -> str:
    """The paragraph of one finding in a note. number: on the list."""
    return (
        f"{_beginning(finding)}{finding.message}"
        + (f"\n怎么改：{finding.hint}" if finding.hint else "")
        + (f"（{RETURNED}第{number}条）" if number else "")
    )


def _beginning(finding: Finding) -> str:
    """The beginning of a paragraph: severity and treatment, by which notes of ours are known."""
    if finding.severity is None or finding.treatment is None:
        return ""
    return beginning(finding.severity, finding.treatment)


def _mark(grid: Grid, cell: str, findings: Sequence[Finding], numbers: Mapping[int, int]) -> Edit:
    """The edit that marks one cell with the tint of its gravest finding and a note on all of them."""
    severity = min(findings, key=lambda finding: finding.rank).severity
    look = Look.NOTE if severity is None else _LOOKS[severity]
    return replace(_same_value(grid, cell, look, WHY), remark=remark(findings, numbers))


def _same_value(grid: Grid, cell: str, look: Look, why: str) -> Edit:
    """An edit that changes the look of a cell alone."""
    text = grid.text(*position(cell)).strip() or None
    return Edit(grid.name, cell, text, text, look, why)
