"""The notice that goes with a return (退回通知): findings to mend, to explain, and for next year.

It has no rule numbers and names no other department.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

from selfeval_xl.model.findings import Finding, Treatment, counted
from selfeval_xl.model.places import cells_shown, is_word
from selfeval_xl.readers.formats.kinds import WRITTEN_ANEW
from selfeval_xl.workflows.marking.progress import place_of
from selfeval_xl.workflows.marking.result_list import cells_of
from selfeval_xl.workflows.returns import dates
from selfeval_xl.workflows.returns.letter import Paper
from selfeval_xl.workflows.returns.stage_words import WORDS

if TYPE_CHECKING:
    from selfeval_xl.assessment.policy import Policy
    from selfeval_xl.county.departments.data import DepartmentData

MISSING_FORM = "X10"
MOST = 10  # items of each part of the notice; the list in the return has the rest
_FEW = 3


def return_notice(
    entry: DepartmentData,
    findings: Sequence[Finding],
    policy: Policy,
    year: int | None,
    today: date,
    until: date | None = None,
) -> Paper:
    """The notice for one department. findings: those that go back to it, in the order of the list.

    until: the last day for it, by default that of the policy.
    """
    parts = [
        part for part in (*_findings_parts(entry, findings), _next_year_part(entry, findings, year)) if part
    ]
    lines: list[tuple[int, str]] = [(0, _received(entry))]
    for number, (head, texts) in zip("一二三四", parts):
        lines += [(1, f"{number}、{head}"), *((0, text) for text in texts)]
    closing = (
        "请直接在所附退回件上修改（改过的格底色自动消失），"
        f"于{dates.mend_until(today, policy, until)}前报回电子版和重新盖章的扫描件。未涉及的项目不必重报。"
    )
    if kind := _written_anew(entry):
        closing += (
            f"原件是{kind}格式，退回件另存成了xlsx，里面的合计、执行率不会自动算，改了金额请把合计一起改。"
        )
    lines += [(0, closing), (0, f"联系人：{dates.contact(policy)}")]
    about = f"{year}年度" if year else ""
    return Paper(
        f"关于退回修改{about}\n{WORDS[entry.stage].material}的通知",
        f"{entry.name}：",
        tuple(lines),
        (f"{policy['bureau_name']}{policy['bureau_section']}", dates.full_day(today)),
    )


def _written_anew(entry: DepartmentData) -> str:
    """The kind of the first file with forms that goes back as a workbook without formulas; "" for none."""
    return next(
        (
            receipt.file.kind
            for receipt in entry.receipts
            if receipt.file.kind in WRITTEN_ANEW
            and receipt.file.forms
            and receipt.result in ("采用", "部分采用")
        ),
        "",
    )


_Part = tuple[str, list[str]]  # the heading of a part of the notice, and its lines


def _findings_parts(entry: DepartmentData, findings: Sequence[Finding]) -> Iterator[_Part]:
    """The parts 须修改 and 须说明, each where there is something for it."""
    counts = counted(findings)
    mend = [finding for finding in findings if finding.treatment is Treatment.FIX]
    explain = [
        finding
        for finding in findings
        if finding.treatment is Treatment.EXPLAIN and finding.status != "explained"
    ]
    several = len({(finding.file, finding.project) for finding in (*mend, *explain)}) > 1
    if counts.fix:
        missing = sum(finding.rule == MISSING_FORM for finding in mend)
        yield f"须修改{counts.fix}处{missing_among(missing)}", _numbered(entry, mend, several)
    if counts.explain:
        how = WORDS[entry.stage].explaining
        yield f"须说明{counts.explain}处（{how}）", _numbered(entry, explain, several)


def missing_among(number: int) -> str:
    """The words that say how many projects without a form are among the findings to mend; "" for none."""
    return f"（含漏报项目{number}个）" if number else ""


def _numbered(entry: DepartmentData, findings: Iterable[Finding], several: bool) -> list[str]:
    """Numbered lines, one for the findings of one rule and message. several: see `where`."""
    groups = _together(findings)
    files = len({receipt.file.path for receipt in entry.receipts}) > 1
    lines = (
        _missing_line(group, entry) if group[0].rule == MISSING_FORM else _line(group, several, files)
        for group in groups[:MOST]
    )
    texts = [f"{number}.{line}" for number, line in enumerate(lines, 1)]
    if len(groups) > MOST:
        texts.append(f"其余{sum(map(len, groups[MOST:]))}处见退回件“问题清单”。")
    return texts


def _missing_line(missing: Sequence[Finding], entry: DepartmentData) -> str:
    """The line about projects whose forms have not come."""
    names = "、".join(f"“{finding.subject}”" for finding in missing[:MOST])
    more = f"等{len(missing)}个项目" if len(missing) > MOST else ""
    return f"还没有收到{names}{more}的{WORDS[entry.stage].form}，请一并报来；确属免评的，请告知。"


def _next_year_part(entry: DepartmentData, findings: Iterable[Finding], year: int | None) -> _Part | None:
    """The part about findings that are mended with next year's targets."""
    later = [
        finding
        for finding in findings
        if finding.treatment is Treatment.NEXT_YEAR and finding.rule != MISSING_FORM
    ]
    if not later:
        return None
    then = f"{year + WORDS[entry.stage].targets_in}年" if year else "下年"
    return f"下年完善{len(later)}处（本次不改）", [_later_line(later, then)]


