"""An xlwings engine over the tests' LibreOffice: `Book.caller()` and `.api` work as they do with Excel.

Words of Excel's object model are sent to office_words.py one by one, as COM does it; each word that is read,
set or called is one host call and is counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlwings
from xlwings import base_classes

from support import office

_OBJECTS = frozenset(  # words that lead to another object
    """Application Sheets Worksheets ActiveSheet Range Rows PageSetup Windows Interior Font Borders Comment
 Shape TextFrame Characters RangeSelection UsedRange Cells FormatConditions""".split()
)
_METHODS = frozenset(  # words that are called
    """SaveCopyAs Activate Close Add Copy Delete Protect Unprotect ShowAllData
 Insert AddComment Text Select Merge UnMerge ClearFormats ClearContents ClearComments""".split()
)


class Refused(xlwings.XlwingsError):
    """A word that the program refused."""


class Person:
    """The person before the screen. messages: all that she was told, in order. answers: what she clicks,
    types or picks next.
    """

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.answers: list[Any] = []

    def answer(self, message: str, otherwise: Any) -> Any:
        """The next answer that was given beforehand, or the other one where none is left."""
        self.messages.append(message)
        return self.answers.pop(0) if self.answers else otherwise


class Words:
    """An object of Excel's model: a path of words from the workbook."""

    def __init__(self, book: Book, path: list) -> None:
        self.__dict__.update(_book=book, _path=path)

    def __getattr__(self, word: str) -> Any:
        if word in _OBJECTS:
            return Words(self._book, [*self._path, [word, None]])
        if word in _METHODS:
            return lambda *args, **named: self._book.ask(self._path, word, list(args), named)
        return self._book.ask(self._path, word)

    def __call__(self, *args: Any) -> Words:
        return Words(self._book, [*self._path[:-1], [self._path[-1][0], list(args)]])

    def __setattr__(self, word: str, value: Any) -> None:
        self._book.ask(self._path, word, value=value, sets=True)


class Book(base_classes.Book):
    """A workbook. number: its number at the server."""

    def __init__(self, app: App, number: int) -> None:
        self._app, self.number = app, number

    app = property(lambda self: self._app)
    api = property(lambda self: Words(self, []))
    name = property(lambda self: self.api.Name)
    fullname = property(lambda self: self.api.FullName)

    def ask(
        self,
        path: list,
        word: str,
        args: list | None = None,
        named: dict | None = None,
        value: Any = None,
        sets: bool = False,
    ) -> Any:
        self._app.calls.append(".".join([*(step[0] for step in path), word]))
        started = time.perf_counter()
        try:
            answer = self._app.office.ask(
                do="ask",
                book=self.number,
                path=path,
                word=word,
                args=None if args is None else [_sent(each) for each in args],
                named={name: _sent(each) for name, each in (named or {}).items()},
                value=_sent(value),
                sets=sets,
            )
        except RuntimeError as error:
            raise Refused(str(error)) from error
        finally:
            self._app.seconds += time.perf_counter() - started
        return _received(answer.get("value"))


class AppWords:
    """The application's own words: the person answers dialogs; properties keep what they are set to."""

    def __init__(self, app: App) -> None:
        properties = {"StatusBar": False, "ScreenUpdating": True, "EnableEvents": True, "DisplayAlerts": True}
        self.__dict__.update(_app=app, properties=properties)

    def __getattr__(self, word: str) -> Any:
        if word not in self.properties:
            raise AttributeError(word)
        self._app.calls.append(word)
        return self.properties[word]

    def __setattr__(self, word: str, value: Any) -> None:
        self._app.calls.append(word)
        self.properties[word] = value

    def InputBox(self, *, Prompt: str, Title: str, Default: str, Type: int) -> Any:
        if max(len(Prompt), len(Default)) > 255:
            raise Refused("an InputBox takes 255 characters")
        return self._app.person.answer(Prompt, False)

    def GetOpenFilename(self, kinds: str, number: int, title: str) -> Any:
        return self._app.person.answer(title, False)

    def FileDialog(self, kind: int) -> Any:
        return Folders(self._app.person)

    @property
    def Workbooks(self) -> App:
        return self._app


class Folders:
    """Excel's dialog for folders."""

    def __init__(self, person: Person) -> None:
        self.person, self.Title, self.chosen = person, "", None

    def Show(self) -> int:
        self.chosen = self.person.answer(self.Title, None)
        return -1 if self.chosen else 0

    def SelectedItems(self, number: int) -> str:
        return str(self.chosen)


class App(base_classes.App):
    """The program. calls: the host calls since they were last cleared. seconds: the time it took for them."""

    def __init__(self, running: office.Office) -> None:
        self.office, self.person, self.calls, self.seconds = running, Person(), [], 0.0
        self.opened: list[Book] = []
        self._api = AppWords(self)

    engine = property(lambda self: None)
    api = property(lambda self: self._api)
    pid = property(lambda self: self.office.process.pid)
    hwnd = property(lambda self: 0)

    def Open(self, path: str) -> Words:
        book = Book(self, self.office.ask(do="open", path=str(path))["book"])
        self.opened.append(book)
        return book.api

    def alert(
        self, prompt: str, title: str | None, buttons: str | None, mode: str | None, callback: str | None
    ) -> str:
        return self.person.answer(prompt, "yes" if buttons == "yes_no" else "ok")


@contextmanager
def open_book(app: App, path: Path) -> Iterator[xlwings.Book]:
    """A workbook open in LibreOffice as the one whose ribbon is clicked; closed without saving afterwards."""
    app.Open(str(path))
    book = app.opened[-1]
    calling = xlwings.Book(impl=book)
    calling.set_mock_caller()
    app.person.messages.clear()
    app.person.answers.clear()
    app.calls.clear()
    app.seconds = 0.0
    try:
        yield calling
    finally:
        for each in app.opened:
            each.ask([], "Close", [False])
        app.opened.clear()
        del xlwings.Book._mock_caller


def _sent(value: Any) -> Any:
    """A value as JSON can carry it."""
    if isinstance(value, Words):
        return {"path": value._path}
    if isinstance(value, datetime):  # as pywin32: in UTC, and what has no zone is taken for local time
        return {"date": value.astimezone(UTC).replace(tzinfo=None).isoformat()}
    return [[_sent(each) for each in row] for row in value] if isinstance(value, list) else value


def _received(value: Any) -> Any:
    """A value that came as JSON, as COM would give it."""
    if isinstance(value, dict):
        return datetime.fromisoformat(value["date"])
    return (
        tuple(tuple(_received(each) for each in row) for row in value) if isinstance(value, list) else value
    )
