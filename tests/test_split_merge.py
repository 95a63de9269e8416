"""A department workbook taken apart for colleagues and put together again: nothing is lost, nothing is taken
silently.
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval_xl import templates
from selfeval_xl.errors import UsageError
from selfeval_xl.model.edits import Edit
from selfeval_xl.readers import read_file
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.splitting import merge, split
from selfeval_xl.workflows.splitting.alignment import align, rows_of
from selfeval_xl.workflows.splitting.changes import compare
from selfeval_xl.workflows.splitting.returned import SheetState
from selfeval_xl.writers.xlsx.apply import apply
from support import rosters
from support.command import selfeval
from support.rosters import make_roster

KEPT = "部门工作簿_拆分留底.xlsx"


@pytest.fixture(scope="module")
def department(tmp_path_factory):
    """The issued workbook of a department with three projects."""
    folder = tmp_path_factory.mktemp("department")
    done = issuing.issue(
        make_roster(folder / "名册.xlsx"), folder / "下发", asked=issuing.IssueOptions(year=2024)
    )
    return done.folder / done.departments[0][0].file


@pytest.fixture()
def taken(department, tmp_path):
    return split(department, tmp_path / "拆开")


def form_of(path, project="校舍维修"):
    return next(form for form in read_file(path).forms if form.project == project)


def fill(path, cells, out=None, sheet="项目01"):
    """Fills cells of a form as a colleague would; cells: {A1: value}. In place unless `out`."""
    grid = openpyxl.load_workbook(path, data_only=True)[sheet]
    step = Path(path).with_name("step.xlsx")
    applied = apply(
        path,
        [
            Edit(sheet, cell, str(grid[cell].value) if grid[cell].value is not None else None, value)
            for cell, value in cells.items()
        ],
        step,
    )
    assert applied.refused == ()
    step.replace(out or path)
    return out or path


def actuals(path, value, count=4):
    """The completed values of the first indicators."""
    return {row.cells["actual"]: value for row in form_of(path).indicators[:count]}


def test_each_project_gets_a_workbook_of_its_own_with_cover_and_codes(taken):
    assert [part.file.name for part in taken.parts] == [
        "项目01_P1_校舍维修.xlsx",
        "项目02_P2_操场改造.xlsx",
        "项目03_P3_涉密项目.xlsx",
    ]
    assert sorted(path.name for path in taken.folder.iterdir()) == sorted(
        [*(part.file.name for part in taken.parts), KEPT]
    )
    for part in taken.parts:
        file = read_file(part.file)
        assert [(form.project, form.project_code, form.department_code) for form in file.forms] == [
            (part.project, part.code, "101")
        ] and file.problems == ()
        names = openpyxl.load_workbook(part.file).sheetnames
        assert (
            names[0] == "填报说明"
            and part.sheet in names
            and not {"项目01", "项目02", "项目03", "部门整体支出绩效自评表"} - {part.sheet} & set(names)
        )


def test_the_form_taken_out_is_the_form_as_it_was(department, taken):
    whole, part = (
        openpyxl.load_workbook(department)["项目01"],
        openpyxl.load_workbook(taken.parts[0].file)["项目01"],
    )
    assert [[cell.value for cell in row] for row in part.iter_rows()] == [
        [cell.value for cell in row] for row in whole.iter_rows()
    ]
    assert part.merged_cells.ranges == whole.merged_cells.ranges and part.print_area == whole.print_area
    assert len(part.data_validations.dataValidation) == len(whole.data_validations.dataValidation)
    assert (
        [cell.comment.text for row in part.iter_rows() for cell in row if cell.comment]
        == [cell.comment.text for row in whole.iter_rows() for cell in row if cell.comment]
        != []
    )


def test_a_single_form_carries_nothing_of_the_other_projects(taken):
    import zipfile

    with zipfile.ZipFile(taken.parts[0].file) as archive:
        parts = {
            name: archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }
    for secret in ("操场改造", ">P2<"):
        assert not [name for name, text in parts.items() if secret in text]
    assert {
        key.split("|")[1]
        for key in read_file(taken.parts[0].file).settings
        if key.startswith(("issued|", "project_code|"))
    } == {"项目01"}


def test_single_forms_are_clean_and_compute(taken, assert_valid_ooxml, assert_formulas_agree):
    for part in taken.parts[:2]:
        assert_valid_ooxml(part.file)
        assert_formulas_agree(part.file)


def test_everything_filled_in_comes_back_and_the_rest_stays(
    department, taken, tmp_path, assert_valid_ooxml, assert_formulas_agree
):
    first, second = taken.parts[0].file, taken.parts[1].file
    form = form_of(first)
    told = {
        **actuals(first, "1100平方米"),
        form.funding[0].cells["executed"]: Decimal("120.5"),
        form.indicators[0].cells["note"]: "雨季受阻；下一步加快进度。" * 12,
        form.goal.cells["actual"]: "已维修1100平方米。",
        form.goal.cells["expected"]: "维修1200平方米。",
    }
    fill(first, told)
    other = form_of(second, "操场改造")
    fill(second, {other.funding[0].cells["executed"]: Decimal(0)}, sheet="项目02")
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    assert [(row.project, row.status, row.landed, row.conflicts, row.strays) for row in done.statuses] == [
        ("校舍维修", "已交回", 8, 0, 0),
        ("操场改造", "已交回", 1, 0, 0),
        ("涉密项目", "交回但没有改动", 0, 0, 0),
    ]
    assert done.lines == () and done.landed == 9
    back = form_of(done.out)
    assert (
        [row.actual for row in back.indicators] == ["1100平方米"] * 4
        and back.funding[0].executed == "120.5"
        and back.goal.actual == "已维修1100平方米。"
    )
    assert back.indicators[0].note == "雨季受阻；下一步加快进度。" * 12
    assert form_of(done.out, "操场改造").funding[0].executed == "0"
    whole, merged = openpyxl.load_workbook(department), openpyxl.load_workbook(done.out)
    assert merged.sheetnames == whole.sheetnames
    for sheet in whole.worksheets:
        formulas = {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
        }
        assert {place: merged[sheet.title][place].value for place in formulas} == formulas
        assert len(merged[sheet.title].data_validations.dataValidation) == len(
            sheet.data_validations.dataValidation
        )
    row = int(form.indicators[0].cells["note"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert merged["项目01"].row_dimensions[row].height > whole["项目01"].row_dimensions[row].height
    assert_valid_ooxml(done.out)
    assert_valid_ooxml(done.listed)


def test_a_form_that_never_came_back_is_listed(taken, tmp_path):
    taken.parts[1].file.unlink()
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    assert [row.status for row in done.statuses] == ["交回但没有改动", "没有交回", "交回但没有改动"]
    rows = list(openpyxl.load_workbook(done.listed)["交回情况"].iter_rows(min_row=2, values_only=True))
    assert [(row[2], row[4]) for row in rows] == [
        ("P1", "交回但没有改动"),
        ("P2", "没有交回"),
        ("P3", "交回但没有改动"),
    ]


def test_two_files_that_differ_are_a_conflict_and_the_original_stays(taken, tmp_path):
    first = taken.parts[0].file
    form = form_of(first)
    cell, agreed = form.indicators[0].cells["actual"], form.indicators[1].cells["actual"]
    fill(first, {cell: "1100平方米", agreed: "10月"}, taken.folder / "甲交的.xlsx")
    fill(first, {cell: "1150平方米", agreed: "10月"}, taken.folder / "乙交的.xlsx")
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    assert [(row.status, row.landed, row.conflicts) for row in done.statuses][0] == ("有冲突", 1, 1)
    line = done.lines[0]
    assert (line.kind, line.sheet, line.cell, line.kept) == ("冲突", "项目01", cell, "") and {
        "甲交的.xlsx：1100平方米",
        "乙交的.xlsx：1150平方米",
    } == set(line.told.split("；"))
    back = form_of(done.out)
    assert (back.indicators[0].actual, back.indicators[1].actual) == (None, "10月")


def test_an_untouched_file_and_a_copy_of_a_filled_one_do_not_disturb(taken, tmp_path):
    first = taken.parts[0].file
    filled = fill(first, actuals(first, "1100平方米"), taken.folder / "项目01(1).xlsx")
    shutil.copy(filled, taken.folder / "项目01(2).xlsx")
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    assert done.statuses[0].landed == 4 and [line.kind for line in done.lines] == ["重复"]


def test_two_colleagues_who_each_fill_a_half_are_put_together(taken, tmp_path):
    first = taken.parts[0].file
    rows = form_of(first).indicators
    fill(first, {rows[0].cells["actual"]: "1100平方米"}, taken.folder / "甲.xlsx")
    fill(first, {rows[1].cells["actual"]: "10月"}, taken.folder / "乙.xlsx")
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    assert [row.actual for row in form_of(done.out).indicators][:2] == [
        "1100平方米",
        "10月",
    ] and done.lines == ()


def test_what_the_department_changed_meanwhile_is_not_overwritten(department, taken, tmp_path):
    rows = form_of(department).indicators
    cells = [row.cells["actual"] for row in rows]
    into = fill(shutil.copy(department, tmp_path / "现在的.xlsx"), {cells[0]: "1180平方米", cells[1]: "9月"})
    fill(taken.parts[0].file, {cells[0]: "1100平方米", cells[2]: "30000元"})
    done = merge(taken.folder, tmp_path / "合并.xlsx", into)
    assert [row.actual for row in form_of(done.out).indicators] == ["1180平方米", "9月", "30000元", None]
    assert [(line.kind, line.cell, line.kept) for line in done.lines] == [("冲突", cells[0], "1180平方米")]


def test_locked_cells_and_formulas_are_listed_and_not_taken(taken, tmp_path):
    first = taken.parts[0].file
    form = form_of(first)
    target, rate = form.indicators[0].cells["target"], form.total_funding.cells["annual_budget"]
    fill(first, {target: "≥900平方米", rate: Decimal(999)})
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    assert {(line.cell, line.why.split("，")[0]) for line in done.lines} == {
        (target, "这一格是财政局填好的"),
        (rate, "这一格由公式计算"),
    }
    back = form_of(done.out)
    assert (
        back.indicators[0].target == form.indicators[0].target
        and back.total_funding.annual_budget == form.total_funding.annual_budget
    )
    assert all("项目01_P1_校舍维修.xlsx" in line.told for line in done.lines)


def test_a_row_inserted_by_a_colleague_does_not_shift_the_others(taken, tmp_path):
    first = taken.parts[0].file
    rows = form_of(first).indicators
    fill(first, actuals(first, "1100平方米"))
    book = openpyxl.load_workbook(first)
    sheet = book["项目01"]
    at = int(rows[1].cells["actual"][1:])
    for area in [area for area in sheet.merged_cells.ranges if area.min_row >= at]:
        sheet.unmerge_cells(str(area))
    sheet.insert_rows(at)
    sheet[f"D{at}"], sheet[f"E{at}"], sheet[f"F{at}"] = "新增的指标", "≥5个", "5个"
    book.save(first)
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    back = form_of(done.out)
    assert [row.actual for row in back.indicators if row.name != "新增的指标"] == ["1100平方米"] * 4
    listed = {line.told.partition("：")[2] for line in done.lines if line.kind == "没有带回"}
    assert "新增的指标" in {row.name for row in back.indicators} or {"新增的指标", "≥5个", "5个"} <= listed


def test_a_file_of_another_form_or_none_is_listed(taken, tmp_path):
    templates.fill_in(
        "jilin-2024", taken.folder / "别的项目.xlsx", projects=[{"project": "没听说过的项目", "unit": "某局"}]
    )
    (taken.folder / "扫描件.pdf").write_bytes(b"%PDF-1.4\n")
    (taken.folder / "坏的.xlsx").write_bytes(taken.parts[0].file.read_bytes()[:900])
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    assert sorted((line.kind, line.told) for line in done.lines) == [
        ("对不上", "别的项目.xlsx"),
        ("读不出", "坏的.xlsx"),
        ("读不出", "扫描件.pdf"),
    ]


def test_forms_without_the_hidden_sheet_and_in_other_formats_come_back_by_name(taken, tmp_path, libreoffice):
    first = taken.parts[0].file
    fill(first, actuals(first, "1100平方米"))
    book = openpyxl.load_workbook(first)
    del book["_selfeval"]
    book.save(first)
    second = taken.parts[1].file
    fill(second, {form_of(second, "操场改造").funding[0].cells["executed"]: Decimal(50)}, sheet="项目02")
    libreoffice.convert(second, "xls", taken.folder)
    second.unlink()
    done = merge(taken.folder, tmp_path / "合并.xlsx")
    assert [row.actual for row in form_of(done.out).indicators] == ["1100平方米"] * 4 and form_of(
        done.out, "操场改造"
    ).funding[0].executed == "50"
    assert [(line.kind, line.why.split("；")[0]) for line in done.lines] == [
        ("没有带回", "这种文件看不出哪些格是公式")
    ]


def test_typed_in_libreoffice_and_merged_it_reads_back(taken, tmp_path, libreoffice):
    first = taken.parts[0].file
    form = form_of(first)
    cells = [
        ("项目01", row.cells["actual"], text)
        for row, text in zip(form.indicators, ("1100平方米", "10月", "29000元", "97分"), strict=True)
    ]
    libreoffice.type(
        first, [*cells, ("项目01", form.funding[0].cells["executed"], "120.5")], tmp_path / "typed.xlsx"
    )
    shutil.move(tmp_path / "typed.xlsx", first)
    back = form_of(merge(taken.folder, tmp_path / "合并.xlsx").out)
    assert [row.actual for row in back.indicators] == [
        "1100平方米",
        "10月",
        "29000元",
        "97分",
    ] and back.funding[0].executed == "120.5"


def test_splitting_again_leaves_filled_files_alone(department, taken):
    first = taken.parts[0].file
    fill(first, actuals(first, "1100平方米"))
    filled = first.read_bytes()
    again = split(department, taken.folder)
    assert [part.result for part in again.parts] == [
        "没有覆盖",
        "没有变化",
        "没有变化",
    ] and first.read_bytes() == filled


def test_a_workbook_with_macros_stays_one(department, tmp_path):
    import zipfile

    with_macros = tmp_path / "自评表.xlsm"
    with zipfile.ZipFile(department) as old, zipfile.ZipFile(with_macros, "w") as new:
        for name in old.namelist():
            new.writestr(
                name,
                old.read(name)
                .replace(b"spreadsheetml.sheet.main+xml", b"x")
                .replace(
                    b"application/vnd.openxmlformats-officedocument.x",
                    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                )
                if name == "[Content_Types].xml"
                else old.read(name),
            )
    taken = split(with_macros, tmp_path / "拆开")
    assert {part.file.suffix for part in taken.parts} == {
        ".xlsm"
    } and taken.kept.name == "部门工作簿_拆分留底.xlsm"
    with pytest.raises(UsageError, match="xlsm结尾"):
        merge(taken.folder, tmp_path / "合并.xlsx")
    assert merge(taken.folder, tmp_path / "合并.xlsm").out.exists()


def test_projects_of_the_same_code_in_two_units_are_told_apart(tmp_path):
    roster = rosters.write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[rosters.department("101", "教育局")],
        项目=[rosters.project("P1", "101", "校舍维修", 实施单位=unit) for unit in ("一小", "二小")],
    )
    done = issuing.issue(roster, tmp_path / "下发")
    taken = split(done.folder / done.departments[0][0].file, tmp_path / "拆开")
    for part, amount in zip(taken.parts, (Decimal(11), Decimal(22)), strict=True):
        fill(part.file, {form_of(part.file).funding[0].cells["executed"]: amount}, sheet=part.sheet)
    back = read_file(merge(taken.folder, tmp_path / "合并.xlsx").out)
    assert [(form.unit, form.funding[0].executed) for form in back.forms if form.project] == [
        ("一小", "11"),
        ("二小", "22"),
    ]


_TOKENS = st.integers(0, 10**6).map(lambda number: f"新{number}")


@given(
    base=st.dictionaries(
        st.tuples(st.integers(0, 8), st.integers(0, 4)), st.sampled_from("甲乙丙丁"), max_size=20
    ),
    typed=st.dictionaries(st.tuples(st.integers(0, 8), st.integers(0, 4)), _TOKENS, max_size=12),
    inserted=st.lists(st.integers(0, 8), max_size=2),
    opened=st.frozensets(st.tuples(st.integers(0, 8), st.integers(0, 4)), max_size=30),
)
def test_every_value_that_came_back_lands_or_is_listed(base, typed, inserted, opened):
    now = dict(base | typed)
    for at in inserted:
        now = {(row + (row >= at), column): text for (row, column), text in now.items()} | {
            (at, 0): f"行{at}"
        }
    state = SheetState("表", texts=now, values=now)
    target = SheetState("表", texts=base, values=base, table=(0, 8))
    changes = compare(state, base, target, opened)
    accounted = [change.text for change in changes.cells.values()] + [stray.text for stray in changes.strays]
    assert not {text for text in now.values() if text[0] in "新行"} - set(accounted)


def test_what_cannot_be_split_or_merged_is_said_plainly(department, tmp_path, libreoffice):
    with pytest.raises(UsageError, match="另存为xlsx"):
        split(libreoffice.convert(department, "xls", tmp_path), tmp_path / "拆")
    templates.fill_in("jilin-2024", tmp_path / "整体.xlsx", department={"department": "甲局"})
    with pytest.raises(UsageError, match="没有找到项目支出绩效自评表"):
        split(tmp_path / "整体.xlsx", tmp_path / "拆")
    (tmp_path / "空").mkdir()
    with pytest.raises(UsageError, match="--into"):
        merge(tmp_path / "空", tmp_path / "合并.xlsx")
    with pytest.raises(UsageError, match="找不到部门工作簿"):
        merge(tmp_path / "空", tmp_path / "合并.xlsx", tmp_path / "没有.xlsx")


def test_the_commands_tell_what_came_back(department, tmp_path):
    shutil.copy(department, tmp_path / "自评表.xlsx")
    run = selfeval("split", "自评表.xlsx", "-o", "分表", cwd=tmp_path)
    assert run.returncode == 0 and "共3份" in run.stdout and run.stderr == ""
    run = selfeval("merge", "分表", "-o", "合并.xlsx", cwd=tmp_path)
    assert (
        run.returncode == 0
        and "交回但没有改动" in run.stdout
        and (tmp_path / "合并_合并清单.xlsx").exists()
        and run.stderr == ""
    )


def test_rows_are_known_again_by_what_stands_in_them():
    old = rows_of({(0, 0): "题", (1, 0): "甲", (2, 0): "乙", (4, 0): "签"})
    assert align(old, old) == {0: 0, 1: 1, 2: 2, 3: 3, 4: 4}
    new = rows_of({(0, 0): "题", (1, 0): "甲", (1, 1): "填", (2, 0): "新", (3, 0): "乙", (5, 0): "签"})
    assert align(old, new) == {0: 0, 1: 1, 3: 2, 4: 3, 5: 4}
    gone = rows_of({(0, 0): "题", (1, 0): "乙", (3, 0): "签"})
    assert align(old, gone) == {0: 0, 1: 2, 2: 3, 3: 4}
    assert align([], old) == {}
