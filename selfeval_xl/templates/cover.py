"""The sheet 填报说明: how to fill in and send, and the contents with what is still missing on each sheet, as live formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..edits import Formula
from ..grid import a1
from ..layouts import Layout
from .drawing import Cell, Drawing

_WIDTHS = (11, 26, 38, 14, 12)
_STEPS = (
    ("一、填", "先填各项目表，再填部门整体表。浅黄色的格要填，白色的格已经印好或自动计算，不用填。金额只填数字；指标值连同符号和单位写全，例如 ≥95%；没有完成的写0，不要留空。"),
    ("二、查", "填完看下面目录里“未填完成值”是不是都是0，再看执行率对不对；没有完成的指标，写明原因和下一步怎么做。"),
    ("三、报", "打印、签字、盖章，连同电子表一起报送。底色不会打印出来。"),
    ("粘贴", "从别处粘贴，请用“选择性粘贴→数值”，以免带来别的格式或盖掉公式。"),
    ("增加", "增加指标：在表的中间插入行，不要加在最后一行下面。增加项目：在“项目01”的标签上点右键，“移动或复制→建立副本”，改名为“项目02”，再清空要填的格。"),
)
_NOTICE = ("截止日期", "报送方式", "联系人", "联系电话")


def draw_cover(sheets: Sequence[tuple[str, Layout, Drawing]], year: int | None = None, notice: Mapping[str, str] | None = None) -> Drawing:
    """The cover of a department workbook. sheets: its forms. notice: 截止日期, 报送方式, 联系人, 联系电话, as far as known, and what else the bureau says, by label."""
    drawing = Drawing(_WIDTHS)
    width = len(_WIDTHS)
    drawing.put(0, 0, "title", f"{year}年度绩效自评填报说明" if year else "绩效自评填报说明", span=width)
    row = 1
    for label, text in _STEPS:
        drawing.put(row, 0, "label", label)
        drawing.put(row, 1, "shown", text, span=width - 1)
        row += 1
    for label in dict.fromkeys((*_NOTICE, *(notice or {}))):
        told = (notice or {}).get(label)
        drawing.put(row, 0, "label", label)
        drawing.put(row, 1, "text", told, span=width - 1, entry=not told)
        row += 1
    for column, label in enumerate(("序号", "工作表", "名称", "未填完成值", "执行率")):
        drawing.put(row, column, "head", label)
    for number, (name, layout, form) in enumerate(sheets, 1):
        _contents_row(drawing, row + number, number, name, layout, form)
    drawing.bottom = row + len(sheets)
    return drawing


def _contents_row(drawing: Drawing, row: int, number: int, name: str, layout: Layout, form: Drawing) -> None:
    sheet = f"'{name}'!"
    drawing.put(row, 0, "label", str(number))
    drawing.put(row, 1, "link", Formula(f'HYPERLINK("#{sheet}A1","{name}")', name))
    title = next((cell for cell in form.cells if cell.key == ("project" if layout.kind == "project" else "department")), None)
    drawing.put(row, 2, "shown", _mirror(sheet, title))
    drawing.put(row, 3, "number", _missing(sheet, form))
    drawing.put(row, 4, "percent", _mirror(sheet, _total_rate(layout, form)))


def _mirror(sheet: str, cell: Cell | None) -> Formula | None:
    """What stands in a cell of a form; blank while it is blank."""
    if cell is None:
        return None
    where = f"{sheet}{a1(cell.area.top, cell.area.left)}"
    value = cell.value.value if isinstance(cell.value, Formula) else cell.value
    return Formula(f'IF({where}="","",{where})', "" if value is None else value)


def _missing(sheet: str, form: Drawing) -> Formula:
    """How many indicators have a name and no completed value."""
    first, last = form.table
    cells = {(cell.key, cell.area.top): cell for cell in form.cells if first <= cell.area.top <= last and cell.key in ("name", "actual")}
    columns = {key: cell.area.left for (key, _), cell in cells.items()}
    names, values = (f"{sheet}{a1(first, columns[key])}:{a1(last, columns[key])}" for key in ("name", "actual"))
    count = sum(bool(cells["name", row].value) and not cells["actual", row].value for row in range(first, last + 1))
    return Formula(f"SUMPRODUCT((LEN({names})>0)*(LEN({values})=0))", Decimal(count))


def _total_rate(layout: Layout, form: Drawing) -> Cell | None:
    rates = [cell for cell in form.cells if cell.key == "execution_rate"]
    if not rates:
        return None
    return rates[0] if layout.funding and layout.funding.total_place == "first" else rates[-1]
