"""The texts of a form with their cells, and checks whether they explain something."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import NamedTuple

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import has_measure, lacks_measure
from selfeval_xl.assessment.text_models import chance, raises
from selfeval_xl.model.forms import Form, Indicator, Verdict
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.quantity import is_blank

STUB = "【待补充】"
FUNDS_NOTE = "资金的原因说明"  # the name on screen of a note on the funds


class FormText(NamedTuple):
    """A text of a form. what: its name on screen. cell: its A1 name."""

    what: str
    cell: str | None
    text: str


@cache
def phrases(name: str) -> re.Pattern[str]:
    """The alternatives of one section of phrases.toml as one pattern."""
    return _phrases()[name]


@cache
def _phrases() -> dict[str, re.Pattern[str]]:
    data = tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(section["words"]), re.M) for name, section in data.items()}


def cells(*names: str | None) -> str | None:
    """The cell names joined for a finding ("G12,G15"), each once and in order; None where there are none."""
    found = dict.fromkeys(part for name in names if name for part in name.split(","))
    return ",".join(found) or None


def several(names: Sequence[str | None], rest: str = "等{}个指标", most: int = 3) -> str:
    """The names as a sentence lists them: “A”、“B”, and `rest` with their number where there are more."""
    listed = "、".join(f"“{name}”" for name in names[:most])
    return listed if len(names) <= most else listed + rest.format(len(names))


def percent(share: Decimal) -> str:
    """The ratio as people write it: 0.9 is 90%."""
    return f"{plain_number(share * 100)}%"


def all_texts(form: Form) -> Iterator[FormText]:
    """Every text of a form that a person typed, in the order of the form."""
    for what, key in (("项目名称", "project"), ("部门名称", "department"), ("实施单位", "unit")):
        if getattr(form, key):
            yield FormText(what, form.cells.get(key), getattr(form, key))
    for line in form.funding:
        if line.note:
            yield FormText(f"{line.source}的说明", line.cells.get("note"), line.note)
    yield from goal_texts(form)
    for indicator in form.indicators:
        for what, key in (
            ("三级指标", "name"),
            ("年度指标值", "target"),
            ("实际完成值", "actual"),
            ("全年预计完成情况", "forecast"),
            ("中期指标值", "medium_target"),
            ("偏差原因", "note"),
        ):
            value = getattr(indicator, key)
            if value:
                yield FormText(what, indicator.cells.get(key), value)
    yield from remark_texts(form)


def goal_texts(form: Form) -> Iterator[FormText]:
    """The goal, its outcome, and the texts of a department's tasks."""
    for what, key in (
        ("年初目标", "initial"),
        ("中期目标", "medium"),
        ("年度目标", "expected"),
        ("目标完成情况", "actual"),
    ):
        value = getattr(form.goal, key)
        if value and not (key == "initial" and value == form.goal.expected):
            yield FormText(what, form.goal.cells.get(key), value)
    for task in form.tasks:
        for what, key in (("任务名称", "name"), ("任务内容", "content"), ("任务完成情况", "outcome")):
            value = getattr(task, key)
            if value:
                yield FormText(what, task.cells.get(key), value)


def notes(form: Form) -> Iterator[FormText]:
    """The notes on the funds and the deviation column."""
    for line in form.funding:
        if line.note:
            yield FormText(FUNDS_NOTE, line.cells.get("note"), line.note)
    for row in form.indicators:
        if row.note:
            yield FormText("偏差原因", row.cells.get("note"), row.note)


def remark_texts(form: Form) -> Iterator[FormText]:
    """The remarks under 其他需要说明事项 and similar labels."""
    for label, value in form.remarks.items():
        if value:
            plain = re.sub(r"[(（][^()（）]*[)）]|[\s:：*]", "", label)
            yield FormText(plain, form.cells.get(label) or form.cells.get(plain), value)


def instead_of_text(form: Form, *names: str | None) -> str:
    """The sentence about a picture in these cells, or about what lies over them; "" without either."""
    places = [place for name in names if name for place in name.split(",")]
    if any(place in form.pictures for place in places):
        return "格子里是一张图片，图片不算说明，请把原因写成文字。"
    lying = "、".join(dict.fromkeys(form.overlays[place] for place in places if place in form.overlays))
    if lying:
        return f"这一格上面有{lying}，请把原因写进格子里。"
    return f"文件里另有{form.overlays['']}，请把原因写进格子里。" if places and "" in form.overlays else ""


_REMARK_LABEL = re.compile(r"说明|备注|问题|措施")


def room_for_reasons(form: Form) -> str:
    """Where this form has room for a reason, as remedies name it: 在目标完成情况里.

    A form without any asks for a paper beside it.
    """
    places = [
        name
        for name, is_there in (
            ("偏差原因", form.has_notes),
            ("资金的原因说明", any("note" in line.cells for line in form.funding)),
            ("目标完成情况", "actual" in form.goal.cells),
            ("资金管理情况", bool(form.management)),
        )
        if is_there
    ]
    places += [label for label in form.cells if _REMARK_LABEL.search(label) and label not in form.signature]
    return (
        f"在{'、'.join(places[:2])}{'或' + places[2] if len(places) > 2 else ''}里"
        if places
        else "另附书面说明，"
    )


def is_instruction(text: str) -> bool:
    """Whether the text still holds printed guidance (100字以内)."""
    return bool(phrases("instruction").search(text))


