"""Workbooks for monitoring and for declarations: drawn from layouts, typed into, computed right."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter

from selfeval_xl import layouts, templates
from selfeval_xl.errors import LayoutError
from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, MONITORING, PROJECT, Outlook
from selfeval_xl.model.grid import a1
from selfeval_xl.model.quantity import money
from selfeval_xl.readers import read_file
from selfeval_xl.templates.frame import draw
from selfeval_xl.templates.stage_book import fill_in_stage
from selfeval_xl.templates.stage_signals import less_formulas, stage_signals
from support.stage_fillings import form_of

STAGE_LAYOUTS = [layout for stage in (MONITORING, DECLARATION) for layout in layouts.load_all(stage)]
NAMES = [f"{layout.id}.{layout.stage}.{layout.owner}" for layout in STAGE_LAYOUTS]
BOOKS = [(stage, layout_id) for stage in (MONITORING, DECLARATION) for layout_id in layouts.ids(stage)]


BLANK = {MONITORING: "项目01", DECLARATION: "项目02"}  # a blank sheet of the workbook below


def cell_of(drawing, key: str, number: int = 0) -> str:
    """The cell of a key by its number from the top."""
    cells = sorted((cell.area.top, cell.area.left) for cell in drawing.cells if cell.key == key)
    return a1(*cells[number])


@pytest.mark.parametrize("layout", STAGE_LAYOUTS, ids=NAMES)
@pytest.mark.parametrize("live", [False, True])
def test_no_two_cells_overlap_and_the_frame_is_full(layout, live):
    for data in ({}, form_of(layout)):
        areas = [cell.area for cell in draw(layout, data, live=live).cells]
        taken = [
            (row, column)
            for area in areas
            for row in range(area.top, area.bottom + 1)
            for column in range(area.left, area.right + 1)
        ]
        assert len(taken) == len(set(taken))
        height, width = max(taken)[0] + 1, len(layout.widths)
        assert set(taken) == {(row, column) for row in range(height) for column in range(width)}


def test_the_ministrys_monitoring_form_is_printed_as_published():
    drawing = draw(layouts.load("mof-2019", MONITORING), form_of(layouts.load("mof-2019", MONITORING)), 2025)
    rows: dict[int, list[str]] = {}
    for cell in sorted(drawing.cells, key=lambda cell: (cell.area.top, cell.area.left)):
        if cell.look in ("title", "subtitle", "label", "head") and not cell.key:
            rows.setdefault(cell.area.top, []).append("".join(str(cell.value or "").split()))
    assert list(rows.values()) == [
        ["项目支出绩效目标执行监控表"],
        ["（2025年度）"],
        ["项目名称"],
        ["主管部门及代码", "实施单位"],
        ["项目资金（万元）", "", "年初预算数", "1-7月执行数", "1-7月执行率", "全年预计执行数"],
        ["年度资金总额"],
        ["其中：本年一般公共预算拨款"],
        ["其他资金"],
        ["年度总体目标"],
        [
            "绩效指标",
            *("一级指标", "二级指标", "三级指标", "年度指标值", "1-7月执行情况", "全年预计完成情况"),
            *("偏差原因分析", "完成目标可能性", "备注"),
        ],
        [
            *("经费保障", "制度保障", "人员保障", "硬件条件保障", "其他", "原因说明"),
            *("确定能", "有可能", "完全不可能"),
        ],
    ]


def test_the_ministrys_declaration_has_the_medium_term_at_the_left_and_the_year_at_the_right():
    layout = layouts.load("mof-2015", DECLARATION)
    grid = draw(layout, form_of(layout), 2025).grid("表")
    lines = [[str(value) for value in row if value is not None] for row in grid.rows]
    assert lines[4:] == [
        ["项目属性", "延续项目", "项目期", "2025年-2027年"],
        ["项目资金\n（万元）", "中期资金总额：", "300.0", "年度资金总额：", "120.25"],
        ["其中：财政拨款", "300.0", "其中：财政拨款", "100.25"],
        ["其他资金", "其他资金", "20.0"],
        ["总体目标", "中期目标", "年度目标"],
        ["三年养护公路360公里。", "养护公路120公里。"],
        ["绩\n效\n指\n标", "一级指标", *("二级指标", "三级指标", "指标值") * 2],
        ["产出指标", *("数量指标", "养护公路里程", "≥360公里"), *("数量指标", "养护公路里程", "≥120公里")],
        ["成本指标", "人均培训费用", "=30000元"],
        ["填表人：", "负责人：", "联系电话：", "填报日期："],
    ]


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """The blank monitoring workbook."""
    out = tmp_path_factory.mktemp("blank") / "monitoring.xlsx"
    templates.write("mof-2019", out, 2025, stage=MONITORING)
    return out


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A workbook of every layout of an earlier stage: filled in, with a blank form and one that is hidden."""
    folder = tmp_path_factory.mktemp("filled")
    books = {}
    for stage, layout_id in BOOKS:
        owners = {layout.owner: layout for layout in layouts.sheets_of(layout_id, stage)}
        books[stage, layout_id] = folder / f"{stage}-{layout_id}.xlsx"
        fill_in_stage(
            stage,
            layout_id,
            books[stage, layout_id],
            projects=[form_of(owners[PROJECT]), {}],
            department=form_of(owners[DEPARTMENT]) if DEPARTMENT in owners else None,
            year=2025,
            through="1-8月" if stage == MONITORING else "",
            ready=1,
        )
    return books


