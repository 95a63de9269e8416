"""Pictures without what is not seen: where and with what they were taken, remarks, a smaller copy inside."""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# The parts of a PNG that say how it looks.
_SEEN = (
    b"IHDR",
    b"PLTE",
    b"tRNS",
    b"IDAT",
    b"IEND",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"iCCP",
    b"pHYs",
    b"bKGD",
    b"sBIT",
)
_APP0, _APP2, _APP14, _LAST_APP, _REMARK, _SCAN = 0xE0, 0xE2, 0xEE, 0xEF, 0xFE, 0xDA


def plain_picture(data: bytes) -> bytes:
    """The picture without metadata, its points unchanged; b"" for a damaged one and for other kinds.

    EMF, WMF and SVG are drawings with texts, GIF and TIFF have remarks in many places.
    """
    try:
        if data.startswith(_PNG):
            return _plain_png(data)
        return _plain_jpeg(data) if data.startswith(_JPEG) else b""
    except (IndexError, struct.error):
        return b""


def _plain_png(data: bytes) -> bytes:
    """A PNG with the chunks that are seen, up to its end."""
    plain, at = [_PNG], len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind in _SEEN:
            plain.append(data[at:end])
        at = end
        if kind == b"IEND":
            return b"".join(plain)


def _plain_jpeg(data: bytes) -> bytes:
    """A JPEG without remarks and the segments of applications, but for those that tell its colours."""
    plain, at = [_JPEG], 2
    while True:
        if data[at] != 0xFF:
            raise IndexError
        marker = data[at + 1]
        if marker == _SCAN:
            end = data.rindex(b"\xff\xd9") + 2 if b"\xff\xd9" in data[at:] else len(data)
            return b"".join((*plain, data[at:end]))
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if not (marker == _REMARK or _APP0 < marker <= _LAST_APP and marker not in (_APP2, _APP14)):
            plain.append(data[at:end])
        at = end
