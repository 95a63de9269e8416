"""The printing of results on the screen: tables, counts, progress."""
