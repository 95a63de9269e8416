"""A department workbook in parts: single forms that colleagues fill in (split), and back again (merge)."""

from .merging import merge
from .splitting import split

__all__ = ["merge", "split"]
