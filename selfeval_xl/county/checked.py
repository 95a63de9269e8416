"""What a worker does with a received file: reads it, assesses its forms, and runs the rules that need nothing
but a form.
"""

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
    """A file with its forms assessed. found: the findings on each of its forms, in their order. failed: rules
    that broke, and how.
    """

    file: ReadFile
    found: tuple[tuple[Finding, ...], ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def read_and_check(path: str | Path, context: Policy) -> Checked:
    """Reads one file in this process; see `reading.read_file`. context: the policy in force."""
    file = read_file(path)
    forms = tuple(assess(form, context) for form in file.forms)
    failed: dict[str, str] = {}
    return Checked(
        replace(file, forms=forms),
        tuple(tuple(own_findings(form, context, failed)) for form in forms),
        failed,
    )


def moved(checked: Checked, path: str) -> Checked:
    """The same under another path: a file out of an archive, or one that was read before and lies elsewhere
    now.
    """
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
    return replace(finding, file=path, related=tuple(replace(one, file=path) for one in finding.related))


def ready(answers: Iterable[Checked]) -> Ready:
    """The findings by form, as `checking.check` takes them."""
    found: dict[int, tuple[Finding, ...]] = {}
    failed: dict[str, str] = {}
    for answer in answers:
        found |= (
            {id(form): findings for form, findings in zip(answer.file.forms, answer.found, strict=True)}
            if answer.found
            else {}
        )
        failed |= answer.failed
    return Ready(found, failed)
