"""Official forms as data: one file per form, `<id>.<kind>.toml`.

A new county's form is one new file and no Python.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from selfeval_xl.errors import LayoutError
from selfeval_xl.layouts.layout import Layout
from selfeval_xl.layouts.parse import parse_layout

__all__ = ["Layout", "ids", "load", "load_all", "parse_layout"]


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


def load(layout_id: str, kind: str = "project") -> Layout:
    """The layout of this id and kind. Raises LayoutError, which names the ids there are."""
    for layout in load_all():
        if (layout.id, layout.kind) == (layout_id, kind):
            return layout
    raise LayoutError(f"没有表式“{layout_id}”（{kind}）。现有表式：{'、'.join(ids())}。")


def sheets_of(layout_id: str) -> tuple[Layout, ...]:
    """The project form and the department form of one workbook: of the same id, or of the `companion`.

    Raises LayoutError.
    """
    found = [layout for layout in load_all() if layout.id == layout_id]
    if not found:
        load(layout_id)
    kinds = {layout.kind: layout for layout in found}
    for layout in found:
        if layout.companion and len(kinds) == 1:
            other = "department" if layout.kind == "project" else "project"
            kinds[other] = load(layout.companion, other)
    return tuple(kinds[kind] for kind in ("project", "department") if kind in kinds)
