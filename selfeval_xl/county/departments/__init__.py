"""The forms of each department with its findings, as the tables need them."""
