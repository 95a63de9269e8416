"""Submissions (报送件): copies of a department workbook without marks, with a number and a code.

The number (报送序号) and the code (校验码) stand in the footer and in the hidden sheet `_selfeval`.
The code is the first eight hexadecimal digits, 8F3A-27C1, of the SHA-256 over the values of all forms: for
each form, in the order of the workbook, its contents without their cells (`contents_as_written`), as one JSON
list without spaces, UTF-8. Marks, colours, widths, sheet names and the program's own columns do not change
it; a changed value does. So a scan can be compared with the electronic copy.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.errors import UsageError
from selfeval_xl.files import make_folder, safe_name
from selfeval_xl.filings.grouping import contents_as_written, gather
from selfeval_xl.model.findings import Counts
from selfeval_xl.model.forms import DECLARATION, MONITORING, SELF, Form, ReadFile
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.model.numbers import whole
from selfeval_xl.model.sheet_names import OURS, SETTINGS, SUMMARY
from selfeval_xl.workflows.marking.back_links import unlink_edits
from selfeval_xl.workflows.marking.marks import unmark_edits

if TYPE_CHECKING:
    from selfeval_xl.filings.expected import RosterView
    from selfeval_xl.writers.xlsx.opened import OpenedWorkbook
    from selfeval_xl.writers.xlsx.workbook import Book
    from selfeval_xl.writers.xlsx.worksheet import Worksheet

FIRST_LINE = 3  # the row of the first project on 项目自评汇总表
NUMBER, CODE = "submission", "checksum"
_SECTIONS = re.compile(r"&([LCR])")


def _is_ours(line: str) -> bool:
    """Whether a line of a header or footer was written by this program, also blank in a template."""
    return "打印时间" in line or "校验码" in line.partition("报送序号")[2]


def code_of(forms: Iterable[Form]) -> str:
    """The code of these forms."""
    text = json.dumps(
        [contents_as_written(form) for form in forms], ensure_ascii=False, separators=(",", ":"), default=str
    )
    digits = hashlib.sha256(text.encode()).hexdigest()[:8].upper()
    return f"{digits[:4]}-{digits[4:]}"


def next_number(settings: Mapping[str, str]) -> int:
    """The number of the next submission, after the last one in the settings of `_selfeval`."""
    last = re.match(r"\d+", settings.get(NUMBER, ""))
    return whole(last[0]) + 1 if last else 1


# What a submission holds, by stage, as its file name says.
_WORDS = {SELF: "绩效自评", MONITORING: "绩效运行监控", DECLARATION: "绩效目标申报"}


def file_name(
    department: str,
    code: str | None,
    year: int | None,
    number: int,
    suffix: str = ".xlsx",
    what: str = _WORDS[SELF],
) -> str:
    """The name 301001_县应急管理局_2024年度绩效自评_第1次.xlsx; unknown parts are left out."""
    parts = [code or "", department, f"{year}年度{what}" if year else what, f"第{number}次"]
    return safe_name(*parts) + suffix


@dataclass(frozen=True, slots=True)
class Owner:
    """The department and year of a submission, as far as the workbook has them. what: as its name says."""

    department: str
    code: str | None
    year: int | None
    what: str = _WORDS[SELF]

    def file(self, number: int, suffix: str) -> str:
        """The file name of the submission with this number."""
        return file_name(self.department, self.code, self.year, number, suffix, self.what)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission that was written.

    counts: the findings that were left, by treatment. unsigned: it has lost the digital signatures.
    """

    out: Path
    number: int
    code: str
    owner: Owner
    counts: Counts
    unsigned: bool = False


def owner_of(file: ReadFile, settings: Mapping[str, str]) -> Owner:
    """The department and year of a workbook: by its forms, the year else by its settings."""
    filing = gather([file], stages=True)[0]
    setting = settings.get("year") or ""
    year = next((form.year for form in file.every_form if form.year), None)
    if year is None:
        year = whole(setting) or None
    stage = SELF if file.forms else file.stage_forms[0].kind
    return Owner(filing.department, filing.department_code, year, _WORDS[stage])


