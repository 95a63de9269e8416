"""The version of the program: written into stores, workbooks and add-in."""

from __future__ import annotations

__version__ = "0.1.0"
