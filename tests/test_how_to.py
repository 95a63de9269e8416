"""The how-to pages of docs/ hold: what they say is done to a copy of the package, and works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def blocks(page: str) -> list[tuple[str, str, str]]:
    """The code blocks of a page that name a file in their first line: language, file, text."""
    found = []
    for language, text in BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
        lines = [line.removeprefix("   ") for line in text.split("\n")]
        if match := re.match(r"# ([\w./-]+)$", lines[0]):
            found.append((language, match[1], "\n".join(lines[1:]).rstrip() + "\n"))
    return found


def patched(text: str, diff: str) -> str:
    """The text with the lines of a diff: those it keeps or takes away must stand there, once and together."""
    lines = diff.splitlines()
    old = "\n".join(line[1:] for line in lines if line[0] != "+")
    new = "\n".join(line[1:] for line in lines if line[0] != "-")
    assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
    return text.replace(old, new)


def copy_of_the_package(folder: Path) -> Path:
    """A copy that may be changed; where it lies."""
    for name in ("selfeval_xl", "tests/cases", "tests/support"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder: Path, script: str) -> object:
    """What a script prints as JSON, run with the copy of the package."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'tests'}", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_rule_is_one_function_and_two_cases(tmp_path):
    copy, files = copy_of_the_package(tmp_path), []
    for language, file, text in blocks("how-to-add-a-rule.md"):
        place = copy / file
        place.write_text(
            place.read_text(encoding="utf-8") + "\n\n" + text if language else text, encoding="utf-8"
        )
        files.append(file)
    assert len(files) == 3
    script = """
import json
from support.case_files import CASES, read_case
from selfeval_xl.filings.grouping import gather
from selfeval_xl.rules.page import rule_page
from selfeval_xl.rules.registry import catalogue
from selfeval_xl.rules.runner import check
told = {}
for path in sorted(CASES.glob("D99-*.md")):
    case = read_case(path)
    findings = check(gather([case.file]), case.policy, files=[case.file])
    told[path.stem] = [sorted(map(case.written, findings)) == sorted(case.expected), len(case.expected)]
print(json.dumps([told, dict(rule_page(catalogue()["D99"]))["规则"]]))
"""
    assert run(copy, script) == [
        {"D99-done": [True, 0], "D99-postponed": [True, 2]},
        "实际完成值要写全年做到了多少，不写“待定”。",
    ]


def test_a_layout_is_one_file(tmp_path):
    """The first step of the page, a copied layout with another id, is drawn, filled in and read back."""
    copy = copy_of_the_package(tmp_path)
    layouts = copy / "selfeval_xl" / "layouts"
    page = (ROOT / "docs" / "how-to-add-a-layout.md").read_text(encoding="utf-8")
    model = re.search(r"`([\w-]+)\.project\.toml` for a scored one", page)
    assert model, "the page names the layout to copy"
    text = (layouts / f"{model[1]}.project.toml").read_text(encoding="utf-8")
    changed = text.replace(f'id = "{model[1]}"', 'id = "our-county"').replace('"年度指标值"', '"本年任务数"')
    assert changed.count("本年任务数") == 1
    (layouts / "our-county.project.toml").write_text(changed, encoding="utf-8")
    script = """
import json
import selfeval_xl as sx
from selfeval_xl import templates
row = {"level1": "产出指标", "level2": "数量指标", "name": "里程", "target": "≥10公里", "actual": "12公里"}
templates.fill_in("our-county", "a.xlsx", projects=[{"project": "农村道路专项", "indicators": [row]}])
form = sx.read("a.xlsx")[0].forms[0]
print(json.dumps([form.layout, form.project, form.indicators[0].target, form.indicators[0].actual]))
"""
    assert run(copy, script) == ["our-county", "农村道路专项", "≥10公里", "12公里"]


def test_a_county_column_is_one_file(tmp_path):
    copy, files = copy_of_the_package(tmp_path), set()
    for language, file, text in blocks("how-to-add-a-county-column.md"):
        assert language == "diff"
        place = copy / file
        place.write_text(patched(place.read_text(encoding="utf-8"), text), encoding="utf-8")
        files.add(file)
    assert files == {"selfeval_xl/county/sheets/projects.py"}
    script = """
import json
from pathlib import Path
import openpyxl
import selfeval_xl as sx
from selfeval_xl import templates
Path("in").mkdir()
project = {"project": "农村道路专项", "department": "县交通局", "unit": "县交通局"}
templates.fill_in("mof-2020", "in/a.xlsx", projects=[project], year=2024)
sx.consolidate("in", "out.xlsx", jobs=1)
rows = list(openpyxl.load_workbook("out.xlsx")["项目汇总"].iter_rows(max_row=2, values_only=True))
place = rows[0].index("评价年度")
print(json.dumps([rows[0][place - 1], rows[0][place + 1], rows[1][place]]))
"""
    assert run(copy, script) == ["实施单位", "项目类别", 2024]
