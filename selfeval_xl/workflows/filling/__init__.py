"""The command `fill`: execution rates, totals, deviation columns, stubs of reasons; and corrected texts."""