def test_they_are_valid_and_their_formulas_agree_with_libreoffice(
    filled, assert_valid_ooxml, assert_formulas_agree
):
    """Each has a blank form, and one that stands ready, besides those that are filled in."""
    for path in filled.values():
        assert_valid_ooxml(path)
        assert_formulas_agree(path)


def test_the_overview_of_a_filled_workbook_counts_and_sums(filled):
    """Budget 130.5, or 110.5 as adjusted, 50.25 executed; one of three indicators lacks something."""
    sheet = openpyxl.load_workbook(filled[MONITORING, "mof-2019"], data_only=True)["填报说明"]
    rows = [[cell.value or None for cell in row] for row in sheet.iter_rows()]
    head = next(number for number, row in enumerate(rows) if row[0] == "序号")
    assert rows[head][3:] == [
        *("指标个数", "没填全的指标", "预算数", "1-8月执行数", "1-8月执行率", "全年预计执行数")
    ]
    whole, first, second, spare = rows[head + 1 : head + 5]
    assert whole[1:] == [
        "部门整体支出绩效运行监控表",
        "201-示例县交通运输局",
        3,
        1,
        110.5,
        50.25,
        0.4548,
        110.5,
    ]
    assert first[1:] == ["项目01", "农村公路养护", 3, 1, 130.5, 50.25, 0.3851, 110.5]
    assert second[1:] == ["项目02"] + [None] * 7 and spare[1:] == ["项目03"] + [None] * 7
    declared = openpyxl.load_workbook(filled[DECLARATION, "mof-2015"], data_only=True)["填报说明"]
    lines = [[cell.value or None for cell in row] for row in declared.iter_rows() if row[1].value]
    assert [line[3:7] for line in lines if line[1] == "项目01"] == [[2, None, 120.25, 300]]
    assert [line[3:7] for line in lines if str(line[1]).startswith("部门")] == [[2, None, 135.5, None]]


@pytest.fixture(scope="module")
def opened(blank, filled):
    """A workbook of every layout, opened: the blank one for monitoring."""
    return {key: openpyxl.load_workbook(path) for key, path in (filled | {BOOKS[0]: blank}).items()}


def test_each_workbook_names_its_stage_layout_and_version(opened):
    for (stage, layout_id), book in opened.items():
        assert book["_selfeval"].sheet_state == "veryHidden"
        rows = {row[0].value: row[1].value for row in book["_selfeval"].iter_rows()}
        ready = rows.pop("ready").split("、")
        assert rows == {"stage": stage, "layout": layout_id, "version": "1", "year": "2025"}
        last = 20 if stage == MONITORING else 3
        assert ready == [f"项目{number:02}" for number in range(2 if stage == MONITORING else 3, last + 1)]
        assert all(book[name].sheet_state == "hidden" for name in ready)


