"""Reading of the indicator table below its head: one record per indicator, with inherited levels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selfeval_xl.model.forms import Indicator
from selfeval_xl.model.grid import Area
from selfeval_xl.model.quantity import Kind, is_blank, money, parse, tidy
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.model.units import UNITS
from selfeval_xl.readers.recognition.head import is_grade
from selfeval_xl.readers.recognition.indicator_head import ANSWERS, SCOPE, TableHead
from selfeval_xl.readers.recognition.labels import roles
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

_TOTALS = frozenset(
    (
        "总分",
        "合计",
        "总计",
        "总得分",
        "自评总分",
        "合计得分",
        "自评得分",
        "得分合计",
        "总分值",
        "综合得分",
        "自评总得分",
        "小计",
    )
)
_PLACEHOLDER = re.compile(r"^(?:指标\d*[:：]?|\d+[.、]?)?(?:\.{2,}|…+|。{2,})?$|^(?:指标\d+[:：]?)$")
_NOT_OPERATORS = re.compile(r"^(?:定性|定量|正向|反向|逆向|正|逆|计量|计数|其他)")
_BELOW = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|注意事项)\d?:"
    r"|(?:填表人|填报人|制表人|单位负责人|项目负责人|财务负责人|负责人|经办人|联系人|联系电话|填报日期|"
    r"填表日期|审核人)[:(]"
)
_JOINED = ("operator", "unit", "adjusted_target", "measure")  # parts of the target and of the note
_SPLIT = frozenset(("operator", "unit", "initial_target", "adjusted_target"))
_LONGEST_TOTAL = 60
_LINE_BREAK = re.compile(r"\s*\n\s*")
_ERROR = re.compile(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")  # what a broken formula shows
_QUALITATIVE = re.compile(r"^定性")


@dataclass(slots=True)
class Indicators:
    """The contents of an indicator table.

    head: first and last row of its head. rows: first and last row of all of it, head and total row included.
    placeholders: cell and text of rows left as 指标2： or ……. goals: further goals between the rows
    (年度目标2). below: a total row that stands below the remarks. totals: value and cell of points, score and
    grade in the total row. unfilled: cells of the total row that are empty.
    """

    indicators: list[Indicator] = field(default_factory=list)
    columns: dict[str, Label] = field(default_factory=dict)
    head: tuple[int, int] = (0, -1)
    rows: tuple[int, int] = (0, -1)
    placeholders: list[tuple[str, str]] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    totals: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    unfilled: dict[str, str] = field(default_factory=dict)


def _repeats_head(sheet: ScannedSheet, row: int, head: TableHead) -> bool:
    """Whether the row prints the head once more, as at the top of a page."""
    if len(sheet.rows.get(row, ())) < 3:
        return False
    return (
        sum(core(sheet.text(row, label.column)) == core(label.text) for label in head.columns.values()) >= 3
    )


def _is_remark(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> bool:
    """Whether the row is a lone sentence in brackets, which names no level."""
    if head.name > area.left and head.name in sheet.lines[row]:
        return False
    filled = sheet.filled(row, area.left, area.right)
    text = sheet.grid.value(row, filled[0]) if len(filled) == 1 else None
    return (
        isinstance(text, str)
        and sheet.grid.area(row, filled[0]).bottom == row
        and squeeze(text).startswith(("(", "注", "*", "※"))
    )


def _is_goal(sheet: ScannedSheet, row: int, head: TableHead) -> bool:
    """Whether the row is a further goal (年度目标2: ...) between the indicators of two goals."""
    label = next(iter(sheet.rows.get(row, ())), None)
    if (
        label is None
        or label.column >= head.name
        or label.row != row
        or not label.is_key("目标", "expected")
        or label.area.bottom > row
    ):
        return False
    return len(sheet.filled(row, head.left, head.right)) <= 2


def read_indicators(sheet: ScannedSheet, head: TableHead, limit: int, area: Area) -> Indicators:
    """Reads the rows below the head, down to `limit` or the row that closes the table."""
    table = Indicators(columns=head.columns, head=(head.top, head.bottom), rows=(head.top, head.bottom))
    for key, label in head.columns.items():
        role = next((r for r in label.roles if r.scope == SCOPE and r.key == key), label.need_role(SCOPE))
        sheet.note(label, role, "指标表头")
    levels: dict[str, str | None] = {"level1": None, "level2": None}
    for row in range(head.bottom + 1, limit + 1):
        if _is_total(sheet, row, head, area):
            table.rows = (head.top, row)
            if _is_subtotal(sheet, row, area):
                sheet.used |= {(row, column) for column in sheet.filled(row, area.left, area.right)}
                continue
            _read_totals(sheet, row, head, area, table)
            break
        if _repeats_head(sheet, row, head) or _is_remark(sheet, row, head, area):
            continue
        if _is_goal(sheet, row, head):
            table.goals += [
                text
                for text in (
                    sheet.take(row, column)[0] for column in sheet.filled(row, head.left, head.right)[1:]
                )
                if text
            ]
            continue
        if _closes(sheet, row, head, area):
            _find_totals(sheet, row, limit, head, area, table)
            break
        if _read_row(sheet, row, head, levels, table):
            table.rows = (head.top, row)
    for label in sheet.labels(head.top, head.bottom, head.left, head.right):
        if label.is_key(SCOPE, "other"):  # a known column whose values are not read (完成率)
            sheet.used |= {(row, label.column) for row in range(head.bottom + 1, table.rows[1] + 1)}
    return table


def _find_totals(
    sheet: ScannedSheet, first: int, limit: int, head: TableHead, area: Area, table: Indicators
) -> None:
    """Reads the total row that stands below the remarks (其他需要说明事项), if there is one."""
    for row in range(first, limit + 1):
        if _is_total(sheet, row, head, area):
            _read_totals(sheet, row, head, area, table)
            table.below.append(row)
            return


def _is_total(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> bool:
    """Whether the row is 总分 or 合计: the label left of the target column, the name cell without another."""
    text, column = sheet.first_text(row, area.left, area.right)
    if column < 0 or len(text) > _LONGEST_TOTAL or column >= max(head.answers, head.name + 1):
        return False
    plain = core(text)
    return plain in _TOTALS or (
        plain.startswith(("总分", "合计", "自评总分"))
        and len(plain) <= 12
        and not sheet.take(row, head.name)[0]
    )


def _is_subtotal(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether the row is the sum (小计) of only some indicators."""
    return core(sheet.first_text(row, area.left, area.right)[0]) == "小计"


