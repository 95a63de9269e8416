"""The program behind the Linux bundle's `安装.sh`: `python -m selfeval_xl.cli.linux_desk`.

It puts the icon, the entry of the menu and the watching at login onto the desk of this user.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path


def main() -> int:
    """Installs what this Python belongs to, says where, and returns the exit status."""
    from selfeval_xl.addin.setup.linux_desk import NAME, install
    from selfeval_xl.addin.setup.linux_starters import MARK
    from selfeval_xl.cli.screen.screen import say
    from selfeval_xl.errors import SelfevalError

    program = Path(sys.prefix).parent
    try:
        if not (program / MARK).is_file():
            say("这不是离线包里的Python，没有安装。请运行离线包里的“安装.sh”。")
            return 2
        desk = install(program)
    except SelfevalError as error:
        say(str(error))
        return 2
    where = f"桌面（{desk.desktop}）和开始菜单" if desk.desktop else "开始菜单"
    say(f"装好了：{program}。{where}里有“{NAME}”图标，把自评表或文件夹拖上去，标注副本写在旁边。")
    say(f"下次登录以后，放在“{desk.watched}”里的自评表一保存就校验。不用了，在终端运行：")
    print(f"sh {shlex.quote(f'{program}/uninstall.sh')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
