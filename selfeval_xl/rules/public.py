"""The rule about public copies, and the masking of personal numbers for publication."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import Form
from selfeval_xl.model.quantity import is_blank
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.texts import FormText, all_texts

_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = re.compile(
    rf"[1-9]\d{{5}}(?:19|20)\d\d{_DAY}\d{{3}}[\dX]|[1-9]\d{{7}}{_DAY}\d{{3}}", re.IGNORECASE
)
_PHONE_PREFIX = r"(?<![\d.])(?:(?:\+|00)?86[ -]?)?"
# The spellings of what belongs to a person, in a text as `_plain` gives it.
_PERSONAL = (
    ("身份证号", re.compile(r"(?<![\d.])[1-9](?:[ -]?\d){13,16}(?:[ -]?[\dXx])?(?!\d)")),
    (
        "银行账号",
        re.compile(
            r"(?:账号|帐号|账户|帐户|卡号)[^，。；,;\d]{0,4}\d(?:[ -]?\d){7,29}(?!\d)|"
            r"(?<![\d.])[3-6](?:[ -]?\d){14,18}(?!\d)"
        ),
    ),
    (
        "手机号",
        re.compile(
            rf"{_PHONE_PREFIX}1[3-9](?:\d[ -]?\d{{4}}[ -]?\d{{4}}|\d\d[ -]?\d{{3}}[ -]?\d{{4}}|"
            r"\d[ -]?\d{3}[ -]?\d{5}|(?:[ -]\d){9})(?!\d)|(?<![\d.])1(?:[ -]\d){10}(?!\d)"
        ),
    ),
    (
        "电话号码",
        re.compile(
            r"(?<![\d.])(?:(?:\+|00)86[ -]?)?(?:\(0\d{2,3}\)|0\d{2,3}[ -])[ -]?\d{3,4}[ -]?\d{4}(?!\d)|"
            r"(?:\+|00)86[ -]?[1-9]\d{1,2}[ -]?\d{3,4}[ -]?\d{4}(?!\d)|"
            r"(?<![\d.])0(?:10|2\d|[3-9]\d\d)\d{7,8}(?!\d)|"
            r"(?:电话|手机|传真)[:： ]{0,3}\d{3,4}[ -]?\d{4}(?!\d)"
        ),
    ),
    ("电子邮箱", re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")),
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2009\u200b\u3000\t"), " "),
    **dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-"),
    **{ord(sign): sign for sign in "，；"},  # these end a sentence, the others stand in figures
}
_PERSONAL_LABEL = re.compile(r"电话|手机|身份证|账号|账户|银行卡")
_LONG_NUMBER = re.compile(r"\d(?:[\d\- ]{5,40})\d")
KEPT_BACK = ("否", "不公开", "涉密")


@rule(
    "P01",
    "公开件里有不能公开的内容",
    Severity.ERROR,
    asks="公开件里没有身份证号、电话、账号和电子邮箱。",
    needs="public",
)
def not_for_the_public(form: Form, policy: Policy, marked: str = "") -> Iterator[Finding]:
    """A public copy shows no identity, phone or account number, and no project that is marked not public.

    `marked`: the project's 是否公开 in the roster.
    """
    if marked in KEPT_BACK:
        yield form.finding("project", f"“{form.project}”在名册里写明不公开。", hint="不要公开这张表。")
    for text in (*all_texts(form), *_signed(form)):
        for what, start, end in _personal_in(text.text)[:1]:
            number = _masked(text.text[start:end])
            yield Finding(
                message=f"{text.what}里有{what}（{number}）。",
                hint="公开前删除。",
                cell=text.cell,
                subject=text.what,
                value=number,
            )


@rule(
    "P02",
    "公开件还有没改的问题",
    Severity.WARNING,
    asks="要公开的表，本次修改的问题都改好了；没改好的先不公开，或由财政局核实后公开。",
    treatment=Treatment.BUREAU,
    scope="result",
    needs="public",
)
def still_to_mend(findings: Sequence[Finding], policy: Policy) -> Iterator[Finding]:
    """What is published has no finding left that has to be mended (the findings of the check itself)."""
    by_form: dict[tuple[str, str | None, str | None, str | None], list[Finding]] = {}
    for finding in findings:
        if finding.treatment is Treatment.FIX and finding.sheet:
            key = (finding.file, finding.sheet, finding.form, finding.project)
            by_form.setdefault(key, []).append(finding)
    for (file, sheet, form, project), left in by_form.items():
        titles = "、".join(dict.fromkeys(finding.title for finding in left))
        yield Finding(
            message=f"还有须修改{len(left)}处没有改（{titles}）。",
            hint="改好再公开；确要公开的，请先核实。",
            cell=left[0].cell,
            subject=project or "部门整体",
            value=str(len(left)),
            file=file,
            sheet=sheet,
            form=form,
            department=left[0].department,
            project=project,
        )


def without_personal(text: str) -> tuple[str, int]:
    """The text with identity, phone and account numbers and e-mail masked, and how many there were.

    The first three digits of a number stay. The text is as long as it was.
    """
    found = _personal_in(text)
    for what, start, end in found:
        hide = _hidden_address if what == "电子邮箱" else hidden_digits
        text = text[:start] + hide(text[start:end]) + text[end:]
    return text, len(found)


def _personal_in(text: str) -> list[tuple[str, int, int]]:
    """What belongs to a person, by kind, with its place in the text; none lies in another."""
    plain, found = text.translate(_HALF_WIDTH), []
    for what, pattern in _PERSONAL:
        for match in pattern.finditer(plain):
            if _is_personal(what, match[0]):
                found.append((what, match.start(), match.end()))
                plain = plain[: match.start()] + "\0" * len(match[0]) + plain[match.end() :]
    return found


def _is_personal(what: str, text: str) -> bool:
    """Whether it is one: an identity number by its date, a bank card by its check digit."""
    digits = re.sub(r"[ -]", "", text)
    if what == "身份证号":
        return _IDENTITY.fullmatch(digits) is not None
    if what == "银行账号" and digits.isdecimal() and not digits.startswith(("62", "60")):
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
        return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0
    return True


def beside_label(label: str, text: str) -> str | None:
    """The text masked where a label such as 联系电话 says that its number belongs to a person, else None."""
    is_personal = _PERSONAL_LABEL.search(label) and _LONG_NUMBER.search(text.translate(_HALF_WIDTH))
    return hidden_digits(text) if is_personal else None


def hidden_digits(text: str) -> str:
    """The text with a star for every digit after the third."""
    seen = 0

    def star(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return match[0] if seen <= 3 else "*"

    return re.sub(r"[\dXxＸｘ]", star, text)


def _hidden_address(text: str) -> str:
    """The text with a star for every letter and digit after the third sign."""
    return text[:3] + re.sub(r"[^@＠.．]", "*", text[3:])


def _signed(form: Form) -> Iterator[FormText]:
    """Yields the filled fields of the signature block: numbers beside 联系电话 and the like are personal."""
    return (
        FormText(label, form.cells.get(label), f"{label}：{value}")
        for label, value in form.signature.items()
        if value and not is_blank(value)
    )


def _masked(number: str) -> str:
    """The number with all but its last two digits masked, so that the finding does not publish it."""
    return re.sub(r"\d(?=\d{2})", "*", number)
