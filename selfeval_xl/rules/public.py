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
_PERSONAL = {
    "身份证号": re.compile(
        rf"(?<!\d)(?:[1-9]\d{{5}}(?:19|20)\d\d{_DAY}\d{{3}}[\dXx]|[1-9]\d{{7}}{_DAY}\d{{3}})(?!\d)"
    ),
    "手机号": re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),
    "电话号码": re.compile(r"(?<!\d)0\d{2,3}[-－— ]\d{7,8}(?!\d)|电话[：:]\d{7,8}(?!\d)"),
    "银行账号": re.compile(r"(?<!\d)(?:62|60)\d{14,17}(?!\d)|账号[^，。；\d]{0,4}\d{8,}"),
}
KEPT_BACK = ("否", "不公开", "涉密")


@rule(
    "P01",
    "公开件里有不能公开的内容",
    Severity.ERROR,
    asks="公开件里没有身份证号、电话和账号。",
    needs="public",
)
def not_for_the_public(form: Form, policy: Policy, marked: str = "") -> Iterator[Finding]:
    """A public copy shows no identity, phone or account number, and no project that is marked not public.

    `marked`: the project's 是否公开 in the roster.
    """
    if marked in KEPT_BACK:
        yield form.finding("project", f"“{form.project}”在名册里写明不公开。", hint="不要公开这张表。")
    for text in (*all_texts(form), *_signed(form)):
        for what, pattern in _PERSONAL.items():
            match = pattern.search(text.text)
            if match:
                yield Finding(
                    message=f"{text.what}里有{what}（{_masked(match[0])}）。",
                    hint="公开前删除。",
                    cell=text.cell,
                    subject=text.what,
                    value=_masked(match[0]),
                )
                break


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
    """The text with identity, phone and account numbers masked, and how many there were.

    The first three digits of a number stay.
    """
    count = 0

    def hide(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return hidden_digits(match[0])

    for pattern in _PERSONAL.values():
        text = pattern.sub(hide, text)
    return text, count


def hidden_digits(text: str) -> str:
    """The text with a star for every digit after the third."""
    seen = 0

    def star(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return match[0] if seen <= 3 else "*"

    return re.sub(r"[\dXx]", star, text)


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
