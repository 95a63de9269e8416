"""What is tinted in a workbook, and how: the conditional formats of ours."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from selfeval_xl.writers.xlsx.tints import SIGN


def tints(path: str | Path, sheet: str) -> dict[str, str]:
    """Colour by cell, "#FFC7CE"; a merged area by its top left cell."""
    return {cell: colour for cell, (colour, _) in tint_rules(path, sheet).items()}


def tint_rules(path: str | Path, sheet: str) -> dict[str, tuple[str, str]]:
    """Colour and formula of each tint by cell."""
    found = {}
    for block in openpyxl.load_workbook(path)[sheet].conditional_formatting:
        for rule in block.rules:
            if rule.formula and SIGN in rule.formula[0]:
                found[str(block.sqref).split(":")[0]] = (f"#{rule.dxf.fill.bgColor.rgb[2:]}", rule.formula[0])
    return found
