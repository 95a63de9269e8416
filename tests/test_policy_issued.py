"""A county's policy in what it issues: formulas carry its thresholds, and say what `check --policy` says."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.assessment.policy import default
from selfeval_xl.readers import read_file
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.county_file_template import write_policy_template
from selfeval_xl.templates.frame import draw
from selfeval_xl.workflows import issuing
from support.command import selfeval
from support.rosters import department, project, target, write_roster

COUNTY = {
    "over_fulfilment": "20%",
    "execution_floor": "85%",
    "grades": "优95、良80、中60、差0",
    "over_deduction": "0.5",
    "score_caps": "90%：91、60%：70",
}
TARGETS = (
    ("产出指标", "数量指标", "维修水闸数量", "≥100座", "20分", "", ""),
    ("产出指标", "质量指标", "验收合格水闸", "≥95座", "30", "", ""),
    ("效益指标", "社会效益指标", "受益群众人数", "≥50人", "40", "", ""),
)


def county_file(path, values, since=None):
    """The Excel policy of a county with these values, in force since a day."""
    write_policy_template(default(), path)
    book = openpyxl.load_workbook(path)
    for row in book["参数"].iter_rows(min_row=2):
        if row[0].value in values:
            row[2].value, row[4].value = values[row[0].value], since
    book.save(path)
    return path


def roster(path):
    return write_roster(
        path,
        单位名册=[department("1", "示例县水利局", 表式="mof-2020")],
        项目=[project("a", "1", "水闸维修", 资金来源="当年财政拨款", 年初预算数=100, 全年预算数=100)],
        绩效目标=[target("a", row) for row in TARGETS],
    )


def issue(tmp_path, name, *options):
    """The workbook that `selfeval issue` writes with these options."""
    done = selfeval("issue", roster(tmp_path / "名册.xlsx"), "-o", tmp_path / name, *options)
    assert done.returncode == 0, done.stderr
    return next((tmp_path / name).glob("1_*.xlsx"))


def form_of(book):
    return next(form for form in read_file(book).forms if form.project == "水闸维修")


def filled(libreoffice, book, out):
    """The workbook after a person typed amounts and completed values."""
    form = form_of(book)
    line = next(line for line in form.funding if line.source == "当年财政拨款")
    by_name = {row.name: row.cells["actual"] for row in form.indicators}
    typed = {
        line.cells["executed"]: "86",
        by_name["维修水闸数量"]: "125座",  # 25% over
        by_name["验收合格水闸"]: "97座",
        by_name["受益群众人数"]: "42人",  # 84%
        form.goal.cells["actual"]: "维修水闸125座。",
    }
    libreoffice.type(book, [(form.sheet, cell, value) for cell, value in typed.items()], out)
    return out


def verdicts(libreoffice, book):
    """判定, total and grade of the form, and 执行率低于参数而无说明 on 自查, as LibreOffice computes them."""
    form, shown = form_of(book), libreoffice.recalculate(book)
    sheet = openpyxl.load_workbook(book)[form.sheet]
    head = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "判定")
    rows = {row.name: int(row.cells["name"].lstrip("ABCDEFG")) for row in form.indicators}
    found = {name: shown[form.sheet, f"{head.column_letter}{row}"] for name, row in rows.items()}
    checked = openpyxl.load_workbook(book)["自查"]
    column = next(cell.column_letter for cell in checked[4] if cell.value == "执行率低于参数而无说明")
    line = next(row for row in range(5, 30) if shown.get(("自查", f"A{row}")) == form.sheet)
    return (
        found,
        shown[form.sheet, form.cells["total_score"]],
        shown[form.sheet, form.cells["grade"]],
        shown["自查", f"{column}{line}"],
    )


def told(book, *options):
    """The rules that `check` finds broken on the project form, with the names of the indicators."""
    done = selfeval("check", book, "--json", *options)
    findings = json.loads(done.stdout)["findings"]
    return {
        (item["rule"], item["subject"]) for item in findings if item["rule"] in ("D06", "F05", "S04", "S05")
    } | {(item["rule"], "") for item in findings if item["rule"] in ("S07", "S09")}


@pytest.mark.office
def test_a_workbook_issued_with_the_countys_policy_judges_by_it(tmp_path, libreoffice):
    policy = county_file(tmp_path / "县参数.xlsx", COUNTY)
    out = filled(libreoffice, issue(tmp_path, "下发", "--policy", policy), tmp_path / "填好.xlsx")
    # 20×(1−0.5×(25%−20%))=19.5, 30, 40×84%=33.6, 10×86%=8.6: 91.7, but 91 at most below a rate of 90%
    assert verdicts(libreoffice, out) == (
        {"维修水闸数量": "超额完成", "验收合格水闸": "已完成", "受益群众人数": "未完成"},
        91,
        "良",
        0,
    )
    assert told(out, "--policy", policy) == {("D06", "维修水闸数量")}


@pytest.mark.office
def test_scores_by_bands_and_points_are_those_of_the_formulas(tmp_path, libreoffice):
    bands = {"over_bands": "20%：1、100%：5", "execution_score_bands": "95%：10、85%：6"}
    policy = county_file(tmp_path / "县参数.xlsx", bands | {"point_standards": "在职人员控制率：100%：0.5"})
    out = filled(libreoffice, issue(tmp_path, "下发", "--policy", policy), tmp_path / "填好.xlsx")
    # 20−1 for 25% over, 30, 40×84%=33.6, 6 for a rate of 86%
    assert verdicts(libreoffice, out)[1:3] == (88.6, "良")
    assert not {rule for rule, _ in told(out, "--policy", policy)} & {"S04", "S05", "S07", "S09"}


@pytest.mark.office
def test_a_workbook_issued_without_one_judges_by_the_default(tmp_path, libreoffice):
    out = filled(libreoffice, issue(tmp_path, "下发"), tmp_path / "填好.xlsx")
    # 20, 30, 33.6, 8.6
    assert verdicts(libreoffice, out) == (
        {"维修水闸数量": "已完成", "验收合格水闸": "已完成", "受益群众人数": "未完成"},
        92.2,
        "优",
        1,
    )
    assert {rule for rule, _ in told(out)} == {"F05"}


@pytest.mark.office
@pytest.mark.parametrize(
    "values",
    [
        COUNTY | {"score_at_most": "按超出比例"},
        {"over_bands": "20%：1、100%：5", "execution_score_bands": "95%：10、50%：6"},
        {
            "point_standards": "施工次数：100%：0.5、维修水闸数量：100%：0.2",
            "level_points": "产出：50、效益：40",
        },
    ],
)
def test_formulas_with_a_policy_have_the_values_that_they_compute(tmp_path, assert_formulas_agree, values):
    policy = load(county_file(tmp_path / "县参数.xlsx", values))
    keys, actuals = ("level1", "level2", "name", "target", "points"), ("125座", "97座", "42人")
    rows = [dict(zip(keys, row)) | {"actual": actual} for row, actual in zip(TARGETS, actuals, strict=True)]
    rows.append(rows[0] | {"name": "施工次数", "target": "≤10次", "actual": "12次"})
    funding = [{"source": "当年财政拨款", "annual_budget": "100", "executed": "59"}]
    form = {"project": "水闸维修", "funding": funding, "indicators": rows}
    for layout in ("mof-2020", "yunnan", "sichuan-0013zp"):
        out = tmp_path / f"{layout}.xlsx"
        templates.fill_in(layout, out, projects=[form], department={}, year=2024, cover={}, policy=policy)
        assert_formulas_agree(out)


def test_the_hidden_sheet_names_the_values_that_are_not_the_default_ones(tmp_path):
    policy = county_file(tmp_path / "县参数.xlsx", COUNTY | {"bureau_phone": "0431-1"})
    book = issue(tmp_path, "下发", "--policy", policy)
    kept = {key: text for key, text in read_file(book).settings.items() if key.startswith("policy|")}
    assert kept == {
        "policy|over_fulfilment": "0.2",
        "policy|execution_floor": "0.85",
        "policy|over_deduction": "0.5",
        "policy|grades": "优95、良80、中60、差0",
        "policy|score_caps": "0.9：91、0.6：70",
    }
    assert not [key for key in read_file(issue(tmp_path, "再")).settings if key.startswith("policy")]


def test_a_file_is_untouched_under_the_same_policy_and_made_anew_under_another(tmp_path):
    path, other = roster(tmp_path / "名册.xlsx"), county_file(tmp_path / "乙.xlsx", {"grades": "优85、差0"})
    policy = county_file(tmp_path / "甲.xlsx", COUNTY)
    assert issuing.issue(path, tmp_path / "下发", policy=policy).count("已生成") == 1
    before = next((tmp_path / "下发").glob("1_*.xlsx")).read_bytes()
    assert issuing.issue(path, tmp_path / "下发", policy=load(policy)).count("没有变化") == 1
    assert next((tmp_path / "下发").glob("1_*.xlsx")).read_bytes() == before
    assert issuing.issue(path, tmp_path / "下发", policy=other).count("已生成") == 1
    assert next((tmp_path / "下发").glob("1_*.xlsx")).read_bytes() != before


def test_a_value_that_waits_for_its_day_is_not_issued_yet(tmp_path):
    for days, expected in ((1, {"0.30"}), (0, {"0.2"})):
        path = county_file(tmp_path / f"{days}.xlsx", COUNTY, date.today() + timedelta(days))
        out = tmp_path / f"空白{days}.xlsx"
        done = selfeval("template", "-o", out, "--layout", "mof-2020", "--policy", path)
        assert done.returncode == 0, done.stderr
        sheet = openpyxl.load_workbook(out)["项目01"]
        texts = "".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        assert set(re.findall(r',10\)>([\d.]+),"超额完成"', texts)) == expected


def test_the_tolerance_of_sums_is_the_countys(tmp_path):
    policy = load(county_file(tmp_path / "县参数.xlsx", {"funding_tolerance": "0.05"}))
    facts = {cell.key: cell.value for cell in draw(layouts.load("mof-2020"), live=True, policy=policy).beside}
    assert ">0.170+0.000001" in facts["合计不等于分项"].text  # rounding too


def test_a_grade_with_quotes_in_its_name_stays_a_text(tmp_path):
    policy = load(county_file(tmp_path / "县参数.xlsx", {"grades": '"好"90、差0'}))
    cells = {cell.key: cell.value for cell in draw(layouts.load("mof-2020"), policy=policy).cells}
    assert '>=90,"""好""","差")' in cells["grade"].text


@pytest.mark.parametrize("text", ["10分", "10 分", "１０分", "10.0"])
def test_points_in_words_are_read_as_numbers(text):
    row = {"level1": "产出指标", "name": "道路", "target": "≥4公里", "actual": "3公里", "points": text}
    drawing = draw(layouts.load("mof-2020"), {"indicators": [row]}, live=True)
    first = drawing.table[0]
    at = {cell.key: cell.value for cell in drawing.cells if cell.area.top == first}
    assert (at["points"], at["score"].value) == (10, 7.5)


@pytest.mark.parametrize("text", ["十分", "10分/项", "很多"])
def test_points_that_are_no_number_leave_the_score_blank(text):
    row = {"level1": "产出指标", "name": "道路", "target": "≥4公里", "actual": "3公里", "points": text}
    drawing = draw(layouts.load("mof-2020"), {"indicators": [row]}, live=True)
    assert (
        next(
            cell.value.value
            for cell in drawing.cells
            if cell.key == "score" and cell.area.top == drawing.table[0]
        )
        == ""
    )


def test_a_year_in_words_is_no_obstacle():
    (table,) = layouts.load("hunan", "department").attached
    titles = [cell.value for cell in templates.draw_attached(table, {"year": "2024年"}).cells]
    assert any("2023" in str(title) for title in titles)
