"""Decides which of several versions of a form counts: by content and times, never by file name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from selfeval_xl.filings.grouping import content_key
from selfeval_xl.model.forms import Filing, Form, ReadFile, Report
from selfeval_xl.model.text import squeeze

USED, SUPERSEDED, DUPLICATE, REFUSED = "采用", "被替代", "重复", "不采用"
CHOSEN, SUBMISSION, SAVED, RECEIVED, ONLY = "财政指定", "报送序号", "保存时间", "收件时间", "只有一份"
SUBMISSION_KEYS = ("submission", "submission_number", "报送序号")


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A received file and what ranks it among versions: submission number, times, the officer's choice.

    order: its position among the files. received: ISO text. chosen: True 采用, False 不采用, None no choice;
    why: the officer's reason.
    """

    file: ReadFile
    order: int
    received: str
    chosen: bool | None = None
    why: str = ""

    @property
    def submission(self) -> int | None:
        """The submission number in the file; None where it has none."""
        text = next((self.file.settings[key] for key in SUBMISSION_KEYS if self.file.settings.get(key)), "")
        return int(text) if text.strip().isdigit() else None


@dataclass(frozen=True, slots=True)
class VersionDecision:
    """The decision on one version of a form or report.

    filing: number of its filing. fate: 采用, 被替代, 重复 or 不采用. basis: by what that was decided.
    by: path of the file that is used instead. doubtful: neither version is later than the other.
    """

    form: Form | Report
    arrival: ReceivedFile
    filing: int
    fate: str
    basis: str
    by: str | None = None
    doubtful: bool = False


Version = tuple[Form | Report, ReceivedFile]  # one version of a form, with the file that it came in


def forms_and_reports(source: Filing | ReadFile) -> tuple[Form | Report, ...]:
    """The forms, then the reports of a filing or a file."""
    return (*source.forms, *source.reports)


def decide(filings: Sequence[Filing], arrivals: Mapping[str, ReceivedFile]) -> list[VersionDecision]:
    """The decision on every form and report of these filings, each exactly once. arrivals: by path."""
    fates: list[VersionDecision] = []
    decided: set[int] = set()
    for number, filing in enumerate(filings):
        contents = {content_key(form) for form in forms_and_reports(filing)}
        versions = [
            (form, arrivals[file.path])
            for file in filing.files
            for form in forms_and_reports(file)
            if id(form) not in decided and content_key(form) in contents
        ]
        decided |= {id(form) for form, _ in versions}
        for group in _by_form(versions):
            fates += _decide_one(group, number)
    return fates


def adopted(filings: Sequence[Filing], fates: Iterable[VersionDecision]) -> list[Filing]:
    """The filings with the versions that count; both where neither is later, so that rule X07 sees them."""
    by_filing: dict[int, list[Form | Report]] = {}
    for fate in fates:
        if fate.fate == USED or fate.doubtful:
            by_filing.setdefault(fate.filing, []).append(fate.form)
    result = []
    for number, filing in enumerate(filings):
        forms = by_filing.get(number, [])
        used = {form.file for form in forms}
        result.append(
            replace(
                filing,
                forms=tuple(form for form in forms if isinstance(form, Form)),
                reports=tuple(form for form in forms if isinstance(form, Report)),
                files=tuple(file for file in filing.files if file.path in used),
            )
        )
    return result


@dataclass(slots=True)
class _Group:
    """The versions of one form. details: its code and year, as far as a version names them."""

    details: dict[str, str] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)

    def takes(self, details: Mapping[str, str]) -> bool:
        """Whether a form may be this one: code and year separate only where both sides name them."""
        return all(self.details.get(key, value) == value for key, value in details.items())


def _by_form(versions: Iterable[Version]) -> list[list[Version]]:
    """The versions, grouped by the form that they are versions of."""
    groups: list[_Group] = []
    by_identity: dict[tuple, list[_Group]] = {}
    for version in versions:
        identity, details = _identity(version[0])
        same_identity = by_identity.setdefault(identity, [])
        group = next((group for group in same_identity if group.takes(details)), None)
        if group is None:
            group = _Group()
            groups.append(group)
            same_identity.append(group)
        group.details |= details
        group.versions.append(version)
    return [group.versions for group in groups]


def _identity(form: Form | Report) -> tuple[tuple, dict[str, str]]:
    """The identity of a form (kind, project, unit), and its details (code and year, where it names them)."""
    year = {"year": str(form.year)} if form.year else {}
    if isinstance(form, Report):
        return (form.kind,), year
    if form.project is None and form.project_code is None:
        return (form.kind, squeeze(form.unit or "") if form.kind == "project" else ""), year
    code = {"code": form.project_code} if form.project_code else {}
    return (
        form.kind,
        squeeze(form.project or form.project_code or ""),
        squeeze(form.unit or ""),
    ), year | code


def _decide_one(versions: list[Version], filing: int) -> list[VersionDecision]:
    """The decisions on the versions of one form: one is used, unless all are refused."""
    allowed = [version for version in versions if version[1].chosen is not False]
    refused = [
        VersionDecision(form, arrival, filing, REFUSED, CHOSEN)
        for form, arrival in versions
        if arrival.chosen is False
    ]
    if not allowed:
        return refused
    contents = {content_key(form) for form, _ in allowed}
    best, basis, equal = _latest(allowed)
    if len(contents) == 1:
        first = min(allowed, key=lambda version: (not version[1].chosen, version[1].order))
        best, basis, equal = first, CHOSEN if first[1].chosen else ONLY, False
    form, arrival = best
    fates = [VersionDecision(form, arrival, filing, USED, basis)]
    for other, other_arrival in allowed:
        if other is form:
            continue
        same = content_key(other) == content_key(form)
        doubtful = not same and equal and _rank(other_arrival, basis) == _rank(arrival, basis)
        fate = DUPLICATE if same else SUPERSEDED
        fates.append(VersionDecision(other, other_arrival, filing, fate, basis, arrival.file.path, doubtful))
    return fates + refused


def _latest(versions: list[Version]) -> tuple[Version, str, bool]:
    """The version that counts, the basis of that, and whether another one is as late with other contents."""
    for basis in (CHOSEN, SUBMISSION, SAVED, RECEIVED):
        ranks = [_rank(arrival, basis) for _, arrival in versions]
        different = {rank for rank in ranks if rank is not None}
        if None in ranks or len(different) == 1:
            continue
        latest = max(different)
        top = [version for version, rank in zip(versions, ranks) if rank == latest]
        contents = {content_key(form) for form, _ in top}
        if len(contents) == 1 or basis == RECEIVED:
            return top[0], basis, len(contents) > 1
        return _latest(top)
    return versions[0], RECEIVED, len({content_key(form) for form, _ in versions}) > 1


def _rank(arrival: ReceivedFile, basis: str) -> tuple[int, str] | None:
    """A file's rank among others by one criterion, the latest the largest; None where it has none."""
    match basis:
        case "财政指定":
            return int(bool(arrival.chosen)), ""
        case "报送序号":
            return None if arrival.submission is None else (arrival.submission, "")
        case "保存时间":
            saved = moment(arrival.file.saved)
            return None if saved is None else (0, saved)
        case _:
            return 0, arrival.received


def moment(text: str | None) -> str | None:
    """A time as comparable ISO text in UTC (as it stands, if it names no zone); None where it is no time."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if time.tzinfo is None:
        return time.isoformat(timespec="seconds")
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
