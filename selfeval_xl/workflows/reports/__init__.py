"""The papers as Word files: a department's self-evaluation report and the county's bulletin."""
