"""A file on its way in: written piece by piece within bounds, complete or not there at all."""

from __future__ import annotations


class IncomingFile:
    """A file that is being received. `write` its pieces, then `finish` it; `drop` it when the sender breaks off.

    Raises Refused where it, or the upload as a whole, gets too large, and OutputError where it cannot be kept.
    """

    def write(self, piece: bytes) -> None:
        """Appends bytes."""
        raise NotImplementedError

    def finish(self) -> None:
        """Ends the file, which then belongs to the draft."""
        raise NotImplementedError

    def drop(self) -> None:
        """Deletes what has come; harmless at any time."""
        raise NotImplementedError
