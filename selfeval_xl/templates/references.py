"""References in formulas that stay right when people insert, delete, cut, paste and sort rows.

A plain reference such as F20 follows its cell: cut F20 onto F19, and the formula of row 20 reads row 19 from
then on. So a formula takes a cell of its own row out of the whole column, and an area reaches from the head
above the rows to the row below them: a row that is inserted anywhere between is inside.
"""

from __future__ import annotations

from selfeval_xl.model.grid import column_name


def own(column: int) -> str:
    """The cell of a column in the formula's own row."""
    name = column_name(column)
    return f"INDEX(${name}:${name},ROW())"


def beside(column: int) -> str:
    """The cell of a hidden column in the formula's own row; shorter, since nobody copies it sideways."""
    name = column_name(column)
    return f"INDEX({name}:{name},ROW())"


def area(column: int, top: int, bottom: int) -> str:
    """The cells of a column between two rows, both included; rows count from 0."""
    name = column_name(column)
    return f"{name}${top + 1}:{name}${bottom + 1}"


def above(column: int, top: int, end: str = "ROW()") -> str:
    """The cells of a column from a row down to the one above `end`, by default the formula's row."""
    name = column_name(column)
    return f"{name}${top + 1}:INDEX(${name}:${name},{end}-1)"


def body(column: int, top: int, end: str = "ROW()") -> str:
    """The cells of a column below a row, down to the one above `end`, by default the formula's row."""
    name = column_name(column)
    return f"INDEX(${name}:${name},ROW(${name}${top + 1})+1):INDEX(${name}:${name},{end}-1)"


def below(column: int, bottom: int, start: str = "ROW()") -> str:
    """The cells of a column from the one below `start`, by default the formula's row, down to a row."""
    name = column_name(column)
    return f"INDEX(${name}:${name},{start}+1):{name}${bottom + 1}"
