"""The checks between a received file and the libraries that would crash on it.

A package (xlsx, xlsb, ods, docx) is a zip. Its directory is never trusted: every part is inflated in
one bounded step, checked against its declared size and checksum, and only parts read here are passed on
(`pack`), so that no library sees an unchecked byte. A lying header, a bomb, a cut file or an XML entity
raises UnreadableFile.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO

from selfeval_xl.errors import UnreadableFile

MAX_FILE = 100 << 20  # bytes of a received file
MAX_PARTS = 4_000  # parts of a package
MAX_INFLATED = 64 << 20  # bytes of all parts that are read, together
MAX_SHEETS = 1_000  # sheets of a workbook
MAX_CELLS = 2_000_000  # cells of the rectangle that a sheet's values span
MAX_VALUES = 400_000  # values of one sheet
MAX_MERGES = 20_000  # merged areas of one sheet
MAX_STYLES = 200_000  # cell styles of a workbook
MAX_SHEET_TAGS = 4_000_000  # tags of one sheet
MAX_TEXT = 4 << 20  # bytes of one text; a cell holds 32,767 letters
MAX_WRITTEN = 1_500_000  # cells that a sheet writes, empty ones with a style too
# What a list of a workbook has at most, by the beginning of its entries; Excel itself allows 65,490 styles.
MOST_ENTRIES = {
    b"<si": MAX_VALUES,
    b"<xf": MAX_STYLES,
    b"numFmt ": 20_000,
    b"sheet ": 10_000,
    b"Relationship ": 20_000,
}
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # rows and columns that a sheet has
FAR_ROW, FAR_COLUMN = 100_000, 702  # nothing beyond these is read,
NEAR_ROW, NEAR_COLUMN = 20_000, 100  # nor beyond these once a sheet's values span more than MAX_CELLS

DAMAGED = "文件损坏，打不开；请用Excel或WPS打开后另存为xlsx再报送。"
TOO_BIG = "展开后内容过大，不像自评表，没有读取；请删除表格以外的空行空列和图片，另存为xlsx再报送"
ENTITIES = "文件内含有不该有的XML实体定义，为安全起见没有读取；请用Excel或WPS打开后另存为xlsx再报送"

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,20})[\"']")
_COUNT = re.compile(rb'(\s(?:uniqueCount|count)\s*=\s*["\'])\s*[+-]?\d{6,}')
# A cell whose first attribute is not its reference, or which lies outside both 104 columns by 9,999 rows and
# 26 columns by 99,999 rows.
_UNUSUAL_CELL = re.compile(rb'<c(?! r="(?:[A-Z][1-9]\d{0,4}|[A-D][A-Z][1-9]\d{0,3})"[ />])[\s/>]')
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
_ENCRYPTED, _STORED, _DEFLATED = 1, 0, 8
_LARGE = 8 << 20  # bytes of a part that is inflated again rather than kept
_STEP = 64 << 10  # packed bytes of a large part that are inflated at once
_WORTH_DEFLATING = 4 << 20  # bytes of a part: libraries make several copies of the file they get


@dataclass(frozen=True, slots=True)
class Package:
    """A zip file in memory.

    entries: its directory, by names with forward slashes. kept: the parts inflated so far, for whoever asks
    for a part again, without large ones; None where each is inflated when it is asked for.
    """

    data: bytes
    entries: Mapping[str, zipfile.ZipInfo]
    kept: dict[str, bytes] | None = None

    @property
    def names(self) -> Iterable[str]:
        """The names of the parts in directory order, with forward slashes."""
        return self.entries.keys()

    def part(self, name: str) -> bytes | None:
        """The inflated part, or None where there is none; UnreadableFile when its header is false."""
        entry = self.entries.get(name)
        return None if entry is None else self._inflated(entry)

    def xml(self, name: str) -> bytes | None:
        """The part as UTF-8 XML without a document type, or None where there is none."""
        part = self.part(name)
        return None if part is None else plain_xml(part)

    def parts(self, names: Iterable[str]) -> dict[str, bytes]:
        """Several parts inflated, XML as `xml` gives it; UnreadableFile when they are too big together."""
        wanted = [self.entries[name] for name in names]
        if sum(entry.file_size for entry in wanted) > MAX_INFLATED:
            raise UnreadableFile(TOO_BIG)
        return {
            entry.filename: plain_xml(part) if entry.filename.endswith((".xml", ".rels")) else part
            for entry in wanted
            for part in (self._inflated(entry),)
        }

    def _inflated(self, entry: zipfile.ZipInfo) -> bytes:
        """The inflated part of an entry, which is kept where parts are."""
        if self.kept is None or entry.file_size > _LARGE:
            return _inflate(self.data, entry)
        if entry.filename not in self.kept:
            self.kept[entry.filename] = _inflate(self.data, entry)
        return self.kept[entry.filename]


def open_package(data: bytes, keep_parts: bool = False) -> Package:
    """The package in these bytes; UnreadableFile when it is cut short or holds far too many parts.

    keep_parts: keep what was inflated, unless all parts together are too big for that.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OverflowError,
        struct.error,
        EOFError,
        OSError,
    ) as error:
        raise UnreadableFile(DAMAGED) from error
    if len(entries) > MAX_PARTS:
        raise UnreadableFile(TOO_BIG)
    named: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        entry.filename = entry.filename.replace("\\", "/")
        named.setdefault(entry.filename, entry)
    keep = keep_parts and sum(entry.file_size for entry in named.values()) <= MAX_INFLATED
    return Package(data, named, {} if keep else None)