def _received(entry: DepartmentData) -> str:
    """The first sentence: the material that came, when, and that it goes back."""
    times = sorted(receipt.arrival.received for receipt in entry.receipts if receipt.arrival.received)
    parts = [
        f"{name}{count}{unit}"
        for name, count, unit in (
            ("项目表", len(entry.projects), "张"),
            ("整体表", len(entry.filled_wholes), "张"),
            ("报告", len(entry.reports), "份"),
        )
        if count
    ]
    when = f"{dates.day(times[-1])}" if times else ""
    return (
        f"你单位{when}报送的{WORDS[entry.stage].material.removeprefix('绩效')}（第{_times(entry)}次，{'、'.join(parts)}）已收到。"
        "经校验和审核，现退回修改。"
    )


def _times(entry: DepartmentData) -> int:
    """The number of submissions: by submission numbers, else by days of receipt, as 报送台账 counts."""
    arrivals = [receipt.arrival for receipt in entry.receipts]
    numbers = {arrival.submission for arrival in arrivals if arrival.submission}
    days = {arrival.received[:10] for arrival in arrivals if arrival.received}
    return len(numbers or days) or 1


def where(finding: Finding, several: bool = False, files: bool = False) -> str:
    """The place of a finding, 《项目01》F12 or 《自评报告》; "" where it has none.

    several: there are findings on other projects too, so that the project is named: “农田建设”（项目01）F12.
    files: and there are other files, so that the file is named.
    """
    sheet = finding.shown_sheet or place_of(finding)
    if not sheet:
        return ""
    places = cells_shown(finding.file, ",".join(cells_of(finding)[:_FEW])).replace(",", "、")
    if not several:
        return f"{sheet}{places}" if finding.sheet and is_word(finding.file) else f"《{sheet}》{places}"
    file = f"{PurePath(finding.file).name} " if files and finding.file else ""
    named = f"“{finding.project}”" if finding.project else ""
    return f"{named}（{file}{sheet}）{places}" if named else f"《{file}{sheet}》{places}"


def _together(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings in groups of one rule and message, the gravest first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.rank):
        message = "" if finding.rule == MISSING_FORM else finding.message
        groups.setdefault((finding.rule, message), []).append(finding)
    return list(groups.values())


def _line(same: Sequence[Finding], several: bool, files: bool) -> str:
    """The line about findings of one rule and message: what is wrong, how to mend it, where."""
    places = [place for finding in same[:_FEW] if (place := where(finding, several, files))]
    more = f"等{len(same)}处" if len(same) > _FEW else ""
    at = f"（见{'、'.join(places)}{more}）" if places else ""
    return f"{same[0].message.rstrip('。')}。{same[0].hint}{at}"


def _later_line(findings: Iterable[Finding], then: str) -> str:
    """The line about all findings that wait for the targets of another year (2026年)."""
    findings = list(findings)
    different = dict.fromkeys(finding.message.rstrip("。") for finding in findings)
    messages = "；".join(list(different)[:_FEW])
    more = f"等{len(findings)}处，" if len(different) > _FEW or len(findings) > len(different) else "，"
    return f"{messages}{more}请在{then}绩效目标申报时修改。"
