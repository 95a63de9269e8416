"""Completion and deviation: completed values are filled in and comparable, misses explained with a remedy."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import exceeded_by_one, lacks_measure
from selfeval_xl.assessment.words import says_none
from selfeval_xl.model.findings import Finding, Fix, Severity, Treatment
from selfeval_xl.model.forms import MONITORING, Cause, Form, Indicator, Verdict
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.places import cells_shown
from selfeval_xl.model.quantity import Kind, is_blank, parse, points_of, tidy
from selfeval_xl.model.sheet_names import STUB
from selfeval_xl.rules.indicators import bare, level, named, with_unit
from selfeval_xl.rules.missing_units import asked_for_unit, unit_in_doubt, unit_is_asked
from selfeval_xl.rules.outlooks import missing_in_the_year
from selfeval_xl.rules.registry import SELF_EVALUATION, rule
from selfeval_xl.rules.same_thing import same_thing
from selfeval_xl.rules.texts import (
    cells,
    has_note,
    instead_of_text,
    mentions,
    phrases,
    room_for_reasons,
    says_something,
    several,
)
from selfeval_xl.rules.word_lists import pattern

_OPERATOR = re.compile(r"^(?:≥|≧|⩾|>=|=>|≤|≦|<=|＞|>|＜|<|＝|=)\s*")
_SURVEY = re.compile(r"问卷|调查|测评|回访|评议|走访|投票|样本|份")
_UNPAID, _NOT_DONE = "费用没有支付而事情做了的，请说明", "没有做的事不会有效果"
_DEFAULT_UNMET = "写明没有达到的原因，以及下一步怎么做。"


@rule(
    "D01",
    "没有填实际完成值",
    Severity.ERROR,
    asks=(
        "有指标值的都要填实际完成值；没有完成的填0。图片不算。绩效运行监控表还要填全年预计完成情况，"
        "完成目标可能性三选一。"
    ),
    stages=(SELF_EVALUATION, MONITORING),
)
def actual_missing(form: Form, policy: Policy) -> Iterator[Finding]:
    """Every indicator with a target has a completed value; 0 is an answer, a picture is none.

    On a monitoring form it has a forecast and one outlook as well.
    """
    if form.kind == MONITORING:
        yield from missing_in_the_year(form)
        return
    missing = [row for row in form.indicators if row.target and row.actual is None]
    rows = []
    for row in missing:
        names = (row.cells.get("actual") or "").split(",")
        lying = "、".join(dict.fromkeys(form.overlays[name] for name in names if name in form.overlays))
        if any(name in form.pictures for name in names):
            yield row.finding(
                "actual",
                f"{named(row)}的指标值是“{row.target}”，实际完成值里面是一张图片，不是数。",
                hint="把图片上的实际完成值填写在格子里；图片可以放在表外作佐证。",
            )
        elif lying:
            yield row.finding(
                "actual",
                f"{named(row)}没有填实际完成值，这一格上面有{lying}。",
                hint="把全年实际完成的数写进格子里。",
            )
        else:
            rows.append(row)
    if rows:
        wanted = f"指标值是“{rows[0].target}”" if len(rows) == 1 else "单位和指标值相同"
        yield replace(
            rows[0].finding(
                "actual",
                f"{several([bare(row.name) or row.name for row in rows])}没有填实际完成值。",
                hint=f"填写全年实际完成的数（{wanted}）；一点没做的填0，并写明原因。",
            ),
            cell=cells(*(row.cells.get("actual") for row in rows)),
        )


@rule("D02", "完成值与指标值无法比较", Severity.ERROR, asks="实际完成值和指标值要能比较，单位是同一类。")
def incomparable(form: Form, policy: Policy) -> Iterator[Finding]:
    """Completed value and target are of one kind, so that they can be compared (not: % against 件)."""
    for row in form.indicators:
        if row.judgement.cause is Cause.DIMENSION:
            yield row.finding(
                "actual",
                f"{named(row)}的指标值是“{row.target}”，实际完成值是“{row.actual}”，单位不同，没法比较。",
                expected=f"与“{row.target}”同单位的数",
                hint="按指标值的单位填写实际完成值。",
            )


def _reason_due(form: Form) -> Iterator[Indicator]:
    """The unmet indicators, which owe a reason."""
    return (row for row in form.indicators if row.verdict is Verdict.UNMET)


@rule(
    "D03",
    "未完成没有说明原因",
    Severity.ERROR,
    asks=(
        "未完成的指标要写明原因，写在格子里；图片、文本框和批注不算。没有偏差原因栏的表，"
        "别处也没有提到的，请说明。"
    ),
)
def unmet_without_reason(form: Form, policy: Policy) -> Iterator[Finding]:
    """An unmet indicator needs its reason and remedy in the deviation column (财预〔2020〕10号附件).

    On a form without that column it is asked about (W) where the form says nothing of it anywhere; so is one
    whose two numbers, without a unit, may be in different ones.
    """
    for row in _reason_due(form):
        if unit_is_asked(row, form):
            if not _is_scored(row):  # else S04 asks
                yield asked_for_unit(row, "actual", "单位相同的，写明没有完成的原因和下一步怎么做。")
            continue
        if not form.has_notes:
            if not mentions(form, row):
                yield replace(_unmet_in_silence(row, form), treatment=Treatment.EXPLAIN)
            continue
        if is_blank(row.note):
            rate = (
                f"（完成率{shown(row.attainment)}）"
                if row.attainment is not None and row.attainment > 0
                else ""
            )
            yield replace(
                row.finding(
                    "note",
                    (
                        f"{_compared(row)}{rate}，未完成，"
                        f"也没有说明原因。{instead_of_text(form, row.cells.get('note'))}"
                    ),
                    hint=_DEFAULT_UNMET,
                    value=row.actual,
                ),
                cell=cells(row.cells.get("note")) or row.cells.get("actual"),
            )


def _is_scored(row: Indicator) -> bool:
    return row.expected_score is not None and points_of(row.score) is not None


def _compared(row: Indicator) -> str:
    """The indicator with target and completed value, each with its unit, as messages begin."""
    return f"{named(row)}指标值“{with_unit(row.target, row)}”，实际完成“{with_unit(row.actual, row)}”"


def _unmet_in_silence(row: Indicator, form: Form) -> Finding:
    """The finding on an unmet indicator of a form without a column for reasons."""
    return row.finding(
        "actual",
        f"{_compared(row)}，未完成，表里没有说明原因。",
        hint=f"{room_for_reasons(form)}写明原因和下一步怎么做。",
        severity=Severity.WARNING,
    )


@rule(
    "D04",
    "只有原因没有改进措施",
    Severity.WARNING,
    asks="写了原因还要写改进措施。",
    treatment=Treatment.EXPLAIN,
    needs="notes",
)
def reason_without_measure(form: Form, policy: Policy) -> Iterator[Finding]:
    """A reason is followed by what will be done about it: the column asks for 原因分析及改进措施."""
    rows = [row for row in _reason_due(form) if has_note(row) and lacks_measure(row.note, policy)]
    by_note: dict[str, list[Indicator]] = defaultdict(list)
    for row in rows:
        by_note[tidy(row.note or "")].append(row)
    for alike in by_note.values():
        first = alike[0]
        more = f"等{len(alike)}个指标" if len(alike) > 1 else ""
        hint = _BUREAU if _lies_with_bureau(first) else "在原因后面补上下一步怎么做、什么时候完成。"
        yield replace(
            first.finding("note", f"{named(first)}{more}写了原因，没有写改进措施。", hint=hint),
            cell=cells(*(row.cells.get("note") for row in alike)),
            treatment=Treatment.BUREAU if _lies_with_bureau(first) else None,
        )


_BUREAU = "资金没有下达的，不是单位的错；请财政局核实资金下达情况。"


def _lies_with_bureau(row: Indicator) -> bool:
    """Whether the reason is that funds were not released: the bureau is asked, the unit is not blamed."""
    return bool(phrases("bureau_caused").search(row.note or ""))


@rule(
    "D05",
    "几处原因一字不差",
    Severity.WARNING,
    asks="每个指标分别写原因，不要把同一句话贴在几处。",
    treatment=Treatment.EXPLAIN,
    needs="notes",
)
def same_reason_everywhere(form: Form, policy: Policy) -> Iterator[Finding]:
    """Each indicator has its own reason: the same one in several rows without a measure explains none."""
    by_note: dict[str, list[Indicator]] = defaultdict(list)
    for row in form.indicators:
        if has_note(row) and row.verdict is not Verdict.MET:
            by_note[tidy(row.note or "")].append(row)
    for alike in by_note.values():
        note_cells = dict.fromkeys(row.cells.get("note") for row in alike)
        if len(note_cells) >= 2 and lacks_measure(alike[0].note, policy):
            bureau = _lies_with_bureau(alike[0])
            yield replace(
                alike[0].finding(
                    "note",
                    f"{len(note_cells)}个指标的偏差原因一字不差，都没有写改进措施："
                    f"“{(alike[0].note or '').rstrip('。')[:40]}”。",
                    hint=_BUREAU if bureau else "按每个指标的实际情况分别写原因和改进措施。",
                ),
                cell=cells(*note_cells),
                treatment=Treatment.BUREAU if bureau else None,
            )


@rule(
    "D06",
    "超额较多没有说明",
    Severity.WARNING,
    asks="超额较多（参数，默认30%）的要说明原因；指标值不大（参数，默认5）、只多一个的不查。",
)
def exceeded_without_word(form: Form, policy: Policy) -> Iterator[Finding]:
    """Over-fulfilment beyond the threshold is explained, since the target may have been set too low.

    Small counts exceeded by 1 are exempt (policy: targets up to 5).
    """
    for row in form.indicators:
        if row.verdict is not Verdict.EXCEEDED or has_note(row) or exceeded_by_one(row, policy):
            continue
        if not form.has_notes and mentions(form, row):
            continue
        if unit_in_doubt(row):
            yield asked_for_unit(row, "actual", "单位相同的，说明超额的原因。")
            continue
        yield row.finding(
            "actual",
            (
                f"{_compared(row)}，{_beyond(row)}，"
                f"没有说明原因。{instead_of_text(form, row.cells.get('note'))}"
            ),
            hint="说明超额的原因；年初指标值定低了的，下年调整。",
        )


def _beyond(row: Indicator) -> str:
    """How far the target was exceeded; of a rate in points of percent too."""
    target, actual, beyond = row.target_quantity, row.actual_quantity, f"超出{shown(row.deviation)}"
    if (
        target
        and actual
        and target.unit == "%"
        and actual.unit in ("%", "")
        and target.number
        and actual.number
    ):
        points = actual.number - target.number
        if points / target.number == row.deviation:  # else it was read as a ratio
            return f"高出{plain_number(points)}个百分点（{beyond}）"
    return beyond


_COUNTED = re.compile(r"\A\s*\d[\d.,]*\s*(?![\d.,年月日])\w")  # 8650平方米，余下1个小区冬季后施工


@rule("D07", "完成值不是数字", Severity.ERROR, asks="指标值是数字的，实际完成值也填数字，不要只写“完成”。")
def actual_is_no_number(form: Form, policy: Policy) -> Iterator[Finding]:
    """A numeric target has a number as its completed value, not 完成."""
    for row in form.indicators:
        if row.judgement.cause is not Cause.NOT_A_NUMBER or row.verdict is Verdict.MET:
            continue
        if not (_COUNTED.match(row.actual or "") or (says_none(tidy(row.actual or "")) and has_note(row))):
            yield row.finding(
                "actual",
                f"{named(row)}的指标值是“{row.target}”，实际完成值写的是“{row.actual}”，不是数字。",
                expected=f"像“{_example(row)}”这样的数",
                hint="填写实际完成的数和单位；没有做的填0，并写明原因。",
            )


def _example(row: Indicator) -> str:
    """The target without its operator."""
    return _OPERATOR.sub("", tidy(row.target or "")) or (row.target or "")


@rule(
    "D08",
    "完成值带着比较符号",
    Severity.WARNING,
    asks="实际完成值填做到了多少，不带“≥”“≤”。",
    treatment=Treatment.FIX,
)
def actual_repeats_operator(form: Form, policy: Policy) -> Iterator[Finding]:
    """A completed value is the number that was reached, without the target's operator (not: ≥266米)."""
    for row in form.indicators:
        actual = row.actual_quantity or parse(row.actual)
        if (
            actual.kind is Kind.NUMBER
            and actual.operator in ("≥", "≤", ">", "<")
            and _OPERATOR.match(tidy(row.actual or ""))
            and not pattern("designed").search(bare(row.name))
        ):
            bare_value = _OPERATOR.sub("", tidy(row.actual or ""))
            yield row.finding(
                "actual",
                f"{named(row)}的实际完成值写的是“{row.actual}”，带着比较符号。",
                expected=bare_value,
                hint="填写实际完成的数，不带“≥”“≤”。",
                fix=Fix(row.actual or "", bare_value),
            )


