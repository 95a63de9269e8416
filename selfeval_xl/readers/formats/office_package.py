"""What the packages of Microsoft's programs have in common: the time saved, macros, links to other files."""

from __future__ import annotations

import re

from selfeval_xl.readers.formats.guard import Package
from selfeval_xl.readers.formats.source import Source

_MODIFIED = re.compile(rb"<(?:\w+:)?modified\b[^>]*>\s*([^<]{4,40}?)\s*<")


def saved_time(package: Package) -> str | None:
    """The time of the last save in docProps/core.xml, None where it is not there."""
    core = package.xml("docProps/core.xml")
    found = _MODIFIED.search(core) if core else None
    return found[1].decode("utf-8", "replace") if found else None


def report_foreign_parts(source: Source, package: Package, folder: str) -> None:
    """Adds problems for the macros, links and DDE among the parts of a package of Microsoft's."""
    linked = [
        name
        for name in package.names
        if name.lower().startswith(f"{folder}externallinks/") and name.lower().endswith((".xml", ".bin"))
    ]
    source.report_foreign(
        f"{folder}vbaproject.bin" in (name.lower() for name in package.names),
        bool(linked),
        any(b"ddeLink" in (package.part(name) or b"") for name in linked[:50]),
    )
