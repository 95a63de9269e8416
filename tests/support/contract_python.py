"""The snapshot of the Python names: the public functions, and the records that they take and return."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import NamedTuple

import selfeval_xl as sx
from support.contract_samples import Samples, lines_of


def public_names(samples: Samples) -> str:
    """The public functions with their signatures, and the records that they take and return."""
    lines = [f"{name}{_signature(getattr(sx, name))}" for name in sx.__all__]
    lines += [f"{name}: {type(getattr(sx, name)).__name__}" for name in ("__version__",)]
    for record in public_records():
        lines += ["", record.__name__, *(f"  {line}" for line in _members(record))]
    return lines_of(lines)


def _signature(function: Callable) -> str:
    """The signature as the source has it: annotations that are texts without quotes."""
    signature = inspect.signature(function)
    text = str(signature)
    for kind in (*(one.annotation for one in signature.parameters.values()), signature.return_annotation):
        text = text.replace(repr(kind), kind) if isinstance(kind, str) else text
    return text


def public_records() -> list[type]:
    """The classes in the annotations of the public functions, and the records in their fields, by name."""
    tree = ast.parse(inspect.getsource(sx))
    imported = [
        (f"{node.module}", alias.name)
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom) and f"{node.module}".startswith(sx.__name__)
        for alias in node.names
    ]
    waiting = [getattr(importlib.import_module(module), name) for module, name in imported]
    found: dict[str, type] = {}
    while waiting:
        record = waiting.pop()
        if record.__name__ not in found:
            found[record.__name__] = record
            named = vars(importlib.import_module(record.__module__))
            words = "\n".join(str(field.type) for field in _fields(record))
            waiting += [
                kind
                for name, kind in named.items()
                if isinstance(kind, type) and _fields(kind) and name in _names_in(words)
            ]
    return [found[name] for name in sorted(found)]


def _names_in(annotations: str) -> set[str]:
    """The names in these annotations, one to a line."""
    return {
        node.id
        for line in annotations.splitlines()
        for node in ast.walk(ast.parse(line, mode="eval"))
        if isinstance(node, ast.Name)
    }


class _Field(NamedTuple):
    """A field of a record and the annotation of its type."""

    name: str
    type: object


def _fields(record: type) -> list[_Field]:
    """The fields of a record, which is a dataclass or a named tuple; none for another class."""
    if dataclasses.is_dataclass(record):
        return [_Field(field.name, field.type) for field in dataclasses.fields(record)]
    annotations = inspect.get_annotations(record)
    types = {name: getattr(kind, "__forward_arg__", kind) for name, kind in annotations.items()}
    return [_Field(name, types[name]) for name in getattr(record, "_fields", ())]


def _members(record: type) -> Iterator[str]:
    """The public fields, properties, methods and enum members of a class, a line each."""
    fields = _fields(record)
    yield from (f"{field.name}: {field.type}" for field in fields if not field.name.startswith("_"))
    known = {field.name for field in fields}
    for name, member in inspect.getmembers(record):
        if name.startswith("_") or name in known:
            continue
        if isinstance(member, (property, functools.cached_property)):
            function = member.fget if isinstance(member, property) else member.func
            yield f"{name}: {function.__annotations__.get('return')} (computed)"
        elif inspect.isfunction(member):
            yield f"{name}{_signature(member)}"
        elif isinstance(member, record):
            yield f"{name} = {member.value!r}"
