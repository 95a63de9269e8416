"""Writes the table of buttons in docs/插件手册.md from ribbon.toml: run by `make addin`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from selfeval_xl.addin.ribbon import ribbon  # noqa: E402

MANUAL = ROOT / "docs" / "插件手册.md"
FIRST = "<!-- 从这里到“表完”由 make addin 按 selfeval_xl/addin/ribbon.toml 生成 -->"
LAST = "<!-- 表完 -->"
HIDDEN = "（在“设置”里打开后才显示）"


def table() -> str:
    """The table in Markdown: group, label and screen tip of every button, in the order of the ribbon."""
    lines = ["| 组 | 按钮 | 做什么 |", "| --- | --- | --- |"]
    for group in ribbon().groups:
        name = group.label + ("" if group.shown else HIDDEN)
        lines += [
            f"| {name} | {button.label} | {button.tip} |"
            for button in ribbon().buttons
            if button.group == group.id
        ]
    return "\n".join(lines)


def with_table(manual: str) -> str:
    """The manual with the table of today between its two marks."""
    before, _, rest = manual.partition(FIRST)
    _, _, after = rest.partition(LAST)
    return f"{before}{FIRST}\n\n{table()}\n\n{LAST}{after}"


if __name__ == "__main__":
    MANUAL.write_text(with_table(MANUAL.read_text(encoding="utf-8")), encoding="utf-8")
    print(MANUAL)
