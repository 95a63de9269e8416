"""Reads files on a Dask cluster, in chunks; the answers are the same as on one machine, in the same order.

Each chunk is read by a process of its own below the Dask worker, so that a file that kills its reader costs
only itself. Dask repeats the chunk of a lost worker; where it gives up, the chunk is read here.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selfeval_xl.county.intake import records
from selfeval_xl.errors import UsageError
from selfeval_xl.readers import read_files
from selfeval_xl.version import __version__

CHUNK = 256  # files: starting a reader for a chunk costs as much as reading a hundred of them
SECONDS = 15  # to find the scheduler
MISSING = (
    '--dask要用distributed，这台机器上没有安装。请先运行：pip install "selfeval-xl[dask]"；'
    "不用集群就去掉--dask。"
)
Read = Callable[..., Iterator]


@contextmanager
def reading_on(address: str, folder: str | Path) -> Iterator[Read]:
    """A function that reads many files on the cluster at this address, as `readers.read_files` does here.

    folder: the folder that its workers have to see. Raises UsageError where distributed is not installed,
    nobody answers at the address, or a worker lacks the program or the folder.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(MISSING) from error
    try:
        _reach(address)
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"连不上Dask调度器“{address}”。请核对地址（例如 tcp://127.0.0.1:8786），确认调度器已经启动。"
        ) from error
    with client:
        root = Path(folder).resolve()
        _able(client, root)
        yield lambda paths, jobs=None, function="", context=None: _read(
            client, root, [str(path) for path in paths], function, context, jobs
        )


def _reach(address: str) -> None:
    """Raises OSError or ValueError where nobody listens at the address.

    A client that reaches nobody complains in English, half a minute later, when Python lets go of it.
    """
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme in ("", "tcp", "tls"):
        with socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS):
            pass


def _able(client: Any, folder: Path) -> None:
    """Raises UsageError unless every worker has this program and sees the folder as it is here."""
    try:
        seen = client.run(_seen, str(folder), on_error="return")
    except (OSError, ValueError) as error:
        raise UsageError("Dask集群没有回应。请核对地址，确认调度器和工作进程还在运行。") from error
    if not seen:
        raise UsageError("Dask集群里没有工作进程。请先启动dask worker。")
    version, names = _seen(str(folder))
    for worker, answer in seen.items():
        if isinstance(answer, UsageError):
            raise UsageError(f"工作机“{worker}”：{answer}")
        if isinstance(answer, BaseException):
            raise UsageError(
                f"工作机“{worker}”上没有安装selfeval-xl，或装的不是这个版本（{__version__}）。"
                "请在每台工作机上安装同一版本。"
            )
        if answer[0] != version:
            raise UsageError(
                f"工作机“{worker}”上的selfeval-xl是{answer[0]}版，这里是{version}版。"
                "请在每台工作机上安装同一版本。"
            )
        if answer[1] != names:
            raise UsageError(
                f"工作机“{worker}”看不到文件夹“{folder}”，或看到的内容不一样。"
                "请把材料放在所有工作机都能用同一路径打开的共享文件夹里。"
            )


def _seen(folder: str) -> tuple[str, tuple[str, ...] | None]:
    """The program's version and the names in the folder, None where there is no such folder.

    Raises UsageError where answers cannot be encoded.
    """
    records.usable()
    try:
        return __version__, tuple(sorted(os.listdir(folder)))
    except OSError:
        return __version__, None


def _read(
    client: Any, root: Path, paths: list[str], function: str, context: Any, jobs: int | None
) -> Iterator:
    """The answers in the order of the paths; files outside the folder (from archives) are read here."""
    workers = max(1, len(client.scheduler_info()["workers"]))
    size = min(CHUNK, max(1, len(paths) // (2 * workers)))
    chunks = [paths[start : start + size] for start in range(0, len(paths), size)]
    shared = [all(root in Path(path).resolve().parents for path in chunk) for chunk in chunks]
    futures = [
        client.submit(read_chunk, chunk, function, context, pure=False) if is_shared else None
        for chunk, is_shared in zip(chunks, shared, strict=True)
    ]
    for number, chunk in enumerate(chunks):
        future, futures[number] = futures[number], None  # Dask frees the answers with the last reference
        yield from _answers(future, chunk, function, context, jobs)


def _answers(future: Any, chunk: Sequence[str], function: str, context: Any, jobs: int | None) -> Iterator:
    """The answers on one chunk; it is read here where there is no future or its worker was lost."""
    from distributed import CancelledError, KilledWorker

    if future is None:
        return read_files(chunk, jobs=jobs, function=function, context=context)
    try:
        return iter(future.result())
    except (KilledWorker, CancelledError, OSError):
        return read_files(chunk, jobs=jobs, function=function, context=context)


def read_chunk(paths: Sequence[str], function: str, context: Any) -> list:
    """The function of a Dask worker: reads these files in one process of its own."""
    return list(read_files(paths, jobs=1, function=function, context=context))
