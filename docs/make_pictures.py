"""Draws the pictures of the README from the demonstration: run by `make pictures`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import office  # noqa: E402

from selfeval_xl import demo  # noqa: E402
from selfeval_xl.fill import fill  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    running = office.Office()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        paths = dict(demo.run(folder / "demo", print).paths)
        fill(paths["标注了问题的副本"], folder / "marked.xlsx")
        shutil.copy(paths["全县汇总工作簿"], folder / "county.xlsx")
        keep(running.render(folder / "marked.xlsx", folder, dpi=80)[1], "marked.png")
        keep(running.render(folder / "county.xlsx", folder, dpi=80)[0], "county.png")
    running.close()


def keep(page: Path, name: str) -> None:
    shutil.copy(page, PICTURES / name)
    print(PICTURES / name)


main()
