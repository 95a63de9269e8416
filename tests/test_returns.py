"""Returns: each planted fault is marked where it stands, nothing else is touched, and what was mended is
known again.
"""

from __future__ import annotations

import functools
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.edits import Edit, Formula
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.listed import ListedFinding
from selfeval_xl.model.sheet_names import BACK, RESULT_COLUMNS, RETURNED
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.rules.narrative import clean
from selfeval_xl.rules.runner import check
from selfeval_xl.templates.frame import draw
from selfeval_xl.workflows.demo.county import YEAR, made_up
from selfeval_xl.workflows.marking.progress import EXPLAINED, MENDED, NEW, STILL_OPEN, compare
from selfeval_xl.workflows.returns import return_filings
from selfeval_xl.workflows.returns.finding_list import GONE, NEXT_YEAR, listing
from selfeval_xl.workflows.returns.mark_file import mark_return
from selfeval_xl.writers.xlsx.apply import apply
from support import fidelity
from support.command import selfeval
from support.counties import fill_county
from support.fillings import filling
from support.tinted import tints

FORM = fidelity.FORM

# Where the planted faults of the demonstration stand: department, project, rule and the field that has to be
# marked.
PLANTED = [
    (0, 0, "D03", "indicators", 1, "note"),
    (0, 1, "D01", "indicators", 2, "actual"),
    (0, 2, "F03", "funding", 0, "executed"),
    (0, 3, "F01", "funding", -1, "annual_budget"),
    (0, 4, "N01", "goal", 0, "expected"),
    (1, 0, "F05", "funding", 0, "execution_rate"),
    (1, 2, "D02", "indicators", 1, "actual"),
    (1, 3, "D07", "indicators", 1, "actual"),
    (2, 1, "N03", "goal", 0, "actual"),
    (2, 2, "F02", "funding", 0, "execution_rate"),
    (2, 3, "D04", "indicators", 1, "note"),
    (3, 0, "F04", "funding", 2, "executed"),
    (3, 2, "I06", "indicators", 2, "target"),
    (4, 0, "F08", "funding", 0, "executed"),
    (4, 1, "N06", "goal", 0, "actual"),
    (4, 2, "F10", "funding", -1, "annual_budget"),
    (5, 2, "D03", "indicators", 1, "note"),
    (6, 1, "D01", "indicators", 3, "actual"),
    (6, 4, "F12", "funding", -1, "execution_rate"),
    (7, 3, "D03", "indicators", 1, "note"),
    (8, 0, "N03", "goal", 0, "actual"),
    (9, 2, "D02", "indicators", 1, "actual"),
    (11, 4, "F03", "funding", 0, "executed"),
]
NEXT = [
    (1, 1, "I01", 1, "name"),
    (2, 0, "I02", 0, "target"),
    (3, 1, "I08", 2, "name"),
    (5, 0, "I05", 1, "target"),
]


def listed_in(book: openpyxl.Workbook) -> list[dict]:
    """The rows of the list in a return; separators have no number."""
    return [
        dict(zip(RESULT_COLUMNS, ("" if cell is None else str(cell) for cell in row)))
        for row in book[RETURNED].iter_rows(min_row=2, values_only=True)
    ]


def rows_of(path: Path) -> list[dict]:
    """The rows of the list in a return."""
    return listed_in(openpyxl.load_workbook(path, data_only=True))


# Many tests look at the same few workbooks of the county, and change none: each is read once.
read_once = functools.lru_cache(maxsize=8)(read_file)
loaded = functools.lru_cache(maxsize=16)(openpyxl.load_workbook)


def findings_in(path: Path) -> list[Finding]:
    file = read_file(path)
    return list(check(gather([file]), None, [file]))


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> tuple[Path, Path, list]:
    """The twelve departments of the demonstration and eight workbooks of every layout with two faults each;
    and what goes back.
    """
    root = tmp_path_factory.mktemp("returns")
    received, out = root / "收到的材料", root / "退回"
    received.mkdir()
    departments, _ = made_up()
    fill_county(received, departments)
    for layout_id in layouts.ids():
        layout = next(layout for layout in layouts.load_all() if layout.id == layout_id)
        data = filling(layout)
        data["indicators"][1]["actual"] = None
        if data.get("goal"):
            data["goal"]["actual"] = "<p>完成养护118.5公里。</p>"
        data["department"] = data["unit"] = f"示例县{layout_id}局"
        key = "department" if layout.kind == "department" else "projects"
        templates.fill_in(
            layout_id,
            received / f"{layout_id}.xlsx",
            **{key: data if key == "department" else [data]},
            year=2024,
            settings={"department_code": layout_id, "department": f"示例县{layout_id}局"},
        )
    return received, out, [return_filings(received, out), departments]


