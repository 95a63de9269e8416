"""The papers in a folder that somebody has filled in: no later sample replaces them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from selfeval_xl.county.review.paper import Paper
from selfeval_xl.county.review.reading import NO_SETTINGS, READ, SeenFile
from selfeval_xl.files import fingerprint
from selfeval_xl.files.record import recorded
from selfeval_xl.readers.folder import is_left_behind


@dataclass(frozen=True, slots=True)
class FilledPapers:
    """The filled papers of a folder. by_number: name and paper. names: of their files, in small letters.

    A paper whose project nobody can tell any more has a name only.
    """

    by_number: Mapping[str, tuple[str, Paper]]
    names: frozenset[str]


def filled_papers(folder: Path) -> FilledPapers:
    """The filled papers in the folder. Only files that were changed since they were written are read."""
    from selfeval_xl.workers import read_files

    if not folder.is_dir():
        return FilledPapers({}, frozenset())
    changed = [
        path
        for path in sorted(folder.glob("*.xlsx"))
        if path.is_file() and not is_left_behind(path.name) and recorded(path) != fingerprint(path)[1]
    ]
    by_number: dict[str, tuple[str, Paper]] = {}
    names: set[str] = set()
    for path, seen in zip(changed, read_files(changed, function=READ), strict=True):
        if isinstance(seen, SeenFile) and _is_filled(seen):
            names.add(path.name.casefold())
            if seen.paper:
                by_number.setdefault(seen.paper.head.number, (path.name, seen.paper))
    return FilledPapers(by_number, frozenset(names))


def _is_filled(seen: SeenFile) -> bool:
    """Whether something was written into a paper; one that cannot be read whole may have been filled in."""
    if seen.paper is None:
        return seen.trouble == NO_SETTINGS
    return bool(seen.trouble) or any(row.is_filled for row in seen.rows)
