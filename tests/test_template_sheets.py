"""The department workbook as staff use it: typed into, rows and sheets added, checked by its own formulas;
and old versions of it.
"""

from __future__ import annotations

import random
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.sheet_names import COVER, EVIDENCE, REPORT, SELF_CHECK, SUMMARY
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check

OLD = sorted((Path(__file__).parent / "old_templates").glob("[0-9]/*.xlsx"))
# the column of 自查, and the rule that it stands for
STANDS_FOR = {
    "未填完成值": "D01",
    "未完成而无原因": "D03",
    "执行数大于预算数": "F03",
    "合计不等于分项": "F01",
    "执行率低于参数而无说明": "F05",
    "仍有“待补充”": "D13",
}


def rows_of(path, sheet) -> list[list]:
    return [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows()
    ]


def project(number: int, **more) -> dict:
    names = ("维修水闸数量", "工程验收合格率", "按期完工率", "受益群众人数", "受益群众满意度")
    levels = (
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("产出指标", "时效指标"),
        ("效益指标", "社会效益指标"),
        ("满意度指标", "服务对象满意度指标"),
    )
    targets, actuals = ("≥12座", "≥95%", "≥90%", "≥3000人", "≥90%"), ("12座", "97%", "95%", "3200人", "93%")
    points = (20, 20, 10, 20, 20)  # 90 without the 10 of the execution rate
    indicators = [
        {"level1": one, "level2": two, "name": name, "target": target, "actual": actual, "points": most}
        for (one, two), name, target, actual, most in zip(
            levels, names, targets, actuals, points, strict=True
        )
    ]
    return {
        "project": f"水闸维修{number}",
        "department": "示例县水利局",
        "unit": "示例县水利站",
        "goal": {"expected": "维修水闸12座，保障灌溉。", "actual": "维修水闸12座。"},
        "funding": [
            {"source": "当年财政拨款", "initial_budget": "100", "annual_budget": "100", "executed": "98.50"}
        ],
        "indicators": indicators,
        **more,
    }


def test_the_sheets_stand_in_their_order(tmp_path):
    templates.write("mof-2020", tmp_path / "a.xlsx", 2024)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == [
        COVER,
        SUMMARY,
        "部门整体支出绩效自评表",
        *(f"项目{number:02}" for number in range(1, 21)),
        REPORT,
        SELF_CHECK,
        EVIDENCE,
        "指标库",
        "_selfeval",
    ]
    assert [book[name].sheet_state for name in ("指标库", "_selfeval")] == ["hidden", "veryHidden"]
    file = read_file(tmp_path / "a.xlsx")
    assert (len(file.forms), file.reports, file.problems) == (2, (), ())
    errors = [
        finding for finding in check(gather([file]), files=[file]) if finding.rule in ("T05", "T06", "T07")
    ]
    assert errors == []


def test_summary_and_self_check_follow_the_project_sheets(tmp_path, assert_formulas_agree):
    out = tmp_path / "a.xlsx"
    second = project(
        2,
        funding=[{"source": "当年财政拨款", "initial_budget": "50", "annual_budget": "40", "executed": "20"}],
    )
    second["indicators"][0]["actual"] = "9座"
    second["indicators"][4]["actual"] = None
    templates.fill_in(
        "mof-2020",
        out,
        projects=[project(1), second],
        department={"department": "示例县水利局"},
        year=2024,
        cover={},
    )
    assert_formulas_agree(out)
    lines = [row for row in rows_of(out, SUMMARY) if row[0] in (1, 2, "合计")]
    assert [row[2:10] for row in lines[:2]] == [
        ["水闸维修1", "示例县水利站", 100, 100, 98.5, 0.985, 5, 0],
        ["水闸维修2", "示例县水利站", 50, 40, 20, 0.5, 5, 1],
    ]
    assert [row[10:12] for row in lines[:2]] == [[99.85, "优"], ["还有1格得分没填", None]]
    assert lines[2][4:10] == [150, 140, 118.5, 0.8464, 10, 1]
    told = {row[0]: row[1:14] for row in rows_of(out, SELF_CHECK) if str(row[0]).startswith("项目")}
    assert told["项目01"][1:] == [0, 0, 0, 100, 0, 0, 0.985, 0, 0, 0, 0, "可报送"]
    assert told["项目02"][1:] == [1, 0, 0, 100, 0, 1, 0.5, 0, 0, 1, 0, "还有3处"]
    progress = next(cell for cell in rows_of(out, "项目02")[0] if isinstance(cell, str) and "格要填" in cell)
    assert progress == "还有1格要填"


