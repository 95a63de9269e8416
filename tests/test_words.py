"""One word for one thing: on screens, in workbooks, in messages and in the manuals (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.readers import read_file
from selfeval_xl.templates.report_sheet import NOT_HERE
from selfeval_xl.workflows import issuing
from support.rosters import make_roster

ROOT = Path(__file__).resolve().parents[1]
MANUALS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*手册.md"))]
# What is not said, and what is said instead. Words of the forms and of people's texts are no words of ours.
INSTEAD = {
    "键入": "填",
    "录入": "填",
    "(?<!自评)表上(?!方)": "表里",
    "锁定的": "填好的、加了保护的",
    "达成": "完成",
}
WORDS_OF_PEOPLE = (
    "assessment/words.py",
    "assessment/reasons.py",
    "readers/",
    "rules/",
    "layouts/",
    "model/quantity.py",
    "templates/word_lists.py",
    "templates/word_verdicts.py",
    "templates/self_check.py",
)


def texts_of_code() -> list[tuple[str, str]]:
    """The Chinese texts of the program by file, without docstrings and the words of people's forms."""
    found = []
    for path in sorted((ROOT / "selfeval_xl").rglob("*.py")):
        name = str(path.relative_to(ROOT / "selfeval_xl")).replace("\\", "/")
        if name.startswith(WORDS_OF_PEOPLE):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            node.body[0].value
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            (name, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings
        ]
    return found


@pytest.mark.parametrize("word", INSTEAD)
def test_one_thing_has_one_word(word):
    said = [(name, text) for name, text in texts_of_code() if re.search(word, text)]
    said += [
        (path.name, line)
        for path in MANUALS
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(word, line)
        and "退回说“下发后锁定的内容被改动”" not in line  # a title of a rule
        and "在同一张" not in line
    ]
    said = [(name, text) for name, text in said if "工作表上" not in text and "解除锁定" not in text]
    assert said == [], f"say {INSTEAD[word]}"


def test_nothing_is_called_locked_where_nothing_is(tmp_path):
    """Sheets are protected by --protect only; the cover of each workbook says which it is."""
    for protect, words in ((False, "不要改，改了会被查出来"), (True, "工作表有保护，改不了")):
        done = issuing.issue(
            make_roster(tmp_path / f"名册{protect}.xlsx"),
            tmp_path / f"下发{protect}",
            asked=issuing.IssueOptions(year=2024),
            protect=protect,
        )
        book = openpyxl.load_workbook(done.folder / done.departments[0][0].file)
        cover = " ".join(str(cell.value) for row in book["填报说明"] for cell in row if cell.value)
        assert words in cover and "锁定" not in cover
        assert book["项目01"].protection.sheet is protect


def test_amounts_say_their_unit_where_they_are_typed(tmp_path):
    templates.write("yunnan", tmp_path / "a.xlsx", 2024)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for form in read_file(tmp_path / "a.xlsx").forms:
        cell = next(line.cells["executed"] for line in form.funding if not line.is_total)
        told = [
            each.prompt
            for each in book[form.sheet].data_validations.dataValidation
            if cell in each.sqref and each.prompt
        ]
        unit = "元" if form.kind == "project" else "万元"
        assert told == [f"按{unit}填，只填数字，不写单位。"]
    cover = [cell.value for row in book["填报说明"] for cell in row if cell.value]
    assert (
        "部门整体支出绩效自评表按万元填，项目支出绩效自评表按元填。每张表照自己表头写的单位填，不要弄混。"
        in cover
    )
    templates.write("mof-2021", tmp_path / "b.xlsx", 2024)
    cells = openpyxl.load_workbook(tmp_path / "b.xlsx")["填报说明"]
    assert not any(cell.value == "金额单位" for row in cells for cell in row)


def test_the_manual_says_what_the_workbook_does():
    manual = (ROOT / "docs" / "填报手册.md").read_text(encoding="utf-8")
    assert "项目自评汇总表 | 单位负责人、财务负责人、填表人 | 部门公章" in manual  # who signs
    assert (
        "电子表把整个工作簿重新报一次" in manual and "未涉及的项目不必重报" in manual
    )  # whole, and what not
    assert "--protect" in manual and "项目表按元填、部门整体表按万元填" in manual
    assert "财政局已经填好数的（白格），只核对" in manual  # 全年执行数 of the ledger
    for words in ("打印前看", NOT_HERE, "部门（公章）", "（移至最后）", "下发的工作簿不备空白的项目表"):
        assert words in manual
