"""The spreadsheet program as the buttons use it: saves a copy, takes edits, selects cells, shows messages."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval_xl.addin.patience import TRIES_AT_WORK, patient, patiently
from selfeval_xl.errors import UsageError
from selfeval_xl.model.edits import Applied, Edit
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.writers.excel.apply import apply
from selfeval_xl.writers.excel.journal import Journal
from selfeval_xl.writers.excel.snapshot import Snapshot
from selfeval_xl.writers.xlsx.apply import displayed

if TYPE_CHECKING:
    import xlwings

TITLE = "绩效自评"
LONGEST_MESSAGE = 1000  # Windows cuts longer message boxes off at the foot of the screen
LONGEST_PROMPT = 250  # Excel's InputBox refuses more than 255
SHARED = (
    "这本工作簿是“共享工作簿”，Excel不让在里面改格式、加工作表。请在“审阅－共享工作簿”里取消共享，再按一次。"
)
_FOLDERS = 4  # msoFileDialogFolderPicker
_TEXT = 2  # InputBox gives back a text


class Host:
    """An open book and the program it is open in. journal: the changes by this button, for 撤销本次."""

    def __init__(self, book: xlwings.Book, button: str = "") -> None:
        self.book, self.app = book, book.app
        self.workbook: Any = patient(book.api)
        self.program: Any = patient(book.app.api)
        self.full_name: str = self.workbook.FullName
        self.journal = Journal(button)
        self.status: str | None = None

    @property
    def file(self) -> Path | None:
        """The book's file on this computer; None where there is none (a new book, one from the web).

        Excel names a book in OneDrive or SharePoint by its address, though it lies on the disk too.
        """
        path = Path(_on_disk(self.full_name) if self.on_the_web else self.full_name)
        return path if path.is_absolute() and path.exists() else None

    @property
    def on_the_web(self) -> bool:
        """Whether Excel names the book by an address."""
        return "://" in self.full_name

    @property
    def name(self) -> str:
        """The name of the book's file."""
        return Path(self.full_name).name

    @contextmanager
    def saved(self) -> Iterator[Snapshot]:
        """A copy of the book as it is now, read; its file is deleted afterwards."""
        with self.copied() as path:
            yield Snapshot(path, self.full_name)

    @contextmanager
    def copied(self) -> Iterator[Path]:
        """A copy of the book as it is now, as a file, which is deleted afterwards."""
        with tempfile.TemporaryDirectory(prefix="selfeval-", ignore_cleanup_errors=True) as folder:
            suffix = Path(self.full_name).suffix
            path = Path(folder) / f"copy{suffix if len(suffix) <= 5 else ''}"
            self.workbook.SaveCopyAs(str(path if path.suffix else path.with_suffix(".xlsx")))
            yield path if path.suffix else path.with_suffix(".xlsx")

    def apply(self, saved: Snapshot, edits: Iterable[Edit]) -> Applied:
        """Carries out edits in the open book; see `writers.excel.apply`."""
        return apply(self.workbook, saved, edits, self.journal)

    @property
    def active(self) -> str:
        """The name of the sheet in front."""
        return self.workbook.ActiveSheet.Name

    def selection(self) -> list[Area]:
        """The selected areas on the sheet in front."""
        areas = []
        for address in self.workbook.Windows(1).RangeSelection.Address.replace("$", "").split(","):
            first, _, last = address.partition(":")
            areas.append(_area(first, last or first))
        return areas

    def selected_cell(self) -> str:
        """The name of the first selected cell."""
        area = self.selection()[0]
        return a1(area.top, area.left)

    def select(self, sheet: str, cell: str) -> None:
        """Turns to the sheet and selects the cell."""
        self.workbook.Sheets(sheet).Activate()
        self.workbook.Sheets(sheet).Range(cell).Select()

    def say(self, text: str) -> None:
        """Shows a message, which the person closes."""
        self._alert(text, "ok")

    def ask(self, text: str) -> bool:
        """Asks a question and returns whether the person answered yes."""
        return self._alert(text, "yes_no") == "yes"

    def _alert(self, text: str, buttons: str) -> str:
        """Shows a text with these buttons and returns the one that the person pressed."""
        return patiently(
            lambda: self.app.alert(_short(text), TITLE, buttons, "info"),
            TRIES_AT_WORK,  # type: ignore[arg-type]
        )

    def prompt(self, text: str, default: str = "") -> str | None:
        """Asks for a line of text and returns it; None where the person cancels.

        default: at most LONGEST_PROMPT characters, else what is returned has lost its tail.
        """
        assert len(default) <= LONGEST_PROMPT
        answer = self.program.InputBox(
            Prompt=_short(text, LONGEST_PROMPT), Title=TITLE, Default=default, Type=_TEXT
        )
        return None if answer is False or answer is None else str(answer).strip()

    def pick_file(self, title: str, kinds: str) -> Path | None:
        """Asks for an existing file; None where the person cancels. kinds: as in `工作簿,*.xlsx`."""
        answer = self.program.GetOpenFilename(kinds, 1, title)
        return Path(answer) if isinstance(answer, str) else None

    def pick_folder(self, title: str) -> Path | None:
        """Asks for a folder; None where the person cancels."""
        dialog = self.program.FileDialog(_FOLDERS)
        dialog.Title = title
        return Path(dialog.SelectedItems(1)) if dialog.Show() == -1 else None

    def progress(self, text: str | None) -> None:
        """Shows a line in the status bar; None gives the bar back to the program."""
        self.status = text
        self.program.StatusBar = text if text else False

    def open(self, path: Path) -> Any:
        """Opens another workbook and returns its Workbook object."""
        return self.program.Workbooks.Open(str(path))

    @contextmanager
    def quietly(self, *more: str) -> Iterator[None]:
        """Switches redrawing and events off for a `with` block; afterwards they are as they were before.

        more: DisplayAlerts, where the program would ask (deleting, merging). Raises UsageError for a book
        that several people have open, before anything is written.
        """
        self.refuse_shared()
        before = {name: getattr(self.program, name) for name in ("ScreenUpdating", "EnableEvents", *more)}
        try:
            for name in before:
                setattr(self.program, name, False)
            yield
        finally:
            for name, value in before.items():
                setattr(self.program, name, value)

    def refuse_shared(self) -> None:
        """Raises UsageError for a shared workbook, in which Excel refuses half of what a button does."""
        if self.workbook.MultiUserEditing:
            raise UsageError(SHARED)

    def folder_for(self, name: str) -> Path:
        """The folder of the book, for files beside it; the one that the person picks for a book on the web.

        Raises UsageError where the book was never saved, or no folder is picked.
        """
        file = self.file
        folder = (
            file.parent
            if file
            else self.pick_folder(f"请选择{name}放在哪个文件夹")
            if self.on_the_web
            else None
        )
        if folder is None:
            raise UsageError(
                f"工作簿“{self.name}”还没有存到本机，{name}没有地方放。请先用“文件－保存”存好，再按一次。"
            )
        return folder


