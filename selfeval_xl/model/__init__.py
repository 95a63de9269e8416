"""Values, forms, findings and edits as plain records. Nothing here opens a file or knows a rule."""
