"""The indicators of an earlier stage that the self-evaluation has not, and those that it has besides.

A name that was only put in other words is no change: where one may stand for another, nobody is accused and
the bureau is told which ones were not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from selfeval_xl.model.findings import Finding, Related, Severity, Treatment
from selfeval_xl.model.forms import FORM_NAMES, Form, Indicator
from selfeval_xl.model.places import cells_shown, form_place
from selfeval_xl.model.quantity import Kind, is_blank, parse
from selfeval_xl.rules.across import in_base_units
from selfeval_xl.rules.indicators import bare, level, named
from selfeval_xl.rules.texts import cells

_ALIKE = 34  # percent of likeness from which a name may be another one in other words, on one first level
_MUCH_ALIKE = 60  # the same for any two names, also of indicators that are known to be others
_MOST_NAMED = 12
_ONE_OTHER = "share"  # the dimension of percents, of which many indicators have the same target


@dataclass(frozen=True, slots=True)
class Changes:
    """The indicators without the same one on the other form.

    dropped: of the earlier form, surely missing here. added: of this form, surely missing there. unclear:
    those of both forms that may be each other in other words.
    """

    dropped: Sequence[Indicator]
    added: Sequence[Indicator]
    unclear: tuple[Sequence[Indicator], Sequence[Indicator]]


def changes(
    own: Sequence[Indicator],
    earlier: Sequence[Indicator],
    matched: Iterable[tuple[Indicator, Indicator]],
    core: Callable[[Indicator], str],
) -> Changes:
    """The changes from an earlier form to this one; none where either has no indicators with a target.

    matched: the pairs that are one. core: what a name says.
    """
    if not (any(map(_counts, own)) and any(map(_counts, earlier))):
        return Changes((), (), ((), ()))
    pairs = list(matched)
    left = _without(own, (row for row, _ in pairs), earlier, core)
    gone = _without(earlier, (row for _, row in pairs), own, core)
    unclear_left = [row for row in left if _may_be_any(row, gone, earlier, core)]
    unclear_gone = [row for row in gone if _may_be_any(row, left, own, core)]
    doubtful = {id(row) for row in (*unclear_left, *unclear_gone)}
    return Changes(
        [row for row in gone if id(row) not in doubtful],
        [row for row in left if id(row) not in doubtful],
        (unclear_left, unclear_gone),
    )


def _without(
    rows: Sequence[Indicator],
    matched: Iterable[Indicator],
    others: Sequence[Indicator],
    core: Callable[[Indicator], str],
) -> list[Indicator]:
    """The rows that stand alone: not matched, and of a name that no other row has, not even several."""
    known, names = {id(row) for row in matched}, {core(row) for row in others}
    return [row for row in rows if _counts(row) and id(row) not in known and core(row) not in names]


def _counts(row: Indicator) -> bool:
    """Whether a row is an indicator that can be missed: with a name and a target."""
    return bool(bare(row.name)) and not is_blank(row.target)


def _may_be_any(
    row: Indicator,
    free: Sequence[Indicator],
    every: Sequence[Indicator],
    core: Callable[[Indicator], str],
) -> bool:
    """Whether the row may be one of the free ones in other words, or a part of any."""
    from rapidfuzz.fuzz import ratio

    name = core(row)
    if any(ratio(name, core(other)) >= _MUCH_ALIKE for other in every if bare(other.name)):
        return True
    return any(
        _is_on_one_level(row, other) and (ratio(name, core(other)) >= _ALIKE or _has_its_target(row, other))
        for other in free
    )


def _is_on_one_level(row: Indicator, other: Indicator) -> bool:
    """Whether both stand under one first level, as far as they say it."""
    one, two = level(row.level1), level(other.level1)
    return not one or not two or one == two


def _has_its_target(row: Indicator, other: Indicator) -> bool:
    """Whether both ask for the same; the same percent or word only under one second level."""
    one, two = parse(row.target), parse(other.target)
    is_one_kind = level(row.level2) == level(other.level2)
    if one.kind is not two.kind:
        return False
    if one.kind is not Kind.NUMBER:
        return is_one_kind and row.target == other.target
    here, there = in_base_units(one), in_base_units(two)
    if here is None or there is None or here.dimension != there.dimension or here.value != there.value:
        return False
    return is_one_kind or here.dimension != _ONE_OTHER


def told(form: Form, other: Form, found: Changes, is_known: bool) -> Iterator[Finding]:
    """The findings on the changes from an earlier form to this one.

    is_known: whether any indicator of the two is one; else they may be of different things, and only the
    bureau is told.
    """
    place = f"{FORM_NAMES[other.kind]}“{form_place(other, form.file)}”"
    here, there = found.unclear
    if not is_known:
        here, there = (*here, *found.added), (*there, *found.dropped)
    elif found.dropped:
        yield form.finding(
            None,
            f"{place}里的{_listed(found.dropped, other)}，自评表里没有。",
            value=_names(found.dropped),
            hint="批复的指标都要自评，请补上；批复后调整的，请说明依据。",
            related=_cells(other, found.dropped),
        )
    if is_known and found.added:
        yield replace(
            form.finding(
                None,
                f"{_listed(found.added, form)}，{place}里没有。",
                value=_names(found.added),
                hint="批复后增加的，请说明依据；申报表里有、只是换了说法的，请照批复的写。",
                related=(Related(other.file, other.sheet, None),),
            ),
            cell=_joined(found.added),
        )
    if here or there:
        yield _unclear(form, other, place, (here, there))


def _unclear(
    form: Form, other: Form, place: str, rows: tuple[Sequence[Indicator], Sequence[Indicator]]
) -> Finding:
    """The note on indicators of both forms that were not compared. rows: of this form, and of the other."""
    here, there = rows
    if here and there:
        message = (
            f"{place}里的{_listed(there, other)}和自评表的{_listed(here, form)}名称对不上，"
            "分不清是不是换了说法，没有比对。"
        )
    elif there:
        message = (
            f"{place}里的{_listed(there, other)}，自评表里没有同名的，"
            "分不清是不是并到了别的指标里，没有比对。"
        )
    else:
        message = f"{_listed(here, form)}，{place}里没有同名的，分不清是不是从别的指标拆出来的，没有比对。"
    return replace(
        form.finding(
            None,
            message,
            value=_names((*there, *here)),
            severity=Severity.NOTE,
            hint="请财政核对是不是同一个指标；是的，以后各环节用同一个名称。",
            related=_cells(other, there),
        ),
        cell=_joined(here),
        treatment=Treatment.BUREAU,
    )


def _listed(rows: Sequence[Indicator], form: Form) -> str:
    """The indicators as messages list them, each with its cell and its target."""
    texts = [
        f"{named(row)}（{cells_shown(form.file, row.cells.get('name'))}，{row.target}）"
        for row in rows[:_MOST_NAMED]
    ]
    more = f"等{len(rows)}个指标" if len(rows) > _MOST_NAMED else ""
    return "、".join(texts) + more


def _names(rows: Iterable[Indicator]) -> str:
    return "、".join(bare(row.name) for row in rows)


def _cells(form: Form, rows: Iterable[Indicator]) -> tuple[Related, ...]:
    return tuple(Related(form.file, form.sheet, row.cells.get("name")) for row in rows)


def _joined(rows: Iterable[Indicator]) -> str | None:
    return cells(*(row.cells.get("name") for row in rows)) or None
