"""What a person sees of a province run, and the same as a JSON document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .county.arithmetic import ratio
from .county.material import DASH
from .grid import percent_text
from .province import CountyResult, Province
from .screen import console, say, table_of

_MOST_LOOSE = 10
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
_AMOUNTS = ("initial_budget", "annual_budget", "executed", "unspent")
_RATES = ("execution_rate", "completion_rate")


def show_county_done(number: int, whole: int, county: CountyResult) -> None:
    """One line when a county is finished."""
    row = county.figures
    told = (
        (
            f"收到文件{row['files']}个，项目{_plain(row['assessed'])}个，错误{row['errors']}处，"
            f"核对{row['agrees']}"
        )
        if county.out
        else f"没有汇总成：{county.reason}"
    )
    say(f"第{number}个，共{whole}个：{county.name}　{told}")


def show_province(province: Province) -> None:
    """The closing table: a line for each county, the whole at the end."""
    screen = console()
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
    whole = province.totals
    unknown = any(county.out and county.figures["due"] == DASH for county in province.counties)
    total = {
        **whole,
        "due": DASH if unknown else whole["due"],
        "execution_rate": ratio(whole["executed"], whole["annual_budget"])
        if whole["annual_budget"]
        else None,
        "agrees": "",
    }
    table.add_section()
    table.add_row("合计", *_cells(total))
    screen.print(table)
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


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
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
        row["agrees"],
    )


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, str) else str(int(value))


def document(province: Province) -> dict[str, Any]:
    """What `selfeval province --json` prints: money in 万元 as text, rates as displayed; null where nothing
    is known.
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


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    known = {key: None if row.get(key) == DASH else row.get(key) for key in (*_COUNTS, *_AMOUNTS, *_RATES)}
    shown = {
        **{key: None if known[key] is None else int(known[key]) for key in _COUNTS},
        **{key: None if known[key] is None else f"{known[key]:f}" for key in _AMOUNTS},
    }
    return shown | {
        key: percent_text(known[key]) if isinstance(known[key], Decimal) else None
        for key in _RATES
        if key in row
    }
