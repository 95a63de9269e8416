"""Reading of a form's head: names, codes, year, total and grade, each found by its label, with its cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from selfeval_xl.model import fields
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.model.quantity import is_blank, is_void, money
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.labelled import one_line, put, put_or_none
from selfeval_xl.readers.recognition.labels import Role, has_scope, roles, split_inline
from selfeval_xl.readers.recognition.page_breaks import breaks_page
from selfeval_xl.readers.recognition.run_on import cut, pairs_in
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet
from selfeval_xl.readers.recognition.years import year_in

_GRADE = re.compile(r"^(?:优秀?|良好?|中等?|差|合格|不合格|较差|较好|好|[ABCDＡ-Ｄ]级?)$")
_TICK_BEFORE = re.compile(r"[☑√✓✔■☒]\s*(优秀?|良好?|中等?|差|不合格|合格)")
_TICK_BEHIND = re.compile(r"(优秀?|良好?|中等?|差|不合格|合格)\s*+[(（]?+\s*+[☑√✓✔■☒]")
_SEAL = re.compile(r"(?<!\s)\s*[(（](?:公章|盖章|签章|签字|单位公章)[)）]$")
# A form number (附件1, 公开05表), which may be printed at the right of a line such as 部门：.
_FORM_NUMBER = re.compile(
    r"^(?:公开|财决|附)?\s*\d{1,3}\s*表$|^附\s*[件表]\s*[\d一二三四五六七八九十]*(?:-\d+)?$"
)
# What stands beside a label and is no name: a unit of money, a date, a seal.
_NO_NAME = re.compile(
    r"[(\[【]?(?:(?:金额|计量|货币)?单位:?)?(?:人民币)?[亿万千百十]?元[)\]】]?$"
    r"|(?:20\d\d)年\d{1,2}月(?:\d{1,2}日)?$|20\d\d[-./]\d{1,2}[-./]\d{1,2}$"
    r"|[(\[]?(?:单位)?(?:公章|盖章|签章|签字|签名)[)\]]?$"
)
# What is printed where a name belongs and was left so: ____, ×××, （请填写）, （填写项目全称）.
_UNFILLED = re.compile(
    r"\A(?:_++|[xX×*]{2,}+|[.…·]{2,}+|[(\[【](?:请|此处)*+(?:填|输入|注明)[^()（）]{0,20}[)\]】])$"
)
_NO_DATE = re.compile(r"\A[年月日_＿\s]+$")
_FIELD_SCOPES = frozenset(("表", "签字", "其他", "说明", "资金行", "指标", "目标", "管理"))
_NAMES = frozenset(("project", "department", "unit"))
_INLINE_SCOPES = ("表", "签字", "说明", "其他")
_LONGEST_INLINE = 200
_TO_SIGN = re.compile("（[^（）]*(?:签字|签名|签章)）")


@dataclass(slots=True)
class FormHead:
    """The contents of a form's head.

    values: by field key. cells: by key, also of fields whose label is printed but empty. ranks, labels: of
    the label that gave each field, 0 the best. remarks, signature, details: by label; details are what has no
    field, or was printed for a field that a better label gave.
    """

    values: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    signature: dict[str, str | None] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)

    def offer(self, key: str, rank: int, value: str | None, cell: str, label: str) -> None:
        """Takes a value unless a better label has given one already; the other one becomes a detail."""
        filled = self.values.get(key)
        better = rank < self.ranks.get(key, 10**6)
        if (value and not filled) or (better and (value or not filled)) or key not in self.cells:
            if filled and value and squeeze(filled) != squeeze(value):
                put(self.details, self.labels[key], filled)
            self.cells[key], self.ranks[key], self.labels[key] = cell, rank, one_line(label)
            if value:
                self.values[key] = value
        elif value and filled and squeeze(filled) != squeeze(value):
            put(self.details, one_line(label), value)

    def take(self, remarks: Mapping[str, str], cells: Mapping[str, str], details: Mapping[str, str]) -> None:
        """Takes the reasons that stand beside the goal, with their cells, and the further goals."""
        for record, texts in ((self.remarks, remarks), (self.details, details)):
            for label, text in texts.items():
                put(record, label, text)
        for key, cell in cells.items():
            self.cells.setdefault(key, cell)


def read_head(
    sheet: ScannedSheet, area: Area, tables: list[tuple[int, int]], goals: Collection[tuple[int, int]]
) -> FormHead:
    """The head fields, remarks and signatures in `area`, outside the rows of `tables` (first and last).

    goals: the cells with the texts of the goal, in which no label is looked for.
    """
    head = FormHead()
    inside = {row for top, bottom in tables for row in range(top, bottom + 1)}
    first = min(inside, default=area.bottom + 1)
    for label in sheet.labels(area.top, area.bottom, area.left, area.right):
        if label.row not in inside:
            _read_label(sheet, label, area, inside, head)
    for row in range(area.top, area.bottom + 1):
        if row not in inside:
            for column in sheet.filled(row, area.left, area.right):
                if (row, column) not in goals:
                    _read_inline(sheet, row, column, head, above=row < first)
    return head


def _read_label(sheet: ScannedSheet, label: Label, area: Area, inside: set[int], head: FormHead) -> None:
    """Reads the value beside a label of the head, or below it."""
    role = label.role("表") or label.role("说明") or label.role("签字")
    if role is None or _is_section(label):
        if label.role("其他"):
            turned = _turned(sheet, label, area)
            places = [turned] if turned else list(_values_right(sheet, label, area, inside))
            _read_texts(sheet, label, places, head.details)
        return
    if role.scope == "说明":
        places = list(_values_right(sheet, label, area, inside)) or list(
            _values_below(sheet, label, area, inside)
        )
        cell = _read_texts(sheet, label, places, head.remarks)
        head.cells.setdefault(core(label.text), cell or a1(*value_place(sheet, label, area)))
        return
    row, column = _turned(sheet, label, area) or value_place(sheet, label, area)
    text = _SEAL.sub("", sheet.grid.text(row, column).strip())
    if role.scope == "签字":
        value = None if is_void(text) or is_label(text) or _NO_DATE.match(text) else text
        name = _signature_name(label.text) if value else _blank_signature(label.text, head)
        put_or_none(head.signature, name, value)
        if value:
            sheet.values.add((row, column))
        elif (row, column) in sheet.grid.pictures:
            head.cells.setdefault(name, a1(row, column))
        else:
            head.cells.setdefault(name, a1(label.row, label.column))
        return
    _read_field(sheet, label, role, text, (row, column), head)


@lru_cache(maxsize=1000)
def _signature_name(label: str) -> str:
    """The label of a signature without brackets; a seal keeps what is in them (单位公章, not 单位)."""
    plain = core(label)
    if has_scope(plain, "签字"):
        return plain
    return re.sub(r"[()（）\[\]:：\s]", "", label)


def _blank_signature(label: str, head: FormHead) -> str:
    """The name of a signature that is missing: with its brackets where the same person stands elsewhere.

    项目负责人 in the head has a name, 项目负责人（签字） below the table is to be signed all the same.
    """
    name = _signature_name(label)
    signed = re.sub(r"[:：\s]", "", label).replace("(", "（").replace(")", "）")
    return signed if head.signature.get(name) and _TO_SIGN.search(signed) else name


def _read_field(
    sheet: ScannedSheet, label: Label, role: Role, text: str, place: tuple[int, int], head: FormHead
) -> None:
    """Reads the value of a field."""
    beside = is_label(text)  # another label: the value is missing, or belongs behind the label's colon
    cell = a1(label.area.top, label.area.left) if beside else a1(*place)
    value = None if is_void(text) or beside or _FORM_NUMBER.match(text) else text
    if role.key in _NAMES and value and _NO_NAME.match(squeeze(value)):
        value = None
    if role.key in _NAMES and value and _UNFILLED.match(squeeze(value)):
        sheet.furniture.add(place)
        value = None
    if role.key == "total_score" and (value is None or money(value.rstrip("分")) is None):
        return
    if role.key == "grade":
        value = value and ticked(value)
        if value is None or not _GRADE.match(value):
            return
    if role.key == "year":
        year = year_in(value)
        value = str(year) if year else None
    if value and role.key in _NAMES:
        value, further = cut(value)
        for name, behind in further:
            _read_named(sheet, name, behind, place, head, above=False)
    known = fields.find(fields.FORM, role.key)
    sheet.note(label, role, known.label if known else role.label)
    if value:
        sheet.values.add(position(cell))
    head.offer(role.key, role.rank, value, cell, label.text)


def _is_section(label: Label) -> bool:
    """Whether a label over several rows is the name of a section and not of a field."""
    role = label.role("表") if label.area.bottom - label.area.top >= 2 else None
    return role is not None and role.key in ("total_score", "grade")


def is_label(text: str) -> bool:
    """Whether a cell's text is another label, alone (填表人：) or with its value (联系电话：0431-…)."""
    return has_scope(text, *_FIELD_SCOPES) or split_inline(text) is not None


