"""The files of the season's county: its roster, the workbooks filled in as issued, and what else comes in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl

from selfeval_xl import templates
from selfeval_xl.model.edits import Edit
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import a1
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.issuing.contents import IssueOptions
from selfeval_xl.writers.xlsx.apply import apply
from support.rosters import department, project, target, write_roster
from support.season_scene import DUE, YEAR, Department, Project, Row


def write_season_roster(path: Path, departments: Iterable[Department], projects: Iterable[Project]) -> Path:
    """The roster: several sources are several rows, units stand below their department, one is in 元."""
    units, listed, due, wanted = {}, [], [], []
    for each in departments:
        more = {"归口股室": each.section, "报送截止日期": DUE, "表式": each.layout, "联系人": "王一"}
        listed.append(department(each.code, each.name, 联系电话="0000-1111111", **more))
        for code, name in each.units:
            listed.append(department(code, name, 上级部门编码=each.code))
            units[name] = code
    for each in projects:
        if each.status == "名册外":
            continue
        for _, source, initial, annual, _ in each.money:
            row = {"资金来源": source, "年初预算数": initial, "全年预算数": annual or initial}
            if each.initial_only:  # typed in 元
                row |= {"年初预算数": float(initial) * 10000, "全年预算数": None, "金额单位": "元"}
            if each.status == "免评":
                row["是否免评"] = "是"
            if each.secret:
                row |= {"是否公开": "否", "不公开理由": "涉及工作秘密"}
            due.append(project(each.code, units.get(each.unit, each.department), each.name, **row))
        for line in each.rows:
            row = (line.level1, line.level2, line.name, line.target, line.points or "", "", "")
            wanted.append(target(each.code, row))
    return write_roster(path, 单位名册=listed, 项目=due, 绩效目标=wanted)


def issue_season(roster: Path, folder: Path, year: int = YEAR) -> dict[str, Path]:
    """Issues the workbooks; returns them by the department's code."""
    issued = issuing.issue(roster, folder, asked=IssueOptions(year=year, contact="王五"), jobs=1)
    return {contents.department.code: folder / contents.file for contents, _ in issued.departments}


def fill_in(issued: Path, out: Path, projects: Iterable[Project], whole: Iterable[Row], when: str) -> Path:
    """Fills in an issued workbook as its department does, and puts it where it arrives at this time."""
    by_name = {each.name: each for each in projects}
    edits: list[Edit] = []
    for form in read_file(issued).forms:
        if form.kind == "department":
            edits += _whole(form, issued, tuple(whole))
        elif form.project in by_name:
            edits += _project(form, by_name[form.project])
    out.parent.mkdir(parents=True, exist_ok=True)
    applied = apply(issued, edits, out)
    assert not applied.refused, applied.refused
    return arrives(out, when)


def _project(form: Form, project: Project) -> list[Edit]:
    values: dict[str, object] = {
        form.goal.cells["expected"]: f"{project.name}年底前完成。",
        form.goal.cells["actual"]: f"{project.name}已于11月完成验收并投入使用。",
    }
    lines = {line.source: line for line in form.funding}
    for kind, _, _, _, executed in project.money:
        if executed is not None and lines[kind].executed is None:
            values[lines[kind].cells["executed"]] = Decimal(executed)
    rows = {row.name: row for row in form.indicators}
    for row in project.rows:
        cells = rows[row.name].cells
        values[cells["actual"]] = row.actual
        if row.note:
            values[cells["note"]] = row.note
        if row.score:
            values[cells["score"]] = Decimal(row.score)
    kept = {cell: value for cell, value in values.items() if value is not None}
    return [Edit(form.sheet, cell, None, value) for cell, value in kept.items()]


def _whole(form: Form, issued: Path, rows: tuple[Row, ...]) -> list[Edit]:
    """The department's own form: its goals, and indicators on the printed rows of their level."""
    if not rows:
        return []
    (grid,) = [grid for grid in open_source(issued).grids if grid.name == form.sheet]
    table = [[grid.text(row, column).strip() for column in range(grid.width)] for row in range(grid.height)]
    head = next(number for number, texts in enumerate(table) if "三级指标" in texts)
    columns = {text: column for column, text in enumerate(table[head]) if text}
    values = {
        form.goal.cells["expected"]: "全年任务年底前完成。",
        form.goal.cells["actual"]: "全年任务均已按时完成。",
    }
    for row in rows:
        at = next(n for n in range(head + 1, len(table)) if row.level2 in table[n])
        for label, text in (("三级指标", row.name), ("目标值", row.target), ("完成值", row.actual)):
            values[a1(at, columns[label])] = text
    return [Edit(form.sheet, cell, None, value) for cell, value in values.items()]


def arrives(path: Path, when: str) -> Path:
    """Gives a received file its time."""
    stamp = datetime.fromisoformat(when).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def own_form(path: Path, project: Project, when: str) -> Path:
    """A form of the department's own making, in 元, with 年初预算数 only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    sheet = book.active
    (_, source, initial, _, executed), *_ = project.money
    money = (float(initial) * 10000, float(executed) * 10000)
    for line in (
        ("项目支出绩效自评表",),
        ("（2025年度）",),
        ("项目名称", project.name, "", "主管部门", "示例县文化和旅游局", ""),
        ("项目编码", project.code, "", "实施单位", project.unit, ""),
        ("项目资金（元）", "", "年初预算数", "全年执行数", "执行率", ""),
        ("", "年度资金总额", *money, money[1] / money[0], ""),
        ("", f"其中：{source}", *money, money[1] / money[0], ""),
        ("年度总体目标", "预期目标", "全年免费开放。", "实际完成情况", "全年开放320天，服务群众21000人次。"),
        ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "偏差原因分析及改进措施"),
        *((row.level1, row.level2, row.name, row.target, row.actual, row.note) for row in project.rows),
    ):
        sheet.append([value if value != "" else None for value in line])
    for number in (6, 7):
        sheet.cell(number, 5).number_format = "0.00%"
    book.save(path)
    return arrives(path, when)


def another_project(path: Path, project: Project, settings: Mapping[str, str], when: str) -> Path:
    """A workbook with one project that the roster does not have."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = ("source", "initial_budget", "annual_budget", "executed")
    data = {
        "project": project.name,
        "unit": project.unit,
        "year": YEAR,
        "goal": {"expected": "年底前亮灯。", "actual": "72盏路灯已全部亮灯。"},
        "funding": [dict(zip(keys, fund[1:], strict=True)) for fund in project.money],
        "indicators": [
            {
                "level1": row.level1,
                "level2": row.level2,
                "name": row.name,
                "target": row.target,
                "actual": row.actual,
            }
            for row in project.rows
        ],
    }
    templates.fill_in("jilin-2024", path, projects=[data], year=YEAR, settings=dict(settings))
    return arrives(path, when)


def report(path: Path, name: str, text: str, when: str) -> Path:
    """A self-evaluation report as a Word file."""
    document = docx.Document()
    document.add_heading(f"{name}{YEAR}年度部门整体支出绩效自评报告", 1)
    for head, body in (
        ("一、部门概况", "本部门有内设机构4个。"),
        ("二、部门绩效情况", text),
        ("三、部分指标情况说明", "未完成的指标已在表中说明原因。"),
        ("四、存在的问题和建议", "项目前期工作不够细，下年提前准备。"),
        ("五、其他需说明的问题", "无。"),
    ):
        document.add_heading(head, 2)
        document.add_paragraph(body)
    document.save(path)
    return arrives(path, when)
