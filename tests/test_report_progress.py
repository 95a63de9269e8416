"""自评报告 in the workbook: the cover, 自查 and `check` say the same of what is not written."""

from __future__ import annotations

import pytest

from selfeval_xl import templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.sheet_names import COVER, REPORT, SELF_CHECK
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.templates.report_sheet import draw_report
from test_template_sheets import project, rows_of

SECTIONS = [cell.area.top + 1 for cell in draw_report("甲", 2024).cells if cell.entry]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A workbook whose forms are all 可报送 and whose report is blank."""
    path = tmp_path_factory.mktemp("report") / "a.xlsx"
    whole = {key: value for key, value in project(1).items() if key not in ("project", "unit")}
    templates.fill_in("mof-2021", path, projects=[project(1)], department=whole, year=2024, cover={})
    return path


@pytest.mark.parametrize(
    ("written", "cover", "line", "conclusion", "found"),
    [
        (
            0,
            "还有8段没写",
            "没有写在这里",
            "结论：自评表可报送；自评报告没有写在这里，另用Word写的不用管",
            False,
        ),
        (3, "还有5段没写", "有5段没写", "结论：自评报告有5段没写", True),
        (8, "已写完", "已写完", "结论：可报送", False),
    ],
)
def test_the_report_is_counted_alike(
    written, cover, line, conclusion, found, finished, tmp_path, libreoffice
):
    """A blank outline is no fault: the report may be a Word file; but 可报送 alone is not said of it."""
    out = tmp_path / "b.xlsx"
    typed = [(REPORT, f"B{row}", "全年工作按计划完成。") for row in SECTIONS[:written]]
    libreoffice.type(finished, typed or [(REPORT, f"B{SECTIONS[0]}", " ")], out)
    assert next(row for row in rows_of(out, COVER) if row[1] == REPORT)[5] == cover
    checked = rows_of(out, SELF_CHECK)
    assert next(row for row in checked if row[0] == REPORT)[13] == line and checked[2][0] == conclusion
    assert {row[13] for row in checked[4:] if row[0] and row[0] != REPORT} == {"可报送"}
    file = read_file(out)
    rules = [one.rule for one in check(gather([file]), files=[file])]
    assert ("N12" in rules) is found


def test_a_section_that_no_row_can_show_is_told(finished, tmp_path, libreoffice):
    out = tmp_path / "b.xlsx"
    libreoffice.type(finished, [(REPORT, f"B{SECTIONS[2]}", "水" * 1001)], out)
    line = next(row for row in rows_of(out, SELF_CHECK) if row[0] == REPORT)
    assert line[14] == "有一节超过1000字，格里印不全，请另用Word写"
