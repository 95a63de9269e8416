"""The encoding of the workers' answers: what goes in comes out; what others wrote comes out as nothing."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import random
import subprocess
import sys
import tempfile
import types
import typing
import zlib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfeval_xl.assessment.policy import CountyRule, RulePolicy, default
from selfeval_xl.county.basis import policy_digest
from selfeval_xl.county.intake.check_file import CheckedFile, read_and_check
from selfeval_xl.county.intake.outline import outline, outlined
from selfeval_xl.county.intake.records import LONGEST, packed, unpacked
from selfeval_xl.model import account, deadlines, findings, forms, grid, listed, quantity
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import Form, ReadFile
from support.command import ROOT
from support.counties import fill_county

FILES = Path(__file__).parent / "files"


def types_of(kind: object, seen: set[type]) -> set[type]:
    """The records and enumerations that a value of this type can contain."""
    for part in typing.get_args(kind):
        types_of(part, seen)
    if isinstance(kind, type) and kind not in seen:
        if dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"):
            seen.add(kind)
            for part in typing.get_type_hints(kind).values():
                types_of(part, seen)
        elif issubclass(kind, Enum):
            seen.add(kind)
    return seen


REACHABLE = types_of(CheckedFile, set())


def example(kind: object, number: int = 1):
    """A value of a type with every field set and one item in every collection."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return example(next(part for part in parts if part is not type(None)))
    if origin is tuple:
        return tuple(example(part, at) for at, part in enumerate(parts) if part is not Ellipsis)
    if origin is frozenset:
        return frozenset([example(parts[0])])
    if origin is Mapping:
        return {example(parts[0]): example(parts[1])}
    if isinstance(kind, type) and issubclass(kind, tuple):  # a named tuple
        return kind(*(example(part, at) for at, part in enumerate(typing.get_type_hints(kind).values())))
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(
            **{
                field.name: example(hints[field.name], at)
                for at, field in enumerate(dataclasses.fields(kind))
            }
        )
    if issubclass(kind, Enum):
        return list(kind)[-1]
    plain = {str: f"文“”\\{number}\n\0😀", int: number % 12 + 1, bool: True, Decimal: Decimal("-0.10E+3")}
    return plain[kind]


def test_every_record_that_a_file_can_contain_comes_out_as_it_went_in():
    answer = example(CheckedFile)
    assert repr(unpacked(packed(answer))) == repr(
        answer
    )  # the text tells 0.10 from 0.1 and a word from an enum
    modules = (account, deadlines, findings, forms, grid, listed, quantity)
    assert {kind.__module__ for kind in REACHABLE} == {
        CheckedFile.__module__,
        *(module.__name__ for module in modules),
    }


def test_real_files_come_out_as_they_went_in(tmp_path):
    from selfeval_xl.workflows.demo.county import made_up

    fill_county(tmp_path, made_up()[0][:3])
    for path in (*tmp_path.iterdir(), *FILES.glob("filled.*"), Path(__file__)):
        answer = read_and_check(path, default())
        assert unpacked(packed(answer)) == answer
        assert len(packed(answer)) < max(2000, len(pickle.dumps(answer)) / 2)


def test_the_real_filing_comes_out_as_it_went_in(seed):
    answer = read_and_check(seed, default())
    assert unpacked(packed(answer)) == answer and answer.file.forms


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(int, st.integers(1, 12))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30)))


