"""The buttons 校验整本, 校验本表, 清除标注: findings as marks in the open book, and their removal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from selfeval_xl.addin.chosen import policy, roster
from selfeval_xl.addin.host import Host
from selfeval_xl.addin.sentences import NO_FORM, no_such_form
from selfeval_xl.errors import UsageError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.filings.stages import with_not_read
from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.findings import Finding, counted
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.model.grid import position
from selfeval_xl.model.notes import SEPARATOR, is_ours
from selfeval_xl.model.sheet_names import RESULTS
from selfeval_xl.readers import understand
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.marking.back_links import numbers_by_cell, result_links, unlink_edits
from selfeval_xl.workflows.marking.marks import cell_edits, unmark_edits
from selfeval_xl.workflows.marking.result_list import WHY, in_order, listed_on, rows, table_edits
from selfeval_xl.writers.excel.snapshot import Snapshot
from selfeval_xl.writers.xlsx.looks import MARKS, TINTS
from selfeval_xl.writers.xlsx.tints import tinted

_LOOK_OF = {tint: look for look, tint in TINTS.items()}
NOTHING = "未发现须修改的问题，可以生成报送件。程序只查表面逻辑，不代替财政审核。"
NOTHING_HERE = "这张表未发现须修改的问题。程序只查表面逻辑，不代替财政审核。"
READ_ONLY = "这本工作簿是只读打开的，标注存不下来；要保存请用“文件－另存为”。"


def check_book(host: Host) -> None:
    """Checks every form of the book, marks the findings and lists them on the sheet 校验结果."""
    _check(host, None)


def check_sheet(host: Host) -> None:
    """Checks the sheet in front; marks and listed findings of other sheets stay."""
    _check(host, host.active)


def _check(host: Host, only: str | None) -> None:
    """Checks the book, or only one sheet."""
    with host.saved() as saved:
        file, findings = examined(saved)
        if not file.every_form:
            raise UsageError(NO_FORM)
        if only is not None and only not in {form.sheet for form in file.every_form}:
            raise UsageError(no_such_form(only))
        grids, listed = saved.source.grids, listed_on(saved.source.grids, RESULTS)
        shown = [finding for finding in findings if only is None or finding.sheet == only]
        shown = in_order(shown, grids)
        former = [mark for mark in saved.former if only is None or mark.sheet == only]
        table = rows(shown, listed, only)
        numbers = numbers_by_cell(table, grids)
        edits = numbered(cell_edits(shown, grids, former), numbers) + table_edits(table, listed)
        elsewhere = [
            *renumbered(saved, only, numbers),
            *result_links(table, grids, lambda name: saved.extents(name).right),
        ]
        edits += [
            edit for edit in elsewhere if only is None or edit.sheet == only or not _locked(saved, edit.sheet)
        ]
        with host.quietly():
            applied = host.apply(saved, edits)
    count = len({form.sheet for form in file.every_form}) if only is None else 1
    lines = [closing(shown, count, only)]
    if any(edit.look in MARKS for edit in applied.refused):
        lines.append(f"有{len(applied.refused)}格刚才改过，没有标上，请再校验一次。")
    if host.workbook.ReadOnly:
        lines.append(READ_ONLY)
    host.say("\n".join(lines))


def examined(saved: Snapshot) -> tuple[ReadFile, list[Finding]]:
    """The contents of the copy, and all findings in it by the parameters and the roster of the settings."""
    file = with_not_read(understand(saved.source))
    return file, list(check(gather([file], stages=True), policy(), [file], roster()))


def numbered(edits: Sequence[Edit], numbers: Mapping[tuple[str, str], Sequence[int]]) -> list[Edit]:
    """The marks with the numbers of their rows on the sheet 校验结果, by sheet and cell."""
    return [
        replace(edit, remark=(edit.remark or "") + _row_names(numbers[edit.sheet, edit.cell]))
        if edit.look in MARKS
        else edit
        for edit in edits
    ]


def renumbered(
    saved: Snapshot, only: str | None, numbers: Mapping[tuple[str, str], Sequence[int]]
) -> list[Edit]:
    """The edits for marks of the other sheets whose rows on the list have another number now.

    Their tints and texts stay. only: the sheet that is checked; None for all, then there are no others.
    """
    edits = []
    for former in saved.former if only is not None else ():
        look = _LOOK_OF.get(saved.fill(former.sheet, former.cell))
        sheet = saved.sheet(former.sheet)
        if former.sheet == only or look is None or sheet is None or tinted(sheet):
            continue
        note = saved.note(former.sheet, former.cell) or ""
        text, numbers_sign, _ = note.removeprefix(
            f"{former.note}{SEPARATOR}" if former.note else ""
        ).rpartition("\n（“")
        rows_now = numbers.get((former.sheet, former.cell))
        if numbers_sign and rows_now and is_ours(note) and not note.endswith(_row_names(rows_now)):
            value = saved.grids[former.sheet].text(*position(former.cell)).strip() or None
            remark = text + _row_names(rows_now)
            edits.append(Edit(former.sheet, former.cell, value, value, look, WHY, remark))
    return edits


def _locked(saved: Snapshot, sheet: str) -> bool:
    """Whether a password keeps the sheet from being written to."""
    return bool((saved.protection(sheet) or {}).get("password"))


def _row_names(numbers: Sequence[int]) -> str:
    """The line of a note that names the rows of the list."""
    return f"\n（“{RESULTS}”第{'、'.join(map(str, numbers))}条）"


def closing(findings: Sequence[Finding], sheets: int, only: str | None = None) -> str:
    """The closing message of a check."""
    counts = counted(findings)
    what = f"“{only}”校验完成" if only else f"校验完成：{sheets}张表"
    line = f"{what}，{counts.sentence()}。"
    nothing = NOTHING_HERE if only else NOTHING
    if not findings:
        return f"{what}。{nothing}"
    shown = f"{line}已在表中标出，可按“下一个问题”逐条查看。"
    return shown if counts.fix else f"{shown}\n{nothing}"


def clear_marks(host: Host) -> None:
    """Takes all marks away: colours and notes become what they were before.

    The sheet 校验结果 stays, for the explanations written there.
    """
    with host.saved() as saved:
        former, links = saved.former, unlink_edits(saved.source.grids)
        if not former and not links:
            host.say("这个工作簿里没有校验标注。")
            return
        with host.quietly():
            applied = host.apply(saved, unmark_edits(former, saved.source.grids) + links)
    text = (
        f"已清除{sum(edit.look is Look.RESTORE for edit in applied.done)}处标注，"
        f"底色和批注恢复到校验以前。“{RESULTS}”表还在，里面的单位说明下次校验时带回。"
    )
    if applied.refused:
        first = applied.refused[0]
        text += f"\n有{len(applied.refused)}处没有清除：{first.sheet} {first.cell}刚才改过，请再按一次。"
    host.say(text)
