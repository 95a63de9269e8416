"""Rules across the forms of a department and across departments: do they agree, are texts their own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, TypeVar

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.filings.expected import ExpectedProject, matching
from selfeval_xl.model.findings import Finding, Related, Severity, Treatment
from selfeval_xl.model.forms import Filing, Form, Goal, Indicator
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.money import NAMES, ten_thousand_yuan
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.places import cells_shown, form_place
from selfeval_xl.model.quantity import Kind, Quantity, money, parse, tidy
from selfeval_xl.model.sheet_names import STUB
from selfeval_xl.rules.funding_table import main_line
from selfeval_xl.rules.indicators import bare, level
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.sums import Span, amount_span, in_ten_thousand
from selfeval_xl.rules.sums import summed as spans_summed
from selfeval_xl.rules.word_lists import words


def placed(finding: Finding, form: Form, filing: Filing) -> Finding:
    """The finding with its place: the form and the department of the filing."""
    return replace(
        finding,
        file=form.file,
        sheet=form.sheet,
        form=form.kind,
        department=filing.department,
        project=form.project,
    )


def related(form: Form, cell: str | None) -> tuple[Related, ...]:
    """The reference of a finding to a cell of another form."""
    return (Related(form.file, form.sheet, cell),)


def specific_name(row: Indicator) -> str | None:
    """The name by which an indicator is recognised on other forms; None for one that says nothing."""
    return _specific(row.name, row.level1, row.level2)


@lru_cache(maxsize=16_384)
def _specific(name: str | None, level1: str | None, level2: str | None) -> str | None:
    name = re.sub(r"[“”\"'()（）、,，\s]", "", bare(name))
    plain = name.removesuffix("指标")
    generic = plain in words("empty_names") or plain in (level(level1), level(level2)) or len(plain) < 4
    return (
        None
        if generic or re.fullmatch(r"(?:服务对象|群众|社会公众|公众|受益对象|职工|部门)?满意(?:度|率)", plain)
        else name
    )


def _pairs(filing: Filing) -> Iterator[tuple[Form, Indicator, list[tuple[Form, Indicator]]]]:
    """Yields each department indicator with the project indicators of the same specific name."""
    if not filing.department_forms:
        return
    projects: dict[str, list[tuple[Form, Indicator]]] = defaultdict(list)
    for form in filing.projects:
        for row in form.indicators:
            key = specific_name(row)
            if key:
                projects[key].append((form, row))
    for whole in filing.department_forms:
        for row in whole.indicators:
            key = specific_name(row)
            if key and key in projects:
                yield whole, row, projects[key]


class BaseValue(NamedTuple):
    """A number in base units, its dimension, and half of its last digit as the rounding it allows."""

    dimension: str
    value: Decimal
    half_digit: Decimal


def in_base_units(quantity: Quantity) -> BaseValue | None:
    """The quantity in base units; None where it is no plain number."""
    if quantity.kind is not Kind.NUMBER or quantity.number is None:
        return None
    measure = quantity.measure
    factor = measure.factor if measure else Decimal(1)
    exponent = quantity.number.as_tuple().exponent
    assert isinstance(exponent, int)  # a Decimal that was parsed from digits is finite
    half_digit = Decimal(1).scaleb(exponent) / 2
    return BaseValue(measure.dimension if measure else "count", quantity.number * factor, half_digit * factor)


def _differ(text: str | None, other_texts: list[str | None]) -> bool:
    """Whether a value differs from each of the others and from their sum; False where incomparable."""
    whole = in_base_units(parse(text))
    parts = [part for other in other_texts if (part := in_base_units(parse(other))) is not None]
    if whole is None or not parts or len(parts) < len(other_texts):
        return False
    if any(part.dimension != whole.dimension for part in parts):
        return False
    total = sum((part.value for part in parts), Decimal(0))
    slack = sum((part.half_digit for part in parts), Decimal(0))
    accepted = [(part.value, part.half_digit) for part in parts] + [(total, slack)]
    return all(abs(whole.value - value) > max(whole.half_digit, half) for value, half in accepted)


def _disagreement(filing: Filing, key: str, what: str, hint: str) -> Iterator[Finding]:
    """The indicators of the department form whose field `key` is not that of the project forms."""
    for whole, row, others in _pairs(filing):
        value = getattr(row, key)
        if value is None or not _differ(value, [getattr(other, key) for _, other in others]):
            continue
        form, other = others[0]
        yield placed(
            row.finding(
                key,
                (
                    f"“{bare(row.name)}”的{what}：部门整体表填“{value}”"
                    f"{_converted(value, getattr(other, key))}，项目表“{form.name}”"
                    f"{cells_shown(form.file, other.cells.get(key))}填“{getattr(other, key)}”，两表不一致。"
                ),
                hint=hint,
                expected=getattr(other, key),
                related=related(form, other.cells.get(key)),
            ),
            whole,
            filing,
        )


def _converted(text: str, other: str | None) -> str:
    """The value in the unit of the other one, in brackets: （合14.904万元）; "" where both have one unit."""
    value, wanted = parse(text), parse(other)
    measure, other_measure = value.measure, wanted.measure
    if value.number is None or measure is None or other_measure is None or value.unit == wanted.unit:
        return ""
    if measure.dimension != other_measure.dimension or measure.factor == other_measure.factor:
        return ""
    number = rounded(value.number * measure.factor / other_measure.factor, 6)
    return f"（合{plain_number(number)}{wanted.unit}）"


@rule(
    "X01",
    "同一指标两表指标值不同",
    Severity.ERROR,
    asks="同一个指标，项目表和部门整体表的年度指标值一致（换算单位后比较）。",
    scope="filing",
)
def targets_differ(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """The same indicator has the same target on project form and department form, after unit conversion."""
    yield from _disagreement(
        filing,
        "target",
        "年度指标值",
        "按预算批复的指标值，把填错的那张表改过来；批复的就不一致的，请财政局更正。",
    )


@rule(
    "X02",
    "同一指标两表完成值不同",
    Severity.ERROR,
    asks="同一个指标，项目表和部门整体表的实际完成值一致；各项目之和也可以。",
    scope="filing",
)
def completions_differ(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """The same indicator has the same completed value on both forms; the projects' sum is accepted too."""
    yield from _disagreement(filing, "actual", "实际完成值", "核对实际完成数，两张表改成一致。")


