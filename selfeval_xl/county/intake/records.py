"""Encodes the answers of the workers as bytes, for the pipe and for the store: JSON by msgspec, compressed.

A store lies in a folder that many can write to. Decoding makes nothing but our records: msgspec compares
every value with the types of their fields, so whoever changes the bytes can make no code run. And it takes a
bounded amount of memory. JSON, because the braces of a text are counted at once, and no text has more records
than braces. In msgpack a record whose fields all have defaults is one byte: 8 kB made 2.6 GB of them.
"""

from __future__ import annotations

import sys
import zlib
from functools import cache
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.intake.check_file import CheckedFile, read_and_check
from selfeval_xl.county.intake.outline import outline
from selfeval_xl.errors import UsageError
from selfeval_xl.model.forms import Form

if TYPE_CHECKING:
    import msgspec

WORK = f"{__name__}:work"
NOT_ON_32_BIT = (
    "这台电脑上的Python是32位的，汇总全县（市、省）要用64位的。请在装了64位Python（或64位离线包）的电脑上汇总；"
    "查看、校验、填写、退回、公开和情况通报在这台电脑上照常能用。"
)
MISSING = "汇总要用msgspec，这台机器上没有安装。请先运行：pip install msgspec"
LONGEST = 8 << 20  # bytes of a stored answer after inflating: some 400 forms; a longer one is read anew
SHORTEST = 32  # bytes of a record on an average; those of real forms have 140
_ALWAYS = 1 << 16  # bytes; a shorter answer may have shorter records
_LEVEL = 1  # of compression; higher ones take longer than they are worth
_MOST_PLACES = 1000  # decimal places before or behind the point; the longest number of a cell has 308
_MOST_ROWS = 1 << 20  # of a worksheet; no year, day, row or column is larger
_FAULTS = (zlib.error, ValueError, ArithmeticError, RecursionError, MemoryError)


def usable() -> None:
    """Checks that answers can be encoded here. Raises UsageError where msgspec is not installed.

    There is none for Python of 32 bits on Windows.
    """
    try:
        import msgspec  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise UsageError(MISSING if sys.maxsize > 2**32 else NOT_ON_32_BIT) from error


@cache
def _encoder() -> msgspec.json.Encoder:
    """The encoder of this process."""
    import msgspec

    return msgspec.json.Encoder()


@cache
def _decoder() -> msgspec.json.Decoder[CheckedFile]:
    """The decoder of this process, made from the types of our records."""
    import msgspec

    return msgspec.json.Decoder(CheckedFile)


def packed(answer: CheckedFile) -> bytes:
    """The answer as bytes."""
    return zlib.compress(_encoder().encode(answer), _LEVEL)


def unpacked(raw: bytes) -> CheckedFile | None:
    """The answer in bytes that may have been changed; None where they are none that `packed` made.

    None also for an answer that takes too much memory, be it a real one.
    """
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(raw, LONGEST)
        if not inflater.eof or text.count(b"{") * SHORTEST > max(len(text), _ALWAYS):
            return None
        answer = _decoder().decode(text)
    except _FAULTS:
        return None
    return answer if _is_whole(answer) else None


def unpacked_now(raw: bytes) -> CheckedFile:
    """The answer in bytes that a worker of this run has made, however long it is."""
    return _decoder().decode(zlib.decompress(raw))


def _is_whole(answer: CheckedFile) -> bool:
    """Whether the answer has what every answer of a worker has, besides the types of its fields."""
    return (
        len(answer.found) == len(answer.file.forms)
        and all(
            finding.severity is not None and finding.treatment is not None
            for findings in answer.found
            for finding in findings
        )
        and all(map(_is_plain, answer.file.forms))
    )


def _is_plain(form: Form) -> bool:
    """Whether the numbers of a form are such as can stand in a worksheet."""
    decimals, integers = [line.rate for line in form.funding], [form.year]
    for indicator in form.indicators:
        judgement = indicator.judgement
        decimals += indicator.expected_score, judgement.attainment, judgement.deviation
        for quantity in (indicator.target_quantity, indicator.actual_quantity):
            if quantity is None:
                continue
            decimals += quantity.number, quantity.upper
            if quantity.deadline is not None:
                deadline = quantity.deadline
                if not 1 <= deadline.month <= 12:
                    return False
                integers += deadline.year, deadline.day
    if form.frame is not None:
        area, heads = form.frame.area, (form.frame.indicator_head, form.frame.funding_head)
        integers += area.top, area.left, area.bottom, area.right
        integers += [line for head in heads if head for line in head]
    return all(
        number is None or (number.is_finite() and abs(number.adjusted()) <= _MOST_PLACES)
        for number in decimals
    ) and all(number is None or 0 <= number < _MOST_ROWS for number in integers)


def work(path: str, context: Policy) -> tuple[str, bytes]:
    """The function of the workers: reads and checks a file, returns its outline and its encoded answer."""
    answer = read_and_check(path, context)
    return outline(answer), packed(answer)
