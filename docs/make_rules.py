"""Writes docs/rules.md and the examples of `selfeval rules` from the case files: run by `make rules`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from selfeval_xl.filings.grouping import gather  # noqa: E402
from selfeval_xl.rules.page import examples, rules_document  # noqa: E402
from selfeval_xl.rules.runner import check  # noqa: E402
from support.case_files import CASES, read_case  # noqa: E402

EXAMPLES = ROOT / "selfeval_xl" / "rules" / "examples.toml"
DOCUMENT = ROOT / "docs" / "rules.md"


def example_text() -> str:
    """The text of the data file with the first finding of each rule's firing case."""
    lines = ["# Made by `make rules` from tests/cases: for each rule one finding that its case gives.", ""]
    done = set()
    for path in sorted(CASES.glob("*.md")):
        case = read_case(path)
        if case.rule in done or not case.expected:
            continue
        finding = next((finding for finding in check(gather([case.file])) if finding.rule == case.rule), None)
        if finding:
            done.add(case.rule)
            lines += [
                f"[{case.rule}]",
                f"message = {_quoted(finding.message)}",
                f"hint = {_quoted(finding.hint)}",
                "",
            ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """The text as a TOML string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    EXAMPLES.write_text(example_text(), encoding="utf-8")
    examples.cache_clear()
    DOCUMENT.write_text(rules_document(), encoding="utf-8")
    print(DOCUMENT)