def faulty(source: random.Random, number: int) -> tuple[dict, set[str]]:
    """A project with faults drawn at random, and the columns of 自查 that must tell them."""
    form, told = project(number), set()
    if source.random() < 0.3:
        form["indicators"][1]["actual"] = None
        told.add("未填完成值")
    if source.random() < 0.3:
        form["indicators"][0]["actual"] = f"{source.randrange(12)}座"
        told.add("未完成而无原因")
    if source.random() < 0.3:
        form["funding"][0]["executed"] = "103.20"
        told.add("执行数大于预算数")
    elif source.random() < 0.3:
        form["funding"][0]["executed"] = "61.00"
        told.add("执行率低于参数而无说明")
    if source.random() < 0.3:
        form["indicators"][3] |= {"actual": "100人", "note": "原因：【待补充】；改进措施：【待补充】"}
        told.add("仍有“待补充”")
    return form, told


@pytest.mark.slow
@pytest.mark.parametrize("layout_id", ["jilin-2024", "mof-2020", "mof-2021", "yunnan", "sichuan-0013zp"])
def test_self_check_agrees_with_the_rules(layout_id, tmp_path):
    source = random.Random(layout_id)
    made = [faulty(source, number) for number in range(1, 11)]
    out = tmp_path / "a.xlsx"
    if layout_id == "sichuan-0013zp":
        for form, _ in made:
            form["funding"][0]["source"] = "财政资金"
    templates.fill_in(
        layout_id,
        out,
        projects=[form for form, _ in made],
        department={"department": "示例县水利局"},
        year=2024,
        cover={},
    )
    head, *lines = [
        row for row in rows_of(out, SELF_CHECK) if row[0] == "工作表" or str(row[0]).startswith("项目")
    ]
    file = read_file(out)
    found: dict[str, set[str]] = {}
    for finding in check(gather([file]), files=[file]):
        found.setdefault(finding.sheet or "", set()).add(finding.rule)
    assert len(lines) == 10
    for row, (_, told) in zip(lines, made, strict=True):
        says = {column for column, value in zip(head, row, strict=True) if column in STANDS_FOR and value}
        assert says == told, row[0]
        rules = found.get(row[0], set())
        assert {column for column, rule in STANDS_FOR.items() if rule in rules} == told, row[0]


def test_lines_for_twenty_projects_are_shown_and_each_line_says_whose_form_it_is(tmp_path):
    """A hidden line would stay hidden when its project comes, and be missing on the page that is sealed."""
    templates.fill_in(
        "mof-2020",
        tmp_path / "a.xlsx",
        projects=[project(1)],
        department={"department": "示例县水利局"},
        year=2024,
        cover={},
    )
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [
        row
        for name in (SUMMARY, SELF_CHECK)
        for row, shape in book[name].row_dimensions.items()
        if shape.hidden
    ] == []
    whole, report, form = rows_of(tmp_path / "a.xlsx", SELF_CHECK)[4:7]
    assert (whole[1], report[0], form[1]) == ("示例县水利局", "自评报告", "水闸维修1")


def test_a_total_typed_over_is_told_by_the_self_check(tmp_path, libreoffice):
    templates.fill_in(
        "jilin-2024", tmp_path / "a.xlsx", projects=[project(1)], department={}, year=2024, cover={}
    )
    out = libreoffice.type(tmp_path / "a.xlsx", [("项目01", "F8", "95")], tmp_path / "b.xlsx")
    row = next(row for row in rows_of(out, SELF_CHECK) if row[0] == "项目01")
    assert row[10] == 1 and row[13].startswith("还有")


