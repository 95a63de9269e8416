"""The blocks of 总览, each a few rows of formulas over the detail sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from selfeval_xl.assessment.reasons import OTHER_CAUSE, causes, money_kinds
from selfeval_xl.county.departments.data import (
    DASH,
    EXPLAIN,
    MENDED,
    PASS,
    RETURN,
    UNSCORED,
    VERIFY,
    CountyData,
)
from selfeval_xl.county.workbook.charts import draw_charts
from selfeval_xl.county.workbook.formulas import Computed, Criterion, WorkbookFormulas, plus, quotient, share
from selfeval_xl.county.workbook.front_lists import attention
from selfeval_xl.county.workbook.front_page import (
    COLUMNS,
    COUNT,
    MONEY,
    RATE,
    SCORE,
    Front,
    Placed,
    Value,
    heads,
    line,
    money_line,
    set_up,
)
from selfeval_xl.county.workbook.front_receipts import write_receipts, write_reporting
from selfeval_xl.county.workbook.rate_bands import Band, low_rate, rate_bands
from selfeval_xl.model.grid import a1

LEFT, RIGHT, HALF = 0, 12, 11  # first column of the blocks on the left and on the right; their width
_LEVELS = (("成本", "成本"), ("产出", "产出"), ("效益", "效"), ("满意度", "满意"))  # label, word in 一级指标
# 与上年对比: label, width in columns, number format.
_LAST_YEAR = (
    ("项目数", 1, COUNT),
    ("全年预算", 2, MONEY),
    ("执行率", 2, RATE),
    ("指标完成率", 2, RATE),
    ("平均得分", 2, SCORE),
    ("问题条数", 1, COUNT),
)
_MOST_RULES = 10
PROJECT = Criterion("form", "=", "项目")
CURRENT = Criterion("status", "<>", MENDED)
MISSED = (PROJECT, Criterion("kind", "<>", "超额完成"), Criterion("kind", "<>", "待核定"))


def write_overview(
    front: Front, material: CountyData, title: str, balance: Mapping[str, Computed], about: str
) -> None:
    """Writes the page.

    balance: references to the forms' balance (see `receipts_balance.balance_cells`). about: program, policy
    and rules in one line.
    """
    set_up(front, title)
    front.text(
        1,
        0,
        f"金额单位：万元　　　数据截至：{as_of(material)}　　　口径：采用版本",
        COLUMNS,
        border=0,
        align="right",
    )
    write_reporting(front, 2, material)
    policy, row = material.policy, 6
    bands, grades = rate_bands(policy), [name for name, _ in policy.bands("grades")]
    # The blocks on the right are as long as the policy's lists; what is below starts under the longer side.
    graded = row + 3 + len(bands)
    reviewed = graded + 5 + len(grades)
    below = max(row + 34, reviewed + 15)
    _money(front, row)
    write_bands(front, row, bands)
    completed = _indicators(front, row + 7)
    _grades(front, graded, grades)
    _causes(front, row + 15)
    _review(front, reviewed)
    _last_year(front, row + 26, completed)
    attention(front, below, low_rate(policy))
    write_receipts(front, below + 13, balance, about)
    places = {
        "levels": (a1(row + 9, LEFT), a1(row + 12, LEFT)),
        "rules": (a1(reviewed + 4, RIGHT), a1(reviewed + 13, RIGHT)),
        "grades": (a1(graded + 2, RIGHT), a1(graded + 1 + len(grades), RIGHT)),
        "causes": (a1(row + 17, LEFT), a1(row + 24, LEFT)),
    }
    draw_charts(
        front,
        below + 17,
        places,
        any(score is not None for (score,) in front.book.tables["projects"].picked("score")),
    )


def as_of(material: CountyData) -> str:
    """The day on which the last file came, as 2025年3月1日; with gaps to fill in where none is known."""
    days = [
        receipt.arrival.received[:10] for receipt in material.collected.receipts if receipt.arrival.received
    ]
    if not days:
        return "____年__月__日"
    year, month, day = max(days).split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def _money(front: Front, row: int) -> None:
    """Writes 二、资金情况: all projects, then the sources of money."""
    book, keys = front.book, ("initial_budget", "annual_budget", "executed", "unspent")
    front.title(row, LEFT, "二、资金情况", HALF, "资金明细")
    heads(
        front,
        row + 1,
        LEFT,
        ("资金来源", 4),
        (
            "年初预算数",
            "全年预算数",
            "全年执行数",
            "执行率",
            "未执行金额",
            "较年初调整率",
            "按年初预算执行率",
        ),
    )
    money_line(front, row + 2, LEFT, "合计", 4, [book.total("projects", key) for key in keys])
    for number, kind in enumerate(money_kinds(), 3):
        conditions = (Criterion("kind", "=", "来源"), Criterion("category", "=", kind), PROJECT)
        money_line(
            front, row + number, LEFT, kind, 4, [book.total("funding", key, *conditions) for key in keys]
        )


def write_bands(
    front: Front, row: int, bands: Sequence[Band], title: str = "三、执行率分布", unspent: str = "未执行金额"
) -> None:
    """Writes 三、执行率分布. unspent: how the money that is left over is called."""
    book = front.book
    front.title(row, RIGHT, title, HALF, "项目汇总")
    heads(front, row + 1, RIGHT, ("执行率", 4), ("项目数", "占比", "全年预算数", unspent), 2)
    counts = [book.count("projects", *conditions) for _, conditions in bands]
    whole = plus(*counts)
    first, last = row + 3, row + 2 + len(bands)
    for number, ((label, conditions), count) in enumerate(zip(bands, counts, strict=True), row + 2):
        part = share((f"Q{number + 1}", count.value), (f"SUM(Q{first}:Q{last})", whole.value))
        line(
            front,
            number,
            RIGHT,
            label,
            4,
            [
                (count, COUNT),
                (part, RATE),
                (book.total("projects", "annual_budget", *conditions), MONEY),
                (book.total("projects", "unspent", *conditions), MONEY),
            ],
            2,
        )


def _indicators(front: Front, row: int) -> Placed:
    """Writes 四、指标完成, and returns the completion rate of all indicators."""
    book = front.book
    front.title(row, LEFT, "四、指标完成", HALF, "指标明细")
    heads(
        front,
        row + 1,
        LEFT,
        ("一级指标", 3),
        ("指标数", "已完成", "其中超额完成", "未完成", "其中完成值为0", "待核定", "未填", "完成率"),
    )
    for number, (label, word) in enumerate((*_LEVELS, ("合计", "")), row + 2):
        where = (PROJECT, Criterion("level1", "contains", word)) if word else (PROJECT,)
        exceeded = book.count("indicators", *where, Criterion("verdict", "=", "超额完成"))
        cells = [
            book.count("indicators", *where),
            plus(book.count("indicators", *where, Criterion("verdict", "=", "已完成")), exceeded),
            exceeded,
            book.count("indicators", *where, Criterion("verdict", "=", "未完成")),
            book.count("deviations", *where, Criterion("kind", "=", "完成值为0")),
            book.count("indicators", *where, Criterion("verdict", "=", "待核定")),
            book.count("indicators", *where, Criterion("verdict", "=", "")),
        ]
        places = line(front, number, LEFT, label, 3, [(cell, COUNT) for cell in cells])
        (whole, all_rows), (undetermined, open_rows), (blank, blank_rows) = places[0], places[5], places[6]
        determined = Decimal(all_rows) - Decimal(open_rows) - Decimal(blank_rows)
        rate = front.value(
            number, 10, share(places[1], (f"({whole}-{undetermined}-{blank})", determined)), 1, RATE
        )
    return rate


def _grades(front: Front, row: int, names: Sequence[str]) -> None:
    """Writes 五、自评等级. names: of the grades."""
    book = front.book
    front.title(row, RIGHT, "五、自评等级", HALF, "项目汇总")
    heads(front, row + 1, RIGHT, ("等级", 4), ("项目数", "占比", "全年预算数", "平均得分"), 2)
    grades, last = (*names, UNSCORED), row + 3 + len(names)
    counts = [book.count("projects", Criterion("grade", "=", grade)) for grade in grades]
    whole = plus(*counts)
    for number, (grade, count) in enumerate(zip(grades, counts, strict=True), row + 2):
        conditions = (Criterion("grade", "=", grade),)
        part = share((f"Q{number + 1}", count.value), (f"SUM(Q{row + 3}:Q{last})", whole.value))
        line(
            front,
            number,
            RIGHT,
            "不评分表式" if grade == UNSCORED else grade,
            4,
            [
                (count, COUNT),
                (part, RATE),
                (book.total("projects", "annual_budget", *conditions), MONEY),
                (book.average("projects", "score", *conditions), SCORE),
            ],
            2,
        )
    line(
        front,
        last,
        RIGHT,
        "满分（100分）项目数",
        4,
        [(book.count("projects", Criterion("score", "=", 100)), COUNT)],
        2,
    )


def _causes(front: Front, row: int) -> None:
    """Writes 六、偏差原因."""
    book, by = front.book, ("department", "project", "file", "sheet")
    front.title(row, LEFT, "六、偏差原因（未完成指标）", HALF, "偏差清单")
    heads(front, row + 1, LEFT, ("原因", 5), ("指标数", "涉及项目", "涉及全年预算数"), 2)
    for number, cause in enumerate(causes(), row + 2):
        conditions = (_caused_by(front, cause), *MISSED)
        cells = [
            (_missed_by(front, cause), COUNT),
            (book.distinct("deviations", by, *conditions), COUNT),
            (book.distinct("deviations", by, *conditions, of="project_budget"), MONEY),
        ]
        line(front, number, LEFT, cause, 5, cells, 2)


def _missed_by(front: Front, cause: str) -> Computed:
    """The number of missed indicators with this cause; an officer's own words count as 其他."""
    book = front.book
    if cause != OTHER_CAUSE:
        return book.count("deviations", Criterion("cause", "=", cause), *MISSED)
    listed = [
        book.count("deviations", Criterion("cause", "=", other), *MISSED)
        for other in causes()
        if other != OTHER_CAUSE
    ]
    whole = book.count("deviations", *MISSED)
    rest = whole.number - sum(cell.number for cell in listed)
    return Computed(f"{whole.text}-({'+'.join(cell.text for cell in listed)})", rest)


