"""The writing of one department's workbook, never over a file that somebody may have filled in."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from selfeval_xl import templates
from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.errors import SelfevalError
from selfeval_xl.files import fingerprint, scratch, write_out
from selfeval_xl.layouts import SELF
from selfeval_xl.templates.stage_book import fill_in_stage
from selfeval_xl.workflows.issuing.contents import Contents

WRITTEN, SAME, KEPT, REPLACED, FAILED = "已生成", "没有变化", "没有覆盖", "已覆盖", "没有生成"


@dataclass(frozen=True, slots=True)
class IssueJob:
    """The job of a worker: the contents, the folder, and what may be overwritten.

    known: the fingerprint of the file that the last run wrote there, "" without one. policy: its thresholds
    stand in the workbook's formulas.
    """

    contents: Contents
    folder: str
    protect: bool = False
    overwrite: bool = False
    known: str = ""
    policy: Policy = field(default_factory=default)


@dataclass(frozen=True, slots=True)
class IssueOutcome:
    """The outcome of a job.

    result: 已生成, 没有变化, 没有覆盖, 已覆盖, 没有生成. why: in plain words. sha256: of the file as written,
    or as found.
    """

    file: str
    result: str
    why: str = ""
    sha256: str = ""


def write_job(path: str) -> IssueOutcome:
    """Carries out the job that is pickled at `path`; this is the function that the workers call."""
    job: IssueJob = pickle.loads(Path(path).read_bytes())
    try:
        return write(job)
    except SelfevalError as error:
        return IssueOutcome(job.contents.file, FAILED, str(error))


def write(job: IssueJob) -> IssueOutcome:
    """Writes the workbook, but for one that would replace a file that somebody may have filled in.

    A file is untouched where it has the very bytes that would be written, or that the last run wrote. Raises
    OutputError where it cannot be written.
    """
    contents = job.contents
    target = Path(job.folder) / contents.file
    with scratch() as folder:
        fresh = folder / "fresh.xlsx"
        _fill_in(job, fresh)
        made = fingerprint(fresh)[1]
        present = fingerprint(target)[1] if target.exists() else ""
        if present == made:
            return IssueOutcome(contents.file, SAME, sha256=made)
        filled = present not in ("", job.known)
        if filled and not job.overwrite:
            return IssueOutcome(contents.file, KEPT, "已有同名文件，部门可能已经填写", present)
        write_out(target, lambda file: shutil.copyfile(fresh, file), own=True)
    return IssueOutcome(
        contents.file,
        REPLACED if filled else WRITTEN,
        "原来的文件可能已经填写，按要求覆盖了" if filled else "",
        made,
    )


def _fill_in(job: IssueJob, out: Path) -> None:
    """Writes the workbook of the job's stage to `out`."""
    contents = job.contents
    if contents.stage != SELF:
        fill_in_stage(
            contents.stage,
            contents.layout,
            out,
            projects=contents.projects,
            department=contents.whole or None,
            year=contents.year,
            through=contents.through,
            settings=contents.settings,
            notice=contents.cover,
            protect=job.protect,
        )
        return
    templates.fill_in(
        contents.layout,
        out,
        projects=contents.projects,
        department=contents.whole,
        year=contents.year,
        settings=contents.settings,
        cover=contents.cover,
        protect=job.protect,
        policy=job.policy,
    )