def warning(counts: Counts) -> str:
    """The warning before a submission that is not clean; "" where it is."""
    left = "、".join(
        text
        for number, text in (
            (counts.fix, f"须修改{counts.fix}处"),
            (counts.explain, f"须说明{counts.explain}处"),
        )
        if number
    )
    return f"还有{left}。现在报送，财政局可能退回。" if left else ""


def submit(
    path: str | Path,
    folder: str | Path | None = None,
    policy: Policy | None = None,
    roster: RosterView | None = None,
    agree: Callable[[Counts], bool] = lambda counts: True,
) -> Submitted | None:
    """Checks a department workbook a last time and writes its submission; the file itself is only read.

    folder: that of the workbook by default. agree: asked with the counts where something is left to do; None
    is returned where it answers False. The number follows that of the last submission in the workbook, and
    those of the files in the folder. Raises UsageError, OutputError or UnreadableFile with a Chinese sentence
    when the job cannot be done.
    """
    from selfeval_xl.readers import understand
    from selfeval_xl.rules.runner import check
    from selfeval_xl.writers.xlsx.opened import open_workbook

    path = Path(path)
    folder = Path(folder) if folder is not None else path.parent
    opened = open_workbook(path)
    source = opened.source
    if not opened.is_xlsx:
        raise UsageError(f"“{path.name}”不是xlsx工作簿，不能生成报送件。请用Excel或WPS打开后另存为xlsx。")
    file = understand(source)
    if not file.every_form:
        raise UsageError(
            f"“{path.name}”里没有找到自评表（监控表、申报表），不能生成报送件；请确认是部门工作簿。"
        )
    counts = check(gather([file], roster, stages=True), policy or default(), [file], roster).counts
    if counts.due and not agree(counts):
        return None
    owner, code, suffix = owner_of(file, source.settings), code_of(file.every_form), opened.ending
    number = next(
        number
        for number in count(next_number(source.settings))
        if not (folder / owner.file(number, suffix)).exists()
    )
    make_folder(folder)
    out = folder / owner.file(number, suffix)
    write(opened, out, number, code, file.every_form)
    return Submitted(out, number, code, owner, counts, opened.signed)


def write(opened: OpenedWorkbook, out: Path, number: int, code: str, forms: Sequence[Form] = ()) -> None:
    """Writes the submission without marks and with footers and settings; the file itself is only read.

    opened: its book is changed. forms: those in it, whose empty rows are hidden. Raises UsageError,
    OutputError or UnreadableFile with a Chinese sentence when the job cannot be done.
    """
    from selfeval_xl.files import write_out
    from selfeval_xl.writers.xlsx.apply import patch
    from selfeval_xl.writers.xlsx.opened import check_ending

    grids, book = opened.source.grids, opened.book
    check_ending(opened, out)
    patch(opened, [*unmark_edits(opened.former, grids), *unlink_edits(grids)])
    for grid in grids:
        if grid.visible and grid.name not in OURS:
            _sign(book.need_sheet(grid.name), number, code)
            _show_whole_texts(book, grid)
    if opened.source.settings.get("layout"):
        _hide_empty_rows(book, grids, forms)
    _write_settings(book, {NUMBER: str(number), CODE: code})
    write_out(out, book.package.write)


