"""Thresholds (policy) and what follows from them: verdicts, people's words, the causes of deviations."""
