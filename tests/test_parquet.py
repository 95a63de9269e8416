"""The county's tables as Parquet: typed, a folder per department, read by DuckDB and pandas with the sums of
the workbook.
"""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import duckdb
import openpyxl
import pandas
import pyarrow
import pyarrow.parquet
import pytest

from selfeval_xl.county.store.parquet import TABLES, usable, write_parquet
from selfeval_xl.county.store.rows import ListedRows
from selfeval_xl.errors import NotReplaced, OutputError
from selfeval_xl.files import replacing
from support.command import ROOT
from support.county_files import form, published, received

FILES = [
    received(
        f"{number}.xlsx",
        form(
            "",
            f"项目{number}",
            executed=f"{number}.37",
            department=department,
            project_code=f"00012345678901234567{number}",
        ),
    )
    for number, department in ((1, "县教育局"), (2, "县教育局"), (3, "县水利局"))
]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    place = tmp_path_factory.mktemp("parquet")
    return published(place / "全县.xlsx", *FILES, parquet=place / "数据")


def test_a_folder_for_each_table_and_department(county):
    folder = county.out.parent / "数据"
    assert sorted(path.name for path in folder.iterdir()) == ["findings", "funding", "indicators", "projects"]
    from urllib.parse import unquote

    assert sorted(unquote(path.name) for path in (folder / "projects").iterdir()) == [
        "department=县教育局",
        "department=县水利局",
    ]


def test_the_columns_are_typed(county):
    schema = pyarrow.parquet.read_schema(next((county.out.parent / "数据" / "projects").rglob("*.parquet")))
    kinds = {
        name: str(schema.field(name).type)
        for name in ("project_code", "annual_budget", "execution_rate", "indicators", "score")
    }
    assert kinds == {
        "project_code": "string",
        "annual_budget": "decimal128(24, 6)",
        "execution_rate": "double",
        "indicators": "int64",
        "score": "double",
    }


def test_duckdb_pandas_and_the_workbook_sum_the_same(county):
    folder = county.out.parent / "数据"
    found = duckdb.sql(
        f"SELECT department, sum(executed), count(*) FROM read_parquet('{folder}/projects/**/"
        "*.parquet', hive_partitioning=true) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert found == [("县教育局", Decimal("3.740000"), 2), ("县水利局", Decimal("3.370000"), 1)]
    frame = pandas.read_parquet(folder / "indicators")
    assert (
        len(frame) == len(county.indicators) == 9
        and (frame["verdict"] == "未完成").sum() == county.verdicts["unmet"]
    )
    total = openpyxl.load_workbook(county.out, data_only=True)["项目汇总"][5]
    assert total[0].value == "合计" and total[12].value == pytest.approx(float(sum(row[1] for row in found)))


def test_a_second_run_leaves_nothing_of_the_first(county):
    folder = county.out.parent / "数据"
    write_parquet(folder, {sheet.key: ListedRows(sheet, [{"department": "县林业局"}]) for sheet in TABLES})
    assert duckdb.sql(
        f"SELECT DISTINCT department FROM read_parquet('{folder}/projects/**/*.parquet', "
        "hive_partitioning=true)"
    ).fetchall() == [("县林业局",)]
    write_parquet(folder, {sheet.key: ListedRows(sheet, []) for sheet in TABLES})
    assert list((folder / "projects").iterdir()) == []


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "projects").mkdir()
    (tmp_path / "projects" / "照片.jpg").write_bytes(b"1")
    with pytest.raises(OutputError, match="别的东西"):
        usable(tmp_path)
    assert (tmp_path / "projects" / "照片.jpg").exists()


def test_a_changed_file_stays_until_the_person_insists(tmp_path):
    tables = {sheet.key: ListedRows(sheet, []) for sheet in TABLES}
    write_parquet(tmp_path, tables)
    usable(tmp_path)
    other = tmp_path / "projects" / "department=县教育局" / "手工.parquet"
    other.parent.mkdir()
    other.write_bytes(b"mine")
    with pytest.raises(NotReplaced, match="手工.*--replace"):
        usable(tmp_path)
    with replacing():
        usable(tmp_path)
        write_parquet(tmp_path, tables)
    assert not other.exists()


def test_without_pyarrow_one_sentence_says_what_to_install(tmp_path):
    (tmp_path / "收到").mkdir()
    (tmp_path / "收到" / "通知.txt").write_text("通知")
    code = (
        "import sys; sys.modules['pyarrow'] = None; sys.argv[1:] = ['consolidate', '收到', '-o', "
        "'a.xlsx', '--parquet', 'd']; from selfeval_xl.cli import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        check=False,
    )
    assert (
        run.returncode == 2
        and "selfeval-xl[data]" in run.stderr
        and "Traceback" not in run.stderr
        and not (tmp_path / "a.xlsx").exists()
    )