def _show_whole_texts(book: Book, grid: Grid) -> None:
    """Makes the rows of the printed area high enough for their texts, which would be cut on paper.

    A text that the tallest row cannot hold gets smaller letters.
    """
    printed, sheet = book.printed(grid.name), book.sheet(grid.name)
    if printed is None or sheet is None:
        return
    merged = {(area.top, area.left): area for area in grid.merges}
    for row in range(printed.top, min(printed.bottom + 1, grid.height)):
        for column in range(printed.left, min(printed.right + 1, grid.width)):
            value = grid.value(row, column)
            if not isinstance(value, str):
                continue
            style = sheet.style(row, column)
            area = merged.get((row, column), Area(row, column, row, column))
            if book.styles.wraps(style) and sheet.height(area.bottom):
                size = book.styles.font_size(style)
                fitting = sheet.fitting_size(area, value, size)
                if fitting < size:
                    sheet.set_style(row, column, book.styles.sized(style, fitting))
                sheet.make_room(area, value, fitting)


def _hide_empty_rows(book: Book, grids: Sequence[Grid], forms: Sequence[Form]) -> None:
    """Hides the rows without an indicator, and the lines without a project, which would be printed."""
    from selfeval_xl.workflows.unprinted_rows import empty_indicator_rows, empty_lines

    by_sheet = {form.sheet: form for form in forms}
    projects = sum(form.is_of_project for form in forms)
    for grid in grids:
        printed, form = book.printed(grid.name), by_sheet.get(grid.name)
        if printed is None or not grid.visible:
            continue
        if grid.name == SUMMARY:
            empty, filled = empty_lines(grid, printed, FIRST_LINE, projects)
            book.need_sheet(grid.name).show_rows(filled)
        elif form is not None:
            empty = empty_indicator_rows(grid, form, printed)
        else:
            continue
        book.need_sheet(grid.name).show_rows(empty, hidden=True)


def footer(before: str, number: int, code: str) -> str:
    """A footer in Excel's code with number and code at its left and the time of printing at its right.

    Other texts of the old footer stay.
    """
    sections = {"L": "", "C": "", "R": ""}
    pieces = _SECTIONS.split(before)
    if pieces[0]:
        sections["C"] = pieces[0]
    for letter, text in zip(pieces[1::2], pieces[2::2]):
        sections[letter] = text
    our_lines = {"L": f"&8报送序号 {number}　校验码 {code}", "R": "&8打印时间 &D &T"}
    for letter, text in our_lines.items():
        rest = "\n".join("" if _is_ours(line) else line for line in sections[letter].split("\n")).strip("\n")
        sections[letter] = f"{rest}\n{text}" if rest else text
    return "".join(f"&{letter}{text}" for letter, text in sections.items() if text)


def _sign(sheet: Worksheet, number: int, code: str) -> None:
    """Writes the footer of a worksheet, of first and even pages too where they have their own."""
    from lxml import etree

    from selfeval_xl.writers.xlsx.package import child, tag

    element = child(sheet.root, "headerFooter")
    if element is None:
        element = sheet.insert("headerFooter")
    order = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
    for name in (
        "oddFooter",
        *(name for name in ("evenFooter", "firstFooter") if child(element, name) is not None),
    ):
        found = child(element, name)
        if found is None:
            found = etree.Element(tag(element, name))
            earlier = [
                each for each in element if order.index(each.tag.rpartition("}")[2]) < order.index(name)
            ]
            element.insert(len(earlier), found)
        found.text = footer(found.text or "", number, code)
    sheet.changed()


def settings_places(book: Book) -> dict[str, int]:
    """The rows of `_selfeval` by key, counted from 0; "" is the first free row."""
    from selfeval_xl.writers.xlsx.mark_records import texts_of

    texts = texts_of(book)
    found = {text: row for (row, column), text in texts.items() if column == 0 and text}
    return found | {"": max((row for row, column in texts if column in (0, 1)), default=-1) + 1}


def _write_settings(book: Book, settings: Mapping[str, str]) -> None:
    """Writes keys and values into the hidden sheet of settings."""
    sheet = book.sheet(SETTINGS) or book.add_sheet(SETTINGS, "veryHidden")
    rows = settings_places(book)
    free = rows[""]
    for key, value in settings.items():
        row = rows.get(key, free)
        free += row == free
        sheet.write(row, 0, key)
        sheet.write(row, 1, value)
