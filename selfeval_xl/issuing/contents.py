"""What goes into each department's workbook: the roster (and last year's county workbook) taken apart by
department. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .. import layouts
from ..county.roster import Department, Project, Roster, Target
from ..forms import DEPARTMENT, FORM_NAMES, PROJECT, REPORT
from ..reading.labels import squeeze
from .filenames import safe_name, unique
from .form_data import in_printed_order, indicator, project_data, strange_levels
from .last_year import LastYear

ISSUED, EXEMPT = "已下发", "免评"
FROM_ROSTER, FROM_LAST_YEAR, NO_TARGETS = "名册", "上年", "无"
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One project as the index lists it. sheet: where it stands, "" where it was left out. targets_from:
    名册, 上年, 无.
    """

    name: str
    code: str = ""
    unit: str = ""
    sheet: str = ""
    status: str = ISSUED
    targets: int = 0
    targets_from: str = NO_TARGETS
    annual_budget: Decimal | None = None
    public: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """One department's workbook: what `templates.fill_in` needs, the name of the file, and its projects for
    the index.
    """

    department: Department
    layout: str
    year: int | None
    file: str
    projects: tuple[dict, ...] = ()
    whole: dict = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    cover: Mapping[str, str] = field(default_factory=dict)
    items: tuple[Item, ...] = ()

    @property
    def targets(self) -> int:
        return sum(item.targets for item in self.items if item.sheet)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every department. send: 报送方式; contact, phone: of the bureau."""

    layout: str = "jilin-2024"
    year: int | None = None
    send: str = ""
    contact: str = ""
    phone: str = ""


def plan(roster: Roster, asked: Asked, last: LastYear | None = None) -> tuple[list[Contents], list[str]]:
    """The workbooks to write, in roster order, and what was wrong with the roster in plain words."""
    last = last or LastYear()
    problems = list(roster.problems)
    by_department: dict[tuple[str, str], list[Project]] = {}
    for project in roster.projects:
        known = roster.match(None, project.department)
        if known:
            by_department.setdefault(known, []).append(project)
    targets: dict[str, list[Target]] = {}
    for target in roster.targets:
        targets.setdefault(target.project, []).append(target)
    taken: set[str] = set()
    planned = []
    for department in roster.reporting:
        layout = _layout(department, asked.layout, problems)
        own = by_department.get((department.code, department.name), [])
        carried = [] if own else list(last.projects.get(department.code or department.name, ()))
        planned.append(
            _contents(
                roster,
                department,
                layout,
                own or carried,
                bool(carried),
                targets,
                asked,
                last,
                taken,
                problems,
            )
        )
    return planned, problems


def _layout(department: Department, default: str, problems: list[str]) -> str:
    """The layout that the roster names for a department, else the one for all."""
    if not department.layout or department.layout in layouts.ids():
        return department.layout or default
    problems.append(
        f"“单位名册”里{department.name}的表式“{department.layout}”没有这一种，用了{default}；"
        f"可写{'、'.join(layouts.ids())}。"
    )
    return default


def _contents(
    roster: Roster,
    department: Department,
    layout_id: str,
    own: list[Project],
    carried: bool,
    targets: Mapping[str, list[Target]],
    asked: Asked,
    last: LastYear,
    taken: set[str],
    problems: list[str],
) -> Contents:
    """carried: the projects are last year's, because the roster names none."""
    kinds = {layout.kind: layout for layout in layouts.sheets_of(layout_id)}
    forms: list[dict] = []
    items: list[Item] = []
    strange: dict[str, list[str]] = {}
    for rows in _by_form(own):
        first = rows[0]
        unit = first.unit or _unit_name(roster, first, department)
        item = Item(
            first.name,
            first.code or "",
            unit,
            status=EXEMPT if first.exempt else ISSUED,
            annual_budget=_total(rows),
            public="不公开" if first.public == "否" else "",
            why=first.private_reason if first.public == "否" else "",
        )
        if not first.exempt:
            given = targets.get(first.code or "", []) or targets.get(first.name, [])
            before = last.of(department.code or department.name, first.code, first.name)
            asked_for = [_remembered(target, before) for target in given] or list(before)
            data = project_data(
                kinds[PROJECT], rows, asked_for, department.name, unit, asked.year, _before(asked, last)
            )
            forms.append((data if given else _draft(data)) | {"issued": not carried})
            for level in strange_levels(kinds[PROJECT], given):
                strange.setdefault(level, []).append(first.name)
            item = replace(
                item,
                sheet=f"项目{len(forms):02}",
                targets=len(asked_for),
                targets_from=FROM_ROSTER if given else FROM_LAST_YEAR if asked_for else NO_TARGETS,
            )
        items.append(item)
    problems += [
        (
            f"“绩效目标”里{department.name}的指标级次“{level}”在表式{layout_id}里没有，照名册填了，"
            f"请核对（项目：{_few(names)}）。"
        )
        for level, names in strange.items()
    ]
    whole = _whole(kinds.get(DEPARTMENT), department, targets, asked, last)
    name = unique(
        safe_name(
            department.code, department.name, f"{asked.year}年度绩效自评表" if asked.year else "绩效自评表"
        ),
        taken,
    )
    return Contents(
        department,
        layout_id,
        asked.year,
        f"{name}.xlsx",
        tuple(forms),
        whole,
        _settings(department, items),
        _cover(department, items, whole, asked),
        tuple(items),
    )


