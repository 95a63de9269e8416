"""Chinese for the command line library, which speaks English. Import this module before typer.

The library asks gettext for some of its words, and gettext answers from the table. The rest (用法, the help
option, the types of parameters) is put into each command by `spoken`.
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


def _translated(message: str) -> str:
    """The Chinese for a message of the library; the message itself where the table has none."""
    return WORDS.get(message, message)


gettext.gettext = _translated


def spoken(command):
    """The same command, and its subcommands, with a Chinese usage line and help option.

    command: of the click that typer carries, or of the one that is installed beside it; hence without a type.
    """
    english_usage, english_option = command.get_usage, command.get_help_option

    def chinese_option(context):
        option = english_option(context)
        if option:
            option.help = "显示这份说明。"
            _without_type(option)
        return option

    command.get_usage = lambda context: english_usage(context).replace("Usage: ", "用法：", 1)
    command.get_help_option = chinese_option
    command.options_metavar = "［选项］"
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = "命令 ……"
    for parameter in command.params:
        if not parameter.metavar or parameter.param_type_name == "argument":
            _without_type(parameter)
    for subcommand in getattr(command, "commands", {}).values():
        spoken(subcommand)
    return command


def _without_type(parameter) -> None:
    """Hides the <bool> or <list[Path]> that newer typer prints, which means nothing to an accountant."""
    if hasattr(parameter, "display_type_rich"):
        parameter.display_type_rich = lambda ctx: None
