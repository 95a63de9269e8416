"""Help while filling in a cell: messages with examples, drop-downs, and checks that say how to mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from selfeval_xl.layouts.layout import MEDIUM, SELF
from selfeval_xl.model.grid import a1
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.templates.drawing import DrawnCell
from selfeval_xl.templates.lists import KINDS, SIGNS, YES_NO, Branch, Levels
from selfeval_xl.templates.report_sheet import guidance_of
from selfeval_xl.templates.stage_help import STAGE_HELP, Validation

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_MONEY: Validation = {
    "validate": "decimal",
    "criteria": "between",
    "minimum": 0,
    "maximum": 1e13,
    "error_type": "warning",
    "error_title": "这里填数字",
    "error_message": (
        "金额只填数字，不带单位；没有这一项就留空，是0就填0。例如 57.04。冲减的负数可以选“是”照填。"
    ),
}
_POINTS: Validation = {
    "validate": "decimal",
    "criteria": "between",
    "minimum": 0,
    "maximum": 100,
    "error_type": "warning",
    "error_title": "这里填数字",
    "error_message": "分值和得分填0到100之间的数，得分不超过分值。",
}


def _choose(source: str, values: Iterable[str]) -> Validation:
    """A drop-down; for any other value Excel asks whether to keep it."""
    return {
        "validate": "list",
        "source": source,
        "error_type": "information",
        "error_title": "可从下拉框选",
        "error_message": f"常用的有：{'、'.join(values)}。",
    }


def _suggest(source: str, title: str, message: str) -> Validation:
    """A drop-down beside which anything else may be typed."""
    return {
        "validate": "list",
        "source": f"={source}",
        "show_error": False,
        "input_title": title,
        "input_message": message,
    }


def _prompt(title: str, message: str) -> Validation:
    """A message shown on selecting the cell, without a check."""
    return {"validate": "any", "input_title": title, "input_message": message}


_HELP: dict[str, Validation] = {
    "initial_budget": _MONEY,
    "annual_budget": _MONEY,
    "executed": _MONEY,
    "money": _MONEY,
    "points": _POINTS,
    "score": _POINTS,
    "target": _prompt("指标值", "连同符号、数字和单位写全，例如 ≥95%、=30000元、≤10次、2024年11月底前。"),
    "actual": _prompt(
        "完成值", "写实际完成的数字和单位，例如 97.3%、25部；没有完成就写0，不要留空。不写符号，不写“完成”。"
    ),
    "note": _prompt("偏差原因和改进措施", "没有完成，或超出较多的，写明原因，再写下一步怎么做。"),
}
_SPLIT_TARGET = _prompt("指标值", "只写数字或文字，符号和单位写在旁边两格。例如 95；定性的写 明显改善。")
_NAME = (
    "三级指标",
    "写明衡量的是什么，例如 道路验收合格率、培训人次。可从下拉框选常用的再改，也可直接填写。",
)
_MONEY_KEY = "money"  # all further columns of money
_MEASURE = "measure"  # the column of units; the head's 实施单位 has the key unit too
_UNIT = ("计量单位", "只写单位，例如 公里、人次、%。下拉框里没有的可直接填写。")


def add_help(
    sheet: Worksheet,
    cells: Iterable[DrawnCell],
    levels: Levels | None = None,
    money_unit: str = "",
    stage: str = SELF,
) -> None:
    """Adds data validation to the cells to fill in, one entry for each kind of cell.

    levels: where the lists for the level cells stand. money_unit: said at the amounts. stage: of the form.
    """
    places: dict[str, list[DrawnCell]] = {}
    for cell in cells:
        if cell.entry:
            key = _MEASURE if cell.key == "unit" and cell.look == "choice" else cell.key
            places.setdefault(_MONEY_KEY if cell.look == "money" and key not in AMOUNTS else key, []).append(
                cell
            )
    for key, entries in places.items():
        runs = _runs(entries)
        if key == "executed":
            validation: Validation | None = _executed(places, runs)
        else:
            of_stage = STAGE_HELP.get(stage, {}).get(key)
            validation = of_stage or _drop_down(key, places, levels) or _help(key, places)
        if validation and money_unit and key in (*AMOUNTS, _MONEY_KEY):
            told = f"按{money_unit}填，只填数字，不写单位。"
            validation = {**validation, "input_title": "金额", "input_message": told}
        if validation:
            others = {"other_cells": runs[1:]} if runs[1:] else {}
            sheet.data_validation(*runs[0], {**validation, "ignore_blank": True, **others})


def _executed(places: Mapping[str, list[DrawnCell]], runs: list[list[int]]) -> Validation:
    """A check that the amount is not below 0 and not above the budget of the same row."""
    row, column = runs[0][:2]
    budget = next((cell.area.left for cell in places.get("annual_budget", ()) if cell.area.top == row), None)
    if budget is None:
        return _MONEY
    cell, limit = a1(row, column), a1(row, budget)
    return {
        "validate": "custom",
        "value": f"=AND(ISNUMBER({cell}),{cell}>=0,OR(NOT(ISNUMBER({limit})),{cell}<={limit}))",
        "error_type": "warning",
        "error_title": "请核对执行数",
        "error_message": (
            "执行数只填数字，不小于0，一般不大于同一行的全年预算数。确实超出的选“是”，并说明原因。"
        ),
    }


def _drop_down(key: str, places: Mapping[str, list[DrawnCell]], lists: Levels | None) -> Validation | None:
    """The drop-down of cells that choose from the hidden sheet; None for other cells."""
    if key in ("name", f"{MEDIUM}name"):
        second = key.replace("name", "level2")
        if lists and second in places:
            return _suggest(lists.names.below(_topmost(places[second])), *_NAME)
        return _prompt(*_NAME)
    if lists is None:
        return None
    if key in ("level1", "level2", f"{MEDIUM}level2"):
        return _level(key, places, lists.levels)
    if key == "operator" and "initial_target" in places:
        return _choose(f"={lists.fixed['指标性质']}", KINDS)
    if key == "operator":
        return _choose(f"={lists.fixed['符号']}", SIGNS)
    if key == "other.core":
        return _choose(f"={lists.fixed['是否']}", YES_NO)
    if key == _MEASURE:
        return _suggest(lists.fixed["常用单位"], *_UNIT)
    return None


def _level(key: str, places: Mapping[str, list[DrawnCell]], branch: Branch | None) -> Validation | None:
    """The drop-down of a level; second levels are those below the first level in the same row."""
    if branch is None or "level1" not in places:
        return None
    source = f"={branch.heads}" if key == "level1" else f"={branch.below(_topmost(places['level1']))}"
    order = "先选一级指标" if key == "level1" else "再选二级指标，选项随一级指标变化"
    return {
        "validate": "list",
        "source": source,
        "input_title": "指标级别",
        "input_message": f"{order}。相同的会自动合成一格的样子。",
        "error_type": "information",
        "error_title": "可从下拉框选",
        "error_message": "请从下拉框里选；本表式没有的级别，按批复的绩效目标填写。",
    }


def _topmost(cells: list[DrawnCell]) -> str:
    """The A1 name of the topmost of these cells with its column fixed, such as $B14."""
    area = min(cells, key=lambda cell: cell.area.top).area
    return f"${a1(area.top, area.left)}"


def _help(key: str, places: dict[str, list[DrawnCell]]) -> Validation | None:
    if key.startswith("report."):
        return _prompt(guidance_of(key)[0][:32], guidance_of(key)[1])
    split = "operator" in places and _MEASURE in places
    if key == "target" and split:
        return _SPLIT_TARGET
    return _HELP.get("target" if key in ("initial_target", "adjusted_target") else key)


def _runs(cells: list[DrawnCell]) -> list[list[int]]:
    """The top left cells of these cells as ranges, neighbours below each other joined.

    A range is [first row, first column, last row, last column].
    """
    runs: list[list[int]] = []
    for column, row in sorted((cell.area.left, cell.area.top) for cell in cells):
        if runs and runs[-1][1] == column and runs[-1][2] == row - 1:
            runs[-1][2] = row
        else:
            runs.append([row, column, row, column])
    return runs
