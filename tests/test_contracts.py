"""The contracts with other programs and with people, as they are now: one fact a line in tests/contracts.

A change of a contract is a changed line there. After a change that is meant:

    python -m pytest tests/test_contracts.py --rewrite-contracts

Then read `git diff tests/contracts` as you would read a change of the program.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import functools
import importlib
import inspect
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import openpyxl
import pytest
from case_files import CASES, read_case
from typer.main import get_command

import selfeval_xl as sx
from selfeval_xl.cli import app
from support.contract_samples import BLOCKED, RECEIVED, Run, Samples, selfeval_here

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


# ---- the command line


def commands(samples: Samples) -> str:
    """Every command with its arguments and options, a line each, in the order of the help page."""
    return _lines(_command("selfeval", get_command(app.app)))


def _command(name: str, command) -> Iterator[str]:
    yield f"{name}  {_first(command.help)}"
    for parameter in command.params:
        yield f"  {_parameter(parameter)}"
    for below, subcommand in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {below}", subcommand)


def _parameter(parameter) -> str:
    is_option = parameter.param_type_name == "option"
    names = "/".join([*parameter.opts, *parameter.secondary_opts]) if is_option else "argument"
    many = " ..." if parameter.nargs == -1 or parameter.multiple else ""
    value = "flag" if getattr(parameter, "is_flag", False) else f"{parameter.metavar}{many}"
    kind = getattr(parameter, "type", parameter)
    ends = [getattr(kind, end, None) for end in ("min", "max")]
    limits = [f"from {ends[0]}"] * (ends[0] is not None) + [f"to {ends[1]}"] * (ends[1] is not None)
    default = "required" if parameter.required else f"default {parameter.default}"
    return " | ".join([names, value, default, *limits, _first(parameter.help)])


def _first(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


LAST_YEAR = "../演示/5_全县汇总/示例县2024年度预算绩效自评汇总.xlsx"
# What does a command's job, and the same with an input that is not there and an output that cannot be
# written; None where a command has no such thing.
CALLS: dict[str, tuple[str | None, str | None, str | None]] = {
    "demo": (None, None, f"demo {BLOCKED}"),
    "template": ("template -o 空白.xlsx", None, f"template -o {BLOCKED}/a.xlsx"),
    "issue": (
        "issue 名册.xlsx -o 下发 --year 2024",
        "issue 没有.xlsx -o 下发2",
        f"issue 名册.xlsx -o {BLOCKED}",
    ),
    "issue --blank": ("issue --blank -o 空名册.xlsx", None, f"issue --blank -o {BLOCKED}/a.xlsx"),
    "read": ("read 自评表.xlsx", "read 没有.xlsx", None),
    "check": ("check 自评表.xlsx", "check 没有.xlsx", None),
    "check (nothing to mend)": ("check 干净.xlsx", "check 干净.xlsx --roster 没有.xlsx", None),
    "check --mark": ("check 自评表.xlsx --mark 标注", None, f"check 自评表.xlsx --mark {BLOCKED}"),
    "check --fix": (
        "check 自评表.xlsx --fix -o 改.xlsx",
        "check 没有.xlsx --fix -o 改.xlsx",
        f"check 自评表.xlsx --fix -o {BLOCKED}/a.xlsx",
    ),
    "fill": (
        "fill 自评表.xlsx -o 已填.xlsx",
        "fill 没有.xlsx -o a.xlsx",
        f"fill 自评表.xlsx -o {BLOCKED}/a.xlsx",
    ),
    "split": ("split 自评表.xlsx -o 分表2", "split 没有.xlsx -o a", f"split 自评表.xlsx -o {BLOCKED}"),
    "merge": ("merge 分表 -o 合并.xlsx", "merge 没有 -o a.xlsx", f"merge 分表 -o {BLOCKED}/a.xlsx"),
    "submit": (
        "submit 干净.xlsx -o 报送 --yes",
        "submit 没有.xlsx -o a",
        f"submit 干净.xlsx -o {BLOCKED} --yes",
    ),
    "consolidate": (
        f"consolidate 收到 -o 全县.xlsx --with-forms --against {LAST_YEAR}",
        "consolidate 没有 -o a.xlsx",
        f"consolidate 收到 -o {BLOCKED}/a.xlsx",
    ),
    "province": ("province 各县 -o 全省", "province 没有 -o a", f"province 各县 -o {BLOCKED}"),
    "return": ("return 收到 -o 退回", "return 没有 -o a", f"return 收到 -o {BLOCKED}"),
    "report": (
        "report 自评表.xlsx -o 报告.docx",
        "report 没有.xlsx -o a.docx",
        f"report 自评表.xlsx -o {BLOCKED}/a.docx",
    ),
    "report --county": (
        "report 收到 --county -o 通报.docx",
        "report 没有 --county -o a.docx",
        f"report 收到 --county -o {BLOCKED}/a.docx",
    ),
    "publish": ("publish 收到 -o 公开", "publish 没有 -o a", f"publish 收到 -o {BLOCKED}"),
    "diff": ("diff 自评表.xlsx 干净.xlsx", "diff 自评表.xlsx 没有.xlsx", None),
    "rules": ("rules", "rules Z99", None),
    "watch": ("watch 看着 --once --no-open", "watch 没有 --once", None),
    "policy show": ("policy show", "policy show --policy 没有.toml", None),
    "policy template": ("policy template -o 参数.xlsx", None, f"policy template -o {BLOCKED}/a.xlsx"),
    "policy check": ("policy check 参数表.xlsx", "policy check 没有.xlsx", None),
    "policy try": ("policy try 参数表.xlsx 收到", "policy try 参数表.xlsx 没有", None),
    "addin install": ("addin install --folder 插件", None, f"addin install --folder {BLOCKED}"),
    "addin status": ("addin status --folder 插件", None, None),
    "addin uninstall": ("addin uninstall --folder 插件", None, None),
    "addin bundle": (
        "addin bundle -o 离线包 --python python.zip --wheels wheels",
        "addin bundle -o a --python 没有.zip --wheels wheels",
        f"addin bundle -o {BLOCKED} --python python.zip --wheels wheels",
    ),
}
HEADS = ("done", "bad usage", "no such file", "unwritable output")


def exit_status(samples: Samples) -> str:
    """A table: what each command leaves with."""
    named = dict(_leaves(get_command(app.app)))
    without = [name for name in named if name not in CALLS]
    assert not without, f"no call in tests/test_contracts.py: {without}"

    def status(call: str | None) -> str:
        return "-" if call is None else str(samples.done(call).status)

    rows = [("command", *HEADS)]
    assert samples.demo  # its county workbook is last year's here
    for name, (done, missing, blocked) in CALLS.items():
        first = str(samples.demo.status) if name == "demo" else status(done)
        usage = status(f"{name.split(' (')[0]} --nix")
        rows.append((name, first, usage, status(missing), status(blocked)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return _lines(
        "  ".join([row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:]))])
        for row in rows
    )


def _leaves(command, before: str = "") -> Iterator[tuple[str, object]]:
    """The commands that do something, by their full names."""
    for name, below in command.commands.items():
        if getattr(below, "commands", None):
            yield from _leaves(below, f"{before}{name} ")
        else:
            yield f"{before}{name}", below


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
    """The forms of tests/forms, each layout filled in, and files with faults, beside a roster."""
    files = (*samples.forms, *samples.layouts, *samples.faulty)
    return _json(samples.run("check", "--json", *files, "--roster", "faulty/名册.xlsx"))


def _in_demo(samples: Samples, *args: str, only: tuple[str, ...] = ("",)) -> Run:
    """A command on the workbooks of the demonstration's county, or those whose folders begin so."""
    chosen = [name for name in samples.received if name.startswith(only)]
    return samples.run(*args, *chosen, at=samples.folder / "演示" / RECEIVED)


