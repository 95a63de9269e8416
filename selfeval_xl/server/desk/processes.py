"""Standing worker processes: they read, check and mark what strangers sent, and may die of it.

Each has bounded memory and time for each task and a low priority; one that dies costs its task alone and is
started anew. Tasks wait in one queue by urgency.
"""

from __future__ import annotations

import itertools
import pickle
import queue
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import IO, Any

from selfeval_xl.errors import Refused, SelfevalError
from selfeval_xl.workers import MEMORY, READY, START, Child, Refusal, receive, send, start_child

URGENT, CHECK, LATER = range(3)  # a person waits; drafts in their order; what nobody waits for
STARTING = 60.0  # seconds
WORK = "selfeval_xl.server.desk.worker:work"


class Lost(SelfevalError):
    """The process of a task has died, or was stopped because it took too long."""


@dataclass(order=True, slots=True)
class _Task:
    """A task in the queue: what is urgent first, then in the order of arrival. rank: within its urgency."""

    urgency: int
    rank: int
    number: int
    request: Any = field(compare=False)
    seconds: float = field(compare=False)
    future: Future[Any] = field(compare=False)


@dataclass(slots=True)
class _Process:
    """A running process and the file with its error output."""

    child: Child
    errors: IO[bytes]

    def end(self) -> None:
        """Ends the process."""
        self.child.end()
        self.errors.close()


class Processes:
    """Worker processes, each with a thread that gives it its tasks; started when there is work."""

    def __init__(self, count: int, context: Any, memory: int = MEMORY, work: str = WORK) -> None:
        self._first = (work, context, memory)
        self._queue: queue.PriorityQueue[_Task] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._ended = threading.Event()
        self._running: dict[int, _Process] = {}
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._serve, args=(place,), daemon=True) for place in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, urgency: int, request: Any, seconds: float, rank: int | None = None) -> Future[Any]:
        """Puts a task into the queue. rank: its place within its urgency, by default behind all others.

        The future raises Lost where the process died or took longer, SelfevalError where the task said no.
        """
        number = next(self._numbers)
        future: Future[Any] = Future()
        self._queue.put(_Task(urgency, number if rank is None else rank, number, request, seconds, future))
        return future

    def pids(self) -> list[int]:
        """The ids of the processes that run now."""
        with self._lock:
            return [process.child.process.pid for process in self._running.values()]

    def close(self) -> None:
        """Ends all processes; tasks that wait or run are cancelled."""
        self._ended.set()
        with self._lock:
            for process in self._running.values():
                process.child.process.kill()
        for _ in self._threads:
            self._queue.put(_Task(-1, 0, next(self._numbers), None, 0, Future()))
        for thread in self._threads:
            thread.join(timeout=5)
        while True:
            try:
                self._queue.get_nowait().future.cancel()
            except queue.Empty:
                return

    def _serve(self, place: int) -> None:
        """Carries out tasks until the end; `place` is that of this thread's process."""
        while True:
            task = self._queue.get()
            if self._ended.is_set():
                break
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                answer = self._carry_out(place, task)
            except SelfevalError as error:
                _settle(task.future.set_exception, error)
            except BaseException as error:  # a fault of ours must not end the thread
                self._end(place)
                _settle(task.future.set_exception, error)
            else:
                _settle(task.future.set_result, answer)
        self._end(place)

    def _carry_out(self, place: int, task: _Task) -> Any:
        """The answer to a task. Raises Lost, or SelfevalError."""
        process = self._started(place)
        answer = self._ask(place, process, task.request, task.seconds)
        if isinstance(answer, Refusal):
            raise SelfevalError(answer.text)
        return answer

    def _ask(self, place: int, process: _Process, request: Any, seconds: float) -> Any:
        """The answer of a process to a request. Raises Lost."""
        slow = threading.Event()

        def stop() -> None:
            slow.set()
            process.child.process.kill()

        clock = threading.Timer(seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            send(process.child.requests, [request])
            return receive(process.child.answers)
        except (OSError, ValueError, EOFError, pickle.UnpicklingError) as error:
            self._end(place)
            text = f"用了{seconds:g}秒还没有做完，已经停止" if slow.is_set() else "内容异常，处理的程序中断了"
            raise Lost(text) from error
        finally:
            clock.cancel()

    def _started(self, place: int) -> _Process:
        """The process at this place, started where it is not there. Raises SelfevalError."""
        process = self._running.get(place)
        if process is not None and process.child.process.poll() is None:
            return process
        self._end(place)
        errors = tempfile.TemporaryFile()
        try:
            process = _Process(start_child(START, errors), errors)
        except OSError as error:
            errors.close()
            raise SelfevalError("校验的程序启动不了：系统没有内存或进程了。请稍后再试。") from error
        with self._lock:
            self._running[place] = process
        clock = threading.Timer(STARTING, process.child.process.kill)
        clock.daemon = True
        clock.start()
        try:
            process.child.begin(self._first)
            if receive(process.child.answers) != READY:
                raise EOFError
        except (OSError, ValueError, EOFError, pickle.UnpicklingError) as error:
            self._end(place)
            raise SelfevalError(
                "校验的程序启动不了。请稍后再试；一直这样，请重新安装selfeval-xl。"
            ) from error
        finally:
            clock.cancel()
        return process

    def _end(self, place: int) -> None:
        """Ends the process at this place."""
        with self._lock:
            process = self._running.pop(place, None)
        if process is not None:
            process.end()


def answer_of(future: Future[Any]) -> Any:
    """The answer that a person waits for. Raises Refused where the desk is being closed, else as the task."""
    try:
        return future.result()
    except CancelledError as error:
        raise Refused("收件台正在停止，没有做成。请过一会儿再试。", 60) from error


def _settle(settle: Callable[[Any], None], value: Any) -> None:
    """Gives a future its outcome; a fault in what is called by that must not end the thread."""
    settle(value)
