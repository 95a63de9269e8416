"""Draws a re-check paper (复核底稿): one sheet for A4, with what it was written from in a hidden one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import UNSCORED
from selfeval_xl.county.review.comparison import PARTLY
from selfeval_xl.county.review.paper import (
    COLUMNS,
    EXPECTED,
    GRADE,
    KEY,
    NUMBER,
    SHEET,
    SIGNED,
    TOTAL,
    Paper,
    PaperRow,
    settings_of,
)
from selfeval_xl.county.workbook.cell_formats import HAND_TINT, HEAD_TINT, TOTAL_TINT
from selfeval_xl.county.workbook.row_xml import clean
from selfeval_xl.county.workbook.writer import OPTIONS
from selfeval_xl.model.grid import column_name, plain_number
from selfeval_xl.model.quantity import parse
from selfeval_xl.model.sheet_names import SETTINGS, text_literal
from selfeval_xl.templates.heights import lines_needed
from selfeval_xl.templates.workbook import plain_sheet
from selfeval_xl.workflows.review.suggested_score import RATE, number_formula, score_formula, way_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

BUILT = datetime(2024, 1, 1)  # the same paper is the same file in every run
HEAD_LINE = 5  # the row of the head, counted from 0
_WIDTHS = (10, 12, 20, 14, 14, 8, 7, 14, 9, 8, 18, 18)
_HAND = ("second_actual", "second_score", "evidence", "remark")
_NUMBER = "General"  # 0.## would show 13 as “13.”
_NUMBERS = ("self_score", "points", "second_score", "difference")
_PLACES = {key: number for number, (key, _) in enumerate(COLUMNS)}
_EXPECTED, _KEY, _DONE = len(COLUMNS), len(COLUMNS) + 1, len(COLUMNS) + 2
_LAST = len(COLUMNS) - 1
_LINE, _LEAST, _MOST = 13.5, 27.0, 400.0
_HOW = (
    "浅黄色的格由复核人填：复核完成值、复核得分（不超过分值）、佐证材料、备注。差额＝复核得分－自评得分；"
    "每一行都有复核得分，合计和复核等级才出来。行可以排序，不要改行里的指标名称，不要删行。"
)
_HOW_UNSCORED = (
    "这张表不评分：浅黄色的格由复核人填复核完成值、佐证材料、备注，每个指标都有复核完成值就算复核完。"
    "行可以排序，不要改行里的指标名称，不要删行。"
)


def write_paper(
    file: str, paper: Paper, measures: Mapping[str, str], reason: str, title: str, policy: Policy
) -> None:
    """Writes the paper to this file. measures: 计量单位 by key of the row. title: county and year."""
    import xlsxwriter

    book = xlsxwriter.Workbook(file, OPTIONS)
    book.set_properties({"title": SHEET, "created": BUILT})
    sheet = book.add_worksheet(SHEET, plain_sheet())
    _Drawing(book, sheet, policy).draw(paper, measures, reason, title)
    kept = book.add_worksheet(SETTINGS)
    for line, (name, value) in enumerate(settings_of(paper)):
        kept.write_string(line, 0, name)
        kept.write_string(line, 1, value)
    kept.very_hidden()
    book.close()


class _Drawing:
    """One paper while it is drawn."""

    def __init__(self, book: Workbook, sheet: Worksheet, policy: Policy) -> None:
        self._book, self.sheet, self.policy = book, sheet, policy
        self._formats: dict[tuple, Format] = {}

    def look(self, **properties: Any) -> Format:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
            self._formats[key] = self._book.add_format({**base, **properties})
        return self._formats[key]

    def draw(self, paper: Paper, measures: Mapping[str, str], reason: str, title: str) -> None:
        """Draws head, rows, totals and signatures, and sets up the print."""
        self._head(paper, reason, title)
        first = HEAD_LINE + 1
        for line, row in enumerate(paper.rows, first):
            self._row(line, row, measures.get(row.key, ""))
        self.sheet.growing = range(first, first + len(paper.rows))  # with what is typed into them
        self._totals(first + len(paper.rows), paper)
        self._set_up(first + len(paper.rows) + 3)

    def _head(self, paper: Paper, reason: str, title: str) -> None:
        """Draws the title, the project and the head of the table."""
        head, sheet = paper.head, self.sheet
        sheet.merge_range(0, 0, 0, _LAST, "", self.look(bold=True, font_size=16, align="center"))
        sheet.write_string(
            0, 0, clean(f"{title}项目支出绩效{SHEET}"), self.look(bold=True, font_size=16, align="center")
        )
        sheet.set_row(0, 30)
        budget = "" if head.annual_budget is None else f"{head.annual_budget:,.2f}"
        score = "" if head.score is None else plain_number(head.score)
        facts = (
            (("部门名称", head.department), ("实施单位", head.unit), ("项目编码", head.project_code)),
            (("项目名称", head.project), ("全年预算数（万元）", budget), (NUMBER, head.number)),
            (("自评结果", f"{score}　{head.grade}".strip()), ("原表", _place(paper)), ("抽查理由", reason)),
        )
        for line, row in enumerate(facts, 1):
            self._facts(line, row)
        how = _HOW if paper.is_scored else _HOW_UNSCORED
        self._merged(4, 0, _LAST, how, self.look(font_size=9, align="left"))
        sheet.set_row(4, 27)
        for column, (key, label) in enumerate(COLUMNS):
            tint = HAND_TINT if key in _HAND else HEAD_TINT
            sheet.write_string(
                HEAD_LINE, column, label, self.look(bold=True, align="center", border=1, bg_color=tint)
            )
        sheet.set_row(HEAD_LINE, 30)
        for column, label in ((_EXPECTED, EXPECTED), (_KEY, KEY), (_DONE, "复核完成数")):
            sheet.write_string(HEAD_LINE, column, label, self.look(bold=True, align="center"))

    def _facts(self, line: int, facts: tuple[tuple[str, str], ...]) -> None:
        """Draws a row of labels and values: each value takes the cells up to the next label."""
        needed = 1
        for (label, value), (left, start, end) in zip(
            facts, ((0, 1, 3), (4, 5, 7), (8, 10, _LAST)), strict=True
        ):
            name = self.look(bold=True, align="center", border=1, bg_color=HEAD_TINT)
            if start - left > 1:
                self._merged(line, left, start - 1, label, name)
            else:
                self.sheet.write_string(line, left, label, name)
            self._merged(line, start, end, value, self.look(border=1, align="left", num_format="@"))
            needed = max(
                needed, lines_needed(value, sum(_WIDTHS[start : end + 1])), lines_needed(label, _WIDTHS[left])
            )
        self.sheet.set_row(line, min(_MOST, max(_LEAST, needed * _LINE + 6)))

    def _merged(self, line: int, left: int, right: int, text: str, look: Format) -> None:
        """Writes a text over several cells of a row, whatever it begins with."""
        self.sheet.merge_range(line, left, line, right, "", look)
        self.sheet.write_string(line, left, clean(text), look)

    def _row(self, line: int, row: PaperRow, measure: str) -> None:
        """Draws a row to re-check."""
        sheet = self.sheet
        for column, (key, _) in enumerate(COLUMNS):
            look = self._cell_look(key)
            value = getattr(row, key, None)
            if key == "difference":
                second, own = (_cell(line, name) for name in ("second_score", "self_score"))
                text = f'=IF(AND(ISNUMBER({second}),ISNUMBER({own})),ROUND({second}-{own},2),"")'
                sheet.write_formula(line, column, text, look, "")
            elif isinstance(value, Decimal):
                sheet.write_number(line, column, float(value), look)
            elif value:
                sheet.write_string(line, column, clean(value), look)
            else:
                sheet.write_blank(line, column, None, look)
        self._suggestion(line, row, measure)
        sheet.write_string(line, _KEY, row.key)
        if row.is_scored:
            self._limits(line, row)
        texts = (row.level1, row.level2, row.name, row.target, row.actual)
        needed = max(lines_needed(text, width) for text, width in zip(texts, _WIDTHS, strict=False))
        sheet.set_row(line, min(_MOST, max(_LEAST, needed * _LINE + 6)))

    def _cell_look(self, key: str) -> Format:
        """The format of a cell of the table."""
        look: dict[str, Any] = {"border": 1}
        if key in _HAND:
            look["bg_color"] = HAND_TINT
        if key in _NUMBERS:
            return self.look(**look, align="center", num_format=_NUMBER)
        return self.look(**look, num_format="@")

    def _suggestion(self, line: int, row: PaperRow, measure: str) -> None:
        """Writes 测算得分 and the number that it is computed from."""
        way = way_of(row, self.policy)
        value, points = _cell(line, "second_actual"), _cell(line, "points")
        number = f"{column_name(_DONE)}{line + 1}"
        unit = "%" if way == RATE else parse(row.target).unit or measure
        plain = self.look(align="center", font_color="#808080", num_format=_NUMBER)
        self.sheet.write_formula(
            line, _EXPECTED, f"={score_formula(way, row, self.policy, value, number, points)}", plain, ""
        )
        self.sheet.write_formula(line, _DONE, f"={number_formula(value, unit)}", plain, "")

    def _limits(self, line: int, row: PaperRow) -> None:
        """Lets 复核得分 be a number from 0 to 分值."""
        most = 10_000 if row.points is None else f"={_cell(line, 'points')}"
        self.sheet.data_validation(
            line,
            _PLACES["second_score"],
            line,
            _PLACES["second_score"],
            {
                "validate": "decimal",
                "criteria": "between",
                "minimum": 0,
                "maximum": most,
                "error_title": "复核得分",
                "error_message": "请填0到分值之间的数。",
            },
        )

    def _totals(self, line: int, paper: Paper) -> None:
        """Draws 合计, 复核等级 and the signatures."""
        bold = self.look(bold=True, border=1, align="center", bg_color=TOTAL_TINT, num_format=_NUMBER)
        text = self.look(bold=True, border=1, bg_color=TOTAL_TINT, num_format="@")
        for column in range(_LAST + 1):
            self.sheet.write_blank(line, column, None, bold)
        self.sheet.write_string(line, 0, "合计", bold)
        self._own_total(line, paper, bold, text)
        points = _sum_of(row.points for row in paper.rows)
        self._formula(line, "points", _sum_formula("points", line), bold, points)
        second = _cell(line, "second_score")
        if paper.is_scored:
            self._formula(line, "second_score", _second_total(line), bold, PARTLY)
        else:
            self.sheet.write_string(line, _PLACES["second_score"], UNSCORED, bold)
        if paper.head.score is not None:
            own = _cell(line, "self_score")
            difference = f'IF(AND(ISNUMBER({second}),ISNUMBER({own})),ROUND({second}-{own},2),"")'
            self._formula(line, "difference", difference, bold, None)
        self.sheet.set_row(line, _LEAST)
        self._merged(line + 1, 0, _PLACES["second_score"] - 1, "复核等级", bold)
        if paper.is_scored:
            self._formula(line + 1, "second_score", self._grade(second), bold, None)
        else:
            self.sheet.write_string(line + 1, _PLACES["second_score"], UNSCORED, bold)
        self._merged(line + 1, _PLACES["difference"], _LAST, "", text)
        self.sheet.set_row(line + 1, _LEAST)
        sign = self.look(align="left")
        self._merged(line + 3, 0, _PLACES["second_actual"] - 1, "复核人：", sign)
        self._merged(line + 3, _PLACES["second_actual"], _LAST, "日期：　　　　年　　月　　日", sign)
        self.sheet.set_row(line + 3, 30)
        for row, key in ((line, TOTAL), (line + 1, GRADE), (line + 3, SIGNED)):
            self.sheet.write_string(row, _KEY, key)

    def _own_total(self, line: int, paper: Paper, bold: Format, text: Format) -> None:
        """Writes the total of 自评得分: that of the form, which need not be the sum of its rows."""
        total = _sum_of(row.self_score for row in paper.rows)
        own = paper.head.score
        if own is None or own == total:
            self._formula(line, "self_score", _sum_formula("self_score", line), bold, total)
            note = "原表没有自评总分" if own is None and total is not None else ""
        else:
            self.sheet.write_number(line, _PLACES["self_score"], float(own), bold)
            note = f"自评总分照原表；各行合计{'没有' if total is None else plain_number(total)}"
        self.sheet.write_string(line, _LAST, note, text)

    def _grade(self, second: str) -> str:
        """The formula for the grade of the total in a cell."""
        bands = self.policy.bands("grades")
        text = text_literal(bands[-1][0])
        for name, floor in reversed(bands[:-1]):
            text = f"IF({second}>={floor},{text_literal(name)},{text})"
        return f'IF(ISNUMBER({second}),{text},"")'

    def _formula(self, line: int, key: str, text: str, look: Format, value: Decimal | str | None) -> None:
        """Writes a formula with its value now."""
        cached = "" if value is None else float(value) if isinstance(value, Decimal) else value
        self.sheet.write_formula(line, _PLACES[key], f"={text}", look, cached)

    def _set_up(self, last: int) -> None:
        """Sets widths and the print: A4 across, one page wide, the head on each page, without tints."""
        sheet = self.sheet
        for column, width in enumerate((*_WIDTHS, 11)):
            sheet.set_column(column, column, width)
        sheet.set_column(_KEY, _DONE, 9, None, {"hidden": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last, _LAST)
        sheet.repeat_rows(HEAD_LINE)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.center_horizontally()
        sheet.print_black_and_white()
        sheet.set_footer("&L&9打印日期：&D&R&9第&P页 共&N页")
        sheet.freeze_panes(HEAD_LINE + 1, 3)
        sheet.set_selection(HEAD_LINE + 1, _PLACES["second_actual"], HEAD_LINE + 1, _PLACES["second_actual"])


def _place(paper: Paper) -> str:
    """The form's file, sheet and cell in one text."""
    head = paper.head
    return "　".join(part for part in (head.file, head.sheet, head.cell) if part)


