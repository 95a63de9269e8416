"""The contents of each department's workbook, from the roster and last year's county workbook.

No file is read or written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from selfeval_xl import layouts
from selfeval_xl.errors import LayoutError
from selfeval_xl.files import safe_name, unique
from selfeval_xl.filings.roster import Department, Project, Roster, Target
from selfeval_xl.model.forms import DEPARTMENT, FORM_NAMES, PROJECT, REPORT
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import squeeze
from selfeval_xl.workflows.issuing.declared import Declarations, DeclaredTargets
from selfeval_xl.workflows.issuing.form_data import indicator_rows, project_data, strange_levels
from selfeval_xl.workflows.issuing.last_year import LastYear

ISSUED, EXEMPT = "已下发", "免评"
FROM_ROSTER, FROM_DECLARATION, FROM_LAST_YEAR, NO_TARGETS = "名册", "申报表", "上年", "无"
_MOST_NAMED = 12
_FULL = Decimal(100)  # points of a form


@dataclass(frozen=True, slots=True)
class IndexItem:
    """One project as the index lists it.

    sheet: that of its form, "" where it was left out. targets_from: 名册, 申报表, 上年, 无.
    annual_budget: in 万元.
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
    """One department's workbook: data for `templates.fill_in`, file name, and projects for the index.

    stage, through: see `IssueOptions`.
    """

    department: Department
    layout: str
    year: int | None
    file: str
    projects: tuple[Mapping[str, object], ...] = ()
    whole: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    cover: Mapping[str, str] = field(default_factory=dict)
    items: tuple[IndexItem, ...] = ()
    stage: str = layouts.SELF
    through: str = ""

    @property
    def targets(self) -> int:
        """The number of targets on all project forms."""
        return sum(item.targets for item in self.items if item.sheet)


@dataclass(frozen=True, slots=True)
class IssueOptions:
    """The options for all departments.

    send: 报送方式. contact, phone: of the bureau. protect: whether the sheets will be protected. stage: of
    the forms (`layouts.STAGES`). through: the months of monitoring forms, the layout's without it.
    """

    layout: str = "jilin-2024"
    year: int | None = None
    send: str = ""
    contact: str = ""
    phone: str = ""
    protect: bool = False
    stage: str = layouts.SELF
    through: str = ""


@dataclass(frozen=True, slots=True)
class _PlannedForm:
    """The form of one project.

    data: for the template, None where the project is exempt. strange: levels of targets that the form lacks.
    points: the sum of the roster's points with those of the execution rate, None where there are none.
    has_unprinted: whether its only budget in the roster is one that the form has no column for.
    """

    item: IndexItem
    data: dict[str, object] | None = None
    strange: tuple[str, ...] = ()
    points: Decimal | None = None
    has_unprinted: bool = False


def plan(
    roster: Roster,
    asked: IssueOptions,
    last: LastYear | None = None,
    declared: Declarations | None = None,
) -> tuple[list[Contents], list[str]]:
    """The workbooks to write, in roster order, and the problems of the roster in plain words.

    declared: the approved declarations, for targets that the roster does not name.
    """
    planner = _Planner(roster, asked, last or LastYear(), declared or Declarations())
    planned = [planner.contents(department) for department in roster.reporting]
    return planned, [*planner.problems, *planner.declared.unmatched(asked.year)]


