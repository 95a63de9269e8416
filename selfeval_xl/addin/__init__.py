"""The entry point of the ribbon: `press("check_book")` finds the calling book and runs that button.

Importing this costs next to nothing; what a button needs is imported when it is pressed.
"""

from __future__ import annotations

__all__ = ["press"]


def press(button: str) -> None:
    """Runs a button of `ribbon.toml` on the book that called.

    Whatever goes wrong becomes a Chinese message, never an exception.
    """
    from selfeval_xl.addin.pressing import run

    run(button)
