"""The command `return`: returns with notices, reminders, messages to sections, the bureau's own page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.monitoring.decided import study_at
from selfeval_xl.county.sender import with_sender
from selfeval_xl.county.study import check_places
from selfeval_xl.files import distinct_names, leaving, make_folder
from selfeval_xl.model.forms import SELF
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.returns import ReturnsResult, folder_names, write_returns
from selfeval_xl.workflows.returns.bureau_page import overview
from selfeval_xl.workflows.returns.letter import without_names, write_both, write_text
from selfeval_xl.workflows.returns.notices import return_notice
from selfeval_xl.workflows.returns.reminders import for_section, reminder, reminder_letter, to_remind

if TYPE_CHECKING:
    from selfeval_xl.county.departments.data import CountyData

NOTICE, REMINDER, SECTIONS, OVERVIEW = "退回通知", "催报通知", "归口股室", "退回催报一览"


def send_back(
    folder: str | Path,
    out: str | Path,
    *,
    roster: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    today: date | None = None,
    returns: bool = True,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workbook: str | Path | None = None,
    stage: str = SELF,
) -> ReturnsResult:
    """Writes returns and papers into the folder `out`.

    It gets a folder for each department with its marked files, 退回通知 and 催报通知, a folder 归口股室, and
    退回催报一览. workbook: the county workbook with the officers' decisions. today: the date of the papers.
    returns: False leaves out marked files and 退回通知. stage: whose forms go back (SELF, MONITORING,
    DECLARATION). Raises UsageError and OutputError with a Chinese sentence when the job cannot be done.
    """
    from selfeval_xl.county.private import private_projects
    from selfeval_xl.county.sheets.receipts import questions

    folder, out, today = Path(folder), Path(out), today or date.today()
    check_places(folder, out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    material, decisions = study_at(stage)(folder, roster, rules, jobs, progress, workbook)
    rules = with_sender(material)
    material = replace(material, policy=rules)
    result = write_returns(material, out, jobs, progress) if returns else ReturnsResult(out, (), (), ())
    private = private_projects(material, decisions.written)
    kept = list(result.kept)
    make_folder(out)
    entries = {entry.name: entry for entry in material.entries}
    for each in result.returns:
        notice = return_notice(entries[each.name], each.findings, rules, material.year, today)
        write_both(without_names(notice, private), each.folder, NOTICE, kept)
    folders = folder_names(material.entries)
    for entry in to_remind(material):
        message = without_names(reminder(entry, material, today), private)
        letter = reminder_letter(entry, material, today, message)
        write_both(message, make_folder(out / folders[entry.name]), REMINDER, kept, letter)
    _write_sections(material, out, kept)
    write_both(overview(material, result, today), out, OVERVIEW, kept)
    asked = (*_not_returned(material, result), *questions(material))
    return replace(result, kept=tuple(kept), told=decisions.told, asked=asked)


def _write_sections(material: CountyData, out: Path, kept: list[str]) -> None:
    """Writes a message for each section (归口股室)."""
    sections = dict.fromkeys(entry.section for entry in material.entries if entry.row and entry.section)
    names = distinct_names(sections)
    for section in sections:
        members = [entry for entry in material.entries if entry.section == section]
        paper = for_section(section, members, material)
        with leaving(kept):
            write_text(paper, make_folder(out / SECTIONS) / f"{names[section]}.txt")


def _not_returned(material: CountyData, result: ReturnsResult) -> list[str]:
    """A sentence for each department that an officer wants to return although nothing is open."""
    returned = {each.name for each in result.returns}
    return [
        f"{entry.name}写了要退回，但没有要改、要说明的，没有生成退回件；有意见请写在“补充意见”里。"
        for entry in material.entries
        if entry.send_back and entry.name not in returned and entry.came
    ]