def _caused_by(front: Front, cause: str) -> Criterion:
    """The condition of 涉及项目 and 涉及全年预算数: this cause; of 其他 none of the listed ones."""
    if cause != OTHER_CAUSE:
        return Criterion("cause", "=", cause)
    return Criterion("cause", "none of", "|".join(other for other in causes() if other != OTHER_CAUSE))


def _review(front: Front, row: int) -> None:
    """Writes 七、审核情况."""
    book = front.book
    front.title(row, RIGHT, "七、审核情况", HALF, "审核问题")
    items = [
        ("建议通过", book.count("departments", Criterion("advice", "=", PASS))),
        ("建议说明后通过", book.count("departments", Criterion("advice", "=", EXPLAIN))),
        ("建议退回", book.count("departments", Criterion("advice", "=", RETURN))),
        ("待财政核实", book.count("departments", Criterion("advice", "=", VERIFY))),
        ("已退回", book.count("submissions", Criterion("state", "=", "已退回"))),
        ("退回后已重报", book.count("submissions", Criterion("state", "=", "已重报"))),
        ("须修改条数", book.total("departments", "fix")),
        ("须说明条数", book.total("departments", "explain")),
        ("单位已说明", book.total("departments", "explained")),
    ]
    column = RIGHT
    for number, (label, cell) in enumerate(items):
        span = 2 if number in (1, 3, 5) else 1
        front.head(row + 1, column, label, span)
        front.value(row + 2, column, cell, span, COUNT)
        column += span
    _most_frequent_rules(front, row + 3)


