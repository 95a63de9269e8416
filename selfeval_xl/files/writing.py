"""The one way to write a file that a person asked for, and the rule that nobody's work is lost by it.

A file that this program did not write, or that was changed since, is replaced only where the person insists
(`--replace`). A file that is read-only or open in another program is never replaced.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path

from selfeval_xl.errors import NotReplaced, OutputError, cause_of
from selfeval_xl.files.names import fingerprint
from selfeval_xl.files.record import record, recorded

_HAS_STREAMS = os.name == "nt"
_ORIGIN = "Zone.Identifier"  # the stream beside a file's data in which Windows notes where it came from
_replacing: ContextVar[bool] = ContextVar("replacing", default=False)


@contextmanager
def replacing(insist: bool = True) -> Iterator[None]:
    """In the block, files of others are replaced too. With `insist` False the block is as its caller."""
    before = _replacing.set(insist or _replacing.get())
    try:
        yield
    finally:
        _replacing.reset(before)


def is_replacing() -> bool:
    """Whether files of others are replaced here."""
    return _replacing.get()


@contextmanager
def leaving(kept: list[str]) -> Iterator[None]:
    """Ends the block where a file is not replaced, and adds the sentence on it to `kept`."""
    try:
        yield
    except NotReplaced as error:
        kept.append(str(error))


def refuse(kept: Iterable[str]) -> None:
    """Raises NotReplaced with these sentences of a job whose other files are written, if there are any."""
    kept = list(kept)
    if kept:
        raise NotReplaced("\n".join([*kept, "其他文件都已写好。"]))


def write_out(out: Path, write: Callable[[str], object], own: bool = False) -> None:
    """Calls write(name) for a temporary file beside `out`, which then replaces `out`.

    own: as of `put`. Raises NotReplaced, or OutputError, whose text names the cause in plain words.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".~", suffix=out.suffix, dir=out.parent)
        os.close(handle)
        _carry_out(write, temporary)
        _usual_rights(temporary)
        put(Path(temporary), out, own)
    except FileNotFoundError as error:
        raise OutputError(
            f"没有文件夹“{out.parent}”，结果没有写出。请先建好文件夹，或换一个位置。"
        ) from error
    except PermissionError as error:
        raise OutputError(
            f"写不了“{out}”：它可能正在Excel或WPS里打开，或者没有写入权限。请关闭它，或换一个文件名。"
        ) from error
    except OSError as error:
        raise OutputError(f"写不了“{out}”：{cause_of(error)}。请换一个位置再试。") from error
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def _carry_out(write: Callable[[str], object], file: str) -> None:
    """Calls write(file); a library's own error about the system's is raised as that (XlsxWriter has one)."""
    try:
        write(file)
    except OSError:
        raise
    except Exception as error:
        of_system = next((each for each in (*error.args, error.__cause__) if isinstance(each, OSError)), None)
        if of_system is None:
            raise
        raise of_system from error


def put(finished: Path, out: Path, own: bool = False) -> None:
    """Moves a finished file to `out`, and records it as written by this program.

    A file with the very same bytes stays as it is. own: the caller has found that nobody's work is lost by
    replacing the file. Raises NotReplaced, or OSError.
    """
    made = fingerprint(finished)[1]
    if out.is_file() and fingerprint(out)[1] == made:
        finished.unlink()
    else:
        if own:
            check_writable(out)
        else:
            check_replaceable(out)
        os.replace(finished, out)
    record(out, made)


def check_replaceable(*paths: Path) -> None:
    """Raises NotReplaced where one of these files is not ours to replace, or cannot be written."""
    check_writable(*paths)
    kept = [
        f"“{path}”已经在那里（{_saved(path)}），{why}，没有覆盖它。"
        "请换一个名称，或先把它移走；确实要覆盖，加 --replace。"
        for path in paths
        if not is_replacing() and path.is_file() and (why := _foreign(path))
    ]
    if kept:
        raise NotReplaced("\n".join(kept))


def check_writable(*paths: Path) -> None:
    """Raises NotReplaced where one of these files is read-only, or open in another program."""
    for path in paths:
        if not path.is_file():
            continue
        if any(lock.exists() for lock in _locks(path)):
            raise NotReplaced(
                f"“{path}”正在Excel、WPS或LibreOffice里打开，没有覆盖它。请先关闭它，或换一个名称。"
            )
        if not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
            path, os.W_OK
        ):
            raise NotReplaced(f"“{path}”是只读的，没有覆盖它。请先去掉只读属性，或换一个名称。")


def take_over_origin(source: Path, out: Path) -> None:
    """Gives a copy the mark of its source that it came from the Internet, so that Office protects it too."""
    if not _HAS_STREAMS:
        return
    try:
        with open(f"{source}:{_ORIGIN}", "rb") as mark:
            origin = mark.read(4096)
        with open(f"{out}:{_ORIGIN}", "wb") as mark:
            mark.write(origin)
    except OSError:  # no mark, or a file system without streams
        return


def _foreign(path: Path) -> str:
    """Why a file is not ours to replace; "" where it is as this program wrote it."""
    known = recorded(path)
    if not known:
        return "不是本程序写的，或者没有写过它的记录"
    return "" if fingerprint(path)[1] == known else "本程序写好以后有人改过"


def _saved(path: Path) -> str:
    """When a file was saved, in words."""
    try:
        saved = datetime.fromtimestamp(path.stat().st_mtime)
    except (OSError, ValueError, OverflowError):  # a time that no calendar has
        return "保存时间不明"
    return f"{saved:%Y-%m-%d %H:%M}保存的"


def _locks(path: Path) -> Iterator[Path]:
    """The files beside a file that say that it is open: LibreOffice's, Excel's, and Word's shortened ones."""
    yield path.with_name(f".~lock.{path.name}#")
    for cut in range(3 if path.suffix.lower() == ".docx" else 1):
        yield path.with_name(f"~${path.name[cut:]}")


def _usual_rights(path: str) -> None:
    """Gives a temporary file, which only its owner may read, the permissions of any new file."""
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(path, 0o666 & ~mask)
