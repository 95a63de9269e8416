"""Score rules, for forms with points: do points and scores add up, does a score follow from what was done.

That of the execution rate stands in `execution_scores`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.scoring import standard_of
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import Cause, Form, FundingLine, Indicator, Task, Verdict
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import rounded, shown
from selfeval_xl.model.quantity import Kind, is_blank, is_void, points_of, tidy
from selfeval_xl.rules.execution_scores import judged_by_rate
from selfeval_xl.rules.funding_table import main_line
from selfeval_xl.rules.indicators import without_target_by_design
from selfeval_xl.rules.missing_units import asked_for_unit, unit_in_doubt
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.texts import (
    cells,
    instead_of_text,
    percent,
    says_something,
)

HUNDRED = Decimal(100)
_PARENT = re.compile(r"[(（]\s*(\d+(?:\.\d+)?)\s*分?\s*[)）]\s*$")
_GRADES = {"优秀": "优", "良好": "良", "中等": "中", "较差": "差", "较好": "良"}
ROUNDING = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Scored:
    """A row that has points: its record, points and score."""

    row: FundingLine | Indicator | Task
    points: Decimal
    score: Decimal | None


def execution(form: Form) -> list[Scored]:
    """The rows of the funding table with points: the total row, or the sources where it has none."""
    lines = (
        [form.total_funding]
        if form.total_funding and points_of(form.total_funding.points) is not None
        else list(form.funding)
    )
    return _scored(lines)


def _scored(rows: Iterable[FundingLine | Indicator | Task]) -> list[Scored]:
    """The rows with points; a points cell merged over several rows counts once."""
    found: list[Scored] = []
    seen: set[str | None] = set()
    for row in rows:
        points, cell = points_of(row.points), row.cells.get("points")
        if points is None or (cell and cell in seen):
            continue
        seen.add(cell)
        found.append(Scored(row, points, points_of(row.score)))
    return found


def all_scored(form: Form) -> list[Scored]:
    """All rows of the form that have points."""
    return execution(form) + _scored(form.tasks) + _scored(form.indicators)


def number(value: Decimal) -> str:
    """The number as messages show it."""
    return plain_number(value)


@rule("S01", "分值合计不对", Severity.ERROR, asks="分值加起来等于100，或等于上级给的分值。", needs="scores")
def points_do_not_add_up(form: Form, policy: Policy) -> Iterator[Finding]:
    """The points of execution and indicators add up to 100, those below a level to the points it prints.

    (财预〔2020〕10号: 执行率10分)
    """
    of_first_levels = list(_points_of_levels(form, "level1", "一级指标"))
    yield from of_first_levels
    yield from _points_of_levels(form, "level2", "二级指标")
    yield from _points_of_the_county(form, policy)
    rows, funds = _scored(form.indicators), execution(form)
    if not rows and "points" in form.indicator_columns and _gives_scores(form):
        yield _no_points(form)
        return
    if not rows or sum(is_blank(row.points) for row in form.indicators) * 2 > len(form.indicators):
        return
    total = sum((row.points for row in rows), Decimal(0))
    paid = sum((row.points for row in funds), Decimal(0))
    tasks = sum((row.points for row in _scored(form.tasks)), Decimal(0))
    sums, right = {total + paid, total + paid + tasks}, _right_sums(form, paid, policy)
    lacking = sum(
        map(_lacking, of_first_levels), Decimal(0)
    )  # a level that lacks points lacks them in the total
    adds_up = any(
        abs(found + more - wanted) <= ROUNDING * len(rows)
        for found in sums
        for wanted in right
        for more in (Decimal(0), lacking)
    )
    printed = points_of(form.total_points)
    apart = total == HUNDRED and paid <= policy.number("execution_points") and (printed is None or not paid)
    if adds_up or apart:
        return
    of_execution = f"执行率{number(paid)}分，" if paid else ""
    cell = form.cells.get("total_points") or cells(*(row.row.cells.get("points") for row in (*funds, *rows)))
    yield Finding(
        message=f"分值合计是{number(total + paid)}分（{of_execution}指标{number(total)}分），应当是100分。",
        hint="核对各行分值，调整到合计100分。",
        subject="分值",
        cell=cell,
        value=number(total + paid),
        expected="100",
    )


def _gives_scores(form: Form) -> bool:
    """Whether any row, the rate or the total has a score."""
    return (
        any(row.score for row in form.indicators)
        or points_of(form.total_score) is not None
        or any(points_of(line.score) is not None for line in form.funding)
    )


def _no_points(form: Form) -> Finding:
    """The finding on a form with scores and without any points."""
    return Finding(
        message="分值都没有填，得分和总分没有依据。",
        hint="按下发的分值填写；没有下发的，各行分值加起来（连同执行率的分值）等于100分。",
        subject="分值",
        cell=cells(*(row.cells.get("points") for row in form.indicators)),
        value="",
        expected="100",
    )


def _right_sums(form: Form, paid: Decimal, policy: Policy) -> set[Decimal]:
    """What the points may add up to. paid: those of the execution rate."""
    right = {HUNDRED, Decimal(1)} | ({HUNDRED - policy.number("execution_points")} if not paid else set())
    printed = points_of(form.total_points)
    if printed is not None and printed > HUNDRED and any(map(_grants_more, form.indicators)):
        right.add(printed)  # a total above 100, because extra points are granted
    return right


def _lacking(finding: Finding) -> Decimal:
    """The points that the rows below a level lack, by the finding on them."""
    return Decimal(finding.expected or 0) - Decimal(finding.value or 0)


def _grants_more(row: Indicator) -> bool:
    return any(word in f"{row.level1}{row.level2}{row.name}" for word in ("加分", "附加", "奖励分"))


def _points_of_levels(form: Form, key: str, name: str) -> Iterator[Finding]:
    """Levels with printed points, such as 产出指标(50分), whose rows add up to something else."""
    for rows in _below_one_level(form.indicators, key):
        cell, level = rows[0].cells.get(key), getattr(rows[0], key)
        printed = _PARENT.search(level) if level else None
        if printed is None or any(is_blank(row.points) for row in rows):
            continue
        found, wanted = sum((row.points for row in _scored(rows)), Decimal(0)), Decimal(printed[1])
        if abs(found - wanted) > ROUNDING * len(rows):
            yield Finding(
                message=f"{name}“{level}”下面各行分值加起来是{number(found)}分，不是{number(wanted)}分。",
                subject=level,
                hint="核对这一级下面各行的分值。",
                cell=cells(cell, *(row.cells.get("points") for row in rows)),
                value=number(found),
                expected=number(wanted),
            )


def _below_one_level(indicators: Iterable[Indicator], key: str) -> Iterator[list[Indicator]]:
    """The rows below each level: of one merged cell, or one after the other with the same text.

    A level that is repeated in every row (产出指标（40分）) is one.
    """

    def above(row: Indicator) -> tuple[str | None, ...]:
        return (row.level1, getattr(row, key))

    for _, group in groupby(indicators, key=above):
        yield list(group)


def _points_of_the_county(form: Form, policy: Policy) -> Iterator[Finding]:
    """First levels whose rows add up to other points than the policy's level_points."""
    for name, wanted in policy.bands("level_points"):
        rows = [row for row in form.indicators if name in (row.level1 or "")]
        if not rows or any(is_blank(row.points) for row in rows):
            continue
        found = sum((row.points for row in _scored(rows)), Decimal(0))
        if abs(found - wanted) > ROUNDING * len(rows):
            yield Finding(
                message=f"“{rows[0].level1}”下面各行分值加起来是{number(found)}分，本县规定是{number(wanted)}分。",
                subject=rows[0].level1,
                hint="按本县规定的分值调整这一级下面各行。",
                cell=cells(*(row.cells.get("points") for row in rows)),
                value=number(found),
                expected=number(wanted),
            )


