"""Recognition of forms in a Grid by their labels. Opens no file."""
