"""The structure rules that look at whole files, and those that wait for what was issued."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.assessment.policy import default
from selfeval_xl.files import replacing
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.account import Frame
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import (
    DEPARTMENT,
    PROJECT,
    TOTAL,
    Form,
    FundingLine,
    Goal,
    Indicator,
    Problem,
    ReadFile,
)
from selfeval_xl.model.grid import Area
from selfeval_xl.readers import read_file
from selfeval_xl.rules import issued_values, missing_amounts, structure
from selfeval_xl.rules.issued_points import with_issued_points
from selfeval_xl.rules.registry import _RULES
from selfeval_xl.rules.runner import check


def found(rule, given, *more) -> list[tuple[str | None, str | None]]:
    return [(finding.sheet, finding.cell) for finding in rule(given, default(), *more)]


def test_what_the_reader_reports_becomes_a_finding_of_its_rule() -> None:
    file = ReadFile(path="a.rar", problems=(Problem("“a.rar”是压缩包，请解压后再报送。", rule="T01"),))
    assert [
        (finding.message, finding.hint) for finding in structure.unknown_or_partly_read(file, default())
    ] == [("“a.rar”是压缩包。", "请解压后再报送。")]
    assert [
        found(rule, file) for rule in (structure.unreadable, structure.macros_or_links, structure.hidden_data)
    ] == [[], [], []]


@pytest.mark.parametrize(
    "rule_id, rule",
    [("T05", structure.hidden_data), ("T07", structure.macros_or_links), ("T08", structure.unreadable)],
)
def test_each_kind_of_problem_has_its_rule(rule_id: str, rule) -> None:
    file = ReadFile(path="a.xlsx", problems=(Problem("说明", sheet="表", cell="B2", rule=rule_id),))
    assert found(rule, file) == [("表", "B2")]
    assert found(structure.unknown_or_partly_read, file) == []


def test_what_could_not_be_placed_is_asked_about() -> None:
    file = ReadFile(
        path="a.xlsx", problems=(Problem("这一行有金额，但没有写资金来源。", sheet="表", cell="D7"),)
    )
    assert [
        (finding.severity, finding.cell) for finding in structure.unknown_or_partly_read(file, default())
    ] == [(Severity.WARNING, "D7")]


def test_a_whole_form_and_a_scan_beside_it_are_no_fault() -> None:
    whole = Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet="表",
        frame=Frame(Area(0, 0, 20, 6), (10, 10)),
        indicators=(Indicator(name="数量", target="1个"),),
    )
    assert found(structure.unknown_or_partly_read, ReadFile(path="a.xlsx", kind="xlsx", forms=(whole,))) == []
    assert found(structure.unknown_or_partly_read, ReadFile(path="盖章.pdf", kind="pdf")) == []


def test_an_indicator_table_without_any_row_is_only_partly_read() -> None:
    empty = Form(kind=PROJECT, file="a.xlsx", sheet="表", frame=Frame(Area(0, 0, 20, 6), (10, 10)))
    assert found(structure.unknown_or_partly_read, ReadFile(path="a.xlsx", forms=(empty,))) == [("表", None)]


def heading(**values) -> Form:
    cells = {"project": "B2", "department": "B3", "unit": "E3"}
    return Form(
        kind=values.pop("kind", PROJECT),
        file="a.xlsx",
        sheet="表",
        cells=values.pop("cells", cells),
        **values,
    )


@pytest.mark.parametrize(
    "form, cells",
    [
        (heading(project="示例项目", department="示例局", unit="示例中心"), []),
        (heading(project="示例项目", unit="示例中心"), ["B3"]),
        (heading(department="示例局"), ["B2,E3"]),
        (heading(project="示例项目", cells={"project": "B2"}), []),
        (heading(kind=DEPARTMENT, cells={"department": "B2"}), ["B2"]),
        (heading(kind=DEPARTMENT, cells={}), []),
        (heading(project="示例项目", cells={"project": "B2"}, title="项目支出绩效自评表（ 年度）"), [None]),
        (
            heading(
                project="示例项目", cells={"project": "B2"}, title="项目支出绩效自评表（2024年度）", year=2024
            ),
            [],
        ),
    ],
)
def test_empty_heading_fields(form: Form, cells: list[str | None]) -> None:
    assert [cell for _, cell in found(structure.heading_left_empty, form)] == cells


@pytest.mark.parametrize(
    "text, cells", [("#REF!", ["D5"]), ("#DIV/0!", ["D5"]), ("10", []), ("#1号楼", []), (None, [])]
)
def test_a_broken_formula_is_told_once(text: str | None, cells: list[str]) -> None:
    line = FundingLine(source=TOTAL, annual_budget=text, cells={"annual_budget": "D5"})
    assert [
        cell
        for _, cell in found(
            structure.formula_broken_or_overtyped,
            Form(kind=PROJECT, file="a.xlsx", sheet="表", funding=(line,)),
        )
    ] == cells


def test_broken_formulas_in_many_places_are_one_finding() -> None:
    line = FundingLine(source=TOTAL, execution_rate="#DIV/0!", cells={"execution_rate": "G5"})
    row = Indicator(name="数量", actual="#REF!", score="#VALUE!", cells={"actual": "F12", "score": "H12"})
    form = Form(
        kind=PROJECT, file="a.xlsx", sheet="表", funding=(line,), indicators=(row,), goal=Goal(actual="#完成")
    )
    assert [cell for _, cell in found(structure.formula_broken_or_overtyped, form)] == ["G5,F12,H12"]


def test_an_incomplete_signature_is_a_note() -> None:
    form = Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet="表",
        signature={"填表人": "示例", "负责人": None, "联系电话": None},
    )
    assert [
        "“负责人”、“联系电话”" in finding.message
        for finding in structure.signature_incomplete(form, default())
    ] == [True]
    assert (
        found(
            structure.signature_incomplete,
            Form(kind=PROJECT, file="a.xlsx", sheet="表", signature={"填表人": "示例"}),
        )
        == []
    )
    assert found(structure.signature_incomplete, Form(kind=PROJECT, file="a.xlsx", sheet="表")) == []


def issued(project: str = "示例项目", initial: str = "100", target: str = "≥10个") -> Form:
    line = FundingLine(
        source=TOTAL,
        initial_budget=initial,
        annual_budget="90",
        cells={"initial_budget": "C5", "annual_budget": "D5"},
    )
    return Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet="表",
        project=project,
        funding=(line,),
        cells={"project": "B2"},
        indicators=(Indicator(name="培训场次", target=target, cells={"target": "E12"}),),
    )


@pytest.mark.parametrize(
    "now, cells",
    [
        (issued(), []),
        (issued(project="示例 项目"), []),
        (issued(project="别的项目"), ["B2"]),
        (issued(initial="100.00"), []),
        (issued(initial="80"), ["C5"]),
        (issued(target="≥8个"), ["E12"]),
        (issued(target=">= 10个"), []),
    ],
)
def test_what_was_issued_stays(now: Form, cells: list[str]) -> None:
    assert [cell for _, cell in found(issued_values.issued_value_changed, now, issued())] == cells


def test_an_amount_that_was_not_issued_hides_no_other_that_was_changed() -> None:
    then = replace(issued(), funding=(replace(issued().funding[0], initial_budget=None),))
    now = replace(issued(), funding=(replace(issued().funding[0], annual_budget="80"),))
    assert [cell for _, cell in found(issued_values.issued_value_changed, now, then)] == ["D5"]


@pytest.mark.parametrize("place, told", [("D12", "名称下发时是“培训场次”"), ("D13", "“培训场次”不见了")])
def test_only_an_indicator_in_the_same_cell_is_a_renamed_one(place: str, told: str) -> None:
    (row,) = issued().indicators
    then = replace(issued(), indicators=(replace(row, cells={"name": "D12", "target": "E12"}),))
    other = Indicator(name="参训人数", target="≥10个", cells={"name": place, "target": f"E{place[1:]}"})
    now = replace(issued(), indicators=(other,))
    (finding,) = issued_values.issued_value_changed(now, default(), then)
    assert told in finding.message


@pytest.mark.parametrize("target, told", [("≥10个", "≥10个"), ("", "空的")])
def test_an_issued_indicator_that_is_gone_is_told_with_its_target(target: str, told: str) -> None:
    now = replace(issued(), indicators=())
    (finding,) = issued_values.issued_value_changed(now, default(), issued(target=target))
    assert finding.message == f"下发的指标“培训场次”不见了，它的指标值是“{told}”。"


@pytest.mark.parametrize(
    "now, then, bureau",
    [
        (("90",), ("90",), True),
        (("90",), ("90.0",), True),
        (("80",), ("90",), False),
        (("90", "5"), ("90",), False),
        (("90",), (None,), False),
    ],
)
def test_points_issued_wrong_are_for_the_bureau(now: tuple, then: tuple, bureau: bool) -> None:
    def pointed(*points: str | None) -> Form:
        rows = (Indicator(name=f"指标{number}", points=value) for number, value in enumerate(points))
        return replace(issued(), indicators=tuple(rows))

    wrong = Finding(message="", rule="S01", file="a.xlsx", sheet="表", project="示例项目")
    (finding,) = with_issued_points([wrong], lambda: [(pointed(*now), pointed(*then))])
    assert (finding.treatment is Treatment.BUREAU) is bureau


@pytest.mark.parametrize(
    "filled, printed, cells",
    [
        ({}, "initial_budget annual_budget executed", ["C5,D5,E5"]),
        ({"executed": "0"}, "initial_budget annual_budget executed", ["C5,D5"]),
        ({"executed": "10"}, "executed", []),
        ({"annual_budget": "0"}, "initial_budget annual_budget executed", []),
        ({"annual_budget": "—"}, "annual_budget", ["D5"]),
    ],
)
def test_amounts_that_are_missing(filled: dict, printed: str, cells: list[str]) -> None:
    letters = {"initial_budget": "C", "annual_budget": "D", "executed": "E"}
    line = FundingLine(source=TOTAL, cells={key: f"{letters[key]}5" for key in printed.split()}, **filled)
    made = replace(issued(), funding=(line,))
    assert [cell for _, cell in found(missing_amounts.no_amounts, made)] == cells


def test_the_old_template_needs_settings_to_be_known() -> None:
    assert _RULES["T03"].needs == "settings"
    assert [
        finding.message
        for finding in structure.older_template(ReadFile(path="a.xlsx", settings={"year": "2024"}), default())
    ] == ["这份工作簿里的隐藏信息不全，认不出是哪一版模板。"]


@pytest.mark.parametrize(
    "one, other, older",
    [("1", "2", True), ("1.0", "1.1", True), ("2", "10", True), ("2", "2", False), ("3", "2", False)],
)
def test_versions_are_compared_by_number(one: str, other: str, older: bool) -> None:
    assert (structure._number(one) < structure._number(other)) is older


FILLED = {
    "project": "示例项目",
    "department": "示例局",
    "unit": "示例局",
    "funding": [{"source": "当年财政拨款", "initial_budget": "100", "annual_budget": "90", "executed": "81"}],
    "indicators": [
        {
            "level1": "产出指标",
            "level2": "数量指标",
            "name": "培训场次",
            "target": "≥10场",
            "actual": "12场",
            "points": "90",
            "score": "90",
        }
    ],
}


def ours(folder, layout: str = "mof-2020", typed: dict[str, object] | None = None, **more) -> ReadFile:
    """A workbook of ours, as a person saved it after typing into some of its cells."""
    with replacing():
        templates.fill_in(layout, folder / "a.xlsx", projects=[FILLED | more], cover={}, year=2024)
    book = openpyxl.load_workbook(folder / "a.xlsx")
    if typed:
        for cell, value in typed.items():
            book["项目01"][cell] = value
        book.save(folder / "a.xlsx")
    return read_file(folder / "a.xlsx")


def told(file: ReadFile, rule_id: str, *others: ReadFile) -> list[str | None]:
    files = [file, *others]
    return [finding.cell for finding in check(gather(files), default(), files) if finding.rule == rule_id]


@pytest.mark.parametrize(
    "layout",
    [
        pytest.param(one, marks=pytest.mark.soak) if one == "transfer" else pytest.param(one)
        for one in layouts.ids()
    ],
)
def test_a_workbook_of_ours_holds_the_formulas_of_its_template(layout: str, tmp_path) -> None:
    templates.write(layout, tmp_path / "blank.xlsx", 2024)
    for file in (ours(tmp_path, layout), read_file(tmp_path / "blank.xlsx")):
        assert told(file, "T06") == told(file, "T09") == []


def test_numbers_typed_over_formulas_are_one_finding(tmp_path) -> None:
    file = ours(tmp_path)
    total = file.forms[0].total_funding
    where = total.cells["annual_budget"], total.cells["execution_rate"]
    assert told(ours(tmp_path, typed=dict(zip(where, (90, "90.00%"), strict=True))), "T06") == [
        ",".join(where)
    ]
    wrong = ours(tmp_path, typed={where[0]: 80})
    assert (told(wrong, "T06"), len(told(wrong, "F01"))) == (
        [],
        1,
    )  # typed over and wrong: the wrong number is told


def test_a_number_in_another_places_form_is_no_formula_typed_over(tmp_path) -> None:
    file = ours(tmp_path)
    assert [form.overtyped for form in replace(file, settings={}).forms] == [()]
    rate = file.forms[0].total_funding.cells["execution_rate"]
    book = openpyxl.load_workbook(file.path)
    del book["_selfeval"]
    book["项目01"][rate] = "90.00%"
    book.save(tmp_path / "b.xlsx")
    assert told(read_file(tmp_path / "b.xlsx"), "T06") == []


def test_a_blank_signature_block_waits_for_paper_or_a_scan() -> None:
    blank = Form(
        kind=PROJECT,
        file="报送/a.xlsx",
        sheet="表",
        department="示例局",
        signature={"填表人": None, "负责人": None},
        cells={"负责人": "D20"},
    )
    partly = replace(blank, signature={"填表人": "张三", "负责人": None})
    scan = ReadFile(path="报送/盖章件.pdf", kind="pdf")
    mine = ReadFile(path="报送/a.xlsx", forms=(blank,), settings={"layout": "jilin-2024"})
    assert told(ReadFile(path="报送/a.xlsx", forms=(blank,)), "T09") == ["D20"] and told(mine, "T09") == []
    assert told(ReadFile(path="报送/a.xlsx", forms=(blank,)), "T09", scan) == []
    assert told(replace(mine, forms=(partly,)), "T09") == ["D20"]


@pytest.mark.parametrize(
    "year, issued, cells", [(2023, "2024", ["A1"]), (2024, "2024", []), (2023, "", []), (None, "2024", [])]
)
def test_the_year_is_the_one_that_the_workbook_was_issued_for(
    year: int | None, issued: str, cells: list[str]
) -> None:
    form = Form(kind=PROJECT, file="a.xlsx", sheet="表", department="示例局", year=year, cells={"year": "A1"})
    assert (
        told(ReadFile(path="a.xlsx", forms=(form,), settings={"layout": "mof-2020", "year": issued}), "N07")
        == cells
    )


def test_a_removed_hidden_sheet_and_a_changed_head_are_noted_and_the_form_is_read_all_the_same(
    tmp_path,
) -> None:
    templates.fill_in(
        "jilin-2024",
        tmp_path / "a.xlsx",
        projects=[
            {
                "project": "示例项目",
                "unit": "示例局",
                "indicators": [
                    {
                        "level1": "产出指标",
                        "level2": "数量指标",
                        "name": "培训场次",
                        "target": "≥10场",
                        "actual": "12场",
                    }
                ],
            }
        ],
        cover={},
    )
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    del book["_selfeval"]
    book.save(tmp_path / "b.xlsx")
    file = read_file(tmp_path / "b.xlsx")
    assert [row.actual for row in file.forms[0].indicators] == ["12场"]
    told = [finding for finding in check(gather([file]), default(), [file]) if finding.rule == "T03"]
    assert len(told) == 1 and "_selfeval" in told[0].message and told[0].severity is Severity.NOTE
    kept = read_file(tmp_path / "a.xlsx")
    assert not [finding for finding in check(gather([kept]), default(), [kept]) if finding.rule == "T03"]
    strange = replace(kept, forms=tuple(replace(form, layout=None) for form in kept.forms))
    assert [finding.sheet for finding in structure.older_template(strange, default())] == ["项目01"]
