"""The command line library speaks English; here it learns Chinese. Import this module before typer.

Part of its words it asks of gettext, which the table answers. What it prints without asking (用法, the help
option,
the types of parameters) is put into each command by `spoken`.
"""

import gettext

WORDS = {
    "Usage:": "用法：",
    "Usage: ": "用法：",
    "Options": "选项",
    "Arguments": "参数",
    "Commands": "命令",
    "Show this message and exit.": "显示这份说明。",
    "[default: {}]": "［默认：{}］",
    "[required]": "［必填］",
    "default": "默认",
    "required": "必填",
    "Error": "出错",
}


def _translated(text: str) -> str:
    return WORDS.get(text, text)


gettext.gettext = _translated


def spoken(command):
    """The same command, and those below it, with a Chinese usage line and help option."""
    usage, help_option = command.get_usage, command.get_help_option

    def chinese_help(context):
        option = help_option(context)
        if option:
            option.help = "显示这份说明。"
            _without_type(option)
        return option

    command.get_usage = lambda context: usage(context).replace("Usage: ", "用法：", 1)
    command.get_help_option = chinese_help
    command.options_metavar = "［选项］"
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = "命令 ……"
    for parameter in command.params:
        if not parameter.metavar or parameter.param_type_name == "argument":
            _without_type(parameter)
    for below in getattr(command, "commands", {}).values():
        spoken(below)
    return command


def _without_type(parameter) -> None:
    """Newer typer prints <bool> or <list[Path]> beside a parameter; that tells an accountant nothing."""
    if hasattr(parameter, "display_type_rich"):
        parameter.display_type_rich = lambda ctx: None
