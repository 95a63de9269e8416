"""县级情况通报: the county bulletin as a Word file, with the figures of 总览."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import NO_CAUSE
from selfeval_xl.county.departments.data import UNSCORED
from selfeval_xl.errors import UsageError
from selfeval_xl.files import check_replaceable
from selfeval_xl.model.grid import percent_text
from selfeval_xl.model.numbers import rounded
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.reports import rechecks
from selfeval_xl.workflows.reports.county_figures import CountyFigures, FrequentFinding, Row, county_figures
from selfeval_xl.workflows.returns import dates
from selfeval_xl.writers.word import document as word
from selfeval_xl.writers.word.blocks import Block, Chart, Heading, TableBlock, TextBlock
from selfeval_xl.writers.word.compose import put

_LISTED = 200  # most rows of an annex; the county workbook has the rest


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin that was written to `out`, and its figures.

    told: by which workbook officers decided, and what of it did not count.
    """

    out: Path
    figures: CountyFigures
    told: str = ""


def county_bulletin(
    folder: str | Path,
    out: str | Path,
    *,
    roster: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    today: date | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workbook: str | Path | None = None,
) -> Bulletin:
    """Reads the folder as `consolidate` does and writes the bulletin, dated today unless `today` is given.

    workbook: the county workbook with the officers' decisions, with which every number agrees. Raises
    UsageError and OutputError with a Chinese sentence.
    """
    from selfeval_xl.county.confirmations import confirmed_scores
    from selfeval_xl.county.private import private_projects
    from selfeval_xl.county.sender import with_sender
    from selfeval_xl.county.study import study_decided
    from selfeval_xl.county.tables import build, with_opinions

    folder, out = Path(folder), Path(out)
    check_replaceable(out)  # before a county is read
    if not folder.is_dir():
        raise UsageError(f"“{folder}”不是文件夹。情况通报要给出收到的全部材料所在的文件夹。")
    rules = policy if isinstance(policy, Policy) else load(policy)
    material, decisions = study_decided(folder, roster, rules, jobs, progress, workbook)
    if not any(entry.forms for entry in material.entries):
        raise UsageError(f"“{folder}”里没有自评表，写不了情况通报。")
    tables = with_opinions(build(material), decisions.written, material)
    private = private_projects(material, decisions.written)
    unscored = rechecks.unscored_in(decisions.path)
    figures = county_figures(tables, rules, material.roster is not None, private, unscored)
    document = word.new_document()
    year = f"{material.year}年度" if material.year else ""
    word.title(document, f"关于{year}预算绩效自评", "情况的通报")
    document.add_paragraph()
    put(document, blocks(figures, material.year, rules))
    document.add_paragraph()
    for line in (str(with_sender(material)["bureau_name"]), dates.full_day(today or date.today())):
        word.body(document, line, right=True)
    confirmed = confirmed_scores(decisions.written)
    put(document, annexes(figures, confirmed.scores))
    word.save(document, out)
    return Bulletin(out, figures, decisions.told + rechecks.told(figures.rechecks) + confirmed.told())


def blocks(figures: CountyFigures, year: int | None, policy: Policy) -> list[Block]:
    """The four parts of the text as blocks."""
    return [
        Heading("一、总体情况"),
        *_overview(figures),
        Heading("二、主要问题"),
        TextBlock(f"经校验，{figures.findings.sentence()}。"),
        *_problems(figures.problems, bool(policy["name_departments"])),
        Heading("三、未完成原因"),
        *_causes(figures),
        Heading("四、下一步工作"),
        *_next(figures, year),
    ]


def amount(value: Decimal | None) -> str:
    """An amount in 万元 with two decimals; "" for None."""
    return "" if value is None else f"{rounded(value)}"


def share(value: Decimal | None) -> str:
    """A ratio as percent; "" for None."""
    return "" if value is None else percent_text(value)


def _overview(figures: CountyFigures) -> list[Block]:
    """总体情况: submissions, money, indicators and grades."""
    money = figures.money
    return [
        Heading("（一）报送情况", 2),
        TextBlock(_submissions(figures)),
        Heading("（二）资金情况", 2),
        TextBlock(
            f"年初预算{amount(money['initial_budget'])}万元，"
            f"全年预算{amount(money['annual_budget'])}万元，全年执行{amount(money['executed'])}万元，"
            f"执行率{share(figures.rate)}，"
            f"未执行{amount(money['unspent'])}万元。"
        ),
        TableBlock(
            "执行率分布",
            ("执行率", "项目数", "全年预算数（万元）"),
            [(name, str(count), amount(budget)) for name, count, budget in figures.bands],
            (52, 40, 60),
        ),
        Chart(
            "执行率分布（项目数）",
            [name for name, _, _ in figures.bands],
            [("项目数", [count for _, count, _ in figures.bands])],
        ),
        Heading("（三）绩效指标完成情况", 2),
        TextBlock(_indicators(figures)),
        Heading("（四）自评等级", 2),
        TextBlock(_grades(figures)),
        *_rechecked(figures),
    ]


