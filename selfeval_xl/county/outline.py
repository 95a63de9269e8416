"""What has to be known of every received file at once: who sent which form, and whether two of them say the
same. A few hundred
bytes a file, where its contents take a hundred times as much; those are looked up department by department
(see `batches`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from sys import intern
from typing import Any

from ..filing import signature
from ..forms import Form, Goal, Problem, ReadFile, Report
from ..rules.across import own_texts
from .checked import Checked
from .versions import SUBMISSION_KEYS

_SETTINGS = ("department_code", "department", *SUBMISSION_KEYS)
_COMMON = (
    "kind",
    "sheet",
    "department",
    "department_code",
    "unit",
    "unit_code",
    "layout",
    "money_unit",
)  # the same in many forms
_OWN = ("project", "project_code", "year", "says")
_REPORT = ("sheet", "department", "department_code", "year", "says")
_EMPTY: dict = {}
_NO_GOAL = Goal(cells=_EMPTY)
_BYTES = 8


@dataclass(frozen=True, slots=True)
class Outline:
    """A file with forms that have nothing but their names and a digest. words: of each form, digests of the
    texts that are a department's own.
    """

    file: ReadFile
    words: tuple[tuple[int, ...], ...] = ()


def outline(checked: Checked) -> str:
    """The outline of a file as text (JSON), for the pipe and for the store."""
    file = checked.file
    return json.dumps(
        {
            "file": [file.sha256, file.size, file.kind, file.saved],
            "settings": {key: file.settings[key] for key in _SETTINGS if file.settings.get(key)},
            "problems": [
                [problem.text, problem.sheet, problem.cell, problem.rule] for problem in file.problems
            ],
            "forms": [
                [*(getattr(form, key) for key in (*_COMMON, *_OWN[:-1])), _digest(signature(form))]
                for form in file.forms
            ],
            "reports": [
                [*(getattr(report, key) for key in _REPORT[:-1]), _digest(signature(report))]
                for report in file.reports
            ],
            "words": [list(_words(form)) for form in file.forms],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def outlined(text: str, path: str) -> Outline:
    """The file again, lying at this path.

    Raises ValueError, KeyError, IndexError or TypeError where the text is none of ours.
    """
    told = json.loads(text)
    sha256, size, kind, saved = told["file"]
    forms = tuple(
        Form(file=path, cells=_EMPTY, remarks=_EMPTY, signature=_EMPTY, goal=_NO_GOAL, **_named(values))
        for values in told["forms"]
    )
    reports = tuple(
        Report(file=path, **dict(zip(_REPORT, values, strict=True))) for values in told["reports"]
    )
    file = ReadFile(
        path=path,
        sha256=sha256,
        size=size,
        kind=intern(kind),
        saved=saved,
        forms=forms,
        reports=reports,
        problems=tuple(Problem(*values) for values in told["problems"]),
        settings=told["settings"] or _EMPTY,
    )
    return Outline(file, tuple(map(tuple, told["words"])))


def _named(values: list) -> dict[str, Any]:
    common = (intern(value) if value else value for value in values)
    return dict(
        zip((*_COMMON, *_OWN), (*(next(common) for _ in _COMMON), *values[len(_COMMON) :]), strict=True)
    )


def _words(form: Form) -> Iterator[int]:
    return (digest_of(text) for text in dict.fromkeys(text for _, _, _, text in own_texts(form)))


def digest_of(text: str) -> int:
    """A text as a number: the same for the same text, different for others but once in a world."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()) >> 1


def _digest(said: Iterable) -> str:
    return blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=2 * _BYTES).hexdigest()