def _on_disk(address: str) -> str:
    """The path of the file that OneDrive or SharePoint keeps of a book; "" where none is found."""
    from xlwings.utils import fullname_url_to_local_path

    try:
        return fullname_url_to_local_path(address) or ""
    except Exception:  # also of its own mistakes: for some addresses it asks for what it has not set
        return ""


def _area(first: str, last: str) -> Area:
    """The area between two corners; whole rows and columns reach to the end of the sheet."""
    if first.isdigit():
        return Area(int(first) - 1, 0, int(last) - 1, 16_383)
    if first.isalpha():
        return Area(0, position(f"{first}1")[1], 1_048_575, position(f"{last}1")[1])
    (top, left), (bottom, right) = position(first), position(last)
    return Area(top, left, bottom, right)


def _short(text: str, most: int = LONGEST_MESSAGE) -> str:
    """The text, cut where it is too long for a message."""
    return text if len(text) <= most else f"{text[: most - 2]}……"


def preview(edits: Sequence[Edit], most: int = 12) -> str:
    """The old and new value of each edit, a line a cell; the first ones where there are many."""
    lines = [
        f"{edit.sheet} {edit.cell}：{_line(edit.old)} → {_line(displayed(edit))}" for edit in edits[:most]
    ]
    return "\n".join([*lines, *([f"……共{len(edits)}格"] if len(edits) > most else [])])


def _line(value: str | None) -> str:
    """The value on one short line."""
    text = " ".join((value or "").split())
    return f"{text[:40]}……" if len(text) > 40 else text or "（空）"
