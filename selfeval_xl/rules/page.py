"""The page of a rule, for screen and docs/rules.md: what it asks, its severity, an example, the remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from selfeval_xl.model.forms import DECLARATION, MONITORING
from selfeval_xl.rules.registry import BEFORE_IT, EVERY_STAGE, SELF_EVALUATION, Rule, catalogue

FAMILIES = {
    "T": "文件和表式",
    "F": "资金",
    "I": "指标设置",
    "D": "完成和偏差",
    "S": "评分",
    "N": "文字",
    "M": "运行监控和目标申报",
    "X": "表与表之间",
    "P": "公开件",
}
NEEDS = {
    "scores": "只查有分值的表",
    "notes": "只查有偏差原因栏的表",
    "settings": "只查用本程序模板填的表",
    "roster": "有单位名册时才查",
    "issued": "下发的工作簿，或有单位名册时才查",
    "report": "有自评报告时才查",
    "public": "只查公开件",
    "off": "默认关闭，可以在参数表里启用",
    "stages": "一起给出了绩效目标申报表或运行监控表时才查",
}
STAGES = {
    EVERY_STAGE: "自评表、运行监控表、目标申报表都查",
    BEFORE_IT: "只查运行监控表和目标申报表",
    frozenset((MONITORING,)): "只查运行监控表",
    frozenset((DECLARATION,)): "只查目标申报表",
    frozenset((SELF_EVALUATION, MONITORING)): "自评表、运行监控表都查",
}


@cache
def examples() -> dict[str, dict[str, str]]:
    """An example of each rule's message, with its hint, by rule id."""
    return tomllib.loads(resources.files(__package__).joinpath("examples.toml").read_text(encoding="utf-8"))


@cache
def grading() -> dict[str, str]:
    """Why each rule has its severity and its treatment, by rule id."""
    return tomllib.loads(resources.files(__package__).joinpath("grading.toml").read_text(encoding="utf-8"))


def rule_page(rule: Rule) -> list[tuple[str, str]]:
    """The page as pairs of heading and text, without the headings that have no text."""
    example = examples().get(rule.id, {})
    rows = (
        ("级别", rule.severity.label),
        ("处理方式", rule.treatment.label),
        ("为什么", grading().get(rule.id, "")),
        ("规则", rule.asks),
        ("适用", "；".join(filter(None, (STAGES.get(rule.stages), NEEDS.get(rule.needs or ""))))),
        ("例子", example.get("message", "")),
        ("怎么改", example.get("hint", "")),
    )
    return [(head, text) for head, text in rows if text]


def rules_document(judged: Sequence[str] = ()) -> str:
    """The text of docs/rules.md. judged: the lines about how texts are judged."""
    lines = [
        "# 校验规则",
        "",
        (
            "由 `make rules` 从规则目录和用例生成。级别、处理方式和开关可以在本县的参数表里改（`selfeval "
            "policy template`）；本县自己的规则写在参数表的“自定义规则”里。"
        ),
        "",
        (
            "级别说多严重、多有把握：错误（查得准，就是错的）、核实（像是有问题，或查得准而不大）、"
            "提示。处理方式说要单位做什么：本次修改、本次说明、下年完善、财政核实。两样并排写，"
            "凡告诉人要做几处的数，一律按处理方式数。指标随预算批复，参数“指标可修改”为否时，指标设置类"
            "一律下年完善，不退回；目标申报表上的指标还没有批复，错误的本次修改，核实的本次说明。"
        ),
        "",
    ]
    lines += [
        "## 级别和处理方式",
        "",
        "| 规则 | 名称 | 级别 | 处理方式 | 为什么 |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {rule.id} | {rule.title} | {rule.severity.label} "
        f"| {rule.treatment.label} | {grading().get(rule.id, '')} |"
        for rule in catalogue().values()
    ]
    lines += [
        "",
        "级别和处理方式因情形不同的（如F03、F08、N02、X04），各条里写明。财政没有下达资金造成的，问财政，不问单位。",
        "",
        *judged,
    ]
    family = ""
    for rule in catalogue().values():
        if rule.id[0] != family:
            family = rule.id[0]
            lines += [f"## {family} {FAMILIES[family]}", ""]
        lines += [f"### {rule.id} {rule.title}", ""]
        lines += [f"- {head}：{text}" for head, text in rule_page(rule)] + [""]
    return "\n".join(lines).rstrip() + "\n"
