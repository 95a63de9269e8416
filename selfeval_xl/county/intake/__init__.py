"""The intake: from the received folder to one decision for each file and form."""
