"""The commands `selfeval addin …`: the add-in on this computer, and the offline bundle for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

addin_app = typer.Typer(help="Excel插件：安装、看状态、卸载、做离线包。", no_args_is_help=True)
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="文件夹", help="装到这个文件夹，不用Excel的启动文件夹（XLSTART）。"),
]


@addin_app.command("install")
def addin_install(
    folder: Folder = None,
    python: Annotated[
        Path | None,
        typer.Option("--python", metavar="文件", help="插件用哪个python.exe；默认是现在运行的这个。"),
    ] = None,
    mode: Annotated[
        str,
        typer.Option(
            "--mode",
            metavar="方式",
            help="auto：Excel里用全部按钮，WPS里只校验和标注；com、plain：固定用前者、后者。",
        ),
    ] = "auto",
) -> None:
    """把插件装进Excel的启动文件夹，不要管理员权限，不覆盖别人的文件。"""
    from selfeval_xl.addin.setup.install import install
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.errors import UsageError

    if mode not in ("auto", "com", "plain"):
        raise UsageError(f"--mode 写 auto、com 或 plain，不能是“{mode}”。")
    say(
        f"插件已装好：{install(folder, str(python) if python else None, mode)}。重新打开Excel，"
        "就有“绩效自评”选项卡。"
    )


@addin_app.command("status")
def addin_status(folder: Folder = None) -> None:
    """插件装了没有、版本合不合、该做什么。"""
    import os

    from selfeval_xl.addin.setup.install import NOT_WINDOWS, status
    from selfeval_xl.cli.screen.screen import say, show_addin

    if folder is None and not os.environ.get("APPDATA"):
        say(NOT_WINDOWS)
    else:
        show_addin(status(folder))


@addin_app.command("uninstall")
def addin_uninstall(folder: Folder = None) -> None:
    """从Excel的启动文件夹里拿走插件。"""
    from selfeval_xl.addin.setup.install import uninstall
    from selfeval_xl.cli.screen.screen import say

    removed = uninstall(folder)
    say(f"插件已卸载：{removed}" if removed else "没有安装插件，不用卸载。")


@addin_app.command("bundle")
def addin_bundle(
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件夹", help="离线包放在哪个文件夹（新的）。")
    ],
    python: Annotated[
        Path,
        typer.Option(
            "--python",
            metavar="文件",
            help="目标电脑用的Python：Windows是嵌入式压缩包（python-3.x-embed-amd64.zip），"
            "Linux是python-build-standalone的install_only.tar.gz。",
        ),
    ],
    wheels: Annotated[
        Path | None,
        typer.Option("--wheels", metavar="文件夹", help="组件（wheel）已经放在这里，不再上网收集。"),
    ] = None,
    system: Annotated[
        str,
        typer.Option("--system", metavar="系统", help="目标电脑的系统：windows，或linux（统信、麒麟等）。"),
    ] = "windows",
) -> None:
    """做离线包：给没有Python、不能上网、没有管理员权限的电脑用。"""
    from selfeval_xl.addin.setup.bundle import bundle
    from selfeval_xl.cli.screen.screen import say

    made = bundle(out, python, wheels, system)
    desk = f"{made.target.system}，{made.target.machine}，Python {made.target.version}"
    say(
        f"离线包已做好：{out}（{desk}，组件{len(made.wheels)}个）。把整个文件夹拷过去，"
        "先看里面的“使用说明.txt”。"
    )
    for note in made.notes:
        say(note)