def form_of(county, number: int, project: int) -> tuple[Path, object]:
    """The return of a department, and one of its forms as the reader reads the received file."""
    received, out, (_, departments) = county
    department = departments[number]
    form = next(
        form
        for form in read_once(received / f"{department.name}.xlsx").forms
        if form.project == department.projects[project]["project"]
    )
    return out / f"{department.code}{department.name}" / f"{department.name}_退回修改.xlsx", form


def cell_of(form, part: str, row: int, key: str) -> str:
    holder = form.goal if part == "goal" else getattr(form, part)[row]
    if part == "funding" and row == -1:
        holder = form.total_funding
    return holder.cells[key]


@pytest.mark.parametrize("number,project,rule,part,row,key", PLANTED)
def test_a_planted_fault_is_marked_in_its_cell_with_a_note_and_links_both_ways(
    county, number, project, rule, part, row, key
):
    path, form = form_of(county, number, project)
    cell = cell_of(form, part, row, key)
    book = loaded(path)
    assert cell in tints(book, form.sheet)
    listed = next(
        each
        for each in listed_in(loaded(path, data_only=True))
        if each["规则编号"] == rule and each["工作表"] == form.sheet and cell in each["单元格"].split(",")
    )
    line = next(
        each[0].row for each in book[RETURNED].iter_rows(min_row=2) if str(each[0].value) == listed["序号"]
    )
    assert f"#'{form.sheet}'!{listed['单元格'].split(',')[0]}" in book[RETURNED].cell(line, 6).value
    note = book[form.sheet][cell].comment.text
    assert (
        listed["问题说明"] in note
        and listed["修改建议"] in note
        and f"第{listed['序号']}条" in note
        and rule not in note
    )
    links = [
        each.value
        for each in book[form.sheet][re.sub(r"\D", "", cell)]
        if str(each.value).startswith("=HYPERLINK")
    ]
    assert len(links) == 1 and f"#'{RETURNED}'!A" in links[0]


@pytest.mark.parametrize("number,project,rule,row,key", NEXT)
def test_what_waits_for_next_year_is_listed_apart_and_not_marked(county, number, project, rule, row, key):
    path, form = form_of(county, number, project)
    rows = listed_in(loaded(path, data_only=True))
    separator = next(place for place, each in enumerate(rows) if each["问题说明"] == NEXT_YEAR)
    assert form.indicators[row].cells[key] not in tints(loaded(path), form.sheet)
    assert [
        each["处理方式"]
        for each in rows[separator + 1 :]
        if each["规则编号"] == rule and each["工作表"] == form.sheet
    ] == ["下年完善"]
    assert {each["处理方式"] for each in rows[:separator]} <= {"本次修改", "本次说明"}


def test_what_the_bureau_has_to_settle_does_not_go_back():
    def found(treatment: Treatment) -> Finding:
        return Finding(
            message="", rule="D09", sheet=FORM, cell="A1", severity=Severity.NOTE, treatment=treatment
        )

    grid = Grid(FORM, [["x"]])
    made = listing(
        [found(Treatment.BUREAU), found(Treatment.EXPLAIN), found(Treatment.FIX), found(Treatment.NEXT_YEAR)],
        [grid],
    )
    assert [finding.treatment for finding in made.findings] == [
        Treatment.FIX,
        Treatment.EXPLAIN,
        Treatment.NEXT_YEAR,
    ] and [number for number, _ in made.marked] == [1, 2]


@pytest.mark.parametrize("layout_id", layouts.ids())
def test_the_faults_in_a_form_of_every_layout_are_marked(county, layout_id):
    received, out, _ = county
    form = read_once(received / f"{layout_id}.xlsx").forms[0]
    path = next(out.glob(f"{layout_id}*/{layout_id}_退回修改.xlsx"))
    marked = tints(loaded(path), form.sheet)
    assert form.indicators[1].cells["actual"] in marked
    assert not form.goal.actual or form.goal.cells["actual"] in marked


