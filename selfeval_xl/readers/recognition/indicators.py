"""Reading of the indicator table below its head: one record per indicator, with inherited levels."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from selfeval_xl.model.forms import Indicator
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.model.quantity import SIGN_OF, Kind, is_blank, is_void, money, parse, tidy
from selfeval_xl.model.sheet_names import ADDED_COLUMNS
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.model.units import UNITS
from selfeval_xl.readers.recognition.head import is_grade
from selfeval_xl.readers.recognition.indicator_head import SCOPE, SCORED, TableHead
from selfeval_xl.readers.recognition.labels import has_scope
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet
from selfeval_xl.readers.recognition.table_rows import RowKind, TableRows, has_fields, is_furniture, rows_of

_DOTS = r"(?:\.{2,}|[…⋯]+|。{2,}|[·•﹒]{2,})"
_SPACED = re.compile(r"[\u4e00-\u9fff]{1,8}(?:[ \u3000]{1,4}[\u4e00-\u9fff]{1,8}){1,9}")
_PLACEHOLDER = re.compile(  # 指标2：, 指标二：××, 3.……, XXX
    rf"^(?:指标(?:\d+|[nN]|[一二三四五六七八九十]+)?[:：]?|\d+[.、]?)?(?:{_DOTS}|[xX×*]{{2,}}|_+)?$"
)
_ROW_OF_DOTS = re.compile(rf"^{_DOTS}$")
_NOT_OPERATORS = re.compile(r"^(?:定性|定量|正向|反向|逆向|正|逆|计量|计数|其他)")
_JOINED = frozenset(("operator", "unit", "adjusted_target", "measure"))  # parts of the target and of the note
_SPLIT = frozenset(("operator", "unit", "initial_target", "adjusted_target"))
_LINE_BREAK = re.compile(r"(?<!\s)\s*\n\s*")
_ERROR = re.compile(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")  # what a broken formula shows
_LEVEL = re.compile(r"指标|投入|过程|产出|效益|效果|满意|数量|质量|时效|成本|管理|决策|影响")
_BOTH = re.compile(
    r"\A\s*+(?P<points>\d+(?:\.\d+)?)\s*+分?+\s*+[/／]\s*+(?P<score>\d+(?:\.\d+)?)?\s*+分?+\s*+"
)
_QUALITATIVE = re.compile(r"^定性")


@dataclass(slots=True)
class Indicators:
    """The contents of an indicator table.

    head: first and last row of its head. rows: first and last row of all of it, head and total row included.
    placeholders: cell and text of rows left as 指标2： or ……. goals: further goals between the rows
    (年度目标2). between: rows of labelled remarks and signatures between the indicators. below: a total row
    that stands below the remarks. totals: value and cell of points, score and grade in the total row.
    unfilled: cells of the total row that are empty.
    """

    indicators: list[Indicator] = field(default_factory=list)
    columns: dict[str, Label] = field(default_factory=dict)
    head: tuple[int, int] = (0, -1)
    rows: tuple[int, int] = (0, -1)
    placeholders: list[tuple[str, str]] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)
    between: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    totals: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    unfilled: dict[str, str] = field(default_factory=dict)

    @property
    def segments(self) -> list[tuple[int, int]]:
        """The rows of the table without those between: first and last row of each piece."""
        edges = [self.rows[0] - 1, *self.between, self.rows[1] + 1]
        return [(first + 1, last - 1) for first, last in zip(edges, edges[1:]) if first + 1 < last]


def read_indicators(sheet: ScannedSheet, head: TableHead, limit: int, area: Area) -> Indicators:
    """Reads the rows below the head and its further ones, down to `limit` or the end of the table."""
    heads = [head, *head.further]
    limits = [*(following.top - 1 for following in heads[1:]), limit]
    tables = [_read_table(sheet, each, last, area) for each, last in zip(heads, limits)]
    whole = tables[0]
    for table in tables[1:]:
        whole.between += [*range(whole.rows[1] + 1, table.rows[0]), *table.between]
        whole.rows = (whole.rows[0], table.rows[1])
        whole.indicators += table.indicators
        whole.columns = table.columns | whole.columns
        whole.placeholders += table.placeholders
        whole.goals += table.goals
        whole.below += table.below
        whole.totals |= table.totals
        whole.unfilled |= table.unfilled
    return whole


def _read_table(sheet: ScannedSheet, head: TableHead, limit: int, area: Area) -> Indicators:
    """Reads the rows below one head."""
    table = Indicators(columns=head.columns, head=(head.top, head.bottom), rows=(head.top, head.bottom))
    for key, label in head.columns.items():
        role = next((r for r in label.roles if r.scope == SCOPE and r.key == key), label.need_role(SCOPE))
        sheet.note(label, role, "指标表头")
    levels: dict[str, str | None] = {"level1": None, "level2": None}
    rows, further = rows_of(sheet, head, limit, area), _further_columns(sheet, head)
    for row, kind in rows.inside:
        table.rows = (head.top, row)
        if kind is RowKind.INDICATOR:
            _read_row(sheet, row, head, levels, further, table)
        elif kind is RowKind.GOAL:
            _read_goal(sheet, row, head, table)
        elif kind is RowKind.PART:
            table.between.append(row)
        elif kind in (RowKind.SUBTOTAL, RowKind.TOTAL):
            _pass_over_sum(sheet, row, head, area)
        elif kind is RowKind.HEAD:
            sheet.furniture |= _words_of_head(sheet, row, head)
        elif kind is RowKind.REMARK and is_furniture(sheet, row, area):
            sheet.furniture |= {(row, column) for column in sheet.filled(row, area.left, area.right)}
    _find_totals(sheet, rows, head, area, table)
    return table


def _further_columns(sheet: ScannedSheet, head: TableHead) -> dict[str, int]:
    """The columns of the table that no field has (完成率, 指标说明, a coarser level), by their heads."""
    taken = {label.column for label in head.columns.values()}
    found: dict[str, int] = {}
    for label in sheet.labels(head.top, head.bottom, head.left, head.right):
        if label.column not in taken and label.role(SCOPE) and label.area.bottom >= head.bottom:
            word = core(label.text)
            found[word if word not in found else f"{word}{len(found) + 1}"] = label.column
    found |= _columns_to_tick(sheet, head, taken)
    if found.keys() >= set(ADDED_COLUMNS):  # what this program wrote beside the form
        for word in ADDED_COLUMNS:
            column = found.pop(word)
            sheet.furniture |= {(row, column) for row in range(head.bottom + 1, sheet.grid.height)}
    return found


def _columns_to_tick(sheet: ScannedSheet, head: TableHead, taken: Collection[int]) -> dict[str, int]:
    """The columns below a label over several (经费保障, 制度保障 below 偏差原因分析), by their heads."""
    found = {}
    for label in sheet.labels(head.top, head.bottom, head.left, head.right):
        for column, text in sheet.heads_below(label, head.bottom).items() if label.role(SCOPE) else ():
            if column not in taken and not has_scope(text, SCOPE):
                found[core(text)] = column
                sheet.furniture.add((head.bottom, column))
    return found


def _texts(sheet: ScannedSheet, row: int, further: Mapping[str, int]) -> dict[str, str]:
    """The texts of the row's further columns by their heads."""
    texts: dict[str, str] = {}
    for word, column in further.items():
        place = sheet.value_cell(row, column)
        text = sheet.lines[place[0]].get(place[1])
        if text and place[1] == column and not is_void(text):
            texts[word] = text
            sheet.values.add(place)
    return texts


