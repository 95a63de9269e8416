"""The indicator table: its head (one or two rows), then one record per third-level indicator with inherited
levels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..forms import Indicator
from ..grid import Area
from ..quantity import Kind, is_blank, money, parse, tidy
from ..units import UNITS
from .bands import Title, bands
from .head import is_grade
from .labels import Role, core, likely, roles, squeeze
from .scan import Label, Sheet

SCOPE = "指标"
ANSWERS = ("target", "initial_target", "actual")
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
_LONGEST_HEAD = 24
_WORDINGS = (
    ("note", re.compile(r"原因|改进措施|整改措施|情况说明$")),
    ("initial_target", re.compile(r"^年初.{0,6}(?:指标|目标)值$")),
    ("target", re.compile(r"(?:指标|目标|预期|计划)值$")),
    ("actual", re.compile(r"(?:完成|实际|达成)值$|实际完成")),
    ("score", re.compile(r"得分$")),
    ("points", re.compile(r"分值$|权重$")),
)
_NOT_OPERATORS = re.compile(r"^(?:定性|定量|正向|反向|逆向|正|逆|计量|计数|其他)")
_BELOW = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|注意事项)\d?:"
    r"|(?:填表人|填报人|制表人|单位负责人|项目负责人|财务负责人|负责人|经办人|联系人|联系电话|填报日期|"
    r"填表日期|审核人)[:(]"
)
_JOINED = ("operator", "unit", "adjusted_target", "measure")  # parts of the target and of the note
_SPLIT = frozenset(("operator", "unit", "initial_target", "adjusted_target"))
_LONGEST_TOTAL = 60
_GOAL_NUMBERED = re.compile(r"目标(?:\d|[一二三四五六七八九十])$")  # 年度目标2 goes on with the form
_LINE_BREAK = re.compile(r"\s*\n\s*")
_QUALITATIVE = re.compile(r"^定性")


@dataclass(slots=True)
class Indicators:
    """rows: first and last row of the table with its head and total row. grade and totals come from the total
    row.
    """

    indicators: list[Indicator] = field(default_factory=list)
    columns: dict[str, Label] = field(default_factory=dict)
    head: tuple[int, int] = (0, -1)
    rows: tuple[int, int] = (0, -1)
    placeholders: list[tuple[str, str]] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)  # further goals between the rows (年度目标2)
    below: list[int] = field(default_factory=list)  # a total row that stands below the remarks
    totals: dict[str, tuple[str, str]] = field(default_factory=dict)
    unfilled: dict[str, str] = field(default_factory=dict)  # empty cells of the total row
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Head:
    """Where an indicator table begins: its rows, its first and last column, its columns by key."""

    top: int
    bottom: int
    left: int
    right: int
    columns: dict[str, Label]
    name: int  # the column of the names
    answers: int  # the first column of targets and completed values


def find_heads(sheet: Sheet, titles: list[Title]) -> list[Head]:
    """Every indicator head of the sheet, top to bottom, left to right; two side by side are two."""
    heads: list[Head] = []
    everywhere = [
        label for row in sorted(sheet.rows) for label in sheet.rows[row] if label.is_key(SCOPE, "name")
    ]
    for row in sorted({label.row for label in everywhere}):
        names = [label for label in everywhere if label.row == row]
        for left, right in bands(sheet, row, names, everywhere, titles):
            if any(
                head.top <= row <= head.bottom and (head.left, head.right) == (left, right) for head in heads
            ):
                continue
            head = _head(sheet, row, left, right)
            if head and not _goes_on(sheet, head, heads):
                heads.append(head)
    return heads


def _goes_on(sheet: Sheet, head: Head, heads: list[Head]) -> bool:
    """Whether a head only repeats the one above it (a page broke there): no part of another form stands
    between.
    """
    above = next(
        (other for other in reversed(heads) if (other.left, other.right) == (head.left, head.right)), None
    )
    same = (
        0
        if above is None
        else sum(
            key in above.columns and above.columns[key].column == label.column
            for key, label in head.columns.items()
        )
    )
    if same < 3:
        return False
    between = sheet.labels(above.bottom + 1, head.top - 1, head.left, head.right)
    return not any(
        role.scope in ("表", "资金行", "目标")
        and role.key in ("project", "department", "unit", "executed", "expected", "actual")
        for label in between
        if not _GOAL_NUMBERED.search(core(label.text))
        for role in label.roles
    )


def _repeats_head(sheet: Sheet, row: int, head: Head) -> bool:
    if len(sheet.rows.get(row, ())) < 3:
        return False
    return (
        sum(core(sheet.text(row, label.column)) == core(label.text) for label in head.columns.values()) >= 3
    )


def _is_remark(sheet: Sheet, row: int, head: Head, area: Area) -> bool:
    """A lone sentence in brackets between the rows names no level."""
    if head.name > area.left and head.name in sheet.lines[row]:
        return False
    filled = sheet.filled(row, area.left, area.right)
    text = sheet.grid.value(row, filled[0]) if len(filled) == 1 else None
    return (
        isinstance(text, str)
        and sheet.grid.area(row, filled[0]).bottom == row
        and squeeze(text).startswith(("(", "注", "*", "※"))
    )


def _is_goal(sheet: Sheet, row: int, head: Head) -> bool:
    """A second goal between the indicators of the first one and its own (年度目标2: ...)."""
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


def _head(sheet: Sheet, row: int, left: int, right: int) -> Head | None:
    """The head around a 三级指标 cell: its own row, the row above for columns printed over split ones, the
    row below for split ones.
    """
    top, bottom = (
        row,
        max(
            label.area.bottom
            for label in sheet.rows[row]
            if left <= label.column <= right and label.role(SCOPE)
        ),
    )
    own = _columns(sheet, row, left, right)
    above = _columns(sheet, row - 1, left, right) if row and not {"target", "actual"} <= own.keys() else {}
    if (above.keys() - own.keys()) & {
        "target",
        "actual",
        "points",
        "score",
        "note",
        "initial_target",
    } and "name" not in above:
        top = row - 1
    below = _columns(sheet, row + 1, left, right)
    if bottom == row and ({"operator", "unit"} & below.keys()) and "name" not in below:
        bottom = row + 1
    columns: dict[str, Label] = {}
    for line in range(top, bottom + 1):
        for key, label in _columns(sheet, line, left, right).items():
            if key not in columns or (line > columns[key].row and label.area.left >= columns[key].area.left):
                columns[key] = label
    _add_likely(sheet, top, bottom, left, right, columns)
    if "measure" in columns and "note" not in columns:
        columns["note"] = columns.pop("measure")
    if len(columns) < 3 or "name" not in columns or not columns.keys() & set(ANSWERS):
        return None
    return Head(
        top,
        bottom,
        left,
        right,
        columns,
        columns["name"].column,
        min(columns[key].column for key in (*ANSWERS, "operator") if key in columns),
    )


def _columns(sheet: Sheet, row: int, left: int, right: int) -> dict[str, Label]:
    """Columns of one head row by key; a label that fits two keys takes the one still free, the better rank
    wins.
    """
    found: dict[str, Label] = {}
    for label in sheet.rows.get(row, ()):
        if not left <= label.column <= right:
            continue
        options = [role for role in label.roles if role.scope == SCOPE and role.key != "other"]
        for role in options:
            rival = found.get(role.key)
            if rival is None or role.rank < next(
                r.rank for r in rival.roles if r.scope == SCOPE and r.key == role.key
            ):
                found[role.key] = label
                break
    return found


def _add_likely(
    sheet: Sheet, top: int, bottom: int, left: int, right: int, columns: dict[str, Label]
) -> None:
    for row in range(top, bottom + 1):
        for column in sheet.filled(row, left, right):
            text = sheet.grid.value(row, column)
            if (
                isinstance(text, str) and not roles(text) and sheet.grid.area(row, column).bottom <= bottom
            ):  # a section's name goes on below
                role = likely(text, SCOPE) or _by_wording(text)
                if role and role.key not in columns and role.key != "other":
                    columns[role.key] = Label(row, column, text, sheet.grid.area(row, column), (role,))


def _by_wording(text: str) -> Role | None:
    """The column that an unknown head means by its wording (未达标原因及改进措施), in a row that is a head
    already.
    """
    word = core(text)
    key = next(
        (key for key, pattern in _WORDINGS if len(word) <= _LONGEST_HEAD and pattern.search(word)), None
    )
    return key and Role(SCOPE, key, 90, word, "字样")


def read_indicators(sheet: Sheet, head: Head, limit: int, area: Area) -> Indicators:
    """Reads the rows below the head, down to `limit` or the row that closes the table."""
    table = Indicators(columns=head.columns, head=(head.top, head.bottom), rows=(head.top, head.bottom))
    for key, label in head.columns.items():
        role = next((r for r in label.roles if r.scope == SCOPE and r.key == key), label.role(SCOPE))
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
        if label.is_key(SCOPE, "other"):  # a column that is known and not read (完成率)
            sheet.used |= {(row, label.column) for row in range(head.bottom + 1, table.rows[1] + 1)}
    return table


def _find_totals(sheet: Sheet, first: int, limit: int, head: Head, area: Area, table: Indicators) -> None:
    """The total row may stand below the remarks (其他需要说明事项)."""
    for row in range(first, limit + 1):
        if _is_total(sheet, row, head, area):
            _read_totals(sheet, row, head, area, table)
            table.below.append(row)
            return


def _is_total(sheet: Sheet, row: int, head: Head, area: Area) -> bool:
    """A row 总分 or 合计: the label stands left of the target column and the name cell says nothing else."""
    text, column = sheet.first_text(row, area.left, area.right)
    if column < 0 or len(text) > _LONGEST_TOTAL or column >= max(head.answers, head.name + 1):
        return False
    plain = core(text)
    return plain in _TOTALS or (
        plain.startswith(("总分", "合计", "自评总分"))
        and len(plain) <= 12
        and not sheet.take(row, head.name)[0]
    )


def _is_subtotal(sheet: Sheet, row: int, area: Area) -> bool:
    return core(sheet.first_text(row, area.left, area.right)[0]) == "小计"


def _read_totals(sheet: Sheet, row: int, head: Head, area: Area, table: Indicators) -> None:
    for key in ("points", "score"):
        if key in head.columns:
            text, cell = sheet.take(row, head.columns[key].column)
            if _same_cell(sheet, row, head, key):
                continue
            if text is None:
                table.unfilled[key] = cell
            elif money(_points(text)) is not None:
                table.totals[key] = (_points(text), cell)
    for column in sheet.filled(row, area.left, area.right):
        text = sheet.grid.text(row, column).strip()
        if is_grade(text):
            table.totals["grade"] = sheet.take(row, column)
        elif "score" not in table.totals and "points" not in head.columns and money(text) is not None:
            table.totals["score"] = (text, sheet.take(row, column)[1])


def _same_cell(sheet: Sheet, row: int, head: Head, key: str) -> bool:
    """A cell merged over 分值 and 得分 holds one number: the score."""
    if key == "points" and "score" in head.columns:
        return sheet.grid.area(row, head.columns["points"].column) == sheet.grid.area(
            row, head.columns["score"].column
        )
    return False


def _closes(sheet: Sheet, row: int, head: Head, area: Area) -> bool:
    """Whether the row begins what follows the table: remarks, signatures, notes, another head or form."""
    text, column = sheet.first_text(row, area.left, area.right)
    if column < 0:
        return False
    known = roles(text)
    if known:
        scopes = {role.scope for role in known}
        if (
            column < head.name
            and scopes & {"说明", "签字"}
            and (SCOPE not in scopes or len(sheet.filled(row, area.left, area.right)) <= 2)
        ):
            return True
        if column <= head.name and any(
            role.scope in ("表", "目标栏", "资金栏") and role.key != "grade" for role in known
        ):
            return True
    return bool(_BELOW.match(squeeze(text)))


def _level(
    sheet: Sheet, row: int, key: str, head: Head, text: str | None, levels: dict[str, str | None]
) -> None:
    """Notes the level printed on this row or merged over it; where the merge was undone, the one above goes
    on.
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


