"""The command line as a person calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def selfeval(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess:
    """The finished run of `selfeval` with these arguments, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "selfeval_xl", *map(str, args)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160"},
    )
