"""The roster of departments (单位名册), read from a workbook: who has to report what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from selfeval_xl.errors import UsageError
from selfeval_xl.filings.roster_sheets import SHEETS, blank_roster
from selfeval_xl.model.codes import digits_kept, plain_code, split_code
from selfeval_xl.model.dates import day_of
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.model.grid import Grid, plain_number
from selfeval_xl.model.money import AMOUNTS, MONEY_UNITS, in_ten_thousands, is_unit
from selfeval_xl.model.quantity import money, points_of
from selfeval_xl.model.text import seen, squeeze

__all__ = [
    "SHEETS",
    "Department",
    "Project",
    "Roster",
    "Target",
    "blank_roster",
    "chosen_by",
    "iso_day",
    "read_roster",
]

_OPTIONAL = ("绩效目标", "采用版本")
_YES = ("是", "免评", "√", "1", "Y", "y")
_NO = ("否", "不", "无", "×", "0", "N", "n")
_CODES = ("code", "parent", "department", "project")
_CHAIN = 5  # most levels of subordinate units that are followed upwards

Row = tuple[int, dict[str, str]]  # row number on the sheet, and its texts by key
Choice = tuple[bool | None, str]  # True 采用, False 不采用, None: nothing said; and the reason


@dataclass(frozen=True, slots=True)
class Department:
    """A row of 单位名册.

    parent: code of the department above a subordinate unit. deadline: ISO date or "". confirm: whether its
    head has to confirm what it submits at the collecting desk.
    """

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    section: str = ""
    contact: str = ""
    phone: str = ""
    deadline: str = ""
    layout: str = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """A project that has to be reported; amounts in 万元 (annual_budget and executed are the ledger's)."""

    department: str
    name: str
    code: str | None = None
    unit: str = ""
    category: str = ""
    source: str = ""
    initial_budget: Decimal | None = None
    annual_budget: Decimal | None = None
    executed: Decimal | None = None
    exempt: bool = False
    public: str = ""
    private_reason: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A row of 绩效目标.

    project: code of the project, or its name where it has none; a department's for the department form.
    """

    project: str
    name: str
    level1: str = ""
    level2: str = ""
    target: str = ""
    points: str = ""
    last_target: str = ""
    last_actual: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """The contents of the roster workbook.

    choices: the officers' decisions on versions, by lower-case file name or head of a fingerprint.
    problems: rows that could not be taken, in plain words, with sheet and row. sha256: of the workbook.
    """

    departments: tuple[Department, ...] = ()
    projects: tuple[Project, ...] = ()
    targets: tuple[Target, ...] = ()
    choices: Mapping[str, tuple[bool, str]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    sha256: str = ""
    _known: dict[str, Department] = field(default_factory=dict, compare=False)

    def find(self, name: str | None, code: str | None = None) -> Department | None:
        """The department of this code, else of this name or alias."""
        if not self._known:
            for row in self.departments:
                for text in (row.code, row.name, *row.aliases):
                    if text:
                        self._known.setdefault(squeeze(text), row)
        return (self._known.get(squeeze(code)) if code else None) or (
            self._known.get(squeeze(name)) or self._shorter(squeeze(name)) if name else None
        )

    def exact(self, name: str) -> bool:
        """Whether exactly this name stands in the roster, as a name or an alias."""
        return any(squeeze(name) in map(squeeze, (row.name, *row.aliases)) for row in self.departments)

    def _shorter(self, name: str) -> Department | None:
        """The only department whose name differs by a place's name in front: 教育局 is 示例县教育局."""
        if len(name) < 3:
            return None
        candidates = {
            row.code or row.name: row
            for text, row in self._known.items()
            if len(text) >= 3 and text != name and _same_place(*sorted((name, text), key=len))
        }
        return next(iter(candidates.values())) if len(candidates) == 1 else None

    def match(self, name: str | None, code: str | None = None) -> tuple[str, str] | None:
        """The code and name of the budget department of this code, name or alias.

        For a subordinate unit it is the department above.
        """
        row = self.find(name, code)
        for _ in range(_CHAIN):
            above = self.find(None, row.parent) if row and row.parent and row.parent != row.code else None
            if above is None:
                break
            row = above
        return (row.code, row.name) if row else None

    def below(self, code: str) -> list[Department]:
        """The subordinate units of a department."""
        return (
            [
                row
                for row in self.departments
                if row.code != code and (self.match(None, row.code) or ("",))[0] == code
            ]
            if code
            else []
        )

    def named_in(self, text: str) -> tuple[str, str] | None:
        """The code and name of the budget department whose code, name or alias stands in a file's name.

        None where several do; of names that hold each other the longest counts.
        """
        plain = squeeze(seen(text))
        found: dict[tuple[str, str], int] = {}
        for row in self.departments:
            names = [squeeze(name) for name in (row.name, *row.aliases)]
            names += [name[match.end() :] for name in names if (match := _PLACE_IN_FRONT.match(name))]
            best = max((len(name) for name in names if len(name) >= 3 and name in plain), default=0)
            if len(row.code) >= 3 and re.search(rf"(?<![0-9A-Za-z]){re.escape(row.code)}(?![0-9])", plain):
                best = max(best, len(row.code))
            match_up = self.match(None, row.code) if row.code else self.match(row.name)
            if best and match_up:
                found[match_up] = max(best, found.get(match_up, 0))
        longest = [key for key, length in found.items() if length == max(found.values())]
        return longest[0] if len(longest) == 1 else None

    def likely(self, name: str) -> Department | None:
        """The department that a misspelt name probably means; None where there is none, or several.

        Names that differ in a number are different names.
        """
        wanted = squeeze(name)
        if len(wanted) < 3:
            return None
        rated = sorted(
            (
                (_likeness(wanted, squeeze(text)), row)
                for row in self.departments
                for text in (row.name, *row.aliases)
                if text
            ),
            key=lambda pair: -pair[0],
        )
        near = {row.name: row for likeness, row in rated if likeness >= _NEAR and likeness >= rated[0][0] - 1}
        return next(iter(near.values())) if len(near) == 1 else None

    @property
    def reporting(self) -> tuple[Department, ...]:
        """The departments that report for themselves; subordinate units report through their department."""
        return tuple(row for row in self.departments if not (row.parent and self.find(None, row.parent)))


_NEAR = 72  # percent of likeness from which a name is suggested
_PLACE_NAME = re.compile(".{0,6}[省市县区旗州]")  # 示例县
_PLACE_IN_FRONT = re.compile(".{1,6}?(?:自治)?[县区市旗](?=.{3})")  # 示例县 of 示例县教育局
_NUMERAL = re.compile("[0-9一二三四五六七八九十]")  # 一 of 第一小学


def _same_place(shorter: str, longer: str) -> bool:
    """Whether the longer name is the shorter one with a place's name in front: 教育局, 示例县教育局."""
    before = longer.removesuffix(shorter)
    return before != longer and bool(
        _PLACE_NAME.fullmatch(before) or shorter[0] in "省市县区旗州" and len(before) <= 6
    )


def _likeness(name: str, other: str) -> float:
    """The likeness of two names, 0 to 100; 95 where one only lacks the county's name in front."""
    if _NUMERAL.findall(name) != _NUMERAL.findall(other):
        return 0
    if min(len(name), len(other)) >= 3 and (name.endswith(other) or other.endswith(name)):
        return 95
    from rapidfuzz import fuzz

    return fuzz.ratio(name, other)


def read_roster(path: str | Path) -> Roster:
    """The roster of a workbook; single faulty rows are in its `problems`.

    Raises UsageError where the workbook is no roster.
    """
    from selfeval_xl.files import fingerprint
    from selfeval_xl.readers.formats.source import open_source

    source = open_source(path)
    if not source.grids and source.problems:
        raise UsageError(f"单位名册打不开：{source.problems[0].text}")
    problems: list[str] = []
    rows = _rows_by_sheet(source.grids, Path(path).name, problems)
    departments = tuple(_departments(rows["单位名册"], problems))
    listed = {squeeze(text) for row in departments for text in (row.code, row.name, *row.aliases) if text}
    codes = {squeeze(row.code) for row in departments}
    problems += [
        f"“单位名册”里{row.name}的上级部门编码“{row.parent}”在名册里没有，按一级部门算；请核对编码。"
        for row in departments
        if row.parent and squeeze(row.parent) not in codes
    ]
    projects = tuple(_projects(rows["项目"], listed, problems))
    owners = {text for project in projects for text in (project.code, project.name) if text}
    owners |= {text for row in departments for text in (row.code, row.name) if text}
    targets = tuple(_targets(rows["绩效目标"], owners, problems))
    choices = dict(_choices(rows["采用版本"], problems))
    return Roster(departments, projects, targets, choices, tuple(problems), fingerprint(path)[1])


def _rows_by_sheet(grids: Iterable[Grid], file: str, problems: list[str]) -> dict[str, list[Row]]:
    """The rows of each sheet of the roster, none for a sheet that is missing.

    Raises UsageError where 单位名册 is missing or a sheet has no head.
    """
    by_name = {squeeze(grid.name): grid for grid in grids}
    rows: dict[str, list[Row]] = {}
    for title, columns in SHEETS.items():
        grid = by_name.get(title)
        if grid is not None:
            rows[title] = list(_rows(grid, columns, file, problems))
            continue
        if title == "单位名册":
            raise UsageError(
                f"“{file}”里没有工作表“单位名册”。空表可以用 selfeval issue --blank -o 名册.xlsx 生成。"
            )
        if title not in _OPTIONAL:
            problems.append(f"名册里没有工作表“{title}”，应报项目按空处理。")
        rows[title] = []
    return rows


def _rows(grid: Grid, columns: tuple[tuple[str, str], ...], file: str, problems: list[str]) -> Iterator[Row]:
    """The rows of a sheet that are not empty; codes that lost digits as numbers are told."""
    for top in range(min(grid.height, 5)):
        heads = {squeeze(grid.text(top, column)).rstrip("*"): column for column in range(grid.width)}
        if sum(squeeze(label) in heads for _, label in columns) >= 2:
            break
    else:
        raise UsageError(
            f"“{file}”的工作表“{grid.name}”里找不到表头，应有：{'、'.join(label for _, label in columns)}。"
        )
    columns_by_key = {key: heads.get(squeeze(label)) for key, label in columns}
    for row in range(top + 1, grid.height):
        texts = {
            key: "" if column is None else _text(grid, row, column) for key, column in columns_by_key.items()
        }
        if any(texts.values()):
            problems += [
                f"“{grid.name}”第{row + 1}行的{label}“{texts[key]}”是按数字存的，后几位已经丢了；"
                "请把这一列设成文本格式，照原样重新填。"
                for key, label in columns
                if key in _CODES
                and (place := columns_by_key[key]) is not None
                and digits_kept(grid.value(row, place))
            ]
            yield row + 1, texts


def _text(grid: Grid, row: int, column: int) -> str:
    """The text of a cell; a merged one has the same on each of its rows."""
    return grid.text(grid.area(row, column).top, column).strip()


def _code(text: str) -> str:
    """The code as forms are read with it."""
    return plain_code(text).strip()


def _departments(rows: Iterable[Row], problems: list[str]) -> Iterator[Department]:
    seen: dict[str, int] = {}
    for number, row in rows:
        code, name = split_code(row["name"]) if not row["code"] else (_code(row["code"]), row["name"])
        if not name:
            problems.append(f"“单位名册”第{number}行没有部门名称，这一行没有用。")
            continue
        code = code or ""
        if not code:
            problems.append(f"“单位名册”第{number}行“{name}”没有部门编码，按名称认。")
        if code and code in seen:
            problems.append(
                f"“单位名册”第{number}行的部门编码{code}与第{seen[code]}行重复，按第{seen[code]}行。"
            )
            continue
        if code:
            seen[code] = number
        deadline = iso_day(row["deadline"])
        if row["deadline"] and not deadline:
            problems.append(
                f"“单位名册”第{number}行的报送截止日期“{row['deadline']}”看不懂，请写成2025-03-31。"
            )
        aliases = tuple(alias.strip() for alias in re.split("[、,；，]", row["aliases"]) if alias.strip())
        yield Department(
            code,
            name,
            aliases,
            _code(row["parent"]) or None,
            row["section"],
            row["contact"],
            row["phone"],
            deadline,
            row["layout"],
            _confirmed(number, row["confirm"], problems),
        )


def _confirmed(number: int, text: str, problems: list[str]) -> bool:
    """Whether the head of a department confirms its submissions, as row `number` says it."""
    if text and text not in (*_YES, *_NO):
        problems.append(f"“单位名册”第{number}行的负责人确认“{text}”看不懂，按“是”办；请填“是”或“否”。")
    return bool(text) and text not in _NO


def _projects(rows: Iterable[Row], departments: set[str], problems: list[str]) -> Iterator[Project]:
    """The projects; departments: codes, names and aliases of 单位名册."""
    seen: dict[tuple[str, ...], int] = {}
    uncoded: list[int] = []
    named: dict[str, tuple[int, str]] = {}
    for number, row in rows:
        code, name = split_code(row["name"])
        code = _code(row["code"]) or code
        department = _code(row["department"])
        if not name:
            problems.append(f"“项目”第{number}行没有项目名称，这一行没有用。")
            continue
        if squeeze(department) not in departments:
            problems.append(f"“项目”第{number}行的部门编码“{department}”在“单位名册”里没有，这一行没有用。")
            continue
        first = seen.setdefault((department, row["unit"], code or name, row["source"]), number)
        if first != number:
            problems.append(
                f"“项目”第{number}行的{f'项目编码{code}' if code else f'项目“{name}”'}与第{first}行重复"
                f"（部门、实施单位、资金来源都相同），按第{first}行。"
            )
            continue
        if not code:
            uncoded.append(number)
        elif (other := named.setdefault(code, (number, name)))[1] != name:
            problems.append(
                f"“项目”第{number}行“{name}”的项目编码{code}和第{other[0]}行“{other[1]}”相同，"
                "两个项目会认成一个；请核对编码。"
            )
        amounts = _amounts(number, row, problems)
        yield Project(
            department,
            name,
            code or None,
            row["unit"],
            row["category"],
            row["source"],
            **amounts,
            exempt=row["exempt"] in _YES,
            public=row["public"],
            private_reason=row["private_reason"],
        )
    if uncoded:
        problems.append(f"“项目”第{_numbers(uncoded)}行没有项目编码，按名称认。")


def _amounts(number: int, row: dict[str, str], problems: list[str]) -> dict[str, Decimal | None]:
    """The amounts of a project in 万元; row: the texts of row `number` on the sheet."""
    amounts = {key: in_ten_thousands(row[key], row["money_unit"] or "万元") for key in AMOUNTS}
    for key, label in SHEETS["项目"]:
        if key in AMOUNTS and row[key] and money(row[key]) is None:
            problems.append(
                f"“项目”第{number}行的{label}“{row[key]}”不是数，按空处理；请只填数字，例如 57.04。"
            )
    if row["money_unit"] and not is_unit(row["money_unit"]):
        problems.append(
            f"“项目”第{number}行的金额单位“{row['money_unit']}”不认识，按万元；可写{'、'.join(MONEY_UNITS)}。"
        )
    return amounts


def _numbers(rows: list[int]) -> str:
    """The row numbers in a sentence, the first twenty."""
    return "、".join(map(str, rows[:20])) + (f"等{len(rows)}" if len(rows) > 20 else "")


def _targets(rows: Iterable[Row], owners: set[str], problems: list[str]) -> Iterator[Target]:
    """The targets; owners: codes and names of projects and departments."""
    strange: dict[str, list[int]] = {}
    for number, row in rows:
        project = _code(row["project"])
        if not row["name"]:
            problems.append(f"“绩效目标”第{number}行没有三级指标，这一行没有用。")
        elif project not in owners:
            strange.setdefault(project, []).append(number)
        else:
            points = points_of(row["points"] or None)
            if row["points"] and points is None:
                problems.append(
                    f"“绩效目标”第{number}行的分值“{row['points']}”不是数，按空处理；请只填数字，例如 10。"
                )
            yield Target(
                **row | {"project": project, "points": "" if points is None else plain_number(points)}
            )
    problems += [
        f"“绩效目标”第{_numbers(numbers)}行的项目编码“{project}”在“项目”里没有，"
        f"{'这一行' if len(numbers) == 1 else f'这{len(numbers)}行'}没有用。"
        for project, numbers in strange.items()
    ]


def _choices(rows: Iterable[Row], problems: list[str]) -> Iterator[tuple[str, tuple[bool, str]]]:
    for number, row in rows:
        if row["choice"] not in ("采用", "不采用"):
            problems.append(
                f"“采用版本”第{number}行应写“采用”或“不采用”，现在写的是“{row['choice']}”，这一行没有用。"
            )
        elif row["file"]:
            yield row["file"].lower(), (row["choice"] == "采用", row["why"])


def iso_day(text: str, near: date | None = None) -> str:
    """The ISO date of a day as people write it (see `model.dates`); "" for anything else."""
    day = day_of(text, near)
    return day.isoformat() if day else ""


def chosen_by(
    roster: Roster | None, officers: Mapping[str, tuple[bool, str]] | None = None
) -> Callable[[ReadFile], Choice]:
    """A function that gives the officers' choice for a file, by its name or the head of its fingerprint.

    officers: choices from the county workbook, which count more than the roster's.
    """
    choices: dict[str, Choice] = {**(roster.choices if roster else {}), **(officers or {})}

    def choice(file: ReadFile) -> Choice:
        if not choices:
            return None, ""
        name = Path(file.path).name.lower()
        if name in choices:
            return choices[name]
        return next(
            (choices[key] for key in choices if len(key) >= 8 and file.sha256.startswith(key)), (None, "")
        )

    return choice