def _rechecked(figures: CountyFigures) -> list[Block]:
    """抽查复核: the figures of the re-check, where there was one."""
    text = rechecks.sentence(figures.rechecks)
    return [Heading("（五）抽查复核情况", 2), TextBlock(text)] if text else []


def _submissions(figures: CountyFigures) -> str:
    """The sentence of 报送情况."""
    departments, projects = figures.departments, figures.projects
    reported = (
        (
            f"应报部门{departments['due']}个，已报{departments['came']}个（其中逾期{departments['late']}个"
            f"），未报{departments['silent']}个；"
        )
        if departments["due"]
        else f"已报部门{departments['came']}个，"
    )
    missing = f"，漏报{projects['missing']}个" if projects["missing"] else ""
    exempt = f"，免评{projects['exempt']}个" if projects["exempt"] else ""
    return f"{reported}已评项目{projects['assessed']}个{missing}{exempt}。"


def _indicators(figures: CountyFigures) -> str:
    """The sentence of 绩效指标完成情况."""
    counts = figures.indicators
    return (
        f"项目绩效指标{counts['total']}个，已完成{counts['met']}个（其中超额完成{counts['exceeded']}个）"
        f"，未完成{counts['unmet']}个（其中完成值为0的{counts['zero']}个），待核定{counts['open']}个，未填{counts['blank']}个，"
        f"完成率{share(figures.completion)}。"
    )


def _grades(figures: CountyFigures) -> str:
    """The sentence of 自评等级."""
    graded = "、".join(
        f"{grade}{count}个" for grade, count, _ in figures.grades if count and grade != UNSCORED
    )
    unscored = next(count for grade, count, _ in figures.grades if grade == UNSCORED)
    full = figures.projects["full"]
    parts = (
        f"自评等级为{graded}" if graded else "",
        f"满分（100分）{full}个" if full else "",
        f"不评分的表{unscored}个" if unscored else "",
    )
    return f"{'；'.join(part for part in parts if part) or '各表没有自评等级'}。"


def _problems(problems: Sequence[FrequentFinding], named: bool) -> list[Block]:
    """主要问题, each with an example. named: the example names its department."""
    if not problems:
        return []
    lines: list[Block] = []
    for number, problem in enumerate(problems, 1):
        where = (
            f"涉及{problem.departments}个部门"
            + (f"、{problem.projects}个项目" if problem.projects else "")
            + f"，共{problem.findings}处"
        )
        whose = problem.department if named else ""
        example = problem.example if named else _nameless(problem)
        lines.append(
            TextBlock(f"{number}.{problem.title}：{where}。例如，{f'{whose}：' if whose else ''}{example}")
        )
    return lines


def _nameless(problem: FrequentFinding) -> str:
    """The example with its department and project made anonymous."""
    text = problem.example
    for name, instead in ((problem.department, "某部门"), (problem.project, "某项目")):
        text = text.replace(name, instead) if len(name) >= 2 else text
    return text


def _causes(figures: CountyFigures) -> list[Block]:
    """未完成原因: a sentence, a table and a chart of the kinds of causes."""
    rows = [(cause, indicators, projects) for cause, indicators, projects in figures.causes if indicators]
    if not rows:
        return [TextBlock("项目绩效指标没有未完成的。")]
    silent = next((indicators for cause, indicators, _ in rows if cause == NO_CAUSE), 0)
    return [
        TextBlock(
            f"未完成的项目指标{figures.indicators['unmet']}个，按单位填写的原因归类如下"
            + (f"，其中{silent}个没有说明原因。" if silent else "。")
        ),
        TableBlock(
            "未完成原因",
            ("原因", "指标数", "涉及项目"),
            [(cause, str(indicators), str(projects)) for cause, indicators, projects in rows],
            (80, 36, 36),
        ),
        Chart(
            "未完成原因（指标数）",
            [cause for cause, _, _ in rows],
            [("指标数", [indicators for _, indicators, _ in rows])],
        ),
    ]