def test_returns_are_whole_valid_and_only_of_departments_with_something_to_do(
    county, assert_valid_ooxml, assert_formulas_agree
):
    _, out, (result, _) = county
    assert (
        result.problems == ()
        and len(result.returns) == 19
        and result.passed == ("示例县市场监督管理局",)
        and not any(file.refused for each in result.returns for file in each.files)
    )
    for layout in ("jilin", "hunan"):
        path = next(out.glob(f"*{layout}*/*.xlsx"))
        assert_valid_ooxml(path)
    path = next(out.glob("101*/*.xlsx"), None) or Path(result.returns[0].files[0].out)
    assert_valid_ooxml(path)
    assert_formulas_agree(path)


@pytest.mark.slow
def test_every_value_and_formula_of_the_department_is_as_it_was(county):
    received, out, (result, _) = county
    for each in result.returns:
        for file in each.files:
            before, after = openpyxl.load_workbook(file.path), openpyxl.load_workbook(file.out)
            assert (
                after.sheetnames[0] == RETURNED
                and after.sheetnames[1 : 1 + len(before.sheetnames)] == before.sheetnames
            )
            for sheet in before:
                if sheet.title == "_selfeval":
                    continue
                values = {
                    cell.coordinate: cell.value
                    for row in sheet.iter_rows()
                    for cell in row
                    if cell.value is not None
                }
                now = {
                    cell.coordinate: cell.value
                    for row in after[sheet.title].iter_rows()
                    for cell in row
                    if cell.value is not None
                }
                added = {name: value for name, value in now.items() if name not in values}
                assert {name: now[name] for name in values} == values
                assert all(str(value).startswith(f"=HYPERLINK(\"#'{RETURNED}'") for value in added.values())
                assert all(
                    sheet[name]._style == after[sheet.title][name]._style
                    or repr(sheet[name].font) == repr(after[sheet.title][name].font)
                    for name in values
                )


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
    result = return_filings(_folder(tmp_path / "收", other), tmp_path / "退")
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


def _folder(folder: Path, *files: Path) -> Path:
    folder.mkdir()
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


# ---- round trip: a script that does what the list says, row by row


def _number_in(text: str) -> str:
    return re.search(r"-?\d+(?:\.\d+)?%?", text)[0]


REASON = "原因：财政资金12月才下达，来不及实施。改进措施：明年3月前完成招标，6月底前完成。"
MEND = {
    "D03": lambda row, text: REASON,
    "D04": lambda row, text: REASON,
    "S03": lambda row, text: REASON,
    "D05": lambda row, text: f"{row['对象']}：{REASON}",
    "D01": lambda row, text: re.search(r"指标值是“[≥≤=]*([^”]+)”", row["修改建议"])[1],
    "D02": lambda row, text: re.search(r"“[≥≤=]+([^”]+)”", row["应为或参考"])[1],
    "D07": lambda row, text: re.search(r"像“([^”]+)”", row["应为或参考"])[1],
    "F01": lambda row, text: _number_in(row["应为或参考"]),
    "F02": lambda row, text: row["应为或参考"],
    "F03": lambda row, text: _number_in(row["应为或参考"]),
    "F04": lambda row, text: "0",
    "F08": lambda row, text: "300",
    "I06": lambda row, text: "≥90%",
    "N01": lambda row, text: clean(text),
    "N03": lambda row, text: f"{text}其中3项于11月底前完成，验收合格。",
    "S04": lambda row, text: row["应为或参考"],
    "S05": lambda row, text: row["应为或参考"],
    "S07": lambda row, text: row["应为或参考"],
    "S08": lambda row, text: row["应为或参考"],
    "X01": lambda row, text: row["应为或参考"],
    "X02": lambda row, text: row["应为或参考"],
}
ONLY_FIRST = {"F01", "D05", "F02"}
LAST = {"N03"}


