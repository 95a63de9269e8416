"""The report against the forms: its figures, and what it has to explain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ..assessing import shown
from ..findings import Finding, Severity
from ..forms import FORM_NAMES, REPORT, Filing, Report, Verdict
from ..policy import Policy
from ..quantity import Kind, Quantity, parse, tidy
from .across import related, specific_name
from .indicators import bare
from .money import main_line, ten_thousand_yuan
from .registry import rule
from .texts import tells

# “卫星电话数量：26部”, “群众满意度 100%”: a name and its figure, as reports list them
_LISTED = re.compile(
    r"(?P<name>[^\d\s()（）;；:：。,，、.]{3,20})\s*[:：]?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|"
    r"[\u4e00-\u9fff]{1,3})"
)
_LEVEL = re.compile(r"(?:数量|质量|时效|成本|效益|满意度)指标$")
_SUMMED = re.compile(
    r"指标(?:共|\d|值|$)|已完成|未完成|超额|待核定|未填|完成率$|实际完成|偏差率"
)  # “共设绩效指标12个，已完成10个” counts, and names nothing
_ALL_DONE = re.compile(r"(?:各项|全部|所有)[^，。；;]{0,10}完成(?:率)?\s*(?:为|达到?)?\s*100\s*%")
_MOST = Decimal("0.8")
_COMMON_UNITS = {"元", "万元", "%", "个", "人", "次", "人次", "项", "家", "年", "月", "日", "天", "个月"}


def _report_finding(report: Report, filing: Filing, message: str, **more) -> Finding:
    return Finding(
        message=message,
        file=report.file,
        sheet=report.sheet,
        form=REPORT,
        department=filing.department,
        **more,
    )


@rule("X04", "报告里的数与表不符", Severity.WARNING, scope="filing", needs="report")
def report_unlike_forms(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """A figure in the report is the figure of the forms: E for budget, execution, rate and total, W for what
    it says of indicators.
    """
    for report in filing.reports:
        for section in report.sections:
            yield from _money_in(section.title, section.text, report, filing)
            yield from _indicators_in(section.title, section.text, report, filing)
            yield from _counts_in(section.title, section.text, report, filing)
            yield from _all_done_in(section.title, section.text, report, filing)
            yield from _unknown_in(section.title, section.text, report, filing)


_SAID = re.compile(
    r"(?P<what>项目支出预算|项目预算|基本支出|年初预算|全年预算|调整后预算|全年执行|执行数|项目支出|"
    r"预算执行率|执行率)[^。；;，,\d]{0,10}?(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>万元|元|%)"
)
_MEANT = {
    "年初预算": "initial_budget",
    "全年预算": "annual_budget",
    "调整后预算": "annual_budget",
    "全年执行": "executed",
    "执行数": "executed",
    "预算执行率": "rate",
    "执行率": "rate",
}
_ASKED = re.compile(
    r"要求|目标|不低于|应当|应达|力争|计划|确保|高于|以上|以内"
)  # a figure that is asked for is not one that is told
_BEFORE = 14


def _money_in(title: str, text: str, report: Report, filing: Filing) -> Iterator[Finding]:
    """Budget figures in the report, where one form alone says them: the department form, else a single
    project.

    A figure that some fund row of some form has is right somewhere and not asked about.
    """
    form = next(iter(filing.department_forms), None)
    line = main_line(form) if form and form.funding else None
    if line is None and len(filing.projects) == 1:
        form, line = filing.projects[0], main_line(filing.projects[0])
    if form is None or line is None:
        return
    for match in _SAID.finditer(text):
        key = _MEANT.get(match["what"])
        if key is None or _ASKED.search(text[max(0, match.start() - _BEFORE) : match.end() + 2]):
            continue
        said, unit = Decimal(match["number"].replace(",", "")), match["unit"]
        if key == "rate" and unit == "%" and line.rate is not None:
            if not any(abs(said - rate * 100) <= Decimal("0.5") for rate in _rates(filing)):
                yield _report_finding(
                    report,
                    filing,
                    f"报告“{title}”写执行率{said}%，按表计算是{shown(line.rate)}。",
                    hint="按表中数字改报告。",
                    subject=title,
                    value=f"{said}%",
                    expected=shown(line.rate),
                    severity=Severity.ERROR,
                    related=related(form, line.cells.get("execution_rate")),
                )
        elif key != "rate" and unit != "%" and line.amount(key) is not None:
            told = said if unit == "万元" else said / 10000
            if not any(abs(told - amount) <= Decimal("0.01") for amount in _amounts(filing, key)):
                yield _report_finding(
                    report,
                    filing,
                    (
                        f"报告“{title}”写{match['what']}{match['number']}{unit}，"
                        f"{FORM_NAMES[form.kind]}填{getattr(line, key)}{form.money_unit or ''}。"
                    ),
                    hint="核对后统一。",
                    subject=title,
                    value=f"{match['number']}{unit}",
                    expected=f"{getattr(line, key)}{form.money_unit or ''}",
                    severity=Severity.ERROR,
                    related=related(form, line.cells.get(key)),
                )


def _rates(filing: Filing) -> Iterator[Decimal]:
    """Every execution rate of the filing's fund rows, by the annual and by the initial budget."""
    for form in filing.forms:
        for line in form.funding:
            executed, initial = line.amount("executed"), line.amount("initial_budget")
            if line.rate is not None:
                yield line.rate
            if executed is not None and initial:
                yield executed / initial


