"""The commands of the re-check: draw the sample, and summarise its filled papers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval_xl.cli.options import NewBook, PolicyFile, Replace

CountyBook = Annotated[
    Path, typer.Argument(metavar="全县汇总.xlsx", help="selfeval consolidate 生成的汇总工作簿。")
]
SampleTo = Annotated[
    Path, typer.Option("-o", "--out", metavar="文件夹", help="抽查名单和复核底稿放在哪个文件夹。")
]
Count = Annotated[
    int | None,
    typer.Option("-n", "--number", metavar="数", min=1, help="抽几个项目；不写就抽全部建议抽查的。"),
]
Share = Annotated[
    str | None, typer.Option("--share", metavar="比例", help="抽可抽项目的多大比例，例如 10%，不足1个的进1。")
]
Seed = Annotated[
    str,
    typer.Option(
        "--seed", metavar="种子", help="随机补抽用的种子（数或词）；同样的汇总和种子抽出同样的项目。"
    ),
]
Papers = Annotated[Path, typer.Argument(metavar="文件夹", help="填好的复核底稿，子文件夹也看。")]


def sample(
    county: CountyBook,
    out: SampleTo,
    number: Count = None,
    share: Share = None,
    seed: Seed = "1",
    replace: Replace = False,
    policy: PolicyFile = None,
) -> None:
    """抽查：先抽建议抽查的项目，不足的随机补，写出抽查名单，每个项目一份复核底稿。"""
    from selfeval_xl.cli.screen.rechecking import show_sample
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.files import refuse, replacing
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.review.choice import share_of
    from selfeval_xl.workflows.review.sampling import sample as run

    with ProgressBars() as progress, replacing(replace):
        drawn = run(
            county,
            out,
            count=number,
            share=None if share is None else share_of(share),
            seed=seed,
            policy=load(policy),
            progress=progress.work("正在写底稿"),
        )
    show_sample(drawn)
    refuse(drawn.kept)


def review(
    folder: Papers,
    out: NewBook,
    replace: Replace = False,
    policy: PolicyFile = None,
) -> None:
    """复核汇总：读填好的复核底稿，和自评比较，部门、全县各一张，问题和没有计入的逐条列出。"""
    from selfeval_xl.cli.screen.rechecking import show_review
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.files import replacing
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.review.reviewing import review as run

    with ProgressBars() as progress, replacing(replace):
        made = run(folder, out, policy=load(policy), progress=progress.count)
    show_review(made)
