"""Pages from templates: every value is escaped, times and counts are written as elsewhere in the program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, Response

from selfeval_xl.model.text import printable
from selfeval_xl.server.desk import Account
from selfeval_xl.server.desk.records import DRAFT_STATES, JOB_STATES, FindingRow

HERE = Path(__file__).parent
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
FORM_KINDS = {"project": "项目支出绩效自评表", "department": "部门整体支出绩效自评表", "report": "自评报告"}
DEPARTMENT_MENU = (("/home", "首页"), ("/code", "改口令"))
OFFICER_MENU = (
    ("/ledger", "报送台账"),
    ("/county", "全县汇总"),
    ("/reminders", "催报"),
    ("/accounts", "账号"),
    ("/log", "流水"),
    ("/code", "改口令"),
)
WEEKDAYS = "一二三四五六日"


def moment(at: datetime | None) -> str:
    """A time as people read it, to the minute: 2026-03-27 15:30; "—" where there is none."""
    return "—" if at is None else f"{at:%Y-%m-%d %H:%M}"


def second(at: datetime | None) -> str:
    """A time to the second, for receipts and the log."""
    return "—" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def day(at: date | None) -> str:
    """A day as people read it: 2026年3月31日（周二）; "—" where there is none."""
    return "—" if at is None else f"{at.year}年{at.month}月{at.day}日（周{WEEKDAYS[at.weekday()]}）"


def size(number: int) -> str:
    """The size of a file: 812字节, 35KB, 1.4MB."""
    if number < 1024:
        return f"{number}字节"
    return f"{number / 1024:.0f}KB" if number < 1 << 20 else f"{number / (1 << 20):.1f}MB"


def days_left(number: int | None) -> str:
    """How long it is to the deadline: 还有3天, 今天截止, 已逾期2天; "" without one."""
    if number is None:
        return ""
    return f"还有{number}天" if number > 0 else f"已逾期{-number}天" if number else "今天截止"


def ended(text: str) -> str:
    """The text with a full stop where it has no end of its own."""
    return text if text[-1:] in "。！？.!?" else f"{text}。"


def place(row: FindingRow) -> str:
    """Sheet and cells of a finding: 项目01 G13; what there is of them."""
    return " ".join(part for part in (row.sheet, row.cell) if part) or "整份材料"


def menu(account: Account) -> tuple[tuple[str, str], ...]:
    """The addresses and words of the menu of an account."""
    return OFFICER_MENU if account.is_officer else DEPARTMENT_MENU


@cache
def environment() -> Environment:
    """The templates, escaped whatever their name; a name that is missing is an error, never an empty text."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for function in (moment, second, day, size, days_left, ended, place, printable):
        made.filters[function.__name__] = function
    made.globals |= {
        "draft_states": DRAFT_STATES,
        "job_states": JOB_STATES,
        "form_kinds": FORM_KINDS,
        "menu": menu,
        "assets": {name: partial(_versioned, name) for name in ("desk.css", "desk.js")},
    }
    return made


def page(template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page made from a template."""
    return HTMLResponse(environment().get_template(template).render(values), status)


def failure(status: int, sentence: str) -> HTMLResponse:
    """The page for what does not exist or was not done, where nobody is known to have logged in."""
    values: dict[str, Any] = {
        "csrf": "",
        "account": None,
        "here": "",
        "typed": {},
        "notice": "",
        "done": "",
        "kind": status,
    }
    return page("failure.html", {**values, "sentence": sentence}, status)


@cache
def _asset(name: str) -> bytes:
    return (HERE / "static" / name).read_bytes()


@cache
def _versioned(name: str) -> str:
    """The address of a file of the pages' looks, which changes with its contents."""
    return f"/static/{name}?v={hashlib.sha256(_asset(name)).hexdigest()[:12]}"


def asset(name: str) -> Response:
    """A file of the pages' looks; browsers may keep it, as its address has its fingerprint."""
    return Response(
        _asset(name),
        headers={
            "Content-Type": KINDS[Path(name).suffix],
            "Cache-Control": "public, max-age=86400",
        },
    )
