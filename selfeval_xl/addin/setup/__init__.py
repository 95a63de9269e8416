"""The add-in on a computer: `addin install`, and `addin bundle` for computers without Python."""