def read_demo(samples: Samples) -> str:
    """The real filing, and a department with scores."""
    return _json(_in_demo(samples, "read", "--json", only=("102", "柳河")))


def check_demo(samples: Samples) -> str:
    return _json(_in_demo(samples, "check", "--json"))


def check_tsv(samples: Samples) -> str:
    return _in_demo(samples, "check", "--tsv", only=("102", "柳河")).out


def check_ascii(samples: Samples) -> str:
    return _in_demo(samples, "check", "--tsv", "--ascii", only=("102", "104")).out


def rules(samples: Samples) -> str:
    """Every finding of every case in tests/cases, whole."""
    filing = next(record for record in _records() if record.__name__ == "Filing")
    return _lines(line for path in sorted(CASES.glob("*.md")) for line in _case(path, filing))


def _case(path: Path, filing: type) -> Iterator[str]:
    case = read_case(path)
    if case.expected:
        yield path.stem
        forms = case.file.forms
        for finding in sx.check(
            [filing(department="示例县水利局", files=(case.file,), forms=forms)], case.policy
        ):
            yield f"  {case.told(finding)} {finding.severity} {finding.treatment} {finding.title}"
            for key in ("subject", "value", "expected", "message", "hint"):
                if getattr(finding, key):
                    yield f"    {key}: {_one_line(getattr(finding, key))}"
            if finding.fix:
                yield f"    fix: {_one_line(finding.fix.old)} -> {_one_line(finding.fix.new)}"


