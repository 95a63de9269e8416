"""The kinds of file that may arrive: by what they are known, who reads them, what is done with them.

One row a kind. Whatever else tells kinds apart, by content or by ending, takes it from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Role(Enum):
    """What a kind of file is to a filing.

    READ: it may hold forms. ATTACHED: a scan, kept beside the forms. ARCHIVE: files packed together.
    UNREADABLE: it may hold forms that nobody can read as it is. FOREIGN: no file of a filing.
    """

    READ = auto()
    ATTACHED = auto()
    ARCHIVE = auto()
    UNREADABLE = auto()
    FOREIGN = auto()


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file.

    id: its name in JSON, in 收件核对 and in messages. variety_of: the id under which it goes there instead.
    endings: of file names, the usual one first.

    A file is known by its content: parts, names in a zip, in lower case; mimetype, what the part of this name
    of an OpenDocument zip contains; streams, names in an old compound file; begins, first bytes of any other
    file; contains, a sign in the first 2,048 bytes of a text, in lower case; looks, module of this folder and
    function that answers for a text whether it is of this kind. Earlier rows go first.

    inside: module of this folder and function that gives the bytes of the file inside one of this kind.
    reader: module of this folder and function, called with the `Source` to fill in. Both get the file: a
    `Package`, a `Compound`, or the bytes. sheets: whether it holds worksheets: a link can point to a cell,
    and it is worth watching. patched: whether edits go into a copy; any other kind is written anew as xlsx.

    refusal: the sentence, behind the file's name, on a kind that is not read; rule: the rule of that problem.
    action: what the bureau has to do about such a file.
    """

    id: str
    role: Role = Role.READ
    endings: tuple[str, ...] = ()
    variety_of: str = ""
    parts: tuple[str, ...] = ()
    mimetype: bytes = b""
    streams: tuple[str, ...] = ()
    begins: tuple[bytes, ...] = ()
    contains: tuple[bytes, ...] = ()
    looks: str = ""
    inside: str = ""
    reader: str = ""
    sheets: bool = False
    patched: bool = False
    refusal: str = ""
    rule: str = "T01"
    action: str = "请另存为xlsx或请单位重报"


_AS_DOCX = "读不出表格；请用Word或WPS打开后另存为.docx再报送。"
_XML_TEXT = "里面其实是XML文本，不是Excel工作簿；请用Excel打开后另存为xlsx再报送。"

_MAIL = "是一封邮件，里面的附件读不出来；请把附件另存出来，直接报送。"
_OPEN_AND_SAVE = "请用Excel或WPS打开后另存为xlsx再报送。"

