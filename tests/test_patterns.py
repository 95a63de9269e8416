"""Every regular expression of the package is quick on the longest text that a cell can hold.

A stranger writes the texts. Each pattern searches texts made of its own signs, of the length of a full cell,
and may take no more than a tenth of a second, or what a machine that is busy takes longer than usual.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import pkgutil
import re
import signal
import sys
import time
from pathlib import Path

import pytest

import selfeval_xl

SIZE = 32_767  # characters of a cell
MOST = 0.1  # seconds
PLAIN = 0.00004  # seconds that a search for one sign takes on the machine for which MOST holds
PACKAGE = Path(selfeval_xl.__file__).parent


def compiled():
    """The patterns that modules hold, in whatever container."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "selfeval_xl."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name, module in list(sys.modules.items()):
        if name.startswith("selfeval_xl"):
            for key, value in vars(module).items():
                for pattern in patterns_in(value):
                    yield pattern.pattern, pattern.flags, f"{name}.{key}"


def patterns_in(value, depth=0):
    """The patterns in a value: itself, in a dict, a list, a tuple, a record."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3 and isinstance(value, dict):
        for one in value.values():
            yield from patterns_in(one, depth + 1)
    elif depth < 3 and isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from patterns_in(one, depth + 1)


def written():
    """The patterns that stand as text where they are used."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found = re.compile(node.args[0].value)
                yield found.pattern, found.flags, f"{file.relative_to(PACKAGE)}:{node.lineno}"


def all_patterns():
    """Each pattern once, with a place where it stands."""
    found = {}
    for pattern, flags, place in (*written(), *compiled()):
        found.setdefault((pattern, flags), place)
    return sorted(((place, *key) for key, place in found.items()), key=str)


class TooLate(Exception):
    pass


def too_late(*_):
    raise TooLate


def seconds(compiled, text, most):
    """The time of a search, at most `most`."""
    signal.setitimer(signal.ITIMER_PROF, most)
    began = time.process_time()
    try:
        compiled.search(text)
    except TooLate:
        return most
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - began


def time_of(compiled, text, most):
    """The shorter time of two searches, the second only where the first was long."""
    took = seconds(compiled, text, most)
    return took if took < most / 8 else min(took, seconds(compiled, text, most))


def texts(pattern):
    """Beginnings and repeated parts of texts that nearly match: the pattern's own signs and pairs of them."""
    shown = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    signs = list(dict.fromkeys(re.sub(r"\\[sSdDwWbB]|\\u....|[\^$*+?{}()|\[\]\\]", "", shown)))[:10]
    signs += [sign for sign in " 9A一零.，" if sign not in signs]
    if isinstance(pattern, bytes):
        signs = [sign for sign in signs if ord(sign) < 256]
    units = signs + ["".join(pair) for pair in itertools.permutations(signs[:4], 2)]
    words = re.findall(r"[\u4e00-\u9fff]{2,}", shown)[:4]
    beginnings = ["", signs[0], *words[:1]]
    return itertools.product(units + words, beginnings)


def slow(pattern, flags, most):
    """The text on which a pattern takes longer, and the seconds; None where there is none."""
    made = re.compile(pattern, flags)
    for unit, begin in texts(pattern):
        whole = begin + unit * (SIZE // len(unit)) + "\x01"
        text = whole.encode("latin-1", "replace") if isinstance(pattern, bytes) else whole
        began = time_of(made, text[:2000], most)
        took = most if began > most / 8 else time_of(made, text, most)  # in the former case it is sure
        if took >= most:
            return f"{begin!r} + {unit!r} * n", round(began, 3)
    return None


def slowness():
    """How much slower this machine is now than the one of PLAIN; never less than 1."""
    text, plain = "一" * SIZE, re.compile("二")
    best = min(seconds(plain, text, 10) for _ in range(20))
    return max(1.0, best / PLAIN)


@pytest.mark.skipif(sys.platform == "win32", reason="no timer that interrupts a search")
def test_every_pattern_is_quick_on_the_longest_text_of_a_cell():
    before = signal.signal(signal.SIGPROF, too_late)
    try:
        most = MOST * slowness()
        found = all_patterns()
        assert len(found) > 300
        late = [
            (place, pattern, bad) for place, pattern, flags in found if (bad := slow(pattern, flags, most))
        ]
    finally:
        signal.signal(signal.SIGPROF, before)
    assert not late, "\n".join(f"{place}: {pattern!r} {bad}" for place, pattern, bad in late)
