"""The work of a worker on a received file: reads it, assesses its forms, runs the rules on single forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import FormFindings, own_findings

CHECK = f"{__name__}:read_and_check"  # for workers whose answers are not stored


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file with its forms assessed.

    found: the findings on each of its forms, in the order of the forms. failed: error by rule that broke.
    """

    file: ReadFile
    found: tuple[tuple[Finding, ...], ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def read_and_check(path: str | Path, context: Policy) -> CheckedFile:
    """Reads and checks one file in this process; see `readers.read_file`. context: the policy in force."""
    file = read_file(path)
    forms = tuple(assess(form, context) for form in file.forms)
    failed: dict[str, str] = {}
    return CheckedFile(
        replace(file, forms=forms),
        tuple(tuple(own_findings(form, context, failed)) for form in forms),
        failed,
    )


def moved(checked: CheckedFile, path: str) -> CheckedFile:
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
    """The finding and the cells that it refers to, under another path."""
    related = tuple(replace(reference, file=path) for reference in finding.related)
    return replace(finding, file=path, related=related)


def ready(answers: Iterable[CheckedFile]) -> FormFindings:
    """The findings by form, as `runner.check` takes them."""
    by_form: dict[int, tuple[Finding, ...]] = {}
    failed: dict[str, str] = {}
    for answer in answers:
        by_form |= (
            {id(form): findings for form, findings in zip(answer.file.forms, answer.found, strict=True)}
            if answer.found
            else {}
        )
        failed |= answer.failed
    return FormFindings(by_form, failed)
