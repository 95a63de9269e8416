"""The table of rules that silence others on the same form or row: one root cause gives one finding."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from selfeval_xl.model.findings import Finding

# By a rule with a finding on a form: the rules whose findings on that form are dropped.
FORM: dict[str, tuple[str, ...]] = {
    "F10": ("F06",),  # the cut budget is asked about once
    "F13": ("D01", "D03", "F05", "F10", "F06", "F12"),  # nothing spent: ask whether the project is exempt
    "F12": ("F05",),  # it asks for the same words, and why all was done all the same
    "F07": ("F10", "F12"),  # an amount in the wrong unit makes every rate wrong
    "F04": ("F02",),
    "F08": ("F01", "F02", "F13", "F15", "F16"),  # an amount that is no number cannot be added up
    "I10": ("I09",),  # levels with wrong names look like missing ones
    # 100 in total follows from a row that has too much
    **dict.fromkeys(("S04", "S05", "S06", "S08", "S10"), ("S11",)),
}
# The same, but only where both findings have cells in one row.
ROW: dict[str, tuple[str, ...]] = {
    "F03": ("F02", "M05"),  # who spent more than was budgeted cannot but forecast more
    # typed over and wrong: the wrong number is what matters
    **dict.fromkeys(("F01", "F02", "S05", "S07", "S08"), ("T06",)),
    "T04": ("I06",),  # an issued target that was emptied
    "F07": ("F01", "F02", "F03", "F06", "M01", "M02", "M04", "M05"),
    "F17": ("F01", "F02", "F03", "F07"),  # computed from what is stored, not from what is shown
    "I01": ("I08", "I04"),
    "I05": ("I07", "I11", "D02", "I02", "I03"),
    "I06": ("D02", "D07", "I07", "S10"),
    "I17": ("I05", "I06", "I07", "I13", "I18", "D02", "D07"),
    "I18": ("I13",),
    "D14": ("D04", "D05", "D10", "S03", "S06"),
    "D01": ("S03", "S04"),
    "D02": ("S04", "S03"),
    "D03": ("S03",),
    "D05": ("D04",),  # pasted and none with a measure: asked about once
    "D07": ("S04", "S03", "D08"),
    "D10": ("D04", "S03"),
    "D13": ("D03", "D04", "D05", "D10"),
    "S02": ("S04",),
    "S10": ("S04",),
    "S04": ("S03",),
    "N01": ("N08",),
    "M04": ("D14",),  # a forecast below what is done misses the target as well
    "M06": ("N07",),  # a deadline outside the project lies in another year as well
    "X06": ("X04",),
}
_FormKey = tuple[str, str | None, str | None, str | None]
_ROW = re.compile(r"[A-Z]{1,3}(\d+)")


def silenced(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that no other finding silences, in their order."""
    findings = list(findings)
    by_form: dict[_FormKey, set[str]] = defaultdict(set)
    by_row: dict[tuple[_FormKey, str], set[str]] = defaultdict(set)
    for finding in findings:
        form = _form_key(finding)
        by_form[form].update(FORM.get(finding.rule, ()))
        for row in _rows(finding):
            by_row[form, row].update(ROW.get(finding.rule, ()))
    return [
        finding
        for finding in findings
        if finding.rule not in by_form[_form_key(finding)]
        and not any(finding.rule in by_row[_form_key(finding), row] for row in _rows(finding))
    ]


def _form_key(finding: Finding) -> _FormKey:
    return finding.file, finding.sheet, finding.form, finding.project


def _rows(finding: Finding) -> set[str]:
    """The numbers of the rows in which the finding has cells."""
    return set(_ROW.findall(finding.cell or ""))
