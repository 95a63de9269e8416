"""The command line: one function per command, no logic.

Messages are Chinese; status 2 where the job could not be done.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

from . import chinese  # before typer: it translates typer's own words

# isort: split
import typer

from .cli_addin import addin_app
from .cli_options import AsJson, Files, NewBook, PolicyFile, docx, read_all, xlsx
from .cli_policy import policy_app

app = typer.Typer(
    help="预算绩效自评工具：读懂自评表，校验、计算、填写偏差、汇总全县。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(policy_app, name="policy")
app.add_typer(addin_app, name="addin")


def main() -> None:
    """Runs a command. Whatever goes wrong is one Chinese sentence on standard error and status 2."""
    from . import mistakes

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(mistakes.run(app))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="演示材料放在哪里。")] = Path("demo"),
) -> None:
    """演示整个过程：一份真实自评材料的数字和一个虚构的小县。"""
    from .demo import run
    from .screen import Progress, show_demo

    with Progress() as progress:
        result = run(folder, progress.say)
    show_demo(result)


@app.command()
def template(
    out: NewBook,
    layout: Annotated[
        str, typer.Option("--layout", metavar="表式", help="表式编号，例如 jilin-2024、mof-2020。")
    ] = "jilin-2024",
    year: Annotated[
        int | None, typer.Option("--year", metavar="年度", min=1990, max=2099, help="印在表上的年度。")
    ] = None,
) -> None:
    """生成一份空白的部门自评工作簿。"""
    from . import templates
    from .screen import say

    templates.write(layout, out, year)
    say(f"已生成空白表：{out}")


@app.command()
def issue(
    roster: Annotated[
        Path | None, typer.Argument(metavar="名册", help="单位名册工作簿；空表用 --blank 生成。")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="文件夹", help="各部门的工作簿写到哪个文件夹（--blank 时是名册文件名）。"
        ),
    ] = None,
    blank: Annotated[bool, typer.Option("--blank", help="生成空白的单位名册，填好后再下发。")] = False,
    layout: Annotated[
        str, typer.Option("--layout", metavar="表式", help="名册里没有写表式的部门用哪一种。")
    ] = "jilin-2024",
    year: Annotated[
        int | None, typer.Option("--year", metavar="年度", min=1990, max=2099, help="自评哪一年。")
    ] = None,
    last: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="上年汇总.xlsx", help="上年的全县汇总工作簿：名册没有列的项目和指标从这里取。"
        ),
    ] = None,
    protect: Annotated[
        bool, typer.Option("--protect", help="保护工作表（不设密码），下发的格改不了。")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="已有的同名文件也覆盖，部门可能已经填写的会列出来。")
    ] = False,
    send: Annotated[
        str,
        typer.Option(
            "--send", metavar="文字", help="报送方式，印在填报说明上，例如“内网邮箱，盖章件送305室”。"
        ),
    ] = "",
    contact: Annotated[str, typer.Option("--contact", metavar="姓名", help="财政局联系人。")] = "",
    phone: Annotated[str, typer.Option("--phone", metavar="电话", help="财政局联系电话。")] = "",
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="数", min=1, help="同时用几个进程。")] = None,
) -> None:
    """下发：按单位名册，给每个部门生成一份填好项目、预算和指标的工作簿。"""
    from .errors import UsageError
    from .screen import Progress, say

    if out is None:
        raise UsageError("没有写结果放在哪里：selfeval issue 名册.xlsx -o 下发")
    if blank:
        from .county.roster import blank_roster

        blank_roster(xlsx(out))
        say(f"已生成空白名册：{out}。填好后运行：selfeval issue {out.name} -o 下发")
        return
    if roster is None:
        raise UsageError(
            "没有写单位名册：selfeval issue 名册.xlsx -o 下发。没有名册的，先用 selfeval issue --blank "
            "-o 名册.xlsx 生成空表。"
        )
    from .issuing import Asked
    from .issuing import issue as run
    from .screen_issuing import show_issued

    with Progress() as progress:
        issued = run(
            roster,
            out,
            asked=Asked(layout, year, send, contact, phone),
            last=last,
            protect=protect,
            overwrite=overwrite,
            jobs=jobs,
            progress=progress.work("正在生成"),
        )
    show_issued(issued)


@app.command()
def read(files: Files, as_json: AsJson = False, policy: PolicyFile = None) -> None:
    """读自评表，说明读到了什么、凭什么认出来的。"""
    from .jsonout import read_document
    from .policy_file import load
    from .screen import Progress, show_reading

    rules = load(policy)
    with Progress(quiet=as_json) as progress:
        found = read_all(files, progress)
    if as_json:
        _print_json(read_document(found, rules))
    else:
        show_reading(found, rules)


@app.command()
def check(
    files: Files,
    as_json: AsJson = False,
    tsv: Annotated[bool, typer.Option("--tsv", help="打印成制表符分隔的表，可以贴进Excel。")] = False,
    plain: Annotated[
        bool, typer.Option("--ascii", help="与 --tsv 同用：汉字写成 \\uXXXX，供Excel、WPS里的宏读取。")
    ] = False,
    mark: Annotated[
        Path | None, typer.Option("--mark", metavar="文件夹", help="把问题标在副本上，放进这个文件夹。")
    ] = None,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix", help="把不改变意思的小毛病（全角数字、网页代码、带单位的金额）改在副本上，列出新旧值。"
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="文件.xlsx", help="--fix 的副本写到哪里。")
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster", metavar="文件", help="单位名册：核对漏报、名册外项目、台账金额和下发的指标值。"
        ),
    ] = None,
    policy: PolicyFile = None,
) -> None:
    """校验自评表，逐条说明问题在哪个格、怎么改。有须修改的错误时退出码为1。"""
    from .checking import check as run
    from .filing import gather
    from .findings import Severity
    from .jsonout import check_document
    from .marks import mark_all
    from .policy_file import load
    from .screen import Progress, escaped, show_findings, show_marked, show_mended, tsv_lines

    rules = load(policy)
    known = _roster(roster)
    with Progress(quiet=as_json or tsv) as progress:
        found = read_all(files, progress)
        findings = run(gather(found, known), rules, found, known)
        mended = _mend(files, findings, out) if fix else None
        marked = mark_all([file.path for file in found], findings, mark) if mark else []
    if as_json:
        _print_json(check_document(findings))
    elif tsv:
        print("\n".join(map(escaped, tsv_lines(findings)) if plain else tsv_lines(findings)))
    else:
        show_findings(findings, found)
    if marked and not as_json and not tsv:
        show_marked(marked)
    if mended and not as_json and not tsv:
        show_mended(mended, out)
    raise typer.Exit(1 if findings.count(Severity.ERROR) else 0)


@app.command()
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
    policy: PolicyFile = None,
) -> None:
    """计算执行率和合计，填写完成率、偏差率、判定，给该写原因的格备好半成品。"""
    from .filling import fill as run
    from .policy_file import load
    from .screen import show_filled

    show_filled(run(file, out, overwrite=overwrite, policy=load(policy), rate_sentence=rate_sentence), out)


@app.command()
def split(
    file: Annotated[Path, typer.Argument(metavar="文件.xlsx", help="部门工作簿。")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件夹", help="单张项目表放进哪个文件夹。")],
) -> None:
    """把部门工作簿拆成单张项目表，分给同事填。"""
    from .parts import split as run
    from .screen_issuing import show_split

    show_split(run(file, out))


@app.command()
def merge(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="同事交回的单张项目表所在的文件夹。")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件.xlsx", help="合并后的部门工作簿写到哪里。")
    ],
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="文件.xlsx", help="合并到哪一份部门工作簿；不写就用拆分时的留底。"),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="数", min=1, help="同时用几个进程读文件。")
    ] = None,
) -> None:
    """把同事交回的单张项目表合并回部门工作簿，列出哪些交回了、哪些有冲突。"""
    from .parts import merge as run
    from .screen import Progress
    from .screen_issuing import show_merged

    with Progress() as progress:
        done = run(folder, out, into, jobs=jobs, progress=progress.count)
    show_merged(done)


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(metavar="文件.xlsx", help="填好的部门工作簿；只读，不会被改动。")],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="文件夹", help="报送件放在哪里；不写就放在原文件旁边。"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="还有须修改、须说明的也生成，不再问。")] = False,
    roster: Annotated[
        Path | None,
        typer.Option("--roster", metavar="文件", help="单位名册：核对漏报、台账金额和下发的指标值。"),
    ] = None,
    as_json: AsJson = False,
    policy: PolicyFile = None,
) -> None:
    """生成报送件：最后校验一遍，写一份不带标注的副本，带报送序号和校验码。"""
    from .jsonout import submission_document
    from .policy_file import load
    from .screen_sending import agreed, show_submitted
    from .submission import submit as run

    submitted = run(
        file, out, load(policy), _roster(roster), agree=lambda told: yes or as_json or agreed(told)
    )
    if as_json:
        _print_json(submission_document(file, submitted))
    else:
        show_submitted(submitted)


@app.command()
def consolidate(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="收到的全部材料，子文件夹也看。")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件.xlsx", help="汇总工作簿写到哪里。")],
    roster: Annotated[Path | None, typer.Option("--roster", metavar="文件", help="单位名册。")] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="上年.xlsx", help="上年的汇总工作簿，加一张“与上年对比”。"),
    ] = None,
    with_forms: Annotated[
        bool,
        typer.Option("--with-forms", help="把各部门的表按官方表样附在后面，每张表一个工作表，另有目录。"),
    ] = False,
    parquet: Annotated[
        Path | None,
        typer.Option("--parquet", metavar="文件夹", help="另存一份Parquet数据表，供DuckDB、pandas使用。"),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="数", min=1, help="同时用几个进程读文件。")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", metavar="地址", help="在Dask集群上读文件，例如 tcp://127.0.0.1:8786。"),
    ] = None,
    policy: PolicyFile = None,
) -> None:
    """把收到的材料汇总成一个全县工作簿，每个数都能回到原表的格。"""
    from .county import consolidate as run
    from .policy_file import load
    from .screen import Progress, show_county

    with Progress() as progress:
        county = run(
            folder,
            out,
            roster=roster,
            policy=load(policy),
            against=against,
            with_forms=with_forms,
            parquet=parquet,
            jobs=jobs,
            dask=dask,
            progress=progress.files,
        )
    show_county(county)


@app.command()
def province(
    folder: Annotated[
        Path, typer.Argument(metavar="文件夹", help="各县区的材料：一个县区一个子文件夹，或一个zip压缩包。")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", metavar="文件夹", help="结果放在哪个文件夹：一个县区一个工作簿，另有全省的一个。"
        ),
    ],
    name: Annotated[
        str, typer.Option("--name", metavar="名称", help="全省工作簿叫什么，例如 全市汇总。")
    ] = "全省汇总",
    rosters: Annotated[
        Path | None,
        typer.Option(
            "--rosters",
            metavar="文件夹",
            help="各县区的单位名册，文件名就是县区的名称；不写就用各县区文件夹里的 单位名册.xlsx。",
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="文件夹", help="上年的结果文件夹，各县区的工作簿加一张“与上年对比”。"
        ),
    ] = None,
    with_forms: Annotated[
        bool, typer.Option("--with-forms", help="各县区的工作簿后面附上各部门的表。")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="数", min=1, help="同时用几个进程读文件。")
    ] = None,
    as_json: AsJson = False,
    policy: PolicyFile = None,
) -> None:
    """汇总一个省（市）的全部县区：每个县区一个工作簿，全省一个工作簿。有县区没有汇总成时退出码为2。"""
    from .province import consolidate_province
    from .screen import Progress
    from .screen_province import document, show_county_done, show_province

    with Progress(quiet=as_json) as progress:
        result = consolidate_province(
            folder,
            out,
            name=name,
            rosters=rosters,
            policy=policy,
            against=against,
            with_forms=with_forms,
            jobs=jobs,
            progress=progress.files,
            told=None if as_json else show_county_done,
        )
    if as_json:
        _print_json(document(result))
    else:
        show_province(result)
    raise typer.Exit(2 if result.failed else 0)


@app.command("return")
def return_(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="收到的全部材料，子文件夹也看。")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件夹", help="退回件和通知放在哪里，一个部门一个文件夹。")
    ],
    roster: Annotated[Path | None, typer.Option("--roster", metavar="文件", help="单位名册。")] = None,
    today: Annotated[
        datetime | None,
        typer.Option(
            "--today",
            metavar="日期",
            formats=["%Y-%m-%d"],
            help="通知上的日期，例如 2025-04-03；不写就是今天。",
        ),
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="数", min=1, help="同时用几个进程。")] = None,
    policy: PolicyFile = None,
) -> None:
    """生成退回件和通知：在各部门自己的表上标出要改、要说明的格，附问题清单、退回通知、催报通知。"""
    from .policy_file import load
    from .reports.mailing import send_back
    from .screen import Progress
    from .screen_sending import show_returned

    with Progress() as progress:
        result = send_back(
            folder,
            out,
            roster=roster,
            policy=load(policy),
            today=today.date() if today else None,
            jobs=jobs,
            progress=progress.files,
        )
    show_returned(result)


@app.command()
def report(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="文件…", help="一个部门的自评表和报告；加 --county 时是收到的全部材料所在的文件夹。"
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件.docx", help="写到哪里。", callback=docx)],
    county: Annotated[bool, typer.Option("--county", help="写全县的情况通报。")] = False,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="文件", help="单位名册（写情况通报时用）。")
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template", metavar="文件.docx", help="本县的报告模板，里面用{{部门名称}}这样的记号。"
        ),
    ] = None,
    today: Annotated[
        datetime | None,
        typer.Option("--today", metavar="日期", formats=["%Y-%m-%d"], help="情况通报的日期；不写就是今天。"),
    ] = None,
    policy: PolicyFile = None,
) -> None:
    """按自评表起草部门整体支出绩效自评报告（Word），只有单位知道的内容标为待填写；--county 起草全县情况通报。"""
    from .errors import UsageError
    from .policy_file import load
    from .reports.bulletin import county_bulletin
    from .reports.selfreport import draft_report
    from .screen import Progress, say
    from .screen_sending import show_drafted

    rules = load(policy)
    if not county:
        show_drafted(draft_report(files, out, template=template, policy=rules))
        return
    if len(files) != 1:
        raise UsageError("情况通报只要一个文件夹：selfeval report 收到的材料 --county -o 通报.docx")
    with Progress() as progress:
        county_bulletin(
            files[0],
            out,
            roster=roster,
            policy=rules,
            today=today.date() if today else None,
            progress=progress.files,
        )
    say(f"情况通报已起草：{out}。数字和汇总工作簿的总览一致，请审定后印发。")


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="收到的全部材料，子文件夹也看。")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件夹", help="公开版放在哪里，一个部门一个文件夹。")
    ],
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="文件", help="单位名册；写明不公开的项目不会公开。")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="同时生成PDF（要装有LibreOffice）。")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="数", min=1, help="同时用几个进程读文件。")
    ] = None,
    policy: PolicyFile = None,
) -> None:
    """生成公开版：去掉批注、标注、隐藏内容和作者，遮住身份证号、电话、账号，不公开的项目不出。"""
    from .policy_file import load
    from .publishing import publish as run
    from .screen import Progress
    from .screen_sending import show_published

    with Progress() as progress:
        result = run(
            folder, out, roster=roster, pdf=pdf, policy=load(policy), jobs=jobs, progress=progress.files
        )
    show_published(result)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="旧版", help="先报的那一份。")],
    new: Annotated[Path, typer.Argument(metavar="新版", help="后报的那一份。")],
    as_json: AsJson = False,
) -> None:
    """比较两个版本：哪张表、哪个格、原来是什么、现在是什么。"""
    from .differences import differences, document
    from .screen import Progress, show_changes

    with Progress(quiet=as_json) as progress:
        read_both = read_all([old, new], progress)
    changes = differences(read_both[:1], read_both[1:])
    if as_json:
        _print_json(document(old, new, changes))
    else:
        show_changes(changes, [problem for file in read_both for problem in file.problems])


@app.command()
def rules(
    rule: Annotated[str | None, typer.Argument(metavar="编号", help="规则编号，例如 D03。")] = None,
) -> None:
    """列出全部校验规则，或说明一条规则。"""
    from .errors import UsageError
    from .rules.registry import catalogue
    from .screen_rules import show_rule, show_rules

    known = catalogue()
    if rule is None:
        show_rules(known.values())
        return
    if rule.upper() not in known:
        raise UsageError(f"没有规则“{rule}”。全部规则见 selfeval rules。")
    show_rule(known[rule.upper()])


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="放自评表的文件夹，子文件夹也看。")],
    once: Annotated[bool, typer.Option("--once", help="现有的文件各校验一遍就结束，不再等。")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="只写标注副本，不自动打开。")] = False,
    policy: PolicyFile = None,
) -> None:
    """看着一个文件夹：自评表一保存就校验，标注副本写在旁边。按 Ctrl+C 结束。"""
    from . import watching
    from .policy_file import load
    from .screen import say, show_saved

    rules = load(policy)
    saved = watching.watch(folder, rules, once=once)
    try:
        if not once and folder.is_dir():
            say(f"正在看着“{folder}”：自评表一保存就校验，结果写在旁边的“…_标注.xlsx”。按 Ctrl+C 结束。")
        for checked in saved:
            show_saved(checked)
            if checked.out and not no_open:
                watching.open_beside(checked.out)
    except KeyboardInterrupt:
        say("已停止。")


def _roster(path: Path | None):
    from .county.roster import read_roster
    from .errors import UsageError

    if path is not None and not path.is_file():
        raise UsageError(f"找不到单位名册“{path}”。请核对文件名和所在文件夹。")
    return None if path is None else read_roster(path)


def _mend(files: list[Path], findings, out: Path | None):
    from .errors import UsageError
    from .mending import mend

    if out is None or len(files) != 1:
        raise UsageError(
            "--fix 一次改一个文件，并要用 -o 写明副本的文件名：selfeval check 自评表.xlsx --fix -o "
            "自评表_改.xlsx"
        )
    return mend(files[0], findings, out)


def _print_json(document: dict) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


__all__ = ["app", "chinese", "main"]
