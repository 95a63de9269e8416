"""The unit of money that a form prints: in the table, in lines above it, above a Word table; no places."""

from __future__ import annotations

import docx
import pytest

from selfeval_xl.model.grid import Grid
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.form_finder import forms_in

TITLE = "2024年度项目支出绩效自评表"
ASKED = "没有写金额单位"


def rows(funds: str = "项目资金", department: str = "县水利局", below: str = "") -> list[list[str]]:
    """A small form; its head of funds, its department and a row below the indicators."""
    return [
        ["项目名称", "渠道清淤", "", "主管部门", department, ""],
        [funds, "", "年初预算数", "全年预算数", "全年执行数", "执行率"],
        ["", "年度资金总额", "120000", "120000", "60000", "50%"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "得分"],
        ["产出指标", "数量指标", "清淤长度", "≥10公里", "10公里", "10"],
        ["", "时效指标", "完成时间", "6月前", "5月", "10"],
        [below, "", "", "", "", ""],
    ]


def unit_and_asked(lines: list[list[str]]) -> tuple[str, bool]:
    """The unit of the one form of a sheet, and whether the unit was asked for."""
    found = forms_in(Grid("表", lines), "a.xlsx")
    (form,) = found.forms
    return form.money_unit, any(ASKED in problem.text for problem in found.problems)


@pytest.mark.parametrize(
    ("above", "parts", "unit", "asked"),
    [
        ([TITLE], {"funds": "项目资金（元）"}, "元", False),
        ([TITLE], {"funds": "项目资金（单位：千元）"}, "千元", False),
        ([TITLE], {"below": "注：金额单位为元，保留两位小数。"}, "元", False),
        ([TITLE, "单位：元"], {}, "元", False),
        (["附件3", "金额单位：元", TITLE], {}, "元", False),
        (["单位：人民币元", "附件3", TITLE], {}, "元", False),
        ([f"{TITLE}（金额单位：元）"], {}, "元", False),
        ([TITLE, "单位：元"], {"funds": "项目资金（万元）"}, "万元", False),
        # a place called 元…, an amount in brackets, another currency
        ([TITLE, "填报单位：元江县水利局"], {}, "万元", True),
        ([f"{TITLE}（元谋县）"], {}, "万元", True),
        ([TITLE], {"department": "水利局（元氏县）"}, "万元", True),
        ([TITLE], {"department": "（含结转5元）"}, "万元", True),
        ([TITLE, "单位：美元"], {}, "万元", True),
        ([TITLE], {}, "万元", True),
    ],
)
def test_the_unit_that_a_sheet_prints(above, parts, unit, asked):
    assert unit_and_asked([[line] for line in above] + rows(**parts)) == (unit, asked)


@pytest.mark.parametrize(
    ("lines", "unit", "asked"),
    [
        ((f"{TITLE}（单位：元）",), "元", False),
        (("项目支出绩效自评表", "金额单位：元"), "元", False),
        (("单位:千元", "项目支出绩效自评表", "（2024年度）"), "千元", False),
        (("项目支出绩效自评表（万元）",), "万元", False),
        (("项目支出绩效自评表", "填报单位：元江县水利局"), "万元", True),
        (("本年安排资金80万元（其中中央50元）。", "项目支出绩效自评表"), "万元", True),
    ],
)
def test_the_unit_in_a_paragraph_above_a_word_table(lines, unit, asked, tmp_path):
    document = docx.Document()
    document.add_paragraph("金额单位：亿元")
    document.add_table(1, 1).cell(0, 0).text = "前一张表"
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(7, 6)
    for cells, texts in zip((row.cells for row in table.rows), rows(), strict=True):
        for cell, text in zip(cells, texts, strict=True):
            cell.text = text
    document.save(tmp_path / "a.docx")
    file = read_file(tmp_path / "a.docx")
    assert [form.money_unit for form in file.forms] == [unit]
    assert any(ASKED in problem.text for problem in file.problems) == asked
