"""Reading of many files in worker processes: a file that kills or hangs its worker is lost, not the run.

The workers are plain `python -c` processes that are sent messages over their pipes, not multiprocessing
children: those would import the caller's main script again (so that a script without
`if __name__ == "__main__"` starts itself over and over on Windows), or inherit its threads and locks
elsewhere. So a script may call `read_files` anywhere.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import queue
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from selfeval_xl.errors import SelfevalError
from selfeval_xl.files import PACKAGE, fingerprint
from selfeval_xl.model.forms import Problem, ReadFile

CHUNK = 64  # files handed to a worker at once
SECONDS = 60.0  # for one file
START_SECONDS = 60.0  # for a worker to start, which on a busy machine may take longer than a file
READ_FILE = "selfeval_xl.readers:read_file"
DIED = "损坏或内容异常，读取时程序中断；请用Excel打开后另存为xlsx再报送。"
SLOW = "读了{seconds:g}秒还没有读完，已经停止；请用Excel打开，删除表格以外的内容，另存为xlsx再报送。"
NO_START = "读取文件的程序启动不了（{cause}）。请重新安装selfeval-xl后再试。"

# address space of a worker: reading takes up to 300 MB, the interpreter and its libraries reserve the rest
MEMORY = 1 << 30
READY = "ready"  # sent once, when all imports are done
START = "from selfeval_xl.workers import serve;serve()"
_TAKE_PATHS = "import sys,pickle;sys.path[:]=pickle.load(sys.stdin.buffer)\n"  # sent by Child.begin
_POLL = 0.25
_OBJECTS_BETWEEN = 50_000  # made and not given back, between two searches for cycles
_LENGTH = struct.Struct("<Q")


def read_files(
    paths: Iterable[str | os.PathLike[str]],
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    function: str = READ_FILE,
    context: Any = None,
    seconds: float = SECONDS,
    memory: int = 0,
) -> Iterator[ReadFile]:
    """The contents of every file, in the order given.

    jobs: worker processes, by default one a core; one for fewer than three files. progress(done, all) is
    called as files are finished. function: what a worker does with a path ("module:name", importable there);
    it returns a ReadFile or anything that pickles. context: passed to the function besides the path, where it
    is not None. seconds: the longest time for one file. memory: bytes of a worker, by default MEMORY.

    A file whose worker dies or takes too long gives a ReadFile with the problem T08. Closing the iterator
    ends the workers. Raises SelfevalError when no worker can be started.
    """
    waiting = [str(path) for path in paths]
    if waiting:
        yield from _Pool(
            waiting, _worker_count(len(waiting), jobs), function, context, seconds, memory or MEMORY
        ).run(progress)


def _worker_count(files: int, jobs: int | None) -> int:
    """The number of workers for so many files."""
    return 1 if files < 3 else max(1, min(jobs or os.cpu_count() or 1, files))


@dataclass(frozen=True, slots=True)
class Child:
    """A child process that runs Python code of ours. requests, answers: its pipes."""

    process: subprocess.Popen[bytes]
    requests: IO[bytes]
    answers: IO[bytes]

    def begin(self, message: object) -> None:
        """Sends the paths of the packages and the first message. Raises OSError where it has died."""
        root = str(PACKAGE.parent)
        self.requests.write(pickle.dumps([root, *(entry for entry in sys.path if entry and entry != root)]))
        send(self.requests, message)

    def end(self) -> None:
        """Ends the process and closes its pipes."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.requests, self.answers):
            try:
                pipe.close()
            except OSError:
                continue  # what was still to be written to a dead child is of no use


def start_child(code: str, errors: IO[bytes]) -> Child:
    """A new Python that runs `code` as soon as `Child.begin` has sent it the paths of our packages.

    errors: an open file, which takes its error output. Raises OSError where no process can be started.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _TAKE_PATHS + code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert process.stdin is not None and process.stdout is not None  # both are pipes
    return Child(process, process.stdin, process.stdout)


@dataclass(slots=True, eq=False)
class _Worker:
    """A worker process.

    errors: a file with its error output. queue: the numbers of the files that it was sent and has not
    answered. busy_since: when it began with the first of them (time.monotonic).
    """

    child: Child
    errors: IO[bytes]
    queue: deque[int] = field(default_factory=deque)
    busy_since: float = 0.0
    ready: bool = False

    def end(self) -> str:
        """Ends the process; returns the last line of its error output, the cause for a programmer to read."""
        self.child.end()
        with self.errors as file:
            file.seek(max(0, file.seek(0, 2) - 2000))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else ""


@dataclass(frozen=True, slots=True)
class _Lost:
    """The event that a worker's pipe has ended."""


