"""The projects and targets of last year's county workbook, as `selfeval consolidate` wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfeval_xl.errors import UsageError
from selfeval_xl.filings.roster import Project, Target
from selfeval_xl.model.forms import DEPARTMENT, PROJECT
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.text import squeeze

PROJECTS, INDICATORS, OVERVIEW = "项目汇总", "指标明细", "总览"
_YEAR = re.compile(r"(20\d\d)\s*年度预算绩效")
_KINDS = {"项目": PROJECT, "部门整体": DEPARTMENT}
Key = tuple[str, str]  # code of the department, and code or name of the project; "" for the department form
Match = Callable[[str | None, str | None], tuple[str, str] | None]  # `Roster.match`: name, code -> code, name
Table = Sequence[Sequence[Any]]  # the values of a sheet, row by row


@dataclass(frozen=True, slots=True)
class LastYear:
    """The projects and targets of last year by department of this year's roster.

    targets: by department and project, under both its code and its name.
    """

    year: int | None = None
    projects: Mapping[str, tuple[Project, ...]] = field(default_factory=dict)
    targets: Mapping[Key, tuple[Target, ...]] = field(default_factory=dict)

    def of(self, department: str, *names: str | None) -> tuple[Target, ...]:
        """The targets of a project by its code, else by its name; without either, of the department form."""
        return next(
            (
                found
                for name in names or ("",)
                if name is not None and (found := self.targets.get((department, squeeze(name))))
            ),
            (),
        )


def read_last_year(path: str | Path, match: Match) -> LastYear:
    """Reads a county workbook; match: `Roster.match`. Raises UsageError where that is impossible."""
    from selfeval_xl.errors import UnreadableFile
    from selfeval_xl.readers.own_workbook import values_of

    path = Path(path)
    if not path.is_file():
        raise UsageError(f"找不到上年的汇总工作簿“{path}”。请核对文件名和所在文件夹。")
    try:
        values = values_of(path, PROJECTS, INDICATORS, OVERVIEW)
    except UnreadableFile as error:
        raise UsageError(
            f"上年的汇总工作簿“{path.name}”打不开，可能已损坏。请换一份 selfeval consolidate 生成的工作簿。"
        ) from error
    missing = [name for name in (PROJECTS, INDICATORS) if name not in values.names]
    if missing:
        raise UsageError(
            f"“{path.name}”里没有工作表“{'、'.join(missing)}”，不是全县汇总工作簿。--from 要的是上年 "
            "selfeval consolidate 生成的工作簿。"
        )
    tables = values.rows
    titles = (_YEAR.search(str(value)) for row in tables.get(OVERVIEW, ())[:3] for value in row)
    year = next((int(title[1]) for title in titles if title), None)
    return LastYear(year, _projects(tables[PROJECTS], match), _targets(tables[INDICATORS], match))


def _rows(table: Table) -> Iterator[dict[str, str]]:
    """The rows above the total, by column name (brackets in half width)."""
    heads = [squeeze(_text(value)) for value in table[0]] if table else []
    for line in table[1:]:
        if line and _text(line[0]) == "合计":
            return
        yield dict(zip(heads, map(_text, line), strict=False))


def _text(value: Any) -> str:
    """A value as text; numbers as they would be typed."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return plain_number(value)
    return str(value).strip()


def _department(row: Mapping[str, str], match: Match) -> str | None:
    """The code of a row's department in this year's roster, its name without one; None for an unknown one."""
    department = match(row.get("部门名称"), row.get("部门编码") or None)
    return (department[0] or department[1]) if department else None


def _projects(table: Table, match: Match) -> dict[str, tuple[Project, ...]]:
    """The projects by department, each once."""
    found: dict[str, dict[tuple[str, str], Project]] = {}
    for row in _rows(table):
        department = _department(row, match)
        name, code, unit = row.get("项目名称", ""), row.get("项目编码") or None, row.get("实施单位", "")
        if department is not None and name and row.get("报送状态") != "免评":
            found.setdefault(department, {}).setdefault(
                (code or squeeze(name), unit),
                Project(
                    department,
                    name,
                    code,
                    unit,
                    row.get("项目类别", ""),
                    public=row.get("是否公开", ""),
                    private_reason=row.get("不公开理由", ""),
                ),
            )
    return {department: tuple(projects.values()) for department, projects in found.items()}


def _targets(table: Table, match: Match) -> dict[Key, tuple[Target, ...]]:
    """The targets by department and project, each once."""
    found: dict[Key, dict[tuple[str, str, str], Target]] = {}
    for row in _rows(table):
        department = _department(row, match)
        kind = _KINDS.get(row.get("表别", ""))
        if department is None or not kind or not row.get("三级指标"):
            continue
        value = row.get("年度指标值(原文)", "")
        target = Target(
            row.get("项目编码") or row.get("项目名称", ""),
            row["三级指标"],
            row.get("一级指标", ""),
            row.get("二级指标", ""),
            value,
            row.get("分值", ""),
            value,
            row.get("实际完成值(原文)", ""),
        )
        names: Iterable[str] = (
            (row.get("项目编码", ""), row.get("项目名称", "")) if kind == PROJECT else ("",)
        )
        for name in dict.fromkeys(names):
            if name or kind == DEPARTMENT:
                found.setdefault((department, squeeze(name)), {}).setdefault(
                    (target.level1, target.level2, target.name), target
                )
    return {key: tuple(targets.values()) for key, targets in found.items()}