def test_rows_and_sheets_that_a_person_adds(tmp_path, libreoffice):
    """A row inserted in the table, one deleted, a copied sheet: the formulas follow and the reader reads all
    of it.
    """
    templates.fill_in(
        "mof-2020",
        tmp_path / "a.xlsx",
        projects=[project(1)],
        department={"department": "示例县水利局"},
        year=2024,
        cover={},
    )
    first = next(
        number
        for number, row in enumerate(rows_of(tmp_path / "a.xlsx", "项目01"), 1)
        if "维修水闸数量" in row
    )
    steps = [
        ("insert", "项目01", first + 1),
        ("paste", "项目01", f"B{first}:GZ{first}", f"B{first + 1}"),
        ("type", "项目01", f"D{first + 1}", "维修闸门数量"),
        ("type", "项目01", f"F{first + 1}", "3座"),
        ("delete", "项目01", first + 3),
        ("copy", "项目01", "项目02"),
        ("type", "项目02", "C3", "河道清淤"),
    ]
    name = next(
        cell
        for cell in openpyxl.load_workbook(tmp_path / "a.xlsx")["项目01"]["3"]
        if cell.value == "水闸维修1"
    )
    steps[-1] = ("type", "项目02", name.coordinate, "河道清淤")
    out = libreoffice.edit(tmp_path / "a.xlsx", steps, tmp_path / "b.xlsx")
    forms = [form for form in read_file(out).forms if form.kind == "project"]
    assert [form.project for form in forms] == ["水闸维修1", "河道清淤"]
    assert [row.name for row in forms[0].indicators] == [
        "维修水闸数量",
        "维修闸门数量",
        "工程验收合格率",
        "受益群众人数",
        "受益群众满意度",
    ]
    lines = {row[0]: row for row in rows_of(out, SELF_CHECK) if str(row[0]).startswith("项目")}
    assert (
        lines["项目01"][7] == 1
        and lines["项目02"][1] == "河道清淤"
        and lines["项目02"][13] == lines["项目01"][13]
    )
    assert [row[2] for row in rows_of(out, SUMMARY) if row[0] in (1, 2)] == ["水闸维修1", "河道清淤"]


