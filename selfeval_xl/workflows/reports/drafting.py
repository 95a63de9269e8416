"""The parts of the self-evaluation report as blocks, drafted from the forms.

Whatever only the department knows stays visible as 待填写.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from selfeval_xl.assessment.reasons import has_measure, has_reason
from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.model.forms import FORM_NAMES, PROJECT, Form, FundingLine, Indicator
from selfeval_xl.model.money import AMOUNTS, NAMES, ten_thousand_yuan
from selfeval_xl.model.numbers import rounded, shown
from selfeval_xl.model.quantity import is_blank
from selfeval_xl.rules.narrative import clean
from selfeval_xl.rules.texts import is_instruction
from selfeval_xl.workflows.reports.figures import (
    Counts,
    Money,
    ReportFigures,
    by_category,
    counts,
    money_of,
    score_of,
    unmet,
)
from selfeval_xl.writers.word.blocks import Block, Chart, TableBlock, TextBlock

MOST_IN_A_CHART = 12
_MONEY_HEAD = ("资金来源", "年初预算数", "全年预算数", "全年执行数", "执行率")
_PROJECT_HEAD = ("项目名称", "年初预算数", "全年预算数", "全年执行数", "执行率", "自评得分")
_INDICATOR_HEAD = ("类别", "指标数", "已完成", "其中超额", "未完成", "待核定", "未填", "完成率")
_MONEY_WIDTHS, _PROJECT_WIDTHS, _INDICATOR_WIDTHS = (
    (48, 27, 27, 27, 27),
    (34, 23, 23, 23, 21, 32),
    (30, 16, 17, 19, 17, 17, 14, 26),
)


def waiting(what: str) -> str:
    """The stub for a text that only the department can write: 【待填写：编制数和实有人数】."""
    return f"【待填写：{what}】"


def money_blocks(figures: ReportFigures) -> list[Block]:
    """收支情况: a sentence, tables of the fund rows and of the projects, and the chart of execution."""
    money, year = figures.money, f"{figures.year}年" if figures.year else "本年度"
    if money.annual_budget is None:
        return [TextBlock(waiting("收支情况（表中没有填写全年预算数）"))]
    amounts = "，".join(
        f"{name}{money.shown(key)}万元"
        for key, name in (
            ("initial_budget", "年初预算"),
            ("annual_budget", "全年预算（调整后）"),
            ("executed", "全年执行"),
        )
        if money.shown(key)
    )
    rate = f"，预算执行率{money.shown('rate')}" if money.rate is not None else ""
    blocks: list[Block] = [TextBlock(f"{year}本部门{amounts}{rate}（金额取自{money.basis}）。")]
    whole = next((form for form in figures.wholes if money_of(form).annual_budget is not None), None)
    if whole is not None or len(figures.projects) == 1:
        form = whole or figures.projects[0]
        blocks.append(
            TableBlock(
                "资金情况（单位：万元）",
                _MONEY_HEAD,
                [_money_row(form, line) for line in form.funding if _has_money(line)],
                _MONEY_WIDTHS,
            )
        )
    if len(figures.projects) > 1:
        rows = [_project_row(form) for form in figures.projects]
        rows.append(("合计", *_money_cells(_total(figures.projects)), ""))
        blocks.append(TableBlock("项目支出情况（单位：万元）", _PROJECT_HEAD, rows, _PROJECT_WIDTHS))
    return [*blocks, *_execution_chart(figures)]


def _has_money(line: FundingLine) -> bool:
    """Whether a fund row belongs in the table: source rows with an amount, the total row with zeros too."""
    return any(line.amount(key) is not None for key in AMOUNTS) and (
        line.is_total or any(line.amount(key) for key in AMOUNTS)
    )


def _money_row(form: Form, line: FundingLine) -> tuple[str, ...]:
    initial, annual, executed = (
        None if amount is None else ten_thousand_yuan(form, amount) for amount in map(line.amount, AMOUNTS)
    )
    return (line.source, *_money_cells(Money(initial, annual, executed)))


def _money_cells(money: Money) -> tuple[str, ...]:
    return tuple(money.shown(key) for key in (*AMOUNTS, "rate"))


def _project_row(form: Form) -> tuple[str, ...]:
    return (form.project or "（未填项目名称）", *_money_cells(money_of(form)), score_of(form))


def _total(projects: Iterable[Form]) -> Money:
    """The sums over all projects."""
    amounts = [money_of(form) for form in projects]
    initial, annual, executed = (
        sum((getattr(money, key) or Decimal(0) for money in amounts), Decimal(0)) for key in AMOUNTS
    )
    return Money(initial, annual, executed)


def _execution_chart(figures: ReportFigures) -> list[Block]:
    """The chart of budget and execution: of the largest projects, or of the only project or department."""
    amounts = (
        [(form.project or "项目", money_of(form)) for form in figures.projects]
        if len(figures.projects) > 1
        else [("本部门" if figures.wholes else "本项目", figures.money)]
    )
    amounts = sorted(
        (pair for pair in amounts if pair[1].annual_budget is not None),
        key=lambda pair: -(pair[1].annual_budget or 0),
    )[:MOST_IN_A_CHART]
    names = [name if len(name) <= 12 else f"{name[:11]}…" for name, _ in amounts]
    series = [
        (
            label,
            [None if getattr(money, key) is None else rounded(getattr(money, key)) for _, money in amounts],
        )
        for key, label in (
            ("initial_budget", "年初预算数"),
            ("annual_budget", "全年预算数"),
            ("executed", "全年执行数"),
        )
    ]
    return [Chart("预算执行情况（万元）", names, series)] if amounts else []


def results_blocks(figures: ReportFigures, typed: str = "") -> list[Block]:
    """绩效目标、指标设定及完成情况: goals, counts by category, and the chart of completion.

    typed: the department's own text, which stands in place of the goals.
    """
    blocks: list[Block] = [TextBlock(typed)] if typed else []
    for form in figures.wholes:
        for label, text in (("预期目标", form.goal.expected), ("实际完成情况", form.goal.actual)):
            if not typed and _is_answer(text):
                blocks.append(TextBlock(f"{label}：{_short(clean(text or ''))}"))
    for kind, forms in (("部门整体支出", figures.wholes), ("项目支出", figures.projects)):
        if forms and (rows := [row for form in forms for row in form.indicators]):
            total = counts(rows)
            subject = f"{len(forms)}个项目" if kind == "项目支出" else "部门整体支出"
            blocks.append(TextBlock(f"{subject}共设绩效指标{total.total}个，{_counts_text(total)}。"))
            table = [(name, *_count_cells(each)) for name, each in by_category(forms)]
            blocks.append(
                TableBlock(
                    f"{kind}绩效指标完成情况（单位：个）",
                    _INDICATOR_HEAD,
                    [*table, ("合计", *_count_cells(total))],
                    _INDICATOR_WIDTHS,
                )
            )
    return [*blocks, *_completion_chart(figures)]


def _counts_text(numbers: Counts) -> str:
    parts = [
        f"已完成{numbers.met}个" + (f"（其中超额完成{numbers.exceeded}个）" if numbers.exceeded else ""),
        f"未完成{numbers.unmet}个",
    ]
    parts += [f"待核定{numbers.undetermined}个"] if numbers.undetermined else []
    parts += [f"未填{numbers.empty}个"] if numbers.empty else []
    return "，".join(parts) + (f"，完成率{numbers.rate}" if numbers.rate else "")


def _count_cells(numbers: Counts) -> tuple[str, ...]:
    cells = (
        numbers.total,
        numbers.met,
        numbers.exceeded,
        numbers.unmet,
        numbers.undetermined,
        numbers.empty,
    )
    return (*map(str, cells), numbers.rate)


def _completion_chart(figures: ReportFigures) -> list[Block]:
    """The chart of indicators by category and verdict."""
    categories = by_category(figures.forms)
    series = [
        (label, [getattr(numbers, key) or None for _, numbers in categories])
        for key, label in (
            ("met", "已完成"),
            ("unmet", "未完成"),
            ("undetermined", "待核定"),
            ("empty", "未填"),
        )
        if any(getattr(numbers, key) for _, numbers in categories)
    ]
    return (
        [Chart("绩效指标完成情况（个）", [name for name, _ in categories], series, stacked=True)]
        if series
        else []
    )


def _is_answer(text: str | None) -> bool:
    """Whether a text is an answer, and not empty or only the printed guidance."""
    return text is not None and not is_blank(text) and not is_instruction(text)


def _short(text: str, most: int = 600) -> str:
    """The text on one line; a long one is cut and refers to the form."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]}……（全文见部门整体支出绩效自评表）"


