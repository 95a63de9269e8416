"""The button 生成报送件: a last check, then a copy without marks, with number and code, beside the book."""

from __future__ import annotations

from selfeval_xl.addin.buttons.check import examined
from selfeval_xl.addin.host import Host
from selfeval_xl.addin.sentences import NO_FORM
from selfeval_xl.errors import UsageError
from selfeval_xl.files import free_name
from selfeval_xl.model.findings import counted
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import SETTINGS
from selfeval_xl.workflows.submission import (
    NUMBER,
    code_of,
    next_number,
    owner_of,
    settings_places,
    warning,
    write,
)
from selfeval_xl.writers.excel import apply
from selfeval_xl.writers.excel.journal import JournalEntry
from selfeval_xl.writers.excel.sheets import add_sheet, open_for_change
from selfeval_xl.writers.excel.snapshot import Snapshot
from selfeval_xl.writers.xlsx.opened import OpenedWorkbook


def make_submission(host: Host) -> None:
    """Writes the submission into the folder of the book and remembers its number in the book."""
    host.refuse_shared()
    folder = host.folder_for("报送件")
    with host.copied() as path:
        saved = Snapshot(path, host.full_name)
        file, findings = examined(saved)
        if not file.every_form:
            raise UsageError(NO_FORM)
        faults = warning(counted(findings))
        if faults and not host.ask(f"{faults}仍要生成报送件吗？\n（选“否”后可按“校验整本”逐条查看。）"):
            return
        number, code = next_number(saved.source.settings), code_of(file.every_form)
        out = free_name(folder / owner_of(file, saved.source.settings).file(number, path.suffix))
        open_for_change(saved, [SETTINGS], set())
        write(OpenedWorkbook(saved.source), out, number, code, file.every_form)
        with host.quietly():
            _remember(host, saved, number)
    lines = [
        f"报送件已生成：{out}",
        f"报送序号 {number}，校验码 {code}（打印在每页页脚，盖章扫描件和电子件可以对码）。",
    ]
    host.say(
        "\n".join([*lines, "程序只查表面逻辑，不代替财政审核。请保存当前工作簿，下次报送的序号接着往下编。"])
    )


def _remember(host: Host, saved: Snapshot, number: int) -> None:
    """Writes the number into the open book, so that the next submission gets the next one."""
    if SETTINGS not in saved.names:
        add_sheet(host.workbook, SETTINGS, saved.names[-1])
    rows = settings_places(saved.book)
    row = rows.get(NUMBER, rows[""])
    with apply.unprotected(host.workbook, saved, [SETTINGS]):
        apply.write(
            host.workbook,
            [
                JournalEntry(SETTINGS, a1(row, 0), value=(None, NUMBER)),
                JournalEntry(SETTINGS, a1(row, 1), value=(None, str(number))),
            ],
        )