def says_something(note: str | None) -> bool:
    """Whether a note has content: not only a dash, 无, guidance, or a stub that is not completed."""
    if is_blank(note) or note is None:
        return False
    plain = re.sub(r"[\s。，,.；;、！!]", "", note)
    return (
        len(plain) >= 3
        and not phrases("empty_note").match(plain)
        and STUB not in note
        and not is_instruction(note)
    )


def has_note(indicator: Indicator) -> bool:
    """Whether the indicator's deviation column has content (see `tells`)."""
    return says_something(indicator.note)


def outcomes(form: Form) -> Iterator[FormText]:
    """The texts about how the year went: outcome of the goal, outcomes of the tasks, remarks."""
    if form.goal.actual:
        yield FormText("目标完成情况", form.goal.cells.get("actual"), form.goal.actual)
    for task in form.tasks:
        if task.outcome:
            yield FormText("任务完成情况", task.cells.get("outcome"), task.outcome)
    yield from remark_texts(form)


def explains_money(form: Form, policy: Policy) -> bool:
    """Whether the form says anywhere how the money was spent or not, or how far the work to be paid got.

    A note on the funds or a text on their management counts where it probably is about that, or tells of
    something left and is not surely about something else; so does a reason in the deviation column. Of the
    outcomes and remarks a sentence counts that does both (an outcome mostly says what was paid). A bill that
    was settled for less (结算后结余) counts wherever it stands.
    """
    own = [line.note for line in form.funding] + [row.note for row in form.indicators]
    own += [text for row in form.management for text in (row.text, row.problems)]
    if any(says_something(text) and _is_about_money(text or "", policy) for text in own):
        return True
    told = [text.text for text in outcomes(form) if not is_instruction(text.text)]
    if any(phrases("settled").search(text or "") for text in (*own, *told)):
        return True
    return any(
        chance("money", sentence) >= 0.5 and phrases("left").search(sentence)
        for text in told
        for sentence in sentences(text)
    )


def _is_about_money(text: str, policy: Policy) -> bool:
    """Whether a reason is about money or progress (not: 施工顺利)."""
    if chance("money", text) >= 0.5:
        return True
    return bool(phrases("left").search(text)) and not raises("money", text, policy)


_GENERAL = re.compile(  # what a text leaves out of an indicator's name
    r"数量|人数|个数|户数|次数|场次|面积|里程|任务|工作|项目|工程|情况|完成|实施|开展|比例|采购|购置|购买|配备|安装|建设|"
    r"(?:合格|完成|覆盖|到位|及时|达标)?率$|程度$|度$"
)


def mentions(form: Form, row: Indicator) -> bool:
    """Whether an outcome, a remark or a text on the management of the money speaks of the indicator.

    It does with four letters of the name in a row, or where a sentence about something left names half of
    what the name says.
    """
    name = re.sub(r"^指标\d+[:：、.]?|[\s“”\"]|[(（][^()（）]*[)）]", "", row.name or "")
    size = min(len(name), 4)
    if size < 2:
        return False
    pieces = {name[at : at + size] for at in range(len(name) - size + 1)}
    told = [text.text for text in outcomes(form)]
    told += [text for each in form.management for text in (each.text, each.problems) if text]
    if any(piece in text for text in told for piece in pieces):
        return True
    words = _GENERAL.sub(" ", name).split()
    return any(
        _names_half(sentence, words)
        for text in told
        for sentence in sentences(text)
        if phrases("left").search(sentence)
    )


def _names_half(sentence: str, words: Sequence[str]) -> bool:
    """Whether two letters or more in a row of these words stand in the sentence, half of all at least."""
    shared: set[tuple[int, int]] = set()
    for number, word in enumerate(words):
        for at in range(len(word) - 1):
            if word[at : at + 2] in sentence:
                shared |= {(number, at), (number, at + 1)}
    return len(shared) * 2 >= sum(map(len, words)) and len(shared) >= 2


_SENTENCE = re.compile(r"[。；;\n！!？?]+")


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the mark at their end."""
    return [sentence for part in _SENTENCE.split(text) if (sentence := part.strip())]


def explains_change(form: Form) -> bool:
    """Whether the form says anywhere why the budget was changed in the year."""
    if any(says_something(line.note) for line in form.funding):
        return True
    notes = (
        FormText("偏差原因", None, indicator.note)
        for indicator in form.indicators
        if has_note(indicator) and indicator.note
    )
    return _any_matches("budget_change", (*outcomes(form), *notes))


def names_measure(form: Form, policy: Policy) -> bool:
    """Whether the form says anywhere what will be done about a shortfall.

    The reason of an unmet indicator counts unless it surely names no measure, as in D04: what is not sure is
    not asked about. Any other note, and a sentence of outcomes and remarks, counts where it probably is one.
    """
    unmet = [row.note for row in form.indicators if row.verdict is Verdict.UNMET]
    if any(says_something(note) and not lacks_measure(note, policy) for note in unmet):
        return True
    notes = (*(line.note for line in form.funding), *(row.note for row in form.indicators))
    if any(has_measure(note) for note in notes):
        return True
    goal_outcome = (text for text in outcomes(form) if text.what == "目标完成情况")
    texts = [text.text for text in (*remark_texts(form), *goal_outcome)]
    return any(
        has_measure(sentence) for text in texts if not is_instruction(text) for sentence in sentences(text)
    )


def _any_matches(name: str, texts: Iterable[FormText]) -> bool:
    """Whether any of the texts, guidance aside, has one of these phrases."""
    pattern = phrases(name)
    return any(pattern.search(text.text) and not is_instruction(text.text) for text in texts)
