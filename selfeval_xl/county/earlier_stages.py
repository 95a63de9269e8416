"""The declarations and monitoring forms that a consolidation compares with, read from their folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from selfeval_xl.county.intake.whole_files import read_whole
from selfeval_xl.errors import UsageError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.filings.roster import Roster
from selfeval_xl.filings.stages import StageForms, stage_forms
from selfeval_xl.model.forms import DECLARATION, FORM_NAMES, MONITORING, Filing, ReadFile
from selfeval_xl.readers.folder import collect, shown_path
from selfeval_xl.readers.formats.kinds import ATTACHMENTS

OPTIONS = {DECLARATION: "--declared", MONITORING: "--monitored"}
_MOST_NAMED = 20  # files that are named, of those in which nothing was found


@dataclass(frozen=True, slots=True)
class EarlierStages:
    """Forms of the earlier stages. kinds: those for which a folder was given.

    digest: of their files, part of what a department's rows depend on; "" where no folder was given. notes:
    sentences about files in which no such form was found.
    """

    forms: StageForms = field(default_factory=StageForms)
    kinds: frozenset[str] = frozenset()
    digest: str = ""
    notes: tuple[str, ...] = ()


def read_earlier(
    declared: str | Path | None,
    monitored: str | Path | None,
    roster: Roster | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    option: str = "",
) -> EarlierStages:
    """The declarations below one folder and the monitoring forms below another, as far as they are given.

    progress(done, all, file name). option: by which the declarations were named, if not --declared. Raises
    UsageError where a folder is missing.
    """
    filings: list[Filing] = []
    notes: list[str] = []
    digests: list[str] = []
    kinds: set[str] = set()
    for kind, folder in ((DECLARATION, declared), (MONITORING, monitored)):
        if folder is None:
            continue
        named = option or OPTIONS[kind]
        if not Path(folder).exists():
            raise UsageError(f"找不到{named}的文件夹“{folder}”。请核对名称和位置。")
        root = Path(folder) if Path(folder).is_dir() else Path(folder).parent
        files, _ = read_whole(collect(folder), root, jobs, progress)
        of_kind = [_only(file, kind) for file in files]
        filings += gather(of_kind, roster, str(shown_path(root)), stages=True)
        notes += _without_form(of_kind, kind, named)
        digests += sorted(f"{kind}{file.path}{file.sha256}" for file in files)
        kinds.add(kind)
    digest = hashlib.sha256("\n".join(digests).encode("utf-8", "surrogatepass")).hexdigest()
    return EarlierStages(stage_forms(filings), frozenset(kinds), digest if kinds else "", tuple(notes))


def told_of_matches(stages: EarlierStages, filings: Iterable[Filing]) -> Iterator[str]:
    """Sentences about forms of the earlier stages without a self-evaluation, and the other way round.

    filings: the self-evaluations, in outline or whole.
    """
    used: dict[str, set[int]] = {kind: set() for kind in stages.kinds}
    alone: dict[str, list[str]] = {kind: [] for kind in stages.kinds}
    for filing, form in [(each, form) for each in filings for form in each.forms]:
        found = stages.forms.of(form, filing)
        for kind in stages.kinds:
            mine = [found.declaration if kind == DECLARATION else found.monitoring, *found.ambiguous]
            ids = {id(each) for each in mine if each is not None and each.kind == kind}
            used[kind] |= ids
            if not ids and form.is_of_project:
                alone[kind].append(form.project or filing.department)
    for kind in sorted(stages.kinds):
        forms = [known.form for known in stages.forms.all if known.form.kind == kind]
        unmatched = [
            f"{form.project or form.department or '没有写名称的'}（{PurePath(form.file).name}）"
            for form in forms
            if id(form) not in used[kind]
        ]
        lines = [f"{len(unmatched)}张没有对上自评表：{_some(unmatched)}"] if unmatched else []
        lines += (
            [f"自评表有{len(alone[kind])}张没有对上，没有比：{_some(alone[kind])}"] if alone[kind] else []
        )
        if lines:
            yield f"{OPTIONS[kind]}读出{FORM_NAMES[kind]}{len(forms)}张；{'；'.join(lines)}。"


def _some(names: Sequence[str]) -> str:
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


def _without_form(files: Sequence[ReadFile], kind: str, option: str) -> Iterable[str]:
    """A sentence that names the files in which no form of the kind was found, but for attachments."""
    names = [
        PurePath(file.path).name for file in files if not file.stage_forms and file.kind not in ATTACHMENTS
    ]
    if names:
        more = f"等{len(names)}个文件" if len(names) > _MOST_NAMED else ""
        yield (
            f"{option}文件夹里的{'、'.join(f'“{name}”' for name in names[:_MOST_NAMED])}{more}里"
            f"没有读出{FORM_NAMES[kind]}，没有用上。"
        )
