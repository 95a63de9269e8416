"""The collecting desk (收件台): departments submit in a browser, the bureau works on the same folder.

`desk` is everything that it can do, `state` what it keeps, `web` the pages. Only `web` needs the libraries of
the extra `server`, and nothing here imports it before a desk is served.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.errors import UsageError

if TYPE_CHECKING:
    from selfeval_xl.server.desk import Settings

DEFAULT_PORT = 8765
LIBRARIES = ("starlette", "uvicorn", "jinja2", "python_multipart")
MISSING = (
    "这台电脑上还没有装收件台要用的库（{names}）。"
    '请运行 python -m pip install "selfeval-xl[server]" 装好后再试。'
)
PLAIN = (
    "注意：没有用证书，口令和材料在网络上是明文传的，请只在可信的内部网络里用；正式收件请用 --cert、--key。"
)
STOPPED = "收件台已停止。已经给了回执的材料都在“{folder}”里，再运行同一条命令就接着收。"


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a desk listens.

    names: further host names by which it is called. insecure: no certificate is fine.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    cert: Path | None = None
    key: Path | None = None
    insecure: bool = False
    names: tuple[str, ...] = ()


def addressed(settings: Settings, listening: Listening) -> Settings:
    """The settings with the address that departments are told, which stands in 口令.xlsx.

    Raises UsageError where the libraries are missing.
    """
    _need_libraries()
    from selfeval_xl.server.web.running import address_of

    return replace(settings, address=address_of(listening))


def serve(settings: Settings, listening: Listening, say: Callable[[str], None]) -> None:
    """Opens the desk and serves it until Ctrl+C or a signal to end; what runs then is brought to its end.

    Raises UsageError where it cannot begin (libraries, address in use, certificate, places), OutputError
    where its state cannot be written or is damaged.
    """
    _need_libraries()
    from selfeval_xl.server.desk import Desk
    from selfeval_xl.server.web import running

    running.check(listening)
    with running.listen(listening) as socket:
        at = replace(listening, port=socket.getsockname()[1])
        desk = Desk.open(replace(settings, address=running.address_of(at)))
        try:
            for text in desk.messages:
                say(text)
            if not running.is_safe(at):
                say(PLAIN)
            running.run(desk, at, socket, lambda: say(running.opened(desk, at)))
        finally:
            desk.close()
    say(STOPPED.format(folder=settings.receiving))


def _need_libraries() -> None:
    """Raises UsageError where a library of the extra `server` is not installed."""
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(MISSING.format(names="、".join(missing)))
