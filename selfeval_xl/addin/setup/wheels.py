"""Which wheels a desk without Python gets: those that fit its machine, with all that they require.

A wheel fits by its tags, which its file name has; what it requires stands in its METADATA. Nothing is judged
by the machine that collects.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path, PurePosixPath
from typing import IO

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import (
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import Version

from selfeval_xl.errors import UnreadableFile, UsageError

# The required libraries of setup.cfg, for the program does not know its own metadata in every place.
NEEDED = (
    "python-calamine >= 0.9",
    "openpyxl >= 3.1",
    "defusedxml >= 0.7",
    "XlsxWriter >= 3.2",
    "python-docx >= 1.1",
    "lxml >= 5.0",
    "rapidfuzz >= 3.6",
    "lark >= 1.1.8",
    'msgspec >= 0.19; sys_platform != "win32" or platform_machine != "x86"',
    "packaging >= 24.0",
    "typer >= 0.20",
    "rich >= 13.8",
)
# What stays out even where it lies among the wheels: xlwings imports both wherever it finds them.
LEFT_OUT = frozenset(("pandas", "numpy"))
_MOST = 16 * 1024 * 1024  # bytes of a METADATA
Found = dict[NormalizedName, "Wheel"]


@dataclass(frozen=True, slots=True)
class Target:
    """The Python of a desk.

    version: "3.12". platforms: of its wheels, the best first. machine: as Python names it there.
    needed: what the desk needs, as requirements; those whose condition the desk does not meet have no wheel
    for it.
    """

    version: str
    platforms: tuple[str, ...]
    machine: str
    system: str  # Windows or Linux
    needed: tuple[str, ...] = NEEDED

    @property
    def minor(self) -> tuple[int, int]:
        """The version as numbers."""
        major, minor = self.version.split(".")
        return int(major), int(minor)

    @property
    def name(self) -> str:
        """How the wheels of this desk are named: cp312、win_amd64."""
        return f"cp{self.version.replace('.', '')}、{self.platforms[0]}"

    def tags(self) -> list[Tag]:
        """The tags of the wheels that this Python can use, the best first."""
        python = f"cp{self.version.replace('.', '')}"
        return [
            *cpython_tags(self.minor, [python], self.platforms),
            *compatible_tags(self.minor, python, self.platforms),
        ]

    def environment(self) -> dict[str, str]:
        """The values of the markers of requirements on this desk."""
        windows = self.system == "Windows"
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.version}.0",
            "os_name": "nt" if windows else "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": self.system,
            "platform_version": "",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": "win32" if windows else "linux",
        }

    def requirements(self) -> list[Requirement]:
        """What this desk needs and can have."""
        return [each for each in map(Requirement, self.needed) if self.asks(each)]

    def without(self) -> list[str]:
        """The names of what this desk goes without, because there is no wheel for it."""
        return [each.name for each in map(Requirement, self.needed) if not self.asks(each)]

    def asks(self, required: Requirement, extras: Sequence[str] = ()) -> bool:
        """Whether a requirement holds on this desk. One whose condition cannot be judged holds."""
        if required.marker is None:
            return True
        try:
            return any(
                required.marker.evaluate({**self.environment(), "extra": extra}) for extra in ("", *extras)
            )
        except (UndefinedComparison, UndefinedEnvironmentName):
            return True


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel: its file, the name and version of the package, and what the package requires."""

    file: Path
    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen from a folder. missing: sentences on what is not there. unfit: files left aside."""

    wheels: tuple[Wheel, ...]
    missing: dict[str, str]
    unfit: tuple[str, ...]


def select(files: Sequence[Path], target: Target, everything: bool = False) -> Selection:
    """The wheels of these files that the desk needs, with all that they require in turn.

    everything: those too that nothing requires, but LEFT_OUT; for a folder that a person filled.
    """
    fitting, unfit = _fitting(files, target)
    chosen: Found = {}
    wanted: dict[NormalizedName, SpecifierSet] = {}
    missing: dict[str, str] = {}
    asked = [(each, "") for each in target.requirements()]
    if everything:
        without = {canonicalize_name(name) for name in target.without()}
        asked += [(Requirement(name), "") for name in sorted(fitting) if name not in LEFT_OUT | without]
    seen: set[str] = set()
    while asked:
        required, asking = asked.pop()
        if f"{required}" in seen:
            continue
        seen.add(f"{required}")
        name = canonicalize_name(required.name)
        wanted[name] = wanted.get(name, SpecifierSet()) & required.specifier
        wheel = _best(fitting.get(name, ()), wanted[name])
        if wheel is None:
            missing[_plain(required)] = _why_missing(required, asking, fitting, unfit, target)
            continue
        chosen[wheel.name] = wheel
        asked += [(each, wheel.name) for each in wheel.requires if target.asks(each, sorted(required.extras))]
    unused = [file.name for name, of_name in unfit.items() if name not in fitting for file in of_name]
    return Selection(tuple(chosen[name] for name in sorted(chosen)), missing, tuple(unused))


def _fitting(
    files: Sequence[Path], target: Target
) -> tuple[dict[NormalizedName, list[Wheel]], dict[NormalizedName, list[Path]]]:
    """The wheels that the desk can use, by package, the best first; and the files that it cannot use."""
    order = {tag: place for place, tag in enumerate(target.tags())}
    ranked: dict[NormalizedName, list[tuple[Version, int, Wheel]]] = {}
    unfit: dict[NormalizedName, list[Path]] = {}
    for file in files:
        try:
            name, version, _, tags = parse_wheel_filename(file.name)
        except InvalidWheelFilename as error:
            raise UsageError(f"“{file.name}”的名字不像wheel文件。请用下载时的原名，不要改名。") from error
        places = [order[tag] for tag in tags if tag in order]
        if places:
            wheel = Wheel(file, name, version, requirements_of(file))
            ranked.setdefault(name, []).append((version, -min(places), wheel))
        else:
            unfit.setdefault(name, []).append(file)
    return (
        {
            name: [wheel for *_, wheel in sorted(of_name, key=lambda each: each[:2], reverse=True)]
            for name, of_name in ranked.items()
        },
        unfit,
    )


def requirements_of(wheel: Path) -> tuple[Requirement, ...]:
    """What a wheel requires, from its METADATA. Raises UnreadableFile where it has none."""
    try:
        with zipfile.ZipFile(wheel) as package:
            item = next(
                each
                for each in package.infolist()
                if re.fullmatch(r"[^/]+\.dist-info/METADATA", each.filename)
            )
            if item.file_size > _MOST:
                raise UnreadableFile(f"“{wheel.name}”的说明大得不正常，没有用它。")
            headers = BytesHeaderParser().parsebytes(package.read(item))
        return tuple(Requirement(str(text)) for text in headers.get_all("Requires-Dist", []))
    except InvalidRequirement as error:
        raise UnreadableFile(f"“{wheel.name}”里写的依赖看不懂，没有用它。请换一个版本。") from error
    except (zipfile.BadZipFile, StopIteration, NotImplementedError, EOFError) as error:
        raise UnreadableFile(
            f"“{wheel.name}”不是完整的wheel文件（读不到里面的METADATA）。请重新下载。"
        ) from error


def _best(wheels: Sequence[Wheel], wanted: SpecifierSet) -> Wheel | None:
    """The newest of the wheels with a version that all who require it take."""
    return next((each for each in wheels if wanted.contains(each.version, prereleases=True)), None)


def _why_missing(
    required: Requirement,
    asking: str,
    fitting: dict[NormalizedName, list[Wheel]],
    unfit: dict[NormalizedName, list[Path]],
    target: Target,
) -> str:
    """What is missing and what lies there in its place."""
    name = canonicalize_name(required.name)
    by = f"（{asking}要用它）" if asking else ""
    if name in fitting:
        there = "、".join(f"{each.version}" for each in fitting[name])
        return f"{required.name}{by}：要{required.specifier}，有的是{there}"
    if name in unfit:
        there = "、".join(file.name for file in unfit[name])
        return f"{required.name}{by}：要{target.name}的，有的是{there}"
    return f"{required.name}{by}"


def _plain(required: Requirement) -> str:
    """A requirement as pip takes it, without its condition."""
    extras = f"[{','.join(sorted(required.extras))}]" if required.extras else ""
    return f"{required.name}{extras}{required.specifier}"


def plain_requirements(target: Target) -> list[str]:
    """What the desk needs, as pip takes it."""
    return [_plain(each) for each in target.requirements()]


def code_of(wheel: Path) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
    """The files of a wheel's code, each with its place: its top and its .data/purelib and platlib.

    Scripts are not needed. Raises UnreadableFile where the wheel is damaged, or a name leads out of it.
    """
    try:
        with zipfile.ZipFile(wheel) as package:
            for item in package.infolist():
                if item.is_dir():
                    continue
                parts = PurePosixPath(item.filename).parts
                if not is_inside(item.filename):
                    raise UnreadableFile(f"“{wheel.name}”里有不该有的文件名“{item.filename}”，没有用它。")
                if parts[0].endswith(".data"):
                    if len(parts) < 3 or parts[1] not in ("purelib", "platlib"):
                        continue
                    parts = parts[2:]
                with package.open(item) as source:
                    yield PurePosixPath(*parts), source
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise UnreadableFile(f"“{wheel.name}”不完整，请重新下载。") from error


def is_inside(name: str) -> bool:
    """Whether a name from an archive stays below the folder into which it is unpacked, on every system."""
    parts = name.rstrip("/").split("/")
    return not re.search(r"[\\:\x00-\x1f\x7f]", name) and all(part not in ("", ".", "..") for part in parts)


def unpack_wheel(wheel: Path, folder: Path) -> None:
    """Unpacks the code of a wheel into the folder."""
    for place, source in code_of(wheel):
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
