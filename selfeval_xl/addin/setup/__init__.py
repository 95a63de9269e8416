"""`addin install` and `addin bundle`: the add-in on a desk."""
