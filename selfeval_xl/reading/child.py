"""The worker's side of `worker.py`: a process that reads one file after the other and may die of any of them."""

from __future__ import annotations

import importlib
import os
import pickle
import struct
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from ..errors import SelfevalError

MEMORY = (
    1 << 30
)  # address space of a worker: reading takes up to 300 MB, the interpreter and its libraries reserve the rest
READY = "ready"  # said once, when all imports are done
START = (
    "import sys,pickle;sys.path[:]=pickle.load(sys.stdin.buffer);from selfeval_xl.reading.child "
    "import serve;serve()"
)

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that could not be opened at all (gone meanwhile, no right to it); the text is for people."""

    text: str


def send(pipe: BinaryIO, thing: Any) -> None:
    """Writes one thing, its length in front."""
    raw = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(raw)) + raw)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """The next thing; EOFError when the other side is gone."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    return pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))


def serve() -> None:
    """The life of a worker: the function's name and context, READY, then paths in chunks and an answer for
    each, until the pipe ends.
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
    """No file may take the machine's memory; Windows has no such limit, there the guards alone hold."""
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
