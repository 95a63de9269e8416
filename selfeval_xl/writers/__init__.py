"""Writers of edits: into copies of files (`file`), the open book (`live`) and new workbooks (`blank`)."""
