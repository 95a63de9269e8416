"""Draws the pictures of the staff manual: run by `make pictures`.

The example is a workbook that is issued, filled in and returned.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import openpyxl  # noqa: E402
from openpyxl.worksheet.properties import PageSetupProperties  # noqa: E402

from selfeval_xl.filings.grouping import gather  # noqa: E402
from selfeval_xl.model.edits import Edit, Look  # noqa: E402
from selfeval_xl.model.forms import PROJECT  # noqa: E402
from selfeval_xl.model.sheet_names import COVER, RETURNED, SELF_CHECK, SUMMARY  # noqa: E402
from selfeval_xl.readers import read_file  # noqa: E402
from selfeval_xl.rules.runner import check  # noqa: E402
from selfeval_xl.workflows import issuing  # noqa: E402
from selfeval_xl.workflows.marking.marks import mark  # noqa: E402
from selfeval_xl.writers.xlsx.apply import apply  # noqa: E402
from support import office  # noqa: E402
from support.paper import as_excel_prints  # noqa: E402
from support.rosters import department, project, write_roster  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
YEAR = 2024
TARGETS = (
    ("成本指标", "经济成本指标", "每平方米维修费用", "≤300元/平方米", "≤310元/平方米", "305元/平方米"),
    ("产出指标", "数量指标", "维修校舍面积", "≥1200平方米", "≥1000平方米", "1000平方米"),
    ("产出指标", "质量指标", "工程验收合格率", "=100%", "=100%", "100%"),
    ("产出指标", "时效指标", "完工时间", "11月底前", "11月底前", "12月"),
    ("效益指标", "社会效益指标", "受益学生人数", "≥850人", "≥800人", "812人"),
    ("满意度指标", "服务对象满意度指标", "师生满意度", "≥95%", "≥95%", "96.2%"),
)
ACTUALS = ("296元/平方米", "1080平方米", "100%", "10月", "862人", "97.3%")
NOTE = "雨季停工20天，有120平方米没有完工。下一步调整工期，2025年3月底前补齐。"
EXPECTED, OUTCOME = (
    "维修校舍1200平方米，11月底前完工，改善850名学生的学习条件。",
    "维修校舍1080平方米，10月完工验收，862名学生受益。",
)


def main() -> None:
    """Issues, fills in and returns the workbook, and draws it after each step."""
    PICTURES.mkdir(exist_ok=True)
    running = office.Office()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        issued = issue(folder)
        shown(running, issued, COVER, "manual-cover.png", folder, 72)
        shown(running, issued, "项目01", "manual-issued.png", folder)
        filled = fill(issued, folder / "filled.xlsx", ACTUALS, NOTE)
        shown(running, filled, "项目01", "manual-filled.png", folder)
        for name, picture in ((SUMMARY, "manual-summary.png"), (SELF_CHECK, "manual-check.png")):
            if name in openpyxl.load_workbook(filled, read_only=True).sheetnames:
                half = fill(issued, folder / "half.xlsx", (*ACTUALS[:4], None, None), None)
                shown(running, half, name, picture, folder)
        wrong = fill(issued, folder / "wrong.xlsx", (*ACTUALS[:3], None, *ACTUALS[4:]), None)
        returned = give_back(wrong, folder / "returned.xlsx")
        shown(running, returned, "项目01", "manual-returned.png", folder)
        shown(running, returned, RETURNED, "manual-findings.png", folder, 150)
    running.close()


def issue(folder: Path) -> Path:
    """Issues the workbook as a department receives it; returns its path."""
    keys = "一级指标 二级指标 三级指标 年度指标值 上年指标值 上年完成值".split()
    roster = write_roster(
        folder / "名册.xlsx",
        单位名册=[
            department("101", "示例县教育局", 报送截止日期="2025-03-31"),
            department("101002", "示例县第一小学", 上级部门编码="101"),
        ],
        项目=[
            project("220624240001", "101002", "校舍维修", 年初预算数="38.00", 全年预算数="36.00"),
            project("220624240002", "101", "学校食堂改造", 年初预算数="52.40", 全年预算数="52.40"),
            project("220624240003", "101", "教师培训", 年初预算数="12.00", 全年预算数="9.60"),
            project("220624240004", "101", "教职工工资", 是否免评="是", 全年预算数="5600"),
        ],
        绩效目标=[
            {"项目编码": code, **dict(zip(keys, row, strict=True))}
            for code in ("220624240001", "220624240002", "220624240003")
            for row in TARGETS
        ],
    )
    done = issuing.issue(
        roster,
        folder / "下发",
        asked=issuing.IssueOptions(
            "jilin-2024", YEAR, "内网邮箱 jixiao@example.cn，盖章件送305室", "绩效股 李四", "0431-0000000"
        ),
    )
    return done.folder / done.departments[0][0].file


def fill(path: Path, out: Path, actuals: Sequence[str | None], note: str | None) -> Path:
    """Writes a copy with the first project filled in as a person would; returns its path."""
    form = next(form for form in read_file(path).forms if form.kind == PROJECT)
    values: dict[str, str | Decimal] = {
        form.funding[0].cells["executed"]: Decimal("33.10"),
        form.goal.cells["expected"]: EXPECTED,
        form.goal.cells["actual"]: OUTCOME,
    }
    values |= {
        row.cells["actual"]: actual for row, actual in zip(form.indicators, actuals, strict=True) if actual
    }
    if note:
        values[form.indicators[1].cells["note"]] = note
    # With this look rows become as high as a person would drag them.
    apply(path, [Edit(form.sheet, cell, None, value, Look.STUB) for cell, value in values.items()], out)
    return out


def give_back(path: Path, out: Path) -> Path:
    """Writes the workbook as the bureau returns it, with findings of the first project; returns its path."""
    file = read_file(path)
    found = [
        finding
        for finding in check(gather([file]), None, [file])
        if finding.sheet == "项目01" and finding.rule in ("D01", "D03")
    ]
    mark(path, found, out, RETURNED)
    return out


def shown(running: office.Office, path: Path, sheet: str, name: str, folder: Path, dpi: int = 84) -> None:
    """Saves a picture of one sheet as it looks on the screen.

    It has the letters and numbers of columns and rows, and is cut to the filled area.
    """
    (folder / "computed").mkdir(exist_ok=True)
    wide = as_excel_prints(path, folder / f"{Path(name).stem}-wide.xlsx")
    book = openpyxl.load_workbook(running.convert(wide, "xlsx", folder / "computed"))
    pages = [page for page in book.worksheets if page.sheet_state == "visible"]
    for page in pages:  # one page a sheet, so that the sheet's number is its page's
        page.print_options.headings, page.print_title_rows, page.oddFooter.center.text = True, None, ""
        page.oddFooter.left.text = page.oddFooter.right.text = ""
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.page_setup.fitToWidth = page.page_setup.fitToHeight = 1
    step = folder / f"{Path(name).stem}.xlsx"
    book.save(step)
    number = next(number for number, page in enumerate(pages, 1) if page.title == sheet)
    out = PICTURES / name
    pdf = running.convert(step, "pdf", folder)
    options = f"-r {dpi} -f {number} -l {number} -singlefile -png".split()
    subprocess.run(["pdftoppm", *options, str(pdf), str(out.with_suffix(""))], check=True)
    if shutil.which("convert"):  # ImageMagick, where there is one, cuts the empty rest of the page off
        options = "-trim -bordercolor white -border 8 -colors 64".split()
        subprocess.run(["convert", str(out), *options, f"PNG8:{out}"], check=True)
    print(out)


main()
