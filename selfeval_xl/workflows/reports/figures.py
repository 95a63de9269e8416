"""The figures of a report, counted from the forms: money, execution, indicators by category, unmet ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import DEPARTMENT, Filing, Form, Indicator, Verdict
from selfeval_xl.model.grid import percent_text
from selfeval_xl.model.money import AMOUNTS, ten_thousand_yuan
from selfeval_xl.model.numbers import rounded, whole
from selfeval_xl.model.quantity import money, tidy
from selfeval_xl.rules.funding_table import main_line

CATEGORIES = (("成本指标", "成本"), ("产出指标", "产出"), ("效益指标", "效"), ("满意度指标", "满意"))
OTHER = "其他"
UNNAMED = "【待填写：部门名称】"


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts in 万元, None where not filled in. basis: the name of the forms that they come from."""

    initial_budget: Decimal | None = None
    annual_budget: Decimal | None = None
    executed: Decimal | None = None
    basis: str = ""

    @property
    def rate(self) -> Decimal | None:
        """执行率: executed ÷ annual budget; None where one of them is unknown or the budget is 0."""
        if self.executed is None or not self.annual_budget:
            return None
        return self.executed / self.annual_budget

    def shown(self, key: str) -> str:
        """An amount with two decimals, or the rate (key "rate") as percent; "" where unknown."""
        value = getattr(self, key)
        if value is None:
            return ""
        return percent_text(value) if key == "rate" else f"{rounded(value)}"


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of indicators; total = met + unmet + undetermined + empty, and met includes exceeded."""

    total: int = 0
    met: int = 0
    exceeded: int = 0
    unmet: int = 0
    undetermined: int = 0
    empty: int = 0

    @property
    def rate(self) -> str:
        """完成率 as percent: 已完成 ÷ (指标数 − 待核定); "" where there is nothing to divide by."""
        judged = self.total - self.undetermined
        return percent_text(Decimal(self.met) / judged) if judged else ""


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """The assessed forms of one department, and the figures that follow from them.

    wholes: department forms. money: of the department form, else of all projects together.
    """

    department: str
    year: int | None
    projects: tuple[Form, ...]
    wholes: tuple[Form, ...]
    money: Money

    @property
    def forms(self) -> tuple[Form, ...]:
        """All forms, the department's first."""
        return (*self.wholes, *self.projects)


def figures(filing: Filing, policy: Policy) -> ReportFigures:
    """The figures of a filing.

    The department form's money counts where it has some, else that of all projects together.
    """
    forms = [assess(form, policy) for form in _once(filing.forms)]
    projects = tuple(form for form in forms if form.kind != DEPARTMENT)
    wholes = tuple(form for form in forms if form.kind == DEPARTMENT)
    whole = next((amounts for form in wholes if (amounts := money_of(form)).annual_budget is not None), None)
    years = Counter(form.year for form in forms if form.year)
    year = years.most_common(1)[0][0] if years else _year_beside(filing)
    named = filing.basis != "文件夹名"  # a folder's name is no department's
    return ReportFigures(
        filing.department if named else UNNAMED, year, projects, wholes, whole or _summed(projects)
    )


def _year_beside(filing: Filing) -> int | None:
    """The year of forms that print none: as issued, else the report's."""
    issued = (file.settings.get("year", "") for file in filing.files)
    return next((year for each in issued if (year := whole(each))), None) or next(
        (report.year for report in filing.reports if report.year), None
    )


def _once(forms: Iterable[Form]) -> list[Form]:
    """Each form once: the workbook's, where the report repeats it as a Word table."""
    by_key: dict[tuple[str | None, ...], Form] = {}
    for form in sorted(forms, key=lambda form: form.file.lower().endswith(".docx")):
        if form.kind == DEPARTMENT or form.project:
            unit = tidy(form.unit or "") if form.project else ""
            by_key.setdefault((form.kind, tidy(form.project or ""), unit), form)
        else:
            by_key.setdefault((form.kind, form.file, form.sheet), form)
    return list(by_key.values())


def money_of(form: Form) -> Money:
    """The amounts of a form's main fund row in 万元."""
    line = main_line(form)
    if line is None:
        return Money()
    amounts = {
        key: ten_thousand_yuan(form, amount) for key in AMOUNTS if (amount := line.amount(key)) is not None
    }
    return Money(
        **amounts, basis="部门整体支出绩效自评表" if form.kind == DEPARTMENT else "项目支出绩效自评表"
    )


def _summed(projects: Iterable[Form]) -> Money:
    """The sums over all projects; an amount that no form has stays None."""
    forms = [money_of(form) for form in projects]
    sums = {
        key: sum(amounts, Decimal(0))
        for key in AMOUNTS
        if (amounts := [amount for form in forms if (amount := getattr(form, key)) is not None])
    }
    return Money(
        **sums, basis=f"{len(forms)}张项目支出绩效自评表合计" if len(forms) > 1 else "项目支出绩效自评表"
    )


def category(row: Indicator) -> str:
    """The category of an indicator: 成本指标, 产出指标, 效益指标, 满意度指标 or 其他.

    The first level decides, and the second where the first says nothing.
    """
    for text in (row.level1 or "", row.level2 or ""):
        for name, sign in CATEGORIES:
            if sign in text:
                return name
        if text.startswith(("数量", "质量", "时效")):
            return "产出指标"
    return OTHER


def counts(rows: Iterable[Indicator]) -> Counts:
    """The numbers of assessed indicators by verdict."""
    verdicts = Counter(row.verdict for row in rows)
    exceeded = verdicts[Verdict.EXCEEDED]
    return Counts(
        sum(verdicts.values()),
        verdicts[Verdict.MET] + exceeded,
        exceeded,
        verdicts[Verdict.UNMET],
        verdicts[Verdict.UNDETERMINED],
        verdicts[None],
    )


def by_category(forms: Iterable[Form]) -> list[tuple[str, Counts]]:
    """The counts for each category that has indicators, in the official order."""
    rows = [row for form in forms for row in form.indicators]
    names = [name for name, _ in CATEGORIES] + [OTHER]
    return [
        (name, counts(group)) for name in names if (group := [row for row in rows if category(row) == name])
    ]


def unmet(forms: Iterable[Form]) -> list[tuple[Form, Indicator]]:
    """The unmet indicators with their forms."""
    return [(form, row) for form in forms for row in form.indicators if row.verdict is Verdict.UNMET]


def score_of(form: Form) -> str:
    """The total score with its grade, 95.5分（优）; "" on forms without scores."""
    total = money(form.total_score)
    return "" if total is None else f"{form.total_score}分{f'（{form.grade}）' if form.grade else ''}"
