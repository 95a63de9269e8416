"""The page 总览 of the province.

Every figure is a formula over the other sheets, with the value it has now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import money_kinds
from selfeval_xl.county.departments.data import DASH, EXPLAIN, PASS, RETURN, UNSCORED, VERIFY
from selfeval_xl.county.province.columns import AGREE, DISAGREE, DONE, FAILED, FATES, GRADES, source_key
from selfeval_xl.county.province.county_rows import CountyRows, plain
from selfeval_xl.county.province.ranking import LINES, ranked
from selfeval_xl.county.workbook.charts import TINTS, bars, place_charts
from selfeval_xl.county.workbook.formulas import Computed, Criterion, WorkbookFormulas, plus, share
from selfeval_xl.county.workbook.front_blocks import HALF, LEFT, RIGHT
from selfeval_xl.county.workbook.front_page import (
    COLUMNS,
    COUNT,
    MONEY,
    RATE,
    Front,
    Placed,
    figures,
    heads,
    line,
    money_line,
    rate_cell,
    set_up,
)
from selfeval_xl.county.workbook.rate_bands import Band, rate_bands
from selfeval_xl.model.grid import a1, position
from selfeval_xl.model.money import AMOUNTS

# Lines of two lists, rows of the charts, characters of a reason that are shown.
RULES, BROKEN_LINES, CHART_ROWS, REASON = 10, 3, 24, 54
Row = dict[str, Any]
Tables = Mapping[str, Any]  # the rows of every sheet: lists, and CountyRows for all_projects
_BAND_KEYS = ("execution_rate", "annual_budget", "executed", "unspent", "score")


@dataclass(slots=True)
class BandCount:
    """The projects in a band of the execution rate: their number, budgets and unspent money in 万元."""

    band: Band
    count: int = 0
    annual: Decimal = Decimal(0)
    unspent: Decimal = Decimal(0)


def counted(projects: CountyRows, bands: Iterable[Band]) -> tuple[list[BandCount], int]:
    """The projects in each band, and those with 100 points, counted in one pass."""
    counts, full = [BandCount(band) for band in bands], 0
    for values in projects.picked(*_BAND_KEYS):
        row = dict(zip(_BAND_KEYS, map(plain, values), strict=True))
        full += row["score"] == 100
        for count in counts:
            if all(condition.holds(row) for condition in count.band[1]):
                count.count += 1
                count.annual += row["annual_budget"] or 0
                count.unspent += row["unspent"] or 0
    return counts, full


def write_overview(
    front: Front, tables: Tables, policy: Policy, title: str, as_of: str, about: str, loose: int
) -> None:
    """Writes the page.

    policy: has the bands of the execution rate. as_of: the day of the last receipt. about: program and
    policy. loose: the number of files of no county.
    """
    counties = tables["counties"]
    set_up(front, title)
    front.text(
        1,
        0,
        f"金额单位：万元　　　数据截至：{as_of}　　　口径：各县区采用版本",
        COLUMNS,
        border=0,
        align="right",
    )
    _reporting(front, 2, counties)
    front.text(5, 0, _unknown(counties), COLUMNS, border=0, align="left")
    row = 6
    _money(front, row)
    bands = rate_bands(policy)
    ruled = row + 4 + len(bands)  # the block on the right below the bands
    below = max(row + 25, ruled + 14)
    _bands(front, row, *counted(tables["all_projects"], bands))
    _indicators(front, row + 6)
    _grades(front, row + 9)
    _review(front, row + 17)
    _broken(
        front, row + 20, [(item["county"], item["remark"]) for item in counties if item["state"] == FAILED]
    )
    rules = _rules(front, ruled, tables["problems"])
    _attention(front, below, counties)
    _balance(front, below + 13, about, loose)
    _charts(front, below + 17, counties, rules)


def _summed(front: Front, key: str) -> Computed:
    """The sum of a column of 县区汇总."""
    return front.book.total("counties", key)


# Label, width in columns, figure (None: written later), number format.
_Item = tuple[str, int, Computed | str | None, str]


def _reporting(front: Front, row: int, counties: Sequence[Row]) -> None:
    book = front.book
    front.title(row, 0, "一、报送情况", COLUMNS, "县区汇总")
    items: list[_Item] = [
        ("县区", 2, book.count("counties"), COUNT),
        ("已汇总", 1, book.count("counties", Criterion("state", "=", DONE)), COUNT),
        ("没有汇总成", 1, book.count("counties", Criterion("state", "=", FAILED)), COUNT),
    ]
    for label, span, key in (
        ("应报部门", 2, "due"),
        ("已报部门", 2, "reported"),
        ("未报部门", 1, "unreported"),
        ("报送率", 2, None),
        ("应评项目", 2, "due_projects"),
        ("已评项目", 2, "assessed"),
        ("漏报项目", 1, "missing"),
        ("名册外项目", 1, "extra"),
        ("免评项目", 1, "exempt"),
        ("自评覆盖率", 2, None),
        ("整体自评表", 2, "department_forms"),
        ("自评报告", 1, "reports"),
        ("盖章件", 1, "sealed"),
    ):
        value: Computed | str | None = None
        if key is not None:
            value = DASH if all(item[key] == DASH for item in counties) else _summed(front, key)
        items.append((label, span, value, RATE if key is None else COUNT))
    places = figures(front, row + 1, items)
    for rate, whole, missing, unfilled in ((6, 3, 5, None), (12, 7, 9, _summed(front, "unfilled"))):
        due, gone = places[whole], places[missing]
        if unfilled and gone[1] != DASH:
            gone = (f"{gone[0]}-{unfilled.text}", gone[1] + unfilled.number)
        is_known = DASH not in (due[1], gone[1])
        covered = (f"({due[0]}-{gone[0]})", due[1] - gone[1]) if is_known else due
        front.value(*position(places[rate][0]), rate_cell(covered, due), 2, RATE)


def _unknown(counties: Sequence[Row]) -> str:
    """A note on the figures above that leave out counties without a roster; "" for none."""
    done = [item for item in counties if item["state"] == DONE]
    parts = []
    for key, lack, labels in (
        ("due", "没有单位名册", "应报部门、未报部门、报送率"),
        ("due_projects", "名册里没有项目", "应评项目、漏报项目、自评覆盖率"),
    ):
        without = sum(item[key] == DASH for item in done)
        if 0 < without < len(done):
            parts.append(f"{without}个县区{lack}，{labels}不含它们")
    return f"注：{'；'.join(parts)}。" if parts else ""


def _money(front: Front, row: int) -> None:
    front.title(row, LEFT, "二、资金情况", HALF, "县区汇总")
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
    money_line(front, row + 2, LEFT, "合计", 4, [_summed(front, key) for key in (*AMOUNTS, "unspent")])
    for number, kind in enumerate(money_kinds()):
        money_line(
            front,
            row + 3 + number,
            LEFT,
            kind,
            4,
            [_summed(front, source_key(number, key)) for key in AMOUNTS],
        )


def _over_projects(book: WorkbookFormulas, of: str | None, conditions: Iterable[Criterion]) -> str:
    """A formula over all worksheets of 项目汇总: COUNTIFS, or SUMIFS of the column `of`."""

    def text(page: Any) -> str:
        criteria = ",".join(
            f"{book.column('all_projects', condition.key, page=page)},{condition.text}"
            for condition in conditions
        )
        return (
            f"SUMIFS({book.column('all_projects', of, page=page)},{criteria})"
            if of
            else f"COUNTIFS({criteria})"
        )

    return book.each("all_projects", text)


def _bands(front: Front, row: int, bands: Sequence[BandCount], full: int) -> None:
    """Writes 三、执行率分布. full: the number of projects with 100 points."""
    book = front.book
    front.title(row, RIGHT, "三、执行率分布（项目）", HALF, "项目汇总")
    heads(front, row + 1, RIGHT, ("执行率", 4), ("项目数", "占比", "全年预算数", "未执行金额"), 2)
    counts = [Computed(_over_projects(book, None, band.band[1]), band.count) for band in bands]
    first, last, whole = row + 3, row + 2 + len(bands), plus(*counts)
    for number, (band, count) in enumerate(zip(bands, counts, strict=True)):
        label, conditions = band.band
        part = share((f"Q{first + number}", count.value), (f"SUM(Q{first}:Q{last})", whole.value))
        line(
            front,
            row + 2 + number,
            RIGHT,
            label,
            4,
            [
                (count, COUNT),
                (part, RATE),
                (Computed(_over_projects(book, "annual_budget", conditions), band.annual), MONEY),
                (Computed(_over_projects(book, "unspent", conditions), band.unspent), MONEY),
            ],
            2,
        )
    line(
        front,
        row + 2 + len(bands),
        RIGHT,
        "满分（100分）项目数",
        4,
        [(Computed(_over_projects(book, None, [Criterion("score", "=", 100)]), full), COUNT)],
        2,
    )


def _indicators(front: Front, row: int) -> None:
    front.title(row, LEFT, "四、指标完成", HALF, "县区汇总")
    heads(
        front,
        row + 1,
        LEFT,
        ("", 3),
        ("指标数", "已完成", "其中超额完成", "未完成", "其中完成值为0", "待核定", "未填", "完成率"),
    )
    places = line(
        front,
        row + 2,
        LEFT,
        "合计",
        3,
        [
            (_summed(front, key), COUNT)
            for key in ("indicators", "met", "exceeded", "unmet", "zero", "undetermined", "blank")
        ],
    )
    judged = Decimal(places[0][1]) - Decimal(places[5][1]) - Decimal(places[6][1])
    rest = f"({places[0][0]}-{places[5][0]}-{places[6][0]})"
    front.value(row + 2, 10, share(places[1], (rest, judged)), 1, RATE)


def _grades(front: Front, row: int) -> None:
    front.title(row, LEFT, "五、自评等级", HALF, "县区汇总")
    heads(front, row + 1, LEFT, ("等级", 5), ("项目数", "占比"), 3)
    first, last = row + 3, row + 2 + len(GRADES)
    counts = [_summed(front, key) for key in GRADES]
    whole = plus(*counts)
    for number, (label, count) in enumerate(zip(GRADES.values(), counts, strict=True)):
        part = share((f"F{first + number}", count.value), (f"SUM(F{first}:F{last})", whole.value))
        line(
            front,
            row + 2 + number,
            LEFT,
            "不评分表式" if label == UNSCORED else label,
            5,
            [(count, COUNT), (part, RATE)],
            3,
        )


def _review(front: Front, row: int) -> None:
    book = front.book
    front.title(row, LEFT, "六、审核情况（部门、条）", HALF, "部门汇总")
    advice = [
        (label, span, book.count("departments", Criterion("advice", "=", word)), COUNT)
        for label, span, word in (
            ("建议通过", 2, PASS),
            ("建议说明后通过", 2, EXPLAIN),
            ("建议退回", 2, RETURN),
            ("待财政核实", 2, VERIFY),
        )
    ]
    figures(
        front,
        row + 1,
        [
            *advice,
            *(
                (label, span, _summed(front, key), COUNT)
                for label, span, key in (("错误", 1, "errors"), ("核实", 1, "warnings"), ("提示", 1, "notes"))
            ),
        ],
    )


def _broken(front: Front, row: int, broken: Sequence[tuple[str, str]]) -> None:
    """Writes the counties whose figures are missing, with the reasons."""
    front.title(row, LEFT, "没有汇总成的县区（上面的数不含它们）", HALF, "县区汇总")
    shown = list(broken[:BROKEN_LINES])
    if len(broken) > BROKEN_LINES:
        shown[-1] = ("……", f"还有{len(broken) - BROKEN_LINES + 1}个，见“县区汇总”的说明栏")
    for number in range(BROKEN_LINES):
        name, reason = shown[number] if number < len(shown) else ("" if number else "没有", "")
        front.text(row + 1 + number, LEFT, name, 3, align="left")
        front.text(
            row + 1 + number,
            LEFT + 3,
            reason if len(reason) <= REASON else f"{reason[:REASON]}……",
            HALF - 3,
            align="left",
        )


def _rules(front: Front, row: int, problems: Sequence[Row]) -> tuple[str, str]:
    """Writes the rules with most findings; returns the first and the last cell of their names."""
    book = front.book
    front.title(row, RIGHT, "七、问题最多的十条规则", HALF, "问题汇总")
    heads(front, row + 1, RIGHT, ("规则", 6), ("县区数", "项目数", "条数"), 2)
    sums: dict[tuple[str, str], int] = {}
    for item in problems:
        sums[item["rule"], item["title"]] = sums.get((item["rule"], item["title"]), 0) + item["count"]
    for number, ((rule, title), _) in enumerate(
        sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:RULES], row + 2
    ):
        of_rule = Criterion("rule", "=", rule)
        counties = len({item["county"] for item in problems if item["rule"] == rule})
        names, rules = book.column("counties", "county"), book.column("problems", "rule")
        with_it = Computed(
            f'SUMPRODUCT(--(COUNTIFS({book.column("problems", "county")},{names},{rules},"{rule}")>0))',
            counties,
        )
        line(
            front,
            number,
            RIGHT,
            f"{rule} {title}",
            6,
            [
                (with_it, COUNT),
                (book.total("problems", "projects", of_rule), COUNT),
                (book.total("problems", "count", of_rule), COUNT),
            ],
            2,
        )
    return a1(row + 2, RIGHT), a1(row + 1 + max(1, min(RULES, len(sums))), RIGHT)


def _attention(front: Front, row: int, counties: Sequence[Row]) -> None:
    front.title(row, 0, "八、需要关注的县区", COLUMNS, "县区汇总")
    lists = (
        ("未报部门最多", "unreported", COUNT, True),
        ("执行率最低", "execution_rate", RATE, False),
        ("未执行金额最多（万元）", "unspent", MONEY, True),
        ("指标完成率最低", "completion_rate", RATE, False),
        ("错误最多", "errors", COUNT, True),
        ("漏报项目最多", "missing", COUNT, True),
    )
    for number, (label, key, look, falling) in enumerate(lists):
        front.head(row + 1, 4 * number, label, 4)
        ranked(front, row + 2, 4 * number, (2, 2), counties, key, look, falling)
    assert len(lists) * 4 == COLUMNS and LINES == 10


def _balance(front: Front, row: int, about: str, loose: int) -> None:
    book = front.book
    front.title(
        row,
        0,
        f"九、收件核对（收到 = {' + '.join(FATES.values())}）",
        COLUMNS,
        "收件核对",
    )
    items: list[_Item] = [("收到文件", 1, book.total("receipts", "received"), COUNT)]
    items += [(label, 2, book.total("receipts", key), COUNT) for key, label in FATES.items()]
    items += [
        (label, 1, book.total("receipts", key), COUNT)
        for label, key in (
            ("识别表数", "recognised"),
            ("采用", "used"),
            ("被替代", "replaced"),
            ("重复", "duplicate"),
        )
    ]
    items += [
        ("文件核对", 1, None, COUNT),
        ("表核对", 1, None, COUNT),
        ("未归入县区", 1, Computed(str(loose), loose), COUNT),
    ]
    places = figures(front, row + 1, items)
    recognised = 1 + len(FATES)
    for check, whole, parts in (
        (-3, 0, places[1:recognised]),
        (-2, recognised, places[recognised + 1 : recognised + 4]),
    ):
        front.value(*position(places[check][0]), _agreeing(places[whole], parts), 1)
    front.text(row + 3, 0, about, COLUMNS, border=0, align="left")


def _agreeing(whole: Placed, parts: Sequence[Placed]) -> Computed:
    """The formula that compares a figure with the sum of its parts: 相符 or 不符."""
    fits = whole[1] == sum(value for _, value in parts)
    return Computed(
        f'IF({whole[0]}={"+".join(cell for cell, _ in parts)},"{AGREE}","{DISAGREE}")',
        AGREE if fits else DISAGREE,
    )


def _charts(front: Front, row: int, counties: Sequence[Row], rules: tuple[str, str]) -> None:
    """Draws the counties' execution rates, their verdicts as shares of the indicators, and the rules."""
    book: WorkbookFormulas = front.book
    front.title(row, 0, "十、图", COLUMNS)

    def series(label: str, key: str, tint: str) -> dict[str, Any]:
        return {
            "name": label,
            "categories": f"={book.column('counties', 'county')}",
            "values": f"={book.column('counties', key)}",
            "fill": {"color": tint},
            "gap": 60,
            "categories_data": [item["county"] for item in counties],
            "values_data": [_plotted(item[key]) for item in counties],
        }

    charts = (
        (9, ({"type": "column"}, [series("执行率", "execution_rate", "#5B9BD5")]), "各县区执行率", False),
        (
            9,
            (
                {"type": "column", "subtype": "percent_stacked"},
                [
                    series(label, key, TINTS[label])
                    for label, key in (("已完成", "met"), ("未完成", "unmet"), ("待核定", "undetermined"))
                ],
            ),
            "各县区指标完成情况（占比）",
            True,
        ),
        (6, bars(rules, 10), "问题最多的规则（条）", False),
    )
    place_charts(front, row + 1, charts, len(counties), CHART_ROWS)


def _plotted(value: Any) -> float | str:
    """A figure as the cache of a chart takes it; "" for an unknown one."""
    return "" if value is None or isinstance(value, str) else float(value)