def _words_of_head(sheet: ScannedSheet, row: int, head: TableHead) -> set[tuple[int, int]]:
    """The cells of a repeated head that say what the head above them says."""
    return {
        (row, column)
        for column in sheet.filled(row, head.left, head.right)
        if core(sheet.lines[row][column])
        in {core(sheet.text(above, column)) for above in range(head.top, head.bottom + 1)}
    }


def _pass_over_sum(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> None:
    """Notes that label, points and score of a subtotal are known; any other cell of its row is not."""
    sheet.furniture |= {
        (row, label.column)
        for key, label in head.columns.items()
        if key in ("points", "score") and money(sheet.text(row, label.column)) is not None
    }
    sheet.furniture.add((row, sheet.first_text(row, area.left, area.right)[1]))


def _read_goal(sheet: ScannedSheet, row: int, head: TableHead, table: Indicators) -> None:
    """Adds the texts of a further goal."""
    for column in sheet.filled(row, head.left, head.right)[1:]:
        text, _ = sheet.take(row, column)
        if text:
            table.goals.append(text)
            sheet.values.add((row, column))


def _find_totals(
    sheet: ScannedSheet, rows: TableRows, head: TableHead, area: Area, table: Indicators
) -> None:
    """Reads the total row behind the table or below the remarks; else the last one between its rows.

    A total row without a score gives way to one that has it.
    """
    inside = [row for row, kind in rows.inside if kind is RowKind.TOTAL]
    found = [row for row in (*rows.totals, *reversed(inside)) if not has_fields(sheet, row, head, area)]
    if not found:
        return
    scored = [row for row in found if "score" in head.columns and _score_in(sheet, row, head) is not None]
    row = (scored or found)[0]
    if row > table.rows[1]:
        if any(sheet.lines[between] for between in range(table.rows[1] + 1, row)):
            table.below.append(row)
        else:
            table.rows = (head.top, row)
    _read_totals(sheet, row, head, area, table)


def _score_in(sheet: ScannedSheet, row: int, head: TableHead) -> Decimal | None:
    """The score in a total row."""
    values = {"score": sheet.text(row, head.columns["score"].column) or None}
    if _share_column(head):
        _split(values)
    return money(_points(values["score"]))


def _share_column(head: TableHead) -> bool:
    """Whether points and scores stand in one column (20/18 below 分值/得分)."""
    return "score" in head.columns and head.columns.get("points") is head.columns["score"]


def _split(values: dict[str, str | None]) -> None:
    """Points and score of a cell that has both; none of them where it is not clear which its number is."""
    match = _BOTH.fullmatch(values.get("score") or "")
    values["points"], values["score"] = (match["points"], match["score"]) if match else (None, None)


def _read_totals(sheet: ScannedSheet, row: int, head: TableHead, area: Area, table: Indicators) -> None:
    """Takes points, score and grade from the total row; sums of other columns are known and not needed."""
    scores = {head.columns[key].column for key in ("points", "score") if key in head.columns}
    for label in sheet.labels(head.top, head.bottom, head.left, head.right):
        if label.column in scores:
            continue
        total = money(sheet.text(row, label.column))
        if total is not None and total == _sum_above(sheet, row, label.column, head.bottom):
            sheet.furniture.add(sheet.value_cell(row, label.column))
    for key, (text, cell) in _sums(sheet, row, head).items():
        if text is None:
            table.unfilled[key] = cell
        elif money(_points(text)) is not None or _ERROR.fullmatch(text):
            table.totals[key] = (_points(text), cell)
    alone = "points" not in head.columns or _share_column(head)
    for column in sheet.filled(row, area.left, area.right):
        text = sheet.grid.text(row, column).strip()
        if is_grade(text):
            table.totals["grade"] = sheet.take(row, column)
        elif "score" not in table.totals and alone and money(text) is not None:
            table.totals["score"] = (text, sheet.take(row, column)[1])


def _sums(sheet: ScannedSheet, row: int, head: TableHead) -> dict[str, tuple[str | None, str]]:
    """Text and cell of the points and the score in a total row."""
    sums = {key: sheet.take(row, head.columns[key].column) for key in SCORED if key in head.columns}
    if _share_column(head):
        text, cell = sums["score"]
        values = {"score": text}
        _split(values)
        return {key: (values[key], cell) for key in sums if text is None or values[key]}
    return {key: taken for key, taken in sums.items() if not _same_cell(sheet, row, head, key)}


def _sum_above(sheet: ScannedSheet, row: int, column: int, head_bottom: int) -> Decimal:
    """The sum of the numbers of a column between its head and a row, each merged cell once."""
    cells = {sheet.value_cell(above, column) for above in range(head_bottom + 1, row)}
    return sum((money(_points(sheet.text(*cell))) or Decimal() for cell in cells), Decimal())


def _same_cell(sheet: ScannedSheet, row: int, head: TableHead, key: str) -> bool:
    """Whether the points stand in a cell merged over 分值 and 得分: its one number is the score."""
    if key == "points" and "score" in head.columns:
        return sheet.grid.area(row, head.columns["points"].column) == sheet.grid.area(
            row, head.columns["score"].column
        )
    return False


def _level(
    sheet: ScannedSheet, row: int, key: str, head: TableHead, text: str | None, levels: dict[str, str | None]
) -> None:
    """Puts the level printed on this row or merged over it into `levels`.

    Where the merge was undone the cell is empty and the level above goes on.
    """
    if text is None or text == levels[key]:
        return
    label = head.columns[key]
    area = sheet.grid.merged().get((row, label.column))
    if area is not None and (
        area.top <= head.bottom
        or (key == "level2" and area.right >= head.name and area.left > label.area.right)
    ):
        return
    plain = _one_line(text)
    if plain and _SPACED.fullmatch(plain):  # 产 出 指 标, 满意度 指标
        plain = plain.replace(" ", "").replace("\u3000", "")
    if key == "level1" and plain != levels["level1"]:
        levels["level2"] = None
    levels[key] = plain


def _read_row(
    sheet: ScannedSheet,
    row: int,
    head: TableHead,
    levels: dict[str, str | None],
    further: Mapping[str, int],
    table: Indicators,
) -> None:
    """Adds the row's indicator to the table, if it has one; placeholders are set aside."""
    values, cells = sheet.take_row(row, head.columns)
    if _share_column(head):
        _split(values)
    for key in levels:
        if key in values:
            _level(sheet, row, key, head, values.pop(key), levels)
    name = values["name"]
    has_answer = any(map(values.get, head.keys)) or values.get("adjusted_target") is not None
    if not has_answer and name is None:
        dots = _dots(sheet, row, head)
        table.placeholders += dots
        if dots or not any(values.values()):  # a level of which no indicator is filled in
            sheet.furniture |= {
                position(cells[key])
                for key in levels
                if key in cells and _LEVEL.search(sheet.text(*position(cells[key])))
            }
        return
    if not has_answer and _PLACEHOLDER.match(tidy(name or "")):
        table.placeholders.append((cells["name"], name or ""))
        return
    if (
        name is not None
        and name in levels.values()
        and sheet.value_cell(row, head.name)[1] < head.columns["name"].area.left
    ):
        name = None  # a level merged over the name column names no indicator
    if all(map(is_blank, (name, values.get("target"), values.get("actual")))) and not values.get("points"):
        return  # 无 | 无 | 无: this level has no indicator
    if name is None and not values.get("target") and not values.get("initial_target"):
        return
    values["name"] = name
    table.indicators.append(_indicator(sheet, row, head, levels, further, values, cells))


def _dots(sheet: ScannedSheet, row: int, head: TableHead) -> list[tuple[str, str]]:
    """Cell and text of the dots (……) that a row has instead of an indicator; of its name first, or none."""
    found = {column: text for column, text in sheet.lines[row].items() if _ROW_OF_DOTS.match(squeeze(text))}
    return [
        (a1(row, column), found[column].strip()) for column in sorted(found, key=lambda at: at != head.name)
    ][:1]


def _indicator(
    sheet: ScannedSheet,
    row: int,
    head: TableHead,
    levels: Mapping[str, str | None],
    further: Mapping[str, int],
    values: dict[str, str | None],
    cells: dict[str, str],
) -> Indicator:
    """The indicator of a row with these values and cells by key. further: columns that no field has."""
    name = _one_line(values["name"])
    target, initial, target_cells = _target(values, cells)
    for key in ("unit", "measure"):
        if key in cells:
            sheet.values.add(position(cells[key]))
    if "operator" in cells and not _is_stray(values.get("operator"), target):
        sheet.values.add(position(cells["operator"]))
    if target_cells:
        cells["target"] = target_cells
    return Indicator(
        level1=levels["level1"],
        level2=levels["level2"],
        name=name,
        target=target,
        initial_target=initial,
        actual=_one_line(values.get("actual")),
        forecast=_one_line(values.get("forecast")),
        medium_target=_one_line(values.get("medium_target")),
        points=_points(values.get("points")),
        score=_points(values.get("score")),
        note=_note(values),
        unit=values.get("unit"),
        level4=name if head.fourth else None,
        standard=values.get("standard"),
        review_score=_points(values.get("review_score")),
        other=_texts(sheet, row, further) if further else {},
        cells=cells
        if _JOINED.isdisjoint(cells)
        else {key: cell for key, cell in cells.items() if key not in _JOINED},
    )


def _is_stray(operator: str | None, target: str | None) -> bool:
    """Whether the text of the column 指标性质 is no sign, no word for one, and not in the target."""
    return operator is not None and not (
        _NOT_OPERATORS.match(operator.strip())
        or operator.strip() in (target or "")
        or tidy(operator) in SIGN_OF
    )


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
    if _SPLIT.isdisjoint(cells):
        return _one_line(values.get("target")), None, cells.get("target", "")
    adjusted, initial, plain = (
        values.get("adjusted_target"),
        values.get("initial_target"),
        values.get("target"),
    )
    if adjusted and "initial_target" not in cells:
        initial = plain  # 年度指标值 beside 调整值
    both = "adjusted_target" in cells and bool(initial) or "initial_target" in cells and "target" in cells
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
        if part in cells and not (part == "operator" and (described or _is_stray(values.get(part), joined)))
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
