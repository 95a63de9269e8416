"""The rule on 项目自评汇总表: the sheet that gets the seal says what the forms say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import Filing, Form, FundingLine, Verdict
from selfeval_xl.model.listed import SummaryLine
from selfeval_xl.model.money import yuan_in
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.quantity import money, percent, points_of
from selfeval_xl.model.text import squeeze
from selfeval_xl.rules.funding_table import main_line
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.sums import Span, amount_span, decimals, printed

_AMOUNTS = (("年初预算数", "initial_budget"), ("全年预算数", "annual_budget"), ("全年执行数", "executed"))
_CENT = Decimal("0.01")
_HINT = "这张表是按各张项目表自动算的：把上一行整行复制下来恢复公式，或按项目表的数改。"


@rule(
    "X13",
    "项目自评汇总表与项目表不符",
    Severity.WARNING,
    asks="项目自评汇总表上每个项目的金额、指标数、得分、等级和它的项目表一致，每张项目表都在汇总表上。",
    treatment=Treatment.FIX,
    scope="filing",
)
def summary_unlike_forms(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """Every project of a workbook stands on its 项目自评汇总表, with the figures of its form.

    A figure that the sheet leaves open (还有3格得分没填) is compared with nothing.
    """
    for file in filing.files:
        forms = [form for form in filing.projects if form.file == file.path]
        if not file.summary or not forms:
            continue
        left = list(forms)
        for line in file.summary:
            form = _form_of(line, left)
            if form is not None:
                left.remove(form)
                yield from _unlike(line, form, filing)
            elif not any(_names(line, form) for form in forms):
                yield _finding(
                    line,
                    "项目名称",
                    filing,
                    f"汇总表上的项目“{line.texts['项目名称']}”没有对应的项目表。",
                    hint="补上这个项目的表；已经不做的，从汇总表上删掉这一行。",
                )
        for form in left:
            yield _finding(
                file.summary[0],
                "项目名称",
                filing,
                f"汇总表上没有“{form.sheet}”的项目“{form.project or form.name}”，它的数没有汇总进去。",
                hint="把上一行整行复制，让这张项目表也列上；不用的项目表请删掉。",
                subject=form.project or form.sheet,
            )


def _names(line: SummaryLine, form: Form) -> bool:
    """Whether the line is of the form's project, by code or name."""
    code = line.texts.get("项目编码")
    if code and form.project_code:
        return squeeze(code) == squeeze(form.project_code)
    return squeeze(line.texts["项目名称"]) == squeeze(form.project or "")


def _form_of(line: SummaryLine, forms: list[Form]) -> Form | None:
    """The form of the line's project; of several the one whose amounts it has."""
    alike = [form for form in forms if _names(line, form)]
    return min(alike, key=lambda form: sum(1 for _ in _differences(line, form)), default=None)


def _unlike(line: SummaryLine, form: Form, filing: Filing) -> Iterator[Finding]:
    """The finding on the figures of a line that are not those of the form; none where all agree."""
    apart = list(_differences(line, form))
    if apart:
        told = "；".join(f"{head}填{line.texts[head]}，项目表是{right}" for head, right in apart)
        yield _finding(
            line,
            apart[0][0],
            filing,
            f"汇总表上“{line.texts['项目名称']}”（{form.sheet}）的{told}。",
            hint=_HINT,
            expected=apart[0][1],
            cell=",".join(line.cells[head] for head, _ in apart),
        )


def _differences(line: SummaryLine, form: Form) -> Iterator[tuple[str, str]]:
    """The heads of figures that are not the form's, each with the form's figure."""
    funds = main_line(form)
    for head, key in _AMOUNTS if funds else ():
        span = _amount_in(line, head, form)
        own = amount_span(funds, key) if funds else None
        if span and own and not span.meets(own, _CENT):
            yield head, f"{getattr(funds, key)}{form.money_unit or ''}"
    for head, right, reads in _FIGURES:
        text, wanted = line.texts.get(head), right(form)
        number = reads(text) if text else None
        if number is not None and wanted is not None and abs(number - wanted[0]) > wanted[1]:
            yield head, wanted[2]
    grade = squeeze(line.texts.get("自评等级", ""))
    if grade and form.grade and grade[0] != squeeze(form.grade)[0]:
        yield "自评等级", form.grade


def _amount_in(line: SummaryLine, head: str, form: Form) -> Span | None:
    """What an amount of the line may be in the form's unit; None where it is no number."""
    text = line.texts.get(head)
    number = money(text)
    if text is None or number is None:
        return None
    unit = line.money_unit or form.money_unit
    return printed(number, decimals(text)).times(yuan_in(unit) / yuan_in(form.money_unit))


_Right = tuple[Decimal, Decimal, str]  # a number, how far off is equal, as messages show it


def _rate(form: Form) -> _Right | None:
    funds: FundingLine | None = main_line(form)
    rate = funds.rate if funds else None
    return None if rate is None else (rate, Decimal("0.0001"), shown(rate) or "")


def _indicators(form: Form) -> _Right | None:
    count = len(form.indicators)
    return Decimal(count), Decimal(0), f"{count}个"


def _unmet(form: Form) -> _Right | None:
    """The number of unmet indicators; None while some are not judged."""
    verdicts = [row.verdict for row in form.indicators]
    count = verdicts.count(Verdict.UNMET)
    is_open = Verdict.UNDETERMINED in verdicts
    return None if is_open else (Decimal(count), Decimal(0), f"{count}个")


def _score(form: Form) -> _Right | None:
    total = points_of(form.total_score)
    return None if total is None else (total, _CENT, f"{form.total_score}分")


_FIGURES: tuple[tuple[str, Callable[[Form], _Right | None], Callable[[str | None], Decimal | None]], ...] = (
    ("执行率", _rate, percent),
    ("指标总数", _indicators, money),
    ("未完成指标数", _unmet, money),
    ("自评得分", _score, points_of),
)


def _finding(
    line: SummaryLine,
    head: str,
    filing: Filing,
    message: str,
    *,
    hint: str,
    expected: str | None = None,
    cell: str | None = None,
    subject: str | None = None,
) -> Finding:
    """A finding on a line of the sheet."""
    file = next(file.path for file in filing.files if line in file.summary)
    return Finding(
        message=message,
        hint=hint,
        file=file,
        sheet=line.sheet,
        cell=cell or line.cells.get(head),
        subject=subject or line.texts["项目名称"],
        value=line.texts.get(head),
        expected=expected,
        department=filing.department,
    )