def _next(figures: CountyFigures, year: int | None) -> list[Block]:
    """下一步工作, a numbered paragraph for each task."""
    lines = []
    if figures.missing:
        lines.append(f"补报。未报的{len(figures.missing)}个部门抓紧补报，届时仍未报的在汇总表中列为“未报”。")
    mend, explain = figures.departments["mend"], figures.departments["explain"]
    if mend or explain:
        parts = [
            f"需要修改的{mend}个部门" if mend else "",
            f"只需要说明的{explain}个部门" if explain else "",
        ]
        lines.append(f"修改。{'、'.join(filter(None, parts))}，按退回件逐条修改或说明后重新报送。")
    lines.append(
        "抽查。"
        + (f"建议抽查{len(figures.samples)}个项目，名单见附件。" if figures.samples else "抽查项目另行通知。")
    )
    applied = f"{year + 2}年" if year else "下年"
    decided = "、".join(f"{use}{count}个" for use, count in figures.uses)
    lines.append(
        f"结果应用。自评结果作为编制{applied}预算、申报绩效目标的参考；执行率低、指标完成差的项目从严安排。"
        f"{f'财政审定的安排：{decided}。' if decided else ''}"
    )
    lines.append("公开。自评结果随部门决算一并公开，涉密和名册写明不公开的除外。")
    return [TextBlock(f"{number}.{line}") for number, line in enumerate(lines, 1)]


def annexes(figures: CountyFigures, scores: Sequence[tuple[str, str, str]] = ()) -> list[Block]:
    """The annexes (附件): departments that did not report, low execution rates, projects to look at again.

    scores: department, score and full marks of the appraisal, as far as officers confirmed them.
    """
    found: list[Block] = []
    appraised = _Annex(
        "部门考核得分",
        ("序号", "部门", "得分", "参加考核的满分"),
        [(department, score, full) for department, score, full in scores],
        (16, 80, 30, 34),
    )
    annexes = [annex for annex in (*_annexes(figures), appraised) if annex.rows]
    for number, annex in enumerate(annexes, 1):
        numbered = [(str(position), *row) for position, row in enumerate(annex.rows[:_LISTED], 1)]
        found.append(Heading(f"附件{number}：{annex.name}"))
        found.append(TableBlock("", annex.head, numbered, annex.widths))
        if len(annex.rows) > _LISTED:
            found.append(TextBlock(f"共{len(annex.rows)}个，其余见汇总工作簿。"))
    if found and figures.unnamed:
        found.append(TextBlock("不公开的项目计入合计，不在附件里点名。"))
    return found


@dataclass(frozen=True, slots=True)
class _Annex:
    """A list of the bulletin. rows: without their number; widths: in millimetres."""

    name: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    widths: tuple[int, ...]


def _annexes(figures: CountyFigures) -> list[_Annex]:
    return [
        _Annex(
            "未报部门名单",
            ("序号", "部门", "归口股室", "应评项目数"),
            [(row["department"], row["section"] or "", str(row["due"])) for row in figures.missing],
            (16, 70, 40, 30),
        ),
        _Annex(
            "部分报送部门名单",
            ("序号", "部门", "漏报项目"),
            [(row["department"], row["missing_names"] or "整体自评表") for row in figures.partly],
            (16, 50, 90),
        ),
        _Annex(
            f"执行率低于{figures.low_rate}的项目",
            ("序号", "部门", "项目名称", "全年预算数", "全年执行数", "执行率"),
            [_low_row(row) for row in figures.low],
            (12, 36, 42, 23, 23, 20),
        ),
        _Annex(
            "建议抽查项目名单",
            ("序号", "部门", "项目名称", "抽查理由"),
            [
                (row["department"], row["project"] or "", row.get("sample_reason") or "")
                for row in figures.samples
            ],
            (14, 42, 50, 50),
        ),
        _Annex(
            "复核降等项目名单",
            ("序号", "部门", "项目名称", "自评得分", "自评等级", "复核得分", "复核等级"),
            [rechecks.annex_row(row) for row in figures.rechecks.named],
            (12, 38, 42, 16, 16, 16, 16),
        ),
    ]


def _low_row(row: Row) -> tuple[str, ...]:
    money = (amount(row["annual_budget"]), amount(row["executed"]), share(row["execution_rate"]))
    return (row["department"], row["project"] or "", *money)
