"""The documents say what is so: every command is told, the pictures are there, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from selfeval_xl import templates
from selfeval_xl.assessment.policy import default
from selfeval_xl.cli import app
from selfeval_xl.county import consolidate
from selfeval_xl.rules.county_file_template import write_policy_template
from selfeval_xl.rules.registry import catalogue
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.review.sampling import sample
from selfeval_xl.workflows.splitting import split
from support import rosters
from support.command import selfeval
from support.counties import fill_county

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = re.findall(r"`(selfeval [^`]+)`", README)


def test_every_command_is_told_in_the_readme():
    told = {tuple(shlex.split(command)[1:3]) for command in COMMANDS}
    for name, command in get_command(app).commands.items():
        assert name in {words[0] for words in told}
        for below in getattr(command, "commands", {}):
            assert (name, below) in told, f"{name} {below}"


def test_every_command_and_option_in_the_documents_exists():
    commands = get_command(app).commands
    for document in DOCUMENTS:
        for told in re.findall(r"selfeval ([a-z][^`\n“”，。；（）]*)", document.read_text(encoding="utf-8")):
            words = told.split()
            command = commands.get(words[0])
            assert command, f"{document.name}: selfeval {told}"
            command = getattr(command, "commands", {}).get(words[1] if len(words) > 1 else "", command)
            options = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
            for word in words:
                if re.match(r"--?[a-z]", word):
                    assert word in options, f"{document.name}: selfeval {told}: {word}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [command for command in dict.fromkeys(COMMANDS) if "demo" not in command and "bundle" not in command],
)
def test_the_commands_of_the_readme_run(command, tmp_path):
    templates.fill_in(
        "jilin-2024",
        tmp_path / "自评表.xlsx",
        projects=[{"project": "示例项目", "unit": "示例局"}],
        department={"department": "示例局"},
    )
    (tmp_path / "收到的材料").mkdir()
    write_policy_template(default(), tmp_path / "参数表.xlsx")
    if "--blank" not in command:
        rosters.write_roster(
            tmp_path / "名册.xlsx",
            单位名册=[rosters.department("101", "示例局")],
            项目=[rosters.project("1", "101", "示例项目")],
        )
    if " merge " in command:
        split(tmp_path / "自评表.xlsx", tmp_path / "分表")
    (tmp_path / "收到的材料" / "自评表.xlsx").write_bytes((tmp_path / "自评表.xlsx").read_bytes())
    if " combine " in command:
        consolidate(tmp_path / "收到的材料", tmp_path / "甲.xlsx")
        (tmp_path / "乙.xlsx").write_bytes((tmp_path / "甲.xlsx").read_bytes())
    if " sample " in command or " review " in command:
        fill_county(tmp_path / "县里的材料", made_up()[0][:1])
        consolidate(tmp_path / "县里的材料", tmp_path / "全县汇总.xlsx")
    if " review " in command:
        sample(tmp_path / "全县汇总.xlsx", tmp_path / "抽查", count=2)
    (tmp_path / "各县材料" / "示例县").mkdir(parents=True)
    (tmp_path / "各县材料" / "示例县" / "自评表.xlsx").write_bytes((tmp_path / "自评表.xlsx").read_bytes())
    run = selfeval(*shlex.split(command)[1:], cwd=tmp_path)
    assert run.returncode in (0, 1) and run.stderr == "", run.stderr
    for name in re.findall(r"-o (\S+)", command):
        assert (tmp_path / name).exists()


def test_pictures_and_links_lead_somewhere():
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_make_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make (\w+)`?", README)):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_what_make_runs_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    scripts = re.findall(r"\S+/\S+\.(?:py|sh)\b", makefile)
    assert scripts and [name for name in scripts if not (ROOT / name).is_file()] == []


def test_every_rule_says_what_it_is():
    for rule in catalogue().values():
        assert rule.title and len(rule.text) > 20 and rule.asks.endswith("。"), rule.id


def test_the_page_of_rules_and_its_examples_are_current():
    sys.path.insert(0, str(ROOT / "docs"))
    import make_rules

    assert make_rules.example_text() == make_rules.EXAMPLES.read_text(encoding="utf-8"), "run `make rules`"
    assert make_rules.rules_document(make_rules.judged_lines()) == make_rules.DOCUMENT.read_text(
        encoding="utf-8"
    ), "run `make rules`"


def test_no_document_speaks_of_a_disciplinary_penalty():
    """警告 is one; on screen it is 核实."""
    for path in (ROOT / "selfeval_xl").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "警告" not in line or "never" in line, f"{path.name}: {line}"
