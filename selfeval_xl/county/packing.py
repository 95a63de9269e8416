"""The answers of the workers as bytes, for the pipe and for the store.

Data only: whoever changes the bytes can make no code run.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from ..policy import Policy
from .checked import Checked, read_and_check
from .outline import outline

WORK = f"{__name__}:work"
_MODULES = ("forms", "findings", "quantity", "deadlines", "grid", "units", "county.checked")
_PLAIN = {("decimal", "Decimal"), ("builtins", "frozenset"), ("datetime", "date"), (__name__, "_Record")}
_PACKAGE = __name__.split(".")[0]
_FAULTS = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)


class _Data(pickle.Unpickler):
    """Takes only our records and plain values."""

    def find_class(self, module: str, name: str) -> Any:
        """The class, if it is one of ours."""
        if (module, name) not in _PLAIN and module not in {f"{_PACKAGE}.{part}" for part in _MODULES}:
            raise pickle.UnpicklingError(f"{module}.{name}")
        found = super().find_class(module, name)
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return found


class _Short(pickle.Pickler):
    """Writes our records as class and values: read again in half the time that dataclasses' own way takes."""

    def reducer_override(self, thing: Any) -> Any:
        """How a record is written; everything else as always."""
        values = _values(type(thing))
        return NotImplemented if values is None else (_Record, (type(thing), values(thing)))


class _Record:
    """Makes a record of its class and values."""

    __slots__ = ()

    def __new__(cls, kind: type, values: tuple) -> Any:
        thing = _MAKE(kind)
        for put, value in zip(_slots(kind), values, strict=True):
            put(thing, value)
        return thing


_MAKE = object.__new__


@cache
def _values(kind: type) -> Callable[[Any], tuple] | None:
    """What gives the values of all fields of a record of ours; None for any other kind."""
    names = (
        [one.name for one in fields(kind)]
        if is_dataclass(kind) and kind.__module__.startswith(_PACKAGE)
        else []
    )
    if len(names) < 2:  # attrgetter gives no tuple for one
        return (lambda thing: tuple(getattr(thing, name) for name in names)) if names else None
    return attrgetter(*names)


@cache
def _slots(kind: type) -> tuple[Any, ...]:
    """What sets each field of a record, past its being frozen. Anything but a record of ours raises."""
    if not is_dataclass(kind):
        raise pickle.UnpicklingError(str(kind))
    return tuple(getattr(kind, one.name).__set__ for one in fields(kind))


def packed(answer: Checked) -> bytes:
    """An answer as bytes."""
    out = io.BytesIO()
    _Short(out, 5).dump(answer)
    return out.getvalue()


def unpacked(raw: bytes) -> Checked | None:
    """The answer in these bytes; None where there is none that can be read."""
    try:
        answer = _Data(io.BytesIO(raw)).load()
    except _FAULTS:
        return None
    return answer if isinstance(answer, Checked) else None


def work(path: str, context: Policy) -> tuple[str, bytes]:
    """What a worker does with a path: its outline, and the whole answer; see `checked.read_and_check`."""
    answer = read_and_check(path, context)
    return outline(answer), packed(answer)
