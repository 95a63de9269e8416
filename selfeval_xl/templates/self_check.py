"""The sheet 自查: how much is missing or wrong on each form, by formulas alone.

It works on desks where neither macros nor Python run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import (
    COVER,
    SELF_CHECK,
    SETTINGS,
    SUMMARY,
    sheet_prefix,
    text_literal,
)
from selfeval_xl.templates.drawing import Drawing, plain
from selfeval_xl.templates.self_check_formulas import TROUBLES, fact_of, look_up, mark_cell
from selfeval_xl.templates.summary import BESIDE, beside, lines_of, sheet_name

_WIDTHS = (20, 24, 8, 8, 8, 8, 9, 10, 9, 10, 10, 12, 10, 22)
_COLUMNS = (
    "工作表",
    "名称",
    "未填完成值",
    "待核定",
    "得分没填",
    "分值合计",
    "金额不是数字",
    "未完成而无原因",
    "执行率",
    "执行数大于预算数",
    "合计不等于分项",
    "执行率低于参数而无说明",
    "仍有“待补充”",
    "结论",
)
# Facts that are shown as they are; the others are numbers of places, with a link.
_SHOWN = {"名称": ("项目名称", "shown"), "执行率": ("执行率", "percent"), "分值合计": ("分值合计", "number")}
_HELP = (
    "照着下面逐张表改：数字是还要改的处数，点它就到那张表。全部是“可报送”就可以打印、盖章、报送。"
    "本页只查表面，不代替财政部门审核。"
    "“待核定”是表上的公式看不懂的完成值，请自己核对，得分自己填。"
    "复制出来的项目表，要把它的表名写进“项目自评汇总表”右边的“工作表”一栏，本页和汇总表才找得到。"
)


def draw_self_check(
    whole: tuple[str, Drawing] | None, projects: Sequence[Drawing], ready: int, pattern: Drawing | None
) -> Drawing:
    """The drawing of the sheet, a line for each form.

    whole: name and drawing of the department form. ready: number of project sheets that are not in use yet.
    pattern: a drawing of the projects' layout.
    """
    drawing = Drawing(_WIDTHS, "landscape")
    width = len(_WIDTHS)
    drawing.put(0, 0, "title", "自查", span=width)
    drawing.put(1, 0, "shown", _HELP, span=width)
    for column, label in enumerate(_COLUMNS):
        drawing.put(3, column, "head", label)
    row = 4
    if whole:
        line = _Line(text_literal(sheet_prefix(whole[0])), text_literal(whole[0]), "TRUE", whole[1], whole[1])
        _draw_line(drawing, row, line, whole[0])
        row += 1
    lines = lines_of(len(projects) + ready) if pattern else 0
    for number in range(1, lines + 1):
        assert pattern is not None
        project = projects[number - 1] if number <= len(projects) else None
        name, prefix, used = (f"{SUMMARY}!{beside(number, what)}" for what in BESIDE[:3])
        _draw_line(drawing, row, _Line(prefix, name, f"{used}=1", pattern, project), sheet_name(number))
        row += 1
    _conclusion(drawing, 4, row - 1, lines, pattern)
    drawing.bottom = row - 1
    return drawing


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's sheet: formulas for the beginning of a reference, the name, and whether it is in use.

    form: None where it is not in use now.
    """

    prefix: str
    name: str
    used: str
    pattern: Drawing
    form: Drawing | None

    def find(self, fact: str) -> Formula:
        """A formula for one of its facts."""
        return look_up(self.prefix, self.pattern, fact, fact_of(self.form, fact))

    def link(self, shown: str) -> str:
        """A formula that shows something and jumps to the sheet."""
        return f'HYPERLINK("#"&{self.prefix}&"A1",{shown})'


def _draw_line(drawing: Drawing, row: int, line: _Line, sheet: str) -> None:
    """Draws the line of a sheet. sheet: its name now."""
    drawing.put(
        row, 0, "link", Formula(f'IF({line.used},{line.link(line.name)},"")', sheet if line.form else "")
    )
    for column, label in enumerate(_COLUMNS[1:-1], 1):
        fact, look = _SHOWN.get(label, (label, "count"))
        found = line.find(fact)
        shown = line.link(found.text) if look == "count" else found.text
        drawing.put(row, column, look, Formula(f'IF({line.used},{shown},"")', found.value))
    troubles = "+".join(
        "N(" + (a1(row, _COLUMNS.index(fact)) if fact in _COLUMNS else line.find(fact).text) + ")"
        for fact in TROUBLES
    )
    drawing.put(row, len(_COLUMNS) - 1, "label", Formula(_state_formula(line, troubles), _state(line.form)))


