"""The marks of findings in a workbook (`check --mark`): notes, tints, a list and links to it."""
