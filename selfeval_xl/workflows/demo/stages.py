"""The year of one department in the demonstration: declaration, monitoring, self-evaluation side by side."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

from selfeval_xl.model.forms import DECLARATION, MONITORING, Outlook
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.quantity import Kind, parse
from selfeval_xl.workflows.demo.county import YEAR, MadeUpDepartment

DECLARED, MONITORED, EVALUATED = "1_申报", "2_监控", "3_自评"
THROUGH = "1-7月"
_LAYOUTS = {DECLARATION: "mof-2015", MONITORING: "mof-2019"}
_SLOW = 0  # the project whose money is spent too late, and one of whose targets is given up
_CHANGED = 1  # the project whose first target was declared higher than it is evaluated
_HALF, _SLOWLY = "0.55", "0.2"  # of the budget, by the end of July


def play(department: MadeUpDepartment, workbook: Path, folder: Path) -> Path:
    """Plays the three stages of a department in a folder of its own; returns the folder.

    Its declarations, its monitoring forms, 监控汇总.xlsx, its self-evaluation, and 自评对比.xlsx, which
    compares all three. workbook: its self-evaluation.
    """
    from selfeval_xl.county import consolidate
    from selfeval_xl.county.monitoring import monitor

    for name in (DECLARED, MONITORED, EVALUATED):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _write(DECLARATION, department, folder / DECLARED)
    _write(MONITORING, department, folder / MONITORED)
    shutil.copyfile(workbook, folder / EVALUATED / workbook.name)
    monitor(folder / MONITORED, folder / "监控汇总.xlsx")
    consolidate(
        folder / EVALUATED,
        folder / "自评对比.xlsx",
        declared=folder / DECLARED,
        monitored=folder / MONITORED,
    )
    return folder


def _write(stage: str, department: MadeUpDepartment, folder: Path) -> None:
    """Writes the department's workbook of a stage."""
    from selfeval_xl.templates.stage_book import fill_in_stage

    form_of = _declaration if stage == DECLARATION else _monitoring
    what = "目标申报表" if stage == DECLARATION else "运行监控表"
    fill_in_stage(
        stage,
        _LAYOUTS[stage],
        folder / f"{department.name}_{YEAR}_{what}（示例）.xlsx",
        projects=[form_of(number, project) for number, project in enumerate(department.projects)],
        year=YEAR,
        through=THROUGH if stage == MONITORING else "",
        settings={"department_code": department.code, "department": department.name},
    )


def _head(project: dict) -> dict:
    """What every form of a project begins with."""
    return {key: project[key] for key in ("year", "project", "project_code", "department", "unit")} | {
        "goal": {"expected": project["goal"]["expected"]}
    }


def _declaration(number: int, project: dict) -> dict:
    """The declaration of a project: its initial budget and its targets."""
    rows = [_levels(row) | {"target": row["target"]} for row in project["indicators"]]
    if number == _CHANGED:
        rows[0]["target"] = _higher(rows[0]["target"])
    return _head(project) | {
        "funding": [{"source": "财政拨款", "annual_budget": project["funding"][0]["initial_budget"]}],
        "indicators": rows,
    }


def _monitoring(number: int, project: dict) -> dict:
    """The monitoring form of a project in July: half of it is done, all is forecast."""
    first = project["funding"][0]
    spent = _share(first["annual_budget"], _SLOWLY if number == _SLOW else _HALF)
    rows = [_monitored(row) for row in project["indicators"]]
    if number == _SLOW:
        rows[-1]["outlook"] = Outlook.IMPOSSIBLE.value
    return _head(project) | {
        "funding": [
            {
                "source": "本年一般公共预算拨款",
                "initial_budget": first["initial_budget"],
                "annual_budget": first["annual_budget"],
                "executed": spent,
                "forecast": first["initial_budget"],
            }
        ],
        "indicators": rows,
    }


def _monitored(row: dict) -> dict:
    """An indicator in July; what cannot be halved is as it is to be."""
    target = parse(row["target"])
    done = forecast = row["target"]
    if target.kind is Kind.NUMBER and target.number is not None:
        forecast = f"{plain_number(target.number)}{target.unit}"
        whole = target.number == int(target.number) and target.unit not in ("%", "元", "万元")
        done = f"{int(target.number) // 2}{target.unit}" if whole and target.number > 1 else forecast
    return _levels(row) | {
        "target": row["target"],
        "actual": done,
        "forecast": forecast,
        "outlook": Outlook.CERTAIN.value,
    }


def _levels(row: dict) -> dict:
    return {key: row[key] for key in ("level1", "level2", "name")}


def _higher(target: str) -> str:
    """A target that asks for one more."""
    quantity = parse(target)
    return f"{quantity.operator}{plain_number((quantity.number or 0) + 1)}{quantity.unit}"


def _share(amount: str, part: str) -> str:
    """A part of an amount, to 0.01."""
    return plain_number(rounded(Decimal(str(amount)) * Decimal(part)))
