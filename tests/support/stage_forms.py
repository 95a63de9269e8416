"""Makes forms of the earlier stages of text tables, as their reader would give them.

The tables carry printed heads (`HEADS`). Cells are counted from the table: the funding table has its head in
row 4, the indicators have theirs in row 10; columns go from A in the order of the heads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from selfeval_xl.model.account import Account
from selfeval_xl.model.forms import TOTAL, Form, FundingLine, Goal, Indicator, Outlook
from selfeval_xl.model.grid import a1

FUNDS = {
    "资金": "source",
    "年初预算数": "initial_budget",
    "全年预算数": "annual_budget",
    "年度资金": "annual_budget",
    "中期资金": "medium_budget",
    "已执行数": "executed",
    "执行率": "execution_rate",
    "全年预计执行数": "forecast",
    "说明": "note",
}
ROWS = {
    "一级指标": "level1",
    "二级指标": "level2",
    "三级指标": "name",
    "年度指标值": "target",
    "中期指标值": "medium_target",
    "完成情况": "actual",
    "全年预计完成情况": "forecast",
    "完成目标可能性": "outlook",
    "偏差原因": "causes",
    "原因说明": "note",
}
_OUTLOOKS = {outlook.label: outlook for outlook in Outlook}
_FIRST_FUND, _FIRST_ROW = 4, 10  # rows, counted from 0


def stage_form(
    kind: str,
    funds: Sequence[Mapping[str, str]] = (),
    rows: Sequence[Mapping[str, str]] = (),
    **head: Any,
) -> Form:
    """A form of this kind. funds, rows: by printed head. head: fields of the form, such as through."""
    cells = {"project": "B2", "department": "D2", "unit": "F2", "year": "A1", "through": "C4", "period": "H2"}
    known = {"file": f"{kind}.xlsx", "sheet": "表1", "money_unit": "万元", "account": Account()} | head
    goal = known.pop("goal", Goal(expected="完成河道巡查200公里。", cells={"expected": "B8"}))
    return Form(
        kind=kind,
        cells={key: cell for key, cell in cells.items() if key in known},
        funding=tuple(_line(number, fund) for number, fund in enumerate(funds, _FIRST_FUND)),
        goal=goal,
        indicators=tuple(_row(number, row) for number, row in enumerate(rows, _FIRST_ROW)),
        indicator_columns=frozenset(ROWS[name] for row in rows[:1] for name in row),
        **known,
    )


def _line(number: int, fund: Mapping[str, str]) -> FundingLine:
    values: dict[str, Any] = {FUNDS[name]: text or None for name, text in fund.items()}
    if values["source"] == "年度资金总额":
        values["source"] = TOTAL
    cells = {FUNDS[name]: a1(number, column) for column, name in enumerate(fund)}
    return FundingLine(**values, cells=cells)


def _row(number: int, row: Mapping[str, str]) -> Indicator:
    values: dict[str, Any] = {ROWS[name]: text or None for name, text in row.items()}
    cells = {ROWS[name]: a1(number, column) for column, name in enumerate(row)}
    found = Indicator(**{**values, "outlook": None, "causes": ()}, cells=cells)
    return replace(
        found,
        outlook=_OUTLOOKS.get(values.get("outlook") or ""),
        causes=tuple(filter(None, (values.get("causes") or "").split("、"))),
    )


_FILLERS = (
    ("产出指标", "数量指标", "巡查河道里程", "≥200公里", "120公里", "210公里", "确定能"),
    ("效益指标", "社会效益指标", "受益群众人数", "≥1000人", "1010人", "1020人", "确定能"),
    ("满意度指标", "服务对象满意度指标", "受益群众满意度", "≥90%", "95%", "95%", "确定能"),
)
_FILLED = ("一级指标", "二级指标", "三级指标", "年度指标值", "完成情况", "全年预计完成情况", "完成目标可能性")


def stage_case(head: Mapping[str, str], tables: Sequence[Sequence[dict[str, str]]], sheet: str) -> Form:
    """The form of a case file, with an indicator for each first level that its own rows have not."""
    funds = [row for rows in tables for row in rows if "资金" in row]
    rows = [row for rows in tables for row in rows if "三级指标" in row]
    there = {row.get("一级指标", "") for row in rows}
    printed = [name for row in rows[:1] for name in row] or list(_FILLED)
    for filler in (dict(zip(_FILLED, filler, strict=True)) for filler in _FILLERS):
        if filler["一级指标"] not in there and head.get("fill") != "no":
            rows.append({name: filler.get(name, "") for name in printed})
    return stage_form(
        head["stage"],
        funds,
        rows,
        file="case.xlsx",
        sheet=sheet,
        title=None,
        year=int(head.get("year", "2024")),
        project=head.get("project", "示例项目"),
        department=head.get("department", "示例县水利局"),
        unit=head.get("unit", "示例县水利局"),
        through=head.get("through"),
        period=head.get("period"),
    )


def table(text: str) -> list[dict[str, str]]:
    """The rows of a table as text, by its printed heads."""
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.strip().splitlines()
    ]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
