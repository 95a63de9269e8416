"""Opening of a received file by its content, not its name: tables as Grids, paragraphs as blocks."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from selfeval_xl.errors import UnreadableFile, UsageError, cause_of
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.sheet_names import SETTINGS
from selfeval_xl.readers.folder import shown_path
from selfeval_xl.readers.formats import kinds
from selfeval_xl.readers.formats.compound_file import SIGNATURE, Compound
from selfeval_xl.readers.formats.grid_values import TOO_MANY_SHEETS
from selfeval_xl.readers.formats.guard import MAX_FILE, MAX_SHEETS, TOO_BIG, Package, open_package
from selfeval_xl.readers.formats.kinds import KINDS, FileKind, Role
from selfeval_xl.readers.formats.lost_months import restore_heads
from selfeval_xl.readers.formats.plain_text import head_of
from selfeval_xl.readers.formats.usual_names import usually_named

Block = tuple[int, str]  # (heading level or 0, text)

_BODY = re.compile(rb"<\w+:body\b[^<>]*>\s*<\w+:(spreadsheet|text|presentation|drawing)\b")
MACROS = "文件里有宏。程序不运行宏，只读表格内容；自评表用不着宏，请另存为不含宏的xlsx再报送。"
LINKS = "文件里有指向其他文件的链接，别人打开时可能显示错误的数；请在“数据－编辑链接”里断开链接后再报送。"
DDE = "文件里有动态数据交换（DDE）链接，可能启动其他程序；程序没有运行它，请删除后再报送。"


@dataclass(slots=True)
class Source:
    """The contents of one opened file.

    kind: an id of `kinds.KINDS`. saved: the time saved inside the file, ISO text. grids: every sheet or
    table, hidden ones too, without our `_selfeval`, whose keys and values are `settings`. blocks: paragraphs
    outside tables. table_after: for each Grid of a Word file how many blocks stand before it. problems: for
    the person who sent the file. package: the parts of a zip, where they were to be kept.
    """

    path: str
    sha256: str = ""
    size: int = 0
    kind: str = ""
    saved: str | None = None
    grids: list[Grid] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    table_after: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    package: Package | None = None

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return Path(self.path).name

    def add(self, grids: list[Grid], problems: list[Problem]) -> None:
        """Adds Grids, as many as are read, and problems; our sheet `_selfeval` becomes the settings."""
        self.problems += problems
        if len(grids) > MAX_SHEETS:
            grids = grids[:MAX_SHEETS]
            self.problems.append(Problem(TOO_MANY_SHEETS, rule="T01"))
        for grid in grids:
            if grid.name == SETTINGS:
                self.settings = {
                    grid.text(row, 0): grid.text(row, 1)
                    for row in range(grid.height)
                    if grid.value(row, 0) is not None
                }
            else:
                self.grids.append(grid)

    def report_foreign(self, macros: bool, links: bool, dde: bool) -> None:
        """Adds problems for macros, links to other files and DDE; our own templates may have macros."""
        if macros and not self.settings:
            self.problems.append(Problem(MACROS, rule="T07"))
        if links:
            self.problems.append(Problem(DDE if dde else LINKS, rule="T07"))


def open_source(path: str | Path, keep_parts: bool = False) -> Source:
    """The Grids and paragraphs of a file. keep_parts: with its package, for whoever changes a copy of it.

    Bad content is a problem of the Source; only a file that is not there raises (UsageError).
    """
    source = Source(str(shown_path(Path(path))))
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # to open a pipe waits for its other end
            what = "是一个文件夹，这里要写文件名" if Path(path).is_dir() else "不是普通文件，没有打开"
            raise UsageError(f"“{source.path}”{what}。请核对后再试。")
        with open(path, "rb") as file:
            source.size = file.seek(0, 2)
            file.seek(0)
            # read with a limit, because memory for the whole amount asked for is reserved first
            data = file.read(min(source.size, MAX_FILE) + 1)
    except FileNotFoundError as error:
        raise UsageError(f"找不到文件“{source.path}”。请核对文件名和所在文件夹。") from error
    except OSError as error:
        if Path(path).is_dir():
            raise UsageError(f"“{source.path}”是一个文件夹，这里要写文件名。") from error
        raise UsageError(f"打不开文件“{source.path}”：{cause_of(error)}。请处理后再试。") from error
    if source.size > MAX_FILE:
        source.problems.append(
            Problem(
                f"“{source.name}”超过{MAX_FILE >> 20}MB，没有读取；请删除文件里的图片后再报送。", rule="T08"
            )
        )
        source.kind = "unknown"
        return source
    source.sha256 = hashlib.sha256(data).hexdigest()
    try:
        _read(source, data, keep_parts)
        restore_heads(source.grids)
    except UnreadableFile as error:
        source.problems.append(Problem(f"“{source.name}”{error}", rule=error.rule))
    except MemoryError:
        source.problems.append(Problem(f"“{source.name}”{TOO_BIG}", rule="T08"))
    return source


def _read(source: Source, data: bytes, keep_parts: bool) -> None:
    """Sets the kind of the file and reads its contents, if it is of a kind that is read."""
    source.kind = kinds.UNKNOWN.id
    package = open_package(data, keep_parts) if data.startswith(b"PK") else None
    kind, content = _recognised(data, package)
    source.kind = kind.variety_of or kind.id
    source.package = package if keep_parts else None
    if kind.inside:
        _read(source, _function(kind.inside)(content), keep_parts)
    elif kind.reader:
        _function(kind.reader)(source, content)
    elif kind.role is not Role.ATTACHED:
        raise UnreadableFile(kind.refusal, kind.rule)


@cache
def _function(name: str) -> Callable[..., Any]:
    """The function of a kind's row, imported when the first file comes that may be of the kind."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"{__package__}.{module}"), function)
    return found


