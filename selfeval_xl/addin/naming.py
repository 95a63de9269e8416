"""Names of files that are not there yet."""

from __future__ import annotations

from pathlib import Path


def free_name(out: Path) -> Path:
    """The path, with a number after its stem where such a file exists already: nothing is overwritten."""
    number, path = 1, out
    while path.exists():
        number += 1
        path = out.with_name(f"{out.stem}_{number}{out.suffix}")
    return path