@rule(
    "D09",
    "完成值全部与指标值相同",
    Severity.NOTE,
    asks="所有完成值都和指标值一模一样的，请财政局抽查。",
    treatment=Treatment.BUREAU,
)
def everything_exactly_met(form: Form, policy: Policy) -> Iterator[Finding]:
    """Completed values that all equal their targets exactly are checked by the bureau: were they measured?"""
    judged = [row for row in form.indicators if row.verdict is not None]
    numbers = [row for row in judged if row.target_quantity and row.target_quantity.kind is Kind.NUMBER]
    if (
        len(numbers) >= max(policy.number("same_values"), Decimal(1))
        and len(judged) == len(form.indicators)
        and all(_equal(row) for row in judged)
    ):
        alike = [row for row in judged if not _met_in_other_words(row)]
        yield replace(
            form.finding(
                None,
                f"{len(alike)}个指标的实际完成值都和指标值一模一样。",
                hint="请财政局抽查完成值有没有依据。",
            ),
            cell=cells(*(row.cells.get("actual") for row in alike)),
        )


def _equal(row: Indicator) -> bool:
    """Whether the completed value is exactly the target; a target in words is met or not."""
    if row.deviation is not None:
        return row.deviation == 0
    target, actual = parse(row.target), parse(row.actual)
    return row.verdict is Verdict.MET and (
        (target.number, target.upper, target.deadline) == (actual.number, actual.upper, actual.deadline)
    )


