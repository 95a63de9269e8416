"""Which of several versions of a form counts. By content, never by file name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..filing import signature
from ..forms import Filing, Form, ReadFile, Report
from ..reading.labels import squeeze

USED, SUPERSEDED, DUPLICATE, REFUSED = "采用", "被替代", "重复", "不采用"
CHOSEN, SUBMISSION, SAVED, RECEIVED, ONLY = "财政指定", "报送序号", "保存时间", "收件时间", "只有一份"
SUBMISSION_KEYS = ("submission", "submission_number", "报送序号")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A received file and what decides about its rank: submission number, time saved inside, time received,
    the officer's choice.

    order: its place among the files. chosen: True 采用, False 不采用, None nothing said; why: the officer's
    reason.
    """

    file: ReadFile
    order: int
    received: str
    chosen: bool | None = None
    why: str = ""

    @property
    def submission(self) -> int | None:
        text = next((self.file.settings[key] for key in SUBMISSION_KEYS if self.file.settings.get(key)), "")
        return int(text) if text.strip().isdigit() else None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one form: used, superseded, duplicate or refused; by which file, and how that was
    decided.
    """

    form: Form | Report
    arrival: Arrival
    filing: int
    fate: str
    basis: str
    by: str | None = None
    doubtful: bool = False  # neither version is later than the other


def decide(filings: Sequence[Filing], arrivals: Mapping[str, Arrival]) -> list[Fate]:
    """The fate of every form and report of these filings, each exactly once. arrivals: by path."""
    fates: list[Fate] = []
    settled: set[int] = set()
    for number, filing in enumerate(filings):
        said = {signature(form) for form in (*filing.forms, *filing.reports)}
        copies = [
            (form, arrivals[file.path])
            for file in filing.files
            for form in (*file.forms, *file.reports)
            if id(form) not in settled and signature(form) in said
        ]
        settled |= {id(form) for form, _ in copies}
        for versions in _same(copies):
            fates += _settle(versions, number)
    return fates


def adopted(filings: Sequence[Filing], fates: Iterable[Fate]) -> list[Filing]:
    """The filings with the versions that count; both where neither is later, so that the rule X07 sees them."""
    kept: dict[int, list[Form | Report]] = {}
    for fate in fates:
        if fate.fate == USED or fate.doubtful:
            kept.setdefault(fate.filing, []).append(fate.form)
    result = []
    for number, filing in enumerate(filings):
        forms = kept.get(number, [])
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


def _same(copies: list[tuple[Form | Report, Arrival]]) -> list[list[tuple[Form | Report, Arrival]]]:
    """Groups the versions of one form: same project and unit; code and year only separate where both sides
    name them.
    """
    groups: list[tuple[tuple, dict[str, str], list]] = []
    for form, arrival in copies:
        base, optional = _identity(form)
        for known, told, members in groups:
            if known == base and all(told.get(key, value) == value for key, value in optional.items()):
                told |= optional
                members.append((form, arrival))
                break
        else:
            groups.append((base, dict(optional), [(form, arrival)]))
    return [members for _, _, members in groups]


def _identity(form: Form | Report) -> tuple[tuple, dict[str, str]]:
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


def _settle(versions: list[tuple[Form | Report, Arrival]], filing: int) -> list[Fate]:
    allowed = [version for version in versions if version[1].chosen is not False]
    refused = [
        Fate(form, arrival, filing, REFUSED, CHOSEN) for form, arrival in versions if arrival.chosen is False
    ]
    if not allowed:
        return refused
    values = {signature(form) for form, _ in allowed}
    best, basis, equal = _latest(allowed)
    if len(values) == 1:
        first = min(allowed, key=lambda version: (not version[1].chosen, version[1].order))
        best, basis, equal = first, CHOSEN if first[1].chosen else ONLY, False
    form, arrival = best
    fates = [Fate(form, arrival, filing, USED, basis)]
    for other, where in allowed:
        if other is form:
            continue
        same = signature(other) == signature(form)
        doubtful = not same and equal and _rank(where, basis) == _rank(arrival, basis)
        fates.append(
            Fate(other, where, filing, DUPLICATE if same else SUPERSEDED, basis, arrival.file.path, doubtful)
        )
    return fates + refused


def _latest(versions: list[tuple[Form | Report, Arrival]]) -> tuple[tuple[Form | Report, Arrival], str, bool]:
    """The version that counts, by what that was decided, and whether another with other values is just as
    late.
    """
    arrivals = [arrival for _, arrival in versions]
    for basis in (CHOSEN, SUBMISSION, SAVED, RECEIVED):
        ranks = [_rank(arrival, basis) for arrival in arrivals]
        if None in ranks or len(set(ranks)) == 1:
            continue
        top = [version for version in versions if _rank(version[1], basis) == max(ranks)]
        values = {signature(form) for form, _ in top}
        if len(values) == 1 or basis == RECEIVED:
            return top[0], basis, len(values) > 1
        best, under, equal = _latest(top)
        return best, under, equal
    return versions[0], RECEIVED, len({signature(form) for form, _ in versions}) > 1


def _rank(arrival: Arrival, basis: str) -> int | str | None:
    match basis:
        case "财政指定":
            return int(bool(arrival.chosen))
        case "报送序号":
            return arrival.submission
        case "保存时间":
            return moment(arrival.file.saved)
        case _:
            return arrival.received


def moment(text: str | None) -> str | None:
    """A time as comparable ISO text in UTC; None where there is none that can be read."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if time.tzinfo is None:
        return time.isoformat(timespec="seconds")
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