def _amounts(filing: Filing, key: str) -> Iterator[Decimal]:
    """This amount of every fund row of the filing, in 万元."""
    for form in filing.forms:
        for line in form.funding:
            amount = line.amount(key)
            if amount is not None:
                yield ten_thousand_yuan(form, amount)


def _indicators_in(title: str, text: str, report: Report, filing: Filing) -> Iterator[Finding]:
    """“卫星电话数量：26部” against the form's completed value of the same name."""
    plain = tidy(text)
    for form in filing.forms:
        for row in form.indicators:
            key = specific_name(row)
            actual = parse(row.actual)
            if key is None or actual.kind is not Kind.NUMBER or not actual.unit:
                continue
            match = re.search(
                rf"{re.escape(key)}[:：为达到是]{{1,2}}(\d+(?:\.\d+)?){re.escape(actual.unit)}", plain
            )
            if match and Decimal(match[1]) != actual.number:
                yield _report_finding(
                    report,
                    filing,
                    (
                        f"报告“{title}”写“{key}”{match[1]}{actual.unit}，"
                        f"{form.name}{row.cells.get('actual', '')}填{row.actual}。"
                    ),
                    hint="核对后统一。",
                    subject=key,
                    value=match[1],
                    expected=row.actual,
                    related=related(form, row.cells.get("actual")),
                )


def _listed(text: str) -> list[tuple[str, Decimal, str]]:
    """The names, numbers and units that a report lists; levels of indicators are no names."""
    found = [
        (match["name"].strip(), Decimal(match["number"]), match["unit"]) for match in _LISTED.finditer(text)
    ]
    return [item for item in found if not _LEVEL.search(item[0]) and not _SUMMED.search(item[0])]


def _counts_in(title: str, text: str, report: Report, filing: Filing) -> Iterator[Finding]:
    """Where a form's indicator does not say what it counts (数量 =25部), a unit that stands once on both
    sides tells (26部).
    """
    rows = [
        (form, row, parse(row.target))
        for form in filing.forms
        for row in form.indicators
        if specific_name(row) is None
    ]
    for form, row, target in rows:
        if not _rare(target) or sum(other.unit == target.unit for _, _, other in rows) > 1:
            continue
        told = [item for item in _listed(text) if item[2].startswith(target.unit)]
        actual = parse(row.actual)
        if len(told) == 1 and told[0][1] != target.number and told[0][1] != actual.number:
            name, number, _ = told[0]
            yield _report_finding(
                report,
                filing,
                (
                    f"报告“{title}”写“{name}”{number}{target.unit}，"
                    f"{FORM_NAMES[form.kind]}“{bare(row.name)}”的指标值是{row.target}、"
                    f"实际完成{row.actual or '没有填'}。"
                ),
                hint="核对后统一。",
                subject=name,
                value=f"{number}{target.unit}",
                expected=row.actual,
                related=related(form, row.cells.get("target")),
            )


