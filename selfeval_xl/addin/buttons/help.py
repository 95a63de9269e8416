"""The buttons 填报说明, 规则查询, 设置."""

from __future__ import annotations

from selfeval_xl.addin import state
from selfeval_xl.addin.buttons.next_finding import listed, rows_at
from selfeval_xl.addin.host import Host
from selfeval_xl.addin.ribbon import ribbon
from selfeval_xl.errors import UsageError
from selfeval_xl.model.sheet_names import COVER
from selfeval_xl.writers.excel.page_setup import refusals

_KINDS = "工作簿和参数文件,*.xlsx;*.toml"


def show_guide(host: Host) -> None:
    """Turns to the sheet 填报说明; in a book without one, shows a line on each button."""
    try:
        host.workbook.Sheets(COVER).Activate()
    except refusals():
        host.say(
            "\n".join(
                f"{button.label}：{button.tip}"
                for button in ribbon().buttons
                if button.group in ("fill_in", "self_check", "submit")
            )
        )


def look_up_rule(host: Host) -> None:
    """Explains a rule; that of the finding at the selected cell is proposed."""
    from selfeval_xl.rules.page import rule_page
    from selfeval_xl.rules.registry import catalogue

    asked = host.prompt("请输入规则编号，例如 D03（校验结果的“规则编号”一列）：", _rule_here(host)[:20])
    if not asked:
        return
    rule = catalogue().get(asked.upper())
    if rule is None:
        raise UsageError(
            f"没有规则“{asked}”。规则编号是一个字母加两位数字，例如 D03；全部规则见手册的规则一页。"
        )
    host.say("\n".join([f"{rule.id} {rule.title}", *(f"{head}：{text}" for head, text in rule_page(rule))]))


def _rule_here(host: Host) -> str:
    """The rule of the first finding at the selected cell; "" where there is none."""
    try:
        rows = rows_at(listed(host), host.active, host.selected_cell(), host.selection()[0].top)
    except UsageError:
        return ""
    return next((row["规则编号"] for row in rows.values()), "")


def settings(host: Host) -> None:
    """Lets the person choose parameter file and roster, and show or hide the bureau's group."""
    current = state.settings()
    shown = current.get("bureau") == "1"
    choice = host.prompt(
        f"现在的设置：\n1 参数表：{current.get('policy') or '默认'}\n2 单位名册："
        f"{current.get('roster') or '没有'}\n3 “财政审核”组：{'显示' if shown else '不显示'}\n\n"
        "输入要改的号码："
    )
    if choice == "3":
        state.change_settings(bureau="" if shown else "1")
        host.say(f"“财政审核”组改为{'不显示' if shown else '显示'}，重新打开Excel后生效。")
    elif choice in ("1", "2"):
        key, name = ("policy", "参数表") if choice == "1" else ("roster", "单位名册")
        _choose(host, key, name)
    elif choice:
        raise UsageError(f"没有第“{choice}”项。请输入1、2或3。")


def _choose(host: Host, key: str, name: str) -> None:
    """Sets one setting to a picked file, which is read first, so that a faulty one is refused.

    Cancelling forgets the old file if the person agrees.
    """
    from selfeval_xl.filings.roster import read_roster
    from selfeval_xl.rules.county_file import load

    path = host.pick_file(f"请选择{name}", _KINDS)
    if path is None:
        if state.settings().get(key) and host.ask(f"没有选文件。不再使用现在的{name}吗？"):
            state.change_settings(**{key: ""})
        return
    (load if key == "policy" else read_roster)(path)
    state.change_settings(**{key: str(path)})
    host.say(f"{name}改为：{path}")