def _one_line(text: str) -> str:
    return text.replace("\n", "\\n")


# ---- sheets and columns


def sheets(samples: Samples) -> str:
    """Every workbook that is written: its sheets in order, and below each the columns that its heads name."""
    assert samples.received
    for command in ("consolidate", "province", "issue", "issue --blank"):
        assert samples.done(CALLS[command][0]).status == 0
    demo, desk = samples.folder / "演示", samples.desk
    books = {
        "county": next(demo.glob("5_*/*.xlsx")),
        "county --with-forms --against": desk / "全县.xlsx",
        "province": desk / "全省" / "全省汇总.xlsx",
        "county of a province": desk / "全省" / "甲县.xlsx",
        "roster": desk / "空名册.xlsx",
        "issued": next((desk / "下发").glob("*.xlsx")),
        "marked": next(demo.glob("3_*/柳河*.xlsx")),
        "filled": next(demo.glob("4_*/*.xlsx")),
        "returned": next(demo.glob("6_*/柳河*/*.xlsx")),
        "policy": desk / "参数表.xlsx",
        **{f"template {path.stem.split('_')[0]}": path for path in sorted(demo.glob("1_*/*.xlsx"))},
    }
    seen: dict[tuple[str, ...], str] = {}
    return _lines(line for name, path in books.items() for line in _book(name, path, seen))


HAND = "FFFFF2CC"  # the colour of a column that belongs to the officers


def _book(name: str, path: Path, seen: dict[tuple[str, ...], str]) -> Iterator[str]:
    """The lines of one workbook. seen: sheets as they were told before, and in which workbook."""
    yield name
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book:
        state = "" if sheet.sheet_state == "visible" else f" ({sheet.sheet_state})"
        told = (f"  {sheet.title}{state}", *_columns(sheet))
        if told in seen and len(told) > 1:
            yield f"{told[0]} as in {seen[told]}"
        else:
            seen[told] = name
            yield from told
    book.close()


def _columns(sheet) -> Iterator[str]:
    rows = [[cell for cell in row if cell.value is not None] for row in sheet.iter_rows(max_row=70)]
    if sheet.title == "_selfeval":  # settings as key and value, then the record of marks with its head
        keys = dict.fromkeys(str(row[0].value).split("|")[0] for row in rows if row and row[0].column == 1)
        yield from (f"    key {key}" for key in keys)
        rows = [[cell for cell in row if cell.column > 2] for row in rows]
    for row in _heads(sheet, rows):
        yield "    head"
        for cell in row:
            hand = " [手]" if cell.fill.fgColor.rgb == HAND else ""
            yield f"      {_one_line(cell.value)}{hand}"


