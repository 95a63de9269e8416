"""Pictures without what is not seen: where and with what they were taken, remarks, a smaller copy inside."""

from __future__ import annotations

import struct
import zlib

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# The parts of a PNG that say how it looks, and how long they are at most. A colour profile is none of them:
# it has names and remarks of its own.
_SEEN = {
    b"IHDR": 13,
    b"PLTE": 768,
    b"tRNS": 256,
    b"gAMA": 4,
    b"cHRM": 32,
    b"sRGB": 1,
    b"pHYs": 9,
    b"bKGD": 6,
    b"sBIT": 4,
}
_POINTS, _END = b"IDAT", b"IEND"
_MOST = 512 << 20  # bytes of points of one picture
_PIECE = 1 << 20
_APP0, _APP14, _LAST_APP, _REMARK, _SCAN, _STOP = 0xE0, 0xEE, 0xEF, 0xFE, 0xDA, 0xD9
_JFIF = b"JFIF\0"
_ADOBE = b"Adobe"


def plain_picture(data: bytes) -> bytes:
    """The picture without metadata, its points unchanged; b"" for a damaged one and for other kinds.

    EMF, WMF and SVG are drawings with texts, GIF and TIFF have remarks in many places.
    """
    try:
        if data.startswith(_PNG):
            return _plain_png(data)
        return _plain_jpeg(data) if data.startswith(_JPEG) else b""
    except (IndexError, ValueError, struct.error, zlib.error):
        return b""


def _plain_png(data: bytes) -> bytes:
    """A PNG with the chunks that are seen, up to its end."""
    before, points, at = [_PNG], [], len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind == _POINTS:
            points.append(data[at + 8 : end - 4])
        elif not points and length <= _SEEN.get(kind, -1):
            before.append(data[at:end])
        elif kind == _END:
            break
        at = end
    packed = b"".join(points)
    plain = packed[: len(packed) - _behind_points(packed)]
    return b"".join((*before, _chunk(_POINTS, plain), _chunk(_END, b"")))


def _behind_points(packed: bytes) -> int:
    """How many bytes stand behind the packed points. Raises zlib.error where they are damaged or too many."""
    unpacking, count = zlib.decompressobj(), 0
    rest = packed
    while rest and not unpacking.eof:
        count += len(unpacking.decompress(rest, _PIECE))
        rest = unpacking.unconsumed_tail
        if count > _MOST:
            raise zlib.error("too many points")
    if not unpacking.eof:
        raise zlib.error("cut off")
    return len(unpacking.unused_data)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _plain_jpeg(data: bytes) -> bytes:
    """A JPEG without remarks and the segments of applications, up to the end of its points.

    Behind its end a telephone may put a second picture.
    """
    plain, at = [_JPEG], 2
    while True:
        if data[at] != 0xFF:  # bytes that belong to nothing: programs pass over them
            at = data.index(b"\xff", at)
        marker = data[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        if marker == _STOP:
            return b"".join((*plain, b"\xff\xd9"))
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        plain.append(_segment(marker, data[at:end]))
        if marker == _SCAN:
            begin, end = end, _end_of_scan(data, end)
            plain.append(data[begin:end])
            if end >= len(data):  # cut off: what there is of it is seen
                return b"".join((*plain, b"\xff\xd9"))
        at = end


def _segment(marker: int, segment: bytes) -> bytes:
    """A segment as it is kept; b"" for one that is not seen."""
    if marker == _APP0:  # without the small picture inside
        header = segment[4:16]
        return b"\xff\xe0\0\x10" + header + b"\0\0" if header.startswith(_JFIF) else b""
    if marker == _APP14:  # how the colours are to be taken
        return b"\xff\xee\0\x0e" + segment[4:16] if segment[4:].startswith(_ADOBE) else b""
    return b"" if marker == _REMARK or _APP0 < marker <= _LAST_APP else segment


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the points that begin here end: at the next marker that does not belong to them."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7 and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2
