"""Draws the pictures of a province for the bureau manual: run by `make pictures`.

The counties of the province share the departments of the made-up county.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import openpyxl  # noqa: E402

from selfeval_xl import consolidate_province, templates  # noqa: E402
from selfeval_xl.filings.roster_sheets import SHEETS, blank_roster  # noqa: E402
from selfeval_xl.workflows.demo.county import made_up  # noqa: E402
from support import office  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
COUNTIES = ("01甲县", "02乙县", "03丙市", "04丁区", "05戊县", "06己旗")
SHOWN = (("overview", "总览", 0, 0), ("counties", "县区汇总", 1220, 300))


def main() -> None:
    """Consolidates the province and draws its sheets."""
    running = office.Office()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        departments = made_up()[0]
        for number, name in enumerate(COUNTIES):
            _county(folder / "各县材料" / name, departments[2 * number : 2 * number + 2])
        (folder / "各县材料" / "催报通知.docx").write_bytes(b"")
        (folder / "结果" / "06己旗.xlsx").mkdir(parents=True)  # cannot be written
        result = consolidate_province(folder / "各县材料", folder / "结果")
        pdf = running.convert(result.out, "pdf", folder)
        pages = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
        ).stdout.split("\f")
        for name, title, width, height in SHOWN:
            page = next(
                number for number, text in enumerate(pages, 1) if title in "".join(text.splitlines()[:3])
            )
            _keep(pdf, page, f"province-{name}", width, height)
    running.close()


def _keep(pdf: Path, page: int, name: str, width: int, height: int) -> None:
    """Saves a page as a picture, or its upper left part in pixels."""
    part = ["-x", "30", "-y", "20", "-W", str(width), "-H", str(height)] if width else []
    out = PICTURES / name
    options = f"-r 110 -f {page} -l {page} -singlefile -png".split()
    subprocess.run(["pdftoppm", *options, *part, str(pdf), str(out)], check=True)
    print(out.with_suffix(".png"))


def _county(folder: Path, departments) -> None:
    """Writes the filings of some departments, and a roster.

    The roster also has a department that did not report and a project that did not come.
    """
    for department in departments:
        templates.fill_in(
            department.layout,
            folder / f"{department.name}.xlsx",
            projects=department.projects,
            department=department.whole,
            year=2024,
            settings={"department_code": department.code, "department": department.name},
        )
    roster = folder / "单位名册.xlsx"
    blank_roster(roster)
    book = openpyxl.load_workbook(roster)
    names = [*((department.code, department.name) for department in departments), ("199", "示例县残联")]
    rows = [
        {"code": code, "name": name, "section": "教科文股", "deadline": "2099-03-31"} for code, name in names
    ]
    _put(book["单位名册"], "单位名册", rows)
    projects = [
        {"department": department.code, "code": project["project_code"], "name": project["project"]}
        for department in departments
        for project in department.projects
    ]
    projects.append({"department": departments[0].code, "code": "990001", "name": "没有报的项目"})
    _put(book["项目"], "项目", projects)
    book.save(roster)


def _put(sheet, title: str, rows: list[dict[str, str]]) -> None:
    """Writes rows by key into a sheet of the roster."""
    keys = [key for key, _ in SHEETS[title]]
    for line, row in enumerate(rows, 2):
        for key, value in row.items():
            sheet.cell(line, keys.index(key) + 1).value = value


main()
