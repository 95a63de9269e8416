"""Whose form is it, and what was it to be: grouping by department, the roster, what was issued."""