@rule("S02", "得分大于分值", Severity.ERROR, asks="得分不大于分值。", needs="scores")
def score_above_points(form: Form, policy: Policy) -> Iterator[Finding]:
    """No score is above its points. The total is named only where no row is wrong: it follows from them."""
    above = [
        (item, item.score) for item in all_scored(form) if item.score is not None and item.score > item.points
    ]
    for item, score in above:
        yield item.row.finding(
            "score",
            f"“{item.row.subject}”得分{number(score)}分，大于分值{number(item.points)}分。",
            expected=f"不大于{number(item.points)}",
            hint="得分最多等于分值，请改正。",
        )
    total, points = points_of(form.total_score), points_of(form.total_points) or HUNDRED
    if not above and total is not None and total > max(points, HUNDRED):
        yield form.finding(
            "total_score",
            f"总分{number(total)}分，大于{number(max(points, HUNDRED))}分。",
            expected=f"不大于{number(max(points, HUNDRED))}",
            hint="核对各行得分，重新计算总分。",
        )


@rule("S03", "扣分没有说明原因", Severity.ERROR, asks="扣了分要写原因。", needs="scores")
def deduction_without_reason(form: Form, policy: Policy) -> Iterator[Finding]:
    """A score below its points needs its reason in the deviation column (财预〔2020〕10号附件).

    The execution row is exempt, also as an indicator (S08), and so is an unmet row, which owes its reason
    under D03.
    """
    if not form.has_notes:
        return
    for item in _scored(form.indicators):
        row = item.row
        if item.score is None or item.score >= item.points or not isinstance(row, Indicator):
            continue
        if says_something(row.note) or _is_due_anyway(row) or judged_by_rate(form, row):
            continue
        yield replace(
            row.finding(
                "score",
                f"“{row.name}”分值{number(item.points)}分，得分{number(item.score)}分，没有写扣分原因。"
                f"{instead_of_text(form, row.cells.get('note'))}",
                hint="在偏差原因一栏写明为什么扣分、下一步怎么做；得分填错了的，改正得分。",
                expected=number(item.points),
            ),
            cell=cells(row.cells.get("score"), row.cells.get("note")),
        )


