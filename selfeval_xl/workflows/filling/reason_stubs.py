"""The half-written sentences (stubs) for empty reason cells, in which a person completes each 【待补充】."""

from __future__ import annotations

import re

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import exceeded_by_one
from selfeval_xl.model.forms import Form, Indicator, Verdict
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.quantity import SIGN_OF, tidy
from selfeval_xl.model.sheet_names import STUB

UNMET = "年度指标值{target}，实际完成{actual}，未完成{deviation}。原因：{stub}；改进措施：{stub}"
EXCEEDED = "年度指标值{target}，实际完成{actual}，超出{deviation}。原因（是否年初指标值偏低）：{stub}"
_SIGN = re.compile(
    "^(?:" + "|".join(re.escape(word) for word in sorted(SIGN_OF, key=len, reverse=True)) + ")"
)


def stub(indicator: Indicator, policy: Policy) -> str | None:
    """The sentence due for an assessed indicator: unmet or exceeded; None where no reason is due."""
    if indicator.verdict is Verdict.UNMET:
        share = shown(indicator.deviation)
        return UNMET.format(
            target=target_text(indicator.target),
            actual=_plain(indicator.actual),
            stub=STUB,
            deviation=f"（偏差率{share}）" if share else "",
        )
    if indicator.verdict is Verdict.EXCEEDED and not exceeded_by_one(indicator, policy):
        return EXCEEDED.format(
            target=target_text(indicator.target),
            actual=_plain(indicator.actual),
            stub=STUB,
            deviation=shown(indicator.deviation),
        )
    return None


def stubs(form: Form, policy: Policy) -> dict[str, str]:
    """The sentences due on an assessed form by cell; a cell of several indicators gets a line for each.

    Empty for a form without a reason column. A cell with any text, even 无, is left alone (rules D03, D10).
    """
    found: dict[str, list[str]] = {}
    written = {indicator.cells.get("note") for indicator in form.indicators if indicator.note}
    for indicator in form.indicators if form.has_notes else ():
        cell, text = indicator.cells.get("note"), stub(indicator, policy)
        if cell and text and cell not in written:
            found.setdefault(cell, []).append(text)
    return {cell: "\n".join(dict.fromkeys(texts)) for cell, texts in found.items()}


def target_text(target: str | None) -> str:
    """A target as a sentence writes it: `>=2000座` is ≥2000座, `=25部` is 25部; words such as 不少于 stay."""
    plain = _plain(target)
    match = _SIGN.match(plain)
    if not match or re.search("[\u4e00-\u9fff]", match[0]) or not re.match(r"[\d.\-+]", plain[match.end() :]):
        return plain
    sign = SIGN_OF[match[0]]
    return ("" if sign == "=" else sign) + plain[match.end() :]


def _plain(text: str | None) -> str:
    return tidy(text or "")
