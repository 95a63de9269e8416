"""Edits applied to a copy of a person's workbook, part by part, so that nothing else in it changes."""