def _met_in_other_words(row: Indicator) -> bool:
    """Whether a target in words was met in others: 严格执行制度 by 达成预期指标."""
    target, actual = parse(row.target), parse(row.actual)
    return target.kind is Kind.TEXT and target.words.rstrip("。") != actual.words.rstrip("。")


_DITTO = ("同上", "原因同上", "如上", "见上", "同上述原因")


@rule(
    "D10",
    "应说明原因的地方没有说明",
    Severity.WARNING,
    asks="该写原因的地方不能只写“无”“已完成”“按计划”。",
    treatment=Treatment.FIX,
    needs="notes",
)
def empty_reason(form: Form, policy: Policy) -> Iterator[Finding]:
    """A due reason says something (not: 已完成, 按计划, 0)."""
    for row in _reason_due(form):
        if not is_blank(row.note) and not says_something(row.note) and STUB not in (row.note or ""):
            if tidy(row.note or "").strip("。") in _DITTO and any(map(has_note, form.indicators)):
                continue
            yield row.finding(
                "note",
                f"{named(row)}未完成，原因栏只写了“{row.note}”，没有说明原因。"
                f"{instead_of_text(form, row.cells.get('note'))}",
                hint=_DEFAULT_UNMET,
            )


@rule("D11", "满意度没有调查依据", Severity.WARNING, asks="满意度要有调查依据（默认关闭）。", needs="off")
def satisfaction_without_survey(form: Form, policy: Policy) -> Iterator[Finding]:
    """A satisfaction value rests on a survey. Off by default: no official form has a place for it."""
    for row in form.indicators:
        if (
            "满意" in (row.level1 or "")
            and row.actual
            and not _SURVEY.search(f"{row.note or ''}{form.goal.actual or ''}")
        ):
            yield row.finding(
                "actual",
                f"{named(row)}填的是“{row.actual}”，表中看不出做过满意度调查。",
                hint=f"{room_for_reasons(form)}写明调查方式和份数。",
            )


