"""Connections within bounds: how many of one address, and how slow a request or an answer may be.

uvicorn waits for ever for the first byte of a request, for the rest of its head and for its body, and for a
reader of an answer; a handful of slow senders would hold all places.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

BAD_REQUEST = "请求的格式不对。请用浏览器打开收件台的网址。".encode()


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of connections.

    for_address, in_all: connections at a time. head: seconds for the head of a request, whole. look: seconds
    between two looks at a body or an answer, in which at least `pace` bytes have to pass. idle: seconds of
    silence between two requests. unread: bytes of a body that are passed over after its answer.
    """

    for_address: int = 256
    in_all: int = 1024
    head: float = 15.0
    look: float = 15.0
    pace: int = 15 * 1024
    idle: int = 20
    unread: int = 512 << 20


class BoundedProtocol(H11Protocol):
    """A connection that is closed where it breaks the bounds. Subclasses of one desk share `open`."""

    bounds = Bounds()
    open: Counter[str] = Counter()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Counts the connection and starts its clock; one too many is closed unheard."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.open[self._address] += 1
        self._received = self._passed_over = self._left = self._stalled = 0
        self._clock: asyncio.TimerHandle | None = None
        if self.open[self._address] > self.bounds.for_address or self.open.total() > self.bounds.in_all:
            transport.abort()
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Counts the connection no more."""
        self._stop_clock()
        self.open[self._address] -= 1
        if self.open[self._address] <= 0:
            del self.open[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes bytes, and sets the clock that fits to what is awaited now."""
        was_idle = self.conn.their_state is h11.IDLE
        if was_idle and self._clock is None:
            self._wait_for_head()
        self._received += len(data)
        if self.cycle is not None and self.cycle.response_complete and not was_idle:
            self._passed_over += len(data)
            if self._passed_over > self.bounds.unread:
                self.transport.abort()
                return
        super().data_received(data)
        if was_idle and self.conn.their_state is not h11.IDLE:
            self._watch_pace()

    def on_response_complete(self) -> None:
        """After an answer: the next request may come late, but then has its own time."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE:
            self._stop_clock()

    def send_400_response(self, msg: str) -> None:
        """Answers what is no request; the library's own words are English."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"x-content-type-options", b"nosniff"),
            (b"content-length", str(len(BAD_REQUEST)).encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=BAD_REQUEST),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wait_for_head(self) -> None:
        self._stop_clock()
        self._clock = self.loop.call_later(self.bounds.head, self._too_late)

    def _too_late(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self.transport.abort()

    def _watch_pace(self) -> None:
        self._stop_clock()
        self._received = 0
        self._clock = self.loop.call_later(self.bounds.look, self._look)

    def _look(self) -> None:
        """Closes a connection on which too little has passed since the last look."""
        self._clock = None
        if self.transport.is_closing():
            return
        sends_slowly = (
            self.conn.their_state is h11.SEND_BODY
            and not self.flow.read_paused
            and self._received < self.bounds.pace
        )
        left = self.transport.get_write_buffer_size()
        self._stalled = self._stalled + 1 if left and left == self._left else 0
        self._left = left
        if sends_slowly or self._stalled >= 2:
            self.transport.abort()
        elif self.conn.their_state is h11.IDLE:  # a body came to its end after its answer
            self._clock = self.loop.call_later(self.bounds.idle, self._too_late)
        else:
            self._watch_pace()

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


def bounded(bounds: Bounds) -> type[BoundedProtocol]:
    """The class of the connections of one desk."""
    return type("DeskProtocol", (BoundedProtocol,), {"bounds": bounds, "open": Counter()})