class _Planner:
    """Plans workbook after workbook: sorts the roster, collects its problems and the file names in use."""

    def __init__(self, roster: Roster, asked: IssueOptions, last: LastYear, declared: Declarations) -> None:
        self.roster, self.asked, self.last, self.declared = roster, asked, last, declared
        self.last_year = last.year or (asked.year - 1 if asked.year else None)
        self.problems = [*roster.problems, *declared.notes]
        self.taken: set[str] = set()
        self.projects: dict[tuple[str, str], list[Project]] = {}
        for project in roster.projects:
            department = roster.match(None, project.department)
            if department:
                self.projects.setdefault(department, []).append(project)
        self.targets: dict[str, list[Target]] = {}
        for target in roster.targets:
            self.targets.setdefault(target.project, []).append(target)

    def contents(self, department: Department) -> Contents:
        """The workbook of one department; it gets last year's projects where the roster names none."""
        asked, layout_id = self.asked, self._layout(department)
        layout_of = {layout.owner: layout for layout in layouts.sheets_of(layout_id, asked.stage)}
        issued = self.projects.get((department.code, department.name), [])
        carried = [] if issued else list(self.last.projects.get(department.code or department.name, ()))
        forms = self._forms(layout_of[PROJECT], department, issued or carried, bool(issued))
        self._report_strange(layout_id, department, forms)
        self._report_targets(department, forms)
        self._report_budgets(layout_id, department, forms)
        whole = self._whole(layout_of.get(DEPARTMENT), department)
        form_name = "绩效自评表" if asked.stage == layouts.SELF else FORM_NAMES[asked.stage]
        title = f"{asked.year}年度{form_name}" if asked.year else form_name
        name = unique(safe_name(department.code, department.name, title), self.taken)
        items = tuple(form.item for form in forms)
        return Contents(
            department,
            layout_id,
            asked.year,
            f"{name}.xlsx",
            tuple(form.data for form in forms if form.data is not None),
            whole,
            _settings(department, items, asked),
            _cover(department, items, whole, asked),
            items,
            asked.stage,
            asked.through,
        )

    def _layout(self, department: Department) -> str:
        """The layout that the roster names for a department, else the one for all.

        The roster names those of the self-evaluation, so an earlier stage has one for all.
        """
        if not department.layout or self.asked.stage != layouts.SELF:
            return self.asked.layout
        try:
            return layouts.id_of(department.layout)
        except LayoutError as error:
            self.problems.append(
                f"“单位名册”里{department.name}的表式“{department.layout}”没有这一种，"
                f"用了{layouts.label(self.asked.layout)}。{str(error).partition('。')[2]}"
            )
            return self.asked.layout

    def _forms(
        self, layout: layouts.Layout, department: Department, projects: Iterable[Project], issued: bool
    ) -> list[_PlannedForm]:
        """The forms of a department's projects. issued: whether the roster names them."""
        forms: list[_PlannedForm] = []
        number = 0
        for rows in _by_form(projects):
            number += not rows[0].exempt
            forms.append(self._form(layout, department, rows, f"项目{number:02}", issued))
        return forms

    def _form(
        self, layout: layouts.Layout, department: Department, rows: list[Project], sheet: str, issued: bool
    ) -> _PlannedForm:
        """The form of one project, for this sheet; an exempt project has no form. rows: its roster rows."""
        first = rows[0]
        unit = first.unit or _unit_name(self.roster, first, department)
        item = IndexItem(
            first.name,
            first.code or "",
            unit,
            status=EXEMPT if first.exempt else ISSUED,
            annual_budget=_total(rows),
            public="不公开" if first.public == "否" else "",
            why=first.private_reason if first.public == "否" else "",
        )
        declared = self.declared.of_project(department, first, unit, self.asked.year)
        if first.exempt:
            return _PlannedForm(item)
        from_roster = self.targets.get(first.code or "", []) or self.targets.get(first.name, [])
        self._report_doubtful(department, declared, f"的项目{_named(item)}")
        last_targets = self.last.of(department.code or department.name, first.code, first.name)
        fixed = from_roster or declared.targets
        targets = [_remembered(target, last_targets) for target in fixed] or list(last_targets)
        data = project_data(
            layout,
            rows,
            targets,
            department.name,
            unit,
            self.asked.year,
            self.last_year,
            draft=not fixed,
        )
        item = replace(
            item,
            sheet=sheet,
            targets=len(targets),
            targets_from=_came_from(from_roster, declared.targets, targets),
        )
        return _PlannedForm(
            item,
            data | {"issued": issued} | _goal(declared),
            tuple(strange_levels(layout, fixed)),
            _points(layout, fixed),
            _has_unprinted(layout, rows),
        )

    def _report_doubtful(self, department: Department, declared: DeclaredTargets, subject: str) -> None:
        """Adds a problem where several declarations could be those of one form."""
        if declared.doubtful:
            self.problems.append(
                f"{department.name}{subject}有{declared.doubtful}张申报表都对得上，分不清用哪一张，没有取指标；"
                "请只留批复的那一张。"
            )

    def _report_strange(self, layout_id: str, department: Department, forms: Iterable[_PlannedForm]) -> None:
        """Adds a problem for each level of targets that the layout lacks, with the projects that have it."""
        names: dict[str, list[str]] = {}
        for form in forms:
            for level in form.strange:
                names.setdefault(level, []).append(form.item.name)
        form_name = layouts.label(layout_id, self.asked.stage)
        self.problems += [
            (
                f"“绩效目标”里{department.name}的指标级次“{level}”在表式{form_name}里没有，照名册填了，"
                f"请核对（项目：{_few(projects)}）。"
            )
            for level, projects in names.items()
        ]

    def _report_targets(self, department: Department, forms: Iterable[_PlannedForm]) -> None:
        """Adds problems for projects without targets, and with points that do not add up to 100."""
        issued = [form for form in forms if form.data is not None]
        blank = [_named(form.item) for form in issued if not form.item.targets]
        if blank and self.roster.targets:
            self.problems.append(
                f"{department.name}的项目{_few(blank)}在“绩效目标”里没有指标，下发的表里指标是空的。"
            )
        for form in issued:
            if form.points is not None and form.points != _FULL:
                self.problems.append(
                    f"{department.name}的项目{_named(form.item)}分值合计是{plain_number(form.points)}"
                    "（含预算执行率的分值），应为100；请在“绩效目标”里核对分值。"
                )

    def _report_budgets(self, layout_id: str, department: Department, forms: Iterable[_PlannedForm]) -> None:
        """Adds a problem for the projects whose budget the form has no column for."""
        if names := [_named(form.item) for form in forms if form.has_unprinted]:
            self.problems.append(
                f"{department.name}的项目{_few(names)}在名册里只有全年预算数，"
                f"{layouts.label(layout_id, self.asked.stage)}的表只印年初预算数，表里的预算是空的；"
                "请在名册“项目”里补上年初预算数。"
            )

    def _whole(self, layout: layouts.Layout | None, department: Department) -> dict[str, object]:
        """The department's own form: its name, and its targets where the roster or last year has any."""
        if layout is None:
            return {}
        from_roster = self.targets.get(department.code or department.name, [])
        declared = self.declared.of_department(department, self.asked.year)
        self._report_doubtful(department, declared, "部门整体")
        last_targets = self.last.of(department.code or department.name)
        fixed = from_roster or declared.targets
        targets = [_remembered(target, last_targets) for target in fixed] or list(last_targets)
        rows = indicator_rows(layout, targets, self.last_year, draft=not fixed)
        return {
            "issued": True,
            **_goal(declared),
            "department": department.name,
            **({"year": self.asked.year} if self.asked.year else {}),
            **({"indicators": rows} if rows else {}),
        }


