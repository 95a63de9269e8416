"""A department workbook in parts: split into single forms for colleagues to fill in, and merged again."""

from selfeval_xl.workflows.splitting.merge import merge
from selfeval_xl.workflows.splitting.split import split

__all__ = ["merge", "split"]
