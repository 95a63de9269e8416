"""T04 by what the workbook itself remembers: issued values in its hidden sheet, found again wherever their
rows went.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.filings.as_issued import as_issued
from selfeval_xl.filings.grouping import gather
from selfeval_xl.filings.roster import Department, Project, Roster, Target
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check

ROWS = [
    {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "清淤河道长度",
        "target": "≥12公里",
        "actual": "12.5公里",
    },
    {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "新建护岸长度",
        "target": "≥3公里",
        "actual": "3公里",
    },
    {
        "level1": "产出指标",
        "level2": "质量指标",
        "name": "工程验收合格率",
        "target": "≥95%",
        "actual": "100%",
    },
    {
        "level1": "效益指标",
        "level2": "社会效益指标",
        "name": "受益人口",
        "target": "≥2000人",
        "actual": "2100人",
    },
    {
        "level1": "满意度指标",
        "level2": "服务对象满意度指标",
        "name": "受益群众满意度",
        "target": "≥95%",
        "actual": "96%",
    },
]
PROJECT = {
    "project": "河道治理",
    "unit": "示例县水利局",
    "goal": {"expected": "治理河道。", "actual": "治理了河道。"},
    "indicators": ROWS,
    "funding": [
        {"source": "当年财政拨款", "initial_budget": "120.5", "annual_budget": "100", "executed": "98"}
    ],
}


@pytest.fixture(scope="module")
def issued(tmp_path_factory) -> ReadFile:
    """A workbook with the values that the bureau wrote into it: name, amounts, names and targets of the
    indicators.
    """
    path = tmp_path_factory.mktemp("issued") / "a.xlsx"
    templates.fill_in("jilin-2024", path, projects=[PROJECT], year=2024)
    form = read_file(path).forms[0]
    line = next(line for line in form.funding if not line.is_total)
    kept = {
        form.cells["project"]: "河道治理",
        line.cells["initial_budget"]: "120.5",
        line.cells["annual_budget"]: "100",
    }
    kept |= {row.cells[key]: getattr(row, key) for row in form.indicators for key in ("name", "target")}
    templates.fill_in(
        "jilin-2024",
        path,
        projects=[PROJECT],
        year=2024,
        settings={f"issued|{form.sheet}|{cell}": text for cell, text in kept.items()},
    )
    return read_file(path)


def changed(file: ReadFile, tmp_path, change: Callable) -> ReadFile:
    """The workbook after a person worked on its sheet."""
    book = openpyxl.load_workbook(file.path)
    change(book["项目01"])
    book.save(tmp_path / "b.xlsx")
    return read_file(tmp_path / "b.xlsx")


def with_rows(file: ReadFile, tmp_path, rows: list[dict]) -> ReadFile:
    """The workbook after rows were inserted or deleted: what it remembers speaks of the old ones."""
    templates.fill_in(
        "jilin-2024",
        tmp_path / "b.xlsx",
        projects=[PROJECT | {"indicators": rows}],
        year=2024,
        settings={key: text for key, text in file.settings.items() if key.startswith("issued|")},
    )
    return read_file(tmp_path / "b.xlsx")


def told(file: ReadFile, roster: Roster | None = None) -> list[tuple[str | None, str | None]]:
    return [
        (finding.cell, finding.expected)
        for finding in check(gather([file], roster), roster=roster)
        if finding.rule == "T04"
    ]


def at(file: ReadFile, name: str, key: str) -> str:
    return next(row.cells[key] for row in file.forms[0].indicators if row.name == name)


def test_nothing_is_said_of_a_workbook_as_it_was_issued(issued):
    assert told(issued) == []
    assert {status.rule: status.status for status in check(gather([issued])).rules}["T04"] == "ran"


def test_a_workbook_that_remembers_nothing_is_skipped_and_says_why(issued):
    bare = replace(issued, settings={"layout": "jilin-2024"})
    assert {status.rule: (status.status, status.why) for status in check(gather([bare])).rules}["T04"] == (
        "skipped",
        "不是下发的工作簿，也没有给出单位名册",
    )


@pytest.mark.parametrize(
    "name, key, text, expected",
    [
        ("清淤河道长度", "target", "≥10公里", "≥12公里"),
        ("清淤河道长度", "name", "清淤长度", "清淤河道长度"),
        ("受益人口", "target", None, "≥2000人"),
        ("工程验收合格率", "target", ">=95 %", None),
        ("工程验收合格率", "actual", "90%", None),
    ],
)
def test_a_changed_name_or_target_is_told_at_its_cell(issued, tmp_path, name, key, text, expected):
    cell = at(issued, name, key)
    assert told(changed(issued, tmp_path, lambda sheet: sheet.__setitem__(cell, text))) == (
        [(cell, expected)] if expected else []
    )


def test_a_changed_amount_and_an_emptied_one_are_told(issued, tmp_path):
    line = next(line for line in issued.forms[0].funding if not line.is_total)
    initial, annual = line.cells["initial_budget"], line.cells["annual_budget"]

    def change(sheet) -> None:
        sheet[initial], sheet[annual] = 132.5, None

    assert told(changed(issued, tmp_path, change)) == [(initial, "120.5万元"), (annual, "100万元")]


def test_an_inserted_row_changes_nothing(issued, tmp_path):
    added = {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "维修闸门数量",
        "target": "≥3公里",
        "actual": "4座",
    }
    file = with_rows(issued, tmp_path, [added, *ROWS])
    assert at(file, "受益群众满意度", "name") != at(issued, "受益群众满意度", "name")
    assert told(file) == []


def test_a_deleted_row_is_the_only_one_missed(issued, tmp_path):
    assert told(with_rows(issued, tmp_path, [row for row in ROWS if row["name"] != "新建护岸长度"])) == [
        (None, "新建护岸长度 ≥3公里")
    ]


def test_rows_that_changed_places_are_the_same_rows(issued, tmp_path):
    assert told(with_rows(issued, tmp_path, [ROWS[1], ROWS[0], *ROWS[2:]])) == []


def test_a_renamed_sheet_is_known_by_its_project(issued, tmp_path):
    target = at(issued, "受益人口", "target")

    def change(sheet) -> None:
        sheet.title, sheet[target] = "河道", "≥100人"

    book = openpyxl.load_workbook(issued.path)
    change(book["项目01"])
    book.save(tmp_path / "b.xlsx")
    assert told(read_file(tmp_path / "b.xlsx")) == [(target, "≥2000人")]


def test_another_project_name_on_the_sheet_is_told(issued, tmp_path):
    assert told(
        changed(
            issued,
            tmp_path,
            lambda sheet: sheet.__setitem__(issued.forms[0].cells["project"], "河道综合整治"),
        )
    ) == [(issued.forms[0].cells["project"], "河道治理")]


def test_the_roster_goes_before_what_the_workbook_remembers(issued):
    department = Department("102", "示例县水利局")
    projects = (Project("102", "河道治理"),)
    targets = (Target("河道治理", name="清淤河道长度", target="≥15公里"),)
    roster = Roster((department,), projects, targets, _known={"102": department, "示例县水利局": department})
    assert told(issued, roster) == [(at(issued, "清淤河道长度", "target"), "≥15公里")]
    assert told(issued, replace(roster, targets=())) == []


def test_split_targets_are_put_together_before_they_are_compared(tmp_path):
    row = {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "清淤河道长度",
        "operator": "≥",
        "target": "12",
        "unit": "公里",
        "actual": "12.5",
    }
    path = tmp_path / "a.xlsx"
    templates.fill_in("yunnan", path, projects=[PROJECT | {"indicators": [row]}], year=2024)
    form = read_file(path).forms[0]
    cells = form.indicators[0].cells
    given = {
        cells["name"]: "清淤河道长度",
        **dict(zip(cells["target"].split(","), ("≥", "12", "公里"), strict=True)),
    }
    kept = as_issued(form, {f"issued|{form.sheet}|{cell}": text for cell, text in given.items()})
    assert [(row.name, row.target) for row in kept.indicators] == [
        ("清淤河道长度", form.indicators[0].target)
    ]
