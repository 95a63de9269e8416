"""Files that a page offers: always to be saved, never to be shown or run in the browser."""

from __future__ import annotations

import os
import stat
import unicodedata
from urllib.parse import quote

from starlette.responses import FileResponse

from selfeval_xl.errors import NotThere
from selfeval_xl.server.desk.records import StoredFile

KIND = "application/octet-stream"  # whatever a file calls itself, a browser must not take it for a page


def download(file: StoredFile) -> FileResponse:
    """The answer with a stored file. Raises NotThere where it is gone, or is no plain file."""
    try:
        found = os.lstat(file.path)
    except OSError as error:
        raise NotThere from error
    if not stat.S_ISREG(found.st_mode):
        raise NotThere
    headers = {"Content-Disposition": disposition(file.name), "Accept-Ranges": "none"}
    return FileResponse(file.path, media_type=KIND, headers=headers, stat_result=found)


def disposition(name: str) -> str:
    """The header that has a file saved under a name (RFC 6266): UTF-8, and plain ASCII for old browsers."""
    clean = "".join("_" if unicodedata.category(sign)[0] == "C" or sign in '\\/"' else sign for sign in name)
    clean = clean.strip(". ") or "download"
    stem, dot, ending = clean.rpartition(".")
    ascii_ending = ending if dot and ending.isascii() and ending.isalnum() else ""
    plain = stem if stem.isascii() and stem.replace("_", "").replace("-", "").isalnum() else "download"
    old = f"{plain}.{ascii_ending}" if ascii_ending else plain
    return f"attachment; filename=\"{old}\"; filename*=UTF-8''{quote(clean, safe='')}"