def test_forms_are_one_page_wide_and_the_ministrys_lie_across(opened):
    for (stage, layout_id), book in opened.items():
        for sheet in book:
            if sheet.sheet_state == "visible":
                page = sheet.page_setup
                assert (page.paperSize, page.fitToHeight) == (
                    9,
                    0,
                ) and sheet.sheet_properties.pageSetUpPr.fitToPage
                across = layout_id != "transfer" or sheet.title == "填报说明"
                assert (page.orientation == "landscape") == across, (stage, sheet.title)


def test_what_may_begin_with_a_sign_has_the_text_format(opened):
    """=30000元 stays a text."""
    for layout in STAGE_LAYOUTS:
        if layout.owner == PROJECT:
            sheet = opened[layout.stage, layout.id][BLANK[layout.stage]]
            drawing = draw(layout, live=True)
            keys = {"target", "actual", "forecast", "medium_target", "name", "medium.name", "note", "project"}
            cells = [cell for cell in drawing.cells if cell.key in keys and cell.look != "money"]
            assert len(cells) > 80
            for cell in cells:
                assert sheet[a1(cell.area.top, cell.area.left)].number_format == "@", cell.key


def validations(sheet) -> dict[str, str]:
    """The lists of a sheet by each cell that begins a range."""
    found = sheet.data_validations.dataValidation
    return {
        part.coord.split(":")[0]: each.formula1
        for each in found
        if each.type == "list"
        for part in each.sqref.ranges
    }


def test_months_causes_and_outlooks_are_chosen_from_lists(opened):
    book = opened[MONITORING, "mof-2019"]
    drawing = draw(layouts.load("mof-2019", MONITORING), live=True)
    lists = validations(book["项目01"])
    for key in ("cause.经费保障", "cause.其他", "outlook.certain", "outlook.impossible"):
        assert lists[cell_of(drawing, key)] == '"√"'
    whole = draw(layouts.load("mof-2019", MONITORING, of_department=True), live=True)
    lists = validations(book["部门整体支出绩效运行监控表"])
    assert lists[cell_of(whole, "outlook")] == '"确定能,有可能,完全不可能"'
    months = [source for source in validations(book["填报说明"]).values() if "月" in source]
    assert months == ['"1-4月,1-6月,1-7月,1-8月,1-9月,1-10月"']


TYPED = {
    MONITORING: {
        ("project", 0): "农村公路养护",
        ("initial_budget", 1): "120.5",
        ("executed", 1): "50.25",
        ("initial_budget", 2): "10",
        ("executed", 2): "0",
        ("forecast", 1): "118",
        ("target", 0): "≤30000元",
        ("name", 0): "人均培训费用",
        ("actual", 0): "0元",
        ("forecast", 3): "9月前",
        ("cause.经费保障", 0): "√",
        ("outlook.certain", 0): "√",
        ("note", 0): "资金未到位",
    },
    DECLARATION: {
        ("project", 0): "农村公路养护",
        ("medium_budget", 1): "300",
        ("annual_budget", 1): "100.25",
        ("annual_budget", 2): "20",
        ("medium.name", 0): "养护公路里程",
        ("medium_target", 0): "≥360公里",
        ("name", 0): "养护公路里程",
        ("target", 0): "≥120公里",
    },
}


@pytest.fixture(scope="module")
def typed(blank, filled, opened, libreoffice, tmp_path_factory):
    """A blank sheet of the Ministry's workbooks after a person has typed into it, and chosen 1-9月."""
    folder = tmp_path_factory.mktemp("typed")
    books = {}
    for (stage, layout_id), path in zip(BOOKS, (blank, filled[BOOKS[1]]), strict=False):
        drawing = draw(layouts.load(layout_id, stage), live=True)
        cells = [(BLANK[stage], cell_of(drawing, *place), text) for place, text in TYPED[stage].items()]
        if stage == MONITORING:
            sheet = opened[stage, layout_id]["填报说明"]
            row = next(row for row in sheet.iter_rows() if row[0].value == "监控月份")
            cells.append(("填报说明", row[1].coordinate, "1-9月"))
        books[stage] = libreoffice.type(path, cells, folder / f"{stage}.xlsx")
    return books