def _state_formula(line: _Line, troubles: str) -> str:
    """The formula of 结论. troubles: the sum of the line's counts."""
    indicators, bare, number, unclear = (
        line.find(fact).text for fact in ("指标总数", "没有公式的行", "没有公式的行号", "待核定")
    )
    return (
        f'IF(NOT({line.used}),"",IF(N({bare})>0,'
        f'"还有"&{bare}&"行没有公式（第"&{number}&"行），请把上一行整行复制过来",'
        f'IF(N({indicators})=0,"还没有填",'
        f'IF({troubles}>0,"还有"&({troubles})&"处",IF(N({unclear})=0,"可报送","另有"&{unclear}&"个待核定")))))'
    )


def _state(form: Drawing | None) -> str:
    """The value of 结论 at the time when the workbook is written."""
    if form is None:
        return ""
    if not fact_of(form, "指标总数"):
        return "还没有填"
    counts = [fact_of(form, fact) for fact in TROUBLES]
    troubles = sum((count for count in counts if isinstance(count, Decimal)), Decimal(0))
    unclear = fact_of(form, "待核定")
    return f"还有{troubles}处" if troubles else f"另有{unclear}个待核定" if unclear else "可报送"


def _unlisted(lines: int, pattern: Drawing) -> tuple[str, str]:
    """Formulas for the number of project forms in use that no line knows, and for the names of copies.

    All sheets have the mark of a form in use in the same cell, so one sum over the workbook counts them.
    """
    known = f"{SUMMARY}!{beside(1, '计数')}:{beside(lines, '计数')}"
    copies = "&".join(f"{SUMMARY}!{beside(number, '副本')}" for number in range(1, lines + 1))
    return f'SUM({COVER}:{SETTINGS}!{mark_cell(pattern)})-SUMIF({known},">0")', copies


def _conclusion(drawing: Drawing, first: int, last: int, lines: int, pattern: Drawing | None) -> None:
    """Draws the conclusion for the whole workbook above the lines."""
    column = len(_COLUMNS) - 1
    area = f"{a1(first, column)}:{a1(last, column)}"
    states = [
        cell.value.value
        for cell in drawing.cells
        if cell.area.left == column and first <= cell.area.top <= last and isinstance(cell.value, Formula)
    ]
    ready = sum(value == "可报送" for value in states)
    open_ones = sum(str(value).startswith("还") for value in states)
    unclear = sum(str(value).startswith("另有") for value in states)
    text = (
        f'IF(COUNTIF({area},"还*")>0,"结论："&COUNTIF({area},"还*")&"张表还要填或改"'
        f',IF(COUNTIF({area},"另有*")>0,"结论："&COUNTIF({area},"另有*")&"张表有待核定的，请自己核对"'
        f',IF(COUNTIF({area},"可报送")=0,"还没有填","结论：可报送")))'
    )
    if pattern:
        unlisted, copies = _unlisted(lines, pattern)
        text = (
            f'IF({unlisted}>0,"结论：有"&({unlisted})&"张项目表"&{copies}&"没有列入项目自评汇总表，请把表名写进'
            f'汇总表右边的“工作表”一栏",{text})'
        )
    value = (
        f"结论：{open_ones}张表还要填或改"
        if open_ones
        else f"结论：{unclear}张表有待核定的，请自己核对"
        if unclear
        else "结论：可报送"
        if ready
        else "还没有填"
    )
    drawing.put(2, 0, "conclusion", Formula(text, value), span=len(_COLUMNS))


def conclusion_of(drawing: Drawing) -> Formula:
    """A formula for another sheet that shows the conclusion of this drawing."""
    cell = next(cell for cell in drawing.cells if cell.look == "conclusion")
    text = str(plain(cell.value)).removeprefix("结论：")
    return Formula(f'SUBSTITUTE({SELF_CHECK}!{a1(cell.area.top, cell.area.left)},"结论：","")', text)
