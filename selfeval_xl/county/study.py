"""The filings of a folder with their findings, for the commands that send papers back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.errors import UsageError
from selfeval_xl.files import fingerprint, scratch

if TYPE_CHECKING:
    from selfeval_xl.county.decisions import Decisions
    from selfeval_xl.county.departments.data import CountyData
    from selfeval_xl.county.intake.check_file import CheckedFile
    from selfeval_xl.filings.roster import Roster
    from selfeval_xl.model.forms import ReadFile
    from selfeval_xl.readers.archives import Unpacked


def check_places(folder: Path, out: Path) -> None:
    """Raises UsageError where the folder is missing, or `out` lies in it or is a file.

    The next run would take results among the received files for new submissions.
    """
    if not folder.exists():
        raise UsageError(f"找不到文件夹“{folder}”。请核对名称和位置。")
    inside = out.resolve() == folder.resolve() or folder.resolve() in out.resolve().parents
    if folder.is_dir() and inside:
        raise UsageError(f"结果不要放在收件文件夹“{folder}”里，下次会被当成新报来的材料。请换一个文件夹。")
    if out.is_file():
        raise UsageError(f"“{out}”是一个文件，这里要写文件夹名。")


def study(
    folder: Path,
    roster: Roster | None,
    policy: Policy,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> CountyData:
    """The received files, checked and sorted by department, with the same data as the county workbook."""
    return _study(folder, roster, policy, jobs, progress)[0]


def study_decided(
    folder: Path,
    roster: str | Path | None,
    policy: Policy,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workbook: str | Path | None = None,
) -> tuple[CountyData, Decisions]:
    """The same as the officers decided it, and their decisions.

    workbook: the county workbook in which they decided; without it, the one that fits (see `decisions`).
    """
    from selfeval_xl.county.decisions import find_decisions, read_decisions
    from selfeval_xl.filings.roster import read_roster

    known = read_roster(roster) if roster else None
    given = read_decisions(Path(workbook)) if workbook else None  # before a county is read
    return _study(folder, known, policy, jobs, progress, lambda *read: given or find_decisions(*read))


def _study(
    folder: Path,
    roster: Roster | None,
    policy: Policy,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    decide: Callable[[Path, list[ReadFile]], Decisions] | None = None,
) -> tuple[CountyData, Decisions]:
    """The same as `study`, and the decisions. decide: finds those on these files below a folder."""
    from selfeval_xl.county.decisions import Decisions, apply_decisions
    from selfeval_xl.county.departments.data import prepare
    from selfeval_xl.county.departments.versions_checked import with_versions
    from selfeval_xl.county.intake.check_file import ready
    from selfeval_xl.county.intake.receipts import sort_out
    from selfeval_xl.filings.roster import chosen_by
    from selfeval_xl.readers.archives import unpack
    from selfeval_xl.readers.folder import collect, shown_path
    from selfeval_xl.rules.runner import check

    root = folder if folder.is_dir() else folder.parent
    with scratch() as unpacked_here:
        arrived = unpack(collect(folder), root, unpacked_here)
        answers = list(_answers(arrived, policy, jobs, progress))
    decisions = decide(root, [answer.file for answer in answers]) if decide else Decisions()
    archives = {str(file.shown): file.archive for file in arrived if file.archive}
    chosen = chosen_by(roster, decisions.written.chosen_files())
    collected = sort_out(shown_path(root), [answer.file for answer in answers], roster, chosen, archives)
    found = check(
        collected.filings,
        policy,
        [receipt.file for receipt in collected.receipts if receipt.result not in ("被新版本替代", "重复")],
        roster,
        ready=ready(answers),
    )
    filings = dict(enumerate(collected.filings))
    found = with_versions(found, filings, collected.receipts, collected.fates, policy)
    material = prepare(collected, found, roster, policy, assessed=True)
    return apply_decisions(material, decisions), decisions


def _answers(
    arrived: list[Unpacked],
    policy: Policy,
    jobs: int | None,
    progress: Callable[[int, int, str], None] | None,
) -> Iterator[CheckedFile]:
    """The contents of each file, checked; nothing is stored, since they are all needed at once."""
    from selfeval_xl.county.intake.check_file import CHECK, CheckedFile, moved
    from selfeval_xl.county.intake.received_files import not_taken_out
    from selfeval_xl.model.forms import ReadFile
    from selfeval_xl.readers import read_files

    paths = [str(file.path) for file in arrived if not file.trouble]
    read = read_files(paths, jobs=jobs, function=CHECK, context=policy)
    for number, file in enumerate(arrived, 1):
        path = str(file.shown)
        if file.trouble:
            yield CheckedFile(not_taken_out(file, *fingerprint(file.path)))
        else:
            answer: CheckedFile | ReadFile = next(read)
            yield moved(CheckedFile(answer) if isinstance(answer, ReadFile) else answer, path)
        if progress:
            progress(number, len(arrived), file.shown.name)
