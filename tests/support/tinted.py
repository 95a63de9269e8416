"""The tints of ours in a workbook, which are conditional formats."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from selfeval_xl.writers.xlsx.tints import SIGN


def tints(path: str | Path | openpyxl.Workbook, sheet: str) -> dict[str, str]:
    """Colour by cell, "#FFC7CE"; a merged area by its top left cell."""
    return {cell: colour for cell, (colour, _) in tint_rules(path, sheet).items()}


def tint_rules(path: str | Path | openpyxl.Workbook, sheet: str) -> dict[str, tuple[str, str]]:
    """Colour and formula of each tint by cell."""
    book = path if isinstance(path, openpyxl.Workbook) else openpyxl.load_workbook(path)
    found = {}
    for block in book[sheet].conditional_formatting:
        for rule in block.rules:
            if rule.formula and SIGN in rule.formula[0]:
                found[str(block.sqref).split(":")[0]] = (f"#{rule.dxf.fill.bgColor.rgb[2:]}", rule.formula[0])
    return found