def mend_as_told(path: Path, out: Path) -> None:
    """Types what each row of the list asks for into its cell, and an explanation where one is asked for."""
    grids = {grid.name: grid for grid in open_source(path).grids}
    edits: dict[tuple[str, str], Edit] = {}
    for line, row in enumerate(rows_of(path), 2):
        if row["处理方式"] == "本次说明":
            edits[RETURNED, f"L{line}"] = Edit(
                RETURNED, f"L{line}", row["单位说明"] or None, "经核实属实，年中按文件调整。"
            )
        if row["处理方式"] != "本次修改" or row["状态"] == MENDED or row["规则编号"] not in MEND:
            continue
        cells = row["单元格"].split(",")
        cells = (
            cells[:1] if row["规则编号"] in ONLY_FIRST else cells[-1:] if row["规则编号"] in LAST else cells
        )
        for cell in cells:
            letters = re.match(r"([A-Z]+)(\d+)", cell)
            column = sum((ord(char) - 64) * 26**power for power, char in enumerate(reversed(letters[1]))) - 1
            old = grids[row["工作表"]].text(int(letters[2]) - 1, column).strip() or None
            new = MEND[row["规则编号"]](row, old)
            typed = Decimal(new) if re.fullmatch(r"-?\d+(?:\.\d+)?", new) else new
            edits.setdefault((row["工作表"], cell), Edit(row["工作表"], cell, old, typed))
    applied = apply(path, edits.values(), out)
    assert applied.refused == ()


