"""The commands for the forms of one department, and those for everybody: demo, rules, watch."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval_xl.cli.options import (
    AsJson,
    Files,
    NewBook,
    PolicyFile,
    ReadingJobs,
    Replace,
    Stage,
    needs,
    print_json,
    read_all,
    roster_of,
)
from selfeval_xl.cli.settings import UseSettings, rules_and_roster

if TYPE_CHECKING:
    from selfeval_xl.model.edits import Applied
    from selfeval_xl.model.findings import Findings


def demo(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="演示材料放在哪里。")] = Path("demo"),
) -> None:
    """演示整个过程：一份真实自评材料的数字和一个虚构的小县。"""
    from selfeval_xl.cli.screen.screen import ProgressBars, show_demo
    from selfeval_xl.workflows.demo import run

    with ProgressBars() as progress:
        result = run(folder, progress.say)
    show_demo(result)


def template(
    out: NewBook,
    layout: Annotated[
        str | None,
        typer.Option(
            "--layout",
            metavar="表式",
            help=(
                "表式，写中文名或编号，例如 云南、吉林、财政部2021、mof-2020。"
                "不写：自评用吉林2024，监控用财政部2019，申报用财政部2015。"
            ),
        ),
    ] = None,
    stage: Stage = "self",
    year: Annotated[
        int | None, typer.Option("--year", metavar="年度", min=1990, max=2099, help="印在表里的年度。")
    ] = None,
    replace: Replace = False,
    policy: PolicyFile = None,
) -> None:
    """生成一份空白的部门工作簿：自评表，或者运行监控表、目标申报表。"""
    from selfeval_xl import layouts, templates
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.files import replacing
    from selfeval_xl.rules.county_file import load

    known = layouts.stage_of(stage)
    with replacing(replace):
        templates.write(layout or layouts.USUAL[known], out, year, load(policy), known)
    say(f"已生成空白表：{out}")


def read(files: Files, as_json: AsJson = False, policy: PolicyFile = None) -> None:
    """读自评表，说明读到了什么、凭什么认出来的。"""
    from selfeval_xl.cli.json_documents import read_document
    from selfeval_xl.cli.screen.forms import show_reading
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.rules.county_file import load

    rules = load(policy)
    with ProgressBars(quiet=as_json) as progress:
        read_files = read_all(files, progress)
    if as_json:
        print_json(read_document(read_files, rules))
    else:
        show_reading(read_files, rules)


MarkInto = Annotated[
    Path | None, typer.Option("--mark", metavar="文件夹", help="把问题标在副本上，放进这个文件夹。")
]
Fix = Annotated[
    bool,
    typer.Option(
        "--fix", help="把不改变意思的小毛病（全角数字、网页代码、带单位的金额）改在副本上，列出新旧值。"
    ),
]
CheckedRoster = Annotated[
    Path | None,
    typer.Option("--roster", metavar="文件", help="单位名册：核对漏报、名册外项目、台账金额和下发的指标值。"),
]


def check(
    files: Files,
    as_json: AsJson = False,
    tsv: Annotated[bool, typer.Option("--tsv", help="打印成制表符分隔的表，可以贴进Excel。")] = False,
    plain: Annotated[
        bool, typer.Option("--ascii", help="与 --tsv 同用：汉字写成 \\uXXXX，供Excel、WPS里的宏读取。")
    ] = False,
    mark: MarkInto = None,
    fix: Fix = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="文件.xlsx", help="--fix 的副本写到哪里。")
    ] = None,
    roster: CheckedRoster = None,
    replace: Replace = False,
    policy: PolicyFile = None,
    use_settings: UseSettings = False,
) -> None:
    """校验自评表，逐条说明问题在哪个格、怎么改。有须修改的问题时退出码为1。"""
    from selfeval_xl.cli.json_documents import check_document
    from selfeval_xl.cli.screen import screen
    from selfeval_xl.files import replacing
    from selfeval_xl.filings.grouping import gather, repeated
    from selfeval_xl.filings.stages import with_not_read
    from selfeval_xl.rules.runner import check as run
    from selfeval_xl.workflows.marking.marks import mark_all
    from selfeval_xl.workflows.marking.tab_separated import macro_lines, tsv_lines

    _refuse_idle(as_json, tsv, plain, fix, out)
    rules, expected = rules_and_roster(policy, roster, use_settings)
    with screen.ProgressBars(quiet=as_json or tsv) as progress, replacing(replace):
        read_files = list(map(with_not_read, read_all(files, progress)))
        filings = gather(read_files, expected, stages=True)
        findings = run(filings, rules, read_files, expected)
        mended = _mend(files, findings, out) if fix else None
        marked = mark_all([file.path for file in read_files], findings, mark) if mark else []
    if as_json:
        print_json(check_document(findings))
    elif tsv:
        print("\n".join(macro_lines(findings) if plain else tsv_lines(findings)))
    else:
        screen.show_findings(findings, read_files, repeated(read_files, filings))
        if marked:
            screen.show_marked(marked)
        if mended and out:
            screen.show_mended(mended, out)
    raise typer.Exit(1 if findings.counts.fix else 0)


def _refuse_idle(as_json: bool, tsv: bool, plain: bool, fix: bool, out: Path | None) -> None:
    """Raises UsageError for options of `check` that would do nothing."""
    from selfeval_xl.errors import UsageError

    if not tsv:
        needs({"--ascii": plain}, "--tsv", "它只改变那种表的写法")
    if not fix:
        needs({"-o": out}, "--fix", "校验本身不写文件：selfeval check 自评表.xlsx --fix -o 自评表_改.xlsx")
    if as_json and tsv:
        raise UsageError("--json 和 --tsv 只能写一个。")


def fill(
    file: Annotated[Path, typer.Argument(metavar="文件", help="填好的自评表。")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件.xlsx", help="写到哪里；原文件不会被改动。")
    ],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="执行率填错的也改正（合计不改），列出新旧值。")
    ] = False,
    rate_sentence: Annotated[
        bool,
        typer.Option(
            "--rate-sentence",
            help="没有执行率一栏的表，在目标实际完成情况之后（或备注里）写一句全年预算、执行和执行率。",
        ),
    ] = False,
    replace: Replace = False,
    policy: PolicyFile = None,
) -> None:
    """计算执行率和合计，填写完成率、偏差率、判定，给该写原因的格备好半成品。"""
    from selfeval_xl.cli.screen.forms import show_filled
    from selfeval_xl.files import replacing
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.filling.fill import fill as run

    with replacing(replace):
        filled = run(file, out, overwrite=overwrite, policy=load(policy), rate_sentence=rate_sentence)
    show_filled(filled, out)


def split(
    file: Annotated[Path, typer.Argument(metavar="文件.xlsx", help="部门工作簿。")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件夹", help="单张项目表放进哪个文件夹。")],
    replace: Replace = False,
) -> None:
    """把部门工作簿拆成单张项目表，分给同事填。"""
    from selfeval_xl.cli.screen.issuing import show_split
    from selfeval_xl.files import replacing
    from selfeval_xl.workflows.splitting import split as run

    with replacing(replace):
        done = run(file, out)
    show_split(done)


def merge(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="同事交回的单张项目表所在的文件夹。")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件.xlsx", help="合并后的部门工作簿写到哪里。")
    ],
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="文件.xlsx", help="合并到哪一份部门工作簿；不写就用拆分时的留底。"),
    ] = None,
    replace: Replace = False,
    jobs: ReadingJobs = None,
) -> None:
    """把同事交回的单张项目表合并回部门工作簿，列出哪些交回了、哪些有冲突。"""
    from selfeval_xl.cli.screen.issuing import show_merged
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.files import replacing
    from selfeval_xl.workflows.splitting import merge as run

    with ProgressBars() as progress, replacing(replace):
        merged = run(folder, out, into, jobs=jobs, progress=progress.count)
    show_merged(merged)


def submit(
    file: Annotated[Path, typer.Argument(metavar="文件.xlsx", help="填好的部门工作簿；只读，不会被改动。")],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="文件夹", help="报送件放在哪里；不写就放在原文件旁边。"),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="还有须修改、须说明的也生成，不再问；不在终端里运行时，有须修改的必须写它。"
        ),
    ] = False,
    roster: Annotated[
        Path | None,
        typer.Option("--roster", metavar="文件", help="单位名册：核对漏报、台账金额和下发的指标值。"),
    ] = None,
    as_json: AsJson = False,
    policy: PolicyFile = None,
) -> None:
    """生成报送件：最后校验一遍，写一份不带标注的副本，带报送序号和校验码。"""
    from selfeval_xl.cli.json_documents import submission_document
    from selfeval_xl.cli.screen.sending import agreed, refused, show_submitted
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.submission import submit as run

    asked = agreed if not as_json else refused
    submitted = run(
        file, out, load(policy), roster_of(roster), agree=lambda counts: yes or asked(file, counts)
    )
    if as_json and submitted:  # with --json nobody is asked: it was refused, or there is a submission
        print_json(submission_document(file, submitted))
    else:
        show_submitted(submitted)


def diff(
    old: Annotated[Path, typer.Argument(metavar="旧版", help="先报的那一份。")],
    new: Annotated[Path, typer.Argument(metavar="新版", help="后报的那一份。")],
    as_json: AsJson = False,
) -> None:
    """比较两个版本：哪张表、哪个格、原来是什么、现在是什么。"""
    from selfeval_xl.cli.screen.forms import show_changes
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.errors import UsageError
    from selfeval_xl.workflows.diff import differences, document, new_explanations

    with ProgressBars(quiet=as_json) as progress:
        old_file, new_file = read_all([old, new], progress)
    for file in (old_file, new_file):
        if not file.forms and not file.reports:
            trouble = "".join(problem.text for problem in file.problems)
            raise UsageError(trouble or f"“{Path(file.path).name}”里没有找到自评表，不能比较。")
    changes = differences([old_file], [new_file])
    if as_json:
        print_json(document(old, new, changes))
    else:
        problems = [*old_file.problems, *new_file.problems]
        show_changes(changes, problems, (old_file.path, new_file.path), new_explanations(old_file, new_file))


def rules(
    rule: Annotated[str | None, typer.Argument(metavar="编号", help="规则编号，例如 D03。")] = None,
) -> None:
    """列出全部校验规则，或说明一条规则。"""
    from selfeval_xl.cli.screen.rules import show_rule, show_rules
    from selfeval_xl.errors import UsageError
    from selfeval_xl.rules.registry import catalogue

    by_id = catalogue()
    if rule is None:
        show_rules(by_id.values())
        return
    if rule.upper() not in by_id:
        near = get_close_matches(rule.upper(), by_id, n=3, cutoff=0.6)
        meant = f"是不是 {'、'.join(near)}？" if near else ""
        raise UsageError(f"没有规则“{rule}”。{meant}全部规则见 selfeval rules。")
    show_rule(by_id[rule.upper()])


def watch(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="放自评表的文件夹，子文件夹也看。")],
    once: Annotated[bool, typer.Option("--once", help="现有的文件各校验一遍就结束，不再等。")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="只写标注副本，不自动打开。")] = False,
    policy: PolicyFile = None,
    use_settings: UseSettings = False,
) -> None:
    """看着一个文件夹：自评表一保存就校验，标注副本写在旁边。按 Ctrl+C 结束。"""
    from selfeval_xl.cli.screen.screen import say, show_saved
    from selfeval_xl.workflows import watching

    rules, expected = rules_and_roster(policy, None, use_settings)
    saved = watching.watch(folder, rules, roster=expected, once=once)
    try:
        if not once and folder.is_dir():
            say(f"正在看着“{folder}”：自评表一保存就校验，结果写在旁边的“…_标注.xlsx”。按 Ctrl+C 结束。")
        checked = None
        for checked in saved:
            show_saved(checked)
            if not no_open:
                watching.open_beside(checked)
        if checked is None:
            say(f"“{folder}”里没有要校验的自评表（本程序写的标注副本、合并清单、拆分留底不算）。")
    except KeyboardInterrupt:
        say("已停止。")


def _mend(files: list[Path], findings: Findings, out: Path | None) -> Applied:
    """Mends a copy of the only file. Raises UsageError for several files or without a name for the copy."""
    from selfeval_xl.errors import UsageError
    from selfeval_xl.workflows.filling.text_fixes import mend

    if out is None or len(files) != 1:
        raise UsageError(
            "--fix 一次改一个文件，并要用 -o 写明副本的文件名：selfeval check 自评表.xlsx --fix -o "
            "自评表_改.xlsx"
        )
    return mend(files[0], findings, out)
