"""The sheet 项目自评汇总表: one line a project, all formulas. It is stamped instead of the single forms."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import a1
from selfeval_xl.model.numbers import rounded
from selfeval_xl.templates.drawing import Drawing
from selfeval_xl.templates.self_check_formulas import fact_of, look_up

PROJECTS = 20  # lines of the sheet: 项目01 to 项目20
_WIDTHS = (6, 16, 28, 18, 13, 13, 13, 10, 9, 15, 13, 9, 14)
_COLUMNS = (
    ("序号", "label", None),
    ("项目编码", "shown", "项目编码"),
    ("项目名称", "shown", "项目名称"),
    ("实施单位", "shown", "实施单位"),
    ("年初预算数", "money", "年初预算数"),
    ("全年预算数", "money", "全年预算数"),
    ("全年执行数", "money", "全年执行数"),
    ("执行率", "percent", "执行率"),
    ("指标总数", "number", "指标总数"),
    ("未完成指标数", "counted", "未完成指标数"),
    ("自评得分", "counted", "自评得分"),
    ("自评等级", "number", "自评等级"),
    ("备注", "text", None),
)
_SUMMED = (4, 5, 6, 8)
_SIGNED = ("单位负责人：", "财务负责人：", "填表人：", "联系电话：", "填报日期：")


def sheet_name(number: int) -> str:
    """The name of a project's sheet: 项目01 for the first."""
    return f"项目{number:02}"


def draw_summary(projects: Sequence[Drawing], year: int | None, money_unit: str, pattern: Drawing) -> Drawing:
    """The drawing of the summary of the project sheets.

    pattern: a drawing of the same layout, for sheets that do not exist yet.
    """
    drawing = Drawing(_WIDTHS, "landscape")
    width = len(_WIDTHS)
    drawing.put(
        0, 0, "title", f"{year}年度项目支出绩效自评汇总表" if year else "项目支出绩效自评汇总表", span=width
    )
    drawing.put(1, 0, "plain", "部门（盖章）：", span=5, entry=True, key="signature")
    drawing.put(1, 5, "plain", f"金额单位：{money_unit}", span=width - 5)
    for column, (label, _, _) in enumerate(_COLUMNS):
        drawing.put(2, column, "head", label)
    first = 3
    lines = max(PROJECTS, len(projects))
    for number in range(1, lines + 1):
        project = projects[number - 1] if number <= len(projects) else None
        _project_line(drawing, first + number - 1, number, project, pattern)
    _total(drawing, first, first + lines - 1)
    drawing.bottom = first + lines
    _sign(drawing, drawing.bottom + 1)
    return drawing


def _project_line(drawing: Drawing, row: int, number: int, project: Drawing | None, pattern: Drawing) -> None:
    """Draws the line of a project's sheet. project: None where there is no such sheet yet."""
    sheet = sheet_name(number)
    exists = f"ISREF(INDIRECT(\"'{sheet}'!A1\"))"
    drawing.put(row, 0, "label", Formula(f'IF({exists},{number},"")', Decimal(number) if project else ""))
    for column, (_, look, fact) in enumerate(_COLUMNS):
        if fact:
            drawing.put(row, column, look, _figure(sheet, pattern, fact, project))
        elif column:
            drawing.put(row, column, look, entry=True, key="remark")


def _figure(sheet: str, pattern: Drawing, fact: str, project: Drawing | None) -> Formula:
    """A fact of a project; where it is not final, a sentence what is open (还有3格得分没填)."""
    known = look_up(sheet, pattern, fact, fact_of(project, fact))
    if fact == "未完成指标数":
        unclear = look_up(sheet, pattern, "待核定", fact_of(project, "待核定"))
        open_ones = f'"，另有"&{unclear.text}&"个待核定"'
        value = f"{known.value}，另有{unclear.value}个待核定" if unclear.value else known.value
        return Formula(f"IF(N({unclear.text})=0,{known.text},{known.text}&{open_ones})", value)
    if fact == "自评得分":
        blanks = [
            look_up(sheet, pattern, name, fact_of(project, name)) for name in ("未填完成值", "得分没填")
        ]
        count = "+".join(f"N({blank.text})" for blank in blanks)
        number = sum((blank.value for blank in blanks if isinstance(blank.value, Decimal)), Decimal(0))
        value = known.value if known.value != "" or not number else f"还有{number}格得分没填"
        text = f'IF({count}=0,"","还有"&({count})&"格得分没填")'
        return Formula(f'IF({known.text}="",{text},{known.text})', value)
    return known


def _unmet(drawing: Drawing, first: int, last: int, column: int) -> Formula:
    """The sum of the numbers before 另有n个待核定, and whether there are such."""
    area = f"{a1(first, column)}:{a1(last, column)}"
    number = f'SUMPRODUCT(--(0&LEFT({area},FIND("，",{area}&"，")-1)))'
    text = f'IF(COUNTIF({area},"*待核定")=0,{number},{number}&"，另有待核定")'
    values = [
        str(cell.value.value)
        for cell in drawing.cells
        if cell.area.left == column and first <= cell.area.top <= last and isinstance(cell.value, Formula)
    ]
    total = sum(Decimal("0" + value.partition("，")[0]) for value in values)
    known: Decimal | str = (
        f"{total}，另有待核定" if any("，" in value for value in values) else Decimal(total)
    )
    return Formula(f'IF(SUMPRODUCT(--(LEN({area})>0))=0,"",{text})', known if any(values) else "")


def _total(drawing: Drawing, first: int, last: int) -> None:
    row = last + 1
    drawing.put(row, 0, "label", "合计", span=4)
    for column, (_, look, _) in enumerate(_COLUMNS):
        if _COLUMNS[column][0] == "未完成指标数":
            drawing.put(row, column, look, _unmet(drawing, first, last, column))
        elif column in _SUMMED:
            area = f"{a1(first, column)}:{a1(last, column)}"
            drawing.put(
                row,
                column,
                look,
                Formula(f'IF(COUNT({area})=0,"",ROUND(SUM({area}),2))', _sum(drawing, first, last, column)),
            )
        elif column == 7:
            budget, spent = a1(row, 5), a1(row, 6)
            budgets, executed = (_sum(drawing, first, last, number) for number in (5, 6))
            rate: Decimal | str = ""
            if isinstance(budgets, Decimal) and isinstance(executed, Decimal) and budgets:
                rate = rounded(executed / budgets, 4)
            drawing.put(
                row, column, look, Formula(f'IF(N({budget})=0,"",ROUND(N({spent})/{budget},4))', rate)
            )
        elif column > 3:
            drawing.put(row, column, "label")


def _sum(drawing: Drawing, first: int, last: int, column: int) -> Decimal | str:
    values = [
        cell.value.value
        for cell in drawing.cells
        if cell.area.left == column and first <= cell.area.top <= last and isinstance(cell.value, Formula)
    ]
    numbers = [value for value in values if isinstance(value, Decimal)]
    return rounded(sum(numbers, Decimal(0))) if numbers else ""


def _sign(drawing: Drawing, row: int) -> None:
    for label, column, span in zip(_SIGNED, (0, 3, 5, 7, 10), (3, 2, 2, 3, 3), strict=True):
        drawing.put(row, column, "plain", label, span=span, entry=True, key="signature")