def _is_due_anyway(row: Indicator) -> bool:
    """Whether the row is unmet and owes its reason under D03, or empty and owes its value under D01."""
    return row.verdict in (Verdict.UNMET, None)


@rule(
    "S04",
    "得分与完成情况不成比例",
    Severity.ERROR,
    asks="得分与完成比例相称（允许误差、“≤”类指标的算法、超额扣分见参数）。",
    needs="scores",
)
def score_out_of_proportion(form: Form, policy: Policy) -> Iterator[Finding]:
    """A quantitative score is points × completion, within the policy's tolerance (财预〔2020〕10号).

    How a target with ≤ is scored, the policy says. A lower score is a deduction, which the reason column
    explains; without such a column it is asked about here.
    """
    tolerance = policy.number("score_tolerance")
    for item in _scored(form.indicators):
        row = item.row
        if (
            not isinstance(row, Indicator)
            or row.expected_score is None
            or item.score is None
            or item.score > item.points
        ):
            continue
        above = item.score - row.expected_score
        if abs(above) <= tolerance or (above < 0 and form.has_notes):
            continue  # a lower score is explained in the reason column, or S03 and D03 ask for that
        if unit_in_doubt(row):
            yield asked_for_unit(
                row,
                "score",
                "单位相同的，按完成比例改得分，写明没有完成的原因；单位不同的，按指标值的单位重填完成值。",
                f"；单位相同的话，按完成比例约得{number(row.expected_score)}分，填的是{number(item.score)}分",
                number(row.expected_score),
            )
            continue
        if standard_of(row.name, policy) is not None:
            method, hint = "按百分点扣分后", "按本县的扣分标准改得分。"
        elif row.verdict in (Verdict.MET, Verdict.EXCEEDED) and row.expected_score < item.points:
            method = f"超出{shown(row.deviation)}，按本地办法扣分后"
            hint = "按超出的比例扣分；不是年初指标值偏低造成的，请写明原因。"
        else:
            method, hint = "按完成比例", "按完成比例改得分；有其他计分办法的，请写明。"
        yield row.finding(
            "score",
            f"“{row.name}”指标值“{row.target}”，实际完成“{row.actual}”，分值{number(item.points)}分，"
            f"{method}应得约{number(row.expected_score)}分，填的是{number(item.score)}分。",
            expected=number(row.expected_score),
            hint=hint,
        )


@rule("S05", "各项得分之和与总分不符", Severity.ERROR, asks="各项得分之和等于总分。", needs="scores")
def scores_do_not_add_up(form: Form, policy: Policy) -> Iterator[Finding]:
    """The printed total is the sum of the execution score and all indicator scores."""
    total, rows = points_of(form.total_score), all_scored(form)
    if (
        total is None
        or not any(isinstance(item.row, Indicator) for item in rows)
        or any(item.score is None and item.points for item in rows)
    ):
        return
    if any(is_blank(row.points) and points_of(row.score) is not None for row in form.indicators):
        return
    found = sum((item.score or Decimal(0) for item in rows), Decimal(0))
    without_tasks = found - sum(
        (item.score or Decimal(0) for item in rows if isinstance(item.row, Task)), Decimal(0)
    )
    points = sum((item.points for item in rows), Decimal(0))
    if points <= HUNDRED - policy.number("execution_points") and not execution(form):
        return  # the execution score stands somewhere else
    capped = _cap(form, policy)
    if capped is not None and total == capped[0] and found > total:
        return  # the county's cap holds (S09)
    sums = [found, without_tasks]
    if (
        sum((item.points for item in _scored(form.indicators)), Decimal(0)) == HUNDRED
    ):  # the rate stands apart
        sums.append(sum((item.score or Decimal(0) for item in _scored(form.indicators)), Decimal(0)))
    digits = len(tidy(form.total_score or "").rstrip("分").partition(".")[2])
    if any(
        abs(summed - total) <= ROUNDING * 2 or (digits < 2 and rounded(summed, digits) == total)
        for summed in sums
    ):
        return
    yield form.finding(
        "total_score",
        f"总分填的是{number(total)}分，各项得分加起来是{number(found)}分。",
        expected=number(found),
        hint="核对各行得分，重新计算总分。",
    )