def rounds_until_mended(path: Path, folder: Path, most: int = 5) -> tuple[Path, int]:
    """Return, mend, check, until no error is left; the last return and how many rounds it took."""
    for number in range(most):
        findings = findings_in(path)
        if not any(
            finding.severity is Severity.ERROR and finding.treatment is Treatment.FIX for finding in findings
        ):
            return path, number
        back, mended = folder / f"{number}退.xlsx", folder / f"{number}改.xlsx"
        mark_return(path, back, findings)
        mend_as_told(back, mended)
        path = mended
    raise AssertionError(
        [
            (finding.rule, finding.cell, finding.message)
            for finding in findings_in(path)
            if finding.severity is Severity.ERROR
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", range(12))
def test_a_return_mended_as_it_says_has_no_errors_left(county, number, tmp_path):
    received, _, (_, departments) = county
    _, rounds = rounds_until_mended(received / f"{departments[number].name}.xlsx", tmp_path)
    assert rounds <= 3


def test_a_mended_tint_is_gone_before_any_program_of_ours_looks(county, tmp_path, libreoffice):
    """The tint's own condition, computed by a spreadsheet program on the return and on the mended copy."""
    from support.tinted import tint_rules

    path, form = form_of(county, 0, 0)
    cell = form.indicators[1].cells["note"]
    condition = tint_rules(path, form.sheet)[cell][1]
    seen = []
    for name, text in (("原样", ""), ("已写", REASON)):
        copy = tmp_path / f"{name}.xlsx"
        apply(
            path,
            [
                Edit(form.sheet, cell, None, text or None),
                Edit(form.sheet, "Z99", None, Formula(f"IF({condition},1,0)", Decimal(9))),
            ],
            copy,
        )
        seen.append(libreoffice.recalculate(copy)[form.sheet, "Z99"])
    assert seen == [1, 0]


def test_checking_a_mended_return_tells_what_was_mended_what_was_not_and_what_is_new(county, tmp_path):
    path, form = form_of(county, 0, 0)
    cells = [form.indicators[1].cells["note"], form.indicators[2].cells["actual"]]
    mended = tmp_path / "改.xlsx"
    apply(
        path,
        [
            Edit(form.sheet, cells[0], None, REASON),
            Edit(form.sheet, cells[1], form.indicators[2].actual, None),
        ],
        mended,
    )
    file = read_file(mended)
    findings = [
        finding for finding in findings_in(mended) if finding.treatment in (Treatment.FIX, Treatment.EXPLAIN)
    ]
    progress = compare(findings, file.listed)
    states = {
        (finding.rule, finding.sheet, finding.cell): state
        for finding, state in zip(findings, progress.states)
    }
    assert states["D01", form.sheet, cells[1]] == NEW and (form.sheet, cells[0]) in {
        (row.sheet, row.cell) for row in progress.mended if row.rule == "D03"
    }
    assert STILL_OPEN in states.values()
    told = selfeval("check", mended).stdout
    assert (
        "【新发现】" in told
        and "【未修改】" in told
        and "已修改 项目01" in told
        and "与上次的清单相比" in told
    )


def test_the_next_return_keeps_what_was_explained_and_lists_what_was_mended(county, tmp_path):
    path, form = form_of(county, 4, 2)
    explained, back = tmp_path / "改.xlsx", tmp_path / "再退.xlsx"
    line = next(number for number, row in enumerate(rows_of(path), 2) if row["规则编号"] == "F10")
    wrong = next(row for row in rows_of(path) if row["规则编号"] == "F08")
    apply(
        path,
        [
            Edit(RETURNED, f"L{line}", None, "年中按示例文件调减。"),
            Edit(wrong["工作表"], wrong["单元格"], "约三十万", Decimal("30")),
        ],
        explained,
    )
    mark_return(explained, back, findings_in(explained))
    rows = rows_of(back)
    (f10,) = [row for row in rows if row["规则编号"] == "F10"]
    assert (f10["单位说明"], f10["状态"]) == ("年中按示例文件调减。", EXPLAINED)
    assert form.total_funding.cells["annual_budget"] not in tints(back, form.sheet)
    gone = next(place for place, row in enumerate(rows) if row["问题说明"] == GONE)
    assert [row["状态"] for row in rows[gone + 1 :] if row["规则编号"] == "F08"] == [MENDED]
    note = openpyxl.load_workbook(back)[wrong["工作表"]][wrong["单元格"]].comment
    assert note is None or "约三十万" not in note.text
    again = tmp_path / "三退.xlsx"
    mark_return(back, again, findings_in(back))
    assert [row["状态"] for row in rows_of(again) if row["规则编号"] == "F08"] == [MENDED]
    assert openpyxl.load_workbook(again).sheetnames == openpyxl.load_workbook(back).sheetnames


def test_a_value_that_was_changed_and_is_still_faulty_was_not_mended():
    def found(value: str, cell: str = "F12") -> Finding:
        return Finding(
            message="",
            rule="D03",
            sheet="表",
            subject="租金",
            value=value,
            cell=cell,
            treatment=Treatment.FIX,
        )

    row = ListedFinding("D03", "表", "F12", "租金", "0元", state=NEW)
    assert compare([found("5元")], [row]).states == (STILL_OPEN,) and compare(
        [found("5元", "F13")], [row]
    ).states == (NEW,)
    mended = ListedFinding("D03", "表", "F12", "租金", "0元", state=MENDED)
    assert (
        compare([found("0元")], [mended]).states == (NEW,) and compare([found("0元")], [mended]).mended == ()
    )


def test_what_the_report_lacks_is_listed_in_the_workbook_and_explained_there(tmp_path, shared):
    folder = _folder(tmp_path / "收", *(shared / "seed").glob("*.xlsx"), *(shared / "seed").glob("*.docx"))
    result = return_filings(folder, tmp_path / "退")
    (file,) = [file for file in result.returns[0].files if Path(file.path).suffix == ".xlsx"]
    line, row = next(
        (number, row)
        for number, row in enumerate(rows_of(Path(file.out)), 2)
        if row["工作表"] == "自评报告" and row["规则编号"] == "X09"
    )
    back = tmp_path / "重报"
    _folder(back, *(shared / "seed").glob("*.docx"))
    apply(file.out, [Edit(RETURNED, f"L{line}", None, "报告第三部分将另行补充。")], back / "自评表.xlsx")
    files = [read_file(path) for path in sorted(back.iterdir())]
    again = [
        finding
        for finding in check(gather(files), None, files)
        if finding.form == "report" and finding.treatment is Treatment.EXPLAIN
    ]
    assert {finding.rule: finding.status for finding in again} == {
        "N09": "open",
        "X04": "open",
        "X09": "explained",
    }


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
    received = _folder(tmp_path / "收")
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


def test_a_return_reads_as_the_same_forms(county):
    received, _, (result, _) = county
    for each in result.returns:
        for file in each.files:
            before, after = (
                {form.sheet: form for form in read_file(path).forms} for path in (file.path, file.out)
            )
            assert before.keys() == after.keys()
            for name, form in before.items():
                assert (form.funding, form.goal, form.indicators, form.tasks, form.cells) == (
                    after[name].funding,
                    after[name].goal,
                    after[name].indicators,
                    after[name].tasks,
                    after[name].cells,
                )


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
