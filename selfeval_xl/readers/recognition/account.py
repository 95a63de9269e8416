"""The account of a form: every filled cell is a label, a value, known furniture, or unread.

A cell counts as read when a record of the form has its value, not when somebody looked at it. Unread cells
that look like data become the finding T10.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, compress, repeat
from operator import attrgetter
from statistics import median_low
from typing import Any

from selfeval_xl.model.account import Account, Unread
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.model.quantity import is_blank, money
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.labels import Role, has_scope, section_words, split_inline
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

Place = tuple[int, int]  # row, column

_DATA = {
    "资金行": frozenset(
        ("initial_budget", "annual_budget", "executed", "execution_rate", "forecast", "points", "score")
    ),
    "资金申报": frozenset(("medium_budget", "annual_budget")),
    "指标": frozenset(
        (
            *("target", "initial_target", "adjusted_target", "medium_target", "actual", "forecast"),
            *("outlook", "points", "score", "note"),
        )
    ),
    "目标": frozenset(("initial", "medium", "expected", "actual")),
    "任务": frozenset(("content", "outcome", "budget", "executed", "points", "score")),
    "资金合计": frozenset(("total",)),
    "资金来源": frozenset(("source", "part")),
    "表": frozenset(("total_score",)),
}
_HEADS = ("资金行", "指标", "任务", "目标")  # labels that have their values below them
_FURNITURE = re.compile(
    r"(?:项目)?(?:负责人|联系人)及(?:联系)?(?:电话|方式)[:：]?$|[一二三]、(?:项目|单位|部门)?基本情况$|"
    r"[(\[【]?(?:金额|计量|货币)?单位[:：]?(?:人民币)?[亿万千百]?元[)\]】]?$"  # （单位：万元）
    r"|附[件表]?\d*[:：]?$|附[件表]?[\d一二三四五六七八九十]+|(?:公开|财决)?\d{1,3}表$"
    r"|(?:报表|表格|表单)?(?:编号|序号)[:：]|[-—]\d{1,3}[-—]$|[(（](?:20)?[_＿]*年度?[)）]$"
    r"|注\d?[:：、.]|备注[:：]|填[表报写](?:说明|要求|须知)|说明[:：]|[*※]"
    r"|[(（][^()（）]*(?:盖章|公章|签章|签字|签名)[)）]$|.{0,12}(?:盖章|公章|签章|签字|签名)[:：)]?"
    r"|(?:填[表报]|制表|联系|负责|经办|审核|评价|复核)[^:：]{0,8}[:：]|日期[:：]|(?:联系)?电话[:：]"
    r"|20\d\d年\d{1,2}月(?:\d{1,2}日)?$|_*年_*月_*日?$|第\d+页|共\d+页"
)
_OF_OTHERS = re.compile(  # what the bureau or an expert fills in: 财政审核评分, 专家评分
    r"(?:财政|主管|专家|复核|评审|审核|初审|复审|终审)[^:：]{0,8}(?:评分|得分|打分|分数|意见|结果)$"
)
_NAMES_PERSON = re.compile(r"(?:负责人|联系人)及(?:联系)?(?:电话|方式)[:：]?$")
_SUM_ROW = re.compile(r"(?:合计|总计|总分|小计|分值合计)")
_LONGEST_NUMBER = 16  # letters; a longer text that begins with a number is a sentence
_NUMBERING = re.compile(r"(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[(]\d{1,2}[)])[、.．]?$")
_NUMBER = re.compile(r"\A[<>≤≥=＝≦≧＜＞]*[-+]?\d[\d,.]*%?")
_QUANTITY = re.compile(
    r"\A(?:[<>≤≥=≦≧约近超]|不[少低大高超]于|大于|小于|达到?|至少)*[-+]?\d+(?:\.\d+)?(?!\d|[年、.])"
)
_POINTS = re.compile(r"[(（]?(?<!\d)\d+(?:\.\d+)?分[)）]?")
_CHAPTER = re.compile(r"[一二三四五六七八九十]{1,2}、[^。，；]{2,20}$")  # 二、绩效评价指标评分
_POINT_OF_A_REMARK = re.compile(r"\d{1,2}[.、．][^\d].{12,}")  # 2.定性指标根据指标完成情况分为…
_ALL_POINTS = 100
_SHORT = 60  # characters of a group's text
_LONGEST_SECTION = 24
_FEWEST_BESIDE = 3  # unread cells of a row in which a label counts as unread too


def broken_cells(sheet: ScannedSheet, areas: Sequence[Area]) -> list[tuple[tuple[str, str], ...]]:
    """The cells of each form that show an error instead of a value, with its text."""
    found: list[list[tuple[str, str]]] = [[] for _ in areas]
    for row, column in sheet.errors if areas else ():
        found[_owner((row, column), areas)].append((a1(row, column), sheet.lines[row][column]))
    return [tuple(each) for each in found]


def accounts(sheet: ScannedSheet, forms: Sequence[Form], areas: Sequence[Area]) -> list[Account]:
    """The account of each form of a sheet. areas: of the forms.

    A cell beside all forms belongs to the next one below, else to the last.
    """
    places = set(chain.from_iterable(zip(repeat(row), sheet.lines[row]) for row in range(sheet.grid.height)))
    places |= sheet.grid.pictures
    owned = [places]
    if len(areas) > 1:
        owned = [set() for _ in areas]
        for place in places:
            owned[_owner(place, areas)].add(place)
    labels = {(label.row, label.column) for label in sheet.in_order}
    furniture = sheet.furniture.union(sheet.errors, sheet.grid.pictures)  # T06 says the errors
    return [
        _account(sheet, form, _counts(sheet, mine, _recorded(form) | sheet.values, furniture, labels))
        for form, mine in zip(forms, owned)
    ]


def _counts(
    sheet: ScannedSheet, places: set[Place], values: set[Place], furniture: set[Place], labels: set[Place]
) -> _Counts:
    """The cells of one form by what they are; a cell that is several counts as the first of them."""
    rest = places - values
    counts = _Counts(values=len(places) - len(rest))
    others = rest - furniture
    counts.furniture = len(rest) - len(others)
    unknown = others - labels
    counts.labels = len(others) - len(unknown)
    lines = sheet.lines
    counts.rest = sorted(place for place in unknown if not is_blank(lines[place[0]][place[1]]))
    return counts


@dataclass(slots=True)
class _Counts:
    """The cells of one form by what they are; rest: those that are none of the three at first sight."""

    labels: int = 0
    values: int = 0
    furniture: int = 0
    rest: list[Place] = field(default_factory=list)


def _owner(place: Place, areas: Sequence[Area]) -> int:
    """The number of the form that a cell belongs to."""
    inside = next((number for number, area in enumerate(areas) if area.holds(*place)), None)
    if inside is not None:
        return inside
    return next((number for number, area in enumerate(areas) if area.bottom >= place[0]), len(areas) - 1)


def _account(sheet: ScannedSheet, form: Form, counts: _Counts) -> Account:
    """The account of a form."""
    unread: list[Place] = []
    for place in counts.rest:
        if _is_furniture(sheet, place) or _sums_reviews(sheet, form, place):
            counts.furniture += 1
        elif _is_head(sheet, form, place):
            counts.labels += 1
        else:
            unread.append(place)
    if unread:
        likely = _Likely(sheet, form)
        data = {place: likely.data(place) for place in unread}
        unread += _labels_as_values(sheet, unread, data, counts)
        return Account(counts.labels, counts.values, counts.furniture, tuple(_groups(sheet, unread, data)))
    return Account(counts.labels, counts.values, counts.furniture)


def _labels_as_values(
    sheet: ScannedSheet, unread: Iterable[Place], data: dict[Place, str], counts: _Counts
) -> list[Place]:
    """The words of labels in rows of unread data or cells, as an indicator called 预算执行率 is one.

    They are added to `data` and taken from the counted labels.
    """
    cells = Counter(row for row, _ in unread)
    rows = {place[0] for place in unread if data[place] or cells[place[0]] >= _FEWEST_BESIDE}
    found = [
        (row, label.column)
        for row in sorted(rows)
        for label in sheet.rows.get(row, ())
        if (row, label.column) not in sheet.furniture | sheet.values | data.keys()
        and all(role.scope in _HEADS or role.scope == "其他" for role in label.roles)
    ]
    counts.labels -= len(found)
    telling = {place[0] for place in unread if data[place]}
    data.update((place, Unread.WORDS if place[0] in telling else "") for place in found)
    return found


def _recorded(form: Form) -> set[Place]:
    """The cells whose value is in a record."""
    remarks = form.remarks
    found: set[str] = {cell for cell, _ in form.placeholders}
    for record in (form, form.goal, *form.funding, *form.tasks, *form.management, *form.indicators):
        cells = record.cells
        kind: Any = type(record)
        values = _values_of(kind, tuple(cells))
        if values is None:
            found.update(
                [names for key, names in cells.items() if getattr(record, key, None) or key in remarks]
            )
        else:
            found.update(compress(cells.values(), values(record)))
    found.discard("")
    several = [names for names in found if "," in names]
    if several:
        found.difference_update(several)
        found.update(name for names in several for name in names.split(","))
    return set(map(position, found))


@lru_cache(maxsize=1000)
def _values_of(kind: type, keys: tuple[str, ...]) -> Callable[[object], tuple[object, ...]] | None:
    """What takes these fields' values from a record of this kind; None where it has not all of them."""
    return attrgetter(*keys) if len(keys) > 1 and all(hasattr(kind, key) for key in keys) else None


