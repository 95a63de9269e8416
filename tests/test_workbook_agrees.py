"""自查, the progress line, 项目自评汇总表 and `check` say the same about the same workbook.

Each project of a workbook gets one fault, typed by LibreOffice as a person types; what every place has to say
was written down for the fault, not taken from any of them.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Treatment
from selfeval_xl.model.forms import Form
from selfeval_xl.model.sheet_names import SELF_CHECK, SUMMARY
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from test_template_sheets import project

LAYOUTS = ("jilin-2024", "mof-2020", "mof-2021", "yunnan", "sichuan-0013zp", "chongqing", "anhui", "hunan")
IN_THE_SUITE = ("mof-2020", "yunnan")  # of the layouts: each takes most of a minute


@dataclass(frozen=True)
class Fault:
    """What a person types, and what has to be said about it.

    cells: the field of the form (row.field for an indicator) and the value typed. column: of 自查, "" where
    only 结论 counts it. rules: one of them has to be found. final: whether the total is still known. open:
    how 结论 begins.
    """

    name: str
    cells: dict[str, str]
    column: str
    rules: tuple[str, ...]
    final: bool = True
    open: str = "还有"


IN_WORDS = {"3.target": "明显改善", "3.actual": "环境得到明显的改善"}
FAULTS = (
    Fault("none", {}, "", (), True, "可报送"),
    Fault("no completed value", {"2.actual": ""}, "未填完成值", ("D01",), False),
    Fault("a dash as completed value", {"3.actual": "/"}, "未填完成值", ("D01",), False),
    Fault("unmet, no reason", {"0.actual": "9座"}, "未完成而无原因", ("D03",)),
    Fault("unmet, 无 as reason", {"0.actual": "9座", "0.note": "无"}, "未完成而无原因", ("D03",)),
    Fault("unmet, a space as reason", {"4.actual": "'80%", "4.note": " "}, "未完成而无原因", ("D03",)),
    Fault(
        "a text with its unit as amount",
        {"executed": "98.5万元"},
        "金额不是数字",
        ("F08", "F16", "F17", "F01", "F07"),
        False,
    ),
    Fault(
        "digits typed as text as amount",
        {"executed": "'98.5"},
        "金额不是数字",
        ("F08", "F16", "F17", "F01", "F07"),
        False,
    ),
    Fault("a target is missing", {"1.target": ""}, "", ("I06",), False),
    Fault("points below 100", {"3.points": "15"}, "", ("S01",)),
    Fault("points above 100", {"3.points": "35"}, "", ("S01",)),
    Fault("points are blank in a row", {"1.points": ""}, "得分没填", ("S01",), False),
    Fault("no goal", {"goal.expected": ""}, "", ("N11",)),
    Fault("no outcome", {"goal.actual": ""}, "", ("N11",)),
    Fault("nothing executed is filled in", {"executed": ""}, "", ("F16", "F13"), False),
    Fault("the rate typed over", {"rate": "0.5"}, "", ("F02",)),
    Fault("the total typed over", {"total_score": "90"}, "", ("S05",)),
    Fault("a score above its points", {"0.score": "25"}, "", ("S02",)),
    Fault("words that no formula knows", IN_WORDS | {"3.score": ""}, "得分没填", ("S14",), False),
    Fault("those words, scored by hand", IN_WORDS | {"3.score": "20"}, "待核定", (), True, "另有1个待核定"),
)


def cell_of(form: Form, field: str) -> str | None:
    """The cell of a field; None where the layout has none."""
    row, _, key = field.rpartition(".")
    if row == "goal":
        return form.goal.cells.get(key)
    if row:
        return form.indicators[int(row)].cells.get(key)
    if field == "total_score":
        return form.cells.get(field)
    lines = [line for line in form.funding if line.source in ("当年财政拨款", "财政资金")] or list(
        form.funding
    )
    if field == "rate":
        return lines[-1].cells.get("execution_rate")
    return lines[-1].cells.get("executed")


def rows_of(book, sheet: str) -> list[list]:
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def projects_for(layout_id: str, count: int) -> list[dict]:
    """Projects as the layout has them: 重庆 has columns for sign, value and unit, 四川 another source."""
    forms = [project(number) for number in range(1, count + 1)]
    for form in forms:
        if layout_id == "sichuan-0013zp":
            form["funding"][0]["source"] = "财政资金"
        for row in form["indicators"] if layout_id == "chongqing" else ():
            sign, number, unit = re.fullmatch(r"(≥)(\d+)(.+)", row.pop("target")).groups()
            row |= {"operator": sign, "initial_target": number, "unit": unit}
    return forms


def compare(layout_id: str, faults: list[Fault], tmp_path, libreoffice) -> int:
    """Makes a workbook with a project for each fault and compares the four places; the number of projects."""
    blank, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    forms = projects_for(layout_id, len(faults))
    templates.fill_in(
        layout_id, blank, projects=forms, department={"department": "示例局"}, year=2024, cover={}
    )
    read = {form.sheet: form for form in read_file(blank).forms if form.kind == "project"}
    typed, made = [], {}
    for (sheet, form), fault in zip(read.items(), faults, strict=True):
        cells = {field: cell_of(form, field) for field in fault.cells}
        parts = [(cell.split(","), fault.cells[field]) for field, cell in cells.items() if cell]
        if None in cells.values() or any(len(areas) > 1 and value for areas, value in parts):
            continue  # the layout has no such cell, or has it in parts
        made[sheet] = fault
        typed += [(sheet, cell, value) for areas, value in parts for cell in areas]
    libreoffice.type(blank, typed, out)
    file = read_file(out)
    findings = check(gather([file]), files=[file])
    book = openpyxl.load_workbook(out, data_only=True)
    head = next(row for row in rows_of(book, SELF_CHECK) if row[0] == "工作表")
    lines = {row[0]: dict(zip(head, row, strict=True)) for row in rows_of(book, SELF_CHECK) if row[0] in made}
    summary = {row[2]: row for row in rows_of(book, SUMMARY) if row[2]}
    totals = {form.sheet: form.total_score for form in file.forms}
    wrong = []
    for sheet, fault in made.items():
        line, ours = lines[sheet], [finding for finding in findings if finding.sheet == sheet]
        to_do = [one for one in ours if one.treatment in (Treatment.FIX, Treatment.EXPLAIN)]
        printed = summary[read[sheet].project]
        unclear = int(line["待核定"] or 0)
        words = re.compile("已填完|还有|格都填了")
        progress = next(cell for cell in rows_of(book, sheet)[0] if words.match(str(cell)))
        holds = {
            "结论": line["结论"].startswith(fault.open),
            "column": bool(line[fault.column]) if fault.column else True,
            "rules": not fault.rules or bool({finding.rule for finding in ours} & set(fault.rules)),
            "progress": (progress == "已填完") == (line["结论"] == "可报送"),
            "nothing to do": fault.open.startswith("还有") or not to_do,
            "summary's unmet": str(printed[9]).endswith(f"另有{unclear}个待核定") == bool(unclear),
        }
        if cell_of(read[sheet], "total_score"):
            typed_over = bool(
                fault.cells.get("total_score")
            )  # stays on the form, 汇总表 does not take it over
            holds["total"] = (totals[sheet] not in (None, "")) == (fault.final or typed_over)
            holds["summary's score"] = isinstance(printed[10], (int, float)) == fault.final
        said = [(one.rule, one.cell) for one in ours]
        wrong += [
            (fault.name, what, line["结论"], printed[9:11], said) for what, held in holds.items() if not held
        ]
    assert wrong == [], "\n".join(map(str, wrong))
    return len(made)


@pytest.mark.office
@pytest.mark.slow
@pytest.mark.parametrize(
    "layout_id",
    [pytest.param(name, marks=() if name in IN_THE_SUITE else pytest.mark.soak) for name in LAYOUTS],
)
def test_the_four_places_agree_on_every_fault(layout_id, tmp_path, libreoffice):
    assert compare(layout_id, list(FAULTS), tmp_path, libreoffice) >= 12


@pytest.mark.office
@pytest.mark.soak
def test_the_four_places_agree_on_pairs_of_faults(tmp_path, libreoffice):
    """Two faults in one form: both are said, the total is known only where it is with either."""
    source, count = random.Random(17), 0
    for number, layout_id in enumerate(LAYOUTS * 3):
        faults = []
        for _ in range(20):
            one, other = source.sample([fault for fault in FAULTS if fault.open == "还有"], 2)
            if one.cells.keys() & other.cells.keys():
                other = FAULTS[0]
            both = {**one.cells, **other.cells}
            final = one.final and other.final
            faults.append(Fault(f"{one.name} + {other.name}", both, "", (*one.rules, *other.rules), final))
        folder = tmp_path / str(number)
        folder.mkdir()
        count += compare(layout_id, faults, folder, libreoffice)
    print(f"{count} fillings")
    assert count >= 400
