"""Forms of the earlier stages as text tables (tests/stage_forms/*.md), with their right values.

Each file: `source:` says where the form is from, and whether it was found filled in or filled in by us; the
table; then, for each form in it, its head (key: value) and its rows. A row of funds has source and parent, a
task name, content and budget, an indicator its levels and its name; then what is filled in (key=value), and
the texts of further columns (head：text). The values were written down before the program ran.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from selfeval_xl.model.forms import Form

FOLDER = Path(__file__).parent.parent / "stage_forms"
HEAD = (
    *("kind", "of_department", "title", "year", "through", "period", "project", "project_code"),
    *("department", "department_code", "unit", "unit_code", "money_unit"),
)
FUND = (
    *("initial_budget", "annual_budget", "medium_budget", "executed", "execution_rate", "forecast", "note"),
)
INDICATOR = ("target", "medium_target", "actual", "forecast", "outlook", "causes", "points", "note")
WIDTHS = {"资金": 2, "任务": 3, "指标": 3}

Row = tuple[str, ...]


@dataclass(slots=True)
class Wanted:
    """The right values of one form: of its head by key or label, and of its rows by what names them."""

    head: dict[str, str]
    rows: dict[Row, dict[str, str]]


@dataclass(slots=True)
class Comparison:
    """How many values were asked for, and which were read otherwise."""

    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, where: str, wanted: str | None, read: str | None) -> None:
        """Counts one value."""
        self.asked += 1
        if wanted != read:
            self.wrong.append(f"{where}: {wanted!r}, read as {read!r}")


def load(path: Path) -> tuple[str, list[Wanted]]:
    """The table of a file, and the right values of each form in it."""
    _, table, *blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    heads = [block for block in blocks if not block.startswith("|")]
    forms = []
    for head in heads:
        following = blocks[blocks.index(head) + 1 :][:1]
        rows = following[0] if following and following[0].startswith("|") else ""
        forms.append(Wanted(_head(head), _rows(rows)))
        blocks = blocks[blocks.index(head) + 1 :]
    return table, forms


def _head(block: str) -> dict[str, str]:
    return {
        key: value.replace("\\n", "\n") for key, value in (line.split(": ", 1) for line in block.splitlines())
    }


def _rows(block: str) -> dict[Row, dict[str, str]]:
    rows: dict[Row, dict[str, str]] = {}
    for line in block.splitlines():
        kind, *cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        width = WIDTHS[kind]
        values = dict(
            cell.split("=", 1) if "=" in cell.split("：")[0] else cell.split("：", 1)
            for cell in cells[width:]
            if cell
        )
        rows[kind, *cells[:width]] = values
    return rows


def told(form: Form) -> Wanted:
    """What was read of a form, in the same shape."""
    head = {key: str(value) for key in HEAD if (value := getattr(form, key)) not in (None, False)}
    head |= {f"goal.{key}": text for key in ("medium", "expected") if (text := getattr(form.goal, key))}
    head |= dict(form.details) | dict(form.remarks)
    head |= {label: text for label, text in form.signature.items() if text}
    rows: dict[Row, dict[str, str]] = {}
    for line in form.funding:
        values = {key: value for key in FUND if (value := getattr(line, key)) is not None}
        rows["资金", line.source, line.part_of or ""] = values | dict(line.other)
    for task in form.tasks:
        rows["任务", task.name or "", task.content or "", task.budget or ""] = {}
    for row in form.indicators:
        values = {key: value for key in INDICATOR if (value := getattr(row, key))}
        values = {key: "、".join(value) if key == "causes" else str(value) for key, value in values.items()}
        rows["指标", row.level1 or "", row.level2 or "", row.name or ""] = values | dict(row.other)
    return Wanted(head, rows)


def compare(where: str, wanted: list[Wanted], read: list[Wanted]) -> Comparison:
    """The values of all forms of a file; what was read beyond the right ones counts as wrong."""
    result = Comparison()
    result.add(f"{where} forms", str(len(wanted)), str(len(read)))
    for right, got in zip(wanted, read, strict=False):
        for key in dict.fromkeys((*right.head, *(key for key in got.head if key in HEAD or "goal." in key))):
            result.add(f"{where} {key}", right.head.get(key), got.head.get(key))
        for row in dict.fromkeys((*right.rows, *got.rows)):
            name = " ".join(row)
            result.add(f"{where} {name}", str(row in right.rows), str(row in got.rows))
            values, others = right.rows.get(row, {}), got.rows.get(row, {})
            for key in dict.fromkeys((*values, *others)):
                result.add(f"{where} {name} {key}", values.get(key), others.get(key))
    return result
