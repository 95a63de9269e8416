"""Texts and Word files: notices to departments, reminders, the self-evaluation report, the bulletin."""
