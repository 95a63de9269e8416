"""Records of what a file contains: forms, reports and problems, each value with the cell it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from selfeval_xl.model.account import Account, Frame, Unread
from selfeval_xl.model.findings import Located
from selfeval_xl.model.grid import position
from selfeval_xl.model.listed import Explanation, ListedFinding, SummaryLine
from selfeval_xl.model.quantity import Quantity, money

Cells = Mapping[str, str]

PROJECT, DEPARTMENT, REPORT = "project", "department", "report"
DECLARATION, MONITORING = "declaration", "monitoring"  # the stages before the self-evaluation
FORM_NAMES = {
    PROJECT: "项目支出绩效自评表",
    DEPARTMENT: "部门整体支出绩效自评表",
    REPORT: "部门整体支出绩效自评报告",
    DECLARATION: "绩效目标申报表",
    MONITORING: "绩效运行监控表",
}
TOTAL = "合计"
AS_TEXT = "0"  # in `FundingLine.stored`, an amount that is stored as a text


class Verdict(StrEnum):
    """The outcome of comparing a completed value with its target."""

    MET = "met"
    EXCEEDED = "exceeded"
    UNMET = "unmet"
    UNDETERMINED = "undetermined"

    @property
    def label(self) -> str:
        """The word on screen."""
        return {"met": "已完成", "exceeded": "超额完成", "unmet": "未完成", "undetermined": "待核定"}[
            self.value
        ]


class Outlook(StrEnum):
    """What a monitoring form says of an indicator's target (完成目标可能性)."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"

    @property
    def label(self) -> str:
        """The word that the Ministry's form prints."""
        return {"certain": "确定能", "possible": "有可能", "impossible": "完全不可能"}[self.value]


