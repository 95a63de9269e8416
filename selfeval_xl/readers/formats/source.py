"""Opening of a received file by its content, not its name: tables as Grids, paragraphs as blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.sheet_names import SETTINGS
from selfeval_xl.readers.formats.compound_file import SIGNATURE, Compound
from selfeval_xl.readers.formats.docx import read_word
from selfeval_xl.readers.formats.guard import MAX_FILE, TOO_BIG, Package, open_package
from selfeval_xl.readers.formats.ods import read_ods
from selfeval_xl.readers.formats.xls import read_xls
from selfeval_xl.readers.formats.xlsb import read_xlsb
from selfeval_xl.readers.formats.xlsx import read_xlsx, saved_time

Block = tuple[int, str]  # (heading level or 0, text)

_PACKAGES = (("xl/workbook.bin", "xlsb"), ("xl/workbook.xml", "xlsx"), ("word/document.xml", "docx"))
_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)
_OTHER_KINDS = {
    "doc": "是旧版Word文件（.doc），读不出表格；请用Word或WPS打开后另存为.docx再报送。",
    "rar": "是RAR压缩包，请先解压，把里面的文件直接报送。",
    "7z": "是7z压缩包，请先解压，把里面的文件直接报送。",
    "zip": "是ZIP压缩包，请先解压，把里面的文件直接报送。",
    "empty": "是空文件，里面没有内容；请核对后重新报送。",
    "unknown": "不是自评表的文件格式，读不出来；请用Excel或WPS打开后另存为xlsx再报送。",
}
_TEXT_KINDS = {
    "html": "里面其实是网页，不是Excel工作簿；请用Excel打开后另存为xlsx再报送。",
    "xml": "里面其实是XML文本，不是Excel工作簿；请用Excel打开后另存为xlsx再报送。",
    "text": "里面是纯文本，不是Excel工作簿；请核对文件，用Excel打开后另存为xlsx再报送。",
}
ENCRYPTED = "设有打开密码，读不出来；请打开后取消密码（文件－信息－保护工作簿），另存为xlsx再报送。"
MACROS = "文件里有宏。程序不运行宏，只读表格内容；自评表用不着宏，请另存为不含宏的xlsx再报送。"
LINKS = "文件里有指向其他文件的链接，别人打开时可能显示错误的数；请在“数据－编辑链接”里断开链接后再报送。"
DDE = "文件里有动态数据交换（DDE）链接，可能启动其他程序；程序没有运行它，请删除后再报送。"


@dataclass(slots=True)
class Source:
    """The contents of one opened file.

    kind: xlsx, xls, xlsb, ods, docx, doc, pdf, image, zip, rar, 7z, text, empty, encrypted, unknown. saved:
    the time saved inside the file, ISO text. grids: every sheet or table, hidden ones too, without our
    `_selfeval`, whose keys and values are `settings`. blocks: paragraphs outside tables. table_after: for
    each Grid of a Word file how many blocks stand before it. problems: for the person who sent the file.
    package: the parts of a zip, where they were to be kept.
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


def open_source(path: str | Path, keep_parts: bool = False) -> Source:
    """The Grids and paragraphs of a file. keep_parts: with its package, for whoever changes a copy of it.

    Bad content is a problem of the Source; only a file that is not there raises (UsageError).
    """
    source = Source(str(path))
    try:
        with open(path, "rb") as file:
            source.size = file.seek(0, 2)
            file.seek(0)
            # read with a limit, because memory for the whole amount asked for is reserved first
            data = file.read(min(source.size, MAX_FILE) + 1)
    except FileNotFoundError as error:
        raise UsageError(f"找不到文件“{path}”。请核对文件名和所在文件夹。") from error
    except OSError as error:
        raise UsageError(f"打不开文件“{path}”：没有权限，或者它是一个文件夹。请核对后再试。") from error
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
    except UnreadableFile as error:
        source.problems.append(Problem(f"“{source.name}”{error}", rule=error.rule))
    except MemoryError:
        source.problems.append(Problem(f"“{source.name}”{TOO_BIG}", rule="T08"))
    return source


def _read(source: Source, data: bytes, keep_parts: bool) -> None:
    """Sets the kind of the file and reads its contents, if it is of a kind that is read."""
    source.kind = "unknown"
    if data.startswith(b"PK"):
        package = open_package(data, keep_parts)
        source.package = package if keep_parts else None
        source.kind = _package_kind(package)
        reader = _READERS.get(source.kind)
        if reader:
            reader(source, package)
            return
    elif data.startswith(SIGNATURE):
        _read_ole(source, data)
        return
    else:
        source.kind = _plain_kind(data)
    if source.kind in ("pdf", "image"):
        return
    text = _TEXT_KINDS[_text_kind(data)] if source.kind == "text" else _OTHER_KINDS[source.kind]
    source.problems.append(Problem(f"“{source.name}”{text}", rule="T01"))


