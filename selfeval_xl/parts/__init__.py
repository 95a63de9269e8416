"""A department workbook in parts: split into single forms for colleagues to fill in, and merged again."""

from .merging import merge
from .splitting import split

__all__ = ["merge", "split"]
