"""Small workbooks built from text, and the means to break one thing in them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def sheet(data: str, after: str = "", before: str = "") -> str:
    """A worksheet's XML around its rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def row(number: int, *values: object) -> str:
    """A row of numbers and inline texts, from column A."""
    cells = ""
    for column, value in enumerate(values):
        cell = f"{chr(65 + column)}{number}"
        if isinstance(value, str):
            cells += f'<c r="{cell}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
        elif value is not None:
            cells += f'<c r="{cell}"><v>{value}</v></c>'
    return f'<row r="{number}">{cells}</row>'


def parts(
    *sheets: str,
    styles: str = "",
    extra: Mapping[str, str | bytes] | None = None,
    states: Mapping[int, str] | None = None,
    names: tuple[str, ...] = (),
) -> dict[str, str | bytes]:
    """The parts of a workbook with these sheets, called 表A, 表B ... unless named."""
    listed = related = ""
    typed = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEETS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{SHEETS}.styles+xml"/>'
    )
    found: dict[str, str | bytes] = {}
    for number, xml in enumerate(sheets, 1):
        name = names[number - 1] if names else f"表{chr(64 + number)}"
        state = f' state="{(states or {})[number]}"' if number in (states or {}) else ""
        listed += f'<sheet name="{name}" sheetId="{number}"{state} r:id="rId{number}"/>'
        related += (
            f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/'
            f'sheet{number}.xml"/>'
        )
        typed += (
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{SHEETS}.worksheet+xml"/>'
        )
        found[f"xl/worksheets/sheet{number}.xml"] = xml
    if styles:
        related += f'<Relationship Id="rIdS" Type="{OFFICE}/styles" Target="styles.xml"/>'
        found["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{typed}</Types>'
        ),
        "_rels/.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}">{related}</Relationships>',
        **found,
        **(extra or {}),
    }


def zipped(content: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return file.getvalue()


def workbook(*sheets: str, **more) -> bytes:
    """The bytes of a workbook with these sheets. more: as in `parts`."""
    return zipped(parts(*sheets, **more))


def repeated(first: bytes, piece: bytes, times: int, last: bytes) -> tuple[bytes, int, int]:
    """first + piece × times + last, deflated piece by piece: its packed bytes, its size and its checksum."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed, size, checksum = bytearray(), 0, 0
    block = piece * max(1, (1 << 20) // len(piece))
    whole, rest = divmod(times, len(block) // len(piece))
    for part in (first, *[block] * whole, piece * rest, last):
        packed += packer.compress(part)
        size, checksum = size + len(part), zlib.crc32(part, checksum)
    return bytes(packed + packer.flush()), size, checksum


def with_packed_part(
    content: Mapping[str, str | bytes], name: str, packed: bytes, size: int, checksum: int
) -> bytes:
    """A zip of these parts and one more, whose declared size and checksum may be wrong."""
    file = BytesIO(zipped(content))
    raw = file.getvalue()
    with zipfile.ZipFile(file) as archive:
        start = archive.start_dir
        count = len(archive.infolist())
    end = raw.rindex(b"PK\x05\x06")
    title = name.encode("utf-8")
    fields = struct.pack(
        "<HHHHHIIIHH", 20, 0, 8, 0, 33, checksum & 0xFFFFFFFF, len(packed), size & 0xFFFFFFFF, len(title), 0
    )
    local = b"PK\x03\x04" + fields + title + packed
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, start) + title
    directory = raw[start:end] + entry
    closing = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, count + 1, count + 1, len(directory), start + len(local), 0
    )
    return raw[:start] + local + directory + closing


def compound(*streams: tuple[str, bytes]) -> bytes:
    """An old compound file with these streams on its top level (none shorter than 4096 bytes)."""
    sector = 512
    chains: list[list[int]] = []
    body: list[bytes] = []
    for _, content in streams:
        pieces = [content[at : at + sector].ljust(sector, b"\0") for at in range(0, len(content), sector)]
        chains.append(list(range(len(body), len(body) + len(pieces))))
        body += pieces
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0)]
    entries += [
        (name, 2, chain[0], len(content)) for (name, content), chain in zip(streams, chains, strict=True)
    ]
    raw = b""
    for number, (name, kind, start, size) in enumerate(entries):
        title = name.encode("utf-16-le") + b"\0\0"
        right = number + 1 if 0 < number < len(entries) - 1 else 0xFFFFFFFF
        child = 1 if number == 0 and len(entries) > 1 else 0xFFFFFFFF
        links = struct.pack("<HBBIII", len(title), kind, 1, 0xFFFFFFFF, right, child)
        raw += (title.ljust(64, b"\0") + links).ljust(116, b"\0") + struct.pack("<III", start, size, 0)
    raw = raw.ljust(-(-len(raw) // sector) * sector, b"\0")
    directory = list(range(len(body), len(body) + len(raw) // sector))
    body += [raw[at : at + sector] for at in range(0, len(raw), sector)]
    fat_sector = len(body)
    fat = [0xFFFFFFFF] * 128
    for chain in (*chains, directory):
        for here, following in zip(chain, [*chain[1:], 0xFFFFFFFE], strict=True):
            fat[here] = following
    fat[fat_sector] = 0xFFFFFFFD
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    head += struct.pack("<9I", 0, 1, directory[0], 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", fat_sector, *[0xFFFFFFFF] * 108)
    return head + b"".join(body) + struct.pack("<128I", *fat)
