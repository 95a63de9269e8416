"""The table of tasks of a department form, with the sums of its money where the form prints them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from selfeval_xl.layouts import Layout
from selfeval_xl.layouts.layout import LayoutColumn
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.quantity import money
from selfeval_xl.templates.drawing import Drawing, positions
from selfeval_xl.templates.form_values import FormValues, Row, as_entered, typed
from selfeval_xl.templates.references import above


def draw_tasks(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    """Draws the table of tasks from this row on; returns the row below it."""
    table = layout.tasks
    assert table is not None  # the layout reader lets no block be listed that is not there
    tasks = form.tasks or tuple({"number": str(number)} for number in range(1, table.rows + 1))
    start = layout.start("tasks")
    depth = 2 if any(column.group for column in table.columns) else 1
    height = len(tasks) + depth + (1 if table.total else 0)
    drawing.put(row, start, "label", table.section.label, span=table.section.span, rows=height)
    at = positions(table.columns, start + table.section.span)
    for head in table.columns:
        _head(drawing, row, at[head.key], head, depth)
        for number, task in enumerate(tasks):
            look = "money" if head.holds == "money" else "number" if head.key == "number" else "long"
            value = task.get(head.key)
            drawing.put(
                row + depth + number,
                at[head.key],
                look,
                as_entered(value) if look == "long" else typed(value),
                span=head.span,
                entry=True,
                key=f"task.{head.key}",  # a task's name is no indicator's: another list, another help
            )
    _groups(drawing, row, table.columns, at)
    if table.total:
        _total(drawing, row + height - 1, table.total, table.columns, at, (row + depth - 1, tasks))
    return row + height


def _head(drawing: Drawing, row: int, column: int, head: LayoutColumn, depth: int) -> None:
    """The head of a column, below the label of its group where it has one."""
    if head.group:
        drawing.put(row + 1, column, "head", head.label, span=head.span)
    else:
        drawing.put(row, column, "head", head.label, span=head.span, rows=depth)


def _groups(drawing: Drawing, row: int, columns: Sequence[LayoutColumn], at: dict[str, int]) -> None:
    for group in dict.fromkeys(column.group for column in columns if column.group):
        grouped = [column for column in columns if column.group == group]
        drawing.put(row, at[grouped[0].key], "head", group, span=sum(column.span for column in grouped))


def _total(
    drawing: Drawing,
    row: int,
    label: str,
    columns: Sequence[LayoutColumn],
    at: dict[str, int],
    table: tuple[int, Sequence[Row]],
) -> None:
    """The row of sums. table: the row of the heads, and the tasks below it."""
    top, tasks = table
    first = next(column for column in columns if column.holds == "money")
    begin = at[columns[0].key]
    drawing.put(row, begin, "label", label, span=at[first.key] - begin)
    for column in columns:
        if column.holds != "money":
            continue
        area = above(at[column.key], top)
        amounts = [money(str(task[column.key])) for task in tasks if task.get(column.key) not in (None, "")]
        numbers = [amount for amount in amounts if amount is not None]
        text = f'IF(COUNT({area})=0,"",ROUND(SUM({area}),2))'
        value = rounded(sum(numbers, Decimal(0))) if numbers else ""
        drawing.put(row, at[column.key], "money", Formula(text, value), span=column.span, key="task.total")
