"""Gets the wheels for a desk from the network by pip, and says which of them do not exist for it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from selfeval_xl.addin.setup.wheels import Selection, Target, Wheel, plain_requirements, select
from selfeval_xl.errors import UsageError

_ROUNDS = 5  # of what the wheels require: pip leaves out what only the desk's own system asks for
_NO_WHEEL = re.compile(r"No matching distribution found|Could not find a version")


def wheels_for(target: Target, folder: Path, given: Path | None = None) -> Selection:
    """The wheels for the desk: those in the folder that was given, else those that pip downloads to `folder`.

    Raises UsageError where one is missing: it names all that are, and what lies there in their place.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageError(f"找不到文件夹“{given}”。--wheels 要写放wheel文件的文件夹。")
        selection = select(sorted(given.glob("*.whl")), target, everything=True)
    else:
        selection = _downloaded(target, folder)
    if selection.missing:
        raise UsageError(
            f"缺少组件：{'；'.join(selection.missing.values())}。"
            f"这台电脑要的是{target.name}的wheel文件，或名字以none-any.whl结尾的。"
        )
    return selection


def _downloaded(target: Target, folder: Path) -> Selection:
    """Downloads what the desk needs, then what is still missing of what that requires."""
    asked: Sequence[str] = plain_requirements(target)
    selection = Selection((), {}, ())
    for _ in range(_ROUNDS):
        reason = _pip(target, folder, asked)
        if reason:
            raise UsageError(_why_not(target, folder, asked, reason))
        selection = select(sorted(folder.glob("*.whl")), target)
        if not selection.missing:
            break
        asked = [*map(_pinned, selection.wheels), *selection.missing]
    return selection


def _pinned(wheel: Wheel) -> str:
    """A wheel that is there already, as a requirement."""
    return f"{wheel.name}=={wheel.version}"


def _why_not(target: Target, folder: Path, asked: Sequence[str], reason: str) -> str:
    """The sentence on a download that did not succeed: which packages have no wheel for the desk."""
    if _NO_WHEEL.search(reason):
        none = [each for each in asked if _NO_WHEEL.search(_pip(target, folder, [each], "--no-deps"))]
        if none and len(none) < len(asked):
            return (
                f"这些组件没有{target.name}的wheel：{'、'.join(none)}。"
                "可以请人编译好，和其余的wheel文件放进一个文件夹，用 --wheels 给出。"
            )
    last = (reason.strip().splitlines() or ["没有说明原因"])[-1]
    return f"收集组件没有成功（要能上网，或用 --wheels 给出放好组件的文件夹）。pip说：{last}"


def _pip(target: Target, folder: Path, asked: Sequence[str], *options: str) -> str:
    """Runs pip for these requirements; what it says where it fails, else ""."""
    command = [
        *(sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "-d", str(folder)),
        *(f"--platform={each}" for each in target.platforms),
        *("--implementation", "cp", "--python-version", target.version, "--only-binary=:all:"),
        *options,
        *asked,
    ]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return run.stderr or "没有说明原因" if run.returncode else ""
