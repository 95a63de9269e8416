"""The departments that forms belong to, and what was expected of them: roster and issued contents."""
