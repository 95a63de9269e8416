"""Runs the pages of a desk: address, certificate, and the end."""

from __future__ import annotations

import logging
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.config import Config

from selfeval_xl.errors import UsageError, cause_of
from selfeval_xl.server.web.app import make_app
from selfeval_xl.server.web.connections import Bounds, bounded
from selfeval_xl.server.web.site import DEFAULT_PORTS, Site, is_loopback, own_address, own_names

if TYPE_CHECKING:
    from selfeval_xl.server import Listening
    from selfeval_xl.server.desk import Desk

GRACE = 10  # seconds for answers that are under way when the desk is stopped
BACKLOG = 512
OPEN_FILES = 8192
NEEDS_CERTIFICATE = (
    "“{host}”别的电脑也连得上，没有证书时口令和材料都是明文传的。请用 --cert、--key 写明证书和私钥；"
    "只在可信的内部网络里试用的，加 --insecure。"
)


def is_safe(listening: Listening) -> bool:
    """Whether codes cannot be read on their way: a certificate, or nobody else on it."""
    return listening.cert is not None or is_loopback(listening.host)


def check(listening: Listening) -> None:
    """Raises UsageError for an address that is open to others without a certificate, and for a bad one."""
    if (listening.cert is None) != (listening.key is None):
        raise UsageError("--cert 和 --key 要一起写：证书和它的私钥（PEM格式）。")
    if not is_safe(listening) and not listening.insecure:
        raise UsageError(NEEDS_CERTIFICATE.format(host=listening.host))
    if listening.cert is not None:
        _context(listening)


def _context(listening: Listening) -> ssl.SSLContext:
    """TLS 1.2 and later with the county's own certificate. Raises UsageError where it cannot be used."""
    assert listening.cert is not None and listening.key is not None
    for file in (listening.cert, listening.key):
        if not file.is_file():
            raise UsageError(f"找不到文件“{file}”。请核对证书、私钥的文件名和所在文件夹。")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(listening.cert, listening.key, password=lambda: b"")
    except (ssl.SSLError, OSError, ValueError) as error:
        raise UsageError(
            f"证书“{listening.cert.name}”和私钥“{listening.key.name}”用不了：要PEM格式、互相配对，私钥不能有密码。"
        ) from error
    return context


def listen(listening: Listening) -> socket.socket:
    """A socket at the address. Raises UsageError where it is in use or none of this computer."""
    host = listening.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, listening.port))
        made.listen(BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        made.close()
        why = cause_of(error) if isinstance(error, OSError) else "写法不对"
        raise UsageError(
            f"打不开 {listening.host} 的端口{listening.port}：可能已有一个收件台或别的程序在用它，"
            f"或这台电脑没有这个地址（{why}）。请换一个 --port，或核对 --host。"
        ) from error
    return made


def address_of(listening: Listening) -> str:
    """The address to tell departments: http://192.168.1.10:8765/."""
    scheme = "https" if listening.cert is not None else "http"
    host = listening.names[0] if listening.names else own_address(listening.host.strip("[]"))
    shown = f"[{host}]" if ":" in host else host
    port = "" if listening.port == DEFAULT_PORTS[scheme] else f":{listening.port}"
    return f"{scheme}://{shown}{port}/"


def opened(desk: Desk, listening: Listening) -> str:
    """The sentence when the desk is open."""
    return (
        f"收件台已打开：{address_of(listening)} 收到的材料放在“{desk.settings.receiving}”。按 Ctrl+C 停止。"
    )


def run(
    desk: Desk,
    listening: Listening,
    listener: socket.socket,
    told: Callable[[], None],
    bounds: Bounds | None = None,
) -> None:
    """Serves until a signal comes; what is under way then has a few seconds. told: called once it is open."""
    site = Site(
        port=listening.port,
        names=own_names(listening.host, listening.names),
        tls=listening.cert is not None,
    )
    bounds = bounds or Bounds()
    config = Config(
        make_app(desk, site),
        http=bounded(bounds),
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=bounds.idle,
        timeout_graceful_shutdown=GRACE,
    )
    config.load()
    if listening.cert is not None:
        config.ssl = _context(listening)
    _more_files()
    server = _Server(config, told)
    _end_on_signals(server)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn raises the signal again when it has come to its end
        pass


class _Server(uvicorn.Server):
    """uvicorn's server, which says in our words that it is open."""

    def __init__(self, config: Config, told: Callable[[], None]) -> None:
        super().__init__(config)
        self._told = told

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then says so."""
        await super().startup(sockets)
        if self.started:
            self._told()


def _end_on_signals(server: uvicorn.Server) -> None:
    """Has a signal to end the program stop the server first.

    uvicorn itself catches Ctrl+C and SIGTERM, and raises them once more when it has come to its end.
    """
    if threading.current_thread() is not threading.main_thread():
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, server.handle_exit)


def _more_files() -> None:
    """Lets this process have more open files than most systems allow at first: a connection is one."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
