"""The parts of all screens (progress, tables), and the screens of check, watch, consolidate, addin, demo."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment
from rich.table import Table

from selfeval_xl.model.findings import Finding, Findings, Severity, Treatment
from selfeval_xl.model.forms import REPORT, Form, ReadFile, Report
from selfeval_xl.model.places import sheet_shown
from selfeval_xl.model.text import printable
from selfeval_xl.readers.formats.kinds import READABLE
from selfeval_xl.workflows.marking.progress import EXPLAINED, NEW, STILL_OPEN, checked_with, compare
from selfeval_xl.workflows.marking.progress import Progress as Progressed

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from selfeval_xl.addin.setup.install import Status
    from selfeval_xl.county.result import County
    from selfeval_xl.model.edits import Applied
    from selfeval_xl.workflows.demo import Result
    from selfeval_xl.workflows.marking.marks import MarkedCopy
    from selfeval_xl.workflows.watching import WatchedFile

RETURNS = "退回件"  # what `return` reports instead of a file's name while it writes
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


class Screen(Console):
    """A terminal that texts of others (names of files, of projects, cells) cannot command."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """The segments of what is to be printed, with signs in place of their control characters."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def console() -> Console:
    """The screen; as wide as the terminal, 150 columns where there is none (a file, a pipe)."""
    return Screen(width=None if sys.stdout.isatty() else 150, highlight=False, soft_wrap=False)


def say(text: str) -> None:
    """Prints a line as it is."""
    console().print(text, markup=False)


class ProgressBars:
    """A progress bar on standard error, only where that is a terminal."""

    def __init__(self, quiet: bool = False) -> None:
        self.shown = sys.stderr.isatty() and not quiet
        self.bar: Bar | None = None
        self.task: TaskID | None = None

    def __enter__(self) -> ProgressBars:
        if self.shown:
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self.bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Screen(stderr=True),
                transient=True,
            )
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()

    def pause(self) -> None:
        """Takes the bar off the screen while a person is asked; it comes back with the next file."""
        if self.bar:
            self.bar.stop()

    def count(self, done: int, total: int) -> None:
        """Shows how many of the files have been read."""
        self.files(done, total, "")

    def files(self, done: int, total: int, name: str) -> None:
        """Shows how many of the files have been read, and the name of the last one.

        What comes after the last file (sorting, counting, writing) takes seconds too, and says so.
        """
        if name == RETURNS:
            self._update(f"正在写{RETURNS}", done, total)
        elif done >= total:
            self._update("已读完，正在归类、校验、写结果……", done, total)
        else:
            self._update(f"正在读 {Path(name).name}" if name else "正在读文件", done, total)

    def work(self, what: str) -> Callable[[int, int], None]:
        """A function progress(done, total) that shows how far this work is."""
        return partial(self._update, what)

    def _update(self, description: str, done: int, total: int) -> None:
        if self.bar is None:
            return
        self.bar.start()  # does nothing where it is shown already
        if self.task is None:
            self.task = self.bar.add_task(description, total=total)
        self.bar.update(self.task, completed=done, total=total, description=description)

    def say(self, text: str) -> None:
        """Prints a step of longer work above the bar."""
        if self.bar is not None:
            self.bar.console.print(text, markup=False)


