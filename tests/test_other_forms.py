"""The other forms of the performance cycle are known as what they are; in the county they are 其他绩效表."""

from __future__ import annotations

import json

import docx
import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import OtherForm
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from support.command import selfeval
from support.season import rows_of

HEAD = [["项目名称", "农村饮水安全", None, "主管部门", "县水利局", None]]
FUNDS = [
    ["项目资金（万元）", None, "年初预算数", "全年预算数", None, None],
    [None, "年度资金总额", 12, 12, None, None],
]
DECLARED = [
    ["一级指标", "二级指标", "三级指标", "指标值", None, None],
    ["产出指标", "数量指标", "改造数量", "≥25处", None, None],
    ["满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", None, None],
]
MONITORED = [
    "一级指标 二级指标 三级指标 年度指标值 1-7月执行情况 全年预计完成情况 偏差原因 完成目标可能性".split(),
    ["产出指标", "数量指标", "改造数量", "≥25处", "20处", "25处", None, "确定能"],
    ["满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", "92%", "92%", None, "确定能"],
]  # fmt: skip
SYSTEM = [
    ["一级指标", "二级指标", "三级指标", "指标解释", "评价标准", "分值"],
    ["决策", "项目立项", "立项依据充分性", "是否符合法律法规", "符合得满分", 5],
    ["过程", "资金管理", "资金到位率", "实际到位资金/计划", "按比例得分", 5],
]
FORMS = {
    "项目支出绩效目标申报表|（2025年度）": ("declaration", 2025, HEAD + FUNDS + DECLARED),
    "2024年县级部门预算项目绩效目标表": ("declaration", 2024, HEAD + FUNDS + DECLARED),
    "2024年项目支出绩效运行监控表": ("monitoring", 2024, HEAD + FUNDS + MONITORED),
    "项目绩效目标运行监控情况表|2024年1-7月": ("monitoring", 2024, HEAD + MONITORED),
    "项目支出绩效评价指标体系": ("system", None, SYSTEM),
    "2024年部门预算绩效目标批复表": ("approval", 2024, HEAD + DECLARED),
    "县级预算项目绩效目标（2025年）": ("declaration", 2025, HEAD + DECLARED),
    "附件3|专项资金绩效目标分解表|（2025年度）": ("declaration", 2025, HEAD + DECLARED),
    "2024年中央部门预算项目绩效目标调整表": ("declaration", 2024, HEAD + DECLARED),
    "财政支出绩效跟踪表|2024年上半年": ("monitoring", 2024, HEAD + MONITORED),
    "关于批复2025年部门预算绩效目标的通知附表": ("approval", 2025, HEAD + DECLARED),
}


def workbook(path, title: str, rows) -> None:
    book = openpyxl.Workbook()
    for line in title.split("|"):
        book.active.append([line])
    for row in rows:
        book.active.append(row)
    book.save(path)


def word(path, title: str, rows) -> None:
    document = docx.Document()
    for line in title.split("|"):
        document.add_paragraph(line)
    table = document.add_table(len(rows), max(map(len, rows)))
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            table.cell(line, column).text = "" if value is None else str(value)
    document.save(path)


@pytest.mark.parametrize("title", FORMS)
@pytest.mark.parametrize(("write", "ending"), [(workbook, "xlsx"), (word, "docx")])
def test_another_form_is_known_by_its_title(title, write, ending, tmp_path):
    kind, year, rows = FORMS[title]
    path = tmp_path / f"表.{ending}"
    write(path, title, rows)
    file = read_file(path)
    assert (file.forms, file.problems) == ((), ())
    (other,) = file.others
    project, department = ("农村饮水安全", "县水利局") if kind != "system" else (None, None)
    line = next(line for line in title.split("|") if "绩效" in line)
    assert other == OtherForm(kind, other.sheet, line, project, department, year)
    assert not list(check(gather([file]), files=[file]))


@pytest.mark.parametrize(
    "title",
    [
        "项目支出绩效目标自评表",
        "2024年度项目绩效目标完成情况表",
        "项目支出绩效目标实现程度表",
        "项目支出绩效自评表",
    ],
)
def test_a_self_evaluation_stays_one(title, tmp_path):
    rows = HEAD + [
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "得分"],
        ["产出指标", "数量指标", "改造数量", "≥25处", "26处", 10],
    ]
    workbook(tmp_path / "表.xlsx", title, rows)
    file = read_file(tmp_path / "表.xlsx")
    assert (len(file.forms), file.others) == (1, ())


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [
        ("项目绩效目标申报表", "declaration", HEAD + FUNDS + DECLARED),
        ("绩效运行监控表", "monitoring", HEAD + MONITORED),
        ("Sheet1", "monitoring", HEAD + MONITORED),
        ("绩效评价指标体系", "system", SYSTEM),
    ],
)
def test_a_sheet_without_a_title_is_known_by_its_name_or_its_heads(name, kind, rows, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "表.xlsx")
    file = read_file(tmp_path / "表.xlsx")
    assert ([other.kind for other in file.others], file.forms, file.problems) == ([kind], (), ())


