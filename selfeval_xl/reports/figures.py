"""The figures of a report, all of them counted from the forms: money, execution, indicators by category,
unmet indicators.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ..assessing import assess, rounded
from ..forms import DEPARTMENT, Filing, Form, Indicator, Verdict
from ..grid import percent_text
from ..policy import Policy
from ..quantity import money, tidy
from ..rules.money import main_line, ten_thousand_yuan

CATEGORIES = (("成本指标", "成本"), ("产出指标", "产出"), ("效益指标", "效"), ("满意度指标", "满意"))
OTHER = "其他"
UNNAMED = "【待填写：部门名称】"
AMOUNTS = ("initial_budget", "annual_budget", "executed")


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts in 万元, None where not filled in. rate: executed over annual budget; on_initial: over the
    initial one. basis: the forms they come from.
    """

    initial_budget: Decimal | None = None
    annual_budget: Decimal | None = None
    executed: Decimal | None = None
    basis: str = ""

    @property
    def rate(self) -> Decimal | None:
        return (
            self.executed / self.annual_budget if self.executed is not None and self.annual_budget else None
        )

    def shown(self, key: str) -> str:
        """The amount with two decimals, the rate as percent, "" where unknown."""
        value = getattr(self, key)
        if value is None:
            return ""
        return percent_text(value) if key == "rate" else f"{rounded(value)}"


@dataclass(frozen=True, slots=True)
class Counts:
    """Indicators: all, met (with exceeded), exceeded, unmet, undetermined, empty. total = met + unmet +
    undetermined + empty.
    """

    total: int = 0
    met: int = 0
    exceeded: int = 0
    unmet: int = 0
    undetermined: int = 0
    empty: int = 0

    @property
    def rate(self) -> str:
        """完成率: 已完成 ÷ (指标数 − 待核定)."""
        judged = self.total - self.undetermined
        return percent_text(Decimal(self.met) / judged) if judged else ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Assessed forms of one department, and what follows from them."""

    department: str
    year: int | None
    projects: tuple[Form, ...]
    wholes: tuple[Form, ...]
    money: Money

    @property
    def forms(self) -> tuple[Form, ...]:
        return (*self.wholes, *self.projects)


def figures(filing: Filing, policy: Policy) -> Figures:
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
    return Figures(
        filing.department if named else UNNAMED, year, projects, wholes, whole or _summed(projects)
    )


def _year_beside(filing: Filing) -> int | None:
    """The year of forms that print none: as issued, else the report's."""
    issued = (file.settings.get("year", "") for file in filing.files)
    return next((int(year) for year in issued if year.isdecimal()), None) or next(
        (report.year for report in filing.reports if report.year), None
    )


def _once(forms: Iterable[Form]) -> list[Form]:
    """Each form once: the workbook's, where the report repeats it as a Word table."""
    kept: dict[tuple, Form] = {}
    for form in sorted(forms, key=lambda form: form.file.lower().endswith(".docx")):
        named = form.kind == DEPARTMENT or form.project
        kept.setdefault(
            (form.kind, tidy(form.project or ""), tidy(form.unit or "") if form.project else "")
            if named
            else (form.kind, form.file, form.sheet),
            form,
        )
    return list(kept.values())


def money_of(form: Form) -> Money:
    """The main fund row of a form, in 万元."""
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
    each = [money_of(form) for form in projects]
    sums = {
        key: sum(known, Decimal(0))
        for key in AMOUNTS
        if (known := [value for one in each if (value := getattr(one, key)) is not None])
    }
    return Money(
        **sums, basis=f"{len(each)}张项目支出绩效自评表合计" if len(each) > 1 else "项目支出绩效自评表"
    )


def category(row: Indicator) -> str:
    """成本指标, 产出指标, 效益指标 or 满意度指标, by the first level that tells it, else by the second; 其他
    where neither does.
    """
    for text in (row.level1 or "", row.level2 or ""):
        for name, sign in CATEGORIES:
            if sign in text:
                return name
        if text.startswith(("数量", "质量", "时效")):
            return "产出指标"
    return OTHER


def counts(rows: Iterable[Indicator]) -> Counts:
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
    """Counts for each category that has indicators, in the official order."""
    rows = [row for form in forms for row in form.indicators]
    names = [name for name, _ in CATEGORIES] + [OTHER]
    return [
        (name, counts(group)) for name in names if (group := [row for row in rows if category(row) == name])
    ]


def unmet(forms: Iterable[Form]) -> list[tuple[Form, Indicator]]:
    return [(form, row) for form in forms for row in form.indicators if row.verdict is Verdict.UNMET]


def score_of(form: Form) -> str:
    """The printed total with its grade; "" on forms without scores."""
    total = money(form.total_score)
    return "" if total is None else f"{form.total_score}分{f'（{form.grade}）' if form.grade else ''}"