def task_blocks(figures: ReportFigures, typed: str = "") -> list[Block]:
    """重点工作任务完成情况: the tasks of the department form, else the projects' goals."""
    blocks: list[Block] = [TextBlock(typed)] if typed else []
    tasks = [task for form in figures.wholes for task in form.tasks if task.name]
    if tasks:
        rows = [
            (task.name or "", clean(task.content or ""), clean(task.outcome or "") or waiting("完成情况"))
            for task in tasks
        ]
        return [
            *blocks,
            TableBlock("年度主要任务完成情况", ("任务名称", "主要内容", "完成情况"), rows, (36, 60, 60)),
        ]
    goals = [form for form in figures.projects if _is_answer(form.goal.actual)]
    blocks += [TextBlock(f"{form.name}：{_short(clean(form.goal.actual or ''), 300)}") for form in goals]
    return blocks or [TextBlock(waiting("重点工作任务完成情况"))]


def missed_blocks(figures: ReportFigures, typed: str = "") -> list[Block]:
    """部分指标情况说明: each unmet indicator with its cause and measure.

    They come from the reason column; a stub asks for what is missing there.
    """
    blocks: list[Block] = [TextBlock(typed)] if typed else []
    rows = unmet(figures.forms)
    if not rows:
        open_rows = counts(row for form in figures.forms for row in form.indicators)
        left = "、".join(
            f"{name}{number}个"
            for name, number in (("待核定", open_rows.undetermined), ("未填", open_rows.empty))
            if number
        )
        left = f"另有{left}，请核对。" if left else ""
        return blocks or [TextBlock(f"没有未完成的绩效指标。{left}")]
    blocks.append(TextBlock(f"未完成的指标共{len(rows)}个，逐个说明如下。"))
    return blocks + [
        TextBlock(f"{number}.{_missed(form, row)}") for number, (form, row) in enumerate(rows, 1)
    ]