@rule(
    "D12",
    "没有做却说效果达到",
    Severity.WARNING,
    asks="一件事的数量、成本或时间是0，它的质量或效益就不会完成。",
)
def effect_without_cause(form: Form, policy: Policy) -> Iterator[Finding]:
    """A quality or benefit is not reached where the same thing's quantity, cost or duration is zero."""
    nothing, something = [], []  # rows that say how much of a thing was done
    for row in form.indicators:
        if row.is_cost or level(row.level2) in ("数量", "时效"):
            if _is_zero(row) and row.verdict is Verdict.UNMET:
                nothing.append(row)
            elif row.actual and level(row.level2) == "数量":
                something.append(row)
    for row in form.indicators:
        if (
            row.verdict not in (Verdict.MET, Verdict.EXCEEDED)
            or not re.search(r"质量|效益|效果", f"{row.level1}{row.level2}")
            or _is_zero(row)
        ):
            continue
        for other in nothing:
            if same_thing(row, other) and not any(same_thing(row, done) for done in something):
                there = cells_shown(form.file, other.cells.get("actual"))
                yield replace(
                    row.finding(
                        "actual",
                        (
                            f"{named(row)}实际完成值是“{row.actual}”，已完成；"
                            f"可是{named(other)}（{there}）实际完成值是“{other.actual}”。"
                        ),
                        hint=f"核对两个指标的完成值；{_UNPAID if other.is_cost else _NOT_DONE}。",
                    ),
                    cell=cells(row.cells.get("actual"), other.cells.get("actual")),
                )
                break


def _is_zero(row: Indicator) -> bool:
    return row.actual_quantity is not None and row.actual_quantity.number == Decimal(0)


@rule("D13", "【待补充】没有补充", Severity.ERROR, asks="程序备好的半成品里的“【待补充】”都要补上。")
def stub_left(form: Form, policy: Policy) -> Iterator[Finding]:
    """A sentence that the program prepared (【待补充】) was completed by a person."""
    texts = [
        *((row.cells.get("note"), f"{named(row)}的偏差原因", row.note) for row in form.indicators),
        *((line.cells.get("note"), f"{line.source}的说明", line.note) for line in form.funding),
        (form.goal.cells.get("actual"), "目标完成情况", form.goal.actual),
    ]
    for cell, subject, text in dict.fromkeys(texts):
        if STUB in (text or ""):
            yield Finding(
                message=f"{subject}里的“【待补充】”没有补充。",
                hint="把“【待补充】”换成实际的原因和改进措施。",
                cell=cell,
                subject=subject,
                value=(text or "")[:60],
            )
