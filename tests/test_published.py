"""Forms as places published them, rebuilt as files: tests/published/<name>, its right values in <name>.json.

`source` in the JSON says where the layout comes from, `note` what is special and what was made up.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from selfeval_xl.assessment import policy
from selfeval_xl.cli.json_documents import read_document
from selfeval_xl.readers import read_file
from support.published_forms import compare_cells, compare_fields

FOLDER = Path(__file__).parent / "published"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")

# What the reader does not read rightly, with the reason. A file that comes out right fails until it is taken
# from this table.
NOT_READ: dict[str, str] = {}


def _param(path: Path):
    marks = [pytest.mark.xfail(strict=True, reason=NOT_READ[path.stem])] if path.stem in NOT_READ else []
    return pytest.param(path, id=path.stem, marks=marks)


def _expected(path: Path) -> dict:
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [_param(path) for path in FILES])
def test_every_field_is_right_and_knows_its_cell(path):
    document = read_document([read_file(path)], policy.default())
    forms = [form for form in document["files"][0]["forms"] if form["kind"] != "report"]
    expected = _expected(path)
    assert compare_fields(expected, forms).wrong + compare_cells(expected, forms).wrong == []


def test_each_form_says_where_its_layout_comes_from():
    assert len(FILES) >= 8
    assert all(_expected(path)["source"] and _expected(path)["note"] for path in FILES)


def test_the_table_of_what_is_not_read_names_files():
    assert set(NOT_READ) <= {path.stem for path in FILES}
