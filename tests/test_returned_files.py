"""Files of every kind come back marked, with all that is in them; how many, and from where."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.sheet_names import BACK
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.templates.frame import draw
from selfeval_xl.workflows.demo.county import YEAR, made_up
from selfeval_xl.workflows.marking.progress import NEW
from selfeval_xl.workflows.returns import return_filings
from selfeval_xl.workflows.returns.mark_file import mark_return
from support import fidelity
from support.fillings import filling
from support.returned import findings_in, folder_of
from support.tinted import tints

FORM = fidelity.FORM


@pytest.mark.parametrize("ending", ["xlsx", "xlsm"])
def test_seals_text_boxes_macros_and_notes_of_people_stay(tmp_path, ending, assert_valid_ooxml):
    source, out = fidelity.build(tmp_path / f"原件.{ending}"), tmp_path / f"退回.{ending}"
    finding = Finding(
        message="没有说明原因。",
        hint="写明原因。",
        rule="D03",
        cell="F12",
        severity=Severity.ERROR,
        treatment=Treatment.FIX,
        sheet=FORM,
        value="0元",
        subject="租金",
        file=str(source),
    )
    done = mark_return(source, out, [finding])
    assert done.refused == () and done.counts[NEW] == 1
    with zipfile.ZipFile(source) as one, zipfile.ZipFile(out) as two:
        before, after = ({name: archive.read(name) for name in archive.namelist()} for archive in (one, two))
    assert before.keys() <= after.keys()
    assert {name for name in before if before[name] != after[name]} == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }
    note = openpyxl.load_workbook(out)[FORM]["F12"].comment.text
    assert note.startswith(fidelity.NOTE) and note.endswith("怎么改：写明原因。（问题清单第1条）")
    assert_valid_ooxml(out)


@pytest.mark.parametrize("kind", ["xls", "ods", "docx"])
def test_other_formats_come_back_as_a_marked_xlsx_of_the_same_grid(tmp_path, kind, libreoffice):
    data = filling(layouts.load("jilin-2024"))
    data["indicators"][1]["actual"] = None
    source = tmp_path / "自评表.xlsx"
    templates.fill_in("jilin-2024", source, projects=[data])
    form = draw(layouts.load("jilin-2024"), data).grid("表")
    other = (
        word_copy(form, tmp_path / "自评表.docx")
        if kind == "docx"
        else libreoffice.convert(source, kind, tmp_path)
    )
    result = return_filings(folder_of(tmp_path / "收", other), tmp_path / "退")
    (file,) = result.returns[0].files
    form = read_file(other).forms[0]
    before = next(grid for grid in open_source(other).grids if grid.name == form.sheet)
    after = next(grid for grid in open_source(file.out).grids if grid.name == form.sheet)
    texts = [
        [(r, c), before.text(r, c)]
        for r in range(before.height)
        for c in range(before.width)
        if before.text(r, c)
    ]
    assert Path(file.out).suffix == ".xlsx" and texts == [[place, after.text(*place)] for place, _ in texts]
    assert form.indicators[1].cells["actual"] in tints(file.out, form.sheet)


def word_copy(grid: Grid, out: Path) -> Path:
    """A form as a Word table."""
    document = docx.Document()
    cells = [row.cells for row in document.add_table(grid.height, grid.width).rows]
    for row in range(grid.height):
        for column in range(grid.width):
            cells[row][column].text = grid.text(row, column)
    for area in grid.merges:
        cells[area.top][area.left].merge(cells[area.bottom][area.right]).text = grid.text(area.top, area.left)
    document.save(out)
    return out


def test_the_seal_of_the_real_filing_and_its_cells_come_back(seed, tmp_path, assert_valid_ooxml):
    out = tmp_path / "退.xlsx"
    done = mark_return(seed, out, findings_in(seed))
    assert done.refused == ()
    assert_valid_ooxml(out)
    before, after = ({grid.name: grid for grid in open_source(path).grids} for path in (seed, out))
    for name, grid in before.items():
        assert all(
            after[name].text(r, c) == grid.text(r, c) for r in range(grid.height) for c in range(grid.width)
        )


def test_results_do_not_go_among_what_was_received(tmp_path):
    received = folder_of(tmp_path / "收")
    for out in (received, received / "退回"):
        with pytest.raises(UsageError, match="收件文件夹"):
            return_filings(received, out)
    with pytest.raises(UsageError, match="找不到文件夹"):
        return_filings(tmp_path / "没有", tmp_path / "退")
    assert return_filings(received, tmp_path / "退").returns == ()


@pytest.mark.soak
def test_a_county_of_1600_workbooks_is_marked_in_three_minutes(tmp_path):
    import time

    departments, _ = made_up()
    received = tmp_path / "收"
    projects = [(department, project) for department in departments for project in department.projects]
    for number in range(1600):
        department, project = projects[number % len(projects)]
        code = f"{number // 20:03d}"
        folder = received / code
        folder.mkdir(parents=True, exist_ok=True)
        templates.fill_in(
            department.layout,
            folder / f"{number}.xlsx",
            year=YEAR,
            settings={"department_code": code, "department": f"示例局{code}"},
            projects=[
                project | {"project": f"{project['project']}{number}", "project_code": f"22{number:013d}"}
            ],
        )
    begun = time.perf_counter()
    result = return_filings(received, tmp_path / "退", jobs=2)
    assert len(result.returns) == 80 and sum(len(each.files) for each in result.returns) > 1000
    print(f"1600 workbooks: {time.perf_counter() - begun:.0f} s")
    assert time.perf_counter() - begun < 180


def test_a_return_can_be_filled_in_beside_its_links(tmp_path):
    """完成率 偏差率 判定 find their place although the links stand right of the form."""
    from selfeval_xl.workflows.filling.fill import fill

    data = filling(layouts.load("jilin-2024"))
    data["indicators"][1]["actual"] = None
    plain = word_copy(draw(layouts.load("jilin-2024"), data).grid("表"), tmp_path / "自评表.docx")
    back = mark_return(plain, tmp_path / "退.xlsx", findings_in(plain)).out
    done = fill(back, tmp_path / "填.xlsx")
    assert [edit for edit in done.edits if edit.new == "完成率"] and done.refused == ()
    assert any(
        str(cell.value).endswith(f',"{BACK}")')
        for sheet in openpyxl.load_workbook(tmp_path / "填.xlsx")
        for cell in sheet[1]
    )


def test_macros_are_known_by_content_and_a_file_that_is_gone_is_told(tmp_path):
    source = fidelity.build(tmp_path / "原件.xlsm").rename(tmp_path / "改名.xlsx")
    finding = Finding(
        message="没有说明原因。",
        rule="D03",
        cell="F12",
        severity=Severity.ERROR,
        treatment=Treatment.FIX,
        sheet=FORM,
        value="0元",
        file=str(source),
    )
    done = mark_return(source, tmp_path / "退.xlsx", [finding])
    assert Path(done.out).name == "退.xlsm" and Path(done.out).exists()
    with pytest.raises(UnreadableFile, match="不在收件文件夹里"):
        mark_return(tmp_path / "没有.xlsx", tmp_path / "退2.xlsx", [finding])


def test_a_file_in_an_archive_is_taken_out_and_returned(tmp_path):
    source, archive = fidelity.build(tmp_path / "原件.xlsx"), tmp_path / "送来.zip"
    name = "某局/自评表.xlsx".encode("gb18030")  # as Chinese Windows writes it
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("A" * len(name), source.read_bytes())
    archive.write_bytes(archive.read_bytes().replace(b"A" * len(name), name))
    inside = archive / "某局" / "自评表.xlsx"
    finding = Finding(
        message="没有说明原因。",
        rule="D03",
        cell="F12",
        severity=Severity.ERROR,
        treatment=Treatment.FIX,
        sheet=FORM,
        value="0元",
        file=str(inside),
    )
    done = mark_return(inside, tmp_path / "退.xlsx", [finding])
    assert tints(done.out, FORM) == {"F12": "#FFC7CE"} and done.refused == ()
    with pytest.raises(UnreadableFile, match="取不出来"):
        mark_return(archive / "别的.xlsx", tmp_path / "退2.xlsx", [finding])
