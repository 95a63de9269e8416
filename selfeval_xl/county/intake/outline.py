"""The outline of a received file: whose forms it has, and digests that show which forms and texts are equal.

Outlines of all files are in memory at once. One takes a few hundred bytes, its contents a hundred times as
much; those are looked up department by department (see `departments.streaming`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import cache
from hashlib import blake2b
from sys import intern
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from selfeval_xl.county.intake.check_file import CheckedFile
from selfeval_xl.county.intake.versions import SUBMISSION_KEYS
from selfeval_xl.filings.grouping import content_key
from selfeval_xl.model.account import Account, Unread
from selfeval_xl.model.forms import Form, Goal, OtherForm, Problem, ReadFile, Report
from selfeval_xl.model.listed import Explanation
from selfeval_xl.rules.across import own_texts

if TYPE_CHECKING:
    import msgspec

_Text = str | None
_SETTINGS = ("department_code", "department", "year", *SUBMISSION_KEYS)
# Fields with the same values in many forms: their texts are interned.
_COMMON = (
    "kind",
    "sheet",
    "department",
    "department_code",
    "unit",
    "unit_code",
    "layout",
    "money_unit",
)
_OWN = ("project", "project_code", "year", "content_digest")
_REPORT = ("sheet", "department", "department_code", "year", "content_digest")
_LAST_YEAR, _MOST_BYTES = 9999, 1 << 62
_EMPTY: dict = {}
_NO_GOAL = Goal(cells=_EMPTY)
_NO_ACCOUNT = Account()
_BYTES = 8  # of a digest; 64 bits: equal digests of different texts are not to be expected


class _Encoded(TypedDict):
    """An outline as it is encoded: the values of `_COMMON`, `_OWN` and `_REPORT` in their order."""

    file: tuple[str, int, str, _Text]
    settings: dict[str, str]
    problems: list[tuple[str, _Text, _Text, _Text]]
    forms: list[tuple[str, str, _Text, _Text, _Text, _Text, _Text, _Text, _Text, _Text, int | None, str]]
    reports: list[tuple[_Text, _Text, _Text, int | None, str]]
    unread: list[list[tuple[str, str, str, str]]]
    words: list[list[int]]
    explanations: list[tuple[str, str, str, str, str]]
    others: NotRequired[list[tuple[str, str, str, _Text, _Text, int | None]]]


@dataclass(frozen=True, slots=True)
class Outline:
    """A file whose forms have only names and a digest of their contents.

    words: for each form, digests of the texts that are a department's own.
    """

    file: ReadFile
    words: tuple[tuple[int, ...], ...] = ()


def outline(checked: CheckedFile) -> str:
    """The outline of a file as JSON, for the pipe and for the store."""
    file = checked.file
    return json.dumps(
        {
            "file": [file.sha256, file.size, file.kind, file.saved],
            "settings": {key: file.settings[key] for key in _SETTINGS if file.settings.get(key)},
            "problems": [
                [problem.text, problem.sheet, problem.cell, problem.rule] for problem in file.problems
            ],
            "forms": [
                [*(getattr(form, key) for key in (*_COMMON, *_OWN[:-1])), _content_digest(content_key(form))]
                for form in file.forms
            ],
            "reports": [
                [*(getattr(report, key) for key in _REPORT[:-1]), _content_digest(content_key(report))]
                for report in file.reports
            ],
            "unread": [
                [[each.sheet, each.cells, each.text, each.data] for each in form.account.unread if each.data]
                for form in file.forms
            ],
            "words": [list(_word_digests(form)) for form in file.forms],
            "explanations": [
                [each.rule, each.sheet, each.subject, each.value, each.text] for each in file.explanations
            ],
            "others": list(map(astuple, file.others)),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


@cache
def _decoder() -> msgspec.json.Decoder[_Encoded]:
    """The decoder of this process; it compares every value with its type."""
    import msgspec

    return msgspec.json.Decoder(_Encoded)


def outlined(text: str | bytes, path: str) -> Outline:
    """The outline in a text that `outline` made; the file now lies at this path.

    Raises ValueError or RecursionError where the text is no outline.
    """
    data = _decoder().decode(text)
    if not len(data["words"]) == len(data["unread"]) == len(data["forms"]):
        raise ValueError("an outline has a list of words and one of unread cells for each form")
    sha256, size, kind, saved = data["file"]
    rows = (*data["forms"], *data["reports"])
    years = (value for row in rows for value in row if isinstance(value, int))
    if not 0 <= size <= _MOST_BYTES or not all(0 <= year <= _LAST_YEAR for year in years):
        raise ValueError("a size or year that no file has")
    forms = tuple(
        Form(
            file=path,
            cells=_EMPTY,
            remarks=_EMPTY,
            signature=_EMPTY,
            details=_EMPTY,
            goal=_NO_GOAL,
            account=Account(unread=tuple(Unread(*each) for each in unread)) if unread else _NO_ACCOUNT,
            **_fields(values),
        )
        for values, unread in zip(data["forms"], data["unread"], strict=True)
    )
    reports = tuple(
        Report(file=path, **dict[str, Any](zip(_REPORT, values, strict=True))) for values in data["reports"]
    )
    file = ReadFile(
        path=path,
        sha256=sha256,
        size=size,
        kind=intern(kind),
        saved=saved,
        forms=forms,
        reports=reports,
        problems=tuple(Problem(*values) for values in data["problems"]),
        settings=data["settings"] or _EMPTY,
        explanations=tuple(Explanation(*values) for values in data["explanations"]),
        others=tuple(OtherForm(*values) for values in data.get("others", ())),
    )
    return Outline(file, tuple(map(tuple, data["words"])))


def _fields(values: tuple) -> dict[str, Any]:
    """The fields of a form by name."""
    common = (intern(value) if value else value for value in values)
    return dict(
        zip((*_COMMON, *_OWN), (*(next(common) for _ in _COMMON), *values[len(_COMMON) :]), strict=True)
    )


def _word_digests(form: Form) -> Iterator[int]:
    """Digests of the texts of a form that are a department's own, each once."""
    return (digest_of(text) for text in dict.fromkeys(text for _, _, _, text in own_texts(form)))


def digest_of(text: str) -> int:
    """The digest of a text: a BLAKE2b of 64 bits, halved so that it fits into a signed integer of SQLite."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()) >> 1


def _content_digest(contents: Iterable) -> str:
    """The digest of a form's or report's contents, hexadecimal."""
    return blake2b(repr(contents).encode("utf-8", "surrogatepass"), digest_size=2 * _BYTES).hexdigest()
