"""The screen of the command province, and its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from rich.table import Table

from selfeval_xl.cli.screen.screen import console, say, table_of
from selfeval_xl.county.departments.data import DASH
from selfeval_xl.county.province import CountyResult, Province
from selfeval_xl.model.grid import percent_text
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import ratio

Figures = Mapping[str, Decimal | int | str | None]  # a row of 县区汇总 by column key
_MOST_LOOSE = 10  # files of no county that are shown by name
_COUNTS = (
    "due",
    "reported",
    "unreported",
    "files",
    "forms",
    "forms_used",
    "due_projects",
    "assessed",
    "missing",
    "extra",
    "exempt",
    "department_forms",
    "reports",
    "sealed",
    "indicators",
    "met",
    "exceeded",
    "unmet",
    "zero",
    "undetermined",
    "blank",
    "unexplained",
    "errors",
    "warnings",
    "notes",
    "excellent",
    "good",
    "fair",
    "poor",
    "unscored",
)
_SUMS = (*AMOUNTS, "unspent")
_RATES = ("execution_rate", "completion_rate")


def show_county_done(number: int, whole: int, county: CountyResult) -> None:
    """Shows a line when a county is finished. number, whole: which one it is, and of how many."""
    row = county.figures
    result = (
        f"收到文件{row['files']}个，项目{_plain(row['assessed'])}个，错误{row['errors']}处，核对{row['agrees']}"
        if county.out
        else f"没有汇总成：{county.reason}"
    )
    say(f"第{number}个，共{whole}个：{county.name}　{result}")


def show_province(province: Province) -> None:
    """Shows the table of counties with their total, then what was not consolidated."""
    screen = console()
    screen.print(_county_table(province))
    for county in province.failed:
        screen.print(
            f"“{county.name}”没有汇总成，上面的数不含它：{county.reason}", style="yellow", markup=False
        )
    for county in province.counties:
        for problem in county.problems:
            screen.print(f"“{county.name}”的名册：{problem}", style="yellow", markup=False)
    for name, reason in province.loose[:_MOST_LOOSE]:
        screen.print(f"没有归入县区：{name}（{reason}）", style="yellow", markup=False)
    if len(province.loose) > _MOST_LOOSE:
        screen.print(
            f"还有{len(province.loose) - _MOST_LOOSE}个文件没有归入县区，见“收件核对”。",
            style="yellow",
            markup=False,
        )
    for note in province.notes:
        screen.print(note, style="yellow", markup=False)
    screen.print(
        f"汇总了{len(province.counties) - len(province.failed)}个县区"
        + (f"，{len(province.failed)}个没有汇总成" if province.failed else "")
        + f"。全省工作簿：{province.out}",
        markup=False,
        style="bold",
    )


def _county_table(province: Province) -> Table:
    table = table_of(
        "县区",
        "收到文件",
        "部门（已报/应报）",
        "项目",
        "全年预算（万元）",
        "执行率",
        "未完成",
        "错误",
        "核实",
        "核对",
        title="全省汇总完成",
    )
    for county in province.counties:
        table.add_row(county.name, *(_cells(county.figures) if county.out else ("没有汇总成",)))
    sums = province.totals
    unknown = any(county.out and county.figures["due"] == DASH for county in province.counties)
    rate = ratio(sums["executed"], sums["annual_budget"]) if sums["annual_budget"] else None
    total: Figures = {
        **sums,
        "due": DASH if unknown else sums["due"],
        "execution_rate": rate,
        "agrees": "",
    }
    table.add_section()
    table.add_row("合计", *_cells(total))
    return table


def _cells(row: Figures) -> tuple[str, ...]:
    """The cells of a county's line, or of the total, after the name."""
    rate = row["execution_rate"]
    return (
        _plain(row["files"]),
        f"{_plain(row['reported'])}/{_plain(row['due'])}",
        _plain(row["assessed"]),
        f"{row['annual_budget']:,.2f}",
        percent_text(rate) if isinstance(rate, Decimal) else "",
        _plain(row["unmet"]),
        _plain(row["errors"]),
        _plain(row["warnings"]),
        str(row["agrees"]),
    )


def _plain(value: Decimal | int | str | None) -> str:
    """A count as a whole number; a dash stays."""
    assert value is not None  # every county with a workbook has all counts
    return value if isinstance(value, str) else str(int(value))


def document(province: Province) -> dict[str, object]:
    """The document that `selfeval province --json` prints.

    Money is text in 万元, rates are as displayed; unknown values are null.
    """
    return {
        "workbook": str(province.out),
        "counties": [
            {
                "county": county.name,
                "workbook": str(county.out) if county.out else None,
                "reason": county.reason or None,
                "remark": county.figures["remark"] or None,
                "figures": _figures(county.figures) if county.out else None,
                "balances": list(county.balances),
                "problems": list(county.problems),
            }
            for county in province.counties
        ],
        "totals": _figures(province.totals),
        "loose": [{"file": name, "reason": reason} for name, reason in province.loose],
        "notes": list(province.notes),
    }


def _figures(row: Figures) -> dict[str, int | str | None]:
    """The figures of a county or of the province as the document has them."""
    values = {key: None if row.get(key) == DASH else row.get(key) for key in (*_COUNTS, *_SUMS, *_RATES)}
    figures: dict[str, int | str | None] = {}
    for key in _COUNTS:
        count = values[key]
        figures[key] = None if count is None else int(count)
    for key in _SUMS:
        amount = values[key]
        figures[key] = None if amount is None else f"{amount:f}"
    for key in _RATES:
        if key in row:
            rate = values[key]
            figures[key] = percent_text(rate) if isinstance(rate, Decimal) else None
    return figures
