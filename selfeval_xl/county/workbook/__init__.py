"""The county workbook as a file: sheets, front page, formulas, links."""