def _inflate(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """One part, inflated by at most one byte more than it declares."""
    if entry.file_size > MAX_INFLATED:
        raise UnreadableFile(TOO_BIG)
    if entry.flag_bits & _ENCRYPTED:
        raise UnreadableFile("文件设有密码，读不出来；请取消密码后另存为xlsx再报送")
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise UnreadableFile(DAMAGED)
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = memoryview(data)[start : start + entry.compress_size]
    if entry.compress_type == _STORED:
        part = bytes(packed[: entry.file_size + 1])
    elif entry.compress_type == _DEFLATED:
        try:
            part = _decompress(packed, entry.file_size)
        except zlib.error as error:
            raise UnreadableFile(DAMAGED) from error
    else:
        raise UnreadableFile(DAMAGED)
    if len(part) != entry.file_size or zlib.crc32(part) != entry.CRC:
        raise UnreadableFile(DAMAGED)
    return part


def _decompress(packed: memoryview, size: int) -> bytes:
    """The bytes that are packed here, at most one more than this size; zlib.error where they are damaged."""
    inflating = zlib.decompressobj(-15)
    if size <= _LARGE:
        return inflating.decompress(packed, size + 1)
    whole = BytesIO()  # in one step zlib would hold a large part twice
    for start in range(0, len(packed), _STEP):
        rest: memoryview | bytes = packed[start : start + _STEP]
        while whole.tell() <= size:
            most = min(_LARGE, size + 1 - whole.tell())
            piece = inflating.decompress(rest, most)
            whole.write(piece)
            rest = inflating.unconsumed_tail
            if not rest and len(piece) < most:
                break
    return whole.getvalue()


def plain_xml(part: bytes) -> bytes:
    """The part as XML in UTF-8; UnreadableFile where it has a document type.

    So no entity can expand, and a search in the bytes sees the same as a parser.
    """
    encoding = _encoding(part)
    if encoding != "utf-8":
        try:
            text = part.decode(encoding)
        except (LookupError, UnicodeDecodeError) as error:
            raise UnreadableFile(DAMAGED) from error
        part = re.sub(r"^\ufeff?\s*<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).encode(
            "utf-8", "replace"
        )
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise UnreadableFile(ENTITIES)
    return part


def _encoding(part: bytes) -> str:
    """The real encoding of the XML: zeros among its first bytes outweigh its declaration."""
    head = part[:16]
    if b"\0" in head:
        return (
            "utf-16"
            if head.startswith((b"\xff\xfe", b"\xfe\xff"))
            else "utf-16-be"
            if head.startswith(b"\0")
            else "utf-16-le"
        )
    declared = _ENCODING.match(part, 0, 200) if head.startswith(b"<?xml") else None
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name in ("utf-8", "utf8", "us-ascii", "ascii") or name.startswith("utf-16"):
        return "utf-8-sig" if head.startswith(b"\xef\xbb\xbf") else "utf-8"
    return name


def usual_cells(sheet: bytes) -> bool:
    """Whether every cell of a sheet's XML is written in the usual way and near enough for calamine.

    Calamine makes room for the whole rectangle up to the last cell.
    """
    return not _UNUSUAL_CELL.search(sheet) and not _PREFIXED_CELL.search(sheet)


def few_values(sheet: bytes) -> bool:
    """Whether a sheet's XML has few enough values and tags for calamine; a short one needs no counting."""
    return (
        len(sheet) <= MAX_VALUES
        or sheet.count(b"<v") + sheet.count(b"<is") <= MAX_VALUES
        and sheet.count(b"<") <= MAX_SHEET_TAGS
    )


def few_cells(sheet: bytes) -> bytes:
    """A sheet's XML, unchanged; UnreadableFile when it writes more cells or formulas than any form has."""
    if len(sheet) > MAX_VALUES and (
        sheet.count(b"<c ") > MAX_WRITTEN or sheet.count(b"<f") > MAX_VALUES or _has_endless_text(sheet)
    ):
        raise UnreadableFile(TOO_BIG)
    return sheet


def _has_endless_text(xml: bytes) -> bool:
    """Whether a text or a tag is longer than MAX_TEXT: libraries hold several copies of it."""
    at = 0
    while at + MAX_TEXT < len(xml):
        at = xml.rfind(b"<", at, at + MAX_TEXT) + 1
        if not at:
            return True
    return False


def few_entries(part: bytes) -> bytes:
    """A list of a workbook, unchanged; UnreadableFile when it has more entries than that of any form.

    It is that of sheets, relationships, styles or shared strings.
    """
    if len(part) > MAX_STYLES and (
        any(part.count(entry) > most for entry, most in MOST_ENTRIES.items()) or _has_endless_text(part)
    ):
        raise UnreadableFile(TOO_BIG)
    return part


def honest_counts(part: bytes) -> bytes:
    """The part without very large counts in its head: libraries reserve room for that many entries."""
    head = _COUNT.sub(rb"\g<1>0", part[:2048])
    return head + part[2048:]


def pack(parts: Mapping[str, bytes]) -> BytesIO:
    """A zip of these parts, compressed where they are large, for a library that wants a file."""
    packed = BytesIO()
    directory = []
    for name, whole in parts.items():
        raw, size, check = name.encode("utf-8"), len(whole), zlib.crc32(whole)
        large = size > _WORTH_DEFLATING
        part, method = (zlib.compress(whole, 1, -15), _DEFLATED) if large else (whole, _STORED)
        fields = (20, 0x800, method, 0, 33, check, len(part), size, len(raw), 0)
        directory.append(
            struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, *fields, 0, 0, 0, 0, packed.tell()) + raw
        )
        packed.write(struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", *fields) + raw)
        packed.write(part)
    start = packed.tell()
    packed.write(b"".join(directory))
    packed.write(
        struct.pack(
            "<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(parts), len(parts), packed.tell() - start, start, 0
        )
    )
    packed.seek(0)
    return packed
