"""Draws the pictures of the bureau manual from the made-up county: run by `make pictures`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import openpyxl  # noqa: E402

from selfeval_xl.county import consolidate  # noqa: E402
from selfeval_xl.filings.roster_sheets import SHEETS, blank_roster  # noqa: E402
from selfeval_xl.workflows import demo  # noqa: E402
from selfeval_xl.workflows.demo.county import made_up  # noqa: E402
from support import office  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SHOWN = (
    ("overview", "总览", 0, 0),
    ("projects", "项目汇总", 1220, 520),
    ("deviations", "偏差清单", 1220, 330),
    ("findings", "审核问题", 1220, 520),
)
SECTIONS = ("教科文股", "农业股", "社保股")


def main() -> None:
    """Consolidates the made-up county and draws its sheets."""
    PICTURES.mkdir(exist_ok=True)
    running = office.Office()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        received = dict(demo.run(folder / "demo", print).paths)["收到的材料"]
        out = folder / "全县汇总.xlsx"
        consolidate(received, out, roster=_roster(folder / "名册.xlsx"))
        pdf = running.convert(out, "pdf", folder)
        for name, title, width, height in SHOWN:
            _keep(pdf, _page(pdf, title), f"county-{name}", width, height)
    running.close()


def _roster(path: Path) -> Path:
    """A roster of the made-up county, and one department that did not report."""
    blank_roster(path)
    book = openpyxl.load_workbook(path)
    departments = [(department.code, department.name) for department in made_up()[0]] + [
        ("199", "示例县残联")
    ]
    for number, (code, name) in enumerate(departments, 2):
        row = {"code": code, "name": name, "section": SECTIONS[number % 3], "deadline": "2099-03-31"}
        for column, (key, _) in enumerate(SHEETS["单位名册"], 1):
            if key in row:
                book["单位名册"].cell(number, column).value = row[key]
    book.save(path)
    return path


def _page(pdf: Path, title: str) -> int:
    """The number of the first page of a sheet, found by the title in its header."""
    pages = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout.split("\f")
    return next(number for number, text in enumerate(pages, 1) if title in "".join(text.splitlines()[:3]))


def _keep(pdf: Path, page: int, name: str, width: int, height: int) -> None:
    """Saves a page as a picture, or its upper left part in pixels."""
    part = ["-x", "30", "-y", "20", "-W", str(width), "-H", str(height)] if width else []
    out = PICTURES / name
    options = f"-r 110 -f {page} -l {page} -singlefile -png".split()
    subprocess.run(["pdftoppm", *options, *part, str(pdf), str(out)], check=True)
    print(out.with_suffix(".png"))


main()