@pytest.fixture(scope="module")
def shown(typed):
    """The values in them."""
    return {stage: openpyxl.load_workbook(path, data_only=True) for stage, path in typed.items()}


def test_what_is_typed_stays_as_typed_and_the_sums_follow(shown):
    for stage, layout_id in ((MONITORING, "mof-2019"), (DECLARATION, "mof-2015")):
        sheet = shown[stage][BLANK[stage]]
        drawing = draw(layouts.load(layout_id, stage), live=True)
        for (key, number), text in TYPED[stage].items():
            value = sheet[cell_of(drawing, key, number)].value
            amounts = key.endswith("budget") or key == "executed" or (key, number) == ("forecast", 1)
            assert value == (float(text) if amounts else text), key
        totals = (
            {"initial_budget": 130.5, "executed": 50.25, "execution_rate": 0.3851, "forecast": 118}
            if stage == MONITORING
            else {"medium_budget": 300, "annual_budget": 120.25}
        )
        assert {key: sheet[cell_of(drawing, key)].value for key in totals} == totals


def test_all_heads_follow_the_months_that_were_chosen(shown):
    book = shown[MONITORING]
    for name in ("项目01", "项目02", "部门整体支出绩效运行监控表"):
        texts = {cell.value for row in book[name].iter_rows() for cell in row if isinstance(cell.value, str)}
        assert {"1-9月执行数", "1-9月执行率", "1-9月执行情况"} <= texts
        assert not any("1-7月" in text for text in texts)


def indicators_of(form) -> list[dict]:
    """The indicators that were read, in the words of the data they were filled in with."""
    return [
        {
            "level1": row.level1,
            "level2": row.level2,
            "name": row.name,
            "target": row.target,
            "medium_target": row.medium_target,
            "actual": row.actual,
            "forecast": row.forecast,
            "outlook": row.outlook and row.outlook.value,
            "causes": "、".join(row.causes) or None,
            "note": row.note,
            "other.remark": row.other.get("备注"),
        }
        for row in form.indicators
    ]


@pytest.mark.parametrize("stage, layout_id", BOOKS)
def test_what_was_filled_in_is_read_back_whole(filled, stage, layout_id):
    file = read_file(filled[stage, layout_id])
    found = layouts.sheets_of(layout_id, stage)
    assert file.problems == () and file.forms == () and file.unread == []
    assert len(file.stage_forms) == len(found) + 1  # with the blank one; what stands ready is none
    forms = {form.of_department: form for form in file.stage_forms if form.goal.expected}
    for layout in found:
        form, data = forms[layout.owner == DEPARTMENT], form_of(layout)
        printed = {cell.key for cell in draw(layout).cells}
        head = ("project", "unit", "period")
        assert [getattr(form, key) for key in head] == [data[key] if key in printed else None for key in head]
        assert (form.department_code, form.department) == ("201", "示例县交通运输局")
        assert (form.kind, form.year, form.money_unit) == (stage, 2025, "万元")
        assert form.through == ("1-8月" if stage == MONITORING else None)
        medium = "goal.medium" in printed
        assert form.goal.expected == data["goal"]["expected"]
        assert form.goal.medium == (data["goal"]["medium"] if medium else None)
        keys = {"medium_target", "other.remark"} & printed
        for read, typed_in in zip(indicators_of(form), data["indicators"], strict=True):
            unprinted = {"medium_target", "other.remark"} - keys
            assert read == dict.fromkeys(read) | {
                key: text for key, text in typed_in.items() if key not in unprinted
            }
        lines = {line.source: line for line in form.funding}
        for line in data.get("funding", ()):
            for key, amount in line.items():
                if key in printed and key != "source":
                    assert money(getattr(lines[line["source"]], key)) == Decimal(amount), key
        tasks = [(task.name, task.content, task.budget) for task in form.tasks]
        assert tasks == [(task["name"], task["content"], task["budget"]) for task in data.get("tasks", ())]


