"""Edits of the open book, carried out by the spreadsheet program through xlwings."""
