"""Reads case files (`tests/cases/<RULE>-<defect>.md`): forms as text tables, drawn into their layout's frame.

The first lines are `layout:` and `expect:` (every finding as `RULE cell`, `;` between several, or `none`)
and, where needed, `kind: department`, `year:`, `project:`, `department:`, `unit:`, `goal: expected =>
actual`, `signature: label=value, ...`, `policy: name=value` (D11=on switches a rule on), `formats: E5=0.00,
...` (number formats of cells), `texts: E6, ...` (cells with a number typed as text), `stray: K14=12.5;
A30=text` (cells that no field of the form has). Tables follow with their printed heads, an empty line between
them.

All that a case leaves out is filled in so that nothing else is wrong: funds all spent, a harmless goal,
signatures, and below the case's own rows an indicator for each first level that is still missing. `fill: no`
leaves the indicators as they are. Forms of one filing are separated by a line `---`; a cell is then written
with its sheet: `X01 表2!F10`.

`stage: monitoring` (or declaration) instead of `layout:` makes a form of an earlier stage of the tables, with
`through:` and `period:`; `support.stage_forms` says what heads its tables have and where its cells are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from selfeval_xl import layouts
from selfeval_xl.assessment.policy import Policy, RulePolicy, Setting, default, number_or_text
from selfeval_xl.layouts import Layout
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import Form, ReadFile
from selfeval_xl.model.grid import Grid, position
from selfeval_xl.model.numbers import rounded
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.templates.frame import draw
from support.stage_forms import stage_case

CASES = Path(__file__).parents[1] / "cases"
_TOTALS = ("年度资金总和", "年度资金总额")
_KEYS = {
    "年初预算数": "initial_budget",
    "全年预算数": "annual_budget",
    "全年执行数": "executed",
    "执行率": "execution_rate",
    "分值": "points",
    "得分": "score",
    "一级指标": "level1",
    "二级指标": "level2",
    "三级指标": "name",
    "年度指标值": "target",
    "实际完成值": "actual",
    "目标值": "target",
    "完成值": "actual",
    "偏差原因分析及改进措施": "note",
    "序号": "number",
    "任务名称": "name",
    "主要内容": "content",
    "实际完成情况": "outcome",
}
_BASE = {
    "year": "2024",
    "project": "示例项目",
    "department": "示例县水利局",
    "unit": "示例县水利局",
    "goal": {"expected": "完成河道巡查200公里。", "actual": "巡查河道210公里。"},
    "funding": [
        {"source": "当年财政拨款", "initial_budget": "100", "annual_budget": "100", "executed": "100"}
    ],
    "signature": {
        "填表人": "张三",
        "负责人": "李四",
        "财务负责人": "王五",
        "联系电话": "0435-7200000",
        "填报日期": "2025-03-20",
    },
}
_FILLERS = (
    {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "巡查河道里程",
        "target": "≥200公里",
        "actual": "210公里",
    },
    {
        "level1": "效益指标",
        "level2": "社会效益指标",
        "name": "受益群众人数",
        "target": "≥1000人",
        "actual": "1020人",
    },
    {
        "level1": "满意度指标",
        "level2": "服务对象满意度指标",
        "name": "受益群众满意度",
        "target": "≥90%",
        "actual": "95%",
    },
)


@dataclass(frozen=True, slots=True)
class Case:
    """A case file as read.

    rule: the rule under test. expected: every finding of these forms as the case writes it. file: the forms
    as the reader gives them.
    """

    rule: str
    expected: list[str]
    file: ReadFile
    policy: Policy

    def written(self, finding: Finding) -> str:
        """A finding as a case file writes it."""
        several = len(self.file.forms) + len(self.file.stage_forms) > 1
        sheet = f"{finding.sheet}!" if several else ""
        return f"{finding.rule} {sheet}{finding.cell or ''}".strip()


def read_case(path: Path) -> Case:
    """A case file with its forms drawn and read."""
    parts = [_part(part) for part in path.read_text(encoding="utf-8").split("\n---\n")]
    head = parts[0][0]
    every = [_form(head, tables, f"表{number}") for number, (head, tables) in enumerate(parts, 1)]
    forms, stage_forms = ([form for form in every if form.is_of_stage is stage] for stage in (False, True))
    expected = [] if head["expect"] == "none" else [part.strip() for part in head["expect"].split(";")]
    return Case(
        path.name[:3],
        expected,
        ReadFile(path=f"{path.stem}.xlsx", kind="xlsx", forms=tuple(forms), stage_forms=tuple(stage_forms)),
        _policy(head.get("policy", "")),
    )


def _part(text: str) -> tuple[dict[str, str], list[list[dict[str, str]]]]:
    """The first lines of one form, and its tables as rows by key; the first column keeps its printed head."""
    head: dict[str, str] = {}
    tables = []
    for block in text.strip().split("\n\n"):
        rows = [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in block.splitlines()
            if line.startswith("|")
        ]
        keys: Mapping[str, str] = {} if "stage" in head else _KEYS
        if rows:
            tables.append(
                [dict(zip([keys.get(name, name) for name in rows[0]], row, strict=False)) for row in rows[1:]]
            )
        else:
            head |= {
                key: value.strip() for key, _, value in (line.partition(":") for line in block.splitlines())
            }
    return head, tables


def _form(head: Mapping[str, str], tables: list[list[dict[str, str]]], sheet: str) -> Form:
    """One form, drawn and read; one of an earlier stage made of its tables."""
    if "stage" in head:
        return stage_case(head, tables, sheet)
    layout = layouts.load(head["layout"], head.get("kind", "project"))
    data: dict = _BASE | {key: head[key] for key in ("year", "project", "department", "unit") if key in head}
    if "goal" in head:
        expected, _, actual = head["goal"].partition("=>")
        data["goal"] = {"expected": expected.strip(), "actual": actual.strip()}
    if "signature" in head:
        data["signature"] = dict(part.strip().split("=") for part in head["signature"].split(","))
    for table in tables:
        _add_table(table, data)
    if head.get("fill") != "no":
        _fill(layout, data)
    grid = draw(layout, data, int(data["year"]) if data["year"] else None).grid(sheet)
    _set_looks(grid, head)
    for stray in filter(None, head.get("stray", "").split(";")):
        name, _, text = stray.strip().partition("=")
        _put(grid, name, text)
    found = forms_in(grid, "case.xlsx")
    assert len(found.forms) == 1 and not found.problems, found.problems
    return found.forms[0]


def _set_looks(grid: Grid, head: Mapping[str, str]) -> None:
    """Gives cells the number formats and the texts that the case asks for."""
    drawn = grid.formats() if grid.formats else {}
    named = dict(part.strip().split("=") for part in head.get("formats", "").split(",") if part)
    formats = {**drawn, **{position(cell): number_format for cell, number_format in named.items()}}
    grid.formats, grid.codes = lambda: formats, lambda: set(formats.values())
    for cell in filter(None, head.get("texts", "").split(",")):
        row, column = position(cell.strip())
        grid.rows[row][column] = grid.text(row, column)


def _put(grid: Grid, name: str, text: str) -> None:
    """Writes a text, or a number where it is one, into a cell of the Grid."""
    row, column = position(name)
    grid.rows += [[] for _ in range(row + 1 - len(grid.rows))]
    grid.rows[row] += [None] * (column + 1 - len(grid.rows[row]))
    grid.rows[row][column] = float(text) if text.replace(".", "").isdigit() else text


def _add_table(table: list[dict[str, str]], data: dict) -> None:
    """Adds a table to the data of a form; its first head shows which one it is."""
    first = next(iter(table[0]))
    if first == "资金":
        data["funding"] = [{"source": row["资金"], **row} for row in table if row["资金"] not in _TOTALS]
        totals = [row for row in table if row["资金"] in _TOTALS]
        data |= {"total": totals[-1]} if totals else {}
    elif first == "level1":
        data["indicators"] = table
    elif first == "number":
        data["tasks"] = table
    elif first == "总分":
        data |= {
            "total_points": table[0]["总分"],
            "total_score": table[0]["score"],
            "grade": table[0].get("等级"),
        }
    else:
        raise AssertionError(f"a table that begins with {first}")


def _fill(layout: Layout, data: dict) -> None:
    """Adds indicators for the first levels that are missing, and on layouts with scores points and total.

    The indicators without points share what the others leave of ninety.
    """
    rows = data.get("indicators", [])
    added = [
        dict(filler) for filler in _FILLERS if not any(filler["level1"][:2] in row["level1"] for row in rows)
    ]
    data["indicators"] = [*rows, *added]
    if not any(column.key == "points" for column in layout.indicators.columns):
        return
    bare = [row for row in data["indicators"] if not row.get("points")]
    rest = 90 - sum(int(row["points"]) for row in rows if row.get("points"))
    for number, row in enumerate(bare):
        row["points"] = row["score"] = str(rest * (number + 1) // len(bare) - rest * number // len(bare))
    if "total_score" not in data:
        data |= {
            "total_points": "100",
            "total_score": str(
                _execution_score(data) + sum(Decimal(row["score"] or 0) for row in data["indicators"])
            ),
        }


def _execution_score(data: dict) -> Decimal:
    """The score of the execution rate: that of the case's total row, else ten points for money all spent."""
    lines = [data["total"]] if data.get("total") else data["funding"]
    if lines[0].get("score"):
        return Decimal(lines[0]["score"])
    spent, budget = (sum(Decimal(line[key]) for line in lines) for key in ("executed", "annual_budget"))
    return rounded(min(Decimal(10), 10 * spent / budget)) if budget else Decimal(0)


def _policy(text: str) -> Policy:
    """The shipped policy with what the case changes."""
    policy = default()
    for name, value in (part.strip().split("=") for part in text.split(",") if part.strip()):
        if name in policy.parameters:
            changed = replace(policy.parameters[name], value=_setting(value))
            policy = replace(policy, parameters=policy.parameters | {name: changed})
        else:
            policy = replace(policy, rules=policy.rules | {name: RulePolicy(on=value == "on")})
    return policy


def _setting(value: str) -> Setting:
    """The value of a parameter: a number, a text, 是 or 否, or a band (0.8:90)."""
    if ":" in value:
        floor, cap = value.split(":")
        return ((floor, Decimal(cap)),)
    return value == "是" if value in ("是", "否") else number_or_text(value)
