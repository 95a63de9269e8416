"""The bureau's buttons: 生成下发表, 汇总全县, 生成退回件, 生成催报通知, 打开台账.

Each calls the function behind the command that does the same.
"""

from __future__ import annotations

from pathlib import Path

from selfeval_xl.addin import state
from selfeval_xl.addin.chosen import policy
from selfeval_xl.addin.connecting import WORKING
from selfeval_xl.addin.host import Host
from selfeval_xl.errors import UsageError
from selfeval_xl.writers.excel.page_setup import refusals

LEDGER = "报送台账"
COUNTY_BOOK = "全县汇总.xlsx"


def consolidate_county(host: Host) -> None:
    """Consolidates a folder that the officer picks into a county workbook beside it, and opens that.

    Raises UsageError on a machine of 32 bits.
    """
    from selfeval_xl.addin.buttons.rechecking import papers_in_use
    from selfeval_xl.county import consolidate
    from selfeval_xl.county.intake import records

    records.usable()  # before the officer is asked anything
    folder = host.pick_folder("请选择放着各部门材料的文件夹")
    if folder is None:
        return
    out = folder.parent / COUNTY_BOOK
    roster = state.settings().get("roster")
    if not roster and not host.ask(
        "设置里没有单位名册，汇总表里就没有未报部门和漏报项目。仍要汇总吗？\n（名册在“设置”里指定。）"
    ):
        return
    papers = papers_in_use()
    county = consolidate(
        folder,
        out,
        reviewed=papers,
        roster=roster or None,
        policy=policy(),
        progress=lambda done, count, name: host.progress(f"正在汇总 {done}/{count}　{Path(name).name}"),
    )
    host.progress(WORKING)
    state.change_settings(county_book=str(out))
    host.open(out)
    lines = [
        f"汇总完成：{county.departments}个部门，已报{county.reported}个，项目表{county.project_forms}张。",
        f"汇总工作簿：{out}",
        *([f"复核得分取自底稿：{papers}"] if papers else []),
    ]
    host.say("\n".join([*lines, *county.problems[:5], *county.told]))


def issue_books(host: Host) -> None:
    """Writes a workbook for each department of the roster into a folder that the officer picks."""
    from selfeval_xl.workflows.issuing import issue

    roster = _roster("下发")
    folder = host.pick_folder("请选择下发的工作簿放在哪个文件夹")
    if folder is None:
        return
    issued = issue(
        roster,
        folder,
        policy=policy(),
        progress=lambda done, count: host.progress(f"正在生成 {done}/{count}"),
    )
    host.progress(WORKING)
    lines = [
        f"下发表已生成：{len(issued.departments)}个部门，项目表{issued.projects}张。",
        f"清单：{issued.index}",
    ]
    host.say("\n".join([*lines, *issued.problems[:5]]))


def make_returns(host: Host) -> None:
    """Writes the departments' files with the faults marked, and the notices, beside the picked folder."""
    _send(host, "退回件", "退回件和通知已生成")


def make_reminders(host: Host) -> None:
    """Writes the reminders to departments that are late and the messages for the sections.

    Raises UsageError without a roster.
    """
    _roster("催报")
    _send(host, "催报通知", "催报通知已生成", returns=False)


def _send(host: Host, name: str, done: str, returns: bool = True) -> None:
    """Writes returns or reminders for a picked folder into a folder `name` beside it, and says `done`."""
    from selfeval_xl.workflows.returns.send_back import send_back

    folder = host.pick_folder("请选择放着各部门材料的文件夹")
    if folder is None:
        return
    out = folder.parent / name
    sent = send_back(
        folder,
        out,
        roster=state.settings().get("roster") or None,
        policy=policy(),
        returns=returns,
        progress=lambda done, count, file: host.progress(f"正在处理 {done}/{count}　{Path(file).name}"),
    )
    host.progress(WORKING)
    lines = [f"{done}：{out}", *([f"退回{len(sent.returns)}个部门。"] if returns else []), *sent.kept[:5]]
    host.say("\n".join(lines))


def _roster(purpose: str) -> str:
    """The path of the roster that the settings name. Raises UsageError where they name none."""
    path = state.settings().get("roster")
    if not path:
        raise UsageError(f"{purpose}要用单位名册。请先在“设置”里指定名册文件。")
    return path


def open_ledger(host: Host) -> None:
    """Opens the last county workbook at its ledger."""
    path = state.settings().get("county_book")
    if not path or not Path(path).exists():
        raise UsageError("还没有汇总过，或者汇总工作簿已经移走。请先按“汇总全县”。")
    book = host.open(Path(path))
    try:
        book.Sheets(LEDGER).Activate()
    except refusals() as error:
        raise UsageError(f"“{path}”里没有“{LEDGER}”表。请先按“汇总全县”重新汇总。") from error
