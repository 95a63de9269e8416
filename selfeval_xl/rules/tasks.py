"""The rule on a department's tasks: one without progress does not go with indicators that are all met."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import Filing, Form, Indicator, Task, Verdict
from selfeval_xl.model.places import cells_shown
from selfeval_xl.rules.across import placed
from selfeval_xl.rules.indicators import named
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.same_thing import names_one_thing
from selfeval_xl.rules.texts import cells

_NO_PROGRESS = re.compile(r"[^，。；;,]{0,12}(?:无进展|没有进展|未开展|未实施|未启动|尚未开工|未进行)")
_SOME_DONE = re.compile(r"(?:已经?|均|全部|全面|如期|按期)[^，。；;,]{0,8}(?:完成|完工|竣工|支付|建成|到位)")
_PART = re.compile(r"[。；;\n]+")
_BEFORE_VERB = re.compile(r"由于|因|经费|资金|已|未|尚|均|都|无|没|项目|[，,：:]|\Z")
_BETWEEN = re.compile(r"[、和及]|以及")


@rule(
    "X05",
    "任务说没有进展，指标却全部完成",
    Severity.WARNING,
    asks="任务写着没有进展的，本表指标不应全部完成；只有一部分没有进展的，看写着同一件事的指标。",
    scope="filing",
)
def task_says_no_progress(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """Where a task's outcome says that nothing was done, not all of the form's indicators are met.

    Of a task that was done in part, only an indicator about the part without progress is compared.
    """
    for whole in filing.department_forms:
        verdicts = {row.verdict for row in whole.indicators}
        if not verdicts or not verdicts <= {Verdict.MET, Verdict.EXCEEDED}:
            continue
        for task in whole.tasks:
            match = _NO_PROGRESS.search(task.outcome or "")
            if match is None:
                continue
            finding = (
                _of_a_part(whole, task, match)
                if _SOME_DONE.search(task.outcome or "")
                else task.finding(
                    "outcome",
                    f"任务“{task.name}”写着“{match[0]}”，本表指标却全部完成。",
                    hint="核对任务和指标的完成情况，填错的改正；都对的，请说明。",
                    value=match[0],
                )
            )
            if finding is not None:
                yield placed(finding, whole, filing)


def _of_a_part(whole: Form, task: Task, match: re.Match[str]) -> Finding | None:
    """The finding on an indicator that is met although the task says that its thing made no progress."""
    part = next(
        part for part in _PART.split(task.outcome or "") if match[0].strip() and match[0].strip() in part
    )
    verb = _BEFORE_VERB.search(part, 1)
    for item in _BETWEEN.split(part[: verb.start() if verb else len(part)]):
        row = next((row for row in whole.indicators if names_one_thing(item, row.name)), None)
        if row is not None:
            return _unlike(whole, task, item.strip(), match[0], row)
    return None


def _unlike(whole: Form, task: Task, item: str, claim: str, row: Indicator) -> Finding:
    """The finding that names the part of the task and the indicator."""
    there = cells_shown(whole.file, row.cells.get("actual"))
    found = task.finding(
        "outcome",
        f"任务“{task.name}”里“{item}”写着“{claim}”，"
        f"{named(row)}（{there}）的实际完成值却是“{row.actual}”，已完成。",
        hint="核对任务和指标的完成情况，填错的改正；都对的，请说明。",
        value=claim,
        expected=row.actual,
    )
    return replace(found, cell=cells(found.cell, row.cells.get("actual")))
