"""The notice that goes with a return (退回通知): what to mend, what to explain, what waits for next year; no
rule numbers, nobody else's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ..findings import Finding, Severity, Treatment
from ..marks import cells_of
from ..progress import place_of
from ..returns.listing import is_open
from . import dates
from .papers import Paper

if TYPE_CHECKING:
    from ..county.material import Entry
    from ..policy import Policy

MISSING_FORM = "X10"  # told in a paragraph of its own
MOST = 10  # of each class in the notice, the rest stands on the list
_FEW = 3
_BUREAUS_OWN = re.compile(
    r"(?:财政|资金|指标|经费|款项)[^，。；]{0,8}(?:未下达|没有下达|未拨付|没有拨付|拨付不及时|未到位|"
    r"没有到位)"
)


def asked_to_mend(finding: Finding) -> bool:
    """Must be mended; what the bureau itself caused (funds not released) is asked, not blamed."""
    return finding.treatment is Treatment.FIX and not _caused_by_the_bureau(finding)


def asked_to_explain(finding: Finding) -> bool:
    return is_open(finding) and not asked_to_mend(finding)


def _caused_by_the_bureau(finding: Finding) -> bool:
    return bool(_BUREAUS_OWN.search(finding.value or ""))


def return_notice(
    entry: Entry, findings: Sequence[Finding], policy: Policy, year: int | None, today: date
) -> Paper:
    """The notice for one department. findings: what goes back to it, the order of the list."""
    own = [finding for finding in findings if finding.rule != MISSING_FORM]
    mend = [finding for finding in own if asked_to_mend(finding)]
    explain = [finding for finding in own if asked_to_explain(finding)]
    later = [finding for finding in own if finding.treatment is Treatment.NEXT_YEAR]
    lines: list[tuple[int, str]] = [(0, _received(entry))]
    parts = (
        (mend, f"须修改{len(mend)}处", _mend_line),
        (
            explain,
            f"须说明{len(explain)}处（在退回件“问题清单”的“单位说明”列填写即可，不必改数）",
            _explain_line,
        ),
    )
    number = 0
    for group, head, line in parts:
        if group:
            number += 1
            lines.append((1, f"{'一二三四'[number - 1]}、{head}"))
            same = _together(group)
            lines += [(0, f"{place}.{line(some)}") for place, some in enumerate(same[:MOST], 1)]
            if len(same) > MOST:
                lines.append((0, f"其余{sum(map(len, same[MOST:]))}处见退回件“问题清单”。"))
    if entry.missing:
        number += 1
        names = "、".join(f"“{project.name}”" for project in entry.missing[:MOST])
        lines += [
            (1, f"{'一二三四'[number - 1]}、还没有收到{len(entry.missing)}个项目的自评表"),
            (0, f"{names}{'等' if len(entry.missing) > MOST else ''}，请一并报来；确属免评的，请告知。"),
        ]
    if later:
        number += 1
        lines += [
            (1, f"{'一二三四'[number - 1]}、下年完善{len(later)}处（本次不改）"),
            (0, _later_line(later, year)),
        ]
    lines.append(
        (
            0,
            (
                "请直接在所附退回件上修改（改过的格底色自动消失），"
                f"于{dates.mend_until(today, policy)}前报回电子版和重新盖章的扫描件。未涉及的项目不必重报。"
            ),
        )
    )
    lines.append((0, f"联系人：{dates.contact(policy)}"))
    about = f"{year}年度" if year else ""
    return Paper(
        f"关于退回修改{about}\n绩效自评材料的通知",
        f"{entry.name}：",
        tuple(lines),
        (f"{policy['bureau_name']}{policy['bureau_section']}", dates.full_day(today)),
    )


def _received(entry: Entry) -> str:
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


def _times(entry: Entry) -> int:
    """How often the department submitted: by submission numbers, else by days of receipt, as 报送台账 counts."""
    numbers = {receipt.arrival.submission for receipt in entry.receipts if receipt.arrival.submission}
    return (
        len(
            numbers
            or {receipt.arrival.received[:10] for receipt in entry.receipts if receipt.arrival.received}
        )
        or 1
    )


def where(finding: Finding) -> str:
    """《项目01》F12, 《自评报告》, or nothing where the finding belongs to no place."""
    place = place_of(finding)
    return f"《{place}》{'、'.join(cells_of(finding)[:3])}" if place else ""


def _together(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The gravest first; what is said in the same words of several forms is said once."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(
        findings, key=lambda finding: list(Severity).index(finding.severity) if finding.severity else 9
    ):
        groups.setdefault((finding.rule, finding.message), []).append(finding)
    return list(groups.values())


def _mend_line(same: Sequence[Finding]) -> str:
    places = [place for finding in same[:_FEW] if (place := where(finding))]
    more = f"等{len(same)}处" if len(same) > _FEW else ""
    return f"{'、'.join(places)}{more}{'：' if places else ''}{same[0].message.rstrip('。')}。{same[0].hint}"


def _explain_line(same: Sequence[Finding]) -> str:
    text = _mend_line(same)
    return f"{text}请说明情况。" if _caused_by_the_bureau(same[0]) and "请" not in same[0].message else text


def _later_line(findings: Iterable[Finding], year: int | None) -> str:
    findings = list(findings)
    told = "；".join(finding.message.rstrip("。") for finding in findings[:_FEW])
    more = f"等{len(findings)}处，" if len(findings) > _FEW else "，"
    return f"{told}{more}请在{f'{year + 2}年' if year else '下年'}绩效目标申报时修改。"
