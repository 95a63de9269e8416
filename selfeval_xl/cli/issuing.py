"""The command `issue`: a workbook for each department of the roster."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval_xl.cli.options import (
    Jobs,
    PolicyFile,
    Stage,
    Year,
    xlsx,
)
from selfeval_xl.errors import UsageError

if TYPE_CHECKING:
    from selfeval_xl.workflows.issuing import IssueOptions

IssuedRoster = Annotated[
    Path | None, typer.Argument(metavar="名册", help="单位名册工作簿；空表用 --blank 生成。")
]
Blank = Annotated[bool, typer.Option("--blank", help="生成空白的单位名册，填好后再下发。")]
IssueTo = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", metavar="文件夹", help="各部门的工作簿写到哪个文件夹（--blank 时是名册文件名）。"
    ),
]
LastYear = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="上年汇总.xlsx", help="上年的全县汇总工作簿：名册没有列的项目和指标从这里取。"
    ),
]
Targets = Annotated[
    Path | None,
    typer.Option(
        "--targets",
        metavar="文件夹",
        help="批复的目标申报表：名册没有列指标的项目，指标和年度目标从这里取。",
    ),
]
SendBy = Annotated[
    str,
    typer.Option("--send", metavar="文字", help="报送方式，印在填报说明上，例如“内网邮箱，盖章件送305室”。"),
]


Contact = Annotated[str, typer.Option("--contact", metavar="姓名", help="财政局联系人。")]
Phone = Annotated[str, typer.Option("--phone", metavar="电话", help="财政局联系电话。")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="已有的同名文件也覆盖，部门可能已经填写的会列出来。")
]
ReplaceList = Annotated[
    bool,
    typer.Option(
        "--replace", help="下发清单（--blank 时是名册）不是本程序写的，或写好以后有人改过，也覆盖。"
    ),
]
Protected = Annotated[bool, typer.Option("--protect", help="保护工作表（不设密码），下发的格改不了。")]


OtherwiseLayout = Annotated[
    str | None,
    typer.Option(
        "--layout",
        metavar="表式",
        help=(
            "名册里没有写表式的部门用哪一种，写中文名或编号，例如 云南、mof-2020；不写用吉林2024。"
            "监控表、申报表全部用这一种，不写用财政部2019、财政部2015。"
        ),
    ),
]
Through = Annotated[
    str,
    typer.Option("--through", metavar="月份", help="监控到几月，印在监控表的表头里，例如 1-7月。"),
]
_NO_ROSTER = (
    "没有写单位名册：selfeval issue 名册.xlsx -o 下发。没有名册的，先用 selfeval issue --blank "
    "-o 名册.xlsx 生成空表。"
)


def issue(
    roster: IssuedRoster = None,
    out: IssueTo = None,
    blank: Blank = False,
    layout: OtherwiseLayout = None,
    stage: Stage = "self",
    through: Through = "",
    year: Year = None,
    last: LastYear = None,
    targets: Targets = None,
    protect: Protected = False,
    overwrite: Overwrite = False,
    send: SendBy = "",
    contact: Contact = "",
    phone: Phone = "",
    replace: ReplaceList = False,
    jobs: Jobs = None,
    policy: PolicyFile = None,
) -> None:
    """下发：按单位名册，给每个部门生成一份填好项目、预算和指标的工作簿。"""
    if out is None:
        raise UsageError("没有写结果放在哪里：selfeval issue 名册.xlsx -o 下发")
    if blank:
        idle = (last, targets, protect, overwrite, policy, send, contact, phone)
        return _write_blank_roster(xlsx(out), replace, idle)
    if roster is None:
        raise UsageError(_NO_ROSTER)
    from selfeval_xl.cli.screen.issuing import asked_year, show_issued, show_problems
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.files import replacing
    from selfeval_xl.workflows.issuing import issue as run

    options = dataclasses.replace(
        _options(layout, stage, through, (send, contact, phone)), year=year or asked_year()
    )
    with ProgressBars() as progress, replacing(replace):
        issued = run(
            roster,
            out,
            asked=options,
            last=last,
            targets=targets,
            policy=policy,
            protect=protect,
            overwrite=overwrite,
            jobs=jobs,
            progress=progress.work("正在生成"),
            warned=show_problems,
        )
    show_issued(issued)


_MONTHS = re.compile(r"1[-－—~～至](?:[2-9]|1[0-2])月")


def _options(layout: str | None, stage: str, through: str, told: tuple[str, str, str]) -> IssueOptions:
    """The options of `issue` but for the year. told: 报送方式, contact and phone of the bureau.

    Raises UsageError where the months of the monitoring are none, or are given for another stage.
    """
    from selfeval_xl import layouts
    from selfeval_xl.model.forms import MONITORING
    from selfeval_xl.workflows.issuing import IssueOptions

    known = layouts.stage_of(stage)
    if through and known != MONITORING:
        raise UsageError("--through 是监控到几月，只和 --stage monitoring 一起写。")
    if through and not _MONTHS.fullmatch(through):
        raise UsageError(f"--through 写成 1-7月 这样，现在是“{through}”。")
    return IssueOptions(layout or layouts.USUAL[known], None, *told, stage=known, through=through)


_IDLE = ("--from", "--targets", "--protect", "--overwrite", "--policy", "--send", "--contact", "--phone")


def _write_blank_roster(out: Path, replace: bool, idle: Sequence[object]) -> None:
    """Writes an empty roster and prints where it is.

    replace: also over a file of somebody else. idle: the values of options (`_IDLE`) that it has no use for;
    UsageError where one is given.
    """
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.files import replacing
    from selfeval_xl.filings.roster_sheets import blank_roster

    given = [name for name, value in zip(_IDLE, idle, strict=True) if value]
    if given:
        raise UsageError(f"--blank 只生成空白名册，用不着 {'、'.join(given)}。")
    with replacing(replace):
        blank_roster(out)
    say(f"已生成空白名册：{out}。填好后运行：selfeval issue {out.name} -o 下发")
