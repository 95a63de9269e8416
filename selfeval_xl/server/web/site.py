"""Where the desk is reached: addresses, names that it answers to, and whether the way there is encrypted."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """The place of a desk on the network.

    names: the host names in lower case by which it may be called, beside its own addresses. tls: whether it
    has a certificate. secret: of this run, for the tokens of forms that are sent before the login.
    """

    port: int
    names: frozenset[str] = frozenset({"localhost"})
    tls: bool = False
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def scheme(self) -> str:
        """The scheme of its addresses."""
        return "https" if self.tls else "http"

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; browsers take one with this prefix from this very host only."""
        return "__Host-desk" if self.tls else "desk"

    @property
    def entry_cookie(self) -> str:
        """The name of the cookie that ties the page of the login to its browser."""
        return "__Host-entry" if self.tls else "entry"

    def answers_to(self, host: str, local: str) -> bool:
        """Whether a Host header names this desk. local: the address at which the request has arrived.

        A name that some page of the internet has pointed here (DNS rebinding) is none of ours; an address
        counts only where it is the one that was really called.
        """
        name, port = split_host(host)
        if not name or (DEFAULT_PORTS[self.scheme] if port is None else port) != self.port:
            return False
        if name in self.names:
            return True
        return bool(_address(name)) and _address(name) == _address(local)

    def is_same(self, origin: str, host: str) -> bool:
        """Whether an Origin header is that of the page's own site."""
        return origin.lower() == f"{self.scheme}://{host.lower()}"


def split_host(host: str) -> tuple[str, int | None]:
    """Name and port of a Host header; the name is "" where it is none."""
    name, port = host.strip().lower(), ""
    if name.startswith("["):
        name, bracket, port = name[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            return "", None
        port = port[1:]
    elif name.count(":") <= 1:
        name, _, port = name.partition(":")
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5):
        return "", None
    return name.removesuffix("."), int(port) if port else None


def _address(text: str) -> str:
    """An IP address in one spelling; "" for anything else."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches a host of this name or address."""
    text = _address(host.strip("[]"))
    return host.lower() == "localhost" or (bool(text) and ipaddress.ip_address(text).is_loopback)


def own_names(host: str, further: Iterable[str] = ()) -> frozenset[str]:
    """The names by which a desk that listens at this host may be called."""
    names = {"localhost", *(name.strip().lower() for name in further)}
    if not is_loopback(host):
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    if not _address(host.strip("[]")):
        names.add(host.lower())
    return frozenset(name for name in names if name)


def own_address(host: str) -> str:
    """The address to print: for all addresses that of this computer in its network."""
    if host not in ("0.0.0.0", "::"):
        return host
    family, elsewhere = (
        (socket.AF_INET, "192.0.2.1") if host == "0.0.0.0" else (socket.AF_INET6, "2001:db8::1")
    )
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((elsewhere, 9))  # of a datagram socket: nothing is sent, the system chooses a way
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1" if family == socket.AF_INET else "::1"
