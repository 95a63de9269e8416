"""The sheet 项目自评汇总表: one line a project, all formulas. It is stamped instead of the single forms.

Right of it, off the paper, stands the name of each line's sheet. For the sheets of the workbook that is a
formula which follows when the sheet is renamed; the name of another sheet may be typed there. A line without
a form that is in use is blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import Area, a1
from selfeval_xl.model.numbers import rounded
from selfeval_xl.templates.drawing import Drawing, DrawnCell
from selfeval_xl.templates.self_check_formulas import fact_of, look_up, mark_cell

PROJECTS = 20  # forms that a blank workbook has ready, and least number of lines
_SPARE = 5  # more lines than forms
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
# Columns right of the form: the name of the sheet; hidden, the beginning of a reference to it, whether the
# line is in use, how much its form has of what 自查 counts in all sheets, and the names of its copies.
BESIDE = ("工作表", "引用", "在用", "计数", "副本")
FIRST = 3  # the row of the first project
_SUMMED = (4, 5, 6, 8)
_SIGNED = ("单位负责人：", "财务负责人：", "填表人：", "联系电话：", "填报日期：")


def sheet_name(number: int) -> str:
    """The name of a project's sheet: 项目01 for the first."""
    return f"项目{number:02}"


def lines_of(forms: int) -> int:
    """The number of lines for this many forms, those that stand ready included."""
    return max(PROJECTS, forms) + _SPARE


def column_of(name: str) -> int:
    """The column of one of BESIDE."""
    return len(_WIDTHS) + 1 + BESIDE.index(name)


def beside(number: int, name: str) -> str:
    """The cell of one of BESIDE in a project's line, as a reference on the sheet itself."""
    return f"${a1(FIRST + number - 1, column_of(name))}"


def draw_summary(
    projects: Sequence[Drawing],
    ready: int,
    year: int | None,
    money_unit: str,
    pattern: Drawing,
    department: Formula | None = None,
) -> Drawing:
    """The drawing of the summary of the project sheets.

    ready: number of sheets that stand ready behind those of the projects. pattern: a drawing of the same
    layout, for sheets that are not in use yet. department: a formula of its name.
    """
    drawing = Drawing(_WIDTHS, "landscape")
    width = len(_WIDTHS)
    drawing.put(
        0, 0, "title", f"{year}年度项目支出绩效自评汇总表" if year else "项目支出绩效自评汇总表", span=width
    )
    stamp: str | Formula = "部门（盖章）："
    if department is not None:
        stamp = Formula(f'"{stamp}"&{department.text}', f"{stamp}{department.value}")
    drawing.put(1, 0, "plain", stamp, span=5, entry=True, key="signature")
    drawing.put(1, 5, "plain", f"金额单位：{money_unit}", span=width - 5)
    for column, (label, _, _) in enumerate(_COLUMNS):
        drawing.put(2, column, "head", label)
    drawing.head, drawing.frozen = (0, FIRST - 1), FIRST
    _set_beside(drawing)
    forms = len(projects) + ready
    lines = lines_of(forms)
    for number in range(1, lines + 1):
        project = projects[number - 1] if number <= len(projects) else None
        _name_sheet(drawing, number, project, number <= forms, pattern)
        _project_line(drawing, number, project, pattern)
    _total(drawing, FIRST, FIRST + lines - 1)
    drawing.bottom = FIRST + lines
    _sign(drawing, drawing.bottom + 1)
    return drawing


def _set_beside(drawing: Drawing) -> None:
    start = column_of(BESIDE[0])
    drawing.beside_widths = {start - 1: 2.5, start: 22.0}
    drawing.hidden_columns = range(start + 1, start + len(BESIDE))
    for number, name in enumerate(BESIDE):
        label = "工作表（另加的项目表，把表名写在下面空着的格里）" if name == BESIDE[0] else name
        drawing.put_beside(FIRST - 1, start + number, "helper" if number else "added", label)


