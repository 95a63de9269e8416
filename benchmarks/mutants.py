"""How much of the rules the quick tests hold: small mistakes are put in, one at a time, and must be noticed.

Run `python benchmarks/mutants.py [--count 200] [--seed 1] [FILE:LINE ...]` (`make mutants`); with places only
the mutants of the sample on these lines are tried. Everything happens in a copy of the checkout, within one
pytest that has collected the quick tests and forks for each trial. First all tests run once, and coverage
notes which test runs which line. A mutant then meets the tests that run its line (else its function), the
quickest first, some seconds of them; it is put into the function as it is loaded. One outside of functions is
met by a fresh pytest with the files that run its module most. Those that live are put in together and meet
all quick tests; where these fail, one half does and then the other. A time limit counts as noticed. Not on
Windows.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import functools
import gc
import json
import os
import py_compile
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ("selfeval_xl/rules/*.py", "selfeval_xl/assessment/*.py", "selfeval_xl/model/quantity.py")
QUICK = "not (soak or slow or office or validator)"
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.egg-info")
MOST_SECONDS = 15.0  # of the tests that a mutant meets first
MOST_FILES = 4  # of tests, where a fresh pytest has to collect them
CACHED = type(functools.cache(len))
LEFT_ALONE = (
    ("decorator_list", ast.ClassDef),
    ("annotation", ast.AnnAssign),
    ("annotation", ast.arg),
    ("returns", ast.FunctionDef),
)
SWAPS = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: (r"is\s+not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: (r"not\s+in", ("in",)),
    ast.And: ("and", ("or",)),
    ast.Or: ("or", ("and",)),
    ast.Add: (r"\+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: (r"\*", ("/",)),
    ast.Div: ("/", ("*",)),
    ast.BitAnd: ("&", ("|",)),
    ast.BitOr: (r"\|", ("&",)),
}
TEXTS = (ast.JoinedStr, ast.List, ast.Tuple)


@dataclass(frozen=True, order=True)
class Mutant:
    """One mistake: the bytes from `start` to `end` of the file `path` become `new`."""

    path: str
    start: int
    end: int
    new: str
    line: int
    function: tuple[int, int] | None  # the first and last line of the body that it is in
    old: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"

    def put_into(self, data: bytes) -> bytes:
        return data[: self.start] + self.new.encode() + data[self.end :]


class Source:
    """A module with the byte offset of each of its nodes."""

    def __init__(self, path: Path, name: str) -> None:
        self.name, self.data = name, path.read_bytes()
        self.tree = ast.parse(self.data)
        self.lines = [0]
        for line in self.data.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def start(self, node: Any) -> int:
        return self.lines[node.lineno - 1] + node.col_offset

    def end(self, node: Any) -> int:
        return self.lines[node.end_lineno - 1] + node.end_col_offset

    def mutants(self) -> Iterator[Mutant]:
        """All mutants, in the order of the text."""
        for (start, end, new), function in sorted(set(self._changes(self.tree, None))):
            line = self.data.count(b"\n", 0, start) + 1
            yield Mutant(self.name, start, end, new, line, function, self.data[start:end].decode())

    def says_something_else(self, mutant: Mutant) -> bool:
        """Whether the module compiles with it, and to something else (not where a comment was hit)."""
        try:
            changed = ast.parse(mutant.put_into(self.data))
        except SyntaxError:
            return False
        return ast.dump(changed) != ast.dump(self.tree)

    def wording(self, mutant: Mutant) -> str:
        """What tells a mutant from the others and stays when other lines change."""
        begin = self.data.rfind(b"\n", 0, mutant.start) + 1
        line = self.data[begin:].partition(b"\n")[0].decode()
        return f"{mutant.path} {line} {mutant.start - begin} {mutant.new}"

    def _changes(self, node: ast.AST, function: Any) -> Iterator[tuple[tuple[int, int, str], Any]]:
        """The changes of a node and of all below it, without annotations and sizes of caches."""
        yield from ((change, function) for change in self._changes_of(node))
        for field, below in ast.iter_fields(node):
            if (field, type(node)) in LEFT_ALONE or getattr(node, "arg", "") == "maxsize":
                continue
            within = (
                (node.lineno, node.end_lineno)
                if (field, type(node)) == ("body", ast.FunctionDef)
                else function
            )
            for child in below if isinstance(below, list) else [below]:
                if isinstance(child, ast.AST):
                    yield from self._changes(child, within)

    def _changes_of(self, node: ast.AST) -> Iterator[tuple[int, int, str]]:
        match node:
            case ast.Compare():
                parts = [node.left, *node.comparators]
                for left, operator, right in zip(parts, node.ops, parts[1:]):
                    yield from self._swapped(left, operator, right)
            case ast.BoolOp():
                for left, right in zip(node.values, node.values[1:]):
                    yield from self._swapped(left, node.op, right)
            case ast.BinOp() if not any(_is_text(side) for side in (node.left, node.right)):
                yield from self._swapped(node.left, node.op, node.right)
            case ast.AugAssign():
                yield from self._swapped(node.target, node.op, node.value)
            case ast.UnaryOp(op=ast.Not()):
                yield self.start(node), self.start(node) + len("not "), ""
            case ast.Constant(value=bool(value)):
                yield self.start(node), self.end(node), str(not value)
            case ast.Constant(value=int(value)):
                yield self.start(node), self.end(node), str(value + 1)
            case ast.Call(func=ast.Name("Decimal"), args=[ast.Constant(value=str(value)) as digits]):
                if re.fullmatch(r"-?\d+(\.\d+)?", value):
                    ones, point, rest = value.partition(".")
                    yield self.start(digits), self.end(digits), f'"{int(ones) + 1}{point}{rest}"'
            case ast.Return(value=ast.expr() as value) if not _is_none(value):
                yield self.start(value), self.end(value), "None"
            case ast.Continue():
                yield self.start(node), self.end(node), "break"
            case ast.Break():
                yield self.start(node), self.end(node), "continue"
        conditions = node.ifs if isinstance(node, ast.comprehension) else [getattr(node, "test", None)]
        for test in conditions:
            if (
                isinstance(test, ast.Name | ast.Attribute | ast.Call)
                and getattr(test, "id", "") != "TYPE_CHECKING"
            ):
                yield self.start(test), self.start(test), "not "

    def _swapped(self, left: ast.expr, operator: ast.AST, right: ast.expr) -> Iterator[tuple[int, int, str]]:
        pattern, replacements = SWAPS.get(type(operator), ("", ()))
        begin = self.end(left)
        found = re.search(
            rf"(?<!\w){pattern}(?!\w)" if pattern[:1].isalpha() else pattern,
            self.data[begin : self.start(right)].decode(),
        )
        for new in replacements if found else ():
            yield begin + found.start(), begin + found.end(), new


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, TEXTS) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def sample(root: Path, count: int, seed: int) -> list[Mutant]:
    """`count` mutants, no two of which touch the same text, in the order of the files.

    A change of the code leaves the others in the sample.
    """
    paths = sorted(path for pattern in TARGETS for path in root.glob(pattern))
    sources = {name: Source(path, name) for path in paths if (name := path.relative_to(root).as_posix())}
    every = [mutant for source in sources.values() for mutant in source.mutants()]
    taken: list[Mutant] = []
    every.sort(key=lambda mutant: sha256(f"{seed} {sources[mutant.path].wording(mutant)}".encode()).digest())
    for mutant in every:
        if len(taken) == count:
            break
        near = (other for other in taken if other.path == mutant.path)
        if all(mutant.end < other.start or other.end < mutant.start for other in near):
            taken += [mutant] if sources[mutant.path].says_something_else(mutant) else []
    print(f"{len(every)} mutants in {len(paths)} modules; {len(taken)} of them, seed {seed}", flush=True)
    return sorted(taken)


class InChild(Exception):
    """Unwinds a forked process to where pytest goes on to run its tests."""


class Trials:
    """A pytest plugin that tries mutants on the tests that pytest has collected, instead of running them.

    seconds, left_out: how long each test takes, and those that fail without a mutant. running: by module and
    line the tests that run it.
    """

    def __init__(self, mutants: Sequence[Mutant], root: Path) -> None:
        self.mutants, self.root, self.answer = mutants, root, root.parent / "answer.json"
        self.seconds: Counter[str] = Counter()
        self.left_out: list[str] = []
        self.running: dict[str, dict[int, list[str]]] = {}
        self.alive: list[Mutant] = []
        self.measured: Any = None
        self.caches: list[Any] = []
        self.is_child = False

    def pytest_runtestloop(self, session: Any) -> bool | None:
        self.session, self.items = session, {item.nodeid: item for item in session.items}
        try:
            self._measure()
            self._try_each()
            print(f"{len(self.alive)} of them meet all the tests", flush=True)
            self.alive = self._living(self.alive)
        except InChild:
            return None
        return True

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.measured:
            for cache in self.caches:  # else only the first test that asks runs the lines behind a cache
                cache.cache_clear()
            self.measured.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Ends a forked process and leaves its answer."""
        if not self.is_child:
            return
        said: dict[str, Any] = {"failed": self.failed or [f"exit {exitstatus}"] * (exitstatus > 0)}
        if self.measured:
            self.measured.stop()
            data = self.measured.get_data()
            lines = {path: data.contexts_by_lineno(path) for path in data.measured_files()}
            said |= {"seconds": self.seconds, "lines": lines}
        self.answer.write_text(json.dumps(said), "utf-8")
        os._exit(0)

    def _measure(self) -> None:
        begun = time.monotonic()
        said = self._fork(list(self.items), 3600)
        self.seconds, self.left_out = Counter(said.get("seconds")), list(dict.fromkeys(said["failed"]))
        for path, lines in said.get("lines", {}).items():
            self.running[Path(path).relative_to(self.root).as_posix()] = {
                int(line): [test for test in tests if test in self.items and test not in self.left_out]
                for line, tests in lines.items()
            }
        print(f"{len(self.seconds)} quick tests took {time.monotonic() - begun:.0f} s", flush=True)
        for test in self.left_out:
            print(f"fails without a mutant, left out: {test}", flush=True)

    def _try_each(self) -> None:
        for number, mutant in enumerate(self.mutants, 1):
            tests = self._first_tests(mutant)
            with self._put_in([mutant]):
                if not tests:
                    test = None
                elif mutant.function:
                    failed = self._fork(tests, self._limit(tests), mutant)["failed"]
                    test = failed[0] if failed else None
                else:
                    files = Counter(_file(test) for test in tests).most_common(MOST_FILES)
                    test = self._fresh([name for name, _ in files])
            if test is None:
                self.alive.append(mutant)
            print(f"{number}/{len(self.mutants)}  {_shown(mutant)}  {test or 'lives so far'}", flush=True)

    def _living(self, mutants: list[Mutant]) -> list[Mutant]:
        """Those of them that all quick tests let live."""
        with self._put_in(mutants):
            test = self._fresh([]) if mutants else None
        if test is None:
            return mutants
        if len(mutants) == 1:
            print(f"noticed by all the tests  {_shown(mutants[0])}  {test}", flush=True)
            return []
        half = len(mutants) // 2
        return self._living(mutants[:half]) + self._living(mutants[half:])

    def _first_tests(self, mutant: Mutant) -> list[str]:
        """The tests that run its line, then its function's, the quickest first, up to some seconds.

        A line behind an `and` is run by few of the tests that an `or` there would change. File by file.
        """
        lines = self.running.get(mutant.path, {})
        first, last = mutant.function or (1, max(lines, default=1))
        within = {test for line, tests in lines.items() if first <= line <= last for test in tests}
        nearest = set(lines.get(mutant.line, ()))
        tests = sorted(within, key=lambda test: (test not in nearest, self.seconds[test], test))
        total = list(accumulate(self.seconds[test] for test in tests))
        chosen = [test for test, until in zip(tests, total) if until <= MOST_SECONDS] or tests[:1]
        files = list(dict.fromkeys(_file(test) for test in chosen))
        return sorted(chosen, key=lambda test: files.index(_file(test)))

    def _limit(self, tests: Sequence[str]) -> float:
        return 60 + 5 * sum(self.seconds[test] for test in tests)

    @contextmanager
    def _put_in(self, mutants: Sequence[Mutant]) -> Iterator[None]:
        """The copy's files with these mutants."""
        plain = {mutant.path: (self.root / mutant.path).read_bytes() for mutant in mutants}
        for path, data in plain.items():
            for mutant in sorted((one for one in mutants if one.path == path), reverse=True):
                data = mutant.put_into(data)
            (self.root / path).write_bytes(data)
        yield
        for path, data in plain.items():
            (self.root / path).write_bytes(data)

    def _fresh(self, files: Sequence[str]) -> str | None:
        """The first test that fails in a fresh pytest, of these files or, with none, of all."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "--no-header", "--tb=no", "-m", QUICK]
        command += [f"--deselect={test}" for test in self.left_out]
        with open(self.root.parent / "output", "w+", encoding="utf-8") as output:
            run = subprocess.Popen([*command, *files], stdout=output, stderr=output, start_new_session=True)
            try:
                code = run.wait(self._limit(list(self.seconds)))
            except subprocess.TimeoutExpired:
                return "time limit"
            finally:
                _end(run.pid)
            output.seek(0)
            named = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", output.read(), re.M)
        return None if code == 0 else named[1] if named else f"exit {code}"

    def _fork(self, tests: Sequence[str], limit: float, mutant: Mutant | None = None) -> dict[str, Any]:
        """What these tests say in a forked process: `failed`; without a mutant `seconds` and `lines` too."""
        self.answer.unlink(missing_ok=True)
        child = os.fork()
        if not child:
            self._be_child(tests, mutant)
            raise InChild
        until = time.monotonic() + limit
        while not os.waitpid(child, os.WNOHANG)[0]:
            if time.monotonic() > until:
                _end(child)
                os.waitpid(child, 0)
                return {"failed": ["time limit"]}
            time.sleep(0.01)
        _end(child)  # whatever it started and left behind
        return json.loads(self.answer.read_text("utf-8")) if self.answer.exists() else {"failed": ["crash"]}

    def _be_child(self, tests: Sequence[str], mutant: Mutant | None) -> None:
        os.setsid()
        with open(os.devnull, "r+") as nothing:
            for stream in range(3):
                os.dup2(nothing.fileno(), stream)
        self.is_child, self.failed, self.seconds = True, [], Counter()
        self.session.items[:] = [self.items[test] for test in tests]
        if mutant:
            self.session.config.option.maxfail = 1
            _load(self.root / mutant.path)
        else:
            self.caches = _caches_of_targets(self.root)
            self.measured = coverage.Coverage(data_file=None, include=TARGETS)
            self.measured.start()


def _load(path: Path) -> None:
    """Gives the loaded functions of a module the code that its file has now."""
    codes = {
        (code.co_qualname, code.co_firstlineno): code
        for code in _codes(compile(path.read_bytes(), path, "exec"))
    }
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename == str(path):
            old = thing.__code__
            code = codes.get((old.co_qualname, old.co_firstlineno), old)
            if code != old and code.co_freevars == old.co_freevars:
                thing.__code__ = code
        elif isinstance(thing, CACHED):
            thing.cache_clear()


def _caches_of_targets(root: Path) -> list[Any]:
    """The caches of functions of the modules that get mutants."""
    paths = {str(path) for pattern in TARGETS for path in root.glob(pattern)}
    return [
        thing
        for thing in gc.get_objects()
        if isinstance(thing, CACHED) and thing.__wrapped__.__code__.co_filename in paths
    ]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _file(test: str) -> str:
    return test.partition("::")[0]


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _shown(mutant: Mutant) -> str:
    return f"{mutant.place}  {' '.join(mutant.old.split()) or '·'} -> {mutant.new or '·'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("places", nargs="*", metavar="FILE:LINE")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    mutants = sample(ROOT, arguments.count, arguments.seed)
    if arguments.places:
        mutants = [mutant for mutant in mutants if mutant.place in arguments.places]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder, "checkout").resolve()
        shutil.copytree(ROOT, root, ignore=LEFT_OUT, symlinks=True)
        if (ROOT.parent / "shared").is_dir():
            (root.parent / "shared").symlink_to(ROOT.parent / "shared")
        # Checked by content: a mutant may have the size and the second of the plain module.
        mode = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(root / "selfeval_xl", quiet=1, invalidation_mode=mode)
        os.chdir(root)
        os.environ["PYTHONPATH"] = sys.path[0] = str(root)
        trials = Trials(mutants, root)
        pytest.main(["-q", "-s", "--no-summary", "-m", QUICK, f"--basetemp={folder}/tests"], [trials])
        os.chdir(ROOT)
    for mutant in trials.alive:
        print(f"survived  {_shown(mutant)}")
    noticed = len(mutants) - len(trials.alive)
    print(f"{noticed} of {len(mutants)} mutants noticed: {noticed / max(1, len(mutants)):.1%}")


if __name__ == "__main__":
    main()
