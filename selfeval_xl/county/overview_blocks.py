"""The ten blocks of 总览, each a few lines over the detail sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from ..grid import a1, position
from .charts import draw_charts
from .live import Book, Cell, Condition, plus, quotient, share
from .material import (
    DASH,
    EXEMPT,
    EXPLAIN,
    EXTRA,
    MENDED,
    MISSING,
    NONE,
    PASS,
    RETURN,
    UNLISTED,
    UNSCORED,
    Material,
)
from .overview import (
    COLUMNS,
    COUNT,
    MONEY,
    RATE,
    SCORE,
    Front,
    Placed,
    figures,
    heads,
    line,
    money_line,
    rate_cell,
    set_up,
)
from .overview_lists import attention
from .words import causes, money_kinds

LEFT, RIGHT, HALF = 0, 12, 11
BANDS: tuple[tuple[str, tuple[Condition, ...]], ...] = (
    ("100%", (Condition("execution_rate", ">=", 1), Condition("annual_budget", "<>", 0))),
    (
        "90%（含）-100%",
        (
            Condition("execution_rate", ">=", Decimal("0.9")),
            Condition("execution_rate", "<", 1),
            Condition("annual_budget", "<>", 0),
        ),
    ),
    (
        "80%（含）-90%",
        (Condition("execution_rate", ">=", Decimal("0.8")), Condition("execution_rate", "<", Decimal("0.9"))),
    ),
    (
        "60%（含）-80%",
        (Condition("execution_rate", ">=", Decimal("0.6")), Condition("execution_rate", "<", Decimal("0.8"))),
    ),
    (
        "0-60%",
        (
            Condition("execution_rate", "<", Decimal("0.6")),
            Condition("executed", "<>", 0),
            Condition("annual_budget", "<>", 0),
        ),
    ),
    (
        "零执行",
        (
            Condition("executed", "=", 0),
            Condition("annual_budget", "<>", 0),
            Condition("execution_rate", "=", 0),
        ),
    ),
    ("全年预算为0", (Condition("annual_budget", "=", 0),)),
)
_LEVELS = (("成本", "成本"), ("产出", "产出"), ("效益", "效"), ("满意度", "满意"))
PROJECT = Condition("form", "=", "项目")
CURRENT = Condition("status", "<>", MENDED)
MISSED = (PROJECT, Condition("kind", "<>", "超额完成"), Condition("kind", "<>", "待核定"))


def write_overview(
    front: Front, material: Material, title: str, balance: Mapping[str, str], about: str
) -> None:
    """Writes the page. balance: places of the forms' balance below 收件核对. about: program, policy and rules
    in one line.
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
    _reporting(front, 2, material)
    row = 6
    _money(front, row)
    _bands(front, row)
    completed = _indicators(front, row + 7)
    _grades(front, row + 10)
    _causes(front, row + 15)
    _review(front, row + 19, material)
    _last_year(front, row + 26, completed)
    attention(front, row + 34)
    _balance(front, row + 47, material, balance, about)
    places = {
        "levels": (a1(row + 9, LEFT), a1(row + 12, LEFT)),
        "rules": (a1(row + 23, RIGHT), a1(row + 32, RIGHT)),
        "grades": (a1(row + 12, RIGHT), a1(row + 15, RIGHT)),
        "causes": (a1(row + 17, LEFT), a1(row + 24, LEFT)),
    }
    draw_charts(
        front,
        row + 51,
        places,
        any(score is not None for (score,) in front.book.tables["projects"].picked("score")),
    )


