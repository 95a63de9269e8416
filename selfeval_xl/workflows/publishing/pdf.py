"""PDF copies by LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from selfeval_xl.errors import UsageError

_PATHS = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
SECONDS = 300


def office() -> str:
    """The path of LibreOffice's program. Raises UsageError where there is none."""
    found = (
        shutil.which("soffice")
        or shutil.which("libreoffice")
        or next((path for path in _PATHS if Path(path).is_file()), None)
    )
    if not found:
        raise UsageError(
            "生成PDF要用LibreOffice，这台机器上没有找到。请去掉 --pdf，用Excel或WPS另存为PDF；"
            "或安装LibreOffice后再试。"
        )
    return found


def make_pdfs(paths: Iterable[Path], program: str) -> list[Path]:
    """Makes a PDF beside each file; returns the PDFs, without those that could not be made.

    LibreOffice runs with a profile of its own and leaves the person's alone.
    """
    made: list[Path] = []
    by_folder: dict[Path, list[Path]] = {}
    for path in paths:
        by_folder.setdefault(path.parent, []).append(path)
    with tempfile.TemporaryDirectory(prefix="selfeval-", ignore_cleanup_errors=True) as profile:
        for folder, files in by_folder.items():
            try:
                subprocess.run(
                    [
                        program,
                        f"-env:UserInstallation={Path(profile).as_uri()}",
                        "--headless",
                        "--convert-to",
                        "pdf",
                        "--outdir",
                        str(folder),
                        *map(str, files),
                    ],
                    capture_output=True,
                    timeout=SECONDS,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired):
                continue  # the PDFs that exist are collected below
            made += [pdf for path in files if (pdf := path.with_suffix(".pdf")).is_file()]
    return made
