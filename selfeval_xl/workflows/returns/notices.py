"""The notice that goes with a return (退回通知): findings to mend, to explain, and for next year.

It has no rule numbers and names no other department.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.workflows.marking.progress import place_of
from selfeval_xl.workflows.marking.result_list import cells_of
from selfeval_xl.workflows.returns import dates
from selfeval_xl.workflows.returns.finding_list import is_open
from selfeval_xl.workflows.returns.letter import Paper

if TYPE_CHECKING:
    from selfeval_xl.assessment.policy import Policy
    from selfeval_xl.county.departments.data import DepartmentData

MISSING_FORM = "X10"  # has a paragraph of its own
MOST = 10  # items of each part of the notice; the list in the return has the rest
_FEW = 3
_BUREAU_DELAY = re.compile(
    r"(?:财政|资金|指标|经费|款项)[^，。；]{0,8}(?:未下达|没有下达|未拨付|没有拨付|拨付不及时|未到位|"
    r"没有到位)"
)


def asked_to_mend(finding: Finding) -> bool:
    """Whether the department must mend it: not what the bureau caused, such as funds not released."""
    return finding.treatment is Treatment.FIX and not _caused_by_the_bureau(finding)


def asked_to_explain(finding: Finding) -> bool:
    """Whether the department must explain it."""
    return is_open(finding) and not asked_to_mend(finding)


def _caused_by_the_bureau(finding: Finding) -> bool:
    """Whether the text in question gives a delay of the bureau as the cause."""
    return bool(_BUREAU_DELAY.search(finding.value or ""))


def return_notice(
    entry: DepartmentData, findings: Sequence[Finding], policy: Policy, year: int | None, today: date
) -> Paper:
    """The notice for one department. findings: those that go back to it, in the order of the list."""
    parts = [
        part
        for part in (*_findings_parts(findings), _missing_part(entry), _next_year_part(findings, year))
        if part
    ]
    lines: list[tuple[int, str]] = [(0, _received(entry))]
    for number, (head, texts) in zip("一二三四", parts):
        lines += [(1, f"{number}、{head}"), *((0, text) for text in texts)]
    closing = (
        "请直接在所附退回件上修改（改过的格底色自动消失），"
        f"于{dates.mend_until(today, policy)}前报回电子版和重新盖章的扫描件。未涉及的项目不必重报。"
    )
    lines += [(0, closing), (0, f"联系人：{dates.contact(policy)}")]
    about = f"{year}年度" if year else ""
    return Paper(
        f"关于退回修改{about}\n绩效自评材料的通知",
        f"{entry.name}：",
        tuple(lines),
        (f"{policy['bureau_name']}{policy['bureau_section']}", dates.full_day(today)),
    )


_Part = tuple[str, list[str]]  # the heading of a part of the notice, and its lines


def _findings_parts(findings: Iterable[Finding]) -> Iterator[_Part]:
    """The parts 须修改 and 须说明, each where there is something for it."""
    of_forms = [finding for finding in findings if finding.rule != MISSING_FORM]
    mend = [finding for finding in of_forms if asked_to_mend(finding)]
    explain = [finding for finding in of_forms if asked_to_explain(finding)]
    if mend:
        yield f"须修改{len(mend)}处", _numbered(mend, _mend_line)
    if explain:
        how = "在退回件“问题清单”的“单位说明”列填写即可，不必改数"
        yield f"须说明{len(explain)}处（{how}）", _numbered(explain, _explain_line)


def _numbered(findings: Iterable[Finding], line: Callable[[Sequence[Finding]], str]) -> list[str]:
    """Numbered lines, one for the findings of one rule and message. line: the text for these."""
    groups = _together(findings)
    texts = [f"{number}.{line(group)}" for number, group in enumerate(groups[:MOST], 1)]
    if len(groups) > MOST:
        texts.append(f"其余{sum(map(len, groups[MOST:]))}处见退回件“问题清单”。")
    return texts


def _missing_part(entry: DepartmentData) -> _Part | None:
    """The part about projects whose forms have not come."""
    if not entry.missing:
        return None
    names = "、".join(f"“{project.name}”" for project in entry.missing[:MOST])
    text = f"{names}{'等' if len(entry.missing) > MOST else ''}，请一并报来；确属免评的，请告知。"
    return f"还没有收到{len(entry.missing)}个项目的自评表", [text]


def _next_year_part(findings: Iterable[Finding], year: int | None) -> _Part | None:
    """The part about findings that are mended with next year's targets."""
    later = [
        finding
        for finding in findings
        if finding.treatment is Treatment.NEXT_YEAR and finding.rule != MISSING_FORM
    ]
    return (f"下年完善{len(later)}处（本次不改）", [_later_line(later, year)]) if later else None


def _received(entry: DepartmentData) -> str:
    """The first sentence: the material that came, when, and that it goes back."""
    times = sorted(receipt.arrival.received for receipt in entry.receipts if receipt.arrival.received)
    parts = [
        f"{name}{count}{unit}"
        for name, count, unit in (
            ("项目表", len(entry.projects), "张"),
            ("整体表", len(entry.wholes), "张"),
            ("报告", len(entry.reports), "份"),
        )
        if count
    ]
    when = f"{dates.day(times[-1])}" if times else ""
    return (
        f"你单位{when}报送的自评材料（第{_times(entry)}次，{'、'.join(parts)}）已收到。"
        "经校验和审核，现退回修改。"
    )


def _times(entry: DepartmentData) -> int:
    """The number of submissions: by submission numbers, else by days of receipt, as 报送台账 counts."""
    arrivals = [receipt.arrival for receipt in entry.receipts]
    numbers = {arrival.submission for arrival in arrivals if arrival.submission}
    days = {arrival.received[:10] for arrival in arrivals if arrival.received}
    return len(numbers or days) or 1


def where(finding: Finding) -> str:
    """The place of a finding, 《项目01》F12 or 《自评报告》; "" where it has none."""
    sheet = place_of(finding)
    return f"《{sheet}》{'、'.join(cells_of(finding)[:3])}" if sheet else ""


def _together(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings in groups of one rule and message, the gravest first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.rank):
        groups.setdefault((finding.rule, finding.message), []).append(finding)
    return list(groups.values())


def _mend_line(same: Sequence[Finding]) -> str:
    """The line about findings of one rule and message: their cells, the message, how to mend it."""
    places = [place for finding in same[:_FEW] if (place := where(finding))]
    more = f"等{len(same)}处" if len(same) > _FEW else ""
    return f"{'、'.join(places)}{more}{'：' if places else ''}{same[0].message.rstrip('。')}。{same[0].hint}"


def _explain_line(same: Sequence[Finding]) -> str:
    """The same line, with a request to explain where the message has none."""
    text = _mend_line(same)
    return f"{text}请说明情况。" if _caused_by_the_bureau(same[0]) and "请" not in same[0].message else text


def _later_line(findings: Iterable[Finding], year: int | None) -> str:
    """The line about all findings that wait for next year's targets."""
    findings = list(findings)
    messages = "；".join(finding.message.rstrip("。") for finding in findings[:_FEW])
    more = f"等{len(findings)}处，" if len(findings) > _FEW else "，"
    return f"{messages}{more}请在{f'{year + 2}年' if year else '下年'}绩效目标申报时修改。"
