"""The button 生成自评报告: the report drafted from the open book, as a Word file beside it."""

from __future__ import annotations

from selfeval_xl.addin.buttons.check import examined
from selfeval_xl.addin.chosen import policy
from selfeval_xl.addin.host import Host
from selfeval_xl.addin.sentences import NO_FORM
from selfeval_xl.errors import UsageError
from selfeval_xl.files import free_name
from selfeval_xl.filings.grouping import gather
from selfeval_xl.writers.excel.snapshot import Snapshot


def make_report(host: Host) -> None:
    """Drafts the report from the forms of the book and the texts of its sheet 自评报告.

    What only the department knows stays as 待填写.
    """
    folder = host.folder_for("自评报告")
    with host.copied() as path:
        file, _ = examined(Snapshot(path, host.full_name))
        if not file.forms:
            raise UsageError(NO_FORM)
        from selfeval_xl.workflows.reports.self_report import write_report

        filing = gather([file])[0]
        drafted = write_report(
            filing, [file], free_name(folder / f"{filing.department}_自评报告.docx"), None, policy()
        )
    lines = [f"自评报告已生成：{drafted.out}"]
    if drafted.waiting:
        lines.append(f"还有{drafted.waiting}处【待填写】，请在Word里补上。")
    host.say("\n".join(lines))
