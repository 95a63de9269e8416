"""Draws the pictures of the templates, blank and filled in, on screen and on paper: run by `make pictures`.

A spreadsheet program without a window only prints, so the screen is a print of a copy with the tints and the
columns beside the form. For paper the fills are taken out of a copy: LibreOffice does not know Excel's switch
for black and white. Columns are as wide as in Excel (tests/support/paper.py).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import openpyxl  # noqa: E402

from selfeval_xl import layouts, templates  # noqa: E402
from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, MONITORING, PROJECT  # noqa: E402
from selfeval_xl.model.sheet_names import COVER, EVIDENCE, REPORT, SELF_CHECK, SUMMARY  # noqa: E402
from selfeval_xl.templates.stage_book import fill_in_stage  # noqa: E402
from support import fillings, office, stage_fillings  # noqa: E402
from support.paper import STYLES, digits_of_excel  # noqa: E402

PICTURES = ROOT / "docs" / "pictures" / "templates"
YEAR = 2024
MOST_BYTES = 200_000
EVERYWHERE = (COVER, SUMMARY, REPORT, SELF_CHECK, EVIDENCE)  # the same in every layout: drawn once
_ASCII = {
    COVER: "cover",
    SUMMARY: "summary",
    REPORT: "report",
    SELF_CHECK: "self-check",
    EVIDENCE: "evidence",
    "部门整体支出绩效自评表": "department",
    "部门整体支出绩效运行监控表": "department",
    "部门整体支出绩效目标表": "department",
    "项目01": "project",
}
_NOTICE = {
    "截止日期": "2025年3月31日",
    "报送方式": "发到绩效股邮箱，盖章扫描件一并发来",
    "联系人": "绩效股",
    "联系电话": "0000-0000000",
}
_FILLS = re.compile(
    r'<patternFill patternType="solid">.*?</patternFill>|<patternFill><bgColor [^>]*/></patternFill>'
)
_AREA = re.compile(r'<definedName name="_xlnm.Print_Area"[^>]*>[^<]*</definedName>')


def main() -> None:
    """Draws the layouts that are named, or all, blank and filled in, on paper and on screen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    running = office.Office()
    drawn: set[str] = set()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for layout_id in sys.argv[1:] or layouts.ids():
            for state, book in (("blank", blank(layout_id, folder)), ("filled", filled(layout_id, folder))):
                for medium, change in (("paper", on_paper), ("screen", on_screen)):
                    copy = copied(book, book.with_name(f"{book.stem}-{medium}.xlsx"), change)
                    pdf = running.convert(copy, "pdf", copy.parent)
                    drawn |= keep(pdf, sheets_of(book), layout_id, f"{state}-{medium}", drawn)
        if len(sys.argv) < 2:
            for stage in (MONITORING, DECLARATION):
                for layout_id in layouts.ids(stage):
                    draw_stage(stage, layout_id, folder, running)
    running.close()


def draw_stage(stage: str, layout_id: str, folder: Path, running: office.Office) -> None:
    """Draws a filled workbook of an earlier stage on screen."""
    owners = {layout.owner: layout for layout in layouts.sheets_of(layout_id, stage)}
    book = folder / f"{stage}-{layout_id}.xlsx"
    fill_in_stage(
        stage,
        layout_id,
        book,
        projects=[stage_fillings.form_of(owners[PROJECT])],
        department=stage_fillings.form_of(owners[DEPARTMENT]) if DEPARTMENT in owners else None,
        year=YEAR,
        notice=_NOTICE,
    )
    copy = copied(book, book.with_name(f"{book.stem}-screen.xlsx"), on_screen)
    pdf = running.convert(copy, "pdf", copy.parent)
    keep(pdf, sheets_of(book), f"{stage}-{layout_id}", "filled-screen", set(), everywhere=())


def blank(layout_id: str, folder: Path) -> Path:
    """Writes the blank workbook of a layout; returns its path."""
    out = folder / f"{layout_id}-blank.xlsx"
    templates.write(layout_id, out, YEAR)
    return out


def filled(layout_id: str, folder: Path) -> Path:
    """Writes a filled workbook of a layout; returns its path.

    One completed value and one reason are missing, so that the tints can be seen.
    """
    out = folder / f"{layout_id}-filled.xlsx"
    forms = {layout.kind: fillings.filling(layout) for layout in layouts.sheets_of(layout_id)}
    for form in forms.values():
        form["indicators"][0]["note"] = None
        form["indicators"][3]["actual"] = None
    templates.fill_in(
        layout_id,
        out,
        projects=[forms[PROJECT]] if PROJECT in forms else [],
        department=forms.get(DEPARTMENT),
        year=YEAR,
        cover=_NOTICE,
    )
    return out


def sheets_of(book: Path) -> dict[str, str]:
    """The titles of the sheets that are printed, by their names in their order."""
    sheets = [sheet for sheet in openpyxl.load_workbook(book).worksheets if sheet.sheet_state == "visible"]
    return {
        sheet.title: next(str(row[0].value) for row in sheet.iter_rows(max_row=3) if row[0].font.sz == 18)
        for sheet in sheets
    }


def copied(book: Path, out: Path, change: Callable[[str, str], str]) -> Path:
    """Writes a copy of a workbook; returns its path. change: name and text of a part to its new text."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(name, digits_of_excel(text) if name == STYLES else text))
    return out


def on_paper(name: str, text: str) -> str:
    """The part without fills, as Excel prints it."""
    return _FILLS.sub('<patternFill patternType="none"/>', text) if name == "xl/styles.xml" else text


def on_screen(name: str, text: str) -> str:
    """The part with all visible columns, each sheet on one page, without footers."""
    if name == "xl/workbook.xml":
        return _AREA.sub("", text)
    if name.startswith("xl/worksheets/"):
        return re.sub(
            r"<headerFooter>.*?</headerFooter>", "", text.replace('fitToHeight="0"', 'fitToHeight="1"')
        )
    return text


def first_pages(pdf: Path, sheets: dict[str, str]) -> dict[str, int]:
    """The number of the page on which each sheet begins. Raises SystemExit where one is not found."""
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True)
    pages = ["".join(page.split()) for page in text.stdout.split("\f")]
    found, start = {}, 0
    for sheet, title in sheets.items():
        wanted = "".join(title.split())
        start = next((number for number in range(start, len(pages)) if wanted in pages[number][:200]), -1)
        if start < 0:
            raise SystemExit(f"{pdf.name}: no page with {title}")
        start += 1
        found[sheet] = start
    return found


def keep(
    pdf: Path,
    sheets: dict[str, str],
    layout_id: str,
    what: str,
    drawn: set[str],
    everywhere: Collection[str] = EVERYWHERE,
) -> set[str]:
    """Saves the first page of each sheet as a picture; returns their names.

    Sheets that are the same in every layout are saved once. drawn: names of the pictures before these.
    """
    saved = set()
    for sheet, page in first_pages(pdf, sheets).items():
        name = f"{_ASCII.get(sheet, 'table')}-{what}"
        if sheet not in everywhere:
            name = f"{layout_id}-{name}"
        if name in drawn:
            continue
        saved.add(name)
        out = PICTURES / name
        look = ["-r", "75", "-gray"] if what.endswith("paper") else ["-r", "100"]
        subprocess.run(
            ["pdftoppm", *look, "-f", str(page), "-l", str(page), "-singlefile", "-png", str(pdf), str(out)],
            check=True,
        )
        size = out.with_suffix(".png").stat().st_size
        if size > MOST_BYTES:
            raise SystemExit(f"{out.name}.png: {size} bytes")
    return saved


if __name__ == "__main__":
    main()
