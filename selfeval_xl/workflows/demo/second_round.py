"""The second round of the demonstration: an officer decides, a department explains, and both are heard."""

from __future__ import annotations

import shutil
from pathlib import Path

from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.grid import Grid, a1
from selfeval_xl.model.sheet_names import RETURNED

SUPPLEMENT = {
    "部门名称": "",
    "问题说明": "（示例）付款凭证与执行数对不上，请核对后改正。",
    "处理方式": "本次修改",
    "意见人": "示例",
}
EXPLANATION = "（示例）年中按县政府会议纪要调减，依据已附后。"
WHY = "演示第二轮"


def play(sources: list[Path], folder: Path) -> Path:
    """Plays the round with these departments' workbooks in a folder of its own; returns the folder.

    收到的材料, 汇总.xlsx with an officer's own finding, 第一次退回, the reply in 收到的材料, 第二次退回.
    """
    from selfeval_xl.county import consolidate
    from selfeval_xl.workflows.returns import return_filings

    received, county = folder / "收到的材料", folder / "汇总.xlsx"
    received.mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copy(source, received / source.name)
    consolidate(received, county)
    _write_supplement(county)
    first = return_filings(received, folder / "第一次退回", workbook=county)
    for number, each in enumerate(first.returns):
        for file in each.files:
            if file.out and not file.error:
                _explain(Path(file.out), received / f"重报{number + 1}_{Path(file.out).name}")
    consolidate(received, county)
    return_filings(received, folder / "第二次退回", workbook=county)
    return folder


def _write_supplement(county: Path) -> None:
    """Writes an officer's own finding on the first department into 补充意见."""
    from selfeval_xl.readers.formats.source import open_source

    grids = {grid.name: grid for grid in open_source(county).grids}
    heads, departments = _heads(grids["补充意见"]), grids["部门汇总"]
    row = SUPPLEMENT | {"部门名称": departments.text(1, _heads(departments)["部门名称"])}
    edits = [Edit("补充意见", a1(1, heads[label]), None, text, Look.KEEP, WHY) for label, text in row.items()]
    write_edited(county, edits, county)


def _explain(returned: Path, out: Path) -> None:
    """Writes 单位说明 beside what has to be explained, and nothing else; that is the department's reply."""
    from selfeval_xl.readers.formats.source import open_source

    grid = next(grid for grid in open_source(returned).grids if grid.name == RETURNED)
    heads = _heads(grid)
    edits = [
        Edit(RETURNED, a1(row, heads["单位说明"]), None, EXPLANATION, Look.KEEP, WHY)
        for row in range(1, grid.height)
        if grid.text(row, heads["处理方式"]).strip() == "本次说明"
        and not grid.text(row, heads["单位说明"]).strip()
    ]
    write_edited(returned, edits, out)


def _heads(grid: Grid) -> dict[str, int]:
    """The column of each label in the first row."""
    return {grid.text(0, column).strip(): column for column in range(grid.width)}


def write_edited(source: Path, edits: list[Edit], out: Path) -> None:
    """Writes a copy with these edits; over the file itself by way of a copy."""
    from selfeval_xl.files import put, scratch
    from selfeval_xl.writers.xlsx.apply import apply

    with scratch() as folder:
        copy = folder / source.name
        shutil.copy(source, copy)
        changed = folder / f"changed{source.suffix}"
        apply(copy, edits, changed)
        if out == source:
            put(changed, out, own=True)
        else:
            shutil.copy(changed, out)
