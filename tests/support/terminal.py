"""A person at a terminal: a command with a pseudo terminal on all channels, and what is typed into it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from support.command import ROOT

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
ENDS = b"\x04"  # Ctrl-D
BREAKS = b"\x03"  # Ctrl-C
_COMMAND = ("-m", "selfeval_xl")


@dataclass
class Sitting:
    """What the terminal showed, without colours and movements, and the exit status."""

    shown: str
    status: int

    @property
    def squeezed(self) -> str:
        """The same without white space and frames: lines are broken where the terminal ends."""
        return re.sub(r"[\s│┃]", "", self.shown)


def at_terminal(
    *args: object,
    answers: dict[str, bytes] | None = None,
    start: tuple[str, ...] = _COMMAND,
    seconds: int = 200,
) -> Sitting:
    """Runs `selfeval` at a terminal. answers: what is typed once a text has been shown, each text once.

    start: what Python is told to run. Fails where a text is never shown, or the command does not end.
    """
    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "LANG": "C.UTF-8"}
    running = subprocess.Popen(
        [sys.executable, *start, *map(str, args)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env,
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(theirs)
    waiting, shown, until = dict(answers or {}), b"", time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            if not select.select([ours], [], [], 0.2)[0]:
                if running.poll() is not None:
                    break
                continue
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
            text = re.sub(r"\s", "", _CONTROL.sub("", shown.decode(errors="replace")))
            for question in [each for each in waiting if each in text]:
                os.write(ours, waiting.pop(question))
        status = running.wait(timeout=20)
    finally:
        if running.poll() is None:
            os.kill(running.pid, signal.SIGKILL)
        os.close(ours)
    text = _CONTROL.sub("", shown.decode(errors="replace"))
    assert not waiting, (waiting, text)
    return Sitting(text, status)


def _take_terminal() -> None:
    """Makes the terminal that of the new session, so that Ctrl-C comes as it does for a person."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