def _read_row(sheet: Sheet, row: int, head: Head, levels: dict[str, str | None], table: Indicators) -> bool:
    """One row as an indicator; False where it holds nothing of the table. Placeholders are set aside."""
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
        and sheet.place(row, head.name)[1] < head.columns["name"].area.left
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
    told = [text for text in (values.get("note"), values.get("measure")) if text]
    return "；".join(told) or None


def _points(text: str | None) -> str | None:
    """Points without their unit: 10分 and a weight of 10% are 10."""
    if text is None or not text.endswith(("分", "%")):
        return text
    plain = tidy(text)
    return plain[:-1] if money(plain[:-1]) is not None else text


def _one_line(text: str | None) -> str | None:
    """Line breaks inside a name or value only serve the printed page."""
    return _LINE_BREAK.sub("", text) if text and "\n" in text else text


def _target(values: dict[str, str | None], cells: dict[str, str]) -> tuple[str | None, str | None, str]:
    """The target in force with its split columns joined, the original one where the form has both, and the
    cells.
    """
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
    described = _NOT_OPERATORS.match(
        values.get("operator") or ""
    )  # 定量指标 says nothing of the target's value
    if described and joined == values.get(key):
        return joined, first, cells[key]
    split = [
        cells[part]
        for part in ("operator", key, "unit")
        if part in cells and not (part == "operator" and described)
    ]
    return joined, first, ",".join(dict.fromkeys(split))


def join_target(operator: str | None, value: str | None, unit: str | None) -> str | None:
    """指标性质, 指标值 and 度量单位 as one text: ≥ 735 人次 is ≥735人次; what a column repeats is not
    doubled.
    """
    sign = "" if operator is None or _NOT_OPERATORS.match(operator.strip()) else operator.strip()
    if value is None:
        return None
    text = _one_line(value)
    if not unit and not sign:
        return text
    quantity = parse(text)
    qualitative = operator is not None and _QUALITATIVE.match(operator.strip())
    if (
        unit
        and not qualitative
        and quantity.kind in (Kind.NUMBER, Kind.RANGE)
        and not quantity.unit
        and tidy(unit) in _known_units(unit)
    ):
        text += unit.strip()
    if sign and not quantity.operator and quantity.kind in (Kind.NUMBER, Kind.TEXT):
        text = sign + text
    return text


def _known_units(unit: str) -> tuple[str, ...]:
    plain = tidy(unit)
    return (plain,) if plain in UNITS or len(plain) <= 6 and not re.search(r"\d", plain) else ()