def as_of(material: Material) -> str:
    """The day on which the last file came, as it is written in a table's head."""
    days = [
        receipt.arrival.received[:10] for receipt in material.collected.receipts if receipt.arrival.received
    ]
    if not days:
        return "____年__月__日"
    year, month, day = max(days).split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def _reporting(front: Front, row: int, material: Material) -> None:
    book = front.book
    listed = (
        Condition("section", "<>", UNLISTED),
        Condition("number", ">", 0),
    )  # an empty line is not unlike anything
    known, projects = material.roster is not None, bool(material.roster and material.roster.projects)
    due = book.count("submissions", *listed) if known else DASH
    came = book.count("submissions", Condition("state", "<>", NONE), *listed)
    front.title(row, 0, "一、报送情况", COLUMNS, "报送台账")
    items = [
        ("应报部门", 2, due, COUNT),
        ("已报部门", 2, came, COUNT),
        ("其中按期", 1, book.count("submissions", Condition("late", "=", "否")), COUNT),
        ("其中逾期", 1, book.count("submissions", Condition("late", "=", "是")), COUNT),
        ("未报部门", 2, book.count("submissions", Condition("state", "=", NONE)) if known else DASH, COUNT),
        ("报送率", 2, None, RATE),
        ("应评项目", 2, book.total("departments", "due") if projects else DASH, COUNT),
        ("已评项目", 2, book.total("departments", "assessed"), COUNT),
        (
            "漏报项目",
            1,
            book.count("projects", Condition("status", "=", MISSING)) if projects else DASH,
            COUNT,
        ),
        ("名册外项目", 1, book.count("projects", Condition("status", "=", EXTRA)), COUNT),
        ("免评项目", 1, book.count("projects", Condition("status", "=", EXEMPT)), COUNT),
        ("自评覆盖率", 2, None, RATE),
        ("整体自评表份数", 2, book.total("departments", "department_forms"), COUNT),
        ("自评报告份数", 2, book.total("departments", "reports"), COUNT),
        ("盖章件份数", 1, book.total("departments", "sealed"), COUNT),
    ]
    places = figures(front, row + 1, items)
    front.value(*position(places[5][0]), rate_cell(places[1], places[0]), 2, RATE)
    covered = Cell(f"{places[7][0]}-{places[9][0]}", places[7][1] - places[9][1])
    front.value(*position(places[11][0]), _coverage(places, covered) if projects else DASH, 2, RATE)


def _coverage(places, covered: Cell) -> Cell:
    """Forms of the roster's projects over the projects due."""
    due = places[6]
    return Cell(
        f'IF({due[0]}=0,"",ROUND(({covered.text})/{due[0]},4))', share(("", covered.value), due).value
    )


def _money(front: Front, row: int) -> None:
    book, keys = front.book, ("initial_budget", "annual_budget", "executed")
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
        conditions = (Condition("kind", "=", "来源"), Condition("category", "=", kind), PROJECT)
        money_line(
            front, row + number, LEFT, kind, 4, [book.total("funding", key, *conditions) for key in keys]
        )


def _bands(front: Front, row: int) -> None:
    book = front.book
    front.title(row, RIGHT, "三、执行率分布", HALF, "项目汇总")
    heads(front, row + 1, RIGHT, ("执行率", 4), ("项目数", "占比", "全年预算数", "未执行金额"), 2)
    counts = [book.count("projects", *conditions) for _, conditions in BANDS]
    whole = plus(*counts)
    first, last = row + 3, row + 2 + len(BANDS)
    for number, ((label, conditions), count) in enumerate(zip(BANDS, counts, strict=True), row + 2):
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
    """Returns the completion rate of all indicators."""
    book = front.book
    front.title(row, LEFT, "四、指标完成", HALF, "指标明细")
    heads(
        front,
        row + 1,
        LEFT,
        ("一级指标", 4),
        ("指标数", "已完成", "其中超额完成", "未完成", "其中完成值为0", "待核定", "完成率"),
    )
    for number, (label, word) in enumerate((*_LEVELS, ("合计", "")), row + 2):
        where = (PROJECT, Condition("level1", "contains", word)) if word else (PROJECT,)
        exceeded = book.count("indicators", *where, Condition("verdict", "=", "超额完成"))
        cells = [
            book.count("indicators", *where),
            plus(book.count("indicators", *where, Condition("verdict", "=", "已完成")), exceeded),
            exceeded,
            book.count("indicators", *where, Condition("verdict", "=", "未完成")),
            book.count("deviations", *where, Condition("kind", "=", "完成值为0")),
            book.count("indicators", *where, Condition("verdict", "=", "待核定")),
        ]
        places = line(front, number, LEFT, label, 4, [(cell, COUNT) for cell in cells])
        judged = Decimal(places[0][1]) - Decimal(places[5][1])
        rate = front.value(
            number, 10, share(places[1], (f"({places[0][0]}-{places[5][0]})", judged)), 1, RATE
        )
    return rate