def _heads(sheet, rows: list[list]) -> list[list]:
    """The cells that name columns, by row: at least two bold texts; in forms, which have no bold heads, rows
    of nothing but texts, none a figure, at least five. Of a hidden sheet the first row.
    """
    texts = [[cell for cell in row if _is_label(cell)] for row in rows]
    if sheet.sheet_state != "visible":
        return [row for row in texts[:1] if row]
    bold = [[cell for cell in row if cell.font.b] for row in texts]
    if any(len(row) > 1 for row in bold):
        return [row for row in bold if len(row) > 1]
    plain = [row for row, whole in zip(texts, rows) if len(row) >= 5 and len(row) == len(whole)]
    return [row for row in plain if not any(_is_figure(cell.value) for cell in row)]


def _is_label(cell) -> bool:
    return isinstance(cell.value, str) and bool(cell.value.strip()) and not cell.value.startswith("=")


def _is_figure(text: str) -> bool:
    """≥99%, 25部: what stands in a filled row, never in a head."""
    return re.fullmatch(r"[<>=≥≤].*|[\d.]+\D{0,3}", text) is not None


# ---- Python


def python(samples: Samples) -> str:
    """The public functions with their signatures, and the records that they take and give."""
    lines = [f"{name}{_signature(getattr(sx, name))}" for name in sx.__all__]
    lines += [f"{name}: {type(getattr(sx, name)).__name__}" for name in ("__version__",)]
    for record in _records():
        lines += ["", record.__name__, *(f"  {line}" for line in _members(record))]
    return _lines(lines)


def _signature(function: Callable) -> str:
    """The signature as the source has it: annotations that are texts stand without quotes."""
    signature = inspect.signature(function)
    text = str(signature)
    for kind in (*(one.annotation for one in signature.parameters.values()), signature.return_annotation):
        text = text.replace(repr(kind), kind) if isinstance(kind, str) else text
    return text


def _records() -> list[type]:
    """The classes that the public functions name, and the records that those are made of, by name."""
    tree = ast.parse(inspect.getsource(sx))
    imported = [
        (node.module, alias.name)
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    waiting = [getattr(importlib.import_module(f".{module}", sx.__name__), name) for module, name in imported]
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
                if dataclasses.is_dataclass(kind) and isinstance(kind, type) and name in _names_in(words)
            ]
    return [found[name] for name in sorted(found)]


def _names_in(annotations: str) -> set[str]:
    return {
        node.id
        for line in annotations.splitlines()
        for node in ast.walk(ast.parse(line, mode="eval"))
        if isinstance(node, ast.Name)
    }


def _fields(record: type) -> tuple[dataclasses.Field, ...]:
    return dataclasses.fields(record) if dataclasses.is_dataclass(record) else ()


def _members(record: type) -> Iterator[str]:
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


CONTRACTS: dict[str, Callable[[Samples], str]] = {
    "commands.txt": commands,
    "exit-status.txt": exit_status,
    "python.txt": python,
    "sheets.txt": sheets,
    "rules.txt": rules,
    "read.samples.json": read_samples,
    "read.demo.json": read_demo,
    "check.samples.json": check_samples,
    "check.demo.json": check_demo,
    "check.demo.tsv": check_tsv,
    "check.demo.ascii.tsv": check_ascii,
}


@pytest.mark.parametrize("name", CONTRACTS)
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
        folder = path.parent.relative_to(shared).as_posix()
        short = (
            path.stem.split("_")[0] if folder == "samples/forms" else "" if folder == "seed" else path.stem
        )
        lines.append(f"{folder}/{short}{path.suffix}: {len(read['problems'])} problems")
        lines += [f"  {_counts(form)}" for form in read["forms"]]
        if str(path) in received:
            filing, file = received[str(path)]
            alone = dataclasses.replace(filing, files=(file,), forms=file.forms, reports=file.reports)
            lines += [f"  {finding.rule} {finding.cell or '-'}" for finding in sx.check([alone])]
    holds(SHARED, _lines(lines))


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