def _most_frequent_rules(front: Front, row: int) -> None:
    """Writes the ten rules with most findings: in how many departments and projects, and how many."""
    book = front.book
    heads(front, row, RIGHT, ("问题最多的十条规则", 6), ("部门数", "项目数", "条数"), 2)
    rules = Counter(
        (rule, title)
        for rule, title, status in book.tables["findings"].picked("rule", "title", "status")
        if CURRENT.fits(status)
    )
    departments: dict[str, set[str]] = {}
    for department, rule, status in book.tables["findings"].picked("department", "rule", "status"):
        if CURRENT.fits(status):
            departments.setdefault(rule, set()).add(department)
    most = sorted(rules.items(), key=lambda item: (-item[1], item[0]))[:_MOST_RULES]
    for number, ((rule, title), _) in enumerate(most, row + 1):
        of_rule = Criterion("rule", "=", rule)
        line(
            front,
            number,
            RIGHT,
            f"{rule} {title}",
            6,
            [
                (_departments_with(front, rule, departments[rule]), COUNT),
                (
                    book.distinct(
                        "findings",
                        ("department", "project"),
                        of_rule,
                        CURRENT,
                        Criterion("project", "<>", ""),
                    ),
                    COUNT,
                ),
                (book.count("findings", of_rule, CURRENT), COUNT),
            ],
            2,
        )


