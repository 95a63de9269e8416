"""Papers as Word files: paragraphs, tables and charts."""
