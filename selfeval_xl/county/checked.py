"""Reads a received file, assesses its forms, and runs the rules that need a single form: a worker's part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..assessing import assess
from ..checking import Ready, own_findings
from ..findings import Finding
from ..forms import ReadFile
from ..policy import Policy
from ..reading import read_file


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with its forms assessed.

    found: the findings on each of its forms, in the order of the forms. failed: error by rule that broke.
    """

    file: ReadFile
    found: tuple[tuple[Finding, ...], ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def read_and_check(path: str | Path, context: Policy) -> Checked:
    """Reads and checks one file in this process; see `reading.read_file`. context: the policy in force."""
    file = read_file(path)
    forms = tuple(assess(form, context) for form in file.forms)
    failed: dict[str, str] = {}
    return Checked(
        replace(file, forms=forms),
        tuple(tuple(own_findings(form, context, failed)) for form in forms),
        failed,
    )


def moved(checked: Checked, path: str) -> Checked:
    """The answer under another path: the file came from an archive, or lay elsewhere when it was read."""
    file = checked.file
    if file.path == path:
        return checked
    file = replace(
        file,
        path=path,
        forms=tuple(replace(form, file=path) for form in file.forms),
        reports=tuple(replace(report, file=path) for report in file.reports),
    )
    return replace(
        checked,
        file=file,
        found=tuple(tuple(_moved(finding, path) for finding in findings) for findings in checked.found),
    )


def _moved(finding: Finding, path: str) -> Finding:
    related = tuple(replace(reference, file=path) for reference in finding.related)
    return replace(finding, file=path, related=related)


def ready(answers: Iterable[Checked]) -> Ready:
    """The findings by form, as `checking.check` takes them."""
    by_form: dict[int, tuple[Finding, ...]] = {}
    failed: dict[str, str] = {}
    for answer in answers:
        by_form |= (
            {id(form): findings for form, findings in zip(answer.file.forms, answer.found, strict=True)}
            if answer.found
            else {}
        )
        failed |= answer.failed
    return Ready(by_form, failed)