class Cause(StrEnum):
    """The reason why an indicator could not be judged."""

    DIMENSION = "dimension"  # % against 件
    NOT_A_NUMBER = "not_a_number"  # numeric target, completed value in words
    PARTIAL = "partial"  # 基本达到
    WORDS = "words"  # words that do not settle it
    DIRECTION = "direction"  # not certain whether more or less is better
    ABOVE_RANGE = "above_range"
    NO_TARGET = "no_target"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on an indicator; None where nothing was filled in.

    attainment and deviation are ratios (0.9723), None where they mean nothing.
    """

    verdict: Verdict | None
    attainment: Decimal | None = None
    deviation: Decimal | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingLine(Located):
    """One row of the funding table.

    Money as typed, without unit, in the form's unit; None where empty, "0" where 0.

    source: 合计 for the total row, else the label as printed without 其中：. part_of: the parent row's
    source. execution_rate: as displayed. rate: annual execution over annual budget, set by assess (None: it
    cannot be computed). other: texts of further columns by their heads. typed: the text of a cell whose
    value had to be converted (12.5万元 in a 元 form), by key. stored: by key the number with which the
    workbook calculates, where the cell shows another amount; AS_TEXT for a text, which counts as nothing.
    decimals: by key the digits behind the point that the cell shows, where the amount here has others.
    On a monitoring form executed and execution_rate are those to date, forecast is 全年预计执行数. On a
    declaration medium_budget is the amount of the whole 项目期 (中期资金总额), annual_budget the year's.
    """

    source: str
    part_of: str | None = None
    initial_budget: str | None = None
    annual_budget: str | None = None
    executed: str | None = None
    execution_rate: str | None = None
    forecast: str | None = None
    medium_budget: str | None = None
    points: str | None = None
    score: str | None = None
    note: str | None = None
    other: Cells = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    typed: Cells = field(default_factory=dict)
    stored: Cells = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    rate: Decimal | None = None

    @property
    def subject(self) -> str:
        return self.source

    @property
    def is_total(self) -> bool:
        return self.source == TOTAL and self.part_of is None

    def amount(self, key: str) -> Decimal | None:
        """The money in `key` as a number; None where the cell is empty or holds no number (see F08)."""
        return money(getattr(self, key))

    @property
    def budget_key(self) -> str:
        """The key of the budget that counts: the annual one, the initial one where no other is printed."""
        return "initial_budget" if self._has_only_initial else "annual_budget"

    @property
    def budget(self) -> Decimal | None:
        """The budget that counts, as a number."""
        return self.amount(self.budget_key)

    @property
    def _has_only_initial(self) -> bool:
        return (
            self.annual_budget is None
            and self.initial_budget is not None
            and "annual_budget" not in self.cells
            and "initial_budget" in self.cells
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Located):
    """The year's goal and its outcome; `initial` only where the form has an original and an adjusted one.

    medium: the goal of the whole 项目期 on a declaration (中期目标, 实施期目标).
    """

    initial: str | None = None
    medium: str | None = None
    expected: str | None = None
    actual: str | None = None
    cells: Cells = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return "年度总体目标"

    @property
    def places(self) -> frozenset[tuple[int, int]]:
        """The row and column, counted from 0, of each of its cells."""
        return frozenset(position(name) for names in self.cells.values() for name in names.split(","))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Located):
    """One row of a department form's table of tasks, all as written.

    other: texts of further columns by their heads, such as the sources of the budget.
    """

    number: str | None = None
    name: str | None = None
    content: str | None = None
    outcome: str | None = None
    budget: str | None = None
    executed: str | None = None
    points: str | None = None
    score: str | None = None
    other: Cells = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)

    @property
    def subject(self) -> str | None:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementText(Located):
    """What a 转移支付 form says on one side of how its money was managed (分配科学性 ...).

    text: 情况说明. problems: 存在问题和改进措施, where the form has such a column.
    """

    label: str
    text: str | None = None
    problems: str | None = None
    cells: Cells = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Located):
    """One indicator of the finest level that the form prints.

    Texts as written; split targets joined. level4: the name where it is of a fourth level. standard: by what
    it is scored (评分标准). review_score: 复核分 of another than the unit. other: texts of further columns by
    their heads. The last four are set by assess.
    On a monitoring form actual is the one to date; forecast: 全年预计完成情况, outlook: 完成目标可能性,
    causes: the kinds of causes that were ticked (经费保障 ...). medium_target: of the whole 项目期, on a
    declaration.
    """

    level1: str | None = None
    level2: str | None = None
    name: str | None = None
    target: str | None = None
    initial_target: str | None = None
    actual: str | None = None
    forecast: str | None = None
    outlook: Outlook | None = None
    causes: tuple[str, ...] = ()
    medium_target: str | None = None
    points: str | None = None
    score: str | None = None
    note: str | None = None
    unit: str | None = None
    level4: str | None = None
    standard: str | None = None
    review_score: str | None = None
    other: Cells = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    target_quantity: Quantity | None = None
    actual_quantity: Quantity | None = None
    judgement: Judgement = Judgement(None)
    expected_score: Decimal | None = None

    @property
    def subject(self) -> str | None:
        return self.name

    @property
    def verdict(self) -> Verdict | None:
        return self.judgement.verdict

    @property
    def attainment(self) -> Decimal | None:
        return self.judgement.attainment

    @property
    def deviation(self) -> Decimal | None:
        return self.judgement.deviation

    @property
    def is_cost(self) -> bool:
        """Whether it stands under 成本指标, where less is better."""
        return "成本" in (self.level1 or "") or "成本" in (self.level2 or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Located):
    """A project form or a department form of the self-evaluation, or a form of an earlier stage, by `kind`.

    of_department: whether a form of an earlier stage is of the department as a whole. through: the months of
    a monitoring form as printed (1-7月). period: 项目期 as printed (2024年-2026年).
    A department form has no project, a project form no tasks. file, sheet: where it was read.
    layout: id of the layout it looks like, or None. cells: of the head's fields; a field whose label is
    printed but empty has a cell and the value None. blank_labels: the labels of such fields, by key.
    placeholders: cell and text of rows left as 指标2： or ……
    indicator_columns: keys of the columns that the indicator table has (note, points, score, level1 ...).
    management: the texts of 资金管理情况. remarks: 其他需要说明事项 ... by label. signature: 填表人 ... by
    label, None where not filled in. details: what else the form prints with a label, by label (地址, a second
    主管部门, the goals of other years).
    overtyped: cells with a constant where the issued template has a formula. broken: cell and text of
    every cell that shows an error (#REF!). pictures: cells of its records that hold a picture and so no
    value. overlays: what lies over cells in which a reason or a completed value is expected, by cell, in
    words: 文本框写着“…”; by "" what lies nobody knows where. account: of its filled cells.
    lost_codes: a code that arrived as a number of more digits than a number keeps, by its field, with the
    digits that it kept; the field itself is None.
    content_digest: digest of the contents, where the contents themselves are not kept.
    """

    kind: str
    file: str
    sheet: str
    layout: str | None = None
    title: str | None = None
    year: int | None = None
    of_department: bool = False
    through: str | None = None
    period: str | None = None
    project: str | None = None
    project_code: str | None = None
    department: str | None = None
    department_code: str | None = None
    unit: str | None = None
    unit_code: str | None = None
    money_unit: str | None = None
    total_points: str | None = None
    total_score: str | None = None
    grade: str | None = None
    funding: tuple[FundingLine, ...] = ()
    goal: Goal = field(default_factory=Goal)
    tasks: tuple[Task, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    management: tuple[ManagementText, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    signature: Mapping[str, str | None] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    placeholders: tuple[tuple[str, str], ...] = ()
    indicator_columns: frozenset[str] = frozenset()
    frame: Frame | None = None
    cells: Cells = field(default_factory=dict)
    blank_labels: Cells = field(default_factory=dict)
    overtyped: tuple[str, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    pictures: tuple[str, ...] = ()
    overlays: Cells = field(default_factory=dict)
    account: Account = Account()
    lost_codes: Mapping[str, str] = field(default_factory=dict)
    content_digest: str = ""

    @property
    def subject(self) -> str:
        return self.project or self.department or FORM_NAMES[self.kind]

    @property
    def name(self) -> str:
        """The form's name as sentences mention it."""
        return self.project or FORM_NAMES[self.kind]

    @property
    def is_of_stage(self) -> bool:
        """Whether it is a declaration or a monitoring form, and no self-evaluation."""
        return self.kind in (DECLARATION, MONITORING)

    @property
    def is_of_project(self) -> bool:
        """Whether it is about one project, at whatever stage, and not about a department as a whole."""
        return self.kind == PROJECT or (self.is_of_stage and not self.of_department)

    @property
    def total_funding(self) -> FundingLine | None:
        """The row 合计 of the funding table."""
        for line in self.funding:
            if line.source == TOTAL and line.part_of is None:
                return line
        return None

    @property
    def has_scores(self) -> bool:
        """Whether points are printed, so that rules about scores apply."""
        return any(indicator.points for indicator in self.indicators) or any(
            line.points for line in self.funding
        )

    @property
    def has_notes(self) -> bool:
        """Whether the indicator table has a column for reasons."""
        return "note" in self.indicator_columns


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the report and the text below it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The self-evaluation report: its headings in order, each with the text below it."""

    file: str
    sheet: str | None = None
    department: str | None = None
    department_code: str | None = None
    year: int | None = None
    sections: tuple[Section, ...] = ()
    kind: str = REPORT
    content_digest: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the reader could not read or place.

    rule: the id of the finding it becomes in a check (T01, T08 ...), or None.
    """

    text: str
    sheet: str | None = None
    cell: str | None = None
    rule: str | None = None


SELF = "self"  # the stage of the self-evaluation, among other forms than its own
OTHER_FORMS = {
    SELF: "绩效自评表",
    "declaration": "绩效目标申报表",
    "monitoring": "绩效运行监控表",
    "system": "绩效评价指标体系",
    "approval": "绩效目标批复表",
}


@dataclass(frozen=True, slots=True)
class OtherForm:
    """Another form of the performance cycle. kind: a key of OTHER_FORMS."""

    kind: str
    sheet: str
    title: str
    project: str | None = None
    department: str | None = None
    year: int | None = None

    @property
    def name(self) -> str:
        """The form's name, with the year and the project or department as far as they are printed."""
        year = f"{self.year}年" if self.year else ""
        what = "，".join(filter(None, (year, self.project or self.department)))
        return f"{OTHER_FORMS[self.kind]}（{what}）" if what else OTHER_FORMS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """One received file: its kind, the forms and reports in it, and the problems of reading it.

    kind: xlsx, xls, xlsb, ods, docx, pdf ... by content. saved: the time saved inside the file, ISO text.
    settings: those of the hidden sheet `_selfeval` (layout, version, year, codes, submission number).
    listed: the findings of the check before this one, where the file carries them. summary: the lines of its
    项目自评汇总表. others: other forms of the performance cycle, on sheets without a self-evaluation form;
    stage_forms: the declarations and monitoring forms among them, read.
    """

    path: str
    sha256: str = ""
    size: int = 0
    kind: str = ""
    saved: str | None = None
    forms: tuple[Form, ...] = ()
    reports: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()
    evidence: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    explanations: tuple[Explanation, ...] = ()
    listed: tuple[ListedFinding, ...] = ()
    summary: tuple[SummaryLine, ...] = ()
    others: tuple[OtherForm, ...] = ()
    stage_forms: tuple[Form, ...] = ()

    @property
    def every_form(self) -> tuple[Form, ...]:
        """The forms of all stages: those of the self-evaluation, declarations and monitoring forms."""
        return (*self.forms, *self.stage_forms)

    @property
    def unread(self) -> list[Unread]:
        """The cells of all forms that nobody has read."""
        return [unread for form in self.every_form for unread in form.account.unread]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """All forms of one department among the files given together.

    basis: by what the department was recognised (表内编码, 名册 ...). stage_forms: its declarations and
    monitoring forms, where they were asked for; forms has those of the self-evaluation only.
    """

    department: str
    department_code: str | None = None
    basis: str = ""
    files: tuple[ReadFile, ...] = ()
    forms: tuple[Form, ...] = ()
    reports: tuple[Report, ...] = ()
    stage_forms: tuple[Form, ...] = ()

    @property
    def projects(self) -> tuple[Form, ...]:
        """The project forms of the filing."""
        return tuple(form for form in self.forms if form.kind == PROJECT)

    @property
    def department_forms(self) -> tuple[Form, ...]:
        return tuple(form for form in self.forms if form.kind == DEPARTMENT)