class _Pool:
    """The files of one call and the workers that read them.

    todo: numbers of the files that no worker has. done: answers by number, until they are handed on.
    """

    def __init__(
        self,
        paths: Sequence[str],
        workers: int,
        function: str,
        context: Any,
        seconds: float,
        memory: int,
    ) -> None:
        self.paths, self.count, self.seconds = paths, workers, seconds
        self.function, self.context, self.memory = function, context, memory
        self.todo = deque(range(len(paths)))
        self.done: dict[int, Any] = {}
        self.events: queue.SimpleQueue[tuple[_Worker, Any]] = queue.SimpleQueue()
        self.workers: list[_Worker] = []

    def run(self, progress: Callable[[int, int], None] | None) -> Iterator[Any]:
        """Yields the answers in the order of the files."""
        finished = 0
        try:
            for number in range(len(self.paths)):
                while number not in self.done:
                    self._hand_out()
                    newly_finished = self._take_in()
                    finished += newly_finished
                    if progress and newly_finished:
                        progress(finished, len(self.paths))
                yield self.done.pop(number)
                self._restart_clocks()
        finally:
            for worker in self.workers:
                worker.end()

    def _hand_out(self) -> None:
        """Gives every idle worker its next chunk, and starts workers while there are chunks for them."""
        while self.todo:
            idle = next((worker for worker in self.workers if not worker.queue), None)
            if idle is None:
                if len(self.workers) >= self.count:
                    return
                idle = self._start()
            size = min(CHUNK, max(1, len(self.todo) // (2 * self.count)))
            chunk = [self.todo.popleft() for _ in range(size)]
            idle.queue.extend(chunk)
            idle.busy_since = time.monotonic()
            try:
                send(idle.child.requests, [self.paths[number] for number in chunk])
            except OSError:
                return  # the worker has died: its listener reports that

    def _start(self) -> _Worker:
        """A new worker with a thread that listens to it."""
        worker = _spawn(self.function, self.context, self.memory)
        self.workers.append(worker)
        threading.Thread(target=_listen, args=(worker, self.events), daemon=True).start()
        return worker

    def _take_in(self) -> int:
        """Waits for an event of a worker; returns the number of files finished by it."""
        now = time.monotonic()
        hanging = [
            worker
            for worker in self.workers
            if worker.queue
            and now - worker.busy_since > (self.seconds if worker.ready else max(START_SECONDS, self.seconds))
        ]
        if hanging and self.events.empty():
            return sum(self._lost(worker, SLOW.format(seconds=self.seconds)) for worker in hanging)
        try:
            worker, answer = self.events.get(timeout=_POLL)
        except queue.Empty:
            return 0
        if worker not in self.workers:
            return 0
        worker.busy_since = time.monotonic()
        if isinstance(answer, _Lost):
            return self._lost(worker, DIED)
        if not worker.ready:
            worker.ready = True
            return 0
        number = worker.queue.popleft()
        self.done[number] = (
            _unread(self.paths[number], answer.text) if isinstance(answer, Refusal) else answer
        )
        return 1

    def _lost(self, worker: _Worker, text: str) -> int:
        """Ends a worker, records the answer for its file, and puts the rest of its chunk back in front.

        Returns the number of files finished by this, 0 or 1.
        """
        self.workers.remove(worker)
        cause = worker.end()
        if not worker.ready:
            raise SelfevalError(NO_START.format(cause=cause or "没有说明原因"))
        if not worker.queue:
            return 0
        path = self.paths[culprit := worker.queue.popleft()]
        self.todo.extendleft(reversed(worker.queue))
        self.done[culprit] = _unread(path, f"“{Path(path).name}”{text}", cause)
        return 1

    def _restart_clocks(self) -> None:
        """Restarts the time of every worker's file: answers were not taken while the caller used a result."""
        now = time.monotonic()
        for worker in self.workers:
            worker.busy_since = now


def _unread(path: str, text: str, cause: str = "") -> ReadFile:
    """The answer for a file that was not read, for the reason `text`. cause: its worker's last error line."""
    size, sha256 = fingerprint(path)
    return ReadFile(
        path=path,
        size=size,
        sha256=sha256,
        kind="unknown",
        problems=(Problem(text, rule="T08"),),
        evidence=(f"读取程序最后的话：{cause}",) if cause else (),
    )


def _spawn(function: str, context: Any, memory: int) -> _Worker:
    """A new worker, sent the function to run."""
    errors = tempfile.TemporaryFile()
    worker = _Worker(start_child(START, errors), errors)
    with suppress(OSError):  # a worker that has died is reported by its listener
        worker.child.begin((function, context, memory))
    return worker


def _listen(worker: _Worker, events: queue.SimpleQueue[tuple[_Worker, Any]]) -> None:
    """Puts a worker's answers into the queue of events until its pipe ends."""
    try:
        while True:
            events.put((worker, receive(worker.child.answers)))
    except (OSError, ValueError, EOFError, pickle.UnpicklingError):
        events.put((worker, _Lost()))


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

    The first request is the function's name, context and memory, answered by READY. Each further request is
    a list of paths, answered by one message for each path.
    """
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # printed output goes to stderr, so that it cannot come between the answers
    function, context, memory = receive(requests)
    module, _, name = function.partition(":")
    work = getattr(importlib.import_module(module), name)
    if context is not None:
        work = partial(work, context=context)
    send(answers, READY)
    _collect_seldom()
    _limit_memory(memory)
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


def _collect_seldom() -> None:
    """Lets Python look for cycles after more new objects than a file makes.

    Records have no cycles, and looking for them among the imported modules takes a fifth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN)


def _limit_memory(most: int) -> None:
    """Limits this process to so many bytes of memory; on Windows only the guards hold."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (OSError, ValueError):
        return  # some systems refuse to limit the address space
