"""Whatever a file holds: forms are found or not, values are read or not, and nothing raises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfeval_xl import layouts, templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.readers import understand
from selfeval_xl.readers.archives import unpack
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.rules.runner import check
from selfeval_xl.templates.frame import draw
from support.fillings import filling

LAYOUTS = layouts.load_all()
WORDS = (
    "三级指标",
    "一级指标",
    "年度指标值",
    "实际完成值",
    "总分",
    "合计",
    "小计",
    "项目名称",
    "预期目标",
    "全年执行数",
    "年初预算数",
    "其中：",
    "——",
    "≥",
    "项目支出绩效自评表",
    "任务名称",
    "",
    " ",
    "指标1：",
    "填表人：",
    "100%",
    "#REF!",
    "（注）",
)
VALUES = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(),
    st.booleans(),
    st.dates(),
)
EDITS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12), VALUES), max_size=12)
MERGES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12), st.integers(0, 6), st.integers(0, 6)), max_size=3
)


def edited(layout, edits, merges, cuts) -> Grid:
    """A filled form with cells overwritten, merges added or undone, rows and columns cut out."""
    grid = draw(layout, filling(layout)).grid("表")
    rows = [list(row) for row in grid.rows]
    for row, column, value in edits:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = value
    for cut in cuts:
        if cut < len(rows):
            del rows[cut]
    kept = grid.merges if not cuts else []
    height, width = len(rows), max(map(len, rows), default=0)
    extra = [
        Area(top, left, min(top + down, height - 1), min(left + right, width - 1))
        for top, left, down, right in merges
        if top < height and left < width
    ]
    return Grid("表", rows, kept + extra, formats=grid.formats)


def assert_survives(grid: Grid) -> None:
    found = forms_in(grid, "a.xlsx")
    file = ReadFile(path="a.xlsx", forms=tuple(found.forms), problems=tuple(found.problems))
    findings = check(gather([file]), files=[file])
    assert [status for status in findings.rules if status.status == "failed"] == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(LAYOUTS), EDITS, MERGES, st.lists(st.integers(0, 40), max_size=3))
def test_edited_forms_are_read_and_checked_without_a_failure(layout, edits, merges, cuts):
    assert_survives(edited(layout, edits, merges, cuts))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    out = tmp_path_factory.mktemp("fuzz") / "a.xlsx"
    templates.fill_in("mof-2020", out, projects=[filling(layouts.load("mof-2020"))])
    return out.read_bytes()


def assert_opens(data: bytes, place: Path) -> None:
    place.write_bytes(data)
    file = understand(open_source(place))
    assert file.forms or file.problems


MUTATIONS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MUTATIONS, st.integers(0, 10**6))
def test_mutated_files_are_read_or_told_about(whole, tmp_path, mutations, cut):
    data = bytearray(whole)
    for place, value in mutations:
        data[place % len(data)] = value
    assert_opens(bytes(data[: max(10, cut % (3 * len(data)))]), tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "files" / "fuzzed").glob("*.*")), ids=lambda path: path.name
)
def test_files_that_once_broke_a_reader_are_read_or_told_about(path, tmp_path):
    """Each was found by benchmarks/fuzzing.py."""
    assert unpack([path], path.parent, tmp_path)
    file = understand(open_source(path))
    assert file.forms or file.reports or file.problems


@pytest.mark.soak
@settings(max_examples=6000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(LAYOUTS), EDITS, MERGES, st.lists(st.integers(0, 40), max_size=3))
def test_many_edited_forms(layout, edits, merges, cuts):
    assert_survives(edited(layout, edits, merges, cuts))
