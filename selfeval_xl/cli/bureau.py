"""The commands of the finance bureau on what it received: consolidate, return, report and publish."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from selfeval_xl.cli.options import (
    AsJson,
    Jobs,
    PolicyFile,
    ReadingJobs,
    Received,
    Replace,
    RosterFile,
    Workbook,
    day_of,
    docx,
    filled_folder,
    named_files,
    needs,
    print_json,
    xlsx,
)
from selfeval_xl.errors import UsageError

ReviewedPapers = Annotated[
    Path | None,
    typer.Option(
        "--reviewed",
        metavar="文件夹",
        help="填好的复核底稿：复核得分、复核等级带进“项目汇总”（手工填过的不动），加一张“复核汇总”。",
    ),
]
Against = Annotated[
    Path | None,
    typer.Option("--against", metavar="上年.xlsx", help="上年的汇总工作簿，加一张“与上年对比”。"),
]
Declared = Annotated[
    Path | None,
    typer.Option(
        "--declared",
        metavar="文件夹",
        help="年初批复的绩效目标申报表：指标值不同的列出来（X14），“指标明细”里写上申报指标值。",
    ),
]
MonitoredForms = Annotated[
    Path | None,
    typer.Option(
        "--monitored",
        metavar="文件夹",
        help="年中的绩效运行监控表：和自评对不上的列出来（X14），“指标明细”里写上监控预计、监控结论。",
    ),
]
WithForms = Annotated[
    bool,
    typer.Option(
        "--with-forms",
        help="把各部门的表按官方表样附在后面，每张表一个工作表，另有目录；超过300张的先问，不问时一个部门一个文件。",
    ),
]


def consolidate(
    folder: Received,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件.xlsx", help="汇总工作簿写到哪里。")],
    roster: RosterFile = None,
    against: Against = None,
    reviewed: ReviewedPapers = None,
    declared: Declared = None,
    monitored: MonitoredForms = None,
    with_forms: WithForms = False,
    parquet: Annotated[
        Path | None,
        typer.Option("--parquet", metavar="文件夹", help="另存一份Parquet数据表，供DuckDB、pandas使用。"),
    ] = None,
    jobs: ReadingJobs = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", metavar="地址", help="在Dask集群上读文件，例如 tcp://127.0.0.1:8786。"),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Parquet文件夹里写好以后有人改过的文件，也覆盖。")
    ] = False,
    policy: PolicyFile = None,
) -> None:
    """把收到的材料汇总成一个全县工作簿，每个数都能回到原表的格。"""
    from selfeval_xl.cli.screen.screen import ProgressBars, show_county
    from selfeval_xl.cli.screen.sending import forms_in_one
    from selfeval_xl.county import consolidate as run
    from selfeval_xl.files import replacing
    from selfeval_xl.rules.county_file import load

    filled_folder(folder, roster)
    with ProgressBars() as progress, replacing(replace):
        county = run(
            folder,
            out,
            roster=roster,
            policy=load(policy),
            against=against,
            reviewed=reviewed,
            declared=declared,
            monitored=monitored,
            with_forms=partial(forms_in_one, progress) if with_forms else False,
            parquet=parquet,
            jobs=jobs,
            dask=dask,
            progress=progress.files,
        )
    show_county(county)


def combine(
    first: Annotated[Path, typer.Argument(metavar="A.xlsx", help="一个人写了意见的汇总工作簿。")],
    second: Annotated[Path, typer.Argument(metavar="B.xlsx", help="另一个人写了意见的那一份。")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="C.xlsx", help="合成的写到哪里。", callback=xlsx)
    ],
    replace: Replace = False,
) -> None:
    """把两个人各写了意见的汇总工作簿合成一份；写得不一样的列出来，以第一份为准。"""
    from selfeval_xl.cli.screen.sending import show_combined
    from selfeval_xl.county.combine import combine as run
    from selfeval_xl.files import replacing

    with replacing(replace):
        combined = run(first, second, out)
    show_combined(combined)


Counties = Annotated[
    Path, typer.Argument(metavar="文件夹", help="各县区的材料：一个县区一个子文件夹，或一个zip压缩包。")
]
ProvinceTo = Annotated[
    Path,
    typer.Option(
        "-o", "--out", metavar="文件夹", help="结果放在哪个文件夹：一个县区一个工作簿，另有全省的一个。"
    ),
]
Rosters = Annotated[
    Path | None,
    typer.Option(
        "--rosters",
        metavar="文件夹",
        help="各县区的单位名册，文件名就是县区的名称；不写就用各县区文件夹里的 单位名册.xlsx。",
    ),
]


def province(
    folder: Counties,
    out: ProvinceTo,
    name: Annotated[
        str, typer.Option("--name", metavar="名称", help="全省工作簿叫什么，例如 全市汇总。")
    ] = "全省汇总",
    rosters: Rosters = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="文件夹", help="上年的结果文件夹，各县区的工作簿加一张“与上年对比”。"
        ),
    ] = None,
    with_forms: Annotated[
        bool, typer.Option("--with-forms", help="各县区的工作簿后面附上各部门的表。")
    ] = False,
    jobs: ReadingJobs = None,
    as_json: AsJson = False,
    policy: PolicyFile = None,
) -> None:
    """汇总一个省（市）的全部县区：每个县区一个工作簿，全省一个工作簿。有县区没有汇总成时退出码为2。"""
    from selfeval_xl.cli.screen.province import document, show_county_done, show_province
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.county.province import consolidate_province

    with ProgressBars(quiet=as_json) as progress:
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
        print_json(document(result))
    else:
        show_province(result)
    raise typer.Exit(2 if result.failed else 0)


ReturnedStage = Annotated[
    Literal["self", "monitoring", "declaration"],
    typer.Option(
        "--stage",
        metavar="环节",
        help="退回哪种表：self 绩效自评表，monitoring 绩效运行监控表，declaration 绩效目标申报表。",
    ),
]


def return_(
    folder: Received,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件夹", help="退回件和通知放在哪里，一个部门一个文件夹。")
    ],
    roster: RosterFile = None,
    today: Annotated[
        date | None,
        typer.Option(
            "--today",
            metavar="日期",
            parser=day_of,
            help="通知上的日期，例如 2025-04-03；不写就是今天。",
        ),
    ] = None,
    workbook: Workbook = None,
    stage: ReturnedStage = "self",
    replace: Replace = False,
    jobs: Jobs = None,
    policy: PolicyFile = None,
) -> None:
    """生成退回件和通知：在各部门自己的表里标出要改、要说明的格，附问题清单、退回通知、催报通知。"""
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.cli.screen.sending import show_returned
    from selfeval_xl.files import refuse, replacing
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.returns.send_back import send_back

    filled_folder(folder, roster)
    with ProgressBars() as progress, replacing(replace):
        result = send_back(
            folder,
            out,
            roster=roster,
            policy=load(policy),
            today=today,
            jobs=jobs,
            progress=progress.files,
            workbook=workbook,
            stage=stage,
        )
    show_returned(result)
    refuse(result.kept)


CountyTemplate = Annotated[
    Path | None,
    typer.Option("--template", metavar="文件.docx", help="本县的报告模板，里面用{{部门名称}}这样的记号。"),
]
BulletinDate = Annotated[
    date | None,
    typer.Option(
        "--today", metavar="日期", parser=day_of, help="落款的日期，例如 2025-04-03；不写就是今天。"
    ),
]
REPORT_HELP = (
    "按自评表起草部门整体支出绩效自评报告（Word），只有单位知道的内容标为待填写；--county 起草全县情况通报。"
)


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
    template: CountyTemplate = None,
    today: BulletinDate = None,
    workbook: Workbook = None,
    replace: Replace = False,
    policy: PolicyFile = None,
) -> None:
    """Drafts the report of a department or, for --county, the bulletin; see REPORT_HELP."""
    from selfeval_xl.cli.screen.screen import ProgressBars, say
    from selfeval_xl.cli.screen.sending import show_drafted
    from selfeval_xl.files import replacing
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.reports.bulletin import county_bulletin
    from selfeval_xl.workflows.reports.self_report import draft_report

    rules = load(policy)
    if not county:
        needs({"--roster": roster}, "--county", "写部门的报告用不着它")
        named_files(files)
        with replacing(replace):
            drafted = draft_report(files, out, template=template, policy=rules, today=today)
        show_drafted(drafted)
        return
    if len(files) != 1:
        raise UsageError("情况通报只要一个文件夹：selfeval report 收到的材料 --county -o 通报.docx")
    if template is not None:
        raise UsageError("--template 是部门报告的模板，不能和 --county 一起写。")
    with ProgressBars() as progress, replacing(replace):
        bulletin = county_bulletin(
            files[0],
            out,
            roster=roster,
            policy=rules,
            today=today,
            progress=progress.files,
            workbook=workbook,
        )
    say(bulletin.told)
    say(f"情况通报已起草：{out}。数字和汇总工作簿的总览一致，请审定后印发。")


PublishedStage = Annotated[
    Literal["self", "monitoring", "declaration"],
    typer.Option(
        "--stage",
        metavar="环节",
        help=(
            "公开哪种表：self 绩效自评表，declaration 绩效目标申报表（随预算公开），"
            "monitoring 绩效运行监控表（一般只在内部用）。"
        ),
    ),
]


def publish(
    folder: Received,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件夹", help="公开版放在哪里，一个部门一个文件夹。")
    ],
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="文件", help="单位名册；写明不公开的项目不会公开。")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="同时生成PDF（要装有LibreOffice）。")] = False,
    workbook: Workbook = None,
    stage: PublishedStage = "self",
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="还有须修改问题的表也公开，不再问；不在终端里运行时，不写它这些表就不公开。"
        ),
    ] = False,
    replace: Replace = False,
    jobs: ReadingJobs = None,
    policy: PolicyFile = None,
) -> None:
    """生成公开版：去掉批注、标注、隐藏内容和作者，遮住身份证号、电话、账号，不公开的项目不出。"""
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.cli.screen.sending import show_published, still_faulty
    from selfeval_xl.files import refuse, replacing
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.publishing import publish as run

    filled_folder(folder)
    with ProgressBars() as progress, replacing(replace):
        result = run(
            folder,
            out,
            roster=roster,
            pdf=pdf,
            policy=load(policy),
            jobs=jobs,
            progress=progress.files,
            workbook=workbook,
            stage=stage,
            agreed=(lambda faulty: True) if yes else still_faulty,
        )
    show_published(result)
    refuse(result.kept)
