"""Rules about the report: its figures are those of the forms, and it explains what was missed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Member, Severity, Treatment
from selfeval_xl.model.forms import FORM_NAMES, REPORT, Filing, Form, Indicator, Report, Verdict
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.places import cells_shown
from selfeval_xl.model.quantity import Kind, Quantity, parse, tidy
from selfeval_xl.rules.across import related, specific_name
from selfeval_xl.rules.funding_table import main_line
from selfeval_xl.rules.indicators import bare
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.sums import Span, amount_span, decimals, in_ten_thousand, printed
from selfeval_xl.rules.texts import says_something

# A name and its figure as reports list them: “卫星电话数量：26部”, “群众满意度 100%”.
_LISTED = re.compile(
    r"(?P<name>[^\d\s()（）;；:：。,，、.]{3,20})\s*+[:：]?+\s*+(?P<number>\d+(?:\.\d+)?)\s*+(?P<unit>%|"
    r"[\u4e00-\u9fff]{1,3})"
)
_LEVEL = re.compile(r"(?:数量|质量|时效|成本|效益|满意度)指标$")
# Words of a count that names no indicator: “共设绩效指标12个，已完成10个”.
_SUMMED = re.compile(r"指标(?:共|\d|值|$)|已完成|未完成|超额|待核定|未填|完成率$|实际完成|偏差率")
_ALL_DONE = re.compile(r"(?:各项|全部|所有)[^，。；;]{0,10}完成(?:率)?\s*(?:为|达到?)?\s*100\s*%")
_IS_CHAPTER = re.compile("[一二三四五六七八九十]{1,3}[、.．]")
_MOST = Decimal("0.8")
_COMMON_UNITS = {"元", "万元", "%", "个", "人", "次", "人次", "项", "家", "年", "月", "日", "天", "个月"}


def _in_report(finding: Finding, report: Report, filing: Filing) -> Finding:
    """The finding with its place in the report."""
    return replace(finding, file=report.file, sheet=report.sheet, form=REPORT, department=filing.department)


@rule(
    "X04",
    "报告里的数与表不符",
    Severity.WARNING,
    asks="报告里的数与表里的一致。",
    scope="filing",
    needs="report",
)
def report_unlike_forms(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """A figure in the report is the figure of the forms.

    E for budget, execution, rate and total; W for what the report says of indicators, and where those that
    it lists are on no form.
    """
    money_in = partial(_money_in, policy=policy)
    for report in filing.reports:
        for section in report.sections:
            for look in (money_in, _indicators_in, _counts_in, _all_done_in, _unknown_in):
                for finding in look(section.title, section.text, filing):
                    yield _in_report(finding, report, filing)


_MONEY = re.compile(
    r"(?P<what>项目支出预算|项目预算|基本支出|年初预算|全年预算|调整后预算|全年执行|执行数|项目支出|"
    r"预算执行率|执行率)[^。；;，,\d]{0,10}?(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>万元|元|%)"
)
_FIELD_BY_WORD = {
    "年初预算": "initial_budget",
    "全年预算": "annual_budget",
    "调整后预算": "annual_budget",
    "全年执行": "executed",
    "执行数": "executed",
    "预算执行率": "rate",
    "执行率": "rate",
}
# Words by which a figure is a target and not a result; they are looked for in the letters before it.
_TARGET = re.compile(r"要求|目标|不低于|应当|应达|力争|计划|确保|高于|以上|以内")
_LETTERS_BEFORE = 14


def _money_in(title: str, text: str, filing: Filing, policy: Policy) -> Iterator[Finding]:
    """Budget figures in the report that differ from the department form, else from a single project's form.

    A figure that any fund row of any form has is taken as right.
    """
    form = next(iter(filing.department_forms), None)
    line = main_line(form) if form and form.funding else None
    if line is None and len(filing.projects) == 1:
        form, line = filing.projects[0], main_line(filing.projects[0])
    if form is None or line is None:
        return
    close, tolerance = policy.number("report_rate_tolerance"), policy.number("funding_tolerance")
    for match in _MONEY.finditer(text):
        key = _FIELD_BY_WORD.get(match["what"])
        if key is None or _TARGET.search(text[max(0, match.start() - _LETTERS_BEFORE) : match.end() + 2]):
            continue
        number, unit = Decimal(match["number"].replace(",", "")), match["unit"]
        if key == "rate" and unit == "%" and line.rate is not None:
            if not any(abs(number / 100 - rate) <= close for rate in _rates(filing)):
                yield Finding(
                    message=f"报告“{title}”写执行率{number}%，按表计算是{shown(line.rate)}。",
                    hint="按表中数字改报告。",
                    subject=title,
                    value=f"{number}%",
                    expected=shown(line.rate),
                    severity=Severity.ERROR,
                    related=related(form, line.cells.get("execution_rate")),
                )
        elif key != "rate" and unit != "%" and line.amount(key) is not None:
            in_report = printed(number, decimals(match["number"]))
            in_report = in_report if unit == "万元" else in_report.times(Decimal("0.0001"))
            if not any(in_report.meets(amount, tolerance) for amount in _amounts(filing, key)):
                yield Finding(
                    message=(
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
    """The execution rates of all fund rows of the filing, by the annual and by the initial budget."""
    for form in filing.forms:
        for line in form.funding:
            executed, initial = line.amount("executed"), line.amount("initial_budget")
            if line.rate is not None:
                yield line.rate
            if executed is not None and initial:
                yield executed / initial


def _amounts(filing: Filing, key: str) -> Iterator[Span]:
    """What this amount of each fund row of the filing may be, in 万元."""
    for form in filing.forms:
        for line in form.funding:
            span = amount_span(line, key)
            if span is not None:
                yield in_ten_thousand(form, span)


def _indicators_in(title: str, text: str, filing: Filing) -> Iterator[Finding]:
    """Figures like “卫星电话数量：26部” that differ from the form's completed value of the same name."""
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
                yield Finding(
                    message=(
                        f"报告“{title}”写“{key}”{match[1]}{actual.unit}，"
                        f"{form.name}{cells_shown(form.file, row.cells.get('actual'))}填{row.actual}。"
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


def _counts_in(title: str, text: str, filing: Filing) -> Iterator[Finding]:
    """Figures that differ from an indicator whose name does not say what it counts (数量 =25部).

    A rare unit that occurs once on both sides shows that both mean the same thing (26部).
    """
    rows = [(form, row, parse(row.target)) for form, row in _rows(filing) if specific_name(row) is None]
    for form, row, target in rows:
        if not _rare(target) or sum(other.unit == target.unit for _, _, other in rows) > 1:
            continue
        alike = [item for item in _listed(text) if item[2].startswith(target.unit)]
        actual = parse(row.actual)
        if len(alike) == 1 and alike[0][1] not in (target.number, actual.number):
            name, number, _ = alike[0]
            yield Finding(
                message=(
                    f"报告“{title}”写“{name}”{number}{target.unit}，"
                    f"{FORM_NAMES[form.kind]}“{bare(row.name)}”（没有写是什么，单位也是“{target.unit}”）"
                    f"的指标值是{row.target}、实际完成{row.actual or '没有填'}。"
                ),
                hint="说的是同一件事的，核对后统一；不是的，请说明。",
                subject=name,
                value=f"{number}{target.unit}",
                expected=row.actual,
                related=related(form, row.cells.get("target")),
            )


def _rare(target: Quantity) -> bool:
    """Whether the target is a number with a unit that few indicators have."""
    return target.kind is Kind.NUMBER and bool(target.unit) and target.unit not in _COMMON_UNITS


def _all_done_in(title: str, text: str, filing: Filing) -> Iterator[Finding]:
    """A claim like “各项工作按进度完成100%” while indicators of the forms are unmet."""
    match = _ALL_DONE.search(text)
    unmet = _unmet(filing)
    if match and unmet:
        named = "、".join(f"“{bare(row.name)}”" for _, row in unmet[:3])
        claim = "".join(match[0].split())
        yield Finding(
            message=(
                f"报告“{title}”写“{claim}”，"
                f"表中有{len(unmet)}个指标未完成（{named}{'等' if len(unmet) > 3 else ''}）。"
            ),
            hint="按表中的完成情况改报告。",
            subject=title,
            value=claim,
            expected=f"{len(unmet)}个未完成",
            related=tuple(cell for form, row in unmet for cell in related(form, row.cells.get("actual"))),
            members=tuple(_on_form(form, row) for form, row in unmet),
        )


def _unmet(filing: Filing) -> list[tuple[Form, Indicator]]:
    """The unmet indicators of the filing with their forms."""
    return [(form, row) for form, row in _rows(filing) if row.verdict is Verdict.UNMET]


def _rows(filing: Filing) -> list[tuple[Form, Indicator]]:
    """The indicators of the filing with their forms; of a form that came in two files once."""
    found: dict[tuple[str | None, ...], tuple[Form, Indicator]] = {}
    for form in filing.forms:
        times: Counter[str | None] = Counter()
        for row in form.indicators:
            times[row.name] += 1
            values = (row.level1, row.level2, row.name, row.target, row.actual)
            found.setdefault((form.kind, form.project, form.unit, *values, str(times[row.name])), (form, row))
    return list(found.values())


def _on_form(form: Form, row: Indicator) -> Member:
    """An unmet indicator of a form, as one of those that a finding on the report takes together."""
    place = cells_shown(form.file, row.cells.get("actual"))
    return Member("", f"{form.name}{place} “{bare(row.name)}”指标值“{row.target}”，实际完成“{row.actual}”")


_LIKE = 75  # likeness of two names, out of 100, above which they may be one


def _unknown_in(title: str, text: str, filing: Filing) -> Iterator[Finding]:
    """A list of indicators of which at least five, and most, are like none of the forms' indicators."""
    from rapidfuzz.fuzz import partial_ratio

    if "指标" not in title and "指标" not in text:
        return
    names = list(dict.fromkeys(name for name, _, _ in _listed(text)))
    on_forms = [bare(row.name) for form in filing.forms for row in form.indicators if row.name]
    unknown = [
        name
        for name in names
        if not any(partial_ratio(name, other) > _LIKE for other in on_forms if len(other) >= 3)
    ]
    if on_forms and len(unknown) >= 5 and len(unknown) >= _MOST * len(names):
        yield Finding(
            message=(
                f"报告“{title}”列了{len(names)}个指标，"
                f"{f'其中{len(unknown)}个' if len(unknown) < len(names) else '全都'}"
                f"（{'、'.join(f'“{name}”' for name in unknown[:3])}等）在自评表里找不到同名的。"
            ),
            hint="报告里的指标照自评表的名称和完成值写；确是自评表以外的，请说明。",
            subject=title,
            value=unknown[0],
            expected="自评表中的指标",
            members=tuple(Member("", f"“{name}”") for name in unknown),
        )


@rule(
    "X09",
    "报告没有说明未完成的指标",
    Severity.WARNING,
    asks="报告里专门说明未完成指标的一节，要真的说明。",
    scope="filing",
    needs="report",
)
def report_explains_no_miss(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """The report's section 三、部分指标情况说明 names the missed indicators with their causes."""
    missed = [row for _, row in _unmet(filing)]
    if not missed:
        return
    names = [name for row in missed if (name := specific_name(row))]
    silent: list[Finding] = []
    for report in filing.reports:
        for section in report.sections:
            if not re.search(r"指标情况说明|未完成.{0,6}说明|偏离.{0,8}原因|偏差", section.title):
                continue
            named = any(name in tidy(section.text) for name in names)
            if named or re.search(r"未完成|没有完成|未达|偏差|未下达|原因", section.text):
                return  # one report of the department explains: the sheet beside a Word report may be empty
            finding = Finding(
                message=(
                    f"报告“{section.title}”没有说明未完成的指标，"
                    f"表中有{len(missed)}个（例如“{bare(missed[0].name)}”）。"
                ),
                hint="逐个写明未完成的原因和改进措施。",
                subject=section.title,
                value=section.text[:40] if says_something(section.text) else None,
            )
            silent.append(_in_report(finding, report, filing))
    yield from silent[:1]


@rule(
    "N12",
    "自评报告有几段没有写",
    Severity.WARNING,
    asks="写在“自评报告”表里的报告，每一段都要写，没有的写“无”。",
    treatment=Treatment.FIX,
    scope="filing",
    needs="report",
)
def report_unfinished(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """Every section of the outline in the workbook has a text; beside a report in Word it need not."""
    if any(report.sheet is None for report in filing.reports):
        return
    for report in filing.reports:
        following = [*(section.title for section in report.sections[1:]), ""]
        blank = [
            section.title
            for section, after in zip(report.sections, following, strict=True)
            if not section.text.strip() and not (_IS_CHAPTER.match(section.title) and after.startswith("（"))
        ]
        if blank:
            named = "、".join(f"“{title}”" for title in blank[:3])
            finding = Finding(
                message=f"自评报告有{len(blank)}段没有写：{named}{'等' if len(blank) > 3 else ''}。",
                hint="逐段写上，没有的写“无”；报告另用Word写的，把那份文件一起报送。",
                subject=blank[0],
            )
            yield _in_report(finding, report, filing)