def _grades(front: Front, row: int) -> None:
    book = front.book
    front.title(row, RIGHT, "五、自评等级", HALF, "项目汇总")
    heads(front, row + 1, RIGHT, ("等级", 4), ("项目数", "占比", "全年预算数", "平均得分"), 2)
    grades = ("优", "良", "中", "差", UNSCORED)
    counts = [book.count("projects", Condition("grade", "=", grade)) for grade in grades]
    whole = plus(*counts)
    for number, (grade, count) in enumerate(zip(grades, counts, strict=True), row + 2):
        conditions = (Condition("grade", "=", grade),)
        part = share((f"Q{number + 1}", count.value), (f"SUM(Q{row + 3}:Q{row + 7})", whole.value))
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
        row + 7,
        RIGHT,
        "满分（100分）项目数",
        4,
        [(book.count("projects", Condition("score", "=", 100)), COUNT)],
        2,
    )


def _causes(front: Front, row: int) -> None:
    book, by = front.book, ("department", "project", "file", "sheet")
    front.title(row, LEFT, "六、偏差原因（未完成指标）", HALF, "偏差清单")
    heads(front, row + 1, LEFT, ("原因", 5), ("指标数", "涉及项目", "涉及全年预算数"), 2)
    for number, cause in enumerate(causes(), row + 2):
        conditions = (Condition("cause", "=", cause), *MISSED)
        line(
            front,
            number,
            LEFT,
            cause,
            5,
            [
                (book.count("deviations", *conditions), COUNT),
                (book.distinct("deviations", by, *conditions), COUNT),
                (book.distinct("deviations", by, *conditions, of="project_budget"), MONEY),
            ],
            2,
        )


def _review(front: Front, row: int, material: Material) -> None:
    book = front.book
    front.title(row, RIGHT, "七、审核情况", HALF, "审核问题")
    items = [
        ("建议通过", book.count("departments", Condition("advice", "=", PASS))),
        ("建议说明后通过", book.count("departments", Condition("advice", "=", EXPLAIN))),
        ("建议退回", book.count("departments", Condition("advice", "=", RETURN))),
        ("已退回", book.count("submissions", Condition("state", "=", "已退回"))),
        ("退回后已重报", book.count("submissions", Condition("state", "=", "已重报"))),
        ("错误条数", book.count("findings", CURRENT, Condition("severity", "=", "错误"))),
        ("核实条数", book.count("findings", CURRENT, Condition("severity", "=", "核实"))),
        ("单位已说明", book.count("findings", Condition("status", "=", "已说明"))),
    ]
    column = RIGHT
    for number, (label, cell) in enumerate(items):
        span = 2 if number in (1, 4, 5, 6) else 1
        front.head(row + 1, column, label, span)
        front.value(row + 2, column, cell, span, COUNT)
        column += span
    heads(front, row + 3, RIGHT, ("问题最多的十条规则", 6), ("部门数", "项目数", "条数"), 2)
    rules = Counter(
        (rule, title)
        for rule, title, status in book.tables["findings"].picked("rule", "title", "status")
        if CURRENT.fits(status)
    )
    whose: dict[str, set[str]] = {}
    for department, rule, status in book.tables["findings"].picked("department", "rule", "status"):
        if CURRENT.fits(status):
            whose.setdefault(rule, set()).add(department)
    for number, ((rule, title), _) in enumerate(
        sorted(rules.items(), key=lambda item: (-item[1], item[0]))[:10], row + 4
    ):
        here = Condition("rule", "=", rule)
        line(
            front,
            number,
            RIGHT,
            f"{rule} {title}",
            6,
            [
                (_departments_with(front, rule, whose[rule]), COUNT),
                (
                    book.distinct(
                        "findings", ("department", "project"), here, CURRENT, Condition("project", "<>", "")
                    ),
                    COUNT,
                ),
                (book.count("findings", here, CURRENT), COUNT),
            ],
            2,
        )


def _departments_with(front: Front, rule: str, whose: set[str]) -> Cell:
    """In how many departments a rule found something. whose: the names that its findings bear."""
    book = front.book
    found = whose.intersection(name for (name,) in book.tables["departments"].picked("department"))
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
    return Cell(f"SUMPRODUCT(--({counted}>0))", len(found))


