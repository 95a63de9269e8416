"""The heads of the money of a monitoring form by their wording: any month, any word for budget and payment.

上半年支出（元）, 截至6月底资金拨付数, 预算下达数 stand in no list. A cell that is worded so is a head where
another one beside it, below it or above it says the other side: no budget without payments.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from selfeval_xl.model.grid import Area
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding_amounts import is_amount, unit_in, without_unit
from selfeval_xl.readers.recognition.funding_head import SCOPE, amount_beside
from selfeval_xl.readers.recognition.labels import Role, roles
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet
from selfeval_xl.readers.recognition.stage_months import months_in, without_months

_LONGEST = 24  # letters of a head
_RANK = 60  # behind every label that a list has
_WHOSE = r"(?:财政|项目|专项|部门|单位|资金|经费|预算|投资)"
_DONE = r"(?:支出|执行|支付|使用|拨付|完成|列支|兑付)"
_GIVEN = r"(?:预算|安排|下达|核定|批复)"
_COUNTED = r"(?:数额|数|额|金额|总额|资金|经费|投资|情况|合计|累计)"
_YEAR = r"(?:到|至)?(?:全年|年度|年底|年末|年终|当年|本年度?)"
_FORESEEN = r"(?:预计|预期|预测)"
_WORDINGS = (
    (
        "forecast",
        re.compile(
            rf"(?:{_YEAR}(?:累计|可|的)?{_FORESEEN}|{_FORESEEN}(?:可|将)?{_YEAR})(?:可|将|累计|实际)?"
            rf"{_WHOSE}{{0,2}}{_DONE}{{0,2}}{_COUNTED}{{0,2}}\Z"
        ),
    ),
    (
        "execution_rate",
        re.compile(
            rf"(?:累计|实际)?{_WHOSE}{{0,2}}{_DONE}{{1,2}}(?:完成)?(?:率|进度|比例|比率|占比|百分比)\Z"
        ),
    ),
    (
        "executed",
        re.compile(
            rf"(?:累计|实际|已经?|实){{0,2}}{_WHOSE}{{0,2}}(?:累计|实际|已)?{_DONE}{{1,2}}{_COUNTED}{{0,2}}\Z"
        ),
    ),
    (
        "budget",
        re.compile(
            rf"(?:年初|{_YEAR}|调整后?的?|追加后的?|上级|本级|已)?{_WHOSE}{{0,2}}(?:指标)?(?:已|实际)?"
            rf"{_GIVEN}{{1,3}}(?:指标|拨款|规模)?{_COUNTED}{{0,2}}\Z"
        ),
    ),
)
_RATE_TO_COME = re.compile(rf"{_FORESEEN}.{{0,12}}(?:率|进度|比例)\Z")
_INITIAL = re.compile(r"年初|批复")
_OF_YEAR = re.compile(r"全年|年度|调整|当年|本年|追加")
_BUDGETS = frozenset(("initial_budget", "annual_budget"))
_SPENT = frozenset(("executed", "execution_rate", "forecast"))
_OF_MONEY = re.compile(r"资金|预算|经费|支出|执行|支付|拨付|金额|元|月|季度|半年")  # what a heading says
_OF_TABLES = frozenset(("指标", "目标", "任务"))
_BARE_RATES = frozenset(("进度", "比例", "占比"))  # beside 支出 below 1-6月
_ROWS_OF_COLUMN = 4  # in which sources as columns have the labels of their rows

Place = tuple[int, int]


@lru_cache(maxsize=4096)
def money_key(text: str) -> str | None:
    """The amount that a text may head, by its wording alone; None where it is worded otherwise."""
    if len(text) > 2 * _LONGEST:
        return None
    word = without_months(core(without_unit(text)).rstrip("%"))
    if len(word) > _LONGEST:
        return None
    if _RATE_TO_COME.search(word):
        return None
    key = next((key for key, pattern in _WORDINGS if pattern.match(word)), None)
    if key != "budget":
        return key
    initial = _INITIAL.search(word) and not _OF_YEAR.search(word)
    return "initial_budget" if initial else "annual_budget"


def take_labels(sheet: ScannedSheet, labels: Mapping[Place, Label]) -> None:
    """Replaces the labels of a sheet."""
    sheet.in_order = [labels[place] for place in sorted(labels)]
    sheet.rows = defaultdict(list)
    for label in sheet.in_order:
        sheet.rows[label.row].append(label)


def name_money_heads(sheet: ScannedSheet) -> None:
    """Adds the heads of money that no list has, and joins those of two rows."""
    labels = {(label.row, label.column): label for label in sheet.in_order}
    keys = {place: role.key for place, label in labels.items() if (role := label.role(SCOPE))}
    for label in _worded(sheet, labels):
        labels[label.row, label.column] = label
        keys[label.row, label.column] = label.need_role(SCOPE).key
    for place, label in list(labels.items()):
        alone = _begins_row(sheet, label) and not amount_beside(sheet, label)
        if _is_worded(label) and not _has_partner(place, keys, alone):
            labels[place] = label._replace(roles=tuple(role for role in label.roles if role.scope != SCOPE))
            if not labels[place].roles:
                del labels[place]
    _join_two_rows(sheet, labels)
    take_labels(sheet, labels)


def _is_worded(label: Label) -> bool:
    """Whether a label is a head of money by its wording alone."""
    role = label.role(SCOPE)
    return role is not None and role.by == "字样" and role.rank == _RANK


def _worded(sheet: ScannedSheet, labels: Mapping[Place, Label]) -> Iterator[Label]:
    """The cells that are worded as heads of money, and are nothing else without the months that they name."""
    grid = sheet.grid
    for row, cells in enumerate(grid.rows):
        if any(label.is_key("指标", "name") for label in sheet.rows.get(row, ())):
            continue
        for column, value in enumerate(cells):
            if type(value) is not str or len(value) > 2 * _LONGEST:
                continue
            known = labels.get((row, column))
            if known is not None and (known.role(SCOPE) or not _may_head(known)):
                continue
            if key := money_key(value):
                yield _head(row, column, value, grid.area(row, column), key, known)


def _may_head(label: Label) -> bool:
    """Whether a label may head money besides: it names months, or is one of another table (全年预计完成)."""
    return months_in(label.text) is not None or all(role.scope in _OF_TABLES for role in label.roles)


def _head(row: int, column: int, text: str, area: Area, key: str, known: Label | None) -> Label:
    """The label of a head of money, besides what else its cell is."""
    role = Role(SCOPE, key, _RANK, core(text), "字样")
    return Label(row, column, text, area, (role, *(known.roles if known else ())))


def _begins_row(sheet: ScannedSheet, label: Label) -> bool:
    """Whether nothing stands left of a label, where the sources of a table would be."""
    return all(not sheet.text(label.row, column) for column in range(label.column))


def _has_partner(place: Place, keys: Mapping[Place, str], alone: bool) -> bool:
    """Whether a head of the other side stands near in the same column, in the row or in the next one.

    alone: only in the same column, for the label of a row.
    """
    wanted = _SPENT if keys[place] in _BUDGETS else _BUDGETS
    row, column = place
    return any(
        key in wanted
        and (
            not alone and abs(other[0] - row) <= 1
            if other[1] != column
            else 0 < abs(other[0] - row) <= _ROWS_OF_COLUMN
        )
        for other, key in keys.items()
    )


def _join_two_rows(sheet: ScannedSheet, labels: dict[Place, Label]) -> None:
    """Makes the cells below a wide head the heads: 年初 and 调整后 below 预算数, 支出数 below 上半年.

    They say it themselves or together with what stands above; that one is a mere heading then. Beside a wide
    head so may be one of a single column.
    """
    joined: set[int] = set()
    for area in sorted(sheet.grid.merges, key=lambda each: (each.top, each.left)):
        if area.right > area.left and _join_below(sheet, area, labels):
            joined.add(area.bottom)
    for place, label in list(labels.items()):
        area = label.area
        if area.bottom in joined and area.right == area.left and label.role(SCOPE) and place in labels:
            _join_below(sheet, area, labels)


def _join_below(sheet: ScannedSheet, area: Area, labels: dict[Place, Label]) -> bool:
    """Makes the cells below a head the heads; whether all of them are."""
    over, row = sheet.lines[area.top].get(area.left, ""), area.bottom + 1
    if not over or is_amount(over) or len(squeeze(over)) > _LONGEST or row >= sheet.grid.height:
        return False
    below = {column: text for column, text in sheet.lines[row].items() if area.left <= column <= area.right}
    found = {
        column: label
        for column, text in below.items()
        if (label := _below(sheet, (row, column), text, over, labels))
    }
    if any(label.is_key(SCOPE, "executed") for label in found.values()):
        for column in below.keys() - found.keys():
            if core(below[column]) in _BARE_RATES:
                place = sheet.grid.area(row, column)
                found[column] = _head(row, column, below[column], place, "execution_rate", None)
    if not found or len(found) < len(below):
        return False
    labels.update({(row, column): label for column, label in found.items()})
    heading = labels.pop((area.top, area.left), None)
    if heading is not None and (rest := tuple(role for role in heading.roles if role.scope != SCOPE)):
        labels[area.top, area.left] = heading._replace(roles=rest)
    if _OF_MONEY.search(over) or heading is not None:
        sheet.furniture.add((area.top, area.left))
    return True


def _below(
    sheet: ScannedSheet, place: Place, text: str, over: str, labels: Mapping[Place, Label]
) -> Label | None:
    """The head in a cell below a wide one; None where both together name no amount."""
    if is_amount(text) or len(squeeze(text)) > _LONGEST:
        return None
    row, column = place
    area = sheet.grid.area(row, column)
    told = over if unit_in(over) or months_in(over) else ""
    own = labels.get(place)
    if own is not None and own.role(SCOPE):
        return own._replace(text=f"{told}{own.text}")
    plain = core(without_unit(over))
    for joined in (f"{text}{plain}", f"{plain}{text}"):
        role = next((role for role in roles(joined) if role.scope == SCOPE), None)
        if key := role.key if role else money_key(joined):
            return _head(row, column, f"{told}{text}", area, key, own)
    return None
