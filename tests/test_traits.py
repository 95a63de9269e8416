"""One form with a trait of real files each: what is read and found is what that folder's table says.

Right values stand here by hand: what differs from the plain form, and the rules that fire.
"""

from __future__ import annotations

import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import Form
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check

# the file: fields of indicators (by number) and of the form that differ from the plain one, rules that fire
RIGHT: dict[str, tuple[dict, set[str]]] = {
    "02_wps_dispimg.xlsx": ({}, set()),
    "03_wps_dispimg_as_value.xlsx": ({(1, "actual"): None}, {"D01", "S10"}),
    "07_rich_phonetic.xlsx": ({}, set()),
    "10_yuan_scaled_to_wan.xlsx": ({}, set()),
    "12_zero_width.xlsx": ({}, set()),
    "13_fullwidth.xlsx": ({(4, "target"): "≥8,000人"}, {"N08"}),
    "16_grouped_zero_height.xlsx": ({}, {"T05"}),
    "18_formulas_without_values.xlsx": ({}, set()),
    "20_html_gbk.xls": ({}, set()),
    "21_xml2003.xls": ({}, set()),
    "28_code_as_number.xlsx": ({}, {"T11"}),
    "30_digital_signature.xlsx": ({}, set()),
    "32_velvetsweatshop.xlsx": ({}, set()),
    "41_photo_as_reason.xlsx": ({(4, "note"): None}, {"D03"}),
    "42_operator_in_format.xlsx": (
        {(1, "name"): "供水管网漏损率", (1, "target"): "≤5%", (1, "actual"): "3%"},
        set(),
    ),
    "47_invisible_values.xlsx": ({}, {"T05"}),
    "49_cached_errors.xlsx": ({"total_score": "#REF!"}, {"T06"}),
    "59_reason_in_text_box.xlsx": ({(4, "note"): None}, {"D03"}),
    "73_hidden_text.docx": ({}, {"T05"}),
    "75_symbol_font_operator.docx": ({}, set()),
}
HEAD = ("year", "project", "department", "unit", "total_score")


def told(form: Form) -> dict:
    """The head, the amounts and the indicators of a form, in half-width letters."""
    found: dict = {key: getattr(form, key) for key in HEAD}
    for number, line in enumerate(form.funding):
        for key in ("source", "initial_budget", "annual_budget", "executed"):
            found[f"fund {number}", key] = getattr(line, key)
    for number, row in enumerate(form.indicators):
        for key in ("level1", "level2", "name", "target", "actual", "points", "score", "note"):
            found[number, key] = getattr(row, key)
    return {key: squeeze(value) if isinstance(value, str) else value for key, value in found.items()}


@pytest.mark.parametrize("name", RIGHT)
def test_a_trait_changes_nothing_but_what_it_should(name, shared):
    folder = shared / "traits"
    if not folder.is_dir():
        pytest.skip("the traits are not beside the repository")
    (plain,) = read_file(folder / ("70_base.docx" if name.endswith("docx") else "00_base.xlsx")).forms
    file = read_file(folder / name)
    (form,) = file.forms
    differences, rules = RIGHT[name]
    assert told(form) == told(plain) | differences
    assert {finding.rule for finding in check(gather([file]), files=[file])} == rules


def test_every_trait_has_its_right_result(shared):
    folder = shared / "traits"
    names = (
        {path.name for path in folder.iterdir() if path.suffix != ".md"} if folder.is_dir() else set(RIGHT)
    )
    assert names - {"00_base.xlsx", "70_base.docx"} <= set(RIGHT)
