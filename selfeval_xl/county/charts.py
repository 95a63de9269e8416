"""The charts at the foot of 总览: native ones over the cells of the workbook, so that they follow when a
figure changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..grid import column_name, position
from .formats import FONT
from .live import Book
from .overview import COLUMNS, HEIGHT, Front

ROWS = 14  # rows of the page that the charts take
_COLUMN_PIXELS, _POINT_PIXELS = 62, 4 / 3
_MANY, _TINY, _SMALL = 30, 5, 7
TINTS = {"已完成": "#70AD47", "未完成": "#C00000", "待核定": "#A5A5A5"}
_FRONT = "总览"


def draw_charts(front: Front, row: int, places: dict[str, tuple[str, str]], scored: bool) -> None:
    """Four charts side by side. places: first and last cell of the labels on 总览, whose figures stand in
    known columns beside them:
    levels (一级指标), rules, grades, causes.
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
    charts: Sequence[tuple[int, tuple[dict, list[dict]], str, bool]],
    labels: int,
    height: int = ROWS,
) -> None:
    """Charts side by side: columns of the page, kind and series, title, legend. labels: how many the first
    one
    has, whose values are rates. height: in rows of the page.
    """
    column = 0
    for span, (kind, series), title, legend in charts:
        chart = front.chart(kind)
        for one in series:
            chart.add_series(one)
        chart.set_title({"name": title, "name_font": _font(9, True), "overlay": False})
        _axes(chart, kind, labels if column == 0 else 0)
        chart.set_legend({"position": "bottom", "font": _font(_SMALL)} if legend else {"none": True})
        chart.set_size(
            {"width": span * _COLUMN_PIXELS - 4, "height": int((height - 1) * HEIGHT * _POINT_PIXELS) - 4}
        )
        front.page.insert_chart(row, column, chart, {"x_offset": 2, "y_offset": 2, "object_position": 1})
        column += span


def _axes(chart, kind: dict, departments: int) -> None:
    small = _font(_TINY if departments > _MANY else _SMALL)
    labels = {
        "num_font": {**small, "rotation": -90} if departments > 8 else small,
        "line": {"color": "#808080"},
    }
    numbers = {
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


def _rates(book: Book):
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


def _verdicts(place: tuple[str, str]):
    """Met, unmet and open indicators of each first level, one on top of the other."""
    return {"type": "bar", "subtype": "stacked"}, [
        {
            "name": name,
            "categories": _beside(place, 0),
            "values": _beside(place, shift),
            "fill": {"color": TINTS[name]},
            "gap": 40,
        }
        for name, shift in (("已完成", 5), ("未完成", 7), ("待核定", 9))
    ]


def bars(place: tuple[str, str], shift: int):
    return {"type": "bar"}, [
        {
            "categories": _beside(place, 0),
            "values": _beside(place, shift),
            "fill": {"color": "#ED7D31"},
            "gap": 40,
            "data_labels": {"value": True, "font": _font(_SMALL)},
        }
    ]


def _columns(place: tuple[str, str], shift: int):
    return {"type": "column"}, [
        {
            "categories": _beside(place, 0),
            "values": _beside(place, shift),
            "fill": {"color": "#5B9BD5"},
            "gap": 60,
            "data_labels": {"value": True, "font": _font(_SMALL)},
        }
    ]


def _beside(place: tuple[str, str], shift: int) -> str:
    """The cells as many columns to the right of these."""
    ends = [position(cell) for cell in place]
    column = column_name(ends[0][1] + shift)
    return f"={_FRONT}!${column}${ends[0][0] + 1}:${column}${ends[1][0] + 1}"


def _font(size: int, bold: bool = False) -> dict:
    return {"name": FONT, "size": size, "bold": bold}