def _package_kind(package: Package) -> str:
    """The kind of a zip, by its parts."""
    names = {name.lower() for name in package.names}
    for part, kind in _PACKAGES:
        if part in names:
            return kind
    if "mimetype" in names and "content.xml" in names:
        mime = package.part("mimetype") or b""
        return "ods" if b"opendocument.spreadsheet" in mime else "unknown"
    return "unknown" if "[content_types].xml" in names else "zip"


def _plain_kind(data: bytes) -> str:
    """The kind of a file that is no package, by its first bytes."""
    if not data.strip(b"\0 \t\r\n"):
        return "empty"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    head = data[:4096]
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "unknown"
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return "text" if control <= len(head) // 100 else "unknown"


def _text_kind(data: bytes) -> str:
    """The kind of a text: html, xml or text."""
    head = data[:2048].lower()
    if b"schemas-microsoft-com:office:spreadsheet" in head:
        return "xml"
    if b"<html" in head or b"<table" in head or b"<!doctype html" in head:
        return "html"
    return "xml" if b"<?xml" in head else "text"


def _add_grids(source: Source, grids: list[Grid], problems: list[Problem]) -> None:
    """Adds Grids and problems to the source; our sheet `_selfeval` becomes its settings."""
    source.problems += problems
    for grid in grids:
        if grid.name == SETTINGS:
            source.settings = {
                grid.text(row, 0): grid.text(row, 1)
                for row in range(grid.height)
                if grid.value(row, 0) is not None
            }
        else:
            source.grids.append(grid)


def _read_xlsx(source: Source, package: Package) -> None:
    """Reads an xlsx or xlsm."""
    source.saved = saved_time(package)
    _add_grids(source, *read_xlsx(package))
    _report_foreign(source, package, "xl/")


def _read_word(source: Source, package: Package) -> None:
    """Reads a docx."""
    source.saved = saved_time(package)
    document = read_word(package)
    source.grids, source.blocks, source.table_after = document.grids, document.blocks, document.after
    source.problems += document.problems
    _report_foreign(source, package, "word/")
    if any(code.strip().upper().startswith("DDE") for code in document.fields):
        source.problems.append(Problem(DDE, rule="T07"))


def _report_foreign(source: Source, package: Package, folder: str) -> None:
    """Adds problems for macros, links to other files and DDE; our own templates may have macros."""
    names = [name.lower() for name in package.names]
    if f"{folder}vbaproject.bin" in names and not source.settings:
        source.problems.append(Problem(MACROS, rule="T07"))
    linked = [
        name
        for name in package.names
        if name.lower().startswith(f"{folder}externallinks/") and name.lower().endswith((".xml", ".bin"))
    ]
    if linked:
        dde = any(b"ddeLink" in (package.part(name) or b"") for name in linked[:50])
        source.problems.append(Problem(DDE if dde else LINKS, rule="T07"))


def _read_ole(source: Source, data: bytes) -> None:
    """Reads an old compound file: an xls, an old Word file, or the wrapping of an encrypted workbook."""
    source.kind = "unknown"
    compound = Compound(data)
    if "EncryptedPackage" in compound.root:
        source.kind = "encrypted"
        raise UnreadableFile(ENCRYPTED)
    name = next((name for name in ("Workbook", "Book") if name in compound.root), "")
    stream = compound.stream(name)
    if stream is None:
        source.kind = "doc" if "WordDocument" in compound.root else "unknown"
        raise UnreadableFile(_OTHER_KINDS[source.kind], "T01")
    source.kind, source.saved = "xls", compound.saved()
    grids, problems, book = read_xls(name, stream)
    if book.encrypted:
        source.kind = "encrypted"
        raise UnreadableFile(ENCRYPTED)
    _add_grids(source, grids, problems)
    if "_VBA_PROJECT_CUR" in compound.root and not source.settings:
        source.problems.append(Problem(MACROS, rule="T07"))
    if book.links:
        source.problems.append(Problem(DDE if book.dde else LINKS, rule="T07"))


def _read_ods(source: Source, package: Package) -> None:
    """Reads an ods."""
    opened = read_ods(package)
    source.saved = opened.saved
    _add_grids(source, opened.grids, opened.problems)
    if any(name.startswith(("Basic/", "Scripts/")) for name in package.names) and not source.settings:
        source.problems.append(Problem(MACROS, rule="T07"))
    if opened.links:
        source.problems.append(Problem(DDE if opened.dde else LINKS, rule="T07"))


def _read_xlsb(source: Source, package: Package) -> None:
    """Reads an xlsb."""
    source.saved = saved_time(package)
    _add_grids(source, *read_xlsb(package))
    _report_foreign(source, package, "xl/")


_READERS: dict[str, Callable[[Source, Package], None]] = {
    "xlsx": _read_xlsx,
    "xlsb": _read_xlsb,
    "ods": _read_ods,
    "docx": _read_word,
}