def _is_head(sheet: ScannedSheet, form: Form, place: Place) -> bool:
    """Whether a cell heads a column of a table, known or not: what stands below it is counted by itself."""
    row, column = place
    heads = (form.frame.funding_head, form.frame.indicator_head) if form.frame else ()
    below = next((bottom + 1 for top, bottom in filter(None, heads) if top <= row <= bottom), None)
    if below is None or re.search(r"\d", sheet.lines[row][column]):
        return False
    top = next(top for top, bottom in filter(None, heads) if top <= row <= bottom)
    if any(label.area.left <= column <= label.area.right for label in sheet.labels(top, below - 1)):
        return False
    return sheet.value_cell(below, column) in ((below, column), place) and bool(sheet.text(below, column))


def _is_furniture(sheet: ScannedSheet, place: Place) -> bool:
    """Whether a cell is a unit, a form number, a remark, a signature line or numbering."""
    text = sheet.lines[place[0]][place[1]]
    plain = squeeze(text)
    if _FURNITURE.match(plain) or _OF_OTHERS.match(plain) or _is_person_or_sum(sheet, place):
        return True
    pair = split_inline(text)
    if pair and has_scope(pair[0], "签字", "其他"):
        return True
    if _NUMBERING.match(plain):
        return _begins_row(sheet, place)
    if len(sheet.lines[place[0]]) == 1 and (_CHAPTER.match(plain) or _POINT_OF_A_REMARK.match(plain)):
        return True
    return _is_section(sheet, place)


