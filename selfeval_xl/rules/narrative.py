"""Narrative rules: is a text clean, complete, the unit's own, in agreement with itself and the figures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.text_models import raises
from selfeval_xl.model.findings import Finding, Fix, Severity, Treatment
from selfeval_xl.model.forms import DECLARATION, MONITORING, Form, ReadFile, Verdict
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.quantity import Kind, is_blank, parse, tidy
from selfeval_xl.rules.contradictions import contradiction
from selfeval_xl.rules.funding_table import is_below, main_line
from selfeval_xl.rules.notation import (
    fractions,
    indicator_values,
    is_untidy,
    mended,
    mixed_operators,
    typed_amounts,
)
from selfeval_xl.rules.registry import EVERY_STAGE, rule
from selfeval_xl.rules.texts import (
    FUNDS_NOTE,
    FormText,
    all_texts,
    cells,
    goal_texts,
    instead_of_text,
    notes,
    outcomes,
    phrases,
    remark_texts,
    sentences,
)
from selfeval_xl.rules.told_figures import figures_unlike_indicators

# All residue contains one of these characters; searching for them first is quicker.
_MARKS = re.compile(r"[<&\\$_\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")


def _listed(texts: Iterable[FormText]) -> str:
    """The names of the texts in a sentence, each once."""
    return "、".join(dict.fromkeys(text.what for text in texts))


def _excerpt(text: str, at: int, width: int = 12) -> str:
    """The words around position `at` of a text, on one line."""
    part = " ".join(text[max(0, at - width) : at + width].split())
    return f"{'…' if at > width else ''}{part}{'…' if at + width < len(text) else ''}"


@rule(
    "N01",
    "文字里有网页或公式代码",
    Severity.WARNING,
    asks="文字里没有网页代码、公式代码和控制字符。",
    treatment=Treatment.FIX,
    stages=EVERY_STAGE,
)
def residue_in_text(form: Form, policy: Policy) -> Iterator[Finding]:
    """No HTML, LaTeX or control characters stand in the text.

    Copying from a web page or a converted file leaves them.
    """
    pattern = phrases("residue")
    found = [
        (text, match)
        for text in all_texts(form)
        if _MARKS.search(text.text) and (match := pattern.search(text.text))
    ]
    if found:
        text, match = found[0]
        mends = tuple((dirty.cell, Fix(dirty.text, clean(dirty.text))) for dirty, _ in found if dirty.cell)
        yield Finding(
            message=f"{_listed(text for text, _ in found)}里有多余的代码（如“{_visible(match[0])}”）。",
            hint="删掉这些代码，文字、数字和“≥”“%”等符号照样留着。",
            subject=text.what,
            cell=cells(*(text.cell for text, _ in found)),
            value=_excerpt(text.text, match.start()),
            fix=mends[0][1] if len(mends) == len(found) == 1 else None,
            mends=mends,
        )


def _visible(code: str) -> str:
    """The code with its control characters named."""
    return "".join(letter if letter.isprintable() else f"控制字符{ord(letter):02X}" for letter in code)


_SIGNS = {
    r"\geqslant": "≥",
    r"\leqslant": "≤",
    r"\geq": "≥",
    r"\leq": "≤",
    r"\ge": "≥",
    r"\le": "≤",
    r"\times": "×",
    r"\sim": "~",
    r"\approx": "≈",
    r"\%": "%",
    "&nbsp;": " ",
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
    "&quot;": '"',
    "&ldquo;": "“",
    "&rdquo;": "”",
    "&mdash;": "—",
    "&hellip;": "…",
    "&middot;": "·",
}


def clean(text: str) -> str:
    """The text without HTML, LaTeX and control characters; paragraphs become lines."""
    plain = re.sub(r"</p>\s*|<br\s*/?>", "\n", text)
    plain = re.sub(r"</?[a-zA-Z][^<>]*>", "", plain)
    for code, sign in _SIGNS.items():
        plain = plain.replace(code, sign)
    plain = re.sub(r"\$([^$]{0,40})\$", lambda match: match[1].strip(), plain)
    plain = re.sub(r"_x00[0-9A-Fa-f]{2}_|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]", "", plain)
    return plain.strip()


@rule(
    "N02",
    "填写说明或空白占位没有清掉",
    Severity.WARNING,
    asks="印在表里的填写说明（100字以内）和空白占位要清掉。",
    treatment=Treatment.FIX,
    stages=EVERY_STAGE,
)
def guidance_left(form: Form, policy: Policy) -> Iterator[Finding]:
    """Printed guidance such as (100字以内) is replaced, rows left as 指标2： or …… are removed.

    What is printed for a reason on the funds may stay where no reason is due.
    """
    pattern, line = phrases("instruction"), main_line(form)
    explained = line is not None and line.rate is not None and line.rate >= policy.number("execution_floor")
    left = [
        text
        for text in (*goal_texts(form), *remark_texts(form), *notes(form))
        if pattern.search(text.text) and not (explained and text.what == FUNDS_NOTE)
    ]
    if left:
        at = next(match.start() for match in pattern.finditer(left[0].text))
        yield Finding(
            message=f"{_listed(left)}里还留着填写说明（“{_excerpt(left[0].text, at, 16)}”）。",
            hint="按说明写上内容，再把说明文字删掉。",
            cell=cells(*(text.cell for text in left)),
            subject=left[0].what,
            value=left[0].text[:60],
        )
    if form.placeholders:
        yield Finding(
            message=f"有{len(form.placeholders)}行只有“{form.placeholders[0][1]}”这样的占位文字，没有指标。",
            severity=Severity.NOTE,
            treatment=Treatment.NEXT_YEAR,
            hint="不用的行请删掉或清空。",
            cell=cells(*(cell for cell, _ in form.placeholders)),
            value=form.placeholders[0][1],
            subject="绩效指标",
        )


@rule(
    "N03",
    "完成情况照抄目标",
    Severity.WARNING,
    asks="目标完成情况不能照抄年度目标。",
    treatment=Treatment.EXPLAIN,
    stages=EVERY_STAGE,
)
def outcome_copies_goal(form: Form, policy: Policy) -> Iterator[Finding]:
    """The outcome says what was done; it does not repeat the goal."""
    expected, actual = _letters(form.goal.expected), _letters(form.goal.actual)
    if len(expected) >= 8 and expected == actual:
        yield replace(
            form.goal.finding(
                "actual",
                "“目标完成情况”和“年度目标”一字不差，看不出实际完成了多少。",
                value=(form.goal.actual or "")[:60],
                hint="改写成今年实际做了什么、完成多少；确实一样的，说明原因。",
            ),
            cell=cells(form.goal.cells.get("expected"), form.goal.cells.get("actual")),
        )


_NO_LETTER = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def _letters(text: str | None) -> str:
    """The text without punctuation and spaces, for comparing."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text or ""))


