"""The tables of the county in SQLite, and as Parquet."""
