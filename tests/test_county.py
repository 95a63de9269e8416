"""The county workbook: every figure leads back, nothing received is lost, officers' words survive."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.errors import OutputError, SelfevalError, UsageError
from selfeval_xl.workflows.demo.county import made_up
from support.counties import send

# The sheets and columns that other programs rely on, in order.
COLUMNS = {
    "部门汇总": "序号 归口股室 部门编码 部门名称 所属单位数 应评项目数 已评项目数 漏报项目数 整体自评表 "
    "自评报告 盖章件 年初预算数（万元） 全年预算数（万元） 全年执行数（万元） 执行率 "
    "未执行金额（万元） 预算调整率 指标总数 已完成 其中超额完成 未完成 "
    "其中完成值为0 待核定 未填 指标完成率 偏差未说明数 须修改数 须说明数 "
    "错误数 核实数 提示数 单位已说明数 项目自评平均分 优 "
    "良 中 差 整体自评得分 整体自评等级 校验建议 审核意见 审核人 审核日期 备注",
    "项目汇总": "序号 归口股室 部门编码 部门名称 项目编码 项目名称 主管部门 实施单位 项目类别 报送状态 "
    "年初预算数（万元） 全年预算数（万元） 全年执行数（万元） 执行率 填报执行率 "
    "未执行金额（万元） 预算调整率 按年初预算执行率 台账全年预算数（万元） "
    "台账支付数（万元） 指标总数 已完成 其中超额完成 未完成 其中完成值为0 待核定 未填 偏差未说明数 自评得分 "
    "自评等级 须修改数 须说明数 错误数 核实数 提示数 "
    "主要问题（最重三条） 校验建议 审核意见 审核人 审核日期 建议抽查 "
    "抽查理由 复核得分 复核等级 "
    "结果应用建议（程序） 结果应用建议 "
    "是否公开 不公开理由 与上年对比 表式 原表金额单位 文件 工作表 单元格 原表 备注",
    "资金明细": "序号 归口股室 部门编码 部门名称 项目编码 项目名称 表别 行类型 资金来源（原表） "
    "资金来源（归类） 年初预算数（万元） 全年预算数（万元） 全年执行数（万元） 执行率（计算） "
    "执行率（填报） 未执行金额（万元） 分值 得分 台账全年预算数（万元） "
    "台账支付数（万元） 与台账差额（万元） 原表金额单位 文件 工作表 单元格 原表",
    "指标明细": "序号 归口股室 部门编码 部门名称 项目编码 项目名称 表别 一级指标 二级指标 三级指标 "
    "年度指标值（原文） 指标性质 指标值 计量单位 实际完成值（原文） 完成数值 完成率 偏差率 "
    "判定 分值 自评得分 测算得分（仅评分表式） 得分差 "
    "偏差原因分析及改进措施 涉及规则 申报指标值 监控预计 监控结论 "
    "上年指标值 上年完成值 文件 工作表 单元格 原表",
    "偏差清单": "序号 归口股室 部门编码 部门名称 项目编码 项目名称 项目全年预算数（万元） 项目执行率 表别 "
    "一级指标 二级指标 三级指标 年度指标值 实际完成值 完成率 偏差率 偏差类型 "
    "偏差原因分析及改进措施（原文） 有无原因 有无改进措施 申报指标值 监控预计 监控结论 "
    "原因分类（自动，可改） 审核意见 备注 文件 工作表 单元格 原表",
    "审核问题": (
        "序号 归口股室 部门编码 部门名称 项目编码 项目名称 表别 级别 处理方式 规则编号 规则名称 "
        "对象 填报内容 应为或参考 问题说明 修改建议 单位说明 状态 审核意见 审核人 文件 工作表 "
        "单元格 定位"
    ),
    "补充意见": "归口股室 部门编码 部门名称 项目编码 项目名称 工作表 单元格 "
    "问题说明 修改建议 处理方式 意见人",
    "报送台账": "序号 归口股室 部门编码 部门名称 联系人 联系电话 报送截止日期 首次收到 最近收到 报送次数 "
    "是否逾期 逾期天数 应评项目数 已报项目数 漏报项目（名称） 整体自评表 自评报告 盖章件 "
    "采用文件 采用依据 错误数 核实数 当前状态 退回次数 "
    "退回次数更正 最近退回日期 本次是否退回 实际收到日期 催报次数 最近催报日期 财政指定采用文件 备注",
    "收件核对": (
        "序号 收件路径 所在压缩包 文件名 格式（按内容） 大小（KB） 文件保存时间 收件时间 文件指纹 "
        "识别部门编码 识别部门 识别依据 表数 采用表数 处理结果 原因 由哪个文件替代或与哪个重复 "
        "需要做什么 备注"
    ),
    "部门考核评分": "序号 归口股室 部门编码 部门名称 及时性满分 及时性扣分 及时性得分 "
    "完整性满分 完整性扣分 完整性得分 准确性满分 准确性扣分 准确性得分 "
    "复核偏差满分 复核偏差扣分 复核偏差得分 退回后修改满分 退回后修改扣分 退回后修改得分 "
    "参加考核的满分 考核得分 折合百分制得分 考核说明 是否确认 人工得分 说明 确认的得分",
    "部门考核扣分明细": "序号 归口股室 部门编码 部门名称 项目编码 项目名称 考核项目 扣分事由 扣分标准 "
    "扣分 日期 文件 工作表 单元格 原始记录",
}


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """Three departments, a copy of one, a damaged file, a scan, a note."""
    folder = tmp_path_factory.mktemp("county") / "收到"
    for department in made_up()[0][:3]:
        send(folder / department.name / f"{department.name}.xlsx", department)
    whole = folder / "示例县教育局" / "示例县教育局.xlsx"
    (folder / "微信").mkdir()
    shutil.copy(whole, folder / "微信" / "示例县教育局(1).xlsx")
    (folder / "微信" / "坏了.xlsx").write_bytes(whole.read_bytes()[:4000])
    (folder / "示例县水利局" / "盖章.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    (folder / "说明.txt").write_text("请查收", encoding="utf-8")
    (folder / "~$示例县教育局.xlsx").write_bytes(b"lock")
    return folder


@pytest.fixture(scope="module")
def county(received, tmp_path_factory):
    before = {
        path: hashlib.sha256(path.read_bytes()).hexdigest() for path in received.rglob("*") if path.is_file()
    }
    done = consolidate(received, tmp_path_factory.mktemp("out") / "全县.xlsx")
    assert before == {
        path: hashlib.sha256(path.read_bytes()).hexdigest() for path in received.rglob("*") if path.is_file()
    }
    return done


@pytest.fixture(scope="module")
def book(county):
    return openpyxl.load_workbook(county.out)


def table(book, name):
    """The rows of a sheet as dicts by column, down to the totals row."""
    heads = [cell.value for cell in book[name][1]]
    return [dict(zip(heads, row, strict=True)) for row in book[name].iter_rows(min_row=2, values_only=True)]


def test_the_sheets_have_their_columns_in_order(book):
    assert book.sheetnames == ["总览", *COLUMNS]
    for name, columns in COLUMNS.items():
        assert [cell.value for cell in book[name][1]] == columns.split(" "), name
        assert book[name].freeze_panes and book[name].auto_filter.ref, name


def test_what_was_received_is_what_is_listed_each_file_once(book, county):
    rows = [row for row in table(book, "收件核对") if isinstance(row["序号"], (int, float))]
    assert len(rows) == 7 == sum(county.files.values())
    results = {row["文件名"]: row["处理结果"] for row in rows}
    assert sorted((results.pop("示例县教育局.xlsx"), results.pop("示例县教育局(1).xlsx"))) == sorted(
        ("重复", "采用")
    )
    assert results == {
        "示例县水利局.xlsx": "采用",
        "示例县农业农村局.xlsx": "采用",
        "坏了.xlsx": "无法读取",
        "盖章.pdf": "附件",
        "说明.txt": "非自评材料",
    }
    assert all(row["原因"] for row in rows if row["处理结果"] != "采用")


def test_counts_are_the_forms(book, county):
    assert (county.departments, county.project_forms, county.department_forms) == (3, 15, 3)
    projects = [row for row in table(book, "项目汇总") if isinstance(row["序号"], (int, float))]
    assert len(projects) == 15 and {row["报送状态"] for row in projects} == {"已报"}
    first = next(row for row in projects if row["项目名称"] == "义务教育学校食堂改造")
    assert (first["部门编码"], first["指标总数"], first["未完成"], first["工作表"]) == ("101", 7, 1, "项目01")
    assert (
        len([row for row in table(book, "指标明细") if isinstance(row["序号"], (int, float))])
        == county.verdicts["indicators"] + 3 * 4
    )


def test_every_row_leads_back_to_its_cell(book):
    for name, column in (
        ("项目汇总", "原表"),
        ("资金明细", "原表"),
        ("指标明细", "原表"),
        ("偏差清单", "原表"),
        ("审核问题", "定位"),
    ):
        links = [
            row[column]
            for row in table(book, name)
            if isinstance(row["序号"], (int, float)) and (row["单元格"] or name != "审核问题")
        ]
        assert links and all(
            str(link).startswith("=HYPERLINK(") and ("#" in link or "坏了" in link) for link in links
        ), name
    row = next(row for row in table(book, "指标明细") if row["三级指标"] == "小型水库建设处数")
    assert "示例县水利局" in row["原表"] and row["单元格"] in row["原表"]


def test_targets_are_text(book):
    sheet = book["指标明细"]
    column = next(cell.column for cell in sheet[1] if cell.value == "年度指标值（原文）")
    kinds = {
        sheet.cell(row, column).data_type for row in range(2, sheet.max_row) if sheet.cell(row, column).value
    }
    assert kinds == {"s"}


def test_totals_follow_the_filter_and_rates_are_total_over_total(book):
    total = table(book, "项目汇总")[-1]
    assert (
        "SUBTOTAL(109" in total["全年预算数（万元）"]
        and "AVERAGE" not in str(total["执行率"])
        and "/" in total["执行率"]
    )
    assert all("SUMIFS(" in row["全年预算数（万元）"] for row in table(book, "部门汇总")[:-1])


def test_formulas_agree_with_libreoffice_and_the_validator_finds_nothing(
    county, assert_formulas_agree, assert_valid_ooxml
):
    assert_formulas_agree(county.out)
    assert_valid_ooxml(county.out)


def test_the_overview_is_one_page(county, libreoffice, tmp_path):
    only = openpyxl.load_workbook(county.out)
    setup = only["总览"].page_setup
    assert setup.orientation == "landscape" and setup.paperSize == 9
    assert only["总览"].sheet_properties.pageSetUpPr.fitToPage and (setup.fitToWidth, setup.fitToHeight) in (
        (None, None),
        (1, 1),
    )


def test_the_store_holds_the_same(county):
    with sqlite3.connect(county.store) as store:
        assert (
            store.execute("select count(*) from indicators").fetchone()[0]
            == county.verdicts["indicators"] + 12
        )
    assert len(county.projects) == 15 and county.projects["annual_budget"].sum() > 0


def test_officers_words_survive_a_new_run_and_are_never_lost(received, tmp_path):
    out = tmp_path / "全县.xlsx"
    consolidate(received, out)
    book = openpyxl.load_workbook(out)
    sheet = book["项目汇总"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(3, heads["审核意见"]).value = "同意"
    name = sheet.cell(3, heads["项目名称"]).value
    book["审核问题"].cell(
        2, next(cell.column for cell in book["审核问题"][1] if cell.value == "审核人")
    ).value = "王某"
    book.save(out)
    again = consolidate(received, out)
    rows = table(openpyxl.load_workbook(out), "项目汇总")
    assert (
        next(row for row in rows if row["项目名称"] == name)["审核意见"] == "同意"
        and again.carried == 2
        and again.lost == 0
    )
    less = tmp_path / "少了"
    shutil.copytree(received / "示例县水利局", less / "示例县水利局")
    fewer = consolidate(less, out)
    text = " ".join(
        str(cell.value)
        for row in openpyxl.load_workbook(out)["收件核对"].iter_rows()
        for cell in row
        if cell.value
    )
    assert fewer.lost >= 1 and "未能带回的手工意见" in text


def test_jobs_that_cannot_be_done_are_said_plainly(received, tmp_path):
    with pytest.raises(UsageError):
        consolidate(tmp_path / "没有", tmp_path / "a.xlsx")
    (tmp_path / "mine.xlsx").write_bytes(b"not a workbook of ours")
    with pytest.raises(SelfevalError):
        consolidate(received, tmp_path / "mine.xlsx")
    (tmp_path / "x").write_text("x")
    with pytest.raises((OutputError, UsageError)):
        consolidate(received, tmp_path / "x" / "a.xlsx")