def _is_person_or_sum(sheet: ScannedSheet, place: Place) -> bool:
    """Whether a cell is the name of a person beside its label, or the points in all."""
    row, column = place
    line = sheet.lines[row]
    before = [squeeze(line[other]) for other in sorted(line) if other < column]
    if before and _NAMES_PERSON.search(before[-1]):
        return True
    return bool(before and _SUM_ROW.match(before[0]) and money(line[column]) == _ALL_POINTS)


def _sums_reviews(sheet: ScannedSheet, form: Form, place: Place) -> bool:
    """Whether a cell of a sum's row is the sum of its column's scores by another than the unit (专家评分)."""
    row, column = place
    scores = [
        score
        for each in form.indicators
        if position(each.cells.get("review_score", "A1"))[1] == column and (score := money(each.review_score))
    ]
    first = min(sheet.lines[row], default=column)
    is_sum = first < column and _SUM_ROW.match(squeeze(sheet.lines[row][first]))
    return bool(is_sum and scores) and money(sheet.lines[row][column]) == sum(scores)


def _is_section(sheet: ScannedSheet, place: Place) -> bool:
    """Whether a text over several rows names the part of the form to its right."""
    area = sheet.grid.area(*place)
    text = squeeze(sheet.lines[place[0]][place[1]])
    text = _POINTS.sub("", text)  # 项目绩效85分
    if len(text) > _LONGEST_SECTION or re.search(r"\d", text):
        return False
    if core(text) in section_words():
        return True
    if area.bottom == area.top and not text.endswith("性指标"):  # 约束性指标 of one row
        return False
    return not any(
        column < area.left for row in range(area.top, area.bottom + 1) for column in sheet.lines[row]
    )


