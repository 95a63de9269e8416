"""The commands of the stages before the self-evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval_xl.cli.options import PolicyFile, ReadingJobs, Received, RosterFile, filled_folder

MonitoringBook = Annotated[
    Path, typer.Option("-o", "--out", metavar="文件.xlsx", help="监控汇总工作簿写到哪里。")
]
Through = Annotated[
    str | None,
    typer.Option(
        "--through",
        metavar="月份",
        help="只汇总这个监控期间的表，例如 1-7月；不写就都汇总，一个项目有几个期间的用最晚的。",
    ),
]


def monitor(
    folder: Received,
    out: MonitoringBook,
    roster: RosterFile = None,
    through: Through = None,
    jobs: ReadingJobs = None,
    policy: PolicyFile = None,
) -> None:
    """运行监控：把收到的绩效运行监控表汇总成一个工作簿，进度慢、完不成、前后矛盾的列成预警清单。"""
    from selfeval_xl.cli.screen.monitoring import show_monitored
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.county.monitoring import monitor as run
    from selfeval_xl.rules.county_file import load

    filled_folder(folder, roster)
    with ProgressBars() as progress:
        made = run(
            folder,
            out,
            roster=roster,
            policy=load(policy),
            through=through,
            jobs=jobs,
            progress=progress.files,
        )
    show_monitored(made)