def _read_totals(sheet: ScannedSheet, row: int, head: TableHead, area: Area, table: Indicators) -> None:
    """Takes points, score and grade from the total row."""
    for key in ("points", "score"):
        if key in head.columns:
            text, cell = sheet.take(row, head.columns[key].column)
            if _same_cell(sheet, row, head, key):
                continue
            if text is None:
                table.unfilled[key] = cell
            elif money(_points(text)) is not None or _ERROR.fullmatch(text):
                table.totals[key] = (_points(text), cell)
    for column in sheet.filled(row, area.left, area.right):
        text = sheet.grid.text(row, column).strip()
        if is_grade(text):
            table.totals["grade"] = sheet.take(row, column)
        elif "score" not in table.totals and "points" not in head.columns and money(text) is not None:
            table.totals["score"] = (text, sheet.take(row, column)[1])


def _same_cell(sheet: ScannedSheet, row: int, head: TableHead, key: str) -> bool:
    """Whether the points stand in a cell merged over 分值 and 得分: its one number is the score."""
    if key == "points" and "score" in head.columns:
        return sheet.grid.area(row, head.columns["points"].column) == sheet.grid.area(
            row, head.columns["score"].column
        )
    return False


def _closes(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> bool:
    """Whether the row begins the part below the table: remarks, signatures, notes, another head or form."""
    text, column = sheet.first_text(row, area.left, area.right)
    if column < 0:
        return False
    label_roles = roles(text)
    if label_roles:
        scopes = {role.scope for role in label_roles}
        if (
            column < head.name
            and scopes & {"说明", "签字"}
            and (SCOPE not in scopes or len(sheet.filled(row, area.left, area.right)) <= 2)
        ):
            return True
        if column <= head.name and any(
            role.scope in ("表", "目标栏", "资金栏") and role.key != "grade" for role in label_roles
        ):
            return True
    return bool(_BELOW.match(squeeze(text)))


def _level(
    sheet: ScannedSheet, row: int, key: str, head: TableHead, text: str | None, levels: dict[str, str | None]
) -> None:
    """Puts the level printed on this row or merged over it into `levels`.

    Where the merge was undone the cell is empty and the level above goes on.
    """
    if text is None:
        return
    label = head.columns[key]
    area = sheet.grid.merged().get((row, label.column))
    if area is not None and (
        area.top <= head.bottom
        or (key == "level2" and area.right >= head.name and area.left > label.area.right)
    ):
        return
    plain = _one_line(text)
    if key == "level1" and plain != levels["level1"]:
        levels["level2"] = None
    levels[key] = plain


def _read_row(
    sheet: ScannedSheet, row: int, head: TableHead, levels: dict[str, str | None], table: Indicators
) -> bool:
    """Adds the row's indicator to the table; False where the row holds nothing of the table.

    Placeholders are set aside.
    """
    values, cells = sheet.take_row(row, head.columns)
    for key in levels:
        if key in values:
            _level(sheet, row, key, head, values.pop(key), levels)
    name = values["name"]
    has_answer = any(map(values.get, ANSWERS)) or values.get("adjusted_target") is not None
    if not has_answer:
        if name is None:
            return any(values.values())
        if _PLACEHOLDER.match(tidy(name)):
            table.placeholders.append((cells["name"], name))
            return True
    if (
        name is not None
        and name in levels.values()
        and sheet.value_cell(row, head.name)[1] < head.columns["name"].area.left
    ):
        name = None  # a level merged over the name column names no indicator
    if all(map(is_blank, (name, values.get("target"), values.get("actual")))) and not values.get("points"):
        return True  # 无 | 无 | 无: this level has no indicator
    if name is None and not values.get("target") and not values.get("initial_target"):
        return True
    target, initial, target_cells = _target(values, cells)
    cells["target"] = target_cells
    table.indicators.append(
        Indicator(
            level1=levels["level1"],
            level2=levels["level2"],
            name=_one_line(name),
            target=target,
            initial_target=initial,
            actual=_one_line(values.get("actual")),
            points=_points(values.get("points")),
            score=_points(values.get("score")),
            note=_note(values),
            unit=values.get("unit"),
            cells={key: cell for key, cell in cells.items() if key not in _JOINED},
        )
    )
    return True


def _note(values: dict[str, str | None]) -> str | None:
    """The reason, with the measure where that has a column of its own."""
    texts = [text for text in (values.get("note"), values.get("measure")) if text]
    return "；".join(texts) or None


def _points(text: str | None) -> str | None:
    """Points without their unit: 10分 and a weight of 10% are 10."""
    if text is None or not text.endswith(("分", "%")):
        return text
    plain = tidy(text)
    return plain[:-1] if money(plain[:-1]) is not None else text


def _one_line(text: str | None) -> str | None:
    """The text without line breaks, which in a name or value only fit it to the printed page."""
    return _LINE_BREAK.sub("", text) if text and "\n" in text else text


def _target(values: dict[str, str | None], cells: dict[str, str]) -> tuple[str | None, str | None, str]:
    """The target in force with its split columns joined, the original one where there are both, its cells."""
    if not _SPLIT & cells.keys():
        return _one_line(values.get("target")), None, cells.get("target", "")
    adjusted, initial, plain = (
        values.get("adjusted_target"),
        values.get("initial_target"),
        values.get("target"),
    )
    both = "initial_target" in cells and ("adjusted_target" in cells or "target" in cells)
    filled = [
        key
        for key, value in (("adjusted_target", adjusted), ("target", plain), ("initial_target", initial))
        if value
    ]
    printed = [key for key in ("target", "adjusted_target", "initial_target") if key in cells]
    if not printed:
        return None, None, ""
    key = (filled or printed)[0]
    joined = join_target(values.get("operator"), values.get(key), values.get("unit"))
    first = join_target(values.get("operator"), initial, values.get("unit")) if both else None
    described = _NOT_OPERATORS.match(values.get("operator") or "")  # 定量指标 describes, it is no operator
    if described and joined == values.get(key):
        return joined, first, cells[key]
    split = [
        cells[part]
        for part in ("operator", key, "unit")
        if part in cells and not (part == "operator" and described)
    ]
    return joined, first, ",".join(dict.fromkeys(split))


def join_target(operator: str | None, value: str | None, unit: str | None) -> str | None:
    """指标性质, 指标值 and 度量单位 as one text: ≥ 735 人次 is ≥735人次; None without a value.

    A sign or unit that the value has already is not doubled.
    """
    sign = "" if operator is None or _NOT_OPERATORS.match(operator.strip()) else operator.strip()
    if value is None:
        return None
    text = _LINE_BREAK.sub("", value)
    if not unit and not sign:
        return text
    quantity = parse(text)
    qualitative = operator is not None and _QUALITATIVE.match(operator.strip())
    if (
        unit
        and not qualitative
        and quantity.kind in (Kind.NUMBER, Kind.RANGE)
        and not quantity.unit
        and _is_unit(unit)
    ):
        text += unit.strip()
    if sign and not quantity.operator and quantity.kind in (Kind.NUMBER, Kind.TEXT):
        text = sign + text
    return text


def _is_unit(text: str) -> bool:
    """Whether the text of the column 度量单位 is a unit: one of the table, or a short word without digits."""
    plain = tidy(text)
    return plain in UNITS or len(plain) <= 6 and not re.search(r"\d", plain)
