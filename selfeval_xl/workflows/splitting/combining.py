"""Combines the files that came back with the department workbook: edits, conflicts, values without a cell.

No file is opened here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from selfeval_xl.model.edits import Edit
from selfeval_xl.model.grid import a1, position
from selfeval_xl.model.text import squeeze
from selfeval_xl.workflows.splitting.alignment import Place
from selfeval_xl.workflows.splitting.changes import Changes, FilledCell, compare
from selfeval_xl.workflows.splitting.keys import BASE, SINGLE
from selfeval_xl.workflows.splitting.returned import ReturnedForm, SheetState

CAME, UNTOUCHED, AWAY, DISPUTED = "已交回", "交回但没有改动", "没有交回", "有冲突"
CONFLICT, STRAY, UNKNOWN, UNREAD, TWICE = "冲突", "没有带回", "对不上", "读不出", "重复"
_CHANGED_THERE = "拆分以后部门工作簿里也改过这一格"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that needs a person.

    kind: 冲突, 没有带回, 对不上, 读不出, 重复. kept: the value of the department workbook. told: the value of
    each file. why: the reason.
    """

    kind: str
    sheet: str
    cell: str
    project: str
    kept: str
    told: str
    why: str


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """One project of the department workbook: the files that came back for it.

    landed, conflicts, strays: cells taken, disputed, without a cell in the department workbook.
    """

    sheet: str
    project: str
    code: str
    status: str
    files: tuple[str, ...] = ()
    landed: int = 0
    conflicts: int = 0
    strays: int = 0


@dataclass(slots=True)
class Combined:
    """The result of combining. hidden: by sheet the hidden rows that get values and have to be shown."""

    statuses: list[ProjectStatus] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    hidden: dict[str, set[int]] = field(default_factory=dict)


def combine(
    whole: ReturnedForm, parts: Sequence[ReturnedForm], open_cells: Mapping[str, frozenset[Place]]
) -> Combined:
    """The edits, lines and statuses for the files that came back.

    open_cells: the unlocked cells of each sheet of the department workbook. A cell is taken where all files
    that changed it have the same value and nobody changed it in the department workbook meanwhile. Where they
    differ the department workbook's value stays and the conflict is listed; which file is newer is not
    guessed.
    """
    combined = Combined()
    found: dict[str, list[tuple[str, Changes]]] = {sheet.name: [] for sheet in whole.sheets}
    for part in _each_once(parts, combined.lines):
        name = Path(part.path).name
        if part.problem:
            combined.lines.append(Line(UNREAD, "", "", "", "", name, part.problem))
        for state in part.sheets:
            target = _target(part, state, whole)
            if target is None:
                why = f"部门工作簿里没有这个项目，里面的{len(state.texts)}格都没有带回"
                combined.lines.append(Line(UNKNOWN, state.name, "", state.project or "", "", name, why))
                continue
            base = _base(part, target)
            changes = compare(state, base, target, open_cells.get(target.name, frozenset()))
            found[target.name].append((name, changes))
    for sheet in whole.sheets:
        _settle(combined, sheet, found[sheet.name])
    return combined


def _each_once(parts: Sequence[ReturnedForm], lines: list[Line]) -> Iterator[ReturnedForm]:
    """The files without exact copies of an earlier one; for each copy a line is added."""
    names: dict[str, str] = {}
    for part in parts:
        name = Path(part.path).name
        if part.sha256 and part.sha256 in names:
            why = f"与“{names[part.sha256]}”完全相同，只算一份"
            lines.append(Line(TWICE, "", "", "", "", name, why))
            continue
        names[part.sha256] = name
        yield part


def _target(part: ReturnedForm, state: SheetState, whole: ReturnedForm) -> SheetState | None:
    """The sheet of the department workbook with this project, or None.

    It is known by its code, else by its name, else by the sheet that the form was taken from.
    """
    by_code = [sheet for sheet in whole.sheets if state.code and sheet.code == state.code]
    by_name = [
        sheet
        for sheet in by_code or whole.sheets
        if state.project and sheet.project and squeeze(sheet.project) == squeeze(state.project)
    ]
    origin = part.settings.get(SINGLE) if len(part.sheets) == 1 else None
    for group in (by_name, by_code):
        if len(group) == 1:
            return group[0]
        if len(group) > 1 and origin:
            return next((sheet for sheet in group if sheet.name == origin), None)
    source = next((sheet for sheet in whole.sheets if sheet.name == origin), None)
    if source is None or (state.code and source.code and state.code != source.code):
        return None
    base = _base(part, source)
    return source if source.project and source.project in base.values() else None