_PHRASE = 12  # letters
_CLAUSE = re.compile(r"[，,；;。、\n]+")
_NOT_A_FIGURE = re.compile(
    r"<[^<>]*>|(?:^|[\n;；。.\s(（])\s{0,9}\d{1,2}(?=[、.．)）])|"
    r"\d{1,9}\s{0,9}项?(?:大|主要)?(?:工作)?(?:主要)?职[责能]|"
    r"[〔\[（(]\s*+(?:19|20)\d{2}\s*+[〕\]）)]\s*+\d{1,9}\s*+号|第\d+[条号款]|[A-Za-z]\d+|\d{1,9}·\d+|目标\d+|每一?[个位名户]"
)
_FIGURE = re.compile(
    r"\d|[一二三四五六七八九十百千两]{1,9}(?:个|项|次|场|人|户|处|所|座|家|台|套|期|件|份|名|万|亩|公里|批|"
    r"条|年|月)|百分之|全年|年底|年末|月底|季度"
)


@rule(
    "N04",
    "目标写成了职责",
    Severity.WARNING,
    asks="年度目标写这一年要做到什么，不是抄部门职责。",
    treatment=Treatment.NEXT_YEAR,
    stages=EVERY_STAGE,
)
def goal_is_a_list_of_duties(form: Form, policy: Policy) -> Iterator[Finding]:
    """A goal says what is reached this year, with a number or a date; a list of duties does not.

    (中发〔2018〕34号: 绩效目标细化量化)
    """
    goal = form.goal.expected or ""
    duties = len(phrases("duty").findall(goal))
    if duties >= 3 and not _FIGURE.search(_NOT_A_FIGURE.sub(" ", goal)):
        what = f"写的是部门职责（{duties}处“负责、组织、指导”一类）"
    elif _is_vague(goal, policy):
        what = f"只有“{_excerpt(goal, 0, 20)}”这样的话"
    else:
        return
    if not is_blank(goal):
        yield form.goal.finding(
            "expected",
            f"年度目标没有数量，也没有时间，没法核对完成没有：{what}。",
            value=goal[:60],
            hint="下年申报时写清这一年要完成什么、完成多少、什么时候完成。",
        )


def _is_vague(goal: str, policy: Policy) -> bool:
    """Whether no sentence of a goal says anything that can be checked.

    A goal of one aim (及时拨付补助，保障工作开展) says at least what the money is for: it is left alone,
    unless it is a phrase of a few letters (保障机关正常运转).
    """
    parts, clauses = sentences(goal), _CLAUSE.split(goal.strip("。；;，, \n"))
    if len(parts) < 2 and (len(clauses) == 2 or len(clauses[0]) > _PHRASE and len(clauses) == 1):
        return False
    if _FIGURE.search(_NOT_A_FIGURE.sub(" ", goal)):
        return False
    return bool(parts) and all(raises("vague", part, policy) for part in parts)


