"""Reading of an xls file: the workbook in its compound file, the time saved, macros and links."""

from __future__ import annotations

from selfeval_xl.readers.formats import kinds
from selfeval_xl.readers.formats.compound_file import Compound
from selfeval_xl.readers.formats.source import Source
from selfeval_xl.readers.formats.xls import read_xls


def read_into(source: Source, compound: Compound) -> None:
    """Reads an xls; UnreadableFile where it has a password other than Excel's default."""
    name = "Workbook" if "Workbook" in compound.root else "Book"
    source.saved = compound.saved()
    stream = compound.stream(name) or b""
    grids, problems, book = read_xls(name, stream)
    if book.encrypted:
        from selfeval_xl.readers.formats.default_password import stream_inside

        source.kind = kinds.ENCRYPTED.id
        grids, problems, book = read_xls(name, stream_inside(stream))
        source.kind = "xls"
    source.add(grids, problems)
    source.report_foreign("_VBA_PROJECT_CUR" in compound.root, bool(book.links), book.dde)
