"""All that a file says anywhere: every part of a package, with and without its tags, and its name."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

_TAG = re.compile(r"<[^>]*>")


def everything_in(path: Path) -> str:
    """The texts of all parts of a file, of packages within it too, and the file's name."""
    return f"{path.name}\n{_texts(path.read_bytes())}"


def _texts(data: bytes) -> str:
    if not data.startswith(b"PK\x03\x04"):
        decoded = [data.decode(name, "replace") for name in ("utf-8", "utf-16-le", "gb18030")]
        return "\n".join(decoded)
    texts = []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            part = package.read(name)
            text = _texts(part) if part.startswith(b"PK\x03\x04") else part.decode("utf-8", "replace")
            plain = html.unescape(text)
            texts += [name, plain, _TAG.sub("", plain)]  # a name may be cut into several runs
    return "\n".join(texts)
