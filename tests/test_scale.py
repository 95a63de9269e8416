"""A county of 1,600 forms is right in every formula; memory does not grow with what the forms contain (the
whole measurement: benchmarks/scale.py).
"""

from __future__ import annotations

import json
import subprocess
import sys

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from support.command import ROOT

MEGABYTES_AT_MOST = 110  # 65 for a county of 1,600


@pytest.mark.soak
def test_the_memory_of_a_run_stays_small(tmp_path):
    scale = ROOT / "benchmarks" / "scale.py"
    make = (
        f"import sys; sys.path.insert(0, {str(scale.parent)!r}); import scale, pathlib; "
        f"scale.multiply(pathlib.Path({str(tmp_path / '收到')!r}), 5000)"
    )
    subprocess.run([sys.executable, "-c", make], check=True)
    runs = [
        json.loads(
            subprocess.run(
                [sys.executable, str(scale), "--once", str(tmp_path / "收到"), str(tmp_path / "全县.xlsx")],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for _ in range(2)
    ]
    print(runs)
    assert all(run["projects"] == 5000 and run["memory"] < MEGABYTES_AT_MOST for run in runs)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """1,600 workbooks of 80 departments."""
    place = tmp_path_factory.mktemp("county")
    make = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'benchmarks')!r}); import county, pathlib; "
        f"county.generate(pathlib.Path({str(place / '收到')!r}), 1600)"
    )
    subprocess.run([sys.executable, "-c", make], check=True)
    return consolidate(place / "收到", place / "全县.xlsx")


@pytest.mark.soak
def test_every_formula_of_a_whole_county_is_what_a_spreadsheet_computes(
    county, assert_formulas_agree, assert_valid_ooxml
):
    assert_formulas_agree(county.out)
    assert_valid_ooxml(county.out)


@pytest.mark.soak
def test_the_sums_of_a_whole_county_are_those_of_pandas(county):
    book = openpyxl.load_workbook(county.out, data_only=True)
    front = [[cell.value for cell in row] for row in book["总览"].iter_rows()]
    total, levels = (row for row in front if row[0] == "合计")
    projects, indicators = county.projects, county.indicators
    assert total[4:7] == pytest.approx(
        [projects[key].sum() for key in ("initial_budget", "annual_budget", "executed")]
    )
    assert total[7] == pytest.approx(projects.executed.sum() / projects.annual_budget.sum(), abs=5e-5)
    heads = {cell.value: number for number, cell in enumerate(book["部门汇总"][1])}
    departments = {
        row[heads["部门名称"]]: row
        for row in book["部门汇总"].iter_rows(min_row=2, values_only=True)
        if isinstance(row[0], int)
    }
    assert len(departments) == 80
    grouped = projects.groupby("department")
    for name, one in grouped:
        row = departments[name]
        assert (
            row[heads["全年执行数（万元）"]] == pytest.approx(one.executed.sum())
            and row[heads["指标总数"]] == one.indicators.sum()
        )
        assert (
            row[heads["错误数"]]
            == (county.findings[county.findings.department == name].severity == "错误").sum()
        )
    assert (
        levels[4] == len(indicators) == 32_000
        and levels[7] == (indicators.verdict == "未完成").sum()
        and levels[9] == (indicators.verdict == "待核定").sum()
    )