def value_place(sheet: ScannedSheet, label: Label, area: Area) -> tuple[int, int]:
    """The cell of a label's value: the first filled one to its right before the next label, else the next."""
    column = label.area.right + 1
    first = column
    while column <= area.right:
        cell = sheet.grid.area(label.row, column)
        text = sheet.text(cell.top, cell.left)
        if text and cell.top <= label.row:
            if has_scope(text, *_FIELD_SCOPES):
                break
            return cell.top, cell.left
        column = cell.right + 1
    cell = sheet.grid.area(label.row, min(first, area.right))
    return cell.top, cell.left


def _values_right(
    sheet: ScannedSheet, label: Label, area: Area, inside: set[int]
) -> Iterator[tuple[int, int]]:
    """All filled cells right of a label, in all its rows, each before the next label of its row."""
    for row in range(label.area.top, label.area.bottom + 1):
        if row in inside:
            return
        for column in sheet.filled(row, label.area.right + 1, area.right):
            if is_label(sheet.lines[row][column]) or _is_known(sheet, row, column):
                break
            yield row, column


def _is_known(sheet: ScannedSheet, row: int, column: int) -> bool:
    """Whether a cell is a label that is known on this sheet alone."""
    return any(
        label.column == column and any(role.scope in _FIELD_SCOPES for role in label.roles)
        for label in sheet.rows.get(row, ())
    )


