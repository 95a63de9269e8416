"""Workbooks that earlier versions of the program made and filled in are read, checked, filled and submitted
right.

The kept files are of version 2 of the templates, and of version 3 as it was before project sheets stood
ready. In each, 项目01 has an indicator without a completed value and an unmet one without a reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import PROJECT
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.filling.fill import fill
from selfeval_xl.workflows.submission import submit

KEPT = sorted((Path(__file__).parent / "old_templates" / "filled").glob("*.xlsx"))
IDS = [path.stem for path in KEPT]
ACTUALS = {
    "项目01": ["12座", "97%", None, "72%"],
    "项目02": ["12座", "97%", "95%", "93%"],
}
NOT_SAID = {"I09", "I16"}  # the forms are short


def faults(path: Path, file) -> list[tuple[str, str | None, str | None]]:
    found = check(gather([file]), files=[file])
    return sorted((one.rule, one.sheet, one.cell) for one in found if one.rule not in NOT_SAID)


@pytest.mark.parametrize("path", KEPT, ids=IDS)
def test_they_are_read_whole(path):
    file = read_file(path)
    forms = [form for form in file.forms if form.kind == PROJECT]
    assert file.problems == () and len(file.forms) == 3
    unit = 10_000 if path.stem.endswith("yunnan") else 1
    for number, form in enumerate(forms, 1):
        assert form.project == f"水闸维修{number}" and form.layout == path.stem[2:]
        assert [row.actual for row in form.indicators] == ACTUALS[form.sheet]
        assert [row.target for row in form.indicators] == ["≥12座", "≥95%", "≥90%", "≥90%"]
        money = [form.total_funding.annual_budget, form.total_funding.executed]
        assert [float(amount) for amount in money] == [120 * unit, 118.5 * unit]
        assert form.goal.expected == "维修水闸12座，保障灌溉。" and form.account.unread == ()


@pytest.mark.parametrize("path", KEPT, ids=IDS)
def test_they_are_checked_as_any_other(path):
    """Only a workbook of an older version than today's is told so."""
    file = read_file(path)
    rows = next(form for form in file.forms if form.sheet == "项目01").indicators
    expected = [("D01", "项目01", rows[2].cells["actual"])]
    expected += [("D03", "项目01", rows[3].cells["note"])]
    expected += [("T03", None, None)] if path.stem.startswith("2") else []
    assert faults(path, file) == expected


@pytest.mark.parametrize("path", KEPT, ids=IDS)
def test_they_are_filled_right(path, tmp_path, assert_formulas_agree):
    """The reason that is due gets its beginning; nothing else that was typed changes."""
    out = tmp_path / "a.xlsx"
    fill(path, out)
    before, after = read_file(path), read_file(out)
    assert_formulas_agree(out)
    for old, new in zip(before.forms, after.forms, strict=True):
        assert [row.actual for row in new.indicators] == [row.actual for row in old.indicators]
        assert [line.executed for line in new.funding] == [line.executed for line in old.funding]
    notes = {form.sheet: [row.note for row in form.indicators] for form in after.forms}
    assert notes["项目02"] == [None] * 4 and notes["项目01"][:3] == [None] * 3
    assert notes["项目01"][3] == (
        "年度指标值≥90%，实际完成72%，未完成（偏差率-20.00%）。原因：【待补充】；改进措施：【待补充】"
    )


@pytest.mark.parametrize("path", KEPT, ids=IDS)
def test_they_are_submitted_with_every_value(path, tmp_path):
    done = submit(path, tmp_path)
    assert done is not None and done.counts.fix >= 2
    values = [
        [(form.project, [row.actual for row in form.indicators]) for form in read_file(each).forms]
        for each in (path, done.out)
    ]
    assert values[0] == values[1]
