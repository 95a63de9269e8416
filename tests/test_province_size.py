"""A province of 100 counties with 1,000 projects each: its memory; and the formulas of a smaller one."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.workflows.demo.county import made_up
from support import office
from support.command import ROOT
from support.counties import fill_county

COUNTIES, TIMES, MOST_MEGABYTES = 100, 17, 400
MEASURED = """
import resource, sys, time
from pathlib import Path
from selfeval_xl.county.result import County
from selfeval_xl.county.province.county_figures import figures
from selfeval_xl.assessment.policy import default
from selfeval_xl.county.province.folders import Place
from selfeval_xl.county.province.write_workbook import publish
from selfeval_xl.county.province.run_county import CountyOutcome

begun, place = time.perf_counter(), Path(sys.argv[1])
forms = {"recognised": 0, "used": 0, "superseded": 0, "duplicate": 0}
found = []
for store in sorted(place.glob("*.sqlite")):
    book = store.with_suffix(".xlsx")
    found.append(figures(CountyOutcome(Place(store.stem, place), book, County(book, store, forms=forms))))
tables = publish(found, place / "全省汇总.xlsx", (), (), default())
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(len(tables["all_projects"]), memory, round(time.perf_counter() - begun, 1))
"""


def multiply(store: Path, times: int) -> None:
    """Every row of a store so many times, names and codes of projects different each time."""
    with closing(sqlite3.connect(store)) as base:
        base.execute("DROP TABLE IF EXISTS answers")
        for table in ("departments", "projects", "funding", "findings", "submissions", "receipts"):
            columns = [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
            (count,) = base.execute(f"SELECT count(*) FROM {table}").fetchone()
            for time_ in range(1, times):
                told = {
                    "number": f"number + {time_ * count}",
                    "project": f"project || '（{time_}期）'",
                    "project_code": f"project_code || '{time_:03}'",
                    "department": f"department || '{time_}处'",
                }
                base.execute(
                    f"INSERT INTO {table} SELECT "
                    f"{', '.join(told.get(column, column) for column in columns)} FROM {table} WHERE "
                    f"rowid <= {count}"
                )
        base.commit()
        base.execute("VACUUM")


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """The stores of many counties, alike but for their names."""
    place = tmp_path_factory.mktemp("stores")
    fill_county(place / "收到", made_up()[0])
    county = consolidate(place / "收到", place / "原.xlsx")
    multiply(county.store, TIMES)
    out = place / "结果"
    out.mkdir()
    for number in range(COUNTIES):
        shutil.copy(county.store, out / f"第{number + 1:03}县.sqlite")
    return out


def measured(place: Path) -> tuple[int, int, float]:
    """Projects, the most megabytes that the process of the province took, and seconds."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(place)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    projects, megabytes, seconds = run.stdout.split()
    return int(projects), int(megabytes), float(seconds)


@pytest.mark.soak
def test_the_memory_of_a_province_of_100000_projects_is_bounded(stores):
    projects, megabytes, seconds = measured(stores)
    print(
        f"\n{projects} projects of {COUNTIES} counties: {megabytes} MB, {seconds} s, "
        f"{(stores / '全省汇总.xlsx').stat().st_size / 1e6:.1f} MB of workbook"
    )
    assert projects == COUNTIES * TIMES * 60 and megabytes < MOST_MEGABYTES


@pytest.mark.soak
def test_the_formulas_of_a_province_of_5000_projects_agree(stores, tmp_path, libreoffice):
    for store in sorted(stores.glob("*.sqlite"))[:5]:
        shutil.copy(store, tmp_path)
    assert measured(tmp_path)[0] == 5 * TIMES * 60
    begun = time.perf_counter()
    assert office.disagreements(libreoffice, tmp_path / "全省汇总.xlsx") == []
    print(f"\nopened, recalculated and compared in {time.perf_counter() - begun:.0f} s")