def table_of(*columns: str, title: str | None = None) -> Table:
    """An empty table with these heads; its cells wrap."""
    table = Table(title=title, title_justify="left", show_lines=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def show_findings(
    findings: Findings, files: Sequence[ReadFile] = (), repeated: Iterable[tuple[Form | Report, str]] = ()
) -> None:
    """Shows the findings by file and sheet, worst first, and a closing line.

    files: those that carry the list of an earlier check are also compared with it. repeated: forms that are
    not counted, and the file in which the same form came before.
    """
    screen = console()
    comparisons = _comparisons(findings, [file for file in files if file.listed])
    states = {
        id(finding): state
        for _, in_file, progress in comparisons
        for finding, state in zip(in_file, progress.states)
    }
    for (path, sheet), in_sheet in groupby(
        sorted(findings, key=_by_sheet_and_severity), key=lambda finding: (finding.file, finding.sheet)
    ):
        shown = sheet_shown(path, sheet)
        screen.rule(" · ".join(part for part in (Path(path).name, shown) if part), align="left")
        for finding in in_sheet:
            _show_finding(screen, finding, states.get(id(finding), ""))
    for file, in_file, progress in comparisons:
        _show_progress(screen, file, in_file, progress)
    for form, first in repeated:
        screen.print(
            f"“{Path(form.file).name}”的“{sheet_shown(form.file, form.sheet) or '报告'}”和"
            f"“{Path(first).name}”里的内容相同，只算一次，没有再列问题。",
            style="yellow",
            markup=False,
        )
    for file in files:
        checked = {form.sheet for form in file.stage_forms} | {each.sheet for each in file.problems}
        for other in (other for other in file.others if other.sheet not in checked):
            screen.print(
                f"{Path(file.path).name}：{other.name}，不是自评表，没有校验。", style="yellow", markup=False
            )
        if not (file.every_form or file.reports or file.others or file.problems):
            screen.print(
                f"{Path(file.path).name}：附件或扫描件，没有可以校验的表。", style="yellow", markup=False
            )
    if files and not any(file.every_form or file.reports for file in files) and not findings:
        screen.print("没有可以校验的自评表。", markup=False)
    else:
        _show_counts(screen, findings)
    for status in findings.rules:
        if status.status == "failed":
            screen.print(
                f"规则{status.rule}没有查成，其他规则不受影响：{status.why}", style="yellow", markup=False
            )


def _comparisons(
    findings: Findings, files: Iterable[ReadFile]
) -> list[tuple[ReadFile, list[Finding], Progressed]]:
    """Each file that carries the list of an earlier check, with its findings compared with that list.

    What is found outside of these files (in the report, in the roster) is compared with the first list.
    """
    files = list(files)
    places = {file.path for file in files}
    found = []
    for file in files:
        in_file = [
            finding
            for finding in findings
            if finding.file == file.path or file is files[0] and finding.file not in places
        ]
        own = set(map(id, in_file))
        elsewhere = (finding for finding in findings if id(finding) not in own)
        check = checked_with(findings.rules, elsewhere)
        found.append((file, in_file, compare(in_file, file.listed, check)))
    return found


def graded(finding: Finding) -> tuple[Severity, Treatment]:
    """The severity and the treatment of a finding; a check sets both."""
    assert finding.severity is not None and finding.treatment is not None
    return finding.severity, finding.treatment


def _by_sheet_and_severity(finding: Finding) -> tuple[str, str, int]:
    """The sort key of the screen: file, sheet, the gravest first."""
    return finding.file, finding.sheet or "", finding.rank


def _show_counts(screen: Console, findings: Findings) -> None:
    """Shows the closing line with the number of findings by treatment."""
    counts = findings.counts
    forms = sum(count.forms for count in findings.files)
    if counts.due:
        screen.print(f"校验完成：{forms}张表，{counts.sentence()}。", markup=False, style="bold")
    else:
        rest = f"，{counts.sentence()}" if any(counts) else ""
        screen.print(
            f"校验完成：{forms}张表{rest}。未发现须修改、须说明的问题。程序只查表面逻辑，不代替财政审核。",
            markup=False,
        )


def _show_progress(screen: Console, file: ReadFile, findings: list[Finding], progress: Progressed) -> None:
    """Shows the findings compared with the list that the file carries: mended, still open, explained, new."""
    counts = Counter(
        state
        for finding, state in zip(findings, progress.states)
        if finding.treatment in (Treatment.FIX, Treatment.EXPLAIN)
    )
    screen.rule(f"{Path(file.path).name} 与上次的清单相比", align="left")
    for row in progress.mended:
        message = row.message.partition("\n")[0]
        screen.print(f"已修改 {row.sheet} {row.cell} {message}", markup=False, style="green")
    screen.print(
        (
            f"已修改{len(progress.mended)}处，未修改{counts[STILL_OPEN]}处，已说明{counts[EXPLAINED]}处，"
            f"新发现{counts[NEW]}处（下年完善的不计）。"
        ),
        markup=False,
        style="bold",
    )
    unjudged = [row for row in progress.unjudged if row.treatment != Treatment.NEXT_YEAR.label]
    if unjudged:
        screen.print(
            f"上次的另外{len(unjudged)}处要有单位名册、自评报告等才能核对，这次没有查。",
            markup=False,
        )


def _show_finding(screen: Console, finding: Finding, state: str = "") -> None:
    """Shows one finding. state: 未修改, 已说明, 新发现 since the earlier check, "" without one."""
    severity, treatment = graded(finding)
    place = finding.shown_cells or ("报告" if finding.form == REPORT else "全表")
    screen.print(
        f"[{_COLOURS[severity]}]{severity.label}[/] {treatment.label} [bold]{place}[/] ",
        end="",
    )
    screen.print(f"{f'【{state}】' if state else ''}{finding.message}  [{finding.rule}]", markup=False)
    if finding.hint:
        screen.print(f"    怎么改：{finding.hint}", markup=False, style="dim")
    for line in finding.opened:
        screen.print(f"      {line}", markup=False, style="dim")


def show_marked(marked: Iterable[MarkedCopy]) -> None:
    """Shows the marked copy of each file, or that the file cannot be marked."""
    for source, out, unsigned in marked:
        say(f"已标注：{out}" if out else f"不能标注：{source}（只能标注{READABLE}里的表）")
        say_unsigned(unsigned)


def say_unsigned(unsigned: bool) -> None:
    """Says that a copy has lost the digital signatures of its file, where it has."""
    if unsigned:
        from selfeval_xl.writers.xlsx.opened import UNSIGNED

        say(f"  {UNSIGNED}")


def show_saved(checked: WatchedFile) -> None:
    """Shows a line for a workbook that was saved and checked."""
    if checked.out is None:
        say(f"{checked.file.name}：{checked.trouble}")
        return
    say(f"{checked.file.name}：{checked.counts.sentence()}。标注副本：{checked.out.name}")
    say_unsigned(checked.unsigned)
    if checked.active:
        say(
            f"  收到的文件里有{'、'.join(checked.active)}，标注副本没有自动打开。"
            "请先核实文件是谁发来的，再自己打开。"
        )


def show_addin(status: Status) -> None:
    """Shows whether the add-in is in Excel's start folder, its version, and what to do."""
    installed = (
        "已安装" if status.installed else "有一个同名的、不是本程序的文件" if status.foreign else "没有安装"
    )
    say(f"文件夹：{status.folder}\n插件：{installed}")
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
    """Shows the mended cells, old and new."""
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
    say_unsigned(applied.unsigned)


_VERDICT_NAMES = {
    "indicators": "指标总数",
    "met": "已完成",
    "exceeded": "超额完成",
    "unmet": "未完成",
    "zero": "其中完成值为0的",
    "undetermined": "待核定",
    "blank": "未填",
    "unexplained": "偏差未说明",
}


def show_county(county: County) -> None:
    """Shows the closing table of a consolidation."""
    screen = console()
    table = table_of("项目", "结果", title="汇总完成")
    table.add_row(
        "收到文件", "，".join(f"{name}{count}" for name, count in county.files.items() if count) or "0"
    )
    extra = county.departments - county.due
    table.add_row(
        "部门",
        f"应报{county.due}个，已报{county.listed}个{f'；名册外{extra}个' if extra else ''}"
        if county.due
        else f"{county.departments}个，已报{county.listed}个",
    )
    table.add_row("自评表", f"项目表{county.project_forms}张，部门整体表{county.department_forms}张")
    table.add_row(
        "指标", "，".join(f"{_VERDICT_NAMES.get(key, key)}{count}" for key, count in county.verdicts.items())
    )
    apart = f"；另有不属于任何部门的文件{county.apart}处" if county.apart else ""
    table.add_row("要部门做的", f"须修改{county.fix}处，须说明{county.explain}处{apart}")
    table.add_row("校验", "，".join(f"{name}{count}" for name, count in county.severities.items()))
    if county.carried or county.lost:
        table.add_row("手工意见", f"带回{county.carried}处，未能带回{county.lost}处（列在“收件核对”末尾）")
    for line in county.balances:
        table.add_row("核对", line)
    table.add_row("汇总工作簿", str(county.out))
    screen.print(table)
    for line in (*county.problems, *county.told):
        screen.print(line, style="yellow", markup=False)


def show_demo(result: Result) -> None:
    """Shows the planted faults and whether they were found, and where to look."""
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
