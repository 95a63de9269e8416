"""Runs the command line and turns each error into one plain Chinese sentence, never a traceback."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from selfeval_xl.cli.chinese import spoken
from selfeval_xl.errors import SelfevalError, cause_of
from selfeval_xl.model.text import printable

if TYPE_CHECKING:
    import typer

FAILED = 2
_INTERRUPTED = 130  # what typer returns after Ctrl+C
STOPPED = "已停止，没有做完。已经写好的文件不受影响，没有写完的没有留下；再运行一次即可。"
_SENTENCES = (  # English message of the library, Chinese sentence
    (r"Missing argument '?(?P<what>[^'.]+)'?\.?", "缺少参数“{what}”。"),
    (r"Missing option '(?P<what>[^']+)'.*", "缺少选项 {what}。"),
    (r"Missing command\.?", "没有写命令。"),
    (r"No such command '(?P<what>[^']+)'.*", "没有命令“{what}”。"),
    (r"No such option:? '?(?P<what>[^\s']+)'?.*", "没有选项 {what}。"),
    (r"Option '?(?P<what>[^' ]+)'? requires an argument\.?", "选项 {what} 后面要写值。"),
    (r"Option '?(?P<what>[^' ]+)'? does not take a value\.?", "选项 {what} 后面不写值。"),
    (r"Got unexpected extra arguments?(\(s\))? \((?P<what>.+)\)\.?", "多写了参数“{what}”。"),
    (
        r"Invalid value for '?(?P<what>[^':]+)'?.*: .*not in the range (?P<range>.+?)\.?",
        "{what} 的值超出范围（{range}）。",
    ),
    (
        r"Invalid value for '?(?P<what>[^':]+)'?.*: .*less than or equal to (?P<most>\S+?)\.?",
        "{what} 最大写{most}。",
    ),
    (
        r"Invalid value for '?(?P<what>[^':]+)'?.*: .*greater than or equal to (?P<least>\S+?)\.?",
        "{what} 最小写{least}。",
    ),
    (r"Invalid value for '?(?P<what>[^':]+)'?.*: .*integer.*", "{what} 应写整数。"),
    (r"Invalid value for '?[^':]+'?: .*'(?P<path>.+)' is not (readable|writable).*", "没有权限用“{path}”。"),
    (
        r"Invalid value for '?[^':]+'?: .*'(?P<path>.+)' is a directory.*",
        "“{path}”是一个文件夹，这里要写文件名。",
    ),
    (r"Invalid value for '?[^':]+'?: .*'(?P<path>.+)' is a file.*", "“{path}”是一个文件，这里要写文件夹。"),
    (r"Invalid value for '?[^':]+'?: .*'(?P<path>.+)' does not exist.*", "找不到“{path}”。"),
    (r"Invalid value for '?(?P<what>[^':]+)'?: .*'(?P<value>.*)'.*", "{what} 不能写“{value}”。"),
    (r"Invalid value for '?(?P<what>[^':]+)'?.*", "{what} 的值写得不对。"),
)
_NEAR = re.compile(r"(?:Did you mean(?: one of)?|Possible options):?(.+)", re.S)


@runtime_checkable
class _ClickException(Protocol):
    """An exception of the click that typer carries, or of the one that is installed beside it."""

    def format_message(self) -> str: ...

    def show(self) -> None: ...


def _click_exception() -> type[BaseException]:
    """The base class of the exceptions that typer raises.

    Newer typer carries its own click; the click that may be installed beside it (dask needs one) is not the
    one that raises.
    """
    from typer import BadParameter

    return next(
        kind
        for kind in BadParameter.__mro__
        if issubclass(kind, BaseException) and kind.__name__ == "ClickException"
    )


def stop_on_signals() -> None:
    """Lets a signal to end the program stop the command as Ctrl+C does: with what it began cleared away."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _tell_stopped() -> int:
    """Says that the command was stopped.

    Python remembers a stop that passed an `exec` of a text (every record class is made by one), and `-m` ends
    by the signal then; with another `exec` it forgets.
    """
    exec("")
    return _tell(STOPPED)


def run(app: typer.Typer) -> int:
    """Runs the command line and returns its exit status."""
    from typer import Abort, Exit
    from typer.main import get_command

    click_exception = _click_exception()
    try:
        result = spoken(get_command(app))(prog_name="selfeval", standalone_mode=False)
        if result == _INTERRUPTED:
            return _tell_stopped()
        return result if isinstance(result, int) else 0
    except Exit as stop:
        return stop.exit_code
    except click_exception as error:
        assert isinstance(error, _ClickException)
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            return FAILED
        return _tell(f"{_usage(error.format_message())}{_example(error)}")
    except SelfevalError as error:
        return _tell(str(error))
    except (Abort, KeyboardInterrupt):
        return _tell_stopped()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        return _tell("内存不够，没有做完。请关掉其他程序，或分几批处理。")
    except OSError as error:
        return _tell(
            f"读写文件时出错{f'（{error.filename}）' if error.filename else ''}：{cause_of(error)}。"
            "请处理后再试。"
        )
    except SystemExit:
        raise
    except BaseException:  # of a bug the person gets a sentence, and the developer the log
        return _tell(f"程序出错了，没有做完；原文件没有改动。请把这个记录文件发给开发者：{_log()}")


def _tell(text: str) -> int:
    """Prints a sentence on standard error and returns the status of a failure."""
    print(printable(text), file=sys.stderr)
    return FAILED


def _usage(message: str) -> str:
    """The library's message in Chinese, with the commands or options that may be meant."""
    for pattern, sentence in _SENTENCES:
        match = re.fullmatch(pattern, message.strip(), re.S)
        if match:
            return sentence.format(**match.groupdict()) + _suggestion(message)
    return "命令写得不对。"


def _example(error: BaseException) -> str:
    """How the command is written, with all that it needs; for the whole program where its help stands."""
    context: Any = getattr(error, "ctx", None)
    needed = [each for each in context.command.params if each.required] if context is not None else []
    if context is None or not needed:
        return "用法见 selfeval --help，或 selfeval 命令 --help。"
    written = [context.command_path, *(_written(each) for each in needed)]
    return f"这样写：{' '.join(written)}。全部选项见 {context.command_path} --help。"


def _written(parameter: Any) -> str:
    """A parameter as it is typed: 文件, -o 文件.xlsx."""
    name = parameter.metavar or parameter.name
    return name if parameter.param_type_name == "argument" else f"{parameter.opts[0]} {name}"


def _suggestion(message: str) -> str:
    """A question with the names that the library suggests instead; "" without any."""
    near = _NEAR.search(message)
    names = dict.fromkeys(re.findall(r"-{0,2}[a-z][\w-]*", near[1].split("Did you mean")[0])) if near else ()
    return f"是不是 {' 或 '.join(names)}？" if names else ""


def _log() -> str:
    """The name of a new file with the traceback."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="selfeval-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
        return file.name
