"""The table of the ribbon, ribbon.toml: each row has its function, and the manual shows what it says."""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from pathlib import Path

from selfeval_xl.addin.buttons import function_of
from selfeval_xl.addin.ribbon import ribbon

ROOT = Path(__file__).resolve().parents[1]
TO_COME = ("抽查", "复核汇总")  # buttons of commands that are not there yet: sample, review


def test_the_function_of_every_button_takes_the_host_and_says_what_it_does():
    for button in ribbon().buttons:
        function = function_of(button.id)
        assert function is not None, button.id
        module, _, name = button.function.partition(":")
        assert function.__module__ == f"selfeval_xl.addin.buttons.{module}", button.id
        assert function.__name__ == name, button.id
        taken = inspect.signature(function).parameters.values()
        assert [parameter.annotation for parameter in taken] == ["Host"], button.id
        assert (function.__doc__ or "").strip(), button.id


def test_an_unknown_button_has_no_function():
    assert function_of("make_coffee") is None


def test_every_row_is_whole():
    groups = {group.id for group in ribbon().groups}
    for button in ribbon().buttons:
        assert button.group in groups, button.id
        assert button.label.strip() and button.image.strip(), button.id
        assert button.tip.strip().endswith("。"), button.id


def test_ids_and_labels_are_there_once():
    for values in (
        [button.id for button in ribbon().buttons],
        [button.label for button in ribbon().buttons],
        [group.id for group in ribbon().groups],
        [group.label for group in ribbon().groups],
    ):
        assert [value for value, times in Counter(values).items() if times > 1] == []


def test_an_id_passes_through_the_ribbon_and_vba_unchanged():
    """VBA takes `_menu` out of an id and puts the rest between quotes of Python (SelfevalRibbon.bas)."""
    for button in ribbon().buttons:
        assert button.id.isidentifier() and button.id.isascii() and "_menu" not in button.id


def test_the_bureaus_buttons_are_there_in_its_groups_and_order(shared):
    """Other buttons may stand between them."""
    listed = (shared / "BUREAU.md").read_text(encoding="utf-8").partition("## 12.")[2].partition("\n## ")[0]
    for group in ribbon().groups:
        line = next(line for line in listed.splitlines() if line.startswith(f"| {group.label}"))
        names = [part.split("（")[0].strip() for part in line.split("|")[2].split("·")]
        wanted = [name for name in names if name not in TO_COME]
        labels = [button.label for button in ribbon().buttons if button.group == group.id]
        assert [label for label in labels if label in wanted] == wanted


def test_the_manual_lists_the_buttons_of_the_table():
    sys.path.insert(0, str(ROOT / "docs"))
    import make_buttons

    manual = make_buttons.MANUAL.read_text(encoding="utf-8")
    assert make_buttons.with_table(manual) == manual, "run `make addin`"
    listed = re.findall(r"^\| [^|]+ \| ([^|]+) \|", make_buttons.table(), re.M)[2:]
    groups = [group.id for group in ribbon().groups]
    in_order = sorted(ribbon().buttons, key=lambda button: groups.index(button.group))
    assert listed == [button.label for button in in_order]
    assert (
        "| 填报 | 计算执行率 | 执行率＝全年执行数÷全年预算数。只填空格；填错的先列出来，确认后才改。"
        "没有执行率一栏的，先问再写成一句话。 |"
    ) in manual
    assert "| 财政审核（在“设置”里打开后才显示） | 生成下发表 |" in manual
