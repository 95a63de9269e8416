"""Rows as people handle them: inserted, deleted, copied, cut and pasted, sorted, cleared and typed anew.

Whatever they do, sums, counts and verdicts are right, or 自查 names the row. Each case is a sheet of one
workbook, so LibreOffice opens it once for a layout; what has to come out was written down for the case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from selfeval_xl import layouts, templates
from selfeval_xl.model.sheet_names import SELF_CHECK
from selfeval_xl.readers import read_file
from selfeval_xl.templates.cell_styles import TINT
from test_template_sheets import project, rows_of
from test_workbook_agrees import projects_for

MET, UNMET = "已完成", "未完成"
NAMES = ("维修水闸数量", "工程验收合格率", "按期完工率", "受益群众人数", "受益群众满意度")
TEXTS = {"name": "维修闸门数量", "target": "≥20扇", "actual": "21扇"}

IN_THE_SUITE = ("jilin-2024", "mof-2021", "yunnan")  # the others in `make soak`
EACH = [
    pytest.param(layout_id, marks=[] if layout_id in IN_THE_SUITE else [pytest.mark.soak])
    for layout_id in layouts.ids()
]


@dataclass
class Form:
    """A form on a sheet: columns by key, the rows of its indicators, the row of its last source of money."""

    sheet: str
    columns: dict[str, str]
    first: int
    money: dict[str, str]
    source: int
    total: int | None  # row of the sum of the money
    spare: int = 35  # rows below the five indicators, hidden

    @property
    def last(self) -> int:
        return self.first + 4 + self.spare


@dataclass
class Outcome:
    """What has to be seen after the steps of a case."""

    verdicts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(NAMES, MET))
    points: int = 100
    budget: float = 100
    unmet: int = 0
    says: str = "可报送"  # in 结论


def form_on(sheet, form) -> Form:
    row = form.indicators[0]
    columns = {
        key: re.sub(r"\d", "", row.cells[key].split(",")[0])
        for key in ("name", "target", "actual", "points", "score")
        if row.cells.get(key)
    }
    split = row.cells["target"].split(",")
    if len(split) == 3:
        columns |= dict(
            zip(("operator", "target", "unit"), (re.sub(r"\d", "", cell) for cell in split), strict=True)
        )
    inside = any(f"A{row.cells['name'].lstrip('ABCDEFGH')}" in area for area in sheet.merged_cells.ranges)
    columns["start"] = "B" if inside else "A"  # a label beside the table is merged over its rows
    columns["last"] = get_column_letter(sheet.max_column)
    lines = {line.is_total: line for line in form.funding}
    source = lines.get(False) or form.funding[0]
    money = {
        key: re.sub(r"\d", "", source.cells[key])
        for key in ("initial_budget", "annual_budget", "executed")
        if source.cells.get(key)
    }
    sources = [line for line in form.funding if not line.is_total]
    last = max((int(re.sub(r"\D", "", line.cells["annual_budget"])) for line in sources), default=0)
    total = lines.get(True)
    return Form(
        form.sheet,
        columns,
        int(re.sub(r"\D", "", row.cells["name"])),
        money,
        last,
        int(re.sub(r"\D", "", total.cells["annual_budget"])) if total and sources else None,
    )


def typed(form: Form, row: int, texts: dict[str, str]) -> list[tuple]:
    """Steps that type an indicator, its target in parts where the form has it so."""
    texts = dict(texts)
    if "operator" in form.columns and "target" in texts:
        texts["operator"], texts["target"], texts["unit"] = re.fullmatch(
            r"(≥)(\d+)(.+)", texts["target"]
        ).groups()
    return [
        ("type", form.sheet, f"{form.columns[key]}{row}", text)
        for key, text in texts.items()
        if key in form.columns
    ]


def copied(form: Form, row: int, to: int) -> list[tuple]:
    """Steps that insert a row and copy a whole row there."""
    row += to <= row
    start = form.columns["start"]
    return [
        ("insert", form.sheet, to),
        ("paste", form.sheet, f"{start}{row}:{form.columns['last']}{row}", f"{start}{to}"),
    ]


Cases = dict[str, tuple[list[tuple], Outcome]]


def cases(form: Form) -> Cases:
    """The steps of each case, and what has to come out."""
    return _rows_more_or_less(form) | _cells_moved(form) | _source_more(form)


def _rows_more_or_less(form: Form) -> Cases:
    first, last, sheet = form.first, form.last, form.sheet
    more = {**dict.fromkeys(NAMES, MET), TEXTS["name"]: MET}
    points = {"points": "20"}
    return {
        "raw above the first": (
            [("insert", sheet, first), *typed(form, first, TEXTS | points)],
            Outcome(points=120, says=f"没有公式（第{first}行）"),
        ),
        "copied above the first": (
            [*copied(form, first, first), *typed(form, first, TEXTS)],
            Outcome(more, points=120, says="还有1处"),
        ),
        "raw below the last": (
            [("insert", sheet, last + 1), *typed(form, last + 1, TEXTS | points)],
            Outcome(points=120, says=f"没有公式（第{last + 1}行）"),
        ),
        "copied below the last": (
            [*copied(form, first, last + 1), *typed(form, last + 1, TEXTS)],
            Outcome(more, points=120, says="还有1处"),
        ),
        "the first deleted": (
            [("delete", sheet, first)],
            Outcome(dict.fromkeys(NAMES[1:], MET), points=80, says="还有1处"),
        ),
        "the last deleted, with the spare rows": (
            [("delete", sheet, first + 4)] * (1 + form.spare),
            Outcome(dict.fromkeys(NAMES[:4], MET), points=80, says="还有1处"),
        ),
    }


def _cells_moved(form: Form) -> Cases:
    first, sheet, columns = form.first, form.sheet, form.columns
    return {
        "a completed value cut onto the row above": (
            [
                ("cut", sheet, f"{columns['actual']}{first + 1}", f"{columns['actual']}{first}"),
                ("type", sheet, f"{columns['actual']}{first}", "13座"),
                ("type", sheet, f"{columns['actual']}{first + 1}", "'80%"),
            ],
            Outcome(dict.fromkeys(NAMES, MET) | {NAMES[1]: UNMET}, unmet=1, says="还有1处"),
        ),
        "a target cut away and typed anew": (
            [
                ("cut", sheet, f"{columns['target']}{first}", f"{columns['target']}{first + 20}"),
                ("clear", sheet, f"{columns['target']}{first + 20}"),
                *typed(form, first, {"target": "≥20座"}),
            ],
            Outcome(dict.fromkeys(NAMES, MET) | {NAMES[0]: UNMET}, unmet=1, says="还有1处"),
        ),
        "sorted by name": (
            [
                (
                    "sort",
                    sheet,
                    f"A{first}:{columns['last']}{first + 4}",
                    openpyxl.utils.column_index_from_string(columns["name"]) - 1,
                )
            ],
            Outcome(),
        ),
    }


def _source_more(form: Form) -> Cases:
    if not form.source or not form.total:
        return {}
    row = form.source + 1
    typed_in = [("type", form.sheet, f"{column}{row}", "20") for column in form.money.values()]
    steps = [("insert", form.sheet, row), *typed_in]
    return {"raw below the last source": (steps, Outcome(budget=120, says=f"没有公式（第{row}行）"))}


@pytest.mark.office
@pytest.mark.parametrize("layout_id", EACH)
def test_sums_and_verdicts_are_right_whatever_is_done_to_the_rows(layout_id, tmp_path, libreoffice):
    blank, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    forms = projects_for(layout_id, 11)
    templates.fill_in(
        layout_id, blank, projects=forms, department={"department": "示例局"}, year=2024, cover={}
    )
    book = openpyxl.load_workbook(blank)
    steps, wanted = [], {}
    for form in (form for form in read_file(blank).forms if form.kind == "project"):
        made = form_on(book[form.sheet], form)
        prepared = cases(made)
        if len(wanted) < len(prepared):
            name = list(prepared)[len(wanted)]
            steps += prepared[name][0]
            wanted[form.sheet] = (name, made, prepared[name][1])
    libreoffice.edit(blank, steps, out)
    wrong = []
    values = openpyxl.load_workbook(out, data_only=True)
    head = next(row for row in rows_of(out, SELF_CHECK) if row[0] == "工作表")
    lines = {row[0]: dict(zip(head, row, strict=True)) for row in rows_of(out, SELF_CHECK)}
    for name, (case, made, outcome) in wanted.items():
        sheet, line = values[name], lines[name]
        verdict = next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == "判定")
        at = openpyxl.utils.column_index_from_string(made.columns["name"])
        said = {
            sheet.cell(row, at).value: sheet.cell(row, verdict).value
            for row in range(made.first, made.last + 3)
            if sheet.cell(row, verdict).value in (MET, UNMET)
        }
        seen = {"verdicts": said == outcome.verdicts, "says": outcome.says in line["结论"]}
        seen["unmet"] = line["未完成而无原因"] == outcome.unmet
        if "score" in made.columns:
            seen["points"] = line["分值合计"] in (outcome.points, outcome.points - 10)
        elif outcome.says == "还有1处" and not outcome.unmet:
            seen["says"] = line["结论"] == "可报送"  # without points nothing is wrong with the sum
        if made.total:
            shifted = case.startswith("raw below the last source") and made.total > made.source
            cell = f"{made.money['annual_budget']}{made.total + shifted}"
            seen["budget"] = sheet[cell].value == outcome.budget
        wrong += [
            (case, what, said, line["结论"], line["分值合计"]) for what, held in seen.items() if not held
        ]
        errors = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "e"]
        wrong += [(case, errors)] if errors else []
    assert wrong == [], "\n".join(map(str, wrong))
    assert len(wanted) >= 9


@pytest.mark.parametrize("layout_id", layouts.ids())
def test_no_cell_that_looks_like_one_to_fill_in_holds_a_formula(layout_id, tmp_path):
    """Who clears the yellow cells to start anew clears no formula."""
    templates.write(layout_id, tmp_path / "a.xlsx", 2024)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    tinted = [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.fill.fgColor.rgb).endswith(TINT.lstrip("#"))
    ]
    assert len(tinted) > 100
    assert [f"{cell.parent.title}!{cell.coordinate}" for cell in tinted if cell.data_type == "f"] == []


@pytest.mark.office
@pytest.mark.parametrize("layout_id", ["mof-2021", "yunnan"])
def test_a_form_whose_yellow_cells_were_cleared_works_as_before(layout_id, tmp_path, libreoffice):
    blank, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    templates.fill_in(
        layout_id,
        blank,
        projects=[project(1)],
        department={"department": "示例局"},
        year=2024,
        cover={},
    )
    sheet = openpyxl.load_workbook(blank)["项目01"]
    read = next(form for form in read_file(blank).forms if form.kind == "project")
    form = form_on(sheet, read)
    tinted = {
        cell.coordinate: cell.value
        for row in sheet.iter_rows(min_row=form.first, max_row=form.first + 5)
        for cell in row
        if str(cell.fill.fgColor.rgb).endswith(TINT.lstrip("#"))
    }
    steps: list[tuple] = [("clear", "项目01", cell) for cell in tinted]
    texts = {cell: str(value) for cell, value in tinted.items() if value is not None}
    steps += [
        ("type", "项目01", cell, text if text.isdigit() else f"'{text}") for cell, text in texts.items()
    ]
    steps += typed(form, form.first, {"actual": "6座"})
    libreoffice.edit(blank, steps, out)
    score = openpyxl.load_workbook(out, data_only=True)["项目01"][f"{form.columns['score']}{form.first}"]
    assert score.value == 10  # 20 points, half of the target
    line = next(row for row in rows_of(out, SELF_CHECK) if row[0] == "项目01")
    assert line[13] == "还有1处"  # no reason


def test_tasks_and_indicators_each_choose_from_their_own_list(tmp_path):
    """A task's name was offered the usual indicators, and indicators those of a row four rows lower."""
    templates.write("jilin-2024", tmp_path / "a.xlsx", 2024)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["部门整体支出绩效自评表"]
    lists = {
        str(area): one.formula1
        for one in sheet.data_validations.dataValidation
        if one.type == "list"
        for area in one.sqref.ranges
    }
    names = {area: formula for area, formula in lists.items() if formula.startswith("OFFSET")}
    assert set(names) == {"D10:D49", "E10:E49"}  # second level, name
    assert "MATCH($D10," in names["E10:E49"] and "MATCH($C10," in names["D10:D49"]
