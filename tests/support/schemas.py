"""The JSON Schemas of `read --json` and `check --json`, and the check of a document against them."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path

KINDS = ("read", "check")
SHIPPED = Path(str(resources.files("selfeval_xl"))) / "schemas"
DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "schemas"


@cache
def schema(kind: str) -> dict:
    """The shipped schema of `selfeval <kind> --json`."""
    return json.loads((SHIPPED / f"{kind}.schema.json").read_text(encoding="utf-8"))


@cache
def _validator(kind: str):
    from jsonschema import Draft202012Validator  # here: most runs of pytest make no document

    return Draft202012Validator(schema(kind))


def violations(kind: str, document: object) -> list[str]:
    """Each place where the document breaks its schema, with the reason; none where it holds."""
    printed = json.loads(json.dumps(document, ensure_ascii=False))
    return [f"{error.json_path}: {error.message[:300]}" for error in _validator(kind).iter_errors(printed)]
