"""The public copy of a Word file, built anew from what is seen of it."""