def _last_year(front: Front, row: int, completed: Placed) -> None:
    """上年 comes from the sheet 与上年对比 where there is one; 本年 from this workbook, the same figures as
    above.
    """
    book = front.book
    compared = "compared" in book.sheets
    front.title(row, LEFT, "九、与上年对比", HALF, "与上年对比" if compared else None)
    spans = (1, 2, 2, 2, 2, 1)
    front.head(row + 1, LEFT, "")
    columns = [LEFT + 1 + sum(spans[:number]) for number in range(len(spans))]
    for column, span, label in zip(
        columns, spans, ("项目数", "全年预算", "执行率", "指标完成率", "平均得分", "问题条数"), strict=True
    ):
        front.head(row + 1, column, label, span)
    looks = (COUNT, MONEY, RATE, RATE, SCORE, COUNT)
    annual, executed = book.total("projects", "annual_budget"), book.total("projects", "executed")
    now = (
        book.total("departments", "assessed"),
        annual,
        quotient((executed.text, executed.value), (annual.text, annual.value)),
        Cell(*completed),
        book.average("projects", "score", Condition("score", ">=", 0)),
        book.count("findings", CURRENT, Condition("number", ">", 0)),
    )
    last = _last_figures(book) if compared else None
    for number, (label, cells) in enumerate((("上年", last), ("本年", now)), row + 2):
        front.text(number, LEFT, label, align="left")
        for column, span, cell, look in zip(columns, spans, cells or [DASH] * len(spans), looks, strict=True):
            front.value(number, column, cell, span, look)
    front.text(row + 4, LEFT, "增减", align="left")
    for place, (column, span, look) in enumerate(zip(columns, spans, looks, strict=True)):
        front.value(
            row + 4,
            column,
            _risen(a1(row + 3, column), now[place], a1(row + 2, column), last[place]) if last else DASH,
            span,
            look,
        )


def _risen(new: str, now: Cell, old: str, before: Cell) -> Cell:
    """The difference of two figures; empty where one of them is."""
    known = [cell.value for cell in (now, before)]
    value = None if any(item in (None, "") for item in known) else Decimal(known[0]) - Decimal(known[1])
    return Cell(f'IF(OR({new}="",{old}=""),"",ROUND({new}-{old},6))', value)


def _last_figures(book: Book) -> tuple[Cell, ...]:
    """Last year's projects, budget, execution, completion, average score and findings, from 与上年对比."""
    annual, executed, met, indicators, undetermined = (
        book.total("compared", f"last_{key}")
        for key in ("annual_budget", "executed", "met", "indicators", "undetermined")
    )
    judged = Cell(
        f"({indicators.text}-{undetermined.text})", Decimal(indicators.value) - Decimal(undetermined.value)
    )
    return (
        book.count("compared", Condition("last_indicators", ">=", 0)),
        annual,
        quotient((executed.text, executed.value), (annual.text, annual.value)),
        share((met.text, met.value), (judged.text, judged.value)),
        book.average("compared", "last_score", Condition("last_score", ">=", 0)),
        book.total("compared", "last_findings"),
    )


def _balance(front: Front, row: int, material: Material, balance: Mapping[str, str], about: str) -> None:
    from .collecting import RESULTS

    book = front.book
    front.title(
        row,
        0,
        "十、收件核对（收到 = 采用 + 部分采用 + 被新版本替代 + 重复 + 附件 + 无法读取 + 非自评材料）",
        COLUMNS,
        "收件核对",
    )
    items = [("收到文件", 2, book.count("receipts"), COUNT)]
    items += [
        (result, 2, book.count("receipts", Condition("result", "=", result)), COUNT) for result in RESULTS
    ]
    items += [
        (label, 1, balance[key], COUNT)
        for label, key in (
            ("识别表数", "recognised"),
            ("采用", "used"),
            ("被替代", "superseded"),
            ("重复", "duplicate"),
        )
    ]
    items += [("文件核对", 2, None, COUNT), ("表核对", 2, balance["agrees"], COUNT)]
    places = figures(front, row + 1, items)
    parts = "+".join(place for place, _ in places[1:8])
    fits = places[0][1] == sum(value for _, value in places[1:8])
    front.value(
        *position(places[12][0]),
        Cell(f'IF({places[0][0]}={parts},"相符","不符")', "相符" if fits else "不符"),
        2,
    )
    front.text(row + 3, 0, about, COLUMNS, border=0, align="left")
