"""Projects and targets out of last year's county workbook, as `selfeval consolidate` wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..county.roster import Project, Target
from ..errors import UsageError
from ..forms import DEPARTMENT, PROJECT
from ..grid import plain_number
from ..reading.labels import squeeze

PROJECTS, INDICATORS, OVERVIEW = "项目汇总", "指标明细", "总览"
_YEAR = re.compile(r"(20\d\d)\s*年度预算绩效")
_KINDS = {"项目": PROJECT, "部门整体": DEPARTMENT}
Key = tuple[str, str]  # code of the department, and code or name of the project; "" for the department form


@dataclass(frozen=True, slots=True)
class LastYear:
    """What was reported last year, by department of this year's roster. targets: by department and project,
    both code and name.
    """

    year: int | None = None
    projects: Mapping[str, tuple[Project, ...]] = field(default_factory=dict)
    targets: Mapping[Key, tuple[Target, ...]] = field(default_factory=dict)

    def of(self, department: str, *names: str | None) -> tuple[Target, ...]:
        """The targets of a project by its code, else by its name; of the department's own form without
        either.
        """
        return next(
            (
                found
                for name in names or ("",)
                if name is not None and (found := self.targets.get((department, squeeze(name))))
            ),
            (),
        )


def read_last_year(
    path: str | Path, match: Callable[[str | None, str | None], tuple[str, str] | None]
) -> LastYear:
    """Reads a county workbook. match: the roster's. UsageError where the file is none or cannot be read."""
    from python_calamine import CalamineWorkbook

    from ..errors import UnreadableFile
    from ..reading.opened import calamine_fails

    path = Path(path)
    if not path.is_file():
        raise UsageError(f"找不到上年的汇总工作簿“{path}”。请核对文件名和所在文件夹。")
    try:
        with calamine_fails():
            book = CalamineWorkbook.from_path(str(path))
            missing = [name for name in (PROJECTS, INDICATORS) if name not in book.sheet_names]
            tables = (
                {}
                if missing
                else {
                    name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                    for name in (PROJECTS, INDICATORS)
                }
            )
            front = book.get_sheet_by_name(OVERVIEW).to_python() if OVERVIEW in book.sheet_names else []
    except UnreadableFile as error:
        raise UsageError(
            f"上年的汇总工作簿“{path.name}”打不开，可能已损坏。请换一份 selfeval consolidate 生成的工作簿。"
        ) from error
    if missing:
        raise UsageError(
            f"“{path.name}”里没有工作表“{'、'.join(missing)}”，不是全县汇总工作簿。--from 要的是上年 "
            "selfeval consolidate 生成的工作簿。"
        )
    year = next(
        (int(found[1]) for line in front[:3] for value in line if (found := _YEAR.search(str(value)))), None
    )
    return LastYear(year, _projects(tables[PROJECTS], match), _targets(tables[INDICATORS], match))


def _rows(table: Sequence[Sequence[Any]]) -> Iterator[dict[str, str]]:
    """The rows above the total, by column name (brackets in half width)."""
    heads = [squeeze(_text(value)) for value in table[0]] if table else []
    for line in table[1:]:
        if line and _text(line[0]) == "合计":
            return
        yield dict(zip(heads, map(_text, line), strict=False))


def _text(value: Any) -> str:
    return (
        plain_number(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else str(value).strip()
    )


def _projects(table: Sequence[Sequence[Any]], match: Callable) -> dict[str, tuple[Project, ...]]:
    found: dict[str, dict[tuple, Project]] = {}
    for row in _rows(table):
        known = match(row.get("部门名称"), row.get("部门编码") or None)
        name, code, unit = row.get("项目名称", ""), row.get("项目编码") or None, row.get("实施单位", "")
        if known and name and row.get("报送状态") != "免评":
            found.setdefault(known[0] or known[1], {}).setdefault(
                (code or squeeze(name), unit),
                Project(
                    known[0] or known[1],
                    name,
                    code,
                    unit,
                    row.get("项目类别", ""),
                    public=row.get("是否公开", ""),
                    private_reason=row.get("不公开理由", ""),
                ),
            )
    return {department: tuple(projects.values()) for department, projects in found.items()}


def _targets(table: Sequence[Sequence[Any]], match: Callable) -> dict[Key, tuple[Target, ...]]:
    found: dict[Key, dict[tuple, Target]] = {}
    for row in _rows(table):
        known = match(row.get("部门名称"), row.get("部门编码") or None)
        kind = _KINDS.get(row.get("表别", ""))
        if not known or not kind or not row.get("三级指标"):
            continue
        asked = row.get("年度指标值(原文)", "")
        target = Target(
            row.get("项目编码") or row.get("项目名称", ""),
            row["三级指标"],
            row.get("一级指标", ""),
            row.get("二级指标", ""),
            asked,
            row.get("分值", ""),
            asked,
            row.get("实际完成值(原文)", ""),
        )
        names: Iterable[str] = (
            (row.get("项目编码", ""), row.get("项目名称", "")) if kind == PROJECT else ("",)
        )
        for name in dict.fromkeys(names):
            if name or kind == DEPARTMENT:
                found.setdefault((known[0] or known[1], squeeze(name)), {}).setdefault(
                    (target.level1, target.level2, target.name), target
                )
    return {key: tuple(targets.values()) for key, targets in found.items()}
