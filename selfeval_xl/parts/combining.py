"""All files that came back against the department workbook: what lands, what conflicts, what has no place.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..edits import Edit
from ..grid import a1, position
from ..reading.labels import squeeze
from .alignment import Place
from .changes import Change, Changes, compare
from .returned import Returned, SheetState
from .words import BASE, SINGLE

CAME, UNTOUCHED, AWAY, DISPUTED = "已交回", "交回但没有改动", "没有交回", "有冲突"
CONFLICT, STRAY, UNKNOWN, UNREAD, TWICE = "冲突", "没有带回", "对不上", "读不出", "重复"
_OURS_LATER = "拆分以后部门工作簿里也改过这一格"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that needs a person. kind: 冲突, 没有带回, 对不上, 读不出, 重复. told: what each file says."""

    kind: str
    sheet: str
    cell: str
    project: str
    kept: str
    told: str
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """One project of the department workbook: what came back for it."""

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
    statuses: list[Status] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    hidden: dict[str, set[int]] = field(default_factory=dict)  # rows that get values and have to be shown


def combine(
    whole: Returned, parts: Sequence[Returned], open_cells: Mapping[str, frozenset[Place]]
) -> Combined:
    """Puts together what came back. open_cells: the unlocked cells of each sheet of the department workbook.

    A cell is taken where all files that changed it say the same and nobody changed it in the department
    workbook meanwhile. Where
    they differ the department workbook's value stays and the conflict is listed; which file is newer is not
    guessed.
    """
    combined = Combined()
    found: dict[str, list[tuple[str, Changes]]] = {sheet.name: [] for sheet in whole.sheets}
    seen: dict[str, str] = {}
    for part in parts:
        name = Path(part.path).name
        if part.sha256 and part.sha256 in seen:
            combined.lines.append(
                Line(TWICE, "", "", "", "", name, f"与“{seen[part.sha256]}”完全相同，只算一份")
            )
            continue
        seen[part.sha256] = name
        if part.problem:
            combined.lines.append(Line(UNREAD, "", "", "", "", name, part.problem))
        for state in part.sheets:
            target = _target(part, state, whole)
            if target is None:
                combined.lines.append(
                    Line(
                        UNKNOWN,
                        state.name,
                        "",
                        state.project or "",
                        "",
                        name,
                        f"部门工作簿里没有这个项目，里面的{len(state.texts)}格都没有带回",
                    )
                )
            else:
                found[target.name].append(
                    (
                        name,
                        compare(
                            state,
                            _base(part, state, target),
                            target,
                            open_cells.get(target.name, frozenset()),
                        ),
                    )
                )
    for sheet in whole.sheets:
        _settle(combined, sheet, found[sheet.name])
    return combined


def _target(part: Returned, state: SheetState, whole: Returned) -> SheetState | None:
    """The sheet of the department workbook with this project: by code, else by name, else by the sheet that
    it was taken from.
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
    own = next((sheet for sheet in whole.sheets if sheet.name == origin), None)
    if own is None or (state.code and own.code and state.code != own.code):
        return None
    base = _base(part, state, own)
    return own if own.project and own.project in base.values() else None


def _base(part: Returned, state: SheetState, target: SheetState) -> Mapping[Place, str]:
    """What the form said when it was taken out, by its hidden sheet; without one, what the department
    workbook says.
    """
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
    """Decides each cell of one sheet and what to say of it."""
    project = sheet.project or ""
    changed = [(file, changes.cells) for file, changes in found if changes.cells]
    conflicts = landed = 0
    for place in sorted({place for _, cells in changed for place in cells}):
        told = {file: cells[place] for file, cells in changed if place in cells}
        why = _dispute(place, told, changed, sheet)
        one = next(iter(told.values()))
        if why:
            conflicts += 1
            says = "；".join(
                f"{file}：{cells[place].text if place in cells else one.base}"
                for file, cells in changed
                if place in cells or one.base
            )
            combined.lines.append(
                Line(CONFLICT, sheet.name, a1(*place), project, sheet.texts.get(place, ""), says, why)
            )
        elif sheet.texts.get(place, "") != one.text:
            landed += 1
            combined.edits.append(
                Edit(
                    sheet.name,
                    a1(*place),
                    sheet.texts.get(place),
                    one.value if one.text else None,
                    why=f"取自{'、'.join(told)}",
                )
            )
            if place[0] in sheet.hidden:
                combined.hidden.setdefault(sheet.name, set()).add(place[0])
    strays = 0
    for file, changes in found:
        for stray in changes.strays:
            strays += 1
            combined.lines.append(
                Line(
                    STRAY,
                    sheet.name,
                    stray.cell,
                    project,
                    stray.base,
                    f"{file}：{stray.text or '（空）'}",
                    stray.why,
                )
            )
    status = DISPUTED if conflicts else CAME if changed or strays else UNTOUCHED if found else AWAY
    combined.statuses.append(
        Status(
            sheet.name,
            project,
            sheet.code or "",
            status,
            tuple(file for file, _ in found),
            landed,
            conflicts,
            strays,
        )
    )


def _dispute(
    place: Place,
    told: Mapping[str, Change],
    changed: list[tuple[str, Mapping[Place, Change]]],
    sheet: SheetState,
) -> str:
    """Why the cell cannot be decided; "" where it can.

    A file that left an empty cell empty says nothing about it.
    """
    texts = {change.text for change in told.values()}
    base = next(iter(told.values())).base
    others = [file for file, cells in changed if place not in cells]
    if len(texts) > 1:
        return "几份交回的表填得不一样，保留了部门工作簿里的"
    if others and base:
        return f"“{others[0]}”里还是原来的，保留了部门工作簿里的"
    now = sheet.texts.get(place, "")
    if now not in (base, next(iter(texts))):
        return f"{_OURS_LATER}，保留了部门工作簿里的"
    return ""
