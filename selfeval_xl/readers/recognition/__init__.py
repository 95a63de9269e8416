"""Finds forms in a Grid by what the labels say. Opens no file."""
