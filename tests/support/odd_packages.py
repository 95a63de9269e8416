"""Packages as other programs put them together, and where the files of others lie."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from support.command import ROOT

OTHERS = ROOT.parent / "shared" / "others"
RELATIONS = "_rels/.rels"
TYPES = "[Content_Types].xml"
Parts = dict[str, bytes]


def written(path: Path, content: Parts) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def moved(content: Parts, folder: str) -> Parts:
    """The package with everything of xl/ in another folder ("" for the root)."""
    place = f"{folder}/" if folder else ""
    result = {}
    for name, data in content.items():
        if name in (TYPES, RELATIONS):
            data = data.replace(b'"/xl/', f'"/{place}'.encode()).replace(b'"xl/', f'"{place}'.encode())
        if name.endswith(".rels"):
            data = data.replace(b'"/xl/', f'"/{place}'.encode())
        result[name.replace("xl/", place, 1) if name.startswith("xl/") else name] = data
    return result


def others(*endings: str) -> list[Path]:
    """The files of others, where they lie beside the checkout."""
    found = sorted(path for path in OTHERS.glob("*") if path.suffix in endings) if OTHERS.is_dir() else []
    return found or [pytest.param(None, marks=pytest.mark.skip(reason="no files of others are here"))]