def _rare(target: Quantity) -> bool:
    return target.kind is Kind.NUMBER and bool(target.unit) and target.unit not in _COMMON_UNITS


def _all_done_in(title: str, text: str, report: Report, filing: Filing) -> Iterator[Finding]:
    """“各项工作按进度完成100%” while indicators of the forms are unmet."""
    match = _ALL_DONE.search(text)
    unmet = [(form, row) for form in filing.forms for row in form.indicators if row.verdict is Verdict.UNMET]
    if match and unmet:
        named, said = "、".join(f"“{bare(row.name)}”" for _, row in unmet[:3]), "".join(match[0].split())
        yield _report_finding(
            report,
            filing,
            (
                f"报告“{title}”写“{said}”，"
                f"表中有{len(unmet)}个指标未完成（{named}{'等' if len(unmet) > 3 else ''}）。"
            ),
            hint="按表中的完成情况改报告。",
            subject=title,
            value=said,
            expected=f"{len(unmet)}个未完成",
            related=tuple(place for form, row in unmet for place in related(form, row.cells.get("actual"))),
        )


def _unknown_in(title: str, text: str, report: Report, filing: Filing) -> Iterator[Finding]:
    """A report that lists indicators lists those of the forms: asked asked where at least five, and most, are
    like none of theirs.
    """
    from rapidfuzz.fuzz import partial_ratio

    if "指标" not in title and "指标" not in text:
        return
    names = list(dict.fromkeys(name for name, _, _ in _listed(text)))
    known = [bare(row.name) for form in filing.forms for row in form.indicators if row.name]
    unknown = [
        name
        for name in names
        if not any(partial_ratio(name, other) >= 75 for other in known if len(other) >= 3)
    ]
    if known and len(unknown) >= 5 and len(unknown) >= _MOST * len(names):
        yield _report_finding(
            report,
            filing,
            (
                f"报告“{title}”列了{len(names)}个指标，"
                f"其中{len(unknown)}个（{'、'.join(f'“{name}”' for name in unknown[:3])}等）自评表里没有。"
            ),
            hint="报告按自评表的指标逐个写完成情况。",
            subject=title,
            value=unknown[0],
            expected="自评表中的指标",
        )


@rule("X09", "报告没有说明未完成的指标", Severity.WARNING, scope="filing", needs="report")
def report_explains_no_miss(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """三、部分指标情况说明 names the missed indicators with their causes."""
    missed = [row for form in filing.forms for row in form.indicators if row.verdict is Verdict.UNMET]
    if not missed:
        return
    for report in filing.reports:
        for section in report.sections:
            if not re.search(r"指标情况说明|未完成.{0,6}说明|偏离.{0,8}原因|偏差", section.title):
                continue
            named = any(specific_name(row) and specific_name(row) in tidy(section.text) for row in missed)
            if not named and not re.search(r"未完成|没有完成|未达|偏差|未下达|原因", section.text):
                yield _report_finding(
                    report,
                    filing,
                    (
                        f"报告“{section.title}”没有说明未完成的指标，"
                        f"表中有{len(missed)}个（例如“{bare(missed[0].name)}”）。"
                    ),
                    hint="逐个写明未完成的原因和改进措施。",
                    subject=section.title,
                    value=section.text[:40] if tells(section.text) else None,
                )