ENCRYPTED = FileKind(
    "encrypted",
    Role.UNREADABLE,
    streams=("EncryptedPackage",),
    inside="default_password:package_inside",
    refusal="设有打开密码，读不出来；请打开后取消密码（文件－信息－保护工作簿），另存为xlsx再报送。",
    rule="T08",
    action="请单位取消密码后重报",
)
ZIP = FileKind(
    "zip",
    Role.ARCHIVE,
    endings=(".zip",),
    refusal="是ZIP压缩包，请先解压，把里面的文件直接报送。",
    action="请解压",
)
EMPTY = FileKind("empty", Role.UNREADABLE, refusal="是空文件，里面没有内容；请核对后重新报送。")
TEXT = FileKind(
    "text",
    Role.FOREIGN,
    refusal="里面是纯文本，不是自评表的文件；请核对文件，换成原来的Excel、WPS表格或Word文件（xlsx、docx）再报送。",
)
UNKNOWN = FileKind(
    "unknown",
    Role.FOREIGN,
    refusal="不是自评表的文件格式，读不出来；请用Excel或WPS打开后另存为xlsx再报送。",
)
KINDS: tuple[FileKind, ...] = (
    FileKind(
        "xlsx",
        endings=(".xlsx", ".xlsm"),
        parts=("xl/workbook.xml",),
        reader="xlsx:read_into",
        sheets=True,
        patched=True,
    ),
    ENCRYPTED,
    FileKind(
        "xls", endings=(".xls",), streams=("Workbook", "Book"), reader="xls_file:read_into", sheets=True
    ),
    FileKind("xlsb", endings=(".xlsb",), parts=("xl/workbook.bin",), reader="xlsb:read_into", sheets=True),
    FileKind(
        "ods",
        endings=(".ods",),
        mimetype=b"opendocument.spreadsheet",
        reader="ods:read_into",
        sheets=True,
    ),
    FileKind("docx", endings=(".docx",), parts=("word/document.xml",), reader="docx:read_into"),
    FileKind(
        "doc",
        Role.UNREADABLE,
        endings=(".doc",),
        streams=("WordDocument",),
        refusal=f"是旧版Word文件（.doc），{_AS_DOCX}",
        action="请另存为docx",
    ),
    FileKind(
        "rtf",
        Role.UNREADABLE,
        endings=(".rtf",),
        variety_of="doc",
        begins=(rb"{\rtf",),
        refusal=f"是RTF文字文件，{_AS_DOCX}",
        action="请另存为docx",
    ),
    FileKind(
        "odt",
        Role.UNREADABLE,
        endings=(".odt",),
        variety_of="doc",
        mimetype=b"opendocument.text",
        refusal=f"是OpenDocument文字文件（.odt），{_AS_DOCX}",
        action="请另存为docx",
    ),
    FileKind(
        "numbers",
        Role.UNREADABLE,
        endings=(".numbers",),
        parts=("index/document.iwa", "index.zip"),
        refusal=f"是苹果Numbers表格，读不出来；请在Numbers里导出为xlsx，或{_OPEN_AND_SAVE}",
        action="请另存为xlsx",
    ),
    FileKind(
        "mail",
        Role.UNREADABLE,
        endings=(".msg",),
        streams=("__properties_version1.0",),
        refusal=_MAIL,
        action="请另存附件",
    ),
    FileKind(
        "mail-text",
        Role.UNREADABLE,
        endings=(".eml",),
        variety_of="mail",
        begins=(b"Received:", b"Return-Path:", b"Delivered-To:"),
        refusal=_MAIL,
        action="请另存附件",
    ),
    FileKind(
        "old-xls",
        Role.UNREADABLE,
        begins=(b"\x09\0\x04\0", b"\x09\x02\x06\0", b"\x09\x04\x06\0"),
        refusal=f"是1993年以前的Excel文件，读不出来；{_OPEN_AND_SAVE}",
        action="请另存为xlsx",
    ),
    FileKind(
        "sylk",
        Role.UNREADABLE,
        endings=(".slk",),
        begins=(b"ID;P",),
        refusal=f"是SYLK表格（.slk），读不出来；{_OPEN_AND_SAVE}",
        action="请另存为xlsx",
    ),
    FileKind(
        "dif",
        Role.UNREADABLE,
        endings=(".dif",),
        begins=(b"TABLE\r\n0,1", b"TABLE\n0,1"),
        refusal=f"是DIF表格（.dif），读不出来；{_OPEN_AND_SAVE}",
        action="请另存为xlsx",
    ),
    FileKind("ofd", Role.ATTACHED, endings=(".ofd",), parts=("ofd.xml",)),
    FileKind("pdf", Role.ATTACHED, endings=(".pdf",), begins=(b"%PDF",)),
    FileKind(
        "image",
        Role.ATTACHED,
        begins=(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"),
    ),
    FileKind(
        "rar",
        Role.ARCHIVE,
        endings=(".rar",),
        begins=(b"Rar!\x1a\x07",),
        refusal="是RAR压缩包，请先解压，把里面的文件直接报送。",
        action="请解压",
    ),
    FileKind(
        "7z",
        Role.ARCHIVE,
        endings=(".7z",),
        begins=(b"7z\xbc\xaf\x27\x1c",),
        refusal="是7z压缩包，请先解压，把里面的文件直接报送。",
        action="请解压",
    ),
    FileKind(
        "gzip",
        Role.ARCHIVE,
        endings=(".gz", ".tgz"),
        begins=(b"\x1f\x8b\x08",),
        refusal="是gzip压缩包，请先解压，把里面的文件直接报送。",
        action="请解压",
    ),
    ZIP,
    EMPTY,
    FileKind(
        "mhtml",
        Role.UNREADABLE,
        begins=(b"MIME-Version:", b"Mime-Version:", b"From: "),
        endings=(".mht", ".mhtml"),
        refusal=f"是单个文件网页（.mht），读不出表格；{_OPEN_AND_SAVE}",
        action="请另存为xlsx",
    ),
    FileKind(
        "xml2003",
        contains=(b"schemas-microsoft-com:office:spreadsheet",),
        reader="xml_workbook:read_into",
        sheets=True,
    ),
    FileKind(
        "word-xml",
        Role.UNREADABLE,
        variety_of="doc",
        contains=(b"schemas.microsoft.com/office/word/", b"/wordprocessingml/"),
        refusal=f"是XML格式的Word文件，{_AS_DOCX}",
        action="请另存为docx",
    ),
    FileKind(
        "flat-ods",
        Role.UNREADABLE,
        endings=(".fods",),
        contains=(b"<office:document ", b"opendocument.spreadsheet"),
        refusal=f"是单个文件的OpenDocument表格（.fods），读不出来；{_OPEN_AND_SAVE}",
        action="请另存为xlsx",
    ),
    FileKind(
        "html",
        endings=(".html", ".htm"),
        contains=(b"<html", b"<table", b"<!doctype html", b"<meta ", b"<body", b"<style", b"<tr", b"<div"),
        reader="html_page:read_into",
        sheets=True,
    ),
    FileKind("xml", Role.FOREIGN, variety_of="text", contains=(b"<?xml",), refusal=_XML_TEXT),
    FileKind(
        "csv",
        endings=(".csv", ".tsv"),
        looks="text_table:is_table",
        reader="text_table:read_into",
        sheets=True,
    ),
    TEXT,
    UNKNOWN,
)
_BY_ID = {kind.id: kind for kind in KINDS}

READABLE = "、".join(kind.id for kind in KINDS if kind.reader)  # as help and messages list them
WORKBOOKS = "、".join(kind.id for kind in KINDS if kind.sheets)
WITH_SHEETS = frozenset(kind.id for kind in KINDS if kind.sheets)
SHEET_ENDINGS = tuple(ending for kind in KINDS if kind.sheets for ending in kind.endings)
WRITTEN_ANEW = frozenset(kind.id for kind in KINDS if kind.reader and not kind.patched)
ATTACHMENTS = frozenset(kind.id for kind in KINDS if kind.role is Role.ATTACHED)
FORM_ENDINGS = frozenset(
    ending for kind in KINDS if kind.role in (Role.READ, Role.UNREADABLE) for ending in kind.endings
)
ARCHIVE_ENDINGS = tuple(ending for kind in KINDS if kind.role is Role.ARCHIVE for ending in kind.endings)


def kind_of(name: str) -> FileKind:
    """The kind with this id; the unknown one for any other name."""
    return _BY_ID.get(name, UNKNOWN)
