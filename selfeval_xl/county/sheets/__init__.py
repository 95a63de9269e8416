"""One file a worksheet: its columns and its rows together."""