def _values_below(
    sheet: ScannedSheet, label: Label, area: Area, inside: set[int]
) -> Iterator[tuple[int, int]]:
    """The lone texts in the rows below a label that stands alone in its row."""
    if sheet.filled(label.row, area.left, area.right) != [label.column]:
        return
    for row in range(label.area.bottom + 1, area.bottom + 1):
        columns = sheet.filled(row, area.left, area.right)
        if row in inside or len(columns) != 1 or breaks_page(sheet, row, area):
            return
        text = sheet.lines[row][columns[0]]
        if roles(text) or split_inline(text) or columns[0] > label.area.right:
            return
        yield row, columns[0]


def _read_texts(
    sheet: ScannedSheet, label: Label, places: Iterable[tuple[int, int]], record: dict[str, str]
) -> str | None:
    """Puts the texts of these cells into a record under the label; returns the first cell, None for none."""
    found = [place for place in places if not is_void(sheet.text(*place))]
    if not found:
        return None
    text = "\n".join(sheet.text(*place) for place in found)
    key = "".join(label.text.split("\n")).strip()
    put(record, key if label.role("说明") else one_line(key), text)
    sheet.values.update(found)
    return a1(*found[0])


def _turned(sheet: ScannedSheet, label: Label, area: Area) -> tuple[int, int] | None:
    """The cell below or above a label, where a row has nothing but labels and the row there their values."""
    labels = sheet.labels(label.row, label.row, area.left, area.right)
    if len(labels) < 2 or len(labels) != len(sheet.filled(label.row, area.left, area.right)):
        return None
    if not any(other.role("表") for other in labels):
        return None
    if any(not (other.role("表") or other.role("其他")) for other in labels):
        return None
    for row in (label.area.bottom + 1, label.row - 1):
        if not area.top <= row <= area.bottom:
            continue
        filled = sheet.filled(row, area.left, area.right)
        heads = {other.column for other in labels}
        if (
            len(filled) > 1
            and set(filled) <= heads
            and not any(is_label(sheet.text(row, at)) for at in filled)
        ):
            return sheet.value_cell(row, label.column)
    return None


