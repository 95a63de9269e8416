"""Official forms as data: one file per form, `<id>.<kind>.toml`.

A new county's form is one new file and no Python.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from functools import cache
from importlib import resources

from selfeval_xl.errors import LayoutError
from selfeval_xl.layouts.layout import OWNERS, SELF, STAGES, Layout
from selfeval_xl.layouts.parse import parse_layout
from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, FORM_NAMES, MONITORING, PROJECT

__all__ = [
    "SELF",
    "STAGES",
    "USUAL",
    "Layout",
    "id_of",
    "ids",
    "label",
    "labels",
    "load",
    "load_all",
    "parse_layout",
    "stage_of",
]

# The layout of each stage where none is named.
USUAL = {SELF: "jilin-2024", MONITORING: "mof-2019", DECLARATION: "mof-2015"}


@cache
def _shipped() -> tuple[Layout, ...]:
    """Every layout that ships, sorted by file name. Raises LayoutError naming file and line or key."""
    files = sorted(
        (entry for entry in resources.files(__package__).iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    return tuple(parse_layout(entry.read_text(encoding="utf-8"), entry.name) for entry in files)


def stage_of(name: str) -> str:
    """The stage that a person names: monitoring, 监控, 绩效运行监控.

    Raises LayoutError, which names them all.
    """
    wanted = name.strip().casefold()
    named = [stage for stage, title in STAGES.items() if wanted == stage or (wanted and wanted in title)]
    if len(named) == 1:
        return named[0]
    known = "、".join(f"{stage}（{title}）" for stage, title in STAGES.items())
    raise LayoutError(f"没有环节“{name}”，--stage 可写 {known}。")


@cache
def load_all(stage: str = SELF) -> tuple[Layout, ...]:
    """Every layout of a stage (`STAGES`), sorted by file name.

    Raises LayoutError naming file and line or key.
    """
    return tuple(layout for layout in _shipped() if layout.stage == stage)


def ids(stage: str = SELF) -> tuple[str, ...]:
    """The ids of all layouts of a stage, each once."""
    return tuple(dict.fromkeys(layout.id for layout in load_all(stage)))


@cache
def _labels(stage: str) -> dict[str, str]:
    """The layouts as people see them by id: 云南（yunnan）; the files have the Chinese names."""
    names = {layout.id: layout.names[0] for layout in reversed(load_all(stage)) if layout.names}
    return {layout_id: f"{names[layout_id]}（{layout_id}）" for layout_id in ids(stage) if layout_id in names}


def label(layout_id: str, stage: str = SELF) -> str:
    """The layout as people see it: 云南（yunnan）; the text itself where it is none of ours."""
    return _labels(stage).get(layout_id, layout_id)


def labels(stage: str = SELF) -> tuple[str, ...]:
    """All layouts of a stage as people see them, each once."""
    return tuple(label(layout_id, stage) for layout_id in ids(stage))


@cache
def _spellings(stage: str) -> dict[str, str]:
    """The ids by each way of naming a layout: its id, its Chinese names, its label."""
    found = {}
    for layout in load_all(stage):
        for name in (layout.id, label(layout.id, stage), *layout.names):
            found[_folded(name)] = layout.id
    return found


def _folded(name: str) -> str:
    """A name without width, case, spaces, signs, and the words that people add (省, 市, 版, 表式)."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"\s|年|省|市|版|表式|[-()]", "", text)


def id_of(name: str, stage: str = SELF) -> str:
    """The id of the layout that a person names by id or in Chinese: 云南, yunnan, 云南（yunnan）.

    Raises LayoutError, which says what may be meant and what there is, and of which stage it is otherwise.
    """
    spellings, folded = _spellings(stage), _folded(name)
    if folded in spellings:
        return spellings[folded]
    begun = [
        known for known in spellings if folded and (known.startswith(folded) or folded.startswith(known))
    ]
    near = [spellings[known] for known in begun or get_close_matches(folded, spellings, cutoff=0.6)]
    asked = f"是不是 {'、'.join(label(each, stage) for each in dict.fromkeys(near))}？" if near else ""
    of = "" if stage == SELF else f"{STAGES[stage]}的"
    elsewhere = "".join(
        f"它是{STAGES[other]}的表式（--stage {other}）。"
        for other in STAGES
        if other != stage and folded in _spellings(other)
    )
    have = f"{STAGES[stage]}现有表式" if of or elsewhere else "现有表式"
    raise LayoutError(f"没有{of}表式“{name}”。{elsewhere or asked}{have}：{'、'.join(labels(stage))}。")


def load(layout_id: str, kind: str = PROJECT, of_department: bool = False) -> Layout:
    """The layout of this id and kind, of whatever stage; of_department counts for the earlier stages only.

    Raises LayoutError, which names the layouts there are.
    """
    for layout in _shipped():
        if (layout.id, layout.kind, layout.of_department) == (layout_id, kind, of_department):
            return layout
    stage = kind if kind in STAGES else SELF
    if layout_id in ids(stage):
        raise LayoutError(f"表式{label(layout_id, stage)}没有{FORM_NAMES[kind]}。")
    return load(id_of(layout_id, stage), kind, of_department)


def sheets_of(layout_id: str, stage: str = SELF) -> tuple[Layout, ...]:
    """The project form and the department form of one workbook: of the same id, or of the `companion`.

    layout_id: or a Chinese name, see `id_of`. Raises LayoutError.
    """
    layout_id = id_of(layout_id, stage)
    found = [layout for layout in load_all(stage) if layout.id == layout_id]
    owners = {layout.owner: layout for layout in found}
    for layout in found:
        if layout.companion and len(owners) == 1:
            other = DEPARTMENT if layout.owner == PROJECT else PROJECT
            of_stage = stage != SELF
            kind = stage if of_stage else other
            owners[other] = load(layout.companion, kind, of_stage and other == DEPARTMENT)
    return tuple(owners[owner] for owner in OWNERS if owner in owners)
