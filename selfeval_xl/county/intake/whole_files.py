"""Reading of all files below a folder at once, with their whole contents, for what needs them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from selfeval_xl.county.intake.received_files import not_taken_out
from selfeval_xl.files import fingerprint, scratch
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.readers import read_files
from selfeval_xl.readers.archives import Unpacked, unpack


def read_whole(
    paths: list[Path],
    root: Path,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[list[ReadFile], Mapping[str, str]]:
    """The contents of these files and of those in zip archives; by path, the archive that a file came in.

    root: the folder that all of them lie in. progress(done, all, file name).
    """
    with scratch() as unpacked_here:
        arrived = unpack(paths, root, unpacked_here)
        files = list(_read(arrived, jobs, progress))
    return files, {str(file.shown): file.archive for file in arrived if file.archive}


def _read(
    arrived: Sequence[Unpacked], jobs: int | None, progress: Callable[[int, int, str], None] | None
) -> Iterator[ReadFile]:
    """The contents of each file."""
    read = iter(read_files([str(file.path) for file in arrived if not file.trouble], jobs=jobs))
    for number, file in enumerate(arrived, 1):
        if file.trouble:
            yield not_taken_out(file, *fingerprint(file.path))
        else:
            yield _moved(next(read), str(file.shown))
        if progress:
            progress(number, len(arrived), file.shown.name)


def _moved(file: ReadFile, path: str) -> ReadFile:
    """The file with its forms under the path by which people know it."""
    if file.path == path:
        return file
    return replace(
        file,
        path=path,
        forms=tuple(replace(form, file=path) for form in file.forms),
        reports=tuple(replace(report, file=path) for report in file.reports),
        stage_forms=tuple(replace(form, file=path) for form in file.stage_forms),
    )
