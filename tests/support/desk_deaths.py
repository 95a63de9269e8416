"""Worker processes of a desk that die of a file which says so."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from selfeval_xl.server.desk import worker


def work(request, context):
    """The desk's own work, but for reading a file that says kill or raise."""
    name, arguments = request
    if name == "read":
        said = Path(arguments[0]).read_bytes()[:5]
        if said == b"kill":
            os._exit(9)
        if said == b"raise":
            raise ZeroDivisionError
    return worker.work(request, context)


def full(request, context):
    """The desk's own work on a disk that is full."""
    worker._TASKS["read"] = worker._TASKS["unread"] = _no_space
    return worker.work(request, context)


def _no_space(context, *arguments):
    raise OSError(errno.ENOSPC, "No space left on device")
