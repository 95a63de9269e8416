"""The looks of cells (see `cell_looks`) in the records of xls and xlsb."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from selfeval_xl.model.symbols import SYMBOL_FONT
from selfeval_xl.readers.formats.cell_looks import BLACK, INDEXED, THEME, WHITE, CellLooks

_XLS_FONT, _XLS_XF, _XLS_EOF = 0x0031, 0x00E0, 0x000A
_XLSB_FONT, _XLSB_FILL, _XLSB_XF, _XLSB_XFS, _XLSB_XFS_END = 43, 45, 47, 617, 618
_AUTOMATIC = 0x7FFF
_NO_FONT = 4  # the number that no font of an xls has


def xls_looks(records: Iterable[tuple[int, bytes]]) -> CellLooks:
    """The looks in the first records of an xls of 1997 and later, up to their end."""
    fonts: list[tuple[str, str]] = []
    styles: list[tuple[int, str | None]] = []
    for kind, data in records:
        if kind == _XLS_EOF:
            break
        if kind == _XLS_FONT and len(data) >= 16:
            number = struct.unpack_from("<H", data, 4)[0]
            wide = data[15] & 1
            name = data[16 : 16 + data[14] * (2 if wide else 1)].decode(
                "utf-16-le" if wide else "latin-1", "replace"
            )
            fonts.append((BLACK if number == _AUTOMATIC else _indexed(number), name))
        elif kind == _XLS_XF and len(data) >= 20:
            font = struct.unpack_from("<H", data)[0]
            pattern = struct.unpack_from("<I", data, 14)[0] >> 26
            ground = struct.unpack_from("<H", data, 18)[0] & 0x7F
            fill = WHITE if not pattern else _indexed(ground) if pattern == 1 else None
            styles.append((font - (font > _NO_FONT), fill))
    return _looks(fonts, styles)


def xlsb_looks(records: Iterable[tuple[int, bytes]]) -> CellLooks:
    """The looks in the records of an xlsb's styles."""
    fonts: list[tuple[str, str]] = []
    fills: list[str | None] = []
    styles: list[tuple[int, str | None]] = []
    inside = False
    for kind, data in records:
        if kind == _XLSB_FONT and len(data) >= 25:
            length = struct.unpack_from("<I", data, 21)[0]
            name = data[25 : 25 + min(length, 255) * 2].decode("utf-16-le", "replace")
            fonts.append((_colour(data[12:20], BLACK), name))
        elif kind == _XLSB_FILL and len(data) >= 12:
            pattern = struct.unpack_from("<I", data)[0]
            fills.append(WHITE if not pattern else _colour(data[4:12], BLACK) if pattern == 1 else None)
        elif kind in (_XLSB_XFS, _XLSB_XFS_END):
            inside = kind == _XLSB_XFS
        elif kind == _XLSB_XF and inside and len(data) >= 8:
            font, fill = struct.unpack_from("<HH", data, 4)
            styles.append((font, fills[fill] if fill < len(fills) else WHITE))
    return _looks(fonts, styles)


def _indexed(number: int) -> str:
    """A colour of the palette as RRGGBB, or by its number where that is not known."""
    return INDEXED.get(str(number), f"indexed {number}")


def _colour(data: bytes, default: str) -> str:
    """A colour of an xlsb: automatic, of the palette, RGB, or of the theme."""
    kind, number = data[0] >> 1, data[1]
    tint = struct.unpack_from("<h", data, 2)[0]
    if kind == 1:
        return _indexed(number)
    if kind == 2:
        return data[4:7].hex().upper()
    if kind == 3:
        return THEME.get(str(number), f"theme {number}") + (f" {tint}" if tint else "")
    return default


def _looks(fonts: list[tuple[str, str]], styles: list[tuple[int, str | None]]) -> CellLooks:
    """The looks of styles. fonts: colour and name of each. styles: number of the font and colour behind."""
    known = [(number, fonts[font], fill) for number, (font, fill) in enumerate(styles) if font < len(fonts)]
    return CellLooks(
        frozenset(number for number, (colour, _), fill in known if colour == fill),
        tuple((number, name) for number, (_, name), _ in known if SYMBOL_FONT.match(name)),
    )
