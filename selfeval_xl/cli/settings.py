"""The command `selfeval settings`: the county's parameters and roster for whatever has no command line.

The buttons, the check in WPS and `selfeval-check.cmd` use them; 设置 in the ribbon keeps the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval_xl.cli.options import roster_of

if TYPE_CHECKING:
    from selfeval_xl.assessment.policy import Policy
    from selfeval_xl.filings.roster import Roster

NAMES = {"policy": "参数表", "roster": "单位名册"}
UseSettings = Annotated[
    bool,
    typer.Option("--settings", help="用“selfeval settings”记着的参数表和名册，和按钮、拖放校验一样。"),
]


def settings(
    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="文件", help="以后都用这份参数表（xlsx或TOML）。")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="文件", help="以后都用这份单位名册。")
    ] = None,
    forget: Annotated[
        list[str] | None, typer.Option("--forget", metavar="哪一项", help="不再使用：policy 或 roster。")
    ] = None,
) -> None:
    """记住参数表和单位名册，供按钮、WPS里的校验和拖放校验使用；不带选项就看现在记着什么。"""
    from selfeval_xl.addin import state
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.errors import UsageError
    from selfeval_xl.rules.county_file import load

    unknown = [name for name in forget or () if name not in NAMES]
    if unknown:
        raise UsageError(f"--forget 写 policy 或 roster，不能是“{unknown[0]}”。")
    if policy is not None:
        load(policy)
    roster_of(roster)
    changed = dict.fromkeys(forget or (), "")
    changed |= {name: str(path.absolute()) for name, path in (("policy", policy), ("roster", roster)) if path}
    if changed:
        state.change_settings(**changed)
    current = state.settings()
    for name, shown in NAMES.items():
        say(f"{shown}：{current.get(name) or '没有指定'}")


def rules_and_roster(
    policy: Path | None, roster: Path | None, from_settings: bool
) -> tuple[Policy, Roster | None]:
    """The parameters and the roster of a check; those of the settings for what is not named, if they are
    asked.
    """
    from selfeval_xl.addin import chosen
    from selfeval_xl.rules.county_file import load

    rules = chosen.policy() if from_settings and policy is None else load(policy)
    expected = chosen.roster() if from_settings and roster is None else roster_of(roster)
    return rules, expected