def _departments_with(front: Front, rule: str, names: set[str]) -> Computed:
    """The number of departments in which a rule found something. names: those in its findings."""
    book = front.book
    listed = names.intersection(name for (name,) in book.tables["departments"].picked("department"))
    department, title, status = (
        (lambda page, key=key: book.column("findings", key, page=page))
        for key in ("department", "rule", "status")
    )
    counted = book.each(
        "findings",
        lambda page: (
            f'COUNTIFS({department(page)},{book.column("departments", "department")},{title(page)},"'
            f'{rule}",{status(page)},{CURRENT.text})'
        ),
    )
    return Computed(f"SUMPRODUCT(--({counted}>0))", len(listed))


def _last_year(front: Front, row: int, completed: Placed) -> None:
    """Writes 九、与上年对比. completed: this year's completion rate, from the block above.

    上年 comes from the sheet 与上年对比 if there is one, 本年 from this workbook, the same figures as above.
    """
    book = front.book
    compared = "compared" in book.sheets
    front.title(row, LEFT, "九、与上年对比", HALF, "与上年对比" if compared else None)
    front.head(row + 1, LEFT, "")
    places: list[tuple[int, int, str]] = []
    column = LEFT + 1
    for label, span, look in _LAST_YEAR:
        front.head(row + 1, column, label, span)
        places.append((column, span, look))
        column += span
    annual, executed = book.total("projects", "annual_budget"), book.total("projects", "executed")
    now = (
        book.total("departments", "assessed"),
        annual,
        quotient((executed.text, executed.value), (annual.text, annual.value)),
        Computed(*completed),
        book.average("projects", "score", Criterion("score", ">=", 0)),
        plus(*(book.total("projects", key) for key in ("errors", "warnings", "notes"))),
    )
    last = _last_figures(book) if compared else None
    rises: Sequence[Value] = [DASH] * len(now)
    if last:
        rises = [
            _risen(a1(row + 3, column), this, a1(row + 2, column), before)
            for (column, _, _), this, before in zip(places, now, last, strict=True)
        ]
    no_figures: Sequence[Value] = [DASH] * len(now)
    rows: list[tuple[str, Sequence[Value]]] = [("上年", last or no_figures), ("本年", now), ("增减", rises)]
    for number, (label, cells) in enumerate(rows, row + 2):
        front.text(number, LEFT, label, align="left")
        for (column, span, look), cell in zip(places, cells, strict=True):
            front.value(number, column, cell, span, look)


def _risen(new: str, now: Computed, old: str, before: Computed) -> Computed:
    """The difference of two figures; empty where one of them is empty. new, old: their addresses."""
    is_empty = now.value in (None, "") or before.value in (None, "")
    return Computed(
        f'IF(OR({new}="",{old}=""),"",ROUND({new}-{old},6))',
        None if is_empty else now.number - before.number,
    )


def _last_figures(book: WorkbookFormulas) -> tuple[Computed, ...]:
    """Last year's projects, budget, execution, completion, average score and findings, from 与上年对比."""
    annual, executed, met, indicators, undetermined, blank = (
        book.total("compared", f"last_{key}")
        for key in ("annual_budget", "executed", "met", "indicators", "undetermined", "blank")
    )
    determined = Computed(
        f"({indicators.text}-{undetermined.text}-{blank.text})",
        indicators.number - undetermined.number - blank.number,
    )
    return (
        book.count("compared", Criterion("last_indicators", ">=", 0)),
        annual,
        quotient((executed.text, executed.value), (annual.text, annual.value)),
        share((met.text, met.value), (determined.text, determined.value)),
        book.average("compared", "last_score", Criterion("last_score", ">=", 0)),
        book.total("compared", "last_findings"),
    )
