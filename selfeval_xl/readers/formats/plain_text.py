"""The text of a file without a container (HTML, CSV), whatever encoding it was saved in."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import TOO_BIG

MAX_TEXT = 16 << 20  # bytes; a form has some tens of thousands
_UNKNOWN = "的文字编码认不出来，多数字读不出来；请用Excel或WPS打开、核对文字正确后，另存为xlsx再报送。"
_LOST = "有{n}个字读不出来（显示为�），可能传送时损坏；请用原来的程序打开核对后，另存为xlsx再报送。"
_MARKS = (  # of the beginning of a text, and its encoding
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = re.compile(rb"\A(?:[\t\r\n -~]\0){2}")  # UTF-16 without a mark
_WIDE_REVERSED = re.compile(rb"\A(?:\0[\t\r\n -~]){2}")
_DECLARED = re.compile(
    rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9._-]{1,20})|encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,20})"
)
_SHARE = 100  # a text of which more than one letter in so many is lost is not that encoding
_HEAD = 4096
_LONGEST_NAME = 31  # letters of a sheet's name in Excel


def text_of(data: bytes) -> tuple[str, str]:
    """The text, and a sentence on letters that could not be read, or "".

    The encoding is that of the mark at its beginning; else UTF-8 where the bytes are UTF-8, whatever the file
    says of itself; else what it says (charset=big5), but for the common ones, which are said without reason:
    of GB18030, which holds GBK and GB2312, and UTF-8 the one in which fewer letters are lost. Raises
    UnreadableFile for a text that is too big or of which most is lost.
    """
    if len(data) > MAX_TEXT:
        raise UnreadableFile(TOO_BIG)
    encoding = encoding_of(data)
    text = data.decode(encoding, "replace").replace("\0", "")
    lost = text.count("�")
    if lost * _SHARE > len(text):
        raise UnreadableFile(_UNKNOWN)
    return text, _LOST.format(n=lost) if lost else ""


def sheet_name(file: str) -> str:
    """The name that Excel gives to the only sheet of a text or page: the file's, without its ending."""
    return re.sub(r"[\[\]:*?/\\]", "_", PurePath(file).stem)[:_LONGEST_NAME]


def head_of(data: bytes) -> bytes:
    """The first bytes of a file in UTF-8 where it is UTF-16, else as they stand."""
    head = data[:_HEAD]
    encoding = _by_first_bytes(head)
    if encoding.startswith("utf-16"):
        return head[: len(head) // 2 * 2].decode(encoding, "replace").encode("utf-8", "replace")
    return head


def encoding_of(data: bytes) -> str:
    """The encoding of a text, as `text_of` says."""
    found = _by_first_bytes(data[:4])
    if found:
        return found
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:
            return "utf-8"  # cut within its last letter
    declared = _DECLARED.search(data[:_HEAD])
    name = (declared[1] or declared[2]).decode("ascii").lower() if declared else ""
    return _usable(name) or min(("gb18030", "utf-8"), key=lambda each: _lost_letters(data, each))


def _lost_letters(data: bytes, encoding: str) -> int:
    """The letters that cannot be read in this encoding."""
    return data.decode(encoding, "replace").count("�")


def _by_first_bytes(head: bytes) -> str:
    """The encoding that the first bytes tell, "" for none."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if _WIDE.match(head):
        return "utf-16-le"
    return "utf-16-be" if _WIDE_REVERSED.match(head) else ""


def _usable(name: str) -> str:
    """A declared encoding of texts; "" for one that is unknown, no text, or narrower than what is meant."""
    if name.startswith(("gb", "x-gbk", "utf")):
        return ""  # gb2312 is said where GBK is meant, utf-8 of anything; UTF-16 shows in the first bytes
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return ""
    return (
        codec.name if codec._is_text_encoding and codec.name not in ("ascii", "iso8859-1", "cp1252") else ""
    )
