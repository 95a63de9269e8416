"""Projects that are not public (是否公开 否, by roster or officer) are named in no letter and no bulletin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from selfeval_xl.county.departments.data import CountyData
from selfeval_xl.county.officer_workbook import Written
from selfeval_xl.rules.public import KEPT_BACK

INSTEAD = "不公开项目"
_SHORTEST = 4  # characters; a shorter one (体检) is a usual word, and a name only where it stands as one
_APART = r"(?<![^\W的和及与或对将把由在①-⑳])"  # not the end of a longer word: 职工体检
_AS_A_NAME = (  # what stands around a short name, before and behind
    ('(?<=[《“‘「『【"])', '(?=[》”’」』】"])'),
    (_APART, "(?=(?:专项|建设|工程)?项目)"),
    ("(?<=[①-⑳])", r"(?=[\s，。；、等]|$)"),
    (r"(?<=[①-⑳]\s)", r"(?=[\s，。；、等]|$)"),
    ("(?<=项目：)", r"(?=\W|$)"),
    ("(?<=项目名称：)", r"(?=\W|$)"),
    (_APART, r"(?=\.(?:xls[xm]?|docx?|wps|et|ods|pdf))"),
    (r"(?<=[（(\s])", r"(?=[）)](?:[A-Z]{1,3}\d|第))"),  # a sheet called like the project: （体检）F12
)
Named = tuple[str, str]  # department and project


def private_projects(material: CountyData, written: Written | None = None) -> frozenset[Named]:
    """The projects that are not public, under every name that they have."""
    found: set[Named] = set()
    for entry in material.entries:
        for form in entry.projects:
            if form.ledger is not None and form.ledger.public in KEPT_BACK:
                found |= {(entry.name, form.ledger.name), (entry.name, form.project_name)}
        for project in (*entry.missing, *entry.exempt):
            if project.public in KEPT_BACK:
                found.add((entry.name, project.name))
    for remark in written.remarks if written else ():
        if remark.sheet == "projects" and str(remark.values.get("public") or "").strip() in KEPT_BACK:
            found.add((remark.row.get("department", ""), remark.row.get("project", "")))
    return frozenset(found)


def without_private(rows: Iterable[Mapping[str, Any]], private: frozenset[Named]) -> list[Mapping[str, Any]]:
    """The rows of 项目汇总 that may be listed."""
    return [row for row in rows if (row["department"], row["project"]) not in private]


def masked(text: str, private: Iterable[Named]) -> str:
    """The text with other words instead of the names of projects that are not public."""
    for name in _longest_first(private):
        if text.strip() == name:
            return text.replace(name, INSTEAD)
        text = text.replace(name, INSTEAD) if len(name) >= _SHORTEST else _standing(name).sub(INSTEAD, text)
    return text


def masked_list(names: str, private: Iterable[Named]) -> str:
    """The same of names joined by 、, each perhaps with a remark behind it: 体检（未填）."""
    private = list(private)
    parts = (name.partition("（") for name in names.split("、"))
    return "、".join("".join((masked(name, private), *rest)) for name, *rest in parts)


def named_in(name: str, texts: Sequence[str]) -> bool:
    """Whether cells or lines of one paper name this project; a long name may go on in the next."""
    if len(name) >= _SHORTEST:
        return name in "".join(texts)
    return any(text.strip() == name or _standing(name).search(text) for text in texts)


@lru_cache(maxsize=1000)
def _standing(name: str) -> re.Pattern[str]:
    """A pattern for a short name where it stands as a name."""
    return re.compile("|".join(f"{before}{re.escape(name)}{behind}" for before, behind in _AS_A_NAME))


def _longest_first(private: Iterable[Named]) -> Sequence[str]:
    return sorted({name for _, name in private if name}, key=lambda name: (-len(name), name))
