"""Case files: filled forms as text tables, `tests/cases/<RULE>-<defect>.md`, drawn into their layout's frame and read.

The first lines are `layout:`, `expect:` (the rule with the cells of its findings, `;` between several, or none) and, where needed,
`kind: department`. Then tables by their printed heads, an empty line between; what is missing is filled in. Several forms of one
filing are separated by a line `---`, each after the first with its own first lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from selfeval_xl import layouts
from selfeval_xl.forms import Form, ReadFile
from selfeval_xl.reading.find import forms_in
from selfeval_xl.templates.frame import draw

CASES = Path(__file__).parent / "cases"
DEPARTMENT = "示例县水利局"
_TOTALS = ("年度资金总和", "年度资金总额")
_KEYS = {
    "年初预算数": "initial_budget", "全年预算数": "annual_budget", "全年执行数": "executed", "执行率": "execution_rate", "分值": "points", "得分": "score", "一级指标": "level1",
    "二级指标": "level2", "三级指标": "name", "年度指标值": "target", "实际完成值": "actual", "目标值": "target", "完成值": "actual", "偏差原因分析及改进措施": "note",
    "项目名称": "project", "主管部门": "department", "实施单位": "unit", "部门名称": "department", "年度": "year", "序号": "number", "任务名称": "name", "主要内容": "content",
    "实际完成情况": "outcome",
}


@dataclass(frozen=True, slots=True)
class Case:
    """rule: the rule under test. expected: the cells of its findings, in order. file: the forms as the reader gives them."""

    name: str
    rule: str
    expected: tuple[str, ...]
    file: ReadFile


def read_case(path: Path) -> Case:
    """A case file with its forms drawn and read."""
    rule = path.name[:3]
    heads, forms = [], []
    for number, part in enumerate(path.read_text(encoding="utf-8").split("\n---\n"), 1):
        head, data = _form(part)
        heads.append(head)
        forms.append(_read(head, data, f"表{number}"))
    told = heads[0]["expect"]
    expected = () if told == "none" else tuple(part.strip().removeprefix(rule).strip() for part in told.split(";"))
    return Case(path.stem, rule, expected, ReadFile(path=f"{path.stem}.xlsx", kind="xlsx", forms=tuple(forms)))


def _read(head: dict[str, str], data: dict, sheet: str) -> Form:
    drawing = draw(layouts.load(head["layout"], head.get("kind", "project")), data, int(data["year"]) if data.get("year") else None)
    found = forms_in(drawing.grid(sheet), "case.xlsx").forms
    assert len(found) == 1
    return found[0]


def _form(text: str) -> tuple[dict[str, str], dict]:
    data: dict = {"project": "示例项目", "department": DEPARTMENT, "unit": DEPARTMENT}
    head: dict[str, str] = {}
    for block in text.strip().split("\n\n"):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines() if line.startswith("|")]
        if rows:
            _table(rows[0], rows[1:], data)
        else:
            head |= dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
    return head, data


def _table(names: list[str], rows: list[list[str]], data: dict) -> None:
    keyed = [{_KEYS.get(name, name): value for name, value in zip(names, row, strict=False)} for row in rows]
    if names[0] == "资金":
        data["funding"] = [{"source": line.pop("资金"), **line} for line in keyed if line["资金"] not in _TOTALS]
        data |= {"total": line for line in keyed if line.pop("资金", None) in _TOTALS}
    elif names[0] == "预期目标":
        data["goal"] = {"expected": rows[0][0], "actual": rows[0][1]}
    elif names[0] == "一级指标":
        data["indicators"] = keyed
    elif names[0] == "任务名称" or names[0] == "序号":
        data["tasks"] = keyed
    elif names[0] == "总分":
        data |= dict(zip(("total_points", "total_score", "grade"), rows[0], strict=False))
    else:
        data |= keyed[0]
