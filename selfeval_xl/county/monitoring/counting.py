"""Counts after the officers' opinions of what is a warning or has to be done: 不认可 counts nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from selfeval_xl.county.departments.data import EXPLAINED, MISSING
from selfeval_xl.county.monitoring.sheets import WARNING
from selfeval_xl.county.recount import rejected
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.model.findings import Treatment

_KEYS = ("department", "project", "file", "sheet", "form", "group", "treatment", "status", "opinion")
_COUNTED = ("alarms", "fix", "explain")


def count_again(tables: Mapping[str, Rows]) -> None:
    """Sets 预警数, 须修改数 and 须说明数 of 部门汇总 and 项目汇总 by the rows of 预警清单 that count."""
    of_departments: dict[str, Counter[str]] = {}
    of_projects: dict[tuple, Counter[str]] = {}
    for values in tables["findings"].picked(*_KEYS):
        row = dict(zip(_KEYS, values, strict=True))
        if rejected(row["opinion"]):
            continue
        counted = [
            key
            for key, counts in (
                ("alarms", row["group"] == WARNING),
                ("fix", row["treatment"] == Treatment.FIX.label and row["status"] != EXPLAINED),
                ("explain", row["treatment"] == Treatment.EXPLAIN.label and row["status"] != EXPLAINED),
            )
            if counts
        ]
        of_departments.setdefault(row["department"], Counter()).update(counted)
        if row["form"] == "项目":
            key = tuple(row[name] for name in ("department", "project", "file", "sheet"))
            of_projects.setdefault(key, Counter()).update(counted)
    for row in list(tables["departments"].rows()):
        tally = of_departments.get(row["department"], Counter())
        tables["departments"].change(row["number"], {key: tally[key] for key in _COUNTED})
    for number, *place, status in list(
        tables["projects"].picked("number", "department", "project", "file", "sheet", "status")
    ):
        if status != MISSING:
            tally = of_projects.get(tuple(place), Counter())
            tables["projects"].change(number, {key: tally[key] for key in _COUNTED})
