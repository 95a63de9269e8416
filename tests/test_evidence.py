"""佐证材料清单: each indicator has a row for how it was scored and what proves it; it travels and is read."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.model.edits import Edit
from selfeval_xl.model.sheet_names import EVIDENCE
from selfeval_xl.readers import read_file
from selfeval_xl.workflows.filling.fill import fill
from selfeval_xl.workflows.splitting import merge, split
from selfeval_xl.workflows.submission import submit
from selfeval_xl.writers.xlsx.apply import apply
from support.command import selfeval
from support.office import disagreements
from test_template_sheets import project
from test_workbook_agrees import LAYOUTS


@pytest.fixture()
def book(tmp_path) -> Path:
    path = tmp_path / "部门.xlsx"
    department = {"department": "示例县水利局"}
    templates.fill_in(
        "mof-2021", path, projects=[project(1), project(2)], department=department, year=2024, cover={}
    )
    return path


def rows_of(path: Path) -> list[tuple]:
    """The rows below the heads, empty cells as None."""
    sheet = openpyxl.load_workbook(path, data_only=True)[EVIDENCE]
    return [tuple(value or None for value in row) for row in sheet.iter_rows(min_row=4, values_only=True)]


def row_of(path: Path, project_name: str, indicator: str) -> int:
    """The number of a row as people count."""
    return next(number for number, row in enumerate(rows_of(path), 4) if row[:2] == (project_name, indicator))


def written(path: Path, out: Path, cells: dict[str, str]) -> Path:
    """A copy with texts typed into the sheet."""
    before = openpyxl.load_workbook(path, data_only=True)[EVIDENCE]
    edits = [Edit(EVIDENCE, cell, before[cell].value or None, text) for cell, text in cells.items()]
    assert not apply(path, edits, out).refused
    return out


def other_of(path: Path, project_name: str, indicator: str) -> dict[str, str]:
    form = next(form for form in read_file(path).forms if form.project == project_name)
    return dict(next(row for row in form.indicators if row.name == indicator).other)


def test_every_indicator_has_its_row_and_there_are_free_ones(book, libreoffice):
    rows = rows_of(book)
    mine = [row for row in rows if row[0] == "水闸维修2"]
    assert mine[0][:3] == ("水闸维修2", "维修水闸数量", "≥12座 → 12座") and len(mine) == 5
    assert rows[-1] == (None,) * 6 and disagreements(libreoffice, book) == []


@pytest.mark.parametrize("layout_id", LAYOUTS)
def test_every_workbook_has_the_sheet_and_no_form_is_read_from_it(layout_id, tmp_path, assert_valid_ooxml):
    path = tmp_path / "a.xlsx"
    templates.write(layout_id, path, 2024)
    assert EVIDENCE in openpyxl.load_workbook(path).sheetnames
    file = read_file(path)
    assert EVIDENCE not in {form.sheet for form in file.forms} and not file.problems
    assert_valid_ooxml(path)


def test_what_is_written_is_read_into_the_record_and_printed_as_json(book, tmp_path):
    row = row_of(book, "水闸维修1", "工程验收合格率")
    path = written(
        book,
        tmp_path / "a.xlsx",
        {f"D{row}": "验收37处，36处合格", f"E{row}": "验收单37份", f"F{row}": "档案室"},
    )
    right = {"评分说明": "验收37处，36处合格", "佐证材料": "验收单37份", "存放处": "档案室"}
    assert other_of(path, "水闸维修1", "工程验收合格率") == right
    assert other_of(path, "水闸维修2", "工程验收合格率") == {}
    document = json.loads(selfeval("read", path, "--json").stdout)
    form = next(form for form in document["files"][0]["forms"] if form.get("project") == "水闸维修1")
    row = next(row for row in form["indicators"] if row["name"] == "工程验收合格率")
    assert [row[key] for key in ("score_note", "evidence", "evidence_place")] == list(right.values())


def test_a_row_that_a_person_adds_belongs_to_the_indicator_of_that_name(book, tmp_path):
    free = next(number for number, row in enumerate(rows_of(book), 4) if not any(row))
    path = written(
        book,
        tmp_path / "a.xlsx",
        {f"A{free}": "水闸维修2", f"B{free}": "受益群众人数", f"E{free}": "花名册"},
    )
    assert other_of(path, "水闸维修2", "受益群众人数") == {"佐证材料": "花名册"}


def test_rows_of_the_form_may_be_inserted(book, tmp_path, libreoffice):
    """The row of the list stays with its indicator when rows come before it on the form."""
    row = row_of(book, "水闸维修1", "受益群众满意度")
    path = written(book, tmp_path / "a.xlsx", {f"E{row}": "问卷120份"})
    form = next(form for form in read_file(path).forms if form.project == "水闸维修1")
    first = int("".join(filter(str.isdigit, form.indicators[1].cells["name"])))
    libreoffice.edit(path, [("insert", form.sheet, first - 1)], tmp_path / "b.xlsx")
    assert other_of(tmp_path / "b.xlsx", "水闸维修1", "受益群众满意度") == {"佐证材料": "问卷120份"}


def test_the_list_travels_through_fill_split_merge_and_submit(book, tmp_path):
    one, two = (row_of(book, name, "维修水闸数量") for name in ("水闸维修1", "水闸维修2"))
    whole = written(book, tmp_path / "a.xlsx", {f"E{one}": "竣工图", f"E{two}": "照片12张"})
    fill(whole, tmp_path / "filled.xlsx")
    assert other_of(tmp_path / "filled.xlsx", "水闸维修1", "维修水闸数量") == {"佐证材料": "竣工图"}
    parts = split(tmp_path / "filled.xlsx", tmp_path / "拆开").parts
    texts = [
        {value for row in rows_of(part.file) for value in row if value in ("竣工图", "照片12张")}
        for part in parts
    ]
    assert texts == [{"竣工图"}, {"照片12张"}]  # nobody gets what others wrote
    for part, row, text in zip(parts, (one, two), ("竣工图、验收单", "照片20张"), strict=True):
        written(part.file, tmp_path / "step.xlsx", {f"E{row}": text, f"D{row}": "全部完成"})
        (tmp_path / "step.xlsx").replace(part.file)
    merged = merge(tmp_path / "拆开", tmp_path / "合并.xlsx")
    assert not merged.lines
    assert other_of(merged.out, "水闸维修1", "维修水闸数量") == {
        "评分说明": "全部完成",
        "佐证材料": "竣工图、验收单",
    }
    sent = submit(merged.out, tmp_path / "报送", agree=lambda counts: True)
    assert other_of(sent.out, "水闸维修2", "维修水闸数量")["佐证材料"] == "照片20张"


def test_what_two_people_wrote_differently_is_a_conflict_and_nothing_is_lost(book, tmp_path):
    row = row_of(book, "水闸维修1", "维修水闸数量")
    part = split(book, tmp_path / "拆开").parts[0].file
    written(part, tmp_path / "step.xlsx", {f"E{row}": "验收单"})
    (tmp_path / "step.xlsx").replace(part)
    whole = written(book, tmp_path / "a.xlsx", {f"E{row}": "竣工图"})
    merged = merge(tmp_path / "拆开", tmp_path / "合并.xlsx", whole)
    (line,) = merged.lines
    assert (line.kind, line.cell, line.kept) == ("冲突", f"E{row}", "竣工图") and "验收单" in line.told
    assert other_of(merged.out, "水闸维修1", "维修水闸数量") == {"佐证材料": "竣工图"}


def test_rows_that_several_people_add_all_come_back(book, tmp_path):
    free = next(number for number, row in enumerate(rows_of(book), 4) if not any(row))
    for number, part in enumerate(split(book, tmp_path / "拆开").parts, 1):
        cells = {f"A{free}": f"水闸维修{number}", f"B{free}": "新增指标", f"E{free}": f"材料{number}"}
        written(part.file, tmp_path / "step.xlsx", cells)
        (tmp_path / "step.xlsx").replace(part.file)
    merged = merge(tmp_path / "拆开", tmp_path / "合并.xlsx")
    assert {row[4] for row in rows_of(merged.out)} == {None, "材料1", "材料2"} and not merged.lines
