"""Names of files that are not there yet."""

from __future__ import annotations

from pathlib import Path


def free_name(out: Path) -> Path:
    """The name, with a number behind it where a file of that name is there already: nothing is overwritten."""
    number, found = 1, out
    while found.exists():
        number += 1
        found = out.with_name(f"{out.stem}_{number}{out.suffix}")
    return found
