"""What a person sees on the screen: progress, tables, closing lines. All of it Chinese."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .assessing import assess, shown
from .edits import Look
from .findings import Finding, Findings, Severity, Treatment
from .forms import FORM_NAMES, Form, Problem, ReadFile
from .grid import percent_text
from .progress import EXPLAINED, KEPT, NEW, compare
from .progress import Progress as Progressed

if TYPE_CHECKING:
    from .addin.installing import Status
    from .county import County
    from .demo import Result
    from .differences import Change
    from .filling import Filled
    from .policy import Policy
    from .sinks.file import Applied
    from .watching import Checked

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def console() -> Console:
    """The screen; as wide as the terminal, 150 columns where there is none (a file, a pipe)."""
    return Console(width=None if sys.stdout.isatty() else 150, highlight=False, soft_wrap=False)


def say(text: str) -> None:
    console().print(text, markup=False)


class Progress:
    """A progress bar on standard error, only where that is a terminal."""

    def __init__(self, quiet: bool = False) -> None:
        self.shown = sys.stderr.isatty() and not quiet
        self.bar = self.task = None

    def __enter__(self) -> Progress:
        if self.shown:
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self.bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()

    def count(self, done: int, total: int) -> None:
        self.files(done, total, "")

    def files(self, done: int, total: int, name: str) -> None:
        if self.bar:
            if self.task is None:
                self.task = self.bar.add_task("正在读文件", total=total)
            self.bar.update(
                self.task,
                completed=done,
                total=total,
                description=f"正在读 {Path(name).name}" if name else "正在读文件",
            )

    def work(self, what: str) -> Callable[[int, int], None]:
        """A function progress(done, all) that shows how far this work is."""

        def told(done: int, total: int) -> None:
            if self.bar:
                if self.task is None:
                    self.task = self.bar.add_task(what, total=total)
                self.bar.update(self.task, completed=done, total=total)

        return told

    def say(self, text: str) -> None:
        """A step of longer work, a line each."""
        if self.shown:
            self.bar.console.print(text, markup=False)


def table_of(*columns: str, title: str | None = None) -> Table:
    """An empty table with these heads, whose cells fold."""
    table = Table(title=title, title_justify="left", show_lines=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def show_reading(files: Iterable[ReadFile], policy: Policy) -> None:
    """A page for each file: what was found, by what, and what was not understood."""
    screen = console()
    for file in files:
        screen.rule(Path(file.path).name, align="left")
        for form in file.forms:
            _show_form(screen, assess(form, policy))
        for report in file.reports:
            screen.print(
                (
                    f"{FORM_NAMES[report.kind]}：{report.department or ''} {report.year or ''}，"
                    f"{len(report.sections)}节"
                ),
                markup=False,
            )
            for section in report.sections:
                screen.print(f"  {section.title}（{len(section.text)}字）", markup=False)
        for problem in file.problems:
            screen.print(f"读不准：{problem.text}", style="yellow", markup=False)
        if file.evidence:
            screen.print("凭什么认出来的：", style="bold")
            for line in file.evidence:
                screen.print(f"  {line}", markup=False)
        if not file.forms and not file.reports and not file.problems:
            screen.print("没有自评表（附件或扫描件）。")


def _show_form(screen: Console, form: Form) -> None:
    head = [f"{FORM_NAMES[form.kind]}（工作表“{form.sheet}”，{form.frame.area if form.frame else ''}）"]
    for label, value in (
        ("表式", form.layout or "未收录的表式，按标签读出"),
        ("年度", form.year),
        ("项目", form.project),
        ("项目编码", form.project_code),
        ("部门", form.department),
        ("实施单位", form.unit),
        ("金额单位", form.money_unit),
        ("总分", form.total_score),
        ("等级", form.grade),
    ):
        if value:
            head.append(f"{label}：{value}")
    screen.print("　".join(head), markup=False, style="bold")
    if form.funding:
        table = table_of("资金来源", "年初预算数", "全年预算数", "全年执行数", "执行率", "得分", "所在格")
        for line in form.funding:
            table.add_row(
                ("　" if line.part_of else "") + line.source,
                line.initial_budget or "",
                line.annual_budget or "",
                line.executed or "",
                line.execution_rate or "",
                line.score or "",
                line.cells.get("executed", line.cells.get("annual_budget", "")),
            )
        screen.print(table)
    for label, key in (("预期目标", "expected"), ("实际完成", "actual")):
        text = getattr(form.goal, key)
        if text:
            screen.print(
                f"{label}（{form.goal.cells.get(key)}）：{text[:120]}{'……' if len(text) > 120 else ''}",
                markup=False,
            )
    if form.indicators:
        table = table_of(
            "一级", "二级", "三级指标", "年度指标值", "实际完成值", "判定", "完成率", "分值", "得分", "所在格"
        )
        for row in form.indicators:
            table.add_row(
                row.level1 or "",
                row.level2 or "",
                row.name or "",
                row.target or "",
                row.actual or "",
                row.verdict.label if row.verdict else "未填",
                shown(row.attainment) or "",
                row.points or "",
                row.score or "",
                row.cells.get("actual", ""),
            )
        screen.print(table)


def show_findings(findings: Findings, files: Iterable[ReadFile] = ()) -> None:
    """Findings grouped by file and sheet, worst first, and a closing line. files: those with the list of an
    earlier check show what became of it.
    """
    screen = console()
    compared = [
        (file, [finding for finding in findings if finding.file == file.path])
        for file in files
        if file.listed
    ]
    progress = [(file, own, compare(own, file.listed)) for file, own in compared]
    states = {id(finding): state for _, own, each in progress for finding, state in zip(own, each.states)}
    place = None
    for finding in sorted(
        findings, key=lambda item: (item.file, item.sheet or "", list(Severity).index(item.severity))
    ):
        here = (finding.file, finding.sheet)
        if here != place:
            place = here
            screen.rule(
                " · ".join(part for part in (Path(finding.file).name, finding.sheet or "") if part),
                align="left",
            )
        _show_finding(screen, finding, states.get(id(finding), ""))
    for file, own, each in progress:
        _show_progress(screen, file, own, each)
    counts = [findings.count(severity) for severity in Severity]
    forms = sum(count.forms for count in findings.files)
    if not counts[0] and not counts[1]:
        screen.print(
            (
                f"校验完成：{forms}张表，"
                f"未发现须修改的问题{f'，供参考{counts[2]}处' if counts[2] else ''}。程序只查表面逻辑，"
                "不代替财政审核。"
            ),
            markup=False,
        )
    else:
        screen.print(
            (
                f"校验完成：{forms}张表，须修改{counts[0]}处，须说明{counts[1]}处，"
                f"供参考{counts[2]}处{_later(findings)}。"
            ),
            markup=False,
            style="bold",
        )
    for status in findings.rules:
        if status.status == "failed":
            screen.print(
                f"规则{status.rule}没有查成，其他规则不受影响：{status.why}", style="yellow", markup=False
            )


def _show_progress(screen: Console, file: ReadFile, findings: list[Finding], progress: Progressed) -> None:
    """Against the list that the file carries: what was mended, what was not, what is new."""
    asked = Counter(
        state
        for finding, state in zip(findings, progress.states)
        if finding.treatment in (Treatment.FIX, Treatment.EXPLAIN)
    )
    screen.rule(f"{Path(file.path).name} 与上次的清单相比", align="left")
    for row in progress.mended:
        screen.print(f"已修改 {row.sheet} {row.cell} {row.message}", markup=False, style="green")
    screen.print(
        (
            f"已修改{len(progress.mended)}处，未修改{asked[KEPT]}处，已说明{asked[EXPLAINED]}处，"
            f"新发现{asked[NEW]}处（下年完善的不计）。"
        ),
        markup=False,
        style="bold",
    )


_NOT_NOW = {Treatment.NEXT_YEAR: "下年完善，本次不用改", Treatment.BUREAU: "财政核实"}


def _later(findings: Findings) -> str:
    """How many of the errors and questions are not for the unit to mend now."""
    counts = {
        told: sum(
            finding.treatment is treatment and finding.severity is not Severity.NOTE for finding in findings
        )
        for treatment, told in _NOT_NOW.items()
    }
    told = "，".join(f"{count}处{told}" for told, count in counts.items() if count)
    return f"；其中{told}" if told else ""


def _show_finding(screen: Console, finding: Finding, state: str = "") -> None:
    screen.print(
        (
            f"[{_COLOURS[finding.severity]}]{finding.severity.label}（{finding.severity.demand}）[/] "
            f"[bold]{finding.cell or '全表'}[/] "
        ),
        end="",
    )
    later = f"，{_NOT_NOW[finding.treatment]}" if finding.treatment in _NOT_NOW else ""
    screen.print(f"{f'【{state}】' if state else ''}{finding.message}  [{finding.rule}{later}]", markup=False)
    if finding.hint:
        screen.print(f"    怎么改：{finding.hint}", markup=False, style="dim")


def tsv_lines(findings: Findings) -> Iterator[str]:
    """Findings as tab-separated lines, the head first; what would break a cell is replaced."""
    yield "\t".join(
        (
            "级别",
            "处理方式",
            "规则编号",
            "文件",
            "工作表",
            "单元格",
            "对象",
            "填报内容",
            "应为或参考",
            "问题说明",
            "修改建议",
        )
    )
    for finding in findings:
        row = (
            finding.severity.label,
            finding.treatment.label,
            finding.rule,
            finding.file,
            finding.sheet,
            finding.cell,
            finding.subject,
            finding.value,
            finding.expected,
            finding.message,
            finding.hint,
        )
        yield "\t".join(
            " ".join(f"'{value}" if value and value[0] in "=+-@" else value or "" for value in [item])
            .replace("\t", " ")
            .replace("\n", " ")
            for item in row
        )


def escaped(line: str) -> str:
    """The line in ASCII, everything else as \\uXXXX (UTF-16), the backslash too: VBA reads files as ANSI and
    decodes by ChrW.
    """
    units = (line[at].encode("utf-16-be", "surrogatepass") for at in range(len(line)))
    return "".join(
        sign
        if sign == "\t" or " " <= sign <= "~" and sign != "\\"
        else "".join(f"\\u{code[at]:02X}{code[at + 1]:02X}" for at in range(0, len(code), 2))
        for sign, code in zip(line, units)
    )


def show_marked(marked: Iterable[tuple[Path, Path | None]]) -> None:
    for source, out in marked:
        say(f"已标注：{out}" if out else f"不能标注：{source}（只能标注xlsx、xls、ods、docx里的表）")


def show_saved(checked: Checked) -> None:
    """One line for a workbook that was saved."""
    counts = f"须修改{checked.errors}处，须说明{checked.warnings}处，供参考{checked.notes}处"
    say(
        f"{checked.file.name}：{checked.trouble}"
        if checked.trouble
        else f"{checked.file.name}：{counts}。标注副本：{checked.out.name}"
    )


def show_addin(status: Status) -> None:
    """What stands in Excel's start folder, and what to do."""
    there = (
        "已安装" if status.installed else "有一个同名的、不是本程序的文件" if status.foreign else "没有安装"
    )
    say(f"文件夹：{status.folder}\n插件：{there}")
    if status.installed:
        fits = "一致" if status.current else "不一致"
        say(
            f"版本：插件{status.addin_version or '不详'}，程序{status.version or '不详'}（{fits}）；"
            f"xlwings {status.xlwings or '没有安装'}"
        )
        say(f"Python：{status.interpreter or '没有登记'}（{'在' if status.interpreter_there else '找不到'}）")
    for advice in status.advice:
        say(f"下一步：{advice}")


