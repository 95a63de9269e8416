"""`selfeval addin bundle`: a folder for computers without Python, internet or administrator.

What is put into it depends on the system of the desk (`windows_bundle`, `linux_bundle`); the Python, which
whoever makes the bundle has fetched, says for which machine it is.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from selfeval_xl.addin.setup import linux_bundle, windows_bundle
from selfeval_xl.addin.setup.collecting import wheels_for
from selfeval_xl.addin.setup.wheels import Target, Wheel
from selfeval_xl.errors import OutputError, UsageError, cause_of


@dataclass(frozen=True, slots=True)
class System:
    """How the bundle of one system is made: what its Python is, and what is put into the folder."""

    inspect: Callable[[Path], tuple[Target, tuple[str, ...]]]
    fill: Callable[[Path, Path, Target, tuple[Wheel, ...]], None]


SYSTEMS = {
    "windows": System(windows_bundle.inspect, windows_bundle.fill),
    "linux": System(linux_bundle.inspect, linux_bundle.fill),
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """The bundle that was made: for which machine, with which wheels, and sentences on what to know of it."""

    target: Target
    wheels: tuple[str, ...]
    notes: tuple[str, ...]


def bundle(out: Path, python: Path, wheels: Path | None = None, system: str = "windows") -> Bundle:
    """Makes the folder.

    wheels: a folder of wheels, which are taken instead of those from the network.
    Raises UsageError (not such a Python, wheels missing, the folder is not empty), OutputError.
    """
    if system not in SYSTEMS:
        raise UsageError(f"--system 写 {' 或 '.join(SYSTEMS)}，不能是“{system}”。")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"“{out}”已经在那里，而且不是空的。请换一个文件夹名。")
    kind = SYSTEMS[system]
    try:
        target, notes = kind.inspect(python)
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix="~selfeval") as folder:
            desk, download = Path(folder) / "bundle", Path(folder) / "wheels"
            desk.mkdir()
            chosen = wheels_for(target, download, wheels)
            kind.fill(desk, python, target, chosen.wheels)
            if out.exists():
                out.rmdir()
            shutil.move(desk, out)
    except OSError as error:
        raise OutputError(
            f"写不成离线包“{out}”：{cause_of(error)}。请换一个位置，或看磁盘是否已满。"
        ) from error
    if chosen.unfit:
        notes = (*notes, f"没有放进去（不合{target.name}）：{'、'.join(chosen.unfit)}。")
    return Bundle(target, tuple(wheel.file.name for wheel in chosen.wheels), notes)
