"""Edits applied to the open book through xlwings."""
