"""Points that do not add up because they were issued so: the bureau alone can mend them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.model.forms import Form
from selfeval_xl.model.quantity import money

_POINTS_ISSUED = "分值是财政下发的，单位不要改；请财政局按批复更正后重新下发。"


def with_issued_points(
    findings: Iterable[Finding], issued: Callable[[], Iterable[tuple[Form, Form]]]
) -> Iterator[Finding]:
    """The findings; those on points that were issued so are for the bureau, which alone can mend them.

    issued: () -> the forms, each with the form as it was issued; asked only where points are wrong.
    """
    pairs: dict[tuple[str, str, str | None], tuple[Form, Form]] | None = None
    for finding in findings:
        if finding.rule == "S01":
            if pairs is None:
                pairs = {
                    (form.file, form.sheet, form.project): (form, as_it_was) for form, as_it_was in issued()
                }
            pair = pairs.get((finding.file, finding.sheet or "", finding.project))
            if pair is not None and _has_issued_points(*pair):
                finding = replace(finding, treatment=Treatment.BUREAU, hint=_POINTS_ISSUED)
        yield finding


def _has_issued_points(form: Form, issued_form: Form) -> bool:
    """Whether the points of all indicators are those that were issued."""
    points = {row.name: money(row.points) for row in issued_form.indicators if row.points}
    return bool(points) and all(
        row.name in points and points[row.name] == money(row.points) for row in form.indicators
    )
