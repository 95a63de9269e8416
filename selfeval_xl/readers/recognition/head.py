"""Reading of a form's head: names, codes, year, total and grade, each found by its label, with its cell."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from selfeval_xl.model import fields
from selfeval_xl.model.grid import Area, a1
from selfeval_xl.model.quantity import is_void, money
from selfeval_xl.model.text import core
from selfeval_xl.readers.recognition.labels import roles, split_inline
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*(?:年度|年|财政年度)")
_BARE_YEAR = re.compile(r"^\s*(20\d{2})\s*$")
_GRADE = re.compile(r"^(?:优秀?|良好?|中等?|差|合格|不合格|较差|较好|好|[ABCDＡ-Ｄ]级?)$")
_TICK_BEFORE = re.compile(r"[☑√✓✔■☒]\s*(优秀?|良好?|中等?|差|不合格|合格)")
_TICK_BEHIND = re.compile(r"(优秀?|良好?|中等?|差|不合格|合格)\s*[(（]?\s*[☑√✓✔■☒]")
_SEAL = re.compile(r"\s*[(（](?:公章|盖章|签章|签字|单位公章)[)）]$")
# A form number (附件1, 公开05表), which may be printed at the right of a line such as 部门：.
_FORM_NUMBER = re.compile(
    r"^(?:公开|财决|附)?\s*\d{1,3}\s*表$|^附\s*[件表]\s*[\d一二三四五六七八九十]*(?:-\d+)?$"
)
_RUN_ON = re.compile(r"\s{2,}|[;；\n]|\s+(?=[^\s:：]{2,12}\s?[:：])")
_FIELD_SCOPES = frozenset(("表", "签字", "其他", "说明", "资金行", "指标", "目标"))


@dataclass(slots=True)
class FormHead:
    """The contents of a form's head.

    values: by field key. cells: by key, also of fields whose label is printed but empty. ranks: of the label
    that gave each field, 0 the best. remarks, signature: by label.
    """

    values: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    signature: dict[str, str | None] = field(default_factory=dict)

    def offer(self, key: str, rank: int, value: str | None, cell: str) -> None:
        """Takes a value unless a better label has given one already."""
        filled = key in self.values
        better = rank < self.ranks.get(key, 10**6)
        if (value and not filled) or (better and (value or not filled)) or key not in self.cells:
            self.cells[key], self.ranks[key] = cell, rank
            if value:
                self.values[key] = value


def read_head(sheet: ScannedSheet, area: Area, tables: list[tuple[int, int]]) -> FormHead:
    """The head fields, remarks and signatures in `area`, outside the rows of `tables` (first and last)."""
    head = FormHead()
    inside = {row for top, bottom in tables for row in range(top, bottom + 1)}
    for label in sheet.labels(area.top, area.bottom, area.left, area.right):
        if label.row not in inside:
            _read_label(sheet, label, area, head)
    for row in range(area.top, area.bottom + 1):
        if row not in inside:
            for column in sheet.filled(row, area.left, area.right):
                _read_inline(sheet, row, column, head)
    return head


def _read_label(sheet: ScannedSheet, label: Label, area: Area, head: FormHead) -> None:
    """Reads the value beside a label of the head."""
    role = label.role("表") or label.role("说明") or label.role("签字")
    if role is None or _is_section(sheet, label):
        if label.role("其他"):
            sheet.furniture.add(value_place(sheet, label, area))
        return
    row, column = value_place(sheet, label, area)
    text = _SEAL.sub("", sheet.grid.text(row, column).strip())
    value = None if is_void(text) or roles(text) or _FORM_NUMBER.match(text) else text
    value_area = sheet.grid.area(row, column)
    cell = a1(value_area.top, value_area.left)
    if role.scope == "说明":
        if value:
            sheet.values.add((row, column))
            head.remarks["".join(label.text.split("\n")).strip()] = value
            head.cells.setdefault(core(label.text), cell)
        return
    if role.scope == "签字":
        is_next_label = value and split_inline(value)  # 负责人： | 联系电话：0431-…
        head.signature[core(label.text)] = None if is_next_label else value
        if head.signature[core(label.text)]:
            sheet.values.add((row, column))
        return
    if role.key == "total_score" and (value is None or money(value) is None):
        return
    if role.key == "grade":
        value = value and ticked(value)
        if value is None or not _GRADE.match(value):
            return
    if role.key == "year":
        year = year_in(value)
        value = str(year) if year else None
    sheet.note(label, role, fields.field(fields.FORM, role.key).label)
    head.offer(role.key, role.rank, value, cell)


def _is_section(sheet: ScannedSheet, label: Label) -> bool:
    """Whether a label over several rows is the name of a section and not of a field."""
    role = label.role("表") if label.area.bottom - label.area.top >= 2 else None
    return role is not None and role.key in ("total_score", "grade")


def value_place(sheet: ScannedSheet, label: Label, area: Area) -> tuple[int, int]:
    """The cell of a label's value: the first filled one to its right before the next label, else the next."""
    column = label.area.right + 1
    first = column
    while column <= area.right:
        cell = sheet.grid.area(label.row, column)
        text = sheet.grid.text(cell.top, cell.left).strip()
        if text and cell.top <= label.row:
            if any(role.scope in _FIELD_SCOPES for role in roles(text)):
                break
            return cell.top, cell.left
        column = cell.right + 1
    cell = sheet.grid.area(label.row, min(first, area.right))
    return cell.top, cell.left


def _read_inline(sheet: ScannedSheet, row: int, column: int, head: FormHead) -> None:
    """Reads label and value in one cell, also several of them run together."""
    value = sheet.grid.value(row, column)
    if not isinstance(value, str) or len(value) > 200 or (":" not in value and "：" not in value):
        return
    parts: list[str] = []
    for piece in _RUN_ON.split(value.strip()):
        if parts and not split_inline(piece) and not roles(piece.rstrip(" :：")):
            parts[-1] += f" {piece}"  # a piece without a label goes on with the value before it
        else:
            parts.append(piece)
    for pair in filter(None, map(split_inline, parts)):
        for role in roles(pair[0]):
            if role.scope == "表":
                text = _SEAL.sub("", pair[1]) if role.key != "year" else str(year_in(pair[1]) or "")
                if role.key in ("total_score", "grade") and not (
                    money(text.rstrip("分")) is not None or _GRADE.match(text)
                ):
                    continue
                head.offer(role.key, role.rank + 50, None if is_void(text) else text.strip(), a1(row, column))
                sheet.values.add((row, column))
            elif role.scope == "签字":
                head.signature[core(pair[0])] = pair[1] or None
                sheet.values.add((row, column))
            elif role.scope == "说明":
                head.remarks[core(pair[0])] = pair[1]
                sheet.values.add((row, column))


def year_in(text: str | None) -> int | None:
    """The first year in a text (2023年度), or a bare year; None where there is none."""
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    match = _YEAR.search(plain) or _BARE_YEAR.match(plain)
    return int(match[1]) if match else None


def ticked(text: str) -> str:
    """The ticked grade among several (☑优 □良, 优√ 良 中 差); the text itself where none is ticked."""
    pattern = _TICK_BEFORE if text.lstrip()[:1] in "☑√✓✔■☒□○☐" else _TICK_BEHIND
    match = pattern.search(text)
    return match[1] if match else text


def is_grade(text: str) -> bool:
    """Whether the text is a grade (优, 合格, B级)."""
    return bool(_GRADE.match(text))
