"""The sheet 自查: how much is missing or wrong on each form, by formulas alone.

It works on desks where neither macros nor Python run.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import SELF_CHECK, sheet_link
from selfeval_xl.templates.drawing import Drawing, plain
from selfeval_xl.templates.self_check_formulas import TROUBLES, fact_of, look_up
from selfeval_xl.templates.summary import PROJECTS, sheet_name

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
    "新增的项目表要命名为“项目02”“项目03”……，本页和汇总表才找得到。"
)


def draw_self_check(
    whole: tuple[str, Drawing] | None, projects: Sequence[Drawing], pattern: Drawing | None
) -> Drawing:
    """The drawing of the sheet, a line for each form.

    whole: name and drawing of the department form. pattern: a drawing of the projects' layout, for sheets
    that do not exist yet.
    """
    drawing = Drawing(_WIDTHS, "landscape")
    width = len(_WIDTHS)
    drawing.put(0, 0, "title", "自查", span=width)
    drawing.put(1, 0, "shown", _HELP, span=width)
    for column, label in enumerate(_COLUMNS):
        drawing.put(3, column, "head", label)
    row = 4
    if whole:
        _line(drawing, row, whole[0], whole[1], whole[1], always=True)
        row += 1
    if pattern:
        lines = max(PROJECTS, len(projects))
        for number in range(1, lines + 1):
            project = projects[number - 1] if number <= len(projects) else None
            _line(drawing, row, sheet_name(number), pattern, project)
            row += 1
    _conclusion(drawing, 4, row - 1)
    drawing.bottom = row - 1
    return drawing


def _line(
    drawing: Drawing, row: int, sheet: str, pattern: Drawing, form: Drawing | None, always: bool = False
) -> None:
    """Draws the line of a sheet. form: None where the sheet does not exist yet. always: the sheet exists."""
    exists = f"ISREF(INDIRECT(\"'{sheet}'!A1\"))"
    link = sheet_link(sheet, sheet)
    drawing.put(row, 0, "link", Formula(link if always else f'IF({exists},{link},"")', sheet if form else ""))
    for column, label in enumerate(_COLUMNS[1:-1], 1):
        fact, look = _SHOWN.get(label, (label, "count"))
        found = look_up(sheet, pattern, fact, fact_of(form, fact))
        if look == "count":
            found = Formula(f'IF({found.text}="","",{sheet_link(sheet, found)})', found.value)
        drawing.put(row, column, look, found)
    troubles = "+".join(
        "N("
        + (a1(row, _COLUMNS.index(fact)) if fact in _COLUMNS else look_up(sheet, pattern, fact, None).text)
        + ")"
        for fact in TROUBLES
    )
    drawing.put(
        row,
        len(_COLUMNS) - 1,
        "label",
        Formula(_state_formula(a1(row, 0), sheet, pattern, troubles), _state(form)),
    )


def _state_formula(named: str, sheet: str, pattern: Drawing, troubles: str) -> str:
    """The formula of 结论. named: the cell with the sheet's name; troubles: the sum of the line's counts."""
    indicators = look_up(sheet, pattern, "指标总数", None).text
    bare = look_up(sheet, pattern, "没有公式的行", None).text
    number = look_up(sheet, pattern, "没有公式的行号", None).text
    unclear = look_up(sheet, pattern, "待核定", None).text
    return (
        f'IF({named}="","",IF(N({indicators})=0,"还没有填",IF(N({bare})'
        f'>0,"还有"&{bare}&"行没有公式（第"&{number}&"行），请把上一行整行复制过来",'
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


def _conclusion(drawing: Drawing, first: int, last: int) -> None:
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