def _name_sheet(
    drawing: Drawing, number: int, project: Drawing | None, exists: bool, pattern: Drawing
) -> None:
    """Puts the cells of BESIDE for a line. exists: the workbook has the sheet, in use or not."""
    row, sheet = FIRST + number - 1, sheet_name(number)
    name: str | Formula = Formula(_name_formula(sheet), sheet) if exists else sheet
    place = Area(row, column_of("工作表"), row, column_of("工作表"))
    drawing.beside.append(DrawnCell(place, "sheet", name, entry=True, key="sheet"))
    named, prefix, used = (beside(number, what) for what in BESIDE[:3])
    quoted = f'"\'"&SUBSTITUTE({named},"\'","\'\'")&"\'!"'
    reference = Formula(f'IF({named}="","",{quoted})', f"'{sheet}'!")
    drawing.put_beside(row, column_of("引用"), "helper", reference)
    first = beside(1, "工作表")
    once = f"COUNTIF({first[:2]}${FIRST + 1}:{named},{named})=1"
    mark = f'INDIRECT({prefix}&"{mark_cell(pattern)}")'
    found = f'IF({named}="",-1,IF(ISREF({mark}),N({mark}),-1))'
    least = 0 if project else 1  # a form that was given counts even while nothing is filled in
    counts = Decimal(-1) if not exists else Decimal(1 if project and fact_of(project, "有内容") else 0)
    drawing.put_beside(
        row,
        column_of("在用"),
        "helper",
        Formula(f"IF(AND({beside(number, '计数')}>={least},{once}),1,0)", Decimal(int(project is not None))),
    )
    drawing.put_beside(row, column_of("计数"), "helper", Formula(found, counts))
    copies = "&".join(_copy(number, ending, pattern) for ending in (" (2)", "_2"))
    drawing.put_beside(row, column_of("副本"), "helper", Formula(f'IF({used}=1,{copies},"")', ""))


def _copy(number: int, ending: str, pattern: Drawing) -> str:
    """A formula for the name of a copy of a line's sheet, where it is in use and no line has its name."""
    named = beside(number, "工作表")
    copy = f'{named}&"{ending}"'
    mark = f'INDIRECT("\'"&SUBSTITUTE({copy},"\'","\'\'")&"\'!{mark_cell(pattern)}")'
    column = f"{named[: -len(str(FIRST + number))]}"
    listed = f"COUNTIF({column}:{column},{copy})"
    return f'IF(ISREF({mark}),IF(AND(N({mark})=1,{listed}=0),"“"&{copy}&"”",""),"")'


def _name_formula(sheet: str) -> str:
    """A formula for the name that a sheet has now; "" once it is deleted.

    Excel and WPS give '[book.xlsx]name'!$A$1, LibreOffice gives name!$A$1 or $name.$A$1.
    """
    address = f'CELL("address",{sheet}!A1)'
    name = f'MID(LEFT({address},LEN({address})-5),IFERROR(FIND("]",{address}),0)+1,99)'
    return f"""IF(ISREF({sheet}!A1),SUBSTITUTE(SUBSTITUTE({name},"'",""),"$",""),"")"""


def _project_line(drawing: Drawing, number: int, project: Drawing | None, pattern: Drawing) -> None:
    """Draws the line of a project's sheet. project: None where its sheet is not in use."""
    row, used = FIRST + number - 1, f"{beside(number, '在用')}=1"
    first = beside(1, "在用")
    running = f"SUM({first[:2]}${FIRST + 1}:{beside(number, '在用')})"
    drawing.put(row, 0, "label", Formula(f'IF({used},{running},"")', Decimal(number) if project else ""))
    for column, (_, look, fact) in enumerate(_COLUMNS):
        if fact:
            figure = _figure(beside(number, "引用"), pattern, fact, project)
            drawing.put(row, column, look, Formula(f'IF({used},{figure.text},"")', figure.value))
        elif column:
            drawing.put(row, column, look, entry=True, key="remark")


def _figure(prefix: str, pattern: Drawing, fact: str, project: Drawing | None) -> Formula:
    """A fact of a project; where it is not final, a sentence what is open (还有3格得分没填)."""
    known = look_up(prefix, pattern, fact, fact_of(project, fact))
    if fact == "未完成指标数":
        unclear = look_up(prefix, pattern, "待核定", fact_of(project, "待核定"))
        open_ones = f'"，另有"&{unclear.text}&"个待核定"'
        value = f"{known.value}，另有{unclear.value}个待核定" if unclear.value else known.value
        return Formula(f"IF(N({unclear.text})=0,{known.text},{known.text}&{open_ones})", value)
    if fact == "自评得分":
        blanks = [
            look_up(prefix, pattern, name, fact_of(project, name)) for name in ("未填完成值", "得分没填")
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
