"""The command `serve`: the collecting desk in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval_xl.cli.options import PolicyFile

if TYPE_CHECKING:
    from selfeval_xl.server.desk.settings import Settings

Receiving = Annotated[
    Path, typer.Argument(metavar="收件文件夹", help="收到的材料放在这里，一个部门一个子文件夹。")
]
NeededRoster = Annotated[
    Path, typer.Option("--roster", metavar="名册.xlsx", help="单位名册：谁要报、报什么、哪天截止。")
]
NewCodes = Annotated[
    Path | None,
    typer.Option(
        "--new-codes",
        metavar="口令.xlsx",
        help="给名册上的部门生成新口令，写进这个文件就结束；旧口令作废，只有这个文件里有口令原文。",
    ),
]
Officer = Annotated[
    str | None,
    typer.Option("--officer", metavar="姓名", help="开一个财政人员的账号（已有的换口令），打印口令就结束。"),
]
Name = Annotated[
    list[str] | None,
    typer.Option(
        "--name", metavar="主机名", help="部门用的网址里的主机名，如证书上的名称；可以写几次，印第一个。"
    ),
]


OWN_COMPUTER = (
    "口令.xlsx里的网址只有这台电脑打得开。要发给部门的，请加上 --host（和要用的 --port）再生成一次，"
    "打开收件台时也这样写。"
)


def serve(
    folder: Receiving,
    roster: NeededRoster,
    host: Annotated[
        str, typer.Option("--host", metavar="地址", help="在哪个地址上收；0.0.0.0 是这台电脑的全部地址。")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="端口", min=0, max=65535, help="端口；0 是随便一个空的。")
    ] = 8765,
    new_codes: NewCodes = None,
    officer: Officer = None,
    name: Name = None,
    cert: Annotated[
        Path | None, typer.Option("--cert", metavar="证书.pem", help="HTTPS 的证书（PEM，含中间证书）。")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="私钥.pem", help="证书的私钥（PEM）。")] = None,
    insecure: Annotated[
        bool,
        typer.Option("--insecure", help="没有证书也让别的电脑连：口令和材料明文传，只在可信的内部网络里用。"),
    ] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="文件夹", help="账号、流水、试用稿放在哪里；不写就放在当前用户的文件夹里。"
        ),
    ] = None,
    workbook: Annotated[
        Path | None,
        typer.Option("--workbook", metavar="全县汇总.xlsx", help="汇总工作簿；不写就放在收件文件夹旁边。"),
    ] = None,
    policy: PolicyFile = None,
) -> None:
    """打开收件台：部门用浏览器交材料、看校验结果、拿回执，财政在同一个文件夹上看台账、退回、汇总。"""
    from selfeval_xl.cli.options import xlsx
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.server import Listening, addressed
    from selfeval_xl.server import serve as run
    from selfeval_xl.server.desk.settings import Settings
    from selfeval_xl.server.web.site import is_loopback

    listening = Listening(host, port, cert, key, insecure, tuple(name or ()))
    settings = Settings(folder, roster, policy=policy, state=state, workbook=workbook)
    if new_codes is None and officer is None:
        run(settings, listening, say)
        return
    _set_up(addressed(settings, listening), new_codes and xlsx(new_codes), officer)
    if new_codes is not None and is_loopback(host):
        say(OWN_COMPUTER)


def _set_up(settings: Settings, new_codes: Path | None, officer: str | None) -> None:
    """Makes codes and an officer's account; the codes stand in the file, the password on the screen."""
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.server.desk import Desk

    desk = Desk.open(settings)
    try:
        for text in desk.messages:
            say(text)
        if new_codes is not None:
            number = desk.new_codes(new_codes)
            say(
                f"{number}个口令已写入“{new_codes}”，旧口令已作废。收件台只留口令的散列值，"
                "这个文件请打印剪开、分发以后收好或删掉。"
            )
        if officer is not None:
            password = desk.new_officer(officer)
            say("口令只显示这一次，请马上抄下来；登录后可以自己改。")
            say(f"财政人员{officer}的口令：{password}")
    finally:
        desk.close()
