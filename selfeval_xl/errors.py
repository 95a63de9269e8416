"""Every error a person can meet, on one page.

Bad input is a finding or a problem, not an exception. These are raised only when the job itself cannot be
done; the command line prints the message and exits with status 2.
"""

from __future__ import annotations

import errno

_CAUSES: dict[int | None, str] = {
    errno.ENOENT: "找不到文件或文件夹",
    errno.EACCES: "没有权限，或文件正被其他程序（Excel、WPS）打开",
    errno.EPERM: "没有权限",
    errno.ENOSPC: "磁盘已满",
    errno.EFBIG: "磁盘已满，或者磁盘不容许这么大的文件",
    errno.EDQUOT: "磁盘已满：用完了给这个用户的限额",
    errno.EROFS: "磁盘是只读的",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTDIR: "路径中间有一段不是文件夹",
    errno.EEXIST: "同名的文件或文件夹已经在那里",
    errno.ENAMETOOLONG: "文件名太长",
    errno.EINVAL: "文件名里有不能用的字符",
    errno.ELOOP: "链接绕回了自己",
    errno.EIO: "磁盘读写出错",
}


def cause_of(error: OSError) -> str:
    """The reason of a system error in Chinese; where the table has none, the system's words if they are."""
    told = error.strerror or ""
    return _CAUSES.get(error.errno) or (told if any(map(_is_chinese, told)) else _numbered(error))


def _is_chinese(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"


def _numbered(error: OSError) -> str:
    """What is said of an error that has no name here."""
    return f"系统报错，编号{error.errno}" if error.errno else "系统报错"


class SelfevalError(Exception):
    """The base class of all errors here; its text says in Chinese what happened, where, and what to do."""


class UsageError(SelfevalError):
    """The call itself cannot be carried out: no such file, no such layout, contradicting options."""


class OutputError(SelfevalError):
    """The result cannot be written: no right to the folder, disk full, file open in another program."""


class NotReplaced(OutputError):
    """A file stays as it is: it is somebody else's, was changed, is read-only, or is open in a program."""


class LayoutError(SelfevalError):
    """A layout file is faulty; the text names file and line (syntax) or key (content)."""


class PolicyError(SelfevalError):
    """A policy file is faulty; the text names file and line or key."""


class UnreadableFile(SelfevalError):
    """A received file cannot be opened. The reader turns it into a problem, so that everything else goes on.

    `rule` is T08 for protected or damaged files, T01 for kinds of file that hold no form.
    """

    def __init__(self, message: str, rule: str = "T08") -> None:
        super().__init__(message)
        self.rule = rule


class Refused(SelfevalError):
    """The collecting desk does not do what a person asked: a wrong code, too large a file, a closed season.

    `seconds`: how long to wait before trying again, 0 where waiting does not help.
    """

    def __init__(self, message: str, seconds: int = 0) -> None:
        super().__init__(message)
        self.seconds = seconds


class NotThere(SelfevalError):
    """The collecting desk has no such thing, or not for this account: both look the same from outside."""

    def __init__(self, message: str = "没有这一页，或者它不是给您看的。") -> None:
        super().__init__(message)