def _begins_row(sheet: ScannedSheet, place: Place) -> bool:
    """Whether nothing but a section stands left of a cell, and no number beside it: it counts the rows."""
    row, column = place
    line = sheet.lines[row]
    before = [other for other in line if other < column]
    if any(not _is_section(sheet, (row, other)) for other in before):
        return False
    behind = [text for other, text in line.items() if other > column]
    return not behind or any(_NUMBER.fullmatch(squeeze(text)) is None for text in behind)


class _Likely:
    """Which unread cells of a form look like data."""

    def __init__(self, sheet: ScannedSheet, form: Form) -> None:
        self.sheet = sheet
        rows = [
            {position(name)[0] for name in row.cells.values() if "," not in name and name}
            for row in form.indicators
        ]
        widths = [len(sheet.lines[row]) for group in rows for row in sorted(group)[-1:]]
        self.width = max(4, median_low(widths)) if widths else 10**6
        lines = [{position(name)[0] for name in line.cells.values() if name} for line in form.funding]
        self.rows = set[int]().union(*rows, *lines)  # of indicators and funds
        self.reviews = [label for label in sheet.in_order if label.is_key("指标", "review_score")]

    def data(self, place: Place) -> str:
        """NUMBER for a number under or beside a head of data, WORDS for what else looks so; else ""."""
        row, column = place
        text = self.sheet.lines[row][column]
        headed = self._head(place) is not None and not self._stands_across(row, column)
        if _is_number(text) and (headed or row in self.rows) and not self._is_of_another(row, column):
            return Unread.NUMBER
        full = len(self.sheet.lines[row]) >= self.width
        return Unread.WORDS if headed or full or self._many_heads(row) else ""

    def _is_of_another(self, row: int, column: int) -> bool:
        """Whether a cell stands in the column of scores by another than the unit."""
        return any(
            label.area.left <= column <= label.area.right for label in self.reviews if label.area.bottom < row
        )

    def _stands_across(self, row: int, column: int) -> bool:
        """Whether a cell is alone in its row and lies over several columns of a table, as remarks do."""
        if len(self.sheet.lines[row]) > 1:
            return False
        area = self.sheet.grid.area(row, column)
        labels = self.sheet.rows.get(self._nearest_head(row), ())
        return sum(area.left <= label.column <= area.right for label in labels) >= _FEWEST_BESIDE

    def _nearest_head(self, row: int) -> int:
        """The nearest row above with labels; -1 for none."""
        return max((above for above in self.sheet.rows if above < row), default=-1)

    def _many_heads(self, row: int) -> bool:
        """Whether a row has two or more labels that head a table."""
        return (
            sum(any(role.scope in _HEADS for role in label.roles) for label in self.sheet.rows.get(row, ()))
            >= 2
        )

    def _head(self, place: Place) -> Label | None:
        """The label of data that a cell stands under or beside; None where the nearest label is another."""
        row, column = place
        beside = self._beside(row, column)
        if beside is not None:
            return beside
        for above in range(row - 1, -1, -1):
            for label in self.sheet.rows.get(above, ()):
                if label.area.left <= column <= label.area.right and label.area.bottom < row:
                    return label if _heads_data(label.roles) else None
            if any(_ends_columns(label) for label in self.sheet.rows.get(above, ())):
                return None
        return None

    def _beside(self, row: int, column: int) -> Label | None:
        """The label of data right before a cell in its row."""
        before = [label for label in self.sheet.rows.get(row, ()) if label.area.right < column]
        nearest = max(before, key=lambda label: label.column, default=None)
        return nearest if nearest is not None and _heads_data(nearest.roles) else None