def show_mended(applied: Applied, out: Path) -> None:
    """What was mended: old and new, cell by cell."""
    screen = console()
    table = table_of("工作表", "单元格", "原来", "现在", "说明")
    for edit in applied.done:
        table.add_row(edit.sheet, edit.cell, (edit.old or "")[:60], str(edit.new)[:60], edit.why)
    screen.print(table)
    for edit in applied.refused:
        screen.print(
            f"没有改：{edit.sheet} {edit.cell} 的内容对不上，请手工改。", style="yellow", markup=False
        )
    screen.print(f"改了{len(applied.done)}格，结果在 {out}。原文件没有改动。", markup=False, style="bold")


def show_filled(filled: Filled, out: Path) -> None:
    """What was filled in: old and new, cell by cell."""
    screen = console()
    beside = Counter(edit.sheet for edit in filled.edits if edit.look in (Look.HEAD, Look.TEXT, Look.SHARE))
    within = [edit for edit in filled.edits if edit.look not in (Look.HEAD, Look.TEXT, Look.SHARE)]
    if within:
        table = table_of("工作表", "单元格", "原来", "现在", "说明")
        for edit in within:
            new = getattr(edit.new, "value", edit.new)
            told = (
                percent_text(new)
                if edit.look is Look.PERCENT and isinstance(new, Decimal)
                else ""
                if new is None
                else str(new)
            )
            table.add_row(edit.sheet, edit.cell, edit.old or "", told, edit.why)
        screen.print(table)
    for sheet, cells in beside.items():
        screen.print(f"“{sheet}”：右侧打印区域之外写了完成率、偏差率、判定，共{cells}格。", markup=False)
    for edit in filled.refused:
        screen.print(f"没有写入：{edit.sheet} {edit.cell} 的内容已经变了。", style="yellow", markup=False)
    for problem in filled.problems:
        screen.print(f"读不准：{getattr(problem, 'text', problem)}", style="yellow", markup=False)
    screen.print(
        f"填写完成：写入{len(filled.edits)}格，结果在 {out}。原文件没有改动。"
        if filled.edits
        else f"没有要填写的格，已照原样另存到 {out}。",
        markup=False,
        style="bold",
    )


