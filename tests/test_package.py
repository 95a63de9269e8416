"""The package: the wheel carries what the commands need, and nothing points outside."""

from __future__ import annotations

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [
    path
    for folder in ("selfeval_xl", "docs", "benchmarks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".toml", ".md")
]


@pytest.mark.slow
def test_the_wheel_carries_the_data(tmp_path):
    source = (
        tmp_path / "source"
    )  # a copy: a build in place leaves files behind that the next wheel would carry
    shutil.copytree(
        ROOT / "selfeval_xl", source / "selfeval_xl", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            str(source),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    data = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "selfeval_xl").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert data <= names, data - names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"selfeval_xl"}


def test_every_library_that_the_code_imports_is_required():
    """And none is required for nothing: defusedxml is taken up by openpyxl, python-docx is for whoever writes
    the report.
    """
    asked = configparser.ConfigParser()
    asked.read(ROOT / "setup.cfg", encoding="utf-8")
    lists = [asked["options"]["install_requires"], *asked["options.extras_require"].values()]
    required = {
        re.split(r"[ <>=]", line, maxsplit=1)[0].lower() for line in "\n".join(lists).split("\n") if line
    }
    called = {
        "docx": "python-docx",
        "python_calamine": "python-calamine",
        "python_multipart": "python-multipart",
        "msoffcrypto": "msoffcrypto-tool",
    }
    imported = set()
    for path in (ROOT / "selfeval_xl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            imported |= {name.split(".")[0] for name in names}
    outside = {
        called.get(name, name.lower()) for name in imported - set(sys.stdlib_module_names) - {"selfeval_xl"}
    }
    assert outside <= required, outside - required
    assert {
        re.split(r"[ <>=]", line, maxsplit=1)[0].lower() for line in lists[0].split("\n") if line
    } <= outside | {"defusedxml", "python-docx"}


def test_importing_the_package_is_cheap():
    heavy = ("pandas", "openpyxl", "xlsxwriter", "docx", "xlwings", "typer", "rich", "lxml")
    code = f"import sys, selfeval_xl; print([name for name in {heavy!r} if name in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
        ).stdout.strip()
        == "[]"
    )


def test_nothing_names_a_place_outside_the_project():
    wrong = [
        f"{path}: {match[0]}"
        for path in SOURCES
        for match in re.finditer(
            r"\.\./shared|/tmp/|/work/|/home/|/root/|pypi\.org|registry\.npmjs",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert wrong == []


# Longer ones, each with its reason; five at most.
LONG_MODULES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def test_modules_and_functions_stay_small():
    """500 lines and 50 lines at 110 columns: what is longer answers a second question."""
    modules, functions = [], []
    for path in (ROOT / "selfeval_xl").rglob("*.py"):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        if text.count("\n") > 500:
            modules.append(name)
        functions += [
            f"{name}:{node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.end_lineno - node.lineno >= 50
        ]
    assert modules == sorted(LONG_MODULES) and functions == sorted(LONG_FUNCTIONS)
    assert len(LONG_MODULES) + len(LONG_FUNCTIONS) <= 5


def test_the_public_functions_stay_functions(tmp_path):
    """A module of the same name would take a function's place as soon as anything imports it."""
    code = (
        "import importlib, pkgutil, sys, selfeval_xl as sx\n"
        "for found in pkgutil.walk_packages(sx.__path__, 'selfeval_xl.'):\n"
        "    if not found.name.endswith('__main__'): importlib.import_module(found.name)\n"
        "assert all(callable(getattr(sx, name)) for name in sx.__all__), [name for name in sx.__all__ "
        "if not callable(getattr(sx, name))]"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert run.returncode == 0, run.stderr
