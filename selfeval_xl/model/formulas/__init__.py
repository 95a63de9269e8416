"""Formulas of a spreadsheet, computed as Excel computes them, as far as our templates and simple forms go."""
