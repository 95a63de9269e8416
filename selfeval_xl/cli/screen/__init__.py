"""What the commands print: tables, counts, progress."""
