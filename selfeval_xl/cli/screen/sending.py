"""The screens of the commands submit, return, report and publish."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.cli.screen.screen import ProgressBars, console, say, say_unsigned, table_of
from selfeval_xl.errors import UsageError
from selfeval_xl.model.findings import Counts, counted
from selfeval_xl.workflows.submission import warning as remaining_work

if TYPE_CHECKING:
    from selfeval_xl.county.combine import Combined
    from selfeval_xl.workflows.publishing import Published
    from selfeval_xl.workflows.reports.self_report import Drafted
    from selfeval_xl.workflows.returns import ReturnsResult
    from selfeval_xl.workflows.submission import Submitted


def show_returned(result: ReturnsResult) -> None:
    """Shows which files go back to which department, and the cells that could not be marked."""
    screen = console()
    table = table_of("部门", "须修改", "须说明", "退回件")
    for department in result.returns:
        counts = counted(department.open)
        table.add_row(
            department.name,
            str(counts.fix),
            str(counts.explain),
            "\n".join(Path(file.out).name for file in department.files if not file.error),
        )
    screen.print(table)
    if result.told:
        screen.print(result.told, markup=False)
    for problem in result.problems:
        screen.print(f"没有标注：{problem}", style="yellow", markup=False)
    for line in result.asked:
        screen.print(line, style="yellow", markup=False)
    for department in result.returns:
        for file in department.files:
            for cell in file.refused:
                screen.print(
                    f"没有标注：{department.name} {Path(file.out).name} {cell}", style="yellow", markup=False
                )
            if file.unsigned:
                say(f"{department.name} {Path(file.out).name}：")
                say_unsigned(True)
    screen.print(
        f"退回{len(result.returns)}个部门，不用退回的{len(result.passed)}个。退回件和通知在 {result.out}。",
        markup=False,
        style="bold",
    )


def show_combined(combined: Combined) -> None:
    """Shows what came from the second copy, and where the two differ."""
    screen = console()
    if combined.conflicts:
        table = table_of("工作表", "行", "部门名称", "项目名称", "列名", "第一份", "第二份")
        for conflict in combined.conflicts[:30]:
            table.add_row(*conflict)
        screen.print(table)
    for problem in combined.problems:
        screen.print(problem, style="yellow", markup=False)
    screen.print(
        f"从第二份带来{combined.taken}格，写得不一样的{len(combined.conflicts)}格"
        f"{'（以第一份为准，列在“合并冲突”表里，定下来后改这一份）' if combined.conflicts else ''}。"
        f"结果在 {combined.out}。",
        markup=False,
        style="bold",
    )


def show_drafted(drafted: Drafted) -> None:
    """Shows where the draft is, and what is left to the department."""
    if drafted.differing:
        say(f"单位自己写的数有{drafted.differing}处和表不符，已在报告里标出。")
    for name in drafted.unknown:
        say(f"模板里的“{{{{{name}}}}}”没有对应的内容，照原样留着。")
    say(f"{drafted.department}的自评报告已起草：{drafted.out}。还有{drafted.waiting}处待填写（黄色底纹）。")


def show_published(result: Published) -> None:
    """Shows the public copies, and the forms and reports that were kept back with the reasons.

    This list is not written to a file, which would lie among the public ones.
    """
    screen = console()
    if result.told:
        screen.print(result.told, markup=False)
    table = table_of("部门", "公开版", "遮住的号码")
    for department, path, masked in result.copies:
        table.add_row(department, path.name, str(masked) if masked else "")
    screen.print(table)
    if result.refused:
        kept_back = table_of("部门", "没有公开", "为什么")
        for row in result.refused:
            kept_back.add_row(*row)
        screen.print(kept_back)
    if result.aside:
        unused = table_of("部门", "收到的文件", "为什么没有公开")
        for row in result.aside:
            unused.add_row(*row)
        screen.print(unused)
    for department, name in result.unfinished:
        screen.print(
            f"公开前请看一下：{department} {name} 里还有没填完的地方（待补充、待填写）。",
            style="yellow",
            markup=False,
        )
    for department, name, count in result.pictures:
        screen.print(
            f"公开版里少了图：{department} {name} 有{count}幅图没有放进公开版："
            "不是PNG或JPG（矢量图、动图、组合图形、嵌入的文件等），或裁剪过（裁掉的部分还在文件里），看不清里面还带着什么。"
            "要公开的，请在Word里把图另存为PNG再插入。",
            style="yellow",
            markup=False,
        )
    for department, name, message in result.faulty:
        screen.print(f"公开前请核实：{department} {name} {message}", style="yellow", markup=False)
    for path in result.not_made:
        screen.print(f"PDF没有生成：{path.name}", style="yellow", markup=False)
    screen.print(
        (
            f"公开版{len(result.copies)}份，PDF {len(result.pdfs)}份，没有公开的{len(result.refused)}份。"
            f"结果在 {result.out}。"
        ),
        markup=False,
        style="bold",
    )


def agreed(file: Path, counts: Counts) -> bool:
    """Whether the person at the terminal wants the submission despite what is left; see `refused`."""
    if not is_attended():
        return refused(file, counts)
    return says_yes(f"{remaining_work(counts)}仍要生成报送件吗？（输入 y 生成，直接回车不生成）")


def still_faulty(faulty: list[tuple[str, str, str]]) -> bool | None:
    """Whether the person at the terminal publishes all the same what is still to be mended; lists it.

    None where no person sits at the terminal: it is not published then.
    """
    if not is_attended():
        return None
    forms = dict.fromkeys((department, name) for department, name, _ in faulty)
    return says_yes(
        f"要公开的表里还有{len(forms)}张有须修改的问题："
        f"{'、'.join(f'{department} {name}' for department, name in list(forms)[:10])}"
        f"{'等' if len(forms) > 10 else ''}。仍要公开吗？（输入 y 公开，直接回车不公开）"
    )


def forms_in_one(progress: ProgressBars, number: int) -> bool:
    """Whether the person at the terminal wants so many forms in one workbook; False where nobody is asked."""
    if not is_attended():
        return False
    progress.pause()
    return says_yes(
        f"要附上{number}张表，放在一个工作簿里打开要好几分钟。直接回车：一个部门一个文件，从目录点开；"
        "输入 y：仍放在一个工作簿里。"
    )


def is_attended() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def says_yes(question: str) -> bool:
    """Whether the person at the terminal answers yes."""
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是")


def refused(file: Path, counts: Counts) -> bool:
    """True where nobody can be asked and nothing has to be mended.

    Raises UsageError where something has: a program, or a line of a script, must not send it unseen.
    """
    if counts.fix:
        raise UsageError(
            f"还有须修改{counts.fix}处，没有生成报送件。用 selfeval check {file.name} 看是哪几处，改好再报；"
            "确实要照样报的，加 --yes。"
        )
    return True


def show_submitted(submitted: Submitted | None) -> None:
    """Shows where the submission is, its number and code, and what is left to do."""
    if submitted is None:
        say("没有生成报送件。用 selfeval check 可以逐条查看还有哪些问题。")
        return
    left = remaining_work(submitted.counts)
    say(f"报送件已生成：{submitted.out}")
    say_unsigned(submitted.unsigned)
    say(
        f"报送序号 {submitted.number}，校验码 {submitted.code}（打印在每页页脚，"
        "盖章扫描件和电子件可以对码）。"
    )
    say(f"{left or '未发现须修改的问题。'}程序只查表面逻辑，不代替财政审核。原文件没有改动。")