@rule(
    "N11", "目标或完成情况没有填", Severity.ERROR, asks="年度目标和目标完成情况都要填。", stages=EVERY_STAGE
)
def goal_or_outcome_missing(form: Form, policy: Policy) -> Iterator[Finding]:
    """The form says what was to be reached, and what was: neither cell is empty."""
    for key, what, hint in (
        ("expected", "年度目标", "按预算批复的绩效目标填写今年要做什么、做到什么程度。"),
        ("actual", "目标完成情况", "写清今年做了什么、完成多少；没有做的写明原因。"),
    ):
        cell = form.goal.cells.get(key)
        text = getattr(form.goal, key)
        if cell and (is_blank(text) or tidy(text or "").strip("。") in ("略", "无", "同上", "待填")):
            yield form.goal.finding(
                key,
                f"“{what}”没有填。{instead_of_text(form, cell)}",
                hint=hint,
                value=None,
            )


_AMOUNT = re.compile(r"^(?:≥|≤|=|>|<|约)?[-+]?[\d,]+(?:\.\d+)?(?:元|万元|千元|亿元|%)?$")


@rule(
    "N05",
    "目标栏填的不是目标",
    Severity.ERROR,
    asks="目标栏填目标，不能只填金额或项目名称。",
    stages=EVERY_STAGE,
)
def goal_is_no_goal(form: Form, policy: Policy) -> Iterator[Finding]:
    """A goal cell holds a goal, not an amount and not only the project's name."""
    for key, what, hint in (
        ("medium", "中期目标", "写清项目期内要做什么、做到什么程度。"),
        ("expected", "年度目标", "写清今年要做什么、做到什么程度。"),
        ("actual", "目标完成情况", "写清今年做了什么、完成多少。"),
    ):
        text = getattr(form.goal, key)
        if is_blank(text):
            continue
        if _AMOUNT.match(tidy(text)):
            message = f"“{what}”里填的是“{text}”，是一个数，不是文字说明。"
            yield form.goal.finding(key, message, hint=hint)
        elif _is_project_name(text, form):
            yield form.goal.finding(key, f"“{what}”里只写了项目名称“{text}”。", hint=hint)


_MOST_SIGNS = 3  # times the letters of a name that a text with it has, spaces and punctuation included


def _is_project_name(text: str, form: Form) -> bool:
    """Whether the text is no more than the project's name, perhaps with its code in front."""
    if not form.project or len(text) > _MOST_SIGNS * len((form.project_code or "") + form.project):
        return False  # too long, whatever the signs between its letters
    if len(_letters(text)) < 2:
        return False
    return _letters(text) in (_letters(form.project), _letters((form.project_code or "") + form.project))


@rule(
    "N06",
    "前后说法矛盾",
    Severity.WARNING,
    asks="一段文字前后不能矛盾，例如又说没有进展，又说已经完成。",
    stages=EVERY_STAGE,
)
def text_contradicts_itself(form: Form, policy: Policy) -> Iterator[Finding]:
    """No text says both that nothing was done or paid and that all is done or paid.

    A text that names the missing part is fine, and so is one whose halves are about different things.
    """
    rows = (
        FormText(f"“{row.name}”的偏差原因", row.cells.get("note"), row.note)
        for row in form.indicators
        if row.note
    )
    for text in (*outcomes(form), *rows):
        pair = contradiction(text.text)
        if pair:
            yield Finding(
                message=f"{text.what}里一处写“{pair[0]}”，一处写“{pair[1]}”，说法不一致。",
                hint="没有全部完成的，写“部分完成”，分开写清完成了哪些、哪些没有进展和原因；写错的一处改正，两处都对的请说明。",
                cell=text.cell,
                subject=text.what,
                value=text.text[:80],
            )


@rule(
    "N07",
    "年度不对",
    Severity.ERROR,
    asks="表头的年度是本次自评的年度（按参数，或按下发的工作簿）；指标里的时限在本年度内。",
    needs="file",
    stages=EVERY_STAGE,
)
def wrong_year(
    form: Form, policy: Policy, file: ReadFile | None = None, scanned: bool = False
) -> Iterator[Finding]:
    """The title's year is the year of this evaluation, and a target's deadline lies in it (W).

    Policy year; 0 and on the forms of earlier stages: the year that the workbook was issued for, if it says
    one. Running text is not looked at.
    """
    issued = file.settings.get("year", "") if file is not None else ""
    evaluated = 0 if form.is_of_stage else int(policy.number("year"))
    wanted = evaluated or (int(issued) if issued.isdecimal() else 0)
    if wanted and form.year and form.year != wanted:
        what = {DECLARATION: "申报", MONITORING: "监控"}.get(form.kind, "自评")
        yield form.finding(
            "year",
            f"表头的年度是{form.year}年，这次{what}的是{wanted}年度。",
            value=str(form.year),
            expected=str(wanted),
            hint=f"改成本次{what}的年度；如果交错了表，请换成本年度的。",
        )
    for row in form.indicators:
        target = row.target_quantity or parse(row.target)
        deadline = target.deadline if target.kind is Kind.DEADLINE else None
        if form.year and deadline and deadline.year and deadline.year != form.year:
            yield row.finding(
                "target",
                f"“{row.name}”的时限是“{row.target}”，不在{form.year}年。",
                severity=Severity.WARNING,
                expected=f"{form.year}年",
                hint="时限写错的请改正；跨年项目请说明。",
            )