@rule(
    "X03",
    "项目名称前后不一",
    Severity.WARNING,
    asks="同一个项目在各张表里用同一个名称。",
    treatment=Treatment.EXPLAIN,
    scope="filing",
)
def project_named_differently(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """A project has one name in a filing: on its own form and among the department's tasks."""
    from rapidfuzz.fuzz import partial_ratio, ratio

    names = {tidy(form.project): form for form in filing.projects if form.project}
    for whole in filing.department_forms:
        for task in whole.tasks:
            name = tidy(task.name or "")
            if not name or name in names or any(name in other or other in name for other in names):
                continue
            near = [
                (max(ratio(name, other), partial_ratio(name, other) - 10), other)
                for other in names
                if not _only_number_differs(name, other)
            ]
            score, other = max(near, default=(0, ""))
            if score >= 70:
                form = names[other]
                yield placed(
                    task.finding(
                        "name",
                        f"任务里写的是“{task.name}”，项目表里是“{form.project}”，名称不一样。",
                        hint="是同一个项目的，按预算批复的名称改成一致；是两个项目的，请说明。",
                        value=task.name,
                        expected=form.project,
                        related=related(form, form.cells.get("project")),
                    ),
                    whole,
                    filing,
                )


def _only_number_differs(name: str, other: str) -> bool:
    numberless, other_numberless = (re.sub(r"[\d一二三四五六七八九十]+", "#", text) for text in (name, other))
    return numberless == other_numberless


@rule(
    "X06",
    "部门表与项目表金额不符",
    Severity.ERROR,
    asks="部门表的项目支出等于各项目表之和；含基本支出的合计不小于它。",
    scope="filing",
)
def department_unlike_projects(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """The department's 项目支出 row is the sum of its projects.

    A total that includes 基本支出 is not below that sum (W).
    """
    if len(filing.projects) < 2:
        return
    for whole in filing.department_forms:
        for key in ("annual_budget", "executed"):
            summed = _sum_of_projects(filing.projects, key)
            finding = (
                _unlike_projects(whole, key, summed, len(filing.projects)) if summed is not None else None
            )
            if finding is not None:
                yield placed(finding, whole, filing)


def _sum_of_projects(projects: Sequence[Form], key: str) -> tuple[Decimal, Span] | None:
    """The sum of one amount over all projects in 万元, and what it may be; None unless each form has it."""
    lines = [(form, main_line(form)) for form in projects]
    amounts = [
        (form, amount, span)
        for form, line in lines
        if line and (amount := line.amount(key)) is not None and (span := amount_span(line, key))
    ]
    if len(amounts) < len(projects):
        return None
    total = sum((ten_thousand_yuan(form, amount) for form, amount, _ in amounts), Decimal(0))
    return total, spans_summed(in_ten_thousand(form, span) for form, _, span in amounts)


def _unlike_projects(whole: Form, key: str, sums: tuple[Decimal, Span], count: int) -> Finding | None:
    """The finding on the department form's 项目支出, or its total, where it disagrees with the projects' sum.

    sums: in 万元; count: of the projects.
    """
    summed, possible = sums
    row = next((line for line in whole.funding if line.source.endswith("项目支出")), None)
    line = row or whole.total_funding
    amount = line.amount(key) if line else None
    span = amount_span(line, key) if line else None
    if line is None or amount is None or span is None:
        return None
    printed_as = in_ten_thousand(whole, span)
    filled = f"{getattr(line, key)}{whole.money_unit or ''}"
    if row is not None and not printed_as.meets(possible):
        return row.finding(
            key,
            f"部门表“项目支出”{NAMES[key]}填{filled}，{count}张项目表合计{summed}万元。",
            hint="核对是否漏报项目或填错金额。",
            expected=str(summed),
        )
    if row is None and printed_as.high < possible.low:
        return line.finding(
            key,
            f"部门表{NAMES[key]}合计{filled}，小于{count}张项目表之和{summed}万元。",
            hint="核对部门表或项目表的金额。",
            expected=f"不小于{summed}",
            severity=Severity.WARNING,
        )
    return None


@rule(
    "X07", "同一项目报了两份不同的表", Severity.ERROR, asks="一次报送里同一个项目只有一份表。", scope="filing"
)
def project_twice(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """A project stands once in a submission; a later file is a resubmission and replaces the earlier one."""
    saved = {file.path: file.saved for file in filing.files}
    seen: dict[tuple[str, str, int | None], Form] = {}
    for form in filing.projects:
        if not form.project:
            continue
        key = (form.project_code or tidy(form.project), tidy(form.unit or ""), form.year)
        other = seen.setdefault(key, form)
        if other is form:
            continue
        first_saved, now_saved = saved.get(other.file), saved.get(form.file)
        if other.file == form.file or not first_saved or not now_saved or first_saved == now_saved:
            yield placed(
                form.finding(
                    "project",
                    f"“{form.project}”有两份数据不同的表，另一份在“{form_place(other, form.file)}”。",
                    hint="只留正确的一份。",
                    related=related(other, other.cells.get("project")),
                ),
                form,
                filing,
            )


_Text = TypeVar("_Text", bound=Hashable)
_OWN_WORDS = 25  # characters; shorter sentences are alike in many departments


@rule(
    "X08",
    "与其他部门的文字相同",
    Severity.WARNING,
    asks="目标、完成情况和原因写本部门自己的，不与其他部门一字不差；同名项目、同一主管部门的单位除外。",
    scope="county",
)
def copied_from_another(filings: Sequence[Filing], policy: Policy) -> Iterator[Finding]:
    """Goal and reason texts are a department's own (exempt: same-named projects, units of one 主管部门)."""
    forms = [(filing, form) for filing in filings for form in filing.forms]
    copied = copied_texts((filing, form, [text for *_, text in own_texts(form)]) for filing, form in forms)
    for filing, form in forms:
        if id(form) in copied:
            yield from said_before(form, filing, copied[id(form)].get)


def copied_texts(
    forms: Iterable[tuple[Filing, Form, Iterable[_Text]]],
) -> dict[int, dict[_Text, Form]]:
    """The texts of each form (by its id) that another department sent before, each with that one's form.

    forms: in order of receipt, each with its texts or with digests in their place.
    """
    seen: dict[_Text, tuple[Filing, Form]] = {}
    copied: dict[int, dict[_Text, Form]] = {}
    for filing, form, texts in forms:
        for text in texts:
            first, other = seen.setdefault(text, (filing, form))
            if first.department != filing.department and not _may_agree(form, other):
                copied.setdefault(id(form), {})[text] = other
    return copied


def said_before(form: Form, filing: Filing, copied: Callable[[str], Form | None]) -> Iterator[Finding]:
    """The findings on those texts of a form that another department sent before.

    copied: the form in which it did. The finding refers to it, and does not name it: that is for the bureau.
    """
    for record, key, what, text in own_texts(form):
        if other := copied(text):
            yield placed(
                record.finding(
                    key,
                    f"{what}和另一个部门报来的一字不差（“{text[:20]}……”）。",
                    hint="改成本单位、本项目的实际情况。",
                    value=text[:40],
                    related=related(other, None),
                ),
                form,
                filing,
            )


def own_texts(form: Form) -> Iterator[tuple[Goal | Indicator, str, str, str]]:
    """The texts of a form that are a department's own: record, field, name on screen, text without blanks."""
    places: list[tuple[Goal | Indicator, str, str]] = [
        (form.goal, "expected", "年度目标"),
        (form.goal, "actual", "目标完成情况"),
        *((row, "note", "偏差原因") for row in form.indicators),
    ]
    for record, key, what in places:
        text = tidy(getattr(record, key) or "")
        if len(text) >= _OWN_WORDS and STUB not in text:
            yield record, key, what, text


def _may_agree(form: Form, other: Form) -> bool:
    """Whether two forms may have the same texts: projects of one name, units of one 主管部门."""
    if form.project and other.project and tidy(form.project) == tidy(other.project):
        return True
    return bool(form.department and other.department and tidy(form.department) == tidy(other.department))


@rule("X10", "漏报", Severity.ERROR, asks="名册里的项目和表都要报。", scope="filing", needs="roster")
def missing_from_roster(filing: Filing, policy: Policy, due: Sequence[ExpectedProject]) -> Iterator[Finding]:
    """Every project that the roster expects was received, unless it is exempt.

    `due`: the roster's projects of this department.
    """
    received = [matching(form, due) for form in filing.projects]
    for project in due:
        if not project.exempt and project not in received:
            yield Finding(
                message=(
                    f"名册里的项目“{project.name}”"
                    f"{f'（{project.code}）' if project.code else ''}没有报自评表。"
                ),
                hint="补报这个项目的自评表；确属免评的，请与财政局确认。",
                subject=project.name,
                expected=project.name,
                file=filing.files[0].path if filing.files else "",
                project=project.name,
            )


@rule("X11", "名册外项目", Severity.WARNING, asks="报来的项目都在名册里。", scope="filing", needs="roster")
def outside_the_roster(filing: Filing, policy: Policy, due: Sequence[ExpectedProject]) -> Iterator[Finding]:
    """Every project received stands in the roster, if that has any project of this department."""
    if not due:
        return
    for form in filing.projects:
        if form.project and matching(form, due) is None:
            yield placed(
                form.finding(
                    "project",
                    f"“{form.project}”不在名册里。",
                    hint="核对项目名称和编码；确是新增项目的，请与财政局确认后补进名册。",
                ),
                form,
                filing,
            )


@rule(
    "X12",
    "所有项目都是满分",
    Severity.NOTE,
    asks="一个部门的项目全部是100分的，请财政局抽查。",
    treatment=Treatment.BUREAU,
    scope="filing",
)
def all_full_marks(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """A department whose projects all have 100 points is looked at by the bureau."""
    scores = [(form, money(form.total_score)) for form in filing.projects if form.total_score]
    least = max(policy.number("full_marks"), Decimal(1))
    if (
        len(scores) >= least
        and len(scores) == len(filing.projects)
        and all(score == 100 for _, score in scores)
    ):
        form = scores[0][0]
        yield placed(
            form.finding("total_score", f"{len(scores)}个项目自评全部是100分。", hint="请财政局抽查。"),
            form,
            filing,
        )
