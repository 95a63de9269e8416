"""The labels of declarations and monitoring forms, which are known on sheets with such a form only.

They stand in `stage_synonyms.toml` and in the layouts of these kinds. A monitoring form prints the months to
which its figures go in its labels (1-7月执行数): a label is looked up without them.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from selfeval_xl.model.forms import Outlook
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding_amounts import without_unit
from selfeval_xl.readers.recognition.funding_head import AMONG
from selfeval_xl.readers.recognition.labels import LONGEST_LABEL, STAGES, Role, roles
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet, scan
from selfeval_xl.readers.recognition.stage_money_heads import name_money_heads, take_labels
from selfeval_xl.readers.recognition.stage_months import without_months
from selfeval_xl.readers.recognition.stage_wordings import name_further_labels, worded_roles

DECLARED = "资金申报"  # scope of the totals of a declaration, whose keys are those of a funding line
_FILE = "stage_synonyms.toml"
_TERM = re.compile(r"(?:中期|长期|实施期|项目期|三年|总体?)(?:目标|指标)?值?$")
_YEAR = re.compile(
    r"(?:预计|预期)?(?:20\d\d年|年度|当年|本年)(?:度)?(?:预计|预期|计划)?(?:目标|指标|实现|完成)?值?$"
)
_BEFORE = re.compile(
    r"(?:前年|上年|去年|上一?年度|以前年度|近[两三]年|历史)(?:实际)?(?:完成|实现)?(?:值|数|水平)?$"
)
_GOAL = "目标"
# A kind of causes to tick, and no label of the causes in words (偏差原因, 未完成原因).
_CAUSE = re.compile(r"(?!偏|未|主要|具体|其中|存在|原因)[\u4e00-\u9fff]{2,6}(?:原因|因素|保障)\Z")
_KINDS_OF_CAUSES = (
    ("经费保障", re.compile(r"经费|资金|财政")),
    ("制度保障", re.compile(r"制度|政策")),
    ("人员保障", re.compile(r"人员|人力")),
    ("硬件条件保障", re.compile(r"硬件|设备|设施")),
    ("其他", re.compile(r"其[他它]")),
)
_WITH_MONTHS = ("资金行", "指标", _GOAL)  # scopes of labels that may name months
# Names of a goal of the whole term, where a goal of the year stands beside it.
_OF_TERM = re.compile(r"(?:项目|绩效)?(?:总体|总)(?:绩效)?(?:总)?目标$|项目(?:绩效)?(?:总|总体)目标$")


@cache
def _data() -> dict[str, dict[str, dict[str, list[str]]]]:
    """What the file of labels has."""
    return tomllib.loads(resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))


@cache
def _vocabulary() -> dict[str, tuple[Role, ...]]:
    """The labels of these forms, without months, each with the roles that it can have."""
    from selfeval_xl import layouts

    by_label: dict[str, dict[tuple[str, str], Role]] = defaultdict(dict)
    for scope, fields in _data()["labels"].items():
        for key, labels in fields.items():
            for rank, label in enumerate(labels):
                by_label[label][scope, key] = Role(scope, key, rank, label, "同义词")
    for layout in (layout for stage in STAGES for layout in layouts.load_all(stage)):
        for scope, key, text in layout.labels():
            if (label := without_months(core(text))) and key not in ("source", "other"):
                by_label[label][scope, key] = Role(scope, key, 0, label)
    return {label: tuple(found.values()) for label, found in by_label.items()}


@cache
def outlook_words() -> Mapping[str, Outlook]:
    """The words for each outlook."""
    words: dict[str, list[str]] = _data()["outlook"]  # type: ignore[assignment]
    return {word: Outlook(key) for key, known in words.items() for word in known}


@cache
def cause_words() -> Mapping[str, str]:
    """The names of each kind of cause (经费保障 ...), with the one that the Ministry's form prints."""
    words: dict[str, list[str]] = _data()["causes"]  # type: ignore[assignment]
    return {word: name for name, known in words.items() for word in known}


