"""The pytest plugin of the contracts: an option that rewrites the snapshots, and a check of JSON documents.

Whatever a test makes with `read_document` or `check_document`, in its own process or through
`command.selfeval`, is checked against the JSON Schema; a document that breaks it fails the test.
"""

from __future__ import annotations

import functools
import importlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import selfeval_xl
from support import command
from support.schemas import violations

BUILDERS = {"read_document": "read", "check_document": "check"}  # function, and whose output it makes
BUILT_IN: dict[str, str] = {}  # the module in which each of them was found
_PACKAGE = Path(selfeval_xl.__file__).parent
_broken: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-contracts",
        action="store_true",
        help="write what the program does now into tests/contracts and docs/schemas; read the diff then",
    )


def pytest_configure() -> None:
    for module, function in _builders():
        BUILT_IN[function] = module
        _watch(importlib.import_module(module), function)
    command.selfeval = _watched_run(command.selfeval)


def _builders() -> list[tuple[str, str]]:
    """The modules of the package that define the builders, with the function, wherever they are by now."""
    defined = re.compile(rf"^def ({'|'.join(BUILDERS)})\(", re.M)
    found = []
    for path in sorted(_PACKAGE.rglob("*.py")):
        parts = path.relative_to(_PACKAGE.parent).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found += [(module, match[1]) for match in defined.finditer(path.read_text(encoding="utf-8"))]
    return found


def _watch(module: object, function: str) -> None:
    """Replaces the function in its module, and in each module that has imported it by name."""
    original = getattr(module, function)

    @functools.wraps(original)
    def watched(*args: object, **more: object) -> dict:
        document = original(*args, **more)
        _look(BUILDERS[function], document, f"{function}(...)")
        return document

    for name, loaded in list(sys.modules.items()):
        if name.split(".")[0] == _PACKAGE.name and getattr(loaded, function, None) is original:
            setattr(loaded, function, watched)


def _watched_run(run: Callable) -> Callable:
    """The function `command.selfeval` with a check, since its process is out of reach of `_watch`."""

    @functools.wraps(run)
    def watched(*args: object, **more: object):
        done = run(*args, **more)
        if args and args[0] in BUILDERS.values() and "--json" in args and done.stdout:
            try:
                document = json.loads(done.stdout)
            except ValueError as error:
                _broken.append(f"selfeval {args[0]} --json did not print one JSON document: {error}")
            else:
                _look(str(args[0]), document, f"selfeval {args[0]} --json")
        return done

    return watched


def _look(kind: str, document: object, source: str) -> None:
    """Notes the places where a document breaks its schema. source: the function or command that made it."""
    found = violations(kind, document)
    if found:
        kinds = Counter(re.sub(r"\[\d+\]", "[*]", line) for line in found)  # one line for all rows of a table
        listed = "\n".join(f"  {line} ({count} times)" for line, count in list(kinds.items())[:20])
        _broken.append(f"{source} made a document that breaks {kind}.schema.json:\n{listed}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    return (yield from _held())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    return (yield from _held())


def _held() -> Iterator[None]:
    """Fails the part of a test that runs in between where it made a document that breaks its schema."""
    _broken.clear()
    result = yield
    if _broken:
        pytest.fail("\n".join(_broken), pytrace=False)
    return result