def read_above(lines: Iterable[str], head: FormHead) -> None:
    """Takes names from the lines above a Word table (部门：…  项目单位：…), where the table has none."""
    for line in lines:
        if len(line) > _LONGEST_INLINE or not (":" in line or "：" in line):
            continue
        for label, text in pairs_in(line):
            role = next((role for role in roles(label) if role.scope == "表" and role.key in _NAMES), None)
            name = _SEAL.sub("", text).strip()
            if role and not (is_void(name) or is_label(name) or _NO_NAME.match(squeeze(name))):
                head.values.setdefault(role.key, name)


def _read_inline(sheet: ScannedSheet, row: int, column: int, head: FormHead, above: bool) -> None:
    """Reads label and value in one cell, also several of them run together. above: all tables of the form."""
    value = sheet.grid.value(row, column)
    if not isinstance(value, str) or (":" not in value and "：" not in value):
        return
    remark = split_inline(value.strip())
    if remark and has_scope(remark[0], "说明"):
        put(head.remarks, core(remark[0]), remark[1])
        sheet.values.add((row, column))
        return
    if len(value) > _LONGEST_INLINE:
        return
    for label, text in pairs_in(value):
        _read_named(sheet, label, text, (row, column), head, above)


def _read_named(
    sheet: ScannedSheet, label: str, text: str, place: tuple[int, int], head: FormHead, above: bool
) -> None:
    """Reads a label and its value, "" for none, that stand in a cell together."""
    by_scope = {role.scope: role for role in reversed(roles(label))}
    role = next((by_scope[scope] for scope in _INLINE_SCOPES if scope in by_scope), None)
    if role is not None and text:
        _read_pair(sheet, role, label, text, place, head)
    elif role is not None:
        _read_blank(sheet, role, label, place, head, above)


def _read_blank(
    sheet: ScannedSheet, role: Role, label: str, place: tuple[int, int], head: FormHead, above: bool
) -> None:
    """Notes a label of a cell that has no value.

    above: whether the cell stands above the tables, where a name is filled in and not stamped.
    """
    sheet.furniture.add(place)
    if role.scope == "签字":
        name = _blank_signature(label, head)
        put_or_none(head.signature, name, None)
        head.cells.setdefault(name, a1(*place))
    elif role.key in _NAMES and above and "章" not in label:
        head.offer(role.key, role.rank + 50, None, a1(*place), label)


def _read_pair(
    sheet: ScannedSheet, role: Role, label: str, text: str, place: tuple[int, int], head: FormHead
) -> None:
    """Reads the value of one label of a cell."""
    if role.scope == "表":
        if role.key == "year":
            text = str(year_in(text) or "")
        else:
            text = _SEAL.sub("", ticked(text) if role.key == "grade" else text).strip()
        if role.key in ("total_score", "grade") and not (
            money(text.rstrip("分")) is not None or _GRADE.match(text)
        ):
            return
        nothing = is_void(text) or (role.key in _NAMES and _NO_NAME.match(squeeze(text)))
        head.offer(role.key, role.rank + 50, None if nothing else text, a1(*place), label)
    elif role.scope == "签字":
        unfilled = is_blank(text) or _NO_DATE.match(text)
        name = _blank_signature(label, head) if unfilled else _signature_name(label)
        put_or_none(head.signature, name, None if unfilled else text)
        head.cells.setdefault(name, a1(*place))
    elif not is_blank(text):
        put(head.remarks if role.scope == "说明" else head.details, core(label), text)
    sheet.values.add(place)


def ticked(text: str) -> str:
    """The ticked grade among several (☑优 □良, 优√ 良 中 差); the text itself where none is ticked."""
    pattern = _TICK_BEFORE if text.lstrip()[:1] in "☑√✓✔■☒□○☐" else _TICK_BEHIND
    match = pattern.search(text)
    return match[1] if match else text


def is_grade(text: str) -> bool:
    """Whether the text is a grade (优, 合格, B级)."""
    return bool(_GRADE.match(text))
