"""The sheet 佐证材料清单: for each indicator of the workbook how it was scored, and what proves it.

No official form that ships has columns for this. The indicators follow the forms by formulas; the rest are
plain cells to fill in, with free rows at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import PROJECT
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import EVIDENCE, EVIDENCE_COLUMNS, sheet_prefix
from selfeval_xl.templates.drawing import Drawing, DrawnCell, plain

_WIDTHS = (26, 24, 24, 28, 32, 20)
_FREE = 10  # rows at the end, for indicators that a person adds
_GUIDANCE = (
    "指标跟着各张自评表自动带出。评分怎么来的、有哪些佐证材料（文件名、文号、照片）、放在哪里，写在浅黄色的格里；"
    "财政局没有要求的可以空着。自己加的指标、复制出来的项目表，写在最下面的空行里。"
)
_GONE = "（这一行已删）"


def draw_evidence(forms: Sequence[tuple[str, str, Drawing]]) -> Drawing:
    """The drawing of the sheet. forms: sheet name, kind and drawing of each form of the workbook."""
    drawing = Drawing(_WIDTHS, orientation="landscape")
    drawing.put(0, 0, "title", EVIDENCE, span=len(_WIDTHS))
    drawing.put(1, 0, "shown", _GUIDANCE, span=len(_WIDTHS))
    for column, head in enumerate(EVIDENCE_COLUMNS):
        drawing.put(2, column, "head", head)
    row = 3
    for name, kind, form in forms:
        for line in range(form.table[0], form.table[1] + 1):
            if line not in form.hidden:
                _indicator_row(drawing, row, name, kind, form, line)
                row += 1
    for free in range(row, row + _FREE):
        for column in range(len(_WIDTHS)):
            drawing.put(free, column, "text", entry=True, key=f"evidence.{column}")
    drawing.title, drawing.bottom = 2, row + _FREE - 1
    drawing.growing = range(3, drawing.bottom + 1)
    return drawing


def _indicator_row(drawing: Drawing, row: int, name: str, kind: str, form: Drawing, line: int) -> None:
    cells = {cell.key: cell for cell in form.cells if cell.area.top == line and cell.key}
    drawing.put(row, 0, "shown", _owner(name, kind, form))
    drawing.put(row, 1, "shown", _shown(name, cells.get("name")))
    drawing.put(row, 2, "shown", _completion(name, cells))
    for column in range(3, len(_WIDTHS)):
        drawing.put(row, column, "text", entry=True, key=f"evidence.{column}")


def _owner(name: str, kind: str, form: Drawing) -> str | Formula:
    """The form that the row belongs to: the project's name as soon as it is there, else the sheet's."""
    cell = next((cell for cell in form.cells if cell.key == "project"), None) if kind == PROJECT else None
    if cell is None or "：" in str(plain(cell.value) or ""):
        return name
    where, value = _where(name, cell), plain(cell.value)
    return Formula(f'IF(ISERROR({where}),"{_GONE}",IF(LEN({where})=0,"{name}",{where}))', str(value or name))


def _shown(name: str, cell: DrawnCell | None) -> Formula | None:
    """A formula for the indicator's name."""
    if cell is None:
        return None
    where = _where(name, cell)
    return Formula(f'IF(ISERROR({where}),"{_GONE}",{where}&"")', str(plain(cell.value) or ""))


def _completion(name: str, cells: dict[str, DrawnCell]) -> Formula | None:
    """A formula for target and completed value: ≥12公里 → 11公里."""
    adjusted = "initial_target" in cells
    parts = ("unit",) if adjusted else ("operator", "target", "unit")
    places = [_where(name, cells[key]) for key in parts if key in cells]
    texts = [str(plain(cells[key].value) or "") for key in parts if key in cells]
    if adjusted:
        initial, new = (_where(name, cells[key]) for key in ("initial_target", "adjusted_target"))
        places.insert(0, f"IF(LEN({new})=0,{initial},{new})")
        texts.insert(
            0,
            str(plain(cells["adjusted_target"].value) or plain(cells["initial_target"].value) or ""),
        )
    if "actual" not in cells or not places:
        return None
    target, actual = "&".join(places), _where(name, cells["actual"])
    told = str(plain(cells["actual"].value) or "")
    wanted = "".join(texts)
    text = f'IFERROR(IF(LEN({target})+LEN({actual})=0,"",{target}&" → "&{actual}),"")'
    return Formula(text, f"{wanted} → {told}" if wanted or told else "")


def _where(name: str, cell: DrawnCell) -> str:
    return f"{sheet_prefix(name)}{a1(cell.area.top, cell.area.left)}"
