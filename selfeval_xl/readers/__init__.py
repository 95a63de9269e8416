"""Reading of files into forms. Cells are found by their labels, never by position.

Importing this module costs next to nothing, so that everyone may look into the table of file kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selfeval_xl.readers.reading import read_file as read_file
    from selfeval_xl.readers.reading import understand as understand
    from selfeval_xl.workers import read_files as read_files
else:
    _PLACES = {
        "read_file": "selfeval_xl.readers.reading",
        "understand": "selfeval_xl.readers.reading",
        "read_files": "selfeval_xl.workers",
    }

    def __getattr__(name):
        """A function of this room, imported when it is first asked for."""
        from importlib import import_module

        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = getattr(import_module(_PLACES[name]), name)
        return globals()[name]
