"""The declarations and monitoring forms that a consolidation compares with, read from their folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from selfeval_xl.county.intake.receipts import relative
from selfeval_xl.county.intake.whole_files import read_whole
from selfeval_xl.errors import UsageError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.filings.roster import Roster
from selfeval_xl.filings.stages import StageForms, not_read, stage_forms
from selfeval_xl.model.forms import (
    DECLARATION,
    FORM_NAMES,
    MONITORING,
    OTHER_FORMS,
    REPORT,
    Filing,
    ReadFile,
)
from selfeval_xl.readers.folder import collect, shown_path
from selfeval_xl.readers.formats.kinds import ATTACHMENTS

OPTIONS = {DECLARATION: "--declared", MONITORING: "--monitored"}
_MOST_NAMED = 20  # files that are named, of those in which nothing was found


@dataclass(frozen=True, slots=True)
class EarlierStages:
    """Forms of the earlier stages. kinds: those for which a folder was given, with the folder.

    digest: of their files, part of what a department's rows depend on; "" where no folder was given. notes:
    sentences about files in which no such form was found.
    """

    forms: StageForms = field(default_factory=StageForms)
    kinds: Mapping[str, Path] = field(default_factory=dict)
    digest: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that was given for a stage. option: how the user named it. files: what lies in it, read."""

    kind: str
    option: str
    root: Path
    files: Sequence[ReadFile]

    def shown(self, path: str) -> str:
        """The path of a file as sentences name it: below the folder."""
        return relative(path, self.root)


def read_earlier(
    declared: str | Path | None,
    monitored: str | Path | None,
    roster: Roster | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    option: str = "",
    evaluated: str | Path | None = None,
) -> EarlierStages:
    """The declarations below one folder and the monitoring forms below another, as far as they are given.

    Both may be the same folder, and that of the self-evaluations too (evaluated), which then are not named as
    files without such a form. progress(done, all, file name). option: by which the declarations were named,
    if not --declared. Raises UsageError where a folder is missing.
    """
    folders: list[_Folder] = []
    read: dict[Path, Sequence[ReadFile]] = {}
    for kind, folder in ((DECLARATION, declared), (MONITORING, monitored)):
        if folder is None:
            continue
        named = option or OPTIONS[kind]
        if not Path(folder).exists():
            raise UsageError(f"找不到{named}的文件夹“{folder}”。请核对名称和位置。")
        root = Path(folder) if Path(folder).is_dir() else Path(folder).parent
        place = Path(folder).resolve()
        if place not in read:
            read[place], _ = read_whole(collect(folder), root, jobs, progress)
        folders.append(_Folder(kind, named, shown_path(root), read[place]))
    filings: list[Filing] = []
    digests: list[str] = []
    for each in folders:
        of_kind = [_only(file, each.kind) for file in each.files]
        filings += gather(of_kind, roster, str(each.root), stages=True)
        digests += sorted(f"{each.kind}{file.path}{file.sha256}" for file in each.files)
    digest = hashlib.sha256("\n".join(digests).encode("utf-8", "surrogatepass")).hexdigest()
    return EarlierStages(
        stage_forms(filings),
        {each.kind: each.root for each in folders},
        digest if folders else "",
        tuple(_not_used(folders, roster, Path(evaluated).resolve() if evaluated else None)),
    )


