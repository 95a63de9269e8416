"""What a form of a page sends: a few short fields, read within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from selfeval_xl.errors import Refused

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20_000  # a form of explanations has one for each finding
BROKEN = "页面发来的内容看不懂，没有照办。请刷新页面再试。"


async def read_fields(request: Request) -> dict[str, str]:
    """The fields of a POST, the last value of each name; the guard bounds the body. Raises Refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if not body:
        return {}
    if kind != FORM:
        raise Refused(BROKEN)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:  # UnicodeDecodeError is one
        raise Refused(BROKEN) from error
    return {name: value.replace("\r\n", "\n").replace("\0", "") for name, value in pairs}


def explanations(fields: Mapping[str, str]) -> dict[int, str]:
    """The explanations of a form by number of the finding: its fields e1, e2 …"""
    return {
        int(name[1:]): value.strip()
        for name, value in fields.items()
        if name[:1] == "e" and name[1:].isascii() and name[1:].isdigit() and len(name) <= 8
    }