def _by_form(own: Iterable[Project]) -> list[list[Project]]:
    """The roster rows of each form: one project of one unit; its sources of money are rows of one form."""
    grouped: dict[tuple[str, ...], list[Project]] = {}
    for project in own:
        grouped.setdefault((project.department, project.unit, project.code or project.name), []).append(
            project
        )
    return list(grouped.values())


def _unit_name(roster: Roster, project: Project, department: Department) -> str:
    """The subordinate unit that the project stands under, else the department itself."""
    row = roster.find(None, project.department)
    return row.name if row else department.name


def _total(rows: Iterable[Project]) -> Decimal | None:
    amounts = [row.annual_budget for row in rows if row.annual_budget is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def _before(asked: Asked, last: LastYear) -> int | None:
    return last.year or (asked.year - 1 if asked.year else None)


def _remembered(target: Target, before: Iterable[Target]) -> Target:
    """The target with last year's figures of the same indicator, where the roster gives none."""
    if target.last_target or target.last_actual:
        return target
    same = next((old for old in before if squeeze(old.name) == squeeze(target.name)), None)
    return replace(target, last_target=same.last_target, last_actual=same.last_actual) if same else target


def _draft(data: dict) -> dict:
    """Targets taken over from last year are not locked: the department has to compare them with this year's
    budget.
    """
    return data | {"indicators": [row | {"draft": True} for row in data["indicators"]]}


def _whole(
    layout: layouts.Layout | None,
    department: Department,
    targets: Mapping[str, list[Target]],
    asked: Asked,
    last: LastYear,
) -> dict:
    """The department's own form: its name, and its targets where the roster or last year has any."""
    if layout is None:
        return {}
    own = department.code or department.name
    given = targets.get(department.code, []) if department.code else targets.get(department.name, [])
    before = last.of(own)
    known = [_remembered(target, before) for target in given] or list(before)
    rows = [indicator(layout, target, _before(asked, last)) for target in in_printed_order(layout, known)]
    data = {
        "issued": True,
        "department": department.name,
        **({"year": asked.year} if asked.year else {}),
        **({"indicators": rows} if rows else {}),
    }
    return _draft(data) if rows and not given else data


def _settings(department: Department, items: Iterable[Item]) -> dict[str, str]:
    """The keys of the hidden sheet by which the file is known again: codes of the department and of each
    sheet's project.
    """
    settings = {"department": department.name}
    if department.code:
        settings["department_code"] = department.code
    for item in items:
        if item.sheet:
            settings[f"project|{item.sheet}"] = item.name
            if item.code:
                settings[f"project_code|{item.sheet}"] = item.code
    return settings


def _cover(department: Department, items: tuple[Item, ...], whole: dict, asked: Asked) -> dict[str, str]:
    """What the sheet 填报说明 says: when, how and to whom, what has to come back, and what need not."""
    year, month, day = department.deadline.split("-") if department.deadline else ("", "", "")
    told = {
        "截止日期": f"{year}年{int(month)}月{int(day)}日" if year else "",
        "报送方式": asked.send,
        "联系人": asked.contact,
        "联系电话": asked.phone,
        "要报回的": _due_back(items, whole),
        "已填好的": (
            "白色的格由财政局填好并锁定（项目、预算、指标、指标值），不要改；发现不对的，"
            "请打电话说明。把鼠标放在右上角有红三角的格上，可以看到上年的指标值和完成值。"
        ),
    }
    drafts = [item.sheet for item in items if item.sheet and item.targets_from == FROM_LAST_YEAR]
    if drafts:
        told["上年带来"] = f"{_few(drafts)}的指标取自上年，请按本年批复的绩效目标核对，不同的直接改。"
    exempt = [_named(item) for item in items if item.status == EXEMPT]
    if exempt:
        told["不用填的"] = f"免评项目{len(exempt)}个：{_few(exempt)}。"
    private = [f"{_named(item)}{f'（{item.why}）' if item.why else ''}" for item in items if item.public]
    if private:
        told["不公开的"] = f"{_few(private)}。这些项目照常填报，不对外公开。"
    return told


def _due_back(items: Iterable[Item], whole: dict) -> str:
    count = sum(bool(item.sheet) for item in items)
    parts = ([f"{FORM_NAMES[PROJECT]}{count}张（每个项目一张，目录见下）"] if count else []) + (
        [f"{FORM_NAMES[DEPARTMENT]}1张"] if whole else []
    )
    parts += [f"{FORM_NAMES[REPORT]}1份", "签字盖章后的扫描件1份（PDF或照片）"]
    return "\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1))


def _named(item: Item) -> str:
    return f"{item.name}（{item.code}）" if item.code else item.name


def _few(names: list[str]) -> str:
    return "、".join(names[:_MOST_NAMED]) + (f"等{len(names)}个" if len(names) > _MOST_NAMED else "")
