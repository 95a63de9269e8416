"""The keys that a single form carries in its hidden sheet, and the name of the copy that stays beside the
parts.
"""

SINGLE = "single"  # the sheet of the department workbook that this form was taken from
SINGLE_OF = "single_of"  # fingerprint of that workbook
BASE = "base"  # base|E12: what stood in a cell when the form was taken out
KEPT_COPY = "部门工作簿_拆分留底"
