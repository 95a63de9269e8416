"""A file opened once: its Grids to read, its parts to look at and to change in a copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.model.grid import Area, Extent, Grid
from selfeval_xl.readers.formats.kinds import WRITTEN_ANEW
from selfeval_xl.readers.formats.source import Source, open_source
from selfeval_xl.writers.xlsx.mark_records import SETUPS, CellBefore, MarkRecords, recall
from selfeval_xl.writers.xlsx.package import OpenPackage
from selfeval_xl.writers.xlsx.workbook import Book

_ENDINGS = {
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml": ".xlsm",
    "application/vnd.ms-excel.template.macroEnabled.main+xml": ".xltm",
    "application/vnd.ms-excel.addin.macroEnabled.main+xml": ".xlam",
}


UNSIGNED = "原文件有数字签名，改动后签名不再有效，副本里已经去掉；需要签名的，定稿后请重新签。"
_SIGNATURES = b"/digital-signature/origin"  # end of the type of the relation to them


@dataclass(frozen=True, slots=True)
class Extents:
    """The print area of a sheet, and the area under its pictures, text boxes and charts; None without any."""

    printed: Area | None
    drawn: Area | None

    @property
    def right(self) -> Extent:
        """The last printed column and the last one under a drawing."""
        return Extent(self.printed.right if self.printed else -1, self.drawn.right if self.drawn else -1)


class OpenedWorkbook:
    """A file that was read once and inflated once.

    source: what it says; `source.grids` has its sheets in order. grids: its sheets by name. `book` is an xlsx
    as parts that can be changed, parsed when it is asked for; changes of it stay in this object. A second
    object of the same source shares the inflated parts, not the changes.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.grids: dict[str, Grid] = {grid.name: grid for grid in source.grids}

    @property
    def path(self) -> Path:
        """The path of the file."""
        return Path(self.source.path)

    @property
    def is_xlsx(self) -> bool:
        """Whether the file is patched; others are written anew."""
        return self.source.kind == "xlsx"

    @cached_property
    def signed(self) -> bool:
        """Whether the file has digital signatures, which a changed copy loses."""
        package = self.source.package
        return package is not None and _SIGNATURES in (package.part("_rels/.rels") or b"")

    @property
    def remarks(self) -> tuple[str, ...]:
        """The sentences that a changed copy says of itself on its list of findings."""
        return (UNSIGNED,) if self.signed else ()

    @cached_property
    def book(self) -> Book:
        """The workbook part with its sheets. Raises UsageError for other kinds, UnreadableFile if damaged."""
        if not self.is_xlsx or self.source.package is None:
            raise UsageError(
                f"“{self.source.name}”不是xlsx工作簿，不能直接在上面改。请用Excel或WPS打开后另存为xlsx。"
            )
        return Book(OpenPackage(self.source.package))

    @cached_property
    def records(self) -> MarkRecords:
        """The records of our marks; empty where the file is no xlsx."""
        return recall(self.book) if self.is_xlsx else {}

    @property
    def former(self) -> list[CellBefore]:
        """The cells that carry marks of ours, as they were before the marks."""
        return [former for former in self.records.values() if former.cell not in SETUPS]

    @property
    def ending(self) -> str:
        """The ending that a changed copy must have: .xlsm where an xlsx holds macros, else .xlsx."""
        return (
            _ENDINGS.get(self.book.package.content_type(self.book.part), ".xlsx") if self.is_xlsx else ".xlsx"
        )

    def extents(self, name: str) -> Extents:
        """The print area and the drawings of a sheet; a file that is written anew has neither."""
        if not self.is_xlsx:
            return Extents(None, None)
        return Extents(self.book.printed(name), self.book.drawn(name))

    def right_extents(self, names: Iterable[str]) -> dict[str, Extent]:
        """The last printed column and the last one under a drawing, by sheet; these sheets are parsed."""
        return {name: self.extents(name).right for name in names}

    def widths(self, name: str, columns: Iterable[int]) -> list[float]:
        """The widths of columns in characters; none where the file is no xlsx or has no such worksheet."""
        sheet = self.book.sheet(name) if self.is_xlsx else None
        return [sheet.width(column) for column in columns] if sheet is not None else []


def open_workbook(path: str | Path) -> OpenedWorkbook:
    """Opens a file; bad content is a problem of its source. Raises UsageError where there is no such file."""
    return OpenedWorkbook(open_source(path, keep_parts=True))


def opened_for_change(path: str | Path, out: Path) -> OpenedWorkbook:
    """Opens a file whose changed copy is to be `out`; raises as `check_change` does."""
    check_target(Path(path), out)
    opened = open_workbook(path)
    check_change(opened, out)
    return opened


def check_change(opened: OpenedWorkbook, out: Path) -> None:
    """Raises UnreadableFile where the file has no tables, UsageError where `out` does not fit it."""
    source = opened.source
    if source.kind not in WRITTEN_ANEW and not opened.is_xlsx:
        reason = "；".join(problem.text for problem in source.problems)
        raise UnreadableFile(reason or f"“{source.name}”里没有表格，不能填写或标注。", "T01")
    if source.kind in WRITTEN_ANEW and out.suffix.lower() != ".xlsx":
        raise UsageError(
            f"“{source.name}”不是xlsx，结果会另写成一个xlsx工作簿，输出文件名请以.xlsx结尾，"
            f"现在是“{out.name}”。"
        )
    if not source.grids:
        raise UnreadableFile(
            "；".join(problem.text for problem in source.problems) or f"“{source.name}”里没有表格。"
        )


def check_target(source: Path, out: Path) -> None:
    """Raises UsageError where `out` is the file it is made of, or is no xlsx by its name."""
    if out.exists() and source.exists() and out.samefile(source) or out.absolute() == source.absolute():
        raise UsageError(f"输出文件和原文件是同一个“{source.name}”。原文件不会被改动，请换一个输出文件名。")
    if out.suffix.lower() not in (".xlsx", ".xlsm"):
        raise UsageError(f"输出文件名“{out.name}”请以.xlsx结尾（原文件带宏的以.xlsm结尾）。")


def check_ending(opened: OpenedWorkbook, out: Path) -> None:
    """Raises UsageError where the ending does not fit: Excel refuses .xlsx with macros, and .xlsm without."""
    wanted = opened.ending
    if out.suffix.lower() != wanted:
        has = "带宏" if wanted != ".xlsx" else "不带宏"
        raise UsageError(f"“{opened.source.name}”{has}，输出文件名请以{wanted}结尾，现在是“{out.name}”。")