def _came_from(from_roster: Sequence[Target], declared: Sequence[Target], targets: Sequence[Target]) -> str:
    """Where the targets of a form came from."""
    if from_roster:
        return FROM_ROSTER
    return FROM_DECLARATION if declared else FROM_LAST_YEAR if targets else NO_TARGETS


def _goal(declared: DeclaredTargets) -> dict[str, object]:
    """The goal of the declaration, for the form."""
    return {"goal": {"expected": declared.goal}} if declared.goal else {}


def _by_form(projects: Iterable[Project]) -> list[list[Project]]:
    """The roster rows of each form: one project of one unit; its sources of money are rows of one form."""
    grouped: dict[tuple[str, ...], list[Project]] = {}
    for project in projects:
        key = (project.department, project.unit, project.code or project.name)
        grouped.setdefault(key, []).append(project)
    return list(grouped.values())


def _points(layout: layouts.Layout, targets: Iterable[Target]) -> Decimal | None:
    """The sum of the points of a form, with those of the execution rate; None on a form without points."""
    points = [number for target in targets if (number := money(target.points or None)) is not None]
    if not points or "points" not in {column.key for column in layout.indicators.columns}:
        return None
    execution = money(layout.funding.points) if layout.funding and layout.funding.points else None
    return sum(points, execution or Decimal(0))


def _has_unprinted(layout: layouts.Layout, rows: Iterable[Project]) -> bool:
    """Whether a row has an annual budget only, and the form prints the initial one only."""
    printed = {column.key for column in layout.funding.columns} if layout.funding else set()
    only_initial = "initial_budget" in printed and "annual_budget" not in printed
    return only_initial and any(row.initial_budget is None and row.annual_budget is not None for row in rows)


