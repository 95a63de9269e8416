"""The bureau manual says what is so: its commands and its examples run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.county.intake.receipts import RESULTS
from selfeval_xl.county.sheets.columns import HAND
from selfeval_xl.county.sheets.submissions import AGAIN, PASSED, RETURNED
from selfeval_xl.county.tables import SHEETS
from selfeval_xl.workflows.demo.county import made_up
from support.command import ROOT, selfeval
from support.counties import fill_county
from support.monitoring_forms import Monitoring, write
from test_three_stages import Project, declare

pytestmark = pytest.mark.slow  # every command of the manual in a process of its own

MANUAL = (ROOT / "docs" / "汇总手册.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", MANUAL, re.S)
COMMANDS = re.findall(r"^selfeval .*", MANUAL, re.M)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder as the manual has it: what was received, last year's workbook, two versions of a filing, the
    tables.
    """
    folder = tmp_path_factory.mktemp("manual")
    fill_county(folder / "收到的材料", made_up()[0][:2])
    first = next((folder / "收到的材料").iterdir()).read_bytes()
    shutil.copytree(folder / "收到的材料", folder / "各县材料" / "甲县")
    for name in ("申报表", "监控表"):
        (folder / name).mkdir()
    declare(folder / "申报表" / "示例.xlsx", Project(1))
    write(folder / "监控表" / "示例.xlsx", Monitoring("示例项目001", "示例局1", "", 100, 50, 100, ()))
    for name in ("第一次报的.xlsx", "第二次报的.xlsx"):
        (folder / name).write_bytes(first)
    consolidate(folder / "收到的材料", folder / "上年汇总.xlsx", parquet=folder / "数据")
    for name in ("全县汇总（甲）.xlsx", "全县汇总（乙）.xlsx"):
        shutil.copy(folder / "上年汇总.xlsx", folder / name)
    return folder


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_the_examples_run(number, place):
    run = subprocess.run(
        [sys.executable, "-c", PYTHON[number]],
        cwd=place,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    if "duckdb" in PYTHON[number]:
        assert "示例县教育局" in run.stdout and "执行率" in run.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_run(command, place):
    from selfeval_xl.filings.roster_sheets import blank_roster

    if "--blank" not in command:
        blank_roster(place / "名册.xlsx")
    run = selfeval(*shlex.split(command)[1:], cwd=place)
    assert run.returncode == 0 and run.stderr == "", run.stderr


def test_all_options_together(place):
    run = selfeval(
        *shlex.split(
            "consolidate 收到的材料 -o 全部.xlsx --against 上年汇总.xlsx --with-forms --parquet 数据 --jobs 2"
        ),
        cwd=place,
    )
    assert run.returncode == 0 and "相符" in run.stdout


def test_the_manual_names_every_sheet_result_and_hand_column_of_weight():
    for sheet in SHEETS:
        assert sheet.title in MANUAL
    for result in (*RESULTS, RETURNED, AGAIN, PASSED):
        assert result in MANUAL, result
    labels = {
        column.label.removesuffix("（自动，可改）")
        for sheet in SHEETS
        for column in sheet.columns
        if column.kind == HAND
    }
    assert len([label for label in labels if label in MANUAL]) >= 9
    assert Path(ROOT / "docs" / "pictures" / "county-overview.png").exists()
