"""Names that every system accepts, folders, temporary folders and fingerprints of files."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selfeval_xl.errors import OutputError, cause_of

PACKAGE = Path(__file__).resolve().parents[1]  # the folder of the program's own files
SIGNS = '\\/:*?"<>|'  # characters that a file name must not have on Windows
# Characters that are not displayed, as a range for the brackets of a regular expression.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufffc\U000e0000-\U000e0fff"
)
FORBIDDEN = re.compile(rf"[{re.escape(SIGNS)}\x00-\x1f\x7f{INVISIBLE}]+")
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_LONGEST = 200  # bytes of UTF-8, the ending not counted; file systems take 255


def safe_name(*parts: str, longest: int = _LONGEST) -> str:
    """The file name, without ending, of the parts joined by underscores, which replace forbidden characters.

    longest: bytes of UTF-8.
    """
    plain = (FORBIDDEN.sub("_", unicodedata.normalize("NFC", part)).strip(" ._") for part in parts)
    name = "_".join(part for part in plain if part)
    while len(name.encode()) > longest:
        name = name[:-1]
    name = name.strip(" ._") or "未命名"
    return f"_{name}" if _RESERVED.match(name) else name


def distinct_names(texts: Iterable[str], empty: str = "未命名", marked: Iterable[str] = ()) -> dict[str, str]:
    """A file name, without ending, for each of these texts, no two of them alike to any file system.

    A text that cannot be a name as it is gets a mark of its own, the same in every run, because another one
    may come to the same name. empty: instead of an empty text. marked: texts that have no need of it.
    """
    texts, plain = list(texts), frozenset(marked)
    names = {text: safe_name(text or empty) for text in texts}
    often = Counter(name.casefold() for name in names.values())
    return {
        text: f"{name}({_mark(text)})"
        if often[name.casefold()] > 1 or text and name != text and text not in plain
        else name
        for text, name in names.items()
    }


def _mark(text: str) -> str:
    """Six digits and letters that belong to a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def unique(name: str, taken: set[str]) -> str:
    """Returns the name, numbered where it is taken, and adds it to `taken`.

    Names that differ in case only are the same to Windows.
    """
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name}({number})"
    taken.add(free.casefold())
    return free


def fingerprint(path: str | Path) -> tuple[int, str]:
    """The size and SHA-256 of a file, read in pieces; 0 and "" where it is no file or cannot be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # to open a pipe waits for its other end
            return 0, ""
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return file.tell(), digest
    except OSError:
        return 0, ""


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder for intermediate files; it is deleted at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="selfeval-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def free_name(out: Path, is_taken: Callable[[Path], bool] = Path.exists, between: str = "_") -> Path:
    """The path, numbered behind its name where it is taken: 报告.docx, 报告_2.docx."""
    number, free = 1, out
    while is_taken(free):
        number += 1
        free = out.with_name(f"{out.stem}{between}{number}{out.suffix}")
    return free


def make_folder(folder: Path) -> Path:
    """Makes the folder where it is not there, and returns it. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"建不了文件夹“{folder}”：{cause_of(error)}。请换一个位置。") from error
    return folder