def _unit_name(roster: Roster, project: Project, department: Department) -> str:
    """The name of the subordinate unit that the project belongs to, else of the department itself."""
    row = roster.find(None, project.department)
    return row.name if row else department.name


def _total(rows: Iterable[Project]) -> Decimal | None:
    """The sum of the annual budgets; None where none is given."""
    amounts = [row.annual_budget for row in rows if row.annual_budget is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def _remembered(target: Target, last_targets: Iterable[Target]) -> Target:
    """The target with last year's figures of the same indicator, where the roster gives none."""
    if target.last_target or target.last_actual:
        return target
    same = next((old for old in last_targets if squeeze(old.name) == squeeze(target.name)), None)
    return replace(target, last_target=same.last_target, last_actual=same.last_actual) if same else target


def _settings(department: Department, items: Iterable[IndexItem], asked: IssueOptions) -> dict[str, str]:
    """The keys of the hidden sheet that identify the file: names and codes of department and projects.

    With the bureau's contact, who then signs the letters too (see `county.sender`).
    """
    settings = {"department": department.name}
    told = {"contact": asked.contact, "phone": asked.phone}
    settings |= {key: text for key, text in told.items() if text}
    if department.code:
        settings["department_code"] = department.code
    for item in items:
        if item.sheet:
            settings[f"project|{item.sheet}"] = item.name
            if item.code:
                settings[f"project_code|{item.sheet}"] = item.code
    return settings


# What is said of white cells, by whether the sheets are protected.
_KEPT = {False: "不要改，改了会被查出来", True: "工作表有保护，改不了"}


_LAST_YEAR = "把鼠标放在右上角有红三角的格上，可以看到上年的指标值和完成值。"


def _cover(
    department: Department, items: Sequence[IndexItem], whole: Mapping[str, object], asked: IssueOptions
) -> dict[str, str]:
    """The texts of the sheet 填报说明 by label: when, how and to whom to report, and what is due."""
    year, month, day = department.deadline.split("-") if department.deadline else ("", "", "")
    texts = {
        "截止日期": f"{year}年{int(month)}月{int(day)}日" if year else "",
        "报送方式": asked.send,
        "联系人": asked.contact,
        "联系电话": asked.phone,
        "要报回的": _due_back(items, whole, asked.stage),
        "已填好的": (
            f"白色的格由财政局填好（项目、预算、指标、指标值），{_KEPT[asked.protect]}；发现不对的，"
            f"请打电话说明。{_LAST_YEAR if asked.stage == layouts.SELF else ''}"
        ),
    }
    drafts = [item.sheet for item in items if item.sheet and item.targets_from == FROM_LAST_YEAR]
    if drafts:
        texts["上年带来"] = f"{_few(drafts)}的指标取自上年，请按本年批复的绩效目标核对，不同的直接改。"
    exempt = [_named(item) for item in items if item.status == EXEMPT]
    if exempt:
        texts["不用填的"] = f"免评项目{len(exempt)}个：{_few(exempt)}。"
    private = [f"{_named(item)}{f'（{item.why}）' if item.why else ''}" for item in items if item.public]
    if private:
        texts["不公开的"] = f"{_few(private)}。这些项目照常填报，不对外公开。"
    return texts


def _due_back(items: Iterable[IndexItem], whole: Mapping[str, object], stage: str) -> str:
    """The numbered list of what the department has to return."""
    count = sum(bool(item.sheet) for item in items)
    of_self = stage == layouts.SELF
    project, department = (
        (FORM_NAMES[PROJECT], FORM_NAMES[DEPARTMENT])
        if of_self
        else (f"项目{FORM_NAMES[stage]}", f"部门整体{FORM_NAMES[stage]}")
    )
    parts = [f"{project}{count}张（每个项目一张，目录见下）"] if count else []
    parts += [f"{department}1张"] if whole else []
    parts += [f"{FORM_NAMES[REPORT]}1份"] if of_self else []
    parts.append("签字盖章后的扫描件1份（PDF或照片）")
    return "\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1))


def _named(item: IndexItem) -> str:
    """The project's name, with its code where it has one."""
    return f"{item.name}（{item.code}）" if item.code else item.name


def _few(names: Sequence[str]) -> str:
    """The first names and, where there are more, their number."""
    return "、".join(names[:_MOST_NAMED]) + (f"等{len(names)}个" if len(names) > _MOST_NAMED else "")