def cell_of(number: int, key: str) -> str:
    """The cell of a column in a row to re-check, counted from 0, of a paper as it is written."""
    return _cell(HEAD_LINE + 1 + number, key)


def _cell(line: int, key: str) -> str:
    """The cell of a column in a row, counted from 0."""
    return f"{column_name(_PLACES[key])}{line + 1}"


def _column(key: str) -> str:
    """The cells of a column from the head to the row above the formula: rows may be put in or taken out."""
    letters = column_name(_PLACES[key])
    return f"{letters}${HEAD_LINE + 1}:INDEX({letters}:{letters},ROW()-1)"


def _sum_formula(key: str, line: int) -> str:
    """The formula for the sum of a column; empty without a number."""
    return f'IF(COUNT({_column(key)})=0,"",ROUND(SUM({_column(key)}),2))'


def _second_total(line: int) -> str:
    """The formula for the re-checked total; 未复核完 while a row to be scored has no score that may count.

    The head is one of the rows that it counts, and never has a score.
    """
    own, points, second = (_column(key) for key in ("self_score", "points", "second_score"))
    wanted = f'((({own}<>"")+({points}<>""))>0)'
    fits = f'ISNUMBER({second})*({second}>=0)*((({points}="")+({second}<={points}))>0)'
    return f'IF(SUMPRODUCT({wanted}*(1-{fits}))>1,"{PARTLY}",ROUND(SUMPRODUCT(--{wanted},{second}),2))'


def _sum_of(numbers: Any) -> Decimal | None:
    """The sum of the numbers that are there; None without any."""
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if known else None
