"""Forms of a few funding rows, for the rules on money."""

from __future__ import annotations

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import PROJECT, Form, FundingLine

COLUMNS = ("initial_budget", "annual_budget", "executed", "execution_rate")


def form(*rows: str, unit: str = "万元", kind: str = PROJECT, **more) -> Form:
    """A form with these funding rows, each `资金来源 年初 全年 执行 执行率`; _ is an empty cell, > before a
    source marks a part of the row above it.
    """
    lines, parent = [], None
    for number, row in enumerate(rows, 5):
        source, *values = row.split()
        part = source.startswith(">")
        cells = {key: f"{letter}{number}" for key, letter in zip(COLUMNS, "CDEF")}
        lines.append(
            FundingLine(
                source=source.lstrip(">"),
                part_of=parent if part else None,
                cells=cells,
                **{key: None if value == "_" else value for key, value in zip(COLUMNS, values)},
            )
        )
        parent = parent if part else source
    return assess(
        Form(
            kind=kind,
            file="a.xlsx",
            sheet="表",
            project="示例项目",
            money_unit=unit,
            funding=tuple(lines),
            **more,
        ),
        default(),
    )


def found(rule, checked: Form) -> list[str | None]:
    return [finding.cell for finding in rule(checked, default())]
