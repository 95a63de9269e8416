"""The counties in the folder of a province, with the roster of each, and the files that belong to none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from selfeval_xl.errors import UsageError, cause_of
from selfeval_xl.readers.archives import is_archive
from selfeval_xl.readers.folder import is_left_behind, shown_path
from selfeval_xl.readers.formats.kinds import ARCHIVE_ENDINGS

ROSTER = "单位名册.xlsx"
NOTHING_TO_DO = "无需处理"
_SYSTEM = ("__MACOSX", "System Volume Information", "$RECYCLE.BIN", "@eaDir")


@dataclass(frozen=True, slots=True)
class Place:
    """The folder or zip archive that one county handed in; name: its name, without the ending .zip."""

    name: str
    path: Path
    roster: Path | None = None


@dataclass(frozen=True, slots=True)
class Loose:
    """A file that belongs to no county, the reason, and what to do about it. size: in bytes."""

    name: str
    size: int
    reason: str
    action: str = NOTHING_TO_DO


@dataclass(frozen=True, slots=True)
class Survey:
    """The counties by name, and the files that belong to none. spare: rosters whose county is not there."""

    places: tuple[Place, ...]
    loose: tuple[Loose, ...]
    spare: tuple[str, ...] = ()


def survey(
    folder: Path,
    out: Path,
    book: str,
    rosters: Path | None = None,
    against: Path | None = None,
    policy: Path | None = None,
) -> Survey:
    """The counties and the loose files of a folder.

    The folders and zip archives directly in it are the counties; other files there are loose. out: the folder
    for the results; book: the file name of the province's workbook. rosters: a folder with a roster for each
    county (甲县.xlsx), which goes before the 单位名册.xlsx in a county's own folder. against: last year's
    results. policy: the policy file in force. out, rosters and against may lie in the folder and are no
    counties.

    Raises UsageError where there is no county, a folder is missing, or out is a county's own.
    """
    for path, label in ((folder, "各县区材料"), (rosters, "名册"), (against, "上年结果")):
        if path is not None and not path.is_dir():
            raise UsageError(f"找不到{label}的文件夹“{path}”。请核对名称和位置。")
    aside = {path.resolve() for path in (out, rosters, against) if path is not None}
    if folder.resolve() in aside:
        raise UsageError(
            f"结果、名册和上年结果请放在“{folder}”以外，或放在它下面单独的文件夹里，不能就是它自己。"
        )
    found, loose = _sorted_out(_listed(folder), aside, policy.resolve() if policy else None)
    for path in found.values():
        if any(other.is_relative_to(path.resolve()) for other in aside):
            raise UsageError(f"“{path.name}”是一个县区的文件夹，结果、名册和上年结果不能放在它里面。")
    if not found:
        raise UsageError(
            f"“{folder}”里没有县区：一个县区放一个文件夹，或一个zip压缩包。只汇总一个县用 selfeval "
            "consolidate。"
        )
    if Path(book).stem in found:
        raise UsageError(
            f"有一个县区就叫“{Path(book).stem}”，和全省工作簿重名。请用 --name 给全省工作簿换一个名称。"
        )
    roster_files = [path for path in _listed(rosters) if path.suffix.lower() == ".xlsx"] if rosters else []
    by_name = {path.stem: path for path in roster_files}
    places = tuple(Place(name, path, by_name.get(name) or _own_roster(path)) for name, path in found.items())
    spare = tuple(path.name for name, path in by_name.items() if name not in found)
    return Survey(places, tuple(loose), spare)


def _listed(folder: Path) -> list[Path]:
    """The files and folders in a folder, without those of the system and of programs. Raises UsageError."""
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if not path.name.startswith(".") and path.name not in _SYSTEM and not is_left_behind(path.name)
        )
    except OSError as error:
        raise UsageError(f"打不开文件夹“{folder}”：{cause_of(error)}。请处理好权限再试。") from error


def _sorted_out(
    paths: Iterable[Path], aside: set[Path], policy: Path | None
) -> tuple[dict[str, Path], list[Loose]]:
    """The counties by name, and the loose files.

    Folders go before archives; names that differ only in upper and lower case are the same on Windows.
    """
    found: dict[str, Path] = {}
    taken: set[str] = set()
    loose: list[Loose] = []
    for path in sorted(paths, key=lambda path: (not path.is_dir(), path)):
        if path.resolve() in aside:
            continue
        shown = shown_path(path)
        name = shown.name if path.is_dir() else shown.stem
        if not path.is_dir() and (path.suffix.lower() != ".zip" or not is_archive(path)):
            loose.append(_loose(path, policy))
        elif name.casefold() in taken:
            loose.append(
                Loose(
                    shown.name,
                    _size(path),
                    f"已有叫“{name}”的县区，没有当作另一个县区",
                    "请改名，或把它放进那个县区的文件夹",
                )
            )
        else:
            taken.add(name.casefold())
            found[name] = path
    return dict(sorted(found.items())), sorted(loose, key=lambda file: file.name)


def _loose(path: Path, policy: Path | None) -> Loose:
    """The entry for a file that is neither a county's folder nor its archive."""
    if policy is not None and path.resolve() == policy:
        return Loose(shown_path(path).name, _size(path), "本次使用的参数表")
    if path.suffix.lower() in ARCHIVE_ENDINGS:
        return Loose(
            shown_path(path).name,
            _size(path),
            "压缩包打不开或不是zip，没有读取",
            "请解压成一个文件夹，用县区的名称作文件夹名",
        )
    return Loose(
        shown_path(path).name,
        _size(path),
        "直接放在总文件夹里，看不出是哪个县区的，没有读取",
        "请放进所属县区的文件夹",
    )


def _size(path: Path) -> int:
    """The size of a file in bytes; 0 where it cannot be read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _own_roster(path: Path) -> Path | None:
    """The roster in a county's own folder; None where there is none."""
    roster = path / ROSTER
    return roster if roster.is_file() else None
