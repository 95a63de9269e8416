"""What a value, a form, a finding and an edit are. Nothing here opens a file or knows a rule."""
