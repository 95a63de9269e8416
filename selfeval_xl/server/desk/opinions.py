"""The officers' opinions in the county workbook, by department: the pages show them and change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selfeval_xl.county.decisions import read_decisions
from selfeval_xl.county.officer_workbook import Remark, plain_text
from selfeval_xl.county.sheets.submissions import agrees
from selfeval_xl.county.tables import READ_BACK
from selfeval_xl.filings.roster import Roster
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.own_workbook import values_of

Facts = dict[str, Any]
_YES, _NO = ("是", "退", "要"), ("否", "不")
_WHOSE = {"department_code": "部门编码", "department": "部门名称"}
_RECEIVED = {  # sheets of the county workbook, and the columns that the ledger shows
    "报送台账": {
        **_WHOSE,
        "first": "首次收到",
        "last": "最近收到",
        "times": "报送次数",
        "due": "应评项目数",
        "reported": "已报项目数",
        "missing": "漏报项目（名称）",
        "state": "当前状态",
    },
    "部门汇总": {
        **_WHOSE,
        "fix": "须修改数",
        "explain": "须说明数",
        "whole": "整体自评表",
        "report": "自评报告",
    },
}
_MOST = 500  # opinions of a department that are shown
_PLACES = ("project", "form", "subject", "indicator", "name", "cell", "message")


def opinions_in(workbook: Path, roster: Roster) -> Facts:
    """What stands in the workbook: by department whether it has passed, is to be returned, and each opinion.

    Raises UsageError where this is no county workbook.
    """
    written = read_decisions(workbook).written
    sheets = {sheet.key: sheet for sheet in READ_BACK}
    found: dict[str, Facts] = {}
    for remark in written.remarks:
        of = _of(found, roster, remark.row.get("department", ""), remark.row.get("department_code", ""))
        if of is None:
            continue
        if remark.sheet == "departments":
            of["passed"] = agrees(str(remark.values.get("opinion") or ""))
        if remark.sheet == "submissions":
            word = str(remark.values.get("send_back") or "").strip()
            of["send_back"] = True if word.startswith(_YES) else False if word.startswith(_NO) else None
        if len(of["opinions"]) < _MOST:
            of["opinions"].append(_opinion(remark, sheets[remark.sheet]))
    for row in written.supplements:
        of = _of(found, roster, str(row.get("department") or ""), str(row.get("department_code") or ""))
        if of is not None and len(of["opinions"]) < _MOST:
            place = " ".join(str(row.get(key) or "") for key in ("project", "sheet", "cell")).strip()
            of["opinions"].append(
                {"sheet": "补充意见", "place": place, "text": str(row.get("message") or "")}
            )
    _add_received(workbook, found, roster)
    return {
        "departments": found,
        "rows": len(written.remarks) + len(written.supplements),
        "problems": [" ".join(lost) for lost in written.lost],
    }


def _add_received(workbook: Path, found: dict[str, Facts], roster: Roster) -> None:
    """Adds what the workbook says has come of each department, also on other ways than through the desk."""
    for title, rows in values_of(workbook, *_RECEIVED).rows.items():
        labels = next((labels for name, labels in _RECEIVED.items() if title.startswith(name)), {})
        heads = [squeeze(plain_text(value)) for value in rows[0]] if rows else []
        places = {key: heads.index(label) for key, label in labels.items() if label in heads}
        for cells in rows[1:]:
            texts = {key: plain_text(cells[place]) for key, place in places.items() if place < len(cells)}
            of = _of(found, roster, texts.pop("department", ""), texts.pop("department_code", ""))
            if of is not None:
                of.setdefault("received", {}).update(texts)


def _of(found: dict[str, Facts], roster: Roster, name: str, code: str) -> Facts | None:
    """What is found of a department so far; None for one that the roster does not have."""
    match = roster.match(name or None, code or None)
    if match is None:
        return None
    key = match[0] or match[1]
    return found.setdefault(key, {"passed": False, "send_back": None, "opinions": []})


def _opinion(remark: Remark, sheet: Any) -> Facts:
    """A row of the workbook in which an officer wrote something."""
    labels = {column.key: column.label for column in sheet.columns}
    place = " ".join(remark.row[key] for key in _PLACES if remark.row.get(key))[:200]
    text = "；".join(
        f"{labels.get(key, key.partition(':')[2] or key)}：{value}" for key, value in remark.values.items()
    )
    return {"sheet": sheet.title, "place": place, "text": text[:2000]}
