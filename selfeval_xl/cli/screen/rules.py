"""The screens of the commands rules and policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.cli.screen.screen import console, say, table_of
from selfeval_xl.model.forms import OTHER_FORMS, SELF

if TYPE_CHECKING:
    from selfeval_xl.assessment.policy import Policy
    from selfeval_xl.model.forms import ReadFile
    from selfeval_xl.rules.registry import Rule
    from selfeval_xl.rules.trial_run import Rehearsed


def show_rules(rules: Iterable[Rule]) -> None:
    """Shows the table of rules."""
    table = table_of("编号", "规则", "级别", "处理方式", "说明")
    for rule in rules:
        table.add_row(rule.id, rule.title, rule.severity.label, rule.treatment.label, rule.asks)
    console().print(table)


def show_rule(rule: Rule) -> None:
    """Shows the page of one rule."""
    from selfeval_xl.rules.page import rule_page

    say(f"{rule.id} {rule.title}")
    for head, text in rule_page(rule):
        say(f"{head}：{text}")


def show_policy(policy: Policy) -> None:
    """Shows the parameters in force with the source of each, then what a county's file changes."""
    from selfeval_xl.assessment.policy import shown_value

    table = table_of("参数", "名称", "取值", "单位", "生效日期", "出处", "来自")
    for name, parameter in policy.parameters.items():
        table.add_row(
            name,
            parameter.label,
            shown_value(parameter),
            parameter.unit,
            str(parameter.since or ""),
            parameter.source,
            parameter.where,
        )
    screen = console()
    screen.print(table)
    show_policy_file(policy)


def show_policy_file(policy: Policy) -> None:
    """Shows what a county's file changes: parameters, rules, own rules, values not yet in force."""
    from selfeval_xl.assessment.policy import shown_value

    for parameter in policy.parameters.values():
        if parameter.where != "默认":
            say(
                f"参数 {parameter.name}（{parameter.label}）：{shown_value(parameter)}，来自{parameter.where}"
            )
    for rule_id, changed in policy.rules.items():
        labels = (
            changed.severity.label if changed.severity else "",
            changed.treatment.label if changed.treatment else "",
            {True: "启用", False: "关闭", None: ""}[changed.on],
        )
        say(f"规则 {rule_id}：{'，'.join(filter(None, labels))}")
    for rule in policy.county_rules:
        say(
            f"自定义规则 {rule.number}（{rule.scope}）：{rule.condition}，{rule.severity.label}，"
            f"{rule.treatment.label}{_stages_told(rule.stages)}"
        )
    for parameter in policy.waiting:
        say(
            f"未到生效日期：{parameter.name}（{parameter.label}）{shown_value(parameter)}，"
            f"{parameter.since}起"
        )


def _stages_told(stages: Sequence[str]) -> str:
    """The forms on which a county's rule holds, where they are not the self-evaluations alone."""
    if tuple(stages) == (SELF,):
        return ""
    return f"，用在{'、'.join(OTHER_FORMS[stage] for stage in stages)}"


def show_rehearsal(rehearsed: Iterable[Rehearsed], files: Sequence[ReadFile]) -> None:
    """Shows how often new and changed rules find something, with examples. files: all that were read."""
    rehearsed = list(rehearsed)
    screen = console()
    forms = Counter(
        OTHER_FORMS[form.kind if form.is_of_stage else SELF] for file in files for form in file.every_form
    )
    read = "，".join(f"{name}{count}张" for name, count in forms.items()) or "里面没有读出表"
    table = table_of("规则", "名称", "默认查出", "试用查出", title=f"在{len(files)}个文件上试用（{read}）")
    for rule in rehearsed:
        table.add_row(rule.rule, rule.title, str(rule.before), str(rule.after))
    screen.print(table)
    for rule in rehearsed:
        for finding in rule.examples:
            screen.print(
                (
                    f"{rule.rule} 例：{Path(finding.file).name} {finding.shown_sheet} {finding.shown_cells} "
                    f"{finding.message}"
                ),
                markup=False,
            )
    if not rehearsed:
        screen.print("和默认参数查出的完全一样。")