@lru_cache(maxsize=4096)
def stage_roles(text: str) -> tuple[Role, ...]:
    """The roles of a text as a label of these forms, besides those that it has on every form."""
    if len(text) > LONGEST_LABEL:
        return ()
    word = core(AMONG.sub("", squeeze(without_unit(text)))).rstrip("%")
    plain = without_months(word)
    found = _vocabulary().get(word) or _vocabulary().get(plain) or ()
    if plain != word and plain:
        scopes = {role.scope for role in found}
        others = [role for role in roles(plain) if role.scope in _WITH_MONTHS and role.scope not in scopes]
        found = (*found, *others)
    if found or roles(text):
        return found
    of_indicator = [
        role for role in roles(plain.removeprefix("绩效")) if role.scope == "指标"
    ]  # 绩效度量单位
    return tuple(of_indicator) or worded_roles(plain)


def cause_named(word: str) -> str | None:
    """The kind of cause that a head names (资金原因 is 经费保障, 管理原因 its own); None for other words."""
    known = cause_words().get(word)
    if known or not _CAUSE.match(word):
        return known
    return next((name for name, pattern in _KINDS_OF_CAUSES if pattern.search(word)), word)


def stage_scan(grid: Grid) -> ScannedSheet:
    """The Grid with the labels that are known on a form of an earlier stage."""
    sheet = scan(grid)
    labels = {(label.row, label.column): label for label in sheet.in_order}
    for row, cells in enumerate(grid.rows):
        for column, value in enumerate(cells):
            if isinstance(value, str) and (own := stage_roles(value)):
                known = labels.get((row, column))
                scopes = {role.scope for role in own}
                others = [role for role in (known.roles if known else ()) if role.scope not in scopes]
                area = grid.area(row, column)
                labels[row, column] = Label(row, column, value, area, (*own, *others))
    take_labels(sheet, labels)
    name_money_heads(sheet)
    _name_goals_of_term(sheet)
    name_further_labels(sheet)
    sheet.sub_heads = {row for row in range(grid.height) if _is_sub_head(sheet, row)}
    _name_values_of_terms(sheet)
    return sheet


def _name_values_of_terms(sheet: ScannedSheet) -> None:
    """Makes 中期 and 年度 below a wide 指标值 the heads of both targets."""
    labels = {(label.row, label.column): label for label in sheet.in_order}
    for label in list(sheet.in_order):
        row, area = label.area.bottom + 1, label.area
        if area.right == area.left or row >= sheet.grid.height or not label.is_key("指标", "target"):
            continue
        words = {column: core(sheet.text(row, column)) for column in range(area.left, area.right + 1)}
        keys = {column: key for column, word in words.items() for key in _term_key(word)}
        if "target" not in keys.values() or len(set(keys.values())) < 2:
            continue
        sheet.sub_heads.add(row)
        for column, key in keys.items():
            role = Role("指标", key, 0, words[column], "同义词")
            place = sheet.grid.area(row, column)
            labels[row, column] = Label(row, column, words[column], place, (role,))
    take_labels(sheet, labels)


def _term_key(word: str) -> tuple[str, ...]:
    """The key of a target with this head below 指标值, if it is one."""
    if _TERM.match(word):
        return ("medium_target",)
    if _BEFORE.match(word):
        return ("other",)
    return ("target",) if _YEAR.match(word) else ()


def _name_goals_of_term(sheet: ScannedSheet) -> None:
    """Makes 总体目标 the goal of the whole term where 年度目标 stands beside it or below it."""
    labels = {(label.row, label.column): label for label in sheet.in_order}
    goals = [label for label in sheet.in_order if label.role(_GOAL)]
    if any(label.is_key(_GOAL, "medium") for label in goals):
        return
    of_year = [
        label
        for label in goals
        if "年" in core(label.text)
        and not any(head.is_key("指标", "name") for head in sheet.rows[label.row])  # 年度绩效目标 beside them
    ]
    for label in goals:
        beside = any(
            (year.row == label.row and year.column > label.column and year.area.bottom == label.area.bottom)
            or (year.column == label.column and year.row == label.area.bottom + 1)
            for year in of_year
        )
        if beside and _OF_TERM.match(core(label.text)):
            role = Role(_GOAL, "medium", 0, core(label.text), "同义词")
            labels[label.row, label.column] = label._replace(roles=(role,))
    take_labels(sheet, labels)


def _is_sub_head(sheet: ScannedSheet, row: int) -> bool:
    """Whether a row has heads that stand below 偏差原因分析 or 完成目标可能性."""
    words = [core(text) for text in sheet.lines[row].values()]
    return (
        sum(cause_named(word) is not None for word in words) >= 2
        or sum(word in outlook_words() for word in words) >= 2
    )
