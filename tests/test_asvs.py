"""docs/asvs.md holds: it answers every requirement of level 1, its tests exist, the source is as it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "asvs.md"
SOURCES = sorted((ROOT / "selfeval_xl" / "server").rglob("*.py"))
# The requirements of level 1 by chapter and section, as the standard of May 2025 has them.
LEVEL_1 = """
1.2: 1 2 3 4 5, 1.3: 1 2, 1.5: 1, 2.1: 1, 2.2: 1 2, 2.3: 1, 3.2: 1 2, 3.3: 1, 3.4: 1 2, 3.5: 1 2 3, 4.1: 1,
4.4: 1, 5.2: 1 2, 5.3: 1 2, 6.1: 1, 6.2: 1 2 3 4 5 6 7 8, 6.3: 1 2, 6.4: 1 2, 7.2: 1 2 3 4, 7.4: 1 2, 8.1: 1,
8.2: 1 2, 8.3: 1, 9.1: 1 2 3, 9.2: 1, 10.4: 1 2 3 4 5, 11.3: 1 2, 11.4: 1, 12.1: 1, 12.2: 1 2, 13.4: 1,
14.2: 1, 14.3: 1, 15.1: 1, 15.2: 1, 15.3: 1
"""
SQL = re.compile(r"f?['\"]+\s*(SELECT|INSERT|REPLACE|UPDATE|DELETE|CREATE|PRAGMA|ALTER|DROP)\b")
# Names of columns and tables, marks of parameters and conditions that the module itself has written.
OF_COLUMNS = {
    ("accounts", "kept"), ("accounts", "where"), ("drafts", "columns"), ("drafts", "where"),
    ("database", "names"), ("database", "marks"), ("database", "table"), ("database", "pragma"),
}  # fmt: skip
APPROVED = {"sha256", "scrypt", "compare_digest", "new"}


def table() -> dict[str, tuple[str, str]]:
    """What the page asks and answers by requirement."""
    rows = re.findall(r"^\| ([\d.]+) \| (.+?) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len({number for number, *_ in rows}) == len(rows)
    return {number: (asked, answer) for number, asked, answer in rows}


def calls(path: Path) -> list[ast.Call]:
    """The calls of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    """The name of what is called: execute of self.base.execute(…)."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_every_requirement_of_level_1_is_answered():
    sections = [each.split(":") for each in LEVEL_1.replace("\n", " ").split(",")]
    wanted = [f"{section.strip()}.{number}" for section, numbers in sections for number in numbers.split()]
    assert len(wanted) == 70
    assert list(table()) == wanted


def test_every_named_test_exists():
    for number, (_, answer) in table().items():
        named = re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", answer)
        assert named or "apply" in answer or "here" in answer or "same test" in answer or "`" in answer, (
            number
        )
        for name, function in named:
            source = (ROOT / "tests" / name).read_text(encoding="utf-8")
            assert not function or re.search(rf"^def {function}\(", source, re.MULTILINE), (number, function)


def test_queries_of_the_desk_have_parameters():
    """A statement is a constant, or put together of constants of the module and the names in OF_COLUMNS."""
    statements = 0
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, (ast.JoinedStr, ast.Constant)) or not SQL.match(ast.unparse(node)):
                continue
            statements += 1
            names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            assert all(name.isupper() or (path.stem, name) in OF_COLUMNS for name in names), ast.unparse(node)
    assert statements > 50


def test_the_desk_starts_no_shell():
    """And executes no text: its processes are started by `workers` with a fixed line."""
    for path in SOURCES:
        for call in calls(path):
            assert called(call) not in ("eval", "exec", "system", "popen", "Popen", "from_string"), path.name
            assert not [key for key in call.keywords if key.arg == "shell"], path.name


def test_only_approved_hashes():
    for path in SOURCES:
        for call in calls(path):
            if re.fullmatch(r"(hashlib|hmac)\.\w+", ast.unparse(call.func)):
                assert called(call) in APPROVED, (path.name, ast.unparse(call))
                if called(call) == "new":
                    assert ast.unparse(call.args[2]) == "hashlib.sha256", path.name


def test_secrets_come_from_the_system():
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"^(import|from) (random|uuid)\b", source, re.MULTILINE), path.name


def test_the_script_writes_texts_only():
    script = (ROOT / "selfeval_xl" / "server" / "web" / "static" / "desk.js").read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|https?://", script
    )


def test_templates_escape_everything():
    """No template marks a text as safe or switches escaping off; nothing in them comes from outside."""
    templates = sorted((ROOT / "selfeval_xl" / "server" / "web").rglob("*.html"))
    assert templates
    for path in templates:
        source = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\|\s*safe\b|autoescape|<script(?![^>]*\bsrc=)|\bon\w+=|style=|https?://", source
        ), path
