"""Writes the county workbook: sheets, front page, formulas, links."""
