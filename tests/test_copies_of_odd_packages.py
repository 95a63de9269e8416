"""What is written into a copy of a package of another program is alive, and nothing else of it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.grid import a1
from selfeval_xl.readers.formats.source import Source, open_source
from selfeval_xl.writers.xlsx.apply import apply
from support import office
from support.odd_packages import TYPES, Parts, moved, others, written
from support.workbooks import parts


def edits_for(source: Source) -> list[Edit]:
    """A mark on the first cell with a value, and texts and a number below the sheet."""
    grid = source.grids[0]
    first = next(
        (
            (row, column)
            for row in range(grid.height)
            for column in range(grid.width)
            if grid.text(row, column).strip() and grid.area(row, column).top == row
        ),
        None,
    )
    below = grid.height + 1
    edits = [
        Edit(grid.name, a1(below, 0), None, "原因：【待补充】", Look.STUB),
        Edit(grid.name, a1(below, 1), None, Decimal("0.5"), Look.PERCENT),
        Edit(grid.name, a1(below, 2), None, "完成率", Look.HEAD),
        Edit("校验结果", "A1", None, "序号", Look.HEAD),
    ]
    if first:
        text = grid.text(*first).strip()
        edits.append(Edit(grid.name, a1(*first), text, text, Look.ERROR, remark="错误（须修改）：请改。"))
    return edits


def assert_alive(path: Path, out: Path) -> None:
    """Fails where a mark and texts in a copy bring new faults of the validator or change another value."""
    source = open_source(path)
    edits = edits_for(source)
    applied = apply(path, edits, out)
    assert applied.refused == () and len(applied.done) == len(edits)
    copy = {grid.name: grid for grid in open_source(out).grids}
    for grid in source.grids:
        after = copy[grid.name]
        for row in range(grid.height):
            texts = [grid.text(row, column) for column in range(grid.width)]
            assert [after.text(row, column) for column in range(grid.width)] == texts
    before, now = Counter(office.violations(path)), Counter(office.violations(out))
    assert list(now - before) == []


def without_groups(content: Parts, *names: str) -> Parts:
    """The package without these groups of its styles."""
    from lxml import etree

    root = etree.fromstring(content["xl/styles.xml"])
    for child in list(root):
        if etree.QName(child).localname in names:
            root.remove(child)
    return content | {"xl/styles.xml": etree.tostring(root)}


def prefixed(content: Parts) -> Parts:
    """The package with a prefix at every element of its styles and its first sheet."""
    from lxml import etree

    result = dict(content)
    for name in ("xl/styles.xml", "xl/worksheets/sheet1.xml"):
        old = etree.fromstring(content[name])
        space = old.nsmap[None]
        spaces = {"x": space} | {prefix: uri for prefix, uri in old.nsmap.items() if prefix}
        new = etree.Element(old.tag, old.attrib, nsmap=spaces)
        new[:] = list(old)
        text = etree.tostring(new)
        etree.cleanup_namespaces(new, keep_ns_prefixes=["x"])
        result[name] = etree.tostring(etree.fromstring(text))
    return result


def without_default_for_relations(content: Parts) -> Parts:
    """The package that names each part of relationships by itself."""
    kind = "application/vnd.openxmlformats-package.relationships+xml"
    types = content[TYPES].replace(f'<Default Extension="rels" ContentType="{kind}"/>'.encode(), b"")
    types = types.replace(f'<Default ContentType="{kind}" Extension="rels"/>'.encode(), b"")
    assert types != content[TYPES]
    named = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name in content if name.endswith(".rels")
    )
    return content | {TYPES: types.replace(b"</Types>", named.encode() + b"</Types>")}


CHANGES: dict[str, Callable[[Parts], Parts]] = {
    "no cellXfs": lambda content: without_groups(content, "cellXfs"),
    "no borders": lambda content: without_groups(content, "borders"),
    "no fills and fonts": lambda content: without_groups(content, "fills", "fonts"),
    "no groups": lambda content: (
        content
        | {
            "xl/styles.xml": b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
        }
    ),
    "prefixed": prefixed,
    "no default for relationships": without_default_for_relations,
    "in another folder": lambda content: moved(content, "wtf"),
}


@pytest.fixture
def without_notes(tmp_path) -> Path:
    """A workbook of two plain values in two cell styles."""
    book = openpyxl.Workbook()
    book.active["A1"] = "项目名称"
    book.active["B1"] = 0.5
    book.active["B1"].number_format = "0.00%"
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_of_an_odd_package_is_alive(tmp_path, without_notes, assert_valid_ooxml, change):
    odd = written(tmp_path / "怪.xlsx", CHANGES[change](parts(without_notes)))
    assert_alive(odd, tmp_path / "改.xlsx")
    notes = [data for name, data in parts(tmp_path / "改.xlsx").items() if "comments" in name]
    assert len(notes) == 1 and "错误（须修改）：请改。".encode() in notes[0]


def test_a_new_style_is_no_style_that_cells_already_name(tmp_path, without_notes):
    """A cell may name a style, and a style a font, that is not there: ours must not take its number."""
    content = without_groups(parts(without_notes), "cellXfs")
    odd = written(tmp_path / "怪.xlsx", content)
    apply(odd, edits_for(open_source(odd)), tmp_path / "改.xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "改.xlsx").worksheets
    sheet = next(each for each in sheets if each["A1"].value == "项目名称")
    assert sheet["B1"].font.b is False and sheet["B1"].fill.fill_type is None
    assert sheet["B1"].number_format == "General"


@pytest.mark.slow
@pytest.mark.parametrize("path", others(".xlsx"), ids=lambda path: path.name if path else "")
def test_copies_of_files_of_others_are_alive(path, tmp_path, assert_valid_ooxml):
    assert_alive(path, tmp_path / "改.xlsx")
