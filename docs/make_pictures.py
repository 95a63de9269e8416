"""Draws the pictures of the README from the demonstration: run by `make pictures`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from selfeval_xl.workflows import demo  # noqa: E402
from selfeval_xl.workflows.filling.fill import fill  # noqa: E402
from support import office  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    """Runs the demonstration and draws two of its files."""
    PICTURES.mkdir(exist_ok=True)
    running = office.Office()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = dict(demo.run(folder / "demo", print).paths)
        fill(paths["标注了问题的副本"], folder / "marked.xlsx")
        shutil.copy(paths["全县汇总工作簿"], folder / "county.xlsx")
        marked = running.convert(folder / "marked.xlsx", "pdf", folder)
        keep(marked, 2, "marked.png", "-x 40 -y 60 -W 860 -H 600".split())
        keep(running.convert(folder / "county.xlsx", "pdf", folder), 1, "county.png")
    running.close()


def keep(pdf: Path, page: int, name: str, part: Sequence[str] = ()) -> None:
    """Saves a page of a PDF as a picture, or a part of it. part: options of pdftoppm, in pixels."""
    out = PICTURES / name
    options = f"-r 110 -f {page} -l {page} -singlefile -png".split()
    subprocess.run(["pdftoppm", *options, *part, str(pdf), str(out.with_suffix(""))], check=True)
    print(out)


main()
