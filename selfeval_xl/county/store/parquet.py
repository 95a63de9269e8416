"""Writes the county's tables as Parquet, for DuckDB, pandas and others.

Columns are typed; each table has a folder, with a folder for each department in it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from selfeval_xl.county.sheets.columns import Column
from selfeval_xl.county.sheets.findings import FINDINGS
from selfeval_xl.county.sheets.funding import FUNDING
from selfeval_xl.county.sheets.indicators import INDICATORS
from selfeval_xl.county.sheets.projects import PROJECTS
from selfeval_xl.county.store.rows import Rows, stored_keys
from selfeval_xl.errors import OutputError, UsageError, cause_of
from selfeval_xl.files import check_replaceable, fingerprint, record

TABLES = (PROJECTS, FUNDING, INDICATORS, FINDINGS)
PARTITION = "department"
MISSING = (
    '写Parquet要用pyarrow，这台机器上没有安装。请先运行：pip install "selfeval-xl[data]"；'
    "不需要Parquet就去掉--parquet。"
)
_AT_ONCE = 50_000
_MONEY_DIGITS, _MONEY_PLACES = 24, 6


def usable(folder: str | Path) -> None:
    """Checks that Parquet can be written into the folder, before anything is read.

    Raises UsageError where pyarrow is not installed, OutputError where the folder has other things under the
    names of the tables, NotReplaced where a file of an earlier run is not as it was written.
    """
    try:
        import pyarrow.dataset  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise UsageError(MISSING) from error
    for sheet in TABLES:
        target = Path(folder) / sheet.key
        if target.exists() and not _holds_only_partitions(target):
            raise OutputError(f"“{target}”里有别的东西，没有改动它。请给Parquet换一个空文件夹。")
        check_replaceable(*_files_in(target))


def write_parquet(folder: str | Path, tables: Mapping[str, Rows]) -> list[Path]:
    """Writes projects, funding, indicators and findings below the folder; returns the folder of each.

    Each replaces the earlier one when it is complete. Money is in 万元 (decimal), rates are ratios, codes and
    texts strings. Raises OutputError where it cannot be written.
    """
    import pyarrow
    from pyarrow import dataset

    root = Path(folder)
    written = []
    for sheet in TABLES:
        columns = [column for column in sheet.columns if column.key in stored_keys(sheet)]
        schema = pyarrow.schema([(column.key, _type(column, pyarrow)) for column in columns])
        rows = tables[sheet.key]
        target, fresh = root / sheet.key, root / f".{sheet.key}.{os.getpid()}.tmp"
        try:
            root.mkdir(parents=True, exist_ok=True)
            for number, table in enumerate(_parts(rows.rows(), columns, schema, pyarrow)):
                dataset.write_dataset(
                    table,
                    fresh,
                    format="parquet",
                    partitioning=dataset.partitioning(
                        pyarrow.schema([(PARTITION, pyarrow.string())]), flavor="hive"
                    ),
                    max_partitions=len(rows),
                    basename_template=f"part-{number}-{{i}}.parquet",
                    existing_data_behavior="overwrite_or_ignore",
                )
            if not len(rows):
                fresh.mkdir()
            if target.exists():
                shutil.rmtree(target)
            os.replace(fresh, target)
            for file in _files_in(target):
                record(file, fingerprint(file)[1])
        except (OSError, pyarrow.ArrowException) as error:
            shutil.rmtree(fresh, ignore_errors=True)
            raise OutputError(
                f"Parquet写不进“{target}”：{cause_of(error) if isinstance(error, OSError) else error}。"
                "请检查后再试。"
            ) from error
        written.append(target)
    return written


def _parts(rows: Iterator[dict[str, Any]], columns: Sequence[Column], schema: Any, pyarrow: Any) -> Iterator:
    """The rows as several Arrow tables, so that only some are in memory."""
    while several := list(islice(rows, _AT_ONCE)):
        yield pyarrow.table(
            [
                pyarrow.array(
                    [_value(row.get(column.key), column) for row in several], schema.field(column.key).type
                )
                for column in columns
            ],
            schema,
        )


def _holds_only_partitions(target: Path) -> bool:
    """Whether a folder has nothing but folders of departments, as `write_parquet` makes them."""
    return target.is_dir() and all(
        child.is_dir() and child.name.startswith(f"{PARTITION}=") for child in target.iterdir()
    )


def _files_in(folder: Path) -> list[Path]:
    """All files below the folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _type(column: Column, pyarrow: Any) -> Any:
    """The Arrow type of a column."""
    match column.format:
        case "money":
            return pyarrow.decimal128(_MONEY_DIGITS, _MONEY_PLACES)
        case "rate" | "number":
            return pyarrow.float64()
        case "count":
            return pyarrow.int64()
        case _:
            return pyarrow.string()


def _value(value: Any, column: Column) -> Any:
    """A value as the column's Arrow type takes it; a text in a column of numbers (—) is missing."""
    if value is None or value == "":
        return None if column.key != PARTITION else ""
    match column.format:
        case "money":
            return None if isinstance(value, str) else round(value, _MONEY_PLACES)
        case "rate" | "number":
            return None if isinstance(value, str) else float(value)
        case "count":
            return None if isinstance(value, str) else int(value)
        case _:
            return str(value)
