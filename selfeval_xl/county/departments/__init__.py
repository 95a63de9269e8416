"""Each department's forms with their findings, loaded at once or one department after the other."""
