"""Writing of papers as Word files: paragraphs, tables and charts."""