def test_what_a_person_typed_is_read(typed):
    form = next(form for form in read_file(typed[MONITORING]).stage_forms if form.project)
    assert (form.through, form.total_funding.execution_rate, form.total_funding.forecast) == (
        "1-9月",
        "38.51%",
        "118",
    )
    (row,) = form.indicators
    assert (row.name, row.target, row.actual, row.forecast) == ("人均培训费用", "≤30000元", "0元", "9月前")
    assert (row.outlook, row.causes, row.note) == (Outlook.CERTAIN, ("经费保障",), "资金未到位")
    declared = next(form for form in read_file(typed[DECLARATION]).stage_forms if form.sheet == "项目02")
    (row,) = declared.indicators
    assert (row.target, row.medium_target) == ("≥120公里", "≥360公里")
    assert (declared.total_funding.annual_budget, declared.total_funding.medium_budget) == ("120.25", "300")


@pytest.mark.parametrize("layout", STAGE_LAYOUTS, ids=NAMES)
def test_no_conditional_format_is_longer_than_excel_takes(layout):
    signals = list(stage_signals(draw(layout, live=True)))
    assert signals and all(len(signal.formula) <= 255 and "{" not in signal.formula for signal in signals)


PAIRS = [  # forecast, done, whether the forecast is less for certain
    ("25部", "30部", True),
    ("30部", "25部", False),
    ("30部", "30部", False),
    ("118公里", "60公里", False),
    ("59.5公里", "60公里", True),
    ("1处", "2处", True),
    ("15个", "105个", True),
    ("105个", "15个", False),
    ("20", "30", True),
    ("90%", "95%", False),  # a rate may well go down
    ("9月", "10月", False),
    ("2024年", "2025年", False),
    ("完成", "60公里", False),
    ("", "60公里", False),
    ("60公里", "", False),
    ("1万人", "3000人", False),
    ("2台", "3套", False),
    ("2024年9月", "2024年10月", False),
    ("3.5％", "4％", False),
]


def test_a_forecast_below_what_is_done_is_told_where_it_is_certain(libreoffice, tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("表")
    for row, (forecast, done, _) in enumerate(PAIRS):
        sheet.write_string(row, 0, forecast)
        sheet.write_string(row, 1, done)
        each = less_formulas(f"$A{row + 1}", f"$B{row + 1}")
        sheet.write_formula(row, 2, f"=IF(OR({','.join(each)}),1,0)")
    book.close()
    values = libreoffice.recalculate(tmp_path / "a.xlsx")
    told = [values["表", f"C{row + 1}"] for row in range(len(PAIRS))]
    assert [(*pair[:2], value == 1) for pair, value in zip(PAIRS, told, strict=True)] == PAIRS


@pytest.mark.parametrize(
    "stage, layout, told",
    [
        (MONITORING, "云南", "没有绩效运行监控的表式“云南”。它是绩效自评的表式"),
        (DECLARATION, "火星", "没有绩效目标申报的表式“火星”。绩效目标申报现有表式：财政部2015（mof-2015）"),
        ("self", "mof-2019", "没有表式“mof-2019”。它是绩效运行监控的表式"),
    ],
)
def test_a_layout_that_the_stage_does_not_have_is_said_plainly(tmp_path, stage, layout, told):
    with pytest.raises(LayoutError, match=told):
        templates.write(layout, tmp_path / "a.xlsx", stage=stage)
    assert not (tmp_path / "a.xlsx").exists()


def test_a_stage_is_named_in_either_language():
    assert [layouts.stage_of(name) for name in ("monitoring", "监控", "绩效目标申报", "Self", "自评")] == [
        *(MONITORING, MONITORING, DECLARATION),
        *("self", "self"),
    ]
    for name in ("x", "绩效", ""):
        with pytest.raises(LayoutError, match="--stage 可写 self（绩效自评）、monitoring（绩效运行监控）"):
            layouts.stage_of(name)
