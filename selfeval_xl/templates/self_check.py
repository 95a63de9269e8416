"""The sheet 自查: per form what is still missing or wrong, by formulas alone, for desks where neither macros
nor Python run.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ..edits import Formula
from ..grid import a1
from ..sheets import SELF_CHECK
from .drawing import Drawing
from .facts import TROUBLES, fact_of, look_up
from .summary import PROJECTS, sheet_name

_WIDTHS = (22, 26, 11, 12, 10, 13, 13, 13, 12, 16)
_COLUMNS = (
    "工作表",
    "名称",
    "未填完成值",
    "未完成而无原因",
    "执行率",
    "执行数大于预算数",
    "合计不等于分项",
    "执行率低而无说明",
    "仍有“待补充”",
    "结论",
)
_HELP = (
    "照着下面逐张表改：数字是还要改的处数，点它就到那张表。全部是“可报送”就可以打印、盖章、报送。"
    "本页只查表面，不代替财政部门审核。"
    "新增的项目表要命名为“项目02”“项目03”……，本页和汇总表才找得到。"
)


def draw_self_check(
    whole: tuple[str, Drawing] | None, projects: Sequence[Drawing], pattern: Drawing | None
) -> Drawing:
    """whole: name and drawing of the department form. pattern: a drawing of the projects' layout, for sheets
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
            given = projects[number - 1] if number <= len(projects) else None
            _line(drawing, row, sheet_name(number), pattern, given)
            row += 1
    _conclusion(drawing, 4, row - 1)
    drawing.bottom = row - 1
    return drawing


def _line(
    drawing: Drawing, row: int, sheet: str, pattern: Drawing, given: Drawing | None, always: bool = False
) -> None:
    exists = f"ISREF(INDIRECT(\"'{sheet}'!A1\"))"
    link = f'HYPERLINK("#\'{sheet}\'!A1","{sheet}")'
    drawing.put(
        row, 0, "link", Formula(link if always else f'IF({exists},{link},"")', sheet if given else "")
    )
    name = fact_of(given, "项目名称")
    drawing.put(row, 1, "shown", look_up(sheet, pattern, "项目名称", name))
    counts = []
    for column, label in enumerate(_COLUMNS[2:-1], 2):
        if label == "执行率":
            drawing.put(row, column, "percent", look_up(sheet, pattern, "执行率", fact_of(given, "执行率")))
            continue
        fact = TROUBLES[len(counts)]
        value = fact_of(given, fact)
        found = look_up(sheet, pattern, fact, value)
        text = f'IF({found.text}="","",HYPERLINK("#\'{sheet}\'!A1",{found.text}))'
        drawing.put(row, column, "count", Formula(text, value))
        counts.append((a1(row, column), value))
    texts = "+".join(f"N({where})" for where, _ in counts)
    named = look_up(sheet, pattern, "指标总数", fact_of(given, "指标总数"))
    troubles = sum((value for _, value in counts if isinstance(value, Decimal)), Decimal(0))
    value = (
        ""
        if given is None
        else "还没有填"
        if not fact_of(given, "指标总数")
        else "可报送"
        if not troubles
        else f"还有{troubles}处"
    )
    bare = look_up(sheet, pattern, "没有公式的行", 0).text
    drawing.put(
        row,
        len(_COLUMNS) - 1,
        "label",
        Formula(
            f'IF({a1(row, 0)}="","",IF(N({named.text})=0,"还没有填",IF(N({bare})'
            f'>0,"还有"&{bare}&"行没有公式，请把上一行整行复制过来",'
            f'IF({texts}=0,"可报送","还有"&({texts})&"处"))))',
            value,
        ),
    )


def _conclusion(drawing: Drawing, first: int, last: int) -> None:
    """What holds for the whole workbook, above the lines."""
    column = len(_COLUMNS) - 1
    area = f"{a1(first, column)}:{a1(last, column)}"
    told = [
        cell.value.value
        for cell in drawing.cells
        if cell.area.left == column and first <= cell.area.top <= last and isinstance(cell.value, Formula)
    ]
    ready = sum(value == "可报送" for value in told)
    open_ones = sum(str(value).startswith("还") for value in told)
    text = (
        f'IF(COUNTIF({area},"还*")=0,IF(COUNTIF({area},"可报送")=0,"还没有填","结论：可报送")'
        f',"结论："&COUNTIF({area},"还*")&"张表还要填或改")'
    )
    value = f"结论：{open_ones}张表还要填或改" if open_ones else "结论：可报送" if ready else "还没有填"
    drawing.put(2, 0, "conclusion", Formula(text, value), span=len(_COLUMNS))


def conclusion_of(drawing: Drawing) -> Formula:
    """The conclusion of this drawing, for another sheet."""
    cell = next(cell for cell in drawing.cells if cell.look == "conclusion")
    said = str(cell.value.value).removeprefix("结论：")
    return Formula(f'SUBSTITUTE({SELF_CHECK}!{a1(cell.area.top, cell.area.left)},"结论：","")', said)