def _missed(form: Form, row: Indicator) -> str:
    """The sentences about one unmet indicator."""
    subject = f"项目“{form.project}”" if form.kind == PROJECT and form.project else FORM_NAMES[form.kind]
    deviation = f"，偏差率{shown(row.deviation)}" if row.deviation is not None else ""
    note = clean(row.note or "")
    measure = f"改进措施：{waiting('下一步怎么做、什么时候完成')}。"
    if not has_reason(note):
        reason = f"原因：{waiting('没有完成的原因')}；{measure}"
    else:
        reason = (note if note.startswith("原因") else f"原因：{note}") + (
            "" if has_measure(note) else measure
        )
    return (
        f"{subject}的“{clean(row.name or '')}”：年度指标值{clean(row.target or '')}，"
        f"实际完成{clean(row.actual or '')}，未完成{deviation}。{reason}"
    )


# The ids of the rules that show a problem, the problem, and the advice.
_PROBLEMS: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset(("F05", "F12", "F13")),
        "预算执行进度偏慢",
        "加快项目实施和资金支付，按季度通报执行进度。",
    ),
    (
        frozenset(("F06", "F10")),
        "年初预算编制不够准确，年中调整较大",
        "编制预算时细化测算依据，减少年中调整。",
    ),
    (
        frozenset(("I01", "I02", "I03", "I04", "I05", "I07", "I08", "I10", "I11", "I12", "I13", "I16")),
        "绩效指标设置不够规范、不够具体",
        "申报下年绩效目标时细化、量化指标，按类别设置。",
    ),
    (
        frozenset(("I09", "I14")),
        "绩效指标不够完整，没有覆盖主要支出或全部类别",
        "申报下年绩效目标时补齐产出、效益和成本指标。",
    ),
    (frozenset(("D06",)), "部分指标的目标值偏低，大幅超额完成", "参照历年完成情况合理确定目标值。"),
    (
        frozenset(("D03", "D04", "D05", "D10")),
        "部分未完成指标的原因分析和改进措施不够具体",
        "逐个分析原因，明确改进的责任人和完成时间。",
    ),
)


def problem_blocks(figures: ReportFigures, findings: Sequence[Finding], typed: str = "") -> list[Block]:
    """存在的问题和建议: the department's own text, else drafted from the figures and findings."""
    if typed:
        return [TextBlock(typed)]
    lines = []
    missed = unmet(figures.forms)
    if missed:
        lines.append(f"部分绩效指标没有完成，共{len(missed)}个。建议逐个落实改进措施，明确完成时间。")
    for rules, problem, advice in _PROBLEMS:
        places = {
            (finding.file, finding.sheet, finding.cell)
            for finding in findings
            if finding.rule in rules and finding.treatment is not Treatment.BUREAU
        }
        if places:
            lines.append(f"{problem}（{len(places)}处）。建议{advice}")
    blocks: list[Block] = [TextBlock(f"{number}.{line}") for number, line in enumerate(lines, 1)]
    return [*blocks, TextBlock(waiting("本部门认为还有哪些问题、有什么建议；没有的删去这一行"))]


def with_marks(text: str, findings: Iterable[Finding]) -> str:
    """The text with each figure that differs from the forms marked: 150.00万元【表中为132.71】."""
    for finding in findings:
        if finding.value and finding.expected and finding.value in text and finding.expected[0].isdecimal():
            text = text.replace(finding.value, f"{finding.value}【表中为{finding.expected}】", 1)
    return text


def placeholders(figures: ReportFigures) -> Mapping[str, str]:
    """The values for a county's own template, by the name in its {{…}}."""
    numbers = counts(row for form in figures.forms for row in form.indicators)
    values = {
        "部门名称": figures.department,
        "年度": str(figures.year or ""),
        "项目个数": str(len(figures.projects)),
        "执行率": figures.money.shown("rate"),
        "指标总数": str(numbers.total),
        "已完成": str(numbers.met),
        "超额完成": str(numbers.exceeded),
        "未完成": str(numbers.unmet),
        "待核定": str(numbers.undetermined),
        "指标完成率": numbers.rate,
    }
    return values | {NAMES[key]: figures.money.shown(key) for key in AMOUNTS}