def _base(part: ReturnedForm, target: SheetState) -> Mapping[Place, str]:
    """The form's texts when it was taken out, by its hidden sheet; else those of the department workbook."""
    if len(part.sheets) == 1 and SINGLE in part.settings:
        start = f"{BASE}|"
        texts = {
            position(key[len(start) :]): text.strip()
            for key, text in part.settings.items()
            if key.startswith(start)
        }
        if texts:
            return texts
    return target.texts


def _settle(combined: Combined, sheet: SheetState, found: list[tuple[str, Changes]]) -> None:
    """Decides each cell of one sheet; adds its edits, its lines and its status."""
    project = sheet.project or ""
    changed = [(file, changes.cells) for file, changes in found if changes.cells]
    conflicts = landed = 0
    for place in sorted({place for _, cells in changed for place in cells}):
        by_file = {file: cells[place] for file, cells in changed if place in cells}
        why = _dispute(place, by_file, changed, sheet)
        if why:
            conflicts += 1
            combined.lines.append(_conflict(place, by_file, changed, sheet, why))
        elif sheet.texts.get(place, "") != next(iter(by_file.values())).text:
            landed += 1
            combined.edits.append(_edit(place, by_file, sheet))
            if place[0] in sheet.hidden:
                combined.hidden.setdefault(sheet.name, set()).add(place[0])
    strays = [
        Line(
            STRAY,
            sheet.name,
            stray.cell,
            project,
            stray.base,
            f"{file}：{stray.text or '（空）'}",
            stray.why,
        )
        for file, changes in found
        for stray in changes.strays
    ]
    combined.lines += strays
    status = DISPUTED if conflicts else CAME if changed or strays else UNTOUCHED if found else AWAY
    files = tuple(file for file, _ in found)
    combined.statuses.append(
        ProjectStatus(sheet.name, project, sheet.code or "", status, files, landed, conflicts, len(strays))
    )


def _conflict(
    place: Place,
    by_file: Mapping[str, FilledCell],
    changed: Sequence[tuple[str, Mapping[Place, FilledCell]]],
    sheet: SheetState,
    why: str,
) -> Line:
    """The line about a cell that cannot be decided, with the value of each file."""
    base = next(iter(by_file.values())).base
    texts = "；".join(
        f"{file}：{cells[place].text if place in cells else base}"
        for file, cells in changed
        if place in cells or base
    )
    return Line(CONFLICT, sheet.name, a1(*place), sheet.project or "", sheet.texts.get(place, ""), texts, why)


def _edit(place: Place, by_file: Mapping[str, FilledCell], sheet: SheetState) -> Edit:
    """The edit that writes the value which all of these files have."""
    change = next(iter(by_file.values()))
    return Edit(
        sheet.name,
        a1(*place),
        sheet.texts.get(place),
        change.value if change.text else None,
        why=f"取自{'、'.join(by_file)}",
    )


def _dispute(
    place: Place,
    by_file: Mapping[str, FilledCell],
    changed: Sequence[tuple[str, Mapping[Place, FilledCell]]],
    sheet: SheetState,
) -> str:
    """The reason why the cell cannot be decided, "" where it can.

    by_file: the changes of this cell. changed: all changes of each file. A file in which a cell that was
    empty is still empty disputes nothing.
    """
    texts = {change.text for change in by_file.values()}
    base = next(iter(by_file.values())).base
    others = [file for file, cells in changed if place not in cells]
    if len(texts) > 1:
        return "几份交回的表填得不一样，保留了部门工作簿里的"
    if others and base:
        return f"“{others[0]}”里还是原来的，保留了部门工作簿里的"
    if sheet.texts.get(place, "") not in (base, next(iter(texts))):
        return f"{_CHANGED_THERE}，保留了部门工作簿里的"
    return ""
