"""The commands `selfeval policy …`: the county's parameters and rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from selfeval_xl.cli.options import NewBook, PolicyFile, Replace, read_all

policy_app = typer.Typer(help="参数表：阈值、等级、规则级别。", no_args_is_help=True)


@policy_app.command("show")
def policy_show(policy: PolicyFile = None) -> None:
    """列出现在用的参数，每个值从哪里来。"""
    from selfeval_xl.cli.screen.rules import show_policy
    from selfeval_xl.rules.county_file import load

    show_policy(load(policy))


@policy_app.command("template")
def policy_template(out: NewBook, replace: Replace = False) -> None:
    """生成参数表工作簿：每个参数一行，填上与默认不同的值即可；另有“自定义规则”表。"""
    from selfeval_xl.assessment.policy import default
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.files import replacing
    from selfeval_xl.rules.county_file_template import write_policy_template

    with replacing(replace):
        write_policy_template(default(), out)
    say(f"已生成参数表：{out}。只填要改的，其余留空。")


@policy_app.command("check")
def policy_check(
    file: Annotated[Path, typer.Argument(metavar="文件", help="本县的参数表（xlsx或TOML）。")],
) -> None:
    """检查参数表，逐行说明哪里写错了。"""
    from datetime import date

    from selfeval_xl.cli.screen.rules import show_policy_file
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.errors import PolicyError
    from selfeval_xl.rules.county_file import read_policy_file

    policy, mistakes = read_policy_file(file, date.today())
    if mistakes:
        raise PolicyError("\n".join([f"参数表“{file.name}”有{len(mistakes)}处要改：", *mistakes]))
    show_policy_file(policy)
    say(f"参数表“{file.name}”没有写错的地方。")


@policy_app.command("try")
def policy_try(
    file: Annotated[Path, typer.Argument(metavar="文件", help="要试的参数表。")],
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="已经收到的材料。")],
) -> None:
    """试用参数表：在已收到的材料（自评表、监控表、申报表）上，新规则和改过的规则各查出多少条，各举三例。"""
    from selfeval_xl.cli.screen.rules import show_rehearsal
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.readers.folder import collect
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.rules.trial_run import rehearse

    rules = load(file)
    with ProgressBars() as progress:
        files = read_all(collect(folder), progress)
    show_rehearsal(rehearse(rules, files), files)
