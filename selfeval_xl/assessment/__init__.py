"""Assessment of forms: thresholds (policy), verdicts, targets in words, the causes of deviations."""
