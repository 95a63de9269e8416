"""Projects that are not public (是否公开 否, by roster or officer) are named in no letter and no bulletin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from selfeval_xl.county.departments.data import CountyData
from selfeval_xl.county.officer_workbook import Written
from selfeval_xl.rules.public import KEPT_BACK

INSTEAD = "不公开项目"
_SHORTEST = 4  # characters; a shorter name may stand in a text by accident
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
        text = text.replace(name, INSTEAD)
    return text


def _longest_first(private: Iterable[Named]) -> Sequence[str]:
    return sorted(
        {name for _, name in private if len(name) >= _SHORTEST}, key=lambda name: (-len(name), name)
    )
