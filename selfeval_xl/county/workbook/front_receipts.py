"""The blocks of 总览 on what was received: 一、报送情况 and 十、收件核对."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from selfeval_xl.county.departments.data import DASH, EXEMPT, EXTRA, MISSING, NONE, UNLISTED, CountyData
from selfeval_xl.county.intake.receipts import RESULTS
from selfeval_xl.county.workbook.formulas import Computed, Criterion, share
from selfeval_xl.county.workbook.front_page import (
    COLUMNS,
    COUNT,
    RATE,
    Front,
    Placed,
    Value,
    figures,
    rate_cell,
)
from selfeval_xl.model.grid import position


def write_reporting(front: Front, row: int, material: CountyData) -> None:
    """Writes 一、报送情况."""
    book = front.book
    # The condition on the number leaves out the empty row of an empty table, whose section is not 名册外 too.
    listed = (Criterion("section", "<>", UNLISTED), Criterion("number", ">", 0))
    has_roster, has_projects = material.roster is not None, bool(material.roster and material.roster.projects)
    due = book.count("submissions", *listed) if has_roster else DASH
    came = book.count("submissions", Criterion("state", "<>", NONE), *listed)
    front.title(row, 0, "一、报送情况", COLUMNS, "报送台账")
    items: list[tuple[str, int, Value, str]] = [
        ("应报部门", 2, due, COUNT),
        ("已报部门", 2, came, COUNT),
        ("其中按期", 1, book.count("submissions", Criterion("late", "=", "否")), COUNT),
        ("其中逾期", 1, book.count("submissions", Criterion("late", "=", "是")), COUNT),
        (
            "未报部门",
            2,
            book.count("submissions", Criterion("state", "=", NONE)) if has_roster else DASH,
            COUNT,
        ),
        ("报送率", 2, None, RATE),
        ("应评项目", 2, book.total("departments", "due") if has_projects else DASH, COUNT),
        ("已评项目", 2, book.total("departments", "assessed"), COUNT),
        (
            "漏报项目",
            1,
            book.count("projects", Criterion("status", "=", MISSING)) if has_projects else DASH,
            COUNT,
        ),
        ("名册外项目", 1, book.count("projects", Criterion("status", "=", EXTRA)), COUNT),
        ("免评项目", 1, book.count("projects", Criterion("status", "=", EXEMPT)), COUNT),
        ("自评覆盖率", 2, None, RATE),
        ("整体自评表份数", 2, book.total("departments", "department_forms"), COUNT),
        ("自评报告份数", 2, book.total("departments", "reports"), COUNT),
        ("盖章件份数", 1, book.total("departments", "sealed"), COUNT),
    ]
    places = figures(front, row + 1, items)
    front.value(*position(places[5][0]), rate_cell(places[1], places[0]), 2, RATE)
    covered = Computed(f"{places[7][0]}-{places[9][0]}", places[7][1] - places[9][1])
    front.value(*position(places[11][0]), _coverage(covered, places[6]) if has_projects else DASH, 2, RATE)


def _coverage(covered: Computed, due: Placed) -> Computed:
    """自评覆盖率: forms of the roster's projects ÷ projects due."""
    return Computed(
        f'IF({due[0]}=0,"",ROUND(({covered.text})/{due[0]},4))', share(("", covered.value), due).value
    )


def write_receipts(
    front: Front,
    row: int,
    balance: Mapping[str, Computed],
    about: str,
    results: Sequence[str] = RESULTS,
    number: str = "十",
) -> None:
    """Writes 十、收件核对, and the line about the program. results: those a file can have."""
    book = front.book
    front.title(
        row,
        0,
        f"{number}、收件核对（收到 = {' + '.join(results)}）",
        COLUMNS,
        "收件核对",
    )
    items: list[tuple[str, int, Value, str]] = [("收到文件", 2, book.count("receipts"), COUNT)]
    items += [
        (result, 2, book.count("receipts", Criterion("result", "=", result)), COUNT) for result in results
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
    items += [("文件核对", 1, None, COUNT), ("表核对", 1, balance["agrees"], COUNT)]
    places = figures(front, row + 1, items)
    counts = places[1 : 1 + len(results)]
    parts = "+".join(address for address, _ in counts)
    fits = places[0][1] == sum(value for _, value in counts)
    front.value(
        *position(places[-2][0]),
        Computed(f'IF({places[0][0]}={parts},"相符","不符")', "相符" if fits else "不符"),
        1,
    )
    front.text(row + 3, 0, about, COLUMNS, border=0, align="left")
