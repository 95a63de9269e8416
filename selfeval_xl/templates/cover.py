"""The sheet 填报说明: how to fill in and send, and a table of contents with the progress of each sheet.

The progress is shown by live formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from selfeval_xl.layouts import Layout
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import FORM_NAMES, PROJECT
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import sheet_link, sheet_prefix
from selfeval_xl.templates.drawing import Drawing, plain

_WIDTHS = (11, 26, 34, 12, 10, 17)
PASTING = ("粘贴", "从别处粘贴，请用“选择性粘贴→数值”，以免带来别的格式或盖掉公式。")
_STEPS = (
    (
        "一、填",
        (
            "先填各项目表，再填部门整体表。浅黄色的格要填，白色的格已经印好或自动计算，不用填。"
            "金额只填数字；指标值连同符号和单位写全，例如 ≥95%；没有完成的写0，不要留空。"
        ),
    ),
    (
        "二、查",
        (
            "填完打开“自查”，照着它改，直到全部是“可报送”；再看执行率对不对，"
            "没有完成的指标写明原因和下一步怎么做。“判定”写着看不懂、得分空着的，核对写法，或者自己填得分。"
        ),
    ),
    ("三、报", "打印、签字，“项目自评汇总表”和部门整体表盖章，连同电子表一起报送。底色不会打印出来。"),
    PASTING,
    (
        "增加指标",
        (
            "表里备有空行，只是隐藏着：选中最后一行指标和它下面一行，点右键“取消隐藏”。也可以在任意位置插入行，"
            "插入后把旁边一行整行复制过来，再改内容；没有公式的行，“自查”会说出是第几行。"
        ),
    ),
)
_MORE_PROJECTS = (
    "在项目表的标签上点右键，“移动或复制→建立副本”，放到最后，项目名称、预算、指标和指标值都换成新项目的；把新表的"
    "名字写进“项目自评汇总表”右边的“工作表”一栏，汇总表和自查就算进去。改名为“项目02”“项目03”这样接着排的，不写也会算进去。"
)
READY_SHEETS = "备有{}张空白的项目表，隐藏着：在标签上点右键，“取消隐藏”，选“{}”来填；表名可以改。"
NOTICE = ("截止日期", "报送方式", "联系人", "联系电话")


def draw_cover(
    sheets: Sequence[tuple[str, Layout, Drawing]],
    year: int | None = None,
    notice: Mapping[str, str] | None = None,
    others: Sequence[tuple[str, Formula | None]] = (),
    spare: Sequence[str] = (),
) -> Drawing:
    """The drawing of the cover of a department workbook.

    sheets: the forms with their sheet names. others: further sheets with a formula for their progress.
    notice: texts by label: 截止日期, 报送方式, 联系人, 联系电话 as far as known, and others of the bureau.
    spare: the project sheets that stand ready.
    """
    drawing = Drawing(_WIDTHS)
    width = len(_WIDTHS)
    drawing.put(0, 0, "title", f"{year}年度绩效自评填报说明" if year else "绩效自评填报说明", span=width)
    row = 1
    more = READY_SHEETS.format(len(spare), spare[0]) if spare else _MORE_PROJECTS
    for label, text in (*_STEPS, ("增加项目", more)):
        drawing.put(row, 0, "label", label)
        drawing.put(row, 1, "shown", text, span=width - 1)
        row += 1
    if units := _units([layout for _, layout, _ in sheets]):
        drawing.put(row, 0, "label", "金额单位")
        drawing.put(row, 1, "shown", units, span=width - 1)
        row += 1
    for label in dict.fromkeys((*NOTICE, *(notice or {}))):
        answer = (notice or {}).get(label)
        drawing.put(row, 0, "label", label)
        drawing.put(row, 1, "text", answer, span=width - 1, entry=not answer)
        row += 1
    for column, label in enumerate(("序号", "工作表", "名称", "未填完成值", "执行率", "进度")):
        drawing.put(row, column, "head", label)
    for number, (name, layout, form) in enumerate(sheets, 1):
        _contents_row(drawing, row + number, number, name, layout, form)
    for number, (name, progress) in enumerate(others, len(sheets) + 1):
        _link(drawing, row + number, number, name)
        for column in (2, 3, 4):
            drawing.put(row + number, column, "shown")
        drawing.put(row + number, 5, "shown", progress)
    drawing.bottom = row + len(sheets) + len(others)
    return drawing


def _units(layouts: Sequence[Layout]) -> str:
    """What unit the amounts of each form have, where it is not the same one everywhere."""
    units = {FORM_NAMES[layout.kind]: layout.money_unit for layout in layouts if layout.funding}
    if len(set(units.values())) < 2:
        return ""
    told = "，".join(f"{name}按{unit}填" for name, unit in units.items())
    return f"{told}。每张表照自己表头写的单位填，不要弄混。"


def _link(drawing: Drawing, row: int, number: int, name: str) -> None:
    drawing.put(row, 0, "label", str(number))
    drawing.put(row, 1, "link", Formula(sheet_link(name, name), name))


def _contents_row(drawing: Drawing, row: int, number: int, name: str, layout: Layout, form: Drawing) -> None:
    sheet = sheet_prefix(name)
    _link(drawing, row, number, name)
    drawing.put(row, 2, "shown", _mirror(sheet, form, "项目名称" if layout.kind == PROJECT else "department"))
    drawing.put(row, 3, "number", _mirror(sheet, form, "未填完成值"))
    drawing.put(row, 4, "percent", _mirror(sheet, form, "执行率"))
    drawing.put(row, 5, "shown", _mirror(sheet, form, "progress"))


def _mirror(sheet: str, form: Drawing, key: str) -> Formula | None:
    """A formula that shows a cell of a form or one of its facts; blank while that is blank."""
    cell = next((cell for cell in (*form.beside, *form.cells) if cell.key == key), None)
    if cell is None:
        return None
    where, value = f"{sheet}{a1(cell.area.top, cell.area.left)}", plain(cell.value)
    shown = f'IF({where}="","",{where})'
    return Formula(f'IF(ISREF({where}),{shown},"")', "" if value is None else value)  # the sheet may go