def show_county(county: County) -> None:
    """The closing table of a consolidation."""
    screen = console()
    table = table_of("项目", "结果", title="汇总完成")
    names = {
        "indicators": "指标总数",
        "met": "已完成",
        "exceeded": "超额完成",
        "unmet": "未完成",
        "zero": "其中完成值为0的",
        "undetermined": "待核定",
        "unexplained": "偏差未说明",
    }
    table.add_row(
        "收到文件", "，".join(f"{name}{count}" for name, count in county.files.items() if count) or "0"
    )
    table.add_row("部门", f"{county.departments}个，已报{county.reported}个")
    table.add_row("自评表", f"项目表{county.project_forms}张，部门整体表{county.department_forms}张")
    table.add_row(
        "指标", "，".join(f"{names.get(key, key)}{count}" for key, count in county.verdicts.items())
    )
    table.add_row("校验", "，".join(f"{name}{count}" for name, count in county.severities.items()))
    if county.carried or county.lost:
        table.add_row("手工意见", f"带回{county.carried}处，未能带回{county.lost}处（列在“收件核对”末尾）")
    for line in county.balances:
        table.add_row("核对", line)
    table.add_row("汇总工作簿", str(county.out))
    screen.print(table)
    for problem in county.problems:
        screen.print(problem, style="yellow", markup=False)


