"""Forms filled in as plain data for any layout, and the check that the reader gives them back."""

from __future__ import annotations

from decimal import Decimal

from selfeval_xl.layouts import Layout
from selfeval_xl.model.forms import Form
from selfeval_xl.model.quantity import money

LEVELLESS = (None, None)
AMOUNTS = ("initial_budget", "annual_budget", "executed")


def filling(layout: Layout) -> dict:
    """Data for every field that the layout prints; two indicators for each of its second levels."""
    head = [item.field for row in layout.head for item in row if item.field]
    form: dict = {"year": 2024}
    texts = {
        "project": "农村公路养护",
        "department": "示例县交通运输局",
        "unit": "示例县公路段",
        "project_code": "220624R000001",
    }
    form |= {key: text for key, text in texts.items() if key in head}
    if layout.goal or "goal.expected" in head:
        form["goal"] = {"expected": "养护公路120公里，年底前完成。", "actual": "完成养护118.5公里。"}
        if layout.goal and "initial" in {column.key for column in layout.goal.columns}:
            form["goal"]["initial"] = "养护公路100公里。"
    if layout.funding:
        _funds(layout, form)
    if layout.tasks:
        form["tasks"] = [
            {"number": "1", "name": "公路养护", "content": "日常养护", "outcome": "已完成"},
            {"number": "2", "name": "水毁修复", "content": "修复3处", "outcome": "修复2处"},
        ]
    if layout.management:
        form["management"] = [
            {"label": topic, "text": f"{topic}的说明", "problems": None} for topic in layout.management.topics
        ]
    form["indicators"] = _indicators(layout)
    if layout.remarks:
        form["remarks"] = {label: f"{label}的内容" for label, _ in layout.remarks}
    if "total_score" in head:
        form["total_score"] = "95.5"
    return form


def _funds(layout: Layout, form: dict) -> None:
    """Adds the funding rows that the layout prints, or a total where it prints none."""
    sources = [label.removeprefix("其中：") for label in layout.funding.rows]
    amounts = [("120.50", "110.20", "104.69"), ("3", "2.80", "0"), ("0", "0", "0"), ("1.11", "1.11", "1.11")]
    printed = {column.key for column in layout.funding.columns}
    keys = [key for key in AMOUNTS if key in printed]
    form["funding"] = [
        {"source": source} | {key: dict(zip(AMOUNTS, line, strict=True))[key] for key in keys}
        for source, line in zip(sources, amounts, strict=False)
    ]
    if not sources:
        form["total"] = {"initial_budget": "861.10", "annual_budget": "2030.12", "executed": "1998.00"}


_TARGETS = (
    ("≥120公里", "118.5公里", "雨季施工受阻；下一步加快进度。"),
    ("=30000元", "30000元", None),
    ("≥95%", "97.25%", None),
    ("2024年11月底前", "2024年10月", None),
    ("明显改善", "明显改善", None),
    ("≤0起", "0起", None),
)


def _indicators(layout: Layout) -> list[dict]:
    """Two indicators for each second level, or eight without levels, in the columns of the layout."""
    keys = {column.key for column in layout.indicators.columns}
    levels = [(first, second) for first, seconds in layout.indicators.levels for second in seconds] or [
        LEVELLESS
    ] * 4
    rows = []
    for number, (first, second) in enumerate(level for level in levels for _ in range(2)):
        target, actual, note = _TARGETS[number % len(_TARGETS)]
        row = {"level1": first, "level2": second, "name": f"公路养护事项第{number + 1}类", "actual": actual}
        if "operator" in keys and "adjusted_target" not in keys and target[0] in "≥≤=":
            digits = "".join(letter for letter in target[1:] if letter.isdigit() or letter == ".")
            row |= {"operator": target[0], "target": digits, "unit": target[1:].removeprefix(digits)}
        elif "initial_target" in keys:
            row |= {
                "initial_target": target,
                "adjusted_target": target if number % 2 else None,
                "operator": "定量指标",
            }
        else:
            row["target"] = target
        if "points" in keys:
            row |= {"points": "5", "score": "4.5" if note else "5"}
        if "note" in keys:
            row["note"] = note
        rows.append(row)
    return rows


def targets(rows: list[dict]) -> list[str]:
    """The targets that the reader has to return for these rows, joined from the columns."""
    joined = []
    for row in rows:
        if "initial_target" in row:
            joined.append(row["adjusted_target"] or row["initial_target"])
        elif "operator" in row:
            joined.append(f"{row['operator']}{row['target']}{row['unit']}")
        else:
            joined.append(row["target"])
    return joined


def _number(text: str | None) -> Decimal | None:
    return None if text is None else money(text)


def assert_read(layout: Layout, data: dict, form: Form) -> None:
    """Fails where the form that was read does not say what was filled in, field by field."""
    assert (form.kind, form.layout) == (layout.kind, layout.id)
    for key in ("project", "department", "unit", "project_code"):
        if key in data:
            assert getattr(form, key) == data[key], key
    if layout.subtitle or "{year}" in layout.title:
        assert form.year == 2024
    assert form.goal.expected == data["goal"]["expected"] and form.goal.actual == data["goal"]["actual"]
    assert form.goal.initial == data["goal"].get("initial")
    names = [(row["level1"], row["level2"], row["name"]) for row in data["indicators"]]
    assert [(row.level1, row.level2, row.name) for row in form.indicators] == names
    assert [row.target for row in form.indicators] == targets(data["indicators"])
    assert [row.actual for row in form.indicators] == [row["actual"] for row in data["indicators"]]
    for key in ("points", "score", "note"):
        if key in form.indicator_columns:
            assert [getattr(row, key) for row in form.indicators] == [
                row.get(key) for row in data["indicators"]
            ], key
    if layout.funding:
        lines = {line.source: line for line in form.funding}
        for row in data["funding"]:
            assert [_number(getattr(lines[row["source"]], key)) for key in AMOUNTS if key in row] == [
                Decimal(row[key]) for key in AMOUNTS if key in row
            ]
        total = form.total_funding
        rows = data["funding"] or [data["total"]]
        assert _number(total.annual_budget) == sum(Decimal(row["annual_budget"]) for row in rows)
        assert total.execution_rate.endswith("%")
        assert form.money_unit == layout.money_unit
    if layout.management:
        assert [(side.label, side.text, side.problems) for side in form.management] == [
            tuple(side.values()) for side in data["management"]
        ]
    if layout.tasks:
        assert [(task.number, task.name, task.content, task.outcome) for task in form.tasks] == [
            tuple(task.values()) for task in data["tasks"]
        ]
    if "total_score" in data:
        assert form.total_score == data["total_score"]
    elif layout.total:
        assert form.total_score is not None and form.total_points is not None
