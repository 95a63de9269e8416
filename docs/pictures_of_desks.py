"""Draws the pictures of docs/安装手册.md: what lies beside a form that was dropped on the icon.

Run by `make pictures`. The desk's own program is run, of Windows and Linux alike; LibreOffice shows its copy.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from selfeval_xl import templates  # noqa: E402
from selfeval_xl.workflows.demo.county import seed_filing  # noqa: E402
from support import office  # noqa: E402
from support.paper import as_excel_prints  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    """Drops a form on the icon and draws two sheets of the copy."""
    running = office.Office()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        book = folder / "示例县应急管理局.xlsx"
        project = seed_filing()["project"] | {"unit": "示例县应急管理局"}
        templates.fill_in("jilin-2024", book, projects=[project], year=2024, cover={})
        drop(book, folder / "settings")
        marked = book.with_name(f"{book.stem}_标注.xlsx")
        pdf = running.convert(as_excel_prints(marked, folder / "shown.xlsx"), "pdf", folder)
        keep(pdf, "年度总体目标", "desk-form.png", "-x 40 -y 70 -W 840 -H 720".split())
        keep(pdf, "规则编号", "desk-findings.png", "-x 40 -y 60 -W 1210 -H 700".split())
    running.close()


def drop(book: Path, settings: Path) -> None:
    """Runs what the icon runs."""
    environment = {**os.environ, "SELFEVAL_HOME": str(settings), "PYTHONPATH": str(ROOT)}
    environment.pop("XDG_CURRENT_DESKTOP", None)  # the copy is not opened here
    command = [sys.executable, "-m", "selfeval_xl.cli.dropped", str(book)]
    subprocess.run(command, env=environment, check=True)


def keep(pdf: Path, words: str, name: str, part: Sequence[str]) -> None:
    """Saves a part of the first page that has these words. part: options of pdftoppm, in pixels."""
    read = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True)
    page = next(number for number, text in enumerate(read.stdout.split("\f"), 1) if words in text)
    out = PICTURES / name
    options = f"-r 110 -f {page} -l {page} -singlefile -png".split()
    subprocess.run(["pdftoppm", *options, *part, str(pdf), str(out.with_suffix(""))], check=True)
    print(out)


main()
