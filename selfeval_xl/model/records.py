"""A quicker `dataclasses.replace` for the records of the model, which are changed by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

Record = TypeVar("Record")
Setter = Callable[[object, object], None]


def replace(record: Record, **changes: Any) -> Record:
    """A copy of a record with other values in some fields, as `dataclasses.replace` makes it.

    record: of a dataclass with slots, without `__post_init__`. Raises KeyError for a field that it lacks.
    """
    values, setters = _parts(type(record))  # type: ignore[arg-type]
    copy: Record = object.__new__(type(record))
    for set_field, value in zip(setters.values(), values(record)):
        set_field(copy, value)
    for name, value in changes.items():
        setters[name](copy, value)
    return copy


@cache
def _parts(kind: Hashable) -> tuple[Callable[[object], tuple[object, ...]], dict[str, Setter]]:
    """A getter of all values of a record of this kind, and the setters of its slots by name.

    A frozen record refuses assignments; the setters of its slots do what its `__init__` does.
    """
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    assert len(names) > 1 and not hasattr(kind, "__post_init__"), f"{kind} cannot be copied so"
    return attrgetter(*names), {name: getattr(kind, name).__set__ for name in names}
