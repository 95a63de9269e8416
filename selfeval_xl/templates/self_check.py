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
    REPORT,
    SELF_CHECK,
    SETTINGS,
    SUMMARY,
    sheet_link,
    sheet_prefix,
    text_literal,
)
from selfeval_xl.templates.drawing import Drawing, plain
from selfeval_xl.templates.long_texts import told
from selfeval_xl.templates.report_sheet import NOT_HERE, WRITTEN, overlong_of, state_of
from selfeval_xl.templates.self_check_formulas import TROUBLES, fact_of, look_up, mark_cell
from selfeval_xl.templates.summary import BESIDE, beside, lines_of, sheet_name

_WIDTHS = (26, 22, 8, 8, 8, 8, 9, 10, 9, 10, 10, 12, 10, 18, 14)
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
    "打印前看",
)
_STATE = _COLUMNS.index("结论")
_STATE_OF_REPORT = "report"  # key of its cell
# Facts that are shown as they are; the others are numbers of places, with a link.
_SHOWN = {"名称": ("项目名称", "shown"), "执行率": ("执行率", "percent"), "分值合计": ("分值合计", "number")}
_HELP = (
    "照着下面逐张表改：数字是还要改的处数，点它就到那张表。全部是“可报送”就可以打印、盖章、报送。"
    "本页只查表面，不代替财政部门审核。"
    "“待核定”是表上的公式看不懂的完成值，请自己核对，得分自己填。"
    "复制出来的项目表，要把它的表名写进“项目自评汇总表”右边的“工作表”一栏，本页和汇总表才找得到。"
    "“打印前看”写着的行字多，印之前看一眼显示全了没有，没有的把那一行拉高。签字、盖章在打印出来的纸上。"
)
_BEFORE_THE_COVER = (
    f"结论：有工作表排在“{COVER}”前面，本页和汇总表看不到它；是项目表的，请把它拖到“{COVER}”后面"
)
_WITHOUT_REPORT = "结论：自评表可报送；自评报告没有写在这里，另用Word写的不用管"


def draw_self_check(
    whole: tuple[str, Drawing] | None,
    projects: Sequence[Drawing],
    ready: int,
    pattern: Drawing | None,
    report: Drawing | None = None,
) -> Drawing:
    """The drawing of the sheet, a line for each form and one for the report.

    whole: name and drawing of the department form. ready: number of project sheets that are not in use yet.
    pattern: a drawing of the projects' layout.
    """
    drawing = Drawing(_WIDTHS, "landscape")
    width = len(_WIDTHS)
    drawing.put(0, 0, "title", "自查", span=width)
    drawing.put(1, 0, "shown", _HELP, span=width)
    for column, label in enumerate(_COLUMNS):
        drawing.put(3, column, "head", label)
    drawing.head, drawing.frozen = (0, 3), 4
    row = 4
    if whole:
        line = _Line(text_literal(sheet_prefix(whole[0])), text_literal(whole[0]), "TRUE", whole[1], whole[1])
        _draw_line(drawing, row, line, whole[0])
        row += 1
    if report:
        _report_line(drawing, row, report)
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
    for column, label in enumerate(_COLUMNS[1:_STATE], 1):
        fact, look = _SHOWN.get(label, (label, "count"))
        found = line.find(fact)
        shown = line.link(found.text) if look == "count" else found.text
        drawing.put(row, column, look, Formula(f'IF({line.used},{shown},"")', found.value))
    troubles = "+".join(
        "N(" + (a1(row, _COLUMNS.index(fact)) if fact in _COLUMNS else line.find(fact).text) + ")"
        for fact in TROUBLES
    )
    drawing.put(row, _STATE, "label", Formula(_state_formula(line, troubles), _state(line.form)))
    long = told(line.find("字多的行"))
    drawing.put(row, _STATE + 1, "shown", Formula(f'IF({line.used},{long.text},"")', long.value))


