"""The keys in the hidden sheet of a single form, and the name of the copy that stays beside the parts."""

SINGLE = "single"  # the sheet of the department workbook that this form was taken from
SINGLE_OF = "single_of"  # fingerprint of that workbook
BASE = "base"  # base|E12: the text of a cell when the form was taken out
KEPT_COPY = "部门工作簿_拆分留底"
