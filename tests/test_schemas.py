"""The JSON Schemas of `read --json` and `check --json`: shipped once, documented, strict, and held by every
document that the tests make (see contract_hooks.py).
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from support import contract_hooks
from support.command import selfeval
from support.schemas import DOCUMENTED, KINDS, SHIPPED, schema, violations

REWRITE = "python -m pytest tests/test_schemas.py --rewrite-contracts"


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> dict[str, dict]:
    """What is printed about one filled-in workbook, by kind."""
    from selfeval_xl import templates

    book = tmp_path_factory.mktemp("schemas") / "自评表.xlsx"
    indicator = {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "卫星电话数量",
        "target": "=25部",
        "actual": "0部",
    }
    fund = {"source": "当年财政拨款", "initial_budget": "132.71", "annual_budget": "57.04", "executed": "56"}
    form = {"project": "应急管理", "unit": "示例局", "funding": [fund], "indicators": [indicator]}
    templates.fill_in("jilin-2024", book, projects=[form], year=2024)
    return {kind: json.loads(selfeval(kind, book, "--json").stdout) for kind in KINDS}


def objects(node: object) -> Iterator[dict]:
    """Every object schema below a node."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        node = list(node.values())
    for below in node if isinstance(node, list) else ():
        yield from objects(below)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema_of_the_draft_it_names(kind):
    Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_documented_schema_is_the_shipped_one(kind, request):
    name = f"{kind}.schema.json"
    if request.config.getoption("--rewrite-contracts"):
        shutil.copy(SHIPPED / name, DOCUMENTED / name)
    assert (DOCUMENTED / name).read_bytes() == (SHIPPED / name).read_bytes(), (
        f"edit {SHIPPED / name}: {REWRITE}"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_may_be_missing_or_added(kind):
    """Except in the maps of cells (the columns that a form has) and in `form`, which says its kind."""
    for node in objects(schema(kind)):
        keys = set(node["properties"])
        is_map = all(below == {"$ref": "#/$defs/cells"} for below in node["properties"].values())
        if keys != {"kind"}:
            assert node["additionalProperties"] is False and node["description"], node
            assert is_map or set(node["required"]) == keys, node


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_described(kind):
    names = schema(kind)["$defs"]
    for node in objects(schema(kind)):
        for key, below in node["properties"].items():
            reference = below.get("$ref", "").rsplit("/", 1)[-1]
            held = "const" in below or "anyOf" in below
            assert held or below.get("description") or names[reference].get("description"), key


def test_what_is_printed_holds(documents):
    assert {kind: violations(kind, document) for kind, document in documents.items()} == {
        kind: [] for kind in KINDS
    }


READ, CHECK = ("files", 0, "forms", 0), ("findings", 0)


@pytest.mark.parametrize(
    "kind, place, key, value",
    [
        ("read", (), "version", "1"),
        ("read", READ, "kind", "declaration"),
        ("read", READ, "money_unit", "美元"),
        ("read", READ, "year", "2024"),
        ("read", READ, "tasks", []),
        ("read", (*READ, "cells"), "project", "R2C3"),
        ("read", (*READ, "cells"), "note_of_ours", "A1"),
        ("read", (*READ, "funding", 0), "executed", 56.96),
        ("read", (*READ, "funding", 0), "executed", "56.96万元"),
        ("read", (*READ, "funding", 0), "executed", "1,056.96"),
        ("read", (*READ, "indicators", 0), "verdict", "未完成"),
        ("read", (*READ, "indicators", 0), "deviation", "-1"),
        ("read", (*READ, "indicators", 0), "actual", 0),
        ("read", ("files", 0), "sha256", "AB"),
        ("check", CHECK, "severity", "警告"),
        ("check", CHECK, "treatment", "ignore"),
        ("check", CHECK, "status", "closed"),
        ("check", CHECK, "cell", "A1:B2"),
        ("check", CHECK, "cell", "A0"),
        ("check", CHECK, "form", "summary"),
        ("check", CHECK, "status", "explained"),
        ("check", CHECK, "rule", ""),
        ("check", ("rules", 0), "status", "off"),
        ("check", ("files", 0), "errors", -1),
        ("check", ("files", 0), "notes", 0),
    ],
)
def test_a_value_that_is_not_agreed_breaks_it(documents, kind, place, key, value):
    document = copy.deepcopy(documents[kind])
    at(document, place)[key] = value
    assert violations(kind, document)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_is_missing_breaks_it(documents, kind):
    for place in [(), *((name, 0) for name in documents[kind]), *([READ] if kind == "read" else [])]:
        for key in at(documents[kind], place):
            document = copy.deepcopy(documents[kind])
            del at(document, place)[key]
            assert violations(kind, document), (place, key)


def at(document: dict, place: tuple) -> dict:
    for step in place:
        document = document[step]
    return document


def test_every_document_that_a_test_makes_is_looked_at():
    """The builders were found, whatever module they lie in; both ways of making a document are watched."""
    assert set(contract_hooks.BUILT_IN) == set(contract_hooks.BUILDERS)
    assert hasattr(selfeval, "__wrapped__")
