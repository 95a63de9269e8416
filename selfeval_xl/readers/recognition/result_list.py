"""Reading of 校验结果 and 问题清单, the lists of an earlier check, with the units' explanations."""

from __future__ import annotations

from selfeval_xl.model.grid import Grid
from selfeval_xl.model.listed import Explanation, ListedFinding
from selfeval_xl.model.sheet_names import RESULT_COLUMNS, RESULTS, RETURNED

_RULE, _SHEET, _SUBJECT, _VALUE, _TEXT = (
    RESULT_COLUMNS.index(name) for name in ("规则编号", "工作表", "对象", "填报内容", "单位说明")
)


def listed_rows(listed: Grid | None) -> list[list[str]]:
    """The rows of a list as texts in the order of RESULT_COLUMNS; none where the sheet is no such list.

    Columns are found by their heads, wherever they were moved.
    """
    if listed is None:
        return []
    by_head = {listed.text(0, column).strip(): column for column in range(listed.width)}
    if not {"规则编号", "单位说明"} <= by_head.keys():
        return []
    table = [
        [listed.text(row, by_head[name]).strip() if name in by_head else "" for name in RESULT_COLUMNS]
        for row in range(1, listed.height)
    ]
    return [row for row in table if row[_RULE]]


def explanations_in(grid: Grid) -> list[Explanation]:
    """The explanations that units wrote on a list; none where the sheet is no such list."""
    if grid.name not in (RESULTS, RETURNED):
        return []
    return [
        Explanation(row[_RULE], row[_SHEET], row[_SUBJECT], row[_VALUE], row[_TEXT])
        for row in listed_rows(grid)
        if row[_TEXT]
    ]


_KEYS = {
    "规则编号": "rule",
    "工作表": "sheet",
    "单元格": "cell",
    "对象": "subject",
    "填报内容": "value",
    "级别": "level",
    "处理方式": "treatment",
    "应为或参考": "expected",
    "问题说明": "message",
    "修改建议": "hint",
    "单位说明": "explanation",
    "状态": "state",
}


def listed_in(grid: Grid) -> list[ListedFinding]:
    """The findings on a list; none where the sheet is no such list."""
    if grid.name not in (RESULTS, RETURNED):
        return []
    return [
        ListedFinding(**{_KEYS[name]: text for name, text in zip(RESULT_COLUMNS, row) if name in _KEYS})
        for row in listed_rows(grid)
    ]
