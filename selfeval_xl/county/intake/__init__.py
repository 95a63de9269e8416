"""From the folder as received to one decision for each file and form."""
