"""Targets without a unit, and completed values so far from them that both may be in different units."""

from __future__ import annotations

import re
from dataclasses import replace

from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import Form, Indicator, Verdict
from selfeval_xl.model.quantity import Kind, is_blank, parse
from selfeval_xl.rules.indicators import bare, quantity
from selfeval_xl.rules.texts import mentions
from selfeval_xl.rules.word_lists import pattern

_FAR_APART = 5  # times, from which on two bare numbers may be in different units: 550 (万元) and 20 (套)
_COUNTED = re.compile(r"(?:数|量)$")  # 设备数量: both numbers count the same


def lacks_unit(row: Indicator) -> bool:
    """Whether the target is a plain number and no unit can be found anywhere in the row."""
    target, actual, name = quantity(row), row.actual_quantity or parse(row.actual), bare(row.name)
    if target.kind is not Kind.NUMBER or target.unit or row.unit or actual.unit or target.number == 0:
        return False
    if "满意" in f"{row.level1}{row.level2}{name}" and target.number is not None and target.number <= 100:
        return False  # a satisfaction of 95 is one of 100
    return not (_ends_in_unit(name) or pattern("rates").search(name))


_UNIT_AT_END = re.compile(  # 培训次数, 受益户, 学时, 变压器3台; not 印发宣传册, 退役干部
    r"(?:个|件|台|套|部|处|项|批|份|家|座|头|株|篇|册|辆|条|名|场|期)(?:数|数量|次)$"
    r"|\d(?:个|件|台|套|部|处|项|批|份|家|座|头|株|篇|册|辆|条|名|场|期)$"
    r"|(?:人员|学生|教师|职工|干部|群众|村民|农户|家庭)(?:数|数量)$"
    r"|(?:人|户|次|天|课时|学时|工时|小时|分钟|月|年|周|亩|公顷|公里|吨|平方米|万元|元|%|分)(?:数|数量)?[)）]?$"
)


def _ends_in_unit(name: str) -> bool:
    """Whether the name itself contains the unit: 人数, 培训次数, 学时, 时限(月), (万元)."""
    bracketed = re.search(r"[(（]([^()（）]{1,6})[)）]$", name)
    if bracketed and parse(f"1{bracketed[1]}").unit:
        return True
    return bool(_UNIT_AT_END.search(name))


def unit_in_doubt(row: Indicator) -> bool:
    """Whether neither number of a row has a unit, and they are too far apart to be surely in the same one."""
    done, wanted = row.actual_quantity or parse(row.actual), quantity(row)
    if not lacks_unit(row) or _COUNTED.search(bare(row.name)) or done.kind is not Kind.NUMBER:
        return False
    if not wanted.number or not done.number or wanted.number < 0 or done.number < 0:
        return False
    return max(wanted.number, done.number) >= _FAR_APART * min(wanted.number, done.number)


def unit_is_asked(row: Indicator, form: Form) -> bool:
    """Whether a rule on completion or scores asks for the unit: unmet or exceeded without a word of it."""
    if not unit_in_doubt(row) or row.verdict not in (Verdict.UNMET, Verdict.EXCEEDED):
        return False
    return is_blank(row.note) and (form.has_notes or not mentions(form, row))


def asked_for_unit(
    row: Indicator, key: str, then: str, more: str = "", expected: str | None = None
) -> Finding:
    """The finding on an indicator whose two numbers may be in different units.

    key: of the cell. then: what else to do where the unit is the same. more: the end of the sentence.
    """
    values = f"“{bare(row.name)}”指标值“{row.target}”，实际完成“{row.actual}”"
    found = row.finding(
        key,
        f"{values}，都没有写单位，看不出是不是同一个单位{more}。",
        hint=f"补上单位；{then}",
        expected=expected,
        severity=Severity.WARNING,
    )
    return replace(found, treatment=Treatment.EXPLAIN)
