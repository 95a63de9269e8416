"""A file that is filled in, marked, submitted, split, merged, returned or published is inflated once."""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats import guard
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.filling.fill import fill
from selfeval_xl.workflows.filling.text_fixes import mend
from selfeval_xl.workflows.marking.marks import mark, unmark
from selfeval_xl.workflows.returns.mark_file import mark_return
from selfeval_xl.workflows.splitting.merge import merge
from selfeval_xl.workflows.splitting.split import split
from selfeval_xl.workflows.submission import submit
from support import fidelity
from support.add_in import ONE


@pytest.fixture
def inflated(monkeypatch) -> Counter[tuple[str, str]]:
    """How often each part was inflated in this process, by the file's digest and the part's name."""
    counts: Counter[tuple[str, str]] = Counter()
    inflate = guard._inflate

    def counting(data, entry):
        counts[sha256(data).hexdigest(), entry.filename] += 1
        return inflate(data, entry)

    monkeypatch.setattr(guard, "_inflate", counting)
    return counts


@pytest.fixture
def department(two_projects, tmp_path) -> Path:
    """A department workbook with marks of an earlier check."""
    file, out = read_file(two_projects), tmp_path / "交通局.xlsx"
    mark(two_projects, list(check(gather([file]), files=[file])), out)
    return out


def finding(path: Path) -> Finding:
    """A finding on the first project's execution rate."""
    return Finding(
        rule="F01", message="执行率不对", severity=Severity.ERROR, file=str(path), sheet=ONE, cell="G6"
    )


JOBS: dict[str, Callable[[Path, Path], object]] = {
    "fill": lambda path, folder: fill(path, folder / "填好.xlsx"),
    "mark": lambda path, folder: mark(path, [finding(path)], folder / "标注.xlsx"),
    "unmark": lambda path, folder: unmark(path, folder / "清除.xlsx"),
    "mend": lambda path, folder: mend(path, [finding(path)], folder / "改好.xlsx"),
    "submit": lambda path, folder: submit(path, folder),
    "split": lambda path, folder: split(path, folder),
    "return": lambda path, folder: mark_return(path, folder / "退回.xlsx", [finding(path)]),
}


@pytest.mark.parametrize("job", JOBS)
def test_each_part_of_the_file_is_inflated_once(job, department, tmp_path, inflated):
    (tmp_path / "出").mkdir()
    JOBS[job](department, tmp_path / "出")
    mine = {part: times for (file, part), times in inflated.items() if file == digest(department)}
    assert "xl/workbook.xml" in mine and set(mine.values()) == {1}


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_a_workbook_with_pictures_charts_and_macros_is_inflated_once(tmp_path, inflated):
    source = fidelity.build(tmp_path / "原件.xlsm")
    fill(source, tmp_path / "填好.xlsm")
    assert len(inflated) > 10 and set(inflated.values()) == {1}


def test_the_department_workbook_is_inflated_once_for_a_merge(department, tmp_path, inflated):
    folder = tmp_path / "分表"
    split(department, folder)
    whole = digest(department)
    inflated.clear()
    merge(folder, tmp_path / "合并.xlsx")
    assert {times for (file, _), times in inflated.items() if file == whole} == {1}


def test_parts_too_big_to_keep_are_inflated_again_and_the_copy_is_the_same(department, tmp_path, monkeypatch):
    fill(department, tmp_path / "甲.xlsx")
    monkeypatch.setattr(guard, "MAX_INFLATED", sum(map(len, parts_of(department).values())) - 1)
    shutil.copy(department, tmp_path / "大.xlsx")
    fill(tmp_path / "大.xlsx", tmp_path / "乙.xlsx")
    assert parts_of(tmp_path / "甲.xlsx") == parts_of(tmp_path / "乙.xlsx")


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
