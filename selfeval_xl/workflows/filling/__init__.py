"""`fill`: execution rates, totals, deviation columns, stubs for reasons."""