@st.composite
def answers(draw) -> CheckedFile:
    """Answers with any values in any field, as far as a worker can give them."""
    fields = {"severity": st.sampled_from(Severity), "treatment": st.sampled_from(Treatment)}
    drawn = draw(st.lists(st.builds(Form), max_size=2))
    found = [draw(st.lists(st.builds(Finding, **fields), max_size=2)) for _ in drawn]
    file = draw(st.builds(ReadFile, forms=st.just(tuple(drawn))))
    return CheckedFile(file, tuple(map(tuple, found)), draw(st.dictionaries(TEXTS, TEXTS, max_size=2)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(answers())
def test_any_record_comes_out_as_it_went_in(answer):
    assert unpacked(packed(answer)) == answer


class _Evil:
    def __reduce__(self):
        return (os.system, ("echo 1",))


HEAD = b'{"file":{"path":"a","forms":[{"kind":"project","file":"a","sheet":"a"'
TAIL = b"}]}}"


def filled(key: str, item: bytes) -> bytes:
    """An answer as long as one may be, with as many of these items as go into it."""
    times = (LONGEST - len(HEAD) - len(TAIL) - 20) // (len(item) + 1)
    return HEAD + f',"{key}":['.encode() + b",".join([item] * times) + b"]" + TAIL


def changed(value: object, *keys: str | int) -> bytes:
    """An answer with everything in it, of which one value was replaced."""
    whole = json.loads(zlib.decompress(packed(example(CheckedFile))))
    part = whole
    for key in keys[:-1]:
        part = part[key]
    assert keys[-1] in part or isinstance(part, list)
    part[keys[-1]] = value
    return json.dumps(whole).encode()


FORM, FINDING = ("file", "forms", 0), ("found", 0, 0)
INDICATOR = (*FORM, "indicators", 0)
HOSTILE = {
    "nothing": b"",
    "pickle of a command": pickle.dumps(_Evil()),
    "pickle of a class": pickle.dumps(subprocess.Popen),
    "pickle of our record": pickle.dumps(CheckedFile(ReadFile(path="a"))),
    "pickle with a dotted name": b"\x80\x04\x8c\x17selfeval_xl.model.units\x8c\x13re.enum.bltns.help\x93.",
    "msgpack with an extension": b"\x81\xa4file\xc7\x08\x01system()",
    "msgpack of a length that is not there": b"\xdd\xff\xff\xff\xff",
    "nested arrays": b"[" * 1_000_000,
    "nested objects in an unknown field": b'{"x":' * 100_000,
    "nested arrays in a field": HEAD + b',"tasks":' + b"[" * 1_000_000,
    "a text": b'"text"',
    "another record": b'{"title":"a","text":"b"}',
    "half a surrogate": b'{"file":{"path":"\\ud800"}}',
    "bytes that are no text": b'{"file":{"path":"\xff"}}',
    "findings without a form": b'{"file":{"path":"a"},"found":[[]]}',
    "a form without findings": HEAD + TAIL,
    "a text for a number": changed("1", "file", "size"),
    "a large integer": changed(10**30, *FORM, "year"),
    "no number": changed("NaN", *INDICATOR, "expected_score"),
    "a number of a milliard digits": changed("1E+999999999", *INDICATOR, "target_quantity", "number"),
    "the thirteenth month": changed(13, *INDICATOR, "actual_quantity", "deadline", "month"),
    "an unknown verdict": changed("unknown", *INDICATOR, "judgement", "verdict"),
    "a finding without a severity": changed(None, *FINDING, "severity"),
    "more text than fits": b'{"file":{"path":"' + b"a" * (100 << 20) + b'"}}',
    "many short records": filled("tasks", b"{}"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_but_records_comes_out(name):
    assert unpacked(HOSTILE[name]) is None and unpacked(zlib.compress(HOSTILE[name])) is None


def test_what_stands_in_the_hostile_answers_would_else_come_out():
    assert unpacked(zlib.compress(changed(2, "file", "size"))) is not None
    assert unpacked(zlib.compress(changed("1", *INDICATOR, "expected_score"))) is not None


def test_a_damaged_answer_is_none_or_an_answer():
    raw, source = packed(example(CheckedFile)), random.Random(5)
    text = zlib.decompress(raw)
    for number in range(4000):
        spoilt = bytearray(text if number % 2 else raw)
        for _ in range(source.randint(1, 5)):
            spoilt[source.randrange(len(spoilt))] = source.randrange(256)
        answer = unpacked(zlib.compress(spoilt) if number % 2 else bytes(spoilt))
        assert answer is None or isinstance(answer, CheckedFile)
    assert all(unpacked(raw[:length]) is None for length in range(len(raw)))


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no limit of address space")
def test_the_longest_answers_take_little_memory():
    """8 kB of empty records in msgpack took 2.6 GB; what passes the bounds stays below 600 MB."""
    items = {"tasks": b'{"x":"' + b"a" * 25 + b'"}', "placeholders": b'["",""]', "overtyped": b'""'}
    code = (
        "import resource, sys; from selfeval_xl.county.intake.records import unpacked\n"
        "resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))\n"
        "assert unpacked(open(sys.argv[1], 'rb').read()) is None"
    )
    for key, item in items.items():
        run_with_file(code, zlib.compress(filled(key, item)))


def run_with_file(code: str, raw: bytes) -> None:
    """Runs code in a process of its own with the path of a file with these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answer")
        path.write_bytes(raw)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, env=environment)


@pytest.mark.parametrize(
    "key,value",
    [
        ("file", ["", "0", "xlsx", None]),
        ("file", ["", 10**30, "xlsx", None]),
        ("forms", [[1]]),
        ("forms", []),
        ("words", []),
        ("words", [["a"]]),
        ("problems", [[None, None, None, None]]),
        ("settings", [1]),
    ],
)
def test_a_changed_outline_is_refused(key, value):
    text = outline(example(CheckedFile))
    assert outlined(text, "a").file.forms
    with pytest.raises(ValueError):
        outlined(json.dumps(json.loads(text) | {key: value}), "a")


def test_an_outline_without_end_is_refused():
    with pytest.raises((ValueError, RecursionError)):
        outlined('{"file":' + "[" * 1_000_000, "a")


def test_the_digest_of_a_policy_is_that_of_its_values():
    policy = default()
    rule = CountyRule("X1", "表", "合计>0", Severity.ERROR, Treatment.FIX, "错")
    backwards = replace(policy, parameters=dict(reversed(policy.parameters.items())))
    assert policy_digest(policy) == policy_digest(replace(policy)) == policy_digest(backwards)
    name, parameter = next(iter(policy.parameters.items()))
    others = (
        replace(policy, rules={"T09": RulePolicy(on=False)}),
        replace(policy, county_rules=(rule,)),
        replace(policy, parameters={**policy.parameters, name: replace(parameter, value=Decimal("0.123"))}),
    )
    assert len({policy_digest(each) for each in (policy, *others)}) == 4


def test_the_digest_of_a_policy_is_the_same_in_every_process():
    code = (
        "from selfeval_xl.assessment.policy import default\n"
        "from selfeval_xl.county.basis import policy_digest\nprint(policy_digest(default()))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


COUNTY_ONLY = """
import sys
from pathlib import Path
import selfeval_xl as sx
assert "msgspec" not in sys.modules, "import"
filings = sx.read(sys.argv[1]); sx.check(filings); sx.fill(sys.argv[1], Path(sys.argv[2], "填.xlsx"))
assert "msgspec" not in sys.modules, "read, check, fill"
from selfeval_xl.addin import buttons, pressing, ribbon
from selfeval_xl.cli.app import app
assert all(buttons.function_of(row.id) for row in ribbon.ribbon().buttons)
assert "msgspec" not in sys.modules, "buttons and commands"
from selfeval_xl.county.intake import answers, receipts, records
from selfeval_xl.county import study
assert "msgspec" not in sys.modules, "county"
"""


def test_a_department_never_imports_msgspec(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", COUNTY_ONLY, str(FILES / "filled.xlsx"), str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert run.returncode == 0, run.stderr
