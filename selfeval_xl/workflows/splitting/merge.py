"""Merges single forms into a copy of the department workbook, with a list of returned files and conflicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.errors import UsageError
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.model.grid import Area, position
from selfeval_xl.model.sheet_names import EVIDENCE
from selfeval_xl.readers.folder import collect
from selfeval_xl.workflows.splitting.combining import CONFLICT, STRAY, Combined, Line, ProjectStatus, combine
from selfeval_xl.workflows.splitting.evidence import combine_evidence
from selfeval_xl.workflows.splitting.keys import KEPT_COPY, SINGLE
from selfeval_xl.workflows.splitting.returned import ReturnedForm, returned_form

if TYPE_CHECKING:
    from selfeval_xl.model.edits import Applied, Edit
    from selfeval_xl.writers.xlsx.opened import OpenedWorkbook
    from selfeval_xl.writers.xlsx.workbook import Book

LIST_NAME = "_合并清单"


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge.

    listed: the list. original: the department workbook. statuses: one for each of its projects. lines: what
    needs a person. landed: how many cells were written. unsigned: the copy has lost digital signatures.
    """

    out: Path
    listed: Path
    original: Path
    statuses: tuple[ProjectStatus, ...]
    lines: tuple[Line, ...]
    landed: int
    unsigned: bool = False


def merge(
    folder: str | Path,
    out: str | Path,
    into: str | Path | None = None,
    *,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Merged:
    """Writes a copy of the department workbook with the values of the files in `folder`, and a list.

    into: the department workbook; without it the copy that `split` left in the folder. Neither it nor the
    parts are changed. The list ..._合并清单.xlsx stands beside `out`. Raises UsageError where there is no
    department workbook, UnreadableFile, OutputError.
    """
    from selfeval_xl.files import check_replaceable
    from selfeval_xl.workflows.splitting.merge_report import write_list
    from selfeval_xl.writers.xlsx.extract_sheets import open_cells
    from selfeval_xl.writers.xlsx.opened import check_target, open_workbook

    folder, out = Path(folder), Path(out)
    if folder.is_file():
        raise UsageError(f"“{folder}”是一个文件，这里要写同事交回的表所在的文件夹。")
    files = [
        path
        for path in collect(folder)
        if path.absolute() != out.absolute() and not path.stem.endswith(LIST_NAME)
    ]
    parts = _read([path for path in files if not path.name.startswith(KEPT_COPY)], jobs, progress)
    original = _original(files, parts, folder, into)
    listed = out.with_name(f"{out.stem}{LIST_NAME}.xlsx")
    check_target(original, out)
    check_replaceable(out, listed)
    opened = open_workbook(original)
    whole = returned_form(opened.source)
    if not whole.sheets:
        raise UsageError(f"部门工作簿“{original.name}”里没有读到项目支出绩效自评表：{whole.problem}")
    combined = combine(
        whole,
        [part for part in parts if Path(part.path).absolute() != original.absolute()],
        {sheet.name: open_cells(opened.book, sheet.name) for sheet in whole.sheets},
    )
    _add_evidence(combined, opened, whole, parts)
    applied = _write_copy(opened, out, whole, combined)
    lines = (*combined.lines, *map(_refused_line, applied.refused))
    statuses = _without_refused(combined.statuses, applied.refused)
    write_list(listed, statuses, lines)
    return Merged(out, listed, original, tuple(statuses), lines, len(applied.done), opened.signed)


def _add_evidence(
    combined: Combined, opened: OpenedWorkbook, whole: ReturnedForm, parts: Sequence[ReturnedForm]
) -> None:
    """Adds what colleagues wrote on 佐证材料清单."""
    printed = opened.book.printed(EVIDENCE) if EVIDENCE in opened.grids else None
    if printed is None:
        return
    came = [(Path(part.path).name, part.evidence, part.settings) for part in parts if part.evidence]
    edits, unsettled = combine_evidence(whole.evidence, came, printed.bottom)
    combined.edits += edits
    combined.lines += [
        Line(CONFLICT if one.kept else STRAY, EVIDENCE, one.cell, one.sheet, one.kept, one.told, one.why)
        for one in unsettled
    ]


def _write_copy(opened: OpenedWorkbook, out: Path, whole: ReturnedForm, combined: Combined) -> Applied:
    """Writes the edited department workbook to `out`; rows with new texts are shown and made high enough."""
    from selfeval_xl.files import write_out
    from selfeval_xl.writers.xlsx.apply import patch
    from selfeval_xl.writers.xlsx.extract_sheets import show_rows
    from selfeval_xl.writers.xlsx.opened import check_ending

    check_ending(opened, out)
    applied = patch(opened, combined.edits)
    show_rows(opened.book, combined.hidden)
    _make_room(opened.book, whole, combined)
    write_out(out, opened.book.package.write)
    return applied


def _refused_line(edit: Edit) -> Line:
    """The line about an edit that could not be carried out."""
    text = f"{edit.why}：{edit.new}"
    return Line(STRAY, edit.sheet, edit.cell, "", edit.old or "", text, "这一格写不进去，请手工填")


def _without_refused(statuses: Sequence[ProjectStatus], refused: Sequence[Edit]) -> list[ProjectStatus]:
    """The statuses with the edits that were refused counted as strays."""
    return [
        replace(status, landed=status.landed - lost, strays=status.strays + lost)
        if (lost := sum(edit.sheet == status.sheet for edit in refused))
        else status
        for status in statuses
    ]


def _read(
    paths: list[Path], jobs: int | None, progress: Callable[[int, int], None] | None
) -> list[ReturnedForm]:
    """The files that came back, read in worker processes."""
    from selfeval_xl.workers import read_files

    read = read_files(
        paths, jobs, progress, function="selfeval_xl.workflows.splitting.returned:read_returned"
    )
    return [
        ReturnedForm(
            file.path, problem=file.problems[0].text if file.problems else "读不出来", sha256=file.sha256
        )
        if isinstance(file, ReadFile)
        else file
        for file in read
    ]


def _original(
    files: Sequence[Path], parts: Sequence[ReturnedForm], folder: Path, into: str | Path | None
) -> Path:
    """The department workbook: `into`, the copy that `split` left, or the one file that is no single form."""
    if into is not None:
        if not Path(into).is_file():
            raise UsageError(f"找不到部门工作簿“{into}”。请核对文件名和所在文件夹。")
        return Path(into)
    copy = next((path for path in files if path.stem == KEPT_COPY), None)
    if copy is not None:
        return copy
    wholes = [part for part in parts if SINGLE not in part.settings and part.whole and part.sheets]
    if len(wholes) == 1:
        return Path(wholes[0].path)
    raise UsageError(
        f"“{folder}”里没有“{KEPT_COPY}”，不知道合并到哪一份部门工作簿。请用 --into 写明：selfeval "
        f"merge {folder.name} -o 合并.xlsx --into 部门工作簿.xlsx"
    )


def _make_room(book: Book, whole: ReturnedForm, combined: Combined) -> None:
    """Makes rows higher for their new texts: merged cells never do that by themselves."""
    merges = {sheet.name: sheet.merges for sheet in whole.sheets}
    for edit in combined.edits:
        if isinstance(edit.new, str):
            row, column = position(edit.cell)
            area = next(
                (area for area in merges.get(edit.sheet, ()) if area.holds(row, column)),
                Area(row, column, row, column),
            )
            sheet = book.sheet(edit.sheet)
            assert sheet is not None  # the edits are of sheets that were read from this workbook
            sheet.make_room(area, edit.new, book.styles.font_size(sheet.style(row, column)))
