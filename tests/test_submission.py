"""`selfeval submit`: the same submission as the button's, from the command line, with the source left as it
was.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.model.edits import Edit, Formula, Look
from selfeval_xl.model.sheet_names import RESULTS, SETTINGS
from selfeval_xl.readers import read_file
from selfeval_xl.templates import fill_in
from selfeval_xl.workflows.marking.marks import mark
from selfeval_xl.workflows.submission import code_of, submit
from selfeval_xl.writers.xlsx.apply import apply
from support.add_in import ONE
from support.command import ROOT, selfeval

NAME = "301001_示例县交通运输局_2024年度绩效自评_第{}次.xlsx"


@pytest.fixture
def marked(two_projects, tmp_path) -> Path:
    """The workbook with marks and a link to the list, as `check --mark` and the add-in leave them."""
    from selfeval_xl.filings.grouping import gather
    from selfeval_xl.rules.runner import check

    file, there, out = read_file(two_projects), tmp_path / "标注.xlsx", tmp_path / "交通局.xlsx"
    mark(two_projects, list(check(gather([file]), files=[file])), there)
    apply(
        there,
        [Edit(ONE, "AE18", None, Formula(f'HYPERLINK("#\'{RESULTS}\'!A2","第1条")', "第1条"), Look.LINK)],
        out,
    )
    return out


def test_a_submission_is_clean_numbered_and_named_and_the_source_stays(marked, tmp_path, assert_valid_ooxml):
    before = hashlib.sha256(marked.read_bytes()).hexdigest()
    run = selfeval("submit", marked, "-o", tmp_path / "报送", "--yes")
    assert run.returncode == 0 and run.stderr == ""
    out = tmp_path / "报送" / NAME.format(1)
    code = code_of(read_file(marked).forms)
    assert (
        f"校验码 {code}" in run.stdout
        and "报送序号 1" in run.stdout
        and re.search(r"还有须修改\d+处", run.stdout)
        and "不代替财政审核" in run.stdout
    )
    file = openpyxl.load_workbook(out)
    assert (
        file[ONE].oddFooter.left.text == f"报送序号 1　校验码 {code}"
        and "&D" in file[ONE].oddFooter.right.text
        and file[ONE].oddFooter.right.text.count("打印时间") == 1
    )
    with zipfile.ZipFile(out) as package:
        assert not [
            name
            for name in package.namelist()
            if name.startswith("xl/worksheets/sheet") and "校验标注".encode() in package.read(name)
        ]
    assert (
        file[ONE]["AE18"].value is None
        and file[ONE]["AE18"].fill.fill_type is None
        and file[ONE]["G18"].comment is None
    )
    assert dict(file[SETTINGS].iter_rows(max_col=2, values_only=True))["checksum"] == code
    assert code_of(read_file(out).forms) == code and hashlib.sha256(marked.read_bytes()).hexdigest() == before
    assert_valid_ooxml(out)


def test_numbers_go_on_from_the_folder_and_from_the_submission_that_is_mended(marked, tmp_path):
    first, second = submit(marked, tmp_path / "报送"), submit(marked, tmp_path / "报送")
    assert (first.number, second.number, first.code) == (1, 2, second.code)
    mended = Path(shutil.copy(second.out, tmp_path / "改后.xlsx"))
    assert submit(mended).out == tmp_path / NAME.format(3)


def test_json_is_one_document(marked, tmp_path):
    run = selfeval("submit", marked, "--yes", "--json")
    told = json.loads(run.stdout)
    assert run.returncode == 0 and told.keys() == {
        "path",
        "out",
        "number",
        "code",
        "department",
        "department_code",
        "year",
        "fix",
        "explain",
    }
    assert (told["out"], told["number"], told["department_code"], told["year"]) == (
        str(tmp_path / NAME.format(1)),
        1,
        "301001",
        2024,
    ) and told["fix"] > 0


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_without_a_terminal_what_is_to_be_mended_is_not_passed_over(marked, tmp_path, more):
    """A line of a script wrote the submission and ended with 0, however much had to be mended."""
    run = selfeval("submit", marked, "-o", tmp_path / "报送", *more)
    assert run.returncode == 2 and run.stdout == "" and not (tmp_path / "报送").exists()
    assert re.match(r"还有须修改\d+处，没有生成报送件。用 selfeval check 交通局.xlsx 看", run.stderr), (
        run.stderr
    )
    assert "加 --yes" in run.stderr


def test_what_cannot_be_done_is_said_with_status_2(marked, tmp_path):
    empty = tmp_path / "空.xlsx"
    openpyxl.Workbook().save(empty)
    (tmp_path / "占用").write_text("不是文件夹", encoding="utf-8")
    (tmp_path / "表.csv").write_text("1,2", encoding="utf-8")
    for args, said in [
        ((tmp_path / "没有.xlsx",), "没有"),
        ((empty,), "里没有找到自评表"),
        ((marked, "-o", tmp_path / "占用", "--yes"), "占用"),
        ((tmp_path / "表.csv",), "另存为xlsx"),
    ]:
        run = selfeval("submit", *args)
        assert run.returncode == 2 and said in run.stderr and run.stdout == "", run.stderr
    assert not list(tmp_path.glob("*第1次*"))


@pytest.mark.skipif(sys.platform == "win32", reason="no pty")
@pytest.mark.parametrize(("answer", "written"), [(b"\n", 0), (b"y\n", 1)])
def test_at_a_terminal_a_person_is_asked_first(marked, tmp_path, answer, written):
    import pty

    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "selfeval_xl", "submit", str(marked)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.write(ours, answer)
    said, _ = running.communicate(timeout=60)
    os.close(theirs)
    asked = os.read(ours, 4096).decode()
    os.close(ours)
    assert "仍要生成报送件吗？" in asked and running.returncode == 0
    assert len(list(tmp_path.glob("*第1次*"))) == written and ("没有生成报送件" in said.decode()) == (
        not written
    )


def test_rows_are_high_enough_for_their_texts_in_the_submission(tmp_path):
    """A long reason in merged cells was cut on paper, because merged cells never grow by themselves."""
    reason = "雨季停工20天，有120平方米没有完工，施工单位已经重新排了工期。" * 4
    row = {"level1": "产出指标", "level2": "数量指标", "name": "改造面积", "note": reason}
    row |= {"target": "≥1200平方米", "actual": "1080平方米", "points": "10"}
    path = tmp_path / "a.xlsx"
    fill_in(
        "mof-2020",
        path,
        projects=[{"project": "道路改造", "indicators": [row | {"note": "短"}]}],
        department={"department": "示例局"},
        year=2024,
        cover={},
    )
    sheet = openpyxl.load_workbook(path)["项目01"]
    note = next(cell for line in sheet.iter_rows() for cell in line if cell.value == "短")
    typed = tmp_path / "b.xlsx"
    apply(path, [Edit("项目01", note.coordinate, "短", reason, Look.KEEP)], typed)
    before = openpyxl.load_workbook(path)["项目01"].row_dimensions[note.row].height
    done = submit(typed, tmp_path / "报送")
    assert done is not None
    after = openpyxl.load_workbook(done.out)["项目01"].row_dimensions[note.row].height
    assert before < 40 < 100 < after  # 124 characters in about 14 a line
