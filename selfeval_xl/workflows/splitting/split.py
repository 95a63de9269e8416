"""Splits a department workbook into workbooks with one project form each; it is only read itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from selfeval_xl.errors import OutputError, UnreadableFile, UsageError, cause_of
from selfeval_xl.files import check_writable, is_replacing, make_folder, safe_name, unique, write_out
from selfeval_xl.model.forms import PROJECT, Form
from selfeval_xl.model.grid import Grid, a1
from selfeval_xl.model.sheet_names import COVER, EVIDENCE, LISTS
from selfeval_xl.readers import understand
from selfeval_xl.readers.formats.source import Source
from selfeval_xl.workflows.splitting.evidence import evidence_base
from selfeval_xl.workflows.splitting.keys import BASE, KEPT_COPY, SINGLE, SINGLE_OF
from selfeval_xl.writers.xlsx.extract_sheets import extract
from selfeval_xl.writers.xlsx.opened import OpenedWorkbook, open_workbook

WRITTEN, SAME, KEPT, REPLACED = "已拆出", "没有变化", "没有覆盖", "已覆盖"
_ABOUT_SHEETS = ("issued", "project", "project_code", "base")  # keys of one sheet: issued|项目01|B2
_TO_COLLEAGUES = {
    "要报回的": "只填“{sheet}”这一张，填好后交给本单位汇总的人，不用另外报财政局。",
    "报送方式": "交给本单位汇总的人",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One single form: its file and project. result: 已拆出, 没有变化, 没有覆盖, 已覆盖."""

    file: Path
    sheet: str
    project: str
    code: str
    result: str


@dataclass(frozen=True, slots=True)
class Split:
    """The result of a split.

    parts: one for each sheet with project forms. kept: the copy of the whole that `merge` starts from. left:
    a sentence for each sheet that stays whole.
    """

    folder: Path
    kept: Path
    parts: tuple[Part, ...]
    left: tuple[str, ...] = ()


def split(path: str | Path, folder: str | Path) -> Split:
    """Writes a workbook for each sheet with a project form, and a copy of the whole.

    Each has the cover and a hidden sheet of its own. A file that is there already with other contents is left
    alone, outside of `files.replacing`: a colleague may have filled it in. Raises UsageError where there is
    nothing to split, UnreadableFile, OutputError.
    """
    path, folder = Path(path), Path(folder)
    opened = open_workbook(path)
    source = opened.source
    if source.package is None or not opened.is_xlsx or path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise UsageError(
            source.problems[0].text
            if source.problems and not source.grids
            else f"“{path.name}”不是xlsx工作簿，拆不开；请用Excel或WPS打开后另存为xlsx。"
        )
    forms = understand(source).forms
    sheets = _project_sheets(forms)
    if not sheets:
        raise UsageError(f"“{path.name}”里没有找到项目支出绩效自评表，没有可拆的。")
    others = {form.sheet for form in forms if form.kind != PROJECT}
    left = tuple(f"“{name}”上还有部门整体表，没有拆。" for name in sheets if name in others)
    sheets = {name: group for name, group in sheets.items() if name not in others}
    if not sheets:
        raise UsageError(
            f"“{path.name}”的项目表和部门整体表在同一张工作表上，拆不开。请先把它们分到各自的工作表。"
        )
    make_folder(folder)
    taken: set[str] = set()
    parts = tuple(_write_part(path, folder, opened, name, group, taken) for name, group in sheets.items())
    copy = folder / f"{KEPT_COPY}{path.suffix.lower()}"
    data = source.package.data
    if not copy.exists() or copy.read_bytes() != data:
        _move_aside(copy)
        write_out(copy, lambda file: Path(file).write_bytes(data))
    return Split(folder, copy, parts, left)


def _move_aside(copy: Path) -> None:
    """Renames the copy that an earlier split left; OutputError where that fails."""
    if copy.exists():
        check_writable(copy)
        number = 1
        while (aside := copy.with_stem(f"{copy.stem}_旧{number}")).exists():
            number += 1
        try:
            copy.rename(aside)
        except OSError as error:
            raise OutputError(
                f"“{copy}”是上次拆分的留底，移不开：{cause_of(error)}。请关闭它，或换一个文件夹。"
            ) from error


def _project_sheets(forms: tuple[Form, ...]) -> dict[str, list[Form]]:
    """The project forms by sheet."""
    sheets: dict[str, list[Form]] = {}
    for form in forms:
        if form.kind == PROJECT:
            sheets.setdefault(form.sheet, []).append(form)
    return sheets


def _write_part(
    path: Path, folder: Path, opened: OpenedWorkbook, sheet: str, forms: list[Form], taken: set[str]
) -> Part:
    """Writes the single form of one sheet, unless its file is there already. taken: names of this split."""
    form = forms[0]
    more = f"等{len(forms)}个项目" if len(forms) > 1 else ""
    name = unique(safe_name(sheet, form.project_code or "", (form.project or "") + more, longest=150), taken)
    out = folder / f"{name}{path.suffix.lower()}"
    source, grid = opened.source, opened.grids[sheet]
    try:
        book = OpenedWorkbook(source).book
        texts = _cover_texts(source, sheet)
        extract(book, (COVER, sheet, EVIDENCE, LISTS), _settings(source, grid), texts, opened.grids)
    except UnreadableFile as error:
        raise UnreadableFile(f"“{path.name}”{error}") from error
    fresh = book.package.bytes()
    before = out.read_bytes() if out.exists() else None
    result = WRITTEN if before is None else SAME if before == fresh else REPLACED if is_replacing() else KEPT
    if result != KEPT:
        write_out(out, lambda file: Path(file).write_bytes(fresh))
    return Part(out, sheet, form.project or "", form.project_code or "", result)


def _cover_texts(source: Source, sheet: str) -> Mapping[tuple[str, str], str]:
    """The texts of the cover for the colleague, instead of those for the department, by sheet and cell."""
    cover = next((grid for grid in source.grids if grid.name == COVER), None)
    cells = {cover.text(row, 0).strip(): a1(row, 1) for row in range(cover.height)} if cover else {}
    return {
        (COVER, cells[label]): text.format(sheet=sheet)
        for label, text in _TO_COLLEAGUES.items()
        if label in cells
    }


def _settings(source: Source, grid: Grid) -> Mapping[str, str]:
    """The keys of the whole workbook that concern this sheet, and the text of each of its cells now."""
    settings = {
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
    evidence = next((each for each in source.grids if each.name == EVIDENCE), None)
    base |= evidence_base(evidence, grid.name)
    return settings | {SINGLE: grid.name, SINGLE_OF: source.sha256} | base
