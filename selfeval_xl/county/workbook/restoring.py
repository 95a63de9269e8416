"""The old county workbook is kept at hand until the store is written too, so that both change or neither."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from selfeval_xl.files import fingerprint, record
from selfeval_xl.files.record import recorded

_ENDING = ".old.tmp"


@contextmanager
def restoring(out: Path) -> Iterator[None]:
    """Puts the workbook back as it was before the block, or takes a new one away, where the block fails."""
    for leftover in out.parent.glob(f".{escape(out.stem)}.*{_ENDING}"):  # of runs that were killed
        leftover.unlink(missing_ok=True)
    known, kept = recorded(out), out.with_name(f".{out.stem}.{os.getpid()}{_ENDING}")
    before = fingerprint(out)[1] if out.is_file() else ""
    if before:
        _keep(out, kept)
    try:
        yield
    except BaseException:
        if out.is_file() and fingerprint(out)[1] != before:
            if not before:
                out.unlink()
            elif kept.is_file():
                os.replace(kept, out)
                record(out, known)
        raise
    finally:
        with suppress(OSError):
            kept.unlink(missing_ok=True)


def _keep(out: Path, kept: Path) -> None:
    """Gives the workbook a second name; a copy where the file system has no links and there is room."""
    with suppress(OSError):
        try:
            os.link(out, kept)
        except OSError:
            shutil.copyfile(out, kept)
