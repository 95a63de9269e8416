"""The contracts with other programs and with people, as they are now: one fact a line in tests/contracts.

A change of a contract is a changed line there. After a change that is meant:

    python -m pytest tests/test_contracts.py --rewrite-contracts

Then read `git diff tests/contracts` as you would read a change of the program.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import selfeval_xl as sx
from support.case_files import CASES, read_case
from support.contract_commands import commands, exit_status
from support.contract_python import public_names, public_records
from support.contract_samples import WITH_SCORES, Run, Samples, lines_of, one_line, selfeval_here
from support.contract_sheets import sheets

FOLDER = Path(__file__).parent / "contracts"
REWRITE = "python -m pytest tests/test_contracts.py --rewrite-contracts"
LONGEST = 300  # lines of a diff that are shown


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> Samples:
    return Samples(tmp_path_factory.mktemp("contracts"))


@pytest.fixture
def holds(request) -> Callable[[str, str], None]:
    """A function that compares a text with its snapshot, or writes the snapshot where that was asked for."""

    def check(name: str, text: str) -> None:
        path = FOLDER / name
        if request.config.getoption("--rewrite-contracts"):
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        if not path.is_file():
            pytest.fail(f"tests/contracts/{name} is missing. To write it: {REWRITE}", pytrace=False)
        was = path.read_text(encoding="utf-8")
        if was != text:
            pytest.fail(_difference(name, was, text), pytrace=False)

    return check


def _difference(name: str, was: str, text: str) -> str:
    """A unified diff, and what to do."""
    lines = list(
        difflib.unified_diff(
            was.splitlines(), text.splitlines(), f"tests/contracts/{name}", "now", lineterm=""
        )
    )
    more = [f"... {len(lines) - LONGEST} more lines"] if len(lines) > LONGEST else []
    told = f"{name}: a contract has changed. If that is meant: {REWRITE}"
    return "\n".join([told, *lines[:LONGEST], *more])


# ---- what read and check print


def _json(run: Run) -> str:
    """A JSON document, sorted, a value a line (the cells of one row share theirs); without the fingerprints
    of files that were made anew.
    """
    document = json.loads(run.out)
    for file in document["files"]:
        if file.get("sha256"):
            file["sha256"] = f"({len(file['sha256'])} digits)"
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    return re.sub(r'(?<="cells": ){([^{}]*)}', _on_one_line, text) + "\n"


def _on_one_line(cells: re.Match) -> str:
    return "{" + " ".join(line.strip() for line in cells[1].splitlines()).strip() + "}"


def read_samples(samples: Samples) -> str:
    """The forms of tests/forms, each layout filled in, a report, and a file that cannot be read."""
    others = [name for name in samples.faulty if Path(name).stem in ("林业局报告", "坏了")]
    return _json(samples.run("read", "--json", *samples.forms, *samples.layouts, *others))


def check_samples(samples: Samples) -> str:
    return _json(samples.checked())


def read_demo(samples: Samples) -> str:
    return _json(samples.in_demo("read", "--json", only=WITH_SCORES))


def check_demo(samples: Samples) -> str:
    return _json(samples.in_demo("check", "--json"))


def check_tsv(samples: Samples) -> str:
    return samples.in_demo("check", "--tsv", only=WITH_SCORES).out


def check_ascii(samples: Samples) -> str:
    return samples.in_demo("check", "--tsv", "--ascii", only=("102", "104")).out


def rules(samples: Samples) -> str:
    """Every finding of every case in tests/cases, whole."""
    filing = next(record for record in public_records() if record.__name__ == "Filing")
    return lines_of(line for path in sorted(CASES.glob("*.md")) for line in _case(path, filing))


def _case(path: Path, filing: type) -> Iterator[str]:
    case = read_case(path)
    if case.expected:
        yield path.stem
        forms = {"forms": case.file.forms, "stage_forms": case.file.stage_forms}
        alone = filing(department="示例县水利局", files=(case.file,), **forms)
        for finding in sx.check([alone], case.policy):
            yield f"  {case.written(finding)} {finding.severity} {finding.treatment} {finding.title}"
            for key in ("subject", "value", "expected", "message", "hint"):
                if getattr(finding, key):
                    yield f"    {key}: {one_line(getattr(finding, key))}"
            if finding.fix:
                yield f"    fix: {one_line(finding.fix.old)} -> {one_line(finding.fix.new)}"


CONTRACTS: dict[str, Callable[[Samples], str]] = {
    "commands.txt": commands,
    "exit-status.txt": exit_status,
    "python.txt": public_names,
    "sheets.txt": sheets,
    "rules.txt": rules,
    "read.samples.json": read_samples,
    "read.demo.json": read_demo,
    "check.samples.json": check_samples,
    "check.demo.json": check_demo,
    "check.demo.tsv": check_tsv,
    "check.demo.ascii.tsv": check_ascii,
}


SLOW = ("exit-status.txt", "sheets.txt")  # every command is run, three times over


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in CONTRACTS]
)
def test_a_contract_is_as_it_was(name, samples, holds):
    holds(name, CONTRACTS[name](samples))


# ---- files that are not the project's own


SHARED = "shared.txt"


def test_what_is_read_and_found_in_the_shared_samples_is_as_it_was(shared, holds):
    """Only counts and places: the texts of these files are not the project's."""
    files = [
        path
        for folder in ("samples/forms", "traits", "seed")
        for path in sorted((shared / folder).iterdir())
        if path.suffix in (".xlsx", ".xls", ".docx")
    ]
    document = json.loads(selfeval_here(shared, "read", "--json", *files).out)
    received = {file.path: (filing, file) for filing in sx.read(*files) for file in filing.files}
    lines = []
    for path, read in zip(files, document["files"], strict=True):
        name = path.relative_to(shared).as_posix()
        short = re.sub(r"_?[一-鿿].*(?=\.)", "", name)  # places and bureaus are left out
        lines.append(f"{short}: {len(read['problems'])} problems")
        lines += [f"  {_counts(form)}" for form in read["forms"]]
        if str(path) in received:
            filing, file = received[str(path)]
            alone = dataclasses.replace(filing, files=(file,), forms=file.forms, reports=file.reports)
            lines += [f"  {finding.rule} {finding.cell or '-'}" for finding in sx.check([alone])]
    holds(SHARED, lines_of(lines))


def _counts(form: dict) -> str:
    """What was understood of one form, in numbers."""
    if form["kind"] == "report":
        return f"report: {len(form['sections'])} sections"
    verdicts = Counter(row["verdict"] or "empty" for row in form["indicators"])
    told = " ".join(f"{verdict} {count}" for verdict, count in sorted(verdicts.items()))
    return (
        f"{form['kind']}: layout {form['layout']}, {len(form['funding'])} funds, "
        f"{len(form['indicators'])} indicators ({told}), {len(form.get('tasks', ()))} tasks, "
        f"{len(form['cells'])} cells of the head"
    )


def test_no_snapshot_is_left_over():
    there = {path.name for path in FOLDER.iterdir()}
    assert there == {*CONTRACTS, SHARED, "README.md"}
