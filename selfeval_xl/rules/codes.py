"""Rules about codes: what is left of a code that was typed as a number."""

from __future__ import annotations

from collections.abc import Iterator

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import Form
from selfeval_xl.model.places import is_word
from selfeval_xl.rules.registry import EVERY_STAGE, rule
from selfeval_xl.rules.texts import cells

_NAMES = {"project_code": "项目编码", "department_code": "部门编码", "unit_code": "单位编码"}


@rule(
    "T11",
    "编码按数字填，后几位丢了",
    Severity.WARNING,
    asks="超过15位的编码按文本填。按数字填的，Excel、WPS只保留前15位，后面的都变成0。",
    treatment=Treatment.FIX,
    stages=EVERY_STAGE,
)
def code_as_number(form: Form, policy: Policy) -> Iterator[Finding]:
    """A code of more than 15 digits arrived as a text; as a number it has lost its last digits."""
    for key, kept in form.lost_codes.items():
        name = _NAMES[key]
        yield Finding(
            message=f"{name}是按数字填的，只剩前{len(kept)}位“{kept}”，后面的已经丢了，程序没有用它来认。",
            hint="把这一格设成文本格式（或者先输一个英文单引号 '），照批复的编码重新填。"
            if not is_word(form.file)
            else "照批复的编码重新填全。",
            cell=cells(form.cells.get(key)),
            subject=name,
            value=kept,
        )