def test_checks_tints_and_formulas_follow_rows_that_are_inserted_pasted_over_and_deleted(
    tmp_path, libreoffice
):
    """LibreOffice pastes nothing over merged cells such as those of the points, so over an old row only the
    columns before them are pasted.
    """
    templates.fill_in(
        "mof-2020",
        tmp_path / "a.xlsx",
        projects=[project(1)],
        department={"department": "示例县水利局"},
        year=2024,
        cover={},
    )
    first = next(
        number
        for number, row in enumerate(rows_of(tmp_path / "a.xlsx", "项目01"), 1)
        if "维修水闸数量" in row
    )
    steps = [
        ("insert", "项目01", first + 1),
        ("paste", "项目01", f"B{first}:GZ{first}", f"B{first + 1}"),
        ("paste", "项目01", f"B{first}:F{first}", f"B{first + 3}"),
        ("type", "项目01", f"G{first + 3}", "20"),
        ("type", "项目01", f"F{first + 3}", "3座"),
        ("type", "项目01", f"F{first + 1}", "40座"),
        ("delete", "项目01", first + 2),
    ]
    out = libreoffice.edit(tmp_path / "a.xlsx", steps, tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(out)["项目01"]
    last = first + 39

    def rows(areas, column: str) -> set[int]:
        return {
            row
            for area in areas
            for row in range(area.min_row, area.max_row + 1)
            if area.min_col <= openpyxl.utils.column_index_from_string(column) <= area.max_col
        }

    checked = [area for told in sheet.data_validations.dataValidation for area in told.sqref.ranges]
    tinted = [area for rules in sheet.conditional_formatting for area in rules.cells.ranges]
    for column in "BCDF":
        assert rows(checked, column) >= set(range(first, last + 1)), column
    for column in "BCFI":
        assert rows(tinted, column) >= set(range(first, last + 1)), column
    values = openpyxl.load_workbook(out, data_only=True)["项目01"]
    beside = {
        row: [values.cell(row, column).value for column in (12, 13, 14)] for row in range(first, first + 3)
    }
    assert beside == {
        first: [1, 0, "已完成"],
        first + 1: [3.3333, 2.3333, "超额完成"],
        first + 2: [0.25, -0.75, "未完成"],
    }
    told = next(row for row in rows_of(out, SELF_CHECK) if row[0] == "项目01")
    # 20 were pasted over 10: 10 too many
    assert (told[2], told[5], told[7], told[13]) == (0, 110, 1, "还有2处")


def test_a_row_without_the_formulas_is_told(tmp_path, libreoffice):
    templates.fill_in(
        "mof-2020", tmp_path / "a.xlsx", projects=[project(1)], department={}, year=2024, cover={}
    )
    first = next(
        number
        for number, row in enumerate(rows_of(tmp_path / "a.xlsx", "项目01"), 1)
        if "维修水闸数量" in row
    )
    steps = [
        ("insert", "项目01", first + 1),
        ("type", "项目01", f"D{first + 1}", "维修闸门数量"),
        ("type", "项目01", f"F{first + 1}", "3座"),
    ]
    out = libreoffice.edit(tmp_path / "a.xlsx", steps, tmp_path / "b.xlsx")
    assert next(row for row in rows_of(out, SELF_CHECK) if row[0] == "项目01")[13].startswith(
        "还有1行没有公式"
    )


# Numbers typed over the name of a source, and into the column 指标性质: no value has them, and that is said.
MISPLACED = {
    ("hunan", "department"): {f"{column}{row}" for column in "CF" for row in (5, 6, 7, 8)},
    ("yunnan", "project"): {"D14", "D15"},
}


@pytest.mark.parametrize("layout_id", layouts.ids())
def test_what_a_person_types_into_a_blank_template_is_read_back(layout_id, tmp_path, libreoffice):
    templates.write(layout_id, tmp_path / "a.xlsx", 2024)
    blank = read_file(tmp_path / "a.xlsx")
    typed: list[tuple[str, str, str]] = []
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    want = {}
    for form in blank.forms:
        sheet, at = book[form.sheet], {}
        head = form.frame.indicator_head[1]
        for key in ("project", "department", "unit"):
            if form.cells.get(key):
                typed.append((form.sheet, form.cells[key], f"示例{key}"))
        columns = {
            "name": ("三级指标", "指标名称"),
            "actual": ("实际完成值", "完成值", "全年完成值", "全年实际完成值"),
            "target": ("年度指标值", "目标值", "指标值", "年初指标值"),
        }
        for row in range(form.frame.indicator_head[0] + 1, head + 2):
            for cell in sheet[row]:
                text = str(cell.value or "").replace("\n", "").replace(" ", "")
                at |= {
                    key: cell.column_letter
                    for key, labels in columns.items()
                    if text in labels and key not in at
                }
        columns_of = {
            "note": (
                "偏差原因分析及改进措施",
                "未完成原因分析",
                "说明",
                "偏差原因分析及改进措施（未完成）",
                "未完成原因和改进措施",
            ),
            "score": ("得分", "自评得分", "指标得分"),
            "points": ("分值", "指标权重", "权重"),
        }
        for row in range(form.frame.indicator_head[0] + 1, head + 2):
            for cell in sheet[row]:
                at |= {
                    key: cell.column_letter
                    for key, labels in columns_of.items()
                    if str(cell.value or "").replace("\n", "") in labels and key not in at
                }
        for number in (2, 3):
            texts = {
                "name": f"受益户数{number}",
                "actual": f"1{number}",
                "target": f"1{number}",
                "note": f"原因{number}",
                "points": "20",
                "score": "19.5",
            }
            typed += [
                (form.sheet, f"{at[key]}{head + number}", text) for key, text in texts.items() if key in at
            ]
        single = {"goal.expected": "保障灌溉", "goal.actual": "灌溉有保障"}
        typed += [
            (form.sheet, form.goal.cells[key[5:]], text)
            for key, text in single.items()
            if form.goal.cells.get(key[5:])
        ]
        sources = [line for line in form.funding if not line.is_total] or list(form.funding)
        for number, line in enumerate(sources):
            typed += [
                (form.sheet, line.cells[key], str(10 * (number + 1) - less))
                for less, key in enumerate(("initial_budget", "annual_budget", "executed"))
                if line.cells.get(key)
            ]
        want[form.sheet] = (form.kind, [f"受益户数{number}" for number in (2, 3)], ["12", "13"])
    out = libreoffice.type(tmp_path / "a.xlsx", typed, tmp_path / "b.xlsx")
    read = {form.sheet: form for form in read_file(out).forms}
    for sheet, (kind, names, actuals) in want.items():
        form = read[sheet]
        assert (
            form.kind,
            [row.name for row in form.indicators],
            [row.actual for row in form.indicators],
            form.layout,
        ) == (kind, names, actuals, layout_id if form.layout == layout_id else form.layout)
        for key in ("project", "department", "unit"):
            if form.cells.get(key):
                assert getattr(form, key) == f"示例{key}"
        places = {(cell, text) for name, cell, text in typed if name == sheet}
        got = {
            (line.cells[key], getattr(line, key))
            for line in form.funding
            for key in ("initial_budget", "annual_budget", "executed")
            if line.cells.get(key)
        }
        got |= {
            (form.goal.cells[key], getattr(form.goal, key))
            for key in ("expected", "actual")
            if form.goal.cells.get(key)
        }
        got |= {
            (row.cells[key], getattr(row, key))
            for row in form.indicators
            for key in ("points", "score", "note")
            if row.cells.get(key)
        }
        asked = {cell for cell, _ in got}
        assert {(cell, text) for cell, text in places if cell in asked} == {
            (cell, text) for cell, text in got if (cell, text) in places
        }
        known = {form.cells.get(key) for key in ("project", "department", "unit")} | {
            cell
            for row in form.indicators
            for key in ("name", "target", "actual")
            for cell in row.cells.get(key, "").split(",")
        }
        said = {cell for each in form.account.unread if each.data for cell in each.names}
        assert {cell for cell, _ in places} - asked - known == MISPLACED.get((layout_id, form.kind), set())
        assert said == MISPLACED.get((layout_id, form.kind), set())


@pytest.mark.parametrize("path", OLD, ids=[f"{path.parent.name}-{path.stem}" for path in OLD])
def test_the_first_published_templates_still_read(path, libreoffice, tmp_path):
    file = read_file(
        libreoffice.convert(path, "xlsx", tmp_path)
    )  # as a spreadsheet program saves it, with all values
    assert (
        file.problems == ()
        and file.settings["version"] == path.parent.name
        and file.settings["layout"] == path.stem
    )
    assert sorted((form.kind, form.layout) for form in file.forms) == sorted(
        (layout.kind, layout.id) for layout in layouts.sheets_of(path.stem)
    )
    found = check(gather([file]), files=[file])
    assert [finding.severity.value for finding in found if finding.rule == "T03"] == ["note"]


def test_protected_sheets_let_formats_and_rows_be_changed(tmp_path):
    templates.fill_in("jilin-2024", tmp_path / "a.xlsx", projects=[{}], department={}, cover={}, protect=True)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["项目01"]
    assert sheet.protection.sheet and not sheet.protection.password
    assert [
        getattr(sheet.protection, name)
        for name in ("formatCells", "formatRows", "insertRows", "deleteRows", "objects")
    ] == [False, False, False, False, False]


def test_the_report_sheet_is_read_as_the_filings_report(tmp_path, libreoffice):
    templates.fill_in(
        "jilin-2024",
        tmp_path / "a.xlsx",
        projects=[project(1)],
        department={"department": "示例县水利局"},
        year=2024,
        cover={},
    )
    out = libreoffice.type(
        tmp_path / "a.xlsx",
        [(REPORT, "B3", "本局负责全县水利工作。"), (REPORT, "B9", "各项指标均已完成。")],
        tmp_path / "b.xlsx",
    )
    report = read_file(out).reports[0]
    assert report.year == 2024 and report.department == "示例县水利局"
    assert {section.title: section.text for section in report.sections if section.text} == {
        "（一）机构职能及组成": "本局负责全县水利工作。",
        "三、部分指标情况说明": "各项指标均已完成。",
    }