def _ends_columns(label: Label) -> bool:
    """Whether a label begins a part in which the columns above mean nothing any more."""
    return any(role.scope in ("说明", "签字") for role in label.roles) and not any(
        role.scope in _HEADS for role in label.roles
    )


def _heads_data(label_roles: Iterable[Role]) -> bool:
    """Whether a label names money, targets, completion or scores."""
    return any(role.key in _DATA.get(role.scope, ()) for role in label_roles)


def _is_number(text: str) -> bool:
    """Whether the text is an amount, a rate or another number, with its sign and unit or without."""
    plain = squeeze(text)
    return money(text) is not None or (len(plain) <= _LONGEST_NUMBER and bool(_QUANTITY.match(plain)))


@dataclass(slots=True)
class _Group:
    """Unread cells of neighbouring rows. data: what the most telling of them looks like."""

    places: list[Place]
    data: str = ""


def _groups(sheet: ScannedSheet, unread: Iterable[Place], data: Mapping[Place, str]) -> Iterator[Unread]:
    """The unread cells, those of neighbouring rows together."""
    groups: list[_Group] = []
    for place in sorted(unread):
        same = (
            groups and groups[-1].places[-1][0] >= place[0] - 1 and bool(groups[-1].data) == bool(data[place])
        )
        if not same:
            groups.append(_Group([]))
        groups[-1].places.append(place)
        groups[-1].data = (
            max(groups[-1].data, data[place], key=(Unread.WORDS, Unread.NUMBER).__contains__) or ""
        )
        if Unread.NUMBER in (groups[-1].data, data[place]):
            groups[-1].data = Unread.NUMBER
    for group in groups:
        texts = "、".join(" ".join(sheet.lines[row][column].split()) for row, column in group.places)
        yield Unread(
            sheet.grid.name,
            ",".join(_ranges(group.places)),
            texts if len(texts) <= _SHORT else f"{texts[: _SHORT - 1]}…",
            group.data,
        )


def _ranges(places: list[Place]) -> Iterator[str]:
    """The cells as ranges: row by row, equal pieces of neighbouring rows as one rectangle."""
    pieces: list[list[int]] = []  # top, left, bottom, right
    for row, column in places:
        if pieces and pieces[-1][2] == row and pieces[-1][0] == row and pieces[-1][3] == column - 1:
            pieces[-1][3] = column
        else:
            pieces.append([row, column, row, column])
    joined: list[list[int]] = []
    for piece in pieces:
        above = next(
            (
                other
                for other in joined
                if other[2] == piece[0] - 1 and (other[1], other[3]) == (piece[1], piece[3])
            ),
            None,
        )
        if above is not None:
            above[2] = piece[2]
        else:
            joined.append(piece)
    for top, left, bottom, right in joined:
        yield a1(top, left) if (top, left) == (bottom, right) else f"{a1(top, left)}:{a1(bottom, right)}"
