"""Verdicts and outlooks beside what else the row says, and what a row of a monitoring form lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.text_models import raises
from selfeval_xl.assessment.verdicts import judge
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import MONITORING, Form, Indicator, Outlook, Verdict
from selfeval_xl.model.money import LONGEST_MONTHS
from selfeval_xl.model.quantity import Kind, money, parse
from selfeval_xl.rules.amounts_done import is_plain
from selfeval_xl.rules.indicators import named, quantity
from selfeval_xl.rules.registry import SELF_EVALUATION, rule
from selfeval_xl.rules.texts import cells, says_something

_OUTLOOK = "完成目标可能性"
_OUTLOOKS = tuple(outlook.label for outlook in Outlook)


@rule(
    "D14",
    "判定与说明相反",
    Severity.WARNING,
    asks=(
        "完成了的，说明里不应说没有做；未完成的，说明里不应说全都做了。绩效运行监控表里，完成目标可能性写"
        "“确定能”的，全年预计完成情况应达到指标值。"
    ),
    needs="notes",
    stages=(SELF_EVALUATION, MONITORING),
)
def verdict_unlike_note(form: Form, policy: Policy) -> Iterator[Finding]:
    """The reason agrees with the verdict: `met` or full marks are not explained by work that was not done.

    In the course of the year the forecast agrees with the outlook.
    """
    if form.kind == MONITORING:
        yield from _certain_but_missed(form)
        return
    for row in form.indicators:
        note = row.note or ""
        if not says_something(note):
            continue
        points, score = money(row.points), money(row.score)
        full = points is not None and score is not None and 0 < points <= score
        done = row.verdict in (Verdict.MET, Verdict.EXCEEDED)
        if (done or (full and row.verdict is not Verdict.UNMET)) and raises("done_denied", note, policy):
            claim = f"指标值“{row.target}”，实际完成“{row.actual}”" + ("，得了满分" if full else "，已完成")
            message = f"{named(row)}{claim}，说明却写“{note[:40]}”，两处对不上。"
        elif row.verdict is Verdict.UNMET and raises("miss_denied", note, policy):
            message = (
                f"{named(row)}指标值“{row.target}”，实际完成“{row.actual}”，未完成，"
                f"说明却写“{note[:40]}”，两处对不上。"
            )
        else:
            continue
        yield replace(
            row.finding("note", message, hint="核对完成值和说明，改正写错的一处；两处都对的，请说明。"),
            cell=cells(row.cells.get("actual"), row.cells.get("note")),
        )


def _certain_but_missed(form: Form) -> Iterator[Finding]:
    """The findings on rows whose forecast misses the target although the outlook is 确定能."""
    for row in form.indicators:
        if row.outlook is Outlook.CERTAIN and _is_missed(row, form.year):
            yield replace(
                row.finding(
                    "outlook",
                    f"{named(row)}{_OUTLOOK}写“{row.outlook.label}”，全年预计“{row.forecast}”"
                    f"达不到指标值“{row.target}”。",
                    value=row.outlook.label,
                    hint=f"核对全年预计完成情况和{_OUTLOOK}，改正写错的一处；两处都对的，请说明。",
                ),
                cell=cells(row.cells.get("outlook"), row.cells.get("forecast")),
            )


def _is_missed(row: Indicator, year: int | None) -> bool:
    """Whether the forecast certainly misses the target: both are plain, and in units that are written."""
    target, forecast = quantity(row), parse(row.forecast)
    if Kind.TEXT in (target.kind, forecast.kind) or forecast.about or not is_plain(forecast):
        return False
    if target.kind is Kind.NUMBER and target.unit != forecast.unit and not forecast.unit:
        return False  # 12 of ≥12000米 may be in kilometres
    judgement = judge(target, forecast, cost=row.is_cost, name=row.name or "", year=year)
    return judgement.verdict is Verdict.UNMET


def missing_in_the_year(form: Form) -> Iterator[Finding]:
    """One finding for each row with a target of which an answer is missing that the form has a column for."""
    done = f"{form.through}完成情况" if form.through and len(form.through) <= LONGEST_MONTHS else None
    names = {"actual": done or "到监控时的完成情况", "forecast": "全年预计完成情况", "outlook": _OUTLOOK}
    for row in form.indicators:
        if not row.target:
            continue
        missing = [key for key in names if key in row.cells and getattr(row, key) is None]
        if missing == ["actual"] and _is_asked_at_the_end(row):
            continue
        unclear = _unclear_outlook(row) if "outlook" in missing else None
        blank = [names[key] for key in missing if not (key == "outlook" and unclear)]
        told = "；".join(filter(None, (f"没有填{'、'.join(blank)}" if blank else "", unclear)))
        if told:
            yield replace(
                row.finding(missing[0], f"{named(row)}{told}。", value="", hint=_remedy(missing)),
                cell=cells(*(row.cells.get(key) for key in missing)),
            )


def _is_asked_at_the_end(row: Indicator) -> bool:
    """Whether nobody knows a value before the year is over: satisfaction is asked for once."""
    return any("满意" in (text or "") for text in (row.level1, row.level2, row.name))


def _unclear_outlook(row: Indicator) -> str | None:
    """What stands in the place of an outlook that cannot be told; None where nothing does."""
    if _OUTLOOK in row.other:
        return f"{_OUTLOOK}写的是“{row.other[_OUTLOOK]}”，看不出是哪一种"
    chosen = [label for label in _OUTLOOKS if label in row.other]
    if len(chosen) > 1:
        return f"{_OUTLOOK}同时选了{''.join(f'“{label}”' for label in chosen)}"
    if chosen:
        return f"{_OUTLOOK}的“{chosen[0]}”栏写的是“{row.other[chosen[0]]}”，看不出是哪一种"
    return None


def _remedy(missing: list[str]) -> str:
    """What to do about a row in which these answers are missing."""
    parts = {
        "actual": "完成情况填到监控时实际完成的数，一点没做的填0",
        "forecast": "全年预计完成情况填年底能完成的数，包括已经完成的",
        "outlook": f"{_OUTLOOK}在{'、'.join(f'“{label}”' for label in _OUTLOOKS)}里选一个",
    }
    return f"{'；'.join(parts[key] for key in missing)}。"
