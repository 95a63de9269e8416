"""The snapshots of the command line: commands with their arguments and options, and their exit statuses."""

from __future__ import annotations

from collections.abc import Iterator

from typer.main import get_command

from selfeval_xl import cli
from support.contract_samples import BLOCKED, WITH_SCORES, Samples, lines_of


def commands(samples: Samples) -> str:
    """Every command with its arguments and options, a line each, in the order of the help page."""
    return lines_of(_command("selfeval", get_command(cli.app)))


def _command(name: str, command) -> Iterator[str]:
    """The lines of a command and of its subcommands."""
    yield f"{name}  {_first(command.help)}"
    for parameter in command.params:
        yield f"  {_parameter(parameter)}"
    for below, subcommand in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {below}", subcommand)


def _parameter(parameter) -> str:
    """The line of an argument or option: names, value, default, limits, help."""
    is_option = parameter.param_type_name == "option"
    names = "/".join([*parameter.opts, *parameter.secondary_opts]) if is_option else "argument"
    many = " ..." if parameter.nargs == -1 or parameter.multiple else ""
    value = "flag" if getattr(parameter, "is_flag", False) else f"{parameter.metavar}{many}"
    kind = getattr(parameter, "type", parameter)
    ends = [getattr(kind, end, None) for end in ("min", "max")]
    limits = [f"from {ends[0]}"] * (ends[0] is not None) + [f"to {ends[1]}"] * (ends[1] is not None)
    default = "required" if parameter.required else f"default {parameter.default}"
    return " | ".join([names, value, default, *limits, _first(parameter.help)])


def _first(text: str | None) -> str:
    """The first line of a help text."""
    return (text or "").strip().split("\n")[0]


