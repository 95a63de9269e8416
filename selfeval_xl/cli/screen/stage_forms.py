"""The screen of the command read for declarations and monitoring forms: what was understood of them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from selfeval_xl import layouts
from selfeval_xl.cli.screen.screen import table_of
from selfeval_xl.model.forms import FORM_NAMES, MONITORING, Form, Indicator
from selfeval_xl.model.places import cells_shown, is_word, sheet_shown

_LONGEST = 120  # letters of a goal


def area_of(form: Form) -> str:
    """Where the form stands in its file."""
    area = str(form.frame.area) if form.frame else ""
    if is_word(form.file):
        return f"{sheet_shown(form.file, form.sheet)}{cells_shown(form.file, area)}"
    return f"工作表“{form.sheet}”，{area}"


def show_stage_form(screen: Console, form: Form) -> None:
    """Shows the head of a declaration or a monitoring form, its funds, goals and indicators."""
    screen.print("　".join(_head(form)), markup=False, style="bold")
    if form.funding:
        screen.print(_funds(form))
    for label, key in (("中期目标", "medium"), ("年度目标", "expected"), ("完成情况", "actual")):
        text = getattr(form.goal, key)
        if text:
            place = cells_shown(form.file, form.goal.cells.get(key))
            shown = f"{text[:_LONGEST]}{'……' if len(text) > _LONGEST else ''}"
            screen.print(f"{label}（{place}）：{shown}", markup=False)
    if form.indicators:
        screen.print(_indicators(form))


def _head(form: Form) -> Iterator[str]:
    """The form's name, sheet and area, and the fields of its head that are filled in."""
    whole = "（部门整体）" if form.of_department else ""
    yield f"{FORM_NAMES[form.kind]}{whole}（{area_of(form)}）"
    for label, value in (
        ("表式", layouts.label(form.layout, form.kind) if form.layout else "未收录的表式，按标签读出"),
        ("年度", form.year),
        ("监控时段", form.through),
        ("项目期", form.period),
        ("项目", form.project),
        ("项目编码", form.project_code),
        ("部门", form.department),
        ("实施单位", form.unit),
        ("金额单位", form.money_unit),
    ):
        if value:
            yield f"{label}：{value}"


def _funds(form: Form) -> Table:
    """The funds: to date and expected on a monitoring form, of the term and of the year on a declaration."""
    columns = {"medium_budget": "中期资金", "annual_budget": "年度资金"}
    if form.kind == MONITORING:
        columns = {
            "initial_budget": "年初预算数",
            "annual_budget": "全年预算数",
            "executed": f"{form.through or ''}执行数",
            "execution_rate": f"{form.through or ''}执行率",
            "forecast": "全年预计执行数",
        }
    table = table_of("资金来源", *columns.values(), "所在格")
    for line in form.funding:
        cells = [line.cells[key] for key in columns if key in line.cells]
        table.add_row(
            ("　" if line.part_of else "") + line.source,
            *(getattr(line, key) or "" for key in columns),
            cells_shown(form.file, cells[-1] if cells else None),
        )
    return table


def _indicators(form: Form) -> Table:
    """The indicators: with what is expected of them on a monitoring form, both targets on a declaration."""
    columns = {"medium_target": "中期指标值", "target": "年度指标值"}
    if form.kind == MONITORING:
        columns = {
            "target": "年度指标值",
            "actual": f"{form.through or ''}完成情况",
            "forecast": "全年预计完成情况",
            "outlook": "完成目标可能性",
            "causes": "偏差原因",
            "note": "原因说明",
        }
    table = table_of("一级", "二级", "三级指标", *columns.values(), "所在格")
    for row in form.indicators:
        cell = row.cells.get("target") or row.cells.get("medium_target") or row.cells.get("name")
        table.add_row(
            row.level1 or "",
            row.level2 or "",
            row.name or "",
            *(_text(row, key) for key in columns),
            cells_shown(form.file, cell),
        )
    return table


def _text(row: Indicator, key: str) -> str:
    """The text of a field of an indicator."""
    if key == "outlook":
        return row.outlook.label if row.outlook else ""
    if key == "causes":
        return "、".join(row.causes)
    return getattr(row, key) or ""
