"""`check --mark`: findings as notes, tints and a list in a copy."""
