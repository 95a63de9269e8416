"""Reminders (催报): to departments about missing material, to sections about their departments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

from selfeval_xl.county.departments.data import EXTRA
from selfeval_xl.model.findings import counted
from selfeval_xl.workflows.returns import dates, findings_of, goes_back
from selfeval_xl.workflows.returns.letter import Paper
from selfeval_xl.workflows.returns.notices import MISSING_FORM, missing_among
from selfeval_xl.workflows.returns.stage_words import REPORT, WHOLE, WORDS

if TYPE_CHECKING:
    from selfeval_xl.county.departments.data import CountyData, DepartmentData

LONGEST = 200  # characters of a message that is pasted into a chat
_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩"


def lacking(entry: DepartmentData, sealed_expected: bool) -> list[str]:
    """The names of missing material besides project forms: 部门整体自评表, 自评报告, 盖章件.

    A department's own form that came and in which nothing was filled in is what a return asks for.
    """
    from selfeval_xl.county.sheets.departments import sealed

    came = {WHOLE: entry.wholes, REPORT: entry.reports}
    parts = [name for name in WORDS[entry.stage].besides if not came[name]]
    return parts if sealed(entry) or not sealed_expected else [*parts, "盖章件"]


def to_remind(material: CountyData) -> list[DepartmentData]:
    """The departments of the roster that have not sent everything."""
    sealed = seals_come(material)
    return [
        entry
        for entry in material.entries
        if entry.row and not entry.passed and (lacks_forms(entry) or lacking(entry, sealed))
    ]


def seals_come(material: CountyData) -> bool:
    """Whether any sealed copy came as a file; where none did, they are not asked for."""
    from selfeval_xl.county.sheets.departments import sealed

    return any(sealed(entry) for entry in material.entries)


def lacks_forms(entry: DepartmentData) -> bool:
    """Whether forms or the report are missing; a missing stamp alone is not late."""
    return bool(not entry.came or entry.missing or entry.blank or lacking(entry, False))


def reminder_letter(entry: DepartmentData, material: CountyData, today: date, message: Paper) -> Paper:
    """The same message as a letter with title, signature and date."""
    policy, year = material.policy, material.year
    text = message.lines[0][1].split("】", 1)[-1].split("：", 1)[-1]
    return Paper(
        f"关于补报{f'{year}年度' if year else ''}\n{WORDS[entry.stage].material}的通知",
        f"{entry.name}：",
        ((0, text),),
        (f"{policy['bureau_name']}{policy['bureau_section']}", dates.full_day(today)),
    )


def reminder(entry: DepartmentData, material: CountyData, today: date) -> Paper:
    """The message for one department in at most 200 characters: friendly before the deadline, then plain."""
    policy, year = material.policy, material.year
    deadline = entry.row.deadline if entry.row else ""
    late = (today - date.fromisoformat(deadline)).days if deadline and lacks_forms(entry) else 0
    about = f"{year}年度" if year else ""
    for names in (5, 3, 2, 1, 0):
        text = (
            _late(entry, material, late, about, names, today)
            if late > 0
            else _early(entry, material, deadline, about, names, today)
        )
        text += f"联系人：{dates.contact(policy)}。"
        if len(text) <= LONGEST:
            break
    return Paper("", "", ((0, text),))


def _early(
    entry: DepartmentData, material: CountyData, deadline: str, about: str, names: int, today: date
) -> str:
    words = WORDS[entry.stage]
    if not deadline:
        until = "请尽快报送"
    elif date.fromisoformat(deadline) >= today:
        until = f"请于{dates.day(deadline, weekday=True)}{material.policy['deadline_hour']}前报送"
    else:
        until = f"请于{dates.mend_until(today, material.policy)}前补齐"
    return (
        f"【{words.stage}提醒】{entry.name}：{about}{words.material}{until}。"
        f"{_missing(entry, material, names)}{_to_mend(entry)}"
    )


def _late(entry: DepartmentData, material: CountyData, late: int, about: str, names: int, today: date) -> str:
    until, words = dates.mend_until(today, material.policy), WORDS[entry.stage]
    return (
        f"【{words.stage}催报】{entry.name}：你单位{about}{words.material}已逾期{late}天。"
        f"{_missing(entry, material, names)}请于{until}前补报；"
        f"确有困难的，请当日告知预计时间。{_to_mend(entry)}"
    )


def _missing(entry: DepartmentData, material: CountyData, names: int) -> str:
    """The sentence about missing material. names: how many projects it may name."""
    listed_forms = [form for form in entry.projects if form.status != EXTRA]
    due = len(listed_forms) + len(entry.missing)
    parts = lacking(entry, seals_come(material))
    if not entry.came:
        wanted = [f"应报项目{due}个"] if due else []
        what = "、".join([*wanted, *WORDS[entry.stage].besides]) or WORDS[entry.stage].form
        if entry.forms:
            return f"你单位报来的表还没有填，{what}请填好报来。"
        if entry.unreadable:
            files = "、".join(PurePath(receipt.file.path).name for receipt in entry.unreadable[:2])
            return f"你单位报来的“{files}”打不开，请解压或另存为没有密码的xlsx重报（{what}）。"
        return f"你单位{what}均未收到。"
    text = ""
    if entry.missing:
        listed = "".join(
            f"{_NUMBERS[number]}{project.name} " for number, project in enumerate(entry.missing[:names])
        ).strip()
        more = f"{'等' if listed else ''}{len(entry.missing)}个项目" if len(entry.missing) > names else ""
        came = len(listed_forms) - len(entry.blank)
        text = f"你单位应报项目{due}个，已收到{came}个，还差：{listed}{more}"
    unfilled = _unfilled(entry, names)
    joined = "、".join(parts)
    told = "；".join(filter(None, (text, unfilled, f"{joined}未收到" if joined else "")))
    return f"{told}。" if told else ""


def _unfilled(entry: DepartmentData, names: int) -> str:
    """The words about project forms that came and in which nobody has filled in anything; "" for none."""
    blank = [f"“{form.project_name}”" for form in entry.blank]
    if not blank:
        return ""
    more = f"等{len(blank)}个项目" if len(blank) > names else ""
    return f"{'、'.join(blank[:names])}{more if names else f'{len(blank)}个项目'}的表还没有填"


def _to_mend(entry: DepartmentData) -> str:
    """The sentence about findings in the forms that came; "" for none."""
    findings = list(findings_of(entry))
    counts = counted(findings)
    missing = sum(finding.rule == MISSING_FORM for finding in findings)
    if counts.due == missing or not goes_back(entry, findings):
        return ""
    mend = f"须修改{counts.fix}处{missing_among(missing)}" if counts.fix else ""
    explain = f"须说明{counts.explain}处" if counts.explain else ""
    return f"已报材料{'、'.join(filter(None, (mend, explain)))}，清单随附，可一并改好再报。"


def for_section(section: str, entries: Iterable[DepartmentData], material: CountyData) -> Paper:
    """The message for a section (归口股室): those of its departments that sent nothing or not everything."""
    entries = [entry for entry in entries if entry.row]
    behind = to_remind(material)
    nothing = [entry for entry in entries if not entry.came]
    part = [entry for entry in entries if entry in behind and entry not in nothing]
    text = f"{section}：你股归口{len(entries)}个部门，已报齐{len(entries) - len(nothing) - len(part)}个"
    if nothing:
        text += f"，未报{len(nothing)}个（{'、'.join(entry.name for entry in nothing)}）"
    if part:
        text += (
            f"，部分报送{len(part)}个（"
            f"{'；'.join(f'{entry.name}{_short(entry, material)}' for entry in part)}）"
        )
    return Paper("", "", ((0, text + ("。请协助催促。" if nothing or part else "，谢谢。")),))


def _short(entry: DepartmentData, material: CountyData) -> str:
    """The material that a department has not sent, in a few words for the message to its section."""
    parts = [f"{len(entry.missing)}个项目"] if entry.missing else []
    parts += lacking(entry, seals_come(material))
    lacks = f"缺{'、'.join(parts)}" if parts else ""
    unfilled = f"{len(entry.blank)}个项目的表没有填" if entry.blank else ""
    return "，".join(filter(None, (lacks, unfilled)))
