"""Where edits go: into a file (`file`), and files without an xlsx of their own become one first (`blank`)."""