@rule(
    "N08",
    "写法不规范",
    Severity.NOTE,
    asks="写法统一：半角数字，没有多余空格，符号只用一种，金额不带单位，比率写成百分比。",
    treatment=Treatment.NEXT_YEAR,
    stages=EVERY_STAGE,
)
def untidy_values(form: Form, policy: Policy) -> Iterator[Finding]:
    """Values have half-width digits, no stray spaces, and one way of writing an operator."""
    values = list(indicator_values(form))
    found = list(filter(is_untidy, values))
    reasons = ["全角字符或多余空格"] if found else []
    for spellings, badly_spelt in mixed_operators(values):
        reasons.append(f"{'和'.join(f'“{spelling}”' for spelling in spellings)}混用")
        found += badly_spelt
    for fault, badly_written in (
        ("带单位的金额", typed_amounts(form)),
        ("不带百分号的比率", fractions(form)),
    ):
        more = list(badly_written)
        reasons += [fault] if more else []
        found += more
    if found:
        first, right = found[0], mended(found[0])
        mends = tuple(
            (value.record.cells[value.key], Fix(value.text, mended(value)))
            for value in found
            if mended(value) != value.text
        )
        faults = "、".join(reasons)
        yield replace(
            first.record.finding(
                first.key,
                f"填写的值里有{faults}（如“{first.text}”）。",
                hint=f"统一写成“{right}”这样。",
                value=first.text,
                expected=right,
                fix=mends[0][1] if len(mends) == len(found) == 1 else None,
            ),
            cell=cells(*(value.record.cells.get(value.key) for value in found)),
            mends=mends,
        )


@rule(
    "N10",
    "文字和数字对不上",
    Severity.WARNING,
    asks="文字说全部完成、全部支付的，数字也应如此；目标完成情况里写的完成数，和指标的实际完成值一致。",
)
def text_claims_more_than_figures(form: Form, policy: Policy) -> Iterator[Finding]:
    """A text that says that all was completed or paid agrees with the indicators and the money.

    Looked at: outcomes, remarks, notes on the funds, texts on their management. The first that does not agree
    is named. Where none claims so much, the numbers that the outcome tells of an indicator's thing are its
    completed values.
    """
    claims = list(_claims_of_all(form, policy))
    yield from claims or figures_unlike_indicators(form)


def _claims_of_all(form: Form, policy: Policy) -> Iterator[Finding]:
    """The finding on the first text that says that all was completed or paid where the figures do not."""
    unmet, line = [row for row in form.indicators if row.verdict is Verdict.UNMET], main_line(form)
    is_low = line is not None and is_below(line, policy.number("execution_floor"))
    if not unmet and not is_low:
        return
    on_money = (text for text in notes(form) if text.what == FUNDS_NOTE)
    managed = (
        FormText(row.label, row.cells.get(key), text)
        for row in form.management
        for key, text in (("text", row.text), ("problems", row.problems))
        if text
    )
    for text in (*outcomes(form), *on_money, *managed):
        if phrases("exception").search(text.text):
            continue
        done, paid = phrases("all_done").search(text.text), phrases("all_paid").search(text.text)
        if done and unmet and text.what != FUNDS_NOTE:
            named = "、".join(f"“{row.name}”" for row in unmet[:3])
            yield Finding(
                message=f"{text.what}写“{done[0]}”，"
                f"但有{len(unmet)}个指标未完成（{named}{'等' if len(unmet) > 3 else ''}）。",
                value=text.text[:80],
                subject=text.what,
                hint="按指标的实际完成情况改写，没有完成的写明。",
                cell=cells(text.cell, *(row.cells.get("actual") for row in unmet)),
            )
            return
        if paid and is_low and line is not None:
            yield Finding(
                message=f"{text.what}写“{paid[0]}”，但资金执行率只有{shown(line.rate)}。",
                value=text.text[:80],
                subject=text.what,
                hint="核对执行数，或把没有支付的部分写明。",
                cell=cells(text.cell, line.cells.get("execution_rate")),
            )
            return
