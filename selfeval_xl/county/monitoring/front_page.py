"""The page 总览 of the monitoring workbook: one printed page of formulas over the other sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import BLANK, DASH, EXTRA, MISSING, NONE, UNLISTED, CountyData
from selfeval_xl.county.monitoring.sheets import ENTRY, RESULTS, WARNING
from selfeval_xl.county.workbook.formulas import BEGINS_NOT, Computed, Criterion, share
from selfeval_xl.county.workbook.front_blocks import HALF, as_of, write_bands
from selfeval_xl.county.workbook.front_lists import attention
from selfeval_xl.county.workbook.front_page import (
    COLUMNS,
    COUNT,
    MONEY,
    RATE,
    Front,
    Value,
    figures,
    heads,
    line,
    rate_cell,
    set_up,
)
from selfeval_xl.county.workbook.front_receipts import write_receipts
from selfeval_xl.county.workbook.rate_bands import bands_above
from selfeval_xl.model.forms import MONITORING
from selfeval_xl.model.grid import position
from selfeval_xl.rules.monitoring import due_rate, progress_floors
from selfeval_xl.rules.registry import catalogue
from selfeval_xl.rules.texts import percent

_LEVELS = (("成本", "成本"), ("产出", "产出"), ("效益", "效"), ("满意度", "满意"))  # label, word in 一级指标
_OUTLOOKS = ("确定能", "有可能", "完全不可能")
_WILL = ("预计完成", "预计完不成", "待核定")
_PROJECT = Criterion("form", "=", "项目")


def write_front(
    front: Front,
    material: CountyData,
    title: str,
    through: str | None,
    balance: Mapping[str, Computed],
    about: str,
) -> None:
    """Writes the page. through: the months. balance, about: as in `front_blocks.write_overview`."""
    set_up(front, title)
    front.text(
        1,
        0,
        f"金额单位：万元　　　数据截至：{as_of(material)}　　　口径：采用版本",
        COLUMNS,
        border=0,
        align="right",
    )
    _reporting(front, 2, material)
    _money(front, 6)
    _indicators(front, 10)
    _alarms(front, 19)
    floors = progress_floors(material.policy)
    write_bands(front, 19, bands_above(floors), "五、1—n月执行进度分布", "预计未执行")
    attention(
        front, 34, low_progress(floors, through, material.policy), "六", "预计未执行金额", ("alarms", "预警")
    )
    write_receipts(front, 47, balance, about, RESULTS, "七")


def low_progress(
    floors: Sequence[tuple[str, Decimal]], through: str | None, policy: Policy
) -> tuple[str, Decimal]:
    """The rate below which departments are listed, with its name: what is due by now, else the lowest one."""
    due = due_rate(through, policy)
    return floors[-1] if due is None else (percent(due), due)


def _reporting(front: Front, row: int, material: CountyData) -> None:
    """Writes 一、报送情况."""
    book = front.book
    listed = (Criterion("section", "<>", UNLISTED), Criterion("number", ">", 0))
    has_roster, has_projects = material.roster is not None, bool(material.roster and material.roster.projects)
    front.title(row, 0, "一、报送情况", COLUMNS, "报送台账")
    came = book.count("submissions", Criterion("state", "<>", NONE), *listed)
    items: list[tuple[str, int, Value, str]] = [
        ("应报部门", 2, book.count("submissions", *listed) if has_roster else DASH, COUNT),
        ("已报部门", 2, came, COUNT),
        ("其中逾期", 2, book.count("submissions", Criterion("late", "=", "是")), COUNT),
        (
            "未报部门",
            2,
            book.count("submissions", Criterion("state", "=", NONE)) if has_roster else DASH,
            COUNT,
        ),
        ("报送率", 2, None, RATE),
        ("应报项目", 2, book.total("departments", "due") if has_projects else DASH, COUNT),
        ("已报项目", 2, book.total("departments", "assessed"), COUNT),
        ("未填报项目", 2, book.count("projects", Criterion("status", "=", BLANK)), COUNT),
        (
            "漏报项目",
            3,
            book.count("projects", Criterion("status", "=", MISSING)) if has_projects else DASH,
            COUNT,
        ),
        ("名册外项目", 2, book.count("projects", Criterion("status", "=", EXTRA)), COUNT),
        ("部门监控表份数", 3, book.total("departments", "department_forms"), COUNT),
    ]
    places = figures(front, row + 1, items)
    front.value(*position(places[4][0]), rate_cell(places[1], places[0]), 2, RATE)


def _money(front: Front, row: int) -> None:
    """Writes 二、资金情况: all projects."""
    book = front.book
    front.title(row, 0, "二、资金情况", COLUMNS, "项目汇总")
    keys = (
        ("年初预算数", "initial_budget"),
        ("全年预算数", "annual_budget"),
        ("1—n月执行数", "executed"),
        ("全年预计执行数", "forecast"),
    )
    items: list[tuple[str, int, Value, str]] = [
        (label, 4, book.total("projects", key), MONEY) for label, key in keys
    ]
    items += [("1—n月执行率", 4, None, RATE), ("预计执行率", 4, None, RATE)]
    places = figures(front, row + 1, items)
    front.value(*position(places[4][0]), share(places[2], places[1]), 4, RATE)
    front.value(*position(places[5][0]), share(places[3], places[1]), 4, RATE)


def _indicators(front: Front, row: int) -> None:
    """Writes 三、指标: by first level what the units tick, and what their forecasts mean."""
    book = front.book
    front.title(row, 0, "三、指标完成可能性（项目监控表）", COLUMNS, "指标明细")
    names = ("指标数", *_OUTLOOKS, "未选", *_WILL, "预计未填", "完全不可能占比")
    heads(front, row + 1, 0, ("一级指标", 4), names, 2)
    levels = [(label, (Criterion("level1", "contains", word),)) for label, word in _LEVELS]
    for number, (label, criteria) in enumerate([*levels, ("合计", ())]):
        counts = [book.count("indicators", _PROJECT, *criteria)]
        for key, words in (("outlook", _OUTLOOKS), ("will", _WILL)):
            each = [
                book.count("indicators", _PROJECT, Criterion(key, "=", word), *criteria) for word in words
            ]
            rest = Computed(
                f"{counts[0].text}-({'+'.join(cell.text for cell in each)})",
                counts[0].number - sum(cell.number for cell in each),
            )
            counts += [*each, rest]
        places = line(front, row + 2 + number, 0, label, 4, [(cell, COUNT) for cell in counts], 2)
        front.value(row + 2 + number, 22, share(places[3], places[0]), 2, RATE)


def _alarms(front: Front, row: int) -> None:
    """Writes 四、预警: by rule how many, and what the units have to do."""
    book = front.book
    front.title(row, 0, "四、预警（不含审核意见为不认可的）", HALF, "预警清单")
    heads(front, row + 1, 0, ("规则", 7), ("条数", "部门数"), 2)
    agreed = Criterion("opinion", BEGINS_NOT, "不认可")
    rules = [rule for rule in catalogue().values() if rule.id.startswith("M") and MONITORING in rule.stages]
    for number, rule in enumerate(rules):
        mine = Criterion("rule", "=", rule.id)
        departments = book.distinct("findings", ("department",), mine, agreed)
        front.text(row + 2 + number, 0, f"{rule.id} {rule.title}", 7, align="left")
        front.value(row + 2 + number, 7, book.count("findings", mine, agreed), 2, COUNT)
        front.value(row + 2 + number, 9, departments, 2, COUNT)
    last = row + 2 + len(rules)
    for number, (label, value) in enumerate(
        (
            ("预警合计", book.count("findings", Criterion("group", "=", WARNING), agreed)),
            ("填报问题合计", book.count("findings", Criterion("group", "=", ENTRY), agreed)),
            ("须修改", book.total("departments", "fix")),
            ("须说明", book.total("departments", "explain")),
        )
    ):
        front.text(last + number, 0, label, 7, align="left", bold=True)
        front.value(last + number, 7, value, 4, COUNT)
