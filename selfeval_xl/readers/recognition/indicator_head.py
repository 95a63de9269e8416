"""Finding of the heads of indicator tables (one or two rows), and of the field in each column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import core
from selfeval_xl.readers.recognition.bands import Title, bands
from selfeval_xl.readers.recognition.funding import find_funding
from selfeval_xl.readers.recognition.labels import Role, likely, roles
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

SCOPE = "指标"
ANSWERS = ("target", "initial_target", "actual")
SCORED = ("points", "score")
_BESIDE_SCORES = ("level1", "level2", "points", "standard", "review_score")
_LONGEST_HEAD = 24
_ROWS_TO_COMPARE, _FEWEST_SCORES = 60, 3
_WORDINGS = (
    ("note", re.compile(r"原因|改进措施|整改措施|情况说明$")),
    ("initial_target", re.compile(r"^年初.{0,6}(?:指标|目标)值$")),
    ("target", re.compile(r"(?:指标|目标|预期|计划)值$")),
    ("actual", re.compile(r"(?:完成|实际|达成)值$|实际完成")),
    ("score", re.compile(r"得分$")),
    ("points", re.compile(r"分值$|权重$")),
)
_REASON = re.compile(r"原因|说明|分析|措施")  # 原因说明 beside the kinds of causes
_POINTS_AND_SCORE = re.compile(r"(?:分值|权重|满分|标准分)[/／、和及]+(?:自评|实际)?得分$")
_GOAL_NUMBERED = re.compile(r"目标(?:\d|[一二三四五六七八九十])$")  # 年度目标2 continues the same form
_PRINTED_ABOVE = frozenset(("target", "actual", "points", "score", "note", "initial_target"))
_SPLIT_BELOW = frozenset(("operator", "unit"))


@dataclass(frozen=True)
class TableHead:
    """The beginning of an indicator table: its rows, its first and last column, its columns by key.

    name: the column of the names. keys: those of the columns that an indicator is answered in: targets and
    completed values, or points and scores on a score card without targets. answers: the first of them.
    further: heads of other columns for further rows of the same form.
    """

    top: int
    bottom: int
    left: int
    right: int
    columns: dict[str, Label]
    name: int
    answers: int
    keys: tuple[str, ...] = ANSWERS
    further: list[TableHead] = field(default_factory=list)

    @cached_property
    def answer_columns(self) -> frozenset[int]:
        """The columns that an indicator is answered in."""
        return frozenset(self.columns[key].column for key in self.keys if key in self.columns)

    @cached_property
    def fourth(self) -> bool:
        """Whether the names stand in a column of fourth level."""
        return core(self.columns["name"].text).startswith("四级")


def find_heads(sheet: ScannedSheet, titles: list[Title]) -> list[TableHead]:
    """Every indicator head of the sheet, top to bottom, left to right; two side by side are two."""
    heads: list[TableHead] = []
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
            above = next(
                (other for other in reversed(heads) if (other.left, other.right) == (left, right)), None
            )
            if head is None:
                continue
            if above is None or not _goes_on(sheet, head, above, titles):
                heads.append(head)
            elif not _repeats(head, above):
                above.further.append(head)
    return heads


def _repeats(head: TableHead, above: TableHead) -> bool:
    """Whether a head has the columns of the one above it: a page broke there."""
    last = above.further[-1] if above.further else above
    same = sum(
        key in last.columns and last.columns[key].column == label.column
        for key, label in head.columns.items()
    )
    return same >= 3 and same >= len(head.columns) - 1


def _goes_on(sheet: ScannedSheet, head: TableHead, above: TableHead, titles: list[Title]) -> bool:
    """Whether a head belongs to the form of the one above it: no part of another form stands between.

    A title between begins another form, unless it only repeats the first one above a repeated head.
    """
    top, bottom = above.bottom + 1, head.top - 1
    if not _repeats(head, above) and any(
        top <= row <= bottom and head.left <= column <= head.right for row, column, _ in titles
    ):
        return False
    if find_funding(sheet, top, bottom, head.left, head.right) is not None:
        return False
    return not any(
        role.scope in ("表", "目标") and role.key in ("project", "department", "unit", "expected", "actual")
        for label in sheet.labels(top, bottom, head.left, head.right)
        if not _GOAL_NUMBERED.search(core(label.text))
        for role in label.roles
    )


def _head(sheet: ScannedSheet, row: int, left: int, right: int) -> TableHead | None:
    """The head around a 三级指标 cell, or None where its row is no head."""
    top, bottom = _head_rows(sheet, row, left, right)
    columns: dict[str, Label] = {}
    for head_row in range(top, bottom + 1):
        for key, label in _columns(sheet, head_row, left, right).items():
            if key not in columns or (
                head_row > columns[key].row and label.area.left >= columns[key].area.left
            ):
                columns[key] = label
    _add_likely(sheet, top, bottom, left, right, columns)
    _take_split_columns(sheet, bottom, columns)
    if "score" in columns and _POINTS_AND_SCORE.match(core(columns["score"].text)):
        columns["points"] = columns["score"]  # 分值/得分, split row by row
    if "measure" in columns and "note" not in columns:
        columns["note"] = columns.pop("measure")
    if len(columns) < 3 or "name" not in columns:
        return None
    _take_nearest_points(sheet, top, bottom, columns)
    _add_score_without_head(sheet, bottom, right, columns)
    keys = ANSWERS if columns.keys() & set(ANSWERS) else SCORED
    if keys is SCORED and not ("score" in columns and columns.keys() & set(_BESIDE_SCORES)):
        return None
    answers = [columns[key].column for key in (*keys, "operator") if key in columns]
    return TableHead(top, bottom, left, right, columns, columns["name"].column, min(answers), keys)


def _take_split_columns(sheet: ScannedSheet, bottom: int, columns: dict[str, Label]) -> None:
    """Of a label over several columns with heads of their own, takes the column that has its values.

    A target over 运算符号, 内容 and 度量单位 stands below 内容; a reason over kinds of causes to tick and
    原因说明 below the latter.
    """
    for key in ("target", "actual", "note"):
        label = columns.get(key)
        if label is None:
            continue
        below = sheet.heads_below(label, bottom)
        taken = {other.column for other in columns.values() if other is not label and other.row > label.row}
        if key == "note":
            own = [column for column, text in below.items() if _REASON.search(core(text))]
        else:
            own = [column for column in below if column not in taken] if taken & below.keys() else []
        if own:
            columns[key] = Label(bottom, own[0], below[own[0]], sheet.grid.area(bottom, own[0]), label.roles)


def _add_score_without_head(sheet: ScannedSheet, bottom: int, right: int, columns: dict[str, Label]) -> None:
    """Adds a column of scores whose head is empty: right of the points, a number up to them in most rows."""
    if "points" not in columns or "score" in columns:
        return
    points = columns["points"]
    taken = {label.column for label in columns.values()}
    for column in range(points.area.right + 1, right + 1):
        if column in taken or sheet.text(bottom, column):
            continue
        rows = range(bottom + 1, min(bottom + _ROWS_TO_COMPARE, sheet.grid.height))
        both = [
            (most, score)
            for row in rows
            if (most := money(sheet.text(row, points.column) or None)) is not None
            and (score := money(sheet.text(row, column) or None)) is not None
        ]
        if len(both) >= _FEWEST_SCORES and all(score <= most for most, score in both):
            role = Role(SCOPE, "score", 95, "得分", "数值")
            columns["score"] = Label(bottom, column, "", sheet.grid.area(bottom, column), (role,))
            return


def _take_nearest_points(sheet: ScannedSheet, top: int, bottom: int, columns: dict[str, Label]) -> None:
    """Of several columns of points, one behind each level, takes the one behind the names."""
    if "points" not in columns or columns["points"].column > columns["name"].column:
        return
    behind = [
        label
        for row in range(top, bottom + 1)
        for label in sheet.rows.get(row, ())
        if label.is_key(SCOPE, "points") and label.column > columns["name"].column
    ]
    if behind and "target" not in columns:
        columns["points"] = min(behind, key=lambda label: label.column)


def _head_rows(sheet: ScannedSheet, row: int, left: int, right: int) -> tuple[int, int]:
    """The first and last row of the head around a 三级指标 cell in `row`.

    These are its own row, the row above for labels printed over split columns, and the row below for the
    labels of split columns.
    """
    top = row
    bottom = max(
        label.area.bottom for label in sheet.rows[row] if left <= label.column <= right and label.role(SCOPE)
    )
    columns = _columns(sheet, row, left, right)
    above = (
        _columns(sheet, row - 1, left, right) if row and not {"target", "actual"} <= columns.keys() else {}
    )
    if (above.keys() - columns.keys()) & _PRINTED_ABOVE and "name" not in above:
        top = row - 1
    below = _columns(sheet, row + 1, left, right)
    if bottom == row and (_SPLIT_BELOW & below.keys() or row + 1 in sheet.sub_heads) and "name" not in below:
        bottom = row + 1
    return top, bottom


def _columns(sheet: ScannedSheet, row: int, left: int, right: int) -> dict[str, Label]:
    """The columns of one head row by key.

    A label that fits two keys takes the one that is still free; of two labels for a key the better rank wins.
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
    sheet: ScannedSheet, top: int, bottom: int, left: int, right: int, columns: dict[str, Label]
) -> None:
    """Adds missing columns whose label is misspelt or known by its wording only."""
    for row in range(top, bottom + 1):
        known = {label.column for label in sheet.rows.get(row, ()) if label.role(SCOPE)}
        for column in sheet.filled(row, left, right):
            text = sheet.grid.value(row, column)
            if not isinstance(text, str) or roles(text) or column in known:
                continue
            area = sheet.grid.area(row, column)
            if area.bottom > bottom:  # a section's label, which extends below the head
                continue
            role = likely(text, SCOPE) or by_wording(text)
            if role and role.key not in columns and role.key != "other":
                columns[role.key] = Label(row, column, text, area, (role,))


def by_wording(text: str) -> Role | None:
    """The role of a head's label by its wording alone (未达标原因及改进措施), or None."""
    word = core(text)
    key = next(
        (key for key, pattern in _WORDINGS if len(word) <= _LONGEST_HEAD and pattern.search(word)), None
    )
    return Role(SCOPE, key, 90, word, "字样") if key else None