def _recognised(data: bytes, package: Package | None) -> tuple[FileKind, Package | Compound | bytes]:
    """The kind of a file by its content, and the file as the kind's reader takes it.

    package: the file as a zip, where it is one.
    """
    if package is not None:
        usual = usually_named(package)
        return _package_kind(usual), usual
    if data.startswith(SIGNATURE):
        compound = Compound(data)
        return _compound_kind(compound), compound
    return _plain_kind(data), data


def _package_kind(package: Package) -> FileKind:
    """The kind of a zip, by its parts."""
    names = {name.lower() for name in package.names}
    document = _open_document(package)
    for kind in KINDS:
        if not names.isdisjoint(kind.parts) or kind.mimetype and kind.mimetype in document:
            return kind
    return kinds.UNKNOWN if document or "[content_types].xml" in names else kinds.ZIP


def _open_document(package: Package) -> bytes:
    """The media type of an OpenDocument file; where the zip does not give it, what its body is called."""
    if "content.xml" not in package.entries:
        return b""
    named = (package.part("mimetype") or b"").strip()
    body = None if named else _BODY.search(package.part("content.xml") or b"")
    return named or (b"opendocument." + body[1] if body else b"")


def _compound_kind(compound: Compound) -> FileKind:
    """The kind of an old compound file, by its streams."""
    for kind in KINDS:
        name = next((name for name in kind.streams if name in compound.root), "")
        if name and (not kind.reader or compound.stream(name) is not None):
            return kind
    return kinds.UNKNOWN


def _plain_kind(data: bytes) -> FileKind:
    """The kind of a file that is no package, by its first bytes."""
    if not data.strip(b"\0 \t\r\n"):
        return kinds.EMPTY
    for kind in KINDS:
        if data.startswith(kind.begins):
            return kind
    head = head_of(data.lstrip(b" \t\r\n"))  # a page script leaves many empty lines before its output
    if b"\0" in head or sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) // 100:
        return kinds.UNKNOWN
    head = head[:2048].lower()
    for kind in KINDS:
        if any(sign in head for sign in kind.contains) or (kind.looks and _function(kind.looks)(data)):
            return kind
    return kinds.TEXT
