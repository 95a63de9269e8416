"""`selfeval addin install | status | uninstall`: the add-in in Excel's start folder of this user.

Neither an administrator nor the registry is needed. The installed file is the shipped one with its sheet of
settings filled in; every other part stays byte for byte, so that the two can be compared.
"""

from __future__ import annotations

import io
import os
import re
import sys
import zipfile
from dataclasses import dataclass, replace
from importlib import metadata, resources
from pathlib import Path
from xml.sax.saxutils import escape, unescape

from selfeval_xl.errors import OutputError, UsageError, cause_of
from selfeval_xl.files import make_folder, state_folder, write_out
from selfeval_xl.model.escapes import escaped

ADDIN, TEMPLATE = "selfeval.xlam", "selfeval.xltm"
SETTINGS_PART = "xl/worksheets/sheet1.xml"
OURS = b"Selfeval_OnButton"  # named in the ribbon of every version
NOT_WINDOWS = (
    "Excel插件只能装在Windows上，这台电脑不是。这里可以用命令（selfeval check、selfeval watch）"
    "做同样的事；要看装到某个文件夹会怎样，用 --folder 写明文件夹。"
)
FROM_THE_STORE = (
    "这个Python是从Microsoft Store装的：它写进启动文件夹的文件Excel看不见，插件装不成。"
    "请从python.org安装Python，或者用离线包，再装一次。"
)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the add-in in the start folder.

    installed: this program's add-in is there. foreign: another file of that name is. current: it is the
    version shipped with this program. interpreter: the path that it calls. version: of this program.
    xlwings: version of that package, None where it is missing. advice: sentences on what to do.
    """

    folder: Path
    installed: bool
    foreign: bool
    current: bool
    interpreter: str
    interpreter_there: bool
    addin_version: str
    version: str
    xlwings: str | None
    advice: tuple[str, ...] = ()


def shipped(name: str = ADDIN) -> bytes:
    """The contents of a file that comes with the package."""
    return resources.files(__package__).joinpath(name).read_bytes()


def start_folder(folder: Path | None = None) -> Path:
    """Excel's start folder of this user, from APPDATA, or `folder` instead of it.

    Raises UsageError where there is neither.
    """
    if folder is not None:
        return folder
    home = os.environ.get("APPDATA")
    if not home:
        raise UsageError(NOT_WINDOWS)
    return Path(home) / "Microsoft" / "Excel" / "XLSTART"


def from_the_store(interpreter: str | None = None) -> bool:
    """Whether the Python, by default the one that runs, is from the Microsoft Store.

    What it writes below %APPDATA% and into the folder for temporary files goes into a copy that only itself
    sees.
    """
    places = [interpreter] if interpreter else [sys.executable, sys.base_prefix, sys.prefix]
    return any("windowsapps" in re.split(r"[\\/]", place.lower()) for place in places)


def install(folder: Path | None = None, interpreter: str | None = None, mode: str = "auto") -> Path:
    """Puts the add-in into the start folder with these settings and returns its path.

    An older add-in of this program is replaced. Raises UsageError where another file has its name, and for a
    Python from the Microsoft Store; OutputError where it cannot be written.
    """
    if from_the_store() or interpreter and from_the_store(interpreter):
        raise UsageError(FROM_THE_STORE)
    path = start_folder(folder) / ADDIN
    if path.exists() and not is_ours(path):
        raise UsageError(f"“{path}”已经有一个不是本程序的文件，没有覆盖它。请先把它移走或改名，再装一次。")
    interpreter = interpreter or sys.executable
    _write(
        path, with_settings(shipped(), {"INTERPRETER_WIN": interpreter, "MODE": mode, "VERSION": version()})
    )
    if folder is None:
        _write(_interpreter_file(), escaped(interpreter).encode("ascii"))
    return path


def uninstall(folder: Path | None = None) -> Path | None:
    """Deletes the add-in and returns its path; None where there was none.

    Raises UsageError where the file is no add-in of this program, OutputError where it cannot be deleted.
    """
    path = start_folder(folder) / ADDIN
    if not path.exists():
        return None
    if not is_ours(path):
        raise UsageError(f"“{path}”不是本程序的插件，没有动它。")
    try:
        path.unlink()
        if folder is None:
            _interpreter_file().unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"删不掉“{path}”：{cause_of(error)}。请先关闭全部Excel窗口，再试一次。") from error
    return path


def status(folder: Path | None = None) -> Status:
    """The state of the add-in in the start folder, with advice."""
    start = start_folder(folder)
    file = start / ADDIN
    installed = file.exists() and is_ours(file)
    settings = settings_of(file.read_bytes()) if installed else {}
    interpreter = settings.get("INTERPRETER_WIN", "")
    found = Status(
        folder=start,
        installed=installed,
        foreign=file.exists() and not installed,
        current=installed and _without_settings(file.read_bytes()) == _without_settings(shipped()),
        interpreter=interpreter,
        interpreter_there=bool(interpreter) and Path(interpreter).is_file(),
        addin_version=settings.get("VERSION", ""),
        version=version(),
        xlwings=_version_of("xlwings"),
    )
    return replace(found, advice=tuple(_advice(found)))


def _advice(found: Status) -> list[str]:
    """The sentences on what to do."""
    if from_the_store() or found.interpreter and from_the_store(found.interpreter):
        return [FROM_THE_STORE]
    if found.foreign:
        return [f"启动文件夹里的{ADDIN}不是本程序的文件。请移走或改名，再运行 selfeval addin install。"]
    if not found.installed:
        return ["插件没有安装。运行 selfeval addin install。"]
    todo = []
    if not found.current:
        todo.append("插件和程序的版本不一致。请关闭Excel，再运行 selfeval addin install。")
    if not found.interpreter_there:
        todo.append("插件记着的python.exe不在了。请运行 selfeval addin install 重新登记。")
    if found.xlwings is None:
        todo.append(
            "缺少组件xlwings，按钮在Excel里不能用。请运行 python -m pip install xlwings，或用 selfeval "
            "addin install --mode plain（只校验和标注）。"
        )
    return todo or ["可以使用。重新打开Excel，看有没有“绩效自评”选项卡；没有时见安装手册“宏被禁用”。"]


def is_ours(path: Path) -> bool:
    """Whether a file is an add-in of this program, of any version; a damaged one is not."""
    try:
        with zipfile.ZipFile(path) as package:
            return OURS in package.read("customUI/customUI.xml")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def with_settings(addin: bytes, values: dict[str, str]) -> bytes:
    """The add-in with these values on its sheet of settings; all other parts as they were."""
    source, buffer = zipfile.ZipFile(io.BytesIO(addin)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == SETTINGS_PART:
                data = _filled(data.decode("utf-8"), values).encode("utf-8")
            target.writestr(item, data)
    return buffer.getvalue()


def settings_of(addin: bytes) -> dict[str, str]:
    """The values on the sheet of settings, by key; empty where Excel has saved the sheet in another form."""
    with zipfile.ZipFile(io.BytesIO(addin)) as package:
        sheet = package.read(SETTINGS_PART).decode("utf-8", "replace")
    texts = re.findall(r'<c r="([AB])(\d+)" t="inlineStr"><is><t[^>]*>([^<]*)</t>', sheet)
    keys = {row: text for column, row, text in texts if column == "A"}
    return {keys[row]: unescape(text) for column, row, text in texts if column == "B" and row in keys}


def _filled(sheet: str, values: dict[str, str]) -> str:
    """The XML of the sheet of settings with these values."""
    for key, value in values.items():
        sheet = _with_value(sheet, key, value)
    return sheet


def _with_value(sheet: str, key: str, value: str) -> str:
    """The XML of the sheet with one setting changed."""
    head = re.search(rf'<c r="A(\d+)" t="inlineStr"><is><t>{re.escape(key)}</t>', sheet)
    assert head is not None, key  # the shipped add-in has a row for every setting
    cell = f'<c r="B{head[1]}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return re.sub(rf'<c r="B{head[1]}" t="inlineStr"><is><t>[^<]*</t></is></c>', lambda _: cell, sheet)


def _without_settings(addin: bytes) -> dict[str, bytes]:
    """The parts of the add-in that are the same in every installation."""
    with zipfile.ZipFile(io.BytesIO(addin)) as package:
        return {name: package.read(name) for name in package.namelist() if name != SETTINGS_PART}


def _interpreter_file() -> Path:
    """The file in which a workbook with buttons of its own looks for the interpreter."""
    return state_folder() / "interpreter.txt"


def _write(path: Path, data: bytes) -> None:
    """Writes a file of this program in one step. Raises OutputError."""
    make_folder(path.parent)
    try:
        write_out(path, lambda file: Path(file).write_bytes(data), own=True)
    except OutputError as error:
        raise OutputError(f"{error}插件要先关闭全部Excel窗口再装。") from error


def version() -> str:
    """The version of this program; "" where it is not installed as a package."""
    return _version_of("selfeval-xl") or ""


def _version_of(package: str) -> str | None:
    """The version of an installed package; None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