def told_of_matches(stages: EarlierStages, filings: Iterable[Filing]) -> Iterator[str]:
    """Sentences about forms of the earlier stages without a self-evaluation, and the other way round.

    filings: the self-evaluations, in outline or whole.
    """
    used: dict[str, set[int]] = {kind: set() for kind in stages.kinds}
    alone: dict[str, list[str]] = {kind: [] for kind in stages.kinds}
    for filing, form in [(each, form) for each in filings for form in each.forms]:
        found = stages.forms.of(form, filing)
        for kind in stages.kinds:
            mine = [
                found.declaration if kind == DECLARATION else found.monitoring,
                *found.ambiguous,
                *found.older,
            ]
            ids = {id(each) for each in mine if each is not None and each.kind == kind}
            used[kind] |= ids
            if not ids and form.is_of_project:
                alone[kind].append(form.project or filing.department)
    for kind in sorted(stages.kinds):
        forms = [known.form for known in stages.forms.all if known.form.kind == kind]
        root = stages.kinds[kind]
        unmatched = [
            f"{form.project or form.department or '没有写名称的'}（{relative(form.file, root)}）"
            for form in forms
            if id(form) not in used[kind]
        ]
        lines = [f"{len(unmatched)}张没有对上自评表：{some(unmatched)}"] if unmatched else []
        lines += [f"自评表有{len(alone[kind])}张没有对上，没有比：{some(alone[kind])}"] if alone[kind] else []
        if lines:
            yield f"{OPTIONS[kind]}读出{FORM_NAMES[kind]}{len(forms)}张；{'；'.join(lines)}。"


def some(names: Sequence[str]) -> str:
    """The first names, and how many there are where they are more."""
    more = f"等{len(names)}张" if len(names) > _MOST_NAMED else ""
    return f"{'、'.join(names[:_MOST_NAMED])}{more}"


def _only(file: ReadFile, kind: str) -> ReadFile:
    """The file with its forms of one stage alone."""
    return replace(
        file,
        forms=(),
        reports=(),
        stage_forms=tuple(form for form in file.stage_forms if form.kind == kind),
    )


def _not_used(folders: Sequence[_Folder], roster: Roster | None, evaluated: Path | None) -> Iterator[str]:
    """Sentences on files that gave no form of their folder's stage, and on sheets that could not be read.

    Each file is named once. A file that gave a form of another stage for which its folder is given too is in
    use, and so are self-evaluations in the folder that is evaluated.
    """
    used = {_place(file) for each in folders for file in each.files if _has(file, each.kind)}
    without: dict[str, list[_Folder]] = {}
    names: dict[str, str] = {}
    for each in folders:
        for file in each.files:
            place = _place(file)
            of_evaluation = evaluated in Path(place).parents and (file.forms or file.reports)
            is_roster = roster is not None and file.sha256 == roster.sha256
            if place in used or file.kind in ATTACHMENTS or of_evaluation or is_roster:
                continue
            without.setdefault(place, []).append(each)
            names[place] = f"“{each.shown(file.path)}”{_what_it_is(file, {each.kind for each in folders})}"
    by_folders: dict[tuple[str, ...], list[str]] = {}
    for place, given in without.items():
        key = ("、".join(each.option for each in given), "、".join(FORM_NAMES[each.kind] for each in given))
        by_folders.setdefault(key, []).append(names[place])
    for (options, forms), listed in by_folders.items():
        more = f"等{len(listed)}个文件" if len(listed) > _MOST_NAMED else ""
        yield f"{options}文件夹里的{'、'.join(listed[:_MOST_NAMED])}{more}里没有读出{forms}，没有用上。"
    told = (
        f"{each.option}文件夹里的“{each.shown(file.path)}”：{problem.text}"
        for each in folders
        for file in each.files
        for problem in not_read(file, (each.kind,))
    )
    yield from dict.fromkeys(told)


def _place(file: ReadFile) -> str:
    return str(Path(file.path).resolve())


def _has(file: ReadFile, kind: str) -> bool:
    """Whether a form of the stage was read from the file."""
    return any(form.kind == kind for form in file.stage_forms)


def _what_it_is(file: ReadFile, wanted: Collection[str]) -> str:
    """What else a file is, in brackets; "" where nobody knows. wanted: stages that it cannot be."""
    kinds = [OTHER_FORMS[other.kind] for other in file.others if other.kind not in wanted]
    kinds += [FORM_NAMES[form.kind] for form in file.forms]
    kinds += [FORM_NAMES[REPORT]] if file.reports else []
    return f"（是{'、'.join(dict.fromkeys(kinds))}）" if kinds else ""
