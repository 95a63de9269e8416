"""PDF copies by LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from selfeval_xl.errors import UsageError
from selfeval_xl.files import leaving, make_folder, scratch, write_out

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


def make_pdfs(paths: Iterable[Path], program: str, kept: list[str]) -> list[Path]:
    """Makes a PDF beside each file; returns the PDFs, without those that could not be made.

    kept: gets a sentence about each PDF that is left as it is. LibreOffice runs with a profile of its own.
    """
    made: list[Path] = []
    by_folder: dict[Path, list[Path]] = {}
    for path in paths:
        by_folder.setdefault(path.parent, []).append(path)
    with scratch() as profile:
        for number, files in enumerate(by_folder.values()):
            fresh = make_folder(profile / "pdf" / str(number))
            try:
                subprocess.run(
                    [
                        program,
                        f"-env:UserInstallation={profile.as_uri()}",
                        "--headless",
                        "--convert-to",
                        "pdf",
                        "--outdir",
                        str(fresh),
                        *map(str, files),
                    ],
                    capture_output=True,
                    timeout=SECONDS,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired):
                pass  # the PDFs that exist are collected below
            for path in files:
                pdf, out = fresh / f"{path.stem}.pdf", path.with_suffix(".pdf")
                if pdf.is_file():
                    with leaving(kept):
                        write_out(out, partial(shutil.copyfile, pdf))
                        made.append(out)
    return made
