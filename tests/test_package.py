"""The package: the wheel carries what the commands need, and nothing points outside."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [path for folder in ("selfeval_xl", "docs", "benchmarks") for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".toml", ".md")]


def test_the_wheel_carries_the_data(tmp_path):
    run = subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    data = {path.relative_to(ROOT).as_posix() for path in (ROOT / "selfeval_xl").rglob("*.toml")}
    assert data and data <= names
    assert not [name for name in names if name.startswith("tests/")]


def test_importing_the_package_is_cheap():
    heavy = ("pandas", "openpyxl", "xlsxwriter", "docx", "xlwings", "typer", "rich", "lxml")
    code = f"import sys, selfeval_xl; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip() == "[]"


def test_nothing_names_a_place_outside_the_project():
    wrong = [f"{path}: {match[0]}" for path in SOURCES for match in re.finditer(r"\.\./shared|/tmp/|/work/|/home/|/root/|pypi\.org|registry\.npmjs", path.read_text(encoding="utf-8"))]
    assert wrong == []


def test_modules_stay_small():
    long = [(path.name, count) for path in (ROOT / "selfeval_xl").rglob("*.py") if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400]
    assert long == []
