"""The charts at the foot of 总览: native charts over the workbook's cells, so they follow its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from selfeval_xl.county.workbook.cell_formats import FONT
from selfeval_xl.county.workbook.formulas import WorkbookFormulas
from selfeval_xl.county.workbook.front_page import COLUMNS, HEIGHT, Front
from selfeval_xl.model.grid import column_name, position

ROWS = 14  # rows of the page that the charts take
_COLUMN_PIXELS, _POINT_PIXELS = 62, 4 / 3  # the width of a column of the page; a point of a row's height
_MANY, _TINY, _SMALL = 30, 5, 7  # labels from which they are tiny; the sizes of the two fonts
TINTS = {"已完成": "#70AD47", "未完成": "#C00000", "待核定": "#A5A5A5"}
_FRONT = "总览"
Cells = tuple[str, str]  # the first and the last of some cells below each other
Series = tuple[dict[str, Any], list[dict[str, Any]]]  # kind and series of a chart, as XlsxWriter takes them


def draw_charts(front: Front, row: int, places: dict[str, Cells], scored: bool) -> None:
    """Draws four charts side by side.

    places: cells of labels on 总览, whose figures are in known columns beside them: levels (一级指标), rules,
    grades, causes. scored: whether there are scores; else causes take the place of grades.
    """
    front.title(row, 0, "十一、图", COLUMNS)
    charts = (
        (10, _rates(front.book), "各部门执行率", False),
        (4, _verdicts(places["levels"]), "指标完成情况", True),
        (5, bars(places["rules"], 10), "问题最多的规则（条）", False),
        (5, _columns(places["grades"], 4), "自评等级（项目数）", False)
        if scored
        else (5, bars(places["causes"], 5), "偏差原因（指标数）", False),
    )
    place_charts(front, row + 1, charts, len(front.book.tables["departments"]))


def place_charts(
    front: Front,
    row: int,
    charts: Sequence[tuple[int, Series, str, bool]],
    labels: int,
    height: int = ROWS,
) -> None:
    """Places charts side by side, from this row of the page on.

    charts: width in columns of the page, kind and series, title, whether there is a legend. labels: how many
    the first chart has, whose values are rates. height: in rows of the page.
    """
    column = 0
    for span, (kind, all_series), title, legend in charts:
        chart = front.chart(kind)
        for series in all_series:
            chart.add_series(series)
        chart.set_title({"name": title, "name_font": _font(9, True), "overlay": False})
        _axes(chart, kind, labels if column == 0 else 0)
        chart.set_legend({"position": "bottom", "font": _font(_SMALL)} if legend else {"none": True})
        chart.set_size(
            {"width": span * _COLUMN_PIXELS - 4, "height": int((height - 1) * HEIGHT * _POINT_PIXELS) - 4}
        )
        front.page.insert_chart(row, column, chart, {"x_offset": 2, "y_offset": 2, "object_position": 1})
        column += span


def _axes(chart: Any, kind: dict[str, Any], departments: int) -> None:
    """Sets the axes. departments: number of labels if the values are rates of departments, else 0."""
    small = _font(_TINY if departments > _MANY else _SMALL)
    labels: dict[str, Any] = {
        "num_font": {**small, "rotation": -90} if departments > 8 else small,
        "line": {"color": "#808080"},
    }
    numbers: dict[str, Any] = {
        "num_font": _font(_SMALL),
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}},
    }
    if departments:
        numbers |= {"num_format": "0%", "min": 0}
    if kind["type"] == "bar":
        chart.set_y_axis({**labels, "reverse": True})  # in a bar chart the labels stand on the y axis
        chart.set_x_axis(numbers)
    else:
        chart.set_x_axis(labels)
        chart.set_y_axis(numbers)


def _rates(book: WorkbookFormulas) -> Series:
    """The execution rate of each department."""
    names, rates = (
        zip(*book.tables["departments"].picked("department", "execution_rate"), strict=True)
        if len(book.tables["departments"])
        else ((), ())
    )
    return {"type": "column"}, [
        {
            "name": "执行率",
            "categories": f"={book.column('departments', 'department')}",
            "values": f"={book.column('departments', 'execution_rate')}",
            "categories_data": list(names),
            "values_data": ["" if rate is None else float(rate) for rate in rates],
            "fill": {"color": "#5B9BD5"},
            "gap": 60,
        }
    ]


def _verdicts(labels: Cells) -> Series:
    """Met, unmet and undetermined indicators of each first level, stacked."""
    return {"type": "bar", "subtype": "stacked"}, [
        {
            "name": name,
            "categories": _beside(labels, 0),
            "values": _beside(labels, shift),
            "fill": {"color": TINTS[name]},
            "gap": 40,
        }
        for name, shift in (("已完成", 4), ("未完成", 6), ("待核定", 8))
    ]


def bars(labels: Cells, shift: int) -> Series:
    """Horizontal bars. shift: columns of the page from the labels to the figures."""
    return {"type": "bar"}, [
        {
            "categories": _beside(labels, 0),
            "values": _beside(labels, shift),
            "fill": {"color": "#ED7D31"},
            "gap": 40,
            "data_labels": {"value": True, "font": _font(_SMALL)},
        }
    ]


def _columns(labels: Cells, shift: int) -> Series:
    """Columns. shift: columns of the page from the labels to the figures."""
    return {"type": "column"}, [
        {
            "categories": _beside(labels, 0),
            "values": _beside(labels, shift),
            "fill": {"color": "#5B9BD5"},
            "gap": 60,
            "data_labels": {"value": True, "font": _font(_SMALL)},
        }
    ]


def _beside(labels: Cells, shift: int) -> str:
    """The cells on 总览 this many columns to the right of the labels, as a chart refers to them."""
    ends = [position(cell) for cell in labels]
    column = column_name(ends[0][1] + shift)
    return f"={_FRONT}!${column}${ends[0][0] + 1}:${column}${ends[1][0] + 1}"


def _font(size: int, bold: bool = False) -> dict[str, Any]:
    """The properties of a font, as XlsxWriter's charts take them."""
    return {"name": FONT, "size": size, "bold": bold}
