"""Writes rosters from rows of texts by column label."""

from __future__ import annotations

import openpyxl

from selfeval_xl.files import replacing
from selfeval_xl.filings.roster_sheets import SHEETS, blank_roster

TARGETS = (
    ("产出指标", "数量指标", "维修校舍面积", "≥1200平方米", "20", "≥1000平方米", "980平方米"),
    ("产出指标", "时效指标", "完工时间", "11月底前", "30", "", ""),
    ("成本指标", "经济成本指标", "维修费用", "=30000元", "20", "", ""),
    ("满意度指标", "服务对象满意度指标", "师生满意度", "≥95%", "20", "", ""),
)


def write_roster(path, **sheets):
    """Writes a roster; returns its path. sheets: rows by label, 单位名册=[{"部门编码": "101", ...}]."""
    with replacing():
        blank_roster(path)
    book = openpyxl.load_workbook(path)
    for title, rows in sheets.items():
        labels = [label for _, label in SHEETS[title]]
        for number, row in enumerate(rows, 2):
            for label, value in row.items():
                cell = book[title].cell(number, labels.index(label) + 1)
                cell.value = value
                cell.data_type = "s" if isinstance(value, str) else cell.data_type  # =30000元 is text
    book.save(path)
    return path


def department(code, name, **more):
    """A row of 单位名册."""
    return {"部门编码": code, "部门名称": name, **more}


def project(code, department, name, **more):
    """A row of 项目."""
    return {"部门编码": department, "项目编码": code, "项目名称": name, **more}


def target(code, row):
    """A row of 绩效目标 from the columns behind the project's code."""
    return dict(
        zip(
            "项目编码 一级指标 二级指标 三级指标 年度指标值 分值 上年指标值 上年完成值".split(),
            (code, *row),
            strict=True,
        )
    )


def make_roster(path, **more):
    """A roster of two departments, one with a school below it; money in 元 and 万元; one project exempt, one
    not public. more: further rows of departments, projects and targets.
    """
    return write_roster(
        path,
        单位名册=[
            department(
                "101",
                "县教育局",
                联系人="王一",
                联系电话="0431-1111111",
                归口股室="教科文股",
                报送截止日期="2025-03-31",
            ),
            department("101002", "第一小学", 上级部门编码="101"),
            department("102", "县水利局", 表式="mof-2020"),
            *more.get("departments", ()),
        ],
        项目=[
            project("P1", "101", "校舍维修", 年初预算数=1490400, 全年预算数="1,327,123", 金额单位="元"),
            project("P2", "101002", "操场改造", 全年预算数="57.04"),
            project("P3", "101", "涉密项目", 是否公开="否", 不公开理由="涉密", 全年预算数=1),
            project("P4", "101", "工资性支出", 是否免评="是", 全年预算数=900),
            project("W1", "102", "灌区维修", 资金来源="当年财政拨款", 全年预算数=10),
            project("W1", "102", "灌区维修", 资金来源="上年结转", 全年预算数="2.5", 全年执行数="2.5"),
            *more.get("projects", ()),
        ],
        绩效目标=[target(code, row) for code in ("P1", "W1") for row in TARGETS]
        + list(more.get("targets", ())),
    )
