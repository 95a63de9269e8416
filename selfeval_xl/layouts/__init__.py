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
from selfeval_xl.layouts.layout import Layout
from selfeval_xl.layouts.parse import parse_layout
from selfeval_xl.model.forms import FORM_NAMES

__all__ = ["Layout", "id_of", "ids", "label", "labels", "load", "load_all", "parse_layout"]


@cache
def load_all() -> tuple[Layout, ...]:
    """Every layout that ships, sorted by file name. Raises LayoutError naming file and line or key."""
    files = sorted(
        (entry for entry in resources.files(__package__).iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    return tuple(parse_layout(entry.read_text(encoding="utf-8"), entry.name) for entry in files)


def ids() -> tuple[str, ...]:
    """The ids of all layouts, each once."""
    return tuple(dict.fromkeys(layout.id for layout in load_all()))


@cache
def _labels() -> dict[str, str]:
    """The layouts as people see them by id: 云南（yunnan）; the files have the Chinese names."""
    names = {layout.id: layout.names[0] for layout in reversed(load_all()) if layout.names}
    return {layout_id: f"{names[layout_id]}（{layout_id}）" for layout_id in ids() if layout_id in names}


def label(layout_id: str) -> str:
    """The layout as people see it: 云南（yunnan）; the text itself where it is none of ours."""
    return _labels().get(layout_id, layout_id)


def labels() -> tuple[str, ...]:
    """All layouts as people see them, each once."""
    return tuple(map(label, ids()))


@cache
def _spellings() -> dict[str, str]:
    """The ids by each way of naming a layout: its id, its Chinese names, its label."""
    found = {}
    for layout in load_all():
        for name in (layout.id, label(layout.id), *layout.names):
            found[_folded(name)] = layout.id
    return found


def _folded(name: str) -> str:
    """A name without width, case, spaces, signs, and the words that people add (省, 市, 版, 表式)."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"\s|年|省|市|版|表式|[-()]", "", text)


def id_of(name: str) -> str:
    """The id of the layout that a person names by id or in Chinese: 云南, yunnan, 云南（yunnan）.

    Raises LayoutError, which says what may be meant and what there is.
    """
    spellings, folded = _spellings(), _folded(name)
    if folded in spellings:
        return spellings[folded]
    begun = [
        known for known in spellings if folded and (known.startswith(folded) or folded.startswith(known))
    ]
    near = [spellings[known] for known in begun or get_close_matches(folded, spellings, cutoff=0.6)]
    asked = f"是不是 {'、'.join(map(label, dict.fromkeys(near)))}？" if near else ""
    raise LayoutError(f"没有表式“{name}”。{asked}现有表式：{'、'.join(labels())}。")


def load(layout_id: str, kind: str = "project") -> Layout:
    """The layout of this id and kind. Raises LayoutError, which names the layouts there are."""
    for layout in load_all():
        if (layout.id, layout.kind) == (layout_id, kind):
            return layout
    if layout_id in ids():
        raise LayoutError(f"表式{label(layout_id)}没有{FORM_NAMES[kind]}。")
    return load(id_of(layout_id), kind)


def sheets_of(layout_id: str) -> tuple[Layout, ...]:
    """The project form and the department form of one workbook: of the same id, or of the `companion`.

    layout_id: or a Chinese name, see `id_of`. Raises LayoutError.
    """
    layout_id = id_of(layout_id)
    found = [layout for layout in load_all() if layout.id == layout_id]
    kinds = {layout.kind: layout for layout in found}
    for layout in found:
        if layout.companion and len(kinds) == 1:
            other = "department" if layout.kind == "project" else "project"
            kinds[other] = load(layout.companion, other)
    return tuple(kinds[kind] for kind in ("project", "department") if kind in kinds)