def _report_line(drawing: Drawing, row: int, report: Drawing) -> None:
    """Draws the line of 自评报告, which only has 结论 and 打印前看."""
    drawing.put(row, 0, "link", Formula(sheet_link(REPORT, REPORT), REPORT))
    for column in range(1, _STATE):
        drawing.put(row, column, "shown")
    drawing.put(row, _STATE, "label", state_of(report), key=_STATE_OF_REPORT)
    drawing.put(row, _STATE + 1, "shown", overlong_of(report))


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

    All sheets have the mark of a form in use in the same cell, so one sum over the workbook counts them. It
    does not reach a sheet before 填报说明, but a copy that still has the name it was made with is found
    anywhere.
    """
    known = f"{SUMMARY}!{beside(1, '计数')}:{beside(lines, '计数')}"
    copies = "&".join(f"{SUMMARY}!{beside(number, '副本')}" for number in range(1, lines + 1))
    named = f'LEN({copies})-LEN(SUBSTITUTE({copies},"“",""))'
    return f'MAX(SUM({COVER}:{SETTINGS}!{mark_cell(pattern)})-SUMIF({known},">0"),{named})', copies


def _states(drawing: Drawing, first: int, last: int) -> list[str]:
    """The values of 结论 now."""
    return [
        str(cell.value.value)
        for cell in drawing.cells
        if cell.area.left == _STATE and first <= cell.area.top <= last and isinstance(cell.value, Formula)
    ]


def _of_forms(drawing: Drawing, first: int, last: int) -> Formula:
    """The conclusion over the forms and the report."""
    area = f"{a1(first, _STATE)}:{a1(last, _STATE)}"
    report = next((cell for cell in drawing.cells if cell.key == _STATE_OF_REPORT), None)
    done, value = '"结论：可报送"', "结论：可报送"
    if report:
        where, written = a1(report.area.top, report.area.left), str(plain(report.value))
        missing = f'IF({where}="{NOT_HERE}","{_WITHOUT_REPORT}","结论：自评报告"&{where})'
        done = f'IF({where}="{WRITTEN}",{done},{missing})'
        if written != WRITTEN:
            value = _WITHOUT_REPORT if written == NOT_HERE else f"结论：自评报告{written}"
    states = _states(drawing, first, last)
    open_ones = sum(state.startswith("还") for state in states)
    unclear = sum(state.startswith("另有") for state in states)
    if open_ones:
        value = f"结论：{open_ones}张表还要填或改"
    elif unclear:
        value = f"结论：{unclear}张表有待核定的，请自己核对"
    elif "可报送" not in states:
        value = "还没有填"
    text = (
        f'IF(COUNTIF({area},"还*")>0,"结论："&COUNTIF({area},"还*")&"张表还要填或改"'
        f',IF(COUNTIF({area},"另有*")>0,"结论："&COUNTIF({area},"另有*")&"张表有待核定的，请自己核对"'
        f',IF(COUNTIF({area},"可报送")=0,"还没有填",{done})))'
    )
    return Formula(text, value)


def _conclusion(drawing: Drawing, first: int, last: int, lines: int, pattern: Drawing | None) -> None:
    """Draws the conclusion for the whole workbook above the lines."""
    found = _of_forms(drawing, first, last)
    text = found.text
    if pattern:
        unlisted, copies = _unlisted(lines, pattern)
        # SHEET came with Excel 2013; an older one takes the sheet to be in its place
        text = f'IF(IFERROR(_xlfn.SHEET({COVER}!A1),1)>1,"{_BEFORE_THE_COVER}",{text})'
        text = (
            f'IF({unlisted}>0,"结论：有"&({unlisted})&"张项目表"&{copies}&"没有列入项目自评汇总表，请把表名写进'
            f'汇总表右边的“工作表”一栏",{text})'
        )
    drawing.put(2, 0, "conclusion", Formula(text, found.value), span=len(_COLUMNS))


def conclusion_of(drawing: Drawing) -> Formula:
    """A formula for another sheet that shows the conclusion of this drawing."""
    cell = next(cell for cell in drawing.cells if cell.look == "conclusion")
    text = str(plain(cell.value)).removeprefix("结论：")
    return Formula(f'SUBSTITUTE({SELF_CHECK}!{a1(cell.area.top, cell.area.left)},"结论：","")', text)
