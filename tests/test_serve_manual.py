"""The manual of the collecting desk says what is so."""

from __future__ import annotations

import re
import shlex

from typer.main import get_command

from selfeval_xl.cli import app
from selfeval_xl.server import DEFAULT_PORT
from selfeval_xl.server.desk import Limits
from selfeval_xl.server.web.pages import HERE, OFFICER_MENU
from support.command import ROOT

MANUAL = (ROOT / "docs" / "收件台手册.md").read_text(encoding="utf-8")
TEMPLATES = "".join(path.read_text(encoding="utf-8") for path in (HERE / "templates").glob("*.html"))


def test_the_bounds_of_the_manual_are_those_of_the_program():
    limits = Limits()
    assert (
        f"一个文件{limits.file_bytes >> 20}MB、一次上传{limits.draft_bytes >> 20}MB、{limits.files}个文件"
        in MANUAL
    )
    assert f"端口{DEFAULT_PORT}" in MANUAL


def test_the_buttons_of_the_manual_are_on_the_pages():
    for word in (
        "上传并校验",
        "下载标好的一份",
        "报送",
        "交负责人确认",
        "确认并报送",
        "重新汇总",
        "退出登录",
    ):
        assert word in MANUAL and word in TEMPLATES, word
    for _, word in OFFICER_MENU:
        assert word in MANUAL, word


def test_every_option_of_the_command_is_told():
    (command,) = [each for name, each in get_command(app).commands.items() if name == "serve"]
    told = " ".join(re.findall(r"^selfeval serve .*", MANUAL, re.M))
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in shlex.split(told) if word.startswith("--")} <= known
    left_out = {option for option in known if option.startswith("--") and option not in MANUAL}
    assert left_out == {"--policy"}, left_out
