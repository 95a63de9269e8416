"""Draws the pictures of a province for the bureau manual, from the made-up county's departments shared out to
counties: run by `make pictures`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import office  # noqa: E402
import openpyxl  # noqa: E402

from selfeval_xl import consolidate_province, templates  # noqa: E402
from selfeval_xl.county.roster import SHEETS, blank_roster  # noqa: E402
from selfeval_xl.demo.county import made_up  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
COUNTIES = ("01甲县", "02乙县", "03丙市", "04丁区", "05戊县", "06己旗")
SHOWN = (("overview", "总览", 0, 0), ("counties", "县区汇总", 1220, 300))


def main() -> None:
    running = office.Office()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
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
            part = ["-x", "30", "-y", "20", "-W", str(width), "-H", str(height)] if width else []
            out = PICTURES / f"province-{name}"
            subprocess.run(
                [
                    "pdftoppm",
                    "-r",
                    "110",
                    "-f",
                    str(page),
                    "-l",
                    str(page),
                    "-singlefile",
                    "-png",
                    *part,
                    str(pdf),
                    str(out),
                ],
                check=True,
            )
            print(out.with_suffix(".png"))
    running.close()


def _county(folder: Path, departments) -> None:
    """The filings of some departments, and a roster with one that did not report and a project that did not
    come.
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
    _put(
        book["单位名册"],
        "单位名册",
        [
            {"code": code, "name": name, "section": "教科文股", "deadline": "2099-03-31"}
            for code, name in [
                *((department.code, department.name) for department in departments),
                ("199", "示例县残联"),
            ]
        ],
    )
    _put(
        book["项目"],
        "项目",
        [
            {"department": department.code, "code": project["project_code"], "name": project["project"]}
            for department in departments
            for project in department.projects
        ]
        + [{"department": departments[0].code, "code": "990001", "name": "没有报的项目"}],
    )
    book.save(roster)


def _put(sheet, title: str, rows: list[dict[str, str]]) -> None:
    keys = [key for key, _ in SHEETS[title]]
    for line, row in enumerate(rows, 2):
        for key, value in row.items():
            sheet.cell(line, keys.index(key) + 1).value = value


main()