@rule("S06", "定性指标得分不在档内", Severity.WARNING, asks="定性指标的得分在相应的档内。", needs="scores")
def quality_outside_band(form: Form, policy: Policy) -> Iterator[Finding]:
    """Qualitative scores: 达成 100–80%, 部分达成 80–60%, 未达成 60–0% of the points (财预〔2020〕10号)."""
    bands = dict(policy.bands("quality_bands"))
    high, low = bands["达成"], bands["部分达成"]
    for item in _scored(form.indicators):
        row = item.row
        if not isinstance(row, Indicator) or item.score is None or not item.points:
            continue
        if row.target_quantity is None or row.target_quantity.kind is not Kind.TEXT:
            continue
        share = item.score / item.points
        if row.verdict is Verdict.MET and share < high and says_something(row.note):
            outcome, band = "完成了", f"{percent(high)}至100%"
        elif row.judgement.cause is Cause.PARTIAL and share > high:
            outcome, band = "只部分完成", f"{percent(low)}至{percent(high)}"
        elif row.verdict is Verdict.UNMET and share > low:
            outcome, band = "未完成", f"不超过{percent(low)}"
        else:
            continue
        yield row.finding(
            "score",
            (
                f"“{row.name}”填的是“{row.actual}”，{outcome}，"
                f"得分{number(item.score)}分是分值的{shown(share)}，应在{band}。"
            ),
            hint="按完成程度调整得分，或把完成情况写清楚。",
            expected=band,
        )


@rule("S07", "等级与总分不符", Severity.ERROR, asks="等级与总分相符（等级标准见参数）。", needs="scores")
def grade_unlike_total(form: Form, policy: Policy) -> Iterator[Finding]:
    """The printed grade is the band that the total reaches (policy; 财预〔2020〕10号: 优90 良80 中60)."""
    total = points_of(form.total_score)
    names = dict(policy.bands("grades"))
    grade = _GRADES.get(tidy(form.grade or ""), tidy(form.grade or ""))
    if total is None or grade not in names or total > HUNDRED:
        return
    right = policy.grade(total)
    if right != grade:
        yield form.finding(
            "grade",
            f"总分{number(total)}分，等级填的是“{form.grade}”，应当是“{right}”。",
            expected=right,
            hint="按总分改等级；总分有误的，先改总分。",
        )


@rule(
    "S09",
    "总分超过执行率对应的上限",
    Severity.WARNING,
    asks="总分不超过执行率对应的上限（参数，默认不设）。",
    needs="scores",
)
def score_above_cap(form: Form, policy: Policy) -> Iterator[Finding]:
    """Some places cap the total by the execution rate (policy score_caps; none by default)."""
    line, total, limit = main_line(form), points_of(form.total_score), _cap(form, policy)
    if line is None or total is None or limit is None:
        return
    cap, floor = limit
    if total > cap:
        yield form.finding(
            "total_score",
            (
                f"执行率{shown(line.rate)}，低于{percent(floor)}，总分不能超过{number(cap)}分，"
                f"填的是{number(total)}分。"
            ),
            expected=f"不大于{number(cap)}",
            hint="按本地细则核减总分，或说明理由。",
        )


def _cap(form: Form, policy: Policy) -> tuple[Decimal, Decimal] | None:
    """The highest total by the policy's score_caps, and the rate below which it holds; None without one."""
    line = main_line(form)
    if line is None or line.rate is None or not line.budget:
        return None
    caps = [(cap, Decimal(floor)) for floor, cap in policy.bands("score_caps") if line.rate < Decimal(floor)]
    return min(caps, default=None, key=lambda pair: pair[0])


@rule(
    "S10",
    "没有指标值或完成值却得满分",
    Severity.ERROR,
    asks="没有指标值或没有完成值的，不能得满分。",
    needs="scores",
)
def full_marks_for_nothing(form: Form, policy: Policy) -> Iterator[Finding]:
    """A row without a target or without a completed value earns no full marks."""
    for item in _scored(form.indicators):
        row = item.row
        if (
            not isinstance(row, Indicator)
            or item.score is None
            or not item.points
            or item.score < item.points
            or without_target_by_design(form, row)
        ):
            continue
        missing = [
            (name, key)
            for name, key in (("年度指标值", "target"), ("实际完成值", "actual"))
            if key in row.cells and is_void(getattr(row, key))
        ]
        if missing:
            named = "和".join(name for name, _ in missing)
            yield replace(
                row.finding(
                    "score",
                    (
                        f"“{row.name or row.level2 or '这一行'}”没有填{named}，"
                        f"却得了满分{number(item.score)}分。"
                    ),
                    hint=f"先填{named}，再按完成情况打分。",
                ),
                cell=cells(row.cells.get("score"), *(row.cells.get(key) for _, key in missing)),
            )