LAST_YEAR = "../演示/5_全县汇总/示例县2024年度预算绩效自评汇总.xlsx"
# By command: a call that does its job, one with an input that is not there, and one with an output that
# cannot be written; None where a command has no such thing.
CALLS: dict[str, tuple[str | None, str | None, str | None]] = {
    "demo": (None, None, f"demo {BLOCKED}"),
    "template": ("template -o 空白.xlsx", None, f"template -o {BLOCKED}/a.xlsx"),
    "issue": (
        "issue 名册.xlsx -o 下发 --year 2024",
        "issue 没有.xlsx -o 下发2",
        f"issue 名册.xlsx -o {BLOCKED}",
    ),
    "issue --blank": ("issue --blank -o 空名册.xlsx", None, f"issue --blank -o {BLOCKED}/a.xlsx"),
    "read": ("read 自评表.xlsx", "read 没有.xlsx", None),
    "check": ("check 自评表.xlsx", "check 没有.xlsx", None),
    "check (nothing to mend)": ("check 干净.xlsx", "check 干净.xlsx --roster 没有.xlsx", None),
    "check --mark": ("check 自评表.xlsx --mark 标注", None, f"check 自评表.xlsx --mark {BLOCKED}"),
    "check --fix": (
        "check 自评表.xlsx --fix -o 改.xlsx",
        "check 没有.xlsx --fix -o 改.xlsx",
        f"check 自评表.xlsx --fix -o {BLOCKED}/a.xlsx",
    ),
    "fill": (
        "fill 自评表.xlsx -o 已填.xlsx",
        "fill 没有.xlsx -o a.xlsx",
        f"fill 自评表.xlsx -o {BLOCKED}/a.xlsx",
    ),
    "split": ("split 自评表.xlsx -o 分表2", "split 没有.xlsx -o a", f"split 自评表.xlsx -o {BLOCKED}"),
    "merge": ("merge 分表 -o 合并.xlsx", "merge 没有 -o a.xlsx", f"merge 分表 -o {BLOCKED}/a.xlsx"),
    "submit": (
        "submit 干净.xlsx -o 报送 --yes",
        "submit 没有.xlsx -o a",
        f"submit 干净.xlsx -o {BLOCKED} --yes",
    ),
    "consolidate": (
        f"consolidate 收到 -o 全县.xlsx --with-forms --against {LAST_YEAR}",
        "consolidate 没有 -o a.xlsx",
        f"consolidate 收到 -o {BLOCKED}/a.xlsx",
    ),
    "monitor": ("monitor 收到 -o 监控.xlsx", "monitor 没有 -o a.xlsx", f"monitor 收到 -o {BLOCKED}/a.xlsx"),
    "province": ("province 各县 -o 全省", "province 没有 -o a", f"province 各县 -o {BLOCKED}"),
    "return": ("return 收到 -o 退回", "return 没有 -o a", f"return 收到 -o {BLOCKED}"),
    "report": (
        "report 自评表.xlsx -o 报告.docx",
        "report 没有.xlsx -o a.docx",
        f"report 自评表.xlsx -o {BLOCKED}/a.docx",
    ),
    "report --county": (
        "report 收到 --county -o 通报.docx",
        "report 没有 --county -o a.docx",
        f"report 收到 --county -o {BLOCKED}/a.docx",
    ),
    "publish": ("publish 收到 -o 公开", "publish 没有 -o a", f"publish 收到 -o {BLOCKED}"),
    "sample": (
        "sample 全县.xlsx -o 抽查 -n 1",
        "sample 没有.xlsx -o a",
        f"sample 全县.xlsx -o {BLOCKED} -n 1",
    ),
    "review": (
        "review 抽查 -o 复核汇总.xlsx",
        "review 没有 -o a.xlsx",
        f"review 抽查 -o {BLOCKED}/a.xlsx",
    ),
    "combine": (
        "combine 全县.xlsx 全县.xlsx -o 合意见.xlsx",
        "combine 全县.xlsx 没有.xlsx -o a.xlsx",
        f"combine 全县.xlsx 全县.xlsx -o {BLOCKED}/a.xlsx",
    ),
    "diff": ("diff 自评表.xlsx 干净.xlsx", "diff 自评表.xlsx 没有.xlsx", None),
    "rules": ("rules", "rules Z99", None),
    "watch": ("watch 看着 --once --no-open", "watch 没有 --once", None),
    "serve": (
        "serve 收到 --roster 名册.xlsx --state 台 --new-codes 口令.xlsx --officer 王强",
        "serve 收到 --roster 没有.xlsx --state 台 --port 0",
        f"serve 收到 --roster 名册.xlsx --state {BLOCKED} --new-codes 别的口令.xlsx",
    ),
    "settings": ("settings", "settings --policy 没有.toml", None),
    "policy show": ("policy show", "policy show --policy 没有.toml", None),
    "policy template": ("policy template -o 参数.xlsx", None, f"policy template -o {BLOCKED}/a.xlsx"),
    "policy check": ("policy check 参数表.xlsx", "policy check 没有.xlsx", None),
    "policy try": ("policy try 参数表.xlsx 收到", "policy try 参数表.xlsx 没有", None),
    "addin install": ("addin install --folder 插件", None, f"addin install --folder {BLOCKED}"),
    "addin status": ("addin status --folder 插件", None, None),
    "addin uninstall": ("addin uninstall --folder 插件", None, None),
    "addin bundle": (
        "addin bundle -o 离线包 --python python.zip --wheels wheels",
        "addin bundle -o a --python 没有.zip --wheels wheels",
        f"addin bundle -o {BLOCKED} --python python.zip --wheels wheels",
    ),
}
CHECKED = ("干净", "须说明", "自评表", "没填", "坏了", "不是自评表")
HEADS = ("done", "bad usage", "no such file", "unwritable output")


def exit_status(samples: Samples) -> str:
    """A table of the exit statuses of each command, and those of check for several files."""
    named = dict(_leaves(get_command(cli.app)))
    without = [name for name in named if name not in CALLS]
    assert not without, f"no call in tests/test_contracts.py: {without}"

    def status(call: str | None) -> str:
        return "-" if call is None else str(samples.at_desk(call).status)

    rows = [("command", *HEADS)]
    assert samples.demo  # its county workbook is last year's here
    for name, (done, missing, blocked) in CALLS.items():
        first = str(samples.demo.status) if name == "demo" else status(done)
        usage = status(f"{name.split(' (')[0]} --nix")
        rows.append((name, first, usage, status(missing), status(blocked)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:]))])
        for row in rows
    ]
    checked = {f"{name}.xlsx": samples.at_desk(f"check {name}.xlsx") for name in CHECKED}
    checked |= {
        "check.samples.json": samples.checked(),
        "check.demo.json": samples.in_demo("check", "--json"),
        "check.demo.tsv": samples.in_demo("check", "--tsv", only=WITH_SCORES),
    }
    return lines_of(
        [*lines, "", *(f"status of check for {name}: {run.status}" for name, run in checked.items())]
    )


def _leaves(command, before: str = "") -> Iterator[tuple[str, object]]:
    """The commands that do something, by their full names."""
    for name, below in command.commands.items():
        if getattr(below, "commands", None):
            yield from _leaves(below, f"{before}{name} ")
        else:
            yield f"{before}{name}", below
