"""The command line library asks gettext for its own words; this table answers. Import it before typer."""

import gettext

WORDS = {
    "Usage:": "用法：", "Usage: ": "用法：", "Options": "选项", "Arguments": "参数", "Commands": "命令", "Show this message and exit.": "显示这份说明。",
    "[default: {}]": "［默认：{}］", "default": "默认", "required": "必填", "Error": "出错",
}


def _translated(text: str) -> str:
    return WORDS.get(text, text)


gettext.gettext = _translated
