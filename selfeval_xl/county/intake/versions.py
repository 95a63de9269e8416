"""Decides which of several versions of a form counts: by content and times, never by file name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from selfeval_xl.filings.grouping import content_key
from selfeval_xl.model.forms import Filing, Form, ReadFile, Report
from selfeval_xl.model.numbers import whole
from selfeval_xl.model.places import is_word
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
    def explained(self) -> bool:
        """Whether a unit wrote 单位说明 into the file: then it is a new version, whatever the figures."""
        return bool(self.file.explanations)

    @property
    def submission(self) -> int | None:
        """The submission number in the file; None where it has none."""
        text = next((self.file.settings[key] for key in SUBMISSION_KEYS if self.file.settings.get(key)), "")
        number = whole(text, -1)
        return number if number >= 0 else None


@dataclass(frozen=True, slots=True)
class VersionDecision:
    """The decision on one version of a form or report.

    filing: number of its filing. fate: 采用, 被替代, 重复 or 不采用. basis: by what that was decided.
    by, by_sheet: file and sheet of the version that is used instead. doubtful: neither version is later than
    the other.
    """

    form: Form | Report
    arrival: ReceivedFile
    filing: int
    fate: str
    basis: str
    by: str | None = None
    by_sheet: str | None = None
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
        fates += _decide_filing(_by_form(versions), number)
    return fates


def _decide_filing(groups: list[list[Version]], filing: int) -> list[VersionDecision]:
    """The decisions on the forms of one filing, in the order of its forms.

    Forms with several contents are decided first: where a file has a newer one of these, its copies of the
    other forms count too, so that a department's forms come from one workbook.
    """
    fates: dict[int, list[VersionDecision]] = {}
    newer: set[str] = set()
    for several in (True, False):
        for number, group in enumerate(groups):
            if (len({content_key(form) for form, _ in group}) > 1) is several:
                fates[number] = _decide_one(group, filing, newer)
                if several:
                    newer |= {fate.arrival.file.path for fate in fates[number] if fate.fate == USED}
    return [fate for number in sorted(fates) for fate in fates[number]]


def undecided(
    fates: Iterable[VersionDecision],
) -> list[tuple[VersionDecision, VersionDecision]]:
    """Pairs of versions of one form of which neither is later: one that does not count, and the one used."""
    fates = list(fates)
    used = {(fate.form.file, fate.form.sheet): fate for fate in fates if fate.fate == USED}
    return [(fate, used[fate.by or "", fate.by_sheet]) for fate in fates if fate.doubtful]


def adopted(filings: Sequence[Filing], fates: Iterable[VersionDecision]) -> list[Filing]:
    """The filings with the versions that count (of several of which none is later: see `undecided`)."""
    by_filing: dict[int, list[Form | Report]] = {}
    for fate in fates:
        if fate.fate == USED:
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
        return (form.kind, squeeze(form.unit or "") if form.is_of_project else ""), year
    code = {"code": form.project_code} if form.project_code else {}
    return (
        form.kind,
        squeeze(form.project or form.project_code or ""),
        squeeze(form.unit or ""),
    ), year | code


def _decide_one(versions: list[Version], filing: int, newer: Collection[str]) -> list[VersionDecision]:
    """The decisions on the versions of one form: one is used, unless all are refused. newer: file paths."""
    allowed = [version for version in versions if version[1].chosen is not False]
    refused = [
        VersionDecision(form, arrival, filing, REFUSED, CHOSEN)
        for form, arrival in versions
        if arrival.chosen is False
    ]
    if not allowed:
        return refused
    if len({content_key(form) for form, _ in allowed}) == 1:
        best, basis, equal = _latest_copy(allowed, newer)
    else:
        best, basis, equal = _latest(allowed)
    form, arrival = best
    fates = [VersionDecision(form, arrival, filing, USED, basis)]
    for other, other_arrival in allowed:
        if other is form:
            continue
        same = content_key(other) == content_key(form)
        doubtful = not same and equal and _rank(other_arrival, basis) == _rank(arrival, basis)
        fate = DUPLICATE if same else SUPERSEDED
        path, sheet = arrival.file.path, form.sheet
        fates.append(VersionDecision(other, other_arrival, filing, fate, basis, path, sheet, doubtful))
    return fates + refused


def _latest(versions: list[Version]) -> tuple[Version, str, bool]:
    """The version that counts, the basis of that, and whether another one is as late with other contents."""
    for basis in (CHOSEN, SUBMISSION, SAVED, RECEIVED):
        top = _top(versions, basis)
        if len(top) == len(versions) and basis != RECEIVED:
            continue
        contents = {content_key(form) for form, _ in top}
        if len(contents) == 1:
            return _latest_copy(top)[0], basis, False
        if basis == RECEIVED:
            return (_apart(top) or top[0]), basis, not _apart(top)
        return _latest(top)
    raise AssertionError("RECEIVED decides always")


def _top(versions: list[Version], basis: str) -> list[Version]:
    """The latest of these versions by one criterion; all of them where it does not tell them apart."""
    ranks = [_rank(arrival, basis) for _, arrival in versions]
    known = [rank for rank in ranks if rank is not None]
    if len(known) < len(ranks):
        return versions
    return [version for version, rank in zip(versions, ranks, strict=True) if rank == max(known)]


def _apart(versions: list[Version]) -> Version | None:
    """The report beside the workbook, where the others are drafts on a sheet in workbooks; else None."""
    beside = [version for version in versions if isinstance(version[0], Report) and not version[0].sheet]
    return beside[0] if len(beside) == 1 else None


def _latest_copy(copies: list[Version], newer: Collection[str] = ()) -> tuple[Version, str, bool]:
    """Of versions with the same contents the one that counts: the latest, for it has the latest 单位说明.

    A workbook goes before a Word file, in which no cell can be marked.
    Where nothing in the files tells which is later, one of the `newer` files goes before others, then one
    with 单位说明; times of receipt are reset by whoever copies files. Of files with the same bytes the first
    counts.
    """
    top = _top(copies, CHOSEN)
    top = [version for version in top if not is_word(version[0].file)] or top  # a workbook can be marked
    for basis in (SUBMISSION, SAVED):
        top = _top(top, basis)
    top = [version for version in top if version[1].file.path in newer] or top
    top = [version for version in top if version[1].explained] or top
    best = _top(top, RECEIVED)[0]
    same_bytes = [
        version
        for version in copies
        if version[1].file.sha256 == best[1].file.sha256 and version[1].chosen == best[1].chosen
    ]
    first = min(same_bytes, key=lambda version: version[1].order) if best[1].file.sha256 else best
    return first, CHOSEN if first[1].chosen else ONLY, False


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
