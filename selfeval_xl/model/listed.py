"""Rows that a received workbook carries besides its forms: lists of earlier checks, a summary of projects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """The text that a unit wrote in the column 单位说明 beside a finding of an earlier check."""

    rule: str
    sheet: str
    subject: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A line of 项目自评汇总表: the texts of its filled cells and their names, by the head of the column.

    money_unit: as printed on the sheet, or None.
    """

    sheet: str
    texts: Mapping[str, str]
    cells: Mapping[str, str]
    money_unit: str | None = None


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """A row of the sheet 问题清单 or 校验结果: a finding of an earlier check, as written then.

    cell: "G12,G15" or "".
    """

    rule: str
    sheet: str
    cell: str
    subject: str
    value: str
    level: str = ""
    treatment: str = ""
    expected: str = ""
    message: str = ""
    hint: str = ""
    explanation: str = ""
    state: str = ""