def test_a_note_about_another_form_is_no_title(tmp_path):
    """A self-evaluation that cannot be read stays an error."""
    rows = [["请对照绩效运行监控情况填写，并核对绩效目标批复。"], ["项目名称", "养路"]]
    rows.append(["一级指标", "二级指标", "三级指标", "得分", "备注"])
    workbook(
        tmp_path / "表.xlsx", "项目支出绩效自评表", [*rows, ["产出指标", "数量指标", "里程", None, None]]
    )
    file = read_file(tmp_path / "表.xlsx")
    assert file.others == () and (file.forms or file.problems)


@pytest.mark.parametrize("title", ["2024年项目支出绩效目标表", "项目支出绩效目标申报表", "绩效目标批复表"])
@pytest.mark.parametrize("filled", [True, False])
def test_a_target_form_whose_results_were_filled_in_is_a_self_evaluation(title, filled, tmp_path):
    rows = HEAD + [
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "得分"],
        ["产出指标", "数量指标", "改造数量", "≥25处", "26处" if filled else None, None],
        ["满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", "92%" if filled else None, None],
    ]
    workbook(tmp_path / "表.xlsx", title, rows)
    file = read_file(tmp_path / "表.xlsx")
    assert (len(file.forms), len(file.others)) == ((1, 0) if filled else (0, 1))


def test_the_check_says_that_it_checked_nothing(tmp_path):
    title = "项目支出绩效评价指标体系"
    workbook(tmp_path / "体系.xlsx", title, FORMS[title][2])
    done = selfeval("check", tmp_path / "体系.xlsx")
    assert done.returncode == 0
    assert "绩效评价指标体系" in done.stdout and "没有校验" in done.stdout and "未发现" not in done.stdout


def test_a_monitoring_form_and_a_declaration_are_checked(tmp_path):
    """Money behind the threshold of July; what is only a declaration's is not asked of the other."""
    funds = [
        ["项目资金（万元）", None, "年初预算数", "1-7月执行数", "1-7月执行率", "全年预计执行数"],
        [None, "年度资金总额", 12, 3, "25%", 12],
    ]
    titles = ("2024年项目支出绩效运行监控表", "项目支出绩效目标申报表|（2025年度）")
    workbook(tmp_path / "监控.xlsx", titles[0], HEAD + funds + MONITORED)
    workbook(tmp_path / "申报.xlsx", titles[1], FORMS[titles[1]][2])
    done = selfeval("check", tmp_path / "监控.xlsx", tmp_path / "申报.xlsx", "--mark", tmp_path / "标注")
    assert "到7月底执行率25.00%，低于预警线40%" in done.stdout and "校验完成：2张表" in done.stdout
    assert "没有校验" not in done.stdout
    marked = openpyxl.load_workbook(tmp_path / "标注" / "监控_标注.xlsx")
    notes = [cell.comment.text for row in marked.worksheets[0].iter_rows() for cell in row if cell.comment]
    assert any("低于预警线40%" in note for note in notes) and "校验结果" in marked.sheetnames
    document = json.loads(selfeval("check", tmp_path / "监控.xlsx", "--json").stdout)
    assert {finding["form"] for finding in document["findings"]} == {"monitoring"}
    assert [file["forms"] for file in document["files"]] == [1]


def test_other_forms_have_their_own_line_in_the_balance(tmp_path):
    received = tmp_path / "收到"
    received.mkdir()
    for number, (title, (_, _, rows)) in enumerate(FORMS.items()):
        workbook(received / f"{number}.xlsx", title, rows)
    workbook(received / "自评.xlsx", "项目支出绩效自评表|（2024年度）", HEAD + [
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "得分"],
        ["产出指标", "数量指标", "改造数量", "≥25处", "26处", 10],
    ])  # fmt: skip
    (received / "说明.txt").write_text("请查收。", "utf-8")
    out = tmp_path / "全县.xlsx"
    for _ in range(2):  # the second time from the store
        consolidate(received, out)
        results = [row["处理结果"] for row in rows_of(out, "收件核对")]
        assert sorted(results) == ["其他绩效表"] * len(FORMS) + ["采用", "非自评材料"]
    reasons = {row["文件名"]: row["原因"] for row in rows_of(out, "收件核对")}
    assert "绩效运行监控表（2024年，农村饮水安全）" in reasons["2.xlsx"]
    front = openpyxl.load_workbook(out)["总览"]
    texts = [cell.value for row in front.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any("其他绩效表" in text and "收件核对" in text for text in texts) and "不符" not in texts
