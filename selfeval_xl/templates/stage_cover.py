"""The sheet 填报说明 of a workbook of an earlier stage: how to fill in, and an overview of the forms.

The overview is live: what each form is of, how many indicators it has and how many of them lack something,
and its money.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.layouts import STAGES, Layout
from selfeval_xl.layouts.layout import OUTLOOK
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import DECLARATION, MONITORING, Outlook
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import COVER, sheet_link, sheet_prefix
from selfeval_xl.templates.cover import NOTICE, PASTING, READY_SHEETS
from selfeval_xl.templates.drawing import Drawing, DrawnCell, plain
from selfeval_xl.templates.references import area

_WIDTHS = (11, 26, 36, 10, 14, 15, 15, 15, 15)
_TINTED = "浅黄色的格要填，白色的格已经印好或自动计算，不用填。金额只填数字。"
_ROWS = (
    "增加指标",
    (
        "表里备有空行，只是隐藏着：选中最后一行指标和它下面一行，点右键“取消隐藏”。也可以在任意位置插入行，"
        "插入后把旁边一行整行复制过来，再改内容。"
    ),
)
_STEPS = {
    MONITORING: (
        ("一、选月份", "先在下面的“监控月份”里选这次监控到几月，各表的表头跟着变，例如 1-7月执行数。"),
        (
            "二、填",
            (
                f"{_TINTED}执行率自动算。指标和指标值照批复的绩效目标填；执行情况写到监控月底实际完成了多少，"
                "没有开始的写0；再写全年预计完成情况，选完成目标可能性。与目标有偏差的，勾选原因并写明。"
            ),
        ),
        (
            "三、查",
            (
                "深黄色的格还没有填。红色的要改：预计数少于已经完成的数，或者选了“完全不可能”却没有写原因，"
                "或者可能性选了不止一格。蓝色的请核对：预计执行数大于预算数。底色不会打印出来。"
            ),
        ),
        ("四、报", "打印、签字、盖章，连同电子表一起报送。"),
        PASTING,
        _ROWS,
    ),
    DECLARATION: (
        (
            "一、填",
            (
                f"{_TINTED}资金总额自动相加。指标值连同符号和单位写全，例如 ≥95%、≤30000元；"
                "三级指标写明衡量的是什么，例如 道路验收合格率。中期和年度都要填的表，左边填整个项目期的，"
                "右边填当年的；只做一年的项目，左边不填。"
            ),
        ),
        (
            "二、查",
            (
                "深黄色的格还没有填：写了三级指标就要有指标值。红色的要改：任务的总额不等于财政拨款加其他资金。"
                "底色不会打印出来。"
            ),
        ),
        ("三、报", "打印、签字、盖章，连同电子表一起报送。批复以后，自评表的指标值就照它填。"),
        PASTING,
        _ROWS,
    ),
}
# The columns of the overview after the sheet's name: head, look, and what it shows.
_NEEDED = {
    MONITORING: (
        ("指标个数", "number", "count"),
        ("没填全的指标", "number", "open"),
        ("预算数", "money", "budget"),
        ("{through}执行数", "money", "executed"),
        ("{through}执行率", "percent", "execution_rate"),
        ("全年预计执行数", "money", "forecast"),
    ),
    DECLARATION: (
        ("指标个数", "number", "count"),
        ("没填全的指标", "number", "open"),
        ("年度资金", "money", "budget"),
        ("中期资金", "money", "medium_budget"),
        ("", "shown", ""),
        ("", "shown", ""),
    ),
}
_BUDGETS = ("annual_budget", "initial_budget", "task.total")
# The columns that an indicator needs to be complete; of those to tick one is enough.
_COLUMNS = ("target", "actual", "forecast", "outlook")


@dataclass(frozen=True, slots=True)
class CoveredForm:
    """A form of the workbook. ready: its sheet is hidden until it is needed."""

    name: str
    layout: Layout
    drawing: Drawing
    ready: bool = False


def through_cell(stage: str, months: str) -> Formula | str:
    """The months as the forms show them: a formula that follows the cell of the cover, "" without months."""
    if not months:
        return ""
    row = 1 + len(_STEPS[stage])
    where = f"{sheet_prefix(COVER)}${a1(row, 1)[0]}${row + 1}"
    return Formula(f'IF(LEN({where})=0,"{months}",{where})', months)


def draw_stage_cover(
    stage: str,
    forms: Sequence[CoveredForm],
    through: Formula | str,
    year: int | None = None,
    notice: Mapping[str, str] | None = None,
) -> Drawing:
    """The drawing of the cover. through: see `through_cell`. notice: answers by label, see `draw_cover`."""
    drawing = Drawing(_WIDTHS, "landscape", stage=stage, through=through)
    width = len(_WIDTHS)
    title = f"{STAGES[stage]}填报说明"
    drawing.put(0, 0, "title", f"{year}年度{title}" if year else title, span=width)
    lines: list[tuple[str, str | None, str]] = [(label, text, "shown") for label, text in _STEPS[stage]]
    if isinstance(through, Formula):
        lines.append(("监控月份", str(through.value), "through"))
    if ready := [form.name for form in forms if form.ready]:
        lines.append(("增加项目", READY_SHEETS.format(len(ready), ready[0]), "shown"))
    lines += [
        (label, (notice or {}).get(label), "notice") for label in dict.fromkeys((*NOTICE, *(notice or {})))
    ]
    for row, (label, text, kind) in enumerate(lines, 1):
        drawing.put(row, 0, "label", label)
        entry = kind == "through" or (kind == "notice" and not text)
        look = "shown" if kind == "shown" else "text"
        drawing.put(row, 1, look, text, span=width - 1, entry=entry, key=kind if kind == "through" else "")
    row = len(lines) + 1
    for column, head in enumerate(("序号", "工作表", "名称", *(head for head, _, _ in _NEEDED[stage]))):
        drawing.put(row, column, "head", drawing.label(head) or None)
    for number, form in enumerate(forms, 1):
        _overview_row(drawing, row + number, number, stage, form)
    drawing.head, drawing.bottom = (row, row), row + len(forms)
    return drawing


def _overview_row(drawing: Drawing, row: int, number: int, stage: str, form: CoveredForm) -> None:
    """Draws the line of a form."""
    prefix = sheet_prefix(form.name)
    drawing.put(row, 0, "label", str(number))
    if form.ready:
        drawing.put(row, 1, "shown", form.name)
    else:
        drawing.put(row, 1, "link", Formula(sheet_link(form.name, form.name), form.name))
    name = _first(form.drawing, "project") or _first(form.drawing, "department")
    drawing.put(row, 2, "shown", _mirror(prefix, name))
    shown = {
        "budget": next((cell for key in _BUDGETS if (cell := _first(form.drawing, key))), None),
        **{
            key: _first(form.drawing, key)
            for key in ("executed", "execution_rate", "forecast", "medium_budget")
        },
    }
    for column, (_, look, what) in enumerate(_NEEDED[stage], 3):
        if what in ("count", "open"):
            value: Formula | None = _counted(prefix, form.drawing, what == "open")
        else:
            value = _mirror(prefix, shown.get(what))
        drawing.put(row, column, look, value)


def _first(drawing: Drawing, key: str) -> DrawnCell | None:
    """The cell of a key above the indicators: of money the one in the total row."""
    cells = [cell for cell in drawing.cells if cell.key == key and cell.area.top < drawing.table[0]]
    return min(cells, key=lambda cell: cell.area.top, default=None)


def _mirror(prefix: str, cell: DrawnCell | None) -> Formula | None:
    """A formula that shows a cell of a form; blank while that is blank, and once the sheet is deleted."""
    if cell is None:
        return None
    where, value = f"{prefix}{a1(cell.area.top, cell.area.left)}", plain(cell.value)
    return Formula(f'IFERROR(IF({where}="","",{where}),"")', "" if value is None else value)


def _counted(prefix: str, drawing: Drawing, only_open: bool) -> Formula:
    """A formula for the number of named indicators, or of those that lack something; blank without any."""
    first, last = drawing.table
    at = {cell.key: cell.area.left for cell in drawing.cells if cell.area.top == first and cell.key}

    def lengths(column: int) -> str:
        return f"LEN({prefix}{area(column, first - 1, last)})"

    named = f"({lengths(at['name'])}>0)"
    head = f"(LEN({prefix}{a1(first - 1, at['name'])})>0)"
    total = f"SUMPRODUCT({named}*1)-{head}"
    ticks = "+".join(
        lengths(at[f"{OUTLOOK}{each.value}"]) for each in Outlook if f"{OUTLOOK}{each.value}" in at
    )
    blanks = [f"({lengths(at[key])}=0)" for key in _COLUMNS if key in at] + (
        [f"({ticks}=0)"] if ticks else []
    )
    text = f"SUMPRODUCT({named}*(({'+'.join(blanks)})>0))" if only_open else total
    names, lacking = _state(drawing, at)
    value: Decimal | str = Decimal(lacking if only_open else names) if names else ""
    return Formula(f'IFERROR(IF({total}=0,"",{text}),"")', value)


def _state(drawing: Drawing, at: Mapping[str, int]) -> tuple[int, int]:
    """How many indicators have a name now, and how many of those lack something."""
    rows: dict[int, dict[str, object]] = {}
    for cell in _indicator_cells(drawing):
        rows.setdefault(cell.area.top, {})[cell.key] = plain(cell.value)
    named = [row for row in rows.values() if row.get("name")]
    ticks = [key for key in at if key.startswith(OUTLOOK)]
    lacking = [
        row
        for row in named
        if not all(row.get(key) for key in _COLUMNS if key in at)
        or (ticks and not any(row.get(key) for key in ticks))
    ]
    return len(named), len(lacking)


def _indicator_cells(drawing: Drawing) -> Iterator[DrawnCell]:
    first, last = drawing.table
    return (cell for cell in drawing.cells if first <= cell.area.top <= last)
