"""A draft as its department sees it: files, findings with explanations, what hinders sending it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from selfeval_xl.model.findings import Counts, Severity, Treatment, counted
from selfeval_xl.server.desk import drafts, season
from selfeval_xl.server.desk.core import Core, moment
from selfeval_xl.server.desk.drafts import CHECKED, RESULT, SENT, WAITING, WORK, Draft, StoredFile
from selfeval_xl.server.desk.records import ChangeRow, DraftFile, DraftView, FindingRow
from selfeval_xl.server.state import accounts
from selfeval_xl.server.state.accounts import FILLER, LEAD, Account
from selfeval_xl.workflows.submission import warning

Facts = dict[str, Any]


def view(core: Core, who: Account, id: str, place: int, progress: tuple[int, int]) -> DraftView:
    """The draft for this account. Raises NotThere."""
    draft = drafts.find(core, who, id)
    files = drafts.files(core, id)
    names = {file.n: file.name for file in files}
    kept = result(drafts.folder_of(core, id) / WORK)
    typed = drafts.explanations(core, id)
    rows = finding_rows(kept.get("rows", []), names, typed)
    facts = json.loads(draft.result)
    checked = draft.status in (CHECKED, WAITING)
    hindrances = hindrances_of(core, draft, files, facts) if checked else ()
    counts = counts_with(facts, rows)
    confirms = core.department(draft.department).confirm
    by = accounts.by_id(core.base, draft.account)
    needs_lead = confirms and who.role == FILLER
    late = season.late_days(core, draft.department)[1]
    return DraftView(
        id=id,
        status=draft.status,
        place=place,
        created=moment(draft.created),
        by=by.label if by else "",
        files=tuple(map(_file, files)),
        rows=rows,
        counts=counts,
        warnings=(*_warnings(core, draft, files, facts, counts), *_mute(rows)) if checked else (),
        hindrances=hindrances,
        late_days=late,
        changes=change_rows(kept.get("changes", [])),
        needs_lead=needs_lead,
        may_send=draft.status == CHECKED and draft.account == who.id and not hindrances,
        may_confirm=draft.status == WAITING and who.role == LEAD,
        handed_back=draft.reason,
        error=draft.error,
        done=progress[0],
        all=progress[1] or len(files),
        submission=draft.submission if draft.status == SENT else "",
    )


def result(work: Path) -> Facts:
    """What the check of a draft, or of a submission, has found; empty before that."""
    try:
        found: Facts = json.loads((work / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def finding_rows(
    rows: Sequence[Facts], names: Mapping[int, str], typed: Mapping[int, str]
) -> tuple[FindingRow, ...]:
    """The findings, with what was typed on the page. names: of the files by number."""
    return tuple(_finding(row, names, typed.get(row["number"], "")) for row in rows)


def _finding(row: Facts, names: Mapping[int, str], typed: str) -> FindingRow:
    """One finding with its explanation."""
    explanation = typed or row["explanation"]
    explained = bool(explanation) and row["treatment"] == Treatment.EXPLAIN
    return FindingRow(
        number=row["number"],
        treatment=Treatment(row["treatment"]),
        severity=Severity(row["severity"]),
        rule=row["rule"],
        file=names.get(row["file"], ""),
        sheet=row["sheet"],
        cell=row["cell"],
        subject=row["subject"],
        value=row["value"],
        expected=row["expected"],
        message=row["message"],
        hint=row["hint"],
        explanation=explanation,
        can_explain=bool(row["explained_in"]),
        status="explained" if explained else row["status"],
    )


def counts_with(facts: Mapping[str, Any], rows: Sequence[FindingRow]) -> Counts:
    """The findings by treatment, those explained on the page as explained."""
    return counted(rows) if rows else Counts(*facts.get("counts", ()))  # type: ignore[arg-type]


def change_rows(changes: Sequence[Facts]) -> tuple[ChangeRow, ...]:
    """The changes since the last submission."""
    return tuple(ChangeRow(**change) for change in changes)


def _mute(rows: Sequence[FindingRow]) -> tuple[str, ...]:
    """What is said of files into which no explanation can be written."""
    names = {row.file: None for row in rows if row.treatment is Treatment.EXPLAIN and not row.can_explain}
    if not any(names):
        return ()
    of = "、".join(f"“{name}”" for name in names if name)
    return (f"{of}不是xlsx工作簿，单位说明写不进去；要在网页上写说明，请另存为xlsx再上传。",)


def _file(file: StoredFile) -> DraftFile:
    """A file of a draft with what was found on reading it."""
    facts = json.loads(file.facts)
    said = [facts["archive"]] if "archive" in facts else []
    return DraftFile(
        file.n,
        file.name,
        file.size,
        file.sha256,
        (*said, *facts.get("said", ())),
        facts.get("forms", 0),
        bool(facts.get("tables")),
    )


def hindrances_of(core: Core, draft: Draft, files: Sequence[StoredFile], facts: Facts) -> tuple[str, ...]:
    """Why the draft cannot be sent now."""
    found: list[str] = []
    names = {file.n: file.name for file in files}
    own = core.department(draft.department)
    for each in facts.get("departments", ()):
        if each["known"] and not each["own"]:
            of = "、".join(f"“{names[n]}”" for n in each["files"] if n in names)
            found.append(
                f"{of}里的表是{each['name']}的，不是{own.name}的，不能报送。请核对是不是拿错了文件；"
                "确是本单位的，请改正表里的部门名称和编码再上传。"
            )
    if not any(json.loads(file.facts).get("readable") for file in files):
        found.append(
            "这些文件里没有一个读得出自评材料（表、报告、盖章扫描件），不能报送。请按文件后面的提示处理后再上传。"
        )
    now = season.of(core, draft.department)
    if not now.open:
        why = f"（{now.why}）" if now.why else ""
        found.append(f"收件已经结束{why}。确需补报，请联系财政局单独开放。")
    return tuple(found)


def _warnings(
    core: Core, draft: Draft, files: Sequence[StoredFile], facts: Facts, counts: Counts
) -> tuple[str, ...]:
    """What does not hinder, and is said all the same."""
    names = {file.n: file.name for file in files}
    own = core.department(draft.department)
    found = [text for text in (warning(counts),) if text]
    for each in facts.get("departments", ()):
        if not each["known"]:
            of = "、".join(f"“{names[n]}”" for n in each["files"] if n in names)
            found.append(f"{of}里写的部门“{each['name']}”不在名册里，按{own.name}收；请核对部门名称。")
    deadline, late = season.late_days(core, draft.department)
    if late and deadline:
        found.append(f"截止日期是{deadline:%Y-%m-%d}，现在报送逾期{late}天，回执上会写明。")
    left_out = "、".join(f"“{name}”" for name in json.loads(draft.passed_over))
    if left_out:
        found.append(
            f"{left_out}没有收：名称以~$、.~、._开头的是Excel、WPS或系统的临时文件，不是表。"
            "要交的是里面的内容，请打开原来的表另存一份，再上传。"
        )
    if facts.get("failed"):
        found.append(f"有{len(facts['failed'])}条规则没有运行成，已经记下；不影响报送。")
    return tuple(found)
