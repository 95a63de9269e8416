"""The how-to pages of docs/ hold: what they say is done to a copy of the package, and works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[1]
PYTEST = ("-m", "pytest", "-q", "-m")  # then the markers and the files
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
    return json.loads(python(folder, "-c", script))


def python(folder: Path, *arguments: str) -> str:
    """What a Python with these arguments prints, which has the copy of the package."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'tests'}", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


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


@pytest.fixture(scope="module")
def with_button(tmp_path_factory) -> Path:
    """A copy of the project with the button of the page, after what `make addin` runs."""
    folder = tmp_path_factory.mktemp("button")
    copy, files = copy_of_the_package(folder / "project"), []
    for name in ("docs", "vba_shim", "tests"):
        shutil.copytree(
            ROOT / name,
            copy / name,
            ignore=shutil.ignore_patterns("__pycache__", "node_modules", "pictures"),
            dirs_exist_ok=True,
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    if (ROOT.parent / "shared").is_dir():
        (folder / "shared").symlink_to(ROOT.parent / "shared", target_is_directory=True)
    for language, file, text in blocks("how-to-add-a-button.md"):
        place = copy / file
        assert place.exists() == (language == "toml"), file
        before = place.read_text(encoding="utf-8") + "\n" if place.exists() else ""
        place.write_text(before + text, encoding="utf-8")
        files.append(file)
    assert files == [
        "selfeval_xl/addin/buttons/count_forms.py",
        "selfeval_xl/addin/ribbon.toml",
        "tests/test_count_forms.py",
    ]
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\naddin:")[2].partition("\n\n")[0]
    scripts = re.findall(r"/python (\S+\.py)", recipe)
    assert scripts == ["vba_shim/build.py", "docs/make_buttons.py"]
    for script in scripts:
        python(copy, script)
    return copy


def test_a_button_is_a_row_and_a_function(with_button):
    """It is in both ribbons and in the manual; the tests of the table and of the build pass untouched."""
    for name, callback in (
        ("selfeval.xlam", "Selfeval_OnButton"),
        ("selfeval.xltm", "SelfevalBook_OnButton"),
    ):
        with zipfile.ZipFile(with_button / "selfeval_xl" / "addin" / "setup" / name) as package:
            groups = list(etree.fromstring(package.read("customUI/customUI14.xml")).iter("{*}group"))
        (group,) = [group for group in groups if group.get("label") == "自查"]
        assert [group[-1].get(key) for key in ("id", "label", "imageMso", "onAction")] == [
            "count_forms",
            "数一数",
            "AutoSumCount",
            callback,
        ]
    manual = (with_button / "docs" / "插件手册.md").read_text(encoding="utf-8")
    assert "| 自查 | 数一数 | 数一数这个工作簿里有几张自评表。 |" in manual
    python(
        with_button, *PYTEST, "not (office or validator)", "tests/test_ribbon.py", "tests/test_vba_shim.py"
    )


@pytest.mark.usefixtures("libreoffice")
def test_the_button_of_the_page_is_pressed(with_button):
    """The page's own test, in a LibreOffice."""
    assert "1 passed" in python(with_button, *PYTEST, "office", "tests/test_count_forms.py")


def test_a_file_kind_is_a_row_and_a_module(tmp_path):
    """The made-up kind is read, checked, consolidated, watched, marked, filled in and named in the help."""
    copy, files = copy_of_the_package(tmp_path), []
    for language, file, text in blocks("how-to-add-a-file-kind.md"):
        place = copy / file
        before = place.read_text(encoding="utf-8") if place.exists() else ""
        place.write_text(patched(before, text) if language == "diff" else text, encoding="utf-8")
        files.append(file)
    assert files == ["selfeval_xl/readers/formats/kinds.py", "selfeval_xl/readers/formats/budget.py"]
    script = """
import json, subprocess, sys
from pathlib import Path
import openpyxl
import selfeval_xl as sx
from selfeval_xl import layouts
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.templates.frame import draw
from selfeval_xl.workflows.marking.marks import mark
from selfeval_xl.workflows.watching import watched_files
from support.fillings import filling

data = filling(layouts.load("jilin-2024"))
data["indicators"][1]["actual"] = None
rows = draw(layouts.load("jilin-2024"), data).grid("表").rows
text = ["\\t".join(" ".join(str(cell or "").split()) for cell in row) for row in rows]
Path("in").mkdir()
file = Path("in/甲.bud")
file.write_text("#绩效自评导出\\n" + "\\n".join(text), encoding="utf-8")
filings = sx.read(file)
form = filings[0].forms[0]
findings = sx.check(filings)
sx.consolidate("in", "out.xlsx", jobs=1)
received = list(openpyxl.load_workbook("out.xlsx")["收件核对"].iter_rows(max_row=2, values_only=True))
links = [row[-1] for row in openpyxl.load_workbook("out.xlsx")["指标明细"].iter_rows(values_only=True)]
mark(file, findings, Path("marked.xlsx"))
filled = sx.fill(file, "filled.xlsx")
help = subprocess.run(
    [sys.executable, "-m", "selfeval_xl", "check", "--help"], capture_output=True, text=True, check=True
)
print(json.dumps({
    "kind": filings[0].files[0].kind,
    "project": form.project == data["project"],
    "found": [finding.cell for finding in findings if finding.rule == "D01"],
    "result": received[1][received[0].index("处理结果")],
    "link": links[1],
    "watched": [path.name for path in watched_files(Path("in"))],
    "copies": [open_source(name).kind for name in ("marked.xlsx", "filled.xlsx")],
    "filled": any(edit.new == "完成率" for edit in filled.edits),
    "help": "docx、budget" in "".join(help.stdout.split()),
}))
"""
    assert run(copy, script) == {
        "kind": "budget",
        "project": True,
        "found": ["F13"],
        "result": "采用",
        "link": '=HYPERLINK("in/甲.bud#\'导出\'!F12","打开")',
        "watched": ["甲.bud"],
        "copies": ["xlsx", "xlsx"],
        "filled": True,
        "help": True,
    }
