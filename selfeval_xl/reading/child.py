"""The worker process of `worker.py`: it reads one file after the other, and any of them may end it."""

from __future__ import annotations

import importlib
import os
import pickle
import struct
import sys
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from ..errors import SelfevalError

# address space of a worker: reading takes up to 300 MB, the interpreter and its libraries reserve the rest
MEMORY = 1 << 30
READY = "ready"  # sent once, when all imports are done
START = (
    "import sys,pickle;sys.path[:]=pickle.load(sys.stdin.buffer);from selfeval_xl.reading.child "
    "import serve;serve()"
)

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer for a file that could not be opened (deleted meanwhile, no right to it)."""

    text: str


def send(pipe: IO[bytes], message: object) -> None:
    """Writes one message, pickled, with its length in front."""
    raw = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(raw)) + raw)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """The next message; EOFError when the other process has ended."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    return pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))


def serve() -> None:
    """Works until the pipe of requests ends.

    The first request is the function's name and context, answered by READY. Each further request is a list
    of paths, answered by one message for each path.
    """
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not come between the answers
    function, context = receive(requests)
    module, _, name = function.partition(":")
    work = getattr(importlib.import_module(module), name)
    if context is not None:
        work = partial(work, context=context)
    send(answers, READY)
    _limit_memory()
    while True:
        try:
            paths = receive(requests)
        except EOFError:
            return
        for path in paths:
            try:
                answer = work(path)
            except SelfevalError as error:
                answer = Refusal(str(error))
            send(answers, answer)


def _limit_memory() -> None:
    """Limits this process's memory; Windows has no such limit, there only the guards hold."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (OSError, ValueError):
        return  # some systems refuse to limit the address space
