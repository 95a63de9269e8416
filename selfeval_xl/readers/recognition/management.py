"""Reading of 资金管理情况 on 转移支付 forms: a text, and perhaps the problems, for each side of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from selfeval_xl.model.forms import ManagementText
from selfeval_xl.model.grid import Area, a1
from selfeval_xl.readers.recognition.labels import roles, split_inline
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

SCOPE = "管理"
_OTHER_PARTS = frozenset(("指标", "目标", "目标栏", "资金行", "资金合计", "表", "说明", "签字"))


@dataclass(slots=True)
class Management:
    """The texts of 资金管理情况. rows: first and last row of each part of it."""

    texts: list[ManagementText] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Columns:
    """The columns of the block: of the sides, of the texts and of the problems; None where not headed."""

    topic: int
    text: int | None = None
    problems: int | None = None


def read_management(sheet: ScannedSheet, area: Area, taken: Iterable[tuple[int, int]]) -> Management:
    """The texts in the rows of `area` that no table has `taken`: below the section, else by known sides."""
    found = Management()
    labels = [
        (role.key, label)
        for label in sheet.labels(area.top, area.bottom, area.left, area.right)
        for role in label.roles
        if role.scope == SCOPE and role.key in ("section", "topic")
    ]
    if not labels:
        return found
    busy = {row for top, bottom in taken for row in range(top, bottom + 1)}
    for section in (label for key, label in labels if key == "section"):
        if section.row not in busy:
            rows = range(section.row, _end(sheet, section, area, busy) + 1)
            _read_rows(sheet, rows, _Columns(section.area.right + 1), section, area, found)
            busy.update(rows)
    for topic in (label for key, label in labels if key == "topic"):
        if topic.row not in busy:
            rows = range(topic.row, topic.area.bottom + 1)
            _read_rows(sheet, rows, _Columns(topic.column), None, area, found)
            busy.update(rows)
    return found


def _end(sheet: ScannedSheet, section: Label, area: Area, busy: set[int]) -> int:
    """The last row of a block: that of its merged section, else the one before the next part of the form."""
    if section.area.bottom > section.row:
        return section.area.bottom
    row = section.row
    while row < area.bottom and row + 1 not in busy:
        labels = sheet.rows.get(row + 1, ())
        own = any(role.scope == SCOPE for label in labels for role in label.roles)
        if not own and any(role.scope in _OTHER_PARTS for label in labels for role in label.roles):
            break
        if not own and not sheet.text(row + 1, section.area.right + 1):
            break
        row += 1
    return row


def _read_rows(
    sheet: ScannedSheet, rows: range, columns: _Columns, section: Label | None, area: Area, found: Management
) -> None:
    """Reads the rows of a block. section: its label; None where only a known side stands there."""
    for row in rows:
        if not _note_heads(sheet, row, columns, area):
            _read_row(sheet, row, columns, section, area, found)
    if section is not None:
        sheet.note(section, section.need_role(SCOPE), "资金管理情况")
    found.rows.append((rows[0], rows[-1]))


def _note_heads(sheet: ScannedSheet, row: int, columns: _Columns, area: Area) -> bool:
    """Takes the columns from a row with 情况说明 or 存在问题 in it; whether it is one."""
    headed = False
    for label in sheet.labels(row, row, columns.topic + 1, area.right):
        if label.is_key(SCOPE, "text") and label.row == row:
            columns.text, headed = label.column, True
        elif label.is_key(SCOPE, "problems") and label.row == row:
            columns.problems, headed = label.column, True
    return headed


def _read_row(
    sheet: ScannedSheet, row: int, columns: _Columns, section: Label | None, area: Area, found: Management
) -> None:
    """Reads one row: the side, its text and its problems."""
    places = _places(sheet, row, columns.topic, area)
    name_area = sheet.grid.area(row, columns.topic)
    name = sheet.text(row, columns.topic)
    texts = [place for place in places if place[1] > name_area.right]
    inline = split_inline(name)
    if inline is None and not texts and columns.text is None and section is not None:
        parts = name.replace("：", ":").partition(":")
        inline = (parts[0], parts[2].strip()) if parts[1] and len(parts[0]) <= 20 else None
        if inline is None and name:  # 资金管理情况 | one text for all sides
            inline = " ".join(section.text.split()), name
    if inline is not None and not texts:
        _add(found, inline[0], {"text": (name_area.top, name_area.left)}, {"text": inline[1]})
        return
    if not name:
        return
    positions = {"text": columns.text, "problems": columns.problems}
    if columns.text is None and columns.problems is None:
        positions = dict(zip(("text", "problems"), (place[1] for place in texts), strict=False))
    cells = {key: sheet.value_cell(row, column) for key, column in positions.items() if column is not None}
    values = {key: sheet.take(*place)[0] for key, place in cells.items()}
    sheet.furniture.add((name_area.top, name_area.left))
    _add(found, " ".join(name.split()), cells, values)


def _places(sheet: ScannedSheet, row: int, left: int, area: Area) -> list[tuple[int, int]]:
    """The filled cells of a row from this column on that are no heads."""
    return [
        (row, column)
        for column in sheet.filled(row, left, area.right)
        if not any(
            role.scope == SCOPE and role.key in ("text", "problems")
            for role in roles(sheet.text(row, column))
        )
    ]


def _add(
    found: Management,
    label: str,
    cells: dict[str, tuple[int, int]],
    values: dict[str, str | None],
) -> None:
    """Adds the text of a side."""
    label = label.strip(" :：")
    if not label:
        return
    found.texts.append(
        ManagementText(
            label=label,
            text=values.get("text"),
            problems=values.get("problems"),
            cells={key: a1(*place) for key, place in cells.items()},
        )
    )
