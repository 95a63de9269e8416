"""Worker processes of a desk that die of a file which says so."""

from __future__ import annotations

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
