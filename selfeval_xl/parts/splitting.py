"""A department workbook into workbooks with one project form each; the workbook itself is only read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError, UnreadableFile, UsageError, cause_of
from ..forms import PROJECT, Form
from ..grid import Grid, a1
from ..issuing.filenames import safe_name, unique
from ..reading import understand
from ..reading.source import Source, open_source
from ..sheets import COVER, LISTS
from ..sinks.extract import extract
from ..sinks.file import write_out
from .words import BASE, KEPT_COPY, SINGLE, SINGLE_OF

WRITTEN, SAME, KEPT = "已拆出", "没有变化", "没有覆盖"
_ABOUT_SHEETS = (
    "issued",
    "project",
    "project_code",
    "base",
)  # keys that speak of one sheet: issued|项目01|B2

_TO_COLLEAGUES = {
    "要报回的": "只填“{sheet}”这一张，填好后交给本单位汇总的人，不用另外报财政局。",
    "报送方式": "交给本单位汇总的人",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One single form: the file, the project, and what became of it. result: 已拆出, 没有变化, 没有覆盖."""

    file: Path
    sheet: str
    project: str
    code: str
    result: str


@dataclass(frozen=True, slots=True)
class Split:
    """parts: one for each sheet with project forms. kept: the copy of the whole that `merge` starts from.
    left: sheets that stay whole, and why.
    """

    folder: Path
    kept: Path
    parts: tuple[Part, ...]
    left: tuple[str, ...] = ()


def split(path: str | Path, folder: str | Path) -> Split:
    """Writes a workbook for each sheet with a project form, with the cover and a hidden sheet of its own, and
    a copy of the whole.

    A file that stands there already and says something else is left alone: a colleague may have filled it in.
    Raises UsageError where there is nothing to take apart, UnreadableFile, OutputError.
    """
    path, folder = Path(path), Path(folder)
    source = open_source(path)
    if source.kind != "xlsx" or path.suffix.lower() not in (".xlsx", ".xlsm"):
        told = (
            source.problems[0].text
            if source.problems and not source.grids
            else f"“{path.name}”不是xlsx工作簿，拆不开；请用Excel或WPS打开后另存为xlsx。"
        )
        raise UsageError(told)
    sheets = _project_sheets(understand(source).forms)
    if not sheets:
        raise UsageError(f"“{path.name}”里没有找到项目支出绩效自评表，没有可拆的。")
    others = {form.sheet for form in understand(source).forms if form.kind != PROJECT}
    left = tuple(f"“{name}”上还有部门整体表，没有拆。" for name in sheets if name in others)
    sheets = {name: forms for name, forms in sheets.items() if name not in others}
    if not sheets:
        raise UsageError(
            f"“{path.name}”的项目表和部门整体表在同一张工作表上，拆不开。请先把它们分到各自的工作表。"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"建不了文件夹“{folder}”：{cause_of(error)}。请换一个位置。") from error
    taken: set[str] = set()
    parts = tuple(_part(path, folder, source, name, forms, taken) for name, forms in sheets.items())
    kept = folder / f"{KEPT_COPY}{path.suffix.lower()}"
    data = path.read_bytes()
    if not kept.exists() or kept.read_bytes() != data:
        write_out(_free(kept), lambda file: Path(file).write_bytes(data))
    return Split(folder, kept, parts, left)


def _free(kept: Path) -> Path:
    """The place of the copy; an older copy of another version is moved aside."""
    if kept.exists():
        number = 1
        while (aside := kept.with_stem(f"{kept.stem}_旧{number}")).exists():
            number += 1
        try:
            kept.rename(aside)
        except OSError as error:
            raise OutputError(
                f"“{kept}”是上次拆分的留底，移不开：{cause_of(error)}。请关闭它，或换一个文件夹。"
            ) from error
    return kept


def _project_sheets(forms: tuple[Form, ...]) -> dict[str, list[Form]]:
    sheets: dict[str, list[Form]] = {}
    for form in forms:
        if form.kind == PROJECT:
            sheets.setdefault(form.sheet, []).append(form)
    return sheets


def _part(path: Path, folder: Path, source: Source, sheet: str, forms: list[Form], taken: set[str]) -> Part:
    form = forms[0]
    more = f"等{len(forms)}个项目" if len(forms) > 1 else ""
    name = unique(safe_name(sheet, form.project_code or "", (form.project or "") + more, longest=150), taken)
    out = folder / f"{name}{path.suffix.lower()}"
    grid = next(grid for grid in source.grids if grid.name == sheet)
    try:
        package = extract(path, (COVER, sheet, LISTS), _settings(source, grid), _cover_texts(source, sheet))
    except UnreadableFile as error:
        raise UnreadableFile(f"“{path.name}”{error}") from error
    fresh = package.bytes()
    there = out.read_bytes() if out.exists() else None
    if there is None:
        write_out(out, lambda file: Path(file).write_bytes(fresh))
    result = WRITTEN if there is None else SAME if there == fresh else KEPT
    return Part(out, sheet, form.project or "", form.project_code or "", result)


def _cover_texts(source: Source, sheet: str) -> Mapping[tuple[str, str], str]:
    """What the cover says to the colleague instead of what it says to the department."""
    cover = next((grid for grid in source.grids if grid.name == COVER), None)
    places = {cover.text(row, 0).strip(): a1(row, 1) for row in range(cover.height)} if cover else {}
    return {
        (COVER, places[label]): text.format(sheet=sheet)
        for label, text in _TO_COLLEAGUES.items()
        if label in places
    }


def _settings(source: Source, grid: Grid) -> Mapping[str, str]:
    """The keys of the whole workbook that concern this sheet, and what stands in each of its cells now."""
    own = {
        key: text
        for key, text in source.settings.items()
        if not (key.partition("|")[0] in _ABOUT_SHEETS and "|" in key and key.split("|")[1] != grid.name)
    }
    base = {
        f"{BASE}|{a1(row, column)}": text
        for row in range(grid.height)
        for column in range(grid.width)
        if (text := grid.text(row, column).strip())
    }
    return own | {SINGLE: grid.name, SINGLE_OF: source.sha256} | base
