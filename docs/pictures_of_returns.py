"""Draws the pictures of 退回与报告手册 from the made-up county: run by `make pictures`."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from selfeval_xl import templates  # noqa: E402
from selfeval_xl.workflows.demo.county import YEAR, made_up, seed_filing  # noqa: E402
from selfeval_xl.workflows.publishing import publish  # noqa: E402
from selfeval_xl.workflows.publishing.pdf import make_pdfs, office  # noqa: E402
from selfeval_xl.workflows.reports.bulletin import county_bulletin  # noqa: E402
from selfeval_xl.workflows.reports.self_report import draft_report  # noqa: E402
from selfeval_xl.workflows.returns.send_back import send_back  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    """Makes returns, a report, a bulletin and public copies, and draws pages of them."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        received = receive(root / "收")
        result = send_back(received, root / "退", today=date(2025, 4, 3))
        first = result.returns[0]
        seen = as_seen(Path(first.files[0].out), root / "seen.xlsx")
        notice = first.folder / "退回通知.docx"
        data = seed_filing()
        templates.fill_in(
            "jilin-2024",
            root / "自评表.xlsx",
            projects=[data["project"]],
            department=data["department"],
            year=YEAR,
        )
        draft_report([root / "自评表.xlsx"], root / "报告.docx")
        county_bulletin(received, root / "通报.docx", today=date(2025, 5, 6))
        publish(received, root / "公开")
        public = next((root / "公开").rglob("*教育局*.xlsx"))
        pages = [
            (seen, 1, "returned-list.png", 130, (40, 60, 1440, 420)),
            (seen, 3, "returned-form.png", 110, (36, 50, 1150, 440)),
            (notice, 1, "return-notice.png", 60, ()),
            (root / "报告.docx", 1, "report-1.png", 60, ()),
            (root / "报告.docx", 2, "report-2.png", 60, ()),
            (root / "报告.docx", 4, "report-4.png", 60, ()),
            (root / "通报.docx", 1, "bulletin.png", 60, ()),
            (public, 2, "public.png", 80, (20, 40, 900, 400)),
        ]
        make_pdfs(dict.fromkeys(page[0] for page in pages), office(), [])
        for path, *how in pages:
            keep(path.with_suffix(".pdf"), *how)


def receive(folder: Path) -> Path:
    """Writes the filings of the made-up county into the folder, and returns it."""
    for department in made_up()[0]:
        templates.fill_in(
            department.layout,
            folder / department.code / f"{department.name}.xlsx",
            projects=department.projects,
            department=department.whole,
            year=YEAR,
            settings={"department_code": department.code, "department": department.name},
        )
    return folder


def as_seen(path: Path, out: Path) -> Path:
    """Writes a copy of a return that prints like the screen, with tints and links; returns its path."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/workbook.xml":
                data = re.sub(
                    rb'<definedName name="_xlnm.Print_Area".*?</definedName>', b"", data, flags=re.DOTALL
                )
            elif name.startswith("xl/worksheets/"):
                data = data.replace(b'blackAndWhite="1"', b"")
            target.writestr(name, data)
    return out


def keep(pdf: Path, page: int, name: str, dpi: int, part: tuple[int, ...]) -> None:
    """Saves a page of a PDF as a picture, or a part of it: left, top, width, height in pixels."""
    out = PICTURES / name
    crop = [word for option, number in zip(("-x", "-y", "-W", "-H"), part) for word in (option, str(number))]
    options = f"-r {dpi} -f {page} -l {page} -singlefile -png".split()
    subprocess.run(["pdftoppm", *options, *crop, str(pdf), str(out.with_suffix(""))], check=True)
    print(out)


main()
