"""Draws the pictures of the re-check, a filled paper and the summary: run by `make pictures`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from selfeval_xl.county import consolidate  # noqa: E402
from selfeval_xl.workflows.demo.county import made_up  # noqa: E402
from selfeval_xl.workflows.demo.rechecking import fill_in  # noqa: E402
from selfeval_xl.workflows.review.reviewing import review  # noqa: E402
from selfeval_xl.workflows.review.sampling import sample  # noqa: E402
from support import office  # noqa: E402
from support.counties import fill_county  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    """Draws a sample of the made-up county, fills its papers in and pictures one of them and the summary."""
    PICTURES.mkdir(exist_ok=True)
    running = office.Office()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fill_county(folder / "收到", made_up()[0][5:10])
        consolidate(folder / "收到", folder / "县.xlsx")
        drawn = sample(folder / "县.xlsx", folder / "抽查", count=6)
        fill_in(drawn)
        review(folder / "抽查", folder / "复核汇总.xlsx")
        paper = next(each for each in drawn.chosen if each.project.paper.is_scored)
        _keep(running, drawn.out / paper.file, folder, "review-paper", 620)
        _keep(running, folder / "复核汇总.xlsx", folder, "review-summary", 330)
    running.close()


def _keep(running: office.Office, path: Path, folder: Path, name: str, height: int) -> None:
    """Saves the first printed page of a workbook, down to this height in pixels, as a picture."""
    computed = running.type(path, [], folder / f"{name}.xlsx")  # the totals of what was filled in
    pdf = running.convert(computed, "pdf", folder)
    out = PICTURES / name
    options = "-r 110 -f 1 -l 1 -singlefile -png -x 30 -y 40 -W 1220".split()
    subprocess.run(["pdftoppm", *options, "-H", str(height), str(pdf), str(out)], check=True)
    print(out.with_suffix(".png"))


main()
