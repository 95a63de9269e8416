"""Changed copies of received files: an xlsx is patched, other kinds are first rewritten as an xlsx."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.files import scratch, write_out
from selfeval_xl.model.edits import Applied, Edit
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Extent, Grid
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.writers.xlsx import from_grids
from selfeval_xl.writers.xlsx.apply import apply, check_target, rooms

_AS_NEW = frozenset(("xls", "xlsb", "ods", "docx"))


@dataclass(frozen=True, slots=True)
class OpenedWorkbook:
    """A file whose copy is to be changed, with its Grids and the problems of reading it."""

    path: Path
    kind: str
    grids: list[Grid]
    problems: list[Problem]


def opened_for_change(path: Path, out: Path) -> OpenedWorkbook:
    """Opens a file whose changed copy is to be `out`.

    Raises UsageError where `out` is the file itself or ends wrongly, UnreadableFile without any tables.
    """
    check_target(path, out)
    source = open_source(path)
    if source.kind not in _AS_NEW and source.kind != "xlsx":
        reason = "；".join(problem.text for problem in source.problems)
        raise UnreadableFile(reason or f"“{path.name}”里没有表格，不能填写或标注。", "T01")
    if source.kind in _AS_NEW and out.suffix.lower() != ".xlsx":
        raise UsageError(
            f"“{path.name}”不是xlsx，结果会另写成一个xlsx工作簿，输出文件名请以.xlsx结尾，"
            f"现在是“{out.name}”。"
        )
    if not source.grids:
        raise UnreadableFile(
            "；".join(problem.text for problem in source.problems) or f"“{path.name}”里没有表格。"
        )
    return OpenedWorkbook(path, source.kind, source.grids, source.problems)


def side_of(opened: OpenedWorkbook) -> dict[str, Extent]:
    """The extent of print area and drawings by sheet; a file that is written anew has neither."""
    if opened.kind != "xlsx":
        return {}
    return {
        name: Extent(room.printed.right if room.printed else -1, room.drawn.right if room.drawn else -1)
        for name, room in rooms(opened.path).items()
    }


def change(opened: OpenedWorkbook, edits: Iterable[Edit], out: Path) -> Applied:
    """Writes the copy with the edits; the source is only read. Raises OutputError if it cannot be written."""
    edits = list(edits)
    if opened.kind == "xlsx":
        return apply(opened.path, edits, out)
    with scratch() as folder:
        anew = folder / "anew.xlsx"
        names = from_grids.write(opened.grids, anew)
        renamed = [replace(edit, sheet=names.get(edit.sheet, edit.sheet)) for edit in edits]
        if not renamed:
            write_out(out, lambda file: Path(file).write_bytes(anew.read_bytes()))
            return Applied((), ())
        return apply(anew, renamed, out)
