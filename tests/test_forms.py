"""Forms as places without a layout of ours print them: tests/forms/<what is special>.md.

Each file: what the head must give (key: value) and, where there is one, the problem that must be said; the
form as a text table; then what must be read of it: a line per row of funds (资金, further columns at its
end), per text on the management of funds (管理), per further label of the head (其他)
and per indicator (指标), empty where there is nothing. `\\n` is a line break.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from selfeval_xl.readers.recognition.form_finder import forms_in
from support.text_grid import grid_of

FORMS = sorted((Path(__file__).parent / "forms").glob("*.md"))
HEAD = (
    "kind",
    "year",
    "project",
    "project_code",
    "department",
    "department_code",
    "unit",
    "unit_code",
    "money_unit",
    "total_points",
    "total_score",
    "grade",
)
FUND = (
    "source",
    "part_of",
    "initial_budget",
    "annual_budget",
    "executed",
    "execution_rate",
    "points",
    "score",
    "note",
)
INDICATOR = ("level1", "level2", "name", "initial_target", "target", "actual", "points", "score", "note")


def told(form) -> tuple[dict[str, str], list[str]]:
    """What was read, as the files write it."""
    head = {key: str(getattr(form, key)) for key in HEAD if getattr(form, key) is not None}
    head |= {
        f"goal.{key}": getattr(form.goal, key)
        for key in ("initial", "expected", "actual")
        if getattr(form.goal, key) is not None
    }
    head |= {label: text for label, text in (*form.remarks.items(), *form.signature.items()) if text}
    rows = [
        ("资金", *(getattr(line, key) or "" for key in FUND), *map("：".join, line.other.items()))
        for line in form.funding
    ]
    rows += [("任务", task.name, task.content or "", task.outcome or "") for task in form.tasks]
    rows += [("管理", text.label, text.text or "", text.problems or "") for text in form.management]
    rows += [("其他", label, text) for label, text in form.details.items()]
    rows += [("指标", *(getattr(row, key) or "" for key in INDICATOR)) for row in form.indicators]
    return {key: text.replace("\n", "\\n") for key, text in head.items()}, [
        f"| {' | '.join(row)} |".replace("\n", "\\n") for row in rows
    ]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_it_is_read_as_a_person_reads_it(path):
    head, table, rows = path.read_text(encoding="utf-8").strip().split("\n\n")
    found = forms_in(grid_of(table), "a.xlsx")
    wanted = dict(line.split(": ", 1) for line in head.splitlines())
    problems = [wanted.pop("problem")] if "problem" in wanted else []
    assert len(found.forms) == 1 and [problem.text for problem in found.problems] == problems
    assert told(found.forms[0]) == (wanted, rows.splitlines())


def test_forms_of_many_places_are_there():
    assert len(FORMS) >= 15
