"""部门整体支出绩效自评报告: a Word file drafted from one department's forms and the texts that it wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.errors import UsageError
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import REPORT, Filing, ReadFile
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.reports.drafting import (
    missed_blocks,
    money_blocks,
    placeholders,
    problem_blocks,
    results_blocks,
    task_blocks,
    waiting,
    with_marks,
)
from selfeval_xl.workflows.reports.figures import ReportFigures, figures
from selfeval_xl.workflows.reports.outline import CHAPTERS, typed_texts
from selfeval_xl.writers.word import document as word
from selfeval_xl.writers.word.blocks import Block, Heading, TextBlock
from selfeval_xl.writers.word.compose import put

TITLE = "部门整体支出绩效自评报告"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A report that was written to `out`.

    waiting: the number of places that the department still has to fill in. differing: the number of typed
    figures unlike the forms. unknown: placeholders of the template without a value.
    """

    out: Path
    department: str
    waiting: int
    differing: int
    unknown: tuple[str, ...] = ()


def draft_report(
    paths: Iterable[str | Path],
    out: str | Path,
    *,
    template: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    today: date | None = None,
) -> Drafted:
    """Writes the report of the one department whose forms are in these files.

    template: a county's own Word file with {{…}}. today: the date below the report, that of the run without
    it. Raises UsageError (no forms, several departments, a template that is no Word file) and OutputError
    with a Chinese sentence.
    """
    from selfeval_xl.filings.grouping import gather
    from selfeval_xl.readers import read_files

    out = Path(out)
    files = list(read_files(list(paths)))
    rules = policy if isinstance(policy, Policy) else load(policy)
    return write_report(_only(gather(files)), files, out, template, rules, today)


def _only(filings: Sequence[Filing]) -> Filing:
    """The one filing with forms. Raises UsageError where there is none, or more than one."""
    filings = [filing for filing in filings if filing.forms]
    if not filings:
        raise UsageError("这些文件里没有自评表，写不了报告。请给出部门的自评工作簿。")
    if len(filings) > 1:
        names = "、".join(filing.department for filing in filings[:5])
        raise UsageError(
            f"这些文件属于{len(filings)}个部门（{names}），报告一次只写一个部门的。请只给一个部门的文件。"
        )
    return filings[0]


def write_report(
    filing: Filing,
    files: Iterable[ReadFile],
    out: Path,
    template: str | Path | None,
    policy: Policy,
    today: date | None = None,
) -> Drafted:
    """Writes the report of a filing that was read. Raises as `draft_report`."""
    findings = check([filing], policy, files)
    about = figures(filing, policy)
    parts = report_parts(filing, about, list(findings))
    today = today or date.today()
    day = f"{today.year}年{today.month}月{today.day}日"
    unknown: tuple[str, ...] = ()
    if template:
        from selfeval_xl.workflows.reports.county_template import fill_template

        document, unknown = fill_template(template, {**placeholders(about), "日期": day}, parts)
    else:
        document = word.new_document()
        document.core_properties.title = (
            f"{about.department}{about.year or ''}{'年' if about.year else ''}{TITLE}"
        )
        word.title(document, about.department, f"{about.year or waiting('哪一年')}年{TITLE}")
        document.add_paragraph()
        put(document, outlined(parts))
        word.signature(document, about.department, day)
    word.save(document, out, today)
    texts = [block.text for blocks in parts.values() for block in blocks if isinstance(block, TextBlock)]
    return Drafted(
        out,
        about.department,
        sum(text.count("【待填写") for text in texts) + (not template and about.year is None),
        sum(text.count("【表中为") for text in texts),
        unknown,
    )


def report_parts(filing: Filing, about: ReportFigures, findings: Sequence[Finding]) -> dict[str, list[Block]]:
    """The blocks below each heading of the outline, by its key."""
    differing = [finding for finding in findings if finding.form == REPORT and finding.rule == "X04"]
    typed = {key: with_marks(text, differing) for key, text in typed_texts(filing.reports).items()}
    of_forms = [finding for finding in findings if finding.form != REPORT]
    asked = {key: what for _, parts in CHAPTERS for key, _, _, what in parts if what}
    parts: dict[str, list[Block]] = {
        key: [TextBlock(typed.get(key) or waiting(what))] for key, what in asked.items()
    }
    parts["money"] = [*([TextBlock(typed["money"])] if "money" in typed else []), *money_blocks(about)]
    parts["results"] = results_blocks(about, typed.get("results", ""))
    parts["tasks"] = task_blocks(about, typed.get("tasks", ""))
    parts["missed"] = missed_blocks(about, typed.get("missed", ""))
    parts["problems"] = problem_blocks(about, of_forms, typed.get("problems", ""))
    parts["other"] = [TextBlock(typed.get("other") or "无。")]
    return parts


def outlined(parts: dict[str, list[Block]]) -> list[Block]:
    """The blocks of the whole report, chapter by chapter."""
    blocks: list[Block] = []
    for chapter, sections in CHAPTERS:
        blocks.append(Heading(chapter))
        for key, heading, _, _ in sections:
            blocks += [Heading(heading, 2)] if heading else []
            blocks += parts[key]
    return blocks
