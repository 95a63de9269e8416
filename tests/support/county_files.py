"""Read files as the reader returns them, made without a file, and the county workbook of such files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from selfeval_xl.assessment.policy import default
from selfeval_xl.county.departments.data import prepare
from selfeval_xl.county.departments.streaming import LoadedDepartments
from selfeval_xl.county.intake.receipts import sort_out
from selfeval_xl.county.output import publish
from selfeval_xl.model.forms import Form, FundingLine, Indicator, ReadFile
from selfeval_xl.rules.runner import check

ROOT = Path("收到")


def form(file, project="校舍维修", executed="50", department="县教育局", **more):
    """A scored project form with a total, a fund row and three indicators: met, unmet with a cause, 0."""
    amounts = {"initial_budget": "80", "annual_budget": "100", "executed": executed}
    funding = tuple(
        FundingLine(source=source, **amounts, execution_rate="50.00%", cells={"executed": f"E{row}"})
        for row, source in ((4, "合计"), (5, "当年财政拨款"))
    )
    rows = (
        ("卫星电话数量", "≥25部", "25部", None),
        ("完成率", ">=99%", "90%", "资金未下达，下一步加快拨付"),
        ("年租金", "=30000元", "0元", None),
    )
    indicators = tuple(
        Indicator(
            level1="产出指标",
            level2="数量指标",
            name=name,
            target=target,
            actual=actual,
            note=note,
            points="10",
            score="10",
            cells={"actual": f"F{row}", "note": f"G{row}"},
        )
        for row, (name, target, actual, note) in enumerate(rows, 12)
    )
    return Form(
        kind="project",
        file=file,
        sheet="项目01",
        project=project,
        department=department,
        year=2024,
        money_unit="万元",
        funding=funding,
        indicators=indicators,
        indicator_columns=frozenset(("note", "points", "score")),
        cells={"project": "B2"},
        **more,
    )


def received(name, *forms, saved=None, kind="xlsx", sha=None, **settings):
    """A received file with these forms. settings: those of its hidden sheet."""
    path = f"{ROOT}/{name}"
    return ReadFile(
        path=path,
        sha256=sha or name.ljust(64, "0"),
        size=2048,
        kind=kind,
        saved=saved,
        forms=tuple(replace(form, file=path) for form in forms),
        settings=settings,
    )


def material(*files):
    """The data of these files, of which the county's tables are made."""
    collected = sort_out(ROOT, files)
    return prepare(collected, check(collected.filings, default()), None, default())


def published(out, *files, old=None, **options):
    """The county workbook of these files. old: officers' words in an earlier one. options: of `publish`."""
    return publish(LoadedDepartments(material(*files)), out, old, **options)


def written(tmp_path, *files, name="全县.xlsx", old=None):
    """The county workbook of these files in a folder."""
    return published(tmp_path / name, *files, old=old)