def show_changes(changes: Iterable[Change], problems: Iterable[Problem]) -> None:
    """What changed between two versions, form by form."""
    from .differences import LABELS

    screen, changes, place = console(), list(changes), None
    table = None
    for change in changes:
        here = (change.form, change.project, change.sheets)
        if here != place:
            if table:
                screen.print(table)
            place = here
            table = table_of(
                "变化",
                "对象",
                "内容",
                "旧版",
                "旧格",
                "新版",
                "新格",
                title=(
                    f"{FORM_NAMES[change.form]} {change.project}（{change.sheets[0] or '没有'} → "
                    f"{change.sheets[1] or '没有'}）"
                ),
            )
        table.add_row(
            *(
                Text(text)
                for text in (
                    LABELS[change.change],
                    change.subject,
                    change.label,
                    (change.old or "")[:200],
                    change.cells[0] or "",
                    (change.new or "")[:200],
                    change.cells[1] or "",
                )
            )
        )
    if table:
        screen.print(table)
    for problem in problems:
        screen.print(f"读不准：{problem.text}", style="yellow", markup=False)
    counts = Counter(change.change for change in changes)
    screen.print(
        f"共{len(changes)}处不同："
        + "，".join(f"{LABELS[key]}{counts[key]}处" for key in LABELS if counts[key])
        if changes
        else "两个版本填报的内容完全一样。",
        markup=False,
        style="bold",
    )


def show_demo(result: Result) -> None:
    """What was planted, what was found, and where to look."""
    screen = console()
    table = table_of("规则", "部门", "项目", "埋下的毛病", "查出")
    for fault, found in result.faults:
        table.add_row(fault.rule, fault.department, fault.project, fault.what, "是" if found else "否")
    screen.print(table)
    counts = Counter(found for _, found in result.faults)
    screen.print(
        f"埋下{len(result.faults)}处毛病，查出{counts[True]}处。用时{result.seconds:.1f}秒。",
        markup=False,
        style="bold",
    )
    screen.print("请打开看看：", markup=False)
    for what, path in result.paths:
        screen.print(f"  {what}：{path}", markup=False)
